// What a page says of saving. Each sentence is said once, when it changes.

import { clock, filled } from "./words.js";

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
