"""Invitations and forgotten passwords: links that work once, for a time, for whoever got them."""

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from hmswiki.accounts import links, operations
from hmswiki.accounts.models import Account, Link
from hmswiki.foundation import clock
from hmswiki.web.context import state
from tests.accounts.conftest import (
    PASSWORD,
    Database,
    open_sessions,
    person,
    sign_in,
    signed_in,
    stranger,
    who,
)
from tests.conftest import Client, _app
from tests.support.mail import Mailbox, mailbox, text_of

pytestmark = pytest.mark.usefixtures("with_passwords")

NEW = "noe helt annet nå"
CHOSEN = {"password": NEW, "again": NEW}
EN = {"Accept-Language": "en"}
BEGUN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def invitation(database: Database, key: str = "siri", *, hours: int = 72) -> str:
    """The path of a link that the administrator made."""
    with database() as session:
        issued = operations.invite(session, person(session, key), at=clock.now(), hours=hours)
    return f"/accounts/{'invitation' if issued.purpose == 'invitation' else 'reset'}/{issued.token}"


def links_of(database: Database, key: str) -> list[Link]:
    with database() as session:
        return list(session.scalars(select(Link).where(Link.person_id == person(session, key).id)))


def test_an_invitation_is_taken_up_by_choosing_a_password(app: Flask, database: Database) -> None:
    path, client = invitation(database), stranger(app)

    page = client.get(path, headers=EN)
    answer = client.post(path, data=CHOSEN)

    assert "Welcome, Siri Sand" in page.text
    assert 'value="siri@example.no"' in page.text
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert who(client) == "Siri Sand"
    assert sign_in(stranger(app), "siri", NEW).status_code == 303


def test_looking_at_a_link_as_mail_scanners_do_does_not_use_it_up(app: Flask, database: Database) -> None:
    path = invitation(database)

    for _ in range(3):
        assert stranger(app).get(path).status_code == 200
        assert stranger(app).head(path).status_code == 200

    assert stranger(app).post(path, data=CHOSEN).status_code == 303


def test_a_link_works_once(app: Flask, database: Database) -> None:
    path = invitation(database)
    stranger(app).post(path, data=CHOSEN)
    second = stranger(app)

    looked, sent = second.get(path, headers=EN), second.post(path, data={"password": PASSWORD, "again": PASSWORD})

    assert (looked.status_code, sent.status_code) == (404, 404)
    assert "The link no longer works" in looked.text
    assert who(second) is None
    assert sign_in(stranger(app), "siri", PASSWORD).status_code == 422


def test_of_two_who_use_a_link_at_the_same_time_one_is_refused(app: Flask, database: Database) -> None:
    path = invitation(database)

    def use(number: int) -> tuple[int, int]:
        client = app.test_client()
        token = client.get(path).text.split('name="csrf_token" value="')[1].split('"')[0]
        password = f"passord nummer {number}"
        return number, client.post(
            path, data={"csrf_token": token, "password": password, "again": password}
        ).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(use, range(6)))

    (winner,) = [number for number, status in answers if status == 303]
    assert sorted(status for _, status in answers) == [303] + [404] * 5
    assert open_sessions(database, "siri") == 1
    assert sign_in(stranger(app), "siri", f"passord nummer {winner}").status_code == 303


def test_a_link_is_too_old_after_its_hours(app: Flask, database: Database) -> None:
    with time_machine.travel(BEGUN, tick=False):
        path = invitation(database, hours=72)
    with time_machine.travel(BEGUN + timedelta(hours=72, seconds=-1), tick=False):
        assert stranger(app).get(path).status_code == 200
    with time_machine.travel(BEGUN + timedelta(hours=72), tick=False):
        assert stranger(app).get(path).status_code == 404
        assert stranger(app).post(path, data=CHOSEN).status_code == 404


def test_a_link_that_nobody_made_is_missing(as_stranger: Client) -> None:
    for path in ("/accounts/invitation/x", "/accounts/reset/" + "x" * 5000, "/accounts/invitation/%C3%A5%00"):
        assert as_stranger.get(path).status_code == 404
        assert as_stranger.post(path, data=CHOSEN).status_code == 404


def test_a_new_link_from_the_administrator_ends_the_old_one(app: Flask, database: Database) -> None:
    first, second = invitation(database), invitation(database)

    assert stranger(app).get(first).status_code == 404
    assert stranger(app).get(second).status_code == 200


def test_a_weak_password_is_refused_and_the_link_can_still_be_used(app: Flask, database: Database) -> None:
    path, client = invitation(database), stranger(app)

    for chosen in ("for kort", "siri@example.no"):
        answer = client.post(path, data={"password": chosen, "again": chosen})
        assert answer.status_code == 422
        assert f'value="{chosen}"' not in answer.text.replace('readonly autocomplete="username" value', "")
    unlike = client.post(path, data={"password": NEW, "again": PASSWORD}, headers=EN)

    assert unlike.status_code == 422
    assert "The two passwords are not the same" in unlike.text
    assert client.post(path, data=CHOSEN).status_code == 303


def test_the_secret_in_the_address_is_told_to_nobody(app: Flask, database: Database) -> None:
    path, client = invitation(database), stranger(app)
    answers = [client.get(path), client.post(path, data={"password": "kort"}), client.post(path, data=CHOSEN)]
    answers += [client.get(path)]

    for answer in answers:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "http" not in re.sub(r"http://www\.w3\.org/\S+", "", answers[0].text), "the page leads to no other site"
    assert client.get("/accounts/sign-in").headers["Referrer-Policy"] == "same-origin"


def test_the_database_holds_no_secret_of_a_link(database: Database) -> None:
    token = invitation(database).rsplit("/", 1)[1]

    (link,) = links_of(database, "siri")

    assert len(token) >= 40
    assert token not in str(vars(link))


def test_a_reset_ends_every_session_and_the_old_password(app: Flask, database: Database) -> None:
    client, path = signed_in(app, "bjorn"), invitation(database, "bjorn")
    assert path.startswith("/accounts/reset/")
    assert who(client) == "Bjørn Berg", "until it is used nothing changes"

    stranger(app).post(path, data=CHOSEN)

    assert who(client) is None
    assert sign_in(stranger(app), "bjorn").status_code == 422
    assert sign_in(stranger(app), "bjorn", NEW).status_code == 303


def test_whoever_resets_need_not_wait_for_those_who_guessed(app: Flask, database: Database) -> None:
    for number in range(6):
        sign_in(stranger(app), "bjorn", "not the right one", address=f"198.51.100.{number}")
    assert sign_in(stranger(app), "bjorn").status_code == 429

    stranger(app).post(invitation(database, "bjorn"), data=CHOSEN)

    assert sign_in(stranger(app), "bjorn", NEW).status_code == 303


def test_a_link_to_a_deactivated_account_opens_nothing(app: Flask, database: Database) -> None:
    path = invitation(database)
    with database() as session:
        session.get_one(Account, person(session, "siri").id).deactivated_at = clock.now()

    assert stranger(app).get(path).status_code == 404
    assert stranger(app).post(path, data=CHOSEN).status_code == 404


def test_changing_the_password_ends_links_that_were_sent(app: Flask, database: Database) -> None:
    path = invitation(database, "bjorn")

    signed_in(app, "bjorn").post("/accounts/password", data={"current": PASSWORD, **CHOSEN})

    assert stranger(app).get(path).status_code == 404


def test_taking_up_a_link_in_somebody_elses_browser_ends_their_session(app: Flask, database: Database) -> None:
    client = signed_in(app, "dina")

    client.post(invitation(database), data=CHOSEN)

    assert who(client) == "Siri Sand"
    assert open_sessions(database, "dina") == 0


# Asking for a link oneself


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def mailing(app: Flask, box: Mailbox, tmp_path: Any) -> Flask:
    """The same site with a mail server."""
    return _app(
        state(app).engines.write.url.render_as_string(hide_password=False), tmp_path / "mailing",
        mail_server="127.0.0.1", mail_port=box.port, mail_from="hms@example.no", base_url="https://hms.example.no",
        site_name="HMS ved fakultetet",
    )  # fmt: skip


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list["Future[None]"]:
    """What was left to be done after the answers."""
    waiting: list[Future[None]] = []
    real = links.send_reset_later

    def note(name: str) -> "Future[None]":
        waiting.append(real(name))
        return waiting[-1]

    monkeypatch.setattr(links, "send_reset_later", note)
    return waiting


def ask(client: Client, name: str, *, address: str = "192.0.2.1", **more: Any) -> Any:
    return client.post(
        "/accounts/reset", data={"name": name}, environ_base={"REMOTE_ADDR": address}, headers=EN, **more
    )


def path_in(message: Any) -> str:
    (link,) = re.findall(r"https://\S+", text_of(message))
    assert urlsplit(link).netloc == "hms.example.no"
    return urlsplit(link).path


def test_a_forgotten_password_is_replaced_by_mail(mailing: Flask, box: Mailbox) -> None:
    client = stranger(mailing)

    page, answer = client.get("/accounts/reset"), ask(client, "bjorn@example.no")
    (message,) = box.wait_for(1)
    taken = client.post(path_in(message), data=CHOSEN)

    assert 'action="/accounts/reset"' in page.text
    assert answer.status_code == 200 and "a link is on its way" in answer.text
    assert message["To"].addresses[0].addr_spec == "bjorn@example.no"
    assert taken.status_code == 303
    assert who(client) == "Bjørn Berg"


def test_the_answer_tells_nobody_which_accounts_exist(
    mailing: Flask, box: Mailbox, database: Database, sent: list["Future[None]"]
) -> None:
    with database() as session:
        operations.deactivate(session, person(session, "dina"), by=None, at=clock.now())

    answers = [ask(stranger(mailing), name) for name in ("bjorn", "dina", "nils", "nobody@example.no")]
    for waiting in sent:
        waiting.result(10)

    def plain(answer: Any) -> str:
        return re.sub(r'value="[^"]{30,}"', "", answer.text)

    assert {answer.status_code for answer in answers} == {200}
    assert len({plain(answer) for answer in answers}) == 1
    assert len(sent) == 4, "also for nobody something is left to be done, so that no answer comes sooner"
    assert [message["To"].addresses[0].addr_spec for message in box.messages] == ["bjorn@example.no"]


def test_an_answer_does_not_wait_for_the_mail(
    mailing: Flask, monkeypatch: pytest.MonkeyPatch, sent: list["Future[None]"]
) -> None:
    waited: list[bool] = []

    def slow(*mail: Any, **more: Any) -> None:
        waited.append(sent_before_answer.wait(10))

    import threading

    sent_before_answer = threading.Event()
    monkeypatch.setattr(links, "send", slow)

    answer = ask(stranger(mailing), "bjorn")
    sent_before_answer.set()
    sent[0].result(10)

    assert answer.status_code == 200
    assert waited == [True]


def test_asking_again_and_again_is_slowed_for_known_and_unknown_names_alike(
    mailing: Flask, box: Mailbox, sent: list["Future[None]"]
) -> None:
    statuses = {
        name: [ask(stranger(mailing), name, address=f"198.51.100.{number}").status_code for number in range(5)]
        for name in ("bjorn", "nobody")
    }
    for waiting in sent:
        waiting.result(10)

    assert statuses == {name: [200, 200, 200, 429, 429] for name in ("bjorn", "nobody")}
    assert len(box.messages) == 3


def test_asking_does_not_end_a_link_that_is_under_way(mailing: Flask, box: Mailbox, database: Database) -> None:
    path = invitation(database, "bjorn")

    ask(stranger(mailing), "bjorn")
    box.wait_for(1)

    assert stranger(mailing).get(path).status_code == 200


def test_a_lie_about_the_sites_name_does_not_reach_the_mail(mailing: Flask, box: Mailbox) -> None:
    client = stranger(mailing)
    page = client.get("/accounts/reset", base_url="https://evil.example").text
    data = {"name": "bjorn", "csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}

    answer = client.post("/accounts/reset", data=data, base_url="https://evil.example", without_token=True)

    (message,) = box.wait_for(1)
    assert answer.status_code == 200

    assert "evil.example" not in message.as_string()
    assert path_in(message).startswith("/accounts/reset/")


@pytest.mark.parametrize(
    ("language", "subject", "greeting", "last"),
    [
        ("nb", "Velg et nytt passord i HMS ved fakultetet", "Hei, Bjørn Berg.", "Lenken virker én gang"),
        ("nn", "Vel eit nytt passord i HMS ved fakultetet", "Hei, Bjørn Berg.", "Lenkja verkar éin gong"),
        ("en", "Choose a new password in HMS ved fakultetet", "Hello Bjørn Berg,", "The link works once"),
        (None, "Velg et nytt passord i HMS ved fakultetet", "Hei, Bjørn Berg.", "Lenken virker én gang"),
    ],
)
def test_the_mail_is_in_the_persons_own_language_whoever_asks(
    mailing: Flask, box: Mailbox, database: Database, language: str | None, subject: str, greeting: str, last: str
) -> None:
    with database() as session:
        person(session, "bjorn").language = language

    ask(stranger(mailing), "bjorn")
    (message,) = box.wait_for(1)

    lines = text_of(message).splitlines()
    assert message["Subject"] == subject
    assert lines[0] == greeting
    assert lines[-1].startswith(last)
    assert message["Content-Language"] == (language or "nb")


def test_a_name_cannot_bring_recipients_into_the_mail(mailing: Flask, box: Mailbox, database: Database) -> None:
    with database() as session:
        person(session, "bjorn").name = "Bjørn\r\nBcc: everybody@example.org\r\n\r\nhttps://evil.example"

    ask(stranger(mailing), "bjorn")
    (message,) = box.wait_for(1)

    assert box.envelopes[0].rcpt_tos == ["bjorn@example.no"]
    assert message["Bcc"] is None
    assert message["To"].addresses[0].addr_spec == "bjorn@example.no"
    assert text_of(message).splitlines()[0].endswith("Bcc: everybody@example.org https://evil.example.")


def test_a_mail_that_fails_breaks_nothing(
    mailing: Flask, box: Mailbox, sent: list["Future[None]"], caplog: pytest.LogCaptureFixture
) -> None:
    box.refuse = "552 The mailbox is full"

    answer = ask(stranger(mailing), "bjorn")
    sent[0].result(10)

    assert answer.status_code == 200
    assert "was not mailed" in caplog.text
    assert "/accounts/reset/" not in caplog.text, "the log holds no link"


def test_without_mail_the_page_says_whom_to_ask_and_makes_no_link(app: Flask, database: Database) -> None:
    client = stranger(app)

    page, answer = client.get("/accounts/reset", headers=EN), ask(client, "bjorn")

    assert "This site sends no e-mail" in page.text
    assert "<form" not in page.text.split("<main")[1]
    assert answer.status_code == 200
    assert links_of(database, "bjorn") == []
    assert "/accounts/reset" not in client.get("/accounts/sign-in").text


def test_in_the_demo_the_link_is_printed(
    app: Flask, tmp_path: Any, sent: list["Future[None]"], capsys: pytest.CaptureFixture[str]
) -> None:
    demo = _app(state(app).engines.write.url.render_as_string(hide_password=False), tmp_path / "demo", demo=True)

    answer = ask(stranger(demo), "bjorn")
    sent[0].result(10)

    printed = capsys.readouterr()
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(\S+)", printed.err)
    assert "printed in that window" in answer.text
    assert printed.out == ""
    assert stranger(demo).post(path, data=CHOSEN).status_code == 303
