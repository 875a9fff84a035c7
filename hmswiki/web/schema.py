"""The tables: made and changed by migrations of our own, beside a host's.

The version stands in `hms_schema_version`; only tables that begin with `hms_` are seen.
"""

import logging
from importlib.resources import files

from alembic.command import upgrade as alembic_upgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection

from hmswiki.foundation.errors import SetupProblem
from hmswiki.web.context import state

VERSION_TABLE = "hms_schema_version"

log = logging.getLogger("hmswiki")


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, with no file of its own."""
    made = Config()
    made.set_main_option("script_location", str(files("hmswiki.shipped.migrations")))
    made.attributes["connection"] = connection
    return made


def head() -> str:
    """The version that this release's models need."""
    version = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert version is not None
    return version


def current(app: Flask) -> str | None:
    """The version the database is at; None where it has none of our tables."""
    with state(app).engines.read.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return context.get_current_revision()


def upgrade(app: Flask) -> None:
    """Bring the tables to this release's version, whole or not at all. Makes tables and nothing else."""
    engine = state(app).engines.write
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # Batch changes rebuild a table; that must not set off its foreign keys.
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                alembic_upgrade(alembic_config(connection), "head")
        finally:
            if connection.dialect.name == "sqlite" and state(app).own_database:
                assert raw is not None
                raw.execute("PRAGMA foreign_keys = ON")


def ensure(app: Flask) -> None:
    """The tables are there and current, or SetupProblem says what to do.

    An SQLite database of our own is brought up to date at once: it asks for no configuration.
    """
    version = current(app)
    if version == head():
        return
    known = {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    if version is not None and version not in known:
        raise SetupProblem(
            ("The database is of a newer release (%(version)s). Install that release, or restore a backup."),
            version=version,
        )
    if state(app).own_database and state(app).engines.dialect == "sqlite":
        upgrade(app)
        return
    if version is None:
        raise SetupProblem("The database has no tables of hmswiki yet. Run: hmswiki db upgrade")
    raise SetupProblem("The database's tables are of an older release. Run: hmswiki db upgrade")
