"""Calendars, read by an independent reader."""

from datetime import UTC, date, datetime

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from hmswiki.web.ical import DayEvent, calendar

AT = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def events_of(text: str) -> list[icalendar.Event]:
    return [part for part in icalendar.Calendar.from_ical(text).walk("VEVENT") if isinstance(part, icalendar.Event)]


def test_a_calendar_says_what_is_due_on_which_day() -> None:
    text = calendar(
        "Runder", [DayEvent("a@x", date(2026, 11, 30), "Brannrunde; Kjemiblokk 3, 2. etasje", "https://x/1", AT)],
        product="hmswiki",
    )  # fmt: skip

    (event,) = events_of(text)
    assert str(event["SUMMARY"]) == "Brannrunde; Kjemiblokk 3, 2. etasje"
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2026, 11, 30), date(2026, 12, 1))
    assert str(event["URL"]) == "https://x/1"
    assert str(event["UID"]) == "a@x"


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Co", "Cn")), min_size=1))
def test_whatever_a_round_is_called_it_is_read_as_it_was_written(summary: str) -> None:
    text = calendar(summary, [DayEvent("u", date(2026, 1, 1), summary, "https://x/", AT)], product="p")

    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (event,) = events_of(text)
    assert str(event["SUMMARY"]) == "".join(letter for letter in summary if letter.isprintable())


def test_what_would_begin_a_line_of_its_own_stays_within_its_text() -> None:
    (event,) = events_of(
        calendar("x", [DayEvent("u", date(2026, 1, 1), "a\r\nURL:https://evil/", "https://x/", AT)], product="p")
    )

    assert str(event["URL"]) == "https://x/"
