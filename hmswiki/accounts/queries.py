"""Reads of accounts. `session` first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from hmswiki.accounts import rules
from hmswiki.accounts.models import Account, Link, SignIn, SignInAttempt
from hmswiki.accounts.rules import Bucket, same_name, token_hash
from hmswiki.foundation.database import fetch
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.organisation.models import Person


@dataclass(frozen=True)
class Visitor:
    """Who a session belongs to."""

    sign_in_id: int
    external_key: str
    last_seen_at: datetime


_VISITOR = (
    select(SignIn.id, Person.external_key, SignIn.last_seen_at)
    .join(Person, Person.id == SignIn.person_id)
    .join(Account, Account.person_id == SignIn.person_id)
    .where(
        SignIn.token_hash == bindparam("token"),
        SignIn.ended_at.is_(None),
        SignIn.expires_at > bindparam("at"),
        Account.deactivated_at.is_(None),
    )
)


def visitor(session: Session, token: str, *, at: datetime) -> Visitor | None:
    """Whose session the token is; None when it has ended or expired, or the account is deactivated. One select."""
    for row in fetch(session, _VISITOR, token=token_hash(token), at=at):
        return Visitor(row[0], row[1], row[2])
    return None


@dataclass(frozen=True)
class Candidate:
    """Who a typed name means, and the hash to compare with (None before an invitation is taken up)."""

    person_id: int
    password_hash: str | None


def candidate(session: Session, name: str) -> Candidate | None:
    """The one active account that `name` means; None for no such account. One select.

    The employer's id is looked for first, then the e-mail address; one that several accounts share means nobody.
    """
    wanted, folded = name.strip(), same_name(name)
    rows = session.execute(
        select(Person.id, Person.external_key, Account.password_hash)
        .join(Account, Account.person_id == Person.id)
        .where(
            # Not every database makes small letters of all capitals, so what was typed is tried as well.
            or_(Person.external_key == wanted, Person.email == wanted, func.lower(Person.email) == folded),
            Account.deactivated_at.is_(None),
        )
    ).all()
    by_key = [row for row in rows if row[1] == wanted]
    meant = by_key or rows
    return Candidate(meant[0][0], meant[0][2]) if len(meant) == 1 else None


def slowed_until(session: Session, buckets: Sequence[Bucket], *, at: datetime) -> datetime | None:
    """When the next try in those buckets is let through; None: now. Counts nothing. One select."""
    earlier: dict[str, list[datetime]] = {bucket.key: [] for bucket in buckets}
    rows = session.execute(
        select(SignInAttempt.bucket, SignInAttempt.tried_at).where(
            SignInAttempt.bucket.in_(earlier), SignInAttempt.tried_at > at - rules.FORGOTTEN_AFTER
        )
    )
    for key, tried_at in rows:
        earlier[key].append(tried_at)
    waits = [rules.slowed_until(earlier[bucket.key], bucket.limit, at) for bucket in buckets]
    return max((until for until in waits if until is not None), default=None)


def password_hash(session: Session, person_id: int) -> str | None:
    return session.scalar(select(Account.password_hash).where(Account.person_id == person_id))


def person_to_reset(session: Session, name: str) -> Person | None:
    """The person who may be mailed a link after asking for one with `name`; None: nobody."""
    found = candidate(session, name)
    person = None if found is None else session.get(Person, found.person_id)
    return person if person is not None and person.email else None


def open_link(session: Session, token: str, *, at: datetime) -> Link:
    """The link that can still be used. Raises NotFound."""
    link = session.scalar(
        select(Link)
        .join(Account, Account.person_id == Link.person_id)
        .where(
            Link.token_hash == token_hash(token),
            Link.used_at.is_(None),
            Link.expires_at > at,
            Account.deactivated_at.is_(None),
        )
    )
    if link is None:
        raise NotFound(N_("This link has been used, or is too old. Ask for a new one."))
    return link


def open_sign_ins(session: Session, person_id: int, *, at: datetime) -> list[SignIn]:
    """The person's sessions that are open, the last seen first."""
    return list(
        session.scalars(
            select(SignIn)
            .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.expires_at > at)
            .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
        )
    )


@dataclass(frozen=True)
class AccountState:
    """How a person's account stands. `word` is one of none, invited, expired, active, deactivated."""

    word: str
    since: datetime | None = None
    """When the account was made or deactivated."""
    link_expires_at: datetime | None = None
    """Until when the newest link that nobody has used can be."""
    last_seen_at: datetime | None = None

    @property
    def exists(self) -> bool:
        """Whether there is anything to deactivate."""
        return self.word not in ("none", "deactivated")


def account_state(session: Session, person_id: int, *, at: datetime) -> AccountState:
    """How the person's account stands. Three selects at most."""
    found = session.get(Account, person_id)
    if found is None:
        return AccountState("none")
    if found.deactivated_at is not None:
        return AccountState("deactivated", found.deactivated_at)
    expires_at = session.scalar(
        select(func.max(Link.expires_at)).where(Link.person_id == person_id, Link.used_at.is_(None))
    )
    seen_at = session.scalar(select(func.max(SignIn.last_seen_at)).where(SignIn.person_id == person_id))
    word = _word(found.password_hash, expires_at, at)
    return AccountState(word, found.created_at, expires_at, seen_at)


def _word(password_hash: str | None, link_expires_at: datetime | None, at: datetime) -> str:
    if password_hash is not None:
        return "active"
    if link_expires_at is None:  # the demo's cast has accounts that were never invited
        return "none"
    return "invited" if link_expires_at > at else "expired"


@dataclass(frozen=True)
class AccountRow:
    """A line of `hmswiki user list`."""

    external_key: str
    name: str
    email: str | None
    state: str
    last_seen_at: datetime | None
    open_sessions: int


def accounts(session: Session, *, at: datetime) -> list[AccountRow]:
    """Everybody who has an account, by the employer's id. One select."""
    is_open = SignIn.ended_at.is_(None) & (SignIn.expires_at > at)
    seen = (
        select(
            SignIn.person_id,
            func.max(SignIn.last_seen_at).label("last_seen_at"),
            func.count().filter(is_open).label("open_sessions"),
        )
        .group_by(SignIn.person_id)
        .subquery()
    )
    links = (
        select(Link.person_id, func.max(Link.expires_at).label("expires_at"))
        .where(Link.used_at.is_(None))
        .group_by(Link.person_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Person.external_key, Person.name, Person.email, Account.password_hash, Account.deactivated_at,
            links.c.expires_at, seen.c.last_seen_at, func.coalesce(seen.c.open_sessions, 0),
        )
        .join(Account, Account.person_id == Person.id)
        .outerjoin(seen, seen.c.person_id == Person.id)
        .outerjoin(links, links.c.person_id == Person.id)
        .order_by(Person.external_key)
    )  # fmt: skip
    return [
        AccountRow(
            key, name, email, "deactivated" if deactivated_at is not None else _word(password_hash, expires_at, at),
            seen_at, open_sessions,
        )
        for key, name, email, password_hash, deactivated_at, expires_at, seen_at, open_sessions in rows
    ]  # fmt: skip
