"""What somebody is asked for themselves is theirs: others see it gathered, and nobody by name."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions.models import Action
from hmswiki.foundation import clock
from hmswiki.foundation.errors import NotAllowed
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Employment
from hmswiki.rounds import list_queries, operations, queries
from hmswiki.rounds.answering import Incoming
from hmswiki.rounds.models import Round
from hmswiki.schedules import slot_operations
from hmswiki.schedules.models import Audience, Reach, ScheduleRecord
from hmswiki.schedules.subjects import Subject
from tests.cast import today
from tests.conftest import client_as
from tests.rounds.makers import actor, answer_well, checklist, take_photo
from tests.rounds.test_due import in_november, schedule

__all__ = ["in_november"]  # all of it is in November


@dataclass(frozen=True)
class Own:
    """Bjørn's own round, handed in with a deviation and a photo."""

    schedule: ScheduleRecord
    round: Round
    photo: str
    slot: str


@pytest.fixture
def own(session: Session) -> Own:
    found = schedule(session, Audience.PEOPLE, "LAB", Reach.ALL_BENEATH, "year", starts_on=date(2026, 1, 1))
    bjorn = organisation.person(session, "bjorn")
    round = begin(session, found)
    photo = take_photo(session, round, by="bjorn")
    answer_well(session, round, actor(session, "bjorn"), deviation="dorer")
    operations.hand_in(session, round.key, by=actor(session, "bjorn"), at=clock.now(), today=today())
    session.commit()
    return Own(found, round, photo.key, Subject(person_id=bjorn.id).slot)


def begin(session: Session, found: ScheduleRecord) -> Round:
    return operations.start(
        session, checklist=found.checklist, unit=organisation.unit(session, "LAB"),
        person=organisation.person(session, "bjorn"), schedule=found, occurrence="2026", by=actor(session, "bjorn"),
        at=clock.now(), today=today(),
    )  # fmt: skip


@pytest.mark.parametrize("who", ["astrid", "chen", "siri", "nils", "tora", "hanne"])
def test_neither_colleagues_nor_roles_open_the_round_of_one_who_was_asked_for_themselves(
    app: Flask, own: Own, who: str
) -> None:
    client = client_as(app, who)
    round = f"/rounds/{own.round.key}"
    for address in (round, f"{round}/state", f"{round}.pdf", f"{round}/corrections?item=dorer", f"/photos/{own.photo}"):
        assert client.get(address).status_code == 403, address
    assert client.post(f"{round}/answers", json={"answers": []}).status_code == 403
    assert client.post(f"/photos/{own.photo}/withdrawal").status_code == 403
    assert own.round.key not in client.get("/rounds").get_data(as_text=True)


def test_the_person_opens_it_and_finds_it_on_their_list(app: Flask, own: Own) -> None:
    client = client_as(app, "bjorn")
    assert client.get(f"/rounds/{own.round.key}").status_code == 200
    assert client.get(f"/photos/{own.photo}").status_code == 200
    assert own.round.key in client.get("/rounds").get_data(as_text=True)


def test_the_units_lists_and_counts_tell_nothing_of_it(app: Flask, session: Session, own: Own) -> None:
    unit = organisation.unit(session, "LAB")
    assert list_queries.listed(session, list_queries.of_unit(unit)).total == 0
    assert queries.count_open_findings(session, unit) == 0
    assert list(queries.open_findings_of_unit(session, unit)) == []
    assert "Bjørn" not in client_as(app, "astrid").get("/rounds?unit=LAB").get_data(as_text=True)


def test_only_the_person_hands_their_own_round_to_somebody_who_then_may_do_it(session: Session) -> None:
    found = schedule(session, Audience.PEOPLE, "LAB", Reach.ALL_BENEATH, "year", starts_on=date(2026, 1, 1))
    round = begin(session, found)
    slot = Subject(person_id=organisation.person(session, "bjorn").id).slot

    def hand(by: str) -> None:
        slot_operations.hand_over(
            session, found, slot, "2026", to=organisation.person(session, "nils"), note=None, by=actor(session, by),
            at=clock.now(), today=today(),
        )  # fmt: skip

    with pytest.raises(NotAllowed):
        hand("astrid")
    with pytest.raises(NotAllowed):
        answer_well(session, round, actor(session, "nils"))
    hand("bjorn")
    answer_well(session, round, actor(session, "nils"))


def test_whom_a_plan_asks_for_themselves_and_why_it_is_skipped_is_told_to_their_own_unit_alone(
    app: Flask, session: Session, own: Own
) -> None:
    slot_operations.skip(
        session, own.schedule, own.slot, "2027", reason="Er bortreist", by=actor(session, "astrid"), at=clock.now(),
        today=today(),
    )  # fmt: skip
    session.commit()
    page = f"/schedules/{own.schedule.key}"
    seen = {who: client_as(app, who).get(page).get_data(as_text=True) for who in ("dina", "bjorn", "nils", "astrid")}

    assert {who for who, text in seen.items() if "Bjørn Berg" in text} == {"bjorn", "astrid"}
    assert {who for who, text in seen.items() if "Er bortreist" in text} == {"bjorn", "astrid"}
    statuses = {who: client_as(app, who).get(f"{page}/subjects/{own.slot}").status_code for who in seen}
    assert statuses == {"dina": 403, "bjorn": 200, "nils": 403, "astrid": 200}


def test_whom_a_persons_round_was_handed_to_begins_it_as_that_persons(app: Flask, session: Session) -> None:
    found = schedule(session, Audience.PEOPLE, "LAB", Reach.ITSELF, "year", starts_on=date(2026, 1, 1))
    bjorn, nils = organisation.person(session, "bjorn"), organisation.person(session, "nils")
    slot = Subject(person_id=bjorn.id).slot
    slot_operations.hand_over(
        session, found, slot, "2026", to=nils, note=None, by=actor(session, "bjorn"), at=clock.now(), today=today()
    )
    session.commit()
    assert f'value="{slot}"' in client_as(app, "nils").get("/rounds/due").get_data(as_text=True)
    data = {"checklist": "brann", "schedule": found.key, "occurrence": "2026", "person": slot}
    assert client_as(app, "siri").post("/rounds", data=data).status_code == 403
    begun = client_as(app, "nils").post("/rounds", data=data)
    round = queries.find(session, begun.headers["Location"].rsplit("/", 1)[-1])
    assert (round.person_id, round.started_by_id, round.unit.code) == (bjorn.id, nils.id, "LAB")
    assert client_as(app, "bjorn").get(begun.headers["Location"]).status_code == 200

    for employment in session.scalars(select(Employment).where(Employment.person_id == nils.id)):
        employment.ends_on = today()
    session.commit()
    assert client_as(app, "nils").post(f"{begun.headers['Location']}/answers", json={"answers": []}).status_code == 403


def test_who_is_asked_for_themselves_answers_for_no_other_unit_and_no_area(app: Flask, session: Session) -> None:
    checklist(session)
    session.commit()
    for elsewhere in ({"unit": "WRK"}, {"area": "B1-2-A"}):
        begun = client_as(app, "nils").post("/rounds", data={"checklist": "brann", "person": "me", **elsewhere})
        round = queries.find(session, begun.headers["Location"].rsplit("/", 1)[-1])
        assert (round.unit.code, round.area_id) == ("OPT", None)
        session.commit()


def test_an_action_that_somebody_asks_for_takes_along_no_word_that_they_said_for_themselves(session: Session) -> None:
    found = schedule(session, Audience.PEOPLE, "LAB", Reach.ITSELF, "year", starts_on=date(2026, 1, 1))
    round, bjorn = begin(session, found), actor(session, "bjorn")
    answer_well(session, round, bjorn)
    told = {"text": "Jeg har vondt i ryggen", "action": {"title": "Hev skjermen", "due_on": "2026-12-24"}}
    at = clock.now()
    given = Incoming(str(uuid4()), "dorer", None, "deviation", None, told, at)
    assert operations.answer(session, round.key, [given], by=bjorn, at=at, today=today()).saved
    operations.hand_in(session, round.key, by=bjorn, at=at, today=today())
    action = session.scalars(select(Action)).one()
    assert (action.title, action.text) == ("Hev skjermen", None)
