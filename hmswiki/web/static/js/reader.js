// Reading: the contents say where in the text one is, and a button prints. Everything works without them.

const links = new Map();
for (const link of document.querySelectorAll("[data-hms-contents] a[href^='#']")) {
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (target) links.set(target, link);
}

function markCurrent() {
  let current = null;
  // The last heading that has passed the upper third is the one being read.
  for (const target of links.keys()) {
    if (target.getBoundingClientRect().top <= innerHeight / 3) current = target;
  }
  for (const [target, link] of links) {
    if (target === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

if (links.size) {
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      markCurrent();
    });
  };
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon);
  markCurrent();
}

// The folded contents fold again once something in them was chosen.
for (const folded of document.querySelectorAll(".hms-toc-folded")) {
  folded.addEventListener("click", (event) => {
    if (event.target.closest("a")) folded.open = false;
  });
}

for (const button of document.querySelectorAll("[data-hms-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
