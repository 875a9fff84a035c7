"""Tables of workshops: what is planned, who takes part, what opens the door, and how the time goes."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.foundation.database import Base, Word
from hmswiki.foundation.ledger import IsFact
from hmswiki.foundation.permissions import Meeting
from hmswiki.organisation.models import Person, Unit


class Workshop(Base):
    """A meeting with group work. What is planned is edited; what happened stands in the events."""

    __tablename__ = "hms_workshops"
    __table_args__ = (Index("ix_hms_workshops_starts_at", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    """A UUID, in addresses and in the bundle."""
    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"), index=True)
    """The unit that holds it: those who speak for it, and central HSE, organise it."""
    title: Mapped[str] = mapped_column(Text)
    about: Mapped[str | None] = mapped_column(Text)
    """A few plain sentences for those who come."""
    place: Mapped[str | None] = mapped_column(Text)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    opens_at: Mapped[datetime]
    """From when its codes open, up to but not including `closes_at`."""
    closes_at: Mapped[datetime]
    programme: Mapped[list[Any]] = mapped_column(default=list)
    """In order: `{"time": "09:45", "text": …}`; `time` may be missing."""
    reading: Mapped[list[Any]] = mapped_column(default=list)
    """What to read before: `{"guideline": slug}`, or `{"title": …, "url": …}`."""
    version: Mapped[int] = mapped_column(default=1)
    """Rises by one each time the plan is saved: a save from an older version is a conflict."""
    pulse: Mapped[int] = mapped_column(default=0)
    """Rises with everything that a page that watches could show, but for what groups write (`Group.pulse`)."""
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("hms_workshops.id"))
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    cancelled_at: Mapped[datetime | None]

    unit: Mapped[Unit] = relationship()
    tasks: Mapped[list["Task"]] = relationship(back_populates="workshop", order_by="(Task.position, Task.id)")
    groups: Mapped[list["Group"]] = relationship(back_populates="workshop", order_by="(Group.number, Group.id)")

    @property
    def meeting(self) -> Meeting:
        """The workshop as a whole, for access."""
        return Meeting(self.unit.path, self.id)

    def is_within_hours(self, now: datetime) -> bool:
        """Do its codes open `now`? Of one that was cancelled they do not, whatever this says."""
        return self.opens_at <= now < self.closes_at


class Task(Base):
    """What the groups discuss. One that is taken out of the plan after somebody has written stays, out of sight."""

    __tablename__ = "hms_workshop_tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("hms_workshops.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    minutes: Mapped[int]
    models: Mapped[list[Any]] = mapped_column(default=list)
    """Names of what is answered each for itself: "3 institutter", "5 institutter". Empty: one answer."""
    removed_at: Mapped[datetime | None]

    workshop: Mapped[Workshop] = relationship(back_populates="tasks")
    prompts: Mapped[list["Prompt"]] = relationship(back_populates="task", order_by="(Prompt.position, Prompt.id)")


class Prompt(Base):
    """A sub-heading of a task. Every task has at least one; where the plan names none, one with an empty title."""

    __tablename__ = "hms_workshop_prompts"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("hms_workshop_tasks.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    hint: Mapped[str | None] = mapped_column(Text)
    removed_at: Mapped[datetime | None]

    task: Mapped[Task] = relationship(back_populates="prompts")


class Group(Base):
    """Those who discuss together. Numbers are never used again in a workshop."""

    __tablename__ = "hms_workshop_groups"
    __table_args__ = (Index("uq_hms_workshop_groups_workshop_id_number", "workshop_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("hms_workshops.id"))
    number: Mapped[int]
    name: Mapped[str | None] = mapped_column(Text)
    """What it is called beside "Gruppe 4"; None: nothing."""
    for_walk_ins: Mapped[bool] = mapped_column(default=False)
    """A table for those who were not put in a group beforehand."""
    pulse: Mapped[int] = mapped_column(default=0)
    """Rises with everything that is written in the group. Whoever writes locks this row first."""
    reminded_at: Mapped[datetime | None]
    """When the organiser last asked the group to hand in; shown on the group's page."""
    removed_at: Mapped[datetime | None]

    workshop: Mapped[Workshop] = relationship(back_populates="groups")
    members: Mapped[list["Member"]] = relationship(back_populates="group", order_by="Member.id")

    @property
    def meeting(self) -> Meeting:
        """The group, for access."""
        return Meeting(self.workshop.unit.path, self.workshop_id, self.id)


class Member(IsFact, Base):
    """A person is put in a group. Moved: withdrawn and recorded anew. One group a workshop."""

    __tablename__ = "hms_workshop_members"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("hms_workshop_groups.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)
    leads: Mapped[bool] = mapped_column(default=False)
    """Whether the person leads the group and writes for it; one a group at a time."""

    group: Mapped[Group] = relationship(back_populates="members")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class Helper(IsFact, Base):
    """Somebody whom the organiser lets see all notes and gather points into themes."""

    __tablename__ = "hms_workshop_helpers"

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("hms_workshops.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class Opens(StrEnum):
    """What a code opens."""

    GROUPS = "groups"
    """Picking a group and writing in it, and following the task and the time."""
    WALL = "wall"
    """The wall, on a machine where nobody signs in."""


_LIVE = text("ended_at IS NULL")


class Code(Base):
    """A short code that opens one workshop. Written on the wall, so it is no secret of a person; it can be changed."""

    __tablename__ = "hms_workshop_codes"
    __table_args__ = (
        Index("uq_hms_workshop_codes_code", "code", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("uq_hms_workshop_codes_workshop_id_opens", "workshop_id", "opens", unique=True, sqlite_where=_LIVE,
              postgresql_where=_LIVE),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("hms_workshops.id"))
    opens: Mapped[Opens] = mapped_column(Word(Opens))
    code: Mapped[str] = mapped_column(String(12))
    """As it is compared: capitals and digits without the hyphen. Shown as 4K7-29P."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))


class Seat(Base):
    """A phone or machine that a code has let in. Its cookie holds the token; here is only its SHA-256.

    Never in the bundle: it opens a door.
    """

    __tablename__ = "hms_workshop_seats"

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("hms_workshops.id"), index=True)
    code_id: Mapped[int] = mapped_column(ForeignKey("hms_workshop_codes.id"))
    opens: Mapped[Opens] = mapped_column(Word(Opens))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("hms_workshop_groups.id"), index=True)
    """The group that was picked; None until then."""
    name: Mapped[str | None] = mapped_column(String(40))
    """What the writer wants to be called, within the group only; None: "Skriver 3"."""
    number: Mapped[int] = mapped_column(default=0)
    """The how manieth seat of its group."""
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Put out: the code was changed, and the organiser wanted everybody to write the new one."""

    group: Mapped[Group | None] = relationship()


class EventKind(StrEnum):
    """What happened while the workshop went on."""

    STARTED = "started"
    """The task's time runs from `at`."""
    EXTENDED = "extended"
    """`minutes` more (or fewer, where negative)."""
    CLOSED = "closed"
    """Nobody writes in the task any more."""
    REOPENED = "reopened"
    """Writing goes on, without a clock; an extension sets it again."""
    ENDED = "ended"
    """The whole workshop is over; `task` is None."""


class WorkshopEvent(IsFact, Base):
    """One thing that happened. How a task stands is put together from its events, by `rules.clock`."""

    __tablename__ = "hms_workshop_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("hms_workshops.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("hms_workshop_tasks.id"))
    kind: Mapped[EventKind] = mapped_column(Word(EventKind))
    minutes: Mapped[int | None]
    at: Mapped[datetime]
