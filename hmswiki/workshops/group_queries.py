"""Reads for making groups: who may be put in them, and who is meant by what was typed. `session` first."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Refusal
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import Employment, Person, RoleHolding, Unit
from hmswiki.workshops.mixing import LEADING, Someone

MOST_NAMED = 5
"""So many people are named where it is not clear who is meant."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who can be put in a group, and where they come from."""

    person: Person
    unit: Unit | None
    roles: frozenset[Role] = field(default=frozenset())

    def someone(self, counted_as: int | None) -> Someone:
        return Someone(self.person.id, counted_as, self.roles)


def about(session: Session, ids: Collection[int], *, day: date, known_at: datetime) -> dict[int, Candidate]:
    """Those people with the unit they are employed in on the day and the roles they hold, by id. Two selects."""
    if not ids:
        return {}
    rows = session.execute(
        select(Person, Unit)
        .outerjoin(
            Employment,
            (Employment.person_id == Person.id) & Employment.held_on(day) & Employment.known_at(known_at),
        )
        .outerjoin(Unit, Unit.id == Employment.unit_id)
        .where(Person.id.in_(ids))
        .order_by(Person.name, Person.id)
    )
    roles = _roles(session, RoleHolding.person_id.in_(ids), day=day, known_at=known_at)
    return {person.id: Candidate(person, unit, frozenset(roles.get(person.id, ()))) for person, unit in rows}


def candidates(
    session: Session, units: Sequence[Unit], *, only: Collection[Role] | None, day: date, known_at: datetime
) -> list[Candidate]:
    """Who is employed in those units or beneath them, by name; `only`: instead whoever holds one of these roles
    there. Four selects at most."""
    if not units:
        return []
    if only is not None:
        ids = set(_roles(session, _within(units) & RoleHolding.role.in_(only), day=day, known_at=known_at))
    else:
        ids = set(
            session.scalars(
                select(Employment.person_id)
                .join(Unit, Unit.id == Employment.unit_id)
                .where(_within(units), Employment.held_on(day), Employment.known_at(known_at))
            )
        )
    return list(about(session, ids, day=day, known_at=known_at).values())


def _within(units: Iterable[Unit]) -> ColumnElement[bool]:
    return or_(*(Unit.path.startswith(unit.path, autoescape=True) for unit in units))


def _roles(session: Session, where: ColumnElement[bool], *, day: date, known_at: datetime) -> dict[int, set[Role]]:
    """The roles that lead groups, by whoever holds them. One select."""
    rows = session.execute(
        select(RoleHolding.person_id, RoleHolding.role)
        .join(Unit, Unit.id == RoleHolding.unit_id)
        .where(where, RoleHolding.role.in_(LEADING), RoleHolding.held_on(day), RoleHolding.known_at(known_at))
    )
    found: dict[int, set[Role]] = {}
    for person_id, role in rows:
        found.setdefault(person_id, set()).add(Role(role))
    return found


def counted_as(unit: Unit | None, chosen: Sequence[Unit], open_units: Sequence[Unit]) -> int | None:
    """The unit that somebody of `unit` counts as coming from, when groups are mixed.

    The nearest above it of those that were chosen; where only one was, the one beneath that it belongs to.
    """
    if unit is None:
        return None
    above = [one for one in chosen if unit.path.startswith(one.path)]
    if not above:
        return unit.id
    nearest = max(above, key=lambda one: len(one.path))
    if len(chosen) > 1:
        return nearest.id
    children = [one for one in open_units if one.parent_id == nearest.id and unit.path.startswith(one.path)]
    return children[0].id if children else nearest.id


# --- Who is meant -------------------------------------------------------------------------------------------


def people_meant(
    session: Session, typed: str, *, within: Unit, field: str, day: date, known_at: datetime
) -> list[Person]:
    """The people whose ids, e-mail addresses or names stand there, one a line or parted by commas, each once.

    Part of a name is enough for somebody who is employed in `within` or beneath it, where only one is meant.
    Raises Refusal for the first that cannot be found, or of whom there are several.
    """
    texts = [" ".join(one.replace("\0", "").split()) for one in typed.replace(";", "\n").replace(",", "\n").split("\n")]
    found = [_meant(session, text, within, field, day, known_at) for text in dict.fromkeys(filter(None, texts))]
    if not found:
        raise Refusal(N_("Write who it is: a name, an e-mail address or an employee id."), field=field)
    return list({person.id: person for person in found}.values())


def _meant(session: Session, text: str, within: Unit, field: str, day: date, known_at: datetime) -> Person:
    exact = session.scalars(
        select(Person)
        .where(or_(Person.external_key == text, func.lower(Person.email) == text.lower(), Person.name == text))
        .order_by(Person.id)
        .limit(2)
    ).all()
    if len(exact) == 1:
        return exact[0]
    here = session.scalars(
        select(Person)
        .join(Employment, Employment.person_id == Person.id)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(
            Unit.path.startswith(within.path, autoescape=True), Employment.held_on(day), Employment.known_at(known_at)
        )
        .order_by(Person.name, Person.id)
    )
    # Compared here: SQLite folds no Å.
    wanted = text.casefold().split()
    likely = list({one.id: one for one in here if _fits(one.name, wanted)}.values())
    same = [one for one in likely if one.name.casefold() == text.casefold()]
    if len(same) == 1 or len(likely) == 1:
        return (same or likely)[0]
    if likely or exact:
        named = ", ".join(f"{one.name} ({one.external_key})" for one in (likely or exact)[:MOST_NAMED])
        raise Refusal(
            N_("“%(text)s” may be several people: %(names)s. Write the employee id that stands behind the name."),
            field=field, text=text[:100], names=named,
        )  # fmt: skip
    raise Refusal(
        N_("Nobody called “%(text)s” was found. Write the whole name, the e-mail address or the employee id."),
        field=field, text=text[:100],
    )  # fmt: skip


def _fits(name: str, wanted: Sequence[str]) -> bool:
    """Whether each word begins a part of the name."""
    parts = name.casefold().replace("-", " ").split()
    return all(any(part.startswith(word) for part in parts) for word in wanted)
