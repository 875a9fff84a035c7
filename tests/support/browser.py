"""A real browser for the tests, Debian's Chromium driven by playwright, and what the tests ask of a page.

Where it is there, Chromium's build for machines without a screen is used: the same pages in two thirds of the time.

Everything that is evaluated in the page goes through the debugger, which a content security policy does not
bind. So the site's policy stays in force while a page is examined, and what breaks it is seen.
"""

import contextlib
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright
from playwright.sync_api import Error as PlaywrightError

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--no-opt --no-maglev --single-threaded-gc",  # no page lives so long that it pays
]
# Axe reads the same few colours of a page thousands of times, and each time with a whole library for colours.
KNOWN_COLOURS = """
(() => {
  const { prototype } = axe.commons.color.Color;
  const { parseString } = prototype;
  const known = new Map();
  prototype.parseString = function (text) {
    if (known.has(text)) {
      [this.r, this.g, this.b, this.alpha] = known.get(text);
    } else {
      parseString.call(this, text);
      known.set(text, [this.r, this.g, this.b, this.alpha]);
    }
    return this;
  };
})();
"""
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCRIPTS = Path(__file__).parent


class BrowserMissing(Exception):
    """There is no Chromium here to start."""


def executable() -> str:
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise BrowserMissing("These tests need Chromium: apt-get install --yes chromium-headless-shell")


@contextlib.contextmanager
def launch(*, headless: bool = True) -> Iterator[Browser]:
    """A browser; give each test a context of its own with `browser.new_context(locale="nb-NO", …)`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), headless=headless, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


# --- what may not be found on any page -------------------------------------------------------------------


def axe_script() -> str:
    """For a context whose every page axe will look at: `context.add_init_script(axe_script())` spares time."""
    return f"{Axe().axe_script}\n{KNOWN_COLOURS}"


def axe_violations(page: Page, *, colours: bool = True) -> list[str]:
    """What axe finds against WCAG 2.2 AA: one line for each rule, with the elements that break it.

    Without `colours` it does not reckon contrasts, which takes most of its time: for a page whose colours it has
    seen, in the same scheme.
    """
    if not page.evaluate("() => 'axe' in window"):  # a page that is looked at again has it already
        page.evaluate(axe_script())
    violations = page.evaluate(
        "async (options) => (await axe.run(document, options)).violations",
        {
            "runOnly": {"type": "tag", "values": WCAG_22_AA},
            "resultTypes": ["violations"],
            "rules": {} if colours else {"color-contrast": {"enabled": False}},
        },
    )
    lines = []
    for violation in violations:
        targets = ", ".join(_selector(node["target"]) for node in violation["nodes"])
        reasons = {reason for node in violation["nodes"] for reason in _reasons(node)}
        told = " ".join(sorted(reasons))
        lines.append(f"{violation['id']}: {targets} — {violation['help']}. {told}")
    return lines


def _selector(target: list[str | list[str]]) -> str:
    """A target is a selector per frame, and that a list where it stands in a shadow tree."""
    return " > ".join(part if isinstance(part, str) else " >> ".join(part) for part in target)


def _reasons(node: dict[str, list[dict[str, str]]]) -> list[str]:
    return [check["message"] for kind in ("any", "all", "none") for check in node[kind]]


def overflows(page: Page) -> list[str]:
    """The elements that make the page wider than its window; empty if it does not scroll sideways.

    Wide content that scrolls inside a box of its own is allowed, and so is what is cut off there.
    """
    found: list[str] = page.evaluate(_script("overflows"))
    return found


class ConsoleMessages(list[str]):
    """Broken content security policy, uncaught errors and errors on the console, in the order they came."""

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.append(f"uncaught: {error.message}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # What could not be loaded is reported by its answer instead, which knows what it was for.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.append(message.text)

    def _response(self, response: Response) -> None:
        # A page that is itself a refusal is no error of the page's; a missing stylesheet is.
        if response.status >= 400 and not response.request.is_navigation_request():
            self.append(f"{response.status}: {response.url}")


def console_messages(page: Page) -> ConsoleMessages:
    """Watch a page from now on: the list that is returned fills as the browser complains."""
    messages = ConsoleMessages()
    messages.watch(page)
    return messages


# --- the keyboard ----------------------------------------------------------------------------------------


def tab_walk(page: Page, limit: int = 200) -> list[str]:
    """Press Tab from the top of the page until it has gone round; return what was stopped at, in order.

    Raises AssertionError, naming the element, where the keyboard is trapped, where a control cannot be
    reached, where the focused element is not to be seen (hidden, outside the window, behind something else)
    or where it looks no different from when it is not focused.
    """
    script = _script("tab_walk")
    page.evaluate(script, "start")
    stops: list[str] = []
    try:
        while True:
            page.keyboard.press("Tab")
            step = page.evaluate(script, "step")
            if step["problem"]:
                raise AssertionError(_told(step["problem"], stops))
            if step["ended"]:
                break
            if step["again"]:  # another part of the same field
                continue
            stops.append(step["stop"])
            if len(stops) > limit:
                raise AssertionError(_told(f"The page has more than {limit} stops, or never ends", stops))
        unreached: list[str] = page.evaluate(script, "unreached")
        if unreached:
            raise AssertionError(_told(f"Tab never reaches {', '.join(unreached)}", stops))
    finally:
        with contextlib.suppress(PlaywrightError):  # the page may have gone elsewhere
            page.evaluate(script, "end")
    return stops


def _told(problem: str, stops: list[str]) -> str:
    return "\n  ".join([f"{problem}; the stops before:", *(stops or ["none"])])


@cache
def _script(name: str) -> str:
    return (SCRIPTS / f"{name}.js").read_text(encoding="utf-8")
