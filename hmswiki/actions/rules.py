"""Decisions about actions without a database: how one stands, and what may be done with it now, and by whom.

An action is what its entries say, gone through in their order, those that are withdrawn left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

from hmswiki.actions.models import ActionState, EntryKind
from hmswiki.foundation.errors import N_, Conflict, NotAllowed, Refusal
from hmswiki.foundation.periods import holds
from hmswiki.foundation.permissions import Actor, HasPath, Permission, Places, Role, may

# --- How it stands ------------------------------------------------------------------------------------------


class Entry(Protocol):
    """One thing that happened, as far as it changes how the action stands."""

    @property
    def kind(self) -> EntryKind: ...
    @property
    def values(self) -> dict[str, Any]: ...
    @property
    def recorded_by_id(self) -> int | None: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def withdrawn_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Standing:
    """How an action stands. The columns of the same names on `Action` hold this."""

    unit_id: int
    due_on: date
    responsible_id: int | None = None
    responsible_role: Role | None = None
    state: ActionState = ActionState.OPEN
    done_on: date | None = None
    done_by_id: int | None = None
    escalated_to_id: int | None = None
    case_number: str | None = None
    case_url: str | None = None


def standing_of(entries: Iterable[Entry]) -> Standing:
    """What the entries, in their order, come to. The first is the one that raised the action."""
    told = iter([entry for entry in entries if entry.withdrawn_at is None])
    first = next(told, None)
    if first is None or first.kind != EntryKind.RAISED:
        raise ValueError("an action begins with the entry that raised it")
    standing = Standing(
        unit_id=first.values["unit"], due_on=date.fromisoformat(first.values["due_on"]), **_responsible(first.values)
    )
    for entry in told:
        standing = _after(standing, entry)
    return standing


def _after(standing: Standing, entry: Entry) -> Standing:
    values = entry.values
    match entry.kind:
        case EntryKind.ASSIGNED:
            return replace(standing, **_responsible(values))
        case EntryKind.RESCHEDULED:
            # A new date is a new chance: the unit above is told again where that one passes too.
            return replace(standing, due_on=date.fromisoformat(values["due_on"]), escalated_to_id=None)
        case EntryKind.DONE:
            return replace(
                standing,
                state=ActionState.DONE,
                done_on=date.fromisoformat(values["done_on"]),
                done_by_id=entry.recorded_by_id,
            )
        case EntryKind.CHECKED:
            return replace(standing, state=ActionState.CHECKED)
        case EntryKind.REOPENED:
            return replace(standing, state=ActionState.OPEN, done_on=None, done_by_id=None)
        case EntryKind.DROPPED:
            return replace(standing, state=ActionState.DROPPED)
        case EntryKind.MOVED:
            moved = replace(standing, unit_id=values.get("unit", standing.unit_id))
            return replace(moved, **_responsible(values)) if values.get("role") else moved
        case EntryKind.ESCALATED:
            return replace(standing, escalated_to_id=values["unit"])
        case EntryKind.CASE_NOTED:
            return replace(standing, case_number=values.get("number"), case_url=values.get("url"))
        case _:
            return standing


def _responsible(values: dict[str, Any]) -> dict[str, Any]:
    role = values.get("role")
    return {
        "responsible_id": values.get("responsible"),
        "responsible_role": None if role is None else Role(role),
    }


def is_overdue(state: ActionState, due_on: date, today: date) -> bool:
    return state == ActionState.OPEN and due_on < today


def has_left(
    employed: Iterable[tuple[date, date | None, str]], homes: Iterable[str], today: date, *, since: date, stays: str
) -> bool:
    """Whether somebody who became responsible on the day `since` is gone: employed nowhere today, or, having been
    employed since then in one of the units that have answered for the action (`homes`, by path) or beneath it,
    employed in another one now.

    `employed`: from, up to but not including, and the unit's path. `stays`: the unit that answers now, by path.
    A person who was not employed there then, from a workshop that serves all, say, has not left it.
    """
    homes = tuple(homes)
    now = [path for start, end, path in employed if holds(start, end, today)]
    before = [path for _start, end, path in employed if end is not None and since < end <= today]
    if not now:
        return True
    if any(path.startswith(stays) for path in now):
        return False
    return any(path.startswith(homes) for path in before)


# --- What may be done with it -------------------------------------------------------------------------------

_ANY_STATE = frozenset(ActionState)
_OPEN = frozenset({ActionState.OPEN})

FROM: dict[EntryKind, frozenset[ActionState]] = {
    EntryKind.COMMENTED: _ANY_STATE,
    EntryKind.ASSIGNED: _OPEN,
    EntryKind.RESCHEDULED: _OPEN,
    EntryKind.DONE: _OPEN,
    EntryKind.CHECKED: frozenset({ActionState.DONE}),
    EntryKind.REOPENED: _ANY_STATE - _OPEN,
    EntryKind.DROPPED: _OPEN,
    EntryKind.MOVED: frozenset({ActionState.OPEN, ActionState.DONE}),
    EntryKind.ESCALATED: _OPEN,
    EntryKind.CASE_NOTED: _ANY_STATE,
}
"""In which states each thing can happen. (An action is raised once, before it has any.)"""

CLOSED = frozenset({ActionState.CHECKED, ActionState.DROPPED})
"""Nothing more is awaited."""


def check_state(kind: EntryKind, standing: Standing) -> None:
    """Raises Conflict where this cannot happen to an action that stands so."""
    if standing.state in FROM[kind]:
        return
    if standing.state == ActionState.DROPPED:
        raise Conflict(N_("The action was dropped meanwhile. Nothing more is recorded. Reopen it to go on with it."))
    if standing.state == ActionState.CHECKED:
        raise Conflict(
            N_("The action is done and checked already. Nothing more is recorded. Reopen it if it must be done again.")
        )
    if standing.state == ActionState.DONE:
        raise Conflict(
            N_("It is recorded already that the action was done on %(day)s. Nothing more is recorded. "
               "Reopen it if it must be done again."),
            day=standing.done_on,
        )  # fmt: skip
    if kind == EntryKind.CHECKED:
        raise Conflict(N_("The action is open again, so there is nothing to check yet. Nothing is recorded."))
    raise Conflict(N_("The action is open already. Nothing more is recorded."))


# --- By whom ------------------------------------------------------------------------------------------------


class Concern(Protocol):
    """An action, as far as access to it goes."""

    @property
    def unit(self) -> HasPath: ...
    @property
    def area(self) -> HasPath | None: ...
    @property
    def responsible_id(self) -> int | None: ...
    @property
    def responsible_role(self) -> Role | None: ...
    @property
    def raised_by_id(self) -> int | None: ...


def places_of(action: Concern) -> Places:
    """Where the action lies: in its unit, and in its area."""
    return Places((action.unit.path,) if action.area is None else (action.unit.path, action.area.path))


@dataclass(frozen=True)
class Part:
    """What somebody has to do with an action."""

    person_id: int
    sees: bool
    responsible: bool
    """Named, or by the role or the area that answers for it."""
    looks_after: bool
    """Leader, coordinator or safety representative of the unit, or owner or deputy of the area."""
    manages: bool
    """Leader or coordinator: decides whose it is, by when, and whether it is done at all."""


def part_of(actor: Actor, action: Concern) -> Part:
    places = places_of(action)
    responsible = _is_responsible(actor, action)
    return Part(
        person_id=actor.person_id,
        sees=responsible
        or action.raised_by_id == actor.person_id
        or bool(may(actor, Permission.SEE_ACTIONS, within=places)),
        responsible=responsible,
        looks_after=bool(may(actor, Permission.RAISE_ACTIONS, within=places)),
        manages=bool(may(actor, Permission.MANAGE_ACTIONS, within=action.unit)),
    )


def _is_responsible(actor: Actor, action: Concern) -> bool:
    if action.responsible_role is None:
        return action.responsible_id == actor.person_id
    if action.responsible_role == Role.AREA_OWNER and action.area is not None:
        return actor.has_duty(action.area)
    return actor.holds({Role(action.responsible_role)}, action.unit)


def check_part(kind: EntryKind, part: Part, standing: Standing) -> None:
    """Raises NotAllowed with the sentence that says who may."""
    match kind:
        case EntryKind.COMMENTED:
            allowed, who = part.sees, N_("An action is for those who answer for it, for the employees of its unit, "
                                         "and for central HSE.")  # fmt: skip
        case EntryKind.ASSIGNED | EntryKind.RESCHEDULED | EntryKind.DROPPED:
            allowed, who = part.manages, N_("Only the unit's leader and HSE coordinator may change this, and who is "
                                            "responsible for the action.")  # fmt: skip
        case EntryKind.CHECKED | EntryKind.REOPENED:
            allowed, who = part.looks_after, N_("An action is checked and reopened by the unit's leader, HSE "
                                                "coordinator or safety representative, or by the area's owner or "
                                                "deputy.")  # fmt: skip
            if kind == EntryKind.CHECKED and standing.done_by_id == part.person_id:
                raise NotAllowed(
                    N_("You recorded yourself that it is done. Somebody else checks it: the unit's leader, HSE "
                       "coordinator or safety representative, or the area's owner or deputy.")
                )  # fmt: skip
        case EntryKind.DONE | EntryKind.CASE_NOTED:
            allowed = part.responsible or part.looks_after
            who = N_("This is recorded by whoever is responsible for the action, by the unit's leader, HSE coordinator "
                     "or safety representative, or by the area's owner or deputy.")  # fmt: skip
        case _:
            raise ValueError(f"nobody does this by hand: {kind}")
    if not allowed:
        raise NotAllowed(who)


BY_HAND = (
    EntryKind.DONE, EntryKind.CHECKED, EntryKind.COMMENTED, EntryKind.ASSIGNED, EntryKind.RESCHEDULED,
    EntryKind.CASE_NOTED, EntryKind.REOPENED, EntryKind.DROPPED,
)  # fmt: skip
"""What people do to an action, in the order of the page."""


def deeds(part: Part, standing: Standing) -> tuple[EntryKind, ...]:
    """What this person may do with the action now."""
    found = []
    for kind in BY_HAND:
        try:
            check_state(kind, standing)
            check_part(kind, part, standing)
        except Refusal:
            continue
        found.append(kind)
    return tuple(found)


# --- Taking back --------------------------------------------------------------------------------------------

_STRANDS: tuple[frozenset[EntryKind], ...] = (
    frozenset({EntryKind.COMMENTED}),
    frozenset({EntryKind.ASSIGNED, EntryKind.MOVED}),
    frozenset({EntryKind.RESCHEDULED, EntryKind.ESCALATED}),
    frozenset({EntryKind.DONE, EntryKind.CHECKED, EntryKind.REOPENED, EntryKind.DROPPED}),
    frozenset({EntryKind.CASE_NOTED}),
)
"""Entries that build on each other: only the last of its strand can be taken back."""

_NEVER = frozenset({EntryKind.RAISED, EntryKind.MOVED, EntryKind.ESCALATED})
_WHILE_OPEN = frozenset({EntryKind.ASSIGNED, EntryKind.RESCHEDULED})


def check_withdrawal(entry: Entry, entries: Sequence[Entry], person_id: int, standing: Standing) -> None:
    """Raises a Refusal where the person cannot take `entry`, one of `entries`, back."""
    if entry.withdrawn_at is not None:
        raise Conflict(N_("This was taken back already, on %(when)s. Nothing more is recorded."),
                       when=entry.withdrawn_at)  # fmt: skip
    if entry.kind in _NEVER:
        raise Refusal(N_("This cannot be taken back. To end the action, drop it and say why."))
    if entry.recorded_by_id != person_id:
        raise NotAllowed(N_("Only whoever recorded this can take it back."))
    if entry.kind in _WHILE_OPEN and standing.state != ActionState.OPEN:
        raise Conflict(N_("The action is no longer open, so this stands as it is. Reopen the action to change it."))
    if entry.kind == EntryKind.COMMENTED:
        return
    strand = next(strand for strand in _STRANDS if entry.kind in strand)
    later = entries[list(entries).index(entry) + 1 :]
    if any(one.kind in strand and one.withdrawn_at is None for one in later):
        raise Conflict(N_("Something has been recorded after this that builds on it, so it stands as it is."))


def may_withdraw(entry: Entry, entries: Sequence[Entry], person_id: int, standing: Standing) -> bool:
    try:
        check_withdrawal(entry, entries, person_id, standing)
    except Refusal:
        return False
    return True
