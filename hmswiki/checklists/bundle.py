"""Checklists in the bundle: checklists, their editions and drafts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists import drafting, parsing
from hmswiki.checklists.models import ChecklistDraft, ChecklistDraftWriter, ChecklistEdition, ChecklistRecord
from hmswiki.checklists.template import MAX_KEY
from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundle_files import BundleError
from hmswiki.foundation.bundles import Import, Key, Record, RecordKind, Row, by
from hmswiki.guidelines.models import DraftState
from hmswiki.organisation.bundle import PERSON_ID, people_keys

CHECKLIST_KEY = values.key_up_to(MAX_KEY)

# --- Checklists ---------------------------------------------------------------------------------------------


def load_checklists(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        checklist_id = into.new_id(ChecklistRecord)
        into.remember("checklists", record["key"], checklist_id)
        into.add(ChecklistRecord, {"id": checklist_id, "key": record["key"], "retired_on": record["retired_on"]})


def dump_checklists(session: Session) -> Iterator[list[Row]]:
    yield [
        {"key": row.key, "retired_on": row.retired_on} for row in session.execute(select(ChecklistRecord.__table__))
    ]  # fmt: skip


def checklist_keys(session: Session) -> dict[int, str]:
    """Keys by id."""
    return {row.id: row.key for row in session.execute(select(ChecklistRecord.id, ChecklistRecord.key))}


# --- Editions -----------------------------------------------------------------------------------------------


def content(value: Any) -> Row:
    """A checklist without a flaw, as plain data."""
    found, flaws = parsing.parse(values.some_object(value))
    if found is None:
        at = ".".join(str(part) for part in flaws[0].place)
        raise values.Unreadable(f'is no checklist. At "{at}": {flaws[0]}')
    return parsing.as_data(found)


def load_editions(session: Session, records: Iterable[Record], into: Import) -> None:
    places: dict[str, list[tuple[date, int, int, int]]] = {}
    file = ""
    for record in records:
        file, said = record.file, record["content"]
        if said["key"] != record["checklist"]:
            raise record.wrong(
                f'Its content has the key "{said["key"]}", and "checklist" names "{record["checklist"]}". Correct one.'
            )
        edition_id = into.new_id(ChecklistEdition)
        major, minor = map(int, record["number"].split("."))
        into.remember("checklist_editions", (record["checklist"], record["number"]), edition_id)
        into.add(ChecklistEdition, {
            "id": edition_id, "checklist_id": into.find(record, "checklist", "checklists"),
            "major": major, "minor": minor, "published_on": record["published_on"], "summary": record["summary"],
            "title": said["title"], "guidelines": said.get("guidelines", []), "content": said,
            "written_by_id": into.find_optional(record, "written_by", "people"),
            "approved_by_id": into.find_optional(record, "approved_by", "people"),
        })  # fmt: skip
        places.setdefault(record["checklist"], []).append((record["published_on"], major, minor, record.line))
    for key, found in places.items():
        _check_order(key, sorted(found), file)


def _check_order(key: str, places: list[tuple[date, int, int, int]], file: str) -> None:
    """Raise unless numbers rise with the days."""
    for before, after in zip(places, places[1:], strict=False):
        if after[1:3] <= before[1:3]:
            raise BundleError(
                f'Edition {after[1]}.{after[2]} of "{key}" is published on {after[0]}, after edition '
                f"{before[1]}.{before[2]} of {before[0]} (line {before[3]}), and numbers rise with the days. "
                "Correct a number or a day.",
                file=file,
                line=after[3],
            )


def dump_editions(session: Session) -> Iterator[list[Row]]:
    people, keys = people_keys(session), checklist_keys(session)
    yield [
        {
            "checklist": keys[row.checklist_id], "number": f"{row.major}.{row.minor}",
            "published_on": row.published_on, "summary": row.summary, "content": row.content,
            "written_by": people.get(row.written_by_id), "approved_by": people.get(row.approved_by_id),
        }
        for row in session.execute(select(ChecklistEdition.__table__))
    ]  # fmt: skip


def _edition_place(row: Mapping[str, Any]) -> tuple[str, int, int]:
    major, minor = row["number"].split(".")
    return (row["checklist"], int(major), int(minor))


def edition_numbers(session: Session) -> dict[int, tuple[str, str]]:
    """The checklist's key and the number, by the edition's id."""
    keys = checklist_keys(session)
    return {
        id: (keys[checklist_id], f"{major}.{minor}")
        for id, checklist_id, major, minor in session.execute(
            select(ChecklistEdition.id, ChecklistEdition.checklist_id, ChecklistEdition.major, ChecklistEdition.minor)
        )
    }


def find_edition(into: Import, record: Record, key: str = "edition") -> int:
    """The id of the edition that a record names by `checklist` and number. Raises BundleError for an unknown one."""
    checklist, number = record["checklist"], record[key]
    found = into.known("checklist_editions").get((checklist, number))
    if found is None:
        into.find(record, "checklist", "checklists")
        known = [edition for other, edition in into.known("checklist_editions") if other == checklist]
        hint = f"Its editions are {', '.join(known[:20])}." if known else "It has no edition at all."
        raise record.wrong(
            f'"{key}" names edition {number} of "{checklist}", and checklist_editions.jsonl has no such record. {hint} '
            "Add it there, or correct it here."
        )
    return found


# --- Drafts -------------------------------------------------------------------------------------------------


def draft_content(value: Any) -> Row:
    """What is being written: a checklist that may have flaws, or YAML that cannot be taken in yet."""
    found = values.some_object(value)
    if not drafting.is_editable(found):
        raise values.Unreadable(
            'is no draft of a checklist. Write the keys of a checklist, or {"yaml": "the text"} for one with mistakes.'
        )
    return found


def taken_up(value: Any) -> list[Row]:
    """The units' items in a draft."""
    found = []
    for each in values.as_list(value):
        given = values.as_object(each, required=("addition", "item"))
        found.append({"addition": values.key_up_to(36)(given["addition"]), "item": CHECKLIST_KEY(given["item"])})
    return found


def load_drafts(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        draft_id = into.new_id(ChecklistDraft)
        if record["checklist"] is None and (record["base_edition"] or record["edition"]):
            raise record.wrong('It names an edition and no checklist. Say which in "checklist".')
        into.add(ChecklistDraft, {
            "id": draft_id, "key": record["key"],
            "checklist_id": into.find_optional(record, "checklist", "checklists"),
            "base_edition_id": find_edition(into, record, "base_edition") if record["base_edition"] else None,
            "state": record["state"].value, "version": record["version"] or 1, "content": record["content"],
            "summary": record["summary"], "comment": record["comment"],
            "created_at": record["created_at"], "saved_at": record["saved_at"], "sent_at": record["sent_at"],
            "sent_by_id": into.find_optional(record, "sent_by", "people"),
            "edition_id": find_edition(into, record) if record["edition"] else None,
            "taken_up": record["taken_up"] or [],
        })  # fmt: skip
        for each in record["taken_up"] or ():
            if (record["checklist"], each["addition"]) not in into.known("supplement_edits"):
                raise record.wrong(
                    f'"taken_up" names the edit "{each["addition"]}", and supplement_edits.jsonl has none of that id '
                    f'for "{record["checklist"]}". Add it there, or correct it here.'
                )
        for person_id in into.find_all(record, "writers", "people"):
            into.add(ChecklistDraftWriter, {"draft_id": draft_id, "person_id": person_id})


def dump_drafts(session: Session) -> Iterator[list[Row]]:
    people, keys, numbers = people_keys(session), checklist_keys(session), edition_numbers(session)
    writers: dict[int, list[str]] = {}
    for row in session.execute(select(ChecklistDraftWriter.__table__)):
        writers.setdefault(row.draft_id, []).append(people[row.person_id])
    yield [
        {
            "key": row.key, "checklist": keys.get(row.checklist_id),
            "base_edition": numbers[row.base_edition_id][1] if row.base_edition_id else None,
            "state": str(row.state), "version": row.version, "content": row.content, "summary": row.summary,
            "comment": row.comment, "writers": sorted(writers[row.id]) if row.id in writers else None,
            "created_at": row.created_at, "saved_at": row.saved_at, "sent_at": row.sent_at,
            "sent_by": people.get(row.sent_by_id),
            "edition": numbers[row.edition_id][1] if row.edition_id else None, "taken_up": row.taken_up or None,
        }
        for row in session.execute(select(ChecklistDraft.__table__))
    ]  # fmt: skip


KINDS = (
    RecordKind(
        "checklists",
        keys=(Key("key", CHECKLIST_KEY, required=True), Key("retired_on", values.day)),
        load=load_checklists, dump=dump_checklists, sort_key=by("key"), tables=(ChecklistRecord,), unique=("key",),
    ),
    RecordKind(
        "checklist_editions",
        keys=(
            Key("checklist", CHECKLIST_KEY, required=True),
            Key("number", values.edition_number, required=True),
            Key("published_on", values.day, required=True),
            Key("summary", values.wording_or_nothing),
            Key("content", content, required=True),
            Key("written_by", PERSON_ID),
            Key("approved_by", PERSON_ID),
        ),
        load=load_editions, dump=dump_editions, sort_key=_edition_place, tables=(ChecklistEdition,),
        unique=("checklist", "number"),
    ),
)  # fmt: skip

# They name units' edits, and so come after those.
DRAFT_KINDS = (
    RecordKind(
        "checklist_drafts",
        keys=(
            Key("key", CHECKLIST_KEY, required=True),
            Key("checklist", CHECKLIST_KEY),
            Key("base_edition", values.edition_number),
            Key("state", values.one_of(DraftState), required=True),
            Key("version", values.whole_number(1)),
            Key("content", draft_content, required=True),
            Key("summary", values.wording_or_nothing),
            Key("comment", values.text),
            Key("writers", values.several(PERSON_ID)),
            Key("created_at", values.moment, required=True),
            Key("saved_at", values.moment, required=True),
            Key("sent_at", values.moment),
            Key("sent_by", PERSON_ID),
            Key("edition", values.edition_number),
            Key("taken_up", taken_up),
        ),
        load=load_drafts, dump=dump_drafts, sort_key=by("key", "created_at"),
        tables=(ChecklistDraft, ChecklistDraftWriter),
    ),
)  # fmt: skip
