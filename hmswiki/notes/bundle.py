"""Notes in the bundle: points, what happened to them, and handing in.

How a point stands is no record: it is put together anew from what happened, in the order of `number`. Which phone wrote
is told to nobody, so it never travels.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions.bundle import uuid
from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundles import FACT_KEYS, Import, Key, Record, RecordKind, Row, by, dumped_fact
from hmswiki.notes import ranks
from hmswiki.notes.merging import Happening, Line, Note, Place
from hmswiki.notes.models import EditKind, HandIn, Point, PointEdit
from hmswiki.organisation.bundle import PERSON_ID, parents_first, people_keys
from hmswiki.workshops.bundle import GROUPS, PROMPTS, TASKS, group_keys, prompt_keys, task_keys

POINTS = "points"
"""Under this name other rooms' records refer to points, by `id`."""

_RECORDS = "notes.points"
"""Where an import keeps the points' records until it is known what happened to them."""

_RANK = re.compile(f"[{ranks.SIGNS}]{{1,200}}", re.ASCII)


def _rank(value: Any) -> str:
    if not _RANK.fullmatch(values.text(value)):
        raise values.Unreadable("is no place in an order: letters from a to z, small or capital, and digits.")
    return str(value)


def point_keys(session: Session) -> dict[int, str]:
    return {row.id: row.key for row in session.execute(select(Point.id, Point.key))}


# --- Points -------------------------------------------------------------------------------------------------


def load_points(session: Session, records: Iterable[Record], into: Import) -> None:
    found = {record["id"]: record for record in records}
    for key in found:
        into.remember(POINTS, key, into.new_id(Point))
    # One that was split from another after that one.
    into.kept[_RECORDS] = {key: found[key] for key in parents_first(found, into, POINTS, "split_from")}


def dump_points(session: Session) -> Iterator[list[Row]]:
    groups, tasks, points = group_keys(session), task_keys(session), point_keys(session)
    yield [
        {
            "id": row.key, "group": groups[row.group_id], "task": tasks[row.task_id],
            "split_from": points.get(row.split_from_id), "made_at": row.made_at,
        }
        for row in session.execute(select(Point.__table__))
    ]  # fmt: skip


# --- What happened to them ----------------------------------------------------------------------------------


def load_edits(session: Session, records: Iterable[Record], into: Import) -> None:
    points: dict[str, Record] = into.kept.pop(_RECORDS, {})
    by_note: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        into.find(record, "point", POINTS)
        point = points[record["point"]]
        by_note[point["group"], point["task"]].append(record)
    lines: dict[str, Line] = {}
    for edits in by_note.values():
        edits.sort(key=lambda record: record["number"])
        lines.update(_gone_through(edits, points, into))
    for key, record in points.items():
        if key not in lines:
            raise record.wrong("point_edits.jsonl does not say what was written there. Add it there, or take this out.")
        into.add(Point, _point_row(record, lines[key], into))
    into.flush()
    for edits in by_note.values():
        for record in edits:
            into.add(PointEdit, {
                "id": into.new_id(PointEdit), "key": record["id"], "point_id": into.find(record, "point", POINTS),
                "kind": record["kind"].value, "text": record["text"], "base": record["base"],
                "prompt_id": into.find_optional(record, "prompt", PROMPTS), "model": record["model"],
                "rank": record["rank"], "made_at": record["made_at"],
                "recorded_at": record["received_at"] or into.at, "seat_id": None,
                "by_id": into.find_optional(record, "by", "people"),
            })  # fmt: skip


def _gone_through(edits: Iterable[Record], points: dict[str, Record], into: Import) -> dict[str, Line]:
    """The lines of a note after all that happened in it."""
    note = Note()
    number = 0
    for record in edits:
        if record["number"] == number:
            raise record.wrong(f'Another of the same note has the "number" {number} too. Correct one of them.')
        number = record["number"]
        if record["kind"] is EditKind.WRITTEN and record["text"] is None:
            raise record.wrong('"text" is missing: what was written. Add it.')
        place = None
        if record["prompt"] is not None:
            place = Place(into.find(record, "prompt", PROMPTS), record["model"])
        split_from = points[record["point"]]["split_from"] if record["point"] not in note.lines else None
        happening = Happening(
            record["id"], record["point"], record["kind"], record["text"], record["base"], place, record["rank"],
            split_from,
        )  # fmt: skip
        try:
            note.take(happening, record["received_at"] or into.at)
        except ValueError:
            raise record.wrong(
                'It does not say where the point stands. A point begins with a "written" that has "prompt" and "rank", '
                'and so has each "moved".'
            ) from None
    return note.lines


def _point_row(record: Record, line: Line, into: Import) -> Row:
    return {
        "id": into.known(POINTS)[record["id"]], "key": record["id"], "group_id": into.find(record, "group", GROUPS),
        "task_id": into.find(record, "task", TASKS),
        "split_from_id": into.find_optional(record, "split_from", POINTS), "prompt_id": line.place.prompt_id,
        "model": line.place.model, "rank": line.rank, "text": line.text, "written": line.written,
        "cleared_at": line.cleared_at, "hidden_at": line.hidden_at, "public_text": line.public_text,
        "made_at": record["made_at"], "changed_at": line.changed_at,
    }  # fmt: skip


def dump_edits(session: Session) -> Iterator[list[Row]]:
    people, prompts = people_keys(session), prompt_keys(session)
    numbers: dict[tuple[int, int], int] = defaultdict(int)
    points = {
        row.id: row for row in session.execute(select(Point.id, Point.key, Point.group_id, Point.task_id))
    }  # fmt: skip
    found = []
    for row in session.execute(select(PointEdit.__table__).order_by(PointEdit.id)):
        point = points[row.point_id]
        numbers[point.group_id, point.task_id] += 1
        found.append({
            "id": row.key, "point": point.key, "number": numbers[point.group_id, point.task_id], "kind": row.kind,
            "text": row.text, "base": row.base, "prompt": prompts.get(row.prompt_id), "model": row.model,
            "rank": row.rank, "made_at": row.made_at, "received_at": row.recorded_at, "by": people.get(row.by_id),
        })  # fmt: skip
    yield found


# --- Handing in ---------------------------------------------------------------------------------------------


def load_hand_ins(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        into.add(HandIn, {
            "id": into.new_id(HandIn), "key": record["id"], "group_id": into.find(record, "group", GROUPS),
            "task_id": into.find(record, "task", TASKS), "seat_id": None, **into.fact(record),
        })  # fmt: skip


def dump_hand_ins(session: Session) -> Iterator[list[Row]]:
    people, groups, tasks = people_keys(session), group_keys(session), task_keys(session)
    yield [
        {"id": row.key, "group": groups[row.group_id], "task": tasks[row.task_id], **dumped_fact(row, people)}
        for row in session.execute(select(HandIn.__table__))
    ]


def _by_point(row: Any) -> tuple[str, int]:
    return row["point"], row["number"]


KINDS = (
    RecordKind(
        name=POINTS,
        keys=(
            Key("id", uuid, required=True), Key("group", uuid, required=True), Key("task", uuid, required=True),
            Key("split_from", uuid), Key("made_at", values.moment, required=True),
        ),
        load=load_points, dump=dump_points, sort_key=by("group", "task", "made_at", "id"), unique=("id",),
        tables=(Point,),
    ),
    RecordKind(
        name="point_edits",
        keys=(
            Key("id", uuid, required=True), Key("point", uuid, required=True),
            Key("number", values.whole_number(1), required=True), Key("kind", values.one_of(EditKind), required=True),
            Key("text", values.text), Key("base", uuid), Key("prompt", uuid), Key("model", values.text),
            Key("rank", _rank), Key("made_at", values.moment, required=True), Key("received_at", values.moment),
            Key("by", PERSON_ID),
        ),
        load=load_edits, dump=dump_edits, sort_key=_by_point, unique=("id",), tables=(PointEdit,),
    ),
    RecordKind(
        name="hand_ins",
        keys=(
            Key("id", uuid, required=True), Key("group", uuid, required=True), Key("task", uuid, required=True),
            *FACT_KEYS,
        ),
        load=load_hand_ins, dump=dump_hand_ins, sort_key=by("group", "task", "recorded_at", "id"), unique=("id",),
        tables=(HandIn,),
    ),
)  # fmt: skip
