"""Reads of workshops. `session` first."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.permissions import Pass, Permission
from hmswiki.workshops.clock import TaskClock, task_clock
from hmswiki.workshops.models import (
    Code,
    Group,
    Helper,
    Member,
    Opens,
    Prompt,
    Seat,
    Task,
    Workshop,
    WorkshopEvent,
)

# Hundreds of phones ask for these every few seconds: they are put together once.
_WORKSHOP = select(Workshop).options(joinedload(Workshop.unit)).where(Workshop.key == bindparam("key"))
_SEATS = (
    select(Seat)
    .join(Workshop, Seat.workshop_id == Workshop.id)
    .where(
        Seat.token_hash.in_(bindparam("hashes", expanding=True)), Seat.ended_at.is_(None),
        Workshop.cancelled_at.is_(None), Workshop.opens_at <= bindparam("now"), Workshop.closes_at > bindparam("now"),
    )
    .order_by(Seat.id)
)  # fmt: skip
_TASK = (
    select(Task)
    .options(selectinload(Task.prompts))
    .where(Task.workshop_id == bindparam("workshop"), Task.key == bindparam("key"), Task.removed_at.is_(None))
)
_TASKS = (
    select(Task)
    .options(joinedload(Task.prompts))
    .where(Task.workshop_id == bindparam("workshop"), Task.removed_at.is_(None))
    .order_by(Task.position, Task.id)
)
_NUMBER_OF_GROUPS = select(func.count(Group.id)).where(
    Group.workshop_id == bindparam("workshop"), Group.removed_at.is_(None)
)
_EVENTS = (
    select(WorkshopEvent)
    .where(WorkshopEvent.workshop_id == bindparam("workshop"), WorkshopEvent.withdrawn_at.is_(None))
    .order_by(WorkshopEvent.at, WorkshopEvent.id)
)
_ALL_PULSES = (
    select(func.coalesce(func.sum(Group.pulse), 0)).where(Group.workshop_id == bindparam("workshop")).scalar_subquery()
)
_PULSE = select(Workshop.pulse + _ALL_PULSES).where(Workshop.id == bindparam("workshop"))


def workshop(session: Session, key: str) -> Workshop:
    """The workshop with `key`, with its unit. Raises NotFound."""
    found = None if "\0" in key else session.scalar(_WORKSHOP, {"key": key})
    if found is None:
        raise NotFound(N_("There is no such workshop. The address may be old or mistyped."))
    return found


def group(session: Session, workshop: Workshop, number: int) -> Group:
    """The workshop's group of that number. Raises NotFound for none, and for one that was taken away."""
    found = session.scalar(
        select(Group)
        .options(joinedload(Group.workshop).joinedload(Workshop.unit))
        .where(Group.workshop_id == workshop.id, Group.number == number, Group.removed_at.is_(None))
    )
    if found is None:
        raise NotFound(N_("There is no such group in this workshop. Go back and pick another."))
    return found


def number_of_groups(session: Session, workshop: Workshop) -> int:
    """How many groups it has, without those taken away."""
    return session.scalar(_NUMBER_OF_GROUPS, {"workshop": workshop.id}) or 0


def groups(session: Session, workshop: Workshop) -> Sequence[Group]:
    """Its groups in the order of their numbers, without those taken away."""
    return session.scalars(
        select(Group).where(Group.workshop_id == workshop.id, Group.removed_at.is_(None)).order_by(Group.number)
    ).all()


def task(session: Session, workshop: Workshop, key: str) -> Task:
    """The workshop's task with `key`, with its prompts. Raises NotFound for none, and for one taken out of the plan."""
    found = None if "\0" in key else session.scalar(_TASK, {"workshop": workshop.id, "key": key})
    if found is None:
        raise _no_such_task()
    return found


def task_among(tasks: Iterable[Task], key: str) -> Task:
    """The one with `key`. Raises NotFound."""
    for one in tasks:
        if one.key == key:
            return one
    raise _no_such_task()


def _no_such_task() -> NotFound:
    return NotFound(N_("There is no such task in this workshop. Go back and pick another."))


def tasks(session: Session, workshop: Workshop) -> Sequence[Task]:
    """Its tasks in order, with their prompts, without those taken out of the plan."""
    return session.scalars(_TASKS, {"workshop": workshop.id}).unique().all()


def prompts_of(task: Task) -> list[Prompt]:
    """The prompts that are still in the plan, in order. Never empty."""
    return [prompt for prompt in task.prompts if prompt.removed_at is None]


# --- What happened ------------------------------------------------------------------------------------------


def events(session: Session, workshop: Workshop) -> Sequence[WorkshopEvent]:
    """What happened and was not withdrawn, in order."""
    return session.scalars(_EVENTS, {"workshop": workshop.id}).all()


def clock_of(task: Task, happened: Sequence[WorkshopEvent]) -> TaskClock:
    """How the task stands, given `events`."""
    return task_clock(task.id, task.minutes, happened)


def pulse(session: Session, workshop_id: int) -> int:
    """Rises with everything about the workshop that any page could show. One select; a page's validator."""
    return int(session.scalar(_PULSE, {"workshop": workshop_id}) or 0)


# --- Who takes part -----------------------------------------------------------------------------------------


def members(session: Session, workshop: Workshop) -> dict[int, list[Member]]:
    """Who is in each group today, by the group's id, leaders first; a group without anybody has no entry."""
    found: dict[int, list[Member]] = {}
    rows = session.scalars(
        select(Member)
        .join(Group, Member.group_id == Group.id)
        .options(joinedload(Member.person))
        .where(Group.workshop_id == workshop.id, Group.removed_at.is_(None), Member.withdrawn_at.is_(None))
        .order_by(Member.leads.desc(), Member.id)
    )
    for member in rows:
        found.setdefault(member.group_id, []).append(member)
    return found


def live_code(session: Session, workshop: Workshop, opens: Opens) -> Code | None:
    """The code that opens it now; None before one was made."""
    return session.scalar(
        select(Code).where(Code.workshop_id == workshop.id, Code.opens == opens, Code.ended_at.is_(None))
    )


# --- Passes -------------------------------------------------------------------------------------------------

OF_A_MEMBER = frozenset({Permission.WRITE_NOTES, Permission.FOLLOW_WORKSHOP})
OF_A_HELPER = frozenset({Permission.SEE_NOTES, Permission.SORT_POINTS})
OF_A_SEAT = frozenset({Permission.FOLLOW_WORKSHOP})
OF_A_SEAT_IN_A_GROUP = frozenset({Permission.WRITE_NOTES})
OF_THE_WALL = frozenset({Permission.SEE_NOTES, Permission.FOLLOW_WORKSHOP})


def token_hash(token: str) -> str:
    """What is kept of a seat's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def seats(session: Session, tokens: Collection[str], *, now: datetime) -> Sequence[Seat]:
    """The seats of those tokens that still open something: not put out, within the workshop's hours. One select."""
    if not tokens:
        return []
    return session.scalars(_SEATS, {"hashes": [token_hash(token) for token in tokens], "now": now}).all()


def passes_of_seats(found: Sequence[Seat]) -> list[Pass]:
    """What the seats open: the task and the time of the workshop, and writing in the group that was picked; or the
    wall."""
    passes = []
    for seat in found:
        if seat.opens is Opens.WALL:
            passes.append(Pass(seat.workshop_id, OF_THE_WALL))
            continue
        passes.append(Pass(seat.workshop_id, OF_A_SEAT))
        if seat.group_id is not None:
            passes.append(Pass(seat.workshop_id, OF_A_SEAT_IN_A_GROUP, seat.group_id))
    return passes


def passes_of_person(session: Session, person_id: int) -> list[Pass]:
    """What being put in a group, and being named a helper, opens. Two selects."""
    passes = [
        Pass(workshop_id, OF_A_MEMBER, group_id)
        for workshop_id, group_id in session.execute(
            select(Group.workshop_id, Group.id)
            .join(Member, Member.group_id == Group.id)
            .where(Member.person_id == person_id, Member.withdrawn_at.is_(None), Group.removed_at.is_(None))
            .order_by(Group.id)
        )
    ]
    helping = select(Helper.workshop_id).where(Helper.person_id == person_id, Helper.withdrawn_at.is_(None))
    passes.extend(Pass(workshop_id, OF_A_HELPER) for workshop_id in session.scalars(helping))
    return passes
