// The page for want of network: which rounds can be opened here all the same.

import { PAGES, keptRounds } from "./outbox.js";

const list = document.querySelector("[data-hms-kept-rounds]");
if (list && globalThis.caches) show();

async function show() {
  const { one, many } = list.dataset;
  const cache = await caches.open(PAGES);
  const rounds = (await keptRounds()).sort((a, b) => (a.round.at < b.round.at ? 1 : -1));
  for (const { round, waits } of rounds) {
    if (!(await cache.match(round.address, { ignoreVary: true }))) continue;
    const row = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: round.address, textContent: round.place });
    const heading = document.createElement("h2");
    heading.className = "hms-row-title";
    heading.append(link);
    row.append(heading, Object.assign(document.createElement("p"), { textContent: round.title }));
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

addEventListener("online", () => location.reload());
