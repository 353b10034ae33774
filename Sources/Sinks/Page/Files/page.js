"use strict";
// All text that comes from the program (labels are the user's) is set as text, never as markup.
const $ = (id) => document.getElementById(id);
const make = (tag, name, text) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
};
// What stays as it is is neither read aloud again nor loses what is marked in it.
const say = (element, text) => { if (element.textContent !== text) element.textContent = text; };
const HOUR = 3600000;
const DAY = 24 * HOUR;
const ROWS = 10;
let state = null;
let info = new Map();
let current = [];
let events = [];
const seen = new Set();
let gaps = [];
let range = HOUR;
let lastLoad = null;
// Of the program's clock, which times are told by, against this machine's.
let ahead = 0;
const now = () => Date.now() + ahead;
// Without the name and password that the address may hold: a browser fetches none with them.
const at = (path) => new URL(path, location.origin + location.pathname).href;

// Labels

const rows = new Map();

function row(name) {
  let item = rows.get(name);
  if (item) return item;
  item = make("li");
  const text = make("span", "name");
  text.title = name;
  // A long one may be broken behind these.
  for (const part of name.split(/(?<=[_,/])/)) text.append(part, make("wbr"));
  const track = make("div", "track");
  // The score stands beside it.
  track.setAttribute("aria-hidden", "true");
  track.append(make("div", "fill"));
  item.append(text, track, make("span", "score"));
  rows.set(name, item);
  return item;
}

// Thresholds may come later than scores, and change.
function showThreshold(item, threshold) {
  if (typeof threshold !== "number" || item.dataset.threshold === String(threshold)) return;
  item.dataset.threshold = threshold;
  item.querySelector(".mark")?.remove();
  const mark = make("div", "mark");
  mark.style.left = `calc(${Math.min(Math.max(threshold, 0), 1) * 100}% - 1px)`;
  mark.title = `threshold ${threshold.toFixed(2)}`;
  item.querySelector(".track").append(mark);
}

function showLabels() {
  const list = $("labels");
  const on = [...info.values()].filter((label) => label.on);
  let shown = current;
  // Few labels stand still; of many the best are shown, and those that hold.
  if (info.size && info.size <= ROWS) {
    const scores = new Map(current.map((label) => [label.label, label.score]));
    shown = [...info.values()].map((label) => ({ label: label.label, score: scores.get(label.label) ?? label.score }));
  } else {
    const names = new Set(current.map((label) => label.label));
    shown = [...current, ...on.filter((label) => !names.has(label.label))].slice(0, ROWS);
  }
  const items = shown.map(({ label, score }) => {
    const item = row(label);
    const value = Math.min(Math.max(score ?? 0, 0), 1);
    item.className = info.get(label)?.on ? "on" : "";
    showThreshold(item, info.get(label)?.threshold);
    item.querySelector(".fill").style.transform = `scaleX(${value})`;
    item.querySelector(".score").textContent = value.toFixed(2);
    return item;
  });
  if (items.length !== list.children.length || items.some((item, index) => list.children[index] !== item)) {
    list.replaceChildren(...items);
  }
}

function showLevel(level) {
  $("level").hidden = typeof level !== "number";
  if (typeof level !== "number") return;
  $("level-bar").style.transform = `scaleX(${Math.min(Math.max(1 + level / 60, 0), 1)})`;
  $("level-text").textContent = `${level.toFixed(1)} dB`;
}

// Events

const clock = (wall, seconds = true) =>
  new Date(wall).toLocaleTimeString([], { hourCycle: "h23", hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }) });
const span = (seconds) =>
  seconds < 60 ? `${seconds.toFixed(1)} s` : seconds < 3600 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;

// What is known already may come again. Either line of an event has an id of its own.
function takeEvent(event) {
  if (seen.has(event.id)) return;
  seen.add(event.id);
  if (event.state === "on") {
    events.push({ id: event.id, label: event.label, start: Date.parse(event.wall), time: event.time, score: event.score,
      clip: event.clip, learned: event.learned, end: null });
  } else {
    const open = events.findLast((one) => one.label === event.label && one.end === null);
    if (open) {
      open.end = Date.parse(event.wall);
      open.seconds = event.time - open.time;
    }
  }
  for (const known of info.values()) {
    if ((known.group ?? known.label) === event.label) known.on = event.state === "on";
  }
}

function takeGap(gap) {
  if (!gaps.some((one) => one.time === gap.time && one.reason === gap.reason)) {
    gaps.push({ ...gap, at: gap.wall ? Date.parse(gap.wall) : now() });
  }
}

function forget() {
  const limit = now() - DAY;
  events = events.filter((event) => (event.end ?? Infinity) > limit).slice(-8192);
  gaps = gaps.filter((gap) => gap.at > limit).slice(-8192);
  if (seen.size > 65536) seen.clear();
}

// By id: what is shown already stays where it is, and keeps the focus.
const items = new Map();

function newItem(event) {
  const item = make("li");
  item.dataset.id = event.id;
  const time = make("time", "", clock(event.start));
  time.dateTime = new Date(event.start).toISOString();
  time.title = new Date(event.start).toLocaleString();
  const what = make("span", "what");
  what.append(make("span", "name", event.label), make("span", "detail"));
  if (event.clip) what.title = event.clip;
  const button = make("button", "", "Wrong?");
  button.type = "button";
  button.setAttribute("aria-label", `Wrong? ${event.label} at ${clock(event.start)}`);
  button.addEventListener("click", () => ask(event));
  item.append(time, what, button);
  return item;
}

// Events of a group say which one, and not what it was; a clip is written for some moments after its last sound, or until
// it is as long as any may be.
function mayBeCorrected(event) {
  if (!state?.corrections || !event.clip) return false;
  if ([...info.values()].some((label) => label.group === event.label)) return false;
  const whole = Math.min((event.end ?? Infinity) + state.clip_after_seconds * 1000, event.start + state.clip_longest_seconds * 1000);
  return now() - whole > 1000;
}

function showEvents() {
  const list = $("events");
  const shown = events.slice(-100).reverse();
  const ids = new Set(shown.map((event) => event.id));
  for (const [id, item] of items) {
    if (ids.has(id)) continue;
    item.remove();
    items.delete(id);
  }
  shown.forEach((event, index) => {
    let item = items.get(event.id);
    if (!item) items.set(event.id, item = newItem(event));
    item.className = event.end === null ? "on" : "";
    const detail = event.end === null ? "on" : span(Math.max(event.seconds ?? 0, 0));
    const corrected = judged.get(event.id);
    say(item.querySelector(".detail"), corrected ? `${detail}, corrected: ${corrected}` : detail);
    item.querySelector("button").hidden = !mayBeCorrected(event);
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
  $("no-events").hidden = shown.length > 0;
  const lost = gaps.slice(-50).reverse().map((gap) => {
    const item = make("li");
    item.append(make("time", "", clock(gap.at)), make("span", "detail", `${span(gap.lost_seconds)}, ${gap.reason}`));
    return item;
  });
  $("gaps").replaceChildren(...lost);
  $("no-gaps").hidden = lost.length > 0;
}

// Timeline

// Without its middle: what sets names apart is often at the end.
function shortened(name, fits) {
  const letters = [...name];
  for (let kept = letters.length; kept > 2; kept--) {
    const text = kept === letters.length ? name
      : `${letters.slice(0, Math.ceil((kept - 1) / 2)).join("")}…${letters.slice(-Math.floor((kept - 1) / 2)).join("")}`;
    if (fits(text)) return text;
  }
  return letters[0] ?? "";
}

function drawTimeline() {
  const canvas = $("timeline");
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const end = now();
  const from = end - range;
  const visible = events.filter((event) => (event.end ?? end) >= from);
  const counts = new Map();
  for (const event of visible) counts.set(event.label, (counts.get(event.label) ?? 0) + 1);
  const names = [...counts].sort((a, b) => b[1] - a[1]).slice(0, ROWS).map(([name]) => name);
  const width = canvas.clientWidth;
  const pitch = 26;
  const height = Math.max(names.length, 1) * pitch + 22;
  const scale = window.devicePixelRatio || 1;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const draw = canvas.getContext("2d");
  draw.scale(scale, scale);
  draw.font = width < 600 ? "12px system-ui, sans-serif" : "13px system-ui, sans-serif";
  draw.textBaseline = "middle";
  const left = Math.min(150, Math.max(100, width * 0.22));
  const x = (moment) => left + ((moment - from) / range) * (width - left);
  const bottom = height - 20;
  // Hours, or ten minutes, that are whole.
  const step = range > HOUR ? (width < 600 ? 6 : 3) * HOUR : (width < 600 ? 15 : 10) * 60000;
  const offset = new Date(end).getTimezoneOffset() * 60000;
  for (let tick = Math.ceil((from - offset) / step) * step + offset; tick <= end; tick += step) {
    draw.fillStyle = colour("--line");
    draw.fillRect(x(tick), 0, 1, bottom);
    const text = clock(tick, false);
    // Moved in from the edge, it would run into the one before.
    if (x(tick) + draw.measureText(text).width / 2 > width) continue;
    draw.fillStyle = colour("--soft");
    draw.textAlign = "center";
    draw.fillText(text, x(tick), bottom + 11);
  }
  draw.fillStyle = colour("--lost");
  draw.globalAlpha = 0.35;
  for (const gap of gaps) {
    const start = x(gap.at - gap.lost_seconds * 1000);
    if (x(gap.at) < left) continue;
    draw.fillRect(Math.max(start, left), 0, Math.max(x(gap.at) - Math.max(start, left), 1.5), bottom);
  }
  draw.globalAlpha = 1;
  names.forEach((name, index) => {
    const middle = index * pitch + pitch / 2;
    draw.textAlign = "left";
    draw.fillStyle = colour("--ink");
    draw.fillText(shortened(name, (text) => draw.measureText(text).width <= left - 8), 0, middle);
    draw.fillStyle = colour("--line");
    draw.fillRect(left, middle, width - left, 1);
    for (const event of visible) {
      if (event.label !== name) continue;
      draw.fillStyle = colour(event.end === null ? "--on" : "--accent");
      const start = Math.max(x(event.start), left);
      draw.fillRect(start, middle - 7, Math.max(x(event.end ?? end) - start, 2), 14);
    }
  });
  if (!names.length) {
    draw.fillStyle = colour("--soft");
    draw.textAlign = "left";
    draw.fillText("no events", 0, pitch / 2);
  }
  canvas.setAttribute("aria-label", `${visible.length} events of ${counts.size} labels`);
  const others = counts.size - names.length;
  $("timeline-hint").textContent = `${visible.length} events` + (others > 0 ? `, ${others} more labels not drawn` : "")
    + (gaps.length ? "; red: lost" : "");
}

let hasChosen = false;

function choose(length) {
  range = length;
  for (const button of $("ranges").children) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.length) === range));
  }
  drawTimeline();
}

for (const [text, length] of [["1 h", HOUR], ["24 h", DAY]]) {
  const button = make("button", "", text);
  button.type = "button";
  button.dataset.length = length;
  button.addEventListener("click", () => {
    hasChosen = true;
    choose(length);
  });
  $("ranges").append(button);
}

// How it runs

function showState() {
  $("input").textContent = state.input;
  $("model").textContent = state.model;
  document.title = `${state.input} · Tacit`;
  $("picture").hidden = state.sense !== "pictures";
  const figures = [];
  const moment = performance.now();
  if (lastLoad && moment > lastLoad.at) {
    figures.push(["Processor", `${(((state.cpu_seconds - lastLoad.cpu) * 100000) / (moment - lastLoad.at)).toFixed(1)} % of a core`]);
  }
  lastLoad = { at: moment, cpu: state.cpu_seconds };
  figures.push(["Memory", `${(state.resident_bytes / 1048576).toFixed(1)} MiB`]);
  figures.push(["Inference", `${state.inference_ms.toFixed(1)} ms a reading`]);
  if (state.sense === "sound") figures.push(["Heard", span(state.heard_seconds)]);
  else figures.push(["Pictures", `${state.readings}, ${state.dropped} passed over`]);
  figures.push(["Lost", span(state.lost_seconds)]);
  figures.push(["Following", `${state.readers}${state.readers_left ? `, ${state.readers_left} left behind` : ""}`]);
  $("list").replaceChildren(...figures.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));
}

// What can't be loaded, and why.
const problems = new Map();

// null where it can't be had, which the status says.
async function get(path, options) {
  let answer;
  try {
    answer = await fetch(at(path), options);
  } catch {
    problems.set(path, "no connection");
    return null;
  }
  try {
    if (!answer.ok) throw new Error(`${answer.status} ${(await answer.text()).trim()}`);
    const value = await answer.json();
    problems.delete(path);
    return value;
  } catch (error) {
    problems.set(path, `${path}: ${error.message}`);
    return null;
  }
}

let isLoading = false;
let wantsTimeline = true;
let timelines = 0;

async function load() {
  if (!isLoading) {
    isLoading = true;
    const begun = Date.now();
    const known = await get("api/state", { signal: AbortSignal.timeout(20000) });
    isLoading = false;
    if (known) {
      ahead = Date.parse(known.wall) - (begun + Date.now()) / 2;
      takeState(known);
    }
  }
  if (wantsTimeline) {
    wantsTimeline = false;
    wantsTimeline = !(await loadTimeline()) || wantsTimeline;
  }
  showStatus();
}

function takeState(known) {
  // One line may still be on its way.
  if (wasTold) missed = 0;
  else if (state && known.readings > state.readings) missed++;
  wasTold = false;
  if (missed > 1) follow();
  if (state && known.time > state.time) isQuiet = known.readings === state.readings;
  state = known;
  const names = new Set(state.labels.map((label) => label.label));
  for (const name of info.keys()) if (!names.has(name)) info.delete(name);
  for (const label of state.labels) {
    const earlier = info.get(label.label);
    if (earlier) Object.assign(earlier, label);
    else info.set(label.label, label);
  }
  if (state.ok) lastSign = performance.now();
  showState();
  if (isQuiet || !current.length) {
    current = [...state.labels].sort((a, b) => b.score - a.score).slice(0, ROWS);
    showLevel(state.level_db);
  }
  showLabels();
}

// Lines that come while a timeline is on its way, which it may not have.
const meanwhile = new Set();

async function loadTimeline() {
  const mine = ++timelines;
  const lines = [];
  meanwhile.add(lines);
  const day = await get("api/timeline");
  meanwhile.delete(lines);
  // Asked for once more meanwhile.
  if (mine !== timelines) return true;
  if (!day) return false;
  events = [];
  seen.clear();
  gaps = [];
  for (const event of day.events) takeEvent(event);
  for (const gap of day.gaps) takeGap(gap);
  for (const line of lines) takeNews(line);
  // Of a day that has just begun an hour shows more, until someone chooses.
  const oldest = Math.min(now(), ...events.map((event) => event.start).slice(0, 1));
  if (!hasChosen) choose(now() - oldest > HOUR ? DAY : HOUR);
  showEvents();
  drawTimeline();
  return true;
}

// News

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

// Corrections

let asked = null;
let isLearning = false;
// What has been said here of events, by id.
const judged = new Map();

// The token, until the tab is closed; where a browser may keep nothing, until the page is.
let lastToken = "";

function keep(token) {
  lastToken = token;
  try { sessionStorage.setItem("token", token); } catch {}
}

function kept() {
  try { return sessionStorage.getItem("token") ?? lastToken; } catch { return lastToken; }
}

function ask(event) {
  asked = event;
  $("about").textContent = `Said at ${clock(event.start)}: ${event.label}`;
  $("names").replaceChildren(...[...info.keys()].map((name) => {
    const option = make("option");
    option.value = name;
    return option;
  }));
  $("name").value = "";
  $("answer").textContent = "";
  $("token").value = kept();
  $("correction").showModal();
  $("name").focus();
}

// What became of it, in words.
async function send(event, judgement, token) {
  // Nothing else can stand in a header.
  if (!/^[\x20-\x7e]*$/.test(token)) return "that is not the token";
  let answer;
  try {
    answer = await fetch(at("correct"), {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
      body: JSON.stringify({ event: event.id, ...judgement }),
    });
  } catch {
    return "no connection";
  }
  if (answer.status === 401) return "that is not the token";
  if (answer.ok) {
    keep(token);
    judged.set(event.id, judgement.label ?? "nothing");
    showEvents();
  }
  const text = await answer.text();
  try { return JSON.parse(text).words; } catch { return text; }
}

async function correct(judgement) {
  if (isLearning) return;
  isLearning = true;
  const event = asked;
  $("answer").textContent = "learning…";
  $("cancel").focus();
  $("was").disabled = $("nothing").disabled = true;
  let words;
  try { words = await send(event, judgement, $("token").value); } catch (error) { words = error.message; }
  $("was").disabled = $("nothing").disabled = isLearning = false;
  // It may have been closed, and another asked about.
  if (asked === event) $("answer").textContent = words;
}

$("form").addEventListener("submit", (submission) => {
  submission.preventDefault();
  const name = $("name").value.trim();
  if (name) correct({ label: name });
  else $("answer").textContent = "name it first";
});
$("nothing").addEventListener("click", () => correct({ nothing: true }));
$("cancel").addEventListener("click", () => $("correction").close());
$("correction").addEventListener("close", () => items.get(asked.id)?.querySelector("button").focus());

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
