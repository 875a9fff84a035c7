"""What the pages of the door show, the addresses that lead to a workshop's other pages, and how its tasks stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from hmswiki.web.addresses import absolute
from hmswiki.web.context import settings, state
from hmswiki.web.qr import qr_code
from hmswiki.workshops import codes, queries, words
from hmswiki.workshops.clock import TaskClock, TaskState, at_hand
from hmswiki.workshops.door_forms import CodeForm, PlaceForm
from hmswiki.workshops.models import Code, Group, Opens, Prompt, Task, Workshop, WorkshopEvent

# --- Addresses ----------------------------------------------------------------------------------------------


def page_href(workshop: Workshop, page: str) -> str:
    """The address of a page beneath the workshop's own, whichever room it is in: "wall", "groups/4"."""
    return f"{url_for('hmswiki.workshops.show', key=workshop.key)}/{page}"


def group_href(workshop: Workshop, number: int) -> str:
    return page_href(workshop, f"groups/{number}")


def group_of_path(workshop: Workshop, path: str | None) -> int | None:
    """The number of the group whose page `path` is, or is beneath."""
    start = page_href(workshop, "groups/")
    number = (path or "").removeprefix(start).split("/")[0].split("?")[0] if (path or "").startswith(start) else ""
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else None


def sign_in_href(back: str | None) -> str | None:
    """Where those who have an account sign in instead; None where the host has no such page."""
    return state().sign_in_url(back or request.path)


@dataclass(frozen=True)
class JoinView:
    """A code as it is shown on a wall, a sheet or a screen: to be typed, and to point a phone at."""

    code: str
    """4K7-29P"""
    address: str
    """What is typed before the code: hms.example.no/m"""
    picture: Markup


def join_view(session: Session, workshop: Workshop, opens: Opens = Opens.GROUPS) -> JoinView | None:
    """The code that opens the workshop's groups, or its wall, now; None before one was made. One select.

    On paper and on a wall the address lasts: where the site has been told none, that of this visit is better than none.
    """
    code = queries.live_code(session, workshop, opens)
    return join_view_of(code) if code is not None else None


def join_view_of(code: Code) -> JoinView:
    base = settings().base_url or request.url_root
    shown = codes.shown(code.code)
    typed = absolute("workshop_doors.type_code", base=base).split("://", 1)[-1]
    return JoinView(shown, typed, qr_code(absolute("workshop_doors.join", base=base, code=shown)))


# --- Pages --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GroupLine:
    """A group to pick, or to go on in."""

    number: int
    name: str
    leader: str
    href: str
    workshop: str


def group_line(group: Group, leader: str | None = None) -> GroupLine:
    return GroupLine(
        group.number, words.group_name(group), leader or "", group_href(group.workshop, group.number),
        group.workshop.title,
    )  # fmt: skip


@dataclass(frozen=True)
class CodePage:
    """Where a code is typed."""

    form: CodeForm
    action: str
    mine: Sequence[GroupLine]
    """Groups that are open to who asks without any code."""
    comes_from_elsewhere: bool
    sign_in_href: str | None


@dataclass(frozen=True)
class PlacePage:
    """Where a group is picked."""

    workshop: Workshop
    form: PlaceForm
    action: str
    is_wall: bool
    groups: Sequence[GroupLine]
    new_table: str
    mine: GroupLine | None
    """The group that was picked before."""
    may_follow_only: bool


# --- Tasks --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TaskView:
    """A task and how it stands."""

    task: Task
    number: int
    prompts: Sequence[Prompt]
    """Only those with a title."""
    clock: TaskClock
    left: str
    """What is left of its time, as it is written: "24:10"; empty where no clock runs."""
    gone: float
    """How many per cent of its time have gone."""

    @property
    def state(self) -> TaskState:
        return self.clock.state

    @property
    def ends_at(self) -> str:
        """As a script reads it; empty where no clock runs."""
        return self.clock.ends_at.isoformat() if self.clock.ends_at is not None else ""


def task_views(
    session: Session, workshop: Workshop, happened: Sequence[WorkshopEvent], now: datetime
) -> list[TaskView]:
    """The tasks in order. Two selects."""
    return [
        task_view(task, number, queries.clock_of(task, happened), now)
        for number, task in enumerate(queries.tasks(session, workshop), start=1)
    ]


def task_view(task: Task, number: int, clock: TaskClock, now: datetime) -> TaskView:
    """One task, with how its time stands `now`."""
    left = clock.left(now)
    seconds = None if left is None else -int(-left.total_seconds() // 1)
    gone = 0.0 if seconds is None else min(100.0, max(0.0, 100 - seconds / (clock.minutes * 60) * 100))
    return TaskView(
        task, number, [one for one in queries.prompts_of(task) if one.title], clock,
        "" if seconds is None else clock_face(seconds), round(gone, 1),
    )  # fmt: skip


def clock_face(seconds: int) -> str:
    """As clock.js writes it: "24:10", over an hour "1:24:10"."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def task_at_hand(tasks: Sequence[TaskView]) -> TaskView | None:
    number = at_hand([one.clock for one in tasks])
    return tasks[number] if number is not None else None
