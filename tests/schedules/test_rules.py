"""What may be decided about when a checklist is due, and when one schedule takes over from another."""

from datetime import date, timedelta
from typing import Any

import pytest

from hmswiki.foundation.errors import Refusal
from hmswiki.schedules.recurrence import EventSchedule, Schedule, occurrences
from hmswiki.schedules.rules import When, changeover, next_ones, recurrence_for
from tests.support import once

pytestmark = once

START = date(2026, 1, 1)
AUTUMN = ((9, 1), (11, 30))


def when(every: str = "month", **other: Any) -> When:
    return When(every=every, **{"starts_on": START, **other})


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        (when("weekly"), "every", "Choose how often"),
        (when("once"), "by", "has a day by which it is due"),
        (when("once", by=date(2026, 5, 1), window=AUTUMN), "by", "not both"),
        (when("once", by=date(2025, 12, 31)), "by", "cannot be due before"),
        (when("year", window=((9, 31), (11, 30))), "first_day", "no such day"),
        (when("year", window=((9, 1), (2, 30))), "last_day", "no such day"),
        (when("year", window=((2, 29), (2, 29))), "first_day", "29 February alone"),
        (when("year", window=((7, 1), (7, 31)), months=frozenset({7})), "months", "never be asked"),
        (when(months=frozenset(range(1, 13))), "months", "All twelve months"),
        (when(spans=((date(2026, 5, 2), date(2026, 5, 2)),)), "spans", "ends before it begins"),
        (when("event"), "within", "within how many days"),
        (when("event", within=-1), "within", "within how many days"),
        (when("event", within=10**9), "within", "within how many days"),
        (when("event", within=3, window=AUTUMN), "first_day", "not bound to some days"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(asked: When, field: str, said: str) -> None:
    with pytest.raises(Refusal, match=said) as refused:
        recurrence_for(asked)
    assert refused.value.field == field


def test_what_can_be_becomes_a_schedule() -> None:
    found = recurrence_for(when("year", window=AUTUMN, months=frozenset({7})))
    assert [(one.key, one.starts_on, one.due_on) for one in next_ones(found, START, 2)] == [
        ("2026", date(2026, 9, 1), date(2026, 11, 30)), ("2027", date(2027, 9, 1), date(2027, 11, 30)),
    ]  # fmt: skip
    assert recurrence_for(when("event", within=3)) == EventSchedule(3, START)


# --- One takes over from another ----------------------------------------------------------------------------

CHANGES = [
    # from, to, the day asked for, today, the old ends, the new starts
    ("month", "quarter", date(2026, 3, 15), date(2026, 3, 10), date(2026, 4, 1), date(2026, 4, 1)),
    ("quarter", "month", date(2026, 2, 15), date(2026, 2, 15), date(2026, 3, 1), date(2026, 3, 1)),
    ("year", "month", date(2026, 2, 15), date(2026, 2, 15), date(2026, 3, 1), date(2026, 3, 1)),
    # April has begun today and may have been done this morning.
    ("month", "month", date(2026, 4, 1), date(2026, 4, 1), date(2026, 5, 1), date(2026, 5, 1)),
    ("month", "month", date(2026, 5, 1), date(2026, 4, 1), date(2026, 5, 1), date(2026, 5, 1)),
    ("month", "year", date(2026, 3, 15), date(2026, 3, 15), date(2027, 1, 1), date(2027, 1, 1)),
]


@pytest.mark.parametrize(("old", "new", "from_day", "today", "ends", "starts"), CHANGES)
def test_the_new_one_begins_with_a_whole_term_of_its_own(
    old: str, new: str, from_day: date, today: date, ends: date, starts: date
) -> None:
    over = changeover(recurrence_for(when(old)), recurrence_for(when(new)), from_day=from_day, today=today)
    assert (over.ends_on, over.starts_on) == (ends, starts)


def test_a_year_that_has_begun_is_not_asked_for_again_in_another_window() -> None:
    over = changeover(
        recurrence_for(when("year")), recurrence_for(when("year", window=AUTUMN)),
        from_day=date(2026, 2, 15), today=date(2026, 2, 15),
    )  # fmt: skip
    assert over.starts_on == date(2027, 9, 1), "2026 may have been done in January"
    assert over.ends_on == date(2027, 1, 1), "and the old one must not begin 2027"


@pytest.mark.parametrize("every", ["month", "quarter", "half_year", "year"])
@pytest.mark.parametrize("other", ["month", "quarter", "half_year", "year"])
@pytest.mark.parametrize("windows", [(None, None), (None, AUTUMN), (AUTUMN, ((10, 1), (1, 31)))])
def test_no_change_on_any_day_asks_for_the_same_twice(every: str, other: str, windows: Any) -> None:
    """Neither the same key from both, nor days of the new one's first term that lie before it starts."""
    for number in range(0, 730, 17):
        day = date(2026, 1, 1) + timedelta(days=number)
        old = recurrence_for(when(every, window=windows[0]))
        new = recurrence_for(when(other, window=windows[1]))
        assert isinstance(old, Schedule)
        over = changeover(old, new, from_day=day, today=day)
        ended = Schedule(old.every, old.start, over.ends_on, old.window, old.pauses)
        fresh = recurrence_for(when(other, window=windows[1], starts_on=over.starts_on))
        before = {one.key for one in occurrences(old, START, over.ends_on)}
        after = {one.key for one in occurrences(fresh, START, date(2034, 1, 1))}
        assert not before & after, f"on {day}"
        assert over.ends_on <= over.starts_on
        assert all(one.due_on < over.ends_on for one in occurrences(ended, START, date(2034, 1, 1)))
        assert next_ones(fresh, START, 1)[0].starts_on == over.starts_on


def test_what_is_asked_after_events_is_not_changed_but_ended() -> None:
    with pytest.raises(Refusal, match="End it when nothing is under way"):
        changeover(EventSchedule(3, START), recurrence_for(when()), from_day=START, today=START)


def test_what_is_asked_once_and_has_begun_is_not_asked_once_more() -> None:
    old = recurrence_for(when("once", by=date(2026, 5, 1)))
    new = recurrence_for(when("once", by=date(2026, 6, 1)))
    with pytest.raises(Refusal, match="asked once, and that has begun"):
        changeover(old, new, from_day=date(2026, 2, 1), today=date(2026, 2, 1))
