"""Tables of checklists, their editions and drafts, and of the units' supplements. Content is in `template`'s shape."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.foundation.database import Base, Wording
from hmswiki.foundation.ledger import IsFact
from hmswiki.guidelines.models import DraftState
from hmswiki.organisation.models import Person, Unit


class ChecklistRecord(Base):
    """A checklist through all its editions."""

    __tablename__ = "hms_checklists"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    retired_on: Mapped[date | None]
    """Half-open: the first day on which nobody begins a round with it."""

    editions: Mapped[list["ChecklistEdition"]] = relationship(
        back_populates="checklist",
        order_by="(ChecklistEdition.published_on, ChecklistEdition.major, ChecklistEdition.minor)",
    )


class ChecklistEdition(Base):
    """A published edition. It never changes. Numbers rise with `published_on`, as a guideline's editions do."""

    __tablename__ = "hms_checklist_editions"
    __table_args__ = (
        UniqueConstraint("checklist_id", "major", "minor"),
        Index("ix_hms_checklist_editions_checklist_id_published_on", "checklist_id", "published_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("hms_checklists.id"))
    major: Mapped[int]
    minor: Mapped[int]
    published_on: Mapped[date]
    """The day from which it is in force; may lie ahead."""
    summary: Mapped[Wording | None]
    """What changed."""
    title: Mapped[Wording]
    guidelines: Mapped[list[Any]] = mapped_column(default=list)
    """The addresses of the guidelines it belongs to, as in the content."""
    content: Mapped[dict[str, Any]]
    """What `parsing.as_data` gives."""
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))

    checklist: Mapped[ChecklistRecord] = relationship(back_populates="editions")
    written_by: Mapped[Person | None] = relationship(foreign_keys=[written_by_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])

    @property
    def number(self) -> str:
        return f"{self.major}.{self.minor}"

    @property
    def order(self) -> tuple[date, int, int]:
        return (self.published_on, self.major, self.minor)


_IS_OPEN = text("state IN ('writing', 'sent', 'returned')")


class ChecklistDraft(Base):
    """What is being written: a new checklist or the next edition of one. At most one open draft a checklist."""

    __tablename__ = "hms_checklist_drafts"
    __table_args__ = (
        Index("uq_hms_checklist_drafts_open", "key", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), index=True)
    checklist_id: Mapped[int | None] = mapped_column(ForeignKey("hms_checklists.id"))
    base_edition_id: Mapped[int | None] = mapped_column(ForeignKey("hms_checklist_editions.id"))
    """The edition it was written from; None for a new checklist."""
    state: Mapped[DraftState] = mapped_column(String(20), default=DraftState.WRITING)
    version: Mapped[int] = mapped_column(default=1)
    """Rises by one at each save: a save from an older version is a conflict."""
    content: Mapped[dict[str, Any]]
    """As `parsing.parse` reads it; it may have flaws until it is sent."""
    summary: Mapped[Wording | None]
    comment: Mapped[str | None] = mapped_column(Text)
    """What the approver said when returning it."""
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("hms_checklist_editions.id"))
    """The edition that it became."""
    taken_up: Mapped[list[Any]] = mapped_column(default=list)
    """The units' items in it, each `{"addition": the edit's key, "item": its key here}`: told when it is published."""

    checklist: Mapped[ChecklistRecord | None] = relationship()
    base_edition: Mapped[ChecklistEdition | None] = relationship(foreign_keys=[base_edition_id])
    writers: Mapped[list[Person]] = relationship(secondary="hms_checklist_draft_writers", order_by="Person.id")
    sent_by: Mapped[Person | None] = relationship(foreign_keys=[sent_by_id])


class ChecklistDraftWriter(Base):
    """Who has written in a draft: none of them approves it."""

    __tablename__ = "hms_checklist_draft_writers"

    draft_id: Mapped[int] = mapped_column(ForeignKey("hms_checklist_drafts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), primary_key=True)


class EditKind(StrEnum):
    ADDITION = "addition"
    NOTE = "note"
    NOT_RELEVANT = "not_relevant"
    TAKEN_UP = "taken_up"


class SupplementEdit(IsFact, Base):
    """An edit of a unit's supplement, as `supplements` describes it. What replaces another is recorded beside it."""

    __tablename__ = "hms_supplement_edits"
    __table_args__ = (Index("ix_hms_supplement_edits_checklist_id_unit_id", "checklist_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    """A UUID: the edit's name for ever."""
    checklist_id: Mapped[int] = mapped_column(ForeignKey("hms_checklists.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("hms_checklist_editions.id"))
    """The edition that its author looked at."""
    kind: Mapped[EditKind] = mapped_column(String(20))
    replaces: Mapped[str | None] = mapped_column(String(36))
    """The key of the edit that it corrects or confirms."""
    content: Mapped[dict[str, Any]]
    """What it says: the item and its place, the note, the reason."""

    unit: Mapped[Unit] = relationship()
    edition: Mapped[ChecklistEdition] = relationship()
