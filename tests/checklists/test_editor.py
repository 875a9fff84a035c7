"""Writing checklists on pages: everything a file can say, nothing typed lost, and the way to a published edition."""

import html
import re
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists import drafting, operations, queries
from hmswiki.checklists.models import ChecklistDraft, ChecklistEdition
from hmswiki.foundation import clock
from hmswiki.guidelines.models import DraftState
from hmswiki.web.context import state
from tests.cast import today
from tests.checklists import makers
from tests.checklists.makers import ROOM
from tests.conftest import client_as
from tests.guidelines.making import publish as publish_guideline
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once

LONG_AGO = date(2024, 1, 1)


@pytest.fixture
def draft(session: Session) -> ChecklistDraft:
    """Frida's draft of a new checklist."""
    return makers.draft(session)


def now(app: Flask, draft: ChecklistDraft) -> ChecklistDraft:
    """The draft as it stands in the database."""
    with app.app_context(), Session(state(app).engines.read, expire_on_commit=False) as fresh:
        found = fresh.get_one(ChecklistDraft, draft.id)
        _ = found.writers
        return found


def saved(app: Flask, draft: ChecklistDraft) -> dict[str, Any]:
    return {item["key"]: item for item in drafting.items(now(app, draft).content)}


def fields(page: Any) -> dict[str, Any]:
    """What the page's last form of that page would send: every field by name, several where several are ticked."""
    found: dict[str, Any] = {}
    text = page.text[page.text.index('class="hms-form') :]
    for tag in re.findall(r"<input\b[^>]*>", text):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is None or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        said = html.unescape(value[1]) if value else "y" if 'type="checkbox"' in tag else ""
        if name[1] in found and 'type="checkbox"' in tag:
            found[name[1]] = [*([found[name[1]]] if isinstance(found[name[1]], str) else found[name[1]]), said]
        else:
            found[name[1]] = said
    for name, value in re.findall(r'<textarea\b[^>]*name="([^"]*)"[^>]*>\r?\n?(.*?)</textarea>', text, re.DOTALL):
        found[name] = html.unescape(value)
    for name, options in re.findall(r'<select\b[^>]*name="([^"]*)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        first = re.search(r'<option value="([^"]*)"', options)
        found[name] = html.unescape(chosen[1] if chosen else first[1] if first else "")
    for name in ("csrf_token", "do"):
        found.pop(name, None)
    return found


def at(draft: ChecklistDraft, path: str = "") -> str:
    return f"/checklists/drafts/{draft.id}{path}"


# --- Beginning ----------------------------------------------------------------------------------------------


def test_an_editor_begins_a_checklist_and_its_key_is_made_from_the_title(app: Flask, session: Session) -> None:
    answer = client_as(app, "frida").post("/checklists/new", data={"title": "Runde på kjølerom"})
    assert answer.status_code == 303
    made = session.scalars(select(ChecklistDraft)).one()
    assert (made.key, made.content["title"], made.writers[0].external_key) == (
        "runde-pa-kjolerom", {"nb": "Runde på kjølerom"}, "frida",
    )  # fmt: skip


def test_a_key_that_is_taken_or_impossible_is_refused_at_its_field(app: Flask, draft: ChecklistDraft) -> None:
    for key, said in (("kjolerom", "allerede"), ("Å!", "kan ikke brukes"), ("drafts", "wikiens egne sider")):
        answer = client_as(app, "frida").post("/checklists/new", data={"title": "Noe", "key": key})
        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{key}"' in answer.text


def test_the_next_edition_begins_with_what_the_last_one_asks_and_is_begun_once(app: Flask, session: Session) -> None:
    makers.publish(session, on=LONG_AGO)
    for _click in range(2):
        answer = client_as(app, "frida").post("/checklists/drafts", data={"checklist": "kjolerom"})
        assert answer.status_code == 303
    made = session.scalars(select(ChecklistDraft).where(ChecklistDraft.state == DraftState.WRITING)).one()
    assert made.content == makers.data_of()


# --- Sections and items -------------------------------------------------------------------------------------


def test_an_item_is_added_and_written_in_all_its_parts(app: Flask, session: Session, draft: ChecklistDraft) -> None:
    publish_guideline(session, on=LONG_AGO)
    frida = client_as(app, "frida")
    answer = frida.post(at(draft, "/items"), data={"section": "alarmen", "text": "Hvor høyt?", "kind": "number"})
    assert answer.headers["Location"] == at(draft, "/items/hvor-hoyt")
    typed = fields(frida.get(at(draft, "/items/hvor-hoyt"))) | {
        "text_nn": "Kor høgt?", "text_en": "How loud?", "help_nb": "Mål ved døra.\nTo ganger.", "unit_nb": "dB",
        "minimum": "60,5", "maximum": "90", "finding_below": "y", "mandatory": "y",
        "shown_item": "alarm", "shown_answers": ["yes"], "passage": "ryddedag#ansvar",
    }  # fmt: skip
    del typed["required"]
    assert frida.post(at(draft, "/items/hvor-hoyt"), data=typed).status_code == 303
    assert saved(app, draft)["hvor-hoyt"] == {
        "key": "hvor-hoyt", "text": {"nb": "Hvor høyt?", "nn": "Kor høgt?", "en": "How loud?"},
        "help": {"nb": "Mål ved døra.\nTo ganger."}, "kind": "number", "unit": {"nb": "dB"}, "minimum": "60.5",
        "maximum": "90", "findings": ["below"], "required": "no",
        "mandatory": "yes", "shown_when": {"item": "alarm", "answers": ["yes"]}, "passage": "ryddedag#ansvar",
    }  # fmt: skip


def test_every_item_that_ships_goes_through_its_form_unchanged(app: Flask, session: Session) -> None:
    """The form has the same power as the file: it says back whatever a file can say."""
    source = files("hmswiki.shipped.checklists").joinpath("hms-runde.yaml").read_text(encoding="utf-8")
    made = makers.draft(session, source)
    frida = client_as(app, "frida")
    for key, item in saved(app, made).items():
        page = frida.get(at(made, f"/items/{key}"))
        assert frida.post(at(made, f"/items/{key}"), data=fields(page)).status_code == 303
        assert saved(app, made)[key] == item
    assert now(app, made).version == 1


def test_answers_to_choose_from_keep_their_keys_when_their_words_change(app: Flask, draft: ChecklistDraft) -> None:
    frida = client_as(app, "frida")
    frida.post(at(draft, "/items"), data={"section": "rommet", "text": "Gulvet?", "kind": "choice"})
    typed = fields(frida.get(at(draft, "/items/gulvet")))
    typed |= {"choices-0-text_nb": "Tørt", "choices-1-text_nb": "Vått", "choices-1-finding": "y"}
    assert frida.post(at(draft, "/items/gulvet"), data=typed).status_code == 303
    typed = fields(frida.get(at(draft, "/items/gulvet")))
    typed |= {"choices-0-text_nb": "Helt tørt", "choices-0-place": "2", "choices-1-place": "1"}
    assert frida.post(at(draft, "/items/gulvet"), data=typed).status_code == 303
    assert saved(app, draft)["gulvet"]["choices"] == [
        {"key": "vatt", "text": {"nb": "Vått"}}, {"key": "tort", "text": {"nb": "Helt tørt"}},
    ]  # fmt: skip
    assert saved(app, draft)["gulvet"]["findings"] == ["vatt"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text_nb": ""}, "Skriv det på bokmål"),
        ({"minimum": "mange"}, "«mange» er ikke et tall"),
        ({"minimum": "9"}, "La dem bytte plass"),
        ({"key": "dor"}, "allerede brukt i dette utkastet"),
        ({"kind": "choice"}, "minst to svar"),
        ({"shown_item": "alarm"}, "Velg hvilke svar"),
        ({"text_nb": "å" * 301}, "grensen er 300"),
    ],
)
def test_what_cannot_be_is_said_in_the_form_and_nothing_typed_is_lost(
    app: Flask, draft: ChecklistDraft, typed: dict[str, str], said: str
) -> None:
    frida = client_as(app, "frida")
    sent = fields(frida.get(at(draft, "/items/temperatur"))) | {"help_nb": "Et langt råd."} | typed
    answer = frida.post(at(draft, "/items/temperatur"), data=sent)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert fields(answer)["help_nb"] == "Et langt råd."
    assert now(app, draft).version == 1


def test_items_and_sections_move_and_go(app: Flask, draft: ChecklistDraft) -> None:
    frida = client_as(app, "frida")
    for do in ("item-down:dor", "item-down:dor", "section-up:alarmen"):
        assert frida.post(at(draft, "/order"), data={"do": do}).status_code == 303
    content = now(app, draft).content
    assert [section["key"] for section in content["sections"]] == ["alarmen", "rommet"]
    assert drafting.item_keys(content) == ["dor", "alarm", "alarm-provd", "temperatur"]
    assert frida.post(at(draft, "/items/alarm"), data={"action": "remove"}).status_code == 409


def test_a_removal_is_of_what_the_writer_saw(app: Flask, draft: ChecklistDraft) -> None:
    frida = client_as(app, "frida")
    page = frida.get(at(draft, "/items/alarm"))
    assert frida.post(at(draft, "/items/alarm"), data=fields(page) | {"action": "remove"}).status_code == 303
    assert "alarm" not in saved(app, draft)
    shown = frida.get(at(draft, "/edit"))
    assert "Sjekkpunktet «alarm» finnes ikke." in html.unescape(shown.text)
    assert client_as(app, "frida").post(at(draft, "/send")).status_code in (409, 422)


def test_an_item_that_goes_to_another_place_is_put_there(app: Flask, draft: ChecklistDraft) -> None:
    frida = client_as(app, "frida")
    sent = fields(frida.get(at(draft, "/items/temperatur"))) | {"at": "alarmen/alarm"}
    assert frida.post(at(draft, "/items/temperatur"), data=sent).status_code == 303
    assert drafting.item_keys(now(app, draft).content) == ["dor", "alarm", "temperatur", "alarm-provd"]


def test_a_new_key_is_followed_by_what_depends_on_it(app: Flask, draft: ChecklistDraft) -> None:
    frida = client_as(app, "frida")
    sent = fields(frida.get(at(draft, "/items/alarm"))) | {"key": "alarm-i-rommet"}
    assert frida.post(at(draft, "/items/alarm"), data=sent).status_code == 303
    assert saved(app, draft)["alarm-provd"]["shown_when"]["item"] == "alarm-i-rommet"


def test_two_who_write_in_different_items_lose_nothing(app: Flask, draft: ChecklistDraft) -> None:
    frida = client_as(app, "frida")
    one, other = (fields(frida.get(at(draft, f"/items/{key}"))) for key in ("dor", "alarm"))
    assert frida.post(at(draft, "/items/dor"), data=one | {"text_nb": "Døra lukker"}).status_code == 303
    assert frida.post(at(draft, "/items/alarm"), data=other | {"text_nb": "Alarm?"}).status_code == 303
    assert (saved(app, draft)["dor"]["text"]["nb"], saved(app, draft)["alarm"]["text"]["nb"]) == (
        "Døra lukker", "Alarm?",
    )  # fmt: skip


def test_two_who_write_in_the_same_item_see_both_and_choose(app: Flask, draft: ChecklistDraft) -> None:
    frida = client_as(app, "frida")
    mine = fields(frida.get(at(draft, "/items/dor"))) | {"text_nb": "Mine ord"}
    frida.post(at(draft, "/items/dor"), data=fields(frida.get(at(draft, "/items/dor"))) | {"text_nb": "Deres ord"})
    answer = frida.post(at(draft, "/items/dor"), data=mine)
    assert answer.status_code == 409
    assert "Deres ord" in answer.text
    again = fields(answer)
    assert again["text_nb"] == "Mine ord"
    assert frida.post(at(draft, "/items/dor"), data=again).status_code == 303
    assert saved(app, draft)["dor"]["text"]["nb"] == "Mine ord"


# --- About the list, and YAML -------------------------------------------------------------------------------


def test_what_the_list_says_of_itself_is_written(app: Flask, session: Session, draft: ChecklistDraft) -> None:
    publish_guideline(session, "annen", on=LONG_AGO)
    frida = client_as(app, "frida")
    page = frida.get(at(draft, "/facts"))
    assert "Denne retningslinjen finnes ikke her: ryddedag." in page.text
    sent = fields(page) | {
        "title_en": "Cold store", "description_nb": "Før ferien.", "guidelines": ["annen"],
        "co_signed_by": ["unit_leader"], "summary_nb": "Ny liste.",
    }  # fmt: skip
    assert frida.post(at(draft, "/facts"), data=sent).status_code == 303
    kept = now(app, draft)
    assert kept.content["title"]["en"] == "Cold store"
    assert kept.content["description"] == {"nb": "Før ferien."}
    assert (kept.content["guidelines"], kept.content["co_signed_by"]) == (["annen"], ["unit_leader"])
    assert kept.summary == {"nb": "Ny liste."}


def test_the_whole_list_is_written_as_yaml(app: Flask, draft: ChecklistDraft) -> None:
    frida = client_as(app, "frida")
    sent = fields(frida.get(at(draft, "/yaml")))
    assert sent["source"] == ROOM
    sent["source"] = ROOM.replace("maximum: 8", "maximum: 9.5")
    assert frida.post(at(draft, "/yaml"), data=sent).status_code == 303
    assert saved(app, draft)["temperatur"]["maximum"] == "9.5"


def test_yaml_with_mistakes_is_kept_as_typed_and_each_is_told_by_line(app: Flask, draft: ChecklistDraft) -> None:
    frida = client_as(app, "frida")
    wrong = ROOM.replace("kind: date", "kind: dato").replace("nb: Rommet", "nb: [")
    for source in (ROOM.replace("kind: date", "kind: dato"), wrong):
        answer = frida.post(at(draft, "/yaml"), data=fields(frida.get(at(draft, "/yaml"))) | {"source": source})
        assert answer.status_code == 422
        assert re.search(r"<b>Linje \d+:</b>", answer.text)
        assert fields(answer)["source"] == source
        assert fields(frida.get(at(draft, "/yaml")))["source"] == source
    assert "«dato» er ingen type sjekkpunkt" not in answer.text  # the text cannot be read that far
    assert frida.get(at(draft, "/edit")).headers["Location"] == at(draft, "/yaml")
    assert (
        client_as(app, "frida").post(at(draft, "/send"), data={"version": now(app, draft).version}).status_code == 422
    )
    mended = fields(frida.get(at(draft, "/yaml"))) | {"source": ROOM}
    assert frida.post(at(draft, "/yaml"), data=mended).status_code == 303
    assert now(app, draft).content == makers.data_of()


def test_mistakes_in_yaml_are_told_in_the_readers_language(app: Flask, draft: ChecklistDraft) -> None:
    sent = {"source": ROOM.replace("kind: date", "kind: dato")}
    for language, said in (("nb", "ingen type sjekkpunkt"), ("nn", "Typane er"), ("en", "is no kind of item")):
        answer = client_as(app, "frida").post(
            at(draft, "/yaml"), data=sent | {"version": now(app, draft).version},
            headers={"Accept-Language": language},
        )  # fmt: skip
        assert answer.status_code == 422
        assert said in answer.text


def test_the_key_of_a_published_checklist_stays(app: Flask, session: Session) -> None:
    makers.publish(session, on=LONG_AGO)
    made = makers.draft(session)
    frida = client_as(app, "frida")
    sent = fields(frida.get(at(made, "/yaml"))) | {"source": ROOM.replace("key: kjolerom", "key: fryserom")}
    answer = frida.post(at(made, "/yaml"), data=sent)
    assert answer.status_code == 422
    assert "Skriv `key: kjolerom`." in answer.text


# --- Approval -----------------------------------------------------------------------------------------------


def test_a_draft_goes_from_its_writer_to_an_edition_in_force(app: Flask, session: Session) -> None:
    makers.publish(session, on=LONG_AGO)
    made = makers.draft(session, ROOM.replace("Hvor kaldt er det?", "Hva viser termometeret?"))
    frida, gunnar = client_as(app, "frida"), client_as(app, "gunnar")
    assert frida.post(at(made, "/send"), data={"version": made.version}).status_code == 303
    shown = gunnar.get(at(made)).text
    assert "<del>Hvor kaldt er det?</del> <ins>Hva viser termometeret?</ins>" in shown
    assert frida.get(at(made, "/edit")).headers["Location"] == at(made)
    sent = {"version": made.version, "on": today().isoformat(), "major": "no"}
    assert frida.post(at(made, "/publish"), data=sent).status_code == 403
    assert gunnar.post(at(made, "/publish"), data=sent).status_code == 303
    edition = session.scalars(select(ChecklistEdition).where(ChecklistEdition.minor == 1)).one()
    assert (edition.number, edition.published_on) == ("1.1", today())
    assert (edition.written_by.external_key, edition.approved_by.external_key) == ("frida", "gunnar")  # type: ignore[union-attr]


def test_an_approver_must_say_what_kind_of_change_it_is_and_not_choose_the_past(app: Flask, session: Session) -> None:
    makers.publish(session, on=LONG_AGO)
    made = makers.draft(session, ROOM.replace("maximum: 8", "maximum: 9"))
    operations.send_for_approval(session, made, by=makers.actor(session, "frida"), at=clock.now())
    session.commit()
    gunnar, version = client_as(app, "gunnar"), {"version": made.version}
    answer = gunnar.post(at(made, "/publish"), data=version | {"on": today().isoformat()})
    assert answer.status_code == 422
    assert "Velg om dette er en mindre eller en større utgave." in answer.text
    past = (today() - timedelta(days=1)).isoformat()
    assert gunnar.post(at(made, "/publish"), data=version | {"on": past, "major": "yes"}).status_code == 422
    assert now(app, made).state == DraftState.SENT


def test_a_draft_is_returned_with_a_comment_and_taken_up_again(app: Flask, session: Session, draft: Any) -> None:
    operations.send_for_approval(session, draft, by=makers.actor(session, "frida"), at=clock.now())
    session.commit()
    gunnar = client_as(app, "gunnar")
    assert gunnar.post(at(draft, "/return"), data={"comment": " "}).status_code == 422
    assert gunnar.post(at(draft, "/return"), data={"comment": "Spør om lyset."}).status_code == 303
    assert "Spør om lyset." in client_as(app, "frida").get(at(draft, "/edit")).text


def test_nobody_publishes_what_he_has_written_in(app: Flask, session: Session, draft: ChecklistDraft) -> None:
    gunnar = makers.actor(session, "gunnar")
    draft.writers.append(session.get_one(type(draft.writers[0]), gunnar.person_id))
    operations.send_for_approval(session, draft, by=makers.actor(session, "frida"), at=clock.now())
    session.commit()
    sent = {"version": draft.version, "on": today().isoformat()}
    assert client_as(app, "gunnar").post(at(draft, "/publish"), data=sent).status_code == 403
    assert session.scalars(select(ChecklistEdition)).all() == []


def test_a_discarded_draft_leaves_room_for_another(app: Flask, session: Session, draft: ChecklistDraft) -> None:
    assert client_as(app, "frida").post(at(draft, "/discard")).status_code == 303
    assert makers.draft(session).id != draft.id


@pytest.mark.parametrize("path", ["", "/edit", "/items/dor", "/sections/rommet", "/facts", "/yaml", "/send"])
def test_strangers_and_staff_see_no_draft(app: Flask, draft: ChecklistDraft, path: str) -> None:
    assert "/accounts/sign-in" in client_as(app, None).get(at(draft, path)).headers["Location"]
    for who in ("bjorn", "astrid", "ivar"):
        assert client_as(app, who).get(at(draft, path)).status_code == 403


def test_what_is_not_there_is_said(app: Flask, draft: ChecklistDraft) -> None:
    frida = client_as(app, "frida")
    for path in (at(draft, "/items/nei"), at(draft, "/sections/nei"), "/checklists/drafts/999"):
        assert frida.get(path).status_code == 404


def test_a_running_checklist_keeps_its_edition(session: Session) -> None:
    first = makers.publish(session, on=LONG_AGO)
    makers.publish(session, ROOM.replace("maximum: 8", "maximum: 9"), on=date(2024, 2, 1))
    assert next(item.maximum for item in queries.content_of(first).items if item.key == "temperatur") == 8
