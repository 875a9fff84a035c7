"""Notes read through in a browser: words that are selected are blacked out, and letters are told of."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from hmswiki.foundation import clock
from hmswiki.notes.blacking import BLACK
from hmswiki.notes.models import Point
from hmswiki.outcomes import afterwards_pages
from hmswiki.outcomes import publication_operations as operations
from hmswiki.outcomes.models import Letter, LetterKind, LetterState
from hmswiki.web.context import state
from tests.browser.sites import BareSite
from tests.outcomes.makers import by
from tests.plenary.makers import point
from tests.support import once
from tests.support.browser import ConsoleMessages, axe_violations, overflows
from tests.workshops import makers

pytestmark = [once, pytest.mark.xdist_group("outcomes")]

PHONE, SCREEN = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
NAMED = "Spør Bjørn Berg om rom 4, ikke Anne-Grethe"


@pytest.fixture
def complaints() -> Iterator[ConsoleMessages]:
    found = ConsoleMessages()
    yield found
    assert found == []


@pytest.fixture
def window(bare_site: BareSite) -> Iterator[BrowserContext]:
    window = bare_site.visitor(viewport=SCREEN)
    bare_site.become(window, "hanne")
    yield window
    window.close()


@pytest.fixture
def workshop(bare_site: BareSite) -> str:
    """A workshop with two lines, of which the second names somebody; its key."""
    with bare_site.writing() as session:
        made = makers.workshop(session, members={1: ["bjorn"]})
        point(session, made.tasks[0], 1, "Si tidlig hva som ikke endres", rank="m")
        point(session, made.tasks[0], 1, NAMED, rank="n")
        return made.key


def public(site: BareSite, key: str) -> list[str | None]:
    with site.writing() as session:
        points = session.scalars(select(Point).order_by(Point.rank)).all()
        return [one.public_text for one in points if one.group.workshop.key == key]


def read(window: BrowserContext, complaints: ConsoleMessages, key: str) -> Page:
    page = window.new_page()
    complaints.watch(page)
    page.goto(f"/workshops/{key}/afterwards")
    return page


SELECT = """
([line, from, to]) => {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let passed = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const end = passed + node.length;
    if (from >= passed && from < end) range.setStart(node, from - passed);
    if (to > passed && to <= end) range.setEnd(node, to - passed);
    passed = end;
  }
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}
"""


def select_words(page: Page, text: str, start: int, end: int) -> None:
    line = page.locator("[data-hms-line]", has_text=text)
    page.evaluate(SELECT, [line.element_handle(), start, end])


def test_words_that_are_selected_are_blacked_out_whole_and_with_one_press(
    bare_site: BareSite, window: BrowserContext, complaints: ConsoleMessages, workshop: str
) -> None:
    page = read(window, complaints, workshop)
    bar = page.locator("[data-hms-black]")
    expect(bar).to_be_hidden()

    select_words(page, "Bjørn", 6, 12)  # from within the first name to within the family name
    expect(bar.get_by_text("Bjørn Berg", exact=True)).to_be_visible()
    bar.get_by_role("button", name="Sladd det som er merket").click()

    expect(page.locator("[data-hms-line]", has_text=f"Spør {BLACK} om rom 4, ikke Anne-Grethe")).to_be_in_viewport()
    assert public(bare_site, workshop) == [None, f"Spør {BLACK} om rom 4, ikke Anne-Grethe"]
    page.locator("[data-hms-line]", has_text="Anne-Grethe").evaluate("line => line.scrollIntoView()")
    select_words(page, "Anne-Grethe", len(f"Spør {BLACK} om rom 4, ikke A"), len(f"Spør {BLACK} om rom 4, ikke Anne"))
    bar.get_by_role("button", name="Sladd det som er merket").click()
    expect(page.locator("[data-hms-line]", has_text=f"om rom 4, ikke {BLACK}")).to_be_visible()
    assert public(bare_site, workshop) == [None, f"Spør {BLACK} om rom 4, ikke {BLACK}"]


def test_what_is_selected_across_lines_or_beside_them_offers_nothing(
    window: BrowserContext, complaints: ConsoleMessages, workshop: str
) -> None:
    page = read(window, complaints, workshop)
    select_words(page, "Bjørn", 0, 4)
    expect(page.locator("[data-hms-black]")).to_be_visible()
    page.evaluate("() => getSelection().selectAllChildren(document.querySelector('h1'))")
    expect(page.locator("[data-hms-black]")).to_be_hidden()
    page.evaluate("() => getSelection().removeAllRanges()")
    expect(page.locator("[data-hms-black]")).to_be_hidden()


def test_words_are_blacked_out_with_the_keyboard_alone(
    bare_site: BareSite, window: BrowserContext, complaints: ConsoleMessages, workshop: str
) -> None:
    page = read(window, complaints, workshop)
    page.get_by_role("link", name=re.compile("^Sladd ?: Spør Bjørn Berg")).focus()
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Bjørn").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Sladd disse ordene").press("Enter")
    expect(page.locator("[data-hms-line]", has_text=f"Spør {BLACK} om rom 4")).to_be_visible()
    assert public(bare_site, workshop) == [None, f"Spør {BLACK} om rom 4, ikke Anne-Grethe"]


@pytest.fixture
def with_mail(bare_site: BareSite) -> Iterator[None]:
    """As if the site could send; nothing is sent in these tests."""
    mine = state(bare_site.app)
    before = mine.settings
    mine.settings = replace(before, mail_server="127.0.0.1", mail_port=9, base_url="https://hms.example.no")
    yield
    mine.settings = before


@pytest.mark.usefixtures("with_mail")
@pytest.mark.parametrize("size", [PHONE, SCREEN], ids=["390", "1280"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_letters_is_readable_with_all_that_may_stand_there(
    bare_site: BareSite, complaints: ConsoleMessages, workshop: str, size: dict[str, int], scheme: str
) -> None:
    with bare_site.writing() as session:
        made = session.scalars(select(Point).order_by(Point.id.desc())).first().group.workshop  # type: ignore[union-attr]
        with bare_site.app.app_context():
            ready = afterwards_pages.snapshot(session, made, language="nb", with_hidden=True)
        operations.publish(session, made, ready, by=by(session, "hanne"), at=clock.now())
        for number, how in enumerate((*LetterState, LetterState.WAITING)):
            about = "notes:1" if number < len(LetterState) else "notes:0"
            address = f"{'en-lang-adresse-' * 3}{number}@eksempel-fakultetet.example.no"
            session.add(
                Letter(
                    workshop_id=made.id, kind=LetterKind.NOTES, about=about, name="Kari Nordmann", address=address,
                    form="md", asked_at=clock.now(), state=how, problem="127.0.0.1:25 did not take the mail: 550 No",
                    sent_at=clock.now() if how is LetterState.SENT else None,
                )
            )  # fmt: skip
        key = made.key
    window = bare_site.visitor(viewport=size, color_scheme=scheme)
    bare_site.become(window, "hanne")
    page = window.new_page()
    complaints.watch(page)
    page.goto(f"/workshops/{key}/letters")
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    assert page.locator("li", has_text="did not take the mail").count() == 2
    assert axe_violations(page) == []
    assert overflows(page) == []
    window.close()
