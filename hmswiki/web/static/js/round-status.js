// How far the round has come.

import { asked, open } from "./round-items.js";
import { filled } from "./words.js";

export class Progress {
  constructor(form, items) {
    this.words = form.dataset;
    this.items = items;
    this.count = document.querySelector("[data-hms-count]");
    this.segments = document.querySelector(".hms-progress-segments");
    this.bar = document.querySelector("[data-hms-bar]");
    this.now = null;
  }

  show() {
    // Earlier findings are asked about too, and are no items of the checklist.
    const isItem = (item) => item.key !== null;
    const all = asked(this.items).filter(isItem);
    const left = open(this.items);
    const answered = all.length - left.filter(isItem).length;
    this.#write(this.count, filled(this.words.count, { done: answered, all: all.length }));
    const current = left.includes(this.now) ? this.now : left[0];
    const tally = { ok: 0, deviation: 0, "not-relevant": 0 };
    this.items.forEach((item) => {
      const segment = this.segments.querySelector(`[data-of="${CSS.escape(item.subject)}"]`);
      const entry = document.querySelector(`.hms-round-index [data-of="${CSS.escape(item.subject)}"]`);
      const { mark } = item;
      if (isItem(item) && item.shown && mark) tally[mark] += 1;
      if (segment) {
        segment.hidden = !item.shown;
        if (mark) segment.dataset.answer = mark;
        else delete segment.dataset.answer;
        segment.toggleAttribute("data-current", item === current);
      }
      if (entry) {
        entry.hidden = !item.shown;
        entry.dataset.answer = mark;
        const link = entry.querySelector("a");
        if (item === current) link.setAttribute("aria-current", "step");
        else link.removeAttribute("aria-current");
      }
    });
    this.segments.setAttribute("aria-label", filled(this.words.progress, {
      done: answered, all: all.length, ok: tally.ok, deviations: tally.deviation, others: tally["not-relevant"],
    }));
    const required = left.filter((item) => item.fieldset.dataset.required !== "no");
    this.bar.dataset.left = required.length;
    const many = required.length === 1 ? this.words.leftOne : this.words.leftMany;
    this.#write(this.bar.querySelector("[data-left-text]"), required.length ? filled(many, { num: required.length }) : this.words.leftNone);
    this.bar.querySelector("[data-next]").hidden = required.length === 0;
    this.bar.querySelector("[data-hand-in]").hidden = required.length > 0;
  }

  // The next item without an answer, after `from` if there is one, else the first.
  next(from) {
    const left = open(this.items).filter((item) => item.fieldset.dataset.required !== "no");
    const after = from ? left.find((item) => this.items.indexOf(item) > this.items.indexOf(from)) : null;
    return after ?? left[0];
  }

  #write(place, sentence) {
    if (place.textContent !== sentence) place.textContent = sentence;
  }
}
