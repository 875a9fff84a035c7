"""The organisation in the bundle: units, people, employments, roles, and who changed the register."""

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundle_files import BundleError
from hmswiki.foundation.bundles import (
    FACT_KEYS,
    Import,
    Key,
    Record,
    RecordKind,
    Row,
    by,
    dumped_fact,
    in_batches,
)
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import (
    Area,
    ChangeKind,
    Employment,
    Person,
    RegisterChange,
    RoleHolding,
    Unit,
    UnitSuccessor,
)

UNIT_CODE = values.key_up_to(100)
PERSON_ID = values.key_up_to(200)


# --- Units --------------------------------------------------------------------------------------------------


def load_units(session: Session, records: Iterable[Record], into: Import) -> None:
    found = {record["code"]: record for record in records}
    for code in found:
        into.remember("units", code, into.new_id(Unit))
    for code in parents_first(found, into, "units"):
        record = found[code]
        opened, closed = record["opened"], record["closed"]
        if closed is not None and closed <= opened:
            raise record.wrong(
                f'"closed" is {closed} and "opened" is {opened}: a unit is open on at least one day. '
                '"closed" is the first day on which it is no more. Correct one of them.'
            )
        into.add(Unit, {
            "id": into.find(record, "code", "units"), "code": code, "name": record["name"], "kind": record["kind"],
            "parent_id": into.find_optional(record, "parent", "units"), "path": _path(code, found, into),
            "opened": opened, "closed": closed, "position": record["position"],
        })  # fmt: skip
    for code, record in found.items():
        for successor_id in into.find_all(record, "successors", "units"):
            into.add(UnitSuccessor, {"unit_id": into.known("units")[code], "successor_id": successor_id})


def parents_first(found: Mapping[str, Record], into: Import, kind: str, key: str = "parent") -> list[str]:
    """The codes in an order in which a unit (or area: `kind`) comes after its parent. Raises BundleError for a loop.

    `key` is the one that names the parent.
    """
    order: list[str] = []
    placed: set[str] = set()
    for code in found:
        way: dict[str, None] = {}
        current: str | None = code
        while current is not None and current not in placed:
            if current in way:
                steps = list(way)
                loop = [*steps[steps.index(current) :], current]
                shown = " → ".join(loop[:10]) + (" …" if len(loop) > 10 else "")
                raise found[current].wrong(f'The parents of "{current}" lead back to it: {shown}. Correct one "{key}".')
            way[current] = None
            into.find_optional(found[current], key, kind)
            current = found[current][key]
        order.extend(reversed(list(way)))
        placed.update(way)
    return order


def _path(code: str, found: Mapping[str, Record], into: Import) -> str:
    steps = []
    current: str | None = code
    while current is not None:
        steps.append(str(into.known("units")[current]))
        current = found[current]["parent"]
    return f"/{'/'.join(reversed(steps))}/"


def dump_units(session: Session) -> Iterator[list[Row]]:
    units = session.execute(
        select(Unit.id, Unit.code, Unit.name, Unit.kind, Unit.parent_id, Unit.opened, Unit.closed, Unit.position)
    ).all()
    codes = {unit.id: unit.code for unit in units}
    successors: dict[int, list[str]] = {}
    for unit_id, successor_id in session.execute(select(UnitSuccessor.unit_id, UnitSuccessor.successor_id)):
        successors.setdefault(unit_id, []).append(codes[successor_id])
    yield [
        {
            "code": unit.code, "name": unit.name, "kind": unit.kind, "parent": codes.get(unit.parent_id),
            "opened": unit.opened, "closed": unit.closed,
            "position": None if unit.position is None else values.plain_number(unit.position),
            "successors": sorted(successors[unit.id]) if unit.id in successors else None,
        }
        for unit in units
    ]  # fmt: skip


def unit_codes(session: Session) -> dict[int, str]:
    """Codes by id."""
    return {row.id: row.code for row in session.execute(select(Unit.id, Unit.code))}


# --- People -------------------------------------------------------------------------------------------------


def load_people(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        person_id = into.new_id(Person)
        into.remember("people", record["id"], person_id)
        into.add(Person, {
            "id": person_id, "external_key": record["id"], "name": record["name"], "email": record["email"],
            "language": record["language"],
        })  # fmt: skip


def dump_people(session: Session) -> Iterator[list[Row]]:
    yield [
        {"id": key, "name": name, "email": email, "language": language}
        for key, name, email, language in session.execute(
            select(Person.external_key, Person.name, Person.email, Person.language)
        )
    ]


def people_keys(session: Session) -> dict[int, str]:
    """The employer's ids by ours, in the order of the employer's."""
    found = session.execute(select(Person.external_key, Person.id)).all()
    return {id: key for key, id in sorted((key, id) for key, id in found)}


# --- Employments --------------------------------------------------------------------------------------------


class _Stay(NamedTuple):
    """An employment, as far as overlapping goes: its days, and when it was known."""

    starts_on: date
    ends_on: date
    known_from: datetime
    known_to: datetime
    line: int
    unit: str


_ALWAYS = datetime.max.replace(tzinfo=UTC)


def load_employments(session: Session, records: Iterable[Record], into: Import) -> None:
    times = {id: (opened, closed) for id, opened, closed in session.execute(select(Unit.id, Unit.opened, Unit.closed))}
    stays: dict[str, list[_Stay]] = {}
    file = ""
    for record in records:
        file = record.file
        check_period(record)
        unit_id = into.find(record, "unit", "units")
        _check_inside_unit(record, *times[unit_id])
        into.add(Employment, {
            "person_id": into.find(record, "person", "people"), "unit_id": unit_id,
            "starts_on": record["from"], "ends_on": record["to"], **into.fact(record),
        })  # fmt: skip
        stay = _Stay(
            record["from"], record["to"] or date.max, record["recorded_at"], record["withdrawn_at"] or _ALWAYS,
            record.line, record["unit"],
        )  # fmt: skip
        if stay.starts_on < stay.ends_on and stay.known_from < stay.known_to:
            stays.setdefault(record["person"], []).append(stay)
    for person, found in stays.items():
        _refuse_overlap(person, found, file)


def check_period(record: Record, start: str = "from", end: str = "to") -> None:
    """A period may be empty (called off before it began), but not the wrong way round."""
    if record[end] is not None and record[end] < record[start]:
        raise record.wrong(
            f'It ends before it begins: "{start}" is {record[start]} and "{end}" is {record[end]}, the first day '
            "that no longer counts. Correct one of them."
        )


def _check_inside_unit(record: Record, opened: date, closed: date | None) -> None:
    start, end, unit = record["from"], record["to"], record["unit"]
    if start < opened:
        raise record.wrong(
            f'The employment begins on {start}, and the unit "{unit}" opens on {opened} (units.jsonl). '
            'Correct "from" or "opened".'
        )
    # Closing a unit withdraws what ran past that day, and says it anew with an end: the old row stays as it was.
    if record["withdrawn_at"] is None and closed is not None and (end is None or end > closed):
        until = "has no end" if end is None else f"ends on {end}"
        raise record.wrong(
            f'The employment {until}, and the unit "{unit}" is closed from {closed} (units.jsonl). '
            'Give it an end in "to", that day or earlier, or correct "closed".'
        )


def _refuse_overlap(person: str, stays: list[_Stay], file: str) -> None:
    """Raise for two stays of one person that share a day while both were known.

    Goes through the stays by their first day, and keeps those that still run, by when they were known: they share
    days, so they must not share times, and each new one needs to look at its neighbours only.
    """
    running: list[tuple[datetime, _Stay]] = []
    for stay in sorted(stays):
        place = bisect(running, (stay.known_from, stay))
        while place > 0 and running[place - 1][1].ends_on <= stay.starts_on:
            place -= 1
            del running[place]
        while place < len(running) and running[place][1].ends_on <= stay.starts_on:
            del running[place]
        before = running[place - 1][1] if place > 0 else None
        after = running[place][1] if place < len(running) else None
        for other in (before, after):
            if other is not None and other.known_from < stay.known_to and stay.known_from < other.known_to:
                first, second = sorted((stay, other), key=lambda one: one.line)
                raise BundleError(
                    f'"{person}" is employed in {second.unit} {_days(second)} here, and in {first.unit} '
                    f"{_days(first)} in line {first.line}: they share days while both are known, and nobody is "
                    'employed in two units at once. End one in "to", or give the wrong one a "withdrawn_at".',
                    file=file,
                    line=second.line,
                )
        running.insert(place, (stay.known_from, stay))


def _days(stay: _Stay) -> str:
    return f"from {stay.starts_on}" + ("" if stay.ends_on == date.max else f" to {stay.ends_on}")


def dump_employments(session: Session) -> Iterator[list[Row]]:
    people, units = people_keys(session), unit_codes(session)
    for batch in in_batches(people):
        yield [
            {
                "person": people[row.person_id], "unit": units[row.unit_id],
                "from": row.starts_on, "to": row.ends_on, **dumped_fact(row, people),
            }
            for row in session.execute(
                select(Employment.__table__).where(Employment.person_id.in_(batch))
            )
        ]  # fmt: skip


# --- Roles --------------------------------------------------------------------------------------------------


def load_roles(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        check_period(record)
        into.add(RoleHolding, {
            "person_id": into.find(record, "person", "people"), "unit_id": into.find(record, "unit", "units"),
            "role": record["role"].value, "starts_on": record["from"], "ends_on": record["to"], **into.fact(record),
        })  # fmt: skip


def dump_roles(session: Session) -> Iterator[list[Row]]:
    people, units = people_keys(session), unit_codes(session)
    for batch in in_batches(people):
        yield [
            {
                "person": people[row.person_id], "role": str(row.role), "unit": units[row.unit_id],
                "from": row.starts_on, "to": row.ends_on, **dumped_fact(row, people),
            }
            for row in session.execute(
                select(RoleHolding.__table__).where(RoleHolding.person_id.in_(batch))
            )
        ]  # fmt: skip


# --- Changes of the register --------------------------------------------------------------------------------


def load_register_changes(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        if sum(record[key] is not None for key in ("unit", "person", "area")) != 1:
            raise record.wrong(
                'A change is of a unit, a person or an area: give one of "unit", "person" and "area", and not more.'
            )
        into.add(RegisterChange, {
            "unit_id": into.find_optional(record, "unit", "units"),
            "person_id": into.find_optional(record, "person", "people"),
            "area_id": into.find_optional(record, "area", "areas"),
            "kind": record["kind"].value, "details": record["details"] or {}, "changed_at": record["changed_at"],
            "changed_by_id": into.find_optional(record, "changed_by", "people"),
        })  # fmt: skip


def _details(value: Any) -> Any:
    return values.anything(values.some_object(value))


def dump_register_changes(session: Session) -> Iterator[list[Row]]:
    people, units = people_keys(session), unit_codes(session)
    areas = {row.id: row.code for row in session.execute(select(Area.id, Area.code))}
    yield [
        {
            "unit": units.get(row.unit_id), "person": people.get(row.person_id),
            "area": areas.get(row.area_id), "kind": str(row.kind),
            "details": row.details, "changed_at": row.changed_at, "changed_by": people.get(row.changed_by_id),
        }
        for row in session.execute(select(RegisterChange.__table__))
    ]  # fmt: skip


KINDS = (
    RecordKind(
        "units",
        keys=(
            Key("code", UNIT_CODE, required=True),
            Key("name", values.wording, required=True),
            Key("kind", values.text_up_to(100)),
            Key("parent", UNIT_CODE),
            Key("opened", values.day, required=True),
            Key("closed", values.day),
            Key("successors", values.several(UNIT_CODE)),
            Key("position", values.number),
        ),
        load=load_units, dump=dump_units, sort_key=by("code"), tables=(Unit, UnitSuccessor), unique=("code",),
    ),
    RecordKind(
        "people",
        keys=(
            Key("id", PERSON_ID, required=True),
            Key("name", values.words, required=True),
            Key("email", values.text),
            Key("language", values.language),
        ),
        load=load_people, dump=dump_people, sort_key=by("id"), tables=(Person,), unique=("id",),
    ),
    RecordKind(
        "employments",
        keys=(
            Key("person", PERSON_ID, required=True),
            Key("unit", UNIT_CODE, required=True),
            Key("from", values.day, required=True),
            Key("to", values.day),
            *FACT_KEYS,
        ),
        load=load_employments, dump=dump_employments, sort_key=by("person", "from", "unit", "to", "recorded_at"),
        tables=(Employment,),
    ),
    RecordKind(
        "roles",
        keys=(
            Key("person", PERSON_ID, required=True),
            Key("role", values.one_of(Role), required=True),
            Key("unit", UNIT_CODE, required=True),
            Key("from", values.day, required=True),
            Key("to", values.day),
            *FACT_KEYS,
        ),
        load=load_roles, dump=dump_roles, sort_key=by("person", "role", "unit", "from", "to", "recorded_at"),
        tables=(RoleHolding,),
    ),
)  # fmt: skip

CHANGES = RecordKind(
    "register_changes",
    keys=(
        Key("unit", UNIT_CODE),
        Key("person", PERSON_ID),
        Key("area", values.key_up_to(100)),
        Key("kind", values.one_of(ChangeKind), required=True),
        Key("details", _details),
        Key("changed_at", values.moment, required=True),
        Key("changed_by", PERSON_ID),
    ),
    load=load_register_changes, dump=dump_register_changes,
    sort_key=by("changed_at", "unit", "person", "area", "kind"), tables=(RegisterChange,),
)  # fmt: skip
