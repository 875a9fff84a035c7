"""Passwords travel only when they are asked to, and then they open the same doors."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.accounts import operations, rules
from hmswiki.accounts.models import Account, Link, SignIn, SignInAttempt
from hmswiki.foundation import clock
from hmswiki.foundation.bundles import export_bundle, import_bundle
from hmswiki.web.context import state
from tests.accounts.conftest import PASSWORD, Database, person, sign_in, stranger


def move(source: Flask, target: Flask, folder: Path, *, with_secrets: bool) -> None:
    """Everything from one site to the other."""
    with Session(state(source).engines.read) as session:
        kinds = state(source).wiki.record_kinds
        export_bundle(
            session, folder, kinds, with_secrets=with_secrets, exported_by="a test", progress=lambda text: None
        )
    with Session(state(target).engines.write) as session:
        kinds = state(target).wiki.record_kinds
        import_bundle(session, folder, kinds, at=clock.now(), progress=lambda text: None)
        session.commit()


@pytest.fixture
def lived_in(app: Flask, database: Database) -> Flask:
    """Bjørn has a password, a session and a link; Dina is deactivated; somebody has guessed."""
    hashed = rules.hash_password(PASSWORD)
    with database() as session:
        now = clock.now()
        for key in ("bjorn", "dina"):
            session.add(Account(person_id=person(session, key).id, password_hash=hashed, created_at=now))
        session.flush()
        operations.invite(session, person(session, "bjorn"), at=now, hours=1)
        operations.deactivate(session, person(session, "dina"), by=None, at=now)
    assert sign_in(stranger(app), "bjorn").status_code == 303
    assert sign_in(stranger(app), "bjorn", "not the right one").status_code == 422
    return app


def test_with_credentials_the_same_password_signs_in_elsewhere(
    lived_in: Flask, empty_app: Flask, tmp_path: Path
) -> None:
    move(lived_in, empty_app, tmp_path / "bundle", with_secrets=True)

    assert sign_in(stranger(empty_app), "bjorn").status_code == 303
    assert sign_in(stranger(empty_app), "dina").status_code == 422, "who was deactivated still is"


def test_without_them_people_arrive_and_no_account_does(lived_in: Flask, empty_app: Flask, tmp_path: Path) -> None:
    move(lived_in, empty_app, tmp_path / "bundle", with_secrets=False)

    assert sign_in(stranger(empty_app), "bjorn").status_code == 422
    with Session(state(empty_app).engines.read) as session:
        assert person(session, "bjorn").name == "Bjørn Berg"
        assert session.scalar(select(func.count()).select_from(Account)) == 0


def test_sessions_links_and_tries_never_travel(lived_in: Flask, empty_app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    move(lived_in, empty_app, folder, with_secrets=True)

    def rows(app: Flask) -> list[Any]:
        with Session(state(app).engines.read) as session:
            return [session.scalar(select(func.count()).select_from(table)) for table in (SignIn, Link, SignInAttempt)]

    assert all(count > 0 for count in rows(lived_in))
    assert rows(empty_app) == [0, 0, 0]
    with Session(state(lived_in).engines.read) as session:
        secrets = [row.token_hash for table in (SignIn, Link) for row in session.scalars(select(table))]
    written = "".join(file.read_text() for file in folder.glob("*.json*"))
    assert not [secret for secret in secrets if secret in written]
