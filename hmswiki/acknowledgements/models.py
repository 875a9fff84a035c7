"""Tables of rollouts, acknowledgements, confirmations, questions and look-ups of names."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.foundation.database import Base
from hmswiki.foundation.ledger import IsFact
from hmswiki.foundation.periods import holds
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.organisation.models import Person, Unit


class Evidence(StrEnum):
    """What a rollout asks for. It never changes the number."""

    UNIT = "unit"
    """The unit confirms; people are not asked."""
    NAMED = "named"
    """People are asked to acknowledge."""


class Rollout(Base):
    """Who should know a guideline: everyone in the units, or those who hold a role there."""

    __tablename__ = "hms_rollouts"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    """The rollout's own id, as in the bundle; compared as text."""
    guideline_id: Mapped[int] = mapped_column(ForeignKey("hms_guidelines.id"), index=True)
    role: Mapped[Role | None] = mapped_column(String(50))
    starts_on: Mapped[date]
    ended: Mapped[date | None]
    """Half-open; may be set once."""
    due: Mapped[date | None]
    evidence: Mapped[Evidence] = mapped_column(String(20), default=Evidence.UNIT)
    purpose: Mapped[str | None] = mapped_column(Text)
    legal_basis: Mapped[str | None] = mapped_column(Text)
    names_kept_until: Mapped[date | None]

    guideline: Mapped[Guideline] = relationship()
    units: Mapped[list[Unit]] = relationship(secondary="hms_rollout_units", order_by="Unit.code")

    def in_force_on(self, day: date) -> bool:
        return holds(self.starts_on, self.ended, day)


class RolloutUnit(Base):
    """A unit, with all beneath it, that a rollout reaches."""

    __tablename__ = "hms_rollout_units"

    rollout_id: Mapped[int] = mapped_column(ForeignKey("hms_rollouts.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"), primary_key=True)


class Acknowledgement(IsFact, Base):
    """A person says: I have read and understood this edition."""

    __tablename__ = "hms_acknowledgements"
    __table_args__ = (Index("ix_hms_acknowledgements_edition_id_person_id", "edition_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("hms_editions.id"))
    acknowledged_on: Mapped[date]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    edition: Mapped[Edition] = relationship()


class ConfirmationAnswer(StrEnum):
    """What a unit answers: were our employees informed?"""

    INFORMED = "informed"
    NOT_INFORMED = "not_informed"
    UNKNOWN = "unknown"


class Confirmation(IsFact, Base):
    """A unit says: our employees have been informed. Or, with `only`: these of our people have been told."""

    __tablename__ = "hms_confirmations"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("hms_editions.id"), index=True)
    informed_on: Mapped[date]
    answer: Mapped[ConfirmationAnswer] = mapped_column(String(20))
    names_only: Mapped[bool] = mapped_column(default=False)
    """True: it speaks of the people in `only` and of nobody else."""
    method: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    newcomer_routine: Mapped[str | None] = mapped_column(Text)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))

    unit: Mapped[Unit] = relationship()
    edition: Mapped[Edition] = relationship()
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id])
    excepted: Mapped[list[Person]] = relationship(
        secondary="hms_confirmation_exceptions", order_by="Person.external_key"
    )
    only: Mapped[list[Person]] = relationship(secondary="hms_confirmation_only", order_by="Person.external_key")


class ConfirmationException(Base):
    """A person whom the confirmation does not cover: on leave, say."""

    __tablename__ = "hms_confirmation_exceptions"

    confirmation_id: Mapped[int] = mapped_column(ForeignKey("hms_confirmations.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), primary_key=True)


class ConfirmationOnly(Base):
    """One of the people a confirmation with `only` speaks of."""

    __tablename__ = "hms_confirmation_only"

    confirmation_id: Mapped[int] = mapped_column(ForeignKey("hms_confirmations.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), primary_key=True)


class QuestionKind(StrEnum):
    """What a person says instead of acknowledging. Either counts as missing."""

    NOT_INFORMED = "not_informed"
    QUESTION = "question"


class Question(IsFact, Base):
    """A person has not been informed, or has a question; it reaches the unit's HSE coordinator."""

    __tablename__ = "hms_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"), index=True)
    """The unit the person was employed in when asking."""
    edition_id: Mapped[int] = mapped_column(ForeignKey("hms_editions.id"))
    kind: Mapped[QuestionKind] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text, default="")

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    unit: Mapped[Unit] = relationship()
    edition: Mapped[Edition] = relationship()
    replies: Mapped[list["Reply"]] = relationship(back_populates="question", order_by="Reply.recorded_at")


class Reply(IsFact, Base):
    """An answer to a question. `recorded_by_id` wrote it."""

    __tablename__ = "hms_replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("hms_questions.id"), index=True)
    text: Mapped[str] = mapped_column(Text)

    question: Mapped[Question] = relationship(back_populates="replies")


class NameLookup(Base):
    """Somebody looked up names. The people concerned can see it."""

    __tablename__ = "hms_name_lookups"

    id: Mapped[int] = mapped_column(primary_key=True)
    viewer_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"))
    guideline_id: Mapped[int] = mapped_column(ForeignKey("hms_guidelines.id"))
    what: Mapped[str] = mapped_column(String(20))
    """`missing`, `acknowledged`, `informed` or `excepted`."""
    looked_at: Mapped[datetime]

    viewer: Mapped[Person] = relationship(foreign_keys=[viewer_id])
    unit: Mapped[Unit] = relationship()
    guideline: Mapped[Guideline] = relationship()
    people: Mapped[list[Person]] = relationship(secondary="hms_name_lookup_people", order_by="Person.external_key")


class NameLookupPerson(Base):
    """A person whose name was shown."""

    __tablename__ = "hms_name_lookup_people"

    lookup_id: Mapped[int] = mapped_column(ForeignKey("hms_name_lookups.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), primary_key=True, index=True)
