"""What the administrator does with other people's accounts."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from hmswiki.accounts import people_views
from hmswiki.accounts.models import Account
from hmswiki.web.context import read_session, state
from tests.accounts.conftest import (
    Database,
    open_sessions,
    person,
    sign_in,
    signed_in,
    stranger,
    who,
)
from tests.conftest import Client, _app, client_as
from tests.support import once
from tests.support.mail import Mailbox, mailbox, text_of

# Each address is asked for on PostgreSQL too, by tests/test_access.py.
pytestmark = [once, pytest.mark.usefixtures("with_passwords")]

EN = {"Accept-Language": "en"}
CHOSEN = {"password": "noe helt annet nå", "again": "noe helt annet nå"}


def link_in(answer: Any) -> str:
    """The path of the link that the page shows."""
    (path,) = re.findall(r">http://localhost(/accounts/\S+?)</textarea>", answer.text)
    return str(path)


def test_a_stranger_is_sent_to_sign_in(as_stranger: Client) -> None:
    assert as_stranger.get("/accounts/people/bjorn").status_code == 303


@pytest.mark.parametrize("path", ["", "/invitation", "/deactivation", "/activation"])
def test_only_the_administrator_comes_in(app: Flask, database: Database, path: str) -> None:
    for key in ("bjorn", "astrid", "hanne", "gunnar"):
        client = client_as(app, key)
        address = f"/accounts/people/dina{path}"
        answer = client.post(address) if path else client.get(address)
        assert answer.status_code == 403, (key, path)

    with database() as session:
        account = session.get_one(Account, person(session, "dina").id)
        assert account.deactivated_at is None


@pytest.mark.parametrize("path", ["", "/invitation", "/deactivation", "/activation"])
def test_somebody_who_is_not_in_the_register_is_missing(as_ivar: Client, path: str) -> None:
    address = f"/accounts/people/nobody{path}"
    assert (as_ivar.post(address) if path else as_ivar.get(address)).status_code == 404


def test_without_mail_the_link_is_shown_once_to_the_administrator(app: Flask, as_ivar: Client) -> None:
    form = {"submission": str(uuid4())}

    before = as_ivar.get("/accounts/people/siri", headers=EN)
    invited = as_ivar.post("/accounts/people/siri/invitation", data=form, headers=EN)
    again = as_ivar.post("/accounts/people/siri/invitation", data=form)
    after = as_ivar.get("/accounts/people/siri", headers=EN)

    assert "No account" in before.text
    assert "Give this link to Siri Sand" in invited.text
    assert invited.headers["Cache-Control"] == "no-store"
    assert (again.status_code, again.headers["Location"]) == (303, "/accounts/people/siri")
    assert link_in(invited) not in after.text
    assert "Invited, has not chosen a password yet" in after.text
    assert stranger(app).post(link_in(invited), data=CHOSEN).status_code == 303
    assert "Can sign in" in as_ivar.get("/accounts/people/siri", headers=EN).text


def test_for_somebody_who_has_a_password_it_is_a_link_to_a_new_one(app: Flask, as_ivar: Client) -> None:
    path = link_in(as_ivar.post("/accounts/people/bjorn/invitation"))

    assert path.startswith("/accounts/reset/")
    assert stranger(app).post(path, data=CHOSEN).status_code == 303


def test_deactivating_ends_every_session_at_once_and_activating_opens_the_account_again(
    app: Flask, as_ivar: Client, database: Database
) -> None:
    client = signed_in(app, "bjorn")

    answer = as_ivar.post("/accounts/people/bjorn/deactivation")

    assert answer.headers["Location"] == "/accounts/people/bjorn"
    assert who(client) is None
    assert open_sessions(database, "bjorn") == 0
    assert sign_in(stranger(app), "bjorn").status_code == 422
    assert "Deactivated" in as_ivar.get("/accounts/people/bjorn", headers=EN).text

    as_ivar.post("/accounts/people/bjorn/activation")

    assert who(client) is None, "a session that has ended does not come back"
    assert sign_in(stranger(app), "bjorn").status_code == 303


def test_a_deactivated_person_is_not_invited(as_ivar: Client) -> None:
    as_ivar.post("/accounts/people/bjorn/deactivation")

    answer = as_ivar.post("/accounts/people/bjorn/invitation", headers=EN)

    assert answer.status_code == 422
    assert "Activate it first" in answer.text


def test_an_administrator_cannot_shut_themselves_out(as_ivar: Client, database: Database) -> None:
    page = as_ivar.get("/accounts/people/ivar")
    answer = as_ivar.post("/accounts/people/ivar/deactivation", headers=EN)

    assert "deactivation" not in page.text
    assert answer.status_code == 422
    assert "Ask another administrator" in answer.text
    with database() as session:
        assert session.get_one(Account, person(session, "ivar").id).deactivated_at is None


def test_who_has_no_account_is_neither_deactivated_nor_activated(as_ivar: Client) -> None:
    for path in ("deactivation", "activation"):
        assert as_ivar.post(f"/accounts/people/siri/{path}").status_code == 422


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def mailing(app: Flask, box: Mailbox, tmp_path: Any) -> Flask:
    """The same site with a mail server."""
    return _app(
        state(app).engines.write.url.render_as_string(hide_password=False), tmp_path / "mailing",
        mail_server="127.0.0.1", mail_port=box.port, base_url="https://hms.example.no/wiki",
    )  # fmt: skip


def test_with_mail_the_link_is_mailed_and_not_shown(mailing: Flask, box: Mailbox) -> None:
    ivar = client_as(mailing, "ivar")

    answer = ivar.post("/accounts/people/siri/invitation", headers=EN)
    page = ivar.get(answer.headers["Location"])

    (message,) = box.messages
    (path,) = re.findall(r"https://hms\.example\.no/wiki(/accounts/invitation/\S+)", text_of(message))
    assert answer.status_code == 303
    assert "A link was mailed to siri@example.no" in page.text
    assert path not in page.text
    assert message["Subject"] == "Kontoen din i hmswiki"
    assert stranger(mailing).post(path, data=CHOSEN).status_code == 303


def test_a_mail_that_fails_leaves_the_link_with_the_administrator(mailing: Flask, box: Mailbox) -> None:
    box.refuse = "552 The mailbox is full"

    answer = client_as(mailing, "ivar").post("/accounts/people/siri/invitation", headers=EN)

    assert answer.status_code == 200
    assert "It could not be mailed" in answer.text and "The mailbox is full" in answer.text
    assert "https://hms.example.no/wiki/accounts/invitation/" in answer.text


def test_somebody_without_an_address_gets_the_link_from_the_administrator(
    mailing: Flask, box: Mailbox, database: Database
) -> None:
    with database() as session:
        person(session, "siri").email = None

    answer = client_as(mailing, "ivar").post("/accounts/people/siri/invitation")

    assert "https://hms.example.no/wiki/accounts/invitation/" in answer.text
    assert box.messages == []


def test_the_panel_on_a_persons_page_is_the_administrators_alone(app: Flask) -> None:
    shown = {}
    for key in ("ivar", "hanne", "bjorn"):
        with app.test_request_context("/my-record", environ_overrides={"hmswiki.test_person": key}):
            shown[key] = people_views.render_panel(person(read_session(), "dina"))

    assert shown["ivar"] is not None and "/accounts/people/dina/deactivation" in shown["ivar"]
    assert (shown["hanne"], shown["bjorn"]) == (None, None)


def test_the_page_takes_few_queries(as_ivar: Client, queries: Any) -> None:
    with queries() as sent:
        as_ivar.get("/accounts/people/bjorn")

    assert len(sent) <= 7, sent
