"""Tables of themes and of the summary."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.foundation.database import Base
from hmswiki.foundation.ledger import IsFact
from hmswiki.notes.models import Point
from hmswiki.workshops.models import Task

_HOLDS = text("withdrawn_at IS NULL")


class Theme(Base):
    """What points of a task have in common. It counts the groups that its points come from, never points."""

    __tablename__ = "hms_themes"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("hms_workshop_tasks.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    """Rises by one each time its title is saved: a save from an older version is a conflict."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    removed_at: Mapped[datetime | None]
    """Taken apart; its points are free again."""

    task: Mapped[Task] = relationship()


class ThemePoint(IsFact, Base):
    """A point is gathered into a theme. It is in one at a time: moved, it is withdrawn and recorded anew."""

    __tablename__ = "hms_theme_points"
    __table_args__ = (
        Index("uq_hms_theme_points_point_id", "point_id", unique=True, sqlite_where=_HOLDS, postgresql_where=_HOLDS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("hms_themes.id"), index=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("hms_points.id"))
    written: Mapped[str] = mapped_column(String(36))
    """The edit whose text was read then: the group may have written another since."""

    theme: Mapped[Theme] = relationship()
    point: Mapped[Point] = relationship()


class Sentence(Base):
    """One sentence of a task's summary. It keeps the points that it stands on."""

    __tablename__ = "hms_sentences"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("hms_workshop_tasks.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    """Rises by one each time its text is saved: a save from an older version is a conflict."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    removed_at: Mapped[datetime | None]

    task: Mapped[Task] = relationship()


class SentencePoint(IsFact, Base):
    """A sentence stands on a point."""

    __tablename__ = "hms_sentence_points"
    __table_args__ = (
        Index("uq_hms_sentence_points_sentence_id_point_id", "sentence_id", "point_id", unique=True,
              sqlite_where=_HOLDS, postgresql_where=_HOLDS),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    sentence_id: Mapped[int] = mapped_column(ForeignKey("hms_sentences.id"))
    point_id: Mapped[int] = mapped_column(ForeignKey("hms_points.id"), index=True)
    written: Mapped[str] = mapped_column(String(36))
    """The edit whose text was read then: the group may have written another since."""

    sentence: Mapped[Sentence] = relationship()
    point: Mapped[Point] = relationship()
