"""Pages over many: of 1,000 units × 60 items, 5,000 areas, 5,000 actions, against a tenth of each.

Each page is asked for in a process of its own, through the whole application but the network, so that the memory is
what it takes. What counts is how much dearer it is than the same page over a tenth, and that it sends as many
statements.
"""

import argparse
import contextlib
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

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
        ("page", "database", "statements", "kB", "ms, a tenth", "ms", "× a tenth", "CPU ms, a tenth", "CPU ms",
         "× a tenth", "peak MB"),
        notes=[
            f"{whole.units:,} units, {whole.items} items, {whole.areas:,} areas, {whole.actions:,} actions of one "
            f"unit, {whole.organisation.people:,} people; “a tenth” has a tenth of all but the items. Milliseconds are "
            f"the median of up to {asked.times}, the first left out; CPU is that of the program alone, without "
            "PostgreSQL's. Statements are counted in both: one number where it is the same. Peak MB is all that the "
            "process took, of which the program itself is about 90.",
        ],
    )  # fmt: skip
    with places(asked.database) as found:
        for place in found:
            small, large = (_made(table, place, size) for size in (whole.tenth(), whole))
            for name in (*PAGES, REMINDERS):
                if asked.only and asked.only not in name and asked.only not in PAGES.get(name, ("", ""))[1]:
                    continue
                few, many = (in_own_process(*each, place.folder, name, asked.times) for each in (small, large))
                print(f"{name}, {place.name}: {few} {many}", file=sys.stderr, flush=True)
                table.rows.append(_row(name, place, few, many))
            for address, _ in (small, large):
                place.drop(address)
    yield table


def _made(table: Table, place: Place, size: rounds_site.Size) -> tuple[str, str]:
    """A database of that size; its address, and the occurrence of the campaign."""
    address = place.migrated()
    app = application(address, place.folder)
    begun = time.perf_counter()
    with app.app_context(), state(app).engines.write.begin() as connection:
        filled = rounds_site.fill(connection, size, today=site.today())
    dispose(app)
    table.notes.append(
        f"Writing {filled.answers:,} answers and {filled.area_rounds:,} rounds of areas to {place.name} took "
        f"{time.perf_counter() - begun:.0f} s."
    )
    return address, filled.occurrence


class Measured(NamedTuple):
    seconds: float
    cpu: float
    statements: int
    size: int
    peak_mb: float


def _row(name: str, place: Place, few: Measured, many: Measured) -> tuple[Any, ...]:
    same = few.statements == many.statements
    return (
        name, place.name, str(many.statements) if same else f"{few.statements}; {many.statements}",
        thousands(many.size / 1000), ms(few.seconds), ms(many.seconds), f"{many.seconds / few.seconds:.1f}",
        ms(few.cpu), ms(many.cpu), f"{many.cpu / few.cpu:.1f}", thousands(many.peak_mb),
    )  # fmt: skip


def in_own_process(address: str, occurrence: str, folder: Path, name: str, times: int) -> Measured:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, address, occurrence, folder, name, times).result()


def measure(address: str, occurrence: str, folder: Path, name: str, times: int) -> Measured:
    """Ask for one page again and again, and tell what it took."""
    app = application(address, folder)
    ask = asking(app, occurrence, name)
    seconds: list[float] = []
    cpu: list[float] = []
    with counted(app) as sent:
        size = ask()
    while len(seconds) < times and sum(seconds) < PATIENCE:
        before, begun = time.process_time(), time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - before)
    dispose(app)
    return Measured(
        statistics.median(seconds), statistics.median(cpu), len(sent), size, memory_mb(field="VmHWM")
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
