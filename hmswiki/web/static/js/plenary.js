// The plenary: points are gathered into themes by ticking, dragging or from the keyboard, by several helpers at once.
// What each does is a small form of its own, sent with an id of its own; the page watches what the others do.
// Nothing that another helper does moves the focus or changes what is typed. Without this the forms do the same.

import { serverNow } from "./clock.js";
import { patch } from "./patching.js";
import { moving } from "./plenary-moving.js";
import { watch } from "./watching.js";

const room = document.getElementById("sort-room");
const said = document.getElementById("sort-said");
const words = JSON.parse(room.dataset.words);
const filled = (sentence, facts) => sentence.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
const find = (selector) => room.querySelector(selector);
const TRIES = [1, 2, 4, 8, 15, 30]; // seconds between them
const DIGEST = 20_000; // screen readers are told of the others at most so often

let token = find("input[name=csrf_token]").value;
let last = null; // the state that was drawn last
let mine = 0; // what we are sending now

room.dataset.live = "";

// --- What is typed ---------------------------------------------------------------------------------------------------

let leaving = new Set(); // what goes from its place because we said so: keys of points, themes, sentences

const isText = (field) => field.matches("textarea, input:not([type=hidden], [type=checkbox], [type=radio])");
const isTyped = (field) =>
  isText(field)
    ? field.value !== field.defaultValue
    : field.type === "checkbox" && field.checked !== field.defaultChecked;
const inUse = (field) => isTyped(field) || (isText(field) && field === document.activeElement);
// The ticks of points belong to the form at the foot; they are choices, and not what somebody types.
const fieldsOf = (place) => [...place.querySelectorAll("input:not([form]), textarea")];

const minding = {
  leaves: (element) => {
    if (element.matches("input[type=hidden][name$=version]")) return fieldsOf(element.form).some(inUse);
    return element.matches("input:not([form]), textarea") && inUse(element);
  },
  keeps: (element) => {
    if (leaving.has(element.dataset.point ?? element.dataset.key)) return false;
    const kept = element.contains(document.activeElement) || fieldsOf(element).some(isTyped);
    if (kept && !element.hasAttribute("data-gone")) {
      element.setAttribute("data-gone", "");
      const note = document.createElement("p");
      note.className = "hms-sort-note";
      note.textContent = words.gone;
      element.append(note);
    }
    return kept;
  },
};

// What somebody else took away goes when we have left it.
room.addEventListener("focusout", () => {
  if (find("[data-gone]") && last) setTimeout(() => draw(last), 0);
});

// --- Watching --------------------------------------------------------------------------------------------------------

function draw(state) {
  last = state;
  token = state.csrf_token ?? token;
  if ("dragging" in room.dataset) return; // nothing moves beneath a point that is being dragged
  const focused = document.activeElement;
  patch(room, state.html, minding);
  if (focused !== document.activeElement && room.contains(focused)) focused.focus({ preventScroll: true });
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  choose();
}

const signature = () =>
  [...room.querySelectorAll("#theme-list > li, #sentence-list > li")]
    .map((box) => box.dataset.key + box.dataset.version)
    .join();

const watching = watch(room.dataset.address, {
  every: 2000,
  onState: (state) => {
    const before = signature();
    const quiet = last === null || mine > 0;
    draw(state);
    if (!quiet && before !== signature()) tellOfOthers();
  },
  onAnswer: () => mine || trouble(""),
  onTrouble: (status, sentence) => trouble([401, 403, 404, 410].includes(status) ? sentence : words.offline),
});

let toldOfOthers = 0;
function tellOfOthers() {
  if (serverNow() - toldOfOthers < DIGEST) return;
  toldOfOthers = serverNow();
  say(words.others);
}

function say(sentence) {
  said.textContent = "";
  said.append(document.createTextNode(sentence));
}

const troubleLine = document.createElement("p");
troubleLine.className = "hms-save-state hms-sort-trouble";
troubleLine.setAttribute("role", "status");
room.before(troubleLine);
function trouble(sentence) {
  if (troubleLine.textContent !== sentence) troubleLine.textContent = sentence;
}

// --- Sending ---------------------------------------------------------------------------------------------------------

const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// Do one thing, once: the same id however often it must be sent. Gives "" or the sentence that says why not.
async function send(address, data) {
  mine += 1;
  try {
    for (let tried = 0; ; tried += 1) {
      const { sentence, again } = await ask(address, data);
      if (!again) return sentence;
      trouble(again);
      await wait(TRIES[Math.min(tried, TRIES.length - 1)]);
    }
  } finally {
    mine -= 1;
  }
}

async function ask(address, data) {
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST", body: data, credentials: "same-origin", cache: "no-store",
      headers: { Accept: "application/json", "X-CSRFToken": token }, signal: AbortSignal.timeout(15_000),
    });
  } catch {
    return { again: words.offline };
  }
  if (answer.status >= 500 || answer.status === 429) return { again: words.failed };
  let found = {};
  try {
    found = await answer.json();
  } catch {
    return { again: words.failed };
  }
  trouble("");
  if (answer.ok) {
    draw(found);
    return { sentence: "" };
  }
  if (answer.status === 400) await watching.look(); // the session is a new one, with a token of its own
  return { sentence: found.error?.message ?? words.failed, status: answer.status };
}

// Move points to a theme ({theme} or {title}), out of it ({free}), or beneath a sentence ({sentence}).
async function put(points, { theme = "", title = "", sentence = "", free = false }, done) {
  const data = new FormData();
  data.set("submission", newId());
  for (const point of points) data.append("point", point);
  data.set("do", free ? "free" : sentence ? "stand" : "gather");
  for (const [name, value] of Object.entries({ theme, title, sentence })) data.set(name, value);
  leaving = new Set(points);
  const held = document.activeElement.closest("[data-point]")?.dataset.point;
  const refused = await send(find("#sorting").action, data);
  leaving = new Set();
  if (!refused) untick(points);
  if (held && document.activeElement === document.body) find(`#in-${held} [data-grip], #point-${held} [data-grip]`)?.focus();
  say(refused || done);
  if (refused) problem(find("#sorting"), refused);
  return !refused;
}

function problem(form, sentence) {
  const place = form.querySelector("[data-problem]");
  if (!place) {
    trouble(sentence);
    return;
  }
  place.hidden = !sentence;
  place.textContent = sentence;
}

// --- Forms -----------------------------------------------------------------------------------------------------------

room.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!form.closest("#sort-room") || "plain" in form.dataset) return;
  event.preventDefault();
  if (form.id === "sorting") sorted(form, submitter);
  else sent(form, submitter);
});

async function sent(form, button) {
  const data = new FormData(form, button);
  for (const name of [...data.keys()]) if (name.endsWith("submission")) data.set(name, newId());
  button?.setAttribute("aria-busy", "true");
  const box = form.closest("[data-drop]");
  const into = form.elements.into?.value;
  const home = form.closest("section").id;
  const field = form.querySelector("textarea, [type=text], input:not([type])");
  const typed = field?.value;
  if (/\/(removal|merger|return)$/.test(new URL(form.action).pathname)) leaving = new Set([box?.dataset.key, form.dataset.of]);
  const refused = await send(form.action, data);
  leaving = new Set();
  button?.removeAttribute("aria-busy");
  problem(form, refused);
  if (refused) {
    // Ours is kept in its field; saved once more it stands over what it says now.
    await watching.look();
    const version = form.querySelector("input[name$=version]");
    if (version && box?.dataset.version) version.value = box.dataset.version;
    if (form.contains(document.activeElement)) form.querySelector("textarea, input:not([type=hidden])")?.focus();
    return;
  }
  say(words.saved);
  if (field && field.value !== typed) {
    writtenOn(form, box);
    return;
  }
  settle(form);
  // What held the focus went with what was taken away.
  if (document.activeElement === document.body) {
    (find(into ? `#theme-${into}` : `#theme-${form.dataset.of}, #sentence-${form.dataset.of}`) ?? find(`#${home}-title`)).focus();
  }
}

// Somebody wrote on while it was sent: that stays in the field, and is saved over what was sent.
function writtenOn(form, box) {
  const version = form.querySelector("input[name$=version]");
  if (version && box?.dataset.version) version.value = box.dataset.version;
  if (form.id !== "draft") return;
  form.querySelector("#draft-keep-points").replaceChildren();
  form.querySelector("#draft-stands").hidden = true;
}

// What was typed is saved: from now on the field follows what stands.
function settle(form) {
  if (form.id === "draft") {
    form.reset();
    form.querySelector("textarea").value = "";
    form.querySelector("#draft-keep-points").replaceChildren();
    form.querySelector("#draft-stands").hidden = true;
    return;
  }
  const more = form.closest("details");
  const holdsFocus = more?.contains(document.activeElement);
  form.reset();
  if (last) draw(last);
  form.reset();
  if (more && form.querySelector("[type=text], input:not([type]), textarea")) {
    more.open = false;
    if (holdsFocus) more.querySelector("summary").focus();
  }
}

function sorted(form, button) {
  const points = chosen();
  const what = button?.value ?? "gather";
  const theme = form.elements.theme;
  const sentence = form.elements.sentence;
  problem(form, "");
  if (what === "stand" && !sentence.value) return begin(points);
  const title = theme.value ? theme.selectedOptions[0].textContent : form.elements.title.value;
  const where = what === "free" ? { free: true }
    : what === "stand" ? { sentence: sentence.value } : { theme: theme.value, title: form.elements.title.value };
  const told = what === "free" ? words.freed : what === "stand" ? words.stands : filled(words.gathered, { title });
  button?.setAttribute("aria-busy", "true");
  return put(points, where, told).then((done) => {
    button?.removeAttribute("aria-busy");
    if (!done) return;
    form.reset();
    choose();
  });
}

// --- A sentence that is begun ----------------------------------------------------------------------------------------

function begin(points, text = "") {
  const form = find("#draft");
  const list = form.querySelector("#draft-keep-points");
  for (const key of points) {
    if (list.querySelector(`[value="${key}"]`)) continue;
    const from = find(`#in-${key}, #point-${key}`);
    const row = document.createElement("li");
    const label = document.createElement("label");
    label.className = "hms-choice";
    const tick = Object.assign(document.createElement("input"), { type: "checkbox", name: "point", value: key });
    tick.checked = tick.defaultChecked = true;
    const line = document.createElement("span");
    const group =
      from.querySelector("label .hms-muted")?.textContent ??
      `${from.closest(".hms-sort-group").querySelector("h4").textContent}:`;
    const who = Object.assign(document.createElement("span"), { className: "hms-muted", textContent: group });
    line.append(who, " ", from.querySelector("[data-text]").textContent);
    label.append(tick, " ", line);
    row.append(label);
    list.append(row);
  }
  form.querySelector("#draft-stands").hidden = !list.children.length;
  const field = form.querySelector("textarea");
  if (text && !field.value.trim()) field.value = text;
  untick(points);
  field.focus();
  say(words.new_sentence);
}

room.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-begin]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const box = link.closest("[data-drop]");
  begin([...box.querySelectorAll("[data-point]:not([data-cleared])")].map((one) => one.dataset.point), box.dataset.title);
});

// --- Ticks -----------------------------------------------------------------------------------------------------------

const ticks = () => [...room.querySelectorAll("input[form=sorting][name=point]")];
const chosen = () => [...new Set(ticks().filter((tick) => tick.checked).map((tick) => tick.value))];

// A point stands among its group's and in its theme: both are ticked together.
room.addEventListener("change", (event) => {
  const { target: tick } = event;
  if (tick.getAttribute("form") === "sorting") {
    for (const other of ticks()) if (other.value === tick.value) other.checked = tick.checked;
    choose();
  } else if (tick.id === "theme") choose();
});

function untick(points) {
  for (const tick of ticks()) if (points.includes(tick.value)) tick.checked = false;
  choose();
}

function choose() {
  const form = find("#sorting");
  if (!form) return;
  const points = chosen();
  const groups = new Set(points.map((key) => find(`[data-point="${key}"]`).dataset.group)).size;
  const line = form.querySelector("#sort-chosen");
  const told = points.length === 0 ? words.none : points.length === 1 ? words.chosen_one : filled(words.chosen, {
    count: points.length, groups: groups === 1 ? words.one_group : filled(words.groups, { count: groups }),
  });
  line.hidden = false;
  if (line.textContent !== told) line.textContent = told;
  const used = form.contains(document.activeElement) || fieldsOf(form).some(isTyped);
  form.toggleAttribute("data-empty", !points.length && !used);
  form.querySelector("#sort-title").hidden = form.elements.theme.value !== "";
}

moving({ room, words, filled, say, put, chosen, laid: () => last && draw(last) });
choose();
