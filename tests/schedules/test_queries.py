"""Whom a schedule asks on a day, who does it, and how it stands."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import (
    Area,
    AreaDuty,
    AreaKind,
    AreaPart,
    AreaUnit,
    Employment,
    RoleHolding,
    Unit,
)
from hmswiki.schedules import queries
from hmswiki.schedules.audience import names, subjects
from hmswiki.schedules.models import Audience, Handover, Reach, ScheduleEvent, ScheduleRecord, Skip
from hmswiki.schedules.subjects import Subject
from tests.cast import FOUNDED, RECORDED
from tests.schedules.makers import NOW, TODAY, area, checklist, person, reorganise, schedule, slot_of, unit
from tests.support import once


def asked(session: Session, record: ScheduleRecord, day: date = TODAY, known_at: datetime = NOW) -> list[str]:
    """The codes of those that are asked, in their order."""
    found = subjects(session, record, day=day, known_at=known_at)
    called = names(session, found)
    return [called[one.slot].code for one in found]


# --- Whom ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reach", "codes"),
    [
        (Reach.ITSELF, ["LAB"]),
        (Reach.CHILDREN, ["OPT"]),
        (Reach.ALL_BENEATH, ["LAB", "OPT"]),
    ],
)
def test_a_unit_stands_for_itself_for_those_beneath_or_for_both(
    session: Session, reach: Reach, codes: list[str]
) -> None:
    assert asked(session, schedule(session, units=[("LAB", reach)])) == codes


def test_units_stand_in_the_organisations_own_order_and_once(session: Session) -> None:
    unit(session, "WRK").position, unit(session, "LAB").position = 0, 5
    record = schedule(session, units=[("LAB", Reach.ITSELF), ("FAC", Reach.CHILDREN), ("WRK", Reach.ITSELF)])
    assert asked(session, record) == ["WRK", "LAB"]


def test_a_unit_that_closed_is_stood_in_for_by_those_that_carry_on_and_by_theirs(session: Session) -> None:
    record = schedule(session, units=[("WRK", Reach.ITSELF)])
    reorganise(session, "WRK", date(2026, 2, 1), "NEW")
    reorganise(session, "NEW", date(2026, 5, 1), "NEWER", "LAB")
    assert asked(session, record, date(2026, 1, 31)) == ["WRK"]
    assert asked(session, record, date(2026, 2, 1)) == ["NEW"]
    assert asked(session, record, date(2026, 5, 1)) == ["LAB", "NEWER"]


def test_areas_are_those_of_the_units_that_have_or_had_an_owner(session: Session) -> None:
    record = schedule(session, Audience.AREAS, [("LAB", Reach.ITSELF)])
    assert asked(session, record) == ["B1-2", "B1-217", "B1-2-A"]
    session.query(AreaDuty).filter(AreaDuty.area_id == area(session, "B1-217").id).update({"ends_on": TODAY})
    assert "B1-217" in asked(session, record), "whose owner has left is vacant, and still due"


def test_areas_of_a_kind_are_asked_also_without_an_owner_and_named_ones_always(session: Session) -> None:
    rooms = schedule(session, Audience.AREAS, [("WRK", Reach.ITSELF)], area_kind=AreaKind.ROOM)
    assert asked(session, rooms) == ["B1-217", "B1-219"]
    with_a_named_one = schedule(session, Audience.AREAS, [("WRK", Reach.ITSELF)], ["B1"], area_kind=AreaKind.ROOM)
    assert asked(session, with_a_named_one) == ["B1", "B1-217", "B1-219"]
    alone = schedule(session, Audience.AREAS, [], ["B1-219"])
    assert asked(session, alone) == ["B1-219"]
    area(session, "B1-219").closed = TODAY
    assert asked(session, alone) == []


def test_people_are_the_employees_or_those_who_hold_the_role(session: Session) -> None:
    everybody = schedule(session, Audience.PEOPLE, [("LAB", Reach.ALL_BENEATH)])
    assert asked(session, everybody) == ["astrid", "bjorn", "chen", "siri", "nils"]
    leaders = schedule(session, Audience.PEOPLE, [("FAC", Reach.ALL_BENEATH)], role=Role.UNIT_LEADER)
    assert asked(session, leaders) == ["tora", "astrid", "olav"]


def test_a_person_is_there_from_the_first_day_without_a_break(session: Session) -> None:
    bjorn = person(session, "bjorn").id
    session.query(Employment).filter(Employment.person_id == bjorn).update({"ends_on": date(2025, 1, 1)})
    for start, end, code in ((date(2025, 6, 1), date(2026, 1, 1), "WRK"), (date(2026, 1, 1), None, "LAB")):
        session.add(
            Employment(
                person_id=bjorn, unit_id=unit(session, code).id, starts_on=start, ends_on=end, recorded_at=RECORDED
            )
        )  # fmt: skip
    session.flush()
    record = schedule(session, Audience.PEOPLE, [("LAB", Reach.ITSELF)])
    since = {one.person_id: one.since for one in subjects(session, record, day=TODAY, known_at=NOW)}
    assert since[bjorn] == date(2025, 6, 1)
    assert since[person(session, "astrid").id] == FOUNDED


# --- Who does it --------------------------------------------------------------------------------------------


def doers(session: Session, record: ScheduleRecord, occurrence: str | None = None) -> dict[str, list[str]]:
    found = subjects(session, record, day=TODAY, known_at=NOW)
    called = names(session, found)
    does = queries.who_does(session, record, found, TODAY, occurrence=occurrence, known_at=NOW)
    return {called[slot].code: [one.external_key for one in people] for slot, people in does.items()}


def test_a_units_leader_and_coordinator_do_it_or_who_holds_the_schedules_role(session: Session) -> None:
    record = schedule(session)
    assert doers(session, record) == {"FAC": ["tora"], "LAB": ["astrid", "chen"], "OPT": [], "WRK": ["olav"]}
    safety = schedule(session, role=Role.SAFETY_REPRESENTATIVE)
    assert doers(session, safety) == {"FAC": [], "LAB": ["siri"], "OPT": [], "WRK": []}


def test_an_areas_owner_does_it_then_the_deputies_and_people_do_their_own(session: Session) -> None:
    areas = schedule(session, Audience.AREAS, [("LAB", Reach.ITSELF)], ["B1-219"])
    assert doers(session, areas) == {"B1-2": ["bjorn", "dina"], "B1-217": ["bjorn"], "B1-219": [], "B1-2-A": ["dina"]}
    people = schedule(session, Audience.PEOPLE, [("OPT", Reach.ITSELF)])
    assert doers(session, people) == {"nils": ["nils"]}


def test_a_handover_counts_for_its_occurrence_as_long_as_that_person_is_employed(session: Session) -> None:
    record = schedule(session)
    session.add(
        Handover(
            schedule_id=record.id, occurrence="2026-03", unit_id=unit(session, "OPT").id,
            to_id=person(session, "nils").id, recorded_at=RECORDED,
        )
    )  # fmt: skip
    session.flush()
    assert doers(session, record, "2026-03")["OPT"] == ["nils"]
    assert doers(session, record, "2026-04")["OPT"] == []
    session.query(Employment).filter(Employment.person_id == person(session, "nils").id).update({"ends_on": TODAY})
    assert doers(session, record, "2026-03")["OPT"] == []


# --- How it stands ------------------------------------------------------------------------------------------


def stands(session: Session, record: ScheduleRecord, code: str, on: date = TODAY, **other: Any) -> dict[str, str]:
    done = {(key, slot_of(session, of)): day for (key, of), day in other.pop("done", {}).items()}
    found = queries.standings(session, record, on=on, done=done, known_at=NOW, **other)
    slot = slot_of(session, code)
    return next(
        {one.occurrence.key: str(one.standing) for one in standing} for subject, standing in found
        if subject.slot == slot
    )  # fmt: skip


def test_each_subject_stands_by_what_it_has_done_and_skipped(session: Session) -> None:
    record = schedule(session)
    session.add(
        Skip(
            schedule_id=record.id, occurrence="2026-02", unit_id=unit(session, "LAB").id, reason="Ombygging",
            recorded_at=RECORDED,
        )
    )  # fmt: skip
    session.flush()
    done = {("2026-01", "LAB"): date(2026, 1, 9), ("2026-03", "WRK"): date(2026, 3, 2)}
    assert stands(session, record, "LAB", done=done) == {
        "2026-01": "done", "2026-02": "skipped", "2026-03": "open", "2026-04": "upcoming",
    }  # fmt: skip
    assert stands(session, record, "WRK", done=done) == {
        "2026-01": "missed", "2026-02": "missed", "2026-03": "done", "2026-04": "upcoming",
    }  # fmt: skip
    assert list(stands(session, record, "WRK", done=done, since=date(2026, 3, 1))) == ["2026-03", "2026-04"]


def test_where_the_next_is_skipped_ahead_what_comes_after_it_is_told_too(session: Session) -> None:
    record = schedule(session)
    lab = unit(session, "LAB").id
    session.add(Skip(schedule_id=record.id, occurrence="2026-04", unit_id=lab, reason="Ferie", recorded_at=RECORDED))
    session.flush()
    assert list(stands(session, record, "LAB").items())[-2:] == [("2026-04", "skipped"), ("2026-05", "upcoming")]
    assert list(stands(session, record, "WRK").items())[-1] == ("2026-04", "upcoming")


def test_nobody_is_asked_for_what_ended_before_they_were_there(session: Session) -> None:
    monthly = schedule(session)
    autumn = schedule(session, every="year", window="01-15/02-10")
    by = schedule(session, every="once", by=date(2026, 2, 1))
    reorganise(session, "WRK", date(2026, 2, 20), "NEW")
    assert stands(session, monthly, "NEW") == {"2026-02": "missed", "2026-03": "open", "2026-04": "upcoming"}
    assert stands(session, autumn, "NEW") == {"2027": "upcoming"}, "the window had closed when it opened"
    assert stands(session, by, "NEW") == {}
    assert stands(session, by, "LAB") == {"once": "overdue"}


def test_what_is_once_due_is_asked_of_whoever_comes_before_that_day(session: Session) -> None:
    record = schedule(session, every="once", by=date(2026, 4, 1))
    reorganise(session, "WRK", date(2026, 2, 20), "NEW")
    assert stands(session, record, "NEW") == {"once": "open"}


def test_a_checklist_out_of_use_is_due_no_more(session: Session) -> None:
    record = schedule(session)
    assert queries.live(session, day=TODAY, known_at=NOW) == [record]
    checklist(session).retired_on = TODAY
    session.flush()
    assert queries.live(session, day=TODAY, known_at=NOW) == []
    assert stands(session, record, "LAB") == {"2026-01": "missed", "2026-02": "missed"}


def test_live_ones_are_known_and_not_ended_and_may_start_later(session: Session) -> None:
    later = schedule(session, starts=date(2027, 1, 1))
    schedule(session, ended=TODAY)
    withdrawn = schedule(session)
    withdrawn.withdraw(by_id=None, at=NOW, reason="Feil")
    session.flush()
    assert queries.live(session, day=TODAY, known_at=NOW) == [later]


# --- Events -------------------------------------------------------------------------------------------------


def test_a_reorganisation_in_the_register_is_an_event_for_the_unit_that_carries_on(session: Session) -> None:
    record = schedule(session, every="event", within=30)
    reorganise(session, "WRK", date(2026, 3, 1), "NEW")
    reorganise(session, "OPT", date(2026, 3, 1), "NEW")
    assert stands(session, record, "NEW") == {"event-reorganised-2026-03-01": "open"}, "one, though two units closed"
    assert stands(session, record, "LAB") == {}
    other = schedule(session, every="event", within=30, event="en ulykke")
    assert stands(session, other, "NEW") == {}


def test_a_reorganisation_before_the_schedule_started_is_not_asked_about(session: Session) -> None:
    record = schedule(session, every="event", within=30, starts=date(2026, 3, 2))
    reorganise(session, "WRK", date(2026, 3, 1), "NEW")
    assert stands(session, record, "NEW") == {}


def test_a_recorded_event_is_asked_of_its_subject_alone_also_ahead(session: Session) -> None:
    record = schedule(session, every="event", within=10)
    session.add(
        ScheduleEvent(
            schedule_id=record.id, name="a", happens_on=date(2026, 5, 1), unit_id=unit(session, "LAB").id,
            recorded_at=RECORDED,
        )
    )  # fmt: skip
    session.flush()
    assert stands(session, record, "LAB") == {"event-a": "upcoming"}
    assert stands(session, record, "LAB", date(2026, 5, 1)) == {"event-a": "open"}
    assert stands(session, record, "WRK") == {}


# --- Many ---------------------------------------------------------------------------------------------------


def _many(session: Session) -> None:
    """A thousand units with five areas each, all owned."""
    fac = unit(session, "FAC")
    ids = range(1000, 2000)
    session.execute(insert(Unit), [
        {"id": id, "code": f"U{id}", "name": f"U{id}", "parent_id": fac.id, "path": f"{fac.path}{id}/",
         "opened": FOUNDED} for id in ids])  # fmt: skip
    places = [(id, number) for id in ids for number in range(5)]
    session.execute(insert(Area), [
        {"id": id * 10 + number, "code": f"A{id}-{number}", "name": "A", "kind": "room",
         "path": f"a/{id * 10 + number}/", "opened": FOUNDED} for id, number in places])  # fmt: skip
    owner = person(session, "bjorn").id
    session.execute(insert(AreaUnit), [
        {"area_id": id * 10 + number, "unit_id": id, "starts_on": FOUNDED, "recorded_at": RECORDED}
        for id, number in places])  # fmt: skip
    session.execute(insert(AreaDuty), [
        {"area_id": id * 10 + number, "person_id": owner, "part": AreaPart.OWNER, "starts_on": FOUNDED,
         "recorded_at": RECORDED} for id, number in places])  # fmt: skip
    session.execute(insert(RoleHolding), [
        {"person_id": owner, "unit_id": id, "role": Role.UNIT_LEADER, "starts_on": FOUNDED, "recorded_at": RECORDED}
        for id in ids])  # fmt: skip
    session.commit()


@once
def test_five_thousand_areas_and_a_thousand_units_take_a_few_selects(session: Session, queries: Any) -> None:
    from hmswiki.schedules.queries import standings, who_does

    _many(session)
    areas = schedule(session, Audience.AREAS, [("FAC", Reach.ALL_BENEATH)], pauses={"months": [7]})
    units = schedule(session)
    session.commit()
    done = {("2026-02", f"area:{10000 + number}"): date(2026, 2, 3) for number in range(5000)}
    with queries() as sent:
        found = standings(session, areas, on=TODAY, done=done, known_at=NOW)
        does = who_does(session, areas, [one for one, _ in found], TODAY, known_at=NOW)
    assert len(found) > 5000
    assert len(sent) <= 20
    assert [one.external_key for one in does["area:19994"]] == ["bjorn"]
    with queries() as sent:
        found = standings(session, units, on=TODAY, done={}, known_at=NOW)
        who_does(session, units, [one for one, _ in found], TODAY, known_at=NOW)
    assert len(found) == 1004
    assert len(sent) <= 10


def test_a_slot_is_read_back_as_the_subject_it_names() -> None:
    for subject in (Subject(unit_id=5), Subject(area_id=7), Subject(person_id=9)):
        assert Subject.read(subject.slot) == subject
    for nothing in ("", "unit:", "unit:0", "unit:05", "unit:-1", "room:5", "unit:٣", "unit:5 ", "unit:99999999999"):
        assert Subject.read(nothing) is None
    with pytest.raises(ValueError, match="only one"):
        Subject(unit_id=1, area_id=2)
