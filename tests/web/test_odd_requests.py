"""What cannot be asked for is refused, and never a fault of ours: NUL, numbers beyond every id, the ends of time."""

from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from tests.acknowledgements.makers import publish, roll_out

BEYOND = "9" * 30


@pytest.fixture
def rus(session: Session) -> None:
    publish(session, "rus", "1.0", date(2024, 1, 1))
    roll_out(session, "rus", ["FAC"], starts=date(2024, 1, 1))
    session.commit()


@pytest.mark.parametrize(
    "path",
    [
        "/guidelines/rus%00", "/guidelines/%00/editions", "/guidelines/rus/editions/1.0%00", "/guidelines/%00/question",
        "/guidelines/%00/unit-count", "/rollouts/%00", "/units/%00", "/coverage?unit=LAB&guideline=%00",
        f"/my-questions/{BEYOND}", f"/my-record/acknowledgements/{BEYOND}/withdrawal",
        f"/units/LAB/confirmations/{BEYOND}/withdraw",
    ],
)  # fmt: skip
def test_an_address_that_no_row_can_have_is_not_found(rus: None, as_hanne: Any, as_astrid: Any, path: str) -> None:
    reader = as_astrid if "/units/LAB" in path else as_hanne
    assert reader.get(path).status_code == 404


@pytest.mark.parametrize("kind", ["employments", "roles"])
def test_a_number_beyond_every_id_is_not_found_in_the_register(as_ivar: Any, kind: str) -> None:
    assert as_ivar.get(f"/organisation/{kind}/{BEYOND}/withdraw").status_code == 404


def test_a_form_with_a_nul_where_a_row_is_named_is_refused(
    rus: None, as_astrid: Any, as_frida: Any, as_hanne: Any, as_stranger: Any
) -> None:
    assert as_astrid.post("/units/LAB/names", data={"what": "missing", "guideline": "rus\0"}).status_code == 404
    assert as_frida.post("/guidelines/drafts", data={"guideline": "\0"}).status_code == 422
    answer = as_stranger.post("/accounts/sign-in", data={"name": "bjo\0rn", "password": "not the right one"})
    assert answer.status_code == 422
    assert as_stranger.post(f"/accounts/sessions/{BEYOND}/end").status_code == 401
    assert as_hanne.post(f"/accounts/sessions/{BEYOND}/end").status_code == 404


@pytest.mark.parametrize("address", ["/coverage", "/coverage.csv", "/coverage/curve", "/coverage/curve.svg"])
@pytest.mark.parametrize(
    "known_at", ["0001-01-01", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59"]
)
def test_a_time_that_lies_at_the_end_of_time_is_refused(
    rus: None, as_hanne: Any, address: str, known_at: str
) -> None:  # fmt: skip
    assert as_hanne.get(f"{address}?known_at={known_at}").status_code == 400


def test_a_day_of_a_week_is_no_date(rus: None, as_hanne: Any) -> None:
    answer = as_hanne.get("/coverage?as_of=2026-W05-1")
    assert answer.status_code == 400
    assert "2026-01-31" in answer.text


def test_the_command_line_refuses_the_same_times_and_days(app: Flask) -> None:
    from hmswiki.acknowledgements.commands import coverage

    with app.app_context():
        for option in (("--known-at", "0001-01-01"), ("--known-at", "9999-12-31T23:59:59"), ("--as-of", "2026-W05-1")):
            answer = CliRunner().invoke(coverage, list(option))
            assert answer.exit_code == 2, answer.output
