// What the page says of saving and of how far the round has come. Each sentence is said once, when it changes.

import { asked, clock, filled, open } from "./round-items.js";

const icons = { saved: "check-circle", saving: "clock", offline: "offline", problem: "warning", none: "info" };

export class Status {
  constructor(form) {
    this.words = form.dataset;
    this.place = document.querySelector("[data-hms-save-state]");
    this.language = document.documentElement.lang;
    this.said = "";
  }

  say(kind, sentence, link) {
    if (this.said === sentence) return;
    this.said = sentence;
    const use = this.place.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icons[kind]}`));
    this.place.querySelector("svg").removeAttribute("hidden");
    if (kind === "problem") this.place.dataset.status = "over";
    else delete this.place.dataset.status;
    const text = this.place.querySelector("[data-text]");
    text.textContent = sentence;
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link.href;
      anchor.textContent = link.text;
      text.append(" ", anchor);
    }
  }

  nothing() {
    this.said = "";
    delete this.place.dataset.status;
    this.place.querySelector("svg").setAttribute("hidden", "");
    this.place.querySelector("[data-text]").textContent = "";
  }

  saving() {
    this.say("saving", this.words.saving);
  }

  saved(at) {
    this.say("saved", filled(this.words.saved, { time: clock(at, this.language) }));
  }

  // `count`: how many answers wait here. `lasts`: whether they outlive the page.
  waiting(why, count, lasts) {
    if (count === 0) {
      if (why === "offline") this.say("offline", lasts ? this.words.offlineNone : this.words.offlineOpen);
      return;
    }
    const form = count === 1 ? "One" : "Many";
    const facts = { num: count };
    if (!lasts) this.say("problem", filled(this.words[`open${form}`], facts));
    else if (why === "signed-out") {
      const link = this.words.signIn ? { href: this.words.signIn, text: this.words.signInText } : null;
      this.say("problem", filled(this.words[`signedOut${form}`], facts), link);
    } else if (why === "other-person") this.say("problem", filled(this.words[`other${form}`], facts));
    else if (why === "offline") this.say("offline", filled(this.words[`offline${form}`], facts));
    else this.say("offline", filled(this.words[`failed${form}`], facts));
  }

  refused(count) {
    this.say("problem", filled(count === 1 ? this.words.refusedOne : this.words.refusedMany, { num: count }));
  }
}

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
