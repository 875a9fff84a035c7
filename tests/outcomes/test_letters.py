"""Letters about workshops through a real mail server: each at most once, with the notes attached."""

import io
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import docx as python_docx
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.foundation.errors import NotAllowed
from hmswiki.notes.models import HandIn
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Person
from hmswiki.outcomes import afterwards_pages, files, sending
from hmswiki.outcomes import publication_operations as operations
from hmswiki.outcomes.models import Letter, LetterKind, LetterState, Publication
from hmswiki.outcomes.publication_operations import Addressee
from hmswiki.reminders.commands import remind
from hmswiki.web.context import state
from hmswiki.workshops import queries
from hmswiki.workshops.models import Member, Workshop
from tests.conftest import Client, Databases, _app, client_as
from tests.outcomes.makers import by
from tests.plenary.makers import group_of, point
from tests.support import once
from tests.support.mail import Mailbox, mailbox, text_of
from tests.workshops import makers


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def mailing(databases: Databases, cast_database: Any, tmp_path: Path, box: Mailbox) -> Iterator[Flask]:
    """The wiki with the cast, a mail server and an address."""
    address = databases.copy_of(cast_database[0])
    app = _app(
        address, tmp_path / "instance", mail_server="127.0.0.1", mail_port=box.port, mail_from="hms@example.no",
        base_url="https://hms.example.no",
    )  # fmt: skip
    yield app
    sending.wait(app)
    with app.app_context():
        state(app).engines.write.dispose()
        state(app).engines.read.dispose()
    databases.drop(address)


@pytest.fixture
def held(mailing: Flask) -> str:
    """The key of a workshop of three groups, whose notes are published; Ute is in a group and has no address."""
    with Session(state(mailing).engines.write) as session:
        session.scalars(select(Person).where(Person.external_key == "ute")).one().email = None
        made = makers.workshop(session, members={1: ["astrid", "bjorn"], 2: ["chen", "ute"], 3: []})
        task = queries.tasks(session, made)[0]
        point(session, task, 1, "Si tidlig hva som ikke endres")
        publish(mailing, session, made)
        session.commit()
        return made.key


def publish(app: Flask, session: Session, made: Workshop) -> None:
    with app.app_context():
        ready = afterwards_pages.snapshot(session, made, language="nb", with_hidden=True)
        operations.publish(session, made, ready, by=by(session, "tora"), at=clock.now())


@pytest.fixture
def as_organiser(mailing: Flask) -> Client:
    return client_as(mailing, "tora")


def letters(app: Flask) -> list[Letter]:
    with Session(state(app).engines.write) as session:
        return list(session.scalars(select(Letter).order_by(Letter.address)))


def arrived(box: Mailbox) -> Counter[str]:
    return Counter(recipient for envelope in box.envelopes for recipient in envelope.rcpt_tos)


def send(client: Client, key: str, **data: str) -> Any:
    answer = client.post(f"/workshops/{key}/letters", data={"participants": "y", "form": "md"} | data)
    sending.wait(client.application)
    return answer


# --- What is sent -------------------------------------------------------------------------------------------


def test_everybody_in_a_group_and_whoever_is_named_gets_the_published_notes_once(mailing, box, as_organiser, held):
    named = "amu@example.no\nArkivet ved fakultetet <arkiv@example.no>\n\nCHEN@example.no\n"

    assert send(as_organiser, held, named=named).status_code == 303
    assert send(as_organiser, held, named=named).status_code == 303

    assert arrived(box) == Counter(
        ["astrid@example.no", "bjorn@example.no", "chen@example.no", "amu@example.no", "arkiv@example.no"]
    )
    mine = next(message for message in box.messages if "bjorn" in str(message["To"]))
    assert mine["Subject"] == "Notater fra HMS-årsmøtet"
    assert "Hei, Bjørn Berg." in text_of(mine)
    assert f"https://hms.example.no/workshops/{held}/published" in text_of(mine)
    (attached,) = mine.iter_attachments()
    assert re.fullmatch(r"hms-arsmotet-\d{4}-\d\d-\d\d-1\.md", attached.get_filename() or "")
    with Session(state(mailing).engines.write) as session:
        assert attached.get_payload(decode=True) == session.scalars(select(Publication.body)).one().encode()
    assert {one.state for one in letters(mailing)} == {LetterState.SENT}


def test_a_letter_speaks_its_readers_language_and_the_notes_stay_as_published(mailing, box, as_organiser, held):
    with Session(state(mailing).engines.write) as session:
        session.scalars(select(Person).where(Person.external_key == "chen")).one().language = "en"
        session.commit()
    send(as_organiser, held)

    subjects = {str(message["To"].addresses[0].username): str(message["Subject"]) for message in box.messages}
    assert subjects["chen"] == "Notes from HMS-årsmøtet"
    assert subjects["astrid"] == "Notater fra HMS-årsmøtet"
    english = next(message for message in box.messages if "chen" in str(message["To"]))
    assert b"Gruppe 1" in next(iter(english.iter_attachments())).get_payload(decode=True)


@pytest.mark.parametrize(("form", "kind"), [("docx", "wordprocessingml"), ("pdf", "pdf")])
def test_the_notes_are_attached_as_was_chosen(mailing, box, as_organiser, held, form, kind):
    assert send(as_organiser, held, form=form, participants="", named="amu@example.no").status_code == 303

    (message,) = box.messages
    (attached,) = message.iter_attachments()
    assert kind in attached.get_content_type()
    if form == "docx":
        read = python_docx.Document(io.BytesIO(attached.get_payload(decode=True)))
        assert "Si tidlig hva som ikke endres" in [one.text for one in read.paragraphs]


def test_where_no_pdf_can_be_made_any_more_markdown_is_attached(mailing, box, held, monkeypatch):
    with Session(state(mailing).engines.write) as session:
        made = queries.workshop(session, held)
        operations.send_notes(session, made, [Addressee("a@example.no")], form="pdf", by=by(session, "tora"),
                              at=clock.now())  # fmt: skip
        session.commit()
    monkeypatch.setattr(files.pdf, "available", lambda: False)
    with mailing.app_context():
        assert sending.run().sent == 1
    assert [one.get_content_type() for one in box.messages[0].iter_attachments()] == ["text/markdown"]


def test_a_letter_that_cannot_be_written_is_shown_and_keeps_no_other_from_being_sent(
    mailing, box, as_organiser, held, monkeypatch
):
    writes = sending.Composer.compose

    def compose(self: Any, session: Session, letter: Letter, message_id: str) -> Any:
        if letter.address == "amu@example.no":
            raise ZeroDivisionError("no page")
        return writes(self, session, letter, message_id)

    monkeypatch.setattr(sending.Composer, "compose", compose)
    send(as_organiser, held, participants="", named="amu@example.no\nbib@example.no")
    assert arrived(box) == {"bib@example.no": 1}
    assert "could not be written: no page" in as_organiser.get(f"/workshops/{held}/letters").get_data(as_text=True)


# --- What is typed ------------------------------------------------------------------------------------------


def test_a_line_that_is_no_address_is_named_and_nothing_typed_is_lost(mailing, box, as_organiser, held):
    named = "amu@example.no\nKari Nordmann\na@b\nåse@example.no\nx@example.no, y@example.no\n<a@example.no"
    answer = send(as_organiser, held, named=named)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for number in (2, 3, 4, 5):
        assert f"Linje {number}, " in page
    assert "Linje 1," not in page
    assert "Kari Nordmann\na@b\nåse@example.no" in page.replace("\r", "")
    assert letters(mailing) == []


def test_nobody_at_all_is_asked_about(mailing, as_organiser, held):
    answer = send(as_organiser, held, participants="")
    assert answer.status_code == 422
    assert "Kryss av for hvem" in answer.get_data(as_text=True)
    assert send(as_organiser, held, form="csv").status_code == 422, "a letter has the notes as they are read"


def test_the_page_says_who_has_no_address_and_who_has_been_written_to(mailing, as_organiser, held):
    send(as_organiser, held)
    page = as_organiser.get(f"/workshops/{held}/letters").get_data(as_text=True)

    assert "Ute" in page
    assert "&lt;ase@example.no&gt;" in page, "an example is text too"
    assert "3 av dem har fått brev før." in page
    assert "3 sendt" in page


def test_where_nothing_is_published_there_is_nothing_to_send(mailing, as_organiser, held):
    as_organiser.post(f"/workshops/{held}/afterwards/take-down", data={"number": "1", "reason": "Feil"})
    assert "Ingenting er publisert" in as_organiser.get(f"/workshops/{held}/letters").get_data(as_text=True)
    assert send(as_organiser, held).status_code == 422
    assert letters(mailing) == []


def test_a_site_that_cannot_send_says_so(session, as_tora, cast):
    made = makers.workshop(session, members={1: ["astrid"]})
    session.commit()
    assert "kan ikke sende e-post" in as_tora.get(f"/workshops/{made.key}/letters").get_data(as_text=True)
    answer = as_tora.post(f"/workshops/{made.key}/letters", data={"participants": "y", "form": "md"})
    assert answer.status_code == 422


# --- What goes wrong ----------------------------------------------------------------------------------------


def test_what_the_server_refuses_is_shown_and_sent_when_it_is_tried_again(mailing, box, as_organiser, held):
    box.refuse = "550 no such mailbox"
    send(as_organiser, held, participants="", named="amu@example.no")
    page = as_organiser.get(f"/workshops/{held}/letters").get_data(as_text=True)
    assert "amu@example.no" in page
    assert "550 no such mailbox" in page
    (failed,) = letters(mailing)
    assert failed.state == LetterState.FAILED

    box.refuse = ""
    assert as_organiser.post(f"/workshops/{held}/letters/again").status_code == 303
    sending.wait(mailing)

    assert arrived(box) == {"amu@example.no": 1}
    assert str(box.messages[0]["Message-ID"]) == failed.message_id, "under the name it had"
    assert as_organiser.post(f"/workshops/{held}/letters/{failed.id}/again").status_code == 409


def test_one_that_may_have_arrived_is_not_sent_again_by_itself(mailing, box, as_organiser, held, monkeypatch):
    real = box.handle_DATA

    async def takes_and_falls_silent(server: Any, session: Any, envelope: Any) -> str:
        answer = await real(server, session, envelope)
        server.transport.abort()
        return str(answer)

    monkeypatch.setattr(box, "handle_DATA", takes_and_falls_silent)
    send(as_organiser, held, participants="", named="amu@example.no")
    monkeypatch.undo()
    as_organiser.post(f"/workshops/{held}/letters/again")
    sending.wait(mailing)
    assert arrived(box) == {"amu@example.no": 1}

    (doubtful,) = letters(mailing)
    assert doubtful.state == LetterState.HANDING_OVER
    assert as_organiser.post(f"/workshops/{held}/letters/{doubtful.id}/again").status_code == 303
    sending.wait(mailing)

    assert arrived(box) == {"amu@example.no": 2}
    assert len({str(message["Message-ID"]) for message in box.messages}) == 1


def test_the_command_of_the_reminders_sends_what_waits(mailing, box, as_organiser, held):
    box.refuse = "451 come back later"
    send(as_organiser, held)
    box.refuse = ""

    said = mailing.test_cli_runner().invoke(remind, ["--dry-run"])
    assert "3 letters about workshops would be sent." in said.output
    assert not box.messages
    said = mailing.test_cli_runner().invoke(remind)

    assert said.exit_code == 0, said.output
    assert "3 letters about workshops were sent." in said.output
    assert sum(arrived(box).values()) == 3


@pytest.mark.parametrize("how", ["taken down", "published anew", "a week ago"])
def test_what_does_not_hold_any_more_goes_to_nobody(mailing, box, as_organiser, held, how):
    box.refuse = "451 come back later"
    send(as_organiser, held)
    box.refuse = ""
    with Session(state(mailing).engines.write) as session:
        made = queries.workshop(session, held)
        if how == "taken down":
            operations.take_down(session, made, 1, reason="Feil", by=by(session, "tora"), at=clock.now())
        elif how == "published anew":
            publish(mailing, session, made)
        session.commit()
    later = clock.now() + timedelta(days=7 if how == "a week ago" else 0)
    with mailing.app_context(), time_machine.travel(later, tick=True):
        assert sending.run().sent == 0

    assert not box.messages
    if how != "a week ago":
        assert "3 brev ble ikke sendt" in as_organiser.get(f"/workshops/{held}/letters").get_data(as_text=True)


def test_trying_again_counts_no_letter_with_notes_that_are_read_no_more(mailing, box, as_organiser, held):
    box.refuse = "451 come back later"
    send(as_organiser, held)
    with Session(state(mailing).engines.write) as session:
        publish(mailing, session, queries.workshop(session, held))
        session.commit()
    send(as_organiser, held, participants="", named="amu@example.no")
    box.refuse = ""

    said = as_organiser.post(f"/workshops/{held}/letters/again", follow_redirects=True).get_data(as_text=True)
    sending.wait(mailing)

    assert "1 brev er på vei." in said
    assert arrived(box) == {"amu@example.no": 1}


def test_a_letter_that_is_just_being_handed_over_is_on_its_way_and_not_sent_beside_it(
    mailing, box, as_organiser, held, monkeypatch
):
    monkeypatch.setattr(sending, "_run_in", lambda app: None)
    send(as_organiser, held, participants="", named="amu@example.no")
    with Session(state(mailing).engines.write) as session:
        (letter,) = session.scalars(select(Letter))
        letter.state, letter.claimed_at, letter.claimed_by = LetterState.HANDING_OVER, clock.now(), "another run"
        session.commit()
        again = f"/workshops/{held}/letters/{letter.id}/again"
    page = as_organiser.get(f"/workshops/{held}/letters").get_data(as_text=True)
    assert "1 på vei" in page and "det er tvil" not in page
    assert as_organiser.post(again).status_code == 409

    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=True):
        assert "det er tvil" in as_organiser.get(f"/workshops/{held}/letters").get_data(as_text=True)
        assert as_organiser.post(again).status_code == 303


MANY = 25


def command(app: Flask, box: Mailbox) -> "subprocess.Popen[bytes]":
    """`hmswiki remind` in a process of its own, over the same database."""
    settings = state(app).settings
    environment = {
        "HMSWIKI_DATABASE_URL": settings.database_url, "HMSWIKI_MAIL_SERVER": "127.0.0.1",
        "HMSWIKI_MAIL_PORT": str(box.port), "HMSWIKI_MAIL_FROM": "hms@example.no",
        "HMSWIKI_BASE_URL": "https://hms.example.no", "HMSWIKI_INSTANCE": str(settings.instance),
        "HMSWIKI_SECRET_KEY": "x" * 40,
    }  # fmt: skip
    return subprocess.Popen(
        [Path(sys.executable).with_name("hmswiki"), "remind"], env=os.environ | environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


@once  # how it is done is the reminders' own way, which are killed on both
def test_two_that_send_at_once_and_one_that_is_killed_send_no_letter_twice(mailing, box, held):
    people = {f"p{number}@example.no" for number in range(MANY)}
    with Session(state(mailing).engines.write) as session:
        made = queries.workshop(session, held)
        to = [Addressee(address) for address in sorted(people)]
        assert operations.send_notes(session, made, to, form="md", by=by(session, "tora"), at=clock.now()) == MANY
        session.commit()

    killed = command(mailing, box)
    until = time.monotonic() + 60
    while len(box.messages) < 3 and time.monotonic() < until:
        time.sleep(0.002)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    runs = [command(mailing, box), command(mailing, box)]
    for run in runs:
        run.communicate(timeout=120)
    with mailing.app_context(), time_machine.travel(clock.now() + timedelta(minutes=11)):
        sending.run()

    came = arrived(box)
    in_doubt = {one.address for one in letters(mailing) if one.state == LetterState.HANDING_OVER}
    assert max(came.values()) == 1
    assert len(in_doubt) <= 1
    assert people - set(came) <= in_doubt


# --- A word to groups whose note is missing -----------------------------------------------------------------


def reminded(app: Flask, key: str, *groups: str) -> Any:
    with Session(state(app).engines.write) as session:
        task = queries.tasks(session, queries.workshop(session, key))[0].key
    answer = client_as(app, "tora").post(f"/workshops/{key}/lead/remind", data={"task": task, "group": list(groups)})
    sending.wait(app)
    return answer, task


def test_the_leader_of_a_group_that_is_reminded_gets_a_letter_with_the_way_to_its_note(mailing, box, held):
    answer, task = reminded(mailing, held, "2", "3")

    assert answer.status_code == 303
    (message,) = box.messages  # nobody leads the third
    assert [one.addr_spec for one in message["To"].addresses] == ["chen@example.no"]
    assert message["Subject"] == "Lever notatet til gruppe 2"
    assert f"https://hms.example.no/workshops/{held}/groups/2/notes/{task}" in text_of(message)
    assert list(message.iter_attachments()) == []

    reminded(mailing, held, "2")
    assert len(box.messages) == 2, "each asking is one of its own"


def test_a_word_that_could_not_be_sent_in_time_is_not_sent_hours_later(mailing, box, held):
    box.refuse = "451 come back later"
    reminded(mailing, held, "1")
    box.refuse = ""
    with mailing.app_context(), time_machine.travel(clock.now() + timedelta(hours=3)):
        assert sending.run().sent == 0


def test_a_group_that_has_handed_in_meanwhile_is_not_asked_for_its_note(mailing, box, held):
    box.refuse = "451 come back later"
    reminded(mailing, held, "1")
    box.refuse = ""
    with Session(state(mailing).engines.write) as session:
        workshop = queries.workshop(session, held)
        group, task = group_of(session, workshop, 1), queries.tasks(session, workshop)[0]
        session.add(HandIn(key=str(uuid4()), group_id=group.id, task_id=task.id, recorded_at=clock.now()))
        session.commit()
    with mailing.app_context():
        assert sending.run().sent == 0
    assert not box.messages
    assert [one.problem for one in letters(mailing)] == ["The group handed in before the letter was sent"]


def test_one_who_leads_no_more_is_not_written_to(mailing, box, held):
    with Session(state(mailing).engines.write) as session:
        group = group_of(session, queries.workshop(session, held), 1)
        leader = session.scalars(select(Member).where(Member.group_id == group.id, Member.leads)).one()
        leader.withdraw(by_id=None, at=clock.now(), reason=None)
        session.commit()
    reminded(mailing, held, "1")
    assert not box.messages


# --- Who may ------------------------------------------------------------------------------------------------


def test_only_who_organises_has_letters_sent(mailing, held):
    with Session(state(mailing).engines.write) as session:
        made = queries.workshop(session, held)
        bjorn = organisation.actor(session, "bjorn", clock.now().date())
        assert bjorn is not None
        with pytest.raises(NotAllowed):
            operations.send_notes(session, made, [], form="md", by=bjorn, at=clock.now())
    for path in ("letters", "letters/again", "letters/1/again"):
        assert client_as(mailing, "bjorn").post(f"/workshops/{held}/{path}").status_code == 403
    assert client_as(mailing, "tora").post(f"/workshops/{held}/letters/99/again").status_code == 404
    assert {LetterKind.NOTES, LetterKind.HAND_IN} == set(LetterKind)
