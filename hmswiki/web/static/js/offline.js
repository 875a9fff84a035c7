// On every page: what this phone keeps of rounds is the person's own, and what waits here is sent when it can be.

import { PAGES, away, keptRounds, marks, person } from "./outbox.js";

// The page for want of network knows nobody, which is no sign that somebody has signed out.
if (!away) {
  const owner = marks.get("person");
  if (owner !== (person || null)) {
    // Signed out, or somebody else has signed in: the pages go, also those that nobody has put their mark on yet. What
    // was answered stays, and is its giver's alone.
    globalThis.caches?.delete(PAGES).catch(() => {});
    marks.set("person", person || null);
  }
  if (person && marks.get("waiting") === "yes") import("./sending.js").then((sending) => sending.keepTrying());
  if (person && marks.get("refused") === "yes") tellOfRefused();
  addEventListener("hms-sent", (event) => event.detail.refused.length && tellOfRefused());
}

// What a round did not take is told on whatever page the person is, with the way back to it.
async function tellOfRefused() {
  if (document.querySelector("form[data-hms-round]")) return; // it tells so itself
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
    const words = refused.length === 1 ? round.words.refusedOne : round.words.refusedMany;
    const line = document.createElement("p");
    const link = document.createElement("a");
    link.href = round.address;
    link.textContent = `${round.title}, ${round.place}`;
    line.append(words.replace("%(num)s", refused.length), " ", link);
    list.append(line);
  }
  if (list.children.length) document.querySelector("main")?.prepend(list);
}
