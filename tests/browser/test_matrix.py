"""The matrix of coverage with the keyboard, and without any script."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sites import Site
from tests.support import once

pytestmark = once

CENTRAL = "demo-sentral"


def focused(page: Page) -> str:
    """The cell that has the focus: unit and guideline."""
    return str(page.evaluate("document.activeElement.querySelector('.hms-visually-hidden')?.textContent ?? ''"))


def test_arrow_keys_move_between_cells_enter_opens_and_escape_returns(demo: Site) -> None:
    with demo.visitor(CENTRAL) as window:
        page = window.new_page()
        page.goto("/coverage")
        expect(page.locator("[data-hms-keys]")).to_be_visible()
        assert page.locator("a.hms-matrix-cell[tabindex='0']").count() == 1
        page.locator("a.hms-matrix-cell[tabindex='0']").focus()
        assert focused(page).startswith("IBA, Brannvern")
        for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown"):
            page.keyboard.press(key)
        assert focused(page).startswith("IFY, Forebygging")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        panel = page.locator("#panel")
        expect(panel).to_be_focused()
        expect(panel.get_by_role("heading", level=2)).to_have_text(
            "Forebygging av muskel- og skjelettplager ved Institutt for fysikk"
        )
        expect(page).to_have_url(re.compile("unit=IFY&guideline=forebygging"))
        page.keyboard.press("Escape")
        assert focused(page).startswith("IFY, Forebygging")
        page.go_back()
        expect(panel).to_have_count(0)


def test_without_scripts_every_cell_is_a_link_to_its_panel(demo: Site) -> None:
    with demo.visitor(CENTRAL, java_script_enabled=False) as window:
        page = window.new_page()
        page.goto("/coverage")
        page.get_by_role("link", name=re.compile("^IKJ, Rus og avhengighet")).click()
        expect(page.locator("#panel")).to_contain_text("Rus og avhengighet ved Institutt for kjemi")
        expect(page.locator("a.hms-matrix-cell[aria-current]")).to_have_count(1)
        page.get_by_role("link", name="Lukk").click()
        expect(page.locator("#panel")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False])
def test_a_rollout_tells_how_many_it_reaches_with_and_without_scripts(demo: Site, script: bool) -> None:
    with demo.visitor(CENTRAL, java_script_enabled=script) as window:
        page = window.new_page()
        page.goto("/rollouts/new")
        expect(page.get_by_label("Hvorfor trengs navn?")).to_be_hidden()
        page.get_by_label("Retningslinje", exact=True).select_option("rus-og-avhengighet")
        page.get_by_role("radio", name="Noen enheter").check()
        page.get_by_label("IKJ Institutt for kjemi").check()
        if not script:
            page.get_by_role("button", name="Regn ut hvor mange den når").click()
        expect(page.locator("#preview")).to_contain_text("Den når 118 personer")
        expect(page.locator("#preview")).to_contain_text("Ingen må oppgi navn.")
        page.get_by_role("radio", name=re.compile("^Med navn")).check()
        expect(page.get_by_label("Hvorfor trengs navn?")).to_be_visible()


def test_the_slider_steps_one_day_and_field_address_and_numbers_follow(demo: Site) -> None:
    with demo.visitor(CENTRAL) as window:
        page = window.new_page()
        page.goto("/coverage")
        today = date.fromisoformat(page.locator("#date").input_value())
        slider = page.get_by_role("slider")
        assert slider.input_value() == slider.get_attribute("max"), "the curve ends today"
        headline = page.locator("h1").inner_text()

        slider.press("ArrowLeft")
        yesterday = today - timedelta(days=1)
        expect(page.locator("#date")).to_have_value(yesterday.isoformat())
        expect(page).to_have_url(re.compile(f"as_of={yesterday.isoformat()}$"))
        expect(slider).to_be_focused()

        slider.press("Home")
        expect(page).to_have_url(re.compile(f"as_of={(today - timedelta(days=365)).isoformat()}$"))
        expect(page.locator("h1")).not_to_have_text(headline)
        expect(page.locator("[data-hms-said]")).to_have_text(page.locator("h1").inner_text())
        expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^\d+\. \w+ \d{4}$"))
        assert "as_of" in str(page.locator("a.hms-matrix-cell").first.get_attribute("href"))

        page.reload()
        assert slider.input_value() == "0", "the year of the curve is the same"
