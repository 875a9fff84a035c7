"""Transactions of our own: durable, one moment when reading, and a form that is sent twice is carried out once."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hmswiki.foundation import events, submissions
from hmswiki.foundation.submissions import AlreadyDone, Submission
from hmswiki.organisation.models import Person
from hmswiki.web.context import read_session, state, transaction
from hmswiki.web.engines import plain_postgresql
from tests.conftest import DATABASE

only_sqlite = pytest.mark.skipif(DATABASE != "sqlite", reason="about SQLite's own settings")


@only_sqlite
def test_sqlite_keeps_what_was_answered_over_a_loss_of_power(app: Flask) -> None:
    with app.app_context():
        for engine in (state(app).engines.write, state(app).engines.read):
            with engine.connect() as connection:
                assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
                assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
                assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


@only_sqlite
def test_a_writer_on_sqlite_has_the_right_to_write_from_its_beginning(app: Flask) -> None:
    with app.app_context():
        order: list[str] = []
        second_may_go = threading.Event()

        def second() -> None:
            with app.app_context():
                second_may_go.wait(5)
                with Session(state(app).engines.write) as session:
                    session.execute(text("SELECT 1"))
                    order.append("second began")

        thread = threading.Thread(target=second)
        thread.start()
        with Session(state(app).engines.write) as session:
            session.execute(text("SELECT 1"))  # only reads, and holds the right to write all the same
            second_may_go.set()
            thread.join(0.3)
            order.append("first ends")
        thread.join(5)
        assert order == ["first ends", "second began"]


def test_a_reading_sees_one_moment_throughout(app: Flask) -> None:
    with app.app_context():
        before = read_session().scalar(select(Person.name).where(Person.external_key == "bjorn"))
        with Session(state(app).engines.write) as other:
            other.execute(text("UPDATE hms_people SET name = 'Another' WHERE external_key = 'bjorn'"))
            other.commit()
        read_session().expire_all()
        assert read_session().scalar(select(Person.name).where(Person.external_key == "bjorn")) == before


def test_after_a_transaction_the_next_reading_sees_what_it_wrote(app: Flask) -> None:
    with app.test_request_context("/"):
        assert read_session().scalar(select(Person.language).where(Person.external_key == "bjorn")) is None
        with transaction() as session:
            session.execute(text("UPDATE hms_people SET language = 'nn' WHERE external_key = 'bjorn'"))
        assert read_session().scalar(select(Person.language).where(Person.external_key == "bjorn")) == "nn"


def test_what_was_rolled_back_is_never_announced(app: Flask) -> None:
    heard: list[Any] = []

    def listen(sender: Any, **facts: Any) -> None:
        heard.append(facts)

    with app.test_request_context("/"), events.unit_confirmed.connected_to(listen):
        with pytest.raises(ZeroDivisionError), transaction() as session:
            events.announce(session, events.unit_confirmed, unit_id=1)
            raise ZeroDivisionError
        assert heard == []
        with transaction() as session:
            events.announce(session, events.unit_confirmed, unit_id=2)
            assert heard == []
        assert heard == [{"unit_id": 2}]


def test_a_form_sent_twice_is_carried_out_once(app: Flask) -> None:
    with app.test_request_context("/"):
        form = uuid4()
        with transaction(form, then="/done") as session:
            session.execute(text("UPDATE hms_people SET language = 'nn' WHERE external_key = 'bjorn'"))
        with pytest.raises(AlreadyDone) as done, transaction(form, then="/elsewhere") as session:
            session.execute(text("UPDATE hms_people SET language = 'en' WHERE external_key = 'bjorn'"))
        assert done.value.location == "/done"
        assert read_session().scalar(select(Person.language).where(Person.external_key == "bjorn")) == "nn"


def test_a_form_that_was_refused_can_be_sent_again(app: Flask) -> None:
    with app.test_request_context("/"):
        form = uuid4()
        with pytest.raises(ZeroDivisionError), transaction(form, then="/done"):
            raise ZeroDivisionError
        with transaction(form, then="/done") as session:
            session.execute(text("UPDATE hms_people SET language = 'nn' WHERE external_key = 'bjorn'"))
        assert read_session().scalar(select(Submission.location)) == "/done"


def test_of_two_at_the_same_moment_one_is_carried_out(app: Flask) -> None:
    form, outcomes, ready = uuid4(), [], threading.Barrier(2)

    def send() -> None:
        with app.test_request_context("/"):
            ready.wait(5)
            try:
                with transaction(form, then="/done") as session:
                    session.add(Person(external_key=f"new-{uuid4()}", name="New"))
                outcomes.append("carried out")
            except AlreadyDone:
                outcomes.append("already done")

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["already done", "carried out"]
    with app.app_context():
        assert len(read_session().scalars(select(Person).where(Person.name == "New")).all()) == 1


def test_somebody_elses_form_leads_nobody_to_their_page(app: Flask, session: Session) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    form = uuid4()
    submissions.claim(session, form, person_id=1, location="/private", at=moment)
    session.flush()
    with pytest.raises(AlreadyDone) as done:
        submissions.claim(session, form, person_id=2, location="/mine", at=moment)
    assert done.value.location == "/mine"


def test_old_forms_are_forgotten(app: Flask, session: Session) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    submissions.claim(session, uuid4(), person_id=None, location="/", at=moment - timedelta(days=61))
    submissions.claim(session, uuid4(), person_id=None, location="/", at=moment - timedelta(days=59))
    session.flush()
    submissions.forget_old(session, before=moment)
    assert len(session.scalars(select(Submission)).all()) == 1


@pytest.mark.parametrize("address", ["postgresql://u@h/d", "postgres://u@h/d"])
def test_plain_postgresql_addresses_mean_psycopg_3(address: str) -> None:
    assert plain_postgresql(address) == "postgresql+psycopg://u@h/d"
