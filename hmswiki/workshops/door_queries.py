"""Reads at the door: what a typed code opens, and where whoever stands there is already in. `session` first."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hmswiki.foundation.errors import N_, NotFound, Refusal
from hmswiki.foundation.permissions import Pass
from hmswiki.workshops import codes
from hmswiki.workshops.models import Code, Group, Member, Seat, Workshop


class CodeChanged(NotFound):
    """It was the code until the organiser made another."""


def opened_by(session: Session, typed: str, *, now: datetime) -> tuple[Code, Workshop]:
    """What the code opens now. Raises Refusal, and NotFound for a code that opens nothing, or nothing any more."""
    read = codes.read(typed)
    if read is None:
        raise Refusal(
            N_("A code has six letters and digits, like 4K7-29P. Look at the wall and type it again."), field="code"
        )
    rows = session.execute(
        select(Code, Workshop)
        .join(Workshop, Code.workshop_id == Workshop.id)
        .options(joinedload(Workshop.unit))
        .where(Code.code == read, Workshop.cancelled_at.is_(None))
        .order_by(Code.id.desc())
    )
    found = [(code, workshop) for code, workshop in rows]
    live = next(((code, workshop) for code, workshop in found if code.ended_at is None), None)
    if live is None:
        if any(workshop.is_within_hours(now) for _code, workshop in found):
            raise CodeChanged(
                N_("The code %(code)s has been changed. Type the one that stands on the wall now."),
                field="code", code=codes.shown(read),
            )  # fmt: skip
        raise NotFound(
            N_("No meeting has the code %(code)s. Look at the wall and type it again, or ask the organiser."),
            field="code", code=codes.shown(read),
        )  # fmt: skip
    _check_hours(live[1], now)
    return live


def _check_hours(workshop: Workshop, now: datetime) -> None:
    if now < workshop.opens_at:
        raise Refusal(N_("The code opens %(moment)s. Come back then."), field="code", moment=workshop.opens_at)
    if now >= workshop.closes_at:
        raise Refusal(
            N_("The code opened until %(moment)s. What was written is kept, and the organiser has it."),
            field="code", moment=workshop.closes_at,
        )  # fmt: skip


def leaders(session: Session, workshop: Workshop) -> dict[int, str]:
    """Who leads each group, by the group's id."""
    rows = session.scalars(
        select(Member)
        .join(Group, Member.group_id == Group.id)
        .options(joinedload(Member.person))
        .where(Group.workshop_id == workshop.id, Member.leads, Member.withdrawn_at.is_(None))
    )
    return {member.group_id: member.person.name for member in rows}


def groups_open(session: Session, shown: Collection[Pass], *, now: datetime) -> Sequence[Group]:
    """The groups that those passes open by name, of workshops whose doors are open now, the latest workshop first."""
    ids = {one.group_id for one in shown if one.group_id is not None}
    if not ids:
        return []
    return session.scalars(
        select(Group)
        .join(Workshop, Group.workshop_id == Workshop.id)
        .options(joinedload(Group.workshop))
        .where(
            Group.id.in_(ids), Group.removed_at.is_(None), Workshop.cancelled_at.is_(None), Workshop.opens_at <= now,
            Workshop.closes_at > now,
        )
        .order_by(Workshop.starts_at.desc(), Group.number)
    ).all()  # fmt: skip


def seats_in(session: Session, group: Group) -> int:
    """How many seats the group has had."""
    return session.scalar(select(func.count(Seat.id)).where(Seat.group_id == group.id)) or 0
