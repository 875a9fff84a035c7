// On every page: what this phone keeps of rounds and notes is the person's own, and what waits here is sent when it can
// be.

import { PAGES, away, keptNotes, keptRounds, marks, person } from "./outbox.js";

// The page for want of network knows nobody, which is no sign that somebody has signed out.
if (!away) {
  const owner = marks.get("person");
  if (owner !== (person || null)) {
    // Signed out, or somebody else has signed in: the pages go, also those that nobody has put their mark on yet. What
    // was answered stays, and is its giver's alone.
    globalThis.caches?.delete(PAGES).catch(() => {});
    marks.set("person", person || null);
  }
  if (marks.get("waiting") === "yes") import("./sending.js").then((sending) => sending.keepTrying());
  if (marks.get("refused") === "yes") tellOfRefused();
  for (const name of ["hms-sent", "hms-sent-edits"]) {
    addEventListener(name, (event) => event.detail.refused.length && tellOfRefused());
  }
}

// What a round or a note did not take is told on whatever page the person is, with the way back to it.
async function tellOfRefused() {
  if (document.querySelector("form[data-hms-round], form[data-hms-note]")) return; // it tells so itself
  document.querySelector("[data-hms-refused]")?.remove();
  const list = document.createElement("div");
  list.setAttribute("role", "status");
  list.dataset.hmsRefused = "";
  list.className = "hms-notice";
  list.dataset.status = "over";
  for (const { round, refused } of await keptRounds()) {
    if (!refused.length || !round.words) continue;
    if (round.address === location.pathname) {
      const { offerToCorrect } = await import("./round-kept.js");
      document.querySelector("main")?.prepend(offerToCorrect(round, refused));
      continue;
    }
    list.append(line(round.words, refused, round.address, `${round.title}, ${round.place}`));
  }
  for (const { note, refused } of await keptNotes()) {
    if (refused.length && note.words) list.append(line(note.words, refused, note.address, `${note.title}, ${note.place}`));
  }
  if (list.children.length) document.querySelector("main")?.prepend(list);
}

function line(words, refused, address, name) {
  const said = document.createElement("p");
  const link = Object.assign(document.createElement("a"), { href: address, textContent: name });
  said.append((refused.length === 1 ? words.refusedOne : words.refusedMany).replace("%(num)s", refused.length), " ", link);
  return said;
}
