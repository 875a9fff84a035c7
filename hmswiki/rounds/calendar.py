"""A person's rounds as a calendar that their own program fetches, at an address that only they know.

The address is shown once, when it is made; only its hash is kept. A new one ends the old.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.accounts.rules import new_token, token_hash
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.periods import add_months
from hmswiki.foundation.permissions import Actor
from hmswiki.organisation.models import Person
from hmswiki.rounds import due
from hmswiki.rounds.due import Due
from hmswiki.rounds.models import CalendarAddress
from hmswiki.rounds.words import round_title
from hmswiki.web.addresses import absolute
from hmswiki.web.ical import DayEvent
from hmswiki.web.words import _, day

MONTHS_AHEAD = 12


def make_address(session: Session, *, by: Actor, at: datetime) -> str:
    """A new secret for the person's own calendar, which ends the one before; it is told this once."""
    end_address(session, by=by, at=at)
    token = new_token()
    session.add(CalendarAddress(person_id=by.person_id, token_hash=token_hash(token), made_at=at))
    session.flush()
    return token


def end_address(session: Session, *, by: Actor, at: datetime) -> None:
    """The person's address leads nowhere from now on. Does nothing where there is none."""
    standing = session.scalars(
        select(CalendarAddress).where(CalendarAddress.person_id == by.person_id, CalendarAddress.ended_at.is_(None))
    )
    for address in standing:
        address.ended_at = at


def standing_address(session: Session, person_id: int) -> CalendarAddress | None:
    return session.scalar(
        select(CalendarAddress).where(CalendarAddress.person_id == person_id, CalendarAddress.ended_at.is_(None))
    )


def owner_of(session: Session, token: str) -> Person:
    """Whose calendar it is. Raises NotFound for an address that has ended, or never was."""
    person = session.scalar(
        select(Person)
        .join(CalendarAddress, CalendarAddress.person_id == Person.id)
        .where(CalendarAddress.token_hash == token_hash(token), CalendarAddress.ended_at.is_(None))
    )
    if person is None:
        raise NotFound(N_("This calendar address has ended. Make a new one on the page where you got it."))
    return person


def events(session: Session, who: Actor, *, today: date, known_at: datetime) -> list[DayEvent]:
    """What waits now and what comes within a year, on the days on which it is due."""
    until = add_months(today, MONTHS_AHEAD)
    return [_event(one) for one in due.ahead_of_person(session, who, today=today, until=until, known_at=known_at)]


def _event(one: Due) -> DayEvent:
    return DayEvent(
        uid=one.key, day=one.occurrence.due_on, summary=round_title(one), url=absolute("rounds.due_rounds"),
        changed_at=one.schedule.recorded_at,
        description=_("Can be done from %(day)s.", day=day(one.occurrence.starts_on)),
    )  # fmt: skip
