"""Pages over many: of 1,000 units × 60 items, 5,000 areas, 5,000 actions, against a tenth of each.

Each page is asked for through the whole application but the network, of both in turn. What counts is how much dearer
it is than the same page over a tenth, and that it sends as many statements.
"""

import argparse
import contextlib
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from bench import rounds_site, site
from bench.places import Place, add_option, application, dispose, places
from bench.processes import memory_mb
from bench.tables import Table, ms, thousands
from hmswiki.reminders.commands import remind
from hmswiki.web.context import state

PATIENCE = 20
"""Seconds after which a page is not asked for once more."""

CENTRAL = f"p{rounds_site.WATCHER:06}"
OWNER = "p000099"
"""Owns five rooms, leads a unit."""

PAGES: dict[str, tuple[str, str]] = {
    "the list of campaigns": (CENTRAL, "/campaigns"),
    "a campaign": (CENTRAL, "/campaigns/yearly/{occurrence}"),
    "its answers as CSV": (CENTRAL, "/campaigns/yearly/{occurrence}.csv"),
    "areas by months": (CENTRAL, "/rounds/by-area/monthly"),
    "my rounds, as owner of five areas": (OWNER, "/rounds/due"),
    "Min side of the same": (OWNER, "/"),
    "all areas": (CENTRAL, "/areas"),
    "areas without an owner": (CENTRAL, "/areas?vacant=owner"),
    "a unit's actions": (CENTRAL, f"/actions?unit={rounds_site.BUSY_UNIT}"),
    "my actions": (OWNER, "/actions"),
}
"""Who asks for which address."""

REMINDERS = "hmswiki remind --dry-run"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--units", type=int, default=1_000, help="(default: 1000)")
    parser.add_argument("--areas", type=int, default=5_000, help="(default: 5000)")
    parser.add_argument("--actions", type=int, default=5_000, help="of one unit (default: 5000)")
    parser.add_argument("--items", type=int, default=60, help="of a campaign (default: 60)")
    parser.add_argument("--times", type=int, default=7, help="how often each is asked for (default: 7)")
    parser.add_argument("--only", help="pages whose name or address has this in it")
    add_option(parser)


def run(asked: argparse.Namespace) -> Iterator[Table]:
    whole = rounds_site.Size(asked.units, asked.items, asked.areas, asked.actions)
    table = Table(
        "Pages over many",
        ("page", "database", "statements", "kB", "ms, a tenth", "ms", "CPU ms, a tenth", "CPU ms", "CPU, × a tenth"),
        notes=[
            f"{whole.units:,} units, {whole.items} items, {whole.areas:,} areas, {whole.actions:,} actions of one "
            f"unit, {whole.organisation.people:,} people; “a tenth” has a tenth of all but the items. Milliseconds are "
            f"the median of up to {asked.times}, after one that is left out; CPU is the program's, which with SQLite "
            "is all there is, and without PostgreSQL's own. Statements are counted in both: one number where it is the "
            "same.",
        ],
    )  # fmt: skip
    with places(asked.database) as found:
        for place in found:
            _fill_table(table, place, whole, asked)
    table.notes.append(f"The most memory that the process had during all this: {memory_mb(field='VmHWM'):,.0f} MB.")
    yield table


def _fill_table(table: Table, place: Place, whole: rounds_site.Size, asked: argparse.Namespace) -> None:
    few, many = (_made(table, place, size) for size in (whole.tenth(), whole))
    for name in (*PAGES, REMINDERS):
        if asked.only and asked.only not in name and asked.only not in PAGES.get(name, ("", ""))[1]:
            continue
        pair = [Asked(app, asking(app, occurrence, name)) for app, occurrence in (few, many)]
        for turn in range(asked.times + 1):
            if sum(pair[1].seconds) > PATIENCE:
                break
            # The first only warms up; which goes first changes from time to time.
            for one in pair if turn % 2 else reversed(pair):
                one.once(counts=turn > 0)
        table.rows.append(_row(name, place, *pair))
        print(table.rows[-1], file=sys.stderr, flush=True)
    for app, _ in (few, many):
        dispose(app)


def _made(table: Table, place: Place, size: rounds_site.Size) -> tuple[Flask, str]:
    """An application over a database of that size, and the occurrence of its campaign."""
    app = application(place.migrated(), place.folder)
    begun = time.perf_counter()
    with app.app_context(), state(app).engines.write.begin() as connection:
        filled = rounds_site.fill(connection, size, today=site.today())
    table.notes.append(
        f"Writing {filled.answers:,} answers and {filled.area_rounds:,} rounds of areas to {place.name} took "
        f"{time.perf_counter() - begun:.0f} s."
    )
    return app, filled.occurrence


@dataclass
class Asked:
    """One page of one of the two, asked for again and again."""

    app: Flask
    ask: Callable[[], int]
    statements: int = 0
    size: int = 0
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def once(self, *, counts: bool) -> None:
        if not counts:
            with counted(self.app) as sent:
                self.size = self.ask()
            self.statements = len(sent)
            return
        before, begun = time.process_time(), time.perf_counter()
        self.ask()
        self.seconds.append(time.perf_counter() - begun)
        self.cpu.append(time.process_time() - before)


def _row(name: str, place: Place, few: Asked, many: Asked) -> tuple[Any, ...]:
    same = few.statements == many.statements
    wait, cpu = ([statistics.median(times) for times in both] for both in (
        (few.seconds, many.seconds), (few.cpu, many.cpu)
    ))  # fmt: skip
    return (
        name, place.name, str(many.statements) if same else f"{few.statements}; {many.statements}",
        thousands(many.size / 1000), *map(ms, wait), *map(ms, cpu), f"{cpu[1] / cpu[0]:.1f}",
    )  # fmt: skip


def asking(app: Flask, occurrence: str, name: str) -> Callable[[], int]:
    """What asks once, and gives the number of bytes."""
    if name == REMINDERS:
        return partial(_remind, app)
    person, path = PAGES[name]
    client = app.test_client()
    # Nobody types a password here: whom the requests are of is said to the application, as a host says it.
    state(app).identify = lambda: person
    return partial(_get, client, path.format(occurrence=occurrence))


def _get(client: FlaskClient, path: str) -> int:
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"GET {path} gave {answer.status}: {answer.get_data(as_text=True)[:500]}")
    return len(answer.get_data())


def _remind(app: Flask) -> int:
    result = app.test_cli_runner().invoke(remind, ["--dry-run"])
    if result.exit_code:
        raise SystemExit(f"remind --dry-run gave {result.exit_code}: {result.output[-500:]} {result.exception!r}")
    return len(result.output.encode())


@contextlib.contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            sent.append(statement)

    ours = state(app).engines
    engines = {ours.read, ours.write} if ours.dialect == "sqlite" else {ours.write}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
