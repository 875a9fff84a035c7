"""Tables of what came of a workshop. Actions are those of `actions`; their `origin` is `point:` and the point's key."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.foundation.database import Base
from hmswiki.foundation.ledger import IsFact
from hmswiki.guidelines.models import Draft, Guideline
from hmswiki.notes.models import Point
from hmswiki.organisation.models import Person
from hmswiki.workshops.models import Workshop


class Publication(IsFact, Base):
    """The notes as a page of the wiki: a snapshot, never changed. It is withdrawn when it is taken down, and when
    another is published in its place, so that of a workshop at most one is read.
    """

    __tablename__ = "hms_publications"
    __table_args__ = (UniqueConstraint("workshop_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("hms_workshops.id"))
    number: Mapped[int]
    """1, 2, … within the workshop."""
    language: Mapped[str] = mapped_column(String(10))
    """Of the headings that the product writes; what people wrote is as they wrote it."""
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    """Markdown, names blacked out."""
    html: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]]
    """The same as `document.to_json` gives it: every other form is written from here."""

    workshop: Mapped[Workshop] = relationship()


class LetterKind(StrEnum):
    NOTES = "notes"
    """The published notes, attached."""
    HAND_IN = "hand_in"
    """A word to a group's leader that its note is missing."""


class LetterState(StrEnum):
    """As `reminders` has it: at most once, and what is not known is told."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    FAILED = "failed"


class Letter(Base):
    """An e-mail to one address about a workshop. The row is what makes it one: the database refuses a second."""

    __tablename__ = "hms_workshop_letters"
    __table_args__ = (UniqueConstraint("workshop_id", "about", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("hms_workshops.id"))
    kind: Mapped[LetterKind] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(100))
    """`notes:2` for the second publication; `hand_in:`, the task's key, the group's number and the asking's own key."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    """None for somebody whom the organiser named by address alone."""
    name: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(String(320))
    form: Mapped[str | None] = mapped_column(String(10))
    """How the notes are attached: `md`, `docx` or `pdf`. None: nothing is."""
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    state: Mapped[LetterState] = mapped_column(String(20), default=LetterState.WAITING)
    claimed_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(36))
    message_id: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)

    workshop: Mapped[Workshop] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])


class Proposal(IsFact, Base):
    """A change that a workshop proposes in a guideline, and the points that it stands on."""

    __tablename__ = "hms_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("hms_workshops.id"), index=True)
    guideline_id: Mapped[int] = mapped_column(ForeignKey("hms_guidelines.id"), index=True)
    text: Mapped[str] = mapped_column(Text)

    workshop: Mapped[Workshop] = relationship()
    guideline: Mapped[Guideline] = relationship()
    points: Mapped[list[Point]] = relationship(secondary="hms_proposal_points", order_by="Point.id")


class ProposalPoint(Base):
    """A proposal stands on a point."""

    __tablename__ = "hms_proposal_points"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("hms_proposals.id"), primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("hms_points.id"), primary_key=True)


class ProposalAnswer(IsFact, Base):
    """An editor took a proposal up in a draft, or said why not. Withdrawn: it waits again.

    What became of one that was taken up stands on the draft: published, it is the draft's edition.
    """

    __tablename__ = "hms_proposal_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("hms_proposals.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("hms_drafts.id"))
    """None: it was turned down."""
    reason: Mapped[str | None] = mapped_column(Text)

    proposal: Mapped[Proposal] = relationship()
    draft: Mapped[Draft | None] = relationship()
