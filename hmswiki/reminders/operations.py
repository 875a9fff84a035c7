"""Claiming, sending and asking for reminders. `session` first; none of these commits.

How far a message has come stands in its row: see `foundation.posting`, which sends it.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hmswiki.foundation import posting
from hmswiki.foundation.permissions import Actor, Permission, demand
from hmswiki.reminders.models import Reminder, ReminderRequest, ReminderState
from hmswiki.reminders.rules import Letter


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
    if not posting.take(session, Reminder, found.id, run=run, message_id=message_id, at=at, lines=keys):
        return None
    session.refresh(found)
    return found


def note_sent(session: Session, reminder_id: int, at: datetime) -> None:
    """The mail server took it: wishes to tell the person of these things are fulfilled."""
    reminder = session.get_one(Reminder, reminder_id)
    asked = session.scalars(
        select(ReminderRequest).where(
            ReminderRequest.person_id == reminder.person_id, ReminderRequest.known_at(at),
            ReminderRequest.key.in_(reminder.lines),
        )
    )  # fmt: skip
    for request in asked:
        request.withdraw(by_id=None, at=at, reason="sent")


def send_again(session: Session, reminder_id: int, *, by: Actor) -> Reminder:
    """Let the next run send one of which nobody knows whether it arrived. Under its old name among all mail, so that
    a mailbox that has it already can tell. Raises Conflict where it is not such a one any more."""
    demand(by, Permission.MANAGE_REMINDERS)
    posting.let_send_again(session, Reminder, reminder_id)
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
