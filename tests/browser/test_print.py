"""On paper: the facts first, the whole text, nothing to press, and that paper is not kept up to date."""

import pytest
from playwright.sync_api import expect

from tests.browser.sites import Site
from tests.support import once

pytestmark = [once, pytest.mark.xdist_group("keyboard")]

A4 = {"width": 794, "height": 1123}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_guideline_is_printed_with_its_facts_and_without_controls(demo: Site, scheme: str) -> None:
    with demo.visitor("demo-ansatt", viewport=A4, color_scheme=scheme) as window:
        page = window.new_page()
        page.goto("/guidelines/ryddedag-pa-laboratorier")
        page.emulate_media(media="print")

        for control in ("button", "input", "summary", "nav", ".hms-action-bar", ".hms-header", ".hms-skip-link"):
            for one in page.locator(control).all():
                expect(one).to_be_hidden()
        facts = page.locator(".hms-reader-facts")
        expect(facts).to_contain_text("Arbeidsmiljøloven")
        expect(facts).to_contain_text("2.0")
        assert top_of(page, ".hms-reader-facts") < top_of(page, ".hms-prose")
        expect(page.get_by_text("Papirkopier oppdateres ikke")).to_be_visible()
        assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") in (
            "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)", "oklch(1 0 0)",
        )  # fmt: skip


def top_of(page: object, selector: str) -> float:
    return float(page.locator(selector).bounding_box()["y"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("person", "path"), [("demo-leder", "/units/IFY"), ("demo-sentral", "/coverage"), ("demo-ansatt", "/my-record")]
)
def test_numbers_and_records_are_printed_without_the_frame(demo: Site, person: str, path: str) -> None:
    with demo.visitor(person, viewport=A4) as window:
        page = window.new_page()
        page.goto(path)
        page.emulate_media(media="print")
        for control in (".hms-header", ".hms-skip-link", ".hms-nav"):
            expect(page.locator(control)).to_be_hidden()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("Alle personer og tall er oppdiktet")).to_be_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= A4["width"]
