"""Rounds in the bundle: rounds, findings, answers, photos with their files, and signatures.

Calendar addresses never travel: they are secrets, and each site gives its own.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions.bundle import uuid
from hmswiki.actions.models import Action
from hmswiki.checklists.bundle import CHECKLIST_KEY, checklist_keys
from hmswiki.checklists.models import ChecklistEdition
from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundles import FACT_KEYS, Import, Key, Record, RecordKind, Row, by, dumped_fact, in_batches
from hmswiki.foundation.errors import Refusal
from hmswiki.foundation.files import StoredFile
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.area_bundle import AREA_CODE, area_codes
from hmswiki.organisation.bundle import PERSON_ID, UNIT_CODE, people_keys, unit_codes
from hmswiki.rounds import asked as asking
from hmswiki.rounds import queries, rules
from hmswiki.rounds.asked import Asked
from hmswiki.rounds.models import Answer, Finding, Photo, Round, Seriousness, Signature
from hmswiki.rounds.photos import MEDIA_TYPE
from hmswiki.schedules.bundle import OCCURRENCE, SCHEDULE_KEY
from hmswiki.schedules.models import ScheduleRecord
from hmswiki.schedules.subjects import Subject

ITEM = values.key_up_to(120)

_ASKED = "rounds.asked"
"""Where an import keeps what each round asks, for the records of its answers."""


def _asked(value: Any) -> Row:
    """What a round asks, as data."""
    try:
        return asking.as_data(asking.from_data(values.some_object(value)))
    except ValueError as problem:
        raise values.Unreadable(f"cannot be what a round asks: {problem}") from None


# --- Rounds -------------------------------------------------------------------------------------------------


def load_rounds(session: Session, records: Iterable[Record], into: Import) -> None:
    asked_by_round: dict[str, Asked] = into.kept.setdefault(_ASKED, {})
    slots: dict[str, str] = {}
    for record in records:
        _check_round(record)
        round_id = into.new_id(Round)
        into.remember("rounds", record["id"], round_id)
        asked_by_round[record["id"]] = queries.read_asked(record["asked"])
        edition = (record["checklist"], record["edition"])
        checklist_id = into.find(record, "checklist", "checklists")
        if edition not in into.known("checklist_editions"):
            raise record.wrong(
                f'"edition" names "{record["edition"]}", and checklist_editions.jsonl has no such edition of '
                f'"{record["checklist"]}". Add it there, or correct it here.'
            )
        row = {
            "id": round_id, "key": record["id"], "checklist_id": checklist_id,
            "edition_id": into.known("checklist_editions")[edition], "asked": record["asked"],
            "schedule_id": into.find_optional(record, "schedule", "schedules"), "occurrence": record["occurrence"],
            "unit_id": into.find(record, "unit", "units"), "area_id": into.find_optional(record, "area", "areas"),
            "person_id": into.find_optional(record, "person", "people"), "started_at": record["started_at"],
            "started_by_id": into.find_optional(record, "started_by", "people"),
            "on_paper": bool(record["on_paper"]), "done_on": record["done_on"],
            "handed_in_at": record["handed_in_at"],
            "handed_in_by_id": into.find_optional(record, "handed_in_by", "people"),
            "abandoned_at": record["abandoned_at"],
            "abandoned_by_id": into.find_optional(record, "abandoned_by", "people"),
            "abandoned_because": record["abandoned_because"],
        }  # fmt: skip
        row["slot"] = _slot(row)
        if row["slot"] is not None and record["abandoned_at"] is None:
            if row["slot"] in slots:
                raise record.wrong(
                    f'The round "{slots[row["slot"]]}" is of the same occurrence, and there is one of each. '
                    "Take one out, or say when it was given up."
                )
            slots[row["slot"]] = record["id"]
        into.add(Round, row)


def _check_round(record: Record) -> None:
    if (record["schedule"] is None) != (record["occurrence"] is None):
        raise record.wrong('"schedule" and "occurrence" go together. Give both, or neither.')
    if record["handed_in_at"] is not None and record["done_on"] is None:
        raise record.wrong('It was handed in, and "done_on" is missing. Add the day on which it was done.')
    if record["handed_in_at"] is not None and record["abandoned_at"] is not None:
        raise record.wrong("It was handed in and given up. Take one of the two out.")
    if record["on_paper"] and record["done_on"] is None:
        raise record.wrong('It was written on paper, and "done_on" is missing. Add the day that stands on it.')
    if record["asked"]["edition"] != record["edition"]:
        raise record.wrong('"asked" is of another edition than "edition". Correct one of them.')
    if record["asked"]["checklist"]["key"] != record["checklist"]:
        raise record.wrong('"asked" is of another checklist than "checklist". Correct one of them.')


def _slot(row: Row) -> str | None:
    if row["schedule_id"] is None:
        return None
    if row["person_id"] is not None:
        subject = Subject(person_id=row["person_id"])
    elif row["area_id"] is not None:
        subject = Subject(area_id=row["area_id"])
    else:
        subject = Subject(unit_id=row["unit_id"])
    return queries.slot(row["schedule_id"], row["occurrence"], subject.slot)


def dump_rounds(session: Session) -> Iterator[list[Row]]:
    people, units, areas = people_keys(session), unit_codes(session), area_codes(session)
    checklists = checklist_keys(session)
    schedules = {row.id: row.key for row in session.execute(select(ScheduleRecord.id, ScheduleRecord.key))}
    editions = {
        row.id: f"{row.major}.{row.minor}"
        for row in session.execute(select(ChecklistEdition.id, ChecklistEdition.major, ChecklistEdition.minor))
    }
    # In batches: what many rounds ask does not fit into the memory at once.
    keys = session.scalars(select(Round.key).order_by(Round.key)).all()
    for batch in in_batches(sorted(keys)):
        yield [
            {
                "id": row.key, "checklist": checklists[row.checklist_id], "edition": editions[row.edition_id],
                "asked": row.asked, "schedule": schedules.get(row.schedule_id), "occurrence": row.occurrence,
                "unit": units[row.unit_id], "area": areas.get(row.area_id), "person": people.get(row.person_id),
                "started_at": row.started_at, "started_by": people.get(row.started_by_id),
                "on_paper": row.on_paper or None, "done_on": row.done_on, "handed_in_at": row.handed_in_at,
                "handed_in_by": people.get(row.handed_in_by_id), "abandoned_at": row.abandoned_at,
                "abandoned_by": people.get(row.abandoned_by_id), "abandoned_because": row.abandoned_because,
            }
            for row in session.execute(select(Round.__table__).where(Round.key.in_(batch)))
        ]  # fmt: skip


def _round_keys(session: Session) -> dict[int, str]:
    return {row.id: row.key for row in session.execute(select(Round.id, Round.key))}


# --- Findings -----------------------------------------------------------------------------------------------


def load_findings(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        _item_of(record, into)
        finding_id = into.new_id(Finding)
        into.remember("findings", record["id"], finding_id)
        into.add(Finding, {
            "id": finding_id, "key": record["id"], "round_id": into.find(record, "round", "rounds"),
            "item": record["item"], "answer": record["answer"], "unit_id": into.find(record, "unit", "units"),
            "area_id": into.find_optional(record, "area", "areas"), "text": record["text"],
            "seriousness": record["seriousness"].value if record["seriousness"] else None,
            "found_on": record["found_on"], "mended_on": record["mended_on"],
            "action_id": into.find_optional(record, "action", "actions"), **into.fact(record),
        })  # fmt: skip


def _item_of(record: Record, into: Import) -> tuple[Asked, str]:
    """What the record's round asks, and its item, which is one of it. Raises BundleError."""
    into.find(record, "round", "rounds")
    asked: Asked = into.kept[_ASKED][record["round"]]
    if record["item"] not in asked.by_key:
        raise record.wrong(
            f'"item" is "{record["item"]}", and its round asks no such item.'
            f"{values.nearest(record['item'], asked.by_key)} Correct it."
        )
    return asked, record["item"]


def dump_findings(session: Session) -> Iterator[list[Row]]:
    people, units, areas, rounds = (
        people_keys(session), unit_codes(session), area_codes(session), _round_keys(session)
    )  # fmt: skip
    actions = {row.id: row.key for row in session.execute(select(Action.id, Action.key))}
    yield [
        {
            "id": row.key, "round": rounds[row.round_id], "item": row.item, "answer": row.answer,
            "unit": units[row.unit_id], "area": areas.get(row.area_id), "text": row.text,
            "seriousness": row.seriousness, "found_on": row.found_on, "mended_on": row.mended_on,
            "action": actions.get(row.action_id), **dumped_fact(row, people),
        }
        for row in session.execute(select(Finding.__table__))
    ]  # fmt: skip


# --- Answers ------------------------------------------------------------------------------------------------


def _details(value: Any) -> Row | None:
    try:
        return rules.checked_details(values.anything(value))
    except Refusal as problem:
        raise values.Unreadable(f"cannot be what is told of a finding: {problem}") from None


def load_answers(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        if (record["item"] is None) == (record["finding"] is None):
            raise record.wrong('It answers one of "item" and "finding". Give one of them.')
        received_at = record["received_at"] or into.at
        if record["answered_at"] > received_at:
            raise record.wrong('"answered_at" lies after "received_at", and nothing arrives before it is given.')
        round_id = into.find(record, "round", "rounds")
        into.add(Answer, {
            "id": into.new_id(Answer), "key": record["id"], "round_id": round_id, "item": record["item"],
            "finding_id": into.find_optional(record, "finding", "findings"), "value": _value(record, into),
            "note": record["note"], "finding": record["details"], "answered_at": record["answered_at"],
            "recorded_at": received_at, "by_id": into.find_optional(record, "by", "people"),
            "reason": record["reason"],
        })  # fmt: skip


def _value(record: Record, into: Import) -> str | None:
    """The value, when it can be an answer. Raises BundleError."""
    try:
        if record["finding"] is not None:
            kept = rules.checked_still(record["value"])
        else:
            asked, item = _item_of(record, into)
            kept = rules.checked_value(asked.by_key[item].item, record["value"])
    except Refusal as problem:
        raise record.wrong(f'"value" cannot be: {problem}') from None
    if kept != record["value"]:
        raise record.wrong(f'"value" is kept as "{kept}". Write it so.')
    return kept


def dump_answers(session: Session) -> Iterator[list[Row]]:
    people, rounds = people_keys(session), _round_keys(session)
    findings = {row.id: row.key for row in session.execute(select(Finding.id, Finding.key))}
    by_key = {key: id for id, key in rounds.items()}
    for batch in in_batches(sorted(by_key)):
        yield [
            {
                "id": row.key, "round": rounds[row.round_id], "item": row.item,
                "finding": findings.get(row.finding_id), "value": row.value, "note": row.note,
                "details": row.finding, "answered_at": row.answered_at, "received_at": row.recorded_at,
                "by": people.get(row.by_id), "reason": row.reason,
            }
            for row in session.execute(select(Answer.__table__).where(Answer.round_id.in_([by_key[k] for k in batch])))
        ]  # fmt: skip


# --- Photos -------------------------------------------------------------------------------------------------

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)

_AT_ONCE = 50
"""Photos that are held in memory before they are written."""


def _sha256(value: Any) -> str:
    if not _SHA256.fullmatch(values.text(value)):
        raise values.Unreadable("is no SHA-256: 64 digits and letters from a to f. It is the file's name in files/.")
    return str(value)


def load_photos(session: Session, records: Iterable[Record], into: Import) -> None:
    waiting = 0
    for record in records:
        _item_of(record, into)
        sha256 = record["sha256"]
        if sha256 not in into.files_used:
            data = into.file(record, sha256)
            if not data.startswith(b"\xff\xd8\xff"):
                raise record.wrong(f"The photo files/{sha256} is no JPEG, and all that are kept are. Make it one.")
            into.add(StoredFile, {
                "sha256": sha256, "media_type": MEDIA_TYPE, "size": len(data), "data": data, "stored_at": into.at,
            })  # fmt: skip
            waiting += 1
        into.add(Photo, {
            "id": into.new_id(Photo), "key": record["id"], "round_id": into.find(record, "round", "rounds"),
            "item": record["item"], "sha256": sha256, "width": record["width"], "height": record["height"],
            "taken_at": record["taken_at"], **into.fact(record),
        })  # fmt: skip
        if waiting >= _AT_ONCE:
            into.flush()
            waiting = 0


def dump_photos(session: Session) -> Iterator[list[Row]]:
    people, rounds = people_keys(session), _round_keys(session)
    yield [
        {
            "id": row.key, "round": rounds[row.round_id], "item": row.item, "sha256": row.sha256,
            "width": row.width, "height": row.height, "taken_at": row.taken_at, **dumped_fact(row, people),
        }
        for row in session.execute(select(Photo.__table__))
    ]  # fmt: skip


def dump_photo_files(session: Session) -> Iterator[tuple[str, bytes]]:
    for sha256 in session.scalars(select(Photo.sha256).distinct().order_by(Photo.sha256)).all():
        yield sha256, session.scalars(select(StoredFile.data).where(StoredFile.sha256 == sha256)).one()


# --- Signatures ---------------------------------------------------------------------------------------------


def load_signatures(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        into.add(Signature, {
            "id": into.new_id(Signature), "round_id": into.find(record, "round", "rounds"),
            "role": record["role"].value, "person_id": into.find(record, "person", "people"), **into.fact(record),
        })  # fmt: skip


def dump_signatures(session: Session) -> Iterator[list[Row]]:
    people, rounds = people_keys(session), _round_keys(session)
    yield [
        {"round": rounds[row.round_id], "role": row.role, "person": people[row.person_id], **dumped_fact(row, people)}
        for row in session.execute(select(Signature.__table__))
    ]


KINDS = (
    RecordKind(
        name="rounds",
        keys=(
            Key("id", uuid, required=True), Key("checklist", CHECKLIST_KEY, required=True),
            Key("edition", values.edition_number, required=True), Key("asked", _asked, required=True),
            Key("schedule", SCHEDULE_KEY), Key("occurrence", OCCURRENCE), Key("unit", UNIT_CODE, required=True),
            Key("area", AREA_CODE), Key("person", PERSON_ID), Key("started_at", values.moment, required=True),
            Key("started_by", PERSON_ID), Key("on_paper", values.yes_or_no), Key("done_on", values.day),
            Key("handed_in_at", values.moment), Key("handed_in_by", PERSON_ID),
            Key("abandoned_at", values.moment), Key("abandoned_by", PERSON_ID),
            Key("abandoned_because", values.text),
        ),
        load=load_rounds, dump=dump_rounds, sort_key=by("id"), unique=("id",), tables=(Round,),
    ),
    RecordKind(
        name="findings",
        keys=(
            Key("id", uuid, required=True), Key("round", uuid, required=True), Key("item", ITEM, required=True),
            Key("answer", values.text, required=True), Key("unit", UNIT_CODE, required=True), Key("area", AREA_CODE),
            Key("text", values.text), Key("seriousness", values.one_of(Seriousness)),
            Key("found_on", values.day, required=True), Key("mended_on", values.day), Key("action", uuid), *FACT_KEYS,
        ),
        load=load_findings, dump=dump_findings, sort_key=by("round", "item", "recorded_at", "id"), unique=("id",),
        tables=(Finding,),
    ),
    RecordKind(
        name="answers",
        keys=(
            Key("id", uuid, required=True), Key("round", uuid, required=True), Key("item", ITEM),
            Key("finding", uuid), Key("value", values.text), Key("note", values.text), Key("details", _details),
            Key("answered_at", values.moment, required=True), Key("received_at", values.moment),
            Key("by", PERSON_ID), Key("reason", values.text),
        ),
        load=load_answers, dump=dump_answers, sort_key=by("round", "answered_at", "received_at", "id"),
        unique=("id",), tables=(Answer,),
    ),
    RecordKind(
        name="photos",
        keys=(
            Key("id", uuid, required=True), Key("round", uuid, required=True), Key("item", ITEM, required=True),
            Key("sha256", _sha256, required=True), Key("width", values.whole_number(1), required=True),
            Key("height", values.whole_number(1), required=True), Key("taken_at", values.moment, required=True),
            *FACT_KEYS,
        ),
        load=load_photos, dump=dump_photos, sort_key=by("round", "item", "taken_at", "id"), unique=("id",),
        tables=(Photo, StoredFile), dump_files=dump_photo_files,
    ),
    RecordKind(
        name="signatures",
        keys=(
            Key("round", uuid, required=True), Key("role", values.one_of(Role), required=True),
            Key("person", PERSON_ID, required=True), *FACT_KEYS,
        ),
        load=load_signatures, dump=dump_signatures, sort_key=by("round", "role", "person", "recorded_at"),
        tables=(Signature,),
    ),
)  # fmt: skip
