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

// Shows the cell's page in place of this one: the rest of the page is the same.
async function show(address) {
  place().setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const there = page.querySelector("#coverage");
    if (!answer.ok || answer.redirected || !there) throw new Error("not the page");
    const aside = place().querySelector(".hms-matrix-region")?.scrollLeft ?? 0;
    place().replaceWith(document.adoptNode(there));
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

addEventListener("popstate", () => {
  if (matrix() && location.pathname) show(location.href);
});

prepare();
