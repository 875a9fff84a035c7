"""Workshops in the bundle: their plans, groups, members, helpers, codes, and what happened while they went on.

Seats never travel: they open doors, and whoever has one types the code again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions.bundle import uuid
from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundles import FACT_KEYS, Import, Key, Record, RecordKind, Row, by, dumped_fact
from hmswiki.organisation.bundle import PERSON_ID, UNIT_CODE, parents_first, people_keys, unit_codes
from hmswiki.workshops import codes, planning
from hmswiki.workshops.models import (
    Code,
    EventKind,
    Group,
    Helper,
    Member,
    Opens,
    Prompt,
    Task,
    Workshop,
    WorkshopEvent,
)

WORKSHOPS, TASKS, PROMPTS, GROUPS = "workshops", "workshop_tasks", "workshop_prompts", "workshop_groups"
"""Under these names other rooms' records refer to ours, by `id`."""

_NUMBER = values.whole_number(1, 10_000)
_COUNT = values.whole_number(0)
_MINUTES = values.whole_number(1, 10_000)


def workshop_keys(session: Session) -> dict[int, str]:
    return {row.id: row.key for row in session.execute(select(Workshop.id, Workshop.key))}


def task_keys(session: Session) -> dict[int, str]:
    return {row.id: row.key for row in session.execute(select(Task.id, Task.key))}


def prompt_keys(session: Session) -> dict[int, str]:
    return {row.id: row.key for row in session.execute(select(Prompt.id, Prompt.key))}


def group_keys(session: Session) -> dict[int, str]:
    return {row.id: row.key for row in session.execute(select(Group.id, Group.key))}


# --- Workshops ----------------------------------------------------------------------------------------------

_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)


def _programme(value: Any) -> list[Mapping[str, str]]:
    lines = []
    for line in values.as_list(value):
        values.as_object(line, required=("text",), optional=("time", "until"))
        values.text(line["text"])
        for name in ("time", "until"):
            if name in line and not _TIME.fullmatch(values.text(line[name])):
                raise values.Unreadable(f'holds the time "{line[name]}", and a time is written 09:45.')
        lines.append(line)
    return lines


def _reading(value: Any) -> list[Mapping[str, str]]:
    found = []
    for one in values.as_list(value):
        if "guideline" in values.some_object(one):
            values.as_object(one, required=("guideline",))
            values.text(one["guideline"])
        else:
            values.as_object(one, required=("title", "url"))
            values.text(one["title"])
            if not planning.is_address(values.text(one["url"])):
                raise values.Unreadable(f'holds "{values.shortened(one["url"])}", and an address begins with https://.')
        found.append(one)
    return found


def load_workshops(session: Session, records: Iterable[Record], into: Import) -> None:
    found = {record["id"]: record for record in records}
    for key in found:
        into.remember(WORKSHOPS, key, into.new_id(Workshop))
    # A copy after what it is a copy of.
    for key in parents_first(found, into, WORKSHOPS, "copied_from"):
        record = found[key]
        if not record["opens_at"] <= record["starts_at"] < record["ends_at"] <= record["closes_at"]:
            raise record.wrong(
                '"opens_at", "starts_at", "ends_at" and "closes_at" must come in this order. Correct them.'
            )
        into.add(Workshop, {
            "id": into.known(WORKSHOPS)[key], "key": key, "unit_id": into.find(record, "unit", "units"),
            "title": record["title"], "about": record["about"], "place": record["place"],
            "starts_at": record["starts_at"], "ends_at": record["ends_at"], "opens_at": record["opens_at"],
            "closes_at": record["closes_at"], "programme": record["programme"] or [],
            "reading": record["reading"] or [], "version": record["version"] or 1, "pulse": record["pulse"] or 0,
            "copied_from_id": into.find_optional(record, "copied_from", WORKSHOPS), "made_at": record["made_at"],
            "made_by_id": into.find_optional(record, "made_by", "people"), "cancelled_at": record["cancelled_at"],
        })  # fmt: skip


def dump_workshops(session: Session) -> Iterator[list[Row]]:
    people, units, keys = people_keys(session), unit_codes(session), workshop_keys(session)
    yield [
        {
            "id": row.key, "unit": units[row.unit_id], "title": row.title, "about": row.about, "place": row.place,
            "starts_at": row.starts_at, "ends_at": row.ends_at, "opens_at": row.opens_at, "closes_at": row.closes_at,
            "programme": row.programme or None, "reading": row.reading or None,
            "version": row.version if row.version > 1 else None, "pulse": row.pulse or None,
            "copied_from": keys.get(row.copied_from_id), "made_at": row.made_at,
            "made_by": people.get(row.made_by_id), "cancelled_at": row.cancelled_at,
        }
        for row in session.execute(select(Workshop.__table__))
    ]  # fmt: skip


# --- Tasks and sub-headings ---------------------------------------------------------------------------------


def load_tasks(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        task_id = into.new_id(Task)
        into.remember(TASKS, record["id"], task_id)
        into.add(Task, {
            "id": task_id, "key": record["id"], "workshop_id": into.find(record, "workshop", WORKSHOPS),
            "position": record["position"], "title": record["title"], "text": record["text"],
            "minutes": record["minutes"], "models": list(record["models"] or ()), "removed_at": record["removed_at"],
        })  # fmt: skip


def dump_tasks(session: Session) -> Iterator[list[Row]]:
    workshops = workshop_keys(session)
    yield [
        {
            "id": row.key, "workshop": workshops[row.workshop_id], "position": row.position, "title": row.title,
            "text": row.text, "minutes": row.minutes, "models": row.models or None, "removed_at": row.removed_at,
        }
        for row in session.execute(select(Task.__table__))
    ]  # fmt: skip


def load_prompts(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        prompt_id = into.new_id(Prompt)
        into.remember(PROMPTS, record["id"], prompt_id)
        into.add(Prompt, {
            "id": prompt_id, "key": record["id"], "task_id": into.find(record, "task", TASKS),
            "position": record["position"], "title": record["title"] or "", "hint": record["hint"],
            "removed_at": record["removed_at"],
        })  # fmt: skip


def dump_prompts(session: Session) -> Iterator[list[Row]]:
    tasks = task_keys(session)
    yield [
        {
            "id": row.key, "task": tasks[row.task_id], "position": row.position, "title": row.title or None,
            "hint": row.hint, "removed_at": row.removed_at,
        }
        for row in session.execute(select(Prompt.__table__))
    ]  # fmt: skip


# --- Groups and who is in them ------------------------------------------------------------------------------


def load_groups(session: Session, records: Iterable[Record], into: Import) -> None:
    numbers: dict[tuple[str, int], str] = {}
    for record in records:
        place = (record["workshop"], record["number"])
        if place in numbers:
            raise record.wrong(
                f'The group "{numbers[place]}" of the same workshop has the number {record["number"]} too. Correct one.'
            )
        numbers[place] = record["id"]
        group_id = into.new_id(Group)
        into.remember(GROUPS, record["id"], group_id)
        into.add(Group, {
            "id": group_id, "key": record["id"], "workshop_id": into.find(record, "workshop", WORKSHOPS),
            "number": record["number"], "name": record["name"], "for_walk_ins": bool(record["for_walk_ins"]),
            "pulse": record["pulse"] or 0, "reminded_at": record["reminded_at"], "removed_at": record["removed_at"],
        })  # fmt: skip


def dump_groups(session: Session) -> Iterator[list[Row]]:
    workshops = workshop_keys(session)
    yield [
        {
            "id": row.key, "workshop": workshops[row.workshop_id], "number": row.number, "name": row.name,
            "for_walk_ins": row.for_walk_ins or None, "pulse": row.pulse or None, "reminded_at": row.reminded_at,
            "removed_at": row.removed_at,
        }
        for row in session.execute(select(Group.__table__))
    ]  # fmt: skip


def load_members(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        into.add(Member, {
            "id": into.new_id(Member), "group_id": into.find(record, "group", GROUPS),
            "person_id": into.find(record, "person", "people"), "leads": bool(record["leads"]), **into.fact(record),
        })  # fmt: skip


def dump_members(session: Session) -> Iterator[list[Row]]:
    people, groups = people_keys(session), group_keys(session)
    yield [
        {
            "group": groups[row.group_id], "person": people[row.person_id], "leads": row.leads or None,
            **dumped_fact(row, people),
        }
        for row in session.execute(select(Member.__table__).order_by(Member.id))
    ]  # fmt: skip


def load_helpers(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        into.add(Helper, {
            "id": into.new_id(Helper), "workshop_id": into.find(record, "workshop", WORKSHOPS),
            "person_id": into.find(record, "person", "people"), **into.fact(record),
        })  # fmt: skip


def dump_helpers(session: Session) -> Iterator[list[Row]]:
    people, workshops = people_keys(session), workshop_keys(session)
    yield [
        {"workshop": workshops[row.workshop_id], "person": people[row.person_id], **dumped_fact(row, people)}
        for row in session.execute(select(Helper.__table__).order_by(Helper.id))
    ]


# --- Codes --------------------------------------------------------------------------------------------------


def _code(value: Any) -> str:
    if codes.read(values.text(value)) != value:
        raise values.Unreadable(
            f'is "{values.shortened(value)}", which is no code: six capitals and digits, as 4K729P.'
        )
    return str(value)


def load_codes(session: Session, records: Iterable[Record], into: Import) -> None:
    live: set[tuple[str, ...]] = set()
    for record in records:
        if record["ended_at"] is None:
            for place in (("code", record["code"]), (record["workshop"], str(record["opens"]))):
                if place in live:
                    raise record.wrong(
                        "Another code that has not ended is the same, or opens the same. Say when one of them ended."
                    )
                live.add(place)
        into.add(Code, {
            "id": into.new_id(Code), "workshop_id": into.find(record, "workshop", WORKSHOPS),
            "opens": record["opens"].value, "code": record["code"], "made_at": record["made_at"],
            "made_by_id": into.find_optional(record, "made_by", "people"), "ended_at": record["ended_at"],
            "ended_by_id": into.find_optional(record, "ended_by", "people"),
        })  # fmt: skip


def dump_codes(session: Session) -> Iterator[list[Row]]:
    people, workshops = people_keys(session), workshop_keys(session)
    yield [
        {
            "workshop": workshops[row.workshop_id], "opens": row.opens, "code": row.code, "made_at": row.made_at,
            "made_by": people.get(row.made_by_id), "ended_at": row.ended_at, "ended_by": people.get(row.ended_by_id),
        }
        for row in session.execute(select(Code.__table__))
    ]  # fmt: skip


# --- What happened ------------------------------------------------------------------------------------------


def load_events(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        if (record["kind"] is EventKind.ENDED) != (record["task"] is None):
            raise record.wrong('"task" stands with everything but the end of the whole workshop. Correct it.')
        if (record["kind"] is EventKind.EXTENDED) != (record["minutes"] is not None):
            raise record.wrong('"minutes" stand with an extension, and with nothing else. Correct it.')
        into.add(WorkshopEvent, {
            "id": into.new_id(WorkshopEvent), "workshop_id": into.find(record, "workshop", WORKSHOPS),
            "task_id": into.find_optional(record, "task", TASKS), "kind": record["kind"].value,
            "minutes": record["minutes"], "at": record["at"], **into.fact(record),
        })  # fmt: skip


def dump_events(session: Session) -> Iterator[list[Row]]:
    people, workshops, tasks = people_keys(session), workshop_keys(session), task_keys(session)
    yield [
        {
            "workshop": workshops[row.workshop_id], "task": tasks.get(row.task_id), "kind": row.kind,
            "minutes": row.minutes, "at": row.at, **dumped_fact(row, people),
        }
        for row in session.execute(select(WorkshopEvent.__table__).order_by(WorkshopEvent.id))
    ]  # fmt: skip


_ID = Key("id", uuid, required=True)
_WORKSHOP = Key("workshop", uuid, required=True)

KINDS = (
    RecordKind(
        name=WORKSHOPS,
        keys=(
            _ID, Key("unit", UNIT_CODE, required=True), Key("title", values.words, required=True),
            Key("about", values.text), Key("place", values.text), Key("starts_at", values.moment, required=True),
            Key("ends_at", values.moment, required=True), Key("opens_at", values.moment, required=True),
            Key("closes_at", values.moment, required=True), Key("programme", _programme), Key("reading", _reading),
            Key("version", values.whole_number(1)), Key("pulse", _COUNT), Key("copied_from", uuid),
            Key("made_at", values.moment, required=True), Key("made_by", PERSON_ID),
            Key("cancelled_at", values.moment),
        ),
        load=load_workshops, dump=dump_workshops, sort_key=by("starts_at", "id"), unique=("id",), tables=(Workshop,),
    ),
    RecordKind(
        name=TASKS,
        keys=(
            _ID, _WORKSHOP, Key("position", _COUNT, required=True), Key("title", values.words, required=True),
            Key("text", values.text), Key("minutes", _MINUTES, required=True),
            Key("models", values.several(values.words)), Key("removed_at", values.moment),
        ),
        load=load_tasks, dump=dump_tasks, sort_key=by("workshop", "id"), unique=("id",), tables=(Task,),
    ),
    RecordKind(
        name=PROMPTS,
        keys=(
            _ID, Key("task", uuid, required=True), Key("position", _COUNT, required=True),
            Key("title", values.text), Key("hint", values.text), Key("removed_at", values.moment),
        ),
        load=load_prompts, dump=dump_prompts, sort_key=by("task", "id"), unique=("id",), tables=(Prompt,),
    ),
    RecordKind(
        name=GROUPS,
        keys=(
            _ID, _WORKSHOP, Key("number", _NUMBER, required=True), Key("name", values.text),
            Key("for_walk_ins", values.yes_or_no), Key("pulse", _COUNT), Key("reminded_at", values.moment),
            Key("removed_at", values.moment),
        ),
        load=load_groups, dump=dump_groups, sort_key=by("workshop", "id"), unique=("id",), tables=(Group,),
    ),
    RecordKind(
        name="workshop_members",
        keys=(
            Key("group", uuid, required=True), Key("person", PERSON_ID, required=True),
            Key("leads", values.yes_or_no), *FACT_KEYS,
        ),
        load=load_members, dump=dump_members, sort_key=by("group", "recorded_at", "person", "leads"),
        tables=(Member,),
    ),
    RecordKind(
        name="workshop_helpers",
        keys=(_WORKSHOP, Key("person", PERSON_ID, required=True), *FACT_KEYS),
        load=load_helpers, dump=dump_helpers, sort_key=by("workshop", "recorded_at", "person"), tables=(Helper,),
    ),
    RecordKind(
        name="workshop_codes",
        keys=(
            _WORKSHOP, Key("opens", values.one_of(Opens), required=True), Key("code", _code, required=True),
            Key("made_at", values.moment, required=True), Key("made_by", PERSON_ID), Key("ended_at", values.moment),
            Key("ended_by", PERSON_ID),
        ),
        load=load_codes, dump=dump_codes, sort_key=by("workshop", "opens", "made_at", "code"), tables=(Code,),
    ),
    RecordKind(
        name="workshop_events",
        keys=(
            _WORKSHOP, Key("task", uuid), Key("kind", values.one_of(EventKind), required=True),
            Key("minutes", values.whole_number(-10_000, 10_000)), Key("at", values.moment, required=True),
            *FACT_KEYS,
        ),
        load=load_events, dump=dump_events, sort_key=by("workshop", "at", "recorded_at", "kind"),
        tables=(WorkshopEvent,),
    ),
)  # fmt: skip
