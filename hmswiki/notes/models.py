"""Tables of what groups write."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.foundation.database import Base, Word
from hmswiki.foundation.ledger import IsFact
from hmswiki.workshops.models import Group, Prompt, Seat, Task


class Point(Base):
    """One line of a group's note. Its identity never changes; how it stands is put together from its edits.

    The columns after `model` hold how it stands now. Only `operations` writes them, in the transaction that writes the
    edit, and they say what going through the edits in the order of their ids says.
    """

    __tablename__ = "hms_points"
    __table_args__ = (Index("ix_hms_points_task_id_group_id", "task_id", "group_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    """A UUID made where it was first written."""
    group_id: Mapped[int] = mapped_column(ForeignKey("hms_workshop_groups.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("hms_workshop_tasks.id"))
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("hms_points.id"))
    """Two wrote the same line at once: this is what the second wrote, beside the first's."""

    prompt_id: Mapped[int] = mapped_column(ForeignKey("hms_workshop_prompts.id"))
    model: Mapped[str | None] = mapped_column(Text)
    """Which of the task's models it answers; None where it has none."""
    rank: Mapped[str] = mapped_column(String(200))
    """Its place among the prompt's points: compared as bytes, then by key."""
    text: Mapped[str] = mapped_column(Text)
    written: Mapped[str] = mapped_column(String(36))
    """The key of the edit that its text comes from: what the next edit must have seen."""
    cleared_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    """Taken off the wall, not out of the note."""
    public_text: Mapped[str | None] = mapped_column(Text)
    """The text with names blacked out, where somebody has; what leaves the house. None: `text` does."""
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    group: Mapped[Group] = relationship()
    task: Mapped[Task] = relationship()
    prompt: Mapped[Prompt] = relationship()


class EditKind(StrEnum):
    """What happened to a point."""

    WRITTEN = "written"
    """`text`, over the edit `base`."""
    MOVED = "moved"
    """To `prompt_id`, `model` and `rank`."""
    CLEARED = "cleared"
    """Over the edit `base`."""
    BROUGHT_BACK = "brought_back"
    HIDDEN = "hidden"
    SHOWN = "shown"
    BLACKED_OUT = "blacked_out"
    """`text` is what may leave the house; None: all of it may."""


class PointEdit(Base):
    """One thing that happened to a point. All are kept, and none is ever changed: what was written is not lost."""

    __tablename__ = "hms_point_edits"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    """A UUID made where it was typed, so that it arrives once however often it is sent."""
    point_id: Mapped[int] = mapped_column(ForeignKey("hms_points.id"), index=True)
    kind: Mapped[EditKind] = mapped_column(Word(EditKind))
    text: Mapped[str | None] = mapped_column(Text)
    base: Mapped[str | None] = mapped_column(String(36))
    """The edit whose text the writer had before them; None for a new line."""
    prompt_id: Mapped[int | None] = mapped_column(ForeignKey("hms_workshop_prompts.id"))
    model: Mapped[str | None] = mapped_column(Text)
    rank: Mapped[str | None] = mapped_column(String(200))
    made_at: Mapped[datetime]
    """By the clock of the phone, never after `recorded_at`."""
    recorded_at: Mapped[datetime]
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("hms_workshop_seats.id"))
    """Who wrote, where a code let them in; told to the group and to nobody else."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    """Who wrote, where they are signed in; told to the group and to nobody else."""

    point: Mapped[Point] = relationship()
    seat: Mapped[Seat | None] = relationship()


class HandIn(IsFact, Base):
    """A group hands its note on a task in. It may be mended, and handed in again, until the task is closed."""

    __tablename__ = "hms_hand_ins"
    __table_args__ = (UniqueConstraint("key"), Index("ix_hms_hand_ins_group_id_task_id", "group_id", "task_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36))
    group_id: Mapped[int] = mapped_column(ForeignKey("hms_workshop_groups.id"))
    task_id: Mapped[int] = mapped_column(ForeignKey("hms_workshop_tasks.id"))
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("hms_workshop_seats.id"))
