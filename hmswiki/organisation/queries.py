"""Reads of the organisation. `session` first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from hmswiki.foundation import clock
from hmswiki.foundation.database import fetch
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.permissions import Actor, Holding, Role
from hmswiki.organisation.models import Area, AreaDuty, Employment, Person, RoleHolding, Unit

_HELD_IN = aliased(Unit)

_DUTIES = (
    select(func.aggregate_strings(Area.path, " "))
    .join(AreaDuty, AreaDuty.area_id == Area.id)
    .where(
        AreaDuty.person_id == Person.id,
        AreaDuty.held_on(bindparam("today")),
        AreaDuty.known_at(bindparam("known")),
        Area.opened <= bindparam("today"),
        or_(Area.closed.is_(None), Area.closed > bindparam("today")),
    )
    .correlate(Person)
    .scalar_subquery()
)

# Every page asks who acts: put together once, and asked at once. One row for each role, or one without a role.
_WHO = (
    select(
        Person.id, Person.external_key, Person.name, Person.language, Unit.id, Unit.path, Unit.name, _DUTIES,
        RoleHolding.role, RoleHolding.unit_id, _HELD_IN.path, _HELD_IN.code,
    )
    .outerjoin(
        Employment,
        and_(
            Employment.person_id == Person.id,
            Employment.held_on(bindparam("today")),
            Employment.known_at(bindparam("known")),
        ),
    )
    .outerjoin(Unit, Unit.id == Employment.unit_id)
    .outerjoin(
        RoleHolding,
        and_(
            RoleHolding.person_id == Person.id,
            RoleHolding.held_on(bindparam("today")),
            RoleHolding.known_at(bindparam("known")),
        ),
    )
    .outerjoin(_HELD_IN, _HELD_IN.id == RoleHolding.unit_id)
    .where(Person.external_key == bindparam("key"))
    .order_by(RoleHolding.id)
)  # fmt: skip


def actor(session: Session, external_key: str, today: date) -> Actor | None:
    """The person with the employer's id `external_key`, with unit and roles as they hold today.

    None for somebody who is not in the register. One select.
    """
    found = fetch(session, _WHO, key=external_key, today=today, known=clock.now())
    if not found:
        return None
    id, key, name, language, unit_id, unit_path, unit_name, duties = found[0][:8]
    return Actor(
        person_id=id, external_key=key, name=name, language=language,
        unit_id=unit_id, unit_path=unit_path, unit_name=unit_name, duties=tuple(sorted((duties or "").split())),
        holdings=tuple(
            Holding(Role(role), held_in, path, code) for *_, role, held_in, path, code in found if role is not None
        ),
    )  # fmt: skip


def unit(session: Session, code: str) -> Unit:
    """The unit with `code`. Raises NotFound."""
    # PostgreSQL keeps no such letter: it cannot even be asked for it.
    found = None if "\0" in code else session.scalar(select(Unit).where(Unit.code == code))
    if found is None:
        raise NotFound(N_("There is no unit with the code %(code)s."), code=code)
    return found


def person(session: Session, external_key: str) -> Person:
    """The person with the employer's id. Raises NotFound."""
    found = None if "\0" in external_key else session.scalar(select(Person).where(Person.external_key == external_key))
    if found is None:
        raise NotFound(N_("There is no person with the id %(id)s in the register."), id=external_key)
    return found


def in_own_order(units: Sequence[Unit]) -> list[Unit]:
    """Units in the organisation's own order: parents before children, siblings by `position`, then code."""
    by_id = {unit.id: unit for unit in units}

    def key(unit: Unit) -> list[tuple[float, str]]:
        steps = []
        current: Unit | None = unit
        while current is not None:
            place = current.position if current.position is not None else float("inf")
            steps.append((place, current.code))
            current = by_id.get(current.parent_id) if current.parent_id is not None else None
        return steps[::-1]

    return sorted(units, key=key)


def units_open_on(session: Session, day: date, *, under: Unit | None = None) -> list[Unit]:
    """Units open on `day`, in the organisation's own order; with `under` only that unit and those beneath."""
    query = select(Unit).where(Unit.opened <= day, or_(Unit.closed.is_(None), Unit.closed > day))
    if under is not None:
        query = query.where(Unit.path.startswith(under.path, autoescape=True))
    return in_own_order(session.scalars(query).all())


def units_by_id(session: Session, ids: Sequence[int]) -> dict[int, Unit]:
    return {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(ids)))}


@dataclass(frozen=True)
class Contact:
    """Who to turn to in a unit. `unit_id` is where the role is held: the unit itself, or one above it."""

    role: Role
    person_id: int
    external_key: str
    name: str
    email: str | None
    unit_id: int


def contacts(
    session: Session, units: Sequence[Unit], roles: Sequence[Role], *, day: date, known_at: datetime
) -> dict[int, list[Contact]]:
    """For each unit id, who holds `roles` directly in it on `day`. Vacant roles have no entry. One select."""
    rows = session.execute(
        select(RoleHolding.unit_id, RoleHolding.role, Person.id, Person.external_key, Person.name, Person.email)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(
            RoleHolding.unit_id.in_([unit.id for unit in units]),
            RoleHolding.role.in_(list(roles)),
            RoleHolding.held_on(day),
            RoleHolding.known_at(known_at),
        )
        .order_by(Person.name, Person.id)
    )
    found: dict[int, list[Contact]] = {unit.id: [] for unit in units}
    for unit_id, role, person_id, key, name, email in rows:
        found[unit_id].append(Contact(Role(role), person_id, key, name, email, unit_id))
    return found


def employed_in(session: Session, unit: Unit, *, day: date, known_at: datetime) -> list[Person]:
    """The people employed in the unit or beneath it on `day`, by name. One select."""
    return list(
        session.scalars(
            select(Person)
            .join(Employment, Employment.person_id == Person.id)
            .join(Unit, Unit.id == Employment.unit_id)
            .where(
                Unit.path.startswith(unit.path, autoescape=True),
                Employment.held_on(day),
                Employment.known_at(known_at),
            )
            .order_by(Person.name, Person.id)
            .distinct()
        )
    )
