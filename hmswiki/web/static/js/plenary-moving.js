// Points of the plenary taken up and put elsewhere: dragged with a mouse, a pen or a finger, or from a menu of places
// that the same handle opens with a click, Enter or the space bar. Where they are put is told to `put`.

const FAR = 6; // pixels: less is a click
const EDGE = 60; // so near the window's edge it scrolls

export function moving({ room, words, filled, say, put, chosen, laid }) {
  let drag = null;
  let menu = null;

  // The point of the handle, or all that are ticked where it is one of them.
  function taken(handle) {
    const { point } = handle.closest("[data-point]").dataset;
    const ticked = chosen();
    return ticked.includes(point) ? ticked : [point];
  }

  const textOf = (handle) => handle.closest("[data-point]").querySelector("[data-text]").textContent;
  const named = (points, handle) =>
    points.length > 1 ? filled(words.move_many, { count: points.length }) : filled(words.move, { text: textOf(handle) });

  function place(points, box) {
    const { drop, key, title } = box.dataset;
    if (drop === "theme") return put(points, { theme: key, title }, filled(words.gathered, { title }));
    if (drop === "sentence") return put(points, { sentence: key }, words.stands);
    if (drop === "free") return put(points, { free: true }, words.freed);
    return name(points);
  }

  // A theme that does not exist yet gets its name in the form at the foot.
  function name(points) {
    for (const key of points) {
      for (const tick of room.querySelectorAll(`input[form=sorting][value="${key}"]`)) tick.checked = true;
    }
    const form = room.querySelector("#sorting");
    form.elements.theme.value = "";
    form.elements.theme.dispatchEvent(new Event("change", { bubbles: true }));
    form.elements.title.focus();
    say(words.name_new);
  }

  // --- Dragging ---

  room.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-grip]");
    const row = event.target.closest("[data-point]");
    if (!row || event.button !== 0 || drag) return;
    // With a mouse the whole line is the handle; a finger that is put on it scrolls.
    if (!handle && (event.pointerType !== "mouse" || event.target.closest("a, button, input"))) return;
    const grip = handle ?? row.querySelector("[data-grip]");
    const { pointerId: id, clientX: x, clientY: y } = event;
    drag = { grip, points: taken(grip), id, x, y, ghost: null, box: null };
  });

  addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    if (!drag.ghost) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
      lift(event);
    }
    event.preventDefault();
    follow(event);
  });

  addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    const { ghost, box, points } = drag;
    lay();
    if (!ghost) return;
    // The click that the browser makes of this is not meant.
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
    if (box) place(points, box);
  });
  addEventListener("pointercancel", () => drag && lay());
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drag?.ghost) return;
    lay();
    say(words.laid_down);
  });

  function swallow(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  function lift(event) {
    closeMenu();
    getSelection()?.removeAllRanges();
    const ghost = document.createElement("div");
    ghost.className = "hms-sort-ghost";
    ghost.setAttribute("aria-hidden", "true");
    const { length: count } = drag.points;
    ghost.textContent = count > 1 ? filled(words.move_many, { count }) : textOf(drag.grip);
    document.querySelector(".hms-page, main")?.append(ghost);
    drag.ghost = ghost;
    room.dataset.dragging = "";
    try {
      drag.grip.setPointerCapture?.(event.pointerId);
    } catch {
      // The pointer is gone already.
    }
  }

  function follow(event) {
    const { ghost } = drag;
    ghost.style.translate = `${event.clientX + 12}px ${event.clientY + 12}px`;
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-drop]") ?? null;
    const home = drag.grip.closest("[data-drop]");
    const box = under && under !== home && room.contains(under) ? under : null;
    if (box !== drag.box) {
      drag.box?.removeAttribute("data-over");
      box?.setAttribute("data-over", "");
      drag.box = box;
    }
    scroll(event);
  }

  function scroll({ clientX, clientY }) {
    const by = clientY < EDGE ? clientY - EDGE : clientY > innerHeight - EDGE ? clientY - innerHeight + EDGE : 0;
    if (!by) return;
    const isBox = (place) => getComputedStyle(place).overflowY === "auto";
    const scrolls = ({ scrollHeight, clientHeight }) => scrollHeight > clientHeight;
    let place = document.elementFromPoint(clientX, clientY);
    while (place && place !== room && !(isBox(place) && scrolls(place))) place = place.parentElement;
    (place && place !== room ? place : document.scrollingElement).scrollBy(0, by / 3);
  }

  function lay() {
    drag.ghost?.remove();
    drag.box?.removeAttribute("data-over");
    delete room.dataset.dragging;
    const dragged = drag.ghost !== null;
    drag = null;
    if (dragged) laid();
  }

  room.addEventListener("dragstart", (event) => event.target.closest("[data-point]") && event.preventDefault());

  // --- The menu of places ---

  room.addEventListener("click", (event) => {
    const handle = event.target.closest("[data-grip]");
    if (handle) openMenu(handle);
  });

  function places(handle) {
    const home = handle.closest("[data-drop]");
    const boxes = [...room.querySelectorAll("[data-drop=theme], [data-drop=new]")].filter((box) => box !== home);
    const found = boxes.map((box) => ({ box, label: box.dataset.title ?? words.new_theme }));
    if (home.dataset.drop === "theme" || handle.closest("[data-gathered]")) {
      found.push({ box: room.querySelector("[data-drop=free]"), label: words.free });
    }
    return found;
  }

  function openMenu(handle) {
    closeMenu();
    const points = taken(handle);
    menu = document.createElement("ul");
    menu.className = "hms-sort-menu";
    menu.setAttribute("role", "menu");
    menu.setAttribute("aria-label", named(points, handle));
    menu.setAttribute("data-key", "menu-of-places");
    for (const { box, label } of places(handle)) {
      const row = document.createElement("li");
      row.setAttribute("role", "none");
      const item = document.createElement("button");
      item.type = "button";
      item.tabIndex = -1;
      item.setAttribute("role", "menuitem");
      item.textContent = label;
      item.addEventListener("click", (event) => {
        event.stopPropagation();
        closeMenu(box.dataset.drop !== "new");
        place(points, box);
      });
      row.append(item);
      menu.append(row);
    }
    menu.handle = handle;
    handle.setAttribute("aria-expanded", "true");
    // Outside of what is redrawn, beside it on the page.
    document.querySelector(".hms-page, main").append(menu);
    const at = handle.getBoundingClientRect();
    const inline = Math.max(8, Math.min(at.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8));
    const below = at.bottom + menu.offsetHeight + 8 < innerHeight;
    menu.style.insetInlineStart = `${inline + scrollX}px`;
    menu.style.insetBlockStart = `${(below ? at.bottom + 4 : Math.max(8, at.top - menu.offsetHeight - 4)) + scrollY}px`;
    menu.addEventListener("keydown", onKey);
    menu.addEventListener("focusin", ({ target }) => {
      for (const item of menu.querySelectorAll("button")) item.tabIndex = item === target ? 0 : -1;
    });
    menu.addEventListener("focusout", (event) => {
      if (!menu?.contains(event.relatedTarget)) closeMenu();
    });
    menu.querySelector("button")?.focus({ preventScroll: true });
    room.inert = true; // what lies beneath is not for now, nor is what the menu half covers
    say(words.picked);
  }

  function closeMenu(back = false) {
    if (!menu) return;
    const { handle } = menu;
    const old = menu;
    menu = null;
    room.inert = false;
    old.remove();
    handle.removeAttribute("aria-expanded");
    if (back && handle.isConnected) handle.focus({ preventScroll: true });
  }

  function onKey(event) {
    const items = [...menu.querySelectorAll("button")];
    const now = items.indexOf(document.activeElement);
    const to = {
      ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: items.length - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items.at(to % items.length).focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      if (event.key === "Escape") event.preventDefault();
      closeMenu(true);
      if (event.key === "Escape") say(words.laid_down);
    } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
      const next = [...items.slice(now + 1), ...items].find((item) =>
        item.textContent.toLocaleLowerCase().startsWith(event.key.toLocaleLowerCase()));
      next?.focus();
    }
  }
}
