"""What the tests of accounts have in common: people with a password, and clients that sign in for real."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from hmswiki.accounts import rules
from hmswiki.accounts.models import Account, SignIn
from hmswiki.foundation import clock
from hmswiki.organisation.models import Person
from hmswiki.web.context import state
from tests.conftest import Client, client_as

PASSWORD = "blå hest under broa"
# A hash that costs little: what is tested is what hangs on it. tests/accounts/test_rules.py tests the real one.
CHEAP = "scrypt:256:8:1"
HASH = generate_password_hash(PASSWORD, method=CHEAP)

Database = Callable[[], Any]


@pytest.fixture
def database(app: Flask) -> Database:
    """`with database() as session: …`: one transaction, without an application's context that requests would share."""

    @contextmanager
    def begin() -> Iterator[Session]:
        with Session(state(app).engines.write, expire_on_commit=False) as session:
            yield session
            session.commit()

    return begin


@pytest.fixture
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash quickly, for people and for nobody alike."""
    nobody = rules._NOBODY.replace(rules.METHOD, CHEAP)
    monkeypatch.setattr(rules, "METHOD", CHEAP)
    monkeypatch.setattr(rules, "_NOBODY", nobody)


@pytest.fixture
def with_passwords(database: Database, cheap_hashing: None) -> None:
    """Bjørn, Dina and Ivar, the administrator, have accounts; the others have none."""
    with database() as session:
        for key in ("bjorn", "dina", "ivar"):
            give_account(session, key)


def give_account(session: Session, key: str) -> None:
    session.add(
        Account(person_id=person(session, key).id, password_hash=HASH, created_at=clock.now(), deactivated_at=None)
    )


def person(session: Session, key: str) -> Person:
    return session.scalars(select(Person).where(Person.external_key == key)).one()


def sign_ins(database: Database, key: str) -> list[SignIn]:
    """All of the person's sessions, in the order they began."""
    with database() as session:
        query = select(SignIn).join(Person, Person.id == SignIn.person_id).where(Person.external_key == key)
        return list(session.scalars(query.order_by(SignIn.id)))


def open_sessions(database: Database, key: str) -> int:
    return len([sign_in for sign_in in sign_ins(database, key) if sign_in.ended_at is None])


def stranger(app: Flask) -> Client:
    """A browser of its own, in which nobody is signed in."""
    return client_as(app, None)


def sign_in(
    client: Client,
    name: str,
    password: str = PASSWORD,
    *,
    address: str = "192.0.2.1",
    then: str | None = None,
    agent: str = "",
) -> TestResponse:
    """Fill in the form of the sign-in page."""
    return client.post(
        "/accounts/sign-in", data={"name": name, "password": password}, query_string={"next": then} if then else None,
        environ_base={"REMOTE_ADDR": address}, headers={"User-Agent": agent},
    )  # fmt: skip


def signed_in(app: Flask, name: str) -> Client:
    """A browser in which the person has signed in."""
    client = stranger(app)
    assert sign_in(client, name).status_code == 303
    return client


def who(client: Client) -> str | None:
    """Whose sessions the client is shown; None: it is sent to sign in."""
    answer = client.get("/accounts/sessions")
    if answer.status_code == 303:
        assert answer.headers["Location"].startswith("/accounts/sign-in")
        return None
    name = re.search(r'<span class="hms-user-name">([^<]*)', answer.text)
    assert answer.status_code == 200 and name is not None
    return name[1]
