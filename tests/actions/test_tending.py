"""What follows of itself: successors, those who leave, and telling the level above; once each."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions import operations, queries, rules, tending
from hmswiki.actions.models import ActionEntry, ActionState, EntryKind
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import AreaDuty, AreaPart, Employment, Unit, UnitSuccessor
from hmswiki.web.context import state
from tests.actions.makers import actor, area, end, person, raised, unit
from tests.cast import FOUNDED, RECORDED, today

YESTERDAY = today() - timedelta(days=1)


def tend(session: Session, **more):
    return tending.tend(session, **{"at": clock.now(), "today": today(), "escalate_after": 14, **more})


def opened(session: Session, code: str, on: date = FOUNDED, under: str = "FAC") -> Unit:
    above = unit(session, under)
    made = Unit(code=code, name=code, parent_id=above.id, path="", opened=on)
    session.add(made)
    session.flush()
    made.path = f"{above.path}{made.id}/"
    return made


def closed(session: Session, code: str, *successors: Unit) -> None:
    found = unit(session, code)
    found.closed = today()
    session.add_all(UnitSuccessor(unit_id=found.id, successor_id=one.id) for one in successors)
    session.flush()
    session.expire_all()


def settled(action) -> bool:
    return all(getattr(action, name) == value for name, value in vars(rules.standing_of(action.entries)).items())


# --- Units --------------------------------------------------------------------------------------------------


def test_actions_of_a_closed_unit_go_to_its_successor(session):
    action = raised(session, code="OPT", due_in=3)
    finished = raised(session, "Ferdig", code="OPT")
    operations.do(session, finished, done_on=today(), today=today(), by=actor(session, "astrid"), at=clock.now())
    operations.check(session, finished, by=actor(session, "chen"), at=clock.now())
    closed(session, "OPT", unit(session, "WRK"))

    assert len(tend(session).moved) == 1

    assert action.unit.code == "WRK" and settled(action)
    assert finished.unit.code == "OPT", "what is closed stays where it was"


def test_with_several_successors_it_goes_to_the_first_and_says_so(session):
    action = raised(session, code="OPT")
    closed(session, "OPT", opened(session, "NY2"), opened(session, "NY1"))
    [entry] = tend(session).moved
    assert action.unit.code == "NY1"
    assert entry.values["others"] == [unit(session, "NY2").id]


def test_without_a_successor_it_goes_to_the_unit_above(session):
    action = raised(session, code="OPT")
    closed(session, "OPT")
    tend(session)
    assert action.unit.code == "LAB"


def test_it_goes_on_through_a_successor_that_is_closed_too(session):
    action = raised(session, code="OPT")
    between = opened(session, "NY1")
    closed(session, "OPT", between)
    closed(session, "NY1", unit(session, "WRK"))
    tend(session)
    assert action.unit.code == "WRK"


def test_a_unit_that_closes_tomorrow_keeps_its_actions(session):
    action = raised(session, code="OPT")
    unit(session, "OPT").closed = today() + timedelta(days=1)
    assert tend(session).moved == []
    assert action.unit.code == "OPT"


# --- People -------------------------------------------------------------------------------------------------


def test_when_somebody_leaves_their_actions_fall_to_the_unit_leader(session):
    action = raised(session, to="bjorn")
    end(session, Employment, "bjorn", today())
    [entry] = tend(session).moved
    assert (action.responsible_id, action.responsible_role) == (None, Role.UNIT_LEADER)
    assert entry.values["left"] == person(session, "bjorn").id and settled(action)
    assert queries.open_of(session, actor(session, "astrid"), today()) == [action]


def test_who_goes_with_the_unit_to_its_successor_keeps_the_action(session):
    action = raised(session, code="OPT", to="nils")
    closed(session, "OPT", unit(session, "WRK"))
    end(session, Employment, "nils", today())
    session.add(
        Employment(
            person_id=person(session, "nils").id, unit_id=unit(session, "WRK").id, starts_on=today(),
            recorded_at=RECORDED,
        )
    )  # fmt: skip
    session.flush()
    tend(session)
    assert (action.unit.code, action.responsible.external_key) == ("WRK", "nils")


def test_somebody_of_another_unit_who_was_asked_keeps_the_action(session):
    action = raised(session, to="dina")
    assert tend(session).moved == []
    assert action.responsible.external_key == "dina"


def test_an_areas_actions_are_its_new_owners(session):
    room = area(session, "R1", owner="dina")
    action = raised(session, area=room, role=Role.AREA_OWNER)
    for duty in session.scalars(select(AreaDuty).where(AreaDuty.area_id == room.id)):
        duty.ends_on = today()
    session.add(
        AreaDuty(area_id=room.id, person_id=person(session, "nils").id, part=AreaPart.OWNER, starts_on=today(),
                 recorded_at=RECORDED)
    )  # fmt: skip
    session.flush()
    assert tend(session).moved == []
    assert action not in queries.open_of(session, actor(session, "dina"), today())
    assert queries.open_of(session, actor(session, "nils"), today()) == [action]


# --- The level above ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("late", "told"), [(14, False), (15, True)])
def test_the_level_above_is_told_when_it_is_long_overdue(session, late, told):
    action = raised(session, due_in=-late)
    assert bool(tend(session).escalated) is told
    assert (action.escalated_to is not None) is told and settled(action)


def test_it_is_told_once_for_each_due_date(session):
    action = raised(session, due_in=-30)
    assert len(tend(session).escalated) == 1
    assert action.escalated_to.code == "FAC"
    assert tend(session).escalated == []
    operations.reschedule(
        session, action, due_on=today(), today=today(), reason="Venter", by=actor(session, "astrid"), at=clock.now()
    )
    assert tend(session).escalated == []
    assert len(tend(session, today=today() + timedelta(days=15)).escalated) == 1


def test_above_the_topmost_unit_there_is_nobody_to_tell(session):
    raised(session, code="FAC", due_in=-30, by="tora")
    assert tend(session).escalated == []


def test_what_is_done_is_not_overdue(session):
    action = raised(session, due_in=-30)
    operations.do(session, action, done_on=today(), today=today(), by=actor(session, "astrid"), at=clock.now())
    assert tend(session).escalated == []
    assert action.state == ActionState.DONE


# --- Again and at once --------------------------------------------------------------------------------------


def test_two_that_run_at_the_same_moment_do_it_once(app, session):
    for number in range(5):
        raised(session, str(number), code="OPT", due_in=-30, to="nils" if number % 2 else None)
    closed(session, "OPT", unit(session, "WRK"))
    end(session, Employment, "nils", today())
    session.commit()
    gate = threading.Barrier(2)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with Session(state(app).engines.write) as own:
                gate.wait()
                tend(own)
                own.commit()
        except BaseException as problem:
            failed.append(problem)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    kinds = [entry.kind for entry in session.scalars(select(ActionEntry).where(ActionEntry.kind != EntryKind.RAISED))]
    assert sorted(kinds) == ["escalated"] * 5 + ["moved"] * 5


def test_the_command_says_what_it_did_and_does_it_once(app, session):
    raised(session, due_in=-30)
    session.commit()
    runner = app.test_cli_runner()
    assert "0 moved, 1 told to the level above" in runner.invoke(args=["hms", "actions", "tend"]).output
    assert "0 moved, 0 told to the level above" in runner.invoke(args=["hms", "actions", "tend"]).output
