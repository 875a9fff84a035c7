// Small things that pages made by scripts are written with.

// A sentence of the page with its facts: "Saved at %(time)s."
export const filled = (words, facts) => words.replace(/%\((\w+)\)s/g, (whole, name) => facts[name] ?? whole);

// The time of day, as the page's language writes it in a sentence.
export function clock(when, language = document.documentElement.lang) {
  const time = new Date(when);
  const [hours, minutes] = [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, "0"));
  return language === "en" ? `${hours}:${minutes}` : `kl.\u00a0${hours}.${minutes}`;
}

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
