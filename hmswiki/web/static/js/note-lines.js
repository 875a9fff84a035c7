// The lines of a group's note as they stand on the page: one box for each prompt (and model), one field for each line.
//
// Enter makes a line, Backspace in an empty one takes it away, the arrows go between them, Alt and an arrow moves one.
// What others write comes in without moving the caret or the window. A box tells `note` what was done:
//   typed(line)  moved(line, by)  cleared(line)  letGo(line)  left(line)

import { uuid } from "./outbox.js";
import { element, filled } from "./words.js";

const GROWS_BY_ITSELF = globalThis.CSS?.supports?.("field-sizing", "content") ?? false;
const BULLET = /^\s*(?:[-–—•*·▪◦]|\d{1,2}[.)])\s+/;

export const tidy = (text) => text.replace(/\s+/g, " ").trim();

export class Line {
  constructor(box, key, { isLast = false } = {}) {
    this.box = box;
    this.key = key;
    this.isLast = isLast; // the empty line at the end, that becomes a point when it is typed in
    this.isPoint = false;
    this.said = ""; // the text as it was last told or kept
    this.base = null; // the edit that text comes from
    this.dirtySince = null;
    this.area = element("textarea", { class: "hms-note-text", rows: "1", autocapitalize: "sentences", tabindex: "-1" });
    this.by = element("span", { class: "hms-note-by", hidden: "" });
    this.error = element("p", { class: "hms-error", id: `e-${key}`, hidden: "" });
    this.li = element("li", { class: "hms-note-line" }, this.area, this.by, this.error);
    this.area.readOnly = box.note.isClosed;
    this.#listen();
  }

  get text() {
    return tidy(this.area.value);
  }

  get isBlank() {
    return this.text === "";
  }

  get isFocused() {
    return document.activeElement === this.area;
  }

  get isDirty() {
    return this.dirtySince !== null || this.isComposing;
  }

  get previous() {
    return this.box.lines[this.box.lines.indexOf(this) - 1] ?? null;
  }

  get next() {
    return this.box.lines[this.box.lines.indexOf(this) + 1] ?? null;
  }

  // --- As told ---

  show(point) {
    this.isPoint = true;
    this.isLast = false;
    if (!this.isDirty) {
      this.base = point.base;
      if (this.text !== point.text) this.#replace(point.text);
      this.said = point.text;
    } else if (point.text === this.said && !point.waits) this.base = point.base;
    this.li.toggleAttribute("data-waits", Boolean(point.waits));
    this.#showBy(point.mine ? null : point.by);
    this.problem(point.problem);
  }

  // It has been taken away, here or by somebody else; what is being typed in it stays.
  isNoPoint() {
    this.isPoint = false;
    this.#showBy(null);
    this.problem(null);
    if (this.isDirty || this.isBlank) return;
    this.area.value = "";
    this.said = "";
    this.base = null;
    this.key = uuid();
  }

  // The caret stays where it is in the words.
  #replace(text) {
    const { value, selectionStart: start, selectionEnd: end } = this.area;
    let same = 0;
    while (same < value.length && value[same] === text[same]) same += 1;
    const moved = (at) => (at <= same ? at : Math.max(same, at + text.length - value.length));
    this.area.value = text;
    if (this.isFocused) this.area.setSelectionRange(moved(start), moved(end));
    this.grow();
  }

  #showBy(name) {
    if ((this.by.dataset.name ?? "") === (name ?? "")) return;
    this.by.hidden = !name;
    this.by.dataset.name = name ?? "";
    this.by.title = name ?? "";
    this.by.replaceChildren();
    if (name) {
      this.by.append(
        element("span", { "aria-hidden": "true" }, initials(name)), element("span", { class: "hms-visually-hidden" }, name),
      );
    }
  }

  problem(sentence) {
    this.error.hidden = !sentence;
    if (this.error.textContent !== (sentence ?? "")) this.error.textContent = sentence ?? "";
    if (sentence) {
      this.area.setAttribute("aria-invalid", "true");
      this.area.setAttribute("aria-describedby", this.error.id);
    } else {
      this.area.removeAttribute("aria-invalid");
      this.area.removeAttribute("aria-describedby");
    }
  }

  // As it is kept: without spaces at its ends.
  tidy() {
    if (this.area.value === this.text) return;
    this.area.value = this.text;
    this.grow();
  }

  grow() {
    this.hasGrown = this.li.isConnected;
    if (GROWS_BY_ITSELF) return;
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight}px`;
  }

  focus(at) {
    this.area.focus();
    const place = at ?? this.area.value.length;
    this.area.setSelectionRange(place, place);
  }

  // --- As typed ---

  #listen() {
    const { area } = this;
    area.addEventListener("beforeinput", (event) => this.#beforeInput(event));
    area.addEventListener("input", () => this.#typed());
    area.addEventListener("keydown", (event) => this.#key(event));
    area.addEventListener("paste", (event) => this.#paste(event));
    area.addEventListener("compositionstart", () => (this.isComposing = true));
    area.addEventListener("compositionend", () => {
      this.isComposing = false;
      this.#typed();
    });
    area.addEventListener("focus", () => this.box.focused(this));
    area.addEventListener("blur", () => {
      this.isComposing = false;
      this.box.note.left(this);
    });
  }

  #beforeInput(event) {
    if (event.isComposing || !["insertLineBreak", "insertParagraph"].includes(event.inputType)) return;
    event.preventDefault();
    const { value, selectionStart: start, selectionEnd: end } = this.area;
    this.box.breakLine(this, value.slice(0, start), value.slice(end));
  }

  #typed() {
    this.grow();
    if (this.isComposing) return;
    const { value, selectionEnd: end } = this.area;
    // A keyboard of a phone, or a voice, may put in several lines where a browser tells of it only afterwards.
    if (value.includes("\n")) this.box.insertLines(this, "", value.slice(0, end).split("\n"), value.slice(end).replace(/\n/g, " "));
    else this.box.note.typed(this);
  }

  #paste(event) {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    const lines = pasted.split(/\r\n|[\n\r\u2028\u2029]/).map((line) => line.replace(BULLET, "")).filter((line) => tidy(line));
    if (lines.length < 2 || this.area.readOnly) return;
    event.preventDefault();
    const { value, selectionStart: start, selectionEnd: end } = this.area;
    this.box.insertLines(this, value.slice(0, start), lines, value.slice(end));
  }

  #key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { key, altKey } = event;
    if (altKey && (key === "ArrowUp" || key === "ArrowDown")) {
      event.preventDefault();
      this.box.note.moved(this, key === "ArrowUp" ? -1 : 1);
    } else if (altKey) {
      return;
    } else if ((key === "Backspace" || key === "Delete") && this.area.value === "" && !this.area.readOnly) {
      event.preventDefault();
      this.box.takeAway(this, key === "Backspace");
    } else if (key === "ArrowUp" || key === "ArrowDown") {
      this.#goBetween(event, key === "ArrowUp" ? this.previous : this.next, key === "ArrowUp");
    }
  }

  // In a line that is wrapped the caret first goes through its rows.
  #goBetween(event, to, up) {
    const { selectionStart: start, selectionEnd: end, value } = this.area;
    if (!to || start !== end) return;
    const go = () => to.focus(Math.min(start, to.area.value.length));
    if (this.#isOneRow()) {
      event.preventDefault();
      go();
    } else if (start === (up ? 0 : value.length)) {
      event.preventDefault();
      to.focus(up ? to.area.value.length : 0);
    } else {
      setTimeout(() => this.isFocused && this.area.selectionStart === start && go());
    }
  }

  #isOneRow() {
    return this.area.clientHeight < 2 * parseFloat(getComputedStyle(this.area).lineHeight);
  }
}

export const initials = (name) => {
  const parts = name.split(/\s+/).filter(Boolean);
  return ((parts[0]?.[0] ?? "") + (parts.length > 1 ? parts.at(-1)[0] : "")).toUpperCase();
};

export class Box {
  constructor(field, note) {
    this.field = field;
    this.note = note;
    this.prompt = field.dataset.prompt;
    this.model = field.dataset.model || null;
    this.name = field.dataset.name;
    this.plain = field.querySelector("textarea");
    this.label = field.querySelector("label");
    this.list = element("ol", { class: "hms-note-lines" });
    this.lines = [];
    this.current = null;
    this.undo = null;
    this.tools = this.#makeTools();
    this.place = element("div", { class: "hms-note-box", role: "group", "aria-labelledby": this.label.id }, this.list, this.tools);
    const described = this.plain.getAttribute("aria-describedby");
    if (described) this.place.setAttribute("aria-describedby", described);
    this.plain.hidden = true;
    this.plain.disabled = true; // lines are told of one by one
    this.plain.after(this.place);
    this.place.addEventListener("click", (event) => {
      if (event.target === this.place || event.target === this.list || event.target === this.tools) this.lines.at(-1)?.focus();
    });
    this.label.addEventListener("click", (event) => {
      event.preventDefault();
      this.lines.at(-1)?.focus();
    });
    this.#arrange([this.#blank({ isLast: true })]);
  }

  get points() {
    return this.lines.filter((line) => line.isPoint);
  }

  #blank(options) {
    return new Line(this, uuid(), options);
  }

  #makeTools() {
    const { words } = this.note;
    const button = (name, text, work) => {
      const made = element("button", { type: "button", class: "hms-link-button", [`data-${name}`]: "" }, text);
      made.addEventListener("pointerdown", (event) => event.preventDefault()); // the caret stays in its line
      made.addEventListener("click", work);
      return made;
    };
    this.hint = element("span", { class: "hms-note-undo", hidden: "" }, words.removed, " ", button("undo", words.undo, () => this.#undo()));
    this.buttons = element("span", { class: "hms-note-deeds" },
      button("up", words.up, () => this.current && this.note.moved(this.current, -1)),
      button("down", words.down, () => this.current && this.note.moved(this.current, 1)),
      button("remove", words.remove, () => this.current && this.takeAway(this.current, true)));
    return element("div", { class: "hms-note-tools" }, this.buttons, this.hint);
  }

  // What was typed in the plain field before the script was there, over what the page had in it.
  takeOver() {
    if (this.plain.value === this.plain.defaultValue || this.plain.readOnly) return;
    const typed = this.plain.value.split("\n").filter((line) => tidy(line));
    const { points } = this;
    const isSame = (line, text) => line && text !== undefined && line.text === tidy(text);
    let first = 0;
    while (isSame(points[first], typed[first])) first += 1;
    let last = 0;
    while (last < Math.min(points.length, typed.length) - first && isSame(points.at(-1 - last), typed.at(-1 - last))) last += 1;
    const old = points.slice(first, points.length - last);
    const fresh = typed.slice(first, typed.length - last);
    for (const line of old.slice(fresh.length)) this.takeAway(line, true);
    old.slice(0, fresh.length).forEach((line, index) => this.#write(line, fresh[index]));
    const more = fresh.slice(old.length).map((text) => [this.#blank(), text]);
    this.#insert(more.map(([line]) => line), first + Math.min(old.length, fresh.length));
    for (const [line, text] of more) this.#write(line, text);
    this.plain.value = this.plain.defaultValue;
    this.note.flush();
  }

  // --- As told ---

  // The lines shall be these points, in this order, with the empty ones that somebody stands in.
  show(points, lineOf) {
    const told = points.map((point) => {
      const line = lineOf(point.key) ?? new Line(this, point.key);
      line.show(point);
      return line;
    });
    const now = [...told];
    let previous = null;
    for (const line of this.lines) {
      const stays = !told.includes(line) && line.box === this && !line.isLast && (line.isFocused || line.isDirty);
      if (stays) {
        line.isNoPoint();
        now.splice(now.indexOf(previous) + 1, 0, line);
      }
      if (stays || told.includes(line)) previous = line;
    }
    now.push(this.lines.find((line) => line.isLast && line.box === this) ?? this.#blank({ isLast: true }));
    this.#arrange(now);
    for (const line of told.filter((one) => !one.hasGrown)) line.grow();
  }

  // The line that somebody stands in is never taken out of the page: the others go around it.
  #arrange(lines) {
    this.lines = lines;
    const wanted = lines.map((line) => line.li);
    for (const li of [...this.list.children]) if (!wanted.includes(li)) li.remove();
    const fixed = wanted.findIndex((li) => li.parentNode === this.list && li.contains(document.activeElement));
    const put = (items, at) => {
      for (const li of items) {
        if (li === at) at = at.nextElementSibling;
        else this.list.insertBefore(li, at);
      }
    };
    put(fixed < 0 ? wanted : wanted.slice(0, fixed), this.list.firstElementChild);
    if (fixed >= 0) put(wanted.slice(fixed + 1), wanted[fixed].nextElementSibling);
    this.#name();
  }

  #name() {
    const { words } = this.note;
    if (!this.lines.includes(this.current)) this.current = null;
    const stop = this.current ?? this.lines.at(-1);
    this.lines.forEach((line, index) => {
      const name = line.isLast ? words.newLine : words.line;
      line.area.setAttribute("aria-label", filled(name, { prompt: this.name, num: index + 1 }));
      line.area.tabIndex = line === stop ? 0 : -1;
    });
    this.#showTools();
  }

  #showTools() {
    const { current } = this;
    const isClosed = Boolean(current?.area.readOnly);
    this.buttons.hidden = !current || (isClosed ? current.error.hidden : !current.isPoint && current.isBlank);
    for (const button of this.buttons.querySelectorAll("[data-up], [data-down]")) button.hidden = isClosed;
    this.hint.hidden = !this.undo;
  }

  focused(line) {
    this.current = line;
    this.#name();
  }

  // --- As typed ---

  // It is no longer the empty line at the end: another comes after it.
  begun(line) {
    if (!line.isLast || line.isBlank) return this.#showTools();
    line.isLast = false;
    this.#arrange([...this.lines, this.#blank({ isLast: true })]);
  }

  breakLine(line, before, after) {
    if (line.area.readOnly) return;
    if (!tidy(before + after)) return;
    if (!tidy(before)) {
      this.#insert([this.#blank()], this.lines.indexOf(line));
      return;
    }
    if (!tidy(after) && line.next?.isLast) {
      line.next.focus();
      return;
    }
    if (after) {
      line.area.value = before;
      line.grow();
      this.note.typed(line);
    }
    const made = this.#blank();
    this.#insert([made], this.lines.indexOf(line) + 1);
    this.#write(made, after.trimStart());
    made.focus(0);
  }

  insertLines(line, before, lines, after) {
    const [first, ...rest] = lines;
    const made = rest.map(() => this.#blank());
    this.#write(line, before + first);
    this.#insert(made, this.lines.indexOf(line) + 1);
    made.forEach((one, index) => this.#write(one, rest[index] + (index === made.length - 1 ? after : "")));
    const last = made.at(-1) ?? line;
    last.focus(last.area.value.length - after.length);
    this.note.flush();
  }

  #insert(made, index) {
    this.#arrange([...this.lines.slice(0, index), ...made, ...this.lines.slice(index)]);
  }

  #write(line, text) {
    line.area.value = text;
    line.grow();
    if (text || line.said) this.note.typed(line);
  }

  takeAway(line, back) {
    if (line.area.readOnly) {
      if (!line.error.hidden) this.note.letGo(line);
      return;
    }
    const text = line.text || line.said;
    const to = (back ? line.previous : line.next) ?? line.next ?? line.previous;
    if (line.isLast) {
      if (back) to?.focus();
      return;
    }
    if (text || line.lastText) {
      const after = line.previous?.isPoint ? line.previous.key : null;
      this.undo = { key: line.key, text: text || line.lastText, after };
    }
    line.area.value = "";
    this.note.cleared(line);
    if (this.undo?.key === line.key) this.undo.base = line.base;
    to?.focus(back && to === line.previous ? undefined : 0);
    this.#arrange(this.lines.filter((one) => one !== line));
  }

  #undo() {
    const { key, base, text, after } = this.undo;
    this.undo = null;
    const line = new Line(this, key);
    line.base = base;
    const index = this.lines.findIndex((one) => one.key === after) + 1;
    this.#insert([line], index);
    this.#write(line, text);
    line.focus();
    this.note.flush();
  }

  leave(line) {
    if (line.isBlank && !line.isPoint && !line.isLast && !line.isDirty) this.#arrange(this.lines.filter((one) => one !== line));
  }

  close(isClosed) {
    for (const line of this.lines) line.area.readOnly = isClosed;
    this.place.toggleAttribute("data-closed", isClosed);
  }
}
