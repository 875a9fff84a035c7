// The page for want of network: which rounds and notes can be opened here all the same.

import { PAGES, keptNotes, keptRounds } from "./outbox.js";

const list = document.querySelector("[data-hms-kept-rounds]");
if (list && globalThis.caches) show();

async function show() {
  const words = list.dataset;
  const cache = await caches.open(PAGES);
  const rounds = (await keptRounds()).map(({ round, waits }) => ({ kept: round, waits, one: words.one, many: words.many }));
  const notes = (await keptNotes()).map(({ note, waits }) => (
    { kept: note, waits, one: words.oneLine, many: words.manyLines }
  ));
  for (const { kept, waits, one, many } of [...rounds, ...notes].sort((a, b) => (a.kept.at < b.kept.at ? 1 : -1))) {
    if (!(await cache.match(kept.address, { ignoreVary: true }))) continue;
    const row = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: kept.address, textContent: kept.place });
    const heading = document.createElement("h2");
    heading.className = "hms-row-title";
    heading.append(link);
    row.append(heading, Object.assign(document.createElement("p"), { textContent: kept.title }));
    if (waits.length) {
      const said = (waits.length === 1 ? one : many).replace("%(num)s", waits.length);
      row.append(Object.assign(document.createElement("p"), { className: "hms-meta", textContent: said }));
    }
    list.append(row);
  }
  const any = list.children.length > 0;
  list.hidden = !any;
  document.querySelector("[data-hms-none-kept]").hidden = any;
}

// Whoever has pressed a link meanwhile goes there, and is not called back.
let isLeaving = false;
addEventListener("beforeunload", () => (isLeaving = true));
addEventListener("pageshow", () => (isLeaving = false));
addEventListener("online", () => isLeaving || location.reload());
