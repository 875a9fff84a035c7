// The items of a round as they stand on the page: what is answered, what an answer unfolds, what others have answered.

import { preview } from "./round-photo.js";
import { element, filled } from "./words.js";

const textual = (field) => field.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=file])");

export class Item {
  constructor(fieldset, words, iconOf) {
    this.fieldset = fieldset;
    this.words = words;
    this.iconOf = iconOf;
    this.kind = fieldset.dataset.kind;
    this.key = fieldset.dataset.item ?? null;
    this.finding = fieldset.dataset.finding ?? null;
    this.subject = this.key !== null ? `item:${this.key}` : `finding:${this.finding}`;
    this.raising = (fieldset.dataset.findings ?? "").split(" ").filter(Boolean);
    this.dirty = false;
    this.savedAt = 0;
    this.serverPhotos = this.#photosOnPage();
    this.waitingPhotos = [];
    this.last = JSON.stringify(this.read(true));
  }

  get shown() {
    return !this.fieldset.hidden;
  }

  parts(name) {
    return [...this.fieldset.querySelectorAll(`[data-part="${name}"]`)];
  }

  get asks() {
    return this.fieldset.querySelector("[data-asks]")?.textContent.trim() ?? "";
  }

  // The answer in words, as the page has them.
  get says() {
    const fields = this.parts("value");
    const chosen = fields[0]?.type === "radio" ? fields.find((field) => field.checked)?.closest("label") : null;
    return (chosen ? chosen.textContent.trim() : this.value) ?? "";
  }

  // --- What it says now ---

  get value() {
    return this.#read("value");
  }

  get word() {
    return this.#wordOf(this.value);
  }

  #wordOf(value) {
    if (value === null || this.kind !== "number") return value;
    const number = Number(value.replace(/[\s\u00a0]/g, "").replace("\u2212", "-").replace(",", "."));
    const { minimum, maximum } = this.fieldset.dataset;
    if (minimum !== undefined && number < Number(minimum)) return "below";
    if (maximum !== undefined && number > Number(maximum)) return "above";
    return null;
  }

  get raises() {
    return this.raising.includes(this.word);
  }

  get answered() {
    return this.kind === "photo" ? this.photoCount > 0 : this.value !== null;
  }

  get photoCount() {
    return this.serverPhotos.length + this.waitingPhotos.length;
  }

  get mark() {
    if (!this.answered) return "";
    if (this.raises || (this.finding && this.value === "still")) return "deviation";
    return this.value === "not_applicable" ? "not-relevant" : "ok";
  }

  // `asMade`: as the server made the page, whatever has been done on it since.
  read(asMade = false) {
    const value = this.kind === "photo" ? null : this.#read("value", asMade);
    return { value, note: this.#read("note", asMade), details: this.#details(value, asMade) };
  }

  #read(name, asMade = false) {
    const fields = this.parts(name);
    if (!fields.length) return null;
    const [first] = fields;
    const chosen = (field) => (asMade ? field.defaultChecked : field.checked);
    if (first.type === "radio") return fields.find(chosen)?.value || null;
    if (first.type === "checkbox") return chosen(first);
    if (first.tagName === "SELECT" && asMade) {
      return ([...first.options].find((option) => option.defaultSelected) ?? first.options[0])?.value || null;
    }
    return (asMade ? first.defaultValue : first.value).trim() || null;
  }

  #details(value, asMade) {
    if (!this.raising.includes(this.#wordOf(value))) return null;
    const read = (name) => this.#read(name, asMade);
    const mended = read("mended") ?? false;
    const title = read("title");
    const [kind, who] = (read("responsible") ?? "").split(/:(.*)/s);
    const action = title && !mended
      ? { title, responsible: kind === "person" ? who : null, role: kind === "role" ? who : null, due_on: read("due_on") }
      : null;
    return { text: read("text"), seriousness: read("seriousness"), mended, action };
  }

  // --- What it shall say: from the server, or from the phone ---

  write({ value, note, details }) {
    this.#write("value", value);
    this.#write("note", note);
    if (details) {
      this.#write("text", details.text);
      this.#write("seriousness", details.seriousness);
      this.#write("mended", details.mended);
      const action = details.action;
      this.#write("title", action?.title);
      if (action) {
        this.#write("responsible", action.responsible ? `person:${action.responsible}` : action.role ? `role:${action.role}` : "");
        this.#write("due_on", action.due_on);
      }
    }
    this.last = JSON.stringify(this.read());
    const fold = this.fieldset.querySelector("[data-note]");
    if (fold && note) fold.open = true;
    this.unfold();
  }

  #write(name, value) {
    for (const field of this.parts(name)) {
      if (field.type === "radio") field.checked = field.value === (value ?? "");
      else if (field.type === "checkbox") field.checked = Boolean(value);
      else if (field === document.activeElement && textual(field)) continue; // somebody types here
      else if (field.tagName === "SELECT" && value && ![...field.options].some((option) => option.value === value)) continue;
      else if (field.value !== (value ?? "")) field.value = value ?? "";
    }
  }

  unfold() {
    this.fieldset.toggleAttribute("data-raised", this.raises);
    const mended = this.#read("mended") === true;
    for (const place of this.fieldset.querySelectorAll("[data-action]")) place.hidden = mended;
  }

  // Whether it says something else than when it was last kept.
  get changed() {
    return JSON.stringify(this.read()) !== this.last;
  }

  keep() {
    this.dirty = false;
    this.last = JSON.stringify(this.read());
  }

  // --- What is said beside it ---

  by(sentence) {
    const place = this.fieldset.querySelector("[data-place=by]");
    if (!place || place.textContent === (sentence ?? "")) return;
    place.textContent = sentence ?? "";
    place.hidden = !sentence;
  }

  problem(sentence) {
    const place = this.fieldset.querySelector("[data-place=problem]");
    if (!place) return;
    const said = place.querySelector("span");
    if (said.textContent === (sentence ?? "")) return;
    said.textContent = sentence ?? "";
    place.hidden = !sentence;
    for (const field of this.parts("value")) {
      if (sentence) field.setAttribute("aria-describedby", place.id);
      else field.removeAttribute("aria-describedby");
    }
    if (this.parts("value")[0]?.type !== "radio") {
      for (const field of this.parts("value")) field.toggleAttribute("aria-invalid", Boolean(sentence));
      for (const field of this.parts("value")) if (sentence) field.setAttribute("aria-invalid", "true");
    }
  }

  // --- Photos ---

  #photosOnPage() {
    return [...this.fieldset.querySelectorAll(".hms-photos img[data-key]")].map((img) => img.dataset.key);
  }

  setPhotos(photos) {
    const list = this.fieldset.querySelector(".hms-photos");
    if (!list) return;
    const keys = photos.map((photo) => photo.key);
    for (const shown of list.querySelectorAll("[data-photo-key]")) {
      if (!shown.matches("[data-waiting]") && !keys.includes(shown.dataset.photoKey)) shown.remove();
    }
    for (const [number, photo] of photos.entries()) this.#showPhoto(list, photo, number + 1);
    this.serverPhotos = keys;
    this.waitingPhotos = this.waitingPhotos.filter((key) => !keys.includes(key));
    this.#countPhotos();
  }

  addPhoto(photo) {
    const list = this.fieldset.querySelector(".hms-photos");
    if (!list || this.serverPhotos.includes(photo.key)) return;
    this.serverPhotos.push(photo.key);
    this.waitingPhotos = this.waitingPhotos.filter((key) => key !== photo.key);
    this.#showPhoto(list, photo, this.serverPhotos.length);
    this.#countPhotos();
  }

  #showPhoto(list, photo, number) {
    const shown = list.querySelector(`[data-photo-key="${photo.key}"]`);
    if (shown && !shown.matches("[data-waiting]")) return;
    const place = shown ?? list.insertBefore(element("div", { "data-photo-key": photo.key }), list.querySelector("[data-take]"));
    // The picture that was drawn here stays until the server's has come.
    const img = element("img", { "data-key": photo.key, src: photo.url, alt: filled(this.words.photo, { number }) });
    place.removeAttribute("data-waiting");
    if (!shown) {
      place.append(img, this.#remover(number));
      return;
    }
    place.querySelector("small")?.remove();
    img.addEventListener("load", () => place.querySelector("canvas")?.replaceWith(img), { once: true });
  }

  #remover(number) {
    const button = this.fieldset.querySelector("template[data-remover]").content.firstElementChild.cloneNode(true);
    button.querySelector("[data-name]").textContent = filled(this.words.photo, { number });
    return button;
  }

  removePhoto(key) {
    this.fieldset.querySelector(`[data-photo-key="${key}"]`)?.remove();
    this.serverPhotos = this.serverPhotos.filter((one) => one !== key);
    this.waitingPhotos = this.waitingPhotos.filter((one) => one !== key);
    this.#countPhotos();
  }

  async drawWaiting(record) {
    const list = this.fieldset.querySelector(".hms-photos");
    if (!list || list.querySelector(`[data-photo-key="${record.key}"]`)) return;
    const place = element("div", { "data-photo-key": record.key, "data-waiting": "" });
    list.insertBefore(place, list.querySelector("[data-take]"));
    this.waitingPhotos.push(record.key);
    this.#countPhotos();
    const number = this.photoCount;
    const picture = await preview(record.blob, filled(this.words.photo, { number }));
    place.append(picture, element("small", {}, this.words.photoWaits), this.#remover(number));
  }

  #countPhotos() {
    const most = Number(this.fieldset.querySelector(".hms-photos")?.dataset.most ?? 0);
    const take = this.fieldset.querySelector("[data-take]");
    if (take && most) take.hidden = this.photoCount >= most;
  }
}

// --- All items together: which are asked, how far it has come ---

export function showWhatIsAsked(items) {
  const shown = new Map();
  for (const item of items) {
    const { shownItem, shownAnswers } = item.fieldset.dataset;
    if (shownItem !== undefined) {
      const earlier = shown.get(shownItem);
      const asked = Boolean(earlier) && shownAnswers.split(" ").includes(earlier.word);
      if (item.fieldset.hidden === asked) item.fieldset.hidden = !asked;
    }
    if (item.key !== null && item.shown) shown.set(item.key, item);
  }
  for (const section of document.querySelectorAll("[data-section]")) {
    section.hidden = !section.querySelector("[data-item]:not([hidden])");
  }
}

export const asked = (items) => items.filter((item) => item.shown);
export const open = (items) => asked(items).filter((item) => !item.answered);
