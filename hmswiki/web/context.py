"""What a view has at hand: the settings, who acts, today, and the two kinds of session."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from flask import Flask, current_app, g, has_request_context
from sqlalchemy.orm import Session

from hmswiki.config import Settings
from hmswiki.foundation import clock, events, submissions
from hmswiki.foundation.permissions import Actor
from hmswiki.web.engines import Engines

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki

KEY = "hmswiki"

_NOT_ASKED_YET: Any = object()


@dataclass
class State:
    """All that hmswiki keeps for one application."""

    wiki: "HmsWiki"
    settings: Settings
    engines: Engines
    identify: Callable[[], str | None]
    """The key of who is signed in, or None."""
    load_actor: Callable[[Session, str, date], Actor | None]
    sign_in_url: Callable[[str], str | None]
    """Where to sign in, given the path to come back to; None where the host has no such page."""
    own_accounts: bool
    own_database: bool
    extra: dict[str, Any] = field(default_factory=dict)


def state(app: Flask | None = None) -> State:
    """This application's state. Raises KeyError where hmswiki is not mounted."""
    return cast(State, (app or current_app).extensions[KEY])


def settings() -> Settings:
    return state().settings


def today() -> date:
    """Today in the site's time zone."""
    return clock.today(settings().zone)


def read_session() -> Session:
    """The request's session for reading: one moment throughout, closed with the request."""
    if "hmswiki_read_session" not in g:
        g.hmswiki_read_session = Session(state().engines.read)
    return cast(Session, g.hmswiki_read_session)


def close_read_session(error: BaseException | None = None) -> None:
    """End the reading session; the next read sees what has been written since."""
    session = g.pop("hmswiki_read_session", None)
    if session is not None:
        session.close()


@contextmanager
def transaction(submission: UUID | None = None, *, then: str = "") -> Iterator[Session]:
    """One transaction that writes: committed and on disk at the end, or rolled back whole.

    What the transaction works on is loaded inside it. `submission` is the id the form was shown with
    (`form.submission_id`): sent a second time, nothing is done and the reader lands at `then`, where the first
    time led. Signals queued with `announce` are delivered after the commit.
    """
    close_read_session()
    g.pop("hmswiki_actor", None)
    engines = state().engines
    with Session(engines.write, expire_on_commit=False) as session:
        with engines.turn():
            try:
                if submission is not None:
                    who = actor_in(session)
                    submissions.claim(
                        session,
                        submission,
                        person_id=who.person_id if who else None,
                        location=then,
                        at=clock.now(),
                    )
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
            finally:
                g.pop("hmswiki_actor", None)
                close_read_session()  # who acts may have been read meanwhile, as things stood before
        events.deliver(session, current_app._get_current_object())  # type: ignore[attr-defined]


def actor_in(session: Session) -> Actor | None:
    """Who acts, read in `session`; remembered for the request."""
    if not has_request_context():
        return None
    if "hmswiki_actor" not in g:
        key = state().identify()
        g.hmswiki_actor = None if key is None else state().load_actor(session, key, today())
    return cast(Actor | None, g.hmswiki_actor)


def actor() -> Actor | None:
    """Who acts, or None for a stranger."""
    known = g.get("hmswiki_actor", _NOT_ASKED_YET)
    return actor_in(read_session()) if known is _NOT_ASKED_YET else cast(Actor | None, known)


def known_actor() -> Actor:
    """Who acts, on a page that no stranger reaches."""
    who = actor()
    assert who is not None, "declare the view's access: a stranger must not come this far"
    return who
