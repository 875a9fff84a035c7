// On the page of a round that was handed in: answers of one's own that came too late, and the way on with them.

import { forget, noteWhetherAnythingWaits, uuid } from "./outbox.js";
import { once } from "./sending.js";
import { element, filled } from "./words.js";

// A section that lists what is kept, adds it as a correction with a reason, or throws it away.
export function offerToCorrect(round, records) {
  const { words } = round;
  const answers = records.filter((record) => record.subject);
  const photos = records.filter((record) => !record.subject);
  const list = element("ul", { class: "hms-kept-answers" });
  const last = new Map(answers.map((record) => [record.subject, record])); // they are in the order of their times
  for (const { asks, says, note, details } of last.values()) {
    const said = [says, details?.text, note].filter(Boolean).join(". ");
    list.append(element("li", {}, `${asks}: ${said}`));
  }
  for (const [index] of photos.entries()) list.append(element("li", {}, filled(words.photo, { number: index + 1 })));
  const reason = element("textarea", { class: "hms-input", id: "kept-reason", rows: "2", required: "", maxlength: "1000" });
  const problem = element("p", { class: "hms-error", role: "alert" });
  const add = element("button", { class: "hms-button", type: "submit" }, words.correct);
  const discard = element("button", { class: "hms-button", "data-variant": "tertiary", type: "button" }, words.discard);
  const form = element("form", { class: "hms-form" },
    list,
    element("div", { class: "hms-field" }, element("label", { for: "kept-reason" }, words.why), reason, problem),
    element("div", { class: "hms-actions" }, add, discard));
  const section = element("section", { class: "hms-alert hms-section", "data-status": "over", "data-hms-refused": "" },
    element("h2", {}, words.late), element("p", {}, words.lateText), form);

  discard.addEventListener("click", async () => {
    await letGo();
    section.remove();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    add.setAttribute("aria-busy", "true");
    problem.textContent = "";
    const refusal = await correct(round, [...last.values()], photos, reason.value).catch(() => words.failed);
    add.removeAttribute("aria-busy");
    if (refusal) {
      problem.textContent = refusal;
      reason.focus();
      return;
    }
    await letGo();
    location.reload();
  });

  async function letGo() {
    await forget("answers", answers.map((record) => record.key));
    await forget("photos", photos.map((record) => record.key));
    await noteWhetherAnythingWaits();
  }
  return section;
}

// Gives the sentence of a refusal; nothing where all is saved. Answers that were sent already are not added twice.
async function correct(round, answers, photos, reason) {
  const address = `${round.address}/corrections`;
  if (answers.length) {
    const body = JSON.stringify({
      reason,
      answers: answers.map(({ key, item, finding, value, note, details, at }) => ({
        key, ...(finding ? { finding } : { item }), value, note, details, answered_at: at,
      })),
    });
    const { data, refusal } = await once(address, body, { "Content-Type": "application/json" });
    if (refusal) return refusal;
    if (data.refused.length) return data.refused.map((one) => one.sentence).join(" ");
  }
  const groups = new Map();
  for (const photo of photos) groups.set(photo.item, [...(groups.get(photo.item) ?? []), photo]);
  for (const [item, ofItem] of groups) {
    const { refusal } = await once(address, await withPhotos(round, item, ofItem, reason), { Accept: "text/html" });
    if (refusal) return refusal;
  }
  return null;
}

// The form of a correction with photos alone: the answer as it stands.
async function withPhotos(round, item, photos, reason) {
  const state = await (await fetch(`${round.address}/state`, { headers: { Accept: "application/json" } })).json();
  const now = state.answers[item];
  const { text = "", seriousness = "", mended, action } = now?.details ?? {};
  const fields = {
    submission: uuid(), reason, [`was-${item}`]: now?.key ?? "", [`value-${item}`]: now?.value ?? "",
    [`note-${item}`]: now?.note ?? "", [`text-${item}`]: text, [`seriousness-${item}`]: seriousness,
    [`mended-${item}`]: mended ? "yes" : "", [`title-${item}`]: action?.title ?? "", [`due-${item}`]: action?.due_on ?? "",
    [`whose-${item}`]: action?.responsible ? `person:${action.responsible}` : action?.role ? `role:${action.role}` : "",
  };
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value || name.startsWith("was-")) body.append(name, value);
  for (const photo of photos) body.append(`photo-${item}`, photo.blob, "photo.jpg");
  return body;
}
