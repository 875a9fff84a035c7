// Watches a page's state: asks for it every few seconds with the mark of what was seen last, and is told "nothing new"
// for the price of one look-up. Asks nobody while the page is hidden, and less and less often where nobody answers.
//
//   const watching = watch(address, { every: 2000, onState, onAnswer, onTrouble });
//   watching.look();  // now: after something was sent, say. Gives a promise that is kept when it has been answered.
//   watching.told(state, mark);  // another answer brought it: as if it had been asked for
//   watching.stop();
//
//   onState(state, { now })     a new state; `now` is the server's time as a Date
//   onAnswer({ now })           every answer, new or not: what was said about trouble no longer holds
//   onTrouble(status, sentence) 0: not reached; 429 and from 500: asks again later by itself;
//                               401, 403, 404, 410: stops, and asks once more when the page is looked at again
//
// `mark` (optional) is that of what the page shows already, as the server's ETag has it without its quotes.
// A state may say `look_again_ms`, which then holds instead of `every`.

import { heardOfTime, serverNow } from "./clock.js";

const LONGEST_PAUSE = 30_000;
const SHORTEST_PAUSE = 500;
const PATIENCE = 15_000;
const ENDS_IT = [401, 403, 404, 410];

const nothing = () => {};

export function watch(address, { every = 2000, mark: shown = "", onState, onAnswer = nothing, onTrouble = nothing }) {
  let mark = shown ? `"${shown}"` : null;
  let pause = every;
  let failures = 0;
  let timer = null;
  let running = null;
  let again = false;
  let stopped = false;

  function look() {
    again = true;
    running ??= turns().finally(() => {
      running = null;
      wait();
    });
    return running;
  }

  async function turns() {
    clearTimeout(timer);
    while (again && !stopped) {
      again = false;
      await ask();
    }
  }

  async function ask() {
    let answer;
    let state;
    const asked = Date.now();
    try {
      answer = await fetch(address, {
        cache: "no-store",
        credentials: "same-origin",
        headers: { Accept: "application/json", ...(mark ? { "If-None-Match": mark } : {}) },
        signal: AbortSignal.timeout(PATIENCE),
      });
      state = answer.status === 304 ? null : await answer.json();
    } catch {
      trouble(answer && !answer.ok ? answer.status : 0, "");
      return;
    }
    if (stopped) return;
    if (answer.status !== 304 && !answer.ok) {
      trouble(answer.status, state?.error?.message ?? "");
      return;
    }
    failures = 0;
    const now = heardOfTime(answer.headers.get("Date"), asked);
    onAnswer({ now });
    if (state === null) return;
    mark = answer.headers.get("ETag");
    take(state, now);
  }

  function take(state, now) {
    pause = Math.max(SHORTEST_PAUSE, state.look_again_ms ?? every);
    onState(state, { now });
  }

  function told(state, itsMark) {
    if (stopped) return;
    mark = `"${itsMark}"`;
    failures = 0;
    take(state, serverNow());
    if (!running) wait();
  }

  function trouble(status, sentence) {
    if (stopped) return;
    failures = ENDS_IT.includes(status) ? Infinity : failures + 1;
    onTrouble(status, sentence);
  }

  // Many phones that began at once do not go on at once.
  function wait() {
    clearTimeout(timer);
    if (stopped || document.hidden || failures === Infinity) return;
    const longer = Math.max(pause, Math.min(pause * 2 ** failures, LONGEST_PAUSE));
    timer = setTimeout(look, longer * (0.9 + Math.random() * 0.2));
  }

  function seen() {
    if (document.hidden) clearTimeout(timer);
    else look();
  }

  const returned = (event) => event.persisted && look();

  function stop() {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
    removeEventListener("online", look);
    removeEventListener("pageshow", returned);
  }

  document.addEventListener("visibilitychange", seen);
  addEventListener("online", look);
  addEventListener("pageshow", returned);
  if (!document.hidden) look();
  return { look, told, stop };
}
