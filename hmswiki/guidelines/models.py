"""Tables of guidelines, their editions, and what is being written."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.foundation.database import Base, Wording
from hmswiki.organisation.models import Person


class Guideline(Base):
    """A governed document. Its text stands in its editions; here are the document control facts."""

    __tablename__ = "hms_guidelines"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(200), unique=True)
    title: Mapped[Wording]
    renew_months: Mapped[int | None]
    """An acknowledgement or confirmation lapses that many months after its date; None: never."""
    kind: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(Text)
    approver: Mapped[str | None] = mapped_column(Text)
    valid_to: Mapped[date | None]
    next_review: Mapped[date | None]
    legal_basis: Mapped[list[Any] | None]
    """A list of `{"title": …, "url": …}`; `url` may be missing."""
    parent: Mapped[str | None] = mapped_column(Text)
    replaces: Mapped[str | None] = mapped_column(Text)
    classification: Mapped[str | None] = mapped_column(Text)

    editions: Mapped[list["Edition"]] = relationship(
        back_populates="guideline", order_by="(Edition.published_on, Edition.major, Edition.minor)"
    )


class Edition(Base):
    """A published edition. Editions are ordered by `published_on`, then number; numbers rise in that order."""

    __tablename__ = "hms_editions"
    __table_args__ = (
        UniqueConstraint("guideline_id", "major", "minor"),
        Index("ix_hms_editions_guideline_id_published_on", "guideline_id", "published_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    guideline_id: Mapped[int] = mapped_column(ForeignKey("hms_guidelines.id"))
    major: Mapped[int]
    minor: Mapped[int]
    published_on: Mapped[date]
    """The day from which the edition is in force; may lie ahead."""
    requires_acknowledgement: Mapped[bool]
    summary: Mapped[Wording | None]
    """What changed."""
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))

    guideline: Mapped[Guideline] = relationship(back_populates="editions")
    translations: Mapped[list["Translation"]] = relationship(back_populates="edition", order_by="Translation.language")
    written_by: Mapped[Person | None] = relationship(foreign_keys=[written_by_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])

    @property
    def number(self) -> str:
        return f"{self.major}.{self.minor}"

    @property
    def order(self) -> tuple[date, int, int]:
        return (self.published_on, self.major, self.minor)


class Translation(Base):
    """An edition's text in a language, with the HTML made from it when it was saved. It never changes."""

    __tablename__ = "hms_translations"
    __table_args__ = (UniqueConstraint("edition_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("hms_editions.id"))
    language: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    """Markdown."""
    lead_html: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text)
    contents: Mapped[list[Any]] = mapped_column(default=list)
    """Headings as `[level, anchor, text]`."""
    words: Mapped[int] = mapped_column(default=0)
    render_failed: Mapped[bool] = mapped_column(default=False)

    edition: Mapped[Edition] = relationship(back_populates="translations")


class DraftState(StrEnum):
    """Where a draft is on its way."""

    WRITING = "writing"
    SENT = "sent"
    """Sent for approval: nobody may change it until the approver returns it."""
    RETURNED = "returned"
    PUBLISHED = "published"
    DISCARDED = "discarded"


OPEN_STATES = (DraftState.WRITING, DraftState.SENT, DraftState.RETURNED)
"""Still on its way."""

_IS_OPEN = text("state IN ('writing', 'sent', 'returned')")


class Draft(Base):
    """What is being written: a new guideline, the next edition of one, or a language that an edition lacks.

    At most one open draft a guideline.
    """

    __tablename__ = "hms_drafts"
    __table_args__ = (
        Index("uq_hms_drafts_open", "slug", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(200), index=True)
    guideline_id: Mapped[int | None] = mapped_column(ForeignKey("hms_guidelines.id"))
    base_edition_id: Mapped[int | None] = mapped_column(ForeignKey("hms_editions.id"))
    """The edition it was written from; None for a new guideline."""
    adds_language: Mapped[str | None] = mapped_column(String(10))
    """The language that it adds to `base_edition`, which is published already; None where it becomes an edition."""
    state: Mapped[DraftState] = mapped_column(String(20), default=DraftState.WRITING)
    version: Mapped[int] = mapped_column(default=1)
    """Rises by one at each save: a save from an older version is a conflict."""
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The document control facts it will bring: keys as in the bundle's guidelines.jsonl."""
    summary: Mapped[Wording | None]
    credits: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    """Sentences that end the summary when it is published, each by language: where a change came from."""
    comment: Mapped[str | None] = mapped_column(Text)
    """What the approver said when returning it."""
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("hms_editions.id"))
    """The edition that it became, or added a language to."""

    guideline: Mapped[Guideline | None] = relationship()
    base_edition: Mapped[Edition | None] = relationship(foreign_keys=[base_edition_id])
    texts: Mapped[list["DraftText"]] = relationship(back_populates="draft", order_by="DraftText.language")
    writers: Mapped[list[Person]] = relationship(secondary="hms_draft_writers", order_by="Person.id")
    sent_by: Mapped[Person | None] = relationship(foreign_keys=[sent_by_id])


class DraftText(Base):
    """A draft's text in a language."""

    __tablename__ = "hms_draft_texts"

    draft_id: Mapped[int] = mapped_column(ForeignKey("hms_drafts.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(10), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)

    draft: Mapped[Draft] = relationship(back_populates="texts")


class DraftWriter(Base):
    """Who has written in a draft: none of them approves it."""

    __tablename__ = "hms_draft_writers"

    draft_id: Mapped[int] = mapped_column(ForeignKey("hms_drafts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), primary_key=True)
