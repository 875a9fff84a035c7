"""Where data is kept while something is measured: SQLite files and a PostgreSQL of our own, both thrown away."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from flask import Flask

from hmswiki import create_app
from hmswiki.web import schema
from hmswiki.web.context import state
from tests.support import postgresql

DATABASES = ("sqlite", "postgresql")

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Place:
    """A kind of database, and a folder for whatever else is needed."""

    kind: str
    folder: Path
    cluster: postgresql.Cluster | None = None

    @property
    def name(self) -> str:
        return NAMES[self.kind]

    def empty(self) -> str:
        """The address of a new database without any table."""
        name = f"b{uuid4().hex[:12]}"
        if self.cluster is not None:
            return self.cluster.create_database(name)
        return f"sqlite:///{self.folder / name}.sqlite"

    def migrated(self) -> str:
        """The address of a new database with all tables and no rows."""
        address = self.empty()
        app = application(address, self.folder)
        with app.app_context():
            schema.upgrade(app)
        dispose(app)
        return address

    def drop(self, address: str) -> None:
        """Make room again."""
        if self.cluster is not None:
            self.cluster.drop_database(address.rsplit("/", 1)[-1])
            return
        for tail in ("", "-wal", "-shm"):
            Path(address.removeprefix("sqlite:///") + tail).unlink(missing_ok=True)


def add_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--database", choices=DATABASES, action="append", help="only this one; may be repeated (default: both)"
    )


@contextmanager
def places(wanted: list[str] | None, *, durable: bool = False) -> Iterator[list[Place]]:
    """The kinds of database that are wanted, and there. `durable`: PostgreSQL writes to the disk, as it should."""
    with ExitStack() as stack:
        found = []
        for kind in wanted or DATABASES:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hmswiki-bench-")))
            if kind == "sqlite":
                found.append(Place(kind, folder))
                continue
            try:
                cluster = postgresql.start(postgresql.DURABLE if durable else postgresql.SETTINGS)
            except postgresql.PostgresqlMissing:
                print("There is no PostgreSQL here (apt-get install postgresql), so it is left out.", file=sys.stderr)
                continue
            stack.callback(cluster.stop)
            found.append(Place(kind, folder, cluster))
        yield found


def application(address: str, folder: Path) -> Flask:
    """The standalone wiki over that database."""
    return create_app(database_url=address, instance=folder, secret_key="only for measuring, and thrown away")


def dispose(app: Flask) -> None:
    """Close every connection, so that the database can be dropped."""
    with app.app_context():
        state(app).engines.write.dispose()
        state(app).engines.read.dispose()
