// The wall: points as they come, without anything jumping. Parts, pages and groups are turned by whoever stands
// there, by links or keys, never by themselves.

import { serverNow, setEnd } from "./clock.js";
import { patch } from "./patching.js";
import { fit } from "./wall-fitting.js";
import { watch } from "./watching.js";
import { clock, filled } from "./words.js";

const screen = document.querySelector("[data-hms-wall]");
const content = screen.querySelector("[data-hms-wall-content]");
const words = screen.dataset;
const find = (name) => screen.querySelector(`[data-hms-wall-${name}]`);

const FRESH = 60_000; // a new line has the bar so long
const WRITING = 20_000; // a group is said to be writing so long after its last line
const DIGEST = 20_000; // screen readers are told at most so often

let watching = null;
let lastAnswer = serverNow();
let came = new Map(); // lines that came while we watched, and when: a phone that was offline tells of older times

screen.dataset.hmsScript = "";

// --- Watching ----------------------------------------------------------------------------------------------------

function begin(address) {
  watching?.stop();
  let first = true;
  watching = watch(address, {
    every: 2000,
    onState: (state) => {
      show(state, first);
      first = false;
    },
    onAnswer: ({ now }) => {
      lastAnswer = now;
      trouble("");
    },
    onTrouble: (status, sentence) => {
      if ([401, 403, 404, 410].includes(status)) trouble(sentence || words.closed);
      else if (serverNow() - lastAnswer > 6000) trouble(filled(words.offline, { time: clock(lastAnswer) }));
    },
  });
}

function trouble(sentence) {
  const place = find("trouble");
  if (place.textContent !== sentence) place.textContent = sentence;
}

const lines = () => [...content.querySelectorAll("li[data-changed-at][data-hms-wall-row]")];

function show(state, first) {
  const before = new Set(lines().map((line) => line.dataset.key));
  const views = viewOf();
  patch(content, state.html);
  const same = !first && views === viewOf();
  for (const line of lines()) {
    if (same && !before.has(line.dataset.key)) {
      came.set(line.dataset.key, serverNow());
      tell(line);
    }
  }
  for (const each of content.querySelectorAll("[data-hms-clock]")) setEnd(each, each.dataset.endsAt || null);
  for (const field of screen.querySelectorAll("input[name=csrf_token]")) {
    if (state.csrf_token) field.value = state.csrf_token;
  }
  tick();
  fit(content, words);
}

// Which lines could stand here at all: another part, page or group shows others, and none of them is news.
const viewOf = () =>
  [...content.querySelectorAll("[aria-current], [data-columns], .hms-wall-only")]
    .map((each) => each.getAttribute("href") ?? each.dataset.key)
    .join();

// --- What is new -------------------------------------------------------------------------------------------------

function tick() {
  const now = serverNow();
  for (const line of content.querySelectorAll("[data-changed-at]")) {
    const since = Math.max(Date.parse(line.dataset.changedAt), came.get(line.dataset.key) ?? 0);
    line.classList.toggle("hms-changed", now - since < FRESH);
  }
  for (const group of content.querySelectorAll("[data-wrote-at]")) {
    group.toggleAttribute("data-writing", now - Date.parse(group.dataset.wroteAt) < WRITING);
  }
  came = new Map([...came].filter(([, when]) => now - when < FRESH));
}
setInterval(tick, 1000);

// --- Told to screen readers, now and then -------------------------------------------------------------------------

const aloud = toggle("aloud", "hmswiki:wall-aloud");
let news = new Map(); // group: how many
let told = 0;
let telling = null;

function tell(line) {
  const group = line.closest("[data-name]")?.dataset.name;
  if (!aloud.on || !group) return;
  news.set(group, (news.get(group) ?? 0) + 1);
  telling ??= setTimeout(say, Math.max(1000, told + DIGEST - Date.now()));
}

function say() {
  telling = null;
  told = Date.now();
  if (aloud.on) {
    find("news").textContent = [...news]
      .map(([group, num]) => filled(num === 1 ? words.newsOne : words.newsMany, { group, num }))
      .join(" ");
  }
  news = new Map();
}

// --- Turning -----------------------------------------------------------------------------------------------------

const keys = toggle("keys", "hmswiki:wall-keys");
const pathOf = (href) => new URL(href, location).pathname;

function go(href) {
  const address = new URL(href, location);
  history.replaceState(null, "", address);
  for (const field of screen.querySelectorAll("input[name=next]")) field.value = address.pathname + address.search;
  begin(`${address.pathname}/state${address.search}`);
}

content.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (pathOf(link.href) !== location.pathname) return;
  event.preventDefault();
  go(link.href);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const link = linkOf(event.key);
  if (!link) return;
  event.preventDefault();
  go(link.href);
});

// A presenter's clicker sends PageUp and PageDown; they turn only where there is something to turn.
function linkOf(key) {
  if (/^[0-9]$/.test(key)) return keys.on ? content.querySelector(`[data-number="${key}"]`) : null;
  if (key === "Escape") return content.querySelector("[data-all]");
  const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[key];
  if (!step) return null;
  const beside = content.querySelector(`a[rel="${step === 1 ? "next" : "prev"}"]`);
  if (beside || content.querySelector("[data-all]")) return beside;
  const pages = [...content.querySelectorAll("a[data-page]")];
  return pages[pages.findIndex((page) => page.hasAttribute("aria-current")) + step] ?? null;
}

// --- Off the wall, and on again ------------------------------------------------------------------------------------

let hiddenAt = -Infinity;

for (const form of screen.querySelectorAll("[data-hms-wall-form]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // The next line comes under the pointer: a second click was meant for the first.
    const hidden = form.dataset.hmsWallForm === "hidden";
    if (hidden && event.timeStamp - hiddenAt < 1000) return;
    if (hidden) hiddenAt = event.timeStamp;
    const button = event.submitter;
    const sent = new FormData(form, button);
    const group = button.closest("[data-name], .hms-wall-only");
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: sent, credentials: "same-origin", headers: { Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
    } catch {
      // The form itself tells what is wrong.
      const point = document.createElement("input");
      point.type = "hidden";
      point.name = "point";
      point.value = sent.get("point");
      form.append(point);
      form.submit();
      return;
    }
    const again = find("again");
    again.value = hidden ? sent.get("point") : "";
    again.hidden = !hidden;
    find("undo").textContent = hidden ? words.hidden : words.notHidden;
    await watching.look();
    if (!button.isConnected) (group?.querySelector(".hms-wall-hide, h2 a") ?? again).focus({ preventScroll: true });
  });
}

// --- Small things --------------------------------------------------------------------------------------------------

// A button that stays pressed, also the next time the wall is shown on this machine.
function toggle(name, key) {
  const button = find(name);
  const chosen = { on: kept(key) !== "off" };
  const shown = () => button.setAttribute("aria-pressed", String(chosen.on));
  button.hidden = false;
  shown();
  button.addEventListener("click", () => {
    chosen.on = !chosen.on;
    keep(key, chosen.on ? "on" : "off");
    shown();
  });
  return chosen;
}

function kept(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The browser keeps nothing: the choice holds as long as the page is open.
  }
}

const again = () => fit(content, words);
addEventListener("resize", again);
document.fonts?.ready.then(again);
again();
begin(screen.dataset.state);
