// Sends what waits on the phone: edits of notes in the order in which they were made, then answers, then photos, each
// once. Tries again when the net returns, when the page is looked at, and else after a while that grows. What happens is
// told by events on the window:
//   hms-sent        {round, saved: [answer records], photos: [{record, photo}], refused: [records]}
//   hms-sent-edits  {note, saved: [{record, point, written}], refused: [records], state, mark}, in all windows of the
//                   wiki; `state`: how the note stands now, with its mark, where the server has said so
//   hms-sending     {status}: sent, offline, failed, signed-out, other-person

import { claim, notesThatWait, refuseEdits, settle } from "./note-edits.js";
import { change, forget, noteWhetherAnythingWaits, person, root, waiting } from "./outbox.js";

const AT_ONCE = 20;
const PATIENCE = { edits: 10_000, answers: 15_000, photos: 90_000 };
const PAUSES = [1, 2, 4, 5, 5, 5, 8, 8, 15, 30, 60]; // seconds: a server that died is back within a few

// Answers that no second try will change; what they say is shown where the answer was given.
const REFUSALS = [403, 404, 409, 410, 413, 415, 422];

class Stop extends Error {
  constructor(status) {
    super(status);
    this.status = status;
  }
}

let session = null;
let running = null;
let again = false;
let failures = 0;
let timer = null;
let started = false;

export let status = "sent";

// Send all that waits. Two calls at once are one; something put in meanwhile is taken along.
export function send() {
  again = true;
  running ??= turn().finally(() => (running = null));
  return running;
}

async function turn() {
  clearTimeout(timer);
  while (again) {
    again = false;
    try {
      if (navigator.onLine === false) throw new Stop("offline");
      await alone(sendAll);
      tell("sent");
      failures = 0;
    } catch (problem) {
      tell(problem instanceof Stop ? problem.status : "offline");
      if (status === "offline" || status === "failed") later();
    }
  }
  return status;
}

// Two windows of the same wiki do not send at the same time; it would do no harm, but tell of it twice.
function alone(work) {
  return navigator.locks ? navigator.locks.request(`hmswiki:${root}`, work) : work();
}

function later() {
  const pause = PAUSES[Math.min(failures, PAUSES.length - 1)];
  failures += 1;
  timer = setTimeout(send, pause * 1000);
}

function tell(now) {
  status = now;
  dispatchEvent(new CustomEvent("hms-sending", { detail: { status: now } }));
}

export function keepTrying() {
  if (!started) {
    started = true;
    const soon = () => {
      failures = 0;
      send();
    };
    addEventListener("online", soon);
    addEventListener("pageshow", (event) => event.persisted && soon());
    addEventListener("offline", () => tell("offline"));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && status !== "sent") soon();
    });
  }
  return send();
}

// --- One round at a time ---

async function sendAll() {
  for (const note of await notesThatWait()) await sendNote(note);
  const { answers, photos } = await waiting();
  const ready = answers.filter((record) => !record.refused);
  for (const batch of batches(ready)) await sendAnswers(batch);
  for (const record of photos) if (!record.refused) await sendPhoto(record);
  await noteWhetherAnythingWaits();
}

function* batches(records) {
  const rounds = Map.groupBy ? Map.groupBy(records, (one) => one.address) : grouped(records);
  for (const ofRound of rounds.values()) {
    for (let from = 0; from < ofRound.length; from += AT_ONCE) yield ofRound.slice(from, from + AT_ONCE);
  }
}

function grouped(records) {
  const found = new Map();
  for (const one of records) found.set(one.address, [...(found.get(one.address) ?? []), one]);
  return found;
}

async function sendAnswers(batch) {
  await known(false); // before they are marked as being on their way
  for (const record of batch) await change("answers", record, { sent: true });
  const answers = batch.map(({ key, item, finding, value, note, details, at }) => ({
    key, ...(finding ? { finding } : { item }), value, note, details, answered_at: at,
  }));
  const body = JSON.stringify({ answers, sent_at: new Date().toISOString() }); // this clock may be wrong
  const answer = await post(batch[0].address, body, PATIENCE.answers, { "Content-Type": "application/json" });
  if (answer.refusal) {
    if (batch.length > 1 && answer.status !== 409) {
      for (const record of batch) await sendAnswers([record]); // one of them may be to blame
      return;
    }
    await refuse("answers", batch, () => answer);
    return;
  }
  const saved = new Set(answer.data.saved);
  const sentences = new Map((answer.data.refused ?? []).map((one) => [one.key, one]));
  const done = batch.filter((record) => saved.has(record.key));
  await forget("answers", [...saved]);
  if (done.length) told(batch[0].round, { saved: done });
  await refuse("answers", batch.filter((record) => sentences.has(record.key)), (record) => ({
    refusal: sentences.get(record.key).sentence, status: answer.data.handed_in ? 409 : 422,
  }));
  if (done.length + sentences.size < batch.length) throw new Stop("failed");
}

// One batch after another: what comes of the first may change what the next says.
async function sendNote(note) {
  for (;;) {
    await known(false); // before anything is marked as being on its way
    const batch = await claim(note, AT_ONCE);
    if (!batch.length) return;
    await sendEdits(batch);
  }
}

async function sendEdits(batch) {
  const [{ note, person: whose }] = batch;
  const edits = batch.map(({ key, kind, point, text, base, after, prompt, model, at }) => ({
    key, kind, point, text, base, after, prompt, model, made_at: at,
  }));
  const body = JSON.stringify({ edits, sent_at: new Date().toISOString() }); // this clock may be wrong
  const headers = { "Content-Type": "application/json" };
  const answer = await post(`${note}/edits`, body, PATIENCE.edits, headers, whose);
  if (answer.refusal) {
    if (batch.length > 1 && [400, 413, 422].includes(answer.status)) {
      for (const record of batch) await sendEdits([record]); // one of them may be to blame
      return;
    }
    tellOfEdits({ note, refused: await refuseEdits(batch.map(({ key }) => ({ key, ...answer, sentence: answer.refusal }))) });
    return;
  }
  const { saved = [], refused = [], state, mark } = answer.data;
  const records = new Map(batch.map((record) => [record.key, record]));
  const done = saved.filter(({ key }) => records.has(key));
  await settle(done);
  tellOfEdits({
    note, saved: done.map((one) => ({ ...one, record: records.get(one.key) })), refused: await refuseEdits(refused), state,
    mark,
  });
  if (done.length + refused.length < batch.length) throw new Stop("failed");
}

// Two windows may show the same note, and only one of them sends.
const others = globalThis.BroadcastChannel ? new BroadcastChannel(`hmswiki:${root}`) : null;
others?.addEventListener("message", ({ data }) => dispatchEvent(new CustomEvent("hms-sent-edits", { detail: data })));

function tellOfEdits({ note, saved = [], refused = [], state = null, mark = null }) {
  const detail = { note, saved, refused, state, mark };
  others?.postMessage(detail);
  dispatchEvent(new CustomEvent("hms-sent-edits", { detail }));
}

async function sendPhoto(record) {
  const body = new FormData();
  body.append("key", record.key);
  body.append("item", record.item);
  body.append("taken_at", record.at);
  body.append("photo", record.blob, "photo.jpg");
  const answer = await post(record.address, body, PATIENCE.photos);
  if (answer.refusal) {
    await refuse("photos", [record], () => answer);
    return;
  }
  await forget("photos", [record.key]);
  told(record.round, { photos: [{ record, photo: answer.data }] });
}

async function refuse(store, records, why) {
  for (const record of records) {
    const { refusal, status } = why(record);
    await change(store, record, { refused: refusal, status });
    Object.assign(record, { refused: refusal, status });
  }
  if (records.length) told(records[0].round, { refused: records });
}

function told(round, { saved = [], photos = [], refused = [] }) {
  dispatchEvent(new CustomEvent("hms-sent", { detail: { round, saved, photos, refused } }));
}

// Ask for something once, now: {data} or {refusal}. Throws where the server is not reached.
export function once(address, body, headers = {}) {
  return post(address, body, PATIENCE.photos, headers);
}

// --- The wire ---

async function post(address, body, patience, headers = {}, whose = person) {
  for (const first of [true, false]) {
    const { csrf_token: token } = await known(!first);
    const answer = await ask(address, {
      method: "POST", body, headers: { ...headers, "X-CSRFToken": token, "X-Hms-Person": whose },
      signal: AbortSignal.timeout(patience),
    });
    const data = answer.status === 204 || (answer.ok && answer.redirected && headers.Accept) ? {} : await json(answer);
    if (answer.status === 400 && first) continue; // the session is a new one
    if (answer.ok) return { data };
    if (REFUSALS.includes(answer.status) || answer.status === 400) {
      const { error = {} } = data;
      return { refusal: error.sentence ?? error.message ?? String(answer.status), status: answer.status };
    }
    throw new Stop("failed");
  }
}

// Who is signed in here now, and the session's token. Another person's answers are not sent for them. On a page that a
// code opened nobody need be.
async function known(anew) {
  if (!session || anew) {
    const answer = await ask(`${root}offline/session`, { signal: AbortSignal.timeout(PATIENCE.answers) });
    if (answer.status >= 500) throw new Stop("failed");
    session = await json(answer);
    if (!session.csrf_token) throw new Stop("signed-out");
  }
  if (person && session.person !== person) {
    const { person: other } = session;
    session = null;
    throw new Stop(other ? "other-person" : "signed-out");
  }
  return session;
}

async function ask(address, options) {
  let answer;
  try {
    answer = await fetch(address, {
      ...options, cache: "no-store", credentials: "same-origin",
      headers: { Accept: "application/json", ...options.headers },
    });
  } catch {
    throw new Stop("offline");
  }
  if (answer.status === 401) {
    session = null;
    throw new Stop("signed-out");
  }
  return answer;
}

async function json(answer) {
  if (!answer.headers.get("Content-Type")?.includes("json")) {
    // A sign-in page, where there should be data; or a server that is not well.
    throw new Stop(answer.status < 500 && (answer.redirected || answer.ok) ? "signed-out" : "failed");
  }
  try {
    return await answer.json();
  } catch {
    throw new Stop("offline");
  }
}
