"""Tables of schedules, of events, and of what was skipped or handed over."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.checklists.models import ChecklistRecord
from hmswiki.foundation.database import Base
from hmswiki.foundation.ledger import IsFact
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import Area, AreaKind, Person, Unit


class Audience(StrEnum):
    """What a schedule asks once each: a unit, an area, or a person."""

    UNITS = "units"
    AREAS = "areas"
    PEOPLE = "people"


class Reach(StrEnum):
    """Which units a schedule's unit stands for, as they are on the day."""

    ITSELF = "itself"
    CHILDREN = "children"
    """Those directly beneath it."""
    ALL_BENEATH = "all_beneath"
    """Itself and all beneath it."""


class ScheduleRecord(IsFact, Base):
    """A checklist for units, areas or people of a role, again and again, once, or at events.

    It never changes: another frequency is another schedule, which `replaces` this one from the day this is `ended`.
    A mistake is withdrawn.
    """

    __tablename__ = "hms_schedules"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    """A UUID, in addresses and in the bundle."""
    checklist_id: Mapped[int] = mapped_column(ForeignKey("hms_checklists.id"), index=True)
    audience: Mapped[Audience] = mapped_column(String(20))
    role: Mapped[Role | None] = mapped_column(String(50))
    """For people: those who hold the role; None: everybody employed. For units: who does it; None: the leader or
    the HSE coordinator. For areas None: the area's owner, or the deputy."""
    area_kind: Mapped[AreaKind | None] = mapped_column(String(20))
    """For areas: those of this kind; None: every area that has, or has had, an owner. Those named in `areas` always."""
    every: Mapped[str] = mapped_column(String(20))
    """A word of `recurrence.Every`, or `event`."""
    window: Mapped[str | None] = mapped_column(String(11))
    """The yearly window, first and last day, written `09-01/11-30`."""
    pauses: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """`{"months": [7], "spans": [["2026-12-21", "2027-01-04"]]}`, spans half-open."""
    by: Mapped[date | None]
    """The due day of what is asked once and in no window."""
    within: Mapped[int | None]
    """Days after an event."""
    event: Mapped[str | None] = mapped_column(Text)
    """What it is that happens, in the words of whoever made an event schedule; None: a reorganisation, which the
    register tells of by itself."""
    starts_on: Mapped[date]
    ended: Mapped[date | None]
    """Half-open; may be set once."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("hms_schedules.id"))

    checklist: Mapped[ChecklistRecord] = relationship()
    units: Mapped[list["ScheduleUnit"]] = relationship(back_populates="schedule", order_by="ScheduleUnit.unit_id")
    areas: Mapped[list[Area]] = relationship(secondary="hms_schedule_areas", order_by="Area.code")
    replaces: Mapped["ScheduleRecord | None"] = relationship(remote_side=[id])


class ScheduleUnit(Base):
    """A unit that a schedule reaches, and how far down. For areas: those that belong to the units reached."""

    __tablename__ = "hms_schedule_units"

    schedule_id: Mapped[int] = mapped_column(ForeignKey("hms_schedules.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"), primary_key=True)
    reach: Mapped[Reach] = mapped_column(String(20), default=Reach.ITSELF)

    schedule: Mapped[ScheduleRecord] = relationship(back_populates="units")
    unit: Mapped[Unit] = relationship()


class ScheduleArea(Base):
    """An area that a schedule names."""

    __tablename__ = "hms_schedule_areas"

    schedule_id: Mapped[int] = mapped_column(ForeignKey("hms_schedules.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("hms_areas.id"), primary_key=True)


class HasSubject:
    """Columns that name what is asked: exactly one of unit, area and person."""

    unit_id: Mapped[int | None] = mapped_column(ForeignKey("hms_units.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("hms_areas.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"), index=True)


_ONE_SUBJECT = (
    "(CASE WHEN unit_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN area_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) = 1"
)


class ScheduleEvent(IsFact, HasSubject, Base):
    """Something that happened, or will, to one of those a schedule reaches: a reorganisation of a unit, say.

    A corrected day is a new row with the same `name`, the old one withdrawn: rounds keep their occurrence.
    """

    __tablename__ = "hms_schedule_events"
    __table_args__ = (CheckConstraint(_ONE_SUBJECT, name="one_subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("hms_schedules.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    """Its own within the schedule, and never another."""
    happens_on: Mapped[date]
    text: Mapped[str | None] = mapped_column(Text)


class Skip(IsFact, HasSubject, Base):
    """An occurrence that will not be done, and why."""

    __tablename__ = "hms_skips"
    __table_args__ = (
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        Index("ix_hms_skips_schedule_id_occurrence", "schedule_id", "occurrence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("hms_schedules.id"))
    occurrence: Mapped[str] = mapped_column(String(120))
    """The key that `recurrence` gives it."""
    reason: Mapped[str] = mapped_column(Text)


class Handover(IsFact, HasSubject, Base):
    """Somebody does an occurrence in place of those it falls to."""

    __tablename__ = "hms_handovers"
    __table_args__ = (
        CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        Index("ix_hms_handovers_schedule_id_occurrence", "schedule_id", "occurrence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("hms_schedules.id"))
    occurrence: Mapped[str] = mapped_column(String(120))
    to_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)
    note: Mapped[str | None] = mapped_column(Text)

    to: Mapped[Person] = relationship(foreign_keys=[to_id])
