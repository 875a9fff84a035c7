"""Units' supplements in the bundle: every edit, the withdrawn ones too."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists.bundle import CHECKLIST_KEY, checklist_keys, edition_numbers, find_edition
from hmswiki.checklists.models import EditKind, SupplementEdit
from hmswiki.checklists.supplement_content import UnreadableContent, content_of, edit_of
from hmswiki.checklists.supplements import Addition, AfterOwn, TakenUp
from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundles import (
    FACT_KEYS,
    Import,
    Key,
    Record,
    RecordKind,
    Row,
    by,
    complete_times,
    dumped_fact,
)
from hmswiki.organisation.bundle import UNIT_CODE, people_keys, unit_codes

_ID = values.key_up_to(36)

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def load_edits(session: Session, records: Iterable[Record], into: Import) -> None:
    ledgers: dict[str, tuple[str, str]] = {}
    mentioned: list[tuple[Record, str, str]] = []
    for record in records:
        complete_times(record, into.at)
        ledgers[record["id"]] = (record["checklist"], record["unit"])
        content, others = _content(record)
        mentioned += [(record, key, other) for key, other in others if other is not None]
        edit_id = into.new_id(SupplementEdit)
        into.remember("supplement_edits", (record["checklist"], record["id"]), edit_id)
        into.add(SupplementEdit, {
            "id": edit_id, "key": record["id"], "checklist_id": into.find(record, "checklist", "checklists"),
            "unit_id": into.find(record, "unit", "units"), "edition_id": find_edition(into, record),
            "kind": record["kind"].value, "replaces": record["replaces"], "content": content, **into.fact(record),
        })  # fmt: skip
    for record, key, other in mentioned:
        if ledgers.get(other) != (record["checklist"], record["unit"]):
            raise record.wrong(
                f'"{key}" names the edit "{other}", and the supplement of {record["unit"]} has none of that id. '
                "Add it, or correct the id here."
            )


def _content(record: Record) -> tuple[Row, list[tuple[str, str | None]]]:
    """What the edit says, as it is kept; and the other edits that it names."""
    try:
        edit = edit_of(record["kind"], record["content"], id=record["id"], of_edition=(1, 0), by=None, at=_ANY_TIME)
    except UnreadableContent as problem:
        raise record.wrong(f'"content" is not that of the kind "{record["kind"].value}". {problem}') from None
    others = [("replaces", record["replaces"])]
    if isinstance(edit, TakenUp):
        others.append(("addition", edit.addition))
    if isinstance(edit, Addition) and isinstance(edit.place, AfterOwn):
        others.append(("after_own", edit.place.addition))
    return content_of(edit), others


def dump_edits(session: Session) -> Iterator[list[Row]]:
    people, codes = people_keys(session), unit_codes(session)
    keys, numbers = checklist_keys(session), edition_numbers(session)
    yield [
        {
            "id": row.key, "checklist": keys[row.checklist_id], "unit": codes[row.unit_id],
            "edition": numbers[row.edition_id][1], "kind": str(row.kind), "replaces": row.replaces,
            "content": row.content, **dumped_fact(row, people),
        }
        for row in session.execute(select(SupplementEdit.__table__))
    ]  # fmt: skip


KINDS = (
    RecordKind(
        "supplement_edits",
        keys=(
            Key("id", _ID, required=True),
            Key("checklist", CHECKLIST_KEY, required=True),
            Key("unit", UNIT_CODE, required=True),
            Key("edition", values.edition_number, required=True),
            Key("kind", values.one_of(EditKind), required=True),
            Key("replaces", _ID),
            Key("content", values.some_object, required=True),
            *FACT_KEYS,
        ),
        load=load_edits, dump=dump_edits, sort_key=by("checklist", "unit", "recorded_at", "id"),
        tables=(SupplementEdit,), unique=("id",),
    ),
)  # fmt: skip
