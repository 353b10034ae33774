"use strict";
// When what was told of.

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
