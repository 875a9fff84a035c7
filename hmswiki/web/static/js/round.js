// A round, filled in where the work is. Each answer is kept on the phone as it is given, then sent; "saved" is said when
// the server has said so. Without this the page is one form with a button.

import * as outbox from "./outbox.js";
import { Item, showWhatIsAsked } from "./round-items.js";
import { smaller } from "./round-photo.js";
import { Progress } from "./round-status.js";
import { Status } from "./save-state.js";
import * as sending from "./sending.js";
import { clock, filled } from "./words.js";

const TYPING_ENDS = 1200;
const SAYS_SAVING_AFTER = 1000;
const LOOKS_EVERY = 4000;
const LOOKS_LESS = 30_000;

const form = document.querySelector("form[data-hms-round]");
if (form) new Round(form).begin();

function Round(form) {
  const words = form.dataset;
  const key = words.hmsRound;
  const language = document.documentElement.lang;
  const items = [...form.querySelectorAll("[data-item], [data-finding]")].map((fieldset) => new Item(fieldset, words));
  const bySubject = new Map(items.map((item) => [item.subject, item]));
  const status = new Status(form);
  const progress = new Progress(form, items);
  const timers = new Map();
  const keeping = new Set();
  let lasts = true;
  let kept = { id: `${outbox.person}:${key}`, person: outbox.person, round: key, state: null };
  let savedAt = null;
  let slow = null;
  let etag = null;
  let handingIn = false;

  this.begin = async () => {
    form.dataset.hmsScript = "yes";
    // A refused form stands at another address; what is opened again, and kept, is the round.
    if (location.pathname !== words.address) history.replaceState(null, "", words.address + location.hash);
    const early = items.filter((item) => item.changed); // somebody was quicker than this script
    for (const item of early) item.dirty = true;
    listen();
    for (const item of items) item.unfold();
    refresh();
    await remember();
    for (const item of early) give(item);
    sending.keepTrying();
    outbox.keepPage(words.worker, words.address);
    look();
  };

  // --- What the phone knows from before ---

  async function remember() {
    const box = await outbox.open();
    lasts = box.lasts;
    const earlier = await box.get("rounds", kept.id);
    const { title, place, address } = words;
    kept = {
      ...kept, state: earlier?.state ?? null, title, place, address, at: new Date().toISOString(),
      words: {
        refusedOne: words.refusedInOne, refusedMany: words.refusedInMany, late: words.late, lateText: words.lateText,
        why: words.why, correct: words.correct, discard: words.discard, failed: words.failed,
        photo: words.photo,
      },
    };
    await box.put("rounds", kept);
    if (kept.state) recall(kept.state);
    const { answers, photos } = await outbox.waiting(key);
    for (const record of answers) {
      const item = bySubject.get(record.subject);
      if (!item || item.dirty) continue;
      item.write(record);
      if (record.refused) item.problem(record.refused);
    }
    for (const record of photos) {
      await bySubject.get(`item:${record.item}`)?.drawWaiting(record);
      if (record.refused) bySubject.get(`item:${record.item}`)?.problem(record.refused);
    }
    refresh();
    await say();
  }

  // The page may be the one that the phone kept, and older than what the server has told since.
  function recall(state) {
    for (const [subject, answer] of answersIn(state)) {
      const item = bySubject.get(subject);
      const shown = item?.fieldset.dataset.answeredAt;
      if (item && !item.dirty && (!shown || new Date(answer.answered_at) > new Date(shown))) item.write(answer);
    }
    for (const item of items) for (const photo of state.photos?.[item.key] ?? []) item.addPhoto(photo);
  }

  function answersIn(state) {
    return [
      ...Object.entries(state.answers ?? {}).map(([item, answer]) => [`item:${item}`, answer]),
      ...Object.entries(state.still ?? {}).map(([finding, answer]) => [`finding:${finding}`, answer]),
    ];
  }

  function noteState(change) {
    kept.state ??= { answers: {}, still: {}, photos: {} };
    change(kept.state);
    outbox.open().then((box) => box.put("rounds", kept)).catch(() => {});
  }

  // --- What is answered ---

  function listen() {
    form.addEventListener("change", (event) => {
      if (event.target.matches("[data-photo]")) takePhoto(event.target);
      else given(event.target);
    });
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-remove]");
      if (button) removePhoto(event, button);
    });
    form.addEventListener("input", (event) => {
      const item = itemOf(event.target);
      if (!item || event.target.matches("[type=radio], [type=checkbox], [type=file], select")) return;
      item.dirty = true;
      clearTimeout(timers.get(item));
      timers.set(item, setTimeout(() => give(item), TYPING_ENDS));
    });
    form.addEventListener("focusin", (event) => {
      const item = itemOf(event.target);
      if (item && item !== progress.now) {
        progress.now = item;
        progress.show();
      }
    });
    document.querySelector("[data-next]").addEventListener("click", (event) => {
      event.preventDefault();
      goTo(progress.next(progress.now));
    });
    form.addEventListener("submit", submit);
    addEventListener("pagehide", giveAll);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") giveAll();
      else look();
    });
    addEventListener("beforeunload", (event) => {
      // Only what the browser would not keep is worth a question.
      if (!lasts && sending.status !== "sent") event.preventDefault();
    });
    addEventListener("hms-sent", (event) => event.detail.round === key && arrived(event.detail));
    addEventListener("hms-sending", say);
    addEventListener("hms-outbox", say);
  }

  function itemOf(field) {
    const fieldset = field.closest("[data-item], [data-finding]");
    return items.find((item) => item.fieldset === fieldset);
  }

  function given(field) {
    const item = itemOf(field);
    if (item) give(item);
  }

  function giveAll() {
    for (const item of items) if (item.dirty) give(item);
  }

  async function give(item) {
    clearTimeout(timers.get(item));
    item.unfold();
    refresh();
    if (!item.changed) {
      item.dirty = false;
      return;
    }
    const answer = item.read();
    item.keep();
    item.problem("");
    item.by("");
    const record = {
      key: outbox.uuid(), round: key, person: outbox.person, address: words.answers, subject: item.subject,
      item: item.key, finding: item.finding, ...answer, at: new Date().toISOString(), sent: false, refused: null,
      asks: item.asks, says: item.says,
    };
    const kept = outbox.keepAnswer(record);
    keeping.add(kept);
    await kept.finally(() => keeping.delete(kept));
    if (navigator.onLine === false) await say();
    clearTimeout(slow);
    slow = setTimeout(() => sending.status !== "offline" && waits().then(({ count }) => count && status.saving()), SAYS_SAVING_AFTER);
    sending.send();
  }

  async function takePhoto(input) {
    const item = itemOf(input);
    const files = [...input.files];
    input.value = "";
    for (const file of files) {
      try {
        const photo = await smaller(file);
        const record = {
          key: outbox.uuid(), round: key, person: outbox.person, address: words.photos, item: item.key, ...photo,
          at: new Date().toISOString(), sent: false, refused: null,
        };
        await outbox.keepPhoto(record);
        item.problem("");
        await item.drawWaiting(record);
      } catch {
        item.problem(words.noPhoto);
      }
    }
    refresh();
    await say();
    sending.send();
  }

  // A photo is taken away by pressing twice: what is gone does not come back.
  async function removePhoto(event, button) {
    event.preventDefault();
    if (!button.hasAttribute("data-sure")) {
      button.setAttribute("data-sure", "");
      button.querySelector("[data-sure-text]").hidden = false;
      return;
    }
    const item = itemOf(button);
    const place = button.closest("[data-photo-key]");
    const photo = place.dataset.photoKey;
    try {
      if (place.matches("[data-waiting]")) await outbox.forget("photos", [photo]);
      else {
        const { refusal } = await sending.once(`${outbox.root}photos/${photo}/withdrawal`, new FormData());
        if (refusal) throw new Error(refusal);
      }
    } catch {
      item.problem(words.notRemoved);
      return;
    }
    item.savedAt = performance.now();
    item.removePhoto(photo);
    noteState((state) => {
      for (const [at, photos] of Object.entries(state.photos ?? {})) {
        state.photos[at] = photos.filter((one) => one.key !== photo);
      }
    });
    item.fieldset.querySelector("[data-photo]").focus();
    refresh();
    say();
  }

  // --- What the server has said ---

  function arrived({ saved, photos, refused }) {
    for (const record of saved) {
      const item = bySubject.get(record.subject);
      if (item) item.savedAt = performance.now();
      savedAt = new Date();
      noteState((state) => {
        const { value, note, details } = record;
        const place = record.finding ? (state.still ??= {}) : state.answers;
        place[record.finding ?? record.item] = { key: record.key, value, note, details, by: null, answered_at: record.at };
      });
    }
    for (const { record, photo } of photos) {
      const item = bySubject.get(`item:${record.item}`);
      if (item) {
        item.addPhoto({ key: record.key, ...photo });
        item.savedAt = performance.now();
      }
      savedAt = new Date();
      noteState((state) => {
        const list = ((state.photos ??= {})[record.item] ??= []);
        if (!list.some((one) => one.key === record.key)) list.push({ key: record.key, ...photo });
      });
    }
    for (const record of refused) {
      const item = bySubject.get(record.subject ?? `item:${record.item}`);
      if (item && !item.changed && !item.dirty) item.problem(record.refused);
    }
    if (refused.some((record) => record.status === 409)) look();
    refresh();
    say();
  }

  async function waits() {
    const { answers, photos } = await outbox.waiting(key);
    const all = [...answers, ...photos];
    const subjects = new Set(all.filter((one) => !one.refused).map((one) => one.subject ?? one.key));
    const refused = new Set(all.filter((one) => one.refused).map((one) => one.subject ?? one.key));
    return { count: subjects.size, refused: refused.size, all };
  }

  async function say() {
    const { count, refused } = await waits();
    lasts = (await outbox.open()).lasts;
    const why = navigator.onLine === false ? "offline" : sending.status;
    if (count > 0 && why !== "sent") status.waiting(why, count, lasts);
    else if (count === 0 && refused > 0) status.refused(refused);
    else if (count === 0) {
      clearTimeout(slow);
      if (why === "offline") status.waiting("offline", 0, lasts);
      else if (savedAt) status.saved(savedAt);
      else status.nothing();
    }
  }

  function refresh() {
    showWhatIsAsked(items);
    progress.show();
  }

  // --- The others ---

  let looking = null;

  async function look() {
    clearTimeout(looking);
    if (document.visibilityState !== "visible") return;
    let pause = LOOKS_EVERY;
    const asked = performance.now();
    try {
      const headers = { Accept: "application/json", ...(etag ? { "If-None-Match": etag } : {}) };
      const answer = await fetch(words.state, { headers, cache: "no-store", signal: AbortSignal.timeout(15_000) });
      if (answer.ok && answer.headers.get("Content-Type")?.includes("json")) {
        etag = answer.headers.get("ETag");
        const state = await answer.json();
        for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = state.csrf_token;
        apply(state, asked);
        noteState((known) => Object.assign(known, { answers: state.answers, still: state.still, photos: state.photos }));
        if (sending.status === "offline" || sending.status === "failed") sending.send();
      } else if (answer.status !== 304) {
        pause = LOOKS_LESS;
        if (answer.status === 401) sending.send();
      }
    } catch {
      pause = LOOKS_EVERY * 2;
      if (sending.status === "sent") sending.send(); // it finds out, and says so
    }
    looking = setTimeout(look, pause);
  }

  async function apply(state, asked) {
    const { answers: mine, photos: myPhotos } = await outbox.waiting(key);
    const unsent = new Set(mine.map((record) => record.subject));
    for (const [subject, answer] of answersIn(state)) {
      const item = bySubject.get(subject);
      if (!item || unsent.has(subject) || item.dirty || item.savedAt > asked) continue;
      item.write(answer);
      const other = answer.by && answer.by !== words.me ? answer.by : null;
      item.by(other ? filled(words.by, { name: other, time: clock(answer.answered_at, language) }) : "");
    }
    for (const item of items) {
      if (item.key === null || item.savedAt > asked) continue;
      item.setPhotos(state.photos?.[item.key] ?? []);
    }
    if (state.handed_in || state.abandoned) handedIn(state, unsent.size + myPhotos.length);
    refresh();
  }

  function handedIn(state, count) {
    if (handingIn) return;
    const notice = document.querySelector("[data-hms-handed-in]");
    if (!notice.hidden) return;
    let sentence = state.handed_in ? words.handedIn : words.givenUp;
    if (state.handed_in_by) sentence = filled(words.handedInBy, { name: state.handed_in_by });
    const more = count === 0 ? "" : filled(count === 1 ? words.keptOne : words.keptMany, { num: count });
    notice.querySelector("p").textContent = [sentence, more].filter(Boolean).join(" ");
    notice.hidden = false;
    document.querySelector("[data-hms-bar]").hidden = true;
  }

  // --- Going on, and handing in ---

  function goTo(item) {
    if (!item) return;
    const field = item.parts("value")[0] ?? item.fieldset.querySelector("input, textarea, select");
    item.fieldset.scrollIntoView({ block: "start", behavior: "auto" });
    field?.focus({ preventScroll: true });
  }

  async function submit(event) {
    if (handingIn) return;
    const button = event.submitter;
    event.preventDefault();
    button?.setAttribute("aria-busy", "true");
    giveAll();
    await Promise.allSettled(keeping);
    await sending.send();
    button?.removeAttribute("aria-busy");
    const { count, refused, all } = await waits();
    if (!button?.matches("[data-hand-in]")) return;
    if (count === 0 && refused === 0) {
      handingIn = true;
      button.setAttribute("aria-busy", "true");
      document.querySelector("form[data-hms-hand-in]").requestSubmit(); // without what the page showed long ago
      return;
    }
    await say();
    const first = all.find((one) => one.refused);
    if (first) goTo(bySubject.get(first.subject ?? `item:${first.item}`));
    else status.say("offline", filled(words.handInLater, { num: count }));
  }
}

