"""How the time of a task stands, from what happened. Pure: moments come in as values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from hmswiki.workshops.models import EventKind


class TaskState(StrEnum):
    WAITING = "waiting"
    """Not begun. Its text may be read, and a group may write before."""
    RUNNING = "running"
    """Begun; the clock runs, and may have run out: time up closes nothing, the organiser does."""
    CLOSED = "closed"
    """Nobody writes any more."""


class Happened(Protocol):
    """An event, as far as the clock goes."""

    @property
    def task_id(self) -> int | None: ...
    @property
    def kind(self) -> EventKind: ...
    @property
    def minutes(self) -> int | None: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class TaskClock:
    """How a task stands. `ends_at` is None where no clock runs: before it begins, and when it was opened again."""

    state: TaskState
    started_at: datetime | None = None
    ends_at: datetime | None = None
    minutes: int = 0
    """Planned, with what was added."""

    def left(self, now: datetime) -> timedelta | None:
        """What is left, none where the time is up; None where no clock runs."""
        return None if self.ends_at is None else max(self.ends_at - now, timedelta())

    def asked_at(self, reminded_at: datetime | None) -> datetime | None:
        """When a group was asked to hand in, as far as it is about this task: not before it began."""
        is_of_before = reminded_at is not None and self.started_at is not None and reminded_at < self.started_at
        return None if is_of_before else reminded_at

    @property
    def takes_writing(self) -> bool:
        return self.state is not TaskState.CLOSED


def at_hand(clocks: Sequence[TaskClock]) -> int | None:
    """Which task is at hand, given how all stand: the one that began last of those that run, else the first that is
    not closed, else the last; None without any."""
    running = [number for number, one in enumerate(clocks) if one.state is TaskState.RUNNING and one.started_at]
    if running:
        return max(running, key=lambda number: (clocks[number].started_at, number))
    waiting = [number for number, one in enumerate(clocks) if one.state is not TaskState.CLOSED]
    return waiting[0] if waiting else len(clocks) - 1 if clocks else None


def task_clock(task_id: int, minutes: int, events: Iterable[Happened]) -> TaskClock:
    """How the task stands after `events`, which are in the order in which they happened and not withdrawn.

    Closing ends the clock. Opened again, it runs without an end until minutes are added: they count from then.
    The end of the whole workshop closes every task.
    """
    stands = TaskClock(TaskState.WAITING, minutes=minutes)
    for event in events:
        if event.kind is EventKind.ENDED:
            stands = TaskClock(TaskState.CLOSED, stands.started_at, None, stands.minutes)
        elif event.task_id != task_id:
            continue
        elif event.kind is EventKind.STARTED:
            stands = TaskClock(TaskState.RUNNING, event.at, event.at + timedelta(minutes=minutes), minutes)
        elif event.kind is EventKind.EXTENDED:
            more = timedelta(minutes=event.minutes or 0)
            # Minutes given after the time was up count from then: ten more are ten more.
            basis = event.at if stands.ends_at is None else max(stands.ends_at, event.at)
            if stands.ends_at is not None and more < timedelta():
                basis = stands.ends_at
            started = stands.started_at or event.at
            # The plan may say fewer minutes by now than were taken away.
            stands = TaskClock(TaskState.RUNNING, started, basis + more, max(1, stands.minutes + (event.minutes or 0)))
        elif event.kind is EventKind.CLOSED:
            stands = TaskClock(TaskState.CLOSED, stands.started_at, None, stands.minutes)
        elif event.kind is EventKind.REOPENED:
            stands = TaskClock(TaskState.RUNNING, stands.started_at or event.at, None, stands.minutes)
    return stands
