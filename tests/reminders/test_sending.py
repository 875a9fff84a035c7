"""Reminders through a real mail server: one a person and week, each once, whatever crashes."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements.models import Evidence
from hmswiki.foundation import clock, posting
from hmswiki.foundation.errors import Conflict, NotAllowed, SetupProblem
from hmswiki.foundation.reminding import Waiting
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Employment, Person
from hmswiki.reminders import operations, sending
from hmswiki.reminders.models import Reminder, ReminderState
from hmswiki.web.context import state
from tests import cast as the_cast
from tests.acknowledgements.makers import acknowledge, publish, roll_out, unit
from tests.conftest import Databases, _app, client_as
from tests.support.mail import Mailbox, mailbox, text_of


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
    with app.app_context():
        state(app).engines.write.dispose()
        state(app).engines.read.dispose()
    databases.drop(address)


def ask_laser_lab(session: Session, *, days: int = 3) -> None:
    """Everybody in Laser Lab is asked by name to acknowledge, within days."""
    today = the_cast.today()
    publish(session, "rus", "1.0", date(2024, 1, 1), title="Rus og avhengighet")
    roll_out(
        session, "rus", ["LAB"], starts=date(2024, 1, 1), due=today + timedelta(days=days), evidence=Evidence.NAMED
    )
    session.commit()


def reminders(app: Flask) -> list[Reminder]:
    with Session(state(app).engines.write) as session:
        return list(session.scalars(select(Reminder).order_by(Reminder.person_id)))


def test_each_person_who_is_missing_gets_one_mail_and_a_second_run_sends_nothing(mailing: Flask, box: Mailbox) -> None:
    with mailing.app_context():
        with Session(state(mailing).engines.write) as session:
            ask_laser_lab(session)
            acknowledge(session, "bjorn", publish(session, "annen", "1.0", date(2024, 1, 1)), date(2024, 1, 2))
            session.commit()

        assert sending.run().sent == 5
        assert sending.run().sent == 0

    assert sorted(str(message["To"].addresses[0].addr_spec) for message in box.messages) == [
        "astrid@example.no", "bjorn@example.no", "chen@example.no", "nils@example.no", "siri@example.no",
    ]  # fmt: skip
    mine = next(message for message in box.messages if "bjorn" in str(message["To"]))
    assert str(mine["Subject"]).startswith("Les og bekreft Rus og avhengighet, frist ")
    assert "https://hms.example.no/guidelines/rus" in text_of(mine)
    assert "Hei, Bjørn Berg." in text_of(mine)


def test_who_has_acknowledged_is_not_reminded(mailing: Flask, box: Mailbox) -> None:
    with mailing.app_context():
        with Session(state(mailing).engines.write) as session:
            ask_laser_lab(session)
            from hmswiki.guidelines.models import Edition

            acknowledge(session, "bjorn", session.scalars(select(Edition)).one(), date(2024, 1, 2))
            session.commit()
        sending.run()

    assert not any("bjorn" in str(message["To"]) for message in box.messages)
    assert len(box.messages) == 4


def test_a_unit_with_people_to_inform_is_told_through_its_leader_and_coordinator(mailing: Flask, box: Mailbox) -> None:
    with mailing.app_context():
        with Session(state(mailing).engines.write) as session:
            publish(session, "rus", "1.0", date(2024, 1, 1), title="Rus og avhengighet")
            due = the_cast.today() - timedelta(days=2)
            roll_out(session, "rus", ["LAB", "WRK"], starts=date(2024, 1, 1), due=due)
            session.commit()
        sending.run()

    told = {str(message["To"].addresses[0].addr_spec): str(message["Subject"]) for message in box.messages}
    # Nils works in the section, which has no leader of its own: Laser Lab's are told of him too.
    assert set(told) == {"astrid@example.no", "chen@example.no", "olav@example.no"}
    assert told["astrid@example.no"].startswith("5 ansatte ved Laserlaben er ennå ikke informert")
    assert "fristen var" in told["astrid@example.no"]


def test_nothing_is_sent_before_it_is_due_within_days(mailing: Flask, box: Mailbox) -> None:
    with mailing.app_context():
        with Session(state(mailing).engines.write) as session:
            ask_laser_lab(session, days=8)
        assert sending.run().sent == 0
        assert box.messages == []


def test_next_week_what_still_waits_is_told_again(mailing: Flask, box: Mailbox) -> None:
    with mailing.app_context():
        with Session(state(mailing).engines.write) as session:
            ask_laser_lab(session)
        assert sending.run().sent == 5
        with time_machine.travel(clock.now() + timedelta(days=7), tick=False):
            assert sending.run().sent == 5


def test_a_mail_speaks_the_language_of_its_reader(mailing: Flask, box: Mailbox) -> None:
    with mailing.app_context():
        with Session(state(mailing).engines.write) as session:
            ask_laser_lab(session)
            session.scalars(select(Person).where(Person.external_key == "chen")).one().language = "en"
            session.commit()
        sending.run()

    subjects = {str(m["To"].addresses[0].username): str(m["Subject"]) for m in box.messages}
    assert subjects["chen"].startswith("Read and acknowledge Rus og avhengighet, due ")
    assert subjects["siri"].startswith("Les og bekreft")


def test_what_the_server_refuses_is_tried_again_under_the_same_name(mailing: Flask, box: Mailbox) -> None:
    with mailing.app_context():
        with Session(state(mailing).engines.write) as session:
            ask_laser_lab(session)
        box.refuse = "451 come back later"
        outcome = sending.run()
        assert (outcome.sent, len(outcome.failed)) == (0, 5)
        assert "451 come back later" in outcome.failed[0][1]
        names = {one.message_id for one in reminders(mailing)}
        box.refuse = ""
        assert sending.run().sent == 5

    assert {str(message["Message-ID"]) for message in box.messages} == names


def test_people_without_an_address_are_told_of_to_whoever_runs_it(mailing: Flask, box: Mailbox) -> None:
    with mailing.app_context():
        with Session(state(mailing).engines.write) as session:
            ask_laser_lab(session)
            session.scalars(select(Person).where(Person.external_key == "nils")).one().email = None
            session.commit()
        assert [person.name for person in sending.plan().without_address] == ["Nils Nes"]
        assert sending.run().sent == 4


def test_a_site_that_cannot_send_says_which_setting_is_missing(app: Flask) -> None:
    with app.app_context(), pytest.raises(SetupProblem, match="mail_server"):
        sending.run()


def test_only_central_hse_and_the_administrator_ask_for_reminders(app: Flask, session: Session, cast: Any) -> None:
    today = the_cast.today()
    astrid, hanne = (organisation.actor(session, key, today) for key in ("astrid", "hanne"))
    assert astrid is not None
    assert hanne is not None
    with pytest.raises(NotAllowed):
        operations.ask_for(session, [(cast.people["bjorn"], "k")], by=astrid, at=clock.now())

    assert operations.ask_for(session, [(cast.people["bjorn"], "k")], by=hanne, at=clock.now()) == 1
    assert operations.ask_for(session, [(cast.people["bjorn"], "k")], by=hanne, at=clock.now()) == 0


# --- Crashes and company ------------------------------------------------------------------------------------

MANY = 30


@pytest.fixture
def crowd(mailing: Flask) -> set[str]:
    """Thirty people who are all to be reminded; their addresses."""
    with Session(state(mailing).engines.write) as session:
        lab = unit(session, "LAB")
        for number in range(MANY):
            person = Person(external_key=f"p{number}", name=f"Person {number}", email=f"p{number}@example.no")
            session.add(person)
            session.flush()
            session.add(
                Employment(
                    person_id=person.id, unit_id=lab.id, starts_on=the_cast.FOUNDED, recorded_at=the_cast.RECORDED
                )
            )
        ask_laser_lab(session)
    return {f"p{number}@example.no" for number in range(MANY)} | {
        f"{key}@example.no" for key in ("astrid", "bjorn", "chen", "nils", "siri")
    }


def remind(app: Flask, box: Mailbox) -> "subprocess.Popen[bytes]":
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


def arrived(box: Mailbox) -> Counter[str]:
    return Counter(recipient for envelope in box.envelopes for recipient in envelope.rcpt_tos)


def test_two_processes_at_the_same_time_send_each_message_once(mailing: Flask, box: Mailbox, crowd: set[str]) -> None:
    runs = [remind(mailing, box), remind(mailing, box)]
    for run in runs:
        _, said = run.communicate(timeout=120)
        assert run.returncode == 0, said.decode()

    assert arrived(box) == Counter(crowd)
    assert {one.state for one in reminders(mailing)} == {ReminderState.SENT}


def test_a_run_killed_in_the_middle_is_taken_up_and_no_message_comes_twice(
    mailing: Flask, box: Mailbox, crowd: set[str]
) -> None:
    """Killed with -9 after so many messages, again and again; the claims of the dead are taken over in the end."""
    for enough in (2, 10, 20):
        run = remind(mailing, box)
        until = time.monotonic() + 60
        while len(box.messages) < enough and time.monotonic() < until:
            time.sleep(0.002)
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
    with mailing.app_context(), time_machine.travel(clock.now() + timedelta(minutes=11)):
        sending.run()

    doubtful = [one for one in reminders(mailing) if one.state is ReminderState.HANDING_OVER]
    assert len(doubtful) <= 3, "at most one for each time it was killed"
    with Session(state(mailing).engines.write) as session:
        in_doubt = {session.get_one(Person, one.person_id).email for one in doubtful}
    came = arrived(box)
    assert max(came.values()) == 1
    assert crowd - set(came) <= in_doubt, "what did not come is known not to be sure"


def test_a_mail_server_that_falls_silent_leaves_one_in_doubt_which_is_not_sent_again(
    mailing: Flask, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server takes the message and the connection breaks before it says so: sending again would double it."""
    with mailing.app_context():
        with Session(state(mailing).engines.write) as session:
            publish(session, "rus", "1.0", date(2024, 1, 1))
            roll_out(session, "rus", ["WRK"], starts=date(2024, 1, 1), due=the_cast.today())
            session.commit()
        real = box.handle_DATA

        async def takes_and_falls_silent(server: Any, session: Any, envelope: Any) -> str:
            answer = await real(server, session, envelope)
            server.transport.abort()
            return answer

        monkeypatch.setattr(box, "handle_DATA", takes_and_falls_silent)
        outcome = sending.run()
        monkeypatch.undo()
        assert outcome.uncertain == ["olav@example.no"]
        assert sending.run().sent == 0
        assert arrived(box) == {"olav@example.no": 1}

        (doubtful,) = reminders(mailing)
        with Session(state(mailing).engines.write) as session:
            hanne = organisation.actor(session, "hanne", the_cast.today())
            assert hanne is not None
            operations.send_again(session, doubtful.id, by=hanne)
            with pytest.raises(Conflict):
                operations.send_again(session, doubtful.id, by=hanne)
            session.commit()
        assert sending.run().sent == 1
    assert len({str(message["Message-ID"]) for message in box.messages}) == 1


def test_a_claim_is_left_to_the_run_that_has_it_until_that_is_gone(mailing: Flask, box: Mailbox) -> None:
    with mailing.app_context():
        with Session(state(mailing).engines.write) as session:
            ask_laser_lab(session)
        (first, *_) = sending.plan().to_send
        with Session(state(mailing).engines.write) as session:
            operations.claim(
                session, first, week=sending.plan().week, run="another", message_id="<a@b>", at=clock.now()
            )
            session.commit()
        assert sending.run().sent == 4
        with time_machine.travel(clock.now() + timedelta(minutes=11)):
            assert sending.run().sent == 1
            with Session(state(mailing).engines.write) as session, pytest.raises(Conflict):
                posting.begin_handing_over(session, Reminder, reminders(mailing)[0].id, run="another")


# --- The command and the page -------------------------------------------------------------------------------


def test_a_dry_run_prints_the_letters_and_sends_and_writes_nothing(mailing: Flask, box: Mailbox) -> None:
    from hmswiki.reminders.commands import remind as command

    with Session(state(mailing).engines.write) as session:
        ask_laser_lab(session)
    with mailing.app_context():
        said = mailing.test_cli_runner().invoke(command, ["--dry-run"])

    assert said.exit_code == 0, said.output
    assert "To: Bjørn Berg <bjorn@example.no>" in said.output
    assert "Les og bekreft Rus og avhengighet" in said.output
    assert "5 messages would be sent." in said.output
    assert box.messages == []
    assert reminders(mailing) == []


def test_the_page_counts_what_goes_out_next_and_names_nobody(mailing: Flask) -> None:
    with Session(state(mailing).engines.write) as session:
        ask_laser_lab(session)

    page = client_as(mailing, "hanne").get("/reminders/").get_data(as_text=True)

    assert "Fem personer får en påminnelse i neste kjøring." in page
    assert "Bjørn Berg" not in page


def test_reminders_are_for_central_hse_and_the_administrator(mailing: Flask) -> None:
    assert client_as(mailing, "astrid").get("/reminders/").status_code == 403
    assert client_as(mailing, None).get("/reminders/").status_code in (302, 303, 401)
    assert client_as(mailing, "ivar").get("/reminders/").status_code == 200
    assert client_as(mailing, "hanne").post("/reminders/4711/again").status_code == 404


def test_what_waits_is_gathered_with_as_many_selects_for_sixty_as_for_five(mailing: Flask, box: Mailbox) -> None:
    from sqlalchemy import event

    def selects() -> int:
        sent: list[str] = []
        with mailing.app_context():
            engine = state(mailing).engines.read
            listen = lambda *args: sent.append(args[2])  # noqa: E731
            event.listen(engine, "before_cursor_execute", listen)
            sending.plan()
            event.remove(engine, "before_cursor_execute", listen)
        return len([one for one in sent if one.startswith("SELECT")])

    with Session(state(mailing).engines.write) as session:
        ask_laser_lab(session)
    few = selects()
    with Session(state(mailing).engines.write) as session:
        lab = unit(session, "LAB")
        for number in range(60):
            person = Person(external_key=f"q{number}", name="Q", email=f"q{number}@example.no")
            session.add(person)
            session.flush()
            session.add(
                Employment(
                    person_id=person.id, unit_id=lab.id, starts_on=the_cast.FOUNDED, recorded_at=the_cast.RECORDED
                )
            )
        session.commit()

    assert selects() == few


def test_sources_of_plugins_are_asked_too(mailing: Flask, box: Mailbox, cast: Any) -> None:
    wiki = state(mailing).wiki
    mine = Waiting(
        cast.people["dina"], "plugin:1", the_cast.today(), text=lambda: "Vann blomstene", href=lambda: "https://x.no/1"
    )
    source = lambda session, **when: [mine]  # noqa: E731
    wiki.add_reminder(source)
    try:
        with mailing.app_context():
            assert sending.run().sent == 1
    finally:
        wiki.reminders.remove(source)
    assert str(box.messages[0]["Subject"]) == "Vann blomstene, frist i dag"
