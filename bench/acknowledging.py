"""Acknowledgements per second with one and several writers, each in a transaction of its own, none lost.

Each goes the whole way of the click: it claims the form's id, asks whether the person is asked, records, commits,
and is on the disk when it is answered (SQLite with full synchronisation, PostgreSQL with its own safe settings).
Writers are threads of one process, as waitress has them, or processes, as gunicorn has them. Afterwards the
table's rows are compared with what was answered.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench import site
from bench.places import Place, add_option, application, dispose, places
from bench.tables import Table, ms
from hmswiki.acknowledgements import operations
from hmswiki.acknowledgements.models import Acknowledgement
from hmswiki.foundation import clock
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.guidelines.rules import in_force
from hmswiki.organisation.queries import actor as load_actor
from hmswiki.web.context import state, transaction


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--acknowledgements", type=int, default=1_000, help="for each row (default: 1000)")
    parser.add_argument("--writers", type=int, default=8, help="besides one alone (default: 8)")
    add_option(parser)


def run(asked: argparse.Namespace) -> Iterator[Table]:
    table = Table(
        "Acknowledgements",
        ("database", "writers", "answered", "kept", "lost", "per second", "ms each, p50", "ms each, p95"),
    )
    kinds = [(1, "thread"), (asked.writers, "threads"), (asked.writers, "processes")]
    with places(asked.database, durable=True) as found:
        for place in found:
            address = place.migrated()
            app = application(address, place.folder)
            # Nobody has acknowledged anything yet: one guideline for each row of the table.
            size = site.Size(asked.acknowledgements, guidelines=len(kinds), acknowledged=0)
            with app.app_context(), state(app).engines.write.begin() as connection:
                site.fill(connection, size, today=site.today())
            dispose(app)
            for guideline_id, (writers, kind) in enumerate(kinds, 1):
                table.rows.append(_row(place, address, guideline_id, writers, kind, size.people))
        folder = tempfile.gettempdir()
        table.notes.append(f"A write of 4 kB and an fsync alone take {ms(_fsync(Path(folder)))} ms on this disk.")
    yield table


def _row(place: Place, address: str, guideline_id: int, writers: int, kind: str, people: int) -> tuple[Any, ...]:
    shares = [[f"p{person:06}" for person in range(first, people + 1, writers)] for first in range(1, writers + 1)]
    with ExitStack() as stack:
        pool: Executor
        write: Callable[..., list[tuple[int, float]]]
        first: tuple[Any, ...]
        if kind == "processes":
            pool = stack.enter_context(ProcessPoolExecutor(writers, mp_context=multiprocessing.get_context("spawn")))
            write, first = write_alone, (address, place.folder)
            # All of them are there, with the program loaded, before the clock starts.
            list(pool.map(_wake, [address] * writers, [place.folder] * writers))
        else:
            app = application(address, place.folder)
            stack.callback(dispose, app)
            pool = stack.enter_context(ThreadPoolExecutor(writers))
            write, first = write_in, (app,)
        begun = time.perf_counter()
        waiting = [pool.submit(write, *first, guideline_id, share) for share in shares]
        answered = [one for done in waiting for one in done.result()]
        seconds = time.perf_counter() - begun
    kept = _kept(place, address, guideline_id)
    lost = {id for id, _ in answered} - kept
    waits = sorted(wait for _, wait in answered)
    if len(kept) != len(answered) or len(answered) != people:
        raise SystemExit(f"{len(answered)} of {people} were answered, and {len(kept)} are in the table.")
    return (
        place.name, f"{writers} {kind}", f"{len(answered):,}", f"{len(kept):,}", len(lost),
        f"{len(answered) / seconds:,.0f}", ms(waits[len(waits) // 2]), ms(waits[int(len(waits) * 0.95)]),
    )  # fmt: skip


_apps: dict[str, Flask] = {}


def _wake(address: str, folder: Path) -> None:
    if address not in _apps:
        _apps[address] = application(address, folder)
    with _apps[address].app_context(), Session(state(_apps[address]).engines.read) as session:
        session.scalars(select(Guideline.id)).all()
    time.sleep(0.5)  # long enough that each process takes one


def write_alone(address: str, folder: Path, guideline_id: int, people: list[str]) -> list[tuple[int, float]]:
    """In a process of its own: the same."""
    if address not in _apps:
        _apps[address] = application(address, folder)
    return write_in(_apps[address], guideline_id, people)


def write_in(app: Flask, guideline_id: int, people: list[str]) -> list[tuple[int, float]]:
    """Let each of the people acknowledge the edition in force; the id of what is recorded, and how long it took."""
    done = []
    day = clock.today(state(app).settings.zone)
    with app.app_context():
        with Session(state(app).engines.read) as session:
            guideline = session.get(Guideline, guideline_id)
            assert guideline is not None
            shown = in_force(guideline.editions, day)
            assert shown is not None
            edition_id = shown.id
        for key in people:
            begun = time.perf_counter()
            with transaction(uuid4(), then="/") as session:
                who = load_actor(session, key, day)
                edition = session.get(Edition, edition_id)
                assert who is not None and edition is not None
                made = operations.acknowledge(session, edition, by=who, at=clock.now(), on=day)
                id = made.id
            done.append((id, time.perf_counter() - begun))
    return done


def _kept(place: Place, address: str, guideline_id: int) -> set[int]:
    """Ids of the acknowledgements that are in the table, read through a new connection."""
    app = application(address, place.folder)
    with Session(state(app).engines.read) as session:
        found = set(
            session.scalars(
                select(Acknowledgement.id)
                .join(Edition, Edition.id == Acknowledgement.edition_id)
                .where(Edition.guideline_id == guideline_id)
            )
        )
    dispose(app)
    return found


def _fsync(folder: Path, times: int = 50) -> float:
    """Seconds that a small write takes until it is on the disk: what no database can be faster than."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        waits = []
        for _ in range(times):
            begun = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            waits.append(time.perf_counter() - begun)
    return sorted(waits)[times // 2]
