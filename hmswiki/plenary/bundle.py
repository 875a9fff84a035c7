"""Themes and the summary in the bundle, with the points that they hold and held."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions.bundle import uuid
from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundles import FACT_KEYS, Import, Key, Record, RecordKind, Row, by, dumped_fact
from hmswiki.notes.bundle import POINTS
from hmswiki.notes.models import Point, PointEdit
from hmswiki.organisation.bundle import PERSON_ID, people_keys
from hmswiki.plenary.models import Sentence, SentencePoint, Theme, ThemePoint
from hmswiki.workshops.bundle import TASKS
from hmswiki.workshops.models import Task

_TASKS_OF = "plenary.tasks of "
"""Where an import keeps which task each theme and sentence is of, for the records of their points."""


# --- Themes and sentences -----------------------------------------------------------------------------------


def load_themes(session: Session, records: Iterable[Record], into: Import) -> None:
    for record, row in _loaded(records, into, Theme, "themes"):
        into.add(Theme, {**row, "title": record["title"]})


def load_sentences(session: Session, records: Iterable[Record], into: Import) -> None:
    for record, row in _loaded(records, into, Sentence, "sentences"):
        into.add(Sentence, {**row, "text": record["text"]})


def _loaded(
    records: Iterable[Record], into: Import, model: type[Theme] | type[Sentence], kind: str
) -> Iterator[tuple[Record, Row]]:
    tasks: dict[int, int] = into.kept.setdefault(_TASKS_OF + kind, {})
    for record in records:
        made_at = record["made_at"] or min(into.at, record["removed_at"] or into.at)
        if record["removed_at"] is not None and record["removed_at"] < made_at:
            raise record.wrong('"removed_at" lies before "made_at". Correct one of them.')
        id = into.new_id(model)
        into.remember(kind, record["id"], id)
        tasks[id] = into.find(record, "task", TASKS)
        yield record, {
            "id": id, "key": record["id"], "task_id": tasks[id], "position": record["position"],
            "version": record["version"] or 1, "made_at": made_at,
            "made_by_id": into.find_optional(record, "made_by", "people"), "removed_at": record["removed_at"],
        }  # fmt: skip


def dump_themes(session: Session) -> Iterator[list[Row]]:
    people, tasks = people_keys(session), _task_keys(session)
    yield [
        {**_dumped(row, people, tasks), "title": row.title} for row in session.execute(select(Theme.__table__))
    ]  # fmt: skip


def dump_sentences(session: Session) -> Iterator[list[Row]]:
    people, tasks = people_keys(session), _task_keys(session)
    yield [
        {**_dumped(row, people, tasks), "text": row.text} for row in session.execute(select(Sentence.__table__))
    ]  # fmt: skip


def _dumped(row: Any, people: dict[int, str], tasks: dict[int, str]) -> Row:
    return {
        "id": row.key, "task": tasks[row.task_id], "position": row.position,
        "version": None if row.version == 1 else row.version, "made_at": row.made_at,
        "made_by": people.get(row.made_by_id), "removed_at": row.removed_at,
    }  # fmt: skip


def _task_keys(session: Session) -> dict[int, str]:
    return {row.id: row.key for row in session.execute(select(Task.id, Task.key))}


# --- Their points -------------------------------------------------------------------------------------------


def load_theme_points(session: Session, records: Iterable[Record], into: Import) -> None:
    held: set[int] = set()
    for record, row in _loaded_points(session, records, into, "theme", "themes"):
        if record["withdrawn_at"] is None:
            if row["point_id"] in held:
                raise record.wrong(
                    f'The point "{record["point"]}" is in a theme already, and it is in one at a time. Take one of the '
                    "records out, or say when it was withdrawn."
                )
            held.add(row["point_id"])
        into.add(ThemePoint, {"id": into.new_id(ThemePoint), **row})


def load_sentence_points(session: Session, records: Iterable[Record], into: Import) -> None:
    held: set[tuple[int, int]] = set()
    for record, row in _loaded_points(session, records, into, "sentence", "sentences"):
        pair = (row["sentence_id"], row["point_id"])
        if record["withdrawn_at"] is None:
            if pair in held:
                raise record.wrong(
                    f'The sentence stands on the point "{record["point"]}" already. Take one of the records out, or '
                    "say when it was withdrawn."
                )
            held.add(pair)
        into.add(SentencePoint, {"id": into.new_id(SentencePoint), **row})


def _loaded_points(
    session: Session, records: Iterable[Record], into: Import, key: str, kind: str
) -> Iterator[tuple[Record, Row]]:
    into.flush()
    tasks_of_points = {row.id: row.task_id for row in session.execute(select(Point.id, Point.task_id))}
    written = {(row.key, row.point_id) for row in session.execute(select(PointEdit.key, PointEdit.point_id))}
    tasks: dict[int, int] = into.kept.setdefault(_TASKS_OF + kind, {})
    for record in records:
        id, point_id = into.find(record, key, kind), into.find(record, "point", POINTS)
        if (record["written"], point_id) not in written:
            raise record.wrong(
                f'"written" names "{record["written"]}", and point_edits.jsonl has no such edit of the point. '
                "Correct one of them."
            )
        if tasks_of_points[point_id] != tasks[id]:
            raise record.wrong(f'The point "{record["point"]}" is of another task than the {key}. Correct one of them.')
        yield record, {f"{key}_id": id, "point_id": point_id, "written": record["written"], **into.fact(record)}


def dump_theme_points(session: Session) -> Iterator[list[Row]]:
    keys = {row.id: row.key for row in session.execute(select(Theme.id, Theme.key))}
    yield _dumped_points(session, select(ThemePoint.__table__), "theme", lambda row: keys[row.theme_id])


def dump_sentence_points(session: Session) -> Iterator[list[Row]]:
    keys = {row.id: row.key for row in session.execute(select(Sentence.id, Sentence.key))}
    yield _dumped_points(session, select(SentencePoint.__table__), "sentence", lambda row: keys[row.sentence_id])


def _dumped_points(session: Session, found: Any, name: str, key_of: Callable[[Any], str]) -> list[Row]:
    people = people_keys(session)
    points = {row.id: row.key for row in session.execute(select(Point.id, Point.key))}
    return [
        {name: key_of(row), "point": points[row.point_id], "written": row.written, **dumped_fact(row, people)}
        for row in session.execute(found)
    ]


_MADE = (
    Key("version", values.whole_number(1)),
    Key("made_at", values.moment, nullable=False),
    Key("made_by", PERSON_ID),
    Key("removed_at", values.moment),
)

KINDS = (
    RecordKind(
        "themes",
        keys=(
            Key("id", uuid, required=True), Key("task", uuid, required=True),
            Key("title", values.words, required=True), Key("position", values.whole_number(1), required=True), *_MADE,
        ),
        load=load_themes, dump=dump_themes, sort_key=by("task", "id"), tables=(Theme,), unique=("id",),
    ),
    RecordKind(
        "theme_points",
        keys=(
            Key("theme", uuid, required=True), Key("point", uuid, required=True), Key("written", uuid, required=True),
            *FACT_KEYS,
        ),
        load=load_theme_points, dump=dump_theme_points, sort_key=by("theme", "point", "recorded_at"),
        tables=(ThemePoint,),
    ),
    RecordKind(
        "sentences",
        keys=(
            Key("id", uuid, required=True), Key("task", uuid, required=True), Key("text", values.words, required=True),
            Key("position", values.whole_number(1), required=True), *_MADE,
        ),
        load=load_sentences, dump=dump_sentences, sort_key=by("task", "id"), tables=(Sentence,), unique=("id",),
    ),
    RecordKind(
        "sentence_points",
        keys=(
            Key("sentence", uuid, required=True), Key("point", uuid, required=True),
            Key("written", uuid, required=True), *FACT_KEYS,
        ),
        load=load_sentence_points, dump=dump_sentence_points, sort_key=by("sentence", "point", "recorded_at"),
        tables=(SentencePoint,),
    ),
)  # fmt: skip
