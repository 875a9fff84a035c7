"""Reading notes through, publishing them as a page, taking them down, and the files they become."""

import csv
import html
import io
import re
from dataclasses import dataclass
from typing import Any

import docx as python_docx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.notes.blacking import BLACK, black_out, mark
from hmswiki.notes.models import Point
from hmswiki.outcomes import publication_queries
from hmswiki.outcomes.document import from_json
from hmswiki.outcomes.models import Publication
from hmswiki.plenary import operations as plenary
from hmswiki.plenary import summary_operations as summary
from hmswiki.workshops import queries
from hmswiki.workshops.models import Workshop
from tests.outcomes.makers import by
from tests.plenary.makers import clear, point, write_on
from tests.support import once
from tests.workshops import makers

pytestmark = once  # each address is asked for on PostgreSQL too, by tests/test_access.py


@dataclass
class Meeting:
    workshop: Workshop
    points: dict[str, Point]

    def path(self, rest: str = "") -> str:
        return f"/workshops/{self.workshop.key}/{rest}"


@pytest.fixture
def meeting(session: Session, cast: object) -> Meeting:
    """The faculty's workshop with four points, one theme and one sentence; Tora and Hanne organise it."""
    made = makers.workshop(session, members={1: ["astrid", "bjorn"], 2: ["chen"]}, groups=3)
    task = queries.tasks(session, made)[0]
    points = {
        name: point(session, task, group, text)
        for name, group, text in (
            ("early", 1, "Si tidlig hva som ikke endres"),
            ("name", 2, "Spør Bjørn Berg om rom 4"),
            ("hidden", 3, "Ikke på veggen"),
            ("cleared", 3, "Tatt tilbake"),
        )
    }
    tora = by(session, "tora")
    said = [points["early"], points["name"]]
    plenary.gather(session, task, said, title="Tidlig beskjed", by=tora, at=clock.now())
    summary.write(session, task, "Vi sier fra tidlig.", said[:1], by=tora, at=clock.now())
    points["hidden"].hidden_at = clock.now()
    clear(session, points["cleared"])
    session.commit()
    return Meeting(made, points)


def text(answer: Any) -> str:
    """The page's text as it is read."""
    page = re.sub(r"<[^>]+>", "", answer.get_data(as_text=True))
    return " ".join(html.unescape(page).replace("\N{SOFT HYPHEN}", "").split())


def fields(answer: Any, *, action: str = "") -> dict[str, str]:
    """The hidden fields of the form that sends to `action`."""
    page = answer.get_data(as_text=True)
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.DOTALL)
    form = next(part for part in forms if f'action="{action}' in part)
    found = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found if name not in ("csrf_token", "word", "read")}


def publish(client: FlaskClient, meeting: Meeting, query: str = "", **more: str) -> Any:
    """Look at what would be published, and publish it."""
    shown = client.get(meeting.path(f"afterwards/publish{query}"))
    sent = fields(shown, action=meeting.path("afterwards/publish")) | {"read": "y"} | more
    return client.post(meeting.path("afterwards/publish"), data=sent)


# --- Reading through ----------------------------------------------------------------------------------------


def test_the_page_shows_what_would_leave_marks_names_and_never_says_who_wrote(session, as_tora, meeting):
    page = as_tora.get(meeting.path("afterwards"))
    raw = page.get_data(as_text=True)

    assert '<mark class="hms-look">Bjørn</mark> <mark class="hms-look">Berg</mark>' in raw
    assert "Ikke på veggen" in text(page)
    assert "Tatt tilbake" not in text(page)
    assert "Vi sier fra tidlig." in text(page)
    assert "Tema: Tidlig beskjed" in text(page)
    assert "Astrid Aas" not in text(page), "who is in a group, and who wrote, is not told"


def test_words_that_are_ticked_are_blacked_out(session, as_tora, meeting):
    chosen = meeting.points["name"]
    opened = as_tora.get(meeting.path(f"afterwards?point={chosen.key}"))
    sent = fields(opened, action=meeting.path(f"afterwards/points/{chosen.key}"))

    answer = as_tora.post(meeting.path(f"afterwards/points/{chosen.key}"), data=sent | {"word": ["1", "2"]})

    assert answer.status_code == 303
    assert answer.location.endswith(f"#point-{chosen.key}")
    session.refresh(chosen)
    assert (chosen.text, chosen.public_text) == ("Spør Bjørn Berg om rom 4", f"Spør {BLACK} om rom 4")


def test_a_line_written_out_leaves_as_written_and_what_changed_is_shown(session, as_tora, meeting):
    chosen = meeting.points["name"]
    path = meeting.path(f"afterwards/points/{chosen.key}")
    as_tora.post(path, data={"seen": mark(chosen), "text": "Spør verkstedet om rom 4"})

    page = as_tora.get(meeting.path(f"afterwards?point={chosen.key}")).get_data(as_text=True)

    assert "<del>Bjørn Berg</del><ins>verkstedet</ins>" in page
    session.refresh(chosen)
    session.commit()
    as_tora.post(path, data={"seen": mark(chosen), "all": "1"})
    session.refresh(chosen)
    assert chosen.public_text is None


def test_what_is_typed_stays_when_it_is_refused(as_tora, meeting):
    chosen = meeting.points["name"]
    path = meeting.path(f"afterwards/points/{chosen.key}")

    answer = as_tora.post(path, data={"seen": mark(chosen), "text": "y" * 1001})
    assert answer.status_code == 422
    assert "y" * 1001 in answer.get_data(as_text=True)

    answer = as_tora.post(path, data={"seen": mark(chosen)})
    assert answer.status_code == 422
    assert "Velg minst ett ord å sladde." in text(answer)


def test_a_line_that_the_group_has_rewritten_meanwhile_is_shown_anew(session, as_tora, meeting):
    chosen = meeting.points["name"]
    seen = mark(chosen)
    write_on(session, chosen, "Spør Dina om rom 4")
    session.commit()

    answer = as_tora.post(meeting.path(f"afterwards/points/{chosen.key}"), data={"seen": seen, "word": "1"})

    assert answer.status_code == 409
    assert "Noen har endret punktet" in text(answer)
    assert mark(chosen) in html.unescape(answer.get_data(as_text=True)), "the next try is on what is there now"
    session.refresh(chosen)
    assert chosen.public_text is None


def test_reading_through_takes_the_same_selects_however_much_was_written(app, session, as_tora, meeting):
    def count() -> int:
        seen: list[str] = []
        from hmswiki.web.context import state

        engine = state(app).engines.read
        event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
        assert as_tora.get(meeting.path("afterwards")).status_code == 200
        return len(seen)

    count()
    before = count()
    task = queries.tasks(session, meeting.workshop)[0]
    for number in range(12):
        point(session, task, number % 3 + 1, f"Linje {number}")
    session.commit()
    # Each listener of an earlier count is still there, and counts into a list of its own.
    assert count() == before


# --- Publishing ---------------------------------------------------------------------------------------------


def test_what_is_published_is_what_was_read_and_everybody_can_read_it(session, as_tora, as_dina, meeting):
    black_out(session, meeting.points["name"], text=f"Spør {BLACK} om rom 4", by=by(session, "tora"), at=clock.now())
    session.commit()
    answer = publish(as_tora, meeting)

    assert answer.status_code == 303
    page = as_dina.get(answer.location)
    read = text(page)
    assert f"Spør {BLACK} om rom 4" in read
    assert "Vi sier fra tidlig. (gruppe 1)" in read
    assert "Tidlig beskjed: to grupper (1 og 2)" in read
    assert "Ikke på veggen" in read
    for name in ("Bjørn Berg om", "Tatt tilbake", "Astrid Aas"):
        assert name not in read
    assert '<a href="#hva-bor-vi-gjore-underveis">' in page.get_data(as_text=True)
    assert 'id="hva-bor-vi-gjore-underveis"' in page.get_data(as_text=True)


def test_what_was_taken_off_the_wall_is_left_out_where_that_is_chosen(session, as_tora, meeting):
    publish(as_tora, meeting, "?hidden=0&language=en")

    kept = session.scalars(select(Publication)).one()
    assert "Ikke på veggen" not in kept.body
    assert kept.language == "en"
    assert "### Summary" in kept.body
    assert from_json(kept.document).title == "HMS-årsmøtet"


def test_nothing_is_published_that_was_not_read(session, as_tora, meeting):
    shown = as_tora.get(meeting.path("afterwards/publish"))
    sent = fields(shown, action=meeting.path("afterwards/publish"))
    answer = as_tora.post(meeting.path("afterwards/publish"), data=sent)
    assert answer.status_code == 422
    assert "Les gjennom det først" in text(answer)

    write_on(session, meeting.points["early"], "Kari sa det")
    session.commit()
    answer = as_tora.post(meeting.path("afterwards/publish"), data=sent | {"read": "y"})

    assert answer.status_code == 409
    assert "Notatene er endret siden du leste dem" in text(answer)
    assert "Kari sa det" in text(answer), "what there is now is shown"
    assert 'name="read" type="checkbox" value="y" checked' not in answer.get_data(as_text=True)
    assert session.scalars(select(Publication)).all() == []


def test_an_empty_workshop_is_not_published(session, as_tora, cast):
    empty = Meeting(makers.workshop(session), {})
    session.commit()
    answer = publish(as_tora, empty)
    assert answer.status_code == 422
    assert "ingenting å publisere" in text(answer)


def test_published_anew_there_is_one_that_is_read_and_sent_twice_it_is_published_once(session, as_tora, meeting):
    publish(as_tora, meeting)
    shown = as_tora.get(meeting.path("afterwards/publish"))
    sent = fields(shown, action=meeting.path("afterwards/publish")) | {"read": "y"}
    for _ in range(2):
        assert as_tora.post(meeting.path("afterwards/publish"), data=sent).status_code == 303

    first, second = session.scalars(select(Publication).order_by(Publication.number))
    assert first.withdrawn_at is not None
    assert (second.number, second.withdrawn_at) == (2, None)
    assert "Publisert på nytt" in text(as_tora.get(meeting.path("afterwards")))


def test_taken_down_nobody_can_read_it_and_the_one_before_does_not_come_back(session, as_tora, as_dina, meeting):
    publish(as_tora, meeting)
    publish(as_tora, meeting)
    path = meeting.path("afterwards/take-down")
    refused = as_tora.post(path, data={"number": "2", "reason": " "})
    assert refused.status_code == 422
    assert "Si hvorfor" in text(refused)
    assert as_tora.post(path, data={"number": "1", "reason": "Feil"}).status_code == 409

    assert as_tora.post(path, data={"number": "2", "reason": "Et navn sto igjen"}).status_code == 303

    gone = as_dina.get(meeting.path("published"))
    assert gone.status_code == 404
    assert "tatt ned" in text(gone)
    assert as_dina.get(meeting.path("published.md")).status_code == 404
    assert "Et navn sto igjen" in text(as_tora.get(meeting.path("afterwards")))
    assert "Et navn sto igjen" not in text(gone)


def test_the_workshops_page_leads_to_the_notes(as_tora, as_dina, meeting):
    assert "Les notatene" not in text(as_dina.get(meeting.path()[:-1]))
    assert "Les gjennom og publiser" in text(as_tora.get(meeting.path()[:-1]))
    publish(as_tora, meeting)

    page = text(as_dina.get(meeting.path()[:-1]))
    assert "Les notatene" in page
    assert "Les gjennom og publiser" not in page


# --- Files --------------------------------------------------------------------------------------------------


def test_the_organiser_gets_the_notes_as_they_are_now_and_others_what_is_published(session, as_tora, as_dina, meeting):
    publish(as_tora, meeting)
    write_on(session, meeting.points["early"], "Skrevet etterpå")
    session.commit()

    now, published = as_tora.get(meeting.path("export.md")), as_dina.get(meeting.path("published.md"))

    assert "Skrevet etterpå" in now.get_data(as_text=True)
    assert "Skrevet etterpå" not in published.get_data(as_text=True)
    assert published.get_data(as_text=True) == session.scalars(select(Publication.body)).one()
    assert re.fullmatch(
        r'attachment; filename="hms-arsmotet-\d{4}-\d\d-\d\d-1\.md"', published.headers["Content-Disposition"]
    )
    assert "Ikke på veggen" not in as_tora.get(meeting.path("export.md?hidden=0")).get_data(as_text=True)


def test_every_form_is_given(as_tora, meeting):
    read = python_docx.Document(io.BytesIO(as_tora.get(meeting.path("export.docx")).data))
    assert "Si tidlig hva som ikke endres" in [one.text for one in read.paragraphs]
    rows = list(csv.reader(io.StringIO(as_tora.get(meeting.path("export.csv")).data.decode("utf-8-sig"))))
    assert [row[4:7] for row in rows if row[0] == "Punkt"][0] == [
        "Gruppe 1", "Si tidlig hva som ikke endres", "Tidlig beskjed",
    ]  # fmt: skip
    assert as_tora.get(meeting.path("export.pdf")).data.startswith(b"%PDF-")
    assert as_tora.get(meeting.path("export.odt")).status_code == 404
    assert as_tora.get(meeting.path("export.md?language=de")).status_code == 400


# --- Who may ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["afterwards", "afterwards/publish", "export.md", "export.csv", "letters"])
def test_only_who_organises_sees_what_is_not_published(meeting, session, as_chen, as_dina, as_stranger, path):
    for client in (as_chen, as_dina):  # Chen is in a group, and coordinates in a unit beneath
        assert client.get(meeting.path(path)).status_code == 403
    token = makers.seat(session, meeting.workshop)
    session.commit()
    as_stranger.set_cookie(f"hms-seat-{meeting.workshop.key}", token)
    assert as_stranger.get(meeting.path(path)).status_code in (302, 303, 401, 403)


@pytest.mark.parametrize("path", ["afterwards/publish", "afterwards/take-down", "letters", "letters/again"])
def test_only_who_organises_publishes_and_sends(session, meeting, as_chen, path):
    assert as_chen.post(meeting.path(path), data={"read": "y"}).status_code == 403
    assert publication_queries.last_number(session, meeting.workshop) == 0


def test_a_stranger_reads_nothing_of_what_is_published(session, as_tora, as_stranger, meeting):
    publish(as_tora, meeting)
    as_stranger.set_cookie(f"hms-seat-{meeting.workshop.key}", makers.seat(session, meeting.workshop))
    session.commit()
    assert as_stranger.get(meeting.path("published")).status_code in (302, 303)


def test_what_there_is_not_is_not_found(as_tora, as_hanne, meeting):
    for path in ("afterwards?task=none", "afterwards?point=none", "published"):
        assert as_tora.get(meeting.path(path)).status_code == 404
    assert as_tora.post(meeting.path("afterwards/points/none"), data={"word": "1"}).status_code == 404
    for path in ("afterwards", "published", "letters", "export.md"):
        assert as_tora.get(f"/workshops/none/{path}").status_code == 404
