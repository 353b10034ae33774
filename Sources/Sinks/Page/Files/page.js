"use strict";
// News as they come, and the page's beginning: the last script, which calls all others.

let connected = false;
let hasFailed = false;
// Whether the stream goes on and nothing is said of it, as behind a gate.
let isQuiet = false;
// Whether a reading's line has come since the state was loaded last; of how many loads in a row there were readings and no
// line.
let wasTold = false;
let missed = 0;
// When something last showed that the source goes on.
let lastSign = 0;

function takeNews(line) {
  if (line.type === "event") takeEvent(line);
  else if (line.type === "gap") takeGap(line);
}

function take(line) {
  if (line.type === "labels") {
    lastSign = performance.now();
    wasTold = true;
    isQuiet = false;
    current = line.labels;
    showLevel(line.level_db);
    showLabels();
    if (state) state.inference_ms = line.inference_ms;
  } else {
    for (const lines of meanwhile) lines.push(line);
    takeNews(line);
    forget();
    showEvents();
    drawTimeline();
    showLabels();
  }
}

let news = null;

// Anew, too: a connection whose other end is gone may go on as if nothing were said.
function follow() {
  news?.close();
  missed = 0;
  news = new EventSource(at("events"));
  news.onopen = () => {
    connected = true;
    // It may be another run's by now: nothing that was said before holds.
    state = lastLoad = null;
    current = [];
    isQuiet = false;
    lastSign = 0;
    wantsTimeline = true;
    load();
  };
  news.onmessage = (message) => take(JSON.parse(message.data));
  news.onerror = () => {
    connected = false;
    hasFailed = true;
    showStatus();
    // A refusal ends it for good.
    if (news.readyState === EventSource.CLOSED) setTimeout(follow, 5000);
  };
}

function showStatus() {
  const silence = (performance.now() - lastSign) / 1000;
  const limit = state?.sense === "pictures" ? 30 : Math.max(10, 3 * (state?.hop_seconds ?? 1));
  const goesOn = lastSign && (state?.ok || silence < limit);
  let shown = ["waiting", "connecting"];
  if (connected && problems.size) shown = ["lost", [...problems.values()][0]];
  else if (!connected && hasFailed) shown = ["lost", "no connection"];
  else if (connected && goesOn) shown = ["live", isQuiet ? "live, quiet" : "live"];
  else if (connected && state && silence >= limit) shown = ["lost", lastSign ? `silent for ${span(silence)}` : "silent"];
  const [name, text] = shown;
  $("status").className = name;
  say($("status"), text);
}

// Beginning

follow();
setInterval(() => { if (connected) load(); }, 5000);
setInterval(showStatus, 1000);
// Clips become whole.
setInterval(showEvents, 1000);
// A day passes also while nothing comes.
setInterval(() => {
  forget();
  drawTimeline();
}, 30000);
setInterval(() => {
  // The next one is asked for when the last one is there: it may take longer than a second.
  if (state?.sense === "pictures" && !document.hidden && $("picture").complete) $("picture").src = at(`picture.jpg?${Date.now()}`);
}, 1000);
addEventListener("resize", drawTimeline);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawTimeline);
