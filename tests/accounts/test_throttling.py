"""Guessing is slowed down, and the slowing tells nobody which accounts exist."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from hmswiki.accounts import rules
from hmswiki.accounts.models import SignInAttempt
from hmswiki.web.context import state
from tests.accounts.conftest import PASSWORD, Database, sign_in, signed_in, stranger, who
from tests.conftest import _app

pytestmark = pytest.mark.usefixtures("with_passwords")

WRONG = "not the right one"
BEGUN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def after(minutes: float) -> Any:
    return time_machine.travel(BEGUN + timedelta(minutes=minutes), tick=False)


def fail(app: Flask, name: str, times: int, *, first_address: int = 1) -> list[int]:
    """Fail, each time from an address of its own."""
    return [
        sign_in(stranger(app), name, WRONG, address=f"198.51.100.{first_address + number}").status_code
        for number in range(times)
    ]


def attempts(database: Database) -> int:
    with database() as session:
        return int(session.scalar(select(func.count()).select_from(SignInAttempt)))


def test_after_five_failures_even_the_right_password_waits_and_is_told_how_long(app: Flask) -> None:
    with after(0):
        assert fail(app, "bjorn", 5) == [422] * 5
        answer = sign_in(stranger(app), "bjorn", address="203.0.113.9")
    with after(0.9):
        still = sign_in(stranger(app), "bjorn", address="203.0.113.9")
    with after(1):
        client = stranger(app)
        let_in = sign_in(client, "bjorn", address="203.0.113.9")
        assert who(client) == "Bjørn Berg"

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "in 1 min" in answer.text or "om 1 min" in answer.text
    assert 'value="bjorn"' in answer.text
    assert (still.status_code, let_in.status_code) == (429, 303)


def test_the_wait_grows_while_the_failures_go_on(app: Flask) -> None:
    waits = []
    minute = 0.0
    with after(minute):
        fail(app, "bjorn", 5)
    for number in range(4):
        with after(minute):
            waits.append(int(sign_in(stranger(app), "bjorn", address="203.0.113.9").headers["Retry-After"]) // 60)
        minute += waits[-1]
        with after(minute):
            assert fail(app, "bjorn", 1, first_address=50 + number) == [422]

    assert waits == [1, 2, 4, 8]


def test_a_refused_try_does_not_make_the_wait_longer(app: Flask) -> None:
    with after(0):
        fail(app, "bjorn", 5)
    with after(0.5):
        assert fail(app, "bjorn", 20, first_address=50) == [429] * 20
    with after(1):
        assert sign_in(stranger(app), "bjorn", address="203.0.113.9").status_code == 303


def test_a_name_that_nobody_has_is_slowed_in_the_same_way(app: Flask) -> None:
    with after(0):
        known = [*fail(app, "bjorn", 6), *fail(app, "dina@example.no", 6, first_address=50)]
        unknown = [*fail(app, "nobody", 6, first_address=100), *fail(app, "ute@example.no", 6, first_address=150)]
        answers = [sign_in(stranger(app), name, address="203.0.113.9") for name in ("bjorn", "nobody")]

    assert known == unknown == [422, 422, 422, 422, 422, 429] * 2
    assert len({answer.headers["Retry-After"] for answer in answers}) == 1
    assert len({answer.text.split('role="alert"')[1].split("</div>")[0] for answer in answers}) == 1


def test_the_name_is_the_same_however_it_is_written(app: Flask) -> None:
    with after(0):
        for number, name in enumerate((" Bjorn@Example.no", "bjorn@example.no", "BJORN@EXAMPLE.NO ") * 2):
            answer = sign_in(stranger(app), name, WRONG, address=f"198.51.100.{number}")

    assert answer.status_code == 429


def test_one_persons_failures_slow_nobody_else(app: Flask) -> None:
    with after(0):
        fail(app, "bjorn", 6)
        assert who(signed_in(app, "dina")) == "Dina Dahl"


def test_signing_in_wipes_the_slate_of_the_name(app: Flask, database: Database) -> None:
    with after(0):
        fail(app, "bjorn", 4)
        signed_in(app, "bjorn")
        assert fail(app, "bjorn", 4, first_address=50) == [422] * 4


def test_signing_in_costs_the_address_nothing_however_often(app: Flask) -> None:
    for _ in range(rules.PER_ADDRESS.free + 1):
        signed_in(app, "bjorn")


def test_an_address_that_tries_many_names_is_slowed_and_others_are_not(app: Flask) -> None:
    with after(0):
        answers = [
            sign_in(stranger(app), f"name-{number}", WRONG, address="198.51.100.7").status_code
            for number in range(rules.PER_ADDRESS.free + 1)
        ]
        assert sign_in(stranger(app), "bjorn", address="198.51.100.7").status_code == 429
        assert sign_in(stranger(app), "bjorn", address="198.51.100.8").status_code == 303
    with after(16):
        assert sign_in(stranger(app), "bjorn", address="198.51.100.7").status_code == 303

    assert answers == [422] * rules.PER_ADDRESS.free + [429]


def test_a_hundred_guesses_at_once_are_not_all_the_first(app: Flask) -> None:
    def guess(number: int) -> int:
        client = app.test_client()
        page = client.get("/accounts/sign-in").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        data = {"name": "bjorn", "password": f"guess number {number}", "csrf_token": token}
        answer = client.post("/accounts/sign-in", data=data, environ_base={"REMOTE_ADDR": f"198.51.100.{number}"})
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(16)))

    assert sorted(answers) == [422] * 5 + [429] * 11


def test_another_worker_counts_the_same_tries(app: Flask, tmp_path: Any) -> None:
    address = state(app).engines.write.url.render_as_string(hide_password=False)
    worker = _app(address, tmp_path / "worker")
    with after(0):
        fail(app, "bjorn", 3)
        fail(worker, "bjorn", 2, first_address=50)

        assert sign_in(stranger(app), "bjorn").status_code == 429


def test_old_tries_are_pruned_and_no_name_or_address_was_ever_kept(app: Flask, database: Database) -> None:
    with after(0):
        fail(app, "bjorn", 5)
        with database() as session:
            kept = [row.bucket for row in session.scalars(select(SignInAttempt))]
    with after(24 * 60):
        fail(app, "dina", 1)

    assert len(kept) == 10
    assert all(len(bucket) == 64 and set(bucket) <= set("0123456789abcdef") for bucket in kept)
    assert attempts(database) == 2


def test_the_clients_address_is_the_proxys_word_only_where_the_settings_trust_it(app: Flask, tmp_path: Any) -> None:
    address = state(app).engines.write.url.render_as_string(hide_password=False)
    trusting = _app(address, tmp_path / "behind-proxy", trusted_proxies=1)
    with after(0):
        for number in range(rules.PER_ADDRESS.free):
            stranger(app).post(
                "/accounts/sign-in", data={"name": f"n{number}", "password": WRONG},
                headers={"X-Forwarded-For": f"198.51.100.{number}"},
            )  # fmt: skip
        lied = sign_in(stranger(app), "bjorn", address="127.0.0.1")
        behind = stranger(trusting).post(
            "/accounts/sign-in", data={"name": "bjorn", "password": PASSWORD},
            headers={"X-Forwarded-For": "198.51.100.200"},
        )  # fmt: skip

    assert (lied.status_code, behind.status_code) == (429, 303)


def test_guessing_at_the_password_of_an_open_session_is_slowed_too(app: Flask) -> None:
    client = signed_in(app, "bjorn")
    form = {"current": WRONG, "password": "noe helt annet nå", "again": "noe helt annet nå"}

    answers = [client.post("/accounts/password", data=form).status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]
