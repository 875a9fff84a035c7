"""Sends the letters that wait, at most once each, as `foundation.posting` does it.

Asked for on a page, they go after the page is answered; what a stopped process leaves waiting goes with the next run of
`hmswiki remind`, which sends them too.
"""

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any, cast

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import clock, events, posting
from hmswiki.foundation.mail import Mail
from hmswiki.foundation.posting import Claim, Outcome, Parcel
from hmswiki.outcomes import publication_queries as queries
from hmswiki.outcomes.letter_words import Composer
from hmswiki.outcomes.models import Letter
from hmswiki.web.context import close_read_session, read_session, state
from hmswiki.web.mailing import can_mail, check_setup, server, step

log = logging.getLogger("hmswiki")

_POST = "outcomes.post"


def run(limit: int | None = None) -> Outcome:
    """Send the letters that can be sent now. Raises SetupProblem where the site cannot send mail."""
    check_setup()
    close_read_session()
    waiting = queries.to_send(read_session(), now=clock.now())[:limit]
    return posting.send_all(_parcels(waiting), table=Letter, server=server(), step=step)


def count_waiting() -> int:
    """How many letters a run would try now."""
    return len(queries.to_send(read_session(), now=clock.now()))


def _parcels(waiting: list[tuple[int, str]]) -> Iterator[Parcel]:
    composer = Composer(clock.now())
    for id, address in waiting:
        close_read_session()  # each is written as things stand when it goes
        yield _parcel(id, address, composer)


def _parcel(id: int, address: str, composer: Composer) -> Parcel:
    def claim(session: Session, *, run: str, message_id: str, at: datetime) -> Claim | None:
        due = session.scalar(select(Letter.id).where(Letter.id == id, queries.can_be_sent(at)))
        if due is None or not posting.take(session, Letter, id, run=run, message_id=message_id, at=at):
            return None
        return Claim(id, session.scalar(select(Letter.message_id).where(Letter.id == id)) or message_id)

    def compose(message_id: str) -> Mail:
        session = read_session()
        return composer.compose(session, session.get_one(Letter, id), message_id)

    return Parcel(address, claim, compose)


# --- After a page is answered -------------------------------------------------------------------------------


def mount(app: Flask) -> None:
    """Make the one thread of this process that sends, which begins when it is first needed, and listen."""
    state(app).extra[_POST] = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hmswiki-letters")
    events.letters_asked.connect(_asked, sender=app)


def _asked(app: Flask, **facts: Any) -> None:
    if can_mail():
        cast(ThreadPoolExecutor, state(app).extra[_POST]).submit(_run_in, app)


def wait(app: Flask) -> None:
    """Until all that was asked for so far has been tried."""
    cast("Future[None]", cast(ThreadPoolExecutor, state(app).extra[_POST]).submit(lambda: None)).result()


def _run_in(app: Flask) -> None:
    try:
        with app.app_context():
            outcome = run()
    except Exception:
        # Nobody waits for this thread's answer: the log is the only place to say it.
        log.exception("letters about a workshop were not sent")
    else:
        for address, problem in outcome.failed:
            log.warning("a letter to %s was not sent: %s", address, problem)
        if outcome.stopped:
            log.warning("letters about a workshop wait: %s", outcome.stopped)
