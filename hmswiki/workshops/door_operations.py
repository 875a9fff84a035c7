"""What is done at the door: coming in by a code, picking a group, and changing the code. `session` first.

A seat is what a code gives. Whoever changes their group gets a new one, so that what they wrote before stays written
by whom the first group knew.
"""

from datetime import datetime
from secrets import token_urlsafe

from sqlalchemy import update
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Conflict, NotFound, Refusal
from hmswiki.foundation.permissions import Actor, Permission, demand
from hmswiki.workshops import codes, door_queries, operations, queries
from hmswiki.workshops.models import Code, Group, Opens, Seat, Workshop

LONGEST_NAME = 40


def come_in(
    session: Session,
    workshop: Workshop,
    code: Code,
    *,
    group: Group | None = None,
    name: str | None = None,
    had: Seat | None = None,
    at: datetime,
) -> tuple[Seat, str | None]:
    """A seat for whoever typed the code: in `group`, or to follow only, or at the wall. Gives the seat's token with it
    where it is a new one. `had`: the seat that the phone has already in this workshop.

    Raises Refusal, and NotFound for a code that has been changed meanwhile.
    """
    operations.check_on(workshop)
    session.refresh(code, with_for_update={"read": True})  # nobody changes it while somebody comes in by it
    if code.ended_at is not None or not workshop.is_within_hours(at):
        raise NotFound(
            N_("The code %(code)s has been changed. Type the one that stands on the wall now."),
            field="code", code=codes.shown(code.code),
        )  # fmt: skip
    if code.opens is Opens.WALL:
        if had is not None and had.opens is Opens.WALL:
            return had, None
        return _sit_down(session, workshop, code.id, Opens.WALL, at=at)
    return _take_place(session, workshop, code.id, group, name, had, at)


def move(
    session: Session, workshop: Workshop, seat: Seat, *, group: Group | None, name: str | None = None, at: datetime
) -> tuple[Seat, str | None]:
    """Pick a group from the seat that one has, or another one. Gives the seat's token where it is a new one."""
    operations.check_on(workshop)
    session.refresh(seat, with_for_update={"of": Seat})
    if seat.ended_at is not None or seat.workshop_id != workshop.id or seat.opens is not Opens.GROUPS:
        raise Conflict(N_("The organiser has changed the code. Type the one that stands on the wall now."))
    return _take_place(session, workshop, seat.code_id, group, name, seat, at)


def _take_place(
    session: Session,
    workshop: Workshop,
    code_id: int,
    group: Group | None,
    name: str | None,
    had: Seat | None,
    at: datetime,
) -> tuple[Seat, str | None]:
    name = seat_name(name)
    if had is not None and (had.ended_at is not None or had.opens is not Opens.GROUPS):
        had = None
    if group is None:
        return (had, None) if had is not None else _sit_down(session, workshop, code_id, Opens.GROUPS, at=at)
    _check_group(workshop, group)
    if had is not None and had.group_id == group.id:
        if had.name != name:
            had.name = name
            _beat(session, group)
        return had, None
    # One at a time, so that no two of a group have the same number.
    session.refresh(group, with_for_update={"of": Group, "key_share": True})
    _check_group(workshop, group)
    number = door_queries.seats_in(session, group) + 1
    if had is not None and had.group_id is None:
        had.group_id, had.name, had.number = group.id, name, number
        session.flush()
        return had, None
    if had is not None:
        had.ended_at = at
    return _sit_down(session, workshop, code_id, Opens.GROUPS, group=group, name=name, number=number, at=at)


def _check_group(workshop: Workshop, group: Group) -> None:
    if group.workshop_id != workshop.id or group.removed_at is not None:
        raise NotFound(N_("There is no such group in this workshop. Go back and pick another."))


def _sit_down(
    session: Session,
    workshop: Workshop,
    code_id: int,
    opens: Opens,
    *,
    group: Group | None = None,
    name: str | None = None,
    number: int = 0,
    at: datetime,
) -> tuple[Seat, str]:
    token = token_urlsafe(32)
    seat = Seat(
        workshop_id=workshop.id, code_id=code_id, opens=opens, token_hash=queries.token_hash(token),
        group_id=group.id if group is not None else None, name=name, number=number, made_at=at,
    )  # fmt: skip
    session.add(seat)
    session.flush()
    return seat, token


def _beat(session: Session, group: Group) -> None:
    """The name stands beside what was written. Where nothing was, the group counts as one that has not begun."""
    if group.pulse > 0:
        group.pulse = Group.pulse + 1
    session.flush()


def seat_name(name: str | None) -> str | None:
    """What the writer wants to be called, as it is kept. Raises Refusal for one that is too long."""
    name = " ".join((name or "").replace("\0", "").split())
    if len(name) > LONGEST_NAME:
        raise Refusal(
            N_("The name has %(length)s characters, and the most is %(limit)s. Shorten it."),
            field="name", length=len(name), limit=LONGEST_NAME,
        )  # fmt: skip
    return name or None


# --- The codes ----------------------------------------------------------------------------------------------


def change_code(
    session: Session, workshop: Workshop, opens: Opens, *, put_out: bool = False, by: Actor, at: datetime
) -> Code:
    """End the code that opens it, and make another. With `put_out`, whoever came in must type the new one; what they
    wrote stays. Raises NotAllowed."""
    demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    operations.lock(session, workshop)
    operations.check_on(workshop)
    old = queries.live_code(session, workshop, opens)
    if old is not None:
        old.ended_at, old.ended_by_id = at, by.person_id
        session.flush()
    made = codes.make(session, workshop, opens, by=by, at=at)
    if put_out:
        session.execute(
            update(Seat)
            .where(Seat.workshop_id == workshop.id, Seat.opens == opens, Seat.ended_at.is_(None))
            .values(ended_at=at)
        )
    operations.beat(session, workshop)
    return made
