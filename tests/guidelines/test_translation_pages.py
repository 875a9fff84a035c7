"""Pages for adding a language to an edition that lacks it."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines import operations
from hmswiki.guidelines.models import Draft, DraftState, Edition, Translation
from hmswiki.web.context import state
from tests.cast import Cast
from tests.conftest import client_as
from tests.guidelines.making import BODY, publish
from tests.guidelines.test_editing_pages import fields, give_role
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once

START = "/guidelines/ryddedag/editions/1.0/translations"
NEW = {"title": "Cleanup day", "body": "Everybody tidies.\n\n## Purpose\n\nA tidy lab is safe."}


@pytest.fixture
def day(app: Flask) -> date:
    return clock.today(state(app).settings.zone)


@pytest.fixture
def edition(session: Session, day: date) -> Edition:
    return publish(session, on=day, bodies={"nb": BODY, "nn": "Alle ryddar."})


@pytest.fixture
def draft(session: Session, edition: Edition, as_frida: Any) -> Draft:
    """Frida has begun to write it in English."""
    assert as_frida.post(START, data={"language": "en"}).status_code == 303
    return begun(session)


@pytest.fixture
def sent(session: Session, draft: Draft, as_frida: Any) -> Draft:
    write(as_frida, draft)
    url = f"/guidelines/drafts/{draft.id}/send"
    assert as_frida.post(url, data=fields(as_frida.get(url))).status_code == 303
    return as_it_stands(session, draft)


def begun(session: Session) -> Draft:
    found = session.scalars(select(Draft).where(Draft.adds_language == "en")).one()
    session.commit()
    return found


def as_it_stands(session: Session, draft: Draft) -> Draft:
    session.refresh(draft)
    session.commit()
    return draft


def write(client: Any, draft: Draft, **changes: str) -> Any:
    url = f"/guidelines/drafts/{draft.id}/edit?language=en"
    return client.post(url, data=fields(client.get(url)) | NEW | changes)


# --- Where it begins ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/guidelines/ryddedag", "/guidelines/ryddedag/editions/1.0"])
def test_who_writes_is_offered_the_languages_that_the_edition_lacks(
    as_frida: Any, as_gunnar: Any, as_bjorn: Any, edition: Edition, page: str
) -> None:
    offered = as_frida.get(page).text
    assert f'action="{START}"' in offered and "Oversett til engelsk" in offered
    assert "Oversett til nynorsk" not in offered and "Oversett til bokmål" not in offered
    for client in (as_gunnar, as_bjorn):
        assert "Oversett til" not in client.get(page).text
        assert client.post(START, data={"language": "en"}).status_code == 403


def test_an_edition_in_every_language_offers_none(session: Session, as_frida: Any, day: date) -> None:
    publish(session, on=day, bodies={"nb": BODY, "nn": BODY, "en": BODY})
    assert "/translations" not in as_frida.get("/guidelines/ryddedag").text


def test_the_page_of_an_edition_begins_the_text_of_that_one(
    session: Session, as_frida: Any, edition: Edition, day: date
) -> None:
    coming = publish(session, on=day + timedelta(days=7), bodies={"nb": "Alle rydder oftere."})
    assert START in as_frida.get("/guidelines/ryddedag").text
    url = "/guidelines/ryddedag/editions/2.0"
    assert f"{url}/translations" in as_frida.get(url).text
    as_frida.post(f"{url}/translations", data={"language": "en"})
    assert session.scalars(select(Draft.base_edition_id).where(Draft.adds_language == "en")).one() == coming.id


def test_beginning_twice_leads_to_the_same_editor(
    app: Flask, session: Session, cast: Cast, as_frida: Any, draft: Draft
) -> None:
    give_role(session, cast, "tora", Role.EDITOR)
    for client in (as_frida, client_as(app, "tora")):
        answer = client.post(START, data={"language": "en"})
        assert answer.headers["Location"].endswith(f"/guidelines/drafts/{draft.id}/edit?language=en")


@pytest.mark.parametrize(
    ("address", "language", "status"),
    [
        (START, "fr", 422),
        (START, "", 422),
        (START, "nb", 409),
        (START, "nn\0", 422),
        ("/guidelines/ryddedag/editions/9.9/translations", "en", 404),
        ("/guidelines/ryddedag/editions/x/translations", "en", 404),
        ("/guidelines/finnes-ikke/editions/1.0/translations", "en", 404),
    ],
)
def test_what_cannot_be_translated_is_not_begun(
    session: Session, as_frida: Any, edition: Edition, address: str, language: str, status: int
) -> None:
    assert as_frida.post(address, data={"language": language}).status_code == status
    assert session.scalar(select(func.count(Draft.id)).where(Draft.adds_language.is_not(None))) == 0


def test_one_thing_is_written_at_a_time_and_the_refusal_says_what(as_frida: Any, draft: Draft) -> None:
    answer = as_frida.post("/guidelines/drafts", data={"guideline": "ryddedag"})
    assert answer.status_code == 409
    assert "Et språk (English) er på vei inn i utgave 1.0" in answer.text
    as_frida.post(f"/guidelines/drafts/{draft.id}/discard", data={})
    assert as_frida.post("/guidelines/drafts", data={"guideline": "ryddedag"}).status_code == 303
    answer = as_frida.post(START, data={"language": "en"})
    assert answer.status_code == 409
    assert "Legg inn språket (English) der" in answer.text


# --- Writing it ---------------------------------------------------------------------------------------------


def test_the_editor_holds_the_text_to_translate_and_nothing_that_an_edition_has(as_frida: Any, draft: Draft) -> None:
    page = as_frida.get(f"/guidelines/drafts/{draft.id}/edit?language=en")
    assert "Legger til engelsk i utgave 1.0" in page.text
    assert "Tekstene som er publisert, blir stående som de er" in page.text
    assert "Utgave 1.0 på bokmål</summary>" in page.text
    assert page.text.count("## Formål") == 2  # what is translated, and where
    assert fields(page)["body"] == BODY
    assert "summary" not in fields(page) and "Hva er nytt?" not in page.text
    assert f"/guidelines/drafts/{draft.id}/facts" not in page.text
    assert "tidligere utgave" not in page.text


def test_who_begins_with_an_earlier_text_is_told_until_it_is_saved(session: Session, as_frida: Any, day: date) -> None:
    publish(session, on=day, bodies={"nb": BODY, "en": "Old."})
    publish(session, on=day, bodies={"nb": BODY + "\n\nOftere."})
    as_frida.post("/guidelines/ryddedag/editions/2.0/translations", data={"language": "en"})
    draft = begun(session)
    page = as_frida.get(f"/guidelines/drafts/{draft.id}/edit?language=en")
    assert fields(page)["body"] == "Old."
    told = "Du begynner med teksten fra en tidligere utgave."
    assert told in page.text
    write(as_frida, draft)
    assert told not in as_frida.get(f"/guidelines/drafts/{draft.id}/edit?language=en").text


def test_the_editor_of_another_language_leads_to_the_one_that_is_added(as_frida: Any, draft: Draft) -> None:
    url = f"/guidelines/drafts/{draft.id}"
    for address in ("/edit", "/edit?language=nn"):
        assert as_frida.get(url + address).headers["Location"].endswith(f"{url}/edit?language=en")
    assert as_frida.get(f"{url}/facts").headers["Location"].endswith(url)


def test_another_language_and_document_facts_are_refused(session: Session, as_frida: Any, draft: Draft) -> None:
    url = f"/guidelines/drafts/{draft.id}"
    answer = as_frida.post(f"{url}/edit?language=nn", data=NEW | {"version": "1"})
    assert answer.status_code == 422
    assert "Dette utkastet har bare ett språk (English)." in answer.text
    assert fields(answer)["body"] == NEW["body"]
    assert as_frida.post(f"{url}/facts", data={"owner": "Rektor", "version": "1"}).status_code == 422
    session.refresh(draft)
    assert (draft.version, draft.facts, [text.language for text in draft.texts]) == (1, {}, ["en"])


def test_saving_by_itself_needs_no_summary(as_frida: Any, draft: Draft) -> None:
    url = f"/guidelines/drafts/{draft.id}/edit?language=en"
    answer = as_frida.post(url, data=fields(as_frida.get(url)) | NEW, headers={"Accept": "application/json"})
    assert answer.status_code == 200 and answer.json["version"] == 2


def test_a_text_that_is_not_translated_is_not_sent(session: Session, as_frida: Any, draft: Draft) -> None:
    url = f"/guidelines/drafts/{draft.id}/send"
    page = as_frida.get(url)
    assert "Teksten er ord for ord den du skal oversette." in page.text
    answer = as_frida.post(url, data={"version": "1"})
    assert answer.status_code == 422
    assert "Teksten er ord for ord den du skal oversette." in answer.text
    assert as_it_stands(session, draft).state == DraftState.WRITING


def test_the_page_for_sending_asks_for_nothing_that_a_translation_lacks(as_frida: Any, draft: Draft) -> None:
    write(as_frida, draft)
    page = as_frida.get(f"/guidelines/drafts/{draft.id}/send").text
    assert "Legger til engelsk i utgave 1.0" in page and "Tekstene som er publisert, blir stående som de er" in page
    assert "Gunnar Gran" in page
    assert "Hva er nytt?" not in page


def test_the_lists_tell_a_translation_from_an_edition(as_frida: Any, draft: Draft) -> None:
    assert "Legger til engelsk i utgave 1.0" in as_frida.get("/guidelines/drafts").text
    page = as_frida.get("/guidelines/").text
    assert "Tekst på engelsk" in page and "Ny utgave" not in page


# --- Publishing it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/publish"])
def test_the_approver_has_nothing_to_choose(as_gunnar: Any, sent: Draft, path: str) -> None:
    page = as_gunnar.get(f"/guidelines/drafts/{sent.id}{path}").text
    assert "Legg til engelsk i utgave 1.0</button>" in page
    assert "Tekstene som er publisert, blir stående som de er" in page
    assert 'name="demands"' not in page and 'name="on"' not in page
    assert "<del>" not in page and "Dokumentfakta" not in page


def test_what_the_approver_publishes_is_read_in_the_same_edition(
    session: Session, as_gunnar: Any, as_bjorn: Any, as_frida: Any, sent: Draft
) -> None:
    url = f"/guidelines/drafts/{sent.id}/publish"
    typed = fields(as_gunnar.get(url))
    assert as_gunnar.post(url, data=typed).status_code == 303
    assert as_gunnar.post(url, data=typed).status_code == 303  # sent twice
    assert as_gunnar.post(url, data={"version": typed["version"]}).status_code == 409

    page = as_bjorn.get("/guidelines/ryddedag?language=en").text
    assert "A tidy lab is safe." in page and "Utgave" in page
    assert "Et ryddig lab er trygt." in as_bjorn.get("/guidelines/ryddedag?language=nb").text
    done = as_frida.get(f"/guidelines/drafts/{sent.id}").text
    assert session.scalars(select(Edition)).one().number == "1.0"
    assert "Publisert i utgave 1.0." in done and "/guidelines/ryddedag/editions/1.0?language=en" in done


def test_an_approver_who_wrote_in_it_cannot_publish_it(app: Flask, session: Session, cast: Cast, sent: Draft) -> None:
    give_role(session, cast, "frida", Role.APPROVER)
    frida = client_as(app, "frida")
    url = f"/guidelines/drafts/{sent.id}/publish"
    assert frida.get(url).status_code == 303
    assert frida.post(url, data={"version": str(sent.version)}).status_code == 403
    assert session.scalar(select(func.count(Translation.id)).where(Translation.language == "en")) == 0


def test_a_language_that_was_imported_meanwhile_is_a_conflict_that_says_what_to_do(
    session: Session, as_gunnar: Any, sent: Draft, edition: Edition
) -> None:
    operations.add_translation(
        session, edition, language="en", title="Imported", body="First.", by=None, at=clock.now()
    )
    session.commit()
    url = f"/guidelines/drafts/{sent.id}/publish"
    answer = as_gunnar.post(url, data=fields(as_gunnar.get(url)))
    assert answer.status_code == 409
    assert "Utgave 1.0 fikk dette språket (English) mens dette ble skrevet" in answer.text
    assert session.scalars(select(Translation.body).where(Translation.language == "en")).all() == ["First."]


def test_a_translation_goes_back_to_its_writer_with_a_comment(as_frida: Any, as_gunnar: Any, sent: Draft) -> None:
    url = f"/guidelines/drafts/{sent.id}"
    data = fields(as_gunnar.get(url)) | {"comment": "Say “lab”."}
    assert as_gunnar.post(f"{url}/return", data=data).status_code == 303
    page = as_frida.get(f"{url}/edit?language=en")
    assert "Say “lab”." in page.text
    assert fields(page)["body"] == NEW["body"]
