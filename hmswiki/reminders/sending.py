"""One run of the reminders: who is told what now, and the telling.

At most one message a person and week, each once, as `foundation.posting` does it. One of which nobody knows whether it
arrived is told of, and what it said stands in next week's message if it still waits.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hmswiki.actions import tending
from hmswiki.foundation import clock, posting
from hmswiki.foundation.mail import Mail
from hmswiki.foundation.posting import Claim, Outcome, Parcel
from hmswiki.foundation.reminding import Waiting
from hmswiki.organisation.models import Person
from hmswiki.reminders import operations, queries, rules
from hmswiki.reminders.letters import composed
from hmswiki.reminders.models import Reminder, ReminderState
from hmswiki.reminders.rules import Letter
from hmswiki.web.context import close_read_session, read_session, settings, state, today, transaction
from hmswiki.web.mailing import check_setup, server, step


@dataclass(frozen=True)
class Plan:
    """Who is to be told what, as things stand now."""

    week: str
    letters: list[Letter]
    people: dict[int, Person]
    had: dict[int, Reminder]
    """Those whom somebody has claimed a message for this week, by person."""

    @property
    def to_send(self) -> list[Letter]:
        """Without those who had this week's message, or have no e-mail address."""
        now = clock.now()
        return [letter for letter in self.letters if self._can_be_sent(letter, now)]

    @property
    def without_address(self) -> list[Person]:
        return [self.people[one.person_id] for one in self.letters if not self.people[one.person_id].email]

    def _can_be_sent(self, letter: Letter, now: object) -> bool:
        had = self.had.get(letter.person_id)
        if not self.people[letter.person_id].email:
            return False
        return had is None or had.state in (ReminderState.FAILED, ReminderState.CLAIMED)


Source = Callable[..., Iterable[Waiting]]


def plan() -> Plan:
    """Who is to be told what now, gathered from all rooms. Reads only."""
    session, day, now = read_session(), today(), clock.now()
    waiting = [one for source in state().wiki.reminders for one in source(session, today=day, known_at=now)]
    found = rules.letters(
        waiting, today=day, days=settings().reminder_days, asked_for=queries.requests(session, known_at=now)
    )
    week = rules.week_of(day)
    return Plan(
        week, found, queries.people(session, [one.person_id for one in found]), queries.of_week(session, week)
    )  # fmt: skip


def tend() -> None:
    """What must have happened before anybody is told: actions move after reorganisations, overdue ones upwards."""
    with transaction() as session:
        tending.tend(session, at=clock.now(), today=today(), escalate_after=settings().actions_escalate_after_days)


def run(planned: Plan | None = None, *, limit: int | None = None) -> Outcome:
    """Send what is due. Raises SetupProblem where the site cannot send mail."""
    check_setup()
    planned = planned or plan()
    close_read_session()
    parcels = [_parcel(letter, planned) for letter in planned.to_send[:limit]]
    return posting.send_all(parcels, table=Reminder, server=server(), step=step, sent=operations.note_sent)


def _parcel(letter: Letter, planned: Plan) -> Parcel:
    person = planned.people[letter.person_id]

    def claim(session: Session, *, run: str, message_id: str, at: datetime) -> Claim | None:
        claimed = operations.claim(session, letter, week=planned.week, run=run, message_id=message_id, at=at)
        return None if claimed is None else Claim(claimed.id, claimed.message_id)

    def compose(message_id: str) -> Mail:
        return composed(person, letter, message_id)

    return Parcel(person.email or "", claim, compose)
