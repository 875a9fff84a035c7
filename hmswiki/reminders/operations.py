"""Claiming, sending and asking for reminders. `session` first; none of these commits.

Each step of a message is a transaction of its own (see `sending`), and each is a change of one row that only one
run can make: the row says who has the message and how far it has come.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Conflict
from hmswiki.foundation.permissions import Actor, Permission, demand
from hmswiki.reminders.models import Reminder, ReminderRequest, ReminderState
from hmswiki.reminders.rules import GONE_AFTER, Letter


def claim(session: Session, letter: Letter, *, week: str, run: str, message_id: str, at: datetime) -> Reminder | None:
    """The person's reminder of the week, for the run `run` to send; None where there is nothing to send any more.

    Taken over from a run that failed, or that is gone before it gave the mail server anything.
    """
    keys = [line.key for line in letter.lines]
    found = session.scalar(
        select(Reminder).where(Reminder.person_id == letter.person_id, Reminder.week == week)
    )  # fmt: skip
    if found is None:
        found = Reminder(
            person_id=letter.person_id, week=week, state=ReminderState.CLAIMED, claimed_at=at, claimed_by=run,
            message_id=message_id, lines=keys,
        )  # fmt: skip
        try:
            with session.begin_nested():
                session.add(found)
                session.flush()
        except IntegrityError:  # another run was first
            return None
        return found
    taken = session.execute(
        update(Reminder)
        .where(
            Reminder.id == found.id,
            or_(
                Reminder.state == ReminderState.FAILED,
                (Reminder.state == ReminderState.CLAIMED) & (Reminder.claimed_at < at - GONE_AFTER),
            ),
        )
        .values(state=ReminderState.CLAIMED, claimed_at=at, claimed_by=run, lines=keys, problem=None)
    )
    if not _changed_one(taken):
        return None
    session.refresh(found)
    return found


def begin_handing_over(session: Session, reminder_id: int, *, run: str) -> None:
    """Say that the mail server is about to get it. Raises Conflict where another run has it by now."""
    begun = session.execute(
        update(Reminder)
        .where(Reminder.id == reminder_id, Reminder.claimed_by == run, Reminder.state == ReminderState.CLAIMED)
        .values(state=ReminderState.HANDING_OVER)
    )
    if not _changed_one(begun):
        raise Conflict(N_("Another run has taken this message over, so it was not sent here."))


def note_sent(session: Session, reminder_id: int, *, at: datetime) -> None:
    """The mail server took it. Wishes to tell the person of these things are fulfilled."""
    reminder = session.get_one(Reminder, reminder_id)
    reminder.state, reminder.sent_at, reminder.problem = ReminderState.SENT, at, None
    asked = session.scalars(
        select(ReminderRequest).where(
            ReminderRequest.person_id == reminder.person_id, ReminderRequest.known_at(at),
            ReminderRequest.key.in_(reminder.lines),
        )
    )  # fmt: skip
    for request in asked:
        request.withdraw(by_id=None, at=at, reason="sent")


def note_failed(session: Session, reminder_id: int, *, run: str, problem: str) -> None:
    """The mail server did not take it: a later run tries again. Does nothing where another run has it by now."""
    session.execute(
        update(Reminder)
        .where(
            Reminder.id == reminder_id, Reminder.claimed_by == run,
            Reminder.state.in_([ReminderState.CLAIMED, ReminderState.HANDING_OVER]),
        )
        .values(state=ReminderState.FAILED, problem=problem)
    )  # fmt: skip


def note_uncertain(session: Session, reminder_id: int, *, problem: str) -> None:
    """Nobody knows whether it arrived. It stays so, and nothing is sent again by itself."""
    session.get_one(Reminder, reminder_id).problem = problem


def send_again(session: Session, reminder_id: int, *, by: Actor) -> Reminder:
    """Let the next run send one of which nobody knows whether it arrived. Under its old name among all mail, so that
    a mailbox that has it already can tell. Raises Conflict where it is not such a one any more."""
    demand(by, Permission.MANAGE_REMINDERS)
    again = session.execute(
        update(Reminder)
        .where(Reminder.id == reminder_id, Reminder.state == ReminderState.HANDING_OVER)
        .values(state=ReminderState.FAILED)
    )
    if not _changed_one(again):
        raise Conflict(N_("This message is no longer in doubt, so there is nothing to send again."))
    return session.get_one(Reminder, reminder_id)


def ask_for(session: Session, wanted: Collection[tuple[int, str]], *, by: Actor, at: datetime) -> int:
    """Have people (ids) told of things (keys) by the next run, although they are not due within days.

    Gives how many were not asked for already.
    """
    demand(by, Permission.MANAGE_REMINDERS)
    people = {person_id for person_id, _ in wanted}
    waiting = {
        (person_id, key)
        for person_id, key in session.execute(
            select(ReminderRequest.person_id, ReminderRequest.key).where(
                ReminderRequest.person_id.in_(people), ReminderRequest.known_at(at)
            )
        )
    }
    new = sorted(set(wanted) - waiting)
    for person_id, key in new:
        session.add(ReminderRequest(person_id=person_id, key=key, recorded_at=at, recorded_by_id=by.person_id))
    session.flush()
    return len(new)


def _changed_one(result: Any) -> bool:
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
