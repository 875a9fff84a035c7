"""The matrix of units by guidelines: which rows one reader sees, how they are folded and summed, and where
somebody must follow up. Pure: it lays out what `masking` has allowed, and counts nobody itself.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from hmswiki.acknowledgements.coverage import Count, Status
from hmswiki.acknowledgements.masking import Shown, sum_of
from hmswiki.organisation.models import Unit

SOON_DAYS = 14
ON_TARGET_PERCENT = 95

# A page holds about so many cells; what lies deeper is folded into its parent and one link away.
MOST_CELLS = 2400
FEWEST_LINES = 25


class Mark(StrEnum):
    """How urgent a cell is."""

    OVER = "over"
    SOON = "soon"
    REACHED = "reached"


class Filter(StrEnum):
    """Which units the matrix shows."""

    ALL = "all"
    MISSING = "missing"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Cell:
    """One unit and guideline. `shown` is None where nobody there is in the audience."""

    guideline_id: int
    unit_id: int
    shown: Shown | None
    mark: Mark | None

    @property
    def count(self) -> Count | None:
        return self.shown.count if self.shown else None

    @property
    def is_hidden(self) -> bool:
        """The group is too small for this reader."""
        return self.shown is not None and self.shown.count is None

    @property
    def needs_follow_up(self) -> bool:
        return self.mark in (Mark.OVER, Mark.SOON)

    @property
    def is_missing_some(self) -> bool:
        """Whether somebody is not reached, told by the count or, where that is hidden, by what always shows."""
        if self.shown is None:
            return False
        if self.shown.count is None:
            return self.shown.overdue or self.shown.status is not Status.CONFIRMED
        return self.shown.count.missing > 0


def cell(shown: Shown | None, guideline_id: int, unit_id: int, day: date) -> Cell:
    return Cell(guideline_id, unit_id, shown, None if shown is None else mark_of(shown, day))


def mark_of(shown: Shown, day: date) -> Mark | None:
    """Over due, due within 14 days, on target, or None: in good time."""
    if shown.overdue:
        return Mark.OVER
    count = shown.count
    # Of a hidden count nothing may be told: there the unit's own word decides, which always shows.
    open_still = shown.status is not Status.CONFIRMED if count is None else count.missing > 0
    if open_still and shown.due is not None and 0 <= (shown.due - day).days <= SOON_DAYS:
        return Mark.SOON
    if count is not None and count.reached * 100 >= count.total * ON_TARGET_PERCENT:
        return Mark.REACHED
    return None


@dataclass(frozen=True)
class Line:
    """One unit's row. `folded` units beneath it are not on this page."""

    unit: Unit
    level: int
    cells: Sequence[Cell]
    folded: int = 0

    @property
    def audience(self) -> int | None:
        """The largest audience that is shown; None where none is."""
        return max((one.count.total for one in self.cells if one.count is not None), default=None)

    @property
    def sum(self) -> tuple[Count, int]:
        """The sum of the shown cells, and how many it leaves out."""
        return sum_of(one.shown for one in self.cells if one.shown is not None)


@dataclass(frozen=True)
class Foot:
    """The last row: the one unit above all others on the page, or the sum of several such units.

    `unit` is None for a sum. A cell is None where nobody is in the audience; `hidden` rows are left out of it.
    """

    unit: Unit | None
    cells: Sequence[Cell]
    sums: Sequence[tuple[Count, int]]


@dataclass(frozen=True)
class Place:
    """Where somebody must follow up."""

    guideline_id: int
    unit: Unit
    mark: Mark
    due: date | None


@dataclass(frozen=True)
class Matrix:
    """All that one reader sees of a day."""

    day: date
    guideline_ids: Sequence[int]
    lines: Sequence[Line]
    foot: Foot | None
    total: Count
    """Obligations: one for each person and guideline, of the units above all others on the page."""
    left_out: int
    """Rows that the total leaves out because they are hidden."""
    hides: bool
    """Whether any cell on the page is hidden."""
    places: Sequence[Place]
    rows: Sequence[Shown]
    """Everything behind the page, also what is folded, sorted by guideline then unit: the export."""

    @property
    def over(self) -> list[Place]:
        return [place for place in self.places if place.mark is Mark.OVER]

    @property
    def soon(self) -> list[Place]:
        return [place for place in self.places if place.mark is Mark.SOON]


@dataclass
class _Family:
    """The units of the page as a tree, where the parent is the nearest unit above that is on the page."""

    units: Sequence[Unit]
    children: dict[int | None, list[Unit]] = field(init=False)

    def __post_init__(self) -> None:
        ids = {unit.id for unit in self.units}
        self.children = defaultdict(list)
        for unit in self.units:
            self.children[_nearest(unit, ids)].append(unit)

    @property
    def tops(self) -> list[Unit]:
        return self.children[None]

    def beneath(self, unit: Unit) -> list[Unit]:
        """All units of the page beneath this one."""
        return [one for child in self.children[unit.id] for one in (child, *self.beneath(child))]


def _nearest(unit: Unit, among: Collection[int]) -> int | None:
    """The nearest of `among` above the unit."""
    above = [int(part) for part in unit.path.strip("/").split("/")][:-1]
    return next((one for one in reversed(above) if one in among), None)


def tops_of(units: Iterable[Unit]) -> list[Unit]:
    """Those of the units that have none of the others above them: their sums count nobody twice."""
    return list(_Family(list(units)).tops)


def lay_out(
    shown: Mapping[tuple[int, int], Shown],
    units: Sequence[Unit],
    day: date,
    *,
    only: Filter = Filter.ALL,
) -> Matrix:
    """The matrix of `units`, which stand in the organisation's own order, and of what is shown of them."""
    ids = {unit.id for unit in units}
    own = {key: one for key, one in shown.items() if key[1] in ids}
    slugs = {guideline_id: one.row.guideline for (guideline_id, _), one in own.items()}
    guideline_ids = sorted(slugs, key=lambda guideline_id: slugs[guideline_id])
    family = _Family(units)
    cells = {
        unit.id: [cell(own.get((guideline_id, unit.id)), guideline_id, unit.id, day) for guideline_id in guideline_ids]
        for unit in units
    }
    tops = family.tops
    total, left_out = sum_of(one.shown for top in tops for one in cells[top.id] if one.shown is not None)
    is_one_tree = len(tops) == 1 and len(units) > 1
    body = [unit for unit in units if not (is_one_tree and unit is tops[0])]
    kept = [unit for unit in body if _passes(cells[unit.id], only)]
    # The one unit above all is the last row. A filter counts it only where no unit beneath it is left to be shown.
    with_top = is_one_tree and (only is Filter.ALL or (not kept and _passes(cells[tops[0].id], only)))
    return Matrix(
        day=day,
        guideline_ids=guideline_ids,
        lines=_lines(kept, cells, len(guideline_ids)),
        foot=_foot(tops, cells, guideline_ids) if len(units) > 1 else None,
        total=total,
        left_out=left_out,
        hides=any(one.is_hidden for row in cells.values() for one in row),
        places=_places(family, cells, guideline_ids),
        rows=_rows(own, [*kept, *(tops if with_top else ())]),
    )


def _passes(cells: Sequence[Cell], only: Filter) -> bool:
    if only is Filter.MISSING:
        return any(one.is_missing_some for one in cells)
    if only is Filter.OVERDUE:
        return any(one.mark is Mark.OVER for one in cells)
    return True


def _rows(own: Mapping[tuple[int, int], Shown], units: Iterable[Unit]) -> list[Shown]:
    ids = {unit.id for unit in units}
    rows = [one for (_, unit_id), one in own.items() if unit_id in ids]
    return sorted(rows, key=lambda one: (one.row.guideline, one.row.unit))


def _lines(units: Sequence[Unit], cells: Mapping[int, Sequence[Cell]], width: int) -> list[Line]:
    family = _Family(units)
    most = max(FEWEST_LINES, MOST_CELLS // max(width, 1))
    level_of: dict[int, int] = {}
    level, current = 0, family.tops
    while current:
        for unit in current:
            level_of[unit.id] = level
        level, current = level + 1, [child for unit in current for child in family.children[unit.id]]
        if len(level_of) + len(current) > most:
            break
    return [
        Line(
            unit,
            level_of[unit.id],
            cells[unit.id],
            folded=sum(one.id not in level_of for one in family.beneath(unit)) if len(level_of) < len(units) else 0,
        )
        for unit in units
        if unit.id in level_of
    ]


def _foot(tops: Sequence[Unit], cells: Mapping[int, Sequence[Cell]], guideline_ids: Sequence[int]) -> Foot:
    columns = range(len(guideline_ids))
    sums = [sum_of(one.shown for top in tops if (one := cells[top.id][column]).shown is not None) for column in columns]
    return Foot(tops[0], cells[tops[0].id], sums) if len(tops) == 1 else Foot(None, (), sums)


def _places(family: _Family, cells: Mapping[int, Sequence[Cell]], guideline_ids: Sequence[int]) -> list[Place]:
    """Cells that somebody must follow up. A unit above is no place of its own for what units beneath it explain."""
    found = []
    urgent: dict[int, dict[int, set[Mark]]] = {}
    for unit in reversed(family.units):  # children come after their parents
        children = family.children[unit.id]
        beneath: dict[int, set[Mark]] = defaultdict(set)
        for child in children:
            for guideline_id, marks in urgent[child.id].items():
                beneath[guideline_id] |= marks
        for column, one in enumerate(cells[unit.id]):
            if one.mark is None or not one.needs_follow_up:
                continue
            marks = beneath[one.guideline_id]
            is_explained = one.mark in marks or Mark.OVER in marks
            if not is_explained or _misses_some_itself(one, [cells[child.id][column] for child in children]):
                found.append(Place(one.guideline_id, unit, one.mark, one.shown.due if one.shown else None))
            marks.add(one.mark)
        urgent[unit.id] = beneath
    order = {unit.id: place for place, unit in enumerate(family.units)}
    return sorted(found, key=lambda place: (guideline_ids.index(place.guideline_id), order[place.unit.id]))


def _misses_some_itself(one: Cell, children: Sequence[Cell]) -> bool:
    """Whether people are missing who are employed in the unit itself, as far as what is shown tells."""
    if one.count is None or any(child.is_hidden for child in children):
        return False
    return one.count.missing > sum(child.count.missing for child in children if child.count is not None)
