"""Actions and what happened to them, in the bundle. How an action stands is put together anew at import."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hmswiki.actions import rules
from hmswiki.actions.models import Action, ActionEntry, EntryKind
from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundles import FACT_KEYS, Import, Key, Record, RecordKind, Row, by, dumped_fact
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.bundle import PERSON_ID, UNIT_CODE, people_keys, unit_codes
from hmswiki.organisation.models import Area


def uuid(value: Any) -> str:
    """A UUID as it is usually written: small letters, with hyphens."""
    text: str = values.key_up_to(36)(value)
    try:
        known = str(UUID(text))
    except ValueError:
        known = ""
    if known != text:
        raise values.Unreadable('is no UUID. Write one like "5f0c1b9e-6a53-4c1f-9a0e-3f6a1c2b7d10", in small letters.')
    return text


# --- Actions ------------------------------------------------------------------------------------------------


def load_actions(session: Session, records: Iterable[Record], into: Import) -> None:
    """Each with the entry that raised it, standing as it did then; its other entries move it on."""
    for record in records:
        if record["responsible"] is not None and record["role"] is not None:
            raise record.wrong('It has both "responsible" and "role", and one of them answers. Take one out.')
        if record["responsible"] is None and record["role"] is None:
            raise record.wrong('It lacks "responsible" (a person) or "role". Add the one that answers for it.')
        action_id = into.new_id(Action)
        into.remember("actions", record["id"], action_id)
        said = {"unit": into.find(record, "unit", "units"), "due_on": record["due_on"].isoformat()}
        said.update(_whose(record, into))
        raised = {
            "action_id": action_id, "kind": EntryKind.RAISED.value, "text": None, "values": said,
            "recorded_at": record["raised_at"] or into.at, "withdrawn_at": None,
            "recorded_by_id": into.find_optional(record, "raised_by", "people"), "withdrawn_by_id": None,
            "withdrawal_reason": None,
        }  # fmt: skip
        into.add(Action, {
            "id": action_id, "key": record["id"], "title": record["title"], "text": record["text"],
            "area_id": into.find_optional(record, "area", "areas"), "origin": record["origin"],
            "raised_at": raised["recorded_at"], "raised_by_id": raised["recorded_by_id"],
            **_columns([ActionEntry(**raised)]),
        })  # fmt: skip
        into.add(ActionEntry, {"id": into.new_id(ActionEntry), **raised})


def _whose(record: Record, into: Import) -> Row:
    if record["responsible"] is not None:
        return {"responsible": into.find(record, "responsible", "people")}
    return {"role": record["role"].value} if record["role"] is not None else {}


def _columns(entries: Iterable[ActionEntry]) -> Row:
    """How an action with these entries stands, as its columns hold it."""
    standing = rules.standing_of(entries)
    role = standing.responsible_role
    return {**asdict(standing), "state": standing.state.value, "responsible_role": role.value if role else None}


def dump_actions(session: Session) -> Iterator[list[Row]]:
    people, codes, areas = people_keys(session), unit_codes(session), _area_codes(session)
    raised = {
        row.action_id: row.values
        for row in session.execute(select(ActionEntry.__table__).where(ActionEntry.kind == EntryKind.RAISED))
    }
    yield [
        {
            "id": row.key, "title": row.title, "text": row.text, "area": areas.get(row.area_id), "origin": row.origin,
            "raised_at": row.raised_at, "raised_by": people.get(row.raised_by_id),
            **_named(raised[row.id], people, codes),
        }
        for row in session.execute(select(Action.__table__))
    ]  # fmt: skip


def _area_codes(session: Session) -> dict[int, str]:
    return {row.id: row.code for row in session.execute(select(Area.id, Area.code))}


def _named(said: Row, people: dict[int, str], codes: dict[int, str]) -> Row:
    """An entry's values, as a bundle writes them."""
    found: Row = {key: said.get(key) for key in ("role", "due_on", "done_on", "number", "url") if key in said}
    found.update((key, codes[said[key]]) for key in ("unit",) if key in said)
    found.update((key, people[said[key]]) for key in ("responsible", "left") if key in said)
    if "others" in said:
        found["others"] = sorted(codes[id] for id in said["others"])
    return found


# --- Entries ------------------------------------------------------------------------------------------------

# What an entry of each kind says beside its text: what it must say, and what it may.
_SAID: dict[EntryKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    EntryKind.COMMENTED: ((), ()),
    EntryKind.ASSIGNED: ((), ("responsible", "role")),
    EntryKind.RESCHEDULED: (("due_on",), ()),
    EntryKind.DONE: (("done_on",), ()),
    EntryKind.CHECKED: ((), ()),
    EntryKind.REOPENED: ((), ()),
    EntryKind.DROPPED: ((), ()),
    EntryKind.MOVED: ((), ("unit", "others", "role", "left")),
    EntryKind.ESCALATED: (("unit",), ()),
    EntryKind.CASE_NOTED: (("number",), ("url",)),
}
_ALL_SAID = ("unit", "others", "responsible", "role", "left", "due_on", "done_on", "number", "url")


def load_entries(session: Session, records: Iterable[Record], into: Import) -> None:
    found: dict[int, list[Record]] = defaultdict(list)
    for record in records:
        _check(record)
        found[into.find(record, "action", "actions")].append(record)
    into.flush()
    raised = {
        one.action_id: one
        for one in session.scalars(select(ActionEntry).where(ActionEntry.kind == EntryKind.RAISED))
        if one.action_id in found
    }
    stand = [
        {"id": action_id, **_columns(_add_entries(raised[action_id], told, into))} for action_id, told in found.items()
    ]
    session.expunge_all()
    if stand:
        session.execute(update(Action), stand)


def _check(record: Record) -> None:
    kind = record["kind"]
    if kind is EntryKind.RAISED:
        raise record.wrong('"kind" is "raised", and what raised an action stands in actions.jsonl. Take the entry out.')
    needed, possible = _SAID[kind]
    for key in _ALL_SAID:
        if record[key] is None and key in needed:
            raise record.wrong(f'An entry of the kind "{kind.value}" lacks the key "{key}". Add it.')
        if record[key] is not None and key not in (*needed, *possible):
            raise record.wrong(f'"{key}" says nothing in an entry of the kind "{kind.value}". Take it out.')
    if kind is EntryKind.ASSIGNED and (record["responsible"] is None) == (record["role"] is None):
        raise record.wrong('An entry of the kind "assigned" has either "responsible" or "role". Write one of them.')
    if kind is EntryKind.MOVED and record["unit"] is None and record["role"] is None:
        raise record.wrong('An entry of the kind "moved" says where it went: "unit", or "role", or both. Add one.')


def _add_entries(raised: ActionEntry, told: list[Record], into: Import) -> list[ActionEntry]:
    """Write what was told of one action, in its order; gives all its entries."""
    entries = [raised]
    for record in sorted(told, key=lambda record: int(record["no"])):
        if record["recorded_at"] < entries[-1].recorded_at:
            raise record.wrong(
                '"recorded_at" lies before that of the entry before it, and entries stand in their order. '
                'Correct the time, or "no".'
            )
        row = {
            "action_id": raised.action_id, "kind": record["kind"].value, "text": record["text"],
            "values": _values(record, into), **into.fact(record),
        }  # fmt: skip
        into.add(ActionEntry, {"id": into.new_id(ActionEntry), **row})
        entries.append(ActionEntry(**row))
    return entries


def _values(record: Record, into: Import) -> Row:
    said: Row = _whose(record, into)
    if record["unit"] is not None:
        said["unit"] = into.find(record, "unit", "units")
    if record["others"] is not None:
        said["others"] = into.find_all(record, "others", "units")
    if record["left"] is not None:
        said["left"] = into.find(record, "left", "people")
    said.update((key, record[key].isoformat()) for key in ("due_on", "done_on") if record[key] is not None)
    if record["kind"] is EntryKind.CASE_NOTED:
        said.update(number=record["number"], url=record["url"])
    return said


def dump_entries(session: Session) -> Iterator[list[Row]]:
    people, codes = people_keys(session), unit_codes(session)
    keys = {row.id: row.key for row in session.execute(select(Action.id, Action.key))}
    numbers: dict[int, int] = defaultdict(int)
    found = []
    for row in session.execute(select(ActionEntry.__table__).order_by(ActionEntry.recorded_at, ActionEntry.id)):
        numbers[row.action_id] += 1
        if row.kind != EntryKind.RAISED:
            found.append({
                "action": keys[row.action_id], "no": numbers[row.action_id], "kind": str(row.kind), "text": row.text,
                **_named(row.values, people, codes), **dumped_fact(row, people),
            })  # fmt: skip
    yield found


def _https(value: Any) -> str:
    text: str = values.text_up_to(2_000)(value)
    if not text.lower().startswith("https://"):
        raise values.Unreadable('is no address that can be linked to. It must begin with "https://".')
    return text


KINDS = (
    RecordKind(
        "actions",
        keys=(
            Key("id", uuid, required=True),
            Key("title", values.words, required=True),
            Key("text", values.text),
            Key("unit", UNIT_CODE, required=True),
            Key("area", values.key_up_to(100)),
            Key("responsible", PERSON_ID),
            Key("role", values.one_of(Role)),
            Key("due_on", values.day, required=True),
            Key("origin", values.key_up_to(200)),
            Key("raised_at", values.moment, nullable=False),
            Key("raised_by", PERSON_ID),
        ),
        load=load_actions, dump=dump_actions, sort_key=by("id"), tables=(Action,), unique=("id",),
    ),
    RecordKind(
        "action_entries",
        keys=(
            Key("action", uuid, required=True),
            Key("no", values.whole_number(2), required=True),
            Key("kind", values.one_of(EntryKind), required=True),
            Key("text", values.text),
            Key("unit", UNIT_CODE),
            Key("others", values.several(UNIT_CODE)),
            Key("responsible", PERSON_ID),
            Key("role", values.one_of(Role)),
            Key("left", PERSON_ID),
            Key("due_on", values.day),
            Key("done_on", values.day),
            Key("number", values.key_up_to(100)),
            Key("url", _https),
            *FACT_KEYS,
        ),
        load=load_entries, dump=dump_entries,
        sort_key=lambda row: (row["action"], row["no"]), tables=(ActionEntry,), unique=("action", "no"),
    ),
)  # fmt: skip
