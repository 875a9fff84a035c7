// The matrix of coverage with the keyboard: arrow keys move between the cells, Enter opens one beside the matrix,
// Esc returns to it. Without this every cell is an ordinary link to the same.

const place = () => document.querySelector("#coverage");
const matrix = () => place()?.querySelector(".hms-matrix");
const cellsOf = (row) => [...row.querySelectorAll("a.hms-matrix-cell")];
const rows = () => [...(matrix()?.rows ?? [])].filter((row) => cellsOf(row).length);
const openCell = () => matrix()?.querySelector("a.hms-matrix-cell[aria-current]");

// One stop for the Tab key; the arrow keys do the rest.
function settle(cell) {
  for (const each of rows().flatMap(cellsOf)) each.tabIndex = each === cell ? 0 : -1;
}

function prepare() {
  if (!matrix()) return;
  settle(openCell() ?? rows().flatMap(cellsOf)[0]);
  for (const hint of place().querySelectorAll("[data-hms-keys]")) hint.hidden = false;
}

function neighbour(cell, key) {
  const all = rows();
  const row = all.findIndex((each) => each.contains(cell));
  const cells = cellsOf(all[row]);
  const column = cells.indexOf(cell);
  switch (key) {
    case "ArrowRight": return cells[column + 1];
    case "ArrowLeft": return cells[column - 1];
    case "ArrowDown": return all[row + 1] && cellsOf(all[row + 1])[column];
    case "ArrowUp": return all[row - 1] && cellsOf(all[row - 1])[column];
    case "Home": return cells[0];
    case "End": return cells.at(-1);
  }
}

// What differs from one address of the matrix to another; the timeline stays, with the hand that is on it.
const PARTS = ["answer", "days", "coverage"];
let asked = 0;

// Shows another address of the matrix in place of this one.
async function show(address) {
  const turn = ++asked;
  place().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || answer.redirected || !page.querySelector("#coverage")) throw new Error("not the page");
    if (turn !== asked) return false; // somebody has asked for something else since
    const aside = place().querySelector(".hms-matrix-region")?.scrollLeft ?? 0;
    for (const part of PARTS) {
      const there = page.getElementById(part);
      if (there) document.getElementById(part)?.replaceWith(document.adoptNode(there));
    }
    document.title = page.title;
    const region = place().querySelector(".hms-matrix-region");
    if (region) region.scrollLeft = aside;
    prepare();
    return true;
  } catch {
    location.assign(address);
    return false;
  }
}

async function open(address) {
  if (!(await show(address))) return;
  history.pushState(null, "", address);
  const panel = place().querySelector("#panel");
  panel?.focus({ preventScroll: true });
  panel?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  const cell = event.target.closest?.("#coverage a.hms-matrix-cell");
  if (cell) {
    const next = neighbour(cell, event.key);
    if (next) {
      event.preventDefault();
      settle(next);
      next.focus();
    }
  } else if (event.key === "Escape" && event.target.closest?.("#panel")) {
    event.preventDefault();
    (openCell() ?? matrix())?.focus();
  }
});

document.addEventListener("click", (event) => {
  if (event.button || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  const cell = event.target.closest?.("#coverage a.hms-matrix-cell, #panel .hms-tally a");
  if (cell) {
    event.preventDefault();
    open(cell.href);
  }
});

// The slider beneath the curve: the field for the day follows at once, the numbers when the hand rests.
const slider = document.querySelector(".hms-range[data-hms-since]");
const field = document.querySelector("#date");
const words = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
const DAY = 24 * 60 * 60 * 1000;
let resting = 0;

const dayAt = (value) => new Date(Date.parse(slider.dataset.hmsSince) + value * DAY);

async function goTo(day) {
  const address = new URL(location.href);
  address.searchParams.set("as_of", day.toISOString().slice(0, 10));
  address.hash = "";
  if (!(await show(address.href))) return;
  history.replaceState(null, "", address);
  document.querySelector("[data-hms-said]").textContent = document.querySelector("h1").textContent;
}

if (slider && field) {
  slider.hidden = false;
  slider.addEventListener("input", () => {
    const day = dayAt(slider.value);
    field.value = day.toISOString().slice(0, 10);
    slider.setAttribute("aria-valuetext", words.format(day));
    clearTimeout(resting);
    resting = setTimeout(() => goTo(day), 300);
  });
}

addEventListener("popstate", () => {
  if (matrix() && location.pathname) show(location.href);
});

prepare();
