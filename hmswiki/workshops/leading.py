"""How the time of a workshop goes: begun, given more, closed, opened again, ended, and the last of it taken back.

`session` first; nothing is committed. Each is a fact that is recorded, and withdrawn where it was a mistake. Two
organisers who press at the same moment stand one after the other, and the second is told what the first has done.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Conflict, NotFound, Refusal
from hmswiki.foundation.permissions import Actor, Permission, demand
from hmswiki.workshops import operations, queries
from hmswiki.workshops.clock import TaskState
from hmswiki.workshops.models import EventKind, Group, Task, Workshop, WorkshopEvent

MOST_MINUTES = 120
"""That are added or taken away at a time."""


def start(session: Session, workshop: Workshop, task: Task, *, by: Actor, at: datetime) -> WorkshopEvent:
    """Let the task's time run. Another that runs goes on: its groups may mend what they wrote."""
    happened = _begin(session, workshop, by=by)
    if queries.clock_of(task, happened).state is not TaskState.WAITING:
        raise Conflict(N_("The task has begun already. Somebody may have been before you: look at how it stands."))
    return _happen(session, workshop, EventKind.STARTED, task=task, by=by, at=at)


def extend(session: Session, workshop: Workshop, task: Task, minutes: int, *, by: Actor, at: datetime) -> WorkshopEvent:
    """Give the task more minutes, or fewer. After the time was up they count from now."""
    happened = _begin(session, workshop, by=by)
    if minutes == 0 or abs(minutes) > MOST_MINUTES:
        raise Refusal(
            N_("Write how many minutes more, at most %(limit)s; with a minus it is fewer."),
            field="minutes", limit=MOST_MINUTES,
        )  # fmt: skip
    stands = queries.clock_of(task, happened)
    if stands.state is not TaskState.RUNNING:
        raise Conflict(N_("The task's time does not run now, so none can be added. Begin it, or open it again."))
    if stands.minutes + minutes < 1:
        raise Refusal(
            N_("That would leave the task %(minutes)s minutes in all. Close it instead."),
            field="minutes", minutes=stands.minutes + minutes,
        )  # fmt: skip
    if stands.ends_at is None and minutes < 0:
        raise Refusal(N_("No clock runs for the task, so nothing can be taken away from it."), field="minutes")
    return _happen(session, workshop, EventKind.EXTENDED, task=task, minutes=minutes, by=by, at=at)


def close(session: Session, workshop: Workshop, task: Task, *, by: Actor, at: datetime) -> WorkshopEvent:
    """Nobody writes in the task any more; what phones have kept from before is still taken."""
    happened = _begin(session, workshop, by=by)
    if queries.clock_of(task, happened).state is TaskState.CLOSED:
        raise Conflict(N_("The task is closed already. Somebody may have been before you: look at how it stands."))
    return _happen(session, workshop, EventKind.CLOSED, task=task, by=by, at=at)


def reopen(session: Session, workshop: Workshop, task: Task, *, by: Actor, at: datetime) -> WorkshopEvent:
    """Let the groups write again, without a clock until minutes are given."""
    happened = _begin(session, workshop, by=by)
    if queries.clock_of(task, happened).state is not TaskState.CLOSED:
        raise Conflict(N_("The task is not closed. Somebody may have been before you: look at how it stands."))
    return _happen(session, workshop, EventKind.REOPENED, task=task, by=by, at=at)


def end(session: Session, workshop: Workshop, *, by: Actor, at: datetime) -> WorkshopEvent:
    """The group work is over: every task is closed."""
    _begin(session, workshop, by=by)
    return _happen(session, workshop, EventKind.ENDED, by=by, at=at)


def take_back(session: Session, workshop: Workshop, event_id: int, *, by: Actor, at: datetime) -> WorkshopEvent:
    """Undo the last that happened, which whoever asks has seen as the last. The clock goes on as if it never was."""
    happened = _begin(session, workshop, by=by, even_ended=True)
    last = happened[-1] if happened else None
    if last is None or last.id != event_id:
        raise Conflict(N_("Something else has happened since, so this was not taken back. Look at how it stands."))
    last.withdraw(by_id=by.person_id, at=at, reason=None)
    operations.beat(session, workshop)
    return last


def remind(
    session: Session, workshop: Workshop, task: Task, numbers: Sequence[int], *, by: Actor, at: datetime
) -> list[Group]:
    """Ask those groups to hand in what they have on the task: it stands on their page. Gives the groups.

    Who has a letter sent is for the rooms that told of themselves by `add_nudge`.
    """
    happened = _begin(session, workshop, by=by)
    if queries.clock_of(task, happened).state is TaskState.CLOSED:
        raise Conflict(N_("The task is closed, so nobody can hand in any more. Open it again first."))
    found = [group for group in queries.groups(session, workshop) if group.number in numbers]
    if not found:
        raise NotFound(N_("There is no such group in this workshop. Go back and pick another."))
    for group in found:
        group.reminded_at = at
    # Not the groups': one that is asked has not written by that.
    operations.beat(session, workshop)
    return found


# --- How each is written ------------------------------------------------------------------------------------


def _begin(session: Session, workshop: Workshop, *, by: Actor, even_ended: bool = False) -> Sequence[WorkshopEvent]:
    """What happened so far, with the workshop held so that nothing else happens meanwhile."""
    demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    operations.lock(session, workshop)
    operations.check_on(workshop)
    happened = queries.events(session, workshop)
    if not even_ended and any(event.kind is EventKind.ENDED for event in happened):
        raise Conflict(N_("The group work has been ended. Take that back first, if it should go on."))
    return happened


def _happen(
    session: Session,
    workshop: Workshop,
    kind: EventKind,
    *,
    task: Task | None = None,
    minutes: int | None = None,
    by: Actor,
    at: datetime,
) -> WorkshopEvent:
    last = max((event.at for event in queries.events(session, workshop)), default=at)
    if at < last:  # two pressed at once, and the other was let in first
        at = last + timedelta(microseconds=1)
    event = WorkshopEvent(
        workshop_id=workshop.id, task_id=task.id if task is not None else None, kind=kind, minutes=minutes, at=at,
        recorded_at=at, recorded_by_id=by.person_id,
    )  # fmt: skip
    session.add(event)
    operations.beat(session, workshop)
    return event
