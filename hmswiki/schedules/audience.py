"""Whom a schedule asks, worked out for a day from the organisation as it is then. `session` first.

A unit that has closed is stood in for by those that carry on after it, and by theirs. A few selects, however many
units, areas and people there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.database import Wording
from hmswiki.organisation import area_queries
from hmswiki.organisation.area_queries import among
from hmswiki.organisation.models import Area, AreaDuty, AreaPart, Employment, Person, RoleHolding, Unit, UnitSuccessor
from hmswiki.organisation.queries import in_own_order
from hmswiki.schedules.models import Audience, Reach, ScheduleRecord
from hmswiki.schedules.subjects import Subject


@dataclass(frozen=True)
class Tree:
    """All units there ever were, in the organisation's own order, and who carries on after which."""

    units: Mapping[int, Unit]
    successors: Mapping[int, tuple[int, ...]]

    def standing_in(self, unit_id: int, day: date) -> list[Unit]:
        """The unit itself where it is open on `day`; where it has closed, those that carry on, or theirs."""
        found: dict[int, Unit] = {}
        seen: set[int] = set()
        waiting = [unit_id]
        while waiting:
            current = self.units[waiting.pop(0)]
            if current.id in seen:
                continue
            seen.add(current.id)
            if current.open_on(day):
                found[current.id] = current
            elif current.closed is not None and current.closed <= day:
                waiting.extend(self.successors.get(current.id, ()))
        return list(found.values())


def tree(session: Session) -> Tree:
    """For those who ask for the subjects of many schedules: read once, in two selects."""
    units = {unit.id: unit for unit in in_own_order(session.scalars(select(Unit)).all())}
    successors: dict[int, list[int]] = defaultdict(list)
    pairs = select(UnitSuccessor.unit_id, UnitSuccessor.successor_id).order_by(UnitSuccessor.successor_id)
    for unit_id, successor_id in session.execute(pairs):
        successors[unit_id].append(successor_id)
    return Tree(units, {unit_id: tuple(found) for unit_id, found in successors.items()})


def units_reached(known: Tree, named: Iterable[tuple[int, Reach]], day: date) -> list[Unit]:
    """The units open on `day` that `named` (ids, and how far down) stand for, in the organisation's own order."""
    exactly: set[int] = set()
    parents: set[int] = set()
    beneath: list[str] = []
    for unit_id, reach in named:
        for unit in known.standing_in(unit_id, day):
            match Reach(reach):
                case Reach.ITSELF:
                    exactly.add(unit.id)
                case Reach.CHILDREN:
                    parents.add(unit.id)
                case Reach.ALL_BENEATH:
                    beneath.append(unit.path)
    tops = tuple(beneath)
    return [
        unit
        for unit in known.units.values()
        if unit.open_on(day) and (unit.id in exactly or unit.parent_id in parents or unit.path.startswith(tops))
    ]


@dataclass(frozen=True)
class Only:
    """Ids of those that somebody asks about, so that a page about one person reads little."""

    unit_ids: frozenset[int] = frozenset()
    area_ids: frozenset[int] = frozenset()
    person_ids: frozenset[int] = frozenset()

    @classmethod
    def this(cls, subject: Subject) -> "Only":
        unit, area, person = subject.unit_id, subject.area_id, subject.person_id
        return cls(*(frozenset() if id is None else frozenset({id}) for id in (unit, area, person)))


def subjects(
    session: Session,
    schedule: ScheduleRecord,
    *,
    day: date,
    known_at: datetime,
    within: Tree | None = None,
    only: Only | None = None,
) -> list[Subject]:
    """Whom the schedule asks as things are on `day`, in the organisation's own order, each once.

    `within`: the units, where they have been read already. `only`: no others than these are told of. A few selects,
    however many there are.
    """
    known = within or tree(session)
    units = units_reached(known, ((one.unit_id, Reach(one.reach)) for one in schedule.units), day)
    match Audience(schedule.audience):
        case Audience.UNITS:
            asked = [unit for unit in units if only is None or unit.id in only.unit_ids]
            return [Subject(unit_id=unit.id, since=unit.opened, units=(unit.id,)) for unit in asked]
        case Audience.AREAS:
            return _areas(session, schedule, units, day=day, known_at=known_at, only=only)
        case Audience.PEOPLE:
            return _people(session, schedule, units, day=day, known_at=known_at, only=only)


def _belonging_to(
    session: Session, units: Sequence[Unit], *, day: date, known_at: datetime, only: Only | None
) -> list[Area]:
    """The areas of the units, in their own order."""
    if only is None:
        return area_queries.areas_of(session, units, day=day, known_at=known_at)
    if not only.area_ids:
        return []
    found = session.scalars(select(Area).where(among(Area.id, only.area_ids)))
    asked = [area for area in found if area.id in only.area_ids and area.open_on(day)]
    lie_in = area_queries.units_of(session, [area.id for area in asked], day=day, known_at=known_at)
    ids = {unit.id for unit in units}
    return [area for area in asked if any(unit.id in ids for unit in lie_in.get(area.id, ()))]


def _areas(
    session: Session, schedule: ScheduleRecord, units: Sequence[Unit], *, day: date, known_at: datetime,
    only: Only | None,
) -> list[Subject]:  # fmt: skip
    ordered: list[Area] = []
    if units:
        ordered = _belonging_to(session, units, day=day, known_at=known_at, only=only)
        if schedule.area_kind is not None:
            ordered = [area for area in ordered if area.kind == schedule.area_kind]
        else:
            owned = _ever_owned(session, day=day, known_at=known_at, only=only)
            ordered = [area for area in ordered if area.id in owned]
    there = {area.id for area in ordered}
    named = [
        area
        for area in schedule.areas
        if area.open_on(day) and area.id not in there and (only is None or area.id in only.area_ids)
    ]
    if named:
        places = session.execute(select(Area.id, Area.parent_id, Area.code, Area.position)).all()
        ordered = area_queries.areas_in_order([*ordered, *named], tree=places)
    lie_in = area_queries.units_of(session, [area.id for area in ordered], day=day, known_at=known_at)
    return [
        Subject(area_id=area.id, since=area.opened, units=tuple(unit.id for unit in lie_in.get(area.id, ())))
        for area in ordered
    ]


def _ever_owned(session: Session, *, day: date, known_at: datetime, only: Only | None) -> set[int]:
    """Areas that have had an owner until `day`: where one has left, the round is still due, and the place vacant."""
    query = select(AreaDuty.area_id).where(
        AreaDuty.part == AreaPart.OWNER, AreaDuty.starts_on <= day, AreaDuty.known_at(known_at)
    )
    if only is not None:
        query = query.where(among(AreaDuty.area_id, only.area_ids))
    return set(session.scalars(query.distinct()))


def _people(
    session: Session, schedule: ScheduleRecord, units: Sequence[Unit], *, day: date, known_at: datetime,
    only: Only | None,
) -> list[Subject]:  # fmt: skip
    """Those employed in the units, or who hold the role in one of them. One select."""
    table = Employment if schedule.role is None else RoleHolding
    query = (
        select(table.person_id, table.unit_id, table.starts_on, table.ends_on, Person.name)
        .join(Person, Person.id == table.person_id)
        .where(table.known_at(known_at), table.starts_on <= day)
    )
    if schedule.role is not None:
        query = query.where(RoleHolding.role == schedule.role)
    if only is not None:
        query = query.where(among(table.person_id, only.person_ids))
    place = {unit.id: number for number, unit in enumerate(units)}
    terms: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    held: dict[int, list[tuple[int, int]]] = defaultdict(list)
    names: dict[int, str] = {}
    for person_id, unit_id, starts_on, ends_on, name in session.execute(query):
        terms[person_id].append((starts_on, ends_on))
        if unit_id in place and (ends_on is None or day < ends_on) and (only is None or person_id in only.person_ids):
            held[person_id].append((place[unit_id], unit_id))
            names[person_id] = name
    ordered = sorted(held, key=lambda id: (min(held[id])[0], names[id], id))
    return [
        Subject(person_id=id, since=_without_a_break(terms[id], day), units=tuple(unit for _, unit in sorted(held[id])))
        for id in ordered
    ]


def _without_a_break(terms: Iterable[tuple[date, date | None]], day: date) -> date:
    """The first day of the terms that reach up to `day`, one after the other."""
    since = day
    for starts_on, ends_on in sorted(terms, reverse=True):
        if ends_on is None or ends_on >= since:
            since = min(since, starts_on)
    return since


@dataclass(frozen=True)
class Named:
    """A subject as a page names it."""

    code: str
    """The unit's or the area's code; for a person the employer's id."""
    name: Wording


def names(session: Session, subjects: Iterable[Subject]) -> dict[str, Named]:
    """What the subjects are called, by slot. One select for each kind that there is."""
    wanted = list(subjects)
    found: dict[str, Named] = {}
    units = {one.unit_id for one in wanted if one.unit_id is not None}
    areas = {one.area_id for one in wanted if one.area_id is not None}
    people = {one.person_id for one in wanted if one.person_id is not None}
    if units:
        for unit in session.scalars(select(Unit).where(among(Unit.id, units))):
            found[Subject(unit_id=unit.id).slot] = Named(unit.code, unit.name)
    if areas:
        for area in session.scalars(select(Area).where(among(Area.id, areas))):
            found[Subject(area_id=area.id).slot] = Named(area.code, area.name)
    if people:
        for person in session.scalars(select(Person).where(among(Person.id, people))):
            found[Subject(person_id=person.id).slot] = Named(person.external_key, person.name)
    return found
