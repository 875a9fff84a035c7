// What a group's place on the wall cannot hold is said openly: "6 more points", which leads to all of them.
//
// Groups have places of the same size, and lines are shown from the first: a line that comes moves no other group's,
// and the ones above it stay where they are. A narrow or low window has no such places: there everything is shown.

import { filled } from "./words.js";

const LEAST = 0.3; // of the window: where headings take more than the rest, the page may be longer than the window

export function fit(content, words) {
  const wall = content.querySelector("[data-columns]");
  delete content.dataset.flows;
  if (!wall) {
    flowIfTooLong(content);
    return;
  }
  if (isFixed(wall) && wall.clientHeight < innerHeight * LEAST) content.dataset.flows = "";
  const fixed = isFixed(wall);
  const groups = [...wall.children].filter((group) => group.querySelector("[data-hms-wall-more]"));
  for (const group of groups) {
    for (const row of rows(group)) {
      row.removeAttribute("data-left-out");
      row.removeAttribute("data-cut");
    }
    group.querySelector("[data-hms-wall-more]").hidden = true;
  }
  if (!fixed) return;
  const full = groups.filter((group) => tooMuch(linesOf(group)));
  for (const group of full) group.querySelector("[data-hms-wall-more]").hidden = false;
  for (const group of full) leaveOut(group, words);
}

const linesOf = (group) => group.querySelector(".hms-wall-lines");
const rows = (group) => [...group.querySelectorAll("[data-hms-wall-row]")];
const isFixed = (wall) => getComputedStyle(wall).getPropertyValue("--hms-wall-fixed").trim() === "1";
const tooMuch = (lines) => lines.scrollHeight > lines.clientHeight + 1;

function leaveOut(group, words) {
  const room = linesOf(group).getBoundingClientRect().bottom + 1;
  const all = rows(group);
  const places = all.map((row) => row.getBoundingClientRect());
  let count = places.findIndex((place) => place.bottom > room);
  if (count < 0) count = all.length;
  // The next one begins where its first lines have room: whoever reads on knows where.
  const next = all[count];
  const lines = next ? Math.floor((room - places[count].top) / parseFloat(getComputedStyle(next).lineHeight)) : 0;
  const cut = next?.tagName === "LI" && (lines > 0 || !all.slice(0, count).some((row) => row.tagName === "LI"));
  if (cut) {
    next.style.setProperty("--hms-wall-lines", String(Math.max(1, lines)));
    next.setAttribute("data-cut", "");
    count += 1;
  }
  // A heading with nothing beneath it says nothing.
  while (count > 0 && all[count - 1].tagName === "H3") count -= 1;
  for (const row of all.slice(count)) row.setAttribute("data-left-out", "");
  const left = all.slice(count).filter((row) => row.tagName === "LI").length;
  const sentences = [];
  if (cut) sentences.push(words.moreRest);
  if (left) sentences.push(left === 1 ? words.moreOne : filled(words.moreMany, { num: left }));
  const link = group.querySelector("[data-hms-wall-more] a");
  const text = sentences.join(" · ");
  if (link.textContent !== text) link.textContent = text;
  link.href = group.querySelector("h2 a").href;
}

// One group alone stands in columns as high as the window; what is more makes the page longer.
function flowIfTooLong(content) {
  const only = content.querySelector(".hms-wall-only .hms-wall-lines");
  if (only && only.scrollWidth > only.clientWidth + 1) content.dataset.flows = "";
}
