"""Reads of reminders. `session` first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hmswiki.organisation.models import Person
from hmswiki.reminders.models import Reminder, ReminderRequest, ReminderState


def of_week(session: Session, week: str) -> dict[int, Reminder]:
    """The reminders of a week, by person."""
    found = session.scalars(select(Reminder).where(Reminder.week == week))
    return {reminder.person_id: reminder for reminder in found}


def people(session: Session, ids: Collection[int]) -> dict[int, Person]:
    """The people with these ids. A select for each thousand."""
    wanted, found = sorted(ids), {}
    for start in range(0, len(wanted), 1000):
        batch = session.scalars(select(Person).where(Person.id.in_(wanted[start : start + 1000])))
        found.update({person.id: person for person in batch})
    return found


def requests(session: Session, *, known_at: datetime) -> set[tuple[int, str]]:
    """Whom to tell of what at the next opportunity, although it is not due yet."""
    asked = select(ReminderRequest.person_id, ReminderRequest.key).where(ReminderRequest.known_at(known_at))
    return {(person_id, key) for person_id, key in session.execute(asked)}


@dataclass(frozen=True)
class Week:
    """How the messages of a week went."""

    week: str
    counts: dict[ReminderState, int]
    last_at: datetime | None

    @property
    def sent(self) -> int:
        return self.counts.get(ReminderState.SENT, 0)


def weeks(session: Session, most: int = 12) -> list[Week]:
    """The latest weeks in which somebody was to be told something, the newest first. One select."""
    rows = session.execute(
        select(Reminder.week, Reminder.state, func.count(), func.max(Reminder.sent_at))
        .group_by(Reminder.week, Reminder.state)
        .order_by(Reminder.week.desc())
        .limit(most * len(ReminderState))
    )
    found: dict[str, tuple[dict[ReminderState, int], list[datetime]]] = {}
    for week, state, count, last_at in rows:
        counts, times = found.setdefault(week, ({}, []))
        counts[ReminderState(state)] = count
        if last_at is not None:
            times.append(last_at)
    return [Week(week, counts, max(times, default=None)) for week, (counts, times) in list(found.items())[:most]]


def troubled(session: Session, week: str) -> Sequence[Reminder]:
    """Those of the week that failed, or of which nobody knows whether they arrived; by name."""
    return session.scalars(
        select(Reminder)
        .join(Reminder.person)
        .options(joinedload(Reminder.person))
        .where(Reminder.week == week, Reminder.state.in_([ReminderState.FAILED, ReminderState.HANDING_OVER]))
        .order_by(Person.name, Person.id)
    ).all()
