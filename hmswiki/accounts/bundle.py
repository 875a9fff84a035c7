"""Accounts in the bundle: who has a way in, and the hash of the password. Only with `--with-credentials`.

Sessions, links and failed tries never travel.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.accounts.models import Account
from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundle_values import Unreadable
from hmswiki.foundation.bundles import Import, Key, Record, RecordKind, Row, by
from hmswiki.organisation.models import Person


def password_hash(value: Any) -> str:
    """A hash by scrypt, written `scrypt:N:r:p$salt$hash`."""
    text = values.text(value)
    method, _, rest = text.partition("$")
    parts = method.split(":")
    numbers = [int(part) for part in parts[1:] if part.isascii() and part.isdigit() and len(part) < 9]
    salt, _, digest = rest.partition("$")
    # Its numbers say how much work and memory a sign-in takes: nobody else may choose those for us.
    if parts[0] != "scrypt" or len(parts) != 4 or numbers not in _WORK or not salt or not _is_hex(digest):
        raise Unreadable(
            "is no password hash of ours. Export it from hmswiki with --with-credentials, or leave it out."
        )
    return text


_WORK = ([32768, 8, 1], [65536, 8, 1], [131072, 8, 1])


def _is_hex(digest: str) -> bool:
    return len(digest) == 128 and set(digest) <= set("0123456789abcdef")


def load_credentials(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        into.add(Account, {
            "person_id": into.find(record, "person", "people"), "password_hash": record["password_hash"],
            "created_at": record["created_at"] or into.at, "deactivated_at": record["deactivated_at"],
        })  # fmt: skip


def dump_credentials(session: Session) -> Iterator[list[Row]]:
    yield [
        {"person": person, "password_hash": hashed, "created_at": created_at, "deactivated_at": deactivated_at}
        for person, hashed, created_at, deactivated_at in session.execute(
            select(Person.external_key, Account.password_hash, Account.created_at, Account.deactivated_at).join(
                Person, Person.id == Account.person_id
            )
        )
    ]


CREDENTIALS = RecordKind(
    name="credentials",
    keys=(
        Key("person", values.key_up_to(200), required=True),
        Key("password_hash", password_hash),
        Key("created_at", values.moment),
        Key("deactivated_at", values.moment),
    ),
    load=load_credentials,
    dump=dump_credentials,
    sort_key=by("person"),
    tables=(Account,),
    unique=("person",),
    secret=True,
)
