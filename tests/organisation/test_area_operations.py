"""Areas are opened and closed; whose they are and who looks after them is recorded and withdrawn, never edited."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import Conflict, NotAllowed, Refusal
from hmswiki.foundation.permissions import Actor, Permission, may
from hmswiki.organisation import area_importing, area_operations, area_queries, queries, units
from hmswiki.organisation.models import Area, AreaDuty, AreaKind, AreaPart, AreaUnit

TODAY = date(2024, 6, 1)
AT = datetime(2024, 6, 1, 10, tzinfo=UTC)
NOW: dict[str, Any] = {"today": TODAY, "at": AT}
THEN: dict[str, Any] = {"day": TODAY, "known_at": AT}


def actor(session: Session, key: str) -> Actor:
    found = queries.actor(session, key, TODAY)
    assert found is not None
    return found


@pytest.fixture
def astrid(session: Session) -> Actor:
    return actor(session, "astrid")


def area(session: Session, code: str) -> Area:
    return area_queries.area(session, code)


def codes_of(session: Session, code: str, day: date = TODAY) -> list[str]:
    id = area(session, code).id
    return [unit.code for unit in area_queries.units_of(session, [id], day=day, known_at=AT)[id]]


def duty(session: Session, code: str, part: AreaPart) -> AreaDuty:
    query = select(AreaDuty).join(Area).where(Area.code == code, AreaDuty.part == part)
    return session.scalars(query.where(AreaDuty.withdrawn_at.is_(None))).one()


def add_room(session: Session, code: str, by: Actor, parent: str = "B1-2") -> Area:
    return area_operations.open_area(
        session, code, name="Nytt rom", kind=AreaKind.ROOM, parent=area(session, parent), opened=date(2024, 1, 1),
        position=None, by=by, at=AT,
    )  # fmt: skip


# --- whose they are --------------------------------------------------------------------------------------


def test_an_area_belongs_to_its_own_units_or_to_those_of_the_nearest_above(session: Session, astrid: Actor) -> None:
    assert codes_of(session, "B1") == ["FAC"]
    assert codes_of(session, "B1-217") == ["LAB", "WRK"]
    area_operations.give_area(
        session, area(session, "B1-217"), queries.unit(session, "OPT"), starts_on=TODAY, ends_on=None, by=astrid, **NOW
    )
    assert codes_of(session, "B1-217") == ["OPT"]
    assert codes_of(session, "B1-217", TODAY - timedelta(days=1)) == ["LAB", "WRK"]


def test_the_areas_of_a_unit_are_its_own_and_the_inherited_in_order(session: Session) -> None:
    lab, opt = queries.unit(session, "LAB"), queries.unit(session, "OPT")
    found = area_queries.areas_of(session, [lab, opt], **THEN)
    assert [one.code for one in found] == ["B1-2", "B1-217", "B1-219", "B1-2-A"]
    assert area_queries.areas_of(session, [opt], **THEN) == []


def test_areas_of_a_closed_unit_belong_to_nobody_and_are_looked_after_from_above(
    session: Session, astrid: Actor
) -> None:
    ivar = actor(session, "ivar")
    gone = units.open_unit(
        session, "GONE", name="Borte", parent=queries.unit(session, "LAB"), opened=date(2021, 1, 1), kind=None,
        position=None, by=ivar, at=AT,
    )  # fmt: skip
    room = area(session, "B1-217")
    area_operations.give_area(session, room, gone, starts_on=date(2021, 1, 1), ends_on=None, by=astrid, **NOW)
    units.close_unit(session, gone, closed=date(2024, 1, 1), successors=[], by=ivar, at=AT)
    found = area_queries.belonging_of(session, [room.id], **THEN)[room.id]
    assert (found.units, [unit.code for unit in found.closed]) == ((), ["GONE"])
    places = area_queries.places_of(session, [room.id], **THEN)[room.id]
    assert may(astrid, Permission.MANAGE_AREAS, within=places)
    assert not may(actor(session, "olav"), Permission.MANAGE_AREAS, within=places)


def test_an_area_is_given_to_a_unit_once_at_a_time(session: Session, astrid: Actor) -> None:
    with pytest.raises(Refusal, match="belongs to LAB already"):
        area_operations.give_area(
            session, area(session, "B1-2"), queries.unit(session, "LAB"), starts_on=TODAY, ends_on=None, by=astrid,
            **NOW,
        )  # fmt: skip


def test_an_end_is_a_withdrawal_and_a_new_fact_with_the_same_time(session: Session, astrid: Actor) -> None:
    query = select(AreaUnit).join(AreaUnit.unit).where(queries.Unit.code == "WRK")
    row = session.scalars(query).one()
    area_operations.end_belonging(session, row, ends_on=TODAY, by=astrid, **NOW)
    old, new = session.scalars(query.order_by(AreaUnit.id)).all()
    assert (old.ends_on, old.withdrawn_at, old.withdrawn_by_id) == (None, AT, astrid.person_id)
    assert (new.ends_on, new.recorded_at, new.withdrawn_at) == (TODAY, AT, None)
    assert codes_of(session, "B1-219") == ["LAB"]


# --- who looks after them --------------------------------------------------------------------------------


def test_owner_and_deputies_are_the_areas_own(session: Session) -> None:
    ids = {code: area(session, code).id for code in ("B1-2", "B1-219")}
    found = area_queries.people_of(session, ids.values(), **THEN)
    floor, room = found[ids["B1-2"]], found[ids["B1-219"]]
    assert floor.owner is not None
    assert (floor.owner.name, [one.name for one in floor.deputies]) == ("Bjørn Berg", ["Dina Dahl"])
    assert (room.owner, room.deputies) == (None, ())


def test_an_area_has_one_owner_at_a_time(session: Session, astrid: Actor) -> None:
    nils = queries.person(session, "nils")
    floor = area(session, "B1-2")
    with pytest.raises(Refusal, match="Bjørn Berg owns B1-2 from 2020-01-01 with no end"):
        area_operations.appoint(session, floor, nils, AreaPart.OWNER, starts_on=TODAY, ends_on=None, by=astrid, **NOW)


def test_a_new_owner_may_end_the_period_of_the_one_before(session: Session, astrid: Actor) -> None:
    before, floor = duty(session, "B1-2", AreaPart.OWNER), area(session, "B1-2")
    nils = queries.person(session, "nils")
    area_operations.appoint(
        session, floor, nils, AreaPart.OWNER, starts_on=TODAY, ends_on=None, after=before, by=astrid, **NOW
    )
    for day, name in ((TODAY - timedelta(days=1), "Bjørn Berg"), (TODAY, "Nils Nes")):
        owner = area_queries.people_of(session, [floor.id], day=day, known_at=AT)[floor.id].owner
        assert owner is not None
        assert owner.name == name


def test_nobody_is_owner_and_deputy_on_the_same_day(session: Session, astrid: Actor) -> None:
    with pytest.raises(Refusal, match="Bjørn Berg is owner or deputy here already"):
        area_operations.appoint(
            session, area(session, "B1-2"), queries.person(session, "bjorn"), AreaPart.DEPUTY, starts_on=TODAY,
            ends_on=None, by=astrid, **NOW,
        )  # fmt: skip


def test_a_row_that_somebody_else_withdrew_meanwhile_is_a_conflict(session: Session, astrid: Actor) -> None:
    row = duty(session, "B1-2", AreaPart.DEPUTY)
    area_operations.withdraw_duty(session, row, reason="Feil person", by=astrid, **NOW)
    with pytest.raises(Conflict):
        area_operations.end_duty(session, row, ends_on=TODAY, by=astrid, **NOW)


def test_a_correction_keeps_what_was_known_before(session: Session, astrid: Actor) -> None:
    row, floor = duty(session, "B1-2", AreaPart.OWNER), area(session, "B1-2")
    area_operations.correct_duty(
        session, row, queries.person(session, "nils"), starts_on=date(2020, 1, 1), ends_on=None, reason="Feil",
        by=astrid, **NOW,
    )  # fmt: skip
    for known, name in ((AT - timedelta(seconds=1), "Bjørn Berg"), (AT, "Nils Nes")):
        owner = area_queries.people_of(session, [floor.id], day=TODAY, known_at=known)[floor.id].owner
        assert owner is not None
        assert owner.name == name


# --- opening and closing ---------------------------------------------------------------------------------


def test_an_area_with_open_areas_in_it_cannot_be_closed(session: Session) -> None:
    with pytest.raises(Refusal, match="B1-2, B1-2-A, B1-217, B1-219"):
        area_operations.close_area(session, area(session, "B1"), closed=TODAY, by=actor(session, "hanne"), **NOW)


def test_what_runs_past_the_closing_ends_with_it(session: Session, astrid: Actor) -> None:
    room = area(session, "B1-217")
    area_operations.close_area(session, room, closed=TODAY, by=astrid, **NOW)
    assert duty(session, "B1-217", AreaPart.OWNER).ends_on == TODAY
    with pytest.raises(Refusal, match="closed from 2024-06-01"):
        area_operations.appoint(
            session, room, queries.person(session, "nils"), AreaPart.OWNER, starts_on=TODAY, ends_on=None,
            by=astrid, **NOW,
        )  # fmt: skip
    with pytest.raises(Conflict):
        area_operations.close_area(session, room, closed=TODAY, by=astrid, **NOW)


def test_a_code_is_never_used_twice(session: Session, astrid: Actor) -> None:
    with pytest.raises(Refusal, match="B1-217 already"):
        add_room(session, "B1-217", astrid)


def test_a_kind_is_not_changed_into_one_that_does_not_fit_there(session: Session) -> None:
    floor = area(session, "B1-2")
    with pytest.raises(Refusal, match="B1-217 is a room"):
        area_operations.edit_area(
            session, area(session, "B1-2"), name=floor.name, kind=AreaKind.ROOM, position=None,
            by=None, **NOW,
        )  # fmt: skip


# --- who may ---------------------------------------------------------------------------------------------


def test_leaders_of_each_unit_that_shares_an_area_may_change_it_and_no_others(session: Session) -> None:
    for key in ("astrid", "chen", "olav", "tora", "hanne", "ivar"):
        add_room(session, f"B1-{key}", actor(session, key))
    for key in ("bjorn", "siri", "dina", "frida"):
        with pytest.raises(NotAllowed):
            add_room(session, f"B1-{key}", actor(session, key))
    with pytest.raises(NotAllowed):
        add_room(session, "B1-X", actor(session, "astrid"), parent="B1")


# --- many at once ----------------------------------------------------------------------------------------


def test_a_sheet_may_name_rooms_before_the_building_they_lie_in(session: Session) -> None:
    rows, _ = area_importing.read_sheet("B2-101;Lager;room;B2-1;\nB2-1;Første;floor;B2;WRK\nB2;Bygg 2;building;;FAC")
    hanne = actor(session, "hanne")
    assert area_importing.add_areas(session, rows, opened=date(2024, 1, 1), by=hanne, **NOW) == 3
    assert codes_of(session, "B2-101") == ["WRK"]
    assert [one.code for one in area_queries.above(session, area(session, "B2-101"))] == ["B2", "B2-1"]


def test_a_sheet_is_looked_through_before_anything_is_added(session: Session) -> None:
    rows, _ = area_importing.read_sheet(
        "B1;Bygg;building\nB2;To;floor;B9;\nB3;Tre;building;;NONE\nB3;Igjen;building\nZ1;Sone;zone;Z2\nZ2;Sone;zone;Z1"
    )
    found = [(problem.line, str(problem)) for problem in area_importing.look_through(session, rows)]
    assert [line for line, _ in found] == [1, 2, 3, 4, 5, 6]
    assert "no such area" in found[1][1]
    assert "NONE" in found[2][1]
    assert "stands in line 3" in found[3][1]
    assert "lies in itself" in found[4][1]


def test_a_leader_adds_by_sheet_only_in_areas_of_the_own_unit(session: Session, astrid: Actor) -> None:
    rows, _ = area_importing.read_sheet("B1-230;Rom;room;B1-2;\nB1-3;Tredje;floor;B1;")
    with pytest.raises(Refusal, match="Areas are looked after by"):
        area_importing.add_areas(session, rows, opened=TODAY, by=astrid, **NOW)
