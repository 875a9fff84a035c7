"""Sessions of our own over the engine that Flask-SQLAlchemy manages, the host's or ours.

Two views of one engine and its pool: one whose transactions write, one whose transactions only read.
How they begin is ours alone: the host's own transactions are not touched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

PATIENCE = 30
"""Seconds that one who wants to write waits for another."""


@dataclass(frozen=True)
class Engines:
    """`write` begins at once with the right to write; `read` sees one moment throughout."""

    write: Engine
    read: Engine
    dialect: str
    _turn: Any = field(default_factory=RLock)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until no other thread of this process writes, where the database lets one write at a time.

        SQLite would let each of them ask again and again, and sleep ever longer in between.
        """
        if self.dialect != "sqlite":
            yield
            return
        has_it = self._turn.acquire(timeout=PATIENCE)  # else SQLite says what is in the way
        try:
            yield
        finally:
            if has_it:
                self._turn.release()


def plain_postgresql(address: str) -> str:
    """`postgresql://…` and `postgres://…` mean psycopg 3."""
    for prefix in ("postgresql://", "postgres://"):
        if address.startswith(prefix):
            return "postgresql+psycopg://" + address.removeprefix(prefix)
    return address


def engines_over(engine: Engine) -> Engines:
    """Our two views of `engine`."""
    dialect = engine.dialect.name
    if dialect == "sqlite":
        # execution_options makes a view of the engine that has listeners of its own.
        write, read = engine.execution_options(hmswiki="write"), engine.execution_options(hmswiki="read")
        event.listen(write, "begin", _begin_writing)
        event.listen(read, "begin", _begin_reading)
        return Engines(write, read, dialect)
    return Engines(engine, engine.execution_options(isolation_level="REPEATABLE READ"), dialect)


def prepare_sqlite(engine: Engine) -> None:
    """Set an SQLite engine of our own: WAL, full synchronisation, foreign keys, patience."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)


def ensure_folder(address: str) -> None:
    """Make the folder of an SQLite file, readable by the owner alone."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)


def _on_connect(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {PATIENCE * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_writing(connection: Connection) -> None:
    # A host's connection may trade durability for speed; what we answer as saved must survive.
    if connection.exec_driver_sql("PRAGMA synchronous").scalar() in (0, 1):
        connection.exec_driver_sql("PRAGMA synchronous = FULL")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    # The driver begins nothing for a SELECT; without this, two selects may see two moments.
    connection.exec_driver_sql("BEGIN")
