"""Writes to areas, whose they are and who looks after them. `session` first; nothing here commits.

An area is no fact with two times, as a unit is none: its code, what it lies in and the day it opens stay, its
closing is set once. Which units it belongs to, and who is owner and deputy, are facts: recorded and withdrawn.
Whoever changes something of an area holds its row until the end of the transaction, so that two changes at the same
time cannot leave two owners. `by` is None where it is the command line that acts.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hmswiki.foundation.database import Wording
from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.permissions import Actor, Permission, Places, demand, may
from hmswiki.organisation import area_queries, area_rules, rules
from hmswiki.organisation.models import (
    Area,
    AreaDuty,
    AreaKind,
    AreaPart,
    AreaUnit,
    ChangeKind,
    Person,
    RegisterChange,
    Unit,
)
from hmswiki.organisation.rules import Term

NAMED_AT_MOST = 5
"""So many areas are named in a refusal; the rest are counted."""

NOWHERE = Places(())
"""Where a building is before it is there: within no unit's reach, so only who may act everywhere may add one."""


# --- areas -----------------------------------------------------------------------------------------------


def open_area(
    session: Session,
    code: str,
    *,
    name: Wording,
    kind: AreaKind,
    parent: Area | None,
    opened: date,
    position: float | None,
    by: Actor | None,
    at: datetime,
) -> Area:
    """A new area, in `parent` or on its own. Its code, what it lies in and its first day can never be changed."""
    _demand(session, parent, by=by, day=opened, at=at)
    if session.scalar(select(Area.id).where(Area.code == code)) is not None:
        raise _taken(code)
    area_rules.check_place(code, kind, parent.kind if parent is not None else None)
    if parent is not None:
        _check_inside_parent(session, parent, opened)
    area = Area(
        code=code, name=name, kind=kind, parent_id=parent.id if parent is not None else None, path="",
        opened=opened, closed=None, position=position,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(area)
            session.flush()
    except IntegrityError:  # somebody else took the code at the same time
        raise _taken(code) from None
    area.path = f"{parent.path if parent is not None else 'a/'}{area.id}/"
    _note(session, area, ChangeKind.ADDED, {}, by=by, at=at)
    session.flush()
    return area


def _taken(code: str) -> Refusal:
    return Refusal(
        N_("There is an area with the code %(code)s already. A code is never used twice: write another."),
        field="code", code=code,
    )  # fmt: skip


def _check_inside_parent(session: Session, parent: Area, opened: date) -> None:
    _hold(session, parent, read=True)
    if opened < parent.opened:
        raise Refusal(
            N_("%(area)s, in which it lies, is there from %(opened)s. Choose that day or a later one."),
            field="opened", area=parent.code, opened=parent.opened,
        )  # fmt: skip
    if parent.closed is not None:
        raise Refusal(
            N_("%(area)s is closed from %(closed)s, so no new area can lie in it. Choose another."),
            field="parent", area=parent.code, closed=parent.closed,
        )  # fmt: skip


def edit_area(
    session: Session,
    area: Area,
    *,
    name: Wording,
    kind: AreaKind,
    position: float | None,
    by: Actor | None,
    today: date,
    at: datetime,
) -> bool:
    """Put name, kind and place right. False: they were so already."""
    _demand(session, area, by=by, day=today, at=at)
    _hold(session, area)
    new: dict[str, Any] = {"name": name, "kind": kind, "position": position}
    changed = {field: [getattr(area, field), value] for field, value in new.items() if getattr(area, field) != value}
    if "kind" in changed:
        _check_new_kind(session, area, kind)
    for field, (_before, value) in changed.items():
        setattr(area, field, value)
    if changed:
        _note(session, area, ChangeKind.EDITED, changed, by=by, at=at)
    return bool(changed)


def _check_new_kind(session: Session, area: Area, kind: AreaKind) -> None:
    above = session.get(Area, area.parent_id) if area.parent_id is not None else None
    area_rules.check_place(area.code, kind, above.kind if above is not None else None, field="kind")
    rows = session.execute(select(Area.code, Area.kind).where(Area.parent_id == area.id).order_by(Area.code))
    for code, beneath in rows:
        area_rules.check_place(code, beneath, kind, field="kind")


def close_area(session: Session, area: Area, *, closed: date, by: Actor | None, today: date, at: datetime) -> None:
    """Set the first day on which the area is no more. Only once.

    Refused while an area in it is open past the day, naming them. What runs past the day ends with it: whose the
    area is, its owner and deputies.
    """
    _demand(session, area, by=by, day=today, at=at)
    _hold(session, area)
    if area.closed is not None:
        raise Conflict(
            N_("%(area)s is closed from %(closed)s already, and an area's closing is set once."),
            area=area.code, closed=area.closed,
        )  # fmt: skip
    if closed <= area.opened:
        raise Refusal(
            N_("%(area)s is there from %(opened)s, so it must close on a later day."),
            field="closed", area=area.code, opened=area.opened,
        )  # fmt: skip
    _check_areas_beneath(session, area, closed)
    given = _running_past(session, AreaUnit, area, closed, at)
    held = _running_past(session, AreaDuty, area, closed, at)
    past: list[AreaUnit | AreaDuty] = [*given, *held]
    for row in past:
        row.withdraw(by_id=_id(by), at=at, reason=None)
        if row.starts_on < closed:
            session.add(_again(row, ends_on=closed, by=by, at=at))
    area.closed = closed
    _note(session, area, ChangeKind.CLOSED, {"closed": [None, closed.isoformat()]}, by=by, at=at)
    session.flush()


def _check_areas_beneath(session: Session, area: Area, closed: date) -> None:
    past = (
        Area.path.startswith(area.path, autoescape=True),
        Area.id != area.id,
        or_(Area.closed.is_(None), Area.closed > closed),
    )
    names = session.scalars(select(Area.code).where(*past).order_by(Area.code).limit(NAMED_AT_MOST)).all()
    if not names:
        return
    more = (session.scalar(select(func.count()).select_from(Area).where(*past)) or 0) - len(names)
    if more:
        raise Refusal(
            N_("Areas in it are open on %(closed)s and later: %(names)s and %(more)s more. Close them first."),
            field="closed", closed=closed, names=", ".join(names), more=more,
        )  # fmt: skip
    raise Refusal(
        N_("Areas in it are open on %(closed)s and later: %(names)s. Close them first."),
        field="closed", closed=closed, names=", ".join(names),
    )  # fmt: skip


# --- whose they are --------------------------------------------------------------------------------------


def give_area(
    session: Session,
    area: Area,
    unit: Unit,
    *,
    starts_on: date,
    ends_on: date | None,
    by: Actor | None,
    today: date,
    at: datetime,
) -> AreaUnit:
    """Record that the area belongs to the unit, beside those that share it. Raises Refusal."""
    _demand(session, area, by=by, day=today, at=at)
    _hold(session, area)
    return _record_unit(session, area, unit, starts_on, ends_on, by=by, at=at)


def end_belonging(
    session: Session, row: AreaUnit, *, ends_on: date, by: Actor | None, today: date, at: datetime
) -> AreaUnit:
    """Give it an end, or another end. Raises Refusal; Conflict where it was withdrawn meanwhile."""
    area = _begin_change(session, row, by=by, today=today, at=at)
    _check_new_end(row, ends_on)
    row.withdraw(by_id=_id(by), at=at, reason=None)
    return _record_unit(session, area, row.unit, row.starts_on, ends_on, by=by, at=at)


def correct_belonging(
    session: Session,
    row: AreaUnit,
    unit: Unit,
    *,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    by: Actor | None,
    today: date,
    at: datetime,
) -> AreaUnit:
    """Withdraw what was wrong and record what is right, both with the same time."""
    area = _begin_change(session, row, by=by, today=today, at=at)
    if (unit.id, starts_on, ends_on) == (row.unit_id, row.starts_on, row.ends_on):
        raise _same_as_before()
    row.withdraw(by_id=_id(by), at=at, reason=reason)
    return _record_unit(session, area, unit, starts_on, ends_on, by=by, at=at)


def withdraw_belonging(
    session: Session, row: AreaUnit, *, reason: str, by: Actor | None, today: date, at: datetime
) -> None:
    """Say that the area never was the unit's."""
    _begin_change(session, row, by=by, today=today, at=at)
    row.withdraw(by_id=_id(by), at=at, reason=reason)
    session.flush()


def _record_unit(
    session: Session, area: Area, unit: Unit, starts_on: date, ends_on: date | None, *, by: Actor | None, at: datetime
) -> AreaUnit:
    rules.check_days(starts_on, ends_on)
    session.scalars(  # nobody closes the unit meanwhile
        select(Unit).where(Unit.id == unit.id).with_for_update(read=True).execution_options(populate_existing=True)
    ).one()
    rules.check_inside_unit(unit.code, unit.opened, unit.closed, starts_on, ends_on)
    area_rules.check_inside_area(area.code, area.opened, area.closed, starts_on, ends_on)
    same = _known_rows(session, AreaUnit, AreaUnit.area_id == area.id, AreaUnit.unit_id == unit.id, at=at)
    new = Term(unit.code, starts_on, ends_on, at)
    area_rules.check_not_given_already(new, [_term(row, unit.code) for row in same])
    row = AreaUnit(area=area, unit=unit, starts_on=starts_on, ends_on=ends_on, recorded_at=at, recorded_by_id=_id(by))
    session.add(row)
    session.flush()
    return row


# --- who looks after them --------------------------------------------------------------------------------


def appoint(
    session: Session,
    area: Area,
    person: Person,
    part: AreaPart,
    *,
    starts_on: date,
    ends_on: date | None,
    after: AreaDuty | None = None,
    by: Actor | None,
    today: date,
    at: datetime,
) -> AreaDuty:
    """Record that the person is the area's owner or deputy.

    `after`: the owner's period that ends on the day the new one begins. Raises Refusal.
    """
    _demand(session, area, by=by, day=today, at=at)
    _hold(session, area)
    if after is not None:
        _check_still_known(session, after)
        if after.area_id == area.id and after.holds_on(starts_on) and after.starts_on < starts_on:
            after.withdraw(by_id=_id(by), at=at, reason=None)
            session.add(_again(after, ends_on=starts_on, by=by, at=at))
            session.flush()
    return _record_duty(session, area, person, part, starts_on, ends_on, by=by, at=at)


def end_duty(
    session: Session, row: AreaDuty, *, ends_on: date, by: Actor | None, today: date, at: datetime
) -> AreaDuty:
    """Give it an end, or another end. Raises Refusal; Conflict where it was withdrawn meanwhile."""
    area = _begin_change(session, row, by=by, today=today, at=at)
    _check_new_end(row, ends_on)
    row.withdraw(by_id=_id(by), at=at, reason=None)
    return _record_duty(session, area, row.person, row.part, row.starts_on, ends_on, by=by, at=at)


def correct_duty(
    session: Session,
    row: AreaDuty,
    person: Person,
    *,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    by: Actor | None,
    today: date,
    at: datetime,
) -> AreaDuty:
    """Withdraw what was wrong and record what is right, both with the same time."""
    area = _begin_change(session, row, by=by, today=today, at=at)
    if (person.id, starts_on, ends_on) == (row.person_id, row.starts_on, row.ends_on):
        raise _same_as_before()
    row.withdraw(by_id=_id(by), at=at, reason=reason)
    return _record_duty(session, area, person, row.part, starts_on, ends_on, by=by, at=at)


def withdraw_duty(session: Session, row: AreaDuty, *, reason: str, by: Actor | None, today: date, at: datetime) -> None:
    """Say that the person never was."""
    _begin_change(session, row, by=by, today=today, at=at)
    row.withdraw(by_id=_id(by), at=at, reason=reason)
    session.flush()


def _record_duty(
    session: Session,
    area: Area,
    person: Person,
    part: AreaPart,
    starts_on: date,
    ends_on: date | None,
    *,
    by: Actor | None,
    at: datetime,
) -> AreaDuty:
    rules.check_days(starts_on, ends_on)
    area_rules.check_inside_area(area.code, area.opened, area.closed, starts_on, ends_on)
    rows = _known_rows(session, AreaDuty, AreaDuty.area_id == area.id, at=at)
    new = Term(person.name, starts_on, ends_on, at)
    theirs = [row for row in rows if row.person_id == person.id]
    area_rules.check_one_part_at_a_time(person.name, new, [_term(row, area.code) for row in theirs])
    if part == AreaPart.OWNER:
        owners = [_term(row, row.person.name) for row in rows if row.part == AreaPart.OWNER]
        area_rules.check_one_owner(area.code, new, owners)
    row = AreaDuty(
        area=area, person=person, part=part, starts_on=starts_on, ends_on=ends_on,
        recorded_at=at, recorded_by_id=_id(by),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


# --- what all of them share ------------------------------------------------------------------------------

Fact = TypeVar("Fact", AreaUnit, AreaDuty)


def _demand(session: Session, area: Area | None, *, by: Actor | None, day: date, at: datetime) -> None:
    if by is None or may(by, Permission.MANAGE_AREAS, within=NOWHERE):  # who may everywhere need not be looked up
        return
    within = NOWHERE
    if area is not None:
        within = area_queries.places_of(session, [area.id], day=day, known_at=at)[area.id]
    demand(by, Permission.MANAGE_AREAS, within=within)


def _begin_change(session: Session, row: AreaUnit | AreaDuty, *, by: Actor | None, today: date, at: datetime) -> Area:
    """The row's area, held; the row is still known, and whoever acts may change it."""
    _demand(session, row.area, by=by, day=today, at=at)
    area = _hold(session, row.area)
    _check_still_known(session, row)
    return area


def _hold(session: Session, area: Area, *, read: bool = False) -> Area:
    """The area, which nobody else can change (or with `read`, close) until this transaction ends."""
    return session.scalars(
        select(Area).where(Area.id == area.id).with_for_update(read=read).execution_options(populate_existing=True)
    ).one()


def _check_still_known(session: Session, fact: AreaUnit | AreaDuty) -> None:
    session.refresh(fact, ["withdrawn_at"])
    if fact.withdrawn_at is not None:
        raise Conflict(
            N_("This row was withdrawn %(time)s, perhaps by somebody who worked at the same time as you. "
               "See what holds now, and begin again from there."),
            time=fact.withdrawn_at,
        )  # fmt: skip


def _known_rows(session: Session, table: type[Fact], *wanted: Any, at: datetime) -> Sequence[Fact]:
    return session.scalars(
        select(table)
        .where(*wanted, or_(table.withdrawn_at.is_(None), table.withdrawn_at > at))
        .order_by(table.starts_on, table.id)
        .execution_options(populate_existing=True)
    ).all()


def _running_past(session: Session, table: type[Fact], area: Area, day: date, at: datetime) -> Sequence[Fact]:
    return _known_rows(
        session, table, table.area_id == area.id, or_(table.ends_on.is_(None), table.ends_on > day), at=at
    )


def _again(row: AreaUnit | AreaDuty, *, ends_on: date, by: Actor | None, at: datetime) -> AreaUnit | AreaDuty:
    """The same said anew, with an end."""
    days: dict[str, Any] = {
        "area_id": row.area_id, "starts_on": row.starts_on, "ends_on": ends_on, "recorded_at": at,
        "recorded_by_id": _id(by),
    }  # fmt: skip
    if isinstance(row, AreaUnit):
        return AreaUnit(unit_id=row.unit_id, **days)
    return AreaDuty(person_id=row.person_id, part=row.part, **days)


def _check_new_end(row: AreaUnit | AreaDuty, ends_on: date) -> None:
    rules.check_days(row.starts_on, ends_on)
    if ends_on == row.ends_on:
        raise Refusal(N_("It ends on %(end)s already. Nothing was changed."), field="ends_on", end=ends_on)


def _same_as_before() -> Refusal:
    return Refusal(N_("This is what the row says already. Change something, or leave it as it is."))


def _term(row: AreaUnit | AreaDuty, label: str) -> Term:
    return Term(label, row.starts_on, row.ends_on, row.recorded_at, row.withdrawn_at)


def _id(by: Actor | None) -> int | None:
    return by.person_id if by else None


def _note(
    session: Session, area: Area, kind: ChangeKind, details: dict[str, Any], *, by: Actor | None, at: datetime
) -> None:
    session.add(RegisterChange(area_id=area.id, kind=kind, details=details, changed_at=at, changed_by_id=_id(by)))
