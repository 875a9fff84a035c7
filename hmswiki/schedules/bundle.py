"""Schedules in the bundle, and what was recorded about single occurrences: events, skips, handovers."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists.bundle import checklist_keys
from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundles import FACT_KEYS, Import, Key, Record, RecordKind, Row, by, dumped_fact
from hmswiki.foundation.errors import Refusal
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.area_bundle import AREA_CODE, area_codes
from hmswiki.organisation.bundle import PERSON_ID, UNIT_CODE, people_keys, unit_codes
from hmswiki.organisation.models import AreaKind
from hmswiki.schedules.models import (
    Audience,
    Handover,
    Reach,
    ScheduleArea,
    ScheduleEvent,
    ScheduleRecord,
    ScheduleUnit,
    Skip,
)
from hmswiki.schedules.rules import When, recurrence_for
from hmswiki.schedules.terms import EVENT, read_pauses, read_window, write_pauses, write_window

SCHEDULE_KEY = values.key_up_to(36)
OCCURRENCE = values.key_up_to(120)


class Frequency(StrEnum):
    """What stands in `every`."""

    ONCE = "once"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    EVENT = EVENT


# --- Schedules ----------------------------------------------------------------------------------------------


def _units(value: Any) -> list[tuple[str, Reach]]:
    """A unit's code and how far down it reaches, each unit once."""
    found: dict[str, Reach] = {}
    for one in values.as_list(value):
        given = values.as_object(one, required=("unit",), optional=("reach",))
        code = UNIT_CODE(given["unit"])
        if code in found:
            raise values.Unreadable(f'names the unit "{values.shortened(code)}" twice. Remove one of the two.')
        found[code] = Reach.ITSELF if given.get("reach") is None else values.one_of(Reach)(given["reach"])
    return sorted(found.items())


def _window(value: Any) -> str:
    text = values.text(value)
    try:
        window = read_window(text)
    except (ValueError, TypeError):
        window = None
    if window is None or write_window(window) != text:
        raise values.Unreadable(
            f'is "{values.shortened(text)}", and must be the first and the last day of each year, like "09-01/11-30".'
        )
    return text


def _pauses(value: Any) -> Row:
    given = values.as_object(value, optional=("months", "spans"))
    spans = [
        [values.day(day).isoformat() for day in values.as_list(span)] for span in values.as_list(given.get("spans", []))
    ]
    if any(len(span) != 2 for span in spans):
        raise values.Unreadable("holds a span that is not two days: the first, and the first that is no pause.")
    months = [values.whole_number(1, 12)(month) for month in values.as_list(given.get("months", []))]
    try:
        return write_pauses(read_pauses({"months": months, "spans": spans}))
    except ValueError as problem:
        raise values.Unreadable(f"cannot be: {problem}") from None


def load_schedules(session: Session, records: Iterable[Record], into: Import) -> None:
    found = list(records)  # one may be replaced by another that comes before it
    for record in found:
        into.remember("schedules", record["key"], into.new_id(ScheduleRecord))
    for record in _replaced_first(found):
        _check(record)
        schedule_id = into.known("schedules")[record["key"]]
        at_events = record["every"] is Frequency.EVENT
        into.add(ScheduleRecord, {
            "id": schedule_id, "key": record["key"],
            "checklist_id": into.find(record, "checklist", "checklists"), "audience": record["audience"].value,
            "role": _word(record["role"]), "area_kind": _word(record["area_kind"]), "every": record["every"].value,
            "window": record["window"], "pauses": record["pauses"] or {}, "by": record["due"],
            "within": record["within"] if at_events else None, "event": record["event"],
            "starts_on": record["from"], "ended": record["ended"],
            "replaces_id": into.find_optional(record, "replaces", "schedules"), **into.fact(record),
        })  # fmt: skip
        codes = into.known("units")
        for code, reach in record["units"] or ():
            if code not in codes:
                raise into.unknown(record, "units", "units", code)
            into.add(ScheduleUnit, {"schedule_id": schedule_id, "unit_id": codes[code], "reach": reach.value})
        for area_id in into.find_all(record, "areas", "areas"):
            into.add(ScheduleArea, {"schedule_id": schedule_id, "area_id": area_id})


def _replaced_first(records: list[Record]) -> Iterator[Record]:
    """A row may refer only to one that is written. Raises BundleError for those that replace each other in a ring."""
    waiting = {record["key"]: record for record in records}
    while waiting:
        ready = [record for record in waiting.values() if record["replaces"] not in waiting]
        if not ready:
            record = next(iter(waiting.values()))
            raise record.wrong('"replaces" leads in a ring back to this schedule. Correct it.')
        for record in ready:
            del waiting[record["key"]]
            yield record


def _word(value: StrEnum | None) -> str | None:
    return None if value is None else value.value


def _check(record: Record) -> None:
    if not record["units"] and not record["areas"]:
        raise record.wrong('It names neither "units" nor "areas", so it asks nobody. Say whom it is for.')
    if record["ended"] is not None and record["ended"] < record["from"]:
        raise record.wrong(f'"ended" is {record["ended"]}, before "from". Correct one of them.')
    window = read_window(record["window"])
    pauses = read_pauses(record["pauses"] or {})
    when = When(
        record["every"].value, record["from"], None if window is None else (window.first, window.last), pauses.months,
        tuple((pause.starts_on, pause.ends_on) for pause in pauses.periods), record["due"], record["within"],
        record["event"],
    )  # fmt: skip
    try:
        recurrence_for(when)
    except Refusal as refusal:
        raise record.wrong(str(refusal)) from None


def dump_schedules(session: Session) -> Iterator[list[Row]]:
    people, codes, areas = people_keys(session), unit_codes(session), area_codes(session)
    keys, checklists = schedule_keys(session), checklist_keys(session)
    units: dict[int, list[Row]] = {}
    for row in session.execute(select(ScheduleUnit.__table__)):
        units.setdefault(row.schedule_id, []).append({"unit": codes[row.unit_id], "reach": str(row.reach)})
    named: dict[int, list[str]] = {}
    for row in session.execute(select(ScheduleArea.__table__)):
        named.setdefault(row.schedule_id, []).append(areas[row.area_id])
    yield [
        {
            "key": row.key, "checklist": checklists[row.checklist_id], "audience": str(row.audience),
            "units": sorted(units[row.id], key=lambda one: one["unit"]) if row.id in units else None,
            "areas": sorted(named[row.id]) if row.id in named else None, "role": _text(row.role),
            "area_kind": _text(row.area_kind), "every": row.every, "window": row.window, "pauses": row.pauses or None,
            "due": row.by, "within": row.within, "event": row.event, "from": row.starts_on, "ended": row.ended,
            "replaces": keys.get(row.replaces_id), **dumped_fact(row, people),
        }
        for row in session.execute(select(ScheduleRecord.__table__))
    ]  # fmt: skip


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def schedule_keys(session: Session) -> dict[int, str]:
    """Keys by id."""
    return {row.id: row.key for row in session.execute(select(ScheduleRecord.id, ScheduleRecord.key))}


# --- Events, skips, handovers -------------------------------------------------------------------------------

_SUBJECT_KEYS = (Key("unit", UNIT_CODE), Key("area", AREA_CODE), Key("person", PERSON_ID))
_PLACE = by("schedule", "occurrence", "name", "unit", "area", "person", "recorded_at")


def _subject(record: Record, into: Import) -> Row:
    if [record["unit"], record["area"], record["person"]].count(None) != 2:
        raise record.wrong('It must name one of "unit", "area" and "person", and only one.')
    return {
        "unit_id": into.find_optional(record, "unit", "units"), "area_id": into.find_optional(record, "area", "areas"),
        "person_id": into.find_optional(record, "person", "people"),
    }  # fmt: skip


class _Names:
    """What ids are called, read once for a file."""

    def __init__(self, session: Session) -> None:
        self.schedules = schedule_keys(session)
        self.units, self.areas, self.people = unit_codes(session), area_codes(session), people_keys(session)

    def subject(self, row: Any) -> Row:
        return {
            "schedule": self.schedules[row.schedule_id], "unit": self.units.get(row.unit_id),
            "area": self.areas.get(row.area_id), "person": self.people.get(row.person_id),
        }  # fmt: skip


def load_events(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        into.add(ScheduleEvent, {
            "schedule_id": into.find(record, "schedule", "schedules"), "name": record["name"],
            "happens_on": record["day"], "text": record["text"], **_subject(record, into), **into.fact(record),
        })  # fmt: skip


def dump_events(session: Session) -> Iterator[list[Row]]:
    names = _Names(session)
    yield [
        {
            **names.subject(row), "name": row.name, "day": row.happens_on, "text": row.text,
            **dumped_fact(row, names.people),
        }
        for row in session.execute(select(ScheduleEvent.__table__))
    ]  # fmt: skip


def load_skips(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        into.add(Skip, {
            "schedule_id": into.find(record, "schedule", "schedules"), "occurrence": record["occurrence"],
            "reason": record["reason"], **_subject(record, into), **into.fact(record),
        })  # fmt: skip


def dump_skips(session: Session) -> Iterator[list[Row]]:
    names = _Names(session)
    yield [
        {
            **names.subject(row), "occurrence": row.occurrence, "reason": row.reason,
            **dumped_fact(row, names.people),
        }
        for row in session.execute(select(Skip.__table__))
    ]  # fmt: skip


def load_handovers(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        into.add(Handover, {
            "schedule_id": into.find(record, "schedule", "schedules"), "occurrence": record["occurrence"],
            "to_id": into.find(record, "to", "people"), "note": record["note"], **_subject(record, into),
            **into.fact(record),
        })  # fmt: skip


def dump_handovers(session: Session) -> Iterator[list[Row]]:
    names = _Names(session)
    yield [
        {
            **names.subject(row), "occurrence": row.occurrence, "to": names.people[row.to_id], "note": row.note,
            **dumped_fact(row, names.people),
        }
        for row in session.execute(select(Handover.__table__))
    ]  # fmt: skip


KINDS = (
    RecordKind(
        "schedules",
        keys=(
            Key("key", SCHEDULE_KEY, required=True),
            Key("checklist", values.key_up_to(60), required=True),
            Key("audience", values.one_of(Audience), required=True),
            Key("units", _units),
            Key("areas", values.several(AREA_CODE)),
            Key("role", values.one_of(Role)),
            Key("area_kind", values.one_of(AreaKind)),
            Key("every", values.one_of(Frequency), required=True),
            Key("window", _window),
            Key("pauses", _pauses),
            Key("due", values.day),
            Key("within", values.whole_number(0, 3660)),
            Key("event", values.words),
            Key("from", values.day, required=True),
            Key("ended", values.day),
            Key("replaces", SCHEDULE_KEY),
            *FACT_KEYS,
        ),
        load=load_schedules, dump=dump_schedules, sort_key=by("checklist", "from", "key"),
        tables=(ScheduleRecord, ScheduleUnit, ScheduleArea), unique=("key",),
    ),
    RecordKind(
        "schedule_events",
        keys=(
            Key("schedule", SCHEDULE_KEY, required=True),
            *_SUBJECT_KEYS,
            Key("name", values.key_up_to(100), required=True),
            Key("day", values.day, required=True),
            Key("text", values.text),
            *FACT_KEYS,
        ),
        load=load_events, dump=dump_events, sort_key=_PLACE, tables=(ScheduleEvent,),
    ),
    RecordKind(
        "skips",
        keys=(
            Key("schedule", SCHEDULE_KEY, required=True),
            *_SUBJECT_KEYS,
            Key("occurrence", OCCURRENCE, required=True),
            Key("reason", values.words, required=True),
            *FACT_KEYS,
        ),
        load=load_skips, dump=dump_skips, sort_key=_PLACE, tables=(Skip,),
    ),
    RecordKind(
        "handovers",
        keys=(
            Key("schedule", SCHEDULE_KEY, required=True),
            *_SUBJECT_KEYS,
            Key("occurrence", OCCURRENCE, required=True),
            Key("to", PERSON_ID, required=True),
            Key("note", values.text),
            *FACT_KEYS,
        ),
        load=load_handovers, dump=dump_handovers, sort_key=_PLACE, tables=(Handover,),
    ),
)  # fmt: skip
