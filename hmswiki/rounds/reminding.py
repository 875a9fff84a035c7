"""What the reminders tell of rounds."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy.orm import Session

from hmswiki.foundation.reminding import Waiting
from hmswiki.rounds import due
from hmswiki.rounds.due import Due
from hmswiki.rounds.words import round_title
from hmswiki.web.addresses import absolute


def waiting(session: Session, *, today: date, known_at: datetime) -> Iterator[Waiting]:
    """Rounds that wait or come next, for those they fall to. A few selects a schedule."""
    for one, people in due.waiting_for_all(session, today=today, known_at=known_at):
        for person in people:
            yield _waiting(person.id, one)


def _waiting(person_id: int, one: Due) -> Waiting:
    return Waiting(
        person_id, one.key, one.occurrence.due_on, text=lambda: round_title(one),
        href=lambda: absolute("rounds.due_rounds"),
    )  # fmt: skip
