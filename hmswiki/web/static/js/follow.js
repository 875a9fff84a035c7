// Keeps the parts of a page as they stand: [data-hms-follow] says where to ask, and each [data-hms-part] is drawn anew
// by the server when it has changed. Nothing is taken from under the fingers: a part in which somebody types or has
// opened something waits until they have left it.

import { watch } from "./watching.js";

const page = document.querySelector("[data-hms-follow]");
page.dataset.hmsScript = ""; // what is only for those without this is hidden
const trouble = page.querySelector("[data-hms-trouble]");
const said = page.querySelector("[data-hms-said]");
const seen = new Map();
const kept = new Map(); // what waits until a part has been left
let sentence = page.dataset.said;

function isInUse(part) {
  const active = document.activeElement;
  if (active && part.contains(active) && active.matches("input:not([type=hidden]), textarea, select")) return true;
  return [...part.querySelectorAll("input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea")].some(
    (field) => field.value !== field.defaultValue,
  );
}

// What can be found again after a part was drawn anew: the button that had the focus, by what it says.
function whereIs(part) {
  const active = document.activeElement;
  if (!active || !part.contains(active)) return null;
  const alike = (root) => [...root.querySelectorAll(active.tagName)].filter((one) => one.textContent === active.textContent);
  const place = alike(part).indexOf(active);
  return () => (alike(part)[place] ?? page.querySelector("h1"))?.focus({ preventScroll: true });
}

function draw(part, html) {
  if (isInUse(part)) {
    kept.set(part, html);
    return;
  }
  kept.delete(part);
  const refocus = whereIs(part);
  const open = new Set([...part.querySelectorAll("details[open] > summary")].map((one) => one.textContent.trim()));
  const drawn = new DOMParser().parseFromString(html, "text/html");
  part.replaceChildren(...drawn.body.childNodes);
  for (const summary of part.querySelectorAll("details > summary")) {
    if (open.has(summary.textContent.trim())) summary.parentElement.open = true;
  }
  refocus?.();
}

// What differs each time the server draws it, and is no news: the tokens of forms, and how far a clock has come.
const bare = (html) =>
  html
    .replace(/<input[^>]*type="hidden"[^>]*>/g, "")
    .replace(/(data-hms-clock [^>]*>)[^<]*/g, "$1")
    .replace(/(data-hms-clock-bar [^>]*)width="[^"]*"/g, "$1");

function onState(state) {
  for (const part of page.querySelectorAll("[data-hms-part]")) {
    const html = state.parts[part.dataset.hmsPart];
    if (html === undefined) continue;
    const news = bare(html);
    if (seen.get(part) !== news) draw(part, html);
    seen.set(part, news);
  }
  const headline = page.querySelector("[data-hms-headline]");
  if (headline && headline.textContent !== state.said) headline.textContent = state.said;
  if (sentence !== state.said) said.textContent = state.said;
  sentence = state.said;
}

function onTrouble(status, text) {
  const gone = status >= 400 && status < 500 && status !== 429;
  tell(gone && text ? text : status ? page.dataset.failed : page.dataset.offline, gone);
}

function tell(text, gone = false) {
  const place = trouble.querySelector("p");
  trouble.hidden = !text;
  if (place.textContent !== text) place.textContent = text;
  const way = trouble.querySelector("[data-hms-way]");
  if (way) way.hidden = !gone;
}

page.addEventListener("focusout", () => {
  setTimeout(() => {
    for (const [part, html] of kept) draw(part, html);
  });
});

watch(page.dataset.hmsFollow, {
  every: Number(page.dataset.every) || 5000, mark: page.dataset.mark, onState, onTrouble, onAnswer: () => tell(""),
});
