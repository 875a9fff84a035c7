"""The tables that migrations make are those of the models, up and down, over rows."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.orm import Session

from hmswiki import create_app, models
from hmswiki.accounts.models import Link, LinkPurpose, SignIn, SignInAttempt
from hmswiki.foundation.bundles import import_bundle
from hmswiki.foundation.errors import SetupProblem
from hmswiki.foundation.submissions import Submission
from hmswiki.organisation.models import Person, RoleHolding, Unit
from hmswiki.rounds.models import CalendarAddress
from hmswiki.web import schema
from hmswiki.web.context import state
from hmswiki.workshops.models import Code, Seat
from tests.conftest import DATABASE, Databases
from tests.test_bundle import write_everything


@pytest.fixture
def bare_app(databases: Databases, tmp_path: Any) -> Any:
    """The wiki over a database without tables."""
    address = databases.empty()
    app = create_app(database_url=address, instance=tmp_path, secret_key="x" * 40)
    with app.app_context():
        yield app
        state(app).engines.write.dispose()
    databases.drop(address)


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection,
        opts={
            "version_table": schema.VERSION_TABLE,
            "compare_type": True,
            "include_object": lambda o, name, kind, r, c: kind != "table" or str(name).startswith("hms_"),
        },
    )
    return [d for d in compare_metadata(context, models.metadata) if "hms_schema_version" not in str(d)]


def test_head_equals_the_models(bare_app: Flask) -> None:
    schema.upgrade(bare_app)
    with state(bare_app).engines.read.connect() as connection:
        assert differences(connection) == []


def test_upgrading_makes_tables_and_no_rows(bare_app: Flask) -> None:
    schema.upgrade(bare_app)
    with state(bare_app).engines.read.connect() as connection:
        tables = [name for name in inspect(connection).get_table_names() if name != schema.VERSION_TABLE]
        assert len(tables) > 20
        assert all(name.startswith("hms_") for name in tables)
        assert {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in tables} == dict.fromkeys(
            tables, 0
        )


def test_upgrading_twice_changes_nothing(bare_app: Flask) -> None:
    schema.upgrade(bare_app)
    schema.upgrade(bare_app)
    assert schema.current(bare_app) == schema.head()


def test_down_and_up_again_leaves_a_hosts_tables_and_rows_alone(bare_app: Flask, tmp_path: Path) -> None:
    engine = state(bare_app).engines.write
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoices (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO invoices VALUES (7)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('hosts-own')"))
    schema.upgrade(bare_app)
    _fill(bare_app, tmp_path / "bundle")
    with engine.connect() as connection, connection.begin():
        downgrade(schema.alembic_config(connection), "base")
    with engine.connect() as connection:
        left = set(inspect(connection).get_table_names())
        assert left == {"invoices", "alembic_version", schema.VERSION_TABLE}
        assert connection.scalar(text("SELECT id FROM invoices")) == 7
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "hosts-own"
    schema.upgrade(bare_app)
    assert schema.current(bare_app) == schema.head()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT id FROM invoices")) == 7


def _fill(app: Flask, folder: Path) -> None:
    """Rows in every table there is, that hold on to each other."""
    write_everything(folder)
    at = datetime(2026, 8, 1, tzinfo=UTC)
    with Session(state(app).engines.write) as session:
        import_bundle(session, folder, state(app).wiki.record_kinds, at=at, progress=lambda text: None)
        who = session.scalars(select(Person.id)).first()
        hashed = {"person_id": who, "token_hash": "0" * 64}
        code = session.scalars(select(Code)).first()
        assert code is not None
        session.add_all([  # what no bundle brings
            SignIn(started_at=at, last_seen_at=at, expires_at=at, **hashed),
            Link(purpose=LinkPurpose.RESET, created_at=at, expires_at=at, **hashed),
            CalendarAddress(made_at=at, **hashed),
            Seat(workshop_id=code.workshop_id, code_id=code.id, opens=code.opens, token_hash="0" * 64, made_at=at),
            SignInAttempt(bucket="0", tried_at=at),
            Submission(id=uuid4(), person_id=who, done_at=at, location="/"),
        ])  # fmt: skip
        session.commit()
        tables = models.metadata.sorted_tables
        assert [table.name for table in tables if not session.scalar(select(func.count()).select_from(table))] == []


def test_a_database_of_a_newer_release_is_refused_with_what_to_do(bare_app: Flask) -> None:
    schema.upgrade(bare_app)
    with state(bare_app).engines.write.begin() as connection:
        connection.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(SetupProblem, match="newer release"):
        schema.ensure(bare_app)


def test_without_tables_sqlite_is_made_ready_and_postgresql_is_refused(bare_app: Flask) -> None:
    if DATABASE == "sqlite":
        schema.ensure(bare_app)
        assert schema.current(bare_app) == schema.head()
    else:
        with pytest.raises(SetupProblem, match="hmswiki db upgrade"):
            schema.ensure(bare_app)
        assert schema.current(bare_app) is None


def test_times_come_back_as_they_went_in(bare_app: Flask) -> None:
    schema.upgrade(bare_app)
    moment = datetime(2024, 3, 31, 0, 59, 59, 999999, tzinfo=UTC)
    with Session(state(bare_app).engines.write) as session:
        session.add_all(
            [Unit(id=1, code="A", name="A", path="/1/", opened=date(2020, 1, 1)), Person(external_key="p", name="P")]
        )
        session.flush()
        session.add(RoleHolding(person_id=1, unit_id=1, role="editor", starts_on=date(2024, 1, 1), recorded_at=moment))
        session.commit()
        session.expire_all()
        assert session.get(RoleHolding, 1).recorded_at == moment  # type: ignore[union-attr]
