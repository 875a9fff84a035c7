"""What the reminders tell of actions: those that wait for somebody, and overdue ones of units beneath."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions import queries
from hmswiki.actions.models import Action
from hmswiki.foundation.permissions import Role
from hmswiki.foundation.reminding import Waiting
from hmswiki.organisation.models import RoleHolding
from hmswiki.web.addresses import absolute
from hmswiki.web.words import _

ANSWERS_FOR = (Role.UNIT_LEADER, Role.HSE_COORDINATOR)
"""Who is told, in the unit above, of an action that nobody does."""


def waiting(session: Session, *, today: date, known_at: datetime) -> Iterator[Waiting]:
    """Open actions, for whoever is responsible and for the level above that was told. Four selects."""
    actions = queries.listed(session, today=today)
    held = queries.holders(session, actions, day=today, known_at=known_at)
    above = _leaders(session, {one.escalated_to_id for one in actions if one.escalated_to_id}, today, known_at)
    for action in actions:
        people = [person.id for person in held.get(action.id, ())]
        if action.responsible_id is not None:
            people.append(action.responsible_id)
        yield from (_to_do(action, id) for id in people)
        if action.escalated_to_id is not None:
            yield from (_told(action, id) for id in above[action.escalated_to_id] if id not in people)


def _to_do(action: Action, person_id: int) -> Waiting:
    title, key = action.title, action.key
    return Waiting(
        person_id, f"action:{key}", action.due_on,
        text=lambda: _("Action: %(title)s", title=title),
        href=lambda: absolute("actions.show", action_key=key),
    )  # fmt: skip


def _told(action: Action, person_id: int) -> Waiting:
    title, key, code = action.title, action.key, action.unit.code
    return Waiting(
        person_id, f"action-above:{key}", action.due_on,
        text=lambda: _("Overdue in %(unit)s: %(title)s", unit=code, title=title),
        href=lambda: absolute("actions.show", action_key=key),
    )  # fmt: skip


def _leaders(session: Session, unit_ids: set[int], today: date, known_at: datetime) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = session.execute(
        select(RoleHolding.unit_id, RoleHolding.person_id).where(
            RoleHolding.unit_id.in_(unit_ids),
            RoleHolding.role.in_(ANSWERS_FOR),
            RoleHolding.held_on(today),
            RoleHolding.known_at(known_at),
        )
    )
    for unit_id, person_id in rows:
        found[unit_id].add(person_id)
    return found
