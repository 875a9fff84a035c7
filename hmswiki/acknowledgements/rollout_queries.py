"""Reads of rollouts, and what one would reach. `session` first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from hmswiki.acknowledgements import queries
from hmswiki.acknowledgements.coverage import Facts, RolloutFact, demanded_edition, evaluate, total_of
from hmswiki.acknowledgements.matrix import tops_of
from hmswiki.acknowledgements.models import Evidence, Rollout
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.organisation.models import Unit
from hmswiki.organisation.queries import in_own_order


def rollout(session: Session, key: str) -> Rollout:
    """The rollout with that key. Raises NotFound."""
    # PostgreSQL keeps no such letter: it cannot even be asked for it.
    found = None if "\0" in key else session.scalar(_whole().where(Rollout.key == key))
    if found is None:
        raise NotFound(N_("There is no rollout with the key “%(key)s”."), key=key[:100])
    return found


def every_rollout(session: Session) -> Sequence[Rollout]:
    """All rollouts with guideline and units, the latest start first. Two selects."""
    return session.scalars(_whole().order_by(Rollout.starts_on.desc(), Rollout.key)).all()


def named_rollouts(session: Session) -> set[str]:
    """The keys of the rollouts that ask people by name."""
    return set(session.scalars(select(Rollout.key).where(Rollout.evidence == Evidence.NAMED)))


def _whole() -> Select[Rollout]:
    return select(Rollout).options(joinedload(Rollout.guideline), selectinload(Rollout.units))


def guidelines_with_editions(session: Session) -> Sequence[Guideline]:
    """Guidelines that have an edition, published or to come; by slug. One select."""
    has_edition = exists().where(Edition.guideline_id == Guideline.id)
    return session.scalars(select(Guideline).where(has_edition).order_by(Guideline.slug)).all()


def units_to_choose(session: Session, today: date) -> list[Unit]:
    """Units that are open or will be, in the organisation's own order."""
    query = select(Unit).where(or_(Unit.closed.is_(None), Unit.closed > today))
    return in_own_order(session.scalars(query).all())


def keys_that_begin(session: Session, beginning: str) -> set[str]:
    query = select(Rollout.key).where(Rollout.key.startswith(beginning, autoescape=True))
    return set(session.scalars(query))


@dataclass(frozen=True)
class Reach:
    """How many people a rollout reaches on a day; `total` is 0 where nobody is in its audience."""

    day: date
    total: int


def reach(
    session: Session,
    guideline: Guideline,
    units: Collection[Unit],
    role: Role | None,
    *,
    starts_on: date,
    today: date,
    known_at: datetime,
) -> Reach:
    """How many people a rollout would reach, on its first day or, where that has been, today.

    Where the guideline's first edition comes later, on that day: before it nothing is asked.
    """
    day = max(starts_on, today)
    editions = session.scalars(select(Edition).where(Edition.guideline_id == guideline.id)).all()
    demanding = [one.published_on for one in editions if one.requires_acknowledgement]
    if demanding:
        day = max(day, min(demanding))
    roles = () if role is None else (role,)
    facts = queries.facts(session, as_of=day, known_at=known_at, guidelines=[guideline.slug], roles=roles)
    asked = RolloutFact("", guideline.id, frozenset(unit.id for unit in units), role, starts_on, None, None)
    return Reach(day, _people(session, replace(facts, rollouts=[asked]), day))


def audience(session: Session, guideline: Guideline, *, day: date, known_at: datetime) -> int | None:
    """How many people are in the guideline's audience on `day`; None where nothing is demanded yet."""
    facts = queries.facts(session, as_of=day, known_at=known_at, guidelines=[guideline.slug])
    if demanded_edition(facts.editions, day) is None:
        return None
    return _people(session, facts, day)


def _people(session: Session, facts: Facts, day: date) -> int:
    """The people counted in facts of one guideline: those of the units that have no other row above them."""
    rows = {unit_id: row for (_, unit_id), row in evaluate(facts, day).rows.items()}
    units = session.scalars(select(Unit)).all()
    tops = tops_of(unit for unit in units if unit.id in rows)
    return total_of(rows[unit.id] for unit in tops).total
