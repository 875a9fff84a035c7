"""Who writes when: one thread at a time where the database has room for one."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine

from hmswiki.web import engines
from hmswiki.web.context import transaction
from hmswiki.web.engines import Engines, engines_over


@pytest.fixture
def sqlite() -> Iterator[Engines]:
    engine = create_engine("sqlite://")
    yield engines_over(engine)
    engine.dispose()


def test_on_sqlite_a_second_thread_waits_until_the_first_has_written(sqlite: Engines) -> None:
    done: list[str] = []
    waits = threading.Event()

    def second() -> None:
        waits.set()
        with sqlite.turn():
            done.append("second")

    with sqlite.turn():
        thread = threading.Thread(target=second)
        thread.start()
        assert waits.wait(10)
        thread.join(0.2)
        done.append("first")
    thread.join(10)
    assert done == ["first", "second"]


def test_a_turn_that_never_comes_is_left_to_the_database_to_explain(
    sqlite: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "PATIENCE", 0.05)
    came: list[bool] = []

    def second() -> None:
        with sqlite.turn():
            came.append(True)

    with sqlite.turn():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(10)
        assert came == [True]
    with sqlite.turn():  # it gave nothing back that it did not have
        pass


@pytest.mark.parametrize("fails", [False, True])
def test_the_turn_is_over_when_the_transaction_is(app: Flask, fails: bool) -> None:
    with app.test_request_context():
        try:
            with transaction():
                if fails:
                    raise ValueError
        except ValueError:
            assert fails
        came: list[bool] = []

        def other() -> None:
            with app.test_request_context(), transaction():
                came.append(True)

        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
        assert came == [True]
