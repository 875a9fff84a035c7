"""What the editor's page does by itself in a browser: result, saving, tools, and what it says when it cannot."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Actor
from hmswiki.guidelines import operations
from hmswiki.guidelines.models import Draft
from hmswiki.web.context import state
from tests.cast import Cast
from tests.support import once, servers
from tests.support.browser import axe_violations, console_messages, launch, overflows

pytestmark = once


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch() as started:
        yield started


@pytest.fixture
def site(app: Flask) -> Iterator[tuple[str, dict[str, Any]]]:
    """The site's address, and who is signed in there: change `who["is"]` to sign out."""
    who: dict[str, Any] = {"is": "frida"}

    def signed_in(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        environ["hmswiki.test_person"] = who["is"]
        return app(environ, start)

    with servers.serve(signed_in) as address:
        yield address, who


@pytest.fixture
def draft(session: Session, cast: Cast) -> Draft:
    frida = Actor(person_id=cast.people["frida"], external_key="frida", name="Frida Foss")
    made = operations.new_draft(
        session, slug="ryddedag", guideline=None, base_edition=None, facts={}, summary=None, by=frida, at=clock.now(),
        texts={"nb": {"title": "Ryddedag", "body": "Rydd."}},
    )  # fmt: skip
    session.commit()
    return made


@pytest.fixture
def page(browser: Browser, site: tuple[str, dict[str, Any]], draft: Draft) -> Iterator[Page]:
    context = browser.new_context(locale="nb-NO", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(f"{site[0]}/guidelines/drafts/{draft.id}/edit")
    yield opened
    context.close()


def body_in(app: Flask, draft: Draft) -> str:
    with Session(state(app).engines.read) as fresh:
        return fresh.get_one(Draft, draft.id).texts[0].body


def test_the_result_follows_what_is_typed_and_the_text_is_saved_by_itself(page: Page, app: Flask, draft: Draft) -> None:
    complaints = console_messages(page)
    page.locator("#body").fill("Rydd **to** ganger.")
    expect(page.locator("[data-hms-result] strong")).to_have_text("to")
    expect(page.locator("[data-hms-save-state]")).to_contain_text("Lagret kl.")
    assert body_in(app, draft) == "Rydd **to** ganger."
    page.locator("#body").fill("Rydd tre ganger.")
    expect(page.locator("[data-hms-save-state]")).to_contain_text("Ikke lagret ennå")
    expect(page.locator("[data-hms-save-state]")).to_contain_text("Lagret kl.")
    assert body_in(app, draft) == "Rydd tre ganger."
    assert complaints == []


def test_what_is_typed_before_the_script_has_come_is_shown_and_saved_all_the_same(
    page: Page, app: Flask, draft: Draft
) -> None:
    held: list[Route] = []
    page.route("**/editor.js*", lambda route: held.append(route))
    page.reload(wait_until="commit")
    page.locator("#body").fill("Skrevet **fort**.")
    expect(page.get_by_role("toolbar")).to_have_count(0)
    for route in held:
        route.continue_()
    expect(page.locator("[data-hms-result] strong")).to_have_text("fort")
    expect(page.locator("[data-hms-save-state]")).to_contain_text("Lagret kl.")
    assert body_in(app, draft) == "Skrevet **fort**."


def test_a_translation_is_saved_by_itself_although_it_has_no_summary(
    page: Page, site: tuple[str, dict[str, Any]], app: Flask, session: Session, draft: Draft
) -> None:
    day = date(2024, 3, 1)
    edition = operations.publish_edition(
        session, draft, by=None, at=clock.now(), on=day, today=day, demands=True, approve_own=True
    )
    translation = operations.start_translation(session, edition, language="en", by=None, at=clock.now())
    session.commit()
    complaints = console_messages(page)
    page.goto(f"{site[0]}/guidelines/drafts/{translation.id}/edit?language=en")
    page.locator("#body").fill("Tidy **up**.")
    expect(page.locator("[data-hms-result] strong")).to_have_text("up")
    expect(page.locator("[data-hms-save-state]")).to_contain_text("Ikke lagret ennå")
    expect(page.locator("[data-hms-save-state]")).to_contain_text("Lagret kl.")
    assert body_in(app, translation) == "Tidy **up**."
    assert complaints == []


def test_the_tools_write_markdown_that_can_be_undone(page: Page) -> None:
    body = page.locator("#body")
    body.fill("Før\nen\nto")
    tools = page.get_by_role("toolbar")
    body.evaluate("(field) => field.setSelectionRange(0, 0)")
    tools.get_by_role("button", name="Overskrift, H2").click()
    expect(body).to_have_value("## Før\nen\nto")
    body.evaluate("(field) => field.setSelectionRange(7, 12)")
    tools.get_by_role("button", name="Nummerert liste").click()
    expect(body).to_have_value("## Før\n1. en\n2. to")
    tools.get_by_role("button", name="Nummerert liste").click()
    expect(body).to_have_value("## Før\n1. en\nto")
    body.evaluate("(field) => field.setSelectionRange(10, 12)")
    tools.get_by_role("button", name="Fet").click()
    expect(body).to_have_value("## Før\n1. **en**\nto")
    page.keyboard.press("Control+z")
    expect(body).to_have_value("## Før\n1. en\nto")


def test_without_contact_the_page_says_so_keeps_the_text_and_saves_when_it_can(
    page: Page, app: Flask, draft: Draft
) -> None:
    page.context.set_offline(True)
    page.locator("#body").fill("Skrevet uten nett.")
    expect(page.locator("[data-hms-save-state]")).to_contain_text("Vi får ikke kontakt")
    page.locator("#body").fill("Skrevet uten nett. Og mer.")
    page.context.set_offline(False)
    expect(page.locator("[data-hms-save-state]")).to_contain_text("Lagret kl.", timeout=15_000)
    assert body_in(app, draft) == "Skrevet uten nett. Og mer."


def test_signed_out_the_page_says_so_and_the_text_is_saved_after_signing_in_again(
    page: Page, app: Flask, draft: Draft, site: tuple[str, dict[str, Any]]
) -> None:
    site[1]["is"] = None
    page.locator("#body").fill("Skrevet lenge.")
    expect(page.locator("[data-hms-save-state]")).to_contain_text("Du er logget ut")
    site[1]["is"] = "frida"
    page.get_by_role("button", name="Lagre", exact=True).click()
    expect(page.locator("#body")).to_have_value("Skrevet lenge.")
    assert body_in(app, draft) == "Skrevet lenge."


def test_somebody_elses_save_is_not_overwritten_and_save_compares_the_texts(
    page: Page, app: Flask, draft: Draft, session: Session, cast: Cast
) -> None:
    tora = Actor(person_id=cast.people["tora"], external_key="tora", name="Tora Tangen")
    operations.save_draft(
        session, draft, version=draft.version, facts=None, summary=None, by=tora, at=clock.now(),
        texts={"nb": {"title": "Ryddedag", "body": "Toras tekst."}},
    )  # fmt: skip
    session.commit()
    page.locator("#body").fill("Fridas tekst.")
    expect(page.locator("[data-hms-save-state]")).to_contain_text("Noen andre lagret")
    page.get_by_role("button", name="Lagre", exact=True).click()
    expect(page.locator("ins").first).to_have_text("Fridas")
    assert axe_violations(page) == []
    assert body_in(app, draft) == "Toras tekst."
    page.get_by_role("button", name="Behold min").click()
    expect(page.locator("[data-hms-save-state]")).to_contain_text("Lagret kl.")
    assert body_in(app, draft) == "Fridas tekst."


def test_leaving_a_text_that_is_not_saved_asks_first(page: Page, site: tuple[str, dict[str, Any]]) -> None:
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("#body").press_sequentially("Mer.")
    page.goto(f"{site[0]}/guidelines/drafts")
    assert asked == ["beforeunload"]


def test_publishing_asks_its_question_in_a_dialog_and_the_keyboard_is_enough(
    page: Page, app: Flask, draft: Draft, session: Session, site: tuple[str, dict[str, Any]]
) -> None:
    today: date = clock.today(state(app).settings.zone)
    edition = operations.publish_edition(
        session, draft, by=None, at=clock.now(), on=today, today=today, demands=True, approve_own=False
    )
    following = operations.start_edition(session, edition.guideline, by=None, at=clock.now())
    operations.send_for_approval(session, following, by=None, at=clock.now())
    session.commit()
    site[1]["is"] = "gunnar"
    page.goto(f"{site[0]}/guidelines/drafts/{following.id}")
    page.get_by_role("link", name="Publiser").press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("link", name="Publiser").press("Enter")
    page.get_by_role("radio").first.press("Space")
    page.get_by_role("dialog").get_by_role("button", name="Publiser").press("Enter")
    expect(page.locator("main")).to_contain_text("Utgave 1.1 er publisert og gjelder nå.")


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_suits_every_width_in_light_and_dark(
    browser: Browser, site: tuple[str, dict[str, Any]], draft: Draft, width: int, scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = context.new_page()
    opened.goto(f"{site[0]}/guidelines/drafts/{draft.id}/edit")
    assert axe_violations(opened) == []
    assert overflows(opened) == []
    context.close()
