"use strict";
// What somebody says of an event.

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
