"""Answers per second of several phones at the same time, none lost and none twice, against a bare Flask route.

Both are served by waitress in a process of their own, over one database, and asked in turn, round after round. Ours
goes the whole way of a phone's answer: the session and its token, who acts, whether they may do the round, the item
it answers, the transaction that is on the disk before anything is answered. The bare route loads a session and a
user and inserts the same row.

Every tenth request is sent once more, as a phone does that has not heard. Afterwards the rows are compared with what
was shown as saved.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench import rounds_site, site
from bench.places import Place, add_option, application, dispose, places
from bench.processes import cpu_seconds
from bench.reading import PASSWORD, Visitor, serve_wiki
from bench.tables import Table, ms
from hmswiki.accounts import operations as accounts
from hmswiki.accounts.models import SignIn
from hmswiki.accounts.rules import hash_password
from hmswiki.foundation import clock
from hmswiki.organisation.models import Person
from hmswiki.rounds.models import Answer, Round
from hmswiki.serving import THREADS
from hmswiki.web.context import state
from hmswiki.web.engines import plain_postgresql
from tests.support.postgresql import free_port
from tests.support.servers import ServerProcess

AGAIN = 10
"""Every so manieth request is sent twice."""

ITEMS = 60


@dataclass(frozen=True)
class Kind:
    """Who sends what."""

    name: str
    phones: int
    at_once: int
    """Answers in one request."""
    shared: bool = False
    """Whether all phones are in the same round."""


KINDS = (
    Kind("1 phone, 1 at a time", 1, 1),
    Kind("8 phones, 1 at a time", 8, 1),
    Kind("8 phones in one round, 1 at a time", 8, 1, shared=True),
    Kind("8 phones, 20 at a time", 8, 20),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--requests", type=int, default=80, help="of each kind in a round (default: 80)")
    parser.add_argument("--rounds", type=int, default=7, help="(default: 7)")
    add_option(parser)


def run(asked: argparse.Namespace) -> Iterator[Table]:
    table = Table(
        f"Answers, {asked.rounds} rounds of {asked.requests} requests",
        ("database", "phones", "saved", "kept", "lost", "twice", "answers/s", "bare: answers/s", "ms, p50", "ms, p95",
         "time, × bare", "CPU, × bare"),
        notes=["Answers a second are the median of the rounds. The two last columns are the median of what each round "
               "took of time, and its server of processor time, over the bare route's."],
    )  # fmt: skip
    with places(asked.database, durable=True) as found:
        for place in found:
            _fill_table(table, place, asked)
    yield table


def _fill_table(table: Table, place: Place, asked: argparse.Namespace) -> None:
    address = place.migrated()
    phones = max(kind.phones for kind in KINDS)
    rounds = _made(place, address, phones)
    with ExitStack() as stack:
        wiki = stack.enter_context(serve_wiki(place.folder, address))
        bare = stack.enter_context(serve_bare(address))
        ours = [stack.enter_context(Visitor(wiki.url)) for _ in range(phones)]
        for number, visitor in enumerate(ours):
            visitor.sign_in(_person(number))
        tokens = _token_hashes(place, address)
        theirs = [stack.enter_context(Visitor(bare.url)) for _ in range(phones)]
        for number, visitor in enumerate(theirs):
            visitor.get(f"/sign-in/{tokens[number]}")
        pool = stack.enter_context(ThreadPoolExecutor(phones))
        for kind in KINDS:
            mine = Sent(wiki, [
                OurPhone(_another(stack, wiki, 0), rounds[0]) if kind.shared else OurPhone(ours[number], rounds[number])
                for number in range(kind.phones)
            ])  # fmt: skip
            other = Sent(bare, [BarePhone(visitor, number + 1) for number, visitor in enumerate(theirs[: kind.phones])])
            for turn in range(asked.rounds + 1):
                # The first only warms up; which goes first changes from round to round.
                for one in (mine, other) if turn % 2 else (other, mine):
                    one.round(pool, kind, asked.requests, counts=turn > 0)
            table.rows.append(_row(place, address, kind, mine, other))
            print(table.rows[-1], file=sys.stderr, flush=True)


def _another(stack: ExitStack, server: ServerProcess, number: int) -> Visitor:
    """One more phone of that person."""
    visitor = stack.enter_context(Visitor(server.url))
    visitor.sign_in(_person(number))
    return visitor


def _made(place: Place, address: str, count: int) -> list[str]:
    """A small organisation with a round that runs in each of so many units, led by people who can sign in."""
    app = application(address, place.folder)
    size = rounds_site.Size(units=20, items=ITEMS, areas=200, actions=0)
    with app.app_context():
        with state(app).engines.write.begin() as connection:
            rounds_site.fill(connection, size, today=site.today())
            keys = rounds_site.begin_rounds(connection, size, count, today=site.today())
        with Session(state(app).engines.write) as session:
            hashed = hash_password(PASSWORD)
            for number in range(count):
                person = session.scalars(select(Person).where(Person.external_key == _person(number))).one()
                accounts.ensure_account(session, person, at=clock.now()).password_hash = hashed
            session.commit()
    dispose(app)
    return keys


def _person(number: int) -> str:
    """Who leads the unit of the round with that number."""
    return f"p{number + 1:06}"


def _token_hashes(place: Place, address: str) -> list[str]:
    app = application(address, place.folder)
    with Session(state(app).engines.read) as session:
        found = list(session.scalars(select(SignIn.token_hash).order_by(SignIn.id)))
    dispose(app)
    return found


@contextmanager
def serve_bare(address: str) -> Iterator[ServerProcess]:
    port = free_port()
    words = {"database": plain_postgresql(address), "threads": THREADS, "port": port}
    options = [part for name, value in words.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "bench.bare", *options]
    with ServerProcess(command, port=port, env=os.environ, cwd=Path(__file__).parent.parent) as server:
        server.wait_until_it_answers()
        yield server


# --- Those who answer ---------------------------------------------------------------------------------------


class OurPhone:
    """Somebody in a round, with its token at hand as the page has it."""

    def __init__(self, visitor: Visitor, round_key: str) -> None:
        self._visitor, self._path = visitor, f"/rounds/{round_key}/answers"
        self._token = visitor.get_json(f"/rounds/{round_key}/state")["csrf_token"]

    def send(self, answers: list[dict[str, Any]]) -> list[str]:
        outcome = self._visitor.send(self._path, {"answers": answers}, **{"X-CSRFToken": self._token})
        if outcome["refused"]:
            raise SystemExit(f"refused: {outcome['refused'][0]}")
        return list(outcome["saved"])


class BarePhone:
    """The same over the bare route, which knows nothing of answers that come twice."""

    def __init__(self, visitor: Visitor, round_id: int) -> None:
        self._visitor, self._path = visitor, f"/answers/{round_id}"

    def send(self, answers: list[dict[str, Any]]) -> list[str]:
        return list(self._visitor.send(self._path, {"answers": answers})["saved"])


Phone = OurPhone | BarePhone


@dataclass
class Sent:
    """What was sent to one of the servers."""

    server: ServerProcess
    phones: Sequence[Phone]
    seconds: list[float] = field(default_factory=list)
    """For each answer, by round."""
    cpu: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    """For each request."""
    saved: dict[str, str] = field(default_factory=dict)
    """The values that were shown as saved, by key."""

    def round(self, pool: ThreadPoolExecutor, kind: Kind, requests: int, *, counts: bool) -> None:
        before, begun = cpu_seconds(self.server.pid), time.perf_counter()
        share = requests // len(self.phones)
        waiting = [pool.submit(_answer, phone, kind.at_once, share) for phone in self.phones]
        found = [done.result() for done in waiting]
        answers = share * len(self.phones) * kind.at_once
        if counts:
            self.seconds.append((time.perf_counter() - begun) / answers)
            self.cpu.append((cpu_seconds(self.server.pid) - before) / answers)
            self.waits += [wait for waits, _ in found for wait in waits]
        for _, saved in found:
            self.saved |= saved


def _answer(phone: Phone, at_once: int, requests: int) -> tuple[list[float], dict[str, str]]:
    """So many requests, one after the other; how long each took, and the values that were saved."""
    rng = Random()
    waits: list[float] = []
    saved: dict[str, str] = {}
    for number in range(requests):
        asked = rng.sample(range(ITEMS), at_once)
        answers = [
            {"key": str(uuid4()), "item": f"punkt-{item}", "value": rounds_site.value_of(item, rng),
             "note": None, "answered_at": datetime.now(UTC).isoformat()} for item in asked
        ]  # fmt: skip
        values = {each["key"]: str(each["value"]) for each in answers}
        begun = time.perf_counter()
        told = phone.send(answers)
        waits.append(time.perf_counter() - begun)
        if isinstance(phone, OurPhone) and number % AGAIN == 0:
            phone.send(answers)
        saved |= {key: values[key] for key in told}
    return waits, saved


def _row(place: Place, address: str, kind: Kind, mine: Sent, other: Sent) -> tuple[Any, ...]:
    app = application(address, place.folder)
    with Session(state(app).engines.read) as session:
        running = select(Round.id).where(Round.handed_in_at.is_(None))
        rows = session.execute(select(Answer.key, Answer.value).where(Answer.round_id.in_(running))).all()
    dispose(app)
    kept = [(row.key, row.value) for row in rows if row.key in mine.saved]
    lost = mine.saved.items() - set(kept)
    waits = sorted(mine.waits)
    return (
        place.name, kind.name, f"{len(mine.saved):,}", f"{len(kept):,}", len(lost), len(kept) - len(set(kept)),
        f"{1 / statistics.median(mine.seconds):,.0f}", f"{1 / statistics.median(other.seconds):,.0f}",
        ms(statistics.median(waits)), ms(waits[int(len(waits) * 0.95)]),
        *(f"{statistics.median(a / b for a, b in zip(*both, strict=True)):.2f}"
          for both in ((mine.seconds, other.seconds), (mine.cpu, other.cpu))),
    )  # fmt: skip
