// Confirming for a unit: names become chips with a search of their own, and the numbers after saving are told
// while the form is filled in. Without this the list of names is a list of checkboxes, and a button reckons.

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const plain = (text) =>
  text.toLocaleLowerCase("nb").normalize("NFD").replace(/\p{Diacritic}/gu, "").replace(/ø/g, "o").replace(/æ/g, "ae");

// Every word typed must begin one of the name's words. "å" finds å before it finds a.
function matches(name, typed) {
  const exact = typed.toLocaleLowerCase("nb").split(/\s+/).filter(Boolean);
  const words = name.toLocaleLowerCase("nb").split(/[\s-]+/);
  if (exact.every((part) => words.some((word) => word.startsWith(part)))) return 2;
  const loose = plain(typed).split(/\s+/).filter(Boolean);
  const simple = plain(name).split(/[\s-]+/);
  return loose.every((part) => simple.some((word) => word.startsWith(part))) ? 1 : 0;
}

const MOST_SHOWN = 30;

class PeopleChoice {
  constructor(fieldset) {
    this.fieldset = fieldset;
    this.words = fieldset.dataset;
    this.list = fieldset.querySelector("[data-people]");
    const details = fieldset.querySelector("details");
    details.hidden = true;
    const id = fieldset.id;
    this.chips = element("ul", { class: "hms-chips" });
    this.options = element("ul", {
      class: "hms-options", role: "listbox", id: `${id}-options`, "aria-label": this.words.add, hidden: "",
    });
    this.input = element("input", {
      class: "hms-input", type: "text", id: `${id}-search`, role: "combobox", autocomplete: "off",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-options`,
    });
    this.said = element("span", { class: "hms-visually-hidden", role: "status" });
    const label = element("label", { for: `${id}-search`, class: "hms-small" }, this.words.add);
    const search = element("div", { class: "hms-combobox" }, label, this.input, this.options);
    details.after(this.chips, search, this.said);
    this.active = -1;
    this.input.addEventListener("input", () => this.suggest(this.input.value.trim() !== ""));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.suggest(false));
    // Pressing an option must not take the focus from the field before it is chosen.
    this.options.addEventListener("mousedown", (event) => event.preventDefault());
    this.options.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option?.dataset.value) this.choose(option.dataset.value);
    });
    this.show();
  }

  get boxes() {
    return [...this.list.querySelectorAll("input")];
  }

  nameOf(box) {
    return box.closest("label").textContent.trim();
  }

  show() {
    const chosen = this.boxes.filter((box) => box.checked);
    this.chips.hidden = chosen.length === 0;
    this.chips.replaceChildren(
      ...chosen.map((box) => {
        const icon = this.fieldset.querySelector("template")?.content.cloneNode(true) ?? "";
        const hidden = element("span", { class: "hms-visually-hidden" }, `${this.words.remove} `);
        const chip = element("button", { class: "hms-chip", type: "button" }, hidden, this.nameOf(box), icon);
        chip.addEventListener("click", () => this.remove(box));
        return element("li", {}, chip);
      }),
    );
  }

  changed(box, word) {
    this.show();
    this.said.textContent = `${this.nameOf(box)} ${word}`;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  choose(value) {
    const box = this.boxes.find((one) => one.value === value);
    box.checked = true;
    this.input.value = "";
    this.suggest(false);
    this.changed(box, this.words.added);
  }

  remove(box) {
    const place = this.boxes.filter((one) => one.checked).indexOf(box);
    box.checked = false;
    this.changed(box, this.words.removed);
    const left = this.chips.querySelectorAll("button");
    (left[Math.min(place, left.length - 1)] ?? this.input).focus();
  }

  suggest(open) {
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-expanded", String(open));
    this.options.hidden = !open;
    if (!open) return;
    const typed = this.input.value.trim();
    const found = this.boxes
      .filter((box) => !box.checked)
      .map((box) => ({ box, name: this.nameOf(box), rank: typed ? matches(this.nameOf(box), typed) : 1 }))
      .filter((one) => one.rank)
      .sort((a, b) => b.rank - a.rank)
      .slice(0, MOST_SHOWN);
    this.options.replaceChildren(
      ...found.map(({ box, name }, place) =>
        element(
          "li",
          { role: "option", id: `${this.options.id}-${place}`, "data-value": box.value, "aria-selected": "false" },
          name,
        ),
      ),
    );
    if (!found.length) {
      this.options.append(element("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, this.words.none));
    } else if (typed) this.point(0);
  }

  point(place) {
    const options = [...this.options.querySelectorAll("[data-value]")];
    if (!options.length) return;
    this.active = (place + options.length) % options.length;
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === this.active)));
    this.input.setAttribute("aria-activedescendant", options[this.active].id);
    options[this.active].scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const open = !this.options.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (!open) {
        this.suggest(true);
        this.point(step > 0 ? 0 : -1);
      } else this.point(this.active < 0 && step < 0 ? -1 : this.active + step);
    } else if (event.key === "Enter") {
      // Enter chooses a name; it never sends the form from here.
      event.preventDefault();
      const option = open && this.options.querySelectorAll("[data-value]")[this.active];
      if (option) this.choose(option.dataset.value);
    } else if (event.key === "Escape" && (open || this.input.value)) {
      event.preventDefault();
      if (!open) this.input.value = "";
      this.suggest(false);
    }
  }

  // Other people were employed on another day. Who is chosen stays, to be refused by name if need be.
  replace(people) {
    const chosen = new Map(this.boxes.filter((box) => box.checked).map((box) => [box.value, this.nameOf(box)]));
    const known = new Set(people.map((person) => String(person.id)));
    const kept = [...chosen].filter(([value]) => !known.has(value)).map(([id, name]) => ({ id, name }));
    this.list.replaceChildren(
      ...[...people, ...kept].map(({ id, name }) => {
        const box = element("input", { type: "checkbox", name: this.words.name, value: String(id) });
        box.checked = chosen.has(String(id));
        return element("label", { class: "hms-choice" }, box, " ", element("span", {}, name));
      }),
    );
    this.show();
  }
}

class Forecast {
  constructor(form, people) {
    this.form = form;
    this.people = people;
    this.text = form.querySelector("[data-forecast-text]");
    this.button = form.querySelector("[data-forecast-button]");
    this.told = this.text.textContent;
    form.addEventListener("change", (event) => this.soon(event.target.name === "informed_on"));
  }

  soon(day) {
    clearTimeout(this.timer);
    this.withPeople ||= day;
    this.timer = setTimeout(() => this.ask(), 200);
  }

  async ask() {
    this.asking?.abort();
    this.asking = new AbortController();
    const body = new URLSearchParams(new FormData(this.form));
    if (this.withPeople) body.set("people", "1");
    this.text.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.form.dataset.forecast, {
        method: "POST", body, headers: { Accept: "application/json" }, signal: this.asking.signal,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      this.tell(await answer.json());
    } catch (error) {
      if (error.name === "AbortError") return;
      this.say([this.form.dataset.failed], "soon");
    }
    this.text.removeAttribute("aria-busy");
  }

  tell(found) {
    if (found.people && this.people) {
      this.people.replace(found.people);
      this.withPeople = false;
      const hint = this.form.querySelector("[data-people-hint]");
      if (hint && found.hint) hint.textContent = found.hint;
    }
    this.button.textContent = found.button;
    this.say(found.problem ? [found.problem] : found.sentences, found.problem ? "soon" : "");
  }

  // Told once: a status that is written again is read again.
  say(sentences, status) {
    const now = sentences.join("\n");
    if (now === this.told) return;
    this.told = now;
    if (status) this.text.dataset.status = status;
    else delete this.text.dataset.status;
    this.text.replaceChildren(...sentences.map((sentence) => element("p", {}, sentence)));
  }
}

for (const form of document.querySelectorAll("[data-hms-confirm]")) {
  const fieldset = form.querySelector("[data-hms-people]");
  const people = fieldset ? new PeopleChoice(fieldset) : null;
  new Forecast(form, people);
  for (const left of form.querySelectorAll("[data-hms-without-script]")) left.hidden = true;
}
