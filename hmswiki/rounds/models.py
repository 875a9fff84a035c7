"""Tables of rounds, answers, photos, signatures, findings and calendar addresses."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.actions.models import Action
from hmswiki.checklists.models import ChecklistEdition, ChecklistRecord
from hmswiki.foundation.database import Base
from hmswiki.foundation.files import StoredFile
from hmswiki.foundation.ledger import IsFact
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import Area, Person, Unit
from hmswiki.schedules.models import ScheduleRecord

_RUNS = text("abandoned_at IS NULL")


class Round(Base):
    """One filling-in of a checklist. It keeps what it asks: the edition and supplement that held when it began."""

    __tablename__ = "hms_rounds"
    __table_args__ = (
        Index("uq_hms_rounds_slot", "slot", unique=True, sqlite_where=_RUNS, postgresql_where=_RUNS),
        Index("ix_hms_rounds_schedule_id_occurrence", "schedule_id", "occurrence"),
        Index("ix_hms_rounds_area_id_handed_in_at", "area_id", "handed_in_at"),
        Index("ix_hms_rounds_unit_id_handed_in_at", "unit_id", "handed_in_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    """A UUID, in addresses and in the bundle."""
    checklist_id: Mapped[int] = mapped_column(ForeignKey("hms_checklists.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("hms_checklist_editions.id"))
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("hms_schedules.id"))
    """None for a round that somebody began without being asked."""
    occurrence: Mapped[str | None] = mapped_column(String(120))
    slot: Mapped[str | None] = mapped_column(String(200))
    """Schedule, occurrence and subject in one: each has one round at most that was not given up."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"))
    """The unit that answers for it; whose supplement is asked."""
    area_id: Mapped[int | None] = mapped_column(ForeignKey("hms_areas.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"), index=True)
    """Where people are asked each for themselves: the person."""
    started_at: Mapped[datetime]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    on_paper: Mapped[bool] = mapped_column(default=False)
    """Written on paper first, and typed in after."""
    done_on: Mapped[date | None]
    """The day it was done: of handing in, or the one that stands on the paper."""
    handed_in_at: Mapped[datetime | None]
    handed_in_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    abandoned_at: Mapped[datetime | None]
    abandoned_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    abandoned_because: Mapped[str | None] = mapped_column(Text)
    asked: Mapped[dict[str, Any]]
    """What is asked, as `asked.as_data` gives it: the edition with the unit's supplement, as it was when it began.

    The last column: it is long, and who reads many rounds without it need not go past it to the others.
    """

    checklist: Mapped[ChecklistRecord] = relationship()
    edition: Mapped[ChecklistEdition] = relationship()
    schedule: Mapped[ScheduleRecord | None] = relationship()
    unit: Mapped[Unit] = relationship()
    area: Mapped[Area | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    started_by: Mapped[Person | None] = relationship(foreign_keys=[started_by_id])
    handed_in_by: Mapped[Person | None] = relationship(foreign_keys=[handed_in_by_id])


class Answer(Base):
    """One answer to one item, or to "still so?" about an earlier finding. All are kept; the later one counts.

    Later by `answered_at`, then by `recorded_at`, then by `key`. After handing in an answer is a correction and has a
    reason.
    """

    __tablename__ = "hms_answers"
    __table_args__ = (Index("ix_hms_answers_round_id_item", "round_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    """A UUID made where it was given, so that it arrives once however often it is sent."""
    round_id: Mapped[int] = mapped_column(ForeignKey("hms_rounds.id"))
    item: Mapped[str | None] = mapped_column(String(120))
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("hms_findings.id"), index=True)
    value: Mapped[str | None] = mapped_column(Text)
    """The word, number, date, choice or text; None where the answer was taken back."""
    note: Mapped[str | None] = mapped_column(Text)
    finding: Mapped[dict[str, Any] | None]
    """What is wrong, where the answer raises a finding: `text`, `seriousness`, `mended`, and maybe `action`."""
    answered_at: Mapped[datetime]
    """When it was given, by the clock of the phone, never after `recorded_at`."""
    recorded_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it corrects a round that was handed in."""

    by: Mapped[Person | None] = relationship(foreign_keys=[by_id])


class Photo(IsFact, Base):
    """A photo taken at an item. Withdrawn, it is shown no more."""

    __tablename__ = "hms_photos"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    """A UUID made where it was taken."""
    round_id: Mapped[int] = mapped_column(ForeignKey("hms_rounds.id"), index=True)
    item: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(ForeignKey("hms_files.sha256"))
    width: Mapped[int]
    height: Mapped[int]
    taken_at: Mapped[datetime]

    file: Mapped[StoredFile] = relationship()


class Signature(IsFact, Base):
    """Somebody signs a round that was handed in, in a role that its checklist asks for."""

    __tablename__ = "hms_signatures"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("hms_rounds.id"), index=True)
    role: Mapped[Role] = mapped_column(String(50))
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class Seriousness(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Finding(IsFact, Base):
    """What a round found wrong. Made when the round is handed in, or by a correction; withdrawn by one too."""

    __tablename__ = "hms_findings"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("hms_rounds.id"), index=True)
    item: Mapped[str] = mapped_column(String(120))
    answer: Mapped[str] = mapped_column(Text)
    """The answer that raised it."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("hms_areas.id"), index=True)
    text: Mapped[str | None] = mapped_column(Text)
    seriousness: Mapped[Seriousness | None] = mapped_column(String(20))
    found_on: Mapped[date]
    mended_on: Mapped[date | None]
    """Mended on the spot, or found mended by a later round; None while it is still so."""
    action_id: Mapped[int | None] = mapped_column(ForeignKey("hms_actions.id"))

    round: Mapped[Round] = relationship()
    unit: Mapped[Unit] = relationship()
    area: Mapped[Area | None] = relationship()
    action: Mapped[Action | None] = relationship()


class CalendarAddress(Base):
    """The secret address of a person's calendar feed. Only its hash is kept; a new one ends the old."""

    __tablename__ = "hms_calendar_addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
