"""One run of the reminders: who is told what now, and the telling.

At most one message a person and week, each once, whatever crashes and however many run at the same time:

1. the message is claimed by a row that the database lets exist once (committed);
2. the mail server is told who it is from and for, and says that it waits for the text;
3. the row says that it is being handed over (committed);
4. the text goes out, the server takes it;
5. the row says that it was sent (committed).

A run that dies in 1 to 2 leaves a claim that a later run takes over, since nothing went out. One that dies in 3 to 5
leaves a message of which nobody can know whether it arrived: the protocol has no way to ask. It is not sent again by
itself, it is told of, and what it said stands in next week's message if it still waits.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from sqlalchemy.orm import Session

from hmswiki.actions import tending
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, Conflict, SetupProblem
from hmswiki.foundation.mail import Connection, MailFailed, MailUncertain, connected, new_message_id
from hmswiki.foundation.reminding import Waiting
from hmswiki.organisation.models import Person
from hmswiki.reminders import operations, queries, rules
from hmswiki.reminders.letters import composed
from hmswiki.reminders.models import Reminder, ReminderState
from hmswiki.reminders.rules import Letter
from hmswiki.web.context import close_read_session, read_session, settings, state, today, transaction
from hmswiki.web.mailing import server


@dataclass(frozen=True)
class Plan:
    """Who is to be told what, as things stand now."""

    week: str
    letters: list[Letter]
    people: dict[int, Person]
    had: dict[int, Reminder]
    """Those whom somebody has claimed a message for this week, by person."""

    @property
    def to_send(self) -> list[Letter]:
        """Without those who had this week's message, or have no e-mail address."""
        now = clock.now()
        return [letter for letter in self.letters if self._can_be_sent(letter, now)]

    @property
    def without_address(self) -> list[Person]:
        return [self.people[one.person_id] for one in self.letters if not self.people[one.person_id].email]

    def _can_be_sent(self, letter: Letter, now: object) -> bool:
        had = self.had.get(letter.person_id)
        if not self.people[letter.person_id].email:
            return False
        return had is None or had.state in (ReminderState.FAILED, ReminderState.CLAIMED)


@dataclass
class Outcome:
    """How a run went. People by name and address."""

    sent: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Address and what the mail server said."""
    uncertain: list[str] = field(default_factory=list)
    stopped: str = ""
    """Why the run ended before its end."""


Source = Callable[..., Iterable[Waiting]]


def plan() -> Plan:
    """Who is to be told what now, gathered from all rooms. Reads only."""
    session, day, now = read_session(), today(), clock.now()
    waiting = [one for source in state().wiki.reminders for one in source(session, today=day, known_at=now)]
    found = rules.letters(
        waiting, today=day, days=settings().reminder_days, asked_for=queries.requests(session, known_at=now)
    )
    week = rules.week_of(day)
    return Plan(
        week, found, queries.people(session, [one.person_id for one in found]), queries.of_week(session, week)
    )  # fmt: skip


def check_setup() -> None:
    """Raises SetupProblem where no mail can be sent, or where its links would lead nowhere."""
    if settings().mail_server is None:
        raise SetupProblem(N_("No mail can be sent: set mail_server (docs/settings.md)."))
    if settings().base_url is None:
        raise SetupProblem(N_("The links in the mail would lead nowhere: set base_url to the site's public address."))


def tend() -> None:
    """What must have happened before anybody is told: actions move after reorganisations, overdue ones upwards."""
    with transaction() as session:
        tending.tend(session, at=clock.now(), today=today(), escalate_after=settings().actions_escalate_after_days)


def run(planned: Plan | None = None, *, limit: int | None = None) -> Outcome:
    """Send what is due. Raises SetupProblem where the site cannot send mail."""
    check_setup()
    planned = planned or plan()
    close_read_session()
    outcome, me = Outcome(), str(uuid4())
    with ExitStack() as stack:
        connection: Connection | None = None
        for letter in planned.to_send[:limit]:
            try:
                connection = connection or stack.enter_context(connected(server()))
            except MailFailed as failure:
                outcome.stopped = str(failure)
                break
            if not _send(connection, letter, planned, outcome, me):
                stack.close()
                connection = None
    return outcome


def _send(connection: Connection, letter: Letter, planned: Plan, outcome: Outcome, me: str) -> bool:
    """Send one. False where the connection is of no more use."""
    person = planned.people[letter.person_id]
    with _step() as session:
        claimed = operations.claim(
            session, letter, week=planned.week, run=me, message_id=new_message_id(server()), at=clock.now()
        )
        claimed_id, message_id = (claimed.id, claimed.message_id) if claimed else (0, "")
    if not claimed_id:
        return True

    def no_way_back() -> None:
        with _step() as session:
            operations.begin_handing_over(session, claimed_id, run=me)

    usable = True
    try:
        mail = composed(person, letter, message_id)
        connection.hand_over(mail, at=clock.now(), no_way_back=no_way_back)
    except MailFailed as failure:
        with _step() as session:
            operations.note_failed(session, claimed_id, run=me, problem=str(failure))
        outcome.failed.append((person.email or "", str(failure)))
        usable = connection.is_open
    except MailUncertain as doubt:
        with _step() as session:
            operations.note_uncertain(session, claimed_id, problem=str(doubt))
        outcome.uncertain.append(person.email or "")
        usable = False
    except Conflict:  # another run has it; the server was promised a text, so this connection is spent
        usable = False
    else:
        with _step() as session:
            operations.note_sent(session, claimed_id, at=clock.now())
        outcome.sent += 1
    return usable


@contextmanager
def _step() -> Iterator[Session]:
    with Session(state().engines.write, expire_on_commit=False) as session:
        yield session
        session.commit()
