"""Writes to units. `session` first; nothing here commits.

A unit is no fact with two times: its code, its parent and the day it opens stay, its `closed` is set once.
Its name, kind and place may be put right, and who did so is kept.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hmswiki.foundation.database import Wording
from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.permissions import Actor
from hmswiki.organisation.models import (
    ChangeKind,
    Employment,
    Person,
    RegisterChange,
    RoleHolding,
    Unit,
    UnitSuccessor,
)

NAMED_AT_MOST = 5
"""So many rows are named in a refusal; the rest are counted."""


def open_unit(
    session: Session,
    code: str,
    *,
    name: Wording,
    parent: Unit | None,
    opened: date,
    kind: str | None,
    position: float | None,
    by: Actor | None,
    at: datetime,
) -> Unit:
    """A new unit, beneath `parent` or at the top. Its code, parent and first day can never be changed."""
    if session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise _taken(code)
    if parent is not None:
        _check_inside_parent(session, parent, opened)
    unit = Unit(
        code=code, name=name, kind=kind, parent_id=parent.id if parent else None, path="",
        opened=opened, closed=None, position=position,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(unit)
            session.flush()
    except IntegrityError:  # somebody else took the code at the same time
        raise _taken(code) from None
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    _note(session, unit, ChangeKind.ADDED, {}, by=by, at=at)
    session.flush()
    return unit


def _taken(code: str) -> Refusal:
    return Refusal(
        N_("There is a unit with the code %(code)s already. A code is never used twice: write another."),
        field="code", code=code,
    )  # fmt: skip


def _check_inside_parent(session: Session, parent: Unit, opened: date) -> None:
    _lock(session, parent, read=True)
    if opened < parent.opened:
        raise Refusal(
            N_("%(unit)s, above it, opens on %(opened)s. A unit beneath cannot open before: choose a later day."),
            field="opened", unit=parent.code, opened=parent.opened,
        )  # fmt: skip
    if parent.closed is not None:
        # A unit that opens beneath has no end yet, and its parent has one.
        raise Refusal(
            N_("%(unit)s is closed from %(closed)s, so no new unit can stand beneath it. Choose another."),
            field="parent", unit=parent.code, closed=parent.closed,
        )  # fmt: skip


def edit_unit(
    session: Session,
    unit: Unit,
    *,
    name: Wording,
    kind: str | None,
    position: float | None,
    by: Actor,
    at: datetime,
) -> bool:
    """Put name, kind and place right. False: they were so already."""
    _lock(session, unit)
    new: dict[str, Any] = {"name": name, "kind": kind, "position": position}
    changed = {field: [getattr(unit, field), value] for field, value in new.items() if getattr(unit, field) != value}
    for field, (_before, value) in changed.items():
        setattr(unit, field, value)
    if changed:
        _note(session, unit, ChangeKind.EDITED, changed, by=by, at=at)
    return bool(changed)


def close_unit(
    session: Session, unit: Unit, *, closed: date, successors: Sequence[Unit], by: Actor, at: datetime
) -> None:
    """Set the first day on which the unit is no more, and who carries on. Only once.

    Refused while an employment, a role or a unit beneath runs past the day, naming them.
    """
    _lock(session, unit)
    if unit.closed is not None:
        raise Conflict(
            N_("%(unit)s is closed from %(closed)s already, and a unit's closing is set once."),
            unit=unit.code, closed=unit.closed,
        )  # fmt: skip
    if closed <= unit.opened:
        raise Refusal(
            N_("%(unit)s opens on %(opened)s, so it must close on a later day."),
            field="closed", unit=unit.code, opened=unit.opened,
        )  # fmt: skip
    for successor in successors:
        _check_successor(unit, successor, closed)
    for check in (_check_units_beneath, _check_employments, _check_roles):
        check(session, unit, closed, at)
    unit.closed = closed
    session.add_all(UnitSuccessor(unit_id=unit.id, successor_id=successor.id) for successor in successors)
    details = {"closed": [None, closed.isoformat()], "successors": [[], [s.code for s in successors]]}
    _note(session, unit, ChangeKind.CLOSED, details, by=by, at=at)
    session.flush()


def _check_successor(unit: Unit, successor: Unit, closed: date) -> None:
    if successor.path.startswith(unit.path):
        raise Refusal(
            N_("%(code)s is the unit itself or one beneath it, and closes too. Name a unit that carries on."),
            field="successors", code=successor.code,
        )  # fmt: skip
    if not successor.open_on(closed):
        raise Refusal(
            N_("%(code)s is not open on %(closed)s, so it cannot carry on from that day. Choose another, or open it."),
            field="successors", code=successor.code, closed=closed,
        )  # fmt: skip


def _check_units_beneath(session: Session, unit: Unit, closed: date, at: datetime) -> None:
    past = (
        Unit.path.startswith(unit.path, autoescape=True),
        Unit.id != unit.id,
        or_(Unit.closed.is_(None), Unit.closed > closed),
    )
    count = session.scalar(select(func.count()).select_from(Unit).where(*past)) or 0
    names = session.scalars(select(Unit.code).where(*past).order_by(Unit.code).limit(NAMED_AT_MOST)).all()
    _refuse_rows(
        names, count, closed,
        N_("Units beneath it are open on %(closed)s and later: %(names)s. Close them first."),
        N_("Units beneath it are open on %(closed)s and later: %(names)s and %(more)s more. Close them first."),
    )  # fmt: skip


def _check_employments(session: Session, unit: Unit, closed: date, at: datetime) -> None:
    _refuse_facts(
        session, Employment, unit, closed, at,
        N_("Employments run past %(closed)s: %(names)s. Move or end them first."),
        N_("Employments run past %(closed)s: %(names)s and %(more)s more. Move or end them first."),
    )  # fmt: skip


def _check_roles(session: Session, unit: Unit, closed: date, at: datetime) -> None:
    _refuse_facts(
        session, RoleHolding, unit, closed, at,
        N_("Roles run past %(closed)s: %(names)s. End them first."),
        N_("Roles run past %(closed)s: %(names)s and %(more)s more. End them first."),
    )  # fmt: skip


def _refuse_facts(
    session: Session,
    table: type[Employment] | type[RoleHolding],
    unit: Unit,
    closed: date,
    at: datetime,
    all_named: str,
    some_named: str,
) -> None:
    past = (
        table.unit_id == unit.id,
        or_(table.withdrawn_at.is_(None), table.withdrawn_at > at),
        or_(table.ends_on.is_(None), table.ends_on > closed),
    )
    count = session.scalar(select(func.count()).select_from(table).where(*past)) or 0
    names = session.scalars(
        select(Person.name)
        .join(table, table.person_id == Person.id)
        .where(*past)
        .order_by(Person.name, Person.id)
        .limit(NAMED_AT_MOST)
    ).all()
    _refuse_rows(names, count, closed, all_named, some_named)


def _refuse_rows(names: Sequence[str], count: int, closed: date, all_named: str, some_named: str) -> None:
    if not names:
        return
    more = count - len(names)
    text = some_named if more else all_named
    raise Refusal(text, field="closed", closed=closed, names=", ".join(names), more=more)


_CODES = re.compile(r"[\s,;]+")


def read_codes(text: str) -> list[str]:
    """The codes in a text in which people write several, each once, in their order."""
    return list(dict.fromkeys(code for code in _CODES.split(text) if code))


def units_by_code(session: Session, codes: Sequence[str], *, field: str) -> list[Unit]:
    """The units, in the order of `codes`. Raises Refusal that names those that do not exist."""
    found = {unit.code: unit for unit in session.scalars(select(Unit).where(Unit.code.in_(codes)))}
    unknown = [code for code in codes if code not in found]
    if unknown:
        raise Refusal(
            N_("There is no unit with the code %(code)s. Look the code up on the organisation's page."),
            field=field, code=", ".join(unknown),
        )  # fmt: skip
    return [found[code] for code in codes]


def _lock(session: Session, unit: Unit, *, read: bool = False) -> None:
    """Nobody else changes the unit, or with `read` closes it, until this transaction ends."""
    session.scalars(
        select(Unit).where(Unit.id == unit.id).with_for_update(read=read).execution_options(populate_existing=True)
    ).one()


def _note(
    session: Session, unit: Unit, kind: ChangeKind, details: dict[str, Any], *, by: Actor | None, at: datetime
) -> None:
    by_id = by.person_id if by else None
    session.add(RegisterChange(unit_id=unit.id, kind=kind, details=details, changed_at=at, changed_by_id=by_id))
