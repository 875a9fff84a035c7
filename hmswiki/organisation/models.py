"""Tables of the organisation."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.foundation.database import Base, Wording
from hmswiki.foundation.ledger import IsFact
from hmswiki.foundation.periods import HasPeriod, holds
from hmswiki.foundation.permissions import Role


class Unit(Base):
    """A unit. Its parent never changes: a reorganisation closes units and opens others."""

    __tablename__ = "hms_units"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[Wording]
    kind: Mapped[str | None] = mapped_column(String(100))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("hms_units.id"), index=True)
    path: Mapped[str] = mapped_column(Text, index=True)
    """Ids from the root to the unit, written `/1/5/`: a unit beneath has this as its beginning."""
    opened: Mapped[date]
    closed: Mapped[date | None]
    """Half-open: the first day on which the unit is no more."""
    position: Mapped[float | None]
    """The organisation's own order among siblings."""

    parent: Mapped["Unit | None"] = relationship(remote_side=[id])
    successors: Mapped[list["Unit"]] = relationship(
        secondary="hms_unit_successors",
        primaryjoin="Unit.id == hms_unit_successors.c.unit_id",
        secondaryjoin="Unit.id == hms_unit_successors.c.successor_id",
        order_by="Unit.code",
    )

    def open_on(self, day: date) -> bool:
        return holds(self.opened, self.closed, day)


class UnitSuccessor(Base):
    """After a reorganisation: `successor` carries on what `unit` did."""

    __tablename__ = "hms_unit_successors"

    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"), primary_key=True)


class Person(Base):
    """A person, known by the employer's own id (`external_key`)."""

    __tablename__ = "hms_people"

    id: Mapped[int] = mapped_column(primary_key=True)
    external_key: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(10))


class Employment(IsFact, HasPeriod, Base):
    """A person is employed in a unit for a period. On any date in at most one."""

    __tablename__ = "hms_employments"
    __table_args__ = (Index("ix_hms_employments_unit_id_starts_on", "unit_id", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    unit: Mapped[Unit] = relationship()


class RoleHolding(IsFact, HasPeriod, Base):
    """A person holds a role in a unit, and so in all units beneath it, for a period."""

    __tablename__ = "hms_role_holdings"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"), index=True)
    role: Mapped[Role] = mapped_column(String(50))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    unit: Mapped[Unit] = relationship()


class AreaKind(StrEnum):
    """What an area is. Rooms stand on floors and floors in buildings; a zone (a fire zone, say) may stand in any."""

    BUILDING = "building"
    FLOOR = "floor"
    ROOM = "room"
    ZONE = "zone"


class Area(Base):
    """A place: its own tree beside the organisation's. Its parent never changes, as a unit's does not."""

    __tablename__ = "hms_areas"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[Wording]
    kind: Mapped[AreaKind] = mapped_column(String(20))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("hms_areas.id"), index=True)
    path: Mapped[str] = mapped_column(Text, index=True)
    """Ids from the root to the area, written `a/1/5/`, so that it is never taken for a unit's."""
    opened: Mapped[date]
    closed: Mapped[date | None]
    """Half-open: the first day on which the area is no more."""
    position: Mapped[float | None]

    parent: Mapped["Area | None"] = relationship(remote_side=[id])

    def open_on(self, day: date) -> bool:
        return holds(self.opened, self.closed, day)


class AreaUnit(IsFact, HasPeriod, Base):
    """An area belongs to a unit for a period. Several units may share one; where an area has none of its own,
    it belongs to the units of the nearest area above it that has."""

    __tablename__ = "hms_area_units"

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("hms_areas.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"), index=True)

    area: Mapped[Area] = relationship()
    unit: Mapped[Unit] = relationship()


class AreaPart(StrEnum):
    """What somebody is for an area."""

    OWNER = "owner"
    DEPUTY = "deputy"


class AreaDuty(IsFact, HasPeriod, Base):
    """A person is an area's owner, or the owner's deputy, for a period. On any date an area has at most one owner."""

    __tablename__ = "hms_area_duties"

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("hms_areas.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)
    part: Mapped[AreaPart] = mapped_column(String(20))

    area: Mapped[Area] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class ChangeKind(StrEnum):
    """What was done to a unit or to a person's entry in the register."""

    ADDED = "added"
    EDITED = "edited"
    CLOSED = "closed"


class RegisterChange(Base):
    """Who changed a unit, an area or a person's entry, and when. Employments and roles carry this themselves.

    `details` says what: for a unit `{"name": [before, after]}`, for a person only which entries were changed,
    `{"email": []}`, so that an old address is not kept.
    """

    __tablename__ = "hms_register_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("hms_units.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("hms_areas.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(String(20))
    details: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
