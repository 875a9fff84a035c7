"""From a cookie to a person, and back: Flask-Login, over session rows that can be revoked.

The cookie that Flask signs carries a token; the row with the token's hash says whether it still means somebody.
Nothing here runs in an application that has its own sign-in.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Flask, current_app, g, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user
from sqlalchemy import Connection, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from hmswiki.accounts import operations, queries, rules
from hmswiki.accounts.models import SignIn
from hmswiki.foundation import clock
from hmswiki.foundation.errors import SetupProblem
from hmswiki.web.context import read_session, settings, state

log = logging.getLogger("hmswiki")

_SQLITE_PATIENCE = 100
"""Milliseconds that a reader waits for another's write, before "last seen" is left for the next page."""


class SignedIn(UserMixin):  # type: ignore[misc]
    """Who is signed in, as Flask-Login knows it: by the session's token, not by the person."""

    def __init__(self, token: str, visitor: queries.Visitor) -> None:
        self.token = token
        self.sign_in_id = visitor.sign_in_id
        self.external_key = visitor.external_key

    def get_id(self) -> str:
        return self.token


def mount(app: Flask) -> None:
    """Let the application know who is signed in through our accounts."""
    kept = state(app)
    if not kept.own_accounts:
        return
    if getattr(app, "login_manager", None) is not None:
        raise SetupProblem(
            "This application signs people in through Flask-Login already. Tell the wiki who it is: pass identify=…"
        )
    manager = LoginManager()
    # What it protects against, a copied cookie, is met by sessions that can be seen and ended.
    manager.session_protection = None
    manager.user_loader(_load)
    # Not manager.init_app(app): that would also read the cookie after every request, stylesheets included.
    app.login_manager = manager  # type: ignore[attr-defined]
    told, address = kept.identify, kept.sign_in_url
    kept.identify = lambda: told() or signed_in_key()
    kept.sign_in_url = lambda back: address(back) or sign_in_address(back)


def signed_in_key() -> str | None:
    """The employer's id of who is signed in, or None. One select, once for each request."""
    return current_user.external_key if current_user.is_authenticated else None


def current_sign_in() -> int | None:
    """The session that this request belongs to, or None."""
    return current_user.sign_in_id if current_user.is_authenticated else None


def sign_in_address(back: str) -> str:
    """Where to sign in, and come back to the path `back`."""
    return url_for("hmswiki.accounts.sign_in", next=back if back not in ("", "/") else None)


def open_session(db: Session, person_id: int) -> str:
    """Open a session in the transaction `db`, in place of the one that this browser had. Gives its token."""
    close_session(db)
    device = rules.device(request.user_agent.string)
    return operations.start_session(db, person_id, device=device, at=clock.now(), days=settings().session_days)


def close_session(db: Session) -> None:
    """End the session that this browser has, in the transaction `db`."""
    if current_user.is_authenticated:
        operations.end_session_of(db, current_user.token, at=clock.now())


def remember(token: str) -> None:
    """Once the session is committed: give this browser its token, and nothing that it had before signing in."""
    forget()
    visitor = queries.visitor(read_session(), token, at=clock.now())
    if visitor is not None:
        login_user(SignedIn(token, visitor))
        # The row says when it ends; the cookie outlives the browser's window until then.
        session.permanent = True


def forget() -> None:
    """Empty this browser's cookie: who is signed in, the forms' secret, and what was left to say."""
    session.clear()
    for name in ("_login_user", "hmswiki_actor", "csrf_token"):
        g.pop(name, None)


def _load(token: str) -> SignedIn | None:
    now = clock.now()
    visitor = queries.visitor(read_session(), token, at=now)
    if visitor is None:
        return None
    if visitor.last_seen_at <= now - rules.SEEN_EVERY:
        _note_seen(visitor.sign_in_id, now)
    return SignedIn(token, visitor)


def _note_seen(sign_in_id: int, now: datetime) -> None:
    """Write down that the session was used: a short transaction of its own, and no page waits for it."""
    engine = state().engines.write
    seen = (
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.last_seen_at <= now - rules.SEEN_EVERY)
        .values(last_seen_at=now)
    )
    with engine.connect() as connection:
        try:
            with _impatient(connection), connection.begin():
                connection.execute(seen)
        except OperationalError as problem:
            log.debug("last seen was not written: %s", problem)


@contextmanager
def _impatient(connection: Connection) -> Iterator[None]:
    """Wait for SQLite's one writer only a moment, for the first statement of the block on."""
    raw = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite" or raw is None:
        yield
        return
    before = raw.cursor().execute("PRAGMA busy_timeout").fetchone()[0]
    raw.cursor().execute(f"PRAGMA busy_timeout = {_SQLITE_PATIENCE}")
    try:
        yield
    finally:
        raw.cursor().execute(f"PRAGMA busy_timeout = {before}")


def secret() -> str | bytes:
    """What keys the buckets of failed tries."""
    key = current_app.secret_key
    assert key, "init_app sees to it that there is one"
    return key
