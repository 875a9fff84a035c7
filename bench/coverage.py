"""Coverage of units × all guidelines, today and on a past date, for organisations of growing size.

Each number is taken in a process of its own, that opens the database and reckons: so the memory is what that takes.
"""

import argparse
import multiprocessing
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench import site
from bench.places import Place, add_option, application, dispose, places
from bench.processes import memory_mb
from bench.tables import Table, thousands
from hmswiki.acknowledgements import queries
from hmswiki.foundation import clock
from hmswiki.organisation.models import Unit
from hmswiki.web.context import state

PATIENCE = 20
"""Seconds after which a number is not taken once more."""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, nargs="+", default=[1_000, 10_000], help="(default: 1000 10000)")
    parser.add_argument("--full", action="store_true", help="50,000 people as well: takes some minutes and GB")
    parser.add_argument("--guidelines", type=int, default=100, help="(default: 100)")
    parser.add_argument("--times", type=int, default=3, help="how often each is reckoned (default: 3)")
    add_option(parser)


def run(asked: argparse.Namespace) -> Iterator[Table]:
    sizes = [site.Size(people, asked.guidelines) for people in [*asked.people, *([50_000] if asked.full else [])]]
    table = Table(
        f"Coverage × {asked.guidelines} guidelines",
        ("people", "acknowledgements", "database", "units", "day", "rows", "seconds", "peak MB"),
        notes=[
            "“20” is one department with the 19 units beneath it; the other number is every unit there is, the root "
            "too. “past” is a day 300 days ago, known as of now. Seconds are the median of up to "
            f"{asked.times} runs in one process; peak MB is all that the process took, of which the program itself "
            "is about 80.",
        ],
    )
    today = site.today()
    with places(asked.database) as found:
        for size in sizes:
            for place in found:
                _fill_table(table, place, size, today, asked.times)
    yield table


def _fill_table(table: Table, place: Place, size: site.Size, today: date, times: int) -> None:
    address = place.migrated()
    app = application(address, place.folder)
    with app.app_context(), state(app).engines.write.begin() as connection:
        begun = time.perf_counter()
        written = site.fill(connection, size, today=today)
    dispose(app)
    table.notes.append(
        f"Writing {size.people:,} people and {written:,} acknowledgements to {place.name} took "
        f"{time.perf_counter() - begun:.0f} s."
    )
    for department in (True, False):
        for word, day in (("today", today), ("past", today - timedelta(days=300))):
            measured = in_own_process(address, place.folder, day, department, times)
            units = site.UNITS_IN_A_DEPARTMENT if department else size.units + 1
            print(
                f"{size.people:,} people, {place.name}, {units} units, {word}: {measured}", file=sys.stderr, flush=True
            )
            table.rows.append(
                (thousands(size.people), thousands(written), place.name, thousands(units), word,
                 thousands(measured.rows), f"{measured.seconds:.2f}", thousands(measured.peak_mb))
            )  # fmt: skip
    place.drop(address)


class Measured(NamedTuple):
    rows: int
    seconds: float
    peak_mb: float


def in_own_process(address: str, folder: Path, day: date, department: bool, times: int) -> Measured:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure, address, folder, day, department, times).result()


def measure(address: str, folder: Path, day: date, department: bool, times: int) -> Measured:
    """Reckon the coverage, of the first department or of all, and tell what it took."""
    app = application(address, folder)
    seconds: list[float] = []
    rows = 0
    while len(seconds) < times and sum(seconds) < PATIENCE:
        with Session(state(app).engines.read) as session:
            under = session.scalars(select(Unit).where(Unit.parent_id == site.ROOT).order_by(Unit.id)).first()
            begun = time.perf_counter()
            found = queries.coverage(session, as_of=day, known_at=clock.now(), under=under if department else None)
            seconds.append(time.perf_counter() - begun)
            path = under.path if department and under is not None else "/"
            shown = set(session.scalars(select(Unit.id).where(Unit.path.startswith(path))))
            rows = sum(unit_id in shown for _, unit_id in found.rows)
            del found
    dispose(app)
    return Measured(rows, statistics.median(seconds), memory_mb(field="VmHWM"))
