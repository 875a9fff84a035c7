"""Writes to accounts. `session` first; nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hmswiki.accounts import queries, rules
from hmswiki.accounts.models import Account, Link, LinkPurpose, SignIn, SignInAttempt
from hmswiki.accounts.rules import Bucket, Slowed
from hmswiki.foundation.errors import N_, NotFound, Refusal
from hmswiki.foundation.permissions import Actor
from hmswiki.organisation.models import Person

# Sessions and links are of no use to anybody after this long.
_KEPT_FOR = timedelta(days=90)


# Tries


def begin_try(session: Session, buckets: Sequence[Bucket], *, at: datetime) -> list[int]:
    """Count one try in every bucket, before it is known whether it succeeds. Gives their ids.

    Counted first and taken back on success, so that a hundred tries at the same time are not all the first.
    Raises Slowed, and counts nothing, where one of the buckets is full.
    """
    _one_at_a_time(session, buckets)
    _forget_old_tries(session, at)
    keys = [bucket.key for bucket in buckets]
    latest = queries.slowed_until(session, buckets, at=at)
    if latest is not None:
        raise Slowed(latest, at)
    tries = [SignInAttempt(bucket=key, tried_at=at) for key in keys]
    session.add_all(tries)
    session.flush()
    return [tried.id for tried in tries]


def take_back(session: Session, tries: Sequence[int], name: Bucket) -> None:
    """The try succeeded: it does not count, and neither do earlier ones with the same name."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(list(tries))))
    forgive(session, name)


def forgive(session: Session, name: Bucket) -> None:
    """Forget the tries with a name."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.bucket == name.key))


def _one_at_a_time(session: Session, buckets: Sequence[Bucket]) -> None:
    # SQLite has one writer anyway. PostgreSQL counts what others have committed, so they wait for each other.
    if session.get_bind().dialect.name == "postgresql":
        for number in sorted(int.from_bytes(bytes.fromhex(bucket.key)[:8], signed=True) for bucket in buckets):
            session.execute(select(func.pg_advisory_xact_lock(number)))


def _forget_old_tries(session: Session, at: datetime) -> None:
    old = (
        select(SignInAttempt.id)
        .where(SignInAttempt.tried_at <= at - rules.FORGOTTEN_AFTER)
        .limit(500)
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(session.scalars(old).all())))


# Accounts and links


def ensure_account(session: Session, person: Person, *, at: datetime) -> Account:
    """The person's account, made where there was none."""
    account = session.get(Account, person.id)
    if account is None:
        made = Account(person_id=person.id, password_hash=None, created_at=at, deactivated_at=None)
        try:
            with session.begin_nested():
                session.add(made)
                session.flush()
        except IntegrityError:  # somebody else made it at the same time
            return session.get_one(Account, person.id)
        return made
    return account


@dataclass(frozen=True)
class IssuedLink:
    """A link as it was made: the only moment at which its token is known."""

    token: str
    purpose: LinkPurpose
    expires_at: datetime


def invite(session: Session, person: Person, *, at: datetime, hours: int) -> IssuedLink:
    """Give the person a link to choose a password with; any that was sent earlier no longer works.

    It is an invitation before there is a password, a reset after. Raises Refusal for a deactivated account.
    """
    account = ensure_account(session, person, at=at)
    if account.deactivated_at is not None:
        raise Refusal(
            N_("The account of %(name)s is deactivated. Activate it first, then send the link."), name=person.name
        )
    void_links(session, person.id, at=at)
    return _add_link(session, account, at=at, hours=hours)


def ask_for_link(session: Session, person: Person, *, at: datetime, hours: int) -> IssuedLink:
    """The same, asked for by whoever types the person's name: so links that were sent earlier still work."""
    return _add_link(session, ensure_account(session, person, at=at), at=at, hours=hours)


def _add_link(session: Session, account: Account, *, at: datetime, hours: int) -> IssuedLink:
    session.execute(delete(Link).where(Link.person_id == account.person_id, Link.expires_at < at - _KEPT_FOR))
    purpose = LinkPurpose.INVITATION if account.password_hash is None else LinkPurpose.RESET
    issued = IssuedLink(rules.new_token(), purpose, at + timedelta(hours=hours))
    session.add(
        Link(
            person_id=account.person_id, purpose=purpose, token_hash=rules.token_hash(issued.token), created_at=at,
            expires_at=issued.expires_at, used_at=None,
        )
    )  # fmt: skip
    session.flush()
    return issued


def void_links(session: Session, person_id: int, *, at: datetime) -> None:
    """No link that was sent to the person can be used any more."""
    session.execute(update(Link).where(Link.person_id == person_id, Link.used_at.is_(None)).values(used_at=at))


def take_up(session: Session, token: str, password_hash: str, *, at: datetime) -> int:
    """Use a link: the account has this password, and every session from before has ended. Gives the person's id.

    Raises NotFound when the link has been used, also at this very moment by somebody else, or is too old.
    """
    person_id = session.scalar(select(Link.person_id).where(Link.token_hash == rules.token_hash(token)))
    account = session.get(Account, person_id, with_for_update=True) if person_id is not None else None
    # One update both asks and takes: of two at the same time, one changes a row.
    taken = session.execute(
        update(Link)
        .where(Link.token_hash == rules.token_hash(token), Link.used_at.is_(None), Link.expires_at > at)
        .values(used_at=at)
    )
    if cast(CursorResult[Any], taken).rowcount != 1 or account is None or account.deactivated_at is not None:
        raise NotFound(N_("This link has been used, or is too old. Ask for a new one."))
    account.password_hash = password_hash
    void_links(session, account.person_id, at=at)
    end_sessions(session, account.person_id, at=at)
    return account.person_id


def change_password(session: Session, person_id: int, password_hash: str, *, keep: int | None, at: datetime) -> None:
    """A new password; every session but `keep` ends, and no link that was sent can be used any more."""
    account = session.get(Account, person_id, with_for_update=True)
    if account is None or account.deactivated_at is not None:
        raise Refusal(N_("You have no account with a password here. Ask the administrator for an invitation."))
    account.password_hash = password_hash
    void_links(session, person_id, at=at)
    end_sessions(session, person_id, keep=keep, at=at)


def deactivate(session: Session, person: Person, *, by: Actor | None, at: datetime) -> None:
    """Close the person's way in, and end every session, at once. `by` is None on the command line."""
    if by is not None and by.person_id == person.id:
        raise Refusal(N_("You cannot deactivate your own account. Ask another administrator."))
    account = session.get(Account, person.id, with_for_update=True)
    if account is None:
        raise Refusal(N_("%(name)s has no account, so there is nothing to deactivate."), name=person.name)
    if account.deactivated_at is None:
        account.deactivated_at = at
    void_links(session, person.id, at=at)
    end_sessions(session, person.id, at=at)


def activate(session: Session, person: Person, *, at: datetime) -> None:
    """Open a deactivated account again, with the password it had."""
    account = session.get(Account, person.id)
    if account is None:
        raise Refusal(N_("%(name)s has no account yet. Invite the person instead."), name=person.name)
    account.deactivated_at = None


# Sessions


def start_session(session: Session, person_id: int, *, device: str, at: datetime, days: int) -> str:
    """Open a session and give the token that its cookie carries. Raises Refusal for a deactivated account."""
    # Held until the commit: a deactivation at the same moment comes before and refuses, or after and ends it.
    account = session.get(Account, person_id, with_for_update=True)
    if account is None or account.deactivated_at is not None:
        raise Refusal(N_("This account is closed."))
    token = rules.new_token()
    session.execute(
        delete(SignIn).where(SignIn.person_id == person_id, SignIn.expires_at < at - _KEPT_FOR)
    )  # fmt: skip
    session.add(
        SignIn(
            person_id=person_id, token_hash=rules.token_hash(token), started_at=at, last_seen_at=at,
            expires_at=at + timedelta(days=days), ended_at=None, device=device,
        )
    )  # fmt: skip
    session.flush()
    return token


def end_session(session: Session, sign_in_id: int, *, person_id: int, at: datetime) -> None:
    """End one session of the person. Raises NotFound for somebody else's."""
    sign_in = session.get(SignIn, sign_in_id)
    if sign_in is None or sign_in.person_id != person_id:
        raise NotFound(N_("You have no such session. It may have ended already."))
    if sign_in.ended_at is None:
        sign_in.ended_at = at


def end_session_of(session: Session, token: str, *, at: datetime) -> None:
    """End the session whose cookie carries the token, if it is open."""
    session.execute(
        update(SignIn)
        .where(SignIn.token_hash == rules.token_hash(token), SignIn.ended_at.is_(None))
        .values(ended_at=at)
    )


def end_sessions(session: Session, person_id: int, *, keep: int | None = None, at: datetime) -> int:
    """End the person's sessions, all but `keep`. Gives how many were open."""
    ending = update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    if keep is not None:
        ending = ending.where(SignIn.id != keep)
    ended = session.execute(ending.values(ended_at=at))
    return int(cast(CursorResult[Any], ended).rowcount)
