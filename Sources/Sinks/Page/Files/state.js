"use strict";
// What all scripts of the page share, and how it runs.

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
