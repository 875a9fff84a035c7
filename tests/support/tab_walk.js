// One step of the walk through a page with Tab: see tab_walk in browser.py. It keeps its notes on the window.
(what) => {
  const describe = (element) => {
    const role = element.getAttribute("role") ?? (element.type && element.tagName === "INPUT" ? element.type : "");
    const words = element.getAttribute("aria-label") || element.labels?.[0]?.textContent || element.textContent || element.name;
    return (
      element.tagName.toLowerCase() +
      (role ? `[${role}]` : "") +
      (element.id ? `#${element.id}` : "") +
      ` “${(words ?? "").trim().replace(/\s+/g, " ").slice(0, 60)}”`
    );
  };

  const focused = () => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element === document.body || element === document.documentElement ? null : element;
  };

  // The focus may be shown on the element itself, on its label, on what stands beside it, or around it.
  const neighbours = (element) =>
    [
      element,
      ...(element.labels ?? []),
      element.nextElementSibling,
      element.parentElement,
      element.parentElement?.parentElement,
    ].filter(Boolean);

  const LOOKS = ["outlineStyle", "outlineWidth", "outlineColor", "outlineOffset", "boxShadow", "backgroundColor",
    "backgroundImage", "color", "borderTopColor", "borderTopWidth", "borderBottomColor", "borderBottomWidth",
    "borderLeftColor", "borderLeftWidth", "textDecorationLine", "textDecorationColor", "textDecorationThickness",
    "transform", "opacity", "filter", "clipPath", "top", "left", "width", "height"]; // prettier-ignore

  const look = (element) =>
    [null, "::before", "::after"]
      .map((part) => [getComputedStyle(element, part), part])
      .map(([style, part]) => {
        if (part && style.content === "none") return "";
        // An outline that is not drawn differs in vain.
        const outlined = style.outlineStyle !== "none" && style.outlineWidth !== "0px";
        return LOOKS.map((name) => (name.startsWith("outline") && !outlined ? "" : style[name])).join("|");
      })
      .join("\n");

  // What shows the focus that is there now says nothing about the one that was there before.
  const showsFocusOf = (one, element) =>
    element && (one.contains(element) || [...(element.labels ?? [])].includes(one));

  const looksDifferentWithout = ([one, before], now) => !showsFocusOf(one, now) && look(one) !== before;

  // A control that is visually hidden (1 px) is looked for where its label is.
  const boxes = (element) => {
    const own = element.getClientRects().length ? [...element.getClientRects()] : [element.getBoundingClientRect()];
    const large = own.filter((box) => box.width > 2 && box.height > 2);
    return large.length ? large : [...(element.labels ?? [])].map((label) => label.getBoundingClientRect());
  };

  const problemOfSight = (element) => {
    const visible = boxes(element).filter((box) => box.width > 2 && box.height > 2);
    const hidden = !element.checkVisibility({ visibilityProperty: true }) ||
      (!element.checkVisibility({ opacityProperty: true }) && !element.labels?.length); // prettier-ignore
    if (hidden || !visible.length) return `The focus is on something that is not shown: ${describe(element)}`;

    const inside = visible.filter(
      (box) => box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
    );
    if (!inside.length) return `The focus is outside the window: ${describe(element)}`;

    const belongs = (top) =>
      top && (element.contains(top) || top.contains(element) || [...(element.labels ?? [])].some((label) => label.contains(top)));
    const uncovered = inside.some((box) => {
      const xs = [Math.max(box.left, 0) + 2, Math.min(box.right, innerWidth) - 2];
      const ys = [Math.max(box.top, 0) + 2, Math.min(box.bottom, innerHeight) - 2];
      const points = [[(xs[0] + xs[1]) / 2, (ys[0] + ys[1]) / 2], ...xs.flatMap((x) => ys.map((y) => [x, y]))];
      return points.some(([x, y]) => belongs(element.getRootNode().elementFromPoint(x, y)));
    });
    return uncovered ? null : `The focus is covered by something else: ${describe(element)}`;
  };

  // What Tab should reach: of a group of radio buttons one, and nothing outside an open modal dialogue.
  const reachable = () => {
    const modal = document.querySelector("dialog:modal");
    const groups = new Set();
    return [...(modal ?? document).querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(
      (element) => {
        if (element.tabIndex < 0 || element.disabled || element.matches(":disabled, [inert], [inert] *")) return false;
        if (element.tagName === "SUMMARY" && element.parentElement?.tagName !== "DETAILS") return false;
        if (!element.checkVisibility({ visibilityProperty: true })) return false;
        if (element.type === "radio" && element.name) {
          const group = document.querySelectorAll(`input[type=radio][name="${CSS.escape(element.name)}"]`);
          const mates = [...group].filter((one) => one.form === element.form);
          if (mates.some((one) => groups.has(one))) return false;
          mates.forEach((one) => groups.add(one));
        }
        return true;
      },
    );
  };

  const isReached = (element, visited) =>
    visited.has(element) ||
    (element.type === "radio" &&
      [...visited].some((one) => one.type === "radio" && one.name === element.name && one.form === element.form));

  if (what === "start") {
    const still = new CSSStyleSheet(); // what fades in would not be there yet when it is looked for
    still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; scroll-behavior: auto !important }");
    document.adoptedStyleSheets.push(still);
    focused()?.blur();
    const top = document.querySelector("dialog:modal") ?? document.body;
    const before = top.getAttribute("tabindex");
    top.setAttribute("tabindex", "-1");
    top.focus({ preventScroll: true }); // the next Tab goes to the first stop in it
    if (before === null) top.removeAttribute("tabindex");
    else top.setAttribute("tabindex", before);
    window.scrollTo(0, 0);
    window.__tabWalk = { still, visited: new Set(), last: null, lastLooks: [], stays: 0 };
    return null;
  }

  const walk = window.__tabWalk;
  if (!walk) return { problem: "Moving the focus opened another page", ended: false, stop: "" };

  if (what === "unreached") {
    return reachable().filter((element) => !isReached(element, walk.visited)).map(describe);
  }

  if (what === "end") {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== walk.still);
    delete window.__tabWalk;
    return null;
  }

  const element = focused();
  const answer = { problem: null, ended: false, again: false, stop: element ? describe(element) : "" };

  // Only now, when the focus has moved on, can it be said what the last stop looks like without it.
  const moved = walk.last?.isConnected && walk.last !== element;
  if (moved && !walk.lastLooks.some((before) => looksDifferentWithout(before, element))) {
    answer.problem = `The focus cannot be seen, nothing changes: ${describe(walk.last)}`;
    return answer;
  }

  const first = walk.visited.values().next().value;
  if (element && element === walk.last && reachable().length > 1) {
    // A field for a date has a stop for the day, the month, the year and its calendar.
    walk.stays += 1;
    const allowed = ["date", "datetime-local", "month", "time", "week"].includes(element.type) ? 7 : 0;
    if (walk.stays > allowed) answer.problem = `The keyboard is trapped: Tab stays on ${describe(element)}`;
    else answer.again = true;
  } else if (!element || element === first) {
    answer.ended = true;
  } else if (walk.visited.has(element)) {
    answer.problem = `The keyboard is trapped: Tab goes back to ${describe(element)}`;
  } else {
    answer.problem = problemOfSight(element);
    walk.visited.add(element);
    walk.last = element;
    walk.stays = 0;
    walk.lastLooks = neighbours(element).map((one) => [one, look(one)]);
  }
  return answer;
}
