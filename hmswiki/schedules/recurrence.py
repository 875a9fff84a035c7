"""When a checklist is due: a schedule in, its occurrences and their standings out. Pure; nothing is stored ahead.

A schedule asks once in every term of the calendar (month, quarter, half-year, year), or once only, or after an
event. The days of a term on which it may be asked are those

- from the schedule's start on,
- in the yearly window, where there is one (1 September to 30 November; it may cross New Year),
- in no pause.

Of these the first is where the occurrence begins, and the last is where it is due. So nothing begins and nothing
is due in a pause. A term without such a day has no occurrence: July, where July is paused.

**A pause over the end of a term or window brings the due day forward**, to the last day before the pause. After it
the next term has begun or the window is closed. A deadline that stands alone, with no next term
(`by`, or days after an event), is put off instead, to the first day after the pause: who comes back from a holiday
finds it due, not overdue.

**The first term is the one that the start lies in**, however late. Who in March begins what is held every year
means this year; the other rule would silently wait until the next. The price is that a start on the last day of a
month gives a round that is due on that very day. Whoever wants the next month starts on its first day.

**A year with a window runs from opening to opening.** The HSE round of autumn 2026 is "2026" until the window opens
in 2027: one that was not handed in by 30 November is overdue through winter and spring, and not forgotten at New
Year. Where the window crosses New Year the key is the year in which it opens.

**What was not yet due when a schedule ended is never due.** Ending it on 15 March drops March, and does not make
it due on 14 March instead. What was due before stays, and is no longer open to mend from the end on.

Periods are half-open: an occurrence holds from `starts_on` up to but not including `ends_on`, the first day of the
next. A June round that is held late in a paused July therefore counts for June.

Keys are stable: "2026-01", "2026-Q1", "2026-H1", "2026", "once", "event-<name>". They come from the calendar alone,
so that neither a pause added later nor another start gives a round or a skip another key. To ask oftener or more
seldom from some day on, end the schedule there and begin another: what was, stays as it was.

A unit or an area that is opened later has the schedule with a later start (`dataclasses.replace`), and the same keys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import MAXYEAR, date, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import NamedTuple

from hmswiki.foundation.periods import add_months, holds

DAY = timedelta(days=1)

# How many days before the due day an occurrence is due soon, unless the caller says otherwise.
SOON = 7


class Every(StrEnum):
    """How often. Terms are those of the calendar: a quarter begins in January, April, July and October."""

    ONCE = "once"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


_MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}


class Standing(StrEnum):
    """How it stands with an occurrence on a day."""

    UPCOMING = "upcoming"  # it has not begun
    OPEN = "open"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"  # the due day has passed, and the next has not begun
    DONE = "done"
    DONE_LATE = "done_late"
    MISSED = "missed"  # the next has begun without it, or the schedule has ended
    SKIPPED = "skipped"


class MonthDay(NamedTuple):
    """A day of any year. 29 February as the first day of a window is 1 March, and as the last 28 February, in a
    year that has none."""

    month: int
    day: int


@dataclass(frozen=True)
class Window:
    """The days of each year in which it is asked, first and last among them. A last day before the first lies in
    the next year."""

    first: MonthDay
    last: MonthDay

    def __post_init__(self) -> None:
        for month, day in (self.first, self.last):
            date(2000, month, day)  # a ValueError for a day that no year has; 2000 has 29 February
        if self.first == self.last == (2, 29):
            raise ValueError("A window cannot be 29 February alone: most years have no such day.")

    def holds_on(self, day: date) -> bool:
        within = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= within <= self.last
        return self.first <= within or within <= self.last

    def opens_on(self, year: int) -> date:
        return date(year, self.first.month, 1) + timedelta(days=self.first.day - 1)

    def closes_on(self, year: int) -> date:
        return add_months(date(2000, self.last.month, self.last.day), (year - 2000) * 12)

    def on_or_after(self, day: date) -> date:
        """`day` itself where the window holds then, otherwise the day on which it opens next."""
        if self.holds_on(day):
            return day
        opening = self.opens_on(day.year)
        return opening if day <= opening else self.opens_on(day.year + 1)

    def on_or_before(self, day: date) -> date:
        """`day` itself where the window holds then, otherwise the day on which it closed last."""
        if self.holds_on(day):
            return day
        closing = self.closes_on(day.year)
        return closing if closing <= day else self.closes_on(day.year - 1)


@dataclass(frozen=True)
class Pause:
    """Nothing is asked from `starts_on`, up to but not including `ends_on`."""

    starts_on: date
    ends_on: date

    def __post_init__(self) -> None:
        if self.ends_on <= self.starts_on:
            raise ValueError(f"A pause that begins on {self.starts_on} ends after it, not on {self.ends_on}.")


@dataclass(frozen=True)
class Pauses:
    """When nothing is asked: in these months of every year, and in these periods."""

    months: frozenset[int] = frozenset()
    periods: tuple[Pause, ...] = ()

    def __post_init__(self) -> None:
        if not self.months < frozenset(range(1, 13)):
            raise ValueError("The months of a pause are numbers from 1 to 12, and not all of them.")

    def hold_on(self, day: date) -> bool:
        return self.on_or_after(day) != day

    def on_or_after(self, day: date) -> date:
        """`day` itself where nothing is paused then, otherwise the first day after the pause."""
        while True:
            later = self._end(day)
            if later == day:
                return day
            day = later

    def on_or_before(self, day: date) -> date:
        """`day` itself where nothing is paused then, otherwise the last day before the pause."""
        while True:
            earlier = self._eve(day)
            if earlier == day:
                return day
            day = earlier

    def _end(self, day: date) -> date:
        if day.month in self.months:
            return add_months(day.replace(day=1), 1)
        return next((pause.ends_on for pause in self.periods if holds(pause.starts_on, pause.ends_on, day)), day)

    def _eve(self, day: date) -> date:
        if day.month in self.months:
            return day.replace(day=1) - DAY
        return next(
            (pause.starts_on - DAY for pause in self.periods if holds(pause.starts_on, pause.ends_on, day)), day
        )


@dataclass(frozen=True)
class Schedule:
    """Asked once in every term from `start` on, up to but not including `ended`.

    What is asked once only says when it is due: in a window (the first that has a day left), or `by` a day.
    """

    every: Every
    start: date
    ended: date | None = None  # None while it goes on
    window: Window | None = None
    pauses: Pauses = Pauses()
    by: date | None = None  # the due day of what is asked once and in no window

    def __post_init__(self) -> None:
        _check_end(self.start, self.ended)
        if self.every is Every.ONCE:
            if (self.by is None) == (self.window is None):
                raise ValueError("What is asked once has either a day by which it is due or a window.")
            if self.by is not None and self.by < self.start:
                raise ValueError(f"What is asked from {self.start} on cannot be due by {self.by}, which is before it.")
        elif self.by is not None:
            raise ValueError(f"What is asked every {self.every} is due in each; only what is asked once has one day.")
        # 2001 has no 29 February: where only that day is left, it would be silent for four years, or for eight.
        if _first_day(self.window, Pauses(self.pauses.months), date(2001, 1, 1), date(2002, 1, 1)) is None:
            raise ValueError("All of the window that most years have lies in paused months: it would never be asked.")


@dataclass(frozen=True)
class Event:
    """Something that happened, or will: a reorganisation. `name` is its own within the schedule and never changes,
    so that the day may be corrected."""

    name: str
    day: date


@dataclass(frozen=True)
class EventSchedule:
    """Asked at each event on a day from `start` on and before `ended`; due `within` days after the event's day."""

    within: int
    start: date
    ended: date | None = None
    events: tuple[Event, ...] = ()
    pauses: Pauses = Pauses()

    def __post_init__(self) -> None:
        _check_end(self.start, self.ended)
        if self.within < 0:
            raise ValueError(f"What is asked at an event is due after it, not {-self.within} days before.")
        names = [event.name for event in self.events]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"Two events have the same name: {', '.join(doubled)}.")


AnySchedule = Schedule | EventSchedule


@dataclass(frozen=True)
class Occurrence:
    """One time that it is asked: may be done from `starts_on`, is due on `due_on` at the latest."""

    key: str
    starts_on: date
    due_on: date
    ends_on: date | None  # the first day of the next, or the schedule's end; None where neither is known

    def holds_on(self, day: date) -> bool:
        return holds(self.starts_on, self.ends_on, day)


@dataclass(frozen=True)
class OccurrenceStanding:
    occurrence: Occurrence
    standing: Standing
    done_on: date | None  # None where it was not done by the day asked about
    skipped_because: str | None


def occurrences(schedule: AnySchedule, since: date, until: date) -> tuple[Occurrence, ...]:
    """The occurrences that begin from `since` on, up to but not including `until`, in order.

    Each is in exactly one of two spans that adjoin. Which one runs at the beginning of a span, `current` says.
    """
    begun = takewhile(lambda occurrence: occurrence.starts_on < until, _occurrences_from(schedule, since))
    return tuple(occurrence for occurrence in begun if since <= occurrence.starts_on)


def current(schedule: AnySchedule, on: date) -> Occurrence | None:
    """The occurrence that a round on the day `on` belongs to: the last that has begun, if it has not ended.

    Between two windows and in a pause that is the one before, be it done or overdue. None before the first and
    after the end. Where several events run at the same time it is the latest; the others are named by their keys.
    """
    earliest = _last_day(schedule.window, schedule.pauses, on) if isinstance(schedule, Schedule) else on
    begun = takewhile(lambda occurrence: occurrence.starts_on <= on, _occurrences_from(schedule, earliest))
    running = [occurrence for occurrence in begun if occurrence.holds_on(on)]
    return running[-1] if running else None


def following(schedule: AnySchedule, on: date) -> Occurrence | None:
    """The first occurrence that begins after the day `on`."""
    return next((found for found in _occurrences_from(schedule, on) if on < found.starts_on), None)


def standing_of(
    occurrence: Occurrence, on: date, *, done_on: date | None = None, skipped: bool = False, soon: int = SOON
) -> Standing:
    """How it stands with one occurrence on the day `on`.

    What is done after `on` is not done yet. Done ahead of its time is done. What was both skipped and done is done.
    """
    if done_on is not None and done_on <= on:
        return Standing.DONE if done_on <= occurrence.due_on else Standing.DONE_LATE
    if skipped:
        return Standing.SKIPPED
    if on < occurrence.starts_on:
        return Standing.UPCOMING
    if occurrence.ends_on is not None and occurrence.ends_on <= on:
        return Standing.MISSED
    if occurrence.due_on < on:
        return Standing.OVERDUE
    return Standing.DUE_SOON if (occurrence.due_on - on).days <= soon else Standing.OPEN


def standing(
    schedule: AnySchedule, done: Mapping[str, date], skipped: Mapping[str, str], on: date, *, soon: int = SOON
) -> tuple[OccurrenceStanding, ...]:
    """How it stands on the day `on` with every occurrence, from the first to the next that is still to come.

    `done` holds the day on which each was done, by key, and `skipped` the reasons that are known on the day `on`.
    Upcoming ones that are already done or skipped are among them, so that the last says what is next.
    """
    found = []
    for occurrence in _occurrences_from(schedule, schedule.start):
        done_on = done.get(occurrence.key)
        reason = skipped.get(occurrence.key)
        state = standing_of(occurrence, on, done_on=done_on, skipped=reason is not None, soon=soon)
        known = done_on if done_on is not None and done_on <= on else None
        found.append(OccurrenceStanding(occurrence, state, known, reason))
        if state is Standing.UPCOMING:
            break
    return tuple(found)


def _check_end(start: date, ended: date | None) -> None:
    if ended is not None and ended < start:
        raise ValueError(f"A schedule that starts on {start} cannot have ended on {ended}, which is before it.")


def _occurrences_from(schedule: AnySchedule, day: date) -> Iterator[Occurrence]:
    """In order, and without an end where the schedule has none; of a recurring one from the term of `day` on."""
    if isinstance(schedule, EventSchedule):
        return _at_events(schedule)
    if schedule.every is Every.ONCE:
        return _once(schedule)
    return _recurring(schedule, day)


def _at_events(schedule: EventSchedule) -> Iterator[Occurrence]:
    found = [
        Occurrence(
            key=f"event-{event.name}",
            starts_on=schedule.pauses.on_or_after(event.day),
            due_on=schedule.pauses.on_or_after(event.day + timedelta(days=schedule.within)),
            ends_on=schedule.ended,
        )
        for event in schedule.events
        if schedule.start <= event.day
    ]
    yield from sorted(
        (occurrence for occurrence in found if _is_asked(occurrence.due_on, schedule.ended)),
        key=lambda occurrence: (occurrence.starts_on, occurrence.key),
    )


def _once(schedule: Schedule) -> Iterator[Occurrence]:
    if schedule.by is None:
        found = next(_terms_asked(schedule, schedule.start), None)
    else:
        pauses = schedule.pauses
        found = Occurrence("once", pauses.on_or_after(schedule.start), pauses.on_or_after(schedule.by), None)
    if found is not None and _is_asked(found.due_on, schedule.ended):
        yield replace(found, key="once", ends_on=schedule.ended)


def _recurring(schedule: Schedule, day: date) -> Iterator[Occurrence]:
    """Each ends where the next begins, or where the schedule ends if that is earlier."""
    previous: Occurrence | None = None
    for occurrence in _terms_asked(schedule, max(day, schedule.start)):
        if previous is not None:
            ended = schedule.ended
            begun = occurrence.starts_on
            yield replace(previous, ends_on=begun if ended is None else min(begun, ended))
        if not _is_asked(occurrence.due_on, schedule.ended):
            return
        previous = occurrence
    if previous is not None:  # the calendar itself is at its end
        yield replace(previous, ends_on=schedule.ended)


def _is_asked(due_on: date, ended: date | None) -> bool:
    return ended is None or due_on < ended


def _terms_asked(schedule: Schedule, day: date) -> Iterator[Occurrence]:
    """The terms from the one that `day` lies in, without those in which there is no day to ask. Their ends are open."""
    for key, first, end in _terms(schedule, day):
        starts_on = _first_day(schedule.window, schedule.pauses, max(first, schedule.start), end)
        if starts_on is not None:
            yield Occurrence(key, starts_on, _last_day(schedule.window, schedule.pauses, end - DAY), None)


def _terms(schedule: Schedule, day: date) -> Iterator[tuple[str, date, date]]:
    """The key, the first day, and the first day of the next, of each term from the one that `day` lies in."""
    if schedule.window is not None and schedule.every in (Every.ONCE, Every.YEAR):
        year = day.year if schedule.window.opens_on(day.year) <= day else day.year - 1
        while year < MAXYEAR:
            yield str(year), schedule.window.opens_on(year), schedule.window.opens_on(year + 1)
            year += 1
        return
    months = _MONTHS[schedule.every]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    while first.year < MAXYEAR:
        end = add_months(first, months)
        yield _key(schedule.every, first), first, end
        first = end


def _key(every: Every, first: date) -> str:
    match every:
        case Every.MONTH:
            return f"{first:%Y-%m}"
        case Every.QUARTER:
            return f"{first.year}-Q{(first.month + 2) // 3}"
        case Every.HALF_YEAR:
            return f"{first.year}-H{(first.month + 5) // 6}"
        case _:
            return str(first.year)


def _first_day(window: Window | None, pauses: Pauses, day: date, end: date) -> date | None:
    """The first day from `day` on, and before `end`, that is in the window and in no pause."""
    while day < end:
        later = pauses.on_or_after(day if window is None else window.on_or_after(day))
        if later == day:
            return day
        day = later
    return None


def _last_day(window: Window | None, pauses: Pauses, day: date) -> date:
    """The last day, `day` itself or before it, that is in the window and in no pause."""
    while True:
        earlier = pauses.on_or_before(day if window is None else window.on_or_before(day))
        if earlier == day:
            return day
        day = earlier
