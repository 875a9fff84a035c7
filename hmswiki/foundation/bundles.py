"""The bundle: what a kind of record is, and how a whole site is written as one and read back.

A feature describes each of its files by a RecordKind, in its `bundle.py`, and hands it to
`wiki.add_record_kind`. Kinds are imported in the order of registration, so a kind may refer to those before
it. The format's reference is docs/bundle.md.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundle_files import (
    FILES,
    MANIFEST,
    MAX_LINE_BYTES,
    BundleError,
    Source,
    Target,
    attachment,
    check_beginning,
    encode,
    lines,
    new_target,
    open_source,
    parse,
)
from hmswiki.foundation.bundle_values import Unreadable, nearest
from hmswiki.foundation.database import Base

FORMAT = "hmswiki-bundle"
VERSION = 1

MANIFEST_KEYS = ("format", "version", "counts", "exported_by")

CHUNK = 5_000
"""Rows that are written in one statement."""
PROGRESS_EVERY = 50_000
REMEMBERED = 20_000
"""Values of a key that need not be read again."""

Progress = Callable[[str], None]
Row = dict[str, Any]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Key:
    """One key of a record. `read` takes what JSON gave (never null) and gives what is kept, or raises Unreadable."""

    name: str
    read: Callable[[Any], Any]
    required: bool = False
    nullable: bool = True
    """Whether an optional key may be null, which means the same as left out."""


@dataclass(frozen=True)
class RecordKind:
    """One file of the bundle: its keys, and how its records get into the database and out of it.

    `name`: `units` for `units.jsonl`.
    `keys`: all there are; an unknown one is refused.
    `load(session, records, into)`: writes the records, with `into.add(Model, {...})`, and remembers under which
    ids with `into.remember(...)`. It reads `records` to the end and never commits.
    `dump(session)`: gives all records, in batches that are in order among themselves; within a batch the engine
    sorts. Most kinds give one batch. Dates and times may stand as they are; None is left out of the file.
    `sort_key(row)`: a row's place in the file, from a row as `dump` gave it. Rows of one place are ordered by
    what they say.
    `unique`: the keys that no two records share; empty: only an identical record is doubled.
    `tables`: what it fills; an import is refused where one of them holds rows.
    `secret`: written only with `--with-credentials`.
    `dump_files(session)`: gives the attachments that its records name, each with its SHA-256; `load` fetches them by
    `into.file(record, sha256)`.
    """

    name: str
    keys: Sequence[Key]
    load: "Callable[[Session, Iterable[Record], Import], None]"
    dump: Callable[[Session], Iterable[Iterable[Mapping[str, Any]]]]
    sort_key: Callable[[Mapping[str, Any]], Any]
    tables: Sequence[type[Base]]
    unique: Sequence[str] = ()
    secret: bool = False
    dump_files: Callable[[Session], Iterable[tuple[str, bytes]]] | None = None

    @property
    def file(self) -> str:
        return f"{self.name}.jsonl"


def by(*names: str) -> Callable[[Mapping[str, Any]], tuple[str, ...]]:
    """A sort key: these keys as text, one after the other; a missing one comes first."""

    def place(row: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple("" if row.get(name) is None else str(row[name]) for name in names)

    return place


class Record:
    """One line of a file, read: `record["from"]` is a date, and None where the key is left out."""

    __slots__ = ("file", "line", "values")

    def __init__(self, file: str, line: int, values: Row) -> None:
        self.file = file
        self.line = line
        self.values = values

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def wrong(self, sentence: str) -> BundleError:
        """The error to raise about this record: what is wrong, why, and the cure."""
        return BundleError(sentence, file=self.file, line=self.line)


def in_batches(found: Iterable[Item], size: int = 500) -> Iterator[list[Item]]:
    """`found` in lists of at most `size`: what a select can be asked for at once."""
    rest = iter(found)
    while batch := list(islice(rest, size)):
        yield batch


# The keys that every fact may carry (hmswiki.foundation.ledger.IsFact).
FACT_KEYS = (
    Key("recorded_at", values.moment, nullable=False),
    Key("withdrawn_at", values.moment),
    Key("recorded_by", values.key_up_to(200)),
    Key("withdrawn_by", values.key_up_to(200)),
    Key("withdrawal_reason", values.text),
)


def complete_times(record: Record, at: datetime) -> None:
    """Give a fact without `recorded_at` the time of import, and refuse times the wrong way round."""
    recorded_at, withdrawn_at = record.values["recorded_at"], record.values["withdrawn_at"]
    if recorded_at is None:
        # Withdrawn before it came here: it was never known here, and its two times keep their order.
        record.values["recorded_at"] = at if withdrawn_at is None else min(at, withdrawn_at)
    elif withdrawn_at is not None and withdrawn_at < recorded_at:
        raise record.wrong(
            '"withdrawn_at" lies before "recorded_at", and a fact is withdrawn after it was recorded. '
            "Correct one of them."
        )


def dumped_fact(fact: Any, people: Mapping[int, str]) -> Row:
    """The fact keys of a row that has IsFact's columns; `people` are the employer's ids by ours."""
    return {
        "recorded_at": fact.recorded_at,
        "withdrawn_at": fact.withdrawn_at,
        "recorded_by": people.get(fact.recorded_by_id),
        "withdrawn_by": people.get(fact.withdrawn_by_id),
        "withdrawal_reason": fact.withdrawal_reason,
    }


# --- Importing ----------------------------------------------------------------------------------------------


class Import:
    """One import: what has been read so far, and what is to be written.

    `at`: the time of import, which is the `recorded_at` of facts that carry none.
    Ids are given out here, in the order of the files: every table it fills was empty.
    """

    def __init__(self, session: Session, at: datetime, source: Source | None = None) -> None:
        self.at = at
        self.kept: dict[str, Any] = {}
        """What one kind leaves here for those that are read after it, by a name of its own."""
        self.files_used: set[str] = set()
        """The SHA-256 of the attachments that records have named."""
        self._source = source
        self._session = session
        self._ids: dict[str, dict[Hashable, int]] = {}
        self._last_id: dict[type[Base], int] = {}
        self._waiting: dict[type[Base], list[Row]] = {}
        self._count = 0

    def new_id(self, model: type[Base]) -> int:
        """The next id of `model`'s table, from 1."""
        self._last_id[model] = found = self._last_id.get(model, 0) + 1
        return found

    def add(self, model: type[Base], row: Row) -> None:
        """Write a row, by its columns' names, the same names each time. Rows it refers to are added before it."""
        waiting = self._waiting.get(model)
        if waiting is None:
            waiting = self._waiting[model] = []
        waiting.append(row)
        self._count += 1
        if self._count >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Send what waits, tables that others refer to first."""
        places = {table: place for place, table in enumerate(Base.metadata.sorted_tables)}
        for model in sorted(self._waiting, key=lambda model: places[_table(model)]):
            if self._waiting[model]:
                self._session.execute(insert(_table(model)), self._waiting[model])
        self._waiting.clear()
        self._count = 0

    def remember(self, kind: str, key: Hashable, id: int) -> None:
        """Under which id the record of `kind` with this key was written."""
        self._ids.setdefault(kind, {})[key] = id

    def known(self, kind: str) -> Mapping[Any, int]:
        """What has been remembered of `kind`: ids by key."""
        return self._ids.setdefault(kind, {})

    def find(self, record: Record, key: str, kind: str) -> int:
        """The id that the record's `key` refers to. Raises BundleError for an unknown one."""
        value = record.values[key]
        try:
            return self._ids[kind][value]
        except KeyError:
            raise self.unknown(record, key, kind, value) from None

    def find_optional(self, record: Record, key: str, kind: str) -> int | None:
        """Like `find`; None where the key is left out."""
        return None if record.values[key] is None else self.find(record, key, kind)

    def find_all(self, record: Record, key: str, kind: str) -> list[int]:
        """The ids that a list refers to; none where it is left out."""
        known = self.known(kind)
        found = []
        for value in record.values[key] or ():
            if value not in known:
                raise self.unknown(record, key, kind, value)
            found.append(known[value])
        return found

    def unknown(self, record: Record, key: str, kind: str, value: str) -> BundleError:
        """The error that `key` names something that is not in its file."""
        return record.wrong(
            f'"{key}" names "{value}", and {kind}.jsonl has no such record.'
            f"{nearest(value, self.known(kind))} Add it there, or correct it here."
        )

    def file(self, record: Record, sha256: str) -> bytes:
        """The attachment that the record names. Raises BundleError where it is missing or another."""
        if self._source is None:
            raise record.wrong("A file belongs to it, and there are none here. Import the whole bundle.")
        self.files_used.add(sha256)
        return attachment(self._source, sha256)

    def fact(self, record: Record) -> Row:
        """The columns of IsFact."""
        return {
            "recorded_at": record.values["recorded_at"],
            "withdrawn_at": record.values["withdrawn_at"],
            "recorded_by_id": self.find_optional(record, "recorded_by", "people"),
            "withdrawn_by_id": self.find_optional(record, "withdrawn_by", "people"),
            "withdrawal_reason": record.values["withdrawal_reason"],
        }


def import_bundle(
    session: Session, path: Path, kinds: Sequence[RecordKind], *, at: datetime, progress: Progress
) -> dict[str, int]:
    """Write all that the bundle at `path` holds into an empty site; the numbers of records by kind.

    Commits nothing: whoever calls ends the transaction, or rolls it back whole when BundleError is raised.
    `progress` is told how far it has come.
    """
    _lock(session, kinds)
    _refuse_filled_tables(session, kinds)
    with open_source(path) as source:
        expected = _manifest(source, kinds)
        present = _files(source, kinds)
        into = Import(session, at, source)
        counts: dict[str, int] = {}
        for kind in kinds:
            counts[kind.name] = 0
            if kind.file in present:
                counts[kind.name] = _import_kind(session, source, kind, into, progress)
            if expected.get(kind.name, counts[kind.name]) != counts[kind.name]:
                raise BundleError(
                    f"It counts {expected[kind.name]} records in {kind.file}, and there are {counts[kind.name]}. "
                    "The bundle is not whole, or was changed: fetch it again, or take the count out.",
                    file=MANIFEST,
                    line=1,
                )
        _refuse_files_of_nothing(present, into)
        _set_sequences(session, kinds)
    return counts


def _refuse_files_of_nothing(present: Iterable[str], into: Import) -> None:
    for name in sorted(present):
        if name.startswith(f"{FILES}/") and name.removeprefix(f"{FILES}/") not in into.files_used:
            raise BundleError("No record of this bundle refers to the file. Remove it.", file=name)


def _import_kind(session: Session, source: Source, kind: RecordKind, into: Import, progress: Progress) -> int:
    reading = _Reading(source, kind, into.at, progress)
    kind.load(session, reading, into)
    into.flush()
    progress(f"{kind.file}: {reading.count} read and written")
    return reading.count


class _Reading:
    """The records of one file, in turn, each looked at by itself."""

    def __init__(self, source: Source, kind: RecordKind, at: datetime, progress: Progress) -> None:
        self.count = 0
        self._source = source
        self._kind = kind
        self._at = at
        self._progress = progress
        self._keys = {key.name: key for key in kind.keys}
        # The same few dates, codes and ids come again and again: each is read once.
        self._readers: list[tuple[str, Key, dict[str, Any]]] = [(key.name, key, {}) for key in kind.keys]
        self._is_fact = "recorded_at" in self._keys

    def __iter__(self) -> Iterator[Record]:
        seen: set[int] = set()
        for line, content in lines(self._source, self._kind.file):
            record = self._record(line, content)
            # A number instead of the record itself: there may be millions.
            mark = hash(self._identity(record))
            if mark in seen:
                self._refuse_doubled(record)
            seen.add(mark)
            self.count += 1
            if self.count % PROGRESS_EVERY == 0:
                self._progress(f"{self._kind.file}: {self.count} so far")
            yield record

    def _record(self, line: int, content: bytes) -> Record:
        file = self._kind.file
        given = parse(content, file, line)
        if not given.keys() <= self._keys.keys():
            raise self._unknown_key(given, line)
        found: Row = {}
        for name, key, seen in self._readers:
            value = given.get(name)
            if value is None:
                if key.required or name in given:
                    self._check_absent(key, given, line)
                found[name] = None
            elif type(value) is str and value in seen:
                found[name] = seen[value]
            else:
                try:
                    found[name] = key.read(value)
                except Unreadable as problem:
                    raise BundleError(f'"{name}" {problem}', file=file, line=line) from None
                if type(value) is str and len(value) <= 60:
                    if len(seen) >= REMEMBERED:
                        seen.clear()
                    seen[value] = found[name]
        record = Record(file, line, found)
        if self._is_fact:
            complete_times(record, self._at)
        return record

    def _check_absent(self, key: Key, given: Row, line: int) -> None:
        if key.name not in given:
            if key.required:
                raise BundleError(f'The key "{key.name}" is missing. Add it.', file=self._kind.file, line=line)
        elif key.required or not key.nullable:
            cure = "Give it a value." if key.required else "Give it a value, or leave it out."
            raise BundleError(f'"{key.name}" is null. {cure}', file=self._kind.file, line=line)

    def _unknown_key(self, given: Row, line: int) -> BundleError:
        name = next(name for name in given if name not in self._keys)
        free = [known for known in self._keys if known not in given]
        shown = values.shortened(name)
        return BundleError(
            f'There is no key "{shown}" in {self._kind.file}.{nearest(name, free)} '
            f"Its keys are {', '.join(self._keys)}.",
            file=self._kind.file,
            line=line,
        )

    def _identity(self, record: Record) -> Hashable:
        names = self._kind.unique or self._keys
        identity = tuple([record.values[name] for name in names])
        try:
            hash(identity)
        except TypeError:
            return encode(identity)
        return identity

    def _refuse_doubled(self, record: Record) -> None:
        """Raise if a record before this one is the same; two that only look alike go on."""
        identity = self._identity(record)
        for line, content in lines(self._source, self._kind.file):
            if line >= record.line:
                return
            if self._identity(self._record(line, content)) == identity:
                what = " and ".join(f'the same "{name}"' for name in self._kind.unique) or "the same"
                raise record.wrong(f"Line {line} says {what} already. Remove one of the two.")


def _manifest(source: Source, kinds: Sequence[RecordKind]) -> dict[str, int]:
    """The counts that the manifest gives, by kind."""
    if MANIFEST not in source.names():
        raise BundleError(
            f'There is no {MANIFEST}. Add it: {{"format": "{FORMAT}", "version": {VERSION}}}', file=MANIFEST
        )
    with source.open(MANIFEST) as stream:
        content = stream.read(MAX_LINE_BYTES)
    check_beginning(content, MANIFEST)
    given = parse(content, MANIFEST, 1)

    def wrong(sentence: str, key: str) -> BundleError:
        place = content.find(f'"{key}"'.encode())
        return BundleError(sentence, file=MANIFEST, line=content.count(b"\n", 0, max(place, 0)) + 1)

    for key in given:
        if key not in MANIFEST_KEYS:
            raise wrong(
                f'There is no key "{values.shortened(key)}" in {MANIFEST}.{nearest(key, MANIFEST_KEYS)} '
                f"Its keys are {', '.join(MANIFEST_KEYS)}.",
                key,
            )
    if given.get("format") != FORMAT:
        raise wrong(f'"format" must be "{FORMAT}". This is no bundle of hmswiki, or the line was changed.', "format")
    version = given.get("version")
    if version != VERSION or not isinstance(version, int) or isinstance(version, bool):
        raise wrong(
            f'"version" must be {VERSION}, the only one that this release reads. '
            "Import the bundle with a newer release of hmswiki.",
            "version",
        )
    exporter = given.get("exported_by")
    if exporter is not None and not isinstance(exporter, str):
        raise wrong('"exported_by" must be a text in quotes.', "exported_by")
    return _counts(given.get("counts"), kinds, wrong)


def _counts(given: Any, kinds: Sequence[RecordKind], wrong: Callable[[str, str], BundleError]) -> dict[str, int]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise wrong('"counts" must be an object with a number for each file, like {"units.jsonl": 12}.', "counts")
    names = {kind.name for kind in kinds}
    found = {}
    for file, count in given.items():
        name = file.removesuffix(".jsonl")
        if name not in names:
            known = [kind.file for kind in kinds]
            raise wrong(
                f'"counts" names an unknown file "{values.shortened(file)}".{nearest(file, known)} Remove it.', file
            )
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise wrong(f'"counts" must give {file} a whole number, without quotes.', file)
        found[name] = count
    return found


def _files(source: Source, kinds: Sequence[RecordKind]) -> set[str]:
    """The names of the files that are there, when each is known."""
    known = {kind.file for kind in kinds}
    present = set(source.names()) - {MANIFEST}
    for name in sorted(present - known):
        if name.startswith(f"{FILES}/"):
            continue  # a record may name it
        shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
        raise BundleError(f"A bundle has no such file.{nearest(name, known)} Rename it or remove it.", file=shown)
    return present


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _tables(kinds: Sequence[RecordKind]) -> Iterator[tuple[RecordKind, Table]]:
    for kind in kinds:
        for model in kind.tables:
            yield kind, _table(model)


def _lock(session: Session, kinds: Sequence[RecordKind]) -> None:
    """Let nobody write the tables meanwhile. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(sorted({table.name for _, table in _tables(kinds)}))
        session.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))


def _refuse_filled_tables(session: Session, kinds: Sequence[RecordKind]) -> None:
    for kind, table in _tables(kinds):
        if session.execute(select(1).select_from(table).limit(1)).first() is not None:
            raise BundleError(
                f"This site holds {kind.name.replace('_', ' ')} already, and a bundle is not mixed with what is there. "
                "Import it into an empty database: give another HMSWIKI_DATABASE_URL."
            )


def _set_sequences(session: Session, kinds: Sequence[RecordKind]) -> None:
    """The next row that a page writes gets the id after the last one. SQLite sees to that by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for _, table in _tables(kinds):
        if table.autoincrement_column is not None:
            column = table.autoincrement_column
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            last = select(func.max(column)).scalar_subquery()
            session.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))


# --- Exporting ----------------------------------------------------------------------------------------------


def export_bundle(
    session: Session,
    path: Path,
    kinds: Sequence[RecordKind],
    *,
    with_secrets: bool,
    exported_by: str,
    progress: Progress,
) -> dict[str, int]:
    """Write the whole site as a bundle at `path`, all of one moment; the numbers of records by kind.

    `session` reads: whoever calls gives one that sees one moment throughout.
    """
    counts: dict[str, int] = {}
    with new_target(path) as target:
        for kind in kinds:
            if kind.secret and not with_secrets:
                continue
            counts[kind.name] = _export_kind(session, target, kind)
            if counts[kind.name]:
                progress(f"{kind.file}: {counts[kind.name]} written")
            for sha256, data in kind.dump_files(session) if kind.dump_files is not None else ():
                target.attach(sha256, data)
        manifest = {
            "counts": {f"{name}.jsonl": count for name, count in sorted(counts.items()) if count},
            "exported_by": exported_by,
            "format": FORMAT,
            "version": VERSION,
        }
        with target.file(MANIFEST) as write:
            write(encode(manifest) + "\n")
    return counts


def _export_kind(session: Session, target: Target, kind: RecordKind) -> int:
    count = 0
    last: Any = None
    batches = (sorted(_lines(kind, batch)) for batch in kind.dump(session))
    filled = (batch for batch in batches if batch)
    first = next(filled, None)
    if first is None:
        return 0
    with target.file(kind.file) as write:
        for batch in chain([first], filled):
            if last is not None and batch[0] < last:
                raise RuntimeError(f"{kind.name}: the batches of dump() are not in the order of sort_key")
            last = batch[-1]
            write("".join(line + "\n" for _, line in batch))
            count += len(batch)
    return count


def _lines(kind: RecordKind, rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Any, str]]:
    for row in rows:
        yield kind.sort_key(row), encode({key: value for key, value in row.items() if value is not None})
