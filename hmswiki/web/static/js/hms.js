// Small comforts on every page. Everything works without them.

// A refused form's list of problems takes the focus, so that it is read first.
document.querySelector("[data-hms-focus]")?.focus();

// A menu closes on Esc and when something outside it is chosen.
for (const menu of document.querySelectorAll("details.hms-menu")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

// A button that was pressed says so and is not pressed twice; what it does is safe to repeat all the same.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || event.defaultPrevented) return;
  button.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});
