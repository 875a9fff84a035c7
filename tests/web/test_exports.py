"""Exported cells stay text."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmswiki.web.exports import cell, stamp, to_csv


@pytest.mark.parametrize("text", ["=1+1", "+47 12345678", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_what_a_spreadsheet_would_reckon_stays_text(text: str) -> None:
    assert cell(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "written"),
    [(-5, "-5"), (None, ""), (True, "true"), (0.5, "0.5"), (date(2026, 1, 31), "2026-01-31"), ("Kjemi", "Kjemi")],
)
def test_other_values_are_written_as_they_are(value: object, written: str) -> None:
    assert cell(value) == written


@given(st.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_quotes_and_line_breaks_stay_inside_their_cell() -> None:
    assert to_csv(["a", "b"], [['say "hi"', "two\nlines"]]) == 'a,b\r\n"say ""hi""","two\nlines"\r\n'


def test_a_time_in_a_file_name_is_in_utc() -> None:
    assert stamp(datetime(2026, 1, 31, 12, 0, tzinfo=UTC)) == "20260131T120000Z"
