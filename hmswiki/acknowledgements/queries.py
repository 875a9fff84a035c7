"""Reads of rollouts, acknowledgements and confirmations. `session` first."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements import coverage as reckoning
from hmswiki.acknowledgements.coverage import (
    AcknowledgementFact,
    ConfirmationFact,
    Coverage,
    EditionFact,
    EmploymentFact,
    Facts,
    GuidelineFact,
    RoleFact,
    RolloutFact,
    UnitFact,
)
from hmswiki.acknowledgements.models import (
    Acknowledgement,
    Confirmation,
    ConfirmationException,
    ConfirmationOnly,
    Rollout,
    RolloutUnit,
)
from hmswiki.foundation.database import fetch
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.organisation.models import Employment, Person, RoleHolding, Unit

# Databases take only so many values in one statement.
_MANY = 500


def coverage(
    session: Session,
    *,
    as_of: date,
    known_at: datetime,
    under: Unit | None = None,
    guidelines: Collection[str] | None = None,
    person_id: int | None = None,
) -> Coverage:
    """Who stands where on `as_of`, as known at `known_at`.

    `under`: only people employed that day in this unit or beneath it are counted, so rows of units above it are
    not whole: use those of the unit and beneath. `guidelines`: only these slugs. `person_id`: only this person.
    A fixed number of selects, however many units, people and guidelines there are.
    """
    return reckoning.evaluate(
        facts(session, as_of=as_of, known_at=known_at, under=under, guidelines=guidelines, person_id=person_id), as_of
    )


def facts(
    session: Session,
    *,
    as_of: date,
    known_at: datetime,
    since: date | None = None,
    under: Unit | None = None,
    guidelines: Collection[str] | None = None,
    person_id: int | None = None,
    roles: Collection[Role] = (),
) -> Facts:
    """The facts that `coverage` reckons from. With `since` they hold for every day from it to `as_of`.

    `roles` are read besides those that rollouts name: to ask what a rollout that is not there yet would reach.
    """
    guideline_facts = _guidelines(session, guidelines)
    ids = [fact.id for fact in guideline_facts]
    editions = _editions(session, ids)
    people = _people(as_of=as_of, since=since, known_at=known_at, under=under, person_id=person_id)
    confirmations = _confirmations(session, [edition.id for edition in editions], as_of=as_of, known_at=known_at)
    excepted = {person for confirmation in confirmations for person in confirmation.excepted}
    employments = _employments(session, people, excepted, as_of=as_of, known_at=known_at)
    counted = None if people is None else set(session.scalars(people))
    if since is None:
        wanted = _still_counting(guideline_facts, editions, as_of)
    else:
        wanted = Acknowledgement.edition_id.in_([edition.id for edition in editions])
    return Facts(
        units=[UnitFact(*row) for row in session.execute(_columns(UnitFact, Unit))],
        employments=employments,
        roles=_roles(session, roles, as_of=as_of, known_at=known_at),
        guidelines=guideline_facts,
        editions=editions,
        rollouts=_rollouts(session, ids),
        acknowledgements=_acknowledgements(session, wanted, people, as_of=as_of, known_at=known_at),
        confirmations=confirmations,
        counted=counted,
    )


def _columns(fact: type, model: type) -> Select[Any]:
    names: Sequence[str] = fact._fields  # type: ignore[attr-defined]
    return select(*(getattr(model, name) for name in names))


def _guidelines(session: Session, slugs: Collection[str] | None) -> list[GuidelineFact]:
    query = _columns(GuidelineFact, Guideline).order_by(Guideline.slug)
    if slugs is not None:
        query = query.where(Guideline.slug.in_(list(slugs)))
    return [GuidelineFact(*row) for row in session.execute(query)]


def _editions(session: Session, guideline_ids: Collection[int]) -> list[EditionFact]:
    query = _columns(EditionFact, Edition).where(Edition.guideline_id.in_(guideline_ids))
    return [EditionFact(*row) for row in session.execute(query)]


def _people(
    *, as_of: date, since: date | None, known_at: datetime, under: Unit | None, person_id: int | None
) -> Select[Any] | None:
    """A select of the ids of the people who are counted; None: everybody."""
    if person_id is not None:
        return select(Person.id).where(Person.id == person_id)
    if under is None:
        return None
    held = (
        Employment.held_on(as_of)
        if since is None
        else and_(Employment.starts_on <= as_of, or_(Employment.ends_on.is_(None), Employment.ends_on > since))
    )
    return (
        select(Employment.person_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(held, Employment.known_at(known_at), Unit.path.startswith(under.path, autoescape=True))
    )


def _employments(
    session: Session,
    people: Select[Any] | None,
    others: set[int],
    *,
    as_of: date,
    known_at: datetime,
) -> list[EmploymentFact]:
    query = _columns(EmploymentFact, Employment).where(Employment.starts_on <= as_of, Employment.known_at(known_at))
    if people is None:
        return [EmploymentFact(*row) for row in session.execute(query)]
    found = {EmploymentFact(*row) for row in session.execute(query.where(Employment.person_id.in_(people)))}
    for some in _chunks(others):
        found |= {EmploymentFact(*row) for row in session.execute(query.where(Employment.person_id.in_(some)))}
    return list(found)


def _chunks(ids: Collection[int]) -> list[list[int]]:
    ordered = sorted(ids)
    return [ordered[start : start + _MANY] for start in range(0, len(ordered), _MANY)]


def _roles(session: Session, others: Collection[Role], *, as_of: date, known_at: datetime) -> list[RoleFact]:
    """The holdings of the roles that rollouts name, and of others."""
    named = select(Rollout.role).where(Rollout.role.is_not(None))
    query = _columns(RoleFact, RoleHolding).where(
        or_(RoleHolding.role.in_(named), RoleHolding.role.in_(list(others))),
        RoleHolding.starts_on <= as_of,
        RoleHolding.known_at(known_at),
    )
    return [RoleFact(*row) for row in session.execute(query)]


def _rollouts(session: Session, guideline_ids: Collection[int]) -> list[RolloutFact]:
    units: dict[int, set[int]] = defaultdict(set)
    rows = session.execute(
        select(Rollout, RolloutUnit.unit_id)
        .join(RolloutUnit, RolloutUnit.rollout_id == Rollout.id)
        .where(Rollout.guideline_id.in_(guideline_ids))
    )
    rollouts: dict[int, Rollout] = {}
    for rollout, unit_id in rows:
        rollouts[rollout.id] = rollout
        units[rollout.id].add(unit_id)
    return [
        RolloutFact(r.key, r.guideline_id, frozenset(units[r.id]), r.role, r.starts_on, r.ended, r.due)
        for r in rollouts.values()
    ]


def _still_counting(
    guidelines: Sequence[GuidelineFact], editions: Sequence[EditionFact], as_of: date
) -> ColumnElement[bool]:
    """SQL: the acknowledgement is of an edition that is enough on `as_of`, and has not lapsed."""
    of_guideline: dict[int, list[EditionFact]] = defaultdict(list)
    for edition in editions:
        of_guideline[edition.guideline_id].append(edition)
    since: dict[date | None, list[int]] = defaultdict(list)
    for guideline in guidelines:
        demanded = reckoning.demanded_edition(of_guideline[guideline.id], as_of)
        if demanded is not None:
            months = guideline.renew_months
            first = None if months is None else reckoning.earliest_that_counts(months, as_of)
            since[first] += reckoning.enough(of_guideline[guideline.id], demanded)
    parts = [
        Acknowledgement.edition_id.in_(ids)
        if first is None
        else and_(Acknowledgement.edition_id.in_(ids), Acknowledgement.acknowledged_on >= first)
        for first, ids in since.items()
    ]
    return or_(false(), *parts)


def _acknowledgements(
    session: Session,
    wanted: ColumnElement[bool],
    people: Select[Any] | None,
    *,
    as_of: date,
    known_at: datetime,
) -> list[AcknowledgementFact]:
    query = _columns(AcknowledgementFact, Acknowledgement).where(
        wanted, Acknowledgement.acknowledged_on <= as_of, Acknowledgement.known_at(known_at)
    )
    if people is not None:
        query = query.where(Acknowledgement.person_id.in_(people))
    return list(map(AcknowledgementFact._make, fetch(session, query)))


def _confirmations(
    session: Session, edition_ids: Collection[int], *, as_of: date, known_at: datetime
) -> list[ConfirmationFact]:
    wanted = and_(
        Confirmation.edition_id.in_(edition_ids), Confirmation.informed_on <= as_of, Confirmation.known_at(known_at)
    )
    rows = session.execute(
        select(
            Confirmation.id,
            Confirmation.unit_id,
            Confirmation.edition_id,
            Confirmation.informed_on,
            Confirmation.answer,
            Confirmation.recorded_at,
            Confirmation.names_only,
        ).where(wanted)
    ).all()
    named: dict[type, dict[int, set[int]]] = {}
    for table in (ConfirmationException, ConfirmationOnly):
        people = named[table] = defaultdict(set)
        of_these = select(Confirmation.id).where(wanted)
        for confirmation_id, person_id in session.execute(
            select(table.confirmation_id, table.person_id).where(table.confirmation_id.in_(of_these))
        ):
            people[confirmation_id].add(person_id)
    return [
        ConfirmationFact(
            unit_id,
            edition_id,
            informed_on,
            answer,
            recorded_at,
            frozenset(named[ConfirmationException][id]),
            frozenset(named[ConfirmationOnly][id]) if names_only else None,
        )
        for id, unit_id, edition_id, informed_on, answer, recorded_at, names_only in rows
    ]
