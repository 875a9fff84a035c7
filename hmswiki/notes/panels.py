"""What other rooms' pages show of notes: who has handed in, for the organiser, and one's own group's note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template
from markupsafe import Markup

from hmswiki.foundation.permissions import Permission
from hmswiki.notes import note_pages, queries
from hmswiki.notes.queries import Stand
from hmswiki.web.access import allowed, passes
from hmswiki.web.context import read_session
from hmswiki.workshops import queries as workshop_queries
from hmswiki.workshops.clock import TaskState
from hmswiki.workshops.door_forms import LeadForm
from hmswiki.workshops.models import Group, Task, Workshop
from hmswiki.workshops.words import group_name


@dataclass(frozen=True)
class GroupStand:
    """How a group stands with a task, and the ways to its note."""

    stand: Stand
    name: str
    note_href: str
    history_href: str
    misses: bool
    """Has not handed in."""
    asked_at: datetime | None
    """When it was asked to."""


@dataclass(frozen=True)
class OtherTask:
    """A task that is not at hand, and how many groups have handed it in."""

    number: int
    title: str
    handed_in: int


@dataclass(frozen=True)
class LeadPanel:
    """Who has handed in, who writes, and who has nothing."""

    task: Task
    rows: Sequence[GroupStand]
    state: TaskState
    form: LeadForm
    others: Sequence[OtherTask]

    @property
    def may_remind(self) -> bool:
        """Not on a task that has not begun, unless somebody writes already."""
        begun = self.state is TaskState.RUNNING or any(row.stand.points for row in self.rows)
        return begun and not self.is_closed and self.handed_in < len(self.rows)

    @property
    def is_closed(self) -> bool:
        return self.state is TaskState.CLOSED

    @property
    def handed_in(self) -> int:
        return sum(not row.misses for row in self.rows)


def lead(*, workshop: Workshop, task: Task | None, groups: Sequence[Group], **_context: Any) -> Markup | None:
    """Panel `workshop.lead`: how the groups stand with the task at hand, and what was handed in of the others."""
    if task is None or not allowed(Permission.MANAGE_WORKSHOPS, within=workshop.meeting):
        return None
    session = read_session()
    clock = workshop_queries.clock_of(task, workshop_queries.events(session, workshop))
    rows = [
        GroupStand(
            stand, group_name(stand.group), note_pages.address("note", stand.group, task),
            note_pages.address("history", stand.group, task), stand.handed_in_at is None,
            clock.asked_at(stand.group.reminded_at),
        )
        for stand in queries.stands(session, workshop, task)
    ]  # fmt: skip
    shown = {row.stand.group.id for row in rows}
    handed_in = [task_id for group_id, task_id in queries.hand_ins(session, workshop) if group_id in shown]
    others = [
        OtherTask(number, one.title, handed_in.count(one.id))
        for number, one in enumerate(workshop_queries.tasks(session, workshop), start=1)
        if one.id != task.id and one.id in handed_in
    ]
    panel = LeadPanel(task, rows, clock.state, LeadForm(formdata=None, task=task.key), others)
    return Markup(render_template("hmswiki/notes/_lead.html", panel=panel, workshop=workshop)) if rows else None


@dataclass(frozen=True)
class MyTask:
    task: Task
    href: str
    stand: Stand | None


def mine(*, workshop: Workshop, **_context: Any) -> Markup | None:
    """Panel `workshop`: what the reader's groups have written, task by task; nothing before they have."""
    ids = {one.group_id for one in passes(Permission.WRITE_NOTES) if one.workshop_id == workshop.id}
    if ids <= {None}:
        return None
    session = read_session()
    groups = {group.id: group for group in workshop_queries.groups(session, workshop) if group.id in ids}
    stands = queries.stands_of(session, workshop, groups.values())
    found = [
        (group_name(group), [
            MyTask(task, note_pages.address("note", group, task), stands.get((group.id, task.id)))
            for task in workshop_queries.tasks(session, workshop)
        ])
        for group in groups.values()
        if any(group_id == group.id for group_id, _task in stands)
    ]  # fmt: skip
    return Markup(render_template("hmswiki/notes/_mine.html", groups=found)) if found else None
