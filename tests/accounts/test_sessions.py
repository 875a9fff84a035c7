"""One's own sessions and password."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from hmswiki.foundation import clock
from tests.accounts.conftest import (
    PASSWORD,
    Database,
    open_sessions,
    sign_in,
    sign_ins,
    signed_in,
    stranger,
    who,
)
from tests.conftest import Client

pytestmark = pytest.mark.usefixtures("with_passwords")

NEW = "noe helt annet nå"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
EN = {"Accept-Language": "en"}


def test_a_stranger_is_sent_to_sign_in(as_stranger: Client) -> None:
    assert as_stranger.get("/accounts/sessions").headers["Location"] == "/accounts/sign-in?next=/accounts/sessions"


def test_every_session_is_listed_with_its_device_and_this_one_marked(app: Flask) -> None:
    here = stranger(app)
    sign_in(stranger(app), "bjorn", agent=FIREFOX)
    sign_in(here, "bjorn")
    signed_in(app, "dina")

    page = here.get("/accounts/sessions", headers=EN).text

    assert "You are signed in in two places" in page
    assert "Firefox, Linux" in page
    assert page.count("This one") == 1
    assert page.count('/end"') == 1, "only the other one can be ended here"


def test_ending_a_session_signs_out_whoever_used_it(app: Flask, database: Database) -> None:
    here, elsewhere = signed_in(app, "bjorn"), signed_in(app, "bjorn")
    other = sign_ins(database, "bjorn")[1].id

    answer = here.post(f"/accounts/sessions/{other}/end")

    assert answer.status_code == 303
    assert (who(here), who(elsewhere)) == ("Bjørn Berg", None)


def test_nobody_can_end_somebody_elses_session(app: Flask, database: Database) -> None:
    victim = signed_in(app, "dina")
    theirs = sign_ins(database, "dina")[0].id

    answer = signed_in(app, "bjorn").post(f"/accounts/sessions/{theirs}/end")

    assert answer.status_code == 404
    assert who(victim) == "Dina Dahl"


def test_all_the_others_end_and_this_one_stays(app: Flask, database: Database) -> None:
    here, *others = [signed_in(app, "bjorn") for _ in range(3)]
    dina = signed_in(app, "dina")

    here.post("/accounts/sessions/end-others")

    assert [who(client) for client in (here, *others, dina)] == ["Bjørn Berg", None, None, "Dina Dahl"]


def test_changing_the_password_ends_the_other_sessions_and_the_old_password(app: Flask) -> None:
    here, elsewhere = signed_in(app, "bjorn"), signed_in(app, "bjorn")

    answer = here.post("/accounts/password", data={"current": PASSWORD, "password": NEW, "again": NEW})

    assert answer.headers["Location"] == "/accounts/sessions"
    assert (who(here), who(elsewhere)) == ("Bjørn Berg", None)
    assert sign_in(stranger(app), "bjorn").status_code == 422
    assert sign_in(stranger(app), "bjorn", NEW).status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"current": "not the right one", "password": NEW, "again": NEW}, "not the password you have today"),
        ({"current": PASSWORD, "password": NEW, "again": NEW + "!"}, "not the same"),
        ({"current": PASSWORD, "password": "for kort", "again": "for kort"}, "has 8 characters"),
        ({"current": PASSWORD, "password": "bjorn@example.no", "again": "bjorn@example.no"}, "tried first"),
        ({"current": "", "password": NEW, "again": NEW}, "Write the password that you have today"),
        ({"current": PASSWORD, "password": "x1y" * 50, "again": "x1y" * 50}, "at most 128"),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(
    app: Flask, form: dict[str, str], said: str
) -> None:
    client, elsewhere = signed_in(app, "bjorn"), signed_in(app, "bjorn")

    answer = client.post("/accounts/password", data=form, headers=EN)

    assert answer.status_code == 422
    assert said in answer.text
    assert form["password"] not in answer.text
    assert who(elsewhere) == "Bjørn Berg"
    assert sign_in(stranger(app), "bjorn").status_code == 303


def test_somebody_without_a_password_is_told_so(as_siri: Client) -> None:
    page = as_siri.get("/accounts/sessions", headers=EN)
    answer = as_siri.post("/accounts/password", data={"current": PASSWORD, "password": NEW, "again": NEW})

    assert "You have no password here" in page.text
    assert answer.status_code == 422


def test_the_page_takes_few_queries_however_many_sessions(app: Flask, queries: Any) -> None:
    client = signed_in(app, "bjorn")

    with queries() as few:
        client.get("/accounts/sessions")
    for _ in range(5):
        signed_in(app, "bjorn")
    with queries() as many:
        client.get("/accounts/sessions")

    assert len(many) == len(few) <= 6, many


def test_the_page_is_under_the_persons_own_name(app: Flask) -> None:
    page = signed_in(app, "bjorn").get("/accounts/sessions", headers=EN).text

    assert '<a href="/accounts/sessions" aria-current="page">Password and sessions</a>' in page


def test_a_session_that_has_expired_is_not_listed(app: Flask, database: Database) -> None:
    here = signed_in(app, "bjorn")
    signed_in(app, "bjorn")
    with database() as session:
        session.merge(sign_ins(database, "bjorn")[1]).expires_at = clock.now() - timedelta(seconds=1)

    assert "You are signed in in one place" in here.get("/accounts/sessions", headers=EN).text
    assert open_sessions(database, "bjorn") == 2
