// What was done to the lines of notes and the server has not said it has, and what a note looks like with it.
//
// An edit is {key, note, person, kind, point, text, base, after, prompt, model, at, order, sent, refused, status}, where
// `note` is the note's address, kind "write", "clear" or "move", and `base` the edit whose text the writer had before
// them. What was never sent is changed in place, so that a phone that was long without network sends one edit a line;
// what may have reached the server stays as it is, and is sent again under its own key until there is an answer.

import { byOrder, isMine, marks, open, waitingEdits } from "./outbox.js";

const isText = (edit) => edit.kind !== "move";
const isFree = (edit) => !edit.sent || Boolean(edit.refused);

// --- Pure ---

// What waits, with one more edit: {put, remove} of the records that change.
export function fold(waiting, edit) {
  const order = Math.max(0, ...waiting.map((one) => one.order)) + 1;
  const ofPoint = waiting.filter((one) => one.point === edit.point);
  if (!isText(edit)) {
    const last = ofPoint.at(-1);
    const remove = last && last === waiting.at(-1) && !isText(last) && isFree(last) ? [last.key] : [];
    return { put: [{ ...edit, order }], remove };
  }
  const earlier = ofPoint.findLast((one) => isText(one) && isFree(one));
  if (!earlier) return { put: [{ ...edit, order }], remove: [] };
  const makes = earlier.kind === "write" && earlier.base === null;
  if (edit.kind === "clear" && makes) {
    // It never was: what was put after it goes where it would have gone.
    const put = waiting.filter((one) => one.after === edit.point).map((one) => ({ ...one, after: earlier.after }));
    return { put, remove: ofPoint.filter(isFree).map((one) => one.key) };
  }
  const now = { ...edit, ...(makes ? placeOf(earlier) : {}), base: earlier.base, order: earlier.order };
  return { put: [now], remove: [earlier.key] };
}

// What waits when the server has these: [{key, point}]. Where two had written a line at once the text has become a point of
// its own, and what was typed on since belongs to that.
export function settled(all, saved) {
  const put = new Map();
  for (const { key, point } of saved) {
    const edit = all.find((one) => one.key === key);
    if (!edit || edit.point === point) continue;
    for (const one of all) {
      if (one.note !== edit.note || one.order <= edit.order) continue;
      const now = put.get(one.key) ?? one;
      if (now.point === edit.point && (now.base === key || !isText(now))) put.set(one.key, { ...now, point });
      else if (now.after === edit.point) put.set(one.key, { ...now, after: point });
    }
  }
  const remove = saved.map((one) => one.key);
  remove.forEach((key) => put.delete(key));
  return { put: [...put.values()], remove };
}

// The records with what `fold` or `settled` says of them.
export function applied(records, { put, remove }) {
  const changed = new Set([...remove, ...put.map((one) => one.key)]);
  return [...records.filter((one) => !changed.has(one.key)), ...put].sort(byOrder);
}

// Points as the server told of them, with what waits done to them. Gives new ones, each with `base`, and where something
// waits `waits` or `problem`.
export function withEdits(points, edits) {
  const list = points.map((point) => ({ ...point, base: point.written }));
  for (const edit of edits) {
    const at = list.findIndex((point) => point.key === edit.point);
    const said = { waits: !edit.refused, problem: edit.refused ?? null, status: edit.status ?? null };
    if (edit.kind === "clear") {
      if (at >= 0) list.splice(at, 1);
    } else if (edit.kind === "write" && at >= 0) {
      Object.assign(list[at], { text: edit.text, base: edit.key, ...said });
    } else if (edit.kind === "write") {
      const { prompt, model, text } = edit;
      place(list, { key: edit.point, prompt, model, text, base: edit.key, by: null, mine: true, ...said }, edit.after);
    } else if (at >= 0 && !edit.refused) {
      const [point] = list.splice(at, 1);
      place(list, Object.assign(point, { prompt: edit.prompt, model: edit.model }), edit.after);
    }
  }
  return list;
}

// After the point `after`; null: first of its prompt and model; unknown or left out: last of them.
function place(list, point, after) {
  const isBeside = (one) => one.prompt === point.prompt && one.model === point.model;
  const beside = list.filter(isBeside);
  const previous = after === null ? null : (beside.find((one) => one.key === after) ?? beside.at(-1));
  const index = previous ? list.indexOf(previous) + 1 : list.findIndex(isBeside);
  list.splice(index < 0 ? list.length : index, 0, point);
}

// What the server has told last, with what it has taken since: [{record, point, written}].
export function withSaved(points, saved) {
  let list = points;
  for (const { record, point, written } of saved) {
    // Somebody has changed it since, or had written the same: the next state tells how it stands.
    if (record.kind === "write" && written !== record.key) continue;
    if (record.kind === "clear" && written !== record.base) continue;
    const isSplit = point !== record.point;
    const edit = { ...record, point, ...(isSplit ? { after: record.point, ...of(list, record.point) } : {}) };
    list = withEdits(list, [edit]).map(({ base, waits, problem, status, ...rest }) => (
      rest.key === point && record.kind === "write" ? { ...rest, written, by: null, mine: true } : rest
    ));
  }
  return list;
}

function of(points, key) {
  const found = points.find((one) => one.key === key);
  return found ? { prompt: found.prompt, model: found.model } : {};
}

// --- On the phone ---

export async function keepEdit(edit) {
  await (await open()).update("edits", (all) => fold(ofNote(all, edit.note), edit));
  marks.set("waiting", "yes");
}

const ofNote = (all, note) => all.filter((record) => isMine(record, note)).sort(byOrder);

// The addresses of the notes of which something waits.
export async function notesThatWait() {
  return [...new Set((await waitingEdits()).filter((edit) => !edit.refused).map((edit) => edit.note))];
}

// The next edits to send, marked as being on their way: in order, one a line, since the answer to the first says what
// the second is an edit of.
export async function claim(note, most) {
  let batch = [];
  await (await open()).update("edits", (all) => {
    batch = [];
    const points = new Set();
    for (const edit of ofNote(all, note).filter((one) => !one.refused)) {
      const isNext = !points.has(edit.point) && (!batch.length || edit.person === batch[0].person);
      if (!isNext || batch.length === most) break;
      points.add(edit.point);
      batch.push({ ...edit, sent: true });
    }
    return { put: batch };
  });
  return batch;
}

// The server has these: [{key, point}].
export async function settle(saved) {
  if (saved.length) await (await open()).update("edits", (all) => settled(all, saved));
}

// The server did not take these: [{key, sentence, status}]. Gives the records. A text that was not taken stays here until
// it is changed or let go; what was typed on since takes its place. A move or a clearing that was not taken is undone.
export async function refuseEdits(refusals) {
  if (!refusals.length) return [];
  let refused = [];
  await (await open()).update("edits", (all) => {
    const put = [];
    const remove = [];
    refused = [];
    for (const { key, sentence, status } of refusals) {
      const edit = all.find((one) => one.key === key);
      if (!edit) continue;
      refused.push({ ...edit, refused: sentence, status });
      const next = all.find((one) => one.point === edit.point && isText(one) && one.base === key);
      if (edit.kind !== "write" || next) remove.push(key);
      else put.push(refused.at(-1));
      if (next) put.push({ ...next, base: edit.base, ...(edit.base === null ? placeOf(edit) : {}) });
    }
    return { put, remove };
  });
  return refused;
}

const placeOf = ({ after, prompt, model }) => ({ after, prompt, model });

// Try again what was refused with one of these: the door or the task is open again.
export async function retry(note, statuses) {
  await (await open()).update("edits", (all) => ({
    put: ofNote(all, note).filter((one) => one.refused && statuses.includes(one.status))
      .map((one) => ({ ...one, refused: null, status: null })),
  }));
}
