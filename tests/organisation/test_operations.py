"""Facts are recorded and withdrawn, never edited."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import Conflict, Refusal
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.organisation import operations, queries, units
from hmswiki.organisation.models import Employment, RegisterChange, RoleHolding

TODAY = date(2024, 6, 1)
AT = datetime(2024, 6, 1, 10, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)


@pytest.fixture
def ivar(cast: Any) -> Actor:
    return Actor(cast.people["ivar"], "ivar", "Ivar Iversen")


def rows_of(session: Session, person: str) -> list[Employment]:
    found = queries.person(session, person)
    return list(session.scalars(select(Employment).where(Employment.person_id == found.id).order_by(Employment.id)))


def role_of(session: Session, person: str) -> RoleHolding:
    found = queries.person(session, person)
    return session.scalars(select(RoleHolding).where(RoleHolding.person_id == found.id)).one()


def test_an_employment_carries_who_recorded_it_and_when(session: Session, ivar: Actor) -> None:
    unit = queries.unit(session, "WRK")
    operations.employ(session, queries.person(session, "ute"), unit, starts_on=TODAY, ends_on=None, by=ivar, at=AT)
    session.commit()
    [row] = rows_of(session, "ute")
    assert (row.unit.code, row.starts_on, row.ends_on) == ("WRK", TODAY, None)
    assert (row.recorded_by_id, row.recorded_at, row.withdrawn_at) == (ivar.person_id, AT, None)


def test_nobody_is_employed_in_two_units_on_the_same_day(session: Session, ivar: Actor) -> None:
    unit = queries.unit(session, "WRK")
    with pytest.raises(Refusal, match="Bjørn Berg.*LAB.*2020-01-01"):
        operations.employ(
            session, queries.person(session, "bjorn"), unit, starts_on=TODAY, ends_on=None, by=ivar, at=AT
        )


def test_an_end_is_a_withdrawal_and_a_new_fact_with_the_same_time(session: Session, ivar: Actor) -> None:
    [row] = rows_of(session, "bjorn")
    operations.end_employment(session, row, ends_on=date(2024, 7, 1), by=ivar, at=AT)
    session.commit()
    old, new = rows_of(session, "bjorn")
    assert (old.ends_on, old.withdrawn_at, old.withdrawn_by_id) == (None, AT, ivar.person_id)
    assert (new.starts_on, new.ends_on, new.recorded_at, new.withdrawn_at) == (
        old.starts_on, date(2024, 7, 1), AT, None,
    )  # fmt: skip


def test_a_move_ends_one_employment_and_begins_another_on_the_same_day(session: Session, ivar: Actor) -> None:
    [row] = rows_of(session, "bjorn")
    unit = queries.unit(session, "WRK")
    operations.move_employment(session, row, unit, moves_on=TODAY, ends_on=None, by=ivar, at=AT)
    session.commit()
    known = [(one.unit.code, one.starts_on, one.ends_on) for one in rows_of(session, "bjorn") if one.is_known_at(AT)]
    assert known == [("LAB", date(2020, 1, 1), TODAY), ("WRK", TODAY, None)]
    assert {one.recorded_at for one in rows_of(session, "bjorn")[1:]} == {AT}
    assert rows_of(session, "bjorn")[0].withdrawn_at == AT


def test_a_move_to_the_same_unit_is_refused(session: Session, ivar: Actor) -> None:
    [row] = rows_of(session, "bjorn")
    with pytest.raises(Refusal, match="Choose another unit"):
        operations.move_employment(session, row, row.unit, moves_on=TODAY, ends_on=None, by=ivar, at=AT)


def test_what_was_known_before_a_correction_is_still_known_then(session: Session, ivar: Actor) -> None:
    [row] = rows_of(session, "bjorn")
    operations.correct_employment(
        session, row, queries.unit(session, "WRK"), starts_on=date(2021, 1, 1), ends_on=None,
        reason="Wrong unit in the old list", by=ivar, at=AT,
    )  # fmt: skip
    session.commit()
    before = AT - timedelta(microseconds=1)
    assert [one.unit.code for one in rows_of(session, "bjorn") if one.is_known_at(before)] == ["LAB"]
    assert [one.unit.code for one in rows_of(session, "bjorn") if one.is_known_at(AT)] == ["WRK"]
    assert rows_of(session, "bjorn")[0].withdrawal_reason == "Wrong unit in the old list"


def test_an_end_may_be_moved_on_but_not_into_the_next_employment(session: Session, ivar: Actor) -> None:
    [row] = rows_of(session, "bjorn")
    ended = operations.end_employment(session, row, ends_on=date(2024, 2, 1), by=ivar, at=AT)
    unit = queries.unit(session, "WRK")
    operations.employ(
        session, queries.person(session, "bjorn"), unit, starts_on=date(2024, 4, 1), ends_on=None, by=ivar, at=AT
    )
    session.commit()
    longer = operations.end_employment(session, ended, ends_on=date(2024, 4, 1), by=ivar, at=LATER)
    with pytest.raises(Refusal, match="WRK"):
        operations.end_employment(session, longer, ends_on=date(2024, 4, 2), by=ivar, at=LATER)


def test_a_row_that_somebody_else_withdrew_meanwhile_is_a_conflict(session: Session, ivar: Actor) -> None:
    [row] = rows_of(session, "bjorn")
    operations.withdraw_employment(session, row, reason="Never came", by=ivar, at=AT)
    session.commit()
    with pytest.raises(Conflict):
        operations.end_employment(session, row, ends_on=date(2024, 7, 1), by=ivar, at=LATER)


def test_nobody_is_employed_before_the_unit_opens(session: Session, ivar: Actor) -> None:
    with pytest.raises(Refusal, match="opens on 2020-01-01"):
        operations.employ(
            session, queries.person(session, "ute"), queries.unit(session, "LAB"),
            starts_on=date(2019, 12, 31), ends_on=None, by=ivar, at=AT,
        )  # fmt: skip


def test_a_role_is_held_once_at_a_time_in_a_unit(session: Session, ivar: Actor) -> None:
    astrid, lab = queries.person(session, "astrid"), queries.unit(session, "LAB")
    with pytest.raises(Refusal, match="LAB 2020-01-01"):
        operations.give_role(session, astrid, Role.UNIT_LEADER, lab, starts_on=TODAY, ends_on=None, by=ivar, at=AT)
    operations.give_role(session, astrid, Role.AREA_OWNER, lab, starts_on=TODAY, ends_on=None, by=ivar, at=AT)


def test_the_last_administrator_cannot_be_removed_in_any_way(session: Session, ivar: Actor) -> None:
    holding = role_of(session, "ivar")
    ways: list[Any] = [
        lambda: operations.withdraw_role(session, holding, reason="x", today=TODAY, by=ivar, at=AT),
        lambda: operations.end_role(session, holding, ends_on=TODAY, today=TODAY, by=ivar, at=AT),
        lambda: operations.end_role(session, holding, ends_on=date(2030, 1, 1), today=TODAY, by=ivar, at=AT),
        lambda: operations.correct_role(
            session, holding, Role.EDITOR, holding.unit, starts_on=TODAY, ends_on=None, reason="x", today=TODAY,
            by=ivar, at=AT,
        ),
    ]  # fmt: skip
    for remove in ways:
        with pytest.raises(Refusal, match="nobody would be administrator"):
            remove()
        session.rollback()
        holding = role_of(session, "ivar")
        assert holding.withdrawn_at is None


def test_an_administrator_may_go_when_another_stays(session: Session, ivar: Actor) -> None:
    fac = queries.unit(session, "FAC")
    hanne = queries.person(session, "hanne")
    operations.give_role(session, hanne, Role.ADMINISTRATOR, fac, starts_on=TODAY, ends_on=None, by=ivar, at=AT)
    operations.end_role(session, role_of(session, "ivar"), ends_on=TODAY, today=TODAY, by=ivar, at=LATER)


def test_a_new_administrator_who_begins_too_late_does_not_free_the_old_one(session: Session, ivar: Actor) -> None:
    fac, hanne = queries.unit(session, "FAC"), queries.person(session, "hanne")
    operations.give_role(
        session, hanne, Role.ADMINISTRATOR, fac, starts_on=date(2024, 8, 2), ends_on=None, by=ivar, at=AT
    )
    with pytest.raises(Refusal, match="2024-08-01"):
        operations.end_role(session, role_of(session, "ivar"), ends_on=date(2024, 8, 1), today=TODAY, by=ivar, at=LATER)


def test_a_person_is_entered_once_and_the_change_is_kept(session: Session, ivar: Actor) -> None:
    operations.add_person(session, "kari", name="Kari Kvam", email=None, language=None, by=ivar, at=AT)
    session.commit()
    [change] = session.scalars(select(RegisterChange)).all()
    assert (change.kind, change.changed_by_id, change.changed_at) == ("added", ivar.person_id, AT)
    with pytest.raises(Refusal, match="Kari Kvam"):
        operations.add_person(session, "kari", name="Another", email=None, language=None, by=ivar, at=AT)


def test_a_persons_old_address_is_not_kept(session: Session, ivar: Actor) -> None:
    bjorn = queries.person(session, "bjorn")
    operations.edit_person(session, bjorn, name=bjorn.name, email="new@example.no", language=None, by=ivar, at=AT)
    session.commit()
    [change] = session.scalars(select(RegisterChange)).all()
    assert change.details == {"email": []}


def test_a_unit_opens_beneath_another_and_never_before_it(session: Session, ivar: Actor) -> None:
    lab = queries.unit(session, "LAB")
    made = units.open_unit(
        session, "LAS", name={"nb": "Ny"}, parent=lab, opened=TODAY, kind=None, position=None, by=ivar, at=AT
    )
    assert made.path == f"{lab.path}{made.id}/"
    with pytest.raises(Refusal, match="opens on 2020-01-01"):
        units.open_unit(
            session, "OLD", name={"nb": "Før"}, parent=lab, opened=date(2019, 1, 1), kind=None, position=None,
            by=ivar, at=AT,
        )  # fmt: skip
    with pytest.raises(Refusal, match="LAS already"):
        units.open_unit(
            session, "LAS", name={"nb": "Ny"}, parent=lab, opened=TODAY, kind=None, position=None, by=ivar, at=AT
        )


def test_a_unit_cannot_close_while_something_runs_past_it(session: Session, ivar: Actor) -> None:
    wrk, closed = queries.unit(session, "WRK"), date(2024, 7, 1)
    with pytest.raises(Refusal, match="Dina Dahl, Olav Odden"):
        units.close_unit(session, wrk, closed=closed, successors=[], by=ivar, at=AT)
    for person in ("dina", "olav"):
        [row] = rows_of(session, person)
        operations.end_employment(session, row, ends_on=closed, by=ivar, at=AT)
    with pytest.raises(Refusal, match="Roles run past.*Olav Odden"):
        units.close_unit(session, wrk, closed=closed, successors=[], by=ivar, at=AT)
    operations.end_role(session, role_of(session, "olav"), ends_on=closed, today=TODAY, by=ivar, at=AT)
    units.close_unit(session, wrk, closed=closed, successors=[queries.unit(session, "LAB")], by=ivar, at=LATER)
    session.commit()
    session.expire_all()
    assert queries.unit(session, "WRK").closed == closed
    assert [unit.code for unit in queries.unit(session, "WRK").successors] == ["LAB"]


def test_a_unit_closes_once_and_after_those_beneath_it(session: Session, ivar: Actor) -> None:
    lab = queries.unit(session, "LAB")
    with pytest.raises(Refusal, match="OPT"):
        units.close_unit(session, lab, closed=date(2024, 7, 1), successors=[], by=ivar, at=AT)
    made = units.open_unit(
        session, "TMP", name="Tmp", parent=None, opened=TODAY, kind=None, position=None, by=ivar, at=AT
    )
    units.close_unit(session, made, closed=date(2024, 7, 1), successors=[], by=ivar, at=AT)
    with pytest.raises(Conflict):
        units.close_unit(session, made, closed=date(2024, 8, 1), successors=[], by=ivar, at=AT)
    with pytest.raises(Refusal, match="closed from 2024-07-01"):
        operations.employ(
            session, queries.person(session, "ute"), made, starts_on=date(2024, 6, 2), ends_on=None, by=ivar, at=AT
        )


def test_a_successor_must_be_open_on_the_day_and_elsewhere(session: Session, ivar: Actor) -> None:
    lab, opt = queries.unit(session, "LAB"), queries.unit(session, "OPT")
    coming = units.open_unit(
        session, "NEW", name="New", parent=None, opened=date(2024, 7, 2), kind=None, position=None, by=ivar, at=AT
    )
    with pytest.raises(Refusal, match="NEW is not open on 2024-07-01"):
        units.close_unit(session, lab, closed=date(2024, 7, 1), successors=[coming], by=ivar, at=AT)
    with pytest.raises(Refusal, match="OPT"):
        units.close_unit(session, lab, closed=date(2024, 7, 1), successors=[opt], by=ivar, at=AT)
