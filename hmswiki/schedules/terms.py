"""Between a schedule's row and `recurrence`: what is written in its columns, read and written. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from hmswiki.schedules.models import ScheduleRecord
from hmswiki.schedules.recurrence import (
    AnySchedule,
    Event,
    EventSchedule,
    Every,
    MonthDay,
    Pause,
    Pauses,
    Schedule,
    Window,
)
from hmswiki.schedules.subjects import Subject

EVENT = "event"
"""The word in `every` of a schedule that asks at events."""


def read_window(text: str | None) -> Window | None:
    """The window that is written `09-01/11-30`. Raises ValueError for a day that no year has."""
    if text is None:
        return None
    first, last = (MonthDay(*map(int, part.split("-"))) for part in text.split("/"))
    return Window(first, last)


def write_window(window: Window | None) -> str | None:
    if window is None:
        return None
    return "/".join(f"{day.month:02}-{day.day:02}" for day in (window.first, window.last))


def read_pauses(given: Mapping[str, Any]) -> Pauses:
    """Raises ValueError for months and periods that cannot be."""
    spans = (Pause(date.fromisoformat(first), date.fromisoformat(end)) for first, end in given.get("spans", ()))
    return Pauses(frozenset(given.get("months", ())), tuple(sorted(spans, key=lambda pause: pause.starts_on)))


def write_pauses(pauses: Pauses) -> dict[str, Any]:
    """What is not there is left out, so that the same pauses are always written the same."""
    found: dict[str, Any] = {}
    if pauses.months:
        found["months"] = sorted(pauses.months)
    if pauses.periods:
        found["spans"] = sorted([pause.starts_on.isoformat(), pause.ends_on.isoformat()] for pause in pauses.periods)
    return found


def end_of(record: ScheduleRecord) -> date | None:
    """The first day on which it asks no more: it was ended, or its checklist is out of use."""
    ends = [day for day in (record.ended, record.checklist.retired_on) if day is not None]
    return max(min(ends), record.starts_on) if ends else None


def recurrence_of(record: ScheduleRecord, subject: Subject | None = None, events: Iterable[Event] = ()) -> AnySchedule:
    """The schedule as `recurrence` works with it. `events` are the subject's, and of use at events only.

    For a `subject` it starts when that began to be, if it is later: a unit that opens in November is asked for
    November, and for no month before. What is due `by` a day is asked of those that were there on that day.
    """
    start, ended, pauses = record.starts_on, end_of(record), read_pauses(record.pauses)
    since = subject.since if subject is not None else None
    if record.every == EVENT:
        found: AnySchedule = EventSchedule(record.within or 0, start, ended, tuple(events), pauses)
    else:
        found = Schedule(Every(record.every), start, ended, read_window(record.window), pauses, record.by)
    return found if since is None else from_day(found, since)


def from_day(schedule: AnySchedule, day: date) -> AnySchedule:
    """The same schedule for what is there from `day` on."""
    if day <= schedule.start:
        return schedule
    if isinstance(schedule, Schedule) and schedule.by is not None:
        too_late = schedule.pauses.on_or_after(schedule.by) < day
        return replace(schedule, start=schedule.by, ended=schedule.by) if too_late else schedule
    if schedule.ended is not None and schedule.ended < day:
        return replace(schedule, start=schedule.ended)
    return replace(schedule, start=day)
