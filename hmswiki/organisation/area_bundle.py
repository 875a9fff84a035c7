"""Areas in the bundle: the areas, to which units they belong, and who looks after them."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundles import FACT_KEYS, Import, Key, Record, RecordKind, Row, by, dumped_fact, in_batches
from hmswiki.foundation.errors import Refusal
from hmswiki.organisation.area_rules import check_place
from hmswiki.organisation.bundle import PERSON_ID, UNIT_CODE, check_period, parents_first, people_keys, unit_codes
from hmswiki.organisation.models import Area, AreaDuty, AreaKind, AreaPart, AreaUnit

AREA_CODE = values.key_up_to(100)


def load_areas(session: Session, records: Iterable[Record], into: Import) -> None:
    found = {record["code"]: record for record in records}
    for code in found:
        into.remember("areas", code, into.new_id(Area))
    for code in parents_first(found, into, "areas"):
        record = found[code]
        opened, closed = record["opened"], record["closed"]
        if closed is not None and closed <= opened:
            raise record.wrong(
                f'"closed" is {closed} and "opened" is {opened}: an area is there on at least one day. '
                '"closed" is the first day on which it is no more. Correct one of them.'
            )
        above = found[record["parent"]]["kind"] if record["parent"] is not None else None
        try:
            check_place(code, record["kind"], above)
        except Refusal as refusal:
            raise record.wrong(f'{refusal} Correct "kind" or "parent".') from None
        into.add(Area, {
            "id": into.find(record, "code", "areas"), "code": code, "name": record["name"],
            "kind": record["kind"].value, "parent_id": into.find_optional(record, "parent", "areas"),
            "path": _path(code, found, into), "opened": opened, "closed": closed, "position": record["position"],
        })  # fmt: skip


def _path(code: str, found: Mapping[str, Record], into: Import) -> str:
    steps = []
    current: str | None = code
    while current is not None:
        steps.append(str(into.known("areas")[current]))
        current = found[current]["parent"]
    return f"a/{'/'.join(reversed(steps))}/"


def area_codes(session: Session) -> dict[int, str]:
    """Codes by id, in the order of the codes."""
    found = session.execute(select(Area.code, Area.id)).all()
    return {id: code for code, id in sorted((code, id) for code, id in found)}


def dump_areas(session: Session) -> Iterator[list[Row]]:
    codes = area_codes(session)
    columns = (Area.id, Area.code, Area.name, Area.kind, Area.parent_id, Area.opened, Area.closed, Area.position)
    yield [
        {
            "code": area.code, "name": area.name, "kind": str(area.kind), "parent": codes.get(area.parent_id),
            "opened": area.opened, "closed": area.closed,
            "position": None if area.position is None else values.plain_number(area.position),
        }
        for area in session.execute(select(*columns))
    ]  # fmt: skip


def load_area_units(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        check_period(record)
        into.add(AreaUnit, {
            "area_id": into.find(record, "area", "areas"), "unit_id": into.find(record, "unit", "units"),
            "starts_on": record["from"], "ends_on": record["to"], **into.fact(record),
        })  # fmt: skip


def dump_area_units(session: Session) -> Iterator[list[Row]]:
    people, units, areas = people_keys(session), unit_codes(session), area_codes(session)
    for batch in in_batches(areas):
        yield [
            {
                "area": areas[row.area_id], "unit": units[row.unit_id], "from": row.starts_on, "to": row.ends_on,
                **dumped_fact(row, people),
            }
            for row in session.execute(select(AreaUnit.__table__).where(AreaUnit.area_id.in_(batch)))
        ]  # fmt: skip


def load_area_duties(session: Session, records: Iterable[Record], into: Import) -> None:
    owners: dict[str, list[Record]] = {}
    for record in records:
        check_period(record)
        into.add(AreaDuty, {
            "area_id": into.find(record, "area", "areas"), "person_id": into.find(record, "person", "people"),
            "part": record["part"].value, "starts_on": record["from"], "ends_on": record["to"], **into.fact(record),
        })  # fmt: skip
        # What is withdrawn may have overlapped: that is why it was.
        if record["part"] == AreaPart.OWNER and record["withdrawn_at"] is None and record["to"] != record["from"]:
            owners.setdefault(record["area"], []).append(record)
    for rows in owners.values():
        _refuse_two_owners(sorted(rows, key=lambda row: row["from"]))


def _refuse_two_owners(rows: list[Record]) -> None:
    """Raise for two owners of one area on one day. `rows`: by their first day."""
    for before, after in zip(rows, rows[1:], strict=False):
        if before["to"] is None or after["from"] < before["to"]:
            first, second = sorted((before, after), key=lambda row: row.line)
            raise second.wrong(
                f'"{second["person"]}" owns the area "{second["area"]}" {_days(second)} here, and "{first["person"]}" '
                f"{_days(first)} in line {first.line}: they share days, and an area has one owner at a time. "
                'End one in "to", or give the wrong one a "withdrawn_at".'
            )


def _days(row: Record) -> str:
    return f"from {row['from']}" + (f" to {row['to']}" if row["to"] else "")


def dump_area_duties(session: Session) -> Iterator[list[Row]]:
    people, areas = people_keys(session), area_codes(session)
    for batch in in_batches(areas):
        yield [
            {
                "area": areas[row.area_id], "person": people[row.person_id], "part": str(row.part),
                "from": row.starts_on, "to": row.ends_on, **dumped_fact(row, people),
            }
            for row in session.execute(select(AreaDuty.__table__).where(AreaDuty.area_id.in_(batch)))
        ]  # fmt: skip


KINDS = (
    RecordKind(
        "areas",
        keys=(
            Key("code", AREA_CODE, required=True),
            Key("name", values.wording, required=True),
            Key("kind", values.one_of(AreaKind), required=True),
            Key("parent", AREA_CODE),
            Key("opened", values.day, required=True),
            Key("closed", values.day),
            Key("position", values.number),
        ),
        load=load_areas, dump=dump_areas, sort_key=by("code"), tables=(Area,), unique=("code",),
    ),
    RecordKind(
        "area_units",
        keys=(
            Key("area", AREA_CODE, required=True),
            Key("unit", UNIT_CODE, required=True),
            Key("from", values.day, required=True),
            Key("to", values.day),
            *FACT_KEYS,
        ),
        load=load_area_units, dump=dump_area_units, sort_key=by("area", "from", "unit", "to", "recorded_at"),
        tables=(AreaUnit,),
    ),
    RecordKind(
        "area_duties",
        keys=(
            Key("area", AREA_CODE, required=True),
            Key("person", PERSON_ID, required=True),
            Key("part", values.one_of(AreaPart), required=True),
            Key("from", values.day, required=True),
            Key("to", values.day),
            *FACT_KEYS,
        ),
        load=load_area_duties, dump=dump_area_duties,
        sort_key=by("area", "part", "from", "person", "to", "recorded_at"), tables=(AreaDuty,),
    ),
)  # fmt: skip
