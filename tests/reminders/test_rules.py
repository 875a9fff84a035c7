"""Who is told what, when: without a database."""

from datetime import date, timedelta

import pytest

from hmswiki.foundation.reminding import Waiting
from hmswiki.reminders.rules import letters, week_of

TODAY = date(2026, 11, 23)


def waits(person: int, key: str, days: int) -> Waiting:
    return Waiting(person, key, TODAY + timedelta(days=days), text=lambda: key, href=lambda: f"https://x/{key}")


@pytest.mark.parametrize(
    ("day", "week"),
    [(date(2026, 11, 22), "2026-W47"), (date(2026, 11, 23), "2026-W48"), (date(2027, 1, 3), "2026-W53")],
)
def test_weeks_begin_on_monday_and_belong_to_the_year_of_their_thursday(day: date, week: str) -> None:
    assert week_of(day) == week


def test_what_is_overdue_or_due_within_days_is_told_and_the_rest_is_not() -> None:
    found = letters([waits(1, "late", -3), waits(1, "week", 7), waits(1, "later", 8)], today=TODAY, days=7)

    assert [[line.key for line in letter.lines] for letter in found] == [["late", "week"]]


def test_somebody_with_nothing_due_gets_no_letter() -> None:
    assert letters([waits(1, "later", 30)], today=TODAY, days=7) == []


def test_what_was_asked_for_is_told_although_it_is_not_due() -> None:
    found = letters([waits(1, "later", 30), waits(2, "later", 30)], today=TODAY, days=7, asked_for={(2, "later")})

    assert [letter.person_id for letter in found] == [2]


def test_two_rooms_that_tell_the_same_make_one_line() -> None:
    (letter,) = letters([waits(1, "a", 1), waits(1, "a", 2)], today=TODAY, days=7)

    assert len(letter.lines) == 1


def test_a_letter_names_five_and_counts_the_others_the_most_urgent_first() -> None:
    (letter,) = letters([waits(1, f"k{day}", day) for day in (6, 1, 5, 2, 4, 3, 0)], today=TODAY, days=7)

    assert [line.key for line in letter.named] == ["k0", "k1", "k2", "k3", "k4"]
    assert letter.others == 2
