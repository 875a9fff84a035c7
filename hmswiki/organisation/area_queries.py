"""Reads of areas that other rooms ask for. `session` first; each makes a fixed number of selects.

An area belongs to the units that it was given to itself. Where it was given to none, it belongs to those of the
nearest area above it. Owner and deputies are the area's own: whoever owns the floor may act in its rooms (that is
for `Actor.has_duty` to say), and a room without an owner is still without one.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, aliased

from hmswiki.foundation.errors import N_, NotFound, Refusal
from hmswiki.foundation.permissions import Places
from hmswiki.organisation.models import Area, AreaDuty, AreaPart, AreaUnit, Person, Unit
from hmswiki.organisation.queries import in_own_order

_ASKED_BY_NAME = 500
"""With more ids than this, all rows are read: a database takes only so many values in one statement."""

_FEW = 20
"""Of so many units at most, only those above them are read beside them, and not all."""


def area(session: Session, code: str) -> Area:
    """The area with `code`. Raises NotFound."""
    # PostgreSQL keeps no such letter: it cannot even be asked for it.
    found = None if "\0" in code else session.scalar(select(Area).where(Area.code == code))
    if found is None:
        raise NotFound(N_("There is no area with the code %(code)s."), code=code)
    return found


def area_meant(session: Session, code: str, *, field: str) -> Area:
    """The area whose code somebody typed into `field`. Raises Refusal."""
    found = None if "\0" in code else session.scalar(select(Area).where(Area.code == code))
    if found is None:
        raise Refusal(
            N_("There is no area with the code %(code)s. Look the code up on the page of all areas."),
            field=field, code=code,
        )  # fmt: skip
    return found


def areas_by_id(session: Session, ids: Collection[int]) -> dict[int, Area]:
    """One select."""
    return {found.id: found for found in session.scalars(select(Area).where(among(Area.id, ids))) if found.id in ids}


# --- the tree --------------------------------------------------------------------------------------------


class _Placed(Protocol):
    """What stands in the tree of areas: an area, or a row of its columns."""

    @property
    def id(self) -> Any: ...
    @property
    def parent_id(self) -> Any: ...
    @property
    def code(self) -> Any: ...
    @property
    def position(self) -> Any: ...


Placed = TypeVar("Placed", bound=_Placed)

_Step = tuple[float, tuple[tuple[int, int, str], ...]]


def areas_in_order(areas: Iterable[Placed], *, tree: Iterable[_Placed] = ()) -> list[Placed]:
    """Areas as one walks: parents before children, siblings by `position`, then by code, B1-2 before B1-10.

    `tree`: more areas to know the places from, where `areas` are only some of them.
    """
    given = list(areas)
    by_id: dict[int, _Placed] = {one.id: one for one in tree}
    by_id.update((one.id, one) for one in given)
    known: dict[int, tuple[_Step, ...]] = {}

    def key(one: _Placed) -> tuple[_Step, ...]:
        if one.id not in known:
            above = by_id.get(one.parent_id) if one.parent_id is not None else None
            place = one.position if one.position is not None else float("inf")
            known[one.id] = (*(key(above) if above is not None else ()), (place, in_number_order(one.code)))
        return known[one.id]

    return sorted(given, key=key)


_DIGITS = re.compile(r"(\d+)")


def in_number_order(code: str) -> tuple[tuple[int, int, str], ...]:
    """A code as something to sort by, in which numbers count as numbers: B1-2 before B1-10."""
    parts = [part for part in _DIGITS.split(code.casefold()) if part]
    return (*((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts), (-1, 0, code))


def ids_of_path(path: str) -> list[int]:
    """The ids in an area's path, from the root to the area itself."""
    return [int(step) for step in path.strip("/").split("/")[1:]]


def above(session: Session, found: Area) -> list[Area]:
    """The areas above it, from the root. One select."""
    ids = ids_of_path(found.path)[:-1]
    by_id = areas_by_id(session, ids) if ids else {}
    return [by_id[id] for id in ids]


# --- whose they are --------------------------------------------------------------------------------------


class Belonging(NamedTuple):
    """Which units an area is given to on a day, and where that was said: by the area itself or by one above it.

    `units`: those that are open. `closed`: those that are no more, though nobody has taken the area from them.
    """

    units: tuple[Unit, ...]
    closed: tuple[Unit, ...]
    said_by: int | None
    """The id of the area whose units these are; None: neither it nor one above was given to any."""


def belonging_of(session: Session, area_ids: Collection[int], *, day: date, known_at: datetime) -> dict[int, Belonging]:
    """For each area id, the units that it belongs to on `day`. Four selects."""
    paths = _paths(session, area_ids)
    given = _given_to(session, {id for path in paths.values() for id in ids_of_path(path)}, day=day, known_at=known_at)
    # `units` stand in the organisation's own order, and so do those picked from them.
    units = _units(session, {unit_id for ids in given.values() for unit_id in ids})
    said = {}
    for area_id, unit_ids in given.items():
        wanted = set(unit_ids)
        picked = [unit for id, unit in units.items() if id in wanted]
        said[area_id] = Belonging(
            tuple(unit for unit in picked if unit.open_on(day)),
            tuple(unit for unit in picked if not unit.open_on(day)),
            area_id,
        )  # fmt: skip
    nobodys = Belonging((), (), None)
    return {
        id: next((said[step] for step in reversed(ids_of_path(path)) if step in said), nobodys)
        for id, path in paths.items()
    }


def _paths(session: Session, area_ids: Collection[int]) -> dict[int, str]:
    wanted = set(area_ids)
    rows = session.execute(select(Area.id, Area.path).where(among(Area.id, wanted)))
    return {id: path for id, path in rows if id in wanted}


def _given_to(
    session: Session, area_ids: Collection[int] | None, *, day: date, known_at: datetime
) -> dict[int, list[int]]:
    """Ids of the units that each area was given to itself; areas given to none have no entry."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = session.execute(
        select(AreaUnit.area_id, AreaUnit.unit_id).where(
            among(AreaUnit.area_id, area_ids), AreaUnit.held_on(day), AreaUnit.known_at(known_at)
        )
    )
    for area_id, unit_id in rows:
        found[area_id].append(unit_id)
    return dict(found)


def _units(session: Session, ids: Collection[int]) -> dict[int, Unit]:
    """Units by id, in the organisation's own order: those above them are read too, for their places."""
    if not ids:
        return {}
    query = select(Unit)
    if len(ids) <= _FEW:
        lowest = aliased(Unit)
        beneath = select(lowest.id).where(lowest.id.in_(ids), lowest.path.like(Unit.path.concat("%")))
        query = query.where(beneath.exists())
    return {unit.id: unit for unit in in_own_order(session.scalars(query).all()) if unit.id in ids}


def units_of(
    session: Session, area_ids: Collection[int], *, day: date, known_at: datetime
) -> dict[int, tuple[Unit, ...]]:
    """For each area id, the open units that it belongs to on `day`, in the organisation's order: its own, else those
    of the nearest area above it that has any. Nobody's: an empty tuple."""
    found = belonging_of(session, area_ids, day=day, known_at=known_at)
    return {id: belonging.units for id, belonging in found.items()}


def places_of(session: Session, area_ids: Collection[int], *, day: date, known_at: datetime) -> dict[int, Places]:
    """For each area id, the places it lies in, for `may(…, within=…)`: itself, and the units it belongs to.

    A unit that is closed still counts here: its areas are looked after by roles above it until they are given on.
    """
    paths = _paths(session, area_ids)
    found = belonging_of(session, area_ids, day=day, known_at=known_at)
    return {
        id: Places((paths[id], *(unit.path for unit in (*belonging.units, *belonging.closed))))
        for id, belonging in found.items()
    }


def areas_of(session: Session, units: Iterable[Unit], *, day: date, known_at: datetime) -> list[Area]:
    """The areas open on `day` that belong to one of `units` (their own or inherited), in order.

    Only these units: for those beneath give them too (`queries.units_open_on`). Four selects.
    """
    wanted = {unit.id for unit in units if unit.open_on(day)}
    if not wanted:
        return []
    given = _given_to(session, None, day=day, known_at=known_at)
    rows = session.execute(select(Area.id, Area.parent_id, Area.code, Area.position, Area.path)).all()
    theirs = set()
    for row in rows:
        nearest = next((id for id in reversed(ids_of_path(row.path)) if id in given), None)
        if nearest is not None and wanted.intersection(given[nearest]):
            theirs.add(row.id)
    found = session.scalars(select(Area).where(among(Area.id, theirs), *open_on(day)))
    return areas_in_order([one for one in found if one.id in theirs], tree=rows)


# --- who looks after them --------------------------------------------------------------------------------


@dataclass(frozen=True)
class AreaPeople:
    """Who is an area's owner on a day, and the owner's deputies by name."""

    owner: Person | None = None
    deputies: tuple[Person, ...] = ()


def people_of(session: Session, area_ids: Collection[int], *, day: date, known_at: datetime) -> dict[int, AreaPeople]:
    """For each area id, its own owner and deputies on `day`. One select."""
    wanted = set(area_ids)
    owners: dict[int, Person] = {}
    deputies: dict[int, list[Person]] = defaultdict(list)
    rows = session.execute(
        select(AreaDuty.area_id, AreaDuty.part, Person)
        .join(Person, Person.id == AreaDuty.person_id)
        .where(among(AreaDuty.area_id, wanted), AreaDuty.held_on(day), AreaDuty.known_at(known_at))
        .order_by(Person.name, Person.id)
    )
    for area_id, part, person in rows:
        if part == AreaPart.OWNER:
            owners[area_id] = person
        else:
            deputies[area_id].append(person)
    return {id: AreaPeople(owners.get(id), tuple(deputies.get(id, ()))) for id in wanted}


# --- what they share -------------------------------------------------------------------------------------


def among(column: Any, ids: Collection[int] | None) -> ColumnElement[bool]:
    """SQL: the column is one of `ids`. Where they are very many, or None, all rows: the caller picks among them."""
    if ids is None or len(ids) > _ASKED_BY_NAME:
        return true()
    return column.in_(list(ids))  # type: ignore[no-any-return]


def open_on(day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """SQL: the area is there on `day`."""
    return Area.opened <= day, or_(Area.closed.is_(None), Area.closed > day)
