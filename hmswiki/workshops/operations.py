"""What is done to the plan of a workshop and to its groups. `session` first, nothing is committed.

Everything that a page which watches could show raises the workshop's pulse in the same transaction.
"""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.permissions import Actor, Permission, demand
from hmswiki.workshops.models import Group, Workshop

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


def group_name(name: str | None) -> str | None:
    """What the group is called, as it is kept. Raises Refusal for one that is too long."""
    name = " ".join((name or "").replace("\0", "").split())
    if len(name) > LONGEST_NAME:
        raise Refusal(
            N_("The name has %(length)s characters, and the most is %(limit)s. Shorten it."),
            field="name", length=len(name), limit=LONGEST_NAME,
        )  # fmt: skip
    return name or None


# --- How each is written ------------------------------------------------------------------------------------


def lock(session: Session, workshop: Workshop) -> None:
    """Nobody else changes the workshop until this transaction ends, and what is known of it is what stands now."""
    session.flush()
    # Of the workshop alone: PostgreSQL holds no row that is joined from outside.
    session.refresh(workshop, with_for_update={"of": Workshop})


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
