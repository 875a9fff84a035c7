// The elements that reach beyond the window and so make the document scroll sideways: the innermost of them.
() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];

  const describe = (element) =>
    element.tagName.toLowerCase() +
    (element.id ? `#${element.id}` : "") +
    [...element.classList].map((name) => `.${name}`).join("");

  // An ancestor that scrolls or clips keeps what is in it from widening the page.
  const isContained = (element) => {
    for (let box = element.parentElement; box && box !== document.body && box !== root; box = box.parentElement) {
      if (getComputedStyle(box).overflowX !== "visible") return true;
    }
    return false;
  };

  const right = (element) => element.getBoundingClientRect().right + window.scrollX;
  const beyond = [...document.body.querySelectorAll("*")].filter(
    (element) => right(element) > root.clientWidth + 0.5 && !isContained(element),
  );
  const culprits = beyond.filter((element) => !beyond.some((other) => other !== element && element.contains(other)));

  // A word too long for its box widens the page while every box stays within it.
  const spilling = [...document.body.querySelectorAll("*")].filter(
    (element) =>
      element.scrollWidth > element.clientWidth + 1 &&
      element.clientWidth > 0 &&
      getComputedStyle(element).overflowX === "visible" &&
      !isContained(element) &&
      ![...element.children].some((child) => child.scrollWidth > child.clientWidth + 1) &&
      !culprits.some((culprit) => element.contains(culprit)),
  );

  const told = [...new Set([...culprits, ...spilling])].map(
    (element) =>
      `${describe(element)} reaches ${Math.round(Math.max(right(element), element.getBoundingClientRect().left + window.scrollX + element.scrollWidth))} px` +
      ` in a window of ${root.clientWidth} px: “${element.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}”`,
  );
  return told.length ? told : [`something makes the document ${root.scrollWidth} px wide in ${root.clientWidth} px`];
}
