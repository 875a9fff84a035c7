"""What is done to a workshop's groups, and who is in them or helps. `session` first, nothing is committed.

Everything that a page which watches could show raises the workshop's pulse in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.permissions import Actor, Permission, demand
from hmswiki.organisation.models import Person
from hmswiki.workshops.models import Group, Helper, Member, Workshop

LONGEST_NAME = 60
MOST_GROUPS = 60
"""Of one workshop, walk-in tables among them."""

# --- Groups -------------------------------------------------------------------------------------------------


def add_group(
    session: Session,
    workshop: Workshop,
    *,
    name: str | None = None,
    for_walk_ins: bool = False,
    by: Actor | None,
    at: datetime,
) -> Group:
    """One more group, with a number that no group of the workshop has had. Raises Refusal.

    A walk-in table may be made by somebody without an account: then `by` is None, and whoever calls has seen that
    a code let them in.
    """
    if not for_walk_ins:
        demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    lock(session, workshop)
    check_on(workshop)
    numbers = session.execute(
        select(func.max(Group.number), func.count(Group.id).filter(Group.removed_at.is_(None))).where(
            Group.workshop_id == workshop.id
        )
    ).one()
    if numbers[1] >= MOST_GROUPS:
        raise Refusal(
            N_("The workshop has %(count)s groups, and more cannot be followed. Join one of them."), count=numbers[1]
        )
    group = Group(
        key=str(uuid4()), workshop_id=workshop.id, number=(numbers[0] or 0) + 1, name=group_name(name),
        for_walk_ins=for_walk_ins,
    )  # fmt: skip
    session.add(group)
    beat(session, workshop)
    return group


def rename_group(session: Session, group: Group, *, name: str | None, by: Actor, at: datetime) -> None:
    """Call it something beside its number, or nothing."""
    _begin(session, group.workshop, by)
    group.name = group_name(name)
    beat(session, group.workshop)


def remove_group(session: Session, group: Group, *, by: Actor, at: datetime) -> None:
    """Take it away; whoever is in it is in none. Raises Conflict where the group has written."""
    _begin(session, group.workshop, by)
    session.refresh(group, with_for_update={"of": Group, "key_share": True})  # nobody writes in it meanwhile
    if group.pulse > 0:
        raise Conflict(
            N_("Group %(number)s has begun to write, so it stays. Move those who are in it, and leave it empty."),
            number=group.number,
        )
    for member in _members(session, group):
        member.withdraw(by_id=by.person_id, at=at, reason=None)
    group.removed_at = at
    beat(session, group.workshop)


def group_name(name: str | None) -> str | None:
    """What the group is called, as it is kept. Raises Refusal for one that is too long."""
    name = " ".join((name or "").replace("\0", "").split())
    if len(name) > LONGEST_NAME:
        raise Refusal(
            N_("The name has %(length)s characters, and the most is %(limit)s. Shorten it."),
            field="name", length=len(name), limit=LONGEST_NAME,
        )  # fmt: skip
    return name or None


# --- Members ------------------------------------------------------------------------------------------------


def put_in_group(
    session: Session, group: Group, person: Person, *, leads: bool = False, by: Actor, at: datetime
) -> Member:
    """The person is in that group from now on, and in no other of the workshop. Raises Refusal.

    `leads`: the person leads it, and whoever did so does not.
    """
    workshop = group.workshop
    _begin(session, workshop, by)
    if group.removed_at is not None:
        raise Conflict(N_("Group %(number)s was taken away. Choose another."), number=group.number)
    had = _membership(session, workshop, person.id)
    if had is not None and (had.group_id, had.leads) == (group.id, leads):
        raise Refusal(
            N_("%(name)s is in group %(number)s already."), field="person", name=person.name, number=group.number
        )
    if had is not None:
        had.withdraw(by_id=by.person_id, at=at, reason=None)
    if leads:
        _step_down(session, group, by=by, at=at)
    member = Member(
        group_id=group.id, person_id=person.id, leads=leads, recorded_at=at, recorded_by_id=by.person_id
    )  # fmt: skip
    session.add(member)
    beat(session, workshop)
    return member


@dataclass(frozen=True)
class Placed:
    """Those who are to be in a group, its leader first. `group` is None for a new one, called `name`."""

    people: Sequence[int]
    group: Group | None = None
    name: str | None = None
    leads: bool = True
    """Whether the first leads it; not where it has a leader who stays."""


def place(session: Session, workshop: Workshop, placed: Sequence[Placed], *, by: Actor, at: datetime) -> int:
    """Put people in groups as was seen in a preview; how many were put or moved. Raises Refusal.

    Whoever is not named stays where they are. Nobody is named twice.
    """
    _begin(session, workshop, by)
    ids = [one for group in placed for one in group.people]
    if len(ids) != len(set(ids)):
        raise Refusal(N_("Somebody stands in two of the groups. Make the groups again."))
    moves = []
    for plan in placed:
        group = plan.group or add_group(session, workshop, name=plan.name, by=by, at=at)
        group.name = group.name or group_name(plan.name)
        moves += [Move(one, group, plan.leads and number == 0) for number, one in enumerate(plan.people)]
    return _move(session, workshop, moves, by=by, at=at)


@dataclass(frozen=True)
class Move:
    """Where a person is from now on; without a group: in none."""

    person_id: int
    group: Group | None
    leads: bool = False


def arrange(session: Session, workshop: Workshop, moves: Sequence[Move], *, by: Actor, at: datetime) -> int:
    """Move people who are in groups, all at once; how many moved. Raises Refusal, Conflict."""
    _begin(session, workshop, by)
    if any(move.group is not None and move.group.removed_at is not None for move in moves):
        raise Conflict(N_("One of the groups was taken away meanwhile. Choose another."))
    return _move(session, workshop, moves, by=by, at=at)


def _move(session: Session, workshop: Workshop, moves: Sequence[Move], *, by: Actor, at: datetime) -> int:
    had = {member.person_id: member for member in _members_of(session, workshop)}
    real = []
    for move in moves:
        was = had.get(move.person_id)
        if (None if was is None else (was.group_id, was.leads)) != (move.group and (move.group.id, move.leads)):
            real.append(move)
    # All leave before any comes: whoever leads one group may come to another.
    for move in real:
        if move.person_id in had:
            had[move.person_id].withdraw(by_id=by.person_id, at=at, reason=None)
    session.flush()
    for move in real:
        if move.group is None:
            continue
        if move.leads:
            _step_down(session, move.group, by=by, at=at)
        session.add(
            Member(group_id=move.group.id, person_id=move.person_id, leads=move.leads, recorded_at=at,
                   recorded_by_id=by.person_id)
        )  # fmt: skip
        session.flush()
    beat(session, workshop)
    return len(real)


def _step_down(session: Session, group: Group, *, by: Actor, at: datetime) -> None:
    """Whoever leads the group stays in it, and does not lead it."""
    for member in _members(session, group):
        if member.leads:
            member.withdraw(by_id=by.person_id, at=at, reason=None)
            session.add(
                Member(group_id=group.id, person_id=member.person_id, leads=False, recorded_at=at,
                       recorded_by_id=by.person_id)
            )  # fmt: skip
    session.flush()


def _members_of(session: Session, workshop: Workshop) -> Sequence[Member]:
    return session.scalars(
        select(Member)
        .join(Group, Member.group_id == Group.id)
        .where(Group.workshop_id == workshop.id, Member.withdrawn_at.is_(None))
        .order_by(Member.id)
    ).all()


def _members(session: Session, group: Group) -> Sequence[Member]:
    return session.scalars(
        select(Member).where(Member.group_id == group.id, Member.withdrawn_at.is_(None)).order_by(Member.id)
    ).all()


def _membership(session: Session, workshop: Workshop, person_id: int) -> Member | None:
    return next((one for one in _members_of(session, workshop) if one.person_id == person_id), None)


# --- Helpers ------------------------------------------------------------------------------------------------


def add_helper(session: Session, workshop: Workshop, person: Person, *, by: Actor, at: datetime) -> Helper:
    """The person sees what all groups write, and gathers it into themes. Raises Refusal."""
    _begin(session, workshop, by)
    if _helping(session, workshop, person.id) is not None:
        raise Refusal(N_("%(name)s is a helper already."), field="helper", name=person.name)
    helper = Helper(
        workshop_id=workshop.id, person_id=person.id, recorded_at=at, recorded_by_id=by.person_id
    )  # fmt: skip
    session.add(helper)
    beat(session, workshop)
    return helper


def withdraw_helper(session: Session, workshop: Workshop, helper: Helper, *, by: Actor, at: datetime) -> None:
    """The person helps no more."""
    _begin(session, workshop, by)
    helper.withdraw(by_id=by.person_id, at=at, reason=None)
    beat(session, workshop)


def _helping(session: Session, workshop: Workshop, person_id: int) -> Helper | None:
    return session.scalar(
        select(Helper).where(
            Helper.workshop_id == workshop.id, Helper.person_id == person_id, Helper.withdrawn_at.is_(None)
        )
    )


# --- How each is written ------------------------------------------------------------------------------------


def _begin(session: Session, workshop: Workshop, by: Actor) -> None:
    demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    lock(session, workshop)
    check_on(workshop)


def lock(session: Session, workshop: Workshop) -> None:
    """Nobody else changes the workshop until this transaction ends, and what is known of it is what stands now."""
    session.flush()
    # Of the workshop alone: PostgreSQL holds no row that is joined from outside.
    # And not against those who only point to it: a phone that comes in holds its group, and waits for nobody here.
    session.refresh(workshop, with_for_update={"of": Workshop, "key_share": True})


def beat(session: Session, workshop: Workshop) -> None:
    """Tell the pages that watch. Counted by the database, so that two at once count both."""
    workshop.pulse = Workshop.pulse + 1
    session.flush()


def check_on(workshop: Workshop) -> None:
    """Raises Conflict for a workshop that was cancelled."""
    if workshop.cancelled_at is not None:
        raise Conflict(
            N_("The workshop was cancelled %(moment)s, so nothing is changed in it."), moment=workshop.cancelled_at
        )
