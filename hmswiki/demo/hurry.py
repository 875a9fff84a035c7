"""`hmswiki demo --live-workshop`: today's meeting goes on while one looks, in real time and through the same doors.

Six groups write line by line, word by word, hand in, and go on to the second task when the organiser begins it. What
was played is not played again: each edit has its own key, and one that comes a second time changes nothing.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from uuid import UUID, uuid5

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.demo.meeting import HURRY, Line
from hmswiki.demo.workshops import ORGANISER
from hmswiki.foundation import clock
from hmswiki.foundation.errors import Conflict, Refusal
from hmswiki.foundation.permissions import Actor
from hmswiki.notes import operations as notes
from hmswiki.notes.editing import Incoming
from hmswiki.notes.merging import LAST, Deed
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Person
from hmswiki.web.context import state
from hmswiki.workshops import leading, queries
from hmswiki.workshops.clock import TaskState
from hmswiki.workshops.models import Group, Member, Task, Workshop

log = logging.getLogger("hmswiki")

A_WORD = 0.55
"""Seconds that a word takes to type."""
TO_HAND_IN = 6.0
"""Seconds from a group's last word to its handing in."""
BETWEEN = 20.0
"""Seconds from the last handing in to the second task."""

_KEYS = UUID("4f2a6f0e-6a0b-4c0e-9f0e-0d1a7c6b5a43")


@dataclass(frozen=True)
class Step:
    """Something that happens so many seconds after the beginning."""

    at: float
    what: str
    """`write`, `hand-in` or `begin`."""
    task: int
    group: int = 0
    place: int = 0
    """Which of the group's lines."""
    text: str = ""
    base: str | None = None


def steps() -> list[Step]:
    """All that happens, in order."""
    first = [step for group, lines in HURRY.items() for step in _of_group(group, lines, task=0, begun=0.0)]
    over = max(step.at for step in first) + BETWEEN
    second = [step for group, lines in HURRY.items() for step in _of_group(group, lines, task=1, begun=over)]
    return sorted([*first, Step(over, "begin", 1), *second], key=lambda step: step.at)


def _of_group(group: int, lines: Sequence[Line], *, task: int, begun: float) -> Iterator[Step]:
    now = begun
    for place, line in enumerate(lines):
        if line.task != task:
            continue
        now += line.after
        words, base = line.text.split(" "), None
        for count in range(1, len(words) + 1):
            now += A_WORD
            text = " ".join(words[:count])
            yield Step(now, "write", task, group, place, text, base)
            base = text
    if now > begun:
        yield Step(now + TO_HAND_IN, "hand-in", task, group)


class Meeting:
    """Today's meeting, played."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def play(self, *, wait: Callable[[float], bool], steps: list[Step]) -> None:
        """Let everything happen at its time. `wait(seconds)` sleeps, and says whether to stop."""
        before = 0.0
        for step in steps:
            if wait(step.at - before):
                return
            before = step.at
            try:
                self._happen(step)
            except Refusal as refusal:  # whoever looks on may have closed the task or changed a line
                log.info("The played meeting goes on without this: %s", refusal)

    def _happen(self, step: Step) -> None:
        with self.app.app_context(), Session(state(self.app).engines.write) as session:
            workshop, at = _running(session), clock.now()
            if workshop is None:
                return
            task = queries.tasks(session, workshop)[step.task]
            if step.what == "begin":
                _go_on(session, workshop, task, at)
            else:
                group = queries.group(session, workshop, step.group)
                if step.what == "write":
                    _write(session, group, task, step, at)
                else:
                    _hand_in(session, group, task, at)
            session.commit()


def _running(session: Session) -> Workshop | None:
    """Today's meeting: of those that have begun the last. One that a visitor plans for later is not played in."""
    return session.scalar(
        select(Workshop)
        .where(Workshop.cancelled_at.is_(None), Workshop.starts_at <= clock.now())
        .order_by(Workshop.starts_at.desc())
        .limit(1)
    )


def _leader(session: Session, group: Group) -> Actor:
    key = session.scalars(
        select(Person.external_key)
        .join(Member, Member.person_id == Person.id)
        .where(Member.group_id == group.id, Member.leads, Member.withdrawn_at.is_(None))
    ).one()
    return _actor(session, key)


def _actor(session: Session, key: str) -> Actor:
    found = organisation.actor(session, key, clock.now().date())
    if found is None:
        raise Refusal("There is nobody called %(key)s any more.", key=key)
    return found


def _key(group: Group, step: Step, text: str | None = None) -> str:
    """The key of the point, or of the edit that wrote `text` there."""
    return str(uuid5(_KEYS, f"{group.key}/{step.task}/{step.place}/{text or ''}"))


def _write(session: Session, group: Group, task: Task, step: Step, at: datetime) -> None:
    line = HURRY[step.group][step.place]
    incoming = Incoming(
        key=_key(group, step, step.text), point=_key(group, step), deed=Deed.WRITE, made_at=at, text=step.text,
        base=_key(group, step, step.base) if step.base else None, after=LAST,
        prompt=queries.prompts_of(task)[line.prompt].key, model=None if line.model is None else task.models[line.model],
    )  # fmt: skip
    by = _leader(session, group)
    passes = queries.passes_of_person(session, by.person_id)
    notes.apply_edits(session, group, task, [incoming], by=by, passes=passes, at=at)


def _hand_in(session: Session, group: Group, task: Task, at: datetime) -> None:
    by = _leader(session, group)
    passes = queries.passes_of_person(session, by.person_id)
    key = str(uuid5(_KEYS, f"{group.key}/{task.key}/hand-in"))
    notes.hand_in(session, group, task, key=key, made_at=at, by=by, passes=passes, at=at)


def _go_on(session: Session, workshop: Workshop, task: Task, at: datetime) -> None:
    """The organiser closes what runs and begins the next."""
    by = _actor(session, ORGANISER)
    for one in queries.tasks(session, workshop):
        stands = queries.clock_of(one, queries.events(session, workshop))
        if one.id != task.id and stands.state is TaskState.RUNNING:
            leading.close(session, workshop, one, by=by, at=at)
    try:
        leading.start(session, workshop, task, by=by, at=at)
    except Conflict:
        log.info("The second task had begun already.")


def begin(app: Flask) -> Callable[[], None]:
    """Play the meeting beside the server; gives what stops it."""
    stop = Event()
    thread = Thread(target=lambda: Meeting(app).play(wait=stop.wait, steps=steps()), name="live-workshop", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(timeout=5)

    return end
