"""Publications and letters in the bundle, so that a site that moved shows the same page and writes to nobody twice."""

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions.bundle import uuid
from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundles import FACT_KEYS, Import, Key, Record, RecordKind, Row, by, dumped_fact
from hmswiki.foundation.errors import TooLarge
from hmswiki.organisation.bundle import PERSON_ID, people_keys
from hmswiki.outcomes import markdown
from hmswiki.outcomes.document import from_json
from hmswiki.outcomes.files import Form
from hmswiki.outcomes.models import Letter, LetterKind, LetterState, Publication
from hmswiki.workshops.models import Workshop


def load_publications(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        try:
            from_json(record["document"])
        except (KeyError, TypeError, ValueError) as problem:
            raise record.wrong(
                f'"document" is not as an export writes it ({problem}). Take it from the export of the old site.'
            ) from None
        try:
            # Made anew, never taken from the file: what is shown as a page is what our renderer lets through.
            html = markdown.as_page(record["text"])
        except TooLarge as problem:
            raise record.wrong(f'"text" is too long for a page: {problem}') from None
        into.add(Publication, {
            "workshop_id": into.find(record, "workshop", "workshops"), "number": record["number"],
            "language": record["language"], "title": record["title"], "body": record["text"], "html": html,
            "document": record["document"], **into.fact(record),
        })  # fmt: skip


def dump_publications(session: Session) -> Iterator[list[Row]]:
    people, workshops = people_keys(session), _workshops(session)
    yield [
        {
            "workshop": workshops[row.workshop_id], "number": row.number, "language": row.language,
            "title": row.title, "text": row.body, "document": row.document, **dumped_fact(row, people),
        }
        for row in session.execute(select(Publication.__table__))
    ]  # fmt: skip


_ABOUT = {
    LetterKind.NOTES: re.compile(r"notes:[1-9][0-9]*"),
    LetterKind.HAND_IN: re.compile(r"hand_in:[^:]+:[1-9][0-9]{0,8}:[^:]+"),
}


def load_letters(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        if not _ABOUT[record["kind"]].fullmatch(record["about"]) or (
            record["kind"] is LetterKind.NOTES and record["form"] is None
        ):
            raise record.wrong(
                '"about" and "form" do not say what to send. A letter with notes is about "notes:" and the number of a '
                'publication and has a "form"; one that asks for a note is about "hand_in:" with the task, the group '
                "and a key. Take the record from the export of the old site."
            )
        into.add(Letter, {
            "workshop_id": into.find(record, "workshop", "workshops"), "kind": record["kind"].value,
            "about": record["about"], "person_id": into.find_optional(record, "person", "people"),
            "name": record["name"] or "", "address": record["address"],
            "form": record["form"].value if record["form"] else None, "asked_at": record["asked_at"],
            "asked_by_id": into.find_optional(record, "asked_by", "people"), "state": record["state"].value,
            "claimed_at": record["claimed_at"], "claimed_by": "import" if record["claimed_at"] else None,
            "message_id": record["message_id"], "sent_at": record["sent_at"], "problem": record["problem"],
        })  # fmt: skip


def dump_letters(session: Session) -> Iterator[list[Row]]:
    people, workshops = people_keys(session), _workshops(session)
    yield [
        {
            "workshop": workshops[row.workshop_id], "kind": str(row.kind), "about": row.about,
            "person": people.get(row.person_id), "name": row.name or None, "address": row.address, "form": row.form,
            "asked_at": row.asked_at, "asked_by": people.get(row.asked_by_id), "state": str(row.state),
            "claimed_at": row.claimed_at, "message_id": row.message_id, "sent_at": row.sent_at,
            "problem": row.problem,
        }
        for row in session.execute(select(Letter.__table__))
    ]  # fmt: skip


def _workshops(session: Session) -> dict[int, str]:
    return {row.id: row.key for row in session.execute(select(Workshop.id, Workshop.key))}


KINDS = (
    RecordKind(
        name="publications",
        keys=(
            Key("workshop", uuid, required=True), Key("number", values.whole_number(1), required=True),
            Key("language", values.language, required=True), Key("title", values.text, required=True),
            Key("text", values.text, required=True),
            Key("document", lambda value: values.some_object(values.anything(value)), required=True), *FACT_KEYS,
        ),
        load=load_publications, dump=dump_publications, sort_key=lambda row: (row["workshop"], row["number"]),
        unique=("workshop", "number"), tables=(Publication,),
    ),
    RecordKind(
        name="workshop_letters",
        keys=(
            Key("workshop", uuid, required=True), Key("kind", values.one_of(LetterKind), required=True),
            Key("about", values.key_up_to(100), required=True), Key("person", PERSON_ID), Key("name", values.text),
            Key("address", values.key_up_to(320), required=True), Key("form", values.one_of(Form)),
            Key("asked_at", values.moment, required=True), Key("asked_by", PERSON_ID),
            Key("state", values.one_of(LetterState), required=True), Key("claimed_at", values.moment),
            Key("message_id", values.text), Key("sent_at", values.moment), Key("problem", values.text),
        ),
        load=load_letters, dump=dump_letters, sort_key=by("workshop", "about", "address"),
        unique=("workshop", "about", "address"), tables=(Letter,),
    ),
)  # fmt: skip
