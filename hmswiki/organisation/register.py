"""Reads for the register's pages: the tree, units, people, employments and roles. `session` first.

Each makes a fixed number of selects, whatever the number of units and people.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from hmswiki.foundation.errors import N_, NotFound, Refusal
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import Employment, Person, RoleHolding, Unit, UnitSuccessor
from hmswiki.organisation.queries import in_own_order

PAGE_SIZE = 50

KEY_ROLES = (Role.UNIT_LEADER, Role.HSE_COORDINATOR, Role.SAFETY_REPRESENTATIVE)
"""The roles that every unit should have somebody in; shown as vacant where nobody is."""

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some of many rows. `number` counts from 1."""

    rows: Sequence[Row]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))


NOT_SO_MANY_PAGES = N_("There are not so many pages. Go back to the first.")


def paged(session: Session, query: Any, counting: Any, number: int, size: int) -> tuple[Any, int]:
    """The rows of one page, and how many there are in all. Raises NotFound beyond the last page."""
    total = session.scalar(select(func.count()).select_from(counting.order_by(None).subquery())) or 0
    if number > 1 and (number - 1) * size >= total:
        raise NotFound(NOT_SO_MANY_PAGES)
    return session.execute(query.limit(size).offset((number - 1) * size)).all(), total


# --- the tree --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitLine:
    """A unit in the tree on a day. `state`: `open`, `closed` (then `successors` carry on) or `coming`."""

    unit: Unit
    depth: int
    state: str
    here: int
    """Employed in the unit itself."""
    in_tree: int
    """Employed in the unit or beneath it."""
    vacant: tuple[Role, ...]
    successors: tuple[str, ...]


def tree(session: Session, *, day: date, known_at: datetime) -> list[UnitLine]:
    """Every unit there is, was or will be, in the organisation's own order. Four selects."""
    units = in_own_order(session.scalars(select(Unit)).all())
    here = _employed_by_unit(session, day=day, known_at=known_at)
    in_tree: dict[int, int] = defaultdict(int)
    for unit in units:
        for above in unit.path.strip("/").split("/"):
            in_tree[int(above)] += here.get(unit.id, 0)
    held = {
        (unit_id, role)
        for unit_id, role in session.execute(
            select(RoleHolding.unit_id, RoleHolding.role)
            .where(RoleHolding.role.in_(KEY_ROLES), RoleHolding.held_on(day), RoleHolding.known_at(known_at))
            .distinct()
        )
    }
    successors = _successors(session)
    lines = []
    for unit in units:
        state = state_on(unit, day)
        vacant = tuple(role for role in KEY_ROLES if (unit.id, role) not in held) if state == "open" else ()
        lines.append(
            UnitLine(
                unit,
                unit.path.count("/") - 2,
                state,
                here.get(unit.id, 0),
                in_tree[unit.id],
                vacant,
                tuple(successors.get(unit.id, ())),
            )  # fmt: skip
        )
    return lines


def state_on(unit: Unit, day: date) -> str:
    """`open`, `closed` or `coming`."""
    if day < unit.opened:
        return "coming"
    return "open" if unit.open_on(day) else "closed"


def _employed_by_unit(session: Session, *, day: date, known_at: datetime) -> dict[int, int]:
    rows = session.execute(
        select(Employment.unit_id, func.count())
        .where(Employment.held_on(day), Employment.known_at(known_at))
        .group_by(Employment.unit_id)
    )
    return {row[0]: row[1] for row in rows}


def _successors(session: Session) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(UnitSuccessor.unit_id, Unit.code)
        .join(Unit, Unit.id == UnitSuccessor.successor_id)
        .order_by(UnitSuccessor.unit_id, Unit.code)
    )
    for unit_id, code in rows:
        found[unit_id].append(code)
    return found


def all_units(session: Session) -> list[Unit]:
    """Every unit, closed and coming ones too, in the organisation's own order. One select."""
    return in_own_order(session.scalars(select(Unit)).all())


@dataclass(frozen=True)
class Around:
    """What stands around a unit: those above from the top, those right beneath, before and after it."""

    above: Sequence[Unit]
    beneath: Sequence[Unit]
    successors: Sequence[Unit]
    predecessors: Sequence[Unit]


def around(session: Session, unit: Unit) -> Around:
    """Three selects."""
    ids = [int(part) for part in unit.path.strip("/").split("/")]
    near = session.scalars(select(Unit).where(or_(Unit.id.in_(ids[:-1]), Unit.parent_id == unit.id))).all()
    after = select(Unit).join(UnitSuccessor, UnitSuccessor.successor_id == Unit.id)
    before = select(Unit).join(UnitSuccessor, UnitSuccessor.unit_id == Unit.id)
    return Around(
        above=sorted((one for one in near if one.parent_id != unit.id), key=lambda one: len(one.path)),
        beneath=in_own_order([one for one in near if one.parent_id == unit.id]),
        successors=session.scalars(after.where(UnitSuccessor.unit_id == unit.id).order_by(Unit.code)).all(),
        predecessors=session.scalars(before.where(UnitSuccessor.successor_id == unit.id).order_by(Unit.code)).all(),
    )


# --- people ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PersonLine:
    """A person on a day: where employed, or else since when not and from when again."""

    person: Person
    unit: Unit | None
    left_on: date | None
    returns_on: date | None


def people(
    session: Session,
    *,
    text: str = "",
    without_unit: bool = False,
    day: date,
    known_at: datetime,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[PersonLine]:
    """People by name; with `text` those whose name or id has it, with `without_unit` those employed nowhere."""
    here = and_(Employment.person_id == Person.id, Employment.held_on(day), Employment.known_at(known_at))
    other = aliased(Employment)
    theirs = and_(other.person_id == Person.id, other.known_at(known_at))
    left_on = select(func.max(other.ends_on)).where(theirs, other.ends_on <= day).correlate(Person).scalar_subquery()
    returns_on = (
        select(func.min(other.starts_on)).where(theirs, other.starts_on > day).correlate(Person).scalar_subquery()
    )
    wanted = [_has_word(word) for word in text.split()]
    if without_unit:
        wanted.append(Employment.id.is_(None))
    query = (
        select(Person, Unit, left_on, returns_on)
        .outerjoin(Employment, here)
        .outerjoin(Unit, Unit.id == Employment.unit_id)
        .where(*wanted)
        .order_by(Person.name, Person.id)
    )
    counting = select(Person.id).outerjoin(Employment, here).where(*wanted)
    rows, total = paged(session, query, counting, number, size)
    return Page([PersonLine(*row) for row in rows], number, total, size)


def _has_word(word: str) -> Any:
    # SQLite folds the case of English letters only: "øy" must find Øyvind there too.
    ways = {word, word.lower(), word.upper(), word.title()}
    return or_(
        *(Person.name.icontains(way, autoescape=True) for way in sorted(ways)),
        Person.external_key.icontains(word, autoescape=True),
    )


def person_meant(session: Session, text: str, *, field: str) -> Person:
    """The one person whose id is `text`, or whose name it is or has. Raises Refusal that names who it could be."""
    exact = session.scalar(select(Person).where(Person.external_key == text))
    if exact is not None:
        return exact
    found = session.scalars(
        select(Person).where(*(_has_word(word) for word in text.split())).order_by(Person.name, Person.id).limit(6)
    ).all()
    named = [person for person in found if person.name.casefold() == text.casefold()]
    if len(named) == 1:
        return named[0]
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refusal(
            N_("Nobody in the register has “%(text)s” as id or in the name. Add the person first, or look again."),
            field=field, text=text,
        )  # fmt: skip
    raise Refusal(
        N_("Several people could be meant by “%(text)s”: %(people)s. Write the id of the right one."),
        field=field, text=text, people=", ".join(f"{person.name} ({person.external_key})" for person in found),
    )  # fmt: skip


def employees(
    session: Session, unit: Unit, *, day: date, known_at: datetime, number: int = 1, size: int = PAGE_SIZE
) -> Page[Employment]:
    """Employments in the unit or beneath it that hold on `day`, by name, with person and unit. Two selects."""
    query = (
        select(Employment)
        .join(Employment.person)
        .join(Employment.unit)
        .options(contains_eager(Employment.person), contains_eager(Employment.unit))
        .where(Unit.path.startswith(unit.path, autoescape=True), Employment.held_on(day), Employment.known_at(known_at))
    )
    counting = query.with_only_columns(Employment.id)
    rows, total = paged(session, query.order_by(Person.name, Person.id), counting, number, size)
    return Page([row[0] for row in rows], number, total, size)


# --- facts, and who recorded them ------------------------------------------------------------------------


@dataclass(frozen=True)
class FactLine:
    """An employment (`role` None) or a role, with both its times."""

    id: int
    person: Person
    unit: Unit
    role: Role | None
    starts_on: date
    ends_on: date | None
    recorded_at: datetime
    recorded_by: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawal_reason: str | None

    @property
    def kind(self) -> str:
        return "employment" if self.role is None else "role"

    def state_on(self, day: date) -> str:
        """`holds`, `coming` or `ended`."""
        if day < self.starts_on:
            return "coming"
        return "holds" if self.ends_on is None or day < self.ends_on else "ended"


FactTable = type[Employment] | type[RoleHolding]


def facts_where(session: Session, table: FactTable, *wanted: Any) -> list[FactLine]:
    """The latest first. One select."""
    recorder, withdrawer = aliased(Person), aliased(Person)
    rows: Any = session.execute(
        select(table, Person, Unit, recorder.name, withdrawer.name)
        .join(Person, Person.id == table.person_id)
        .join(Unit, Unit.id == table.unit_id)
        .outerjoin(recorder, recorder.id == table.recorded_by_id)
        .outerjoin(withdrawer, withdrawer.id == table.withdrawn_by_id)
        .where(*wanted)
        .order_by(table.starts_on.desc(), table.id.desc())
    )
    return [
        FactLine(
            fact.id, person, unit, Role(fact.role) if isinstance(fact, RoleHolding) else None,
            fact.starts_on, fact.ends_on, fact.recorded_at, recorded_by,
            fact.withdrawn_at, withdrawn_by, fact.withdrawal_reason,
        )
        for fact, person, unit, recorded_by, withdrawn_by in rows
    ]  # fmt: skip


def employments_of(session: Session, person: Person, *, known_at: datetime) -> list[FactLine]:
    """The person's employments as known then, the latest first. One select."""
    return facts_where(session, Employment, Employment.person_id == person.id, Employment.known_at(known_at))


def roles_of(session: Session, person: Person, *, known_at: datetime) -> list[FactLine]:
    """The person's roles as known then, the latest first. One select."""
    return facts_where(session, RoleHolding, RoleHolding.person_id == person.id, RoleHolding.known_at(known_at))


def roles_in(session: Session, unit: Unit, *, known_at: datetime) -> list[FactLine]:
    """The roles held in the unit itself, at any time: those whom all must know first, then the latest. One select."""
    lines = facts_where(session, RoleHolding, RoleHolding.unit_id == unit.id, RoleHolding.known_at(known_at))
    places = {role: place for place, role in enumerate(KEY_ROLES)}
    return sorted(lines, key=lambda line: places.get(line.role, len(places)) if line.role else len(places))


def running_past(
    session: Session, unit: Unit, day: date, *, known_at: datetime
) -> tuple[list[FactLine], list[FactLine]]:
    """Employments and roles in the unit itself that have no end by `day`. Two selects."""

    def rows(table: FactTable) -> list[FactLine]:
        return facts_where(
            session, table, table.unit_id == unit.id, table.known_at(known_at),
            or_(table.ends_on.is_(None), table.ends_on > day),
        )  # fmt: skip

    return rows(Employment), rows(RoleHolding)


def employment(session: Session, id: int) -> Employment:
    """With person and unit. Raises NotFound."""
    return _fact(session, Employment, id)


def role_holding(session: Session, id: int) -> RoleHolding:
    """With person and unit. Raises NotFound."""
    return _fact(session, RoleHolding, id)


Fact = TypeVar("Fact", Employment, RoleHolding)


def _fact(session: Session, table: type[Fact], id: int) -> Fact:
    found = session.scalar(
        select(table)
        .join(table.person)
        .join(table.unit)
        .options(contains_eager(table.person), contains_eager(table.unit))
        .where(table.id == id)
    )
    if found is None:
        raise NotFound(N_("There is no such row in the register."))
    return found
