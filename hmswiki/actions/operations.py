"""What happens to actions. `session` first; nothing here commits.

Each writes one entry and puts the action's columns to what its entries now say, the action's row being locked: two
who do something at the same moment come one after the other, and the second sees what the first did.
"""

import re
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from hmswiki.actions import rules
from hmswiki.actions.models import Action, ActionEntry, ActionState, EntryKind
from hmswiki.foundation import events
from hmswiki.foundation.errors import N_, Refusal
from hmswiki.foundation.permissions import Actor, Permission, Places, Role, demand
from hmswiki.organisation.area_queries import units_of
from hmswiki.organisation.models import Area, Person, Unit

LONGEST_TITLE = 500
LONGEST_TEXT = 4_000
LONGEST_CASE_NUMBER = 100
LONGEST_ADDRESS = 2_000

RESPONSIBLE_ROLES = (
    Role.UNIT_LEADER, Role.HSE_COORDINATOR, Role.SAFETY_REPRESENTATIVE, Role.AREA_OWNER,
)  # fmt: skip
"""Roles that an action may be given to."""


def raise_action(
    session: Session,
    *,
    title: str,
    unit: Unit,
    due_on: date,
    by: Actor | None,
    at: datetime,
    text: str | None = None,
    area: Area | None = None,
    responsible: Person | None = None,
    role: Role | None = None,
    origin: str | None = None,
    today: date | None = None,
) -> Action:
    """Something is to be done in `unit`, by `due_on`. Raises Refusal.

    `responsible` or `role` says whose it is; neither: the unit's leader. For Role.AREA_OWNER with an area it is the
    area's owner, whoever that is at the time.
    `origin`: what raised it, as `finding:` and its key. Whoever may record that may raise the action; by hand
    (no origin) it takes RAISE_ACTIONS.
    `today`: given, the unit must be open, the area its own, and the due date not past. (What was written on paper may
    be typed in later.)
    """
    if origin is None and by is not None:
        within = Places((unit.path,) if area is None else (unit.path, area.path))
        demand(by, Permission.RAISE_ACTIONS, within=within)
    if today is not None:
        if area is not None:
            _check_area(session, area, unit, today, at)
        _check_day(due_on, today)
        _check_unit(unit, today)
    role = _role_for(responsible, role)
    _check_role(role, area)
    action = Action(
        key=str(uuid4()), title=_title(title), text=_text(text, "text"), area_id=area.id if area else None,
        origin=origin, raised_at=at, raised_by_id=by.person_id if by else None, unit_id=unit.id, due_on=due_on,
    )  # fmt: skip
    session.add(action)
    session.flush()
    values = {"unit": unit.id, "due_on": due_on.isoformat(), **_whose(responsible, role)}
    happened(session, action, EntryKind.RAISED, values=values, by=by, at=at)
    events.announce(session, events.action_raised, action_id=action.id, unit_id=unit.id, origin=origin)
    return action


# --- What people do -----------------------------------------------------------------------------------------


def comment(session: Session, action: Action, *, by: Actor, at: datetime, text: str) -> ActionEntry:
    """Say something about it."""
    _begin(session, action, EntryKind.COMMENTED, by)
    return happened(
        session, action, EntryKind.COMMENTED, by=by, at=at, text=_words(text, "text", N_("Write a comment."))
    )


def assign(
    session: Session,
    action: Action,
    *,
    by: Actor,
    at: datetime,
    responsible: Person | None = None,
    role: Role | None = None,
    text: str | None = None,
) -> ActionEntry:
    """Give it to a person, or to whoever holds a role."""
    _begin(session, action, EntryKind.ASSIGNED, by)
    role = _role_for(responsible, role)
    _check_role(role, action.area)
    if (action.responsible_id, action.responsible_role) == (responsible.id if responsible else None, role):
        raise Refusal(N_("The action is theirs already. Choose somebody else."), field="responsible")
    return happened(
        session, action, EntryKind.ASSIGNED, values=_whose(responsible, role), by=by, at=at, text=_text(text, "text")
    )


def reschedule(
    session: Session, action: Action, *, due_on: date, by: Actor, at: datetime, today: date, reason: str
) -> ActionEntry:
    """Set another due date, for a reason."""
    _begin(session, action, EntryKind.RESCHEDULED, by)
    if due_on == action.due_on:
        raise Refusal(N_("That is its due date already. Choose another day."), field="due_on")
    _check_day(due_on, today)
    reason = _words(reason, "reason", N_("Say why the due date changes."))
    values = {"due_on": due_on.isoformat()}
    return happened(session, action, EntryKind.RESCHEDULED, values=values, by=by, at=at, text=reason)


def do(
    session: Session, action: Action, *, by: Actor, at: datetime, done_on: date, today: date, text: str | None = None
) -> ActionEntry:
    """It is done, since `done_on`. Raises Conflict where somebody has said so, or dropped it, meanwhile."""
    _begin(session, action, EntryKind.DONE, by)
    if done_on > today:
        raise Refusal(N_("That day lies ahead. Choose today, or the day it was done."), field="done_on")
    values = {"done_on": done_on.isoformat()}
    entry = happened(session, action, EntryKind.DONE, values=values, by=by, at=at, text=_text(text, "text"))
    _announce_closed(session, action)
    return entry


def check(session: Session, action: Action, *, by: Actor, at: datetime, text: str | None = None) -> ActionEntry:
    """Somebody else has seen that it is done. Raises NotAllowed for whoever said that it is."""
    _begin(session, action, EntryKind.CHECKED, by)
    return happened(session, action, EntryKind.CHECKED, by=by, at=at, text=_text(text, "text"))


def reopen(session: Session, action: Action, *, by: Actor, at: datetime, reason: str) -> ActionEntry:
    """It must be done after all, or again."""
    _begin(session, action, EntryKind.REOPENED, by)
    reason = _words(reason, "reason", N_("Say why it is opened again."))
    return happened(session, action, EntryKind.REOPENED, by=by, at=at, text=reason)


def drop(session: Session, action: Action, *, by: Actor, at: datetime, reason: str) -> ActionEntry:
    """It will not be done, for a reason."""
    _begin(session, action, EntryKind.DROPPED, by)
    reason = _words(reason, "reason", N_("Say why it will not be done."))
    entry = happened(session, action, EntryKind.DROPPED, by=by, at=at, text=reason)
    _announce_closed(session, action)
    return entry


def note_case(
    session: Session, action: Action, *, number: str, url: str | None, by: Actor, at: datetime
) -> ActionEntry:
    """Where the case is in the deviation system. The case itself stays there."""
    _begin(session, action, EntryKind.CASE_NOTED, by)
    number = _words(number, "number", N_("Write the case's number."), LONGEST_CASE_NUMBER)
    values = {"number": number, "url": _address(url)}
    if (action.case_number, action.case_url) == (values["number"], values["url"]):
        raise Refusal(N_("This is noted already."), field="number")
    return happened(session, action, EntryKind.CASE_NOTED, values=values, by=by, at=at)


def withdraw_entry(session: Session, entry: ActionEntry, *, by: Actor, at: datetime) -> None:
    """Whoever recorded it takes it back. It stays in the history, struck through. Raises Refusal, Conflict."""
    action = entry.action
    lock(session, action)
    rules.check_withdrawal(entry, action.entries, by.person_id, rules.standing_of(action.entries))
    entry.withdraw(by_id=by.person_id, at=max(at, entry.recorded_at), reason=None)
    session.flush()
    _settle(session, action)


# --- How each is written ------------------------------------------------------------------------------------


def lock(session: Session, action: Action) -> None:
    """Nobody else changes the action until this transaction ends, and what is known of it is what stands now."""
    session.flush()
    # Of the action alone: PostgreSQL holds no row that is joined from outside, as its unit and people are.
    session.refresh(action, with_for_update={"of": Action})
    session.expire(action, ["entries", *_RELATED])
    session.refresh(action, ["entries"])
    for entry in action.entries:  # those that were read before may have been withdrawn meanwhile
        session.refresh(entry)


def _begin(session: Session, action: Action, kind: EntryKind, by: Actor) -> None:
    lock(session, action)
    standing = rules.standing_of(action.entries)
    part = rules.part_of(by, action)
    rules.check_part(EntryKind.COMMENTED, part, standing)
    rules.check_state(kind, standing)
    rules.check_part(kind, part, standing)


def happened(
    session: Session,
    action: Action,
    kind: EntryKind,
    *,
    by: Actor | None,
    at: datetime,
    values: dict[str, Any] | None = None,
    text: str | None = None,
) -> ActionEntry:
    # Two machines' clocks differ a little: what comes later in the history is never recorded before what it follows.
    latest = max((one.recorded_at for one in action.entries), default=at)
    entry = ActionEntry(
        kind=kind, text=text, values=values or {}, recorded_at=max(at, latest),
        recorded_by_id=by.person_id if by else None,
    )  # fmt: skip
    action.entries.append(entry)
    session.flush()
    _settle(session, action)
    return entry


_RELATED = ("unit", "responsible", "done_by", "escalated_to")


def _settle(session: Session, action: Action) -> None:
    """Put the columns to what the entries say."""
    standing = rules.standing_of(action.entries)
    for name in rules.Standing.__dataclass_fields__:
        setattr(action, name, getattr(standing, name))
    session.flush()
    session.expire(action, _RELATED)


def _announce_closed(session: Session, action: Action) -> None:
    state = ActionState(action.state).value
    events.announce(session, events.action_closed, action_id=action.id, unit_id=action.unit_id, state=state)


# --- What is refused ----------------------------------------------------------------------------------------


def _role_for(responsible: Person | None, role: Role | None) -> Role | None:
    if responsible is not None and role is not None:
        raise Refusal(N_("Choose a person or a role, not both."), field="responsible")
    return role if responsible is not None else role or Role.UNIT_LEADER


def _whose(responsible: Person | None, role: Role | None) -> dict[str, Any]:
    return {"responsible": responsible.id} if responsible is not None else {"role": Role(str(role)).value}


def _check_role(role: Role | None, area: Area | None) -> None:
    if role is not None and role not in RESPONSIBLE_ROLES:
        raise Refusal(
            N_("An action cannot be given to this role. Choose a person, or another role."), field="responsible"
        )
    if role == Role.AREA_OWNER and area is None:
        raise Refusal(N_("Choose the area whose owner is responsible."), field="area")


def _check_day(due_on: date, today: date) -> None:
    if due_on < today:
        raise Refusal(N_("The due date lies before today. Choose today or a later day."), field="due_on")


def _check_unit(unit: Unit, today: date) -> None:
    if not unit.open_on(today):
        raise Refusal(
            N_("%(unit)s is not open today, so nobody there can do it. Choose the unit that carries on its work."),
            field="unit", unit=unit.code,
        )  # fmt: skip


def _check_area(session: Session, area: Area, unit: Unit, today: date, at: datetime) -> None:
    units = units_of(session, [area.id], day=today, known_at=at)[area.id]
    if not any(one.path.startswith(unit.path) or unit.path.startswith(one.path) for one in units):
        raise Refusal(
            N_("%(area)s does not belong to %(unit)s. Choose one of its areas, or leave the area out."),
            field="area", area=area.code, unit=unit.code,
        )  # fmt: skip


def _title(title: str) -> str:
    title = " ".join(title.split())
    return _words(title, "title", N_("Write what is to be done."), LONGEST_TITLE)


def _text(text: str | None, field: str) -> str | None:
    return _words(text, field, "") if text and text.strip() else None


def _words(text: str, field: str, when_empty: str, limit: int = LONGEST_TEXT) -> str:
    """What was typed, without space around it. Raises Refusal where it is empty or too long."""
    text = text.strip()
    if not text:
        raise Refusal(when_empty, field=field)
    if "\0" in text:  # PostgreSQL keeps no such letter
        raise Refusal(N_("The text holds a character that cannot be kept. Type it again."), field=field)
    if len(text) > limit:
        raise Refusal(
            N_("The text has %(length)s characters, and the most is %(limit)s. Shorten it."),
            field=field, length=len(text), limit=limit,
        )  # fmt: skip
    return text


# An address that a browser follows: https, a host, and nothing that could be read as something else.
_HTTPS = re.compile(r"https://[^\s/?#@\\\"'<>]+(?:[/?#][^\s\\\"'<>]*)?", re.IGNORECASE)


def _address(url: str | None) -> str | None:
    url = (url or "").strip()
    if not url:
        return None
    if not _HTTPS.fullmatch(url) or not url.isprintable():
        raise Refusal(
            N_("This is no address that can be linked to. Copy it from the address bar; it begins with https://."),
            field="url",
        )  # fmt: skip
    return _words(url, "url", "", LONGEST_ADDRESS)
