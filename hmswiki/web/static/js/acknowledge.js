// The end of a guideline: the bar that leads there, and the numbers of one's own unit. The page works without it.

const section = document.querySelector("#acknowledge, #informed");

if (section && "IntersectionObserver" in window) {
  const bar = document.querySelector("[data-hms-until='acknowledge']");
  const place = section.querySelector("[data-hms-fetch]");
  new IntersectionObserver((entries) => {
    if (bar) bar.hidden = entries.at(-1).isIntersecting;
  }).observe(section);

  // The numbers are fetched when somebody comes so far, and stay a link where that fails.
  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      fill(place);
    },
    { rootMargin: "400px" },
  );
  if (place) near.observe(section);
}

async function fill(place) {
  const link = place.querySelector("a");
  try {
    const answer = await fetch(link.href, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) return;
    const line = new DOMParser().parseFromString(await answer.text(), "text/html");
    const hadFocus = place.contains(document.activeElement);
    place.textContent = line.body.textContent.trim();
    if (hadFocus) {
      // Or the keyboard would begin again at the top of the page.
      place.tabIndex = -1;
      place.focus();
    }
  } catch {
    // Offline, or the server is busy: the link is still there.
  }
}
