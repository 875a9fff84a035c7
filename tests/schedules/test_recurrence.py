"""When a checklist is due: in examples, and over ten years of days against python-dateutil's reading of a calendar."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby, pairwise

import pytest
from dateutil.rrule import DAILY, MONTHLY, YEARLY, rrule
from hypothesis import Phase, assume, given, reject, settings
from hypothesis import strategies as st

from hmswiki.schedules.recurrence import (
    AnySchedule,
    Event,
    EventSchedule,
    Every,
    MonthDay,
    Occurrence,
    Pause,
    Pauses,
    Schedule,
    Standing,
    Window,
    current,
    following,
    occurrences,
    standing,
    standing_of,
)

DAY = timedelta(days=1)
AUTUMN = Window(MonthDay(9, 1), MonthDay(11, 30))
JULY = Pauses(months=frozenset({7}))
FIRE_ROUND = Schedule(Every.MONTH, date(2026, 1, 1))
HSE_ROUND = Schedule(Every.YEAR, date(2026, 1, 1), window=AUTUMN)


def in_year(schedule: AnySchedule, year: int) -> tuple[Occurrence, ...]:
    return occurrences(schedule, date(year, 1, 1), date(year + 1, 1, 1))


def keys(found: tuple[Occurrence, ...]) -> list[str]:
    return [occurrence.key for occurrence in found]


def due_days(found: tuple[Occurrence, ...]) -> list[date]:
    return [occurrence.due_on for occurrence in found]


# ---- The terms of the calendar


def test_a_monthly_round_is_due_on_the_last_day_of_each_month() -> None:
    january, february, *_ = in_year(FIRE_ROUND, 2026)

    assert january == Occurrence("2026-01", date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1))
    assert february == Occurrence("2026-02", date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1))
    assert keys(in_year(FIRE_ROUND, 2026)) == [f"2026-{month:02}" for month in range(1, 13)]


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        (
            Every.QUARTER,
            {
                "2026-Q1": date(2026, 3, 31),
                "2026-Q2": date(2026, 6, 30),
                "2026-Q3": date(2026, 9, 30),
                "2026-Q4": date(2026, 12, 31),
            },
        ),
        (Every.HALF_YEAR, {"2026-H1": date(2026, 6, 30), "2026-H2": date(2026, 12, 31)}),
        (Every.YEAR, {"2026": date(2026, 12, 31)}),
    ],
)
def test_longer_terms_are_those_of_the_calendar(every: Every, expected: dict[str, date]) -> None:
    found = in_year(Schedule(every, date(2026, 1, 1)), 2026)

    assert {occurrence.key: occurrence.due_on for occurrence in found} == expected


def test_february_of_a_leap_year_has_a_day_more() -> None:
    february = current(Schedule(Every.MONTH, date(2028, 1, 1)), date(2028, 2, 29))

    assert february == Occurrence("2028-02", date(2028, 2, 1), date(2028, 2, 29), date(2028, 3, 1))


def test_the_first_term_is_the_one_that_the_start_lies_in() -> None:
    monthly, yearly = Schedule(Every.MONTH, date(2026, 3, 17)), Schedule(Every.YEAR, date(2026, 3, 17))

    assert in_year(monthly, 2026)[0] == Occurrence("2026-03", date(2026, 3, 17), date(2026, 3, 31), date(2026, 4, 1))
    assert in_year(yearly, 2026) == (Occurrence("2026", date(2026, 3, 17), date(2026, 12, 31), date(2027, 1, 1)),)


def test_a_start_on_the_last_day_of_a_month_is_due_that_day_and_not_yet_overdue() -> None:
    schedule = Schedule(Every.MONTH, date(2028, 2, 29))

    first = in_year(schedule, 2028)[0]

    assert first == Occurrence("2028-02", date(2028, 2, 29), date(2028, 2, 29), date(2028, 3, 1))
    assert standing_of(first, date(2028, 2, 29)) is Standing.DUE_SOON


def test_a_start_on_the_first_day_of_a_month_leaves_out_the_month_before() -> None:
    assert keys(in_year(Schedule(Every.MONTH, date(2026, 11, 1)), 2026)) == ["2026-11", "2026-12"]


def test_another_start_gives_no_term_another_key() -> None:
    opened_later = replace(FIRE_ROUND, start=date(2026, 5, 20))

    assert keys(in_year(opened_later, 2026)) == keys(in_year(FIRE_ROUND, 2026))[4:]


def test_what_was_not_yet_due_when_a_schedule_ended_is_never_due() -> None:
    assert due_days(in_year(replace(FIRE_ROUND, ended=date(2026, 3, 31)), 2026))[-1] == date(2026, 2, 28)
    assert due_days(in_year(replace(FIRE_ROUND, ended=date(2026, 4, 1)), 2026))[-1] == date(2026, 3, 31)


def test_a_schedule_that_ends_leaves_the_terms_before_as_they_were() -> None:
    ended = in_year(replace(FIRE_ROUND, ended=date(2026, 6, 15)), 2026)

    assert ended == in_year(FIRE_ROUND, 2026)[:5]


def test_a_schedule_that_ended_on_its_first_day_never_asks() -> None:
    never = replace(FIRE_ROUND, ended=FIRE_ROUND.start)

    assert in_year(never, 2026) == ()
    assert standing(never, {}, {}, date(2026, 6, 1)) == ()


def test_spans_that_adjoin_share_no_occurrence_and_lose_none() -> None:
    whole = occurrences(FIRE_ROUND, date(2026, 1, 1), date(2027, 1, 1))

    before = occurrences(FIRE_ROUND, date(2026, 1, 1), date(2026, 5, 1))
    after = occurrences(FIRE_ROUND, date(2026, 5, 1), date(2027, 1, 1))

    assert before[-1].key == "2026-04"
    assert after[0].key == "2026-05"
    assert before + after == whole


# ---- The window


def test_the_hse_round_is_due_when_the_window_closes_and_runs_until_it_opens_again() -> None:
    assert in_year(HSE_ROUND, 2026) == (Occurrence("2026", date(2026, 9, 1), date(2026, 11, 30), date(2027, 9, 1)),)


def test_a_unit_that_opens_within_the_window_is_asked_the_same_autumn() -> None:
    opened_in_october = replace(HSE_ROUND, start=date(2026, 10, 12))
    opened_on_the_last_day = replace(HSE_ROUND, start=date(2026, 11, 30))
    opened_too_late = replace(HSE_ROUND, start=date(2026, 12, 1))

    assert in_year(opened_in_october, 2026)[0].starts_on == date(2026, 10, 12)
    assert due_days(in_year(opened_on_the_last_day, 2026)) == [date(2026, 11, 30)]
    assert following(opened_too_late, date(2026, 12, 1)) == in_year(HSE_ROUND, 2027)[0]


def test_an_hse_round_that_was_not_handed_in_is_overdue_over_new_year() -> None:
    assert current(HSE_ROUND, date(2026, 8, 31)) is None
    round_of_2026 = current(HSE_ROUND, date(2027, 8, 31))

    assert round_of_2026 is not None
    assert round_of_2026.key == "2026"
    assert standing_of(round_of_2026, date(2027, 8, 31)) is Standing.OVERDUE
    assert standing_of(round_of_2026, date(2027, 9, 1)) is Standing.MISSED


def test_a_window_over_new_year_is_named_after_the_year_in_which_it_opens() -> None:
    schedule = Schedule(Every.YEAR, date(2026, 1, 20), window=Window(MonthDay(12, 1), MonthDay(1, 31)))

    found = occurrences(schedule, date(2026, 1, 1), date(2027, 1, 1))

    assert found == (
        Occurrence("2025", date(2026, 1, 20), date(2026, 1, 31), date(2026, 12, 1)),
        Occurrence("2026", date(2026, 12, 1), date(2027, 1, 31), date(2027, 12, 1)),
    )


def test_a_window_to_29_february_closes_on_the_28th_where_there_is_none() -> None:
    schedule = Schedule(Every.YEAR, date(2026, 1, 1), window=Window(MonthDay(2, 1), MonthDay(2, 29)))

    assert due_days(occurrences(schedule, date(2026, 1, 1), date(2029, 1, 1))) == [
        date(2026, 2, 28),
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]


def test_a_window_from_29_february_opens_on_1_march_where_there_is_none() -> None:
    schedule = Schedule(Every.YEAR, date(2026, 1, 1), window=Window(MonthDay(2, 29), MonthDay(4, 1)))

    found = occurrences(schedule, date(2026, 1, 1), date(2029, 1, 1))

    assert [occurrence.starts_on for occurrence in found] == [date(2026, 3, 1), date(2027, 3, 1), date(2028, 2, 29)]


def test_within_a_window_shorter_terms_are_cut_to_it() -> None:
    from_mid_september = Window(MonthDay(9, 15), MonthDay(11, 30))

    monthly = in_year(Schedule(Every.MONTH, date(2026, 1, 1), window=from_mid_september), 2026)
    quarterly = in_year(Schedule(Every.QUARTER, date(2026, 1, 1), window=from_mid_september), 2026)

    assert [(found.key, found.starts_on, found.due_on) for found in monthly] == [
        ("2026-09", date(2026, 9, 15), date(2026, 9, 30)),
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31)),
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
    ]
    assert monthly[-1].ends_on == date(2027, 9, 15)
    assert {found.key: found.due_on for found in quarterly} == {
        "2026-Q3": date(2026, 9, 30),
        "2026-Q4": date(2026, 11, 30),
    }


# ---- Pauses


def test_a_paused_month_has_no_round_and_a_late_one_counts_for_the_month_before() -> None:
    schedule = replace(FIRE_ROUND, pauses=JULY)

    june = current(schedule, date(2026, 7, 15))

    assert "2026-07" not in keys(in_year(schedule, 2026))
    assert june == Occurrence("2026-06", date(2026, 6, 1), date(2026, 6, 30), date(2026, 8, 1))
    assert standing_of(june, date(2026, 7, 31)) is Standing.OVERDUE
    assert standing_of(june, date(2026, 7, 31), done_on=date(2026, 7, 15)) is Standing.DONE_LATE
    assert standing_of(june, date(2026, 8, 1)) is Standing.MISSED


def test_a_pause_in_the_middle_of_a_term_leaves_its_due_day() -> None:
    schedule = Schedule(Every.HALF_YEAR, date(2026, 1, 1), pauses=Pauses(months=frozenset({2, 7})))

    assert due_days(in_year(schedule, 2026)) == [date(2026, 6, 30), date(2026, 12, 31)]


def test_a_pause_over_the_due_day_brings_it_forward_to_the_day_before_the_pause() -> None:
    christmas = Pauses(periods=(Pause(date(2026, 12, 21), date(2027, 1, 4)),))
    schedule = replace(FIRE_ROUND, pauses=christmas)

    december, january = occurrences(schedule, date(2026, 12, 1), date(2027, 2, 1))

    assert december == Occurrence("2026-12", date(2026, 12, 1), date(2026, 12, 20), date(2027, 1, 4))
    assert january == Occurrence("2027-01", date(2027, 1, 4), date(2027, 1, 31), date(2027, 2, 1))


def test_pauses_that_adjoin_are_one() -> None:
    closed = Pauses(months=frozenset({7}), periods=(Pause(date(2026, 6, 22), date(2026, 7, 1)),))

    assert due_days(in_year(replace(FIRE_ROUND, pauses=closed), 2026))[5:7] == [date(2026, 6, 21), date(2026, 8, 31)]


def test_a_pause_holds_from_its_first_day_up_to_but_not_including_its_end() -> None:
    pauses = Pauses(periods=(Pause(date(2026, 5, 10), date(2026, 5, 12)),))

    days = [date(2026, 5, 9), date(2026, 5, 10), date(2026, 5, 11), date(2026, 5, 12)]

    assert [pauses.hold_on(day) for day in days] == [False, True, True, False]


def test_a_window_that_is_paused_for_one_year_is_asked_again_the_next() -> None:
    closed = Pauses(periods=(Pause(date(2027, 8, 1), date(2028, 1, 1)),))

    found = occurrences(replace(HSE_ROUND, pauses=closed), date(2026, 1, 1), date(2029, 1, 1))

    assert keys(found) == ["2026", "2028"]
    assert found[0].ends_on == date(2028, 9, 1)


# ---- Once


def test_what_is_asked_once_is_due_by_its_day_and_stays_overdue() -> None:
    schedule = Schedule(Every.ONCE, date(2026, 3, 2), by=date(2026, 4, 30))

    (only,) = occurrences(schedule, date(2020, 1, 1), date(2040, 1, 1))

    assert only == Occurrence("once", date(2026, 3, 2), date(2026, 4, 30), None)
    assert standing_of(only, date(2036, 1, 1)) is Standing.OVERDUE


def test_what_is_asked_once_in_a_window_takes_the_first_that_has_a_day_left() -> None:
    before = Schedule(Every.ONCE, date(2026, 3, 2), window=AUTUMN)
    within = Schedule(Every.ONCE, date(2026, 11, 30), window=AUTUMN)
    after = Schedule(Every.ONCE, date(2026, 12, 1), window=AUTUMN)

    assert following(before, date(2026, 1, 1)) == Occurrence("once", date(2026, 9, 1), date(2026, 11, 30), None)
    assert following(within, date(2026, 1, 1)) == Occurrence("once", date(2026, 11, 30), date(2026, 11, 30), None)
    assert following(after, date(2026, 1, 1)) == Occurrence("once", date(2027, 9, 1), date(2027, 11, 30), None)


def test_a_deadline_that_stands_alone_is_put_off_to_the_first_day_after_a_pause() -> None:
    schedule = Schedule(Every.ONCE, date(2026, 6, 1), pauses=JULY, by=date(2026, 7, 10))

    assert current(schedule, date(2026, 6, 1)) == Occurrence("once", date(2026, 6, 1), date(2026, 8, 1), None)


def test_what_was_to_be_asked_once_is_missed_when_its_schedule_has_ended() -> None:
    schedule = Schedule(Every.ONCE, date(2026, 3, 2), ended=date(2026, 6, 1), by=date(2026, 4, 30))

    assert standing(schedule, {}, {}, date(2026, 5, 31))[0].standing is Standing.OVERDUE
    assert standing(schedule, {}, {}, date(2026, 6, 1))[0].standing is Standing.MISSED
    assert current(schedule, date(2026, 6, 1)) is None
    assert in_year(replace(schedule, ended=date(2026, 4, 30)), 2026) == ()


# ---- Events


REORGANISATION = EventSchedule(
    14, date(2026, 1, 1), events=(Event("new-institute", date(2026, 10, 1)), Event("lab-move", date(2026, 3, 10)))
)


def test_after_an_event_the_round_is_due_within_its_days() -> None:
    assert in_year(REORGANISATION, 2026) == (
        Occurrence("event-lab-move", date(2026, 3, 10), date(2026, 3, 24), None),
        Occurrence("event-new-institute", date(2026, 10, 1), date(2026, 10, 15), None),
    )


def test_an_event_does_not_make_up_for_the_one_before() -> None:
    found = standing(REORGANISATION, {"event-new-institute": date(2026, 10, 5)}, {}, date(2026, 12, 1))

    assert [(each.occurrence.key, each.standing) for each in found] == [
        ("event-lab-move", Standing.OVERDUE),
        ("event-new-institute", Standing.DONE),
    ]


def test_of_several_events_the_latest_is_current() -> None:
    assert current(REORGANISATION, date(2026, 3, 9)) is None
    for day, key in [(date(2026, 9, 30), "event-lab-move"), (date(2026, 10, 1), "event-new-institute")]:
        found = current(REORGANISATION, day)
        assert found is not None
        assert found.key == key


def test_an_event_in_the_holidays_waits_until_they_are_over() -> None:
    before, within = Event("before", date(2026, 6, 25)), Event("within", date(2026, 7, 25))
    schedule = EventSchedule(14, date(2026, 1, 1), events=(before, within), pauses=JULY)

    assert [(found.key, found.starts_on, found.due_on) for found in in_year(schedule, 2026)] == [
        ("event-before", date(2026, 6, 25), date(2026, 8, 1)),
        ("event-within", date(2026, 8, 1), date(2026, 8, 8)),
    ]


def test_events_before_the_start_and_those_not_due_at_the_end_are_not_asked() -> None:
    from_march = replace(REORGANISATION, start=date(2026, 3, 11), ended=date(2026, 10, 16))

    assert keys(in_year(from_march, 2026)) == ["event-new-institute"]
    assert keys(in_year(replace(from_march, start=date(2026, 3, 10)), 2026)) == [
        "event-lab-move",
        "event-new-institute",
    ]
    assert in_year(replace(from_march, ended=date(2026, 10, 15)), 2026) == ()


# ---- Standings


def test_a_month_goes_from_upcoming_to_missed() -> None:
    (may,) = occurrences(FIRE_ROUND, date(2026, 5, 1), date(2026, 6, 1))

    stands = {day: standing_of(may, day, soon=7) for day in each_day(date(2026, 4, 30), date(2026, 6, 2))}

    assert [day for day, state in stands.items() if state is Standing.UPCOMING] == [date(2026, 4, 30)]
    assert stands[date(2026, 5, 1)] is stands[date(2026, 5, 23)] is Standing.OPEN
    assert stands[date(2026, 5, 24)] is stands[date(2026, 5, 31)] is Standing.DUE_SOON
    assert stands[date(2026, 6, 1)] is Standing.MISSED


def test_what_is_done_on_the_due_day_is_in_time_and_a_day_later_it_is_late() -> None:
    round_of_2026 = in_year(HSE_ROUND, 2026)[0]

    assert standing_of(round_of_2026, date(2027, 1, 1), done_on=date(2026, 11, 30)) is Standing.DONE
    assert standing_of(round_of_2026, date(2027, 1, 1), done_on=date(2026, 12, 1)) is Standing.DONE_LATE


def test_what_is_done_ahead_of_its_time_is_done() -> None:
    round_of_2026 = in_year(HSE_ROUND, 2026)[0]

    assert standing_of(round_of_2026, date(2026, 8, 30), done_on=date(2026, 8, 28)) is Standing.DONE


def test_looking_back_what_was_done_later_was_not_done_yet() -> None:
    done = {"2026": date(2026, 12, 10)}

    (then,) = standing(HSE_ROUND, done, {}, date(2026, 12, 9))[:1]
    (later,) = standing(HSE_ROUND, done, {}, date(2026, 12, 10))[:1]

    assert (then.standing, then.done_on) == (Standing.OVERDUE, None)
    assert (later.standing, later.done_on) == (Standing.DONE_LATE, date(2026, 12, 10))


def test_a_skip_keeps_its_reason_and_gives_way_to_a_round_that_was_held_after_all() -> None:
    reason = "The corridor is being rebuilt."
    skipped = {"2026-01": reason, "2026-02": reason}

    january, february, march, _april = standing(FIRE_ROUND, {"2026-02": date(2026, 2, 27)}, skipped, date(2026, 3, 3))

    assert (january.standing, january.skipped_because) == (Standing.SKIPPED, reason)
    assert february.standing is Standing.DONE
    assert march.standing is Standing.OPEN


def test_the_last_of_the_standings_is_what_comes_next() -> None:
    found = standing(FIRE_ROUND, {}, {"2026-03": "Closed.", "2026-04": "Closed."}, date(2026, 2, 10))

    assert [(each.occurrence.key, each.standing) for each in found] == [
        ("2026-01", Standing.MISSED),
        ("2026-02", Standing.OPEN),
        ("2026-03", Standing.SKIPPED),
        ("2026-04", Standing.SKIPPED),
        ("2026-05", Standing.UPCOMING),
    ]


# ---- What no schedule can be


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Schedule(Every.ONCE, date(2026, 1, 1)), "either a day by which it is due or a window"),
        (
            lambda: Schedule(Every.ONCE, date(2026, 1, 1), window=AUTUMN, by=date(2026, 3, 1)),
            "either a day by which it is due or a window",
        ),
        (lambda: Schedule(Every.ONCE, date(2026, 1, 2), by=date(2026, 1, 1)), "before it"),
        (lambda: Schedule(Every.MONTH, date(2026, 1, 1), by=date(2026, 3, 1)), "only what is asked once"),
        (lambda: Schedule(Every.MONTH, date(2026, 1, 2), ended=date(2026, 1, 1)), "cannot have ended"),
        (lambda: EventSchedule(14, date(2026, 1, 2), ended=date(2026, 1, 1)), "cannot have ended"),
        (lambda: EventSchedule(-1, date(2026, 1, 1)), "not 1 days before"),
        (
            lambda: EventSchedule(
                14, date(2026, 1, 1), events=(Event("a", date(2026, 1, 1)), Event("a", date(2026, 2, 1)))
            ),
            "the same name: a",
        ),
        (lambda: Pause(date(2026, 1, 1), date(2026, 1, 1)), "ends after it"),
        (lambda: Pauses(months=frozenset({13})), "numbers from 1 to 12"),
        (lambda: Pauses(months=frozenset(range(1, 13))), "not all of them"),
        (lambda: Window(MonthDay(2, 30), MonthDay(3, 1)), "day is out of range|must be in range"),
        (
            lambda: Schedule(Every.YEAR, date(2026, 1, 1), window=Window(MonthDay(7, 5), MonthDay(7, 25)), pauses=JULY),
            "never be asked",
        ),
        (
            lambda: Schedule(
                Every.YEAR,
                date(2026, 1, 1),
                window=Window(MonthDay(2, 29), MonthDay(3, 31)),
                pauses=Pauses(months=frozenset({3})),
            ),
            "never be asked",
        ),
        (lambda: Window(MonthDay(2, 29), MonthDay(2, 29)), "29 February alone"),
    ],
)
def test_a_schedule_that_contradicts_itself_is_refused(make, complaint: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=complaint):
        make()


# ---- Against python-dateutil, over ten years of days
#
# The same questions, answered by listing days: every day on which a schedule may ask, by rules of dateutil, sorted
# into heaps by the name of their term. The first and the last of a heap are where it begins and when it is due.

CALENDAR_FROM, CALENDAR_TO = datetime(2015, 1, 1), datetime(2035, 12, 31)
DECADE_FROM, DECADE_TO = date(2019, 1, 1), date(2029, 1, 1)

# Thousands of days for each example: to look for a smaller one that fails would take minutes.
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


def each_day(since: date, until: date) -> Iterator[date]:
    while since < until:
        yield since
        since += DAY


def listed(rule: rrule) -> list[date]:
    return [moment.date() for moment in rule]


@cache
def days_between(first: date, last: date) -> frozenset[date]:
    return frozenset(listed(rrule(DAILY, dtstart=first, until=last)))


@cache
def days_of_month(month: int) -> frozenset[date]:
    return frozenset(
        listed(rrule(YEARLY, dtstart=CALENDAR_FROM, until=CALENDAR_TO, bymonth=month, bymonthday=range(1, 32)))
    )


@cache
def days_of_window(window: Window) -> dict[date, int]:
    """Each day in the window, with the year in which that window opened."""
    opening = {"bymonth": window.first.month, "bymonthday": window.first.day}
    if window.first == (2, 29):
        opening = {"byyearday": 60}  # 1 March where there is no 29 February
    closing = {"bymonth": window.last.month, "bymonthday": window.last.day}
    if window.last == (2, 29):
        closing = {"bymonth": 2, "bymonthday": -1}
    closings = rrule(YEARLY, dtstart=CALENDAR_FROM, **closing)
    found = {}
    for opened in rrule(YEARLY, dtstart=CALENDAR_FROM, until=CALENDAR_TO, **opening):
        closed = closings.after(opened, inc=True)
        found.update(dict.fromkeys(listed(rrule(DAILY, dtstart=opened, until=closed)), opened.year))
    return found


def days_to_ask(window: Window | None, pauses: Pauses, start: date) -> list[date]:
    days = set(days_between(CALENDAR_FROM.date(), CALENDAR_TO.date()) if window is None else days_of_window(window))
    for month in pauses.months:
        days -= days_of_month(month)
    for pause in pauses.periods:
        days -= days_between(pause.starts_on, pause.ends_on - DAY)
    return sorted(day for day in days if day >= start)


def name_of_term(schedule: Schedule, day: date) -> str:
    if schedule.every in (Every.YEAR, Every.ONCE):
        return str(day.year if schedule.window is None else days_of_window(schedule.window)[day])
    if schedule.every is Every.MONTH:
        return day.isoformat()[:7]
    if schedule.every is Every.QUARTER:
        return f"{day.year}-Q{' 111222333444'[day.month]}"
    return f"{day.year}-H{1 if day.month < 7 else 2}"


def listed_occurrences(schedule: Schedule) -> list[Occurrence]:
    """Its occurrences until some years after the decade."""
    days = days_to_ask(schedule.window, schedule.pauses, schedule.start)
    if schedule.by is not None:
        heaps = [("once", days[0], next(day for day in days if day >= schedule.by))]
    else:
        heaps = []
        for name, group in groupby(days, lambda day: name_of_term(schedule, day)):
            heap = list(group)
            heaps.append((name, heap[0], heap[-1]))
        if schedule.every is Every.ONCE:
            heaps = [("once", *heaps[0][1:])]
    ends = [*(first for _, first, _ in heaps[1:]), None]
    if schedule.ended is not None:
        ends = [schedule.ended if end is None else min(end, schedule.ended) for end in ends]
    return [
        Occurrence(name, first, last, end)
        for (name, first, last), end in zip(heaps, ends, strict=True)
        if schedule.ended is None or last < schedule.ended
    ]


def listed_standing(
    occurrence: Occurrence, days: list[date], done_on: date | None, skipped: bool, soon: int
) -> dict[date, Standing]:
    """Its standing on each of the days, painted in layers: what comes later covers what was there."""
    layers: list[tuple[date | None, Standing]] = [
        (date.min, Standing.UPCOMING),
        (occurrence.starts_on, Standing.OPEN),
        (max(occurrence.starts_on, occurrence.due_on - soon * DAY), Standing.DUE_SOON),
        (occurrence.due_on + DAY, Standing.OVERDUE),
        (occurrence.ends_on, Standing.MISSED),
        (date.min if skipped else None, Standing.SKIPPED),
        (done_on, Standing.DONE),
        (done_on if done_on is not None and done_on > occurrence.due_on else None, Standing.DONE_LATE),
    ]
    painted = {}
    for since, colour in layers:
        if since is not None:
            painted.update({day: colour for day in days if day >= since})
    return painted


@st.composite
def some_days(draw: st.DrawFn, since: date, until: date) -> date:
    """A day, and often one at the edge of a month."""
    day = draw(st.dates(since, until))
    edge = draw(st.sampled_from(["any", "any", "first", "last", "leap"]))
    if edge == "first":
        return day.replace(day=1)
    if edge == "last":
        return rrule(MONTHLY, dtstart=day.replace(day=1), bymonthday=-1, count=1)[0].date()
    if edge == "leap":
        return date(day.year // 4 * 4, 2, 29)
    return day


@st.composite
def windows(draw: st.DrawFn) -> Window:
    first, last = (draw(some_days(date(2024, 1, 1), date(2024, 12, 31))) for _ in range(2))
    assume((first.month, first.day) != (2, 29) or (last.month, last.day) != (2, 29))
    return Window(MonthDay(first.month, first.day), MonthDay(last.month, last.day))


@st.composite
def pauses(draw: st.DrawFn) -> Pauses:
    months = draw(st.frozensets(st.integers(1, 12), max_size=4))
    starts = draw(st.lists(some_days(date(2018, 1, 1), date(2029, 12, 31)), max_size=3))
    lengths = st.one_of(st.integers(1, 40), st.integers(300, 500))
    return Pauses(months, tuple(Pause(start, start + draw(lengths) * DAY) for start in starts))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    start = draw(some_days(date(2018, 1, 1), date(2024, 12, 31)))
    ended = draw(st.none() | some_days(start, date(2029, 12, 31)).map(lambda day: max(day, start)))
    every = draw(st.sampled_from(Every))
    window, paused = draw(st.none() | windows()), draw(pauses())
    by = None
    if every is Every.ONCE and window is None:
        by = max(start, draw(some_days(start, date(2028, 12, 31))))
    try:
        return Schedule(every, start, ended, window, paused, by)
    except ValueError:
        # Refused rightly: without its dated pauses, too, it has no day in a year without 29 February.
        days = days_to_ask(window, Pauses(paused.months), start)
        assert not [day for day in days if day.year == 2025]
        reject()


@pytest.mark.parametrize(
    ("every", "rule"),
    [
        (Every.MONTH, {"freq": MONTHLY, "bymonthday": -1}),
        (Every.QUARTER, {"freq": MONTHLY, "bymonth": (3, 6, 9, 12), "bymonthday": -1}),
        (Every.HALF_YEAR, {"freq": MONTHLY, "bymonth": (6, 12), "bymonthday": -1}),
        (Every.YEAR, {"freq": YEARLY, "bymonth": 12, "bymonthday": 31}),
    ],
)
def test_due_days_of_ten_years_are_those_of_the_rule(every: Every, rule: dict[str, object]) -> None:
    found = occurrences(Schedule(every, DECADE_FROM), DECADE_FROM, DECADE_TO)

    assert due_days(found) == listed(rrule(dtstart=DECADE_FROM, until=DECADE_TO - DAY, **rule))


@settings(max_examples=80, deadline=None)
@given(schedule=schedules())
def test_ten_years_of_occurrences_are_those_of_the_listed_days(schedule: Schedule) -> None:
    expected = [found for found in listed_occurrences(schedule) if DECADE_FROM <= found.starts_on < DECADE_TO]

    found = occurrences(schedule, DECADE_FROM, DECADE_TO)

    assert list(found) == expected
    assert all(before.ends_on == after.starts_on for before, after in pairwise(found))


@settings(max_examples=10, deadline=None, phases=WITHOUT_SHRINKING)
@given(schedule=schedules())
def test_on_each_day_of_ten_years_the_current_and_the_following_are_those_of_the_listed_days(
    schedule: Schedule,
) -> None:
    begun, coming = None, listed_occurrences(schedule)

    for day in each_day(DECADE_FROM, DECADE_TO):
        while coming and coming[0].starts_on <= day:
            begun = coming.pop(0)
        running = begun is not None and (begun.ends_on is None or day < begun.ends_on)
        assert current(schedule, day) == (begun if running else None)
        assert following(schedule, day) == (coming[0] if coming else None)


@settings(max_examples=10, deadline=None, phases=WITHOUT_SHRINKING)
@given(schedule=schedules(), soon=st.integers(0, 40), data=st.data())
def test_on_each_day_of_ten_years_the_standings_are_those_of_the_painted_days(
    schedule: Schedule, soon: int, data: st.DataObject
) -> None:
    days = list(each_day(DECADE_FROM, DECADE_TO))
    whole = listed_occurrences(schedule)
    expected = whole[:: 1 + len(whole) // 12]
    delays = st.none() | st.integers(-20, 60)
    done, skipped = {}, {}
    for occurrence in expected:
        delay = data.draw(delays)
        if delay is not None:
            done[occurrence.key] = occurrence.due_on + delay * DAY
        if data.draw(st.booleans()):
            skipped[occurrence.key] = "Closed."
    painted = {
        each.key: listed_standing(each, days, done.get(each.key), each.key in skipped, soon) for each in expected
    }

    for occurrence in expected:
        found = {
            day: standing_of(
                occurrence, day, done_on=done.get(occurrence.key), skipped=occurrence.key in skipped, soon=soon
            )
            for day in days
        }
        assert found == painted[occurrence.key]

    for day in days[::61]:
        stands = [each for each in standing(schedule, done, skipped, day, soon=soon) if each.occurrence.key in painted]
        assert [each.standing for each in stands] == [painted[each.occurrence.key][day] for each in stands]
        begun = [each.key for each in expected if each.starts_on <= day]
        assert [each.occurrence.key for each in stands][: len(begun)] == begun


@settings(max_examples=40, deadline=None)
@given(paused=pauses(), day=some_days(date(2018, 1, 1), date(2028, 12, 31)), within=st.integers(0, 400))
def test_an_event_is_due_on_the_first_listed_day_from_its_deadline_on(paused: Pauses, day: date, within: int) -> None:
    schedule = EventSchedule(within, day, events=(Event("move", day),), pauses=paused)
    to_ask = days_to_ask(None, paused, day)

    found = current(schedule, to_ask[0])

    assert found is not None
    assert (found.starts_on, found.ends_on) == (to_ask[0], None)
    assert found.due_on == next(each for each in to_ask if each >= day + within * DAY)
