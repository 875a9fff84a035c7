"""Reads for the areas' pages: the list of all of them, one area's facts and history. `session` first.

Each makes a fixed number of selects, whatever the number of areas.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session, aliased, joinedload

from hmswiki.foundation.errors import N_, NotFound
from hmswiki.organisation.area_queries import (
    AreaPeople,
    Belonging,
    among,
    areas_in_order,
    belonging_of,
    ids_of_path,
)
from hmswiki.organisation.area_rules import Duty, Lack, Vacancy, vacancy
from hmswiki.organisation.history import Event
from hmswiki.organisation.models import (
    Area,
    AreaDuty,
    AreaKind,
    AreaPart,
    AreaUnit,
    Person,
    RegisterChange,
    Unit,
    UnitSuccessor,
)
from hmswiki.organisation.register import PAGE_SIZE, Page, paged

# --- all of them -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AreaLine:
    """An area on a day, and all that a list says of it. `state`: `open`, `closed` or `coming`."""

    area: Area
    depth: int
    state: str
    belonging: Belonging
    people: AreaPeople
    vacancy: Vacancy
    above: tuple[Area, ...]
    """What it lies in, from the root."""
    answerable: Person | None
    """Who owns the nearest area above that has an owner: may act here while nobody owns the area itself."""

    @property
    def inherits(self) -> bool:
        """Whether its units are those of an area above it."""
        return self.belonging.said_by not in (None, self.area.id)


def state_on(area: Area, day: date) -> str:
    """`open`, `closed` or `coming`."""
    if day < area.opened:
        return "coming"
    return "open" if area.open_on(day) else "closed"


def overview(session: Session, *, day: date, known_at: datetime, within: Area | None = None) -> list[AreaLine]:
    """Every area there is, was or will be, in order; with `within` those in it and itself. Six selects."""
    query = select(Area)
    if within is not None:
        mine = Area.path.startswith(within.path, autoescape=True)
        query = query.where(mine | Area.id.in_(ids_of_path(within.path)))
    found = {area.id: area for area in session.scalars(query)}
    ids = set(found)
    belongings = belonging_of(session, ids, day=day, known_at=known_at)
    duties = _duties(session, ids, known_at=known_at)
    owners = {id: owner for id, rows in duties.items() if (owner := _people(rows, day).owner) is not None}
    lines = []
    for area in areas_in_order(found.values()):
        if within is not None and not area.path.startswith(within.path):
            continue
        state = state_on(area, day)
        way = ids_of_path(area.path)[:-1]
        rows = duties.get(area.id, [])
        units = belongings[area.id].units
        lines.append(AreaLine(
            area, len(way), state, belongings[area.id], _people(rows, day),
            vacancy([Duty(one.part, one.starts_on, one.ends_on) for one, _ in rows], day, has_unit=bool(units))
            if state == "open" else Vacancy(),
            tuple(found[id] for id in way),
            next((owners[id] for id in reversed(way) if id in owners), None),
        ))  # fmt: skip
    return lines


_Rows = list[tuple[AreaDuty, Person]]


def _duties(session: Session, ids: Collection[int], *, known_at: datetime) -> dict[int, _Rows]:
    """All that is known of owners and deputies, at any time, by area."""
    found: dict[int, _Rows] = defaultdict(list)
    rows = session.execute(
        select(AreaDuty, Person)
        .join(Person, Person.id == AreaDuty.person_id)
        .where(among(AreaDuty.area_id, ids), AreaDuty.known_at(known_at))
        .order_by(Person.name, Person.id)
    )
    for duty, person in rows:
        found[duty.area_id].append((duty, person))
    return found


def _people(rows: _Rows, day: date) -> AreaPeople:
    held = [(duty.part, person) for duty, person in rows if duty.holds_on(day)]
    return AreaPeople(
        next((person for part, person in held if part == AreaPart.OWNER), None),
        tuple(person for part, person in held if part == AreaPart.DEPUTY),
    )


def line_of(session: Session, area: Area, *, day: date, known_at: datetime) -> tuple[AreaLine, list[AreaLine]]:
    """The area itself, and those in it. Six selects."""
    lines = overview(session, day=day, known_at=known_at, within=area)
    return lines[0], lines[1:]


@dataclass(frozen=True)
class Wish:
    """What a list of areas is narrowed down to. Empty: everything that is open or coming."""

    text: str = ""
    unit: Unit | None = None
    kind: AreaKind | None = None
    lack: Lack | None = None
    any_lack: bool = False
    closed: bool = False

    def __bool__(self) -> bool:
        return bool(self.text or self.unit or self.kind or self.lack or self.any_lack or self.closed)


def narrowed(lines: Sequence[AreaLine], wish: Wish) -> list[AreaLine]:
    """The lines that are asked for."""
    words = wish.text.casefold().split()
    return [line for line in lines if _is_wanted(line, wish, words)]


def _is_wanted(line: AreaLine, wish: Wish, words: Sequence[str]) -> bool:
    if (line.state == "closed") != wish.closed:
        return False
    if wish.kind is not None and line.area.kind != wish.kind:
        return False
    if wish.lack is not None and wish.lack not in line.vacancy.lacks:
        return False
    if wish.any_lack and not line.vacancy:
        return False
    units = (*line.belonging.units, *line.belonging.closed)
    if wish.unit is not None and not any(unit.path.startswith(wish.unit.path) for unit in units):
        return False
    name = line.area.name
    said = " ".join([line.area.code, *([name] if isinstance(name, str) else name.values())]).casefold()
    return all(word in said for word in words)


@dataclass(frozen=True)
class Count:
    """How many areas are open, and what they lack."""

    open: int
    without_owner: int
    covered: int
    """Of those without an owner: how many lie in an area that has one."""
    owner_soon: int
    without_deputy: int
    nobodys: int


def count(lines: Sequence[AreaLine]) -> Count:
    """Of the open ones among the lines."""
    there = [line for line in lines if line.state == "open"]
    vacant = [line for line in there if Lack.OWNER in line.vacancy.lacks]

    def lacking(lack: Lack) -> int:
        return sum(lack in line.vacancy.lacks for line in there)

    return Count(
        len(there), len(vacant), sum(line.answerable is not None for line in vacant),
        lacking(Lack.OWNER_SOON), lacking(Lack.DEPUTY), lacking(Lack.UNIT),
    )  # fmt: skip


# --- one area's facts ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AreaFact:
    """That an area belongs to a unit (`person` and `part` None), or that a person is owner or deputy."""

    id: int
    unit: Unit | None
    person: Person | None
    part: AreaPart | None
    starts_on: date
    ends_on: date | None
    recorded_at: datetime
    recorded_by: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawal_reason: str | None

    @property
    def kind(self) -> str:
        return "belonging" if self.part is None else "duty"

    def state_on(self, day: date) -> str:
        """`holds`, `coming` or `ended`."""
        if day < self.starts_on:
            return "coming"
        return "holds" if self.ends_on is None or day < self.ends_on else "ended"


AreaFactTable = type[AreaUnit] | type[AreaDuty]


def _facts_where(session: Session, table: AreaFactTable, *wanted: Any) -> list[AreaFact]:
    """The latest first. One select."""
    recorder, withdrawer = aliased(Person), aliased(Person)
    of_person = table is AreaDuty
    subject: Any = Person if of_person else Unit
    column: Any = AreaDuty.person_id if of_person else AreaUnit.unit_id
    rows: Any = session.execute(
        select(table, subject, recorder.name, withdrawer.name)
        .join(subject, subject.id == column)
        .outerjoin(recorder, recorder.id == table.recorded_by_id)
        .outerjoin(withdrawer, withdrawer.id == table.withdrawn_by_id)
        .where(*wanted)
        .order_by(table.starts_on.desc(), table.id.desc())
    )
    return [
        AreaFact(
            fact.id, None if of_person else subject, subject if of_person else None,
            AreaPart(fact.part) if of_person else None, fact.starts_on, fact.ends_on,
            fact.recorded_at, recorded_by, fact.withdrawn_at, withdrawn_by, fact.withdrawal_reason,
        )
        for fact, subject, recorded_by, withdrawn_by in rows
    ]  # fmt: skip


def belongings_of(session: Session, area: Area, *, known_at: datetime) -> list[AreaFact]:
    """Which units the area itself was, is or will be given to, the latest first. One select."""
    return _facts_where(session, AreaUnit, AreaUnit.area_id == area.id, AreaUnit.known_at(known_at))


def duties_of(session: Session, area: Area, *, known_at: datetime) -> list[AreaFact]:
    """Who was, is or will be its owner or deputy: owners first, the latest first. One select."""
    lines = _facts_where(session, AreaDuty, AreaDuty.area_id == area.id, AreaDuty.known_at(known_at))
    return sorted(lines, key=lambda line: line.part != AreaPart.OWNER)


def areas_looked_after(
    session: Session, person_id: int, *, day: date, known_at: datetime
) -> list[tuple[Area, AreaPart]]:
    """The open areas that the person is owner or deputy of on `day`, in order. One select."""
    rows = session.execute(
        select(Area, AreaDuty.part)
        .join(AreaDuty, AreaDuty.area_id == Area.id)
        .where(AreaDuty.person_id == person_id, AreaDuty.held_on(day), AreaDuty.known_at(known_at))
    ).all()
    parts = {area.id: AreaPart(part) for area, part in rows}
    return [(area, parts[area.id]) for area in areas_in_order(area for area, _ in rows) if area.open_on(day)]


def successors_of(session: Session, units: Collection[Unit]) -> list[Unit]:
    """The units that carry on what these did, by code. One select."""
    if not units:
        return []
    return list(
        session.scalars(
            select(Unit)
            .join(UnitSuccessor, UnitSuccessor.successor_id == Unit.id)
            .where(UnitSuccessor.unit_id.in_([unit.id for unit in units]))
            .order_by(Unit.code)
            .distinct()
        )
    )


Fact = TypeVar("Fact", AreaUnit, AreaDuty)


def area_unit(session: Session, id: int) -> AreaUnit:
    """With area and unit. Raises NotFound."""
    return _fact(session, AreaUnit, id, AreaUnit.area, AreaUnit.unit)


def area_duty(session: Session, id: int) -> AreaDuty:
    """With area and person. Raises NotFound."""
    return _fact(session, AreaDuty, id, AreaDuty.area, AreaDuty.person)


def _fact(session: Session, table: type[Fact], id: int, *together: Any) -> Fact:
    found = session.scalar(select(table).where(table.id == id).options(*(joinedload(one) for one in together)))
    if found is None:
        raise NotFound(N_("There is no such row in the register."))
    return found


# --- its history -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AreaEvent(Event):
    """Something that was recorded, withdrawn, added, edited or closed of an area."""

    area_fact: AreaFact | None = None


def events_of(session: Session, area: Area, *, number: int = 1, size: int = PAGE_SIZE) -> Page[AreaEvent]:
    """All that was ever recorded and withdrawn of the area, the latest first. Five selects."""
    parts: list[Any] = [
        select(
            literal("register").label("kind"), RegisterChange.kind.label("what"), RegisterChange.id.label("id"),
            RegisterChange.changed_at.label("at"), RegisterChange.changed_by_id.label("by_id"),
        ).where(RegisterChange.area_id == area.id)
    ]  # fmt: skip
    tables: dict[str, AreaFactTable] = {"belonging": AreaUnit, "duty": AreaDuty}
    for kind, table in tables.items():
        parts.append(
            select(literal(kind), literal("recorded"), table.id, table.recorded_at, table.recorded_by_id)
            .where(table.area_id == area.id)
        )  # fmt: skip
        parts.append(
            select(literal(kind), literal("withdrawn"), table.id, table.withdrawn_at, table.withdrawn_by_id)
            .where(table.area_id == area.id, table.withdrawn_at.is_not(None))
        )  # fmt: skip
    events = union_all(*parts).subquery()
    query = (
        select(events.c.kind, events.c.what, events.c.id, events.c.at, Person.name)
        .outerjoin(Person, Person.id == events.c.by_id)
        .order_by(events.c.at.desc(), events.c.what, events.c.kind, events.c.id.desc())
    )
    rows, total = paged(session, query, select(events.c.id), number, size)
    ids: dict[str, list[int]] = defaultdict(list)
    for kind, _what, id, *_rest in rows:
        ids[kind].append(id)
    facts = {
        (line.kind, line.id): line
        for kind, table in tables.items()
        if ids[kind]
        for line in _facts_where(session, table, table.id.in_(ids[kind]))
    }
    changes = (
        {one.id: one for one in session.scalars(select(RegisterChange).where(RegisterChange.id.in_(ids["register"])))}
        if ids["register"]
        else {}
    )
    return Page(
        [
            AreaEvent(
                what, at, by, None, changes[id].details if kind == "register" else {}, facts.get((kind, id))
            )
            for kind, what, id, at, by in rows
        ],
        number, total, size,
    )  # fmt: skip
