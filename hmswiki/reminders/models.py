"""Tables of reminders."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.foundation.database import Base
from hmswiki.foundation.ledger import IsFact
from hmswiki.organisation.models import Person


class ReminderState(StrEnum):
    CLAIMED = "claimed"
    """A run has taken it. Nothing has gone to the mail server: another run takes it over when the first is gone."""
    HANDING_OVER = "handing_over"
    """The mail server is being given it. A run that dies here leaves it so: nobody knows whether it arrived, and it
    is not sent again by itself."""
    SENT = "sent"
    FAILED = "failed"
    """The mail server said no; tried again by a later run."""


class Reminder(Base):
    """The one e-mail that a person gets in a week. The row is what makes it one: the database refuses a second."""

    __tablename__ = "hms_reminders"
    __table_args__ = (UniqueConstraint("person_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"))
    week: Mapped[str] = mapped_column(String(8), index=True)
    """As ISO 8601 writes it: `2026-W48`."""
    state: Mapped[ReminderState] = mapped_column(String(20))
    claimed_at: Mapped[datetime]
    claimed_by: Mapped[str] = mapped_column(String(36))
    """The run that has it: a UUID of its own."""
    message_id: Mapped[str] = mapped_column(Text)
    """The same at each attempt, so that a mailbox that sees it twice keeps one."""
    sent_at: Mapped[datetime | None]
    lines: Mapped[list[Any]] = mapped_column(default=list)
    """What it reminded of, by the sources' own keys."""
    problem: Mapped[str | None] = mapped_column(Text)
    """Why it failed, in English, for whoever runs the site."""

    person: Mapped[Person] = relationship()


class ReminderRequest(IsFact, Base):
    """Somebody asked that a person be told of something at the next opportunity. Withdrawn when it was sent."""

    __tablename__ = "hms_reminder_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)
    key: Mapped[str] = mapped_column(String(300))
    """What it is about, by its source's own name for it."""
