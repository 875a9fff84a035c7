"""Reads for the pages where workshops are planned and found. `session` first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from hmswiki.workshops import queries
from hmswiki.workshops.models import Group, Helper, Member, Workshop
from hmswiki.workshops.planning import Plan, PlannedPrompt, PlannedTask

# --- Lists --------------------------------------------------------------------------------------------------


def coming(session: Session, *, now: datetime) -> Sequence[Workshop]:
    """Those that are not over, also the cancelled, the next first."""
    return session.scalars(
        select(Workshop)
        .options(joinedload(Workshop.unit))
        .where(Workshop.ends_at > now)
        .order_by(Workshop.starts_at, Workshop.id)
    ).all()


def over(session: Session, *, now: datetime, limit: int, offset: int = 0) -> tuple[Sequence[Workshop], int]:
    """Those that are over, the latest first, and how many there are in all."""
    total = session.scalar(select(func.count(Workshop.id)).where(Workshop.ends_at <= now)) or 0
    found = session.scalars(
        select(Workshop)
        .options(joinedload(Workshop.unit))
        .where(Workshop.ends_at <= now)
        .order_by(Workshop.starts_at.desc(), Workshop.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    return found, total


# --- Whose --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """What a person has to do with a workshop: a group, helping, or both."""

    group: Group | None = None
    leads: bool = False
    helps: bool = False


def parts_of(session: Session, person_id: int, ids: Collection[int]) -> dict[int, Part]:
    """What the person has to do with those workshops, by id; no entry where it is nothing. Two selects."""
    if not ids:
        return {}
    found = {
        group.workshop_id: Part(group, leads)
        for group, leads in session.execute(
            select(Group, Member.leads)
            .join(Member, Member.group_id == Group.id)
            .where(
                Member.person_id == person_id, Member.withdrawn_at.is_(None), Group.removed_at.is_(None),
                Group.workshop_id.in_(ids),
            )
            .order_by(Member.id)
        )
    }  # fmt: skip
    for workshop_id in session.scalars(
        select(Helper.workshop_id).where(
            Helper.person_id == person_id, Helper.withdrawn_at.is_(None), Helper.workshop_id.in_(ids)
        )
    ):
        had = found.get(workshop_id, Part())
        found[workshop_id] = Part(had.group, had.leads, helps=True)
    return found


def helpers(session: Session, workshop: Workshop) -> Sequence[Helper]:
    """Those who are helpers today, in the order in which they were named."""
    return session.scalars(
        select(Helper)
        .options(joinedload(Helper.person))
        .where(Helper.workshop_id == workshop.id, Helper.withdrawn_at.is_(None))
        .order_by(Helper.id)
    ).all()


# --- The plan -----------------------------------------------------------------------------------------------


def plan_of(session: Session, workshop: Workshop) -> Plan:
    """The plan as it is saved; a task that is answered as one has its one sub-heading without a title."""
    return Plan(
        title=workshop.title, starts_at=workshop.starts_at, ends_at=workshop.ends_at, opens_at=workshop.opens_at,
        closes_at=workshop.closes_at, place=workshop.place, about=workshop.about,
        programme=tuple(workshop.programme), reading=tuple(workshop.reading),
        tasks=tuple(
            PlannedTask(
                task.title, task.minutes, task.text, tuple(task.models),
                tuple(PlannedPrompt(one.title, one.hint, one.key) for one in queries.prompts_of(task)), task.key,
            )
            for task in queries.tasks(session, workshop)
        ),
    )  # fmt: skip


def group_sizes(session: Session, workshop_id: int | None) -> dict[int, int]:
    """How many were in each group of a workshop, by the group's number; nothing for None."""
    if workshop_id is None:
        return {}
    rows = session.execute(
        select(Group.number, func.count(Member.id))
        .join(Member, Member.group_id == Group.id)
        .where(Group.workshop_id == workshop_id, Group.removed_at.is_(None), Member.withdrawn_at.is_(None))
        .group_by(Group.number)
    )
    return {row.number: row[1] for row in rows}


def soon_for(session: Session, person_id: int, *, now: datetime, until: datetime) -> Sequence[Workshop]:
    """Workshops that are held, are not over and begin before `until`, in which the person is in a group or helps, or
    which the person has planned; the next first."""
    in_group = (
        select(Member.id)
        .join(Group, Member.group_id == Group.id)
        .where(
            Group.workshop_id == Workshop.id, Group.removed_at.is_(None), Member.person_id == person_id,
            Member.withdrawn_at.is_(None),
        )
    )  # fmt: skip
    helps = select(Helper.id).where(
        Helper.workshop_id == Workshop.id, Helper.person_id == person_id, Helper.withdrawn_at.is_(None)
    )
    return session.scalars(
        select(Workshop)
        .options(joinedload(Workshop.unit))
        .where(
            Workshop.ends_at > now, Workshop.starts_at < until, Workshop.cancelled_at.is_(None),
            or_(in_group.exists(), helps.exists(), Workshop.made_by_id == person_id),
        )
        .order_by(Workshop.starts_at, Workshop.id)
    ).all()  # fmt: skip
