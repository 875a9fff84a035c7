// What is left of a task's time, in every <span data-hms-clock data-ends-at="…"> of the page: "24:10", and "0:00" when
// the time is up. It goes by the server's clock, which each answer tells of: a phone whose clock is wrong counts right.
//
// `data-ends-at` may be changed, or emptied where no clock runs; the text that was there then stands until the next end.
// Beside it may stand, within the same [data-hms-timer]:
//   [data-hms-clock-said]  a live region: told only when 10, 5 and 1 minute are left, and when the time is up. Its
//                          sentences are data-ten, data-five, data-one and data-up
//   [data-hms-clock-bar]   an SVG rect as wide as the part of `data-minutes` that has gone
// The timer has data-state: "running", "soon" (under five minutes), "up" or "none".

const KEPT = "hmswiki:clock";
const SAID = [[600, "ten"], [300, "five"], [60, "one"], [0, "up"]];
const SOON = 300;

let ahead = kept(); // milliseconds that the server's clock is ahead of this one
const known = new WeakMap();

function kept() {
  try {
    return Number(localStorage.getItem(KEPT)) || 0;
  } catch {
    return 0;
  }
}

// The time that it is, by the server.
export function serverNow() {
  return new Date(Date.now() + ahead);
}

// An answer came, asked for at `asked` by this clock, with its Date. Gives the server's time.
// The Date has whole seconds and the wire takes its time, so a difference under two seconds says nothing new.
export function heardOfTime(date, asked = Date.now()) {
  const said = Date.parse(date ?? "");
  if (!Number.isNaN(said)) {
    const found = said + 500 - (asked + Date.now()) / 2;
    if (Math.abs(found - ahead) > 2000) {
      ahead = Math.abs(found) > 2000 ? Math.round(found) : 0;
      try {
        localStorage.setItem(KEPT, String(ahead));
      } catch {
        // The browser keeps nothing; the next answer tells again.
      }
      tick();
    }
  }
  return serverNow();
}

// Seconds left until `endsAt`, never under nothing; null where no clock runs.
export function secondsLeft(endsAt) {
  const ends = Date.parse(endsAt ?? "");
  return Number.isNaN(ends) ? null : Math.max(0, Math.ceil((ends - serverNow()) / 1000));
}

// "24:10"; over an hour "1:24:10".
export function written(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function show(clock) {
  const { endsAt } = clock.dataset;
  const left = secondsLeft(endsAt);
  const timer = clock.closest("[data-hms-timer]");
  if (timer) timer.dataset.state = left === null ? "none" : left === 0 ? "up" : left <= SOON ? "soon" : "running";
  const before = known.get(clock);
  known.set(clock, { endsAt, left });
  if (left === null) return;
  const text = written(left);
  if (clock.textContent !== text) clock.textContent = text;
  const bar = timer?.querySelector("[data-hms-clock-bar]");
  const whole = Number(bar?.dataset.minutes) * 60;
  if (whole) bar.setAttribute("width", `${Math.min(100, Math.max(0, 100 - (left / whole) * 100)).toFixed(1)}%`);
  // Told when a mark is passed while one looks on, not for marks passed before or by minutes that were taken away.
  if (before?.endsAt !== endsAt || before.left === null) return;
  const said = timer?.querySelector("[data-hms-clock-said]");
  const passed = SAID.findLast(([mark]) => before.left > mark && left <= mark);
  if (said && passed) said.textContent = said.dataset[passed[1]] ?? "";
}

function tick() {
  for (const clock of document.querySelectorAll("[data-hms-clock]")) show(clock);
}

// Show `endsAt` (an RFC 3339 time, or null for no clock) in `clock`, now.
export function setEnd(clock, endsAt) {
  if ((clock.dataset.endsAt ?? "") !== (endsAt ?? "")) clock.dataset.endsAt = endsAt ?? "";
  show(clock);
}

setInterval(tick, 250);
document.addEventListener("visibilitychange", tick);
tick();
