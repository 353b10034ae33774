"use strict";
// The labels as they are now, and how loud it is.

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
