"""Many areas at once, from a sheet: read, looked through line by line, and added all or none."""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Refusal
from hmswiki.foundation.permissions import Actor
from hmswiki.organisation import area_operations, area_rules
from hmswiki.organisation.models import Area, AreaKind, Unit
from hmswiki.organisation.rules import CODE

MOST_ROWS = 5_000
COLUMNS = ("code", "name", "kind", "parent", "unit")

KINDS = {
    "building": AreaKind.BUILDING, "bygning": AreaKind.BUILDING, "bygg": AreaKind.BUILDING,
    "floor": AreaKind.FLOOR, "etasje": AreaKind.FLOOR, "høgd": AreaKind.FLOOR, "plan": AreaKind.FLOOR,
    "room": AreaKind.ROOM, "rom": AreaKind.ROOM,
    "zone": AreaKind.ZONE, "sone": AreaKind.ZONE,
}  # fmt: skip
"""What a sheet may call the kinds, in the words of all three languages."""


@dataclass(frozen=True)
class SheetRow:
    """An area as it stands in a line of the sheet. `parent` and `unit` may be empty."""

    line: int
    code: str
    name: str
    kind: AreaKind
    parent: str
    unit: str


class LineRefused(Refusal):
    """A line that cannot be added, and why."""

    def __init__(self, line: int, cause: Refusal) -> None:
        super().__init__(cause.text, field="rows", **cause.facts)
        self.line = line


def read_sheet(text: str) -> tuple[list[SheetRow], list[LineRefused]]:
    """The rows that can be read, and what is wrong with the others. Columns are parted by `;`, a tab or `,`."""
    rows: list[SheetRow] = []
    problems: list[LineRefused] = []
    head = text.split("\n", 1)[0]
    delimiter = next((mark for mark in ";\t," if mark in head), ";")
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        for cells in reader:
            found = [" ".join(cell.split()) for cell in cells]
            if not any(found) or _is_heading(found, reader.line_num):
                continue
            if len(rows) + len(problems) >= MOST_ROWS:
                problems.append(
                    _refused(reader.line_num, N_("At most %(most)s areas are added at once."), most=MOST_ROWS)
                )
                break
            try:
                rows.append(_row(reader.line_num, found))
            except Refusal as refusal:
                problems.append(LineRefused(reader.line_num, refusal))
    except csv.Error:
        problems.append(_refused(reader.line_num, N_("This line cannot be read. Look for a quotation mark too many.")))
    return rows, problems


def _is_heading(cells: Sequence[str], line: int) -> bool:
    return line == 1 and cells[0].casefold() in ("code", "kode")


def _row(line: int, cells: Sequence[str]) -> SheetRow:
    if len(cells) > len(COLUMNS):
        raise Refusal(
            N_("There are %(count)s columns here, and at most five are known: %(columns)s."),
            count=len(cells), columns=";".join(COLUMNS),
        )  # fmt: skip
    code, name, kind, parent, unit = (*cells, "", "", "", "", "")[:5]
    if not CODE.fullmatch(code) or len(code) > 100:
        raise Refusal(N_("“%(code)s” is no code: use letters, digits, hyphens, underscores and points."), code=code)
    if not name or len(name) > 200:
        raise Refusal(N_("%(code)s needs a name of at most 200 characters."), code=code)
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        raise Refusal(N_("The name of %(code)s holds a letter that cannot be shown."), code=code)
    known = KINDS.get(kind.casefold())
    if known is None:
        raise Refusal(
            N_("“%(kind)s” is no kind of area. Write building, floor, room or zone."), kind=kind
        )  # fmt: skip
    return SheetRow(line, code, name, known, parent, unit)


def _refused(line: int, text: str, **facts: str | int) -> LineRefused:
    return LineRefused(line, Refusal(text, field=None, **facts))


def look_through(session: Session, rows: Sequence[SheetRow]) -> list[LineRefused]:
    """What would hinder these rows: doubled codes, unknown parents and units, kinds that do not fit. Two selects."""
    there = {code: AreaKind(kind) for code, kind in session.execute(select(Area.code, Area.kind))}
    units = set(session.scalars(select(Unit.code)))
    first: dict[str, SheetRow] = {}
    problems = []
    for row in rows:
        if row.code in there:
            problems.append(_refused(row.line, N_("There is an area with the code %(code)s already."), code=row.code))
        elif row.code in first:
            problems.append(_refused(
                row.line, N_("The code %(code)s stands in line %(other)s already."),
                code=row.code, other=first[row.code].line,
            ))  # fmt: skip
        first.setdefault(row.code, row)
    kinds = there | {code: row.kind for code, row in first.items()}
    for row in rows:
        problems.extend(_misplaced(row, kinds, units))
    placed = {row.code for row in _parents_first(first)}
    ring = [row for row in first.values() if row.code not in placed]
    problems.extend(_refused(
        row.line, N_("%(code)s lies in itself, by way of what it lies in. Correct one parent."), code=row.code
    ) for row in ring)  # fmt: skip
    return sorted(problems, key=lambda problem: problem.line)


def _misplaced(row: SheetRow, kinds: Mapping[str, AreaKind], units: Collection[str]) -> list[LineRefused]:
    found = []
    if row.parent and row.parent not in kinds:
        found.append(_refused(
            row.line, N_("%(code)s lies in %(parent)s, and there is no such area, here or in the sheet."),
            code=row.code, parent=row.parent,
        ))  # fmt: skip
    else:
        try:
            area_rules.check_place(row.code, row.kind, kinds[row.parent] if row.parent else None)
        except Refusal as refusal:
            found.append(LineRefused(row.line, refusal))
    if row.unit and row.unit not in units:
        found.append(_refused(row.line, N_("There is no unit with the code %(unit)s."), unit=row.unit))
    return found


def _parents_first(rows: Mapping[str, SheetRow]) -> list[SheetRow]:
    """The rows in an order in which each comes after what it lies in; those that lie in each other are left out."""
    placed: dict[str, SheetRow] = {}
    waiting = list(rows.values())
    while waiting:
        ready = [row for row in waiting if row.parent not in rows or row.parent in placed]
        if not ready:
            break
        placed.update((row.code, row) for row in ready)
        waiting = [row for row in waiting if row.code not in placed]
    return list(placed.values())


def add_areas(session: Session, rows: Sequence[SheetRow], *, opened: date, by: Actor, today: date, at: datetime) -> int:
    """Add all of them, in one transaction of the caller's. Raises LineRefused for the first that cannot be."""
    problems = look_through(session, rows)
    if problems:
        raise problems[0]
    needed = {row.parent for row in rows if row.parent}
    areas = {area.code: area for area in session.scalars(select(Area)) if area.code in needed}
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    for row in _parents_first({row.code: row for row in rows}):
        try:
            area = area_operations.open_area(
                session, row.code, name=row.name, kind=row.kind, parent=areas[row.parent] if row.parent else None,
                opened=opened, position=None, by=by, at=at,
            )  # fmt: skip
            areas[row.code] = area
            if row.unit:
                area_operations.give_area(
                    session, area, units[row.unit], starts_on=opened, ends_on=None, by=by, today=today, at=at
                )
        except Refusal as refusal:
            raise LineRefused(row.line, refusal) from None
    return len(rows)
