"""Fixtures for all tests. HMSWIKI_TEST_DATABASE chooses the database: sqlite (default) or postgresql."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hmswiki import create_app
from hmswiki.demo import command as demo_command
from hmswiki.foundation import clock
from hmswiki.web import schema
from hmswiki.web.context import state
from tests import cast as the_cast
from tests.support import postgresql, quicker

DATABASE = os.environ.get("HMSWIKI_TEST_DATABASE", "sqlite")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "once: no database can change it, so it is left to the run on SQLite")
    quicker.make_applications_share()
    quicker.make_dialects_alike()
    if DATABASE not in ("sqlite", "postgresql"):
        raise pytest.UsageError(f"HMSWIKI_TEST_DATABASE is {DATABASE!r}: it must be sqlite or postgresql")
    if DATABASE == "postgresql" and not hasattr(config, "workerinput"):
        postgresql.start_for_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if DATABASE == "postgresql" and not hasattr(config, "workerinput"):
        postgresql.stop_for_run()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks for no database is done in the run on SQLite; the run on PostgreSQL is spared it.

    What one worker must do in a row comes first, so that none is left with it in the end.
    """
    quicker.collect_less()
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)
    if DATABASE == "postgresql":
        spared = [item for item in items if not _is_matter_of_the_database(item)]
        items[:] = [item for item in items if _is_matter_of_the_database(item)]
        config.hook.pytest_deselected(items=spared)


def _is_matter_of_the_database(item: pytest.Item) -> bool:
    return "databases" in getattr(item, "fixturenames", ()) and item.get_closest_marker("once") is None


class Databases:
    """Makes databases, quickly: each is a copy of one that was migrated, and maybe filled, once.

    On PostgreSQL a copy that is not needed any more is given out again, with what it first held.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._template: str | None = None
        self._template_of: dict[str, str] = {}  # names on PostgreSQL
        self._idle: dict[str, list[str]] = defaultdict(list)

    def empty(self) -> str:
        """The address of a new database without any table."""
        name = f"t{uuid4().hex}"
        if DATABASE == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite"
        return postgresql.current().create_database(name)

    def migrated(self) -> str:
        """The address of a new database with all tables and no rows."""
        if self._template is None:
            address = self.empty()
            app = create_app(database_url=address, instance=self.folder / "template", secret_key="template")
            with app.app_context():
                schema.upgrade(app)
                _dispose(app)
            self._template = address
        return self.copy_of(self._template)

    def copy_of(self, address: str) -> str:
        """The address of a new database with all that `address` holds; nobody may be connected to that one."""
        name = f"t{uuid4().hex}"
        if DATABASE == "sqlite":
            file = self.folder / f"{name}.sqlite"
            shutil.copyfile(address.removeprefix("sqlite:///"), file)
            return f"sqlite:///{file}"
        cluster, template = postgresql.current(), address.rsplit("/", 1)[-1]
        while self._idle[template]:
            used = self._idle[template].pop()
            if cluster.restore(used):
                return cluster.url(used)
            del self._template_of[used]
            cluster.drop_database(used)
        self._template_of[name] = template
        address = cluster.create_database(name, template=template)
        cluster.keep(name)
        return address

    def drop(self, address: str) -> None:
        """Say that nobody needs it any more."""
        name = address.rsplit("/", 1)[-1]
        if DATABASE == "sqlite":
            for tail in ("", "-wal", "-shm"):
                Path(address.removeprefix("sqlite:///") + tail).unlink(missing_ok=True)
        elif name in self._template_of:
            self._idle[self._template_of[name]].append(name)
        else:
            postgresql.current().drop_database(name)


def _dispose(app: Flask) -> None:
    """Close every connection, so that the database can be copied or dropped."""
    with app.app_context():
        engines = state(app).engines
        engines.write.dispose()
        engines.read.dispose()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    yield Databases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def cast_database(databases: Databases) -> tuple[str, the_cast.Cast]:
    """A database with the cast; tests get copies of it."""
    address = databases.migrated()
    app = create_app(database_url=address, instance=databases.folder / "cast", secret_key="cast")
    with app.app_context(), Session(state(app).engines.write) as session:
        cast = the_cast.bring_in(session)
        session.commit()
    _dispose(app)
    return address, cast


@pytest.fixture(scope="session")
def demo_database(databases: Databases) -> str:
    """A database with the demonstration as it stands on its first day; tests get copies of it."""
    address = databases.migrated()
    app = create_app(database_url=address, instance=databases.folder / "demo", secret_key="demo")
    with app.app_context(), Session(state(app).engines.write) as session:
        today = clock.today(state(app).settings.zone)
        demo_command.fill(session, state(app).wiki.record_kinds, today=today, at=clock.now())
        session.commit()
    _dispose(app)
    return address


@pytest.fixture
def demo_app(databases: Databases, demo_database: str, tmp_path: Path) -> Iterator[Flask]:
    """The demonstration, with its cast on the sign-in page."""
    address = databases.copy_of(demo_database)
    app = _app(address, tmp_path / "demo", demo=True)
    demo_command.show_cast(app)
    yield app
    _dispose(app)
    databases.drop(address)


def _app(address: str, folder: Path, **overrides: Any) -> Flask:
    """An application for tests: who acts is said by the client, without signing in."""
    from flask import request

    overrides.setdefault("secret_key", "only for tests")
    app = create_app(database_url=address, instance=folder, **overrides)
    app.testing = True
    app.jinja_env.bytecode_cache = quicker.TEMPLATES
    quicker.share_statements(state(app).engines)
    signed_in = state(app).identify
    state(app).identify = lambda: request.environ.get("hmswiki.test_person") or signed_in()
    return app


@pytest.fixture
def app(databases: Databases, cast_database: tuple[str, the_cast.Cast], tmp_path: Path) -> Iterator[Flask]:
    """The standalone wiki with the cast and nothing else."""
    address = databases.copy_of(cast_database[0])
    app = _app(address, tmp_path / "instance")
    yield app
    _dispose(app)
    databases.drop(address)


@pytest.fixture
def empty_app(databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """The standalone wiki with tables and no rows."""
    address = databases.migrated()
    app = _app(address, tmp_path / "instance")
    yield app
    _dispose(app)
    databases.drop(address)


@pytest.fixture
def cast(cast_database: tuple[str, the_cast.Cast]) -> the_cast.Cast:
    """Ids of the cast's units and people."""
    return cast_database[1]


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session that writes, in the same database as `app`. Commit before a page is asked for."""
    # Without an application context: requests would share its `g`, and with it who acts.
    with Session(state(app).engines.write, expire_on_commit=False) as session:
        yield session


class Client(FlaskClient):
    """A browser of one member of the cast. `post` brings the form's token by itself."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("environ_overrides", {})["hmswiki.test_person"] = getattr(self, "person", None)
        method = kwargs.get("method", "GET")
        if method in ("POST", "PUT", "PATCH", "DELETE") and not kwargs.pop("without_token", False):
            headers = dict(kwargs.get("headers") or {})
            headers.setdefault("X-CSRFToken", self._token())
            kwargs["headers"] = headers
        return super().open(*args, **kwargs)

    def _token(self) -> str:
        token, secret = _form_token(self.application)
        with self.session_transaction() as kept:
            kept["csrf_token"] = secret
        return token


def _form_token(app: Flask) -> tuple[str, str]:
    """A token for all forms of this test, and the secret that the session keeps for it."""
    from flask import session as flask_session
    from flask_wtf.csrf import generate_csrf

    if "hmswiki.test_token" not in app.extensions:
        with app.test_request_context():
            token = generate_csrf()
            app.extensions["hmswiki.test_token"] = token, flask_session["csrf_token"]
    found: tuple[str, str] = app.extensions["hmswiki.test_token"]
    return found


def client_as(app: Flask, person: str | None) -> Client:
    """A client in which `person` (a key of the cast, None for a stranger) is signed in."""
    app.test_client_class = Client
    client = app.test_client()
    assert isinstance(client, Client)
    client.person = person  # type: ignore[attr-defined]
    return client


def _client_fixture(name: str) -> Any:
    @pytest.fixture(name=f"as_{name}")
    def client(app: Flask) -> Client:
        return client_as(app, None if name == "stranger" else name)

    return client


as_stranger, as_astrid, as_bjorn, as_chen, as_siri, as_nils, as_dina, as_olav, as_tora = map(
    _client_fixture, ("stranger", "astrid", "bjorn", "chen", "siri", "nils", "dina", "olav", "tora")
)
as_frida, as_gunnar, as_hanne, as_ivar, as_ute = map(_client_fixture, ("frida", "gunnar", "hanne", "ivar", "ute"))


@pytest.fixture
def queries(app: Flask) -> Any:
    """Counts the statements that a block sends: `with queries() as sent: …; assert len(sent) <= 7`."""
    from contextlib import contextmanager

    from sqlalchemy import event

    @contextmanager
    def count() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith(("PRAGMA", "BEGIN")):
                sent.append(statement)

        # On PostgreSQL the one that reads is made from the one that writes, and tells that one what it does.
        ours = state(app).engines
        engines = {ours.read, ours.write} if ours.dialect == "sqlite" else {ours.write}
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)

    return count
