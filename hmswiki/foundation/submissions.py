"""A form that is sent twice, or retried after a crash, is carried out once.

Every form carries an id made when it was shown. The first transaction that carries it out writes the id
down together with what it did; a second one meets the row, does nothing and learns where the first one led.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from hmswiki.foundation.database import Base

# A browser tab may stand open for long; after this the id is forgotten.
KEPT_FOR = timedelta(days=60)


class Submission(Base):
    """A form that was carried out: its id, by whom, and the page that it led to."""

    __tablename__ = "hms_submissions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[int | None]
    done_at: Mapped[datetime] = mapped_column(index=True)
    location: Mapped[str]


class AlreadyDone(Exception):
    """The form was carried out before; `location` is the page that it led to."""

    def __init__(self, location: str) -> None:
        self.location = location
        super().__init__(location)


def claim(session: Session, id: UUID, *, person_id: int | None, location: str, at: datetime) -> Submission:
    """Write the form down as carried out in this transaction.

    Raises AlreadyDone when an earlier or concurrent transaction has carried it out.
    """
    earlier = session.scalar(select(Submission).where(Submission.id == id))
    if earlier is None:
        submission = Submission(id=id, person_id=person_id, location=location, done_at=at)
        try:
            with session.begin_nested():
                session.add(submission)
                session.flush()
        except IntegrityError:
            earlier = session.scalar(select(Submission).where(Submission.id == id))
        else:
            forget_old(session, before=at)
            return submission
    # Somebody else's id is no reason to be shown somebody else's page.
    known = earlier is not None and earlier.person_id == person_id
    raise AlreadyDone(earlier.location if earlier is not None and known else location)


def forget_old(session: Session, *, before: datetime) -> None:
    """Drop ids of forms that nobody will send again."""
    session.execute(delete(Submission).where(Submission.done_at < before - KEPT_FOR))
