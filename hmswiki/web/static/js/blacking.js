// Reading notes through: words that are selected in a line are blacked out at once. Without it each line has a form.

const bar = document.querySelector("[data-hms-black]");
const word = /[\p{L}\p{N}'’@_-]/u;
const BLACK = "█████";

// The line in which the selection lies as a whole, and from where to where; null where it lies elsewhere.
function selected() {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const start = range.startContainer.parentElement?.closest("[data-hms-line]")
    ?? (range.startContainer instanceof Element ? range.startContainer.closest("[data-hms-line]") : null);
  if (!start) return null;
  const before = document.createRange();
  before.selectNodeContents(start);
  const text = start.textContent;
  before.setEnd(range.startContainer, range.startOffset);
  const from = before.toString().length;
  // A double click takes in what stands after the line: only what is in it counts.
  const to = start.contains(range.endContainer) ? from + range.toString().length : text.length;
  return whole(start, text, from, Math.min(to, text.length));
}

// From the beginning of the first word to the end of the last.
function whole(line, text, from, to) {
  while (from < to && /\s/u.test(text[from])) from += 1;
  while (to > from && /\s/u.test(text[to - 1])) to -= 1;
  if (from >= to) return null;
  if (word.test(text[from])) while (from > 0 && word.test(text[from - 1])) from -= 1;
  if (word.test(text[to - 1])) while (to < text.length && word.test(text[to])) to += 1;
  return { line, text, from, to };
}

function show() {
  const found = selected();
  bar.hidden = !found;
  if (found) bar.querySelector("[data-hms-words]").textContent = found.text.slice(found.from, found.to);
  return found;
}

if (bar) {
  let found = null;
  const text = document.createElement("input");
  text.type = "hidden";
  text.name = "text";
  bar.append(text);
  for (const hint of document.querySelectorAll("[data-hms-selecting]")) hint.hidden = false;
  document.addEventListener("selectionchange", () => {
    // Pressing the button takes the selection away in some browsers: what was selected before counts.
    if (!bar.contains(document.activeElement)) found = show();
  });
  bar.addEventListener("submit", (event) => {
    if (!found) {
      event.preventDefault();
      return;
    }
    text.value = found.text.slice(0, found.from) + BLACK + found.text.slice(found.to);
    bar.querySelector("[name=seen]").value = found.line.dataset.seen;
    bar.action = found.line.dataset.action;
  });
}
