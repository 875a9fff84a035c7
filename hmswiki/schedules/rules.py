"""What may be decided about when a checklist is due. Pure: values in, a schedule or a Refusal out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from hmswiki.foundation.errors import N_, Refusal
from hmswiki.schedules.models import ScheduleRecord
from hmswiki.schedules.recurrence import (
    AnySchedule,
    EventSchedule,
    Every,
    MonthDay,
    Occurrence,
    Pause,
    Pauses,
    Schedule,
    Window,
    occurrences,
)
from hmswiki.schedules.terms import EVENT, read_pauses, read_window

LONGEST_WITHIN = 3660
"""Days after an event: ten years."""

_FAR = timedelta(days=366 * 12)
"""So far ahead is looked for the next occurrence: what is asked on 29 February may wait for eight years."""


@dataclass(frozen=True)
class When:
    """How often, and when not, as it is asked for."""

    every: str
    """A word of `recurrence.Every`, or `event`."""
    starts_on: date
    window: tuple[tuple[int, int], tuple[int, int]] | None = None
    """First and last (month, day)."""
    months: frozenset[int] = frozenset()
    """Paused months."""
    spans: tuple[tuple[date, date], ...] = ()
    """Paused periods, half-open."""
    by: date | None = None
    within: int | None = None
    event: str | None = None
    """What happens; None: a reorganisation."""


def when_of(record: ScheduleRecord) -> When:
    """How often a schedule asks, and when not."""
    window, pauses = read_window(record.window), read_pauses(record.pauses)
    return When(
        every=record.every,
        starts_on=record.starts_on,
        window=None if window is None else (window.first, window.last),
        months=pauses.months,
        spans=tuple((pause.starts_on, pause.ends_on) for pause in pauses.periods),
        by=record.by,
        within=record.within,
        event=record.event,
    )


def recurrence_for(when: When) -> AnySchedule:
    """The schedule that is asked for. Raises Refusal, at the field it is about, for one that cannot be."""
    pauses = pauses_for(when)
    if when.every == EVENT:
        return _at_events(when, pauses)
    if when.every not in list(Every):
        raise Refusal(N_("Choose how often it is due."), field="every")
    every = Every(when.every)
    window = window_for(when)
    by = when.by if every is Every.ONCE else None
    if every is Every.ONCE:
        _check_once(when, window)
    if by is not None and by < when.starts_on:
        raise Refusal(
            N_("It is asked from %(start)s on, so it cannot be due before. Choose that day or a later one."),
            field="by", start=when.starts_on,
        )  # fmt: skip
    try:
        return Schedule(every, when.starts_on, None, window, pauses, by)
    except ValueError:  # of those that `Schedule` knows, this one is left
        raise Refusal(
            N_("All of the days on which it may be done lie in months that are left out, so it would never be asked. "
               "Leave out fewer months, or choose other days."),
            field="months",
        ) from None  # fmt: skip


def _check_once(when: When, window: Window | None) -> None:
    if when.by is None and window is None:
        raise Refusal(N_("What is asked once has a day by which it is due. Choose the day."), field="by")
    if when.by is not None and window is not None:
        raise Refusal(
            N_("What is asked once is due by a day or between two, not both. Leave one of them empty."), field="by"
        )


def _at_events(when: When, pauses: Pauses) -> EventSchedule:
    if when.window is not None:
        raise Refusal(
            N_("What is asked after an event is not bound to some days of the year. Leave these days empty."),
            field="first_day",
        )
    if when.within is None or not 0 <= when.within <= LONGEST_WITHIN:
        raise Refusal(
            N_("Say within how many days after the event it is due: a whole number from 0 to %(most)s."),
            field="within", most=LONGEST_WITHIN,
        )  # fmt: skip
    return EventSchedule(when.within, when.starts_on, None, (), pauses)


def window_for(when: When) -> Window | None:
    """Raises Refusal for days that no year has, and for one that most years lack."""
    if when.window is None:
        return None
    for (month, day), name in zip(when.window, ("first_day", "last_day"), strict=True):
        try:
            date(2000, month, day)
        except ValueError:
            raise Refusal(N_("There is no such day in any year. Correct the day or the month."), field=name) from None
    try:
        return Window(*(MonthDay(*day) for day in when.window))
    except ValueError:
        raise Refusal(
            N_("29 February alone is a day that most years do not have. Choose more days."), field="first_day"
        ) from None


def pauses_for(when: When) -> Pauses:
    """Raises Refusal for a period that ends before it begins, and where every month is left out."""
    spans = []
    for first, end in when.spans:
        try:
            spans.append(Pause(first, end))
        except ValueError:
            raise Refusal(
                N_("The pause that begins on %(day)s ends before it begins. Choose a later last day."),
                field="spans", day=first,
            ) from None  # fmt: skip
    try:
        return Pauses(frozenset(when.months), tuple(sorted(spans, key=lambda pause: pause.starts_on)))
    except ValueError:
        raise Refusal(
            N_("All twelve months are left out, so it would never be asked. Leave out fewer."), field="months"
        ) from None


def next_ones(schedule: AnySchedule, day: date, count: int) -> list[Occurrence]:
    """The next occurrences that begin on `day` or later, `count` at the most."""
    found: list[Occurrence] = []
    span = timedelta(days=740)
    since, last = day, day + _FAR
    while len(found) < count and since < last:
        found.extend(occurrences(schedule, since, since + span))
        since += span
    return found[:count]


@dataclass(frozen=True)
class Changeover:
    """From when the new schedule asks instead of the old."""

    ends_on: date
    """The first day on which the old one asks no more."""
    starts_on: date


def changeover(old: AnySchedule, new: AnySchedule, *, from_day: date, today: date) -> Changeover:
    """When one schedule takes over from another, so that nobody is asked for the same twice. Raises Refusal.

    The new one begins with a whole term of its own: monthly rounds that become quarterly in the middle of March are
    held in March, and then for the second quarter. What has begun may have been done: where the new one's first
    term is the same as one that has begun by then (the year 2026), it begins with the next. Until then the old one
    goes on, but begins nothing that the new one will ask for. What of the old is not due before its end is dropped.
    """
    if isinstance(old, EventSchedule):
        raise Refusal(
            N_("What is asked after an event has no frequency to change, and what has been begun would be lost. "
               "End it when nothing is under way, and make another."),
            field="every",
        )  # fmt: skip
    from_day = max(from_day, old.start)
    if isinstance(new, EventSchedule):
        return Changeover(from_day, from_day)
    begun = {one.key for one in _begun(old, max(from_day - timedelta(days=1), today))}
    if new.every is Every.ONCE:
        if "once" in begun:
            raise Refusal(
                N_("It is asked once, and that has begun. End it, and make another for what is to be asked anew."),
                field="every",
            )
        return Changeover(from_day, from_day)
    whole = Schedule(new.every, date(from_day.year - 2, 1, 1), None, new.window, new.pauses)
    fresh = (one for one in next_ones(whole, from_day, 400) if one.key not in begun)
    first = next(fresh, None)
    if first is None:
        raise Refusal(N_("With these days it would never be asked. Choose other days."), field="every")
    same = [one.starts_on for one in next_ones(old, from_day, 400) if one.key == first.key]
    return Changeover(min([first.starts_on, *same]), first.starts_on)


def _begun(schedule: Schedule, day: date) -> Iterable[Occurrence]:
    """The occurrences that have begun by `day`, of the last years: an earlier one is not asked for again."""
    return occurrences(schedule, max(schedule.start, day - timedelta(days=740)), day + timedelta(days=1))
