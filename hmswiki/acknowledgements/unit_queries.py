"""Reads for a unit's page and for what a unit confirms. `session` first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, selectinload

from hmswiki.acknowledgements import coverage as reckoning
from hmswiki.acknowledgements.coverage import ConfirmationFact, EditionFact
from hmswiki.acknowledgements.models import (
    Confirmation,
    ConfirmationException,
    ConfirmationOnly,
    Question,
    Reply,
    Rollout,
    RolloutUnit,
)
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.organisation.models import Employment, Person, RoleHolding, Unit

# Databases take only so many values in one statement.
_MANY = 500


def ids_above(unit: Unit) -> list[int]:
    """Ids of the unit and those above it, the topmost first."""
    return [int(step) for step in unit.path.strip("/").split("/")]


def chunks(ids: Collection[int]) -> list[list[int]]:
    ordered = sorted(set(ids))
    return [ordered[start : start + _MANY] for start in range(0, len(ordered), _MANY)]


# --- What a confirmation is held against ----------------------------------------------------------------


def edition_fact(edition: Edition) -> EditionFact:
    return EditionFact(
        edition.published_on, edition.major, edition.minor, edition.id, edition.guideline_id,
        edition.requires_acknowledgement,
    )  # fmt: skip


def demanded_edition(session: Session, guideline_id: int, day: date) -> EditionFact | None:
    """The edition that is demanded on `day`. One select."""
    editions = session.scalars(select(Edition).where(Edition.guideline_id == guideline_id))
    return reckoning.demanded_edition([edition_fact(edition) for edition in editions], day)


def edition_on_screen(session: Session, slug: str, number: str) -> Edition:
    """The edition that a form was shown for. Raises NotFound."""
    major, _, minor = number.partition(".")
    digits = (major, minor)
    if all(part.isascii() and part.isdigit() and len(part) < 10 for part in digits) and "\0" not in slug:
        found = session.scalar(
            select(Edition)
            .join(Edition.guideline)
            .where(Guideline.slug == slug, Edition.major == int(major), Edition.minor == int(minor))
            .options(contains_eager(Edition.guideline))
        )
        if found is not None:
            return found
    raise NotFound(
        N_("There is no edition %(number)s of a guideline “%(slug)s”. Open the unit's page again."),
        number=number[:20], slug=slug[:100],
    )  # fmt: skip


def edition_told(session: Session, slug: str, number: str, day: date) -> Edition:
    """The edition that people were told of on `day`, where the form showed `number`. Raises NotFound.

    That is the one on the screen, unless it is a minor one that came after the day: then the latest before it
    that was in force that day, and at the earliest the one that is demanded. One or two selects.
    """
    shown = edition_on_screen(session, slug, number)
    if shown.requires_acknowledgement or shown.published_on <= day:
        return shown
    editions = session.scalars(
        select(Edition).where(Edition.guideline_id == shown.guideline_id).options(joinedload(Edition.guideline))
    )
    for edition in sorted(editions, key=lambda one: one.order, reverse=True):
        if edition.order <= shown.order and (edition.requires_acknowledgement or edition.published_on <= day):
            return edition
    return shown


def rollouts_reaching(session: Session, unit: Unit, *, day: date) -> list[Rollout]:
    """Rollouts in force on `day` that reach the unit or units beneath it, with their guidelines. One select."""
    return list(
        session.scalars(
            select(Rollout)
            .join(Rollout.guideline)
            .where(
                Rollout.starts_on <= day,
                or_(Rollout.ended.is_(None), Rollout.ended > day),
                Rollout.id.in_(_reaching(unit)),
            )
            .order_by(Rollout.starts_on, Rollout.key)
            .options(contains_eager(Rollout.guideline))
        )
    )


def _reaching(unit: Unit) -> Select[Any]:
    """The ids of the rollouts that name the unit, one above it or one beneath it."""
    return (
        select(RolloutUnit.rollout_id)
        .join(Unit, Unit.id == RolloutUnit.unit_id)
        .where(or_(Unit.id.in_(ids_above(unit)), Unit.path.startswith(unit.path, autoescape=True)))
    )


def is_rolled_out(session: Session, unit: Unit, guideline_id: int, day: date) -> bool:
    """Whether the guideline should be known in the unit, or in a unit beneath it, on `day`. One select."""
    return (
        session.scalar(
            select(Rollout.id)
            .where(
                Rollout.guideline_id == guideline_id,
                Rollout.starts_on <= day,
                or_(Rollout.ended.is_(None), Rollout.ended > day),
                Rollout.id.in_(_reaching(unit)),
            )
            .limit(1)
        )
        is not None
    )


def employed_ids(session: Session, unit: Unit, *, day: date, known_at: datetime) -> frozenset[int]:
    """Ids of the people employed in the unit or beneath it on `day`. One select."""
    return frozenset(
        session.scalars(
            select(Employment.person_id)
            .join(Unit, Unit.id == Employment.unit_id)
            .where(
                Unit.path.startswith(unit.path, autoescape=True),
                Employment.held_on(day),
                Employment.known_at(known_at),
            )
        )
    )


def names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Names by person id."""
    found: dict[int, str] = {}
    for some in chunks(ids):
        found.update(
            (row.id, row.name) for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(some)))
        )
    return found


def names_in_tree(session: Session, unit: Unit, ids: Collection[int]) -> dict[int, str]:
    """Names by person id of those who were ever employed in the unit or beneath it: nobody else's can be got here."""
    here = (
        select(Employment.person_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(Unit.path.startswith(unit.path, autoescape=True))
    )
    found: dict[int, str] = {}
    for some in chunks(ids):
        rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(some), Person.id.in_(here)))
        found.update((row.id, row.name) for row in rows)
    return found


# --- What the unit has said -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """A confirmation as the unit's page tells of it."""

    id: int
    unit: Unit
    slug: str
    guideline: Any
    """The title; it may stand in several languages."""
    guideline_id: int
    edition_id: int
    edition: str
    informed_on: date
    answer: str
    names_only: bool
    method: str | None
    note: str | None
    newcomer_routine: str | None
    recorded_at: datetime
    confirmed_by: str | None
    role: Role | None
    """The role in which it was confirmed, as held that day."""
    excepted: int
    only: int
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawal_reason: str | None


def answers(session: Session, unit: Unit, *, day: date, zone: ZoneInfo) -> list[Answer]:
    """What the unit and those above it have answered up to `day`, the latest first; of the unit's own also
    what was withdrawn. Two selects."""
    confirmer, withdrawer = aliased(Person), aliased(Person)
    excepted, only = _number_of(ConfirmationException), _number_of(ConfirmationOnly)
    rows = session.execute(
        select(Confirmation, Edition, Guideline, Unit, confirmer.name, withdrawer.name, excepted, only)
        .join(Edition, Edition.id == Confirmation.edition_id)
        .join(Guideline, Guideline.id == Edition.guideline_id)
        .join(Unit, Unit.id == Confirmation.unit_id)
        .outerjoin(confirmer, confirmer.id == Confirmation.confirmed_by_id)
        .outerjoin(withdrawer, withdrawer.id == Confirmation.withdrawn_by_id)
        .where(
            Confirmation.unit_id.in_(ids_above(unit)),
            Confirmation.informed_on <= day,
            or_(Confirmation.unit_id == unit.id, Confirmation.withdrawn_at.is_(None)),
        )
        .order_by(Confirmation.informed_on.desc(), Confirmation.recorded_at.desc(), Confirmation.id.desc())
    ).all()
    roles = _roles(session, {row[0].confirmed_by_id for row in rows if row[0].confirmed_by_id is not None}, unit)
    return [
        Answer(
            id=one.id, unit=of, slug=guideline.slug, guideline=guideline.title, guideline_id=guideline.id,
            edition_id=edition.id, edition=edition.number, informed_on=one.informed_on, answer=str(one.answer),
            names_only=one.names_only, method=one.method, note=one.note, newcomer_routine=one.newcomer_routine,
            recorded_at=one.recorded_at, confirmed_by=confirmed_by,
            role=_role_then(roles, one.confirmed_by_id, clock.day_of(one.recorded_at, zone)),
            excepted=number_excepted, only=number_only, withdrawn_at=one.withdrawn_at, withdrawn_by=withdrawn_by,
            withdrawal_reason=one.withdrawal_reason,
        )
        for one, edition, guideline, of, confirmed_by, withdrawn_by, number_excepted, number_only in rows
    ]  # fmt: skip


def _number_of(table: Any) -> Any:
    return (
        select(func.count())
        .select_from(table)
        .where(table.confirmation_id == Confirmation.id)
        .correlate(Confirmation)
        .scalar_subquery()
    )


def _roles(session: Session, people: Collection[int], unit: Unit) -> list[RoleHolding]:
    if not people:
        return []
    return list(
        session.scalars(
            select(RoleHolding)
            .where(
                RoleHolding.person_id.in_(people),
                RoleHolding.role.in_([Role.UNIT_LEADER, Role.HSE_COORDINATOR]),
                RoleHolding.unit_id.in_(ids_above(unit)),
                RoleHolding.withdrawn_at.is_(None),
            )
            .order_by(RoleHolding.id)
        )
    )


def _role_then(roles: Sequence[RoleHolding], person_id: int | None, day: date) -> Role | None:
    return next((Role(one.role) for one in roles if one.person_id == person_id and one.holds_on(day)), None)


def confirmation(session: Session, unit: Unit, id: int) -> Confirmation:
    """The unit's confirmation, with its edition, guideline and people. Raises NotFound."""
    found = session.scalar(
        select(Confirmation)
        .where(Confirmation.id == id, Confirmation.unit_id == unit.id)
        .options(
            joinedload(Confirmation.edition).joinedload(Edition.guideline),
            joinedload(Confirmation.unit),
            selectinload(Confirmation.excepted),
            selectinload(Confirmation.only),
        )
    )
    if found is None:
        raise NotFound(N_("The unit has given no such confirmation. Its page lists those it has given."))
    return found


def fact_of(confirmation: Confirmation) -> ConfirmationFact:
    """The confirmation as it is counted."""
    return ConfirmationFact(
        confirmation.unit_id,
        confirmation.edition_id,
        confirmation.informed_on,
        confirmation.answer,
        confirmation.recorded_at,
        frozenset(person.id for person in confirmation.excepted),
        frozenset(person.id for person in confirmation.only) if confirmation.names_only else None,
    )


# --- What people ask ------------------------------------------------------------------------------------


def open_questions(session: Session, unit: Unit) -> int:
    """How many questions from the unit's people wait for an answer. One select."""
    answered = select(Reply.question_id).where(Reply.withdrawn_at.is_(None))
    found = session.scalar(
        select(func.count())
        .select_from(Question)
        .join(Unit, Unit.id == Question.unit_id)
        .where(
            Unit.path.startswith(unit.path, autoescape=True),
            Question.withdrawn_at.is_(None),
            Question.id.not_in(answered),
        )
    )
    return found or 0


def questions(session: Session, unit: Unit) -> list[Question]:
    """What the unit's people have asked, the latest first, with replies. Two selects."""
    return list(
        session.scalars(
            select(Question)
            .join(Unit, Unit.id == Question.unit_id)
            .where(Unit.path.startswith(unit.path, autoescape=True), Question.withdrawn_at.is_(None))
            .order_by(Question.recorded_at.desc(), Question.id.desc())
            .options(
                joinedload(Question.person),
                joinedload(Question.unit),
                joinedload(Question.edition).joinedload(Edition.guideline),
                selectinload(Question.replies),
            )
        )
    )


def question(session: Session, unit: Unit, id: int) -> Question:
    """The question, if somebody of the unit's people asked it. Raises NotFound."""
    found = session.scalar(
        select(Question)
        .join(Unit, Unit.id == Question.unit_id)
        .where(
            Question.id == id,
            Unit.path.startswith(unit.path, autoescape=True),
            Question.withdrawn_at.is_(None),
        )
    )
    if found is None:
        raise NotFound(N_("There is no such question in this unit. It may have been taken back."))
    return found
