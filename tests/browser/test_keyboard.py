"""The keyboard alone: every stop is reached and seen, nothing traps, menus close, and one may skip to the content."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.sites import Site
from tests.support import once
from tests.support.browser import tab_walk

pytestmark = [once, pytest.mark.xdist_group("keyboard")]

CLEANUP = "/guidelines/ryddedag-pa-laboratorier"


@pytest.fixture
def page(demo: Site) -> Iterator[Page]:
    with demo.visitor() as window:
        yield window.new_page()


def go(site: Site, page: Page, person: str | None, path: str) -> None:
    site.become(page.context, person)
    page.goto(path)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("person", "path"),
    [
        (None, "/accounts/sign-in"),
        ("demo-ansatt", "/"),
        ("demo-ansatt", CLEANUP),
        ("demo-ansatt", "/my-record"),
        ("demo-koordinator", "/units/IKJ?guideline=rus-og-avhengighet"),
        ("demo-sentral", "/coverage?unit=IFY&guideline=rus-og-avhengighet"),
        ("demo-sentral", "/rollouts/new"),
        ("demo-redaktor", "/guidelines/drafts/1/edit"),
        ("demo-godkjenner", "/guidelines/drafts/2"),
        ("demo-administrator", "/organisation/units/FFI"),
    ],
)
def test_tab_reaches_everything_and_is_seen_everywhere(
    demo: Site, page: Page, person: str | None, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    go(demo, page, person, path)

    stops = tab_walk(page)

    assert stops[0] == "a “Hopp til innholdet”"
    assert len(stops) > 5


def test_the_skip_link_leads_past_the_menu(demo: Site, page: Page) -> None:
    go(demo, page, "demo-ansatt", "/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Hopp til innholdet")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main a").first).to_be_focused()


@pytest.mark.parametrize(("menu", "width"), [(".hms-user-menu", 1280), (".hms-user-menu", 390), (".hms-nav-menu", 390)])
def test_a_menu_opens_with_enter_and_closes_with_escape(demo: Site, page: Page, menu: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    go(demo, page, "demo-sentral", "/")
    summary = page.locator(menu).locator("summary")
    summary.press("Enter")
    expect(page.locator(menu).get_by_role("listitem").first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(menu).get_by_role("listitem").first).to_be_hidden()
    expect(summary).to_be_focused()


def test_a_menu_closes_when_something_else_is_chosen(demo: Site, page: Page) -> None:
    go(demo, page, "demo-ansatt", "/")
    page.locator(".hms-user-menu > summary").click()
    page.locator("h1").click()
    expect(page.locator(".hms-user-menu")).not_to_have_attribute("open", re.compile(""))


def test_the_dialog_keeps_the_focus_and_gives_it_back(demo: Site, page: Page) -> None:
    go(demo, page, "demo-godkjenner", "/guidelines/drafts/2")
    opener = page.get_by_role("link", name="Publiser")
    opener.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    stops = tab_walk(page)
    assert [stop for stop in stops if "Publiser" in stop] and not any("Hopp" in stop for stop in stops)
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_what_is_refused_is_read_first_and_leads_to_its_field(demo: Site, page: Page) -> None:
    go(demo, page, "demo-administrator", "/organisation/new-person")
    page.locator("main button[type=submit]").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    focused = page.evaluate("() => document.activeElement.getAttribute('aria-invalid')")
    assert focused == "true"


def test_numbers_that_come_late_keep_the_focus_that_was_on_their_link(demo: Site, page: Page) -> None:
    late: list[Route] = []
    page.route("**/unit-count", lambda route: late.append(route))
    go(demo, page, "demo-ansatt", CLEANUP)
    link = page.get_by_role("link", name="Hvor mange ved Institutt for kjemi er nådd?")
    with page.expect_request("**/unit-count"):
        link.scroll_into_view_if_needed()
    page.get_by_role("link", name="Jeg er ikke informert").focus()
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    late[0].continue_()
    line = page.locator("[data-hms-fetch]", has_text="ved Institutt for kjemi er nådd:")
    expect(line).to_be_focused()
    assert line.evaluate("(line) => getComputedStyle(line).outlineStyle") == "solid"
