"use strict";
// Events and gaps.

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
