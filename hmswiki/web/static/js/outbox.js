// What waits on the phone: answers and photos of rounds and edits of notes that the server has not said it has, and what
// it last told of a round or a note. Everything belongs to the person who gave it; to "" where a code let in who wrote,
// and nobody was signed in. Where the browser keeps nothing, `open` gives an outbox in memory.

const meta = document.querySelector("meta[name='hms-person']");

export const root = meta?.dataset.hmsRoot ?? "/";
export const PAGES = `hmswiki-rounds:${root}`;

const NAME = `hmswiki:${root}`;
const WAITING = `hmswiki:${root}:waiting`;

// --- A mark that is cheap to look at on every page: whether anything waits, and whose pages are kept ---

export const marks = {
  get(name) {
    try {
      return localStorage.getItem(`hmswiki:${root}:${name}`);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      if (value === null) localStorage.removeItem(`hmswiki:${root}:${name}`);
      else localStorage.setItem(`hmswiki:${root}:${name}`, value);
    } catch {
      // The browser keeps nothing.
    }
  },
};

// The page for want of network is nobody's: there it is whose pages are kept.
export const away = document.querySelector("[data-hms-away]") !== null;
export const person = (away ? marks.get("person") : meta?.content) ?? "";

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // a page without encryption has no randomUUID
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// --- The outbox ---

const STORES = { answers: "key", photos: "key", rounds: "id", edits: "key", notes: "id" };

// What the phone has no room for, or does not write for another reason, stays on the page until it is sent.
class Kept {
  constructor(database) {
    this.database = database;
  }

  get lasts() {
    return spare.isEmpty;
  }

  async put(store, record) {
    try {
      await this.#do(store, "readwrite", (objects) => objects.put(record));
      await spare.remove(store, [record[STORES[store]]]);
    } catch {
      await spare.put(store, record);
    }
  }

  async remove(store, keys) {
    await spare.remove(store, keys);
    await this.#do(store, "readwrite", (objects) => keys.forEach((key) => objects.delete(key)));
  }

  async get(store, key) {
    return (await spare.get(store, key)) ?? this.#do(store, "readonly", (objects) => objects.get(key));
  }

  async all(store) {
    const unwritten = await spare.all(store);
    return merged(store, await this.#do(store, "readonly", (objects) => objects.getAll()), unwritten);
  }

  // Change several records at once, from what is there: `decide(records)` gives {put, remove}. Nobody comes between.
  async update(store, decide) {
    const unwritten = await spare.all(store);
    let wanted;
    try {
      await this.#do(store, "readwrite", (objects) => {
        objects.getAll().onsuccess = ({ target }) => {
          wanted = decide(merged(store, target.result, unwritten));
          wanted.remove?.forEach((key) => objects.delete(key));
          wanted.put?.forEach((record) => objects.put(record));
        };
      });
      await spare.remove(store, [...(wanted.remove ?? []), ...(wanted.put ?? []).map((one) => one[STORES[store]])]);
    } catch {
      wanted ??= decide(unwritten);
      await spare.update(store, () => wanted);
      if (wanted.remove?.length) await this.remove(store, wanted.remove).catch(() => {});
    }
  }

  #do(store, mode, work) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(store, mode, { durability: "strict" });
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }
}

function merged(store, written, unwritten) {
  const name = STORES[store];
  const keys = new Set(unwritten.map((record) => record[name]));
  return [...written.filter((record) => !keys.has(record[name])), ...unwritten];
}

class InMemory {
  constructor() {
    this.lasts = false;
    this.stores = Object.fromEntries(Object.keys(STORES).map((name) => [name, new Map()]));
  }

  async put(store, record) {
    this.stores[store].set(record[STORES[store]], record);
  }

  async remove(store, keys) {
    keys.forEach((key) => this.stores[store].delete(key));
  }

  async get(store, key) {
    return this.stores[store].get(key);
  }

  async all(store) {
    return [...this.stores[store].values()];
  }

  async update(store, decide) {
    const { put = [], remove = [] } = decide([...this.stores[store].values()]);
    remove.forEach((key) => this.stores[store].delete(key));
    put.forEach((record) => this.stores[store].set(record[STORES[store]], record));
  }

  // But for what the server has told of a round or a note: that it tells again.
  get isEmpty() {
    return this.stores.answers.size + this.stores.photos.size + this.stores.edits.size === 0;
  }
}

const spare = new InMemory();
let opened = null;

export function open() {
  opened ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open(NAME, 2);
      request.onupgradeneeded = () => {
        const there = request.result.objectStoreNames;
        for (const [name, keyPath] of Object.entries(STORES)) {
          if (!there.contains(name)) request.result.createObjectStore(name, { keyPath });
        }
      };
      request.onsuccess = () => {
        const database = request.result;
        database.onclose = () => (opened = null); // the browser took it away: it is opened anew
        database.onversionchange = () => {
          database.close(); // a newer page of the wiki needs more room in it
          opened = null;
        };
        resolve(new Kept(database));
      };
      request.onerror = () => resolve(new InMemory());
    } catch {
      resolve(new InMemory());
    }
  });
  return opened;
}

const inOrder = (one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : one.key < other.key ? -1 : 1);

// Answers and photos that wait, as {answers, photos}; `round` left out: of all rounds. Of the person here only.
export async function waiting(round) {
  const outbox = await open();
  const mine = (record) => record.person === person && (!round || record.round === round);
  const [answers, photos] = await Promise.all([outbox.all("answers"), outbox.all("photos")]);
  return { answers: answers.filter(mine).sort(inOrder), photos: photos.filter(mine).sort(inOrder) };
}

// Edits of notes that wait, in the order in which they were made; `note` left out: of all notes. Of the person here, and
// what was written here without signing in: whoever has come in to the group since may send that on.
export async function waitingEdits(note) {
  return (await (await open()).all("edits")).filter((record) => isMine(record, note)).sort(byOrder);
}

export const isMine = (record, note) =>
  (record.person === person || record.person === "") && (!note || record.note === note);

export const byOrder = (one, other) => one.order - other.order;

// Keep an answer until the server has it. It takes the place of an earlier one to the same item that was never sent.
export async function keepAnswer(record) {
  const outbox = await open();
  const earlier = (await outbox.all("answers")).filter(
    (one) => one.person === record.person && one.round === record.round && one.subject === record.subject,
  );
  await outbox.put("answers", record);
  await outbox.remove("answers", earlier.filter((one) => !one.sent || one.refused).map((one) => one.key));
  marks.set("waiting", "yes");
}

export async function keepPhoto(record) {
  await (await open()).put("photos", record);
  marks.set("waiting", "yes");
}

export async function change(store, record, facts) {
  const outbox = await open();
  const kept = await outbox.get(store, record.key);
  if (kept) await outbox.put(store, Object.assign(kept, facts)); // one that was replaced meanwhile stays away
}

export async function forget(store, keys) {
  if (keys.length) await (await open()).remove(store, keys);
}

// The person's rounds that this phone knows, each with what waits and what was refused in it.
export async function keptRounds() {
  const rounds = (await (await open()).all("rounds")).filter((round) => round.person === person);
  const { answers, photos } = await waiting();
  const of = (round) => [...answers, ...photos].filter((record) => record.round === round.round);
  return rounds.map((round) => ({
    round,
    waits: of(round).filter((record) => !record.refused),
    refused: of(round).filter((record) => record.refused),
  }));
}

// The person's notes that this phone knows, each with the lines that wait and those that were refused.
export async function keptNotes() {
  const notes = (await (await open()).all("notes")).filter((note) => note.person === person);
  const edits = await waitingEdits();
  const lines = (note, isRefused) => [
    ...new Map(
      edits.filter((one) => one.note === note.note && Boolean(one.refused) === isRefused).map((one) => [one.point, one]),
    ).values(),
  ];
  return notes.map((note) => ({ note, waits: lines(note, false), refused: lines(note, true) }));
}

// Whoever it is of: another who signs in here does not put out of sight what the first has left.
export async function noteWhetherAnythingWaits() {
  const outbox = await open();
  const all = (await Promise.all(["answers", "photos", "edits"].map((store) => outbox.all(store)))).flat();
  marks.set("waiting", all.some((record) => !record.refused) ? "yes" : null);
  marks.set("refused", all.some((record) => record.refused) ? "yes" : null);
}

// Let the service worker keep this page, so that it opens without network.
export async function keepPage(worker, address) {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register(worker);
    const { active } = await navigator.serviceWorker.ready;
    marks.set("person", person || null);
    active.postMessage({ keep: address });
  } catch {
    // The page works while it is open; it does not open without network.
  }
}

addEventListener("storage", (event) => {
  if (event.key === WAITING) dispatchEvent(new CustomEvent("hms-outbox"));
});
