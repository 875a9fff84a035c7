"""Reminders in the bundle, so that a site that moved writes to nobody twice in a week."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundles import (
    FACT_KEYS,
    Import,
    Key,
    Record,
    RecordKind,
    Row,
    by,
    dumped_fact,
    in_batches,
)
from hmswiki.organisation.bundle import PERSON_ID, people_keys
from hmswiki.reminders.models import Reminder, ReminderRequest, ReminderState

_WEEK = values.key_up_to(8)


def load_reminders(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        into.add(Reminder, {
            "person_id": into.find(record, "person", "people"), "week": record["week"],
            "state": record["state"].value, "claimed_at": record["claimed_at"], "claimed_by": "import",
            "message_id": record["message_id"], "sent_at": record["sent_at"], "lines": list(record["about"] or ()),
            "problem": record["problem"],
        })  # fmt: skip


def dump_reminders(session: Session) -> Iterator[list[Row]]:
    people = people_keys(session)
    for batch in in_batches(people):
        yield [
            {
                "person": people[row.person_id], "week": row.week, "state": str(row.state),
                "claimed_at": row.claimed_at, "message_id": row.message_id, "sent_at": row.sent_at,
                "about": row.lines or None, "problem": row.problem,
            }
            for row in session.execute(select(Reminder.__table__).where(Reminder.person_id.in_(batch)))
        ]  # fmt: skip


def load_requests(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        into.add(ReminderRequest, {
            "person_id": into.find(record, "person", "people"), "key": record["about"], **into.fact(record),
        })  # fmt: skip


def dump_requests(session: Session) -> Iterator[list[Row]]:
    people = people_keys(session)
    yield [
        {"person": people[row.person_id], "about": row.key, **dumped_fact(row, people)}
        for row in session.execute(select(ReminderRequest.__table__))
    ]


KINDS = (
    RecordKind(
        name="reminders",
        keys=(
            Key("person", PERSON_ID, required=True),
            Key("week", _WEEK, required=True),
            Key("state", values.one_of(ReminderState), required=True),
            Key("claimed_at", values.moment, required=True),
            Key("message_id", values.text, required=True),
            Key("sent_at", values.moment),
            Key("about", values.several(values.text)),
            Key("problem", values.text),
        ),
        load=load_reminders,
        dump=dump_reminders,
        sort_key=by("person", "week"),
        tables=(Reminder,),
        unique=("person", "week"),
    ),
    RecordKind(
        name="reminder_requests",
        keys=(
            Key("person", PERSON_ID, required=True),
            Key("about", values.key_up_to(300), required=True),
            *FACT_KEYS,
        ),
        load=load_requests,
        dump=dump_requests,
        sort_key=by("person", "about", "recorded_at"),
        tables=(ReminderRequest,),
    ),
)
