"""Who should know, and who says so, in the bundle: rollouts, acknowledgements, confirmations, questions, look-ups."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements.models import (
    Acknowledgement,
    Confirmation,
    ConfirmationAnswer,
    ConfirmationException,
    ConfirmationOnly,
    Evidence,
    NameLookup,
    NameLookupPerson,
    Question,
    QuestionKind,
    Reply,
    Rollout,
    RolloutUnit,
)
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
    in_batches,
)
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines.bundle import SLUG, edition_numbers, find_edition, slugs
from hmswiki.organisation.bundle import PERSON_ID, UNIT_CODE, check_period, people_keys, unit_codes

# --- Rollouts -----------------------------------------------------------------------------------------------


def load_rollouts(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        check_period(record, "from", "ended")
        rollout_id = into.new_id(Rollout)
        role, evidence = record["role"], record["evidence"] or Evidence.UNIT
        into.add(Rollout, {
            "id": rollout_id, "key": record["id"], "guideline_id": into.find(record, "guideline", "guidelines"),
            "role": None if role is None else role.value, "starts_on": record["from"], "ended": record["ended"],
            "due": record["due"], "evidence": evidence.value, "purpose": record["purpose"],
            "legal_basis": record["legal_basis"], "names_kept_until": record["names_kept_until"],
        })  # fmt: skip
        for unit_id in into.find_all(record, "units", "units"):
            into.add(RolloutUnit, {"rollout_id": rollout_id, "unit_id": unit_id})


def dump_rollouts(session: Session) -> Iterator[list[Row]]:
    names, codes = slugs(session), unit_codes(session)
    units = _grouped(session.execute(select(RolloutUnit.rollout_id, RolloutUnit.unit_id)), codes)
    yield [
        {
            "id": row.key, "guideline": names[row.guideline_id], "units": units.get(row.id, []),
            "role": None if row.role is None else str(row.role), "from": row.starts_on, "ended": row.ended,
            "due": row.due, "evidence": str(row.evidence), "purpose": row.purpose, "legal_basis": row.legal_basis,
            "names_kept_until": row.names_kept_until,
        }
        for row in session.execute(select(Rollout.__table__))
    ]  # fmt: skip


def _grouped(pairs: Iterable[Any], names: dict[int, str]) -> dict[int, list[str]]:
    """What each first id is joined with, by name and sorted."""
    found: dict[int, list[str]] = {}
    for first, second in pairs:
        found.setdefault(first, []).append(names[second])
    return {first: sorted(seconds) for first, seconds in found.items()}


# --- Acknowledgements ---------------------------------------------------------------------------------------


def load_acknowledgements(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        into.add(Acknowledgement, {
            "person_id": into.find(record, "person", "people"), "edition_id": find_edition(into, record),
            "acknowledged_on": record["acknowledged_on"], **into.fact(record),
        })  # fmt: skip


def dump_acknowledgements(session: Session) -> Iterator[list[Row]]:
    people, numbers = people_keys(session), edition_numbers(session)
    for batch in in_batches(people):
        rows = session.execute(select(Acknowledgement.__table__).where(Acknowledgement.person_id.in_(batch)))
        yield [
            {
                "person": people[row.person_id], **_edition(row, numbers),
                "acknowledged_on": row.acknowledged_on, **dumped_fact(row, people),
            }
            for row in rows
        ]  # fmt: skip


def _edition(row: Any, numbers: dict[int, tuple[str, str]]) -> Row:
    slug, number = numbers[row.edition_id]
    return {"guideline": slug, "edition": number}


# --- Confirmations ------------------------------------------------------------------------------------------


def load_confirmations(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        confirmation_id = into.new_id(Confirmation)
        into.add(Confirmation, {
            "id": confirmation_id, "unit_id": into.find(record, "unit", "units"),
            "edition_id": find_edition(into, record), "informed_on": record["informed_on"],
            "answer": record["answer"].value, "names_only": record["only"] is not None, "method": record["method"],
            "note": record["note"], "newcomer_routine": record["newcomer_routine"],
            "confirmed_by_id": into.find_optional(record, "confirmed_by", "people"), **into.fact(record),
        })  # fmt: skip
        for person_id in into.find_all(record, "except", "people"):
            into.add(ConfirmationException, {"confirmation_id": confirmation_id, "person_id": person_id})
        for person_id in into.find_all(record, "only", "people"):
            into.add(ConfirmationOnly, {"confirmation_id": confirmation_id, "person_id": person_id})


def dump_confirmations(session: Session) -> Iterator[list[Row]]:
    people, numbers, codes = people_keys(session), edition_numbers(session), unit_codes(session)
    for batch in in_batches(sorted(codes, key=lambda id: codes[id]), 50):
        excepted = _grouped(_named(session, ConfirmationException, batch), people)
        only = _grouped(_named(session, ConfirmationOnly, batch), people)
        yield [
            {
                "unit": codes[row.unit_id], **_edition(row, numbers),
                "informed_on": row.informed_on, "answer": str(row.answer), "except": excepted.get(row.id),
                "only": only.get(row.id, []) if row.names_only else None, "method": row.method, "note": row.note,
                "newcomer_routine": row.newcomer_routine, "confirmed_by": people.get(row.confirmed_by_id),
                **dumped_fact(row, people),
            }
            for row in session.execute(
                select(Confirmation.__table__).where(Confirmation.unit_id.in_(batch))
            )
        ]  # fmt: skip


def _named(
    session: Session, table: type[ConfirmationException] | type[ConfirmationOnly], unit_ids: list[int]
) -> Iterable[Any]:
    """Confirmation and person, for the confirmations of these units."""
    here = select(Confirmation.id).where(Confirmation.unit_id.in_(unit_ids))
    return session.execute(select(table.confirmation_id, table.person_id).where(table.confirmation_id.in_(here)))


# --- Questions ----------------------------------------------------------------------------------------------


def _replies(value: Any) -> list[Row]:
    found = []
    for one in values.as_list(value):
        given = values.as_object(one, required=("text",), optional=[key.name for key in FACT_KEYS])
        reply: Row = {"text": values.text(given["text"])}
        for key in FACT_KEYS:
            try:
                reply[key.name] = None if given.get(key.name) is None else key.read(given[key.name])
            except values.Unreadable as problem:
                raise values.Unreadable(f'holds "{key.name}", which {problem}') from None
        found.append(reply)
    return found


def load_questions(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        question_id = into.new_id(Question)
        into.add(Question, {
            "id": question_id, "person_id": into.find(record, "person", "people"),
            "unit_id": into.find(record, "unit", "units"), "edition_id": find_edition(into, record),
            "kind": record["kind"].value, "text": record["text"] or "", **into.fact(record),
        })  # fmt: skip
        for reply in record["replies"] or ():
            said = Record(record.file, record.line, reply)
            complete_times(said, into.at)
            into.add(Reply, {"question_id": question_id, "text": reply["text"], **into.fact(said)})


def dump_questions(session: Session) -> Iterator[list[Row]]:
    people, numbers, codes = people_keys(session), edition_numbers(session), unit_codes(session)
    replies: dict[int, list[Row]] = {}
    for row in session.execute(select(Reply.__table__)):
        said = {key: value for key, value in dumped_fact(row, people).items() if value is not None}
        replies.setdefault(row.question_id, []).append({"text": row.text, **said})
    place = by("recorded_at", "text", "recorded_by", "withdrawn_at", "withdrawn_by", "withdrawal_reason")
    yield [
        {
            "person": people[row.person_id], "unit": codes[row.unit_id], **_edition(row, numbers),
            "kind": str(row.kind), "text": row.text or None,
            "replies": sorted(replies[row.id], key=place) if row.id in replies else None, **dumped_fact(row, people),
        }
        for row in session.execute(select(Question.__table__))
    ]  # fmt: skip


# --- Look-ups of names --------------------------------------------------------------------------------------


def load_name_lookups(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        lookup_id = into.new_id(NameLookup)
        into.add(NameLookup, {
            "id": lookup_id, "viewer_id": into.find(record, "viewer", "people"),
            "unit_id": into.find(record, "unit", "units"),
            "guideline_id": into.find(record, "guideline", "guidelines"),
            "what": record["what"], "looked_at": record["looked_at"],
        })  # fmt: skip
        for person_id in into.find_all(record, "people", "people"):
            into.add(NameLookupPerson, {"lookup_id": lookup_id, "person_id": person_id})


def dump_name_lookups(session: Session) -> Iterator[list[Row]]:
    people, names, codes = people_keys(session), slugs(session), unit_codes(session)
    for batch in in_batches(people, 100):
        here = select(NameLookup.id).where(NameLookup.viewer_id.in_(batch))
        shown = _grouped(
            session.execute(
                select(NameLookupPerson.lookup_id, NameLookupPerson.person_id).where(
                    NameLookupPerson.lookup_id.in_(here)
                )
            ),
            people,
        )
        yield [
            {
                "viewer": people[row.viewer_id], "unit": codes[row.unit_id], "guideline": names[row.guideline_id],
                "what": row.what, "looked_at": row.looked_at, "people": shown.get(row.id),
            }
            for row in session.execute(select(NameLookup.__table__).where(NameLookup.viewer_id.in_(batch)))
        ]  # fmt: skip


KINDS = (
    RecordKind(
        "rollouts",
        keys=(
            Key("id", values.key_up_to(200), required=True),
            Key("guideline", SLUG, required=True),
            Key("units", values.several(UNIT_CODE), required=True),
            Key("role", values.one_of(Role)),
            Key("from", values.day, required=True),
            Key("ended", values.day),
            Key("due", values.day),
            Key("evidence", values.one_of(Evidence)),
            Key("purpose", values.text),
            Key("legal_basis", values.text),
            Key("names_kept_until", values.day),
        ),
        load=load_rollouts, dump=dump_rollouts, sort_key=by("id"), tables=(Rollout, RolloutUnit), unique=("id",),
    ),
    RecordKind(
        "acknowledgements",
        keys=(
            Key("person", PERSON_ID, required=True),
            Key("guideline", SLUG, required=True),
            Key("edition", values.edition_number, required=True),
            Key("acknowledged_on", values.day, required=True),
            *FACT_KEYS,
        ),
        load=load_acknowledgements, dump=dump_acknowledgements,
        sort_key=by("person", "guideline", "edition", "acknowledged_on", "recorded_at"), tables=(Acknowledgement,),
    ),
    RecordKind(
        "confirmations",
        keys=(
            Key("unit", UNIT_CODE, required=True),
            Key("guideline", SLUG, required=True),
            Key("edition", values.edition_number, required=True),
            Key("informed_on", values.day, required=True),
            Key("answer", values.one_of(ConfirmationAnswer), required=True),
            Key("except", values.several(PERSON_ID)),
            Key("only", values.several(PERSON_ID)),
            Key("method", values.text),
            Key("note", values.text),
            Key("newcomer_routine", values.text),
            Key("confirmed_by", PERSON_ID),
            *FACT_KEYS,
        ),
        load=load_confirmations, dump=dump_confirmations,
        sort_key=by("unit", "guideline", "edition", "informed_on", "recorded_at"),
        tables=(Confirmation, ConfirmationException, ConfirmationOnly),
    ),
    RecordKind(
        "questions",
        keys=(
            Key("person", PERSON_ID, required=True),
            Key("unit", UNIT_CODE, required=True),
            Key("guideline", SLUG, required=True),
            Key("edition", values.edition_number, required=True),
            Key("kind", values.one_of(QuestionKind), required=True),
            Key("text", values.text),
            Key("replies", _replies),
            *FACT_KEYS,
        ),
        load=load_questions, dump=dump_questions,
        sort_key=by("person", "unit", "guideline", "edition", "kind", "recorded_at"), tables=(Question, Reply),
    ),
    RecordKind(
        "name_lookups",
        keys=(
            Key("viewer", PERSON_ID, required=True),
            Key("unit", UNIT_CODE, required=True),
            Key("guideline", SLUG, required=True),
            Key("what", values.key_up_to(20), required=True),
            Key("looked_at", values.moment, required=True),
            Key("people", values.several(PERSON_ID)),
        ),
        load=load_name_lookups, dump=dump_name_lookups,
        sort_key=by("viewer", "looked_at", "unit", "guideline", "what"), tables=(NameLookup, NameLookupPerson),
    ),
)  # fmt: skip
