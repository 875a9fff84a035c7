"""Small groups: where fewer than five are in the audience, a count is almost a name. Pure.

Roles outside such a unit see "fewer than 5" and no parts. Where subtracting the others from a sum would tell
the hidden number all the same, one more neighbour is hidden. Status, due date and overdue always show.
Source: the product's rules of coverage, "Who is asked for what, and who sees what".
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hmswiki.acknowledgements.coverage import Count, Row, Status, UnitFact
from hmswiki.foundation.permissions import Actor, Permission, may
from hmswiki.organisation.models import Unit

SMALLEST_SHOWN = 5


def hidden(
    rows: Mapping[tuple[int, int], Row], units: Sequence[UnitFact], inside: Collection[int]
) -> frozenset[tuple[int, int]]:
    """The (guideline id, unit id) whose counts are not shown.

    `rows` are all rows there are, also of units that the reader is not shown: sums hold them.
    `inside` are the ids of the units whose counts the reader may see however small: their own unit and those
    in which they hold a role, with none above or beneath.
    """
    children: dict[int | None, list[int]] = defaultdict(list)
    for unit in units:
        children[unit.parent_id].append(unit.id)
    masked: set[tuple[int, int]] = set()
    for guideline_id in {guideline_id for guideline_id, _ in rows}:
        totals = {unit_id: row.count.total for (of, unit_id), row in rows.items() if of == guideline_id}
        masked |= {(guideline_id, unit_id) for unit_id in _masked(totals, children, frozenset(inside))}
    return frozenset(masked)


def _masked(
    totals: Mapping[int, int], children: Mapping[int | None, Sequence[int]], inside: frozenset[int]
) -> set[int]:
    """Ids of the units to hide, for one guideline."""
    sums = {
        parent: [unit for unit in below if unit in totals]
        for parent, below in children.items()
        if parent is not None and parent in totals
    }
    inside = _with_those_that_are_no_more(inside, totals, sums)
    masked = {unit for unit, total in totals.items() if total < SMALLEST_SHOWN and unit not in inside}
    # Hiding one more may open the sum above or beneath: go on until nothing can be subtracted any more.
    while True:
        more = {
            unit
            for parent, below in sums.items()
            if (unit := _one_more(parent, below, totals, masked, inside)) is not None
        }
        if not more:
            return masked
        masked |= more


def _with_those_that_are_no_more(
    inside: frozenset[int], totals: Mapping[int, int], sums: Mapping[int, Sequence[int]]
) -> frozenset[int]:
    """The same with the units above them that hold nobody else: to hide such a sum would hide nothing."""
    known = set(inside)
    while True:
        more = {
            parent
            for parent, below in sums.items()
            if parent not in known and known.issuperset(below) and totals[parent] == sum(totals[unit] for unit in below)
        }
        if not more:
            return frozenset(known)
        known |= more


def _one_more(
    parent: int, below: Sequence[int], totals: Mapping[int, int], masked: set[int], inside: frozenset[int]
) -> int | None:
    """The unit to hide besides, where `parent` is the sum of those `below` and what is hidden would show."""
    unseen = [unit for unit in (parent, *below) if unit in masked]
    # Who is employed in the parent itself is a group too; it has no row, so its number is never shown.
    rest = totals[parent] - sum(totals[unit] for unit in below)
    rest_is_small = 0 < rest < SMALLEST_SHOWN and parent not in inside
    if not (unseen or rest_is_small):
        return None
    # Several who together are few are a small group as well: their sum is what subtraction leaves.
    together = rest + sum(totals[unit] for unit in unseen)
    are_few = parent not in masked and together < SMALLEST_SHOWN
    if len(unseen) + (rest > 0) != 1 and not are_few:
        return None
    open_neighbours = [unit for unit in below if unit not in masked and unit not in inside]
    if open_neighbours:
        return min(open_neighbours, key=lambda unit: (totals[unit], unit))
    return parent if parent not in masked and parent not in inside else None


@dataclass(frozen=True)
class Shown:
    """A row as one reader may see it. `count` is None where the group is too small for this reader."""

    row: Row
    count: Count | None

    @property
    def status(self) -> Status:
        return self.row.status

    @property
    def due(self) -> date | None:
        return self.row.due

    @property
    def overdue(self) -> bool:
        return self.row.overdue

    def as_data(self) -> dict[str, Any]:
        """As `Row.as_data`; where the count is hidden `total` is "fewer than 5" and the parts are None."""
        data = self.row.as_data()
        if self.count is None:
            data |= {"total": FEWER, "acknowledged": None, "informed": None, "missing": None}
        return data


FEWER = f"fewer than {SMALLEST_SHOWN}"


def shown_to(actor: Actor, rows: Mapping[tuple[int, int], Row], units: Sequence[Unit]) -> dict[tuple[int, int], Shown]:
    """The rows that `actor` may see, by (guideline id, unit id), with small groups hidden.

    `rows` must be whole: those of all units open that day, since sums hold them. `units` are all units.
    Whatever shows a count to somebody takes it from here: page, export and mail.
    """
    inside = own_units(actor)
    facts = [UnitFact(unit.id, unit.code, unit.parent_id, unit.opened, unit.closed) for unit in units]
    masked = hidden(rows, facts, inside)
    allowed = {unit.id for unit in units if may(actor, Permission.SEE_COVERAGE, within=unit)}
    return {
        key: Shown(row, None if key in masked else row.count) for key, row in rows.items() if row.unit_id in allowed
    }


def own_units(actor: Actor) -> set[int]:
    """Ids of the units whose counts `actor` may see however small: their own, and those they hold a role in."""
    own = {holding.unit_id for holding in actor.holdings}
    return own if actor.unit_id is None else own | {actor.unit_id}


def sum_of(shown: Iterable[Shown]) -> tuple[Count, int]:
    """The sum over the rows whose counts are shown, and how many rows it leaves out because they are hidden."""
    counts = [one.count for one in shown]
    return sum((count for count in counts if count is not None), Count()), counts.count(None)
