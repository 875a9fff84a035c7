"""The wall on a projector: points come without anything else moving, and what has no room is said openly."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from hmswiki.notes.models import Point
from hmswiki.workshops.doors import COOKIE
from hmswiki.workshops.models import Opens, Task, Workshop
from tests.browser.sites import BareSite
from tests.plenary.makers import group_of, point
from tests.support import once
from tests.support.browser import ConsoleMessages, axe_violations, overflows
from tests.workshops import makers

pytestmark = [once, pytest.mark.xdist_group("wall")]

SMALL, LARGE = {"width": 1280, "height": 720}, {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}
LONG = "En felles oversikt over hvem som har ansvar for laboratoriene i overgangsperioden, slik at alle vet hvem " * 3

# Where everything stands that is not of the line with that text.
PLACES = """
(text) => Object.fromEntries(
  [...document.querySelectorAll("[data-hms-wall-content] *")]
    .filter((each) => !each.closest("[data-hms-clock], svg") && !each.querySelector("[data-hms-clock]"))
    .filter((each) => ![...each.children].length && !each.closest("li")?.textContent.includes(text))
    .filter((each) => each.textContent.trim() && each.checkVisibility() && !each.closest(".hms-wall-who"))
    .map((each) => [each.textContent.trim() + each.closest("[data-key]").dataset.key,
                    JSON.stringify(each.getBoundingClientRect())]))
"""


class Wall:
    """A workshop whose first task runs, and what its groups write meanwhile."""

    def __init__(self, site: BareSite, *, groups: int = 6, each: int = 2) -> None:
        self._site = site
        with site.writing() as session:
            made = makers.workshop(session, groups=groups, helpers=["siri"])
            makers.start(session, made.tasks[0])
            for number in range(1, groups + 1):
                for place in range(each):
                    point(session, made.tasks[0], number, f"Linje {place} fra {number}", rank=f"m{place:03}")
            self.key = made.key
            self.token = makers.seat(session, made, opens=Opens.WALL)

    @property
    def address(self) -> str:
        return f"/workshops/{self.key}/wall"

    def write(self, number: int, text: str, *, prompt: int = 0, rank: str = "t") -> None:
        with self._site.writing() as session:
            task = session.scalars(select(Task).join(Workshop).where(Workshop.key == self.key)).first()
            assert task is not None
            point(session, task, number, text, prompt=task.prompts[prompt], rank=rank)
            group_of(session, task.workshop, number).pulse += 1

    def hidden(self) -> list[str]:
        with self._site.writing() as session:
            return list(session.scalars(select(Point.text).where(Point.hidden_at.is_not(None))))


Show = Callable[..., Page]


@pytest.fixture
def complaints() -> Iterator[ConsoleMessages]:
    found = ConsoleMessages()
    yield found
    assert found == []


@pytest.fixture
def show(bare_site: BareSite, complaints: ConsoleMessages) -> Iterator[Show]:
    """Opens a wall: on a machine that its code has let in, or as somebody who is signed in."""
    windows: list[BrowserContext] = []

    def open_wall(wall: Wall, tail: str = "", *, person: str | None = None, **options: Any) -> Page:
        window = bare_site.visitor(**({"viewport": SMALL} | options))
        windows.append(window)
        bare_site.become(window, person)
        if person is None:
            window.add_cookies([{"name": f"{COOKIE}{wall.key}", "value": wall.token, "url": bare_site.address}])
        page = window.new_page()
        complaints.watch(page)
        page.goto(wall.address + tail)
        if options.get("java_script_enabled", True):
            expect(page.locator("[data-hms-wall][data-hms-script]")).to_have_count(1)
            page.evaluate("() => document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        return page

    yield open_wall
    for window in windows:
        window.close()


def shown(page: Page) -> list[str]:
    """The lines that are to be seen."""
    return [line.inner_text() for line in page.locator(".hms-wall-lines li:visible > span").all()]


def test_a_line_written_elsewhere_comes_with_a_bar_and_moves_nothing_else(bare_site: BareSite, show: Show) -> None:
    wall = Wall(bare_site)
    page = show(wall)
    page.get_by_role("link", name="Gruppe 5").focus()
    before = page.evaluate(PLACES, "Noe nytt")
    assert len(before) > 15
    wall.write(4, "Noe nytt")
    line = page.locator("li", has_text="Noe nytt")
    expect(line).to_be_visible(timeout=6_000)
    expect(line).to_have_class(re.compile("hms-changed"))
    expect(page.locator("[data-name='Gruppe 4']").get_by_text("skriver nå")).to_be_visible()
    assert page.evaluate(PLACES, "Noe nytt") == before
    expect(page.get_by_role("link", name="Gruppe 5")).to_be_focused()


def test_a_line_between_others_moves_only_those_beneath_it_in_its_group(bare_site: BareSite, show: Show) -> None:
    wall = Wall(bare_site)
    page = show(wall)
    before = page.evaluate(PLACES, "Midt i")
    wall.write(2, "Midt i", rank="m000m")
    expect(page.locator("li", has_text="Midt i")).to_be_visible(timeout=6_000)
    after = page.evaluate(PLACES, "Midt i")
    moved = [what for what, place in before.items() if after.get(what) != place]
    assert len(moved) == 1
    assert moved[0].startswith("Linje 1 fra 2")


def test_a_helper_takes_a_line_off_the_wall_in_one_click_and_puts_it_back(bare_site: BareSite, show: Show) -> None:
    wall = Wall(bare_site)
    projector, helper = show(wall), show(wall, person="siri")
    row = helper.locator("li", has_text="Linje 0 fra 3")
    row.hover()
    row.get_by_role("button", name="Skjul").click()
    expect(row).to_have_count(0)
    expect(helper.get_by_text("Punktet er skjult fra veggen.")).to_be_visible()
    expect(projector.get_by_text("Linje 0 fra 3")).to_have_count(0, timeout=6_000)
    assert wall.hidden() == ["Linje 0 fra 3"]
    helper.get_by_role("button", name="Vis igjen").click()
    expect(projector.get_by_text("Linje 0 fra 3")).to_be_visible(timeout=6_000)
    assert wall.hidden() == []


def test_keys_choose_the_part_and_may_be_turned_off(bare_site: BareSite, show: Show) -> None:
    wall = Wall(bare_site)
    wall.write(1, "Om medvirkning", prompt=1)
    page = show(wall)
    page.keyboard.press("2")
    expect(page.get_by_text("Om medvirkning")).to_be_visible()
    assert shown(page) == ["Om medvirkning"]
    assert page.url.endswith("?prompt=2")  # loaded again, it stands where it stood
    page.keyboard.press("0")
    expect(page.locator("h3", has_text="Plan for medvirkning")).to_be_visible()
    button = page.get_by_role("button", name="Velg del med talltastene")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("1")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.wait_for_timeout(300)
    assert page.url.endswith("?prompt=0")


def test_pages_of_groups_are_turned_as_with_a_presenter_and_never_by_themselves(
    bare_site: BareSite, show: Show
) -> None:
    wall = Wall(bare_site, groups=20)
    page = show(wall)
    first = page.get_by_role("heading", level=2).first
    expect(first).to_contain_text("Gruppe 1")
    page.keyboard.press("PageDown")
    expect(first).to_contain_text("Gruppe 9")
    wall.write(1, "Noe nytt på første side")
    link = page.get_by_role("link", name="Gruppe 1–8")
    expect(link).to_have_class(re.compile("hms-changed"), timeout=6_000)
    expect(first).to_contain_text("Gruppe 9")
    page.keyboard.press("PageUp")
    expect(page.get_by_text("Noe nytt på første side")).to_be_visible()


@pytest.mark.parametrize(
    ("groups", "screen"), [(6, SMALL), (9, SMALL), (9, LARGE), (12, SMALL), (20, LARGE), (30, SMALL)]
)
def test_the_text_can_be_read_from_the_back_and_what_has_no_room_is_told(
    bare_site: BareSite, show: Show, groups: int, screen: dict[str, int]
) -> None:
    wall = Wall(bare_site, groups=groups, each=12)
    wall.write(2, LONG, rank="a")
    page = show(wall, viewport=screen)
    more = page.locator("[data-name='Gruppe 1']").get_by_role("link", name=re.compile("flere punkter"))
    expect(more).to_be_visible()
    told = int(re.findall(r"(\d+) flere", more.inner_text())[0])
    seen = page.locator("[data-name='Gruppe 1'] li:visible").count()
    assert told + seen == 12
    assert seen >= 3
    size = page.locator(".hms-wall-lines").first.evaluate("(each) => parseFloat(getComputedStyle(each).fontSize)")
    assert size >= 0.0155 * screen["width"]
    # All stands within the window: nothing is scrolled to, and no group reaches into another's place.
    assert page.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
    reach = """() => [...document.querySelectorAll(".hms-wall-group")].filter((group) =>
      group.lastElementChild.getBoundingClientRect().bottom > group.getBoundingClientRect().bottom + 1)
      .map((group) => group.dataset.name)"""
    assert page.evaluate(reach) == []
    assert overflows(page) == []
    more.click()
    expect(page.locator(".hms-wall-only li:visible")).to_have_count(12)


def test_on_a_phone_everything_is_shown_one_group_after_the_other(bare_site: BareSite, show: Show) -> None:
    wall = Wall(bare_site, groups=9, each=12)
    page = show(wall, viewport=PHONE)
    assert page.locator("li[data-hms-wall-row]:visible").count() == 9 * 12
    expect(page.get_by_text("flere punkter")).to_have_count(0)
    assert overflows(page) == []


def test_screen_readers_are_told_of_new_points_now_and_then(bare_site: BareSite, show: Show) -> None:
    wall = Wall(bare_site)
    page = show(wall)
    news = page.locator("[data-hms-wall-news]")
    assert page.locator("[data-hms-wall-content] [aria-live]").count() == 0
    page.wait_for_timeout(300)
    wall.write(4, "Noe nytt")
    wall.write(4, "Mer nytt", rank="u")
    expect(news).to_have_text(re.compile(r"^Gruppe 4: (ett nytt punkt|2 nye punkter)\.$"), timeout=8_000)
    said = news.text_content()
    wall.write(5, "Enda noe")
    expect(page.get_by_text("Enda noe")).to_be_visible(timeout=6_000)
    page.wait_for_timeout(1_500)
    assert news.text_content() == said  # not more often than every twenty seconds
    button = page.get_by_role("button", name="Les opp nye punkter")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_a_wall_without_network_says_since_when_and_goes_on_by_itself(
    bare_site: BareSite, show: Show, complaints: ConsoleMessages
) -> None:
    wall = Wall(bare_site)
    page = show(wall)
    page.wait_for_timeout(500)
    page.context.set_offline(True)
    expect(page.get_by_text(re.compile(r"Uten nett siden kl\..\d\d\.\d\d"))).to_be_visible(timeout=25_000)
    assert "Linje 0 fra 1" in shown(page)
    wall.write(1, "Skrevet imens")
    page.context.set_offline(False)
    expect(page.get_by_text("Skrevet imens")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Uten nett")).to_have_count(0)


def test_without_script_everything_is_shown_and_a_link_refreshes(bare_site: BareSite, show: Show) -> None:
    wall = Wall(bare_site, groups=9, each=8)
    page = show(wall, "?prompt=1", java_script_enabled=False)
    assert page.locator("li[data-hms-wall-row]:visible").count() == 72
    wall.write(9, "Noe nytt")
    page.get_by_role("link", name="Oppdater").click()
    expect(page.get_by_text("Noe nytt")).to_be_visible()
    page.get_by_role("link", name="Plan for medvirkning").click()
    expect(page.get_by_text("Ingen punkter ennå.")).to_have_count(9)


@pytest.mark.parametrize("tail", ["", "?group=2", "?show=code"])
def test_axe_finds_nothing_on_a_large_screen_for_who_may_hide(bare_site: BareSite, show: Show, tail: str) -> None:
    wall = Wall(bare_site, groups=12, each=6)
    page = show(wall, tail, person="siri", viewport=LARGE, color_scheme="dark")
    page.wait_for_timeout(300)
    assert axe_violations(page) == []
