// Makes a part of the page like new HTML, and touches nothing that is the same: what has not changed is not drawn
// again, does not move, and keeps the focus.
//
//   patch(place, html)   `place` keeps its own attributes; its content becomes `html`
//   patch(place, html, { leaves, keeps })   on pages where people type meanwhile:
//     leaves(element)   whether it is left as it is, whatever the new HTML says
//     keeps(element)    whether it stays though the new HTML has it no more; asked of what has a key
//
// An element with data-key is the same element as long as its key is, wherever among its siblings it stands.
// What scripts have set stays: the content of [data-hms-own], and the attributes that OWN names.

const OWN = new Set(["data-left-out", "data-cut", "data-writing", "aria-busy", "style"]);
const NOBODY_TYPES = { leaves: () => false, keeps: () => false };

export function patch(place, html, minding = NOBODY_TYPES) {
  const made = document.createElement("template");
  made.innerHTML = html;
  children(place, made.content, minding);
}

const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.dataset?.key ?? null : null);
const isSpace = (node) => node.nodeType === Node.TEXT_NODE && !node.data.trim();

function children(target, source, minding) {
  const wanted = [...source.childNodes];
  const names = new Set(wanted.map(keyOf).filter((key) => key !== null));
  const known = new Map();
  const stay = new Set();
  for (const node of [...target.childNodes]) {
    const key = keyOf(node);
    if (key === null) continue;
    // What goes is taken out first: then those that stay need not be moved, which would cost them the focus.
    if (names.has(key)) known.set(key, node);
    else if (minding.keeps(node)) stay.add(node);
    else node.remove();
  }
  let at = target.firstChild;
  for (const node of wanted) {
    const passes = () => at && (stay.has(at) || (isSpace(at) && !isSpace(node)));
    while (passes()) at = stay.has(at) ? at.nextSibling : removed(at);
    const key = keyOf(node);
    const same = key !== null ? known.get(key) : at && keyOf(at) === null ? at : null;
    if (same && same.nodeName === node.nodeName && (!isSpace(node) || isSpace(same))) {
      // What holds the focus is not moved, which would cost it the focus: the others move around it.
      if (same !== at && same.contains(document.activeElement)) at = behind(at, same);
      if (same === at) at = at.nextSibling;
      else target.insertBefore(same, at);
      become(same, node, minding);
    } else {
      if (same && key !== null) {
        if (same === at) at = at.nextSibling;
        same.remove();
      }
      target.insertBefore(document.importNode(node, true), at);
    }
  }
  while (at) at = stay.has(at) ? at.nextSibling : removed(at);
}

// Move the siblings from `first` up to `last` to the end, where they are found when their turn comes.
function behind(first, last) {
  for (let node = first; node && node !== last; ) {
    const next = node.nextSibling;
    last.parentNode.append(node);
    node = next;
  }
  return last;
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function become(node, wanted, minding) {
  if (node.nodeType !== Node.ELEMENT_NODE) {
    if (node.data !== wanted.data) node.data = wanted.data;
    return;
  }
  if (minding.leaves(node)) return;
  for (const { name, value } of wanted.attributes) {
    if (!kept(wanted, name) && node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  for (const { name } of [...node.attributes]) {
    if (!wanted.hasAttribute(name) && !kept(wanted, name)) node.removeAttribute(name);
  }
  if (!node.hasAttribute("data-hms-own") && !node.isEqualNode(wanted)) children(node, wanted, minding);
}

// Whether a line is new is told by the time, and by the script that knows it.
const kept = (wanted, name) =>
  OWN.has(name) || (name === "open" && wanted.nodeName === "DETAILS") ||
  (name === "class" && wanted.hasAttribute("data-changed-at")) ||
  (wanted.hasAttribute("data-hms-own") && name === "hidden");
