"""Pages for reading checklists: what people see, who sees more, and what stands on a guideline's page."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hmswiki.checklists import queries
from tests.checklists import makers
from tests.checklists.makers import ROOM, publish
from tests.conftest import client_as
from tests.guidelines.making import publish as publish_guideline
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once

LONG_AGO = date(2024, 1, 1)


def page(app: Flask, path: str, who: str | None = "bjorn", language: str = "nb", status: int = 200) -> str:
    answer = client_as(app, who).get(path, headers={"Accept-Language": language})
    assert answer.status_code == status, answer.text
    return answer.text


@pytest.fixture
def today() -> date:
    from tests.cast import today

    return today()


def test_everybody_reads_what_a_checklist_asks_and_where_the_guideline_says_it(app: Flask, session: Session) -> None:
    publish_guideline(session, on=LONG_AGO)
    publish(session, on=LONG_AGO)
    shown = page(app, "/checklists/kjolerom")
    for words in ("Kjølerom", "Døra går opp innenfra", "Prøv den med lyset av.", "Et tall i °C, minst 2",
                  "Gir avvik: over 8", "Vises bare når «Har rommet alarm?» er besvart: Ja"):  # fmt: skip
        assert words in shown
    assert 'href="/guidelines/ryddedag#ansvar">Se retningslinjen: Ansvar</a>' in shown


def test_a_reader_of_english_gets_english_and_is_told_which_words_are_not(app: Flask, session: Session) -> None:
    publish(session, on=LONG_AGO)
    shown = page(app, "/checklists/kjolerom", language="en")
    assert "The door opens from the inside" in shown
    assert '<span lang="nb">Hvor kaldt er det?</span>' in shown


def test_a_passage_leads_to_the_heading_in_the_readers_own_text(app: Flask, session: Session) -> None:
    bodies = {"nb": "Rydd.\n\n## Ansvar\n\nLederen.", "en": "Tidy.\n\n## Responsibility\n\nThe leader."}
    publish_guideline(session, on=LONG_AGO, bodies=bodies)
    publish(session, on=LONG_AGO)
    assert 'href="/guidelines/ryddedag#responsibility"' in page(app, "/checklists/kjolerom", language="en")


def test_a_passage_that_no_text_has_is_no_link(app: Flask, session: Session) -> None:
    publish_guideline(session, on=LONG_AGO, bodies={"nb": "Rydd.\n\n## Formål\n\nTrygt."})
    publish(session, on=LONG_AGO)
    assert "#ansvar" not in page(app, "/checklists/kjolerom")


def test_the_list_of_checklists_names_their_guidelines(app: Flask, session: Session) -> None:
    publish_guideline(session, on=LONG_AGO)
    publish(session, on=LONG_AGO)
    shown = page(app, "/checklists/")
    assert 'href="/checklists/kjolerom">Kjølerom</a>' in shown
    assert "4 punkter" in shown
    assert 'href="/guidelines/ryddedag">Ryddedag (nb)</a>' in shown


def test_an_empty_list_says_how_something_comes(app: Flask) -> None:
    assert "De vises her når de er publisert." in page(app, "/checklists/")
    assert "Skriv den første." in page(app, "/checklists/", "frida")


def test_only_those_who_see_drafts_are_shown_them(app: Flask, session: Session) -> None:
    made = makers.draft(session)
    assert f"/checklists/drafts/{made.id}" in page(app, "/checklists/", "hanne")
    assert f"/checklists/drafts/{made.id}" not in page(app, "/checklists/", "bjorn")


def test_a_guidelines_page_lists_its_checklists(app: Flask, session: Session) -> None:
    publish_guideline(session, on=LONG_AGO)
    assert "/checklists/kjolerom" not in page(app, "/guidelines/ryddedag")
    publish(session, on=LONG_AGO)
    shown = page(app, "/guidelines/ryddedag")
    assert 'href="/checklists/kjolerom">Kjølerom</a><small>4 punkter</small>' in shown


def test_a_retired_checklist_leaves_the_guidelines_page_and_says_so_on_its_own(
    app: Flask, session: Session, today: date
) -> None:
    publish_guideline(session, on=LONG_AGO)
    edition = publish(session, on=LONG_AGO)
    answer = client_as(app, "gunnar").post("/checklists/kjolerom/retirement", data={"on": today})
    assert answer.status_code == 303
    assert "/checklists/kjolerom" not in page(app, "/guidelines/ryddedag")
    assert "Ingen begynner på en runde med den." in page(app, "/checklists/kjolerom")
    assert "Kjølerom" not in page(app, "/checklists/", "bjorn")
    assert "Kjølerom" in page(app, "/checklists/", "hanne")
    assert queries.edition_on(session, edition.checklist_id, today) is None
    assert queries.edition_on(session, edition.checklist_id, today - timedelta(days=1)) == edition


def test_a_checklist_is_not_retired_from_a_day_that_has_passed(app: Flask, session: Session, today: date) -> None:
    publish(session, on=LONG_AGO)
    sent = {"on": today - timedelta(days=1)}
    answer = client_as(app, "gunnar").post("/checklists/kjolerom/retirement", data=sent)
    assert answer.status_code == 422
    assert "En sjekkliste kan ikke tas ut av bruk fra en dag som er passert" in answer.text


def test_nobody_but_an_approver_retires_a_checklist(app: Flask, session: Session, today: date) -> None:
    publish(session, on=LONG_AGO)
    sent = {"on": today}
    assert client_as(app, "frida").post("/checklists/kjolerom/retirement", data=sent).status_code == 403
    assert "Ta sjekklisten ut av bruk" not in page(app, "/checklists/kjolerom", "frida")


def test_an_edition_says_what_changed_in_it(app: Flask, session: Session) -> None:
    publish(session, on=LONG_AGO)
    publish(session, ROOM.replace("Hvor kaldt er det?", "Hva viser termometeret?"), on=date(2024, 2, 1), major=False,
            summary={"nb": "Klarere ord."})  # fmt: skip
    shown = page(app, "/checklists/kjolerom/editions/1.1")
    assert "<del>Hvor kaldt er det?</del> <ins>Hva viser termometeret?</ins>" in shown
    assert "ett sjekkpunkt er endret" in shown
    assert "Klarere ord." in shown
    assert "ikke lenger gjelder" in page(app, "/checklists/kjolerom/editions/1.0")


def test_what_comes_is_announced_and_not_in_force(app: Flask, session: Session, today: date) -> None:
    publish(session, on=LONG_AGO)
    publish(session, ROOM.replace("minimum: 2", "minimum: 3"), on=today + timedelta(days=9))
    shown = page(app, "/checklists/kjolerom")
    assert "Et tall i °C, minst 2" in shown
    assert 'href="/checklists/kjolerom/editions/2.0"' in shown
    assert "Et tall i °C, minst 3" in page(app, "/checklists/kjolerom/editions/2.0")


def test_strangers_sign_in_and_what_is_not_there_is_said(app: Flask, session: Session) -> None:
    publish(session, on=LONG_AGO)
    for path in ("/checklists/", "/checklists/kjolerom", "/checklists/kjolerom/editions/1.0"):
        answer = client_as(app, None).get(path)
        assert "/accounts/sign-in" in answer.headers["Location"]
    assert "Det finnes ingen sjekkliste «nei»" in page(app, "/checklists/nei", status=404)
    page(app, "/checklists/kjolerom/editions/9.9", status=404)
    page(app, "/checklists/kjolerom/editions/x", status=404)
