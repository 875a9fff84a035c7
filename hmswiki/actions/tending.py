"""What follows of itself: actions go with a reorganisation and with those who leave, and the level above is told.

Each step looks at how things stand today and does what is not done yet. Doing it again does nothing, and two who do
it at the same moment come one after the other: each action's row is locked before it is looked at.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from hmswiki.actions import operations, rules
from hmswiki.actions.models import Action, ActionEntry, ActionState, EntryKind
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import Employment, Unit

_MOVABLE = tuple(sorted(rules.FROM[EntryKind.MOVED]))


@dataclass(frozen=True)
class Tended:
    """The entries that were written."""

    moved: Sequence[ActionEntry]
    escalated: Sequence[ActionEntry]


def tend(session: Session, *, at: datetime, today: date, escalate_after: int) -> Tended:
    """All of it. `escalate_after`: so many days after its due date the level above is told."""
    return Tended(
        moved=move_to_successors(session, at=at, today=today),
        escalated=escalate_overdue(session, at=at, today=today, after_days=escalate_after),
    )


# --- Moving -------------------------------------------------------------------------------------------------


def move_to_successors(session: Session, *, at: datetime, today: date) -> list[ActionEntry]:
    """Actions of units that are closed go to the successor: to the first by code where there are several, to the unit
    above where there is none. Actions whose responsible person has left fall to the unit's leader.

    An action that an area's owner answers for needs no moving: it is whoever owns the area now.
    """
    waiting = session.scalars(
        select(Action)
        .join(Action.unit)
        .where(
            Action.state.in_(_MOVABLE),
            or_(Unit.closed <= today, Action.responsible_id.is_not(None)),
        )
        .options(joinedload(Action.unit))
        .order_by(Action.id)
    ).all()
    employed = _employments(session, {one.responsible_id for one in waiting if one.responsible_id}, at)
    moved = []
    for action in waiting:
        if _has_anything_to_move(action, employed, today):
            entry = _move(session, action, employed, at=at, today=today)
            if entry is not None:
                moved.append(entry)
    return moved


_Employed = Mapping[int, Sequence[tuple[date, date | None, str]]]


def _employments(session: Session, people: set[int], at: datetime) -> _Employed:
    """For each person when they are employed, and the path of the unit."""
    found: dict[int, list[tuple[date, date | None, str]]] = defaultdict(list)
    rows = session.execute(
        select(Employment.person_id, Employment.starts_on, Employment.ends_on, Unit.path)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(Employment.person_id.in_(people), Employment.known_at(at))
    )
    for person_id, starts_on, ends_on, path in rows:
        found[person_id].append((starts_on, ends_on, path))
    return found


def _has_anything_to_move(action: Action, employed: _Employed, today: date) -> bool:
    """A first look, before anything is locked."""
    if not action.unit.open_on(today):
        return True
    path, person = action.unit.path, action.responsible_id
    return person is not None and rules.has_left(employed.get(person, ()), (path,), today, since=date.min, stays=path)


def _move(session: Session, action: Action, employed: _Employed, *, at: datetime, today: date) -> ActionEntry | None:
    operations.lock(session, action)
    if action.state not in _MOVABLE:
        return None
    values: dict[str, object] = {}
    answers = action.unit
    if not action.unit.open_on(today):
        successor, others = successor_of(action.unit, today)
        if successor is not None:
            answers = successor
            values["unit"] = successor.id
            if others:
                values["others"] = [one.id for one in others]
    person = action.responsible_id
    if person is not None and rules.has_left(
        employed.get(person, ()), _homes(session, action), today, since=_given_on(action), stays=answers.path
    ):
        values["role"] = Role.UNIT_LEADER.value
        values["left"] = person
    if not values:
        return None
    return operations.happened(session, action, EntryKind.MOVED, values=values, by=None, at=at)


def _homes(session: Session, action: Action) -> list[str]:
    """The paths of all units that have answered for the action."""
    ids = {entry.values["unit"] for entry in action.entries if entry.kind in (EntryKind.RAISED, EntryKind.MOVED)
           and "unit" in entry.values}  # fmt: skip
    return list(session.scalars(select(Unit.path).where(Unit.id.in_(ids))))


def _given_on(action: Action) -> date:
    """The day on which the responsible person was chosen."""
    return max(one.recorded_at for one in action.entries if "responsible" in one.values).date()


def successor_of(unit: Unit, today: date) -> tuple[Unit | None, list[Unit]]:
    """The open unit that carries on what `unit` did, and others that do so too. None: there is nobody above either."""
    seen = {unit.id}
    current = unit
    others: list[Unit] = []
    while not current.open_on(today):
        following = [one for one in current.successors if one.id not in seen]
        ahead = following[0] if following else current.parent
        if ahead is None or ahead.id in seen:
            return None, []
        others = following[1:] or others
        seen.add(ahead.id)
        current = ahead
    return current, [one for one in others if one.id != current.id and one.open_on(today)]


# --- Telling the level above --------------------------------------------------------------------------------


def escalate_overdue(session: Session, *, at: datetime, today: date, after_days: int) -> list[ActionEntry]:
    """Tell the level above, once for each due date, of actions that have been overdue for more than `after_days`."""
    limit = today - timedelta(days=after_days)
    waiting = session.scalars(
        select(Action)
        .where(Action.state == ActionState.OPEN, Action.due_on < limit, Action.escalated_to_id.is_(None))
        .options(joinedload(Action.unit))
        .order_by(Action.id)
    ).all()
    told = []
    for action in waiting:
        above = _open_above(action.unit, today)
        if above is None:
            continue
        operations.lock(session, action)
        if action.state == ActionState.OPEN and action.due_on < limit and action.escalated_to_id is None:
            values = {"unit": above.id}
            told.append(operations.happened(session, action, EntryKind.ESCALATED, values=values, by=None, at=at))
    return told


def _open_above(unit: Unit, today: date) -> Unit | None:
    above = unit.parent
    while above is not None and not above.open_on(today):
        above = above.parent
    return above
