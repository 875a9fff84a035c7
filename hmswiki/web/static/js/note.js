// A group's note, written by several at once. Each line is kept on the phone as it is typed, then sent; "saved" is said
// when the server has said so. Without this the page is one form with a field for each prompt.

import { setEnd } from "./clock.js";
import { applied, fold, keepEdit, retry, settled, withEdits, withSaved } from "./note-edits.js";
import { Box } from "./note-lines.js";
import * as outbox from "./outbox.js";
import { Status } from "./save-state.js";
import * as sending from "./sending.js";
import { watch } from "./watching.js";
import { clock, filled } from "./words.js";

const TYPING_ENDS = 400;
const EMPTIED = 3000; // somebody may be about to write it anew
const SAYS_SAVING_AFTER = 1000;
const LOOKS_EVERY = 2000; // and saves, while somebody types; the server may say otherwise
const TELLS_EVERY = 20_000;
const LONGEST = 1000;
const SHUT_OUT = [401, 403, 404, 410];

const form = document.querySelector("form[data-hms-note]");
if (form) new Note(form).begin();

function Note(form) {
  const words = form.dataset;
  const address = words.hmsNote;
  const status = new Status(form);
  const teller = new Teller(document.querySelector("[data-hms-told]"));
  let told = JSON.parse(words.known); // as the server told last
  const plan = told.plan; // the one that the page's headings are of
  let waiting = []; // what it has not said it has
  let writing = Promise.resolve();
  let version = 0;
  let heard = 0; // the pulse of what it has said it has
  let kept = null;
  let savedAt = null;
  let lasts = true;
  let shut = null; // why nobody is let in here any more
  let slow = null;
  let watching = null;
  let seen = null;

  this.words = words;
  this.isClosed = !told.may_write;
  const boxes = [...form.querySelectorAll("[data-hms-box]")].map((field) => new Box(field, this));

  this.begin = async () => {
    form.dataset.hmsScript = "yes";
    document.documentElement.style.overflowAnchor = "none"; // the window is kept in its place here
    // A refused form stands at another address; what is opened again, and kept, is the note.
    if (location.pathname !== address) history.replaceState(null, "", address);
    render();
    for (const box of boxes) box.takeOver(); // somebody was quicker than this script
    listen();
    show();
    await remember();
    sending.keepTrying();
    outbox.keepPage(words.worker, address);
    watching = watch(words.state, { every: LOOKS_EVERY, onState: hear, onAnswer, onTrouble });
  };

  // --- What the phone knows from before ---

  async function remember() {
    const box = await outbox.open();
    lasts = box.lasts;
    const id = `${outbox.person}:${address}`;
    const earlier = await box.get("notes", id);
    const { title, place } = words;
    kept = {
      id, person: outbox.person, note: address, address, title, place, at: new Date().toISOString(),
      state: { ...told, csrf_token: null },
      words: { refusedOne: words.refusedInOne, refusedMany: words.refusedInMany },
    };
    // The page may be the one that the phone kept, and older than what the server has told since.
    if (earlier?.state?.pulse > told.pulse) hear(earlier.state);
    await box.put("notes", kept);
    await retry(address, SHUT_OUT); // the page came: the door is open
    await refresh();
  }

  function note() {
    if (!kept) return;
    kept.state = { ...told, csrf_token: null };
    outbox.open().then((box) => box.put("notes", kept)).catch(() => {});
  }

  // What waits, as the phone has it: another window may have written there, or have sent it.
  async function refresh() {
    let before;
    let found;
    do {
      before = version;
      await writing;
      found = await outbox.waitingEdits(address);
    } while (before !== version);
    waiting = found;
    lasts = (await outbox.open()).lasts;
    render();
    say();
  }

  // --- What is shown ---

  const lines = () => boxes.flatMap((box) => box.lines);

  function render() {
    const still = holdStill();
    const points = withEdits(told.points, waiting);
    const byKey = new Map(lines().map((line) => [line.key, line]));
    const ofBox = (box) => points.filter((point) => point.prompt === box.prompt && (point.model ?? null) === box.model);
    const focused = lines().find((line) => line.isFocused);
    const caret = focused?.area.selectionStart;
    for (const box of boxes) {
      for (const point of ofBox(box)) if (byKey.has(point.key)) byKey.get(point.key).box = box;
    }
    for (const box of boxes) box.show(ofBox(box), (key) => byKey.get(key));
    if (focused && !focused.isFocused && focused.area.isConnected) {
      focused.area.focus({ preventScroll: true });
      focused.area.setSelectionRange(caret, caret);
    }
    still();
    tellOfOthers(points);
  }

  // What is looked at stays where it is, whatever comes in above it.
  function holdStill() {
    const from = [document.activeElement, ...form.querySelectorAll(".hms-note-line, label, button, h2")];
    const inSight = (one) => one && form.contains(one) && one.getBoundingClientRect().bottom > 0 && one.getBoundingClientRect().top < innerHeight;
    const anchor = from.find(inSight);
    const top = anchor?.getBoundingClientRect().top;
    return () => {
      const moved = anchor?.isConnected ? anchor.getBoundingClientRect().top - top : 0;
      if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
    };
  }

  // The task, its time, and whether it has been handed in.
  function show() {
    const { task, may_write: mayWrite, handed_in_at: handedIn, changed_since_handed_in: changed, next } = told;
    const reminded = told.reminded_at && (!handedIn || Date.parse(handedIn) < Date.parse(told.reminded_at));
    this_.isClosed = !mayWrite;
    for (const box of boxes) box.close(this_.isClosed);
    words.saved = task.state === "waiting" ? words.savedOnly : words.savedOnWall;
    setEnd(form.querySelector("[data-hms-clock]"), task.ends_at);
    form.querySelector("[data-hms-clock-bar]").dataset.minutes = task.minutes;
    write("[data-task-minutes]", filled(words.minutes, { num: task.minutes }));
    unhide("[data-hms-clock-line]", Boolean(task.ends_at));
    for (const state of ["waiting", "running", "closed"]) {
      unhide(`[data-hms-state=${state}]`, !task.ends_at && task.state === state);
    }
    unhide("[data-hms-closed]", !mayWrite);
    unhide("[data-hms-late]", mayWrite && task.state === "closed");
    unhide("[data-hms-open]", mayWrite);
    unhide("[data-hms-reminded]", Boolean(reminded && mayWrite));
    const time = handedIn && clock(handedIn);
    write("[data-hms-handed-in] span", !handedIn ? "" : filled(changed ? words.saidChanged : words.saidHandedIn, { time }));
    form.querySelector("[data-hms-handed-in]").dataset.status = changed ? "neutral" : "reached";
    unhide("[data-hms-handed-in]", Boolean(handedIn));
    write("[data-hand-in]", handedIn ? words.handInAgain : words.handInNow);
    const link = document.querySelector("[data-hms-next] a");
    if (link && next) {
      link.href = next.address;
      link.textContent = next.title;
    }
    unhide("[data-hms-next]", Boolean(next));
    const running = next?.address ?? (task.state === "running" ? address : null);
    for (const one of document.querySelectorAll("[data-hms-goes-on]")) one.hidden = one.dataset.hmsGoesOn !== running;
    unhide("[data-hms-planned-anew]", told.plan !== undefined && told.plan !== plan);
  }

  function write(selector, sentence) {
    const place = document.querySelector(selector);
    if (place && place.textContent !== sentence) place.textContent = sentence;
  }

  function unhide(selector, isShown) {
    const place = document.querySelector(selector);
    if (place && place.hidden === isShown) place.hidden = !isShown;
  }

  // --- What is typed ---

  const this_ = Object.assign(this, {
    typed(line) {
      line.box.begun(line);
      unsaved();
      const now = performance.now();
      line.dirtySince ??= now;
      clearTimeout(line.timer);
      const soon = line.isBlank ? EMPTIED : Math.max(0, Math.min(TYPING_ENDS, line.dirtySince + (told.look_again_ms ?? LOOKS_EVERY) - now));
      line.timer = setTimeout(() => !line.isComposing && give(line) && go(), soon);
    },
    left(line) {
      if (give(line)) go();
      line.tidy();
      line.box.leave(line);
    },
    cleared(line) {
      if (give(line)) go();
    },
    flush() {
      giveAll();
    },
    moved(line, by) {
      give(line);
      const place = target(line, by);
      if (!line.isPoint || !place || this.isClosed) return;
      const from = line.box;
      keep({ kind: "move", point: line.key, ...place });
      render();
      line.area.focus({ preventScroll: line.box === from });
      if (line.box !== from) line.area.scrollIntoView({ block: "nearest" });
      teller.now(filled(words.moved, { prompt: line.box.name, num: line.box.lines.indexOf(line) + 1 }));
      go();
    },
    // What was not taken is thrown away, and the line is as the others have it.
    letGo(line) {
      const keys = waiting.filter((edit) => edit.point === line.key && edit.refused).map((edit) => edit.key);
      line.dirtySince = null;
      version += 1;
      waiting = waiting.filter((edit) => !keys.includes(edit.key));
      writing = writing.then(() => outbox.forget("edits", keys)).then(outbox.noteWhetherAnythingWaits);
      render();
      say();
    },
  });

  // Where a move takes the line: among its own, and at the end of them to the box before or after.
  function target(line, by) {
    const { box } = line;
    const points = box.points;
    const at = points.indexOf(line);
    const to = at + by;
    if (to >= 0 && to < points.length) {
      const after = by < 0 ? (points[at - 2]?.key ?? null) : points[to].key;
      return { prompt: box.prompt, model: box.model, after };
    }
    const other = boxes[boxes.indexOf(box) + by];
    return other ? { prompt: other.prompt, model: other.model, after: by < 0 ? (other.points.at(-1)?.key ?? null) : null } : null;
  }

  // Whether there was anything to give.
  function give(line) {
    clearTimeout(line.timer);
    line.dirtySince = null;
    const { text, box } = line;
    if (text === line.said) return false;
    if (line.said) line.lastText = line.said;
    const edit = { kind: text ? "write" : "clear", point: line.key, text, base: line.base, prompt: box.prompt, model: box.model };
    if (text && !line.isPoint) edit.after = placeOf(line);
    if (text.length > LONGEST) Object.assign(edit, { refused: filled(words.tooLong, { num: text.length }), status: 422 });
    line.said = text;
    line.base = keep(edit);
    line.isPoint = Boolean(text);
    return true;
  }

  // Right after the line above it; at the end where none is below it, whoever else has written there meanwhile.
  function placeOf(line) {
    const { lines } = line.box;
    const at = lines.indexOf(line);
    const below = lines.slice(at + 1).some((one) => one.isPoint);
    const above = lines.slice(0, at).findLast((one) => one.isPoint);
    return below ? (above?.key ?? null) : undefined;
  }

  function giveAll() {
    if (lines().map((line) => give(line)).some(Boolean)) go();
  }

  // Gives the key of the edit, which is kept as soon as the phone can; null where a line was cleared that never was sent.
  function keep(facts) {
    const edit = {
      key: outbox.uuid(), note: address, person: outbox.person, at: new Date().toISOString(), sent: false, refused: null,
      status: null, ...facts,
    };
    const change = fold(waiting, edit);
    waiting = applied(waiting, change);
    version += 1;
    writing = writing.then(() => keepEdit(edit)).catch(() => {});
    return change.put.some((one) => one.key === edit.key) ? edit.key : null;
  }

  async function go() {
    render();
    unsaved();
    await writing;
    if (navigator.onLine === false) await refresh();
    sending.send();
  }

  function listen() {
    form.addEventListener("submit", submit);
    addEventListener("pagehide", giveAll);
    document.addEventListener("visibilitychange", () => document.hidden && giveAll());
    addEventListener("beforeunload", (event) => {
      // Only what the browser would not keep is worth a question.
      if (!lasts && waiting.length) event.preventDefault();
    });
    addEventListener("hms-sent-edits", (event) => event.detail.note === address && arrived(event.detail));
    addEventListener("hms-sending", refresh);
    addEventListener("hms-outbox", refresh);
    addEventListener("resize", () => lines().forEach((line) => line.grow()));
  }

  // --- What the server has said ---

  function arrived({ saved, state, mark }) {
    const isNews = Boolean(state && watching && state.pulse >= heard);
    heard = Math.max(heard, state?.pulse ?? 0);
    if (saved.length) savedAt = new Date();
    for (const { record, point } of saved) {
      // Two wrote this line at once: what was written here has become a line of its own, and is typed on.
      const line = point === record.point ? null : lines().find((one) => one.key === record.point);
      const next = waiting.some((edit) => edit.point === record.point && edit.base === record.key);
      if (line && (next || line.base === record.key)) line.key = point;
    }
    told = { ...told, points: withSaved(told.points, saved) };
    waiting = applied(waiting, settled(waiting, saved));
    if (isNews) {
      watching.told(state, mark);
    } else {
      refresh();
      note();
    }
  }

  function hear(state) {
    if (state.pulse < heard) return; // it was told before the last that was saved
    const before = told;
    told = state;
    for (const field of document.querySelectorAll("[name=csrf_token]")) if (state.csrf_token) field.value = state.csrf_token;
    if (before.may_write && !state.may_write) giveAll();
    if (state.may_write && waiting.some((edit) => edit.status === 409)) {
      retry(address, [409]).then(() => sending.send());
    }
    show();
    refresh();
    note();
  }

  function onAnswer() {
    shut = null;
    if (sending.status === "offline" || sending.status === "failed") sending.send();
    else say();
  }

  function onTrouble(code, sentence) {
    if (SHUT_OUT.includes(code)) {
      shut = code === 401 ? words.shutOut : sentence || words.shutOut;
      say();
    } else if (sending.status === "sent") sending.send().then(say); // it finds out, and says so
  }

  const countOf = (edits) => new Set(edits.map((edit) => edit.point)).size;

  // It is not saved any more, and after a while that is said.
  function unsaved() {
    if (sending.status !== "sent" || navigator.onLine === false) return;
    if (savedAt) status.nothing();
    slow ??= setTimeout(() => {
      slow = null;
      if (!isSaved() && sending.status === "sent" && navigator.onLine !== false) status.saving();
    }, SAYS_SAVING_AFTER);
  }

  const isSaved = () => !waiting.some((edit) => !edit.refused) && !lines().some((line) => line.isDirty);

  function say() {
    const on = waiting.filter((edit) => !edit.refused);
    const refused = countOf(waiting.filter((edit) => edit.refused));
    const why = navigator.onLine === false ? "offline" : sending.status;
    const link = words.signIn ? { href: words.signIn, text: words.signInText } : null;
    if (on.length && why !== "sent") status.waiting(why, countOf(on), lasts);
    else if (shut) status.say("problem", shut, link);
    else if (why === "offline") status.waiting("offline", 0, lasts);
    else if (!isSaved()) return;
    else if (refused) status.refused(refused);
    else if (savedAt) status.saved(savedAt);
    else status.nothing();
    if (isSaved()) {
      clearTimeout(slow);
      slow = null;
    }
    teller.state(status.said, savedAt && why === "sent" && !refused);
  }

  // --- What is told to those who do not see ---

  function tellOfOthers(points) {
    const theirs = points.filter((point) => !point.mine && !point.waits);
    const fresh = seen ? theirs.filter((point) => seen.get(point.key) !== point.text) : [];
    seen = new Map(points.map((point) => [point.key, point.text]));
    for (const point of fresh) {
      const box = boxes.find((one) => one.prompt === point.prompt && one.model === (point.model ?? null));
      teller.later({ one: filled(words.newOne, { name: point.by ?? "", prompt: box?.name ?? "", text: point.text }), many: words.newMany });
    }
  }

  // --- Handing in ---

  async function submit(event) {
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("[data-hand-in]");
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      giveAll();
      await writing;
      await sending.send();
      await refresh();
      if (waiting.some((edit) => edit.refused)) lines().find((line) => !line.error.hidden)?.focus();
      else if (waiting.length) explain(filled(words.handInLater, { num: countOf(waiting) }));
      else await handIn(button.formAction);
    } catch ({ status: why }) {
      explain(why === "signed-out" ? words.shutOut : why === "failed" ? words.handInFailed : words.handInOffline);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  async function handIn(where) {
    const body = new FormData();
    body.append("submission", outbox.uuid());
    const { data, refusal } = await sending.once(where, body, { Accept: "application/json" });
    if (refusal) {
      explain(refusal);
      return;
    }
    told = { ...told, handed_in_at: data.handed_in_at, changed_since_handed_in: false };
    heard = Math.max(heard, data.pulse);
    show();
    note();
    teller.now(document.querySelector("[data-hms-handed-in]").textContent.trim());
    watching?.look();
  }

  function explain(sentence) {
    status.say("offline", sentence);
    teller.now(sentence);
  }
}

// A live region that says what others write at most every twenty seconds, and of saving only when it turns.
function Teller(place) {
  let waits = [];
  let timer = null;
  let last = -TELLS_EVERY;
  let before = null;

  this.now = (sentence) => {
    if (place) place.textContent = sentence;
  };
  this.state = (sentence, isSaved) => {
    const kind = isSaved ? "saved" : sentence;
    if (kind !== before && sentence) this.now(sentence);
    if (sentence) before = kind;
  };
  this.later = (news) => {
    waits.push(news);
    timer ??= setTimeout(tell, Math.max(1000, last + TELLS_EVERY - performance.now()));
  };
  const tell = () => {
    this.now(waits.length === 1 ? waits[0].one : filled(waits[0].many, { num: waits.length }));
    waits = [];
    timer = null;
    last = performance.now();
  };
}
