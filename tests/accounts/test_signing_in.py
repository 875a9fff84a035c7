"""Signing in and out, with a real cookie."""

import html
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from hmswiki.accounts import operations, rules
from hmswiki.accounts.models import Account
from hmswiki.accounts.rules import DemoPerson
from hmswiki.foundation import clock
from hmswiki.foundation.errors import SetupProblem
from hmswiki.web.context import state
from tests.accounts.conftest import (
    PASSWORD,
    Database,
    give_account,
    open_sessions,
    person,
    sign_in,
    sign_ins,
    signed_in,
    stranger,
    who,
)
from tests.conftest import Client, _app
from tests.support import once

# Each address is asked for on PostgreSQL too, by tests/test_access.py.
pytestmark = [once, pytest.mark.usefixtures("with_passwords")]


@pytest.mark.parametrize("name", ["bjorn", " bjorn ", "bjorn@example.no", "Bjorn@Example.NO"])
def test_the_employee_id_and_the_address_both_sign_in(app: Flask, name: str) -> None:
    client = stranger(app)

    answer = sign_in(client, name)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert who(client) == "Bjørn Berg"


def test_a_stranger_comes_back_to_the_page_that_was_asked_for(app: Flask) -> None:
    client = stranger(app)

    asked = client.get("/accounts/sessions?a=1&b=å")
    page = client.get(asked.headers["Location"]).text
    action = html.unescape(page.split('class="hms-form" method="post" action="')[1].split('"')[0])
    answer = client.post(action, data={"name": "bjorn", "password": PASSWORD})

    assert asked.status_code == 303
    assert action.startswith("/accounts/sign-in?next=/accounts/sessions")
    assert answer.headers["Location"] == "/accounts/sessions?a=1&b=%C3%A5"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil.example"])
def test_nobody_is_sent_to_another_site(app: Flask, elsewhere: str) -> None:
    assert sign_in(stranger(app), "bjorn", then=elsewhere).headers["Location"] == "/"


def test_whoever_is_signed_in_need_not_do_it_again(app: Flask) -> None:
    client = signed_in(app, "bjorn")

    assert client.get("/accounts/sign-in?next=/accounts/sessions").headers["Location"] == "/accounts/sessions"


def test_a_form_from_another_site_signs_nobody_in(app: Flask) -> None:
    client = stranger(app)

    answer = client.post("/accounts/sign-in", data={"name": "bjorn", "password": PASSWORD}, without_token=True)

    assert answer.status_code == 400
    assert who(client) is None
    assert PASSWORD not in answer.text
    assert 'name="name"' in answer.text


def test_unknown_deactivated_invited_and_wrong_get_the_same_answer_after_the_same_work(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database() as session:
        operations.deactivate(session, person(session, "dina"), by=None, at=clock.now())
        session.add(Account(person_id=person(session, "siri").id, created_at=clock.now()))
    compared: list[bool] = []
    real = rules.check_password_hash
    monkeypatch.setattr(rules, "check_password_hash", lambda *both: compared.append(True) or real(*both))

    answers = [
        sign_in(stranger(app), name, password)
        for name, password in (
            ("bjorn", "not the right one"), ("dina", PASSWORD), ("siri", PASSWORD), ("nils", PASSWORD),
            ("nobody", PASSWORD), ("ute@example.no", PASSWORD),
        )
    ]  # fmt: skip

    said = {answer.text.split('role="alert"')[1].split("</div>")[0] for answer in answers}
    assert [answer.status_code for answer in answers] == [422] * 6
    assert len(said) == 1
    assert len(compared) == 6
    assert PASSWORD not in "".join(answer.text for answer in answers)
    assert 'value="ute@example.no"' in answers[-1].text


def test_an_address_that_two_accounts_share_signs_in_neither_but_their_ids_do(app: Flask, database: Database) -> None:
    with database() as session:
        person(session, "dina").email = "Lab@example.no"
        person(session, "bjorn").email = "lab@example.no"

    assert sign_in(stranger(app), "lab@example.no").status_code == 422
    assert who(signed_in(app, "dina")) == "Dina Dahl"


def test_an_id_that_is_another_persons_address_means_the_one_whose_id_it_is(app: Flask, database: Database) -> None:
    with database() as session:
        person(session, "dina").email = "bjorn"

    assert who(signed_in(app, "bjorn")) == "Bjørn Berg"


def test_the_session_begins_anew_at_sign_in(app: Flask, database: Database) -> None:
    client = stranger(app)
    with client.session_transaction() as kept:
        kept["planted"] = "by somebody else"
        kept["csrf_token"] = "known to somebody else"

    sign_in(client, "bjorn")
    with client.session_transaction() as kept:
        first = dict(kept)
    sign_in(client, "dina")
    with client.session_transaction() as kept:
        second = dict(kept)

    assert "planted" not in first
    assert first.get("csrf_token") != "known to somebody else"
    assert first["_user_id"] != second["_user_id"]
    assert open_sessions(database, "bjorn") == 0, "the browser's earlier session ends"


def test_forms_work_after_signing_in(app: Flask) -> None:
    client = signed_in(app, "bjorn")
    page = client.get("/accounts/sessions").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    answer = client.post("/accounts/sessions/end-others", data={"csrf_token": token}, without_token=True)

    assert answer.status_code == 303


def test_the_cookie_holds_a_token_and_the_database_only_its_hash(app: Flask, database: Database) -> None:
    client = stranger(app)
    answer = sign_in(client, "bjorn", agent="Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Firefox/133.0")
    with client.session_transaction() as kept:
        token = kept["_user_id"]

    (sign_in_row,) = sign_ins(database, "bjorn")
    cookies = answer.headers.getlist("Set-Cookie")

    assert sign_in_row.token_hash == rules.token_hash(token) != token
    assert sign_in_row.device == "Firefox, Linux"
    assert len(cookies) == 1 and cookies[0].startswith("hmswiki=")
    assert all(word in cookies[0] for word in ("HttpOnly", "SameSite=Lax", "Expires="))


def test_a_cookie_that_was_copied_is_worth_nothing_after_signing_out(app: Flask, database: Database) -> None:
    client, thief = signed_in(app, "bjorn"), stranger(app)
    thief.set_cookie("hmswiki", client.get_cookie("hmswiki").value)  # type: ignore[union-attr]
    assert who(thief) == "Bjørn Berg"

    answer = client.post("/accounts/sign-out", headers={"Accept-Language": "en"})

    assert answer.headers["Location"] == "/accounts/sign-in"
    assert "You are signed out" in client.get("/accounts/sign-in").text
    assert (who(client), who(thief), open_sessions(database, "bjorn")) == (None, None, 0)


def test_signing_out_twice_is_harmless(app: Flask) -> None:
    assert stranger(app).post("/accounts/sign-out").status_code == 303


def test_every_page_has_the_button_that_signs_out(app: Flask) -> None:
    assert 'action="/accounts/sign-out"' in signed_in(app, "bjorn").get("/accounts/sessions").text
    assert 'action="/accounts/sign-out"' not in stranger(app).get("/accounts/sign-in").text


def test_a_session_ends_by_itself_after_the_days_of_the_settings(app: Flask) -> None:
    begun = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    with time_machine.travel(begun, tick=False):
        client = signed_in(app, "bjorn")
    days = state(app).settings.session_days

    with time_machine.travel(begun + timedelta(days=days, seconds=-2), tick=False):
        assert who(client) == "Bjørn Berg"
    with time_machine.travel(begun + timedelta(days=days), tick=False):
        assert who(client) is None


def test_an_expired_row_means_nobody_whatever_the_cookie_says(app: Flask, database: Database) -> None:
    client = signed_in(app, "bjorn")
    with database() as session:
        for sign_in_row in sign_ins(database, "bjorn"):
            session.merge(sign_in_row).expires_at = clock.now()

    assert who(client) is None


def test_a_deactivated_account_means_nobody_from_the_next_request_on(app: Flask, database: Database) -> None:
    client = signed_in(app, "bjorn")
    with database() as session:
        session.get_one(Account, person(session, "bjorn").id).deactivated_at = clock.now()

    assert who(client) is None


def test_last_seen_is_written_once_an_hour(app: Flask, database: Database, queries: Any) -> None:
    begun = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    with time_machine.travel(begun, tick=False):
        client = signed_in(app, "bjorn")
    seen = []
    for minutes in (59, 60, 61, 119, 120):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False), queries() as sent:
            assert client.get("/accounts/sessions").status_code == 200
        seen.append((sign_ins(database, "bjorn")[0].last_seen_at - begun).total_seconds() / 60)
        written = [statement for statement in sent if statement.startswith("UPDATE")]
        assert len(written) == (1 if minutes in (60, 120) else 0), written

    assert seen == [0, 60, 60, 60, 120]


def test_knowing_who_is_signed_in_takes_one_select(app: Flask, as_bjorn: Client, queries: Any) -> None:
    client = signed_in(app, "bjorn")
    for warm in (client, as_bjorn):
        warm.get("/my-record")

    with queries() as told:
        as_bjorn.get("/my-record")
    with queries() as signed:
        client.get("/my-record")

    assert len(signed) - len(told) == 1
    assert sum("token_hash = " in statement for statement in signed) == 1


def test_a_page_does_not_wait_for_another_writer_to_note_when_it_was_seen(app: Flask, database: Database) -> None:
    client = signed_in(app, "bjorn")
    with database() as session:
        for sign_in_row in sign_ins(database, "bjorn"):
            session.merge(sign_in_row).last_seen_at = clock.now() - timedelta(hours=2)

    with database() as writing:
        person(writing, "dina").name = "Dina Dal"
        begun = clock.now()
        assert client.get("/my-record").status_code == 200
        assert clock.now() - begun < timedelta(seconds=5)


# The demo


CAST = [
    DemoPerson("siri", "Siri Sand", {"nb": "Verneombud i Laserlaben", "en": "Safety representative of Laser Lab"}),
    DemoPerson("dina", "Dina Dahl", "Ansatt"),
]


@pytest.fixture
def demo(app: Flask, tmp_path: Any) -> Flask:
    """The same site, started as a demonstration."""
    address = state(app).engines.write.url.render_as_string(hide_password=False)
    demo = _app(address, tmp_path / "demo", demo=True)
    state(demo).extra["demo_cast"] = CAST
    return demo


def test_in_the_demo_each_of_the_cast_has_a_button(demo: Flask) -> None:
    client = stranger(demo)

    page = client.get("/accounts/sign-in", headers={"Accept-Language": "nb"}).text
    answer = client.post("/accounts/sign-in-as", data={"person": "siri"}, query_string={"next": "/my-record"})

    assert page.count('action="/accounts/sign-in-as"') == 2
    assert "Verneombud i Laserlaben" in page
    assert answer.headers["Location"] == "/my-record"
    assert who(client) == "Siri Sand"


def test_in_the_demo_one_can_become_somebody_else_without_signing_out(demo: Flask, database: Database) -> None:
    client = stranger(demo)
    client.post("/accounts/sign-in-as", data={"person": "siri"})

    assert "Dina Dahl" in client.get("/accounts/sign-in").text
    client.post("/accounts/sign-in-as", data={"person": "dina"})

    assert who(client) == "Dina Dahl"
    assert open_sessions(database, "siri") == 0


def test_only_the_cast_can_be_signed_in_by_a_button(demo: Flask) -> None:
    client = stranger(demo)

    assert client.post("/accounts/sign-in-as", data={"person": "ivar"}).status_code == 404
    assert client.post("/accounts/sign-in-as", data={"person": "nobody"}).status_code == 404
    assert who(client) is None


def test_the_cast_stands_on_the_sign_in_page_only(demo: Flask) -> None:
    client = stranger(demo)

    for page in ("/accounts/reset", "/accounts/invitation/x", "/nowhere"):
        assert "Siri Sand" not in client.get(page).text


def test_outside_the_demo_there_is_no_cast(app: Flask) -> None:
    state(app).extra["demo_cast"] = CAST
    client = stranger(app)

    assert "Siri Sand" not in client.get("/accounts/sign-in").text
    assert client.post("/accounts/sign-in-as", data={"person": "siri"}).status_code == 404


def test_a_deactivated_member_of_the_cast_cannot_be_signed_in(demo: Flask, database: Database) -> None:
    with database() as session:
        operations.deactivate(session, person(session, "dina"), by=None, at=clock.now())

    answer = stranger(demo).post("/accounts/sign-in-as", data={"person": "dina"})

    assert answer.status_code == 422
    assert open_sessions(database, "dina") == 0


# In a host


def test_a_host_that_says_who_it_is_has_no_sign_in_of_ours(tmp_path: Any, app: Flask) -> None:
    from hmswiki import HmsWiki

    host = Flask("host")
    host.config["HMSWIKI_DATABASE_URL"] = state(app).engines.write.url.render_as_string(hide_password=False)
    HmsWiki().init_app(host, identify=lambda: "bjorn", sign_in_url="/login", instance=tmp_path / "host")

    rules_of_host = [rule.endpoint for rule in host.url_map.iter_rules()]
    page = host.test_client().get("/hms/my-record")

    assert not [endpoint for endpoint in rules_of_host if "accounts" in endpoint]
    assert page.status_code == 200
    assert "sign-out" not in page.text
    assert not hasattr(host, "login_manager")


def test_one_wiki_serves_an_application_with_accounts_and_one_without(tmp_path: Any, app: Flask) -> None:
    from hmswiki import HmsWiki

    wiki, address = HmsWiki(), state(app).engines.write.url.render_as_string(hide_password=False)
    with_accounts, without = Flask("with"), Flask("without")
    wiki.init_app(with_accounts, database_url=address, instance=tmp_path / "with")
    wiki.init_app(without, database_url=address, instance=tmp_path / "without", identify=lambda: "bjorn")

    page = without.test_client().get("/hms/my-record")

    assert page.status_code == 200
    assert "/accounts/" not in page.text
    assert with_accounts.test_client().get("/hms/accounts/sign-in").status_code == 200


def test_a_host_with_flask_login_of_its_own_is_told_to_say_who_it_is(tmp_path: Any) -> None:
    from flask_login import LoginManager

    from hmswiki import HmsWiki

    host = Flask("host")
    LoginManager(host)

    with pytest.raises(SetupProblem, match="identify="):
        HmsWiki().init_app(host, instance=tmp_path / "host")


def test_accounts_can_be_given_to_somebody_new(database: Database, app: Flask) -> None:
    with database() as session:
        give_account(session, "nils")

    assert who(signed_in(app, "nils")) == "Nils Nes"
