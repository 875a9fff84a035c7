"""Phones that come in by a code and follow the time, beside the organiser who leads it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from hmswiki.foundation import clock
from hmswiki.workshops import codes, queries
from hmswiki.workshops.models import EventKind, Opens
from tests.browser.sites import BareSite
from tests.support import once
from tests.support.browser import ConsoleMessages, tab_walk
from tests.workshops import makers

pytestmark = once

PHONE = {"viewport": {"width": 390, "height": 844}}


class Meeting:
    """A workshop whose doors are open, and windows on it."""

    def __init__(self, site: BareSite, complaints: ConsoleMessages) -> None:
        self.site = site
        self.complaints = complaints
        self.windows: list[BrowserContext] = []
        with site.writing() as session:
            made = makers.workshop(session, members={2: ["dina"]})
            self.key = made.key
            code = queries.live_code(session, made, Opens.GROUPS)
            assert code is not None
            self.code = codes.shown(code.code)

    def page(self, what: str) -> str:
        return f"/workshops/{self.key}/{what}"

    def open(self, address: str, person: str | None = None, *, own_time: bool = False, **options: Any) -> Page:
        """A new window. With `own_time` a test lets its time pass, by `page.clock.run_for`."""
        window = self.site.visitor(**(PHONE | options))
        self.site.become(window, person)
        self.windows.append(window)
        page = window.new_page()
        self.complaints.watch(page)
        if own_time:
            page.clock.install()
        page.goto(address)
        return page

    def follow(self, **options: Any) -> Page:
        """A stranger's phone that has typed the code, and follows."""
        page = self.open("/m", **options)
        page.get_by_label("Koden til møtet").fill(self.code.lower())
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Bare følg oppgaven og tiden").click()
        page.wait_for_url(f"**{self.page('follow')}")
        return page

    def happen(self, kind: EventKind, *, ago: timedelta = timedelta(), minutes: int | None = None) -> None:
        """Something happens to the first task, without anybody's page being loaded."""
        with self.site.writing() as session:
            task = queries.tasks(session, queries.workshop(session, self.key))[0]
            makers.happen(session, task, kind, at=clock.now() - ago, minutes=minutes)


@pytest.fixture
def complaints() -> Iterator[ConsoleMessages]:
    found = ConsoleMessages()
    yield found
    assert found == []


@pytest.fixture
def meeting(bare_site: BareSite, complaints: ConsoleMessages) -> Iterator[Meeting]:
    made = Meeting(bare_site, complaints)
    yield made
    for window in made.windows:
        window.close()


def seconds(page: Page) -> int:
    """What the clock of the page says is left."""
    minutes, rest = page.locator("[data-hms-clock]").inner_text().split(":")
    return int(minutes) * 60 + int(rest)


def look(page: Page) -> None:
    """Let the page ask at once, as when its window is looked at again."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_phone_sees_the_task_begin_and_get_more_time_by_itself(meeting: Meeting) -> None:
    phone = meeting.follow()
    expect(phone.get_by_text("30 minutter, ikke begynt ennå")).to_be_visible()
    organiser = meeting.open(meeting.page("lead"), "hanne")
    organiser.get_by_role("button", name="Begynn oppgaven").first.click()
    expect(organiser.locator("h1")).to_have_text("Oppgave 1 pågår")
    look(phone)
    expect(phone.locator("[data-hms-clock]")).to_have_text(re.compile(r"^(29:\d\d|30:00)$"))
    expect(phone.locator("[data-hms-said]")).to_have_text(f"Oppgave 1: {makers.CHANGE}")
    organiser.get_by_role("button", name="+5 min").click()
    expect(organiser.locator("[data-hms-clock]")).to_have_text(re.compile(r"^3[45]:\d\d$"))
    look(phone)
    expect(phone.locator("[data-hms-clock]")).to_have_text(re.compile(r"^3[45]:\d\d$"))


def test_a_phone_whose_clock_is_an_hour_wrong_counts_right(meeting: Meeting) -> None:
    meeting.happen(EventKind.STARTED, ago=timedelta(minutes=10))
    phone = meeting.follow()
    phone.add_init_script("const real = Date.now; Date.now = () => real() + 3_600_000")
    phone.goto(meeting.page("follow"))
    expect(phone.locator("[data-hms-clock]")).to_have_text(re.compile(r"^19:\d\d$"))
    assert abs(seconds(phone) - 20 * 60) < 30


def test_a_screen_reader_hears_the_marks_and_not_the_seconds(meeting: Meeting) -> None:
    meeting.happen(EventKind.STARTED, ago=timedelta(minutes=24, seconds=55))
    phone = meeting.follow(own_time=True)
    phone.route("**/follow/state", lambda route: route.fulfill(status=304))  # whose clock is not wound on
    said = phone.locator("[data-hms-clock-said]")
    assert phone.locator("[data-hms-clock]").get_attribute("role") == "timer"  # told only when asked
    phone.evaluate(
        """() => {
          globalThis.told = [];
          const said = document.querySelector("[data-hms-clock-said]");
          new MutationObserver(() => told.push(said.textContent)).observe(said, {childList: true});
        }"""
    )
    phone.clock.run_for(20_000)
    assert phone.evaluate("told") == ["Fem minutter igjen."]
    expect(said).to_have_text("Fem minutter igjen.")
    expect(phone.locator("[data-hms-timer]")).to_have_attribute("data-state", "soon")


def test_without_network_the_time_goes_on_and_the_page_says_so(meeting: Meeting) -> None:
    meeting.happen(EventKind.STARTED)
    phone = meeting.follow()
    trouble = phone.locator("[data-hms-trouble]")
    before = seconds(phone)
    phone.context.set_offline(True)
    look(phone)
    expect(trouble).to_contain_text("Uten nett. Tiden går videre her.")
    expect(phone.locator("[data-hms-clock]")).not_to_have_text(re.compile(f"^{before // 60}:{before % 60:02}$"))
    phone.context.set_offline(False)
    expect(trouble).to_be_hidden()
    meeting.complaints[:] = [one for one in meeting.complaints if "ERR_INTERNET_DISCONNECTED" not in one]


def test_a_page_that_nobody_sees_asks_nobody(meeting: Meeting) -> None:
    phone = meeting.follow(own_time=True)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    look(phone)
    phone.clock.run_for(60_000)
    assert asked == []
    phone.evaluate("delete document.hidden")
    with phone.expect_request("**/follow/state"):
        look(phone)


def test_whoever_is_put_out_is_told_and_led_to_the_new_code(meeting: Meeting) -> None:
    phone = meeting.follow()
    organiser = meeting.open(meeting.page("lead"), "hanne", viewport={"width": 1280, "height": 900})
    code = organiser.get_by_role("region", name="Koden for gruppene")
    code.get_by_text("Bytt koden").click()
    code.get_by_label("Alle skriver den nye koden").check()
    code.get_by_role("button", name="Lag en ny kode").click()
    expect(organiser.get_by_text("Det er en ny kode.")).to_be_visible()
    look(phone)
    expect(phone.locator("[data-hms-trouble]")).to_contain_text("Skriv koden til møtet for å se denne siden")
    phone.get_by_role("link", name="Skriv koden", exact=True).click()
    new = organiser.get_by_role("region", name="Koden for gruppene").locator(".hms-join-code").inner_text()
    assert new != meeting.code
    phone.get_by_label("Koden til møtet").fill(new)
    phone.keyboard.press("Enter")
    phone.get_by_role("button", name="Bare følg oppgaven og tiden").click()
    phone.wait_for_url(f"**{meeting.page('follow')}")
    meeting.complaints[:] = [one for one in meeting.complaints if not one.startswith("401")]


def test_the_organisers_page_takes_nothing_from_under_the_fingers(meeting: Meeting) -> None:
    meeting.happen(EventKind.STARTED)
    page = meeting.open(meeting.page("lead"), "hanne", viewport={"width": 1280, "height": 900})
    own = page.get_by_label("Minutter ekstra")
    own.fill("7")
    meeting.happen(EventKind.EXTENDED, minutes=5)
    with page.expect_response("**/lead/state"):
        look(page)
    expect(own).to_have_value("7")
    expect(own).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-hms-clock]")).to_have_text(re.compile(r"^4[12]:\d\d$"))
    more = page.get_by_role("button", name="+10 min")
    more.focus()
    meeting.happen(EventKind.EXTENDED, minutes=1)
    look(page)
    expect(page.locator("[data-hms-clock]")).to_have_text(re.compile(r"^4[23]:\d\d$"))
    expect(page.get_by_role("button", name="+10 min")).to_be_focused()


def test_the_door_and_the_organisers_page_go_without_a_mouse(meeting: Meeting) -> None:
    meeting.happen(EventKind.STARTED)
    for address, person in (("/m", None), (f"/m/{meeting.code}", None), (meeting.page("lead"), "hanne")):
        stops = tab_walk(meeting.open(address, person))
        assert any("button" in stop for stop in stops), address
