"""Sends messages that each have a row: at most once, whatever crashes and however many run at the same time.

1. the message is claimed: its row says which run has it (committed);
2. the mail server is told who it is from and for, and says that it waits for the text;
3. the row says that it is being handed over (committed);
4. the text goes out, the server takes it;
5. the row says that it was sent (committed).

A run that dies in 1 to 2 leaves a claim that a later run takes over, since nothing went out. One that dies in 3 to 5
leaves a message of which nobody can know whether it arrived: the protocol has no way to ask. It is not sent again by
itself, and it is told of.

A row is of a table with the columns `id`, `state`, `claimed_at`, `claimed_by`, `message_id`, `sent_at` and `problem`.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import CursorResult, func, or_, update
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.foundation.database import Base
from hmswiki.foundation.errors import N_, Conflict
from hmswiki.foundation.mail import Connection, Mail, MailFailed, MailServer, MailUncertain, connected, new_message_id

log = logging.getLogger("hmswiki")

GONE_AFTER = timedelta(minutes=10)
"""A run that has had a message for so long without sending it is no more. Longer than any wait for a mail server."""


class PostState(StrEnum):
    """How far a message has come. Tables have these words in an enumeration of their own."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    FAILED = "failed"


# --- A message's row ----------------------------------------------------------------------------------------
# Each step is a change of one row that only one run can make. None of these commits.


def take(session: Session, table: type[Base], id: int, *, run: str, message_id: str, at: datetime, **more: Any) -> bool:
    """Claim a message that is there, for the run `run`: one that waits, that failed, or whose run is gone before it
    gave the mail server anything. False where there is nothing to take.

    `message_id` becomes its name among all mail, unless an earlier attempt gave it one. `more`: other columns.
    """
    row: Any = table
    taken = session.execute(
        update(table)
        .where(
            row.id == id,
            or_(
                row.state.in_([PostState.WAITING, PostState.FAILED]),
                (row.state == PostState.CLAIMED) & (row.claimed_at < at - GONE_AFTER),
            ),
        )
        .values(
            state=PostState.CLAIMED, claimed_at=at, claimed_by=run, problem=None,
            message_id=func.coalesce(row.message_id, message_id), **more,
        )
    )  # fmt: skip
    return _changed_one(taken)


def begin_handing_over(session: Session, table: type[Base], id: int, *, run: str) -> None:
    """Say that the mail server is about to get it. Raises Conflict where another run has it by now."""
    row: Any = table
    begun = session.execute(
        update(table)
        .where(row.id == id, row.claimed_by == run, row.state == PostState.CLAIMED)
        .values(state=PostState.HANDING_OVER)
    )
    if not _changed_one(begun):
        raise Conflict(N_("Another run has taken this message over, so it was not sent here."))


def note_sent(session: Session, table: type[Base], id: int, *, at: datetime) -> None:
    """The mail server took it."""
    row: Any = table
    session.execute(update(table).where(row.id == id).values(state=PostState.SENT, sent_at=at, problem=None))


def note_failed(session: Session, table: type[Base], id: int, *, run: str, problem: str) -> None:
    """The mail server did not take it: a later run tries again. Does nothing where another run has it by now."""
    row: Any = table
    session.execute(
        update(table)
        .where(row.id == id, row.claimed_by == run, row.state.in_([PostState.CLAIMED, PostState.HANDING_OVER]))
        .values(state=PostState.FAILED, problem=problem)
    )


def note_uncertain(session: Session, table: type[Base], id: int, *, problem: str) -> None:
    """Nobody knows whether it arrived. It stays so, and nothing is sent again by itself."""
    row: Any = table
    session.execute(update(table).where(row.id == id).values(problem=problem))


def let_send_again(session: Session, table: type[Base], id: int) -> None:
    """Let the next run send one of which nobody knows whether it arrived. Under its old name among all mail, so that
    a mailbox that has it already can tell. Raises Conflict where it is not such a one any more."""
    row: Any = table
    again = session.execute(
        update(table).where(row.id == id, row.state == PostState.HANDING_OVER).values(state=PostState.FAILED)
    )
    if not _changed_one(again):
        raise Conflict(N_("This message is no longer in doubt, so there is nothing to send again."))


def _changed_one(result: Any) -> bool:
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


# --- A run --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """A message that this run has."""

    id: int
    message_id: str


@dataclass(frozen=True)
class Parcel:
    """One message to one address: how it is claimed, and what it says.

    `claim(session, run=…, message_id=…, at=…)` gives None where there is nothing to send any more.
    `compose(message_id)` may raise MailFailed.
    """

    address: str
    claim: Callable[..., Claim | None]
    compose: Callable[[str], Mail]


@dataclass
class Outcome:
    """How a run went. People by address."""

    sent: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Address and what the mail server said."""
    uncertain: list[str] = field(default_factory=list)
    stopped: str = ""
    """Why the run ended before its end."""


Step = Callable[[], AbstractContextManager[Session]]
"""A transaction of its own, committed at the end."""


def send_all(
    parcels: Iterable[Parcel],
    *,
    table: type[Base],
    server: MailServer,
    step: Step,
    sent: Callable[[Session, int, datetime], None] = lambda session, id, at: None,
) -> Outcome:
    """Send each of them that can be claimed. `sent(session, id, at)` is done together with noting that it was."""
    run = _Run(table, server, step, sent)
    with ExitStack() as stack:
        connection: Connection | None = None
        for parcel in parcels:
            try:
                connection = connection or stack.enter_context(connected(server))
            except MailFailed as failure:
                run.outcome.stopped = str(failure)
                break
            if not run.send(connection, parcel):
                stack.close()
                connection = None
    return run.outcome


class _Run:
    def __init__(
        self, table: type[Base], server: MailServer, step: Step, sent: Callable[[Session, int, datetime], None]
    ) -> None:
        self.me = str(uuid4())
        self.outcome = Outcome()
        self._table, self._server, self._step, self._sent = table, server, step, sent

    def send(self, connection: Connection, parcel: Parcel) -> bool:
        """Send one. False where the connection is of no more use."""
        with self._step() as session:
            claim = parcel.claim(session, run=self.me, message_id=new_message_id(self._server), at=clock.now())
        if claim is None:
            return True

        def no_way_back() -> None:
            with self._step() as session:
                begin_handing_over(session, self._table, claim.id, run=self.me)

        try:
            mail = parcel.compose(claim.message_id)
        except MailFailed as failure:
            self._failed(claim, parcel, str(failure))
            return True
        except Exception as mistake:  # one that cannot be written must not keep the others from being sent
            log.exception("A message to %s could not be written", parcel.address)
            self._failed(claim, parcel, f"It could not be written: {mistake}")
            return True
        try:
            connection.hand_over(mail, at=clock.now(), no_way_back=no_way_back)
        except MailFailed as failure:
            self._failed(claim, parcel, str(failure))
            return connection.is_open
        except MailUncertain as doubt:
            with self._step() as session:
                note_uncertain(session, self._table, claim.id, problem=str(doubt))
            self.outcome.uncertain.append(parcel.address)
            return False
        except Conflict:  # another run has it; the server was promised a text, so this connection is spent
            return False
        with self._step() as session:
            at = clock.now()
            note_sent(session, self._table, claim.id, at=at)
            self._sent(session, claim.id, at)
        self.outcome.sent += 1
        return True

    def _failed(self, claim: Claim, parcel: Parcel, problem: str) -> None:
        with self._step() as session:
            note_failed(session, self._table, claim.id, run=self.me, problem=problem)
        self.outcome.failed.append((parcel.address, problem))
