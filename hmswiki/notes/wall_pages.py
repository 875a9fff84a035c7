"""What the wall shows: one task, one part of it at a time or all, and the groups page by page.

Where a group stands is decided by how many groups were planned and by nothing that anybody writes, so that it keeps
its place. At most nine stand on a page (four where all parts are shown), so that the text can be read from the back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, NotFound
from hmswiki.notes.wall_parts import Layout, Part, View, headings, layout_for, parts_of
from hmswiki.notes.wall_points import FRESH, Written, handed_in_groups, points
from hmswiki.workshops import queries
from hmswiki.workshops.clock import TaskClock, TaskState, at_hand
from hmswiki.workshops.door_pages import JoinView, join_view
from hmswiki.workshops.models import Group, Task, Workshop
from hmswiki.workshops.words import group_name

WRITING = timedelta(seconds=20)
"""So long after its last line a group is said to be writing."""


@dataclass(frozen=True)
class Section:
    """Points of a group with what they answer; without heading where that stands above the wall already."""

    heading: str
    points: Sequence[Written]


@dataclass(frozen=True)
class GroupView:
    group: Group
    name: str
    leader: str
    href: str
    """To the group alone, large."""
    sections: Sequence[Section]
    handed_in: bool
    wrote_at: datetime | None
    writing: bool

    @property
    def is_empty(self) -> bool:
        return not any(section.points for section in self.sections)


@dataclass(frozen=True)
class PageLink:
    """A page of groups. `wrote_at`: when somebody on it wrote last."""

    number: int
    first: str
    last: str
    href: str
    current: bool
    wrote_at: datetime | None
    fresh: bool


@dataclass(frozen=True)
class TaskLink:
    title: str
    href: str
    current: bool


@dataclass(frozen=True)
class WallPage:
    workshop: Workshop
    view: View
    task: Task | None
    """None: nothing is planned to discuss."""
    clock: TaskClock | None
    parts: Sequence[Part]
    """Empty where the task is one."""
    groups: Sequence[GroupView]
    layout: Layout
    pages: Sequence[PageLink]
    """Empty where all groups stand on one."""
    handed_in: int
    total: int
    join: JoinView | None
    shows_code: bool
    """Whether the code stands in the middle: asked for, or nothing has begun."""
    only: GroupView | None
    others: Sequence[tuple[str, str, str]]
    """Beside one group alone: relation ("prev", "next"), name and address of its neighbours."""
    all_groups_href: str
    code_href: str
    tasks: Sequence[TaskLink]
    address: str
    state_address: str
    may_hide: bool
    now: datetime = field(compare=False)

    @property
    def part(self) -> Part | None:
        """The part that is shown alone; None for all."""
        return next((part for part in self.parts if part.current and part.number), None)

    @property
    def heading(self) -> str:
        """What the page is about, for its title and for who does not see it."""
        if self.task is None:
            return self.workshop.title
        return f"{self.task.title}: {self.part.title}" if self.part else self.task.title

    @property
    def seconds_left(self) -> int | None:
        left = self.clock.left(self.now) if self.clock else None
        return None if left is None else -(-int(left.total_seconds() * 1000) // 1000)

    @property
    def clock_text(self) -> str:
        """What the clock says as the page is made: "24:10"."""
        if self.clock is None or (self.clock.ends_at is None and self.clock.state is not TaskState.WAITING):
            return ""
        seconds = self.clock.minutes * 60 if self.seconds_left is None else self.seconds_left
        hours, minutes = divmod(seconds // 60, 60)
        return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"

    @property
    def extra_minutes(self) -> int:
        """Given beyond what was planned; negative where some were taken."""
        return self.clock.minutes - self.task.minutes if self.clock and self.task else 0


def wall_page(session: Session, workshop: Workshop, view: View, *, now: datetime, may_hide: bool) -> WallPage:
    """What the wall shows, in a fixed number of selects. Raises NotFound for a task, a part or a group that is not."""
    tasks, happened = queries.tasks(session, workshop), queries.events(session, workshop)
    clocks = {task.id: queries.clock_of(task, happened) for task in tasks}
    task = _asked(tasks, view.task) if view.task else current_task(tasks, clocks)
    groups = queries.groups(session, workshop)
    leaders = _leaders(session, workshop)
    written = points(session, task, now=now) if task else []
    handed_in = handed_in_groups(session, task) if task else set()
    parts = parts_of(task, view, workshop) if task else []
    whole, divided = headings(task, parts) if task else (None, [])

    def seen(group: Group) -> GroupView:
        return _group_view(
            group, leaders.get(group.id, ""), [one for one in written if one.group_id == group.id],
            whole, divided, handed_in=group.id in handed_in, now=now,
            href=view.address(workshop, group=group.number, page=1, show=None),
        )  # fmt: skip

    only, others = None, []
    if view.group is not None:
        found = next((group for group in groups if group.number == view.group), None)
        if found is None:
            raise NotFound(N_("There is no such group in this workshop. Go back and pick another."))
        only, others = seen(found), _neighbours(groups, found, view, workshop)
    layout = layout_for(groups, all_parts=bool(parts) and whole is not None and whole.number == 0)
    number = min(view.page, max(1, -(-len(groups) // layout.capacity)))
    on_page = groups[(number - 1) * layout.capacity : number * layout.capacity]
    began = task is None or clocks[task.id].state is not TaskState.WAITING or bool(written)
    join = _join(session, workshop, now=now)
    return WallPage(
        workshop=workshop, view=view, task=task, clock=clocks[task.id] if task else None, parts=parts,
        groups=[] if only else [seen(group) for group in on_page],
        layout=layout,
        pages=[] if only else _page_links(groups, written, layout.capacity, number, view, workshop, now=now),
        handed_in=sum(group.id in handed_in for group in groups), total=len(groups), join=join,
        shows_code=join is not None and only is None and (view.show == "code" or not began),
        only=only, others=others,
        all_groups_href=view.address(
            workshop, group=None, show=None,
            page=groups.index(only.group) // layout.capacity + 1 if only else view.page,
        ),
        code_href=view.address(workshop, show="code", group=None),
        tasks=[
            TaskLink(one.title, View(task=one.key).address(workshop), task is not None and one.id == task.id)
            for one in tasks
        ] if len(tasks) > 1 else [],
        address=view.address(workshop), state_address=view.address(workshop, ".state"), may_hide=may_hide, now=now,
    )  # fmt: skip


# --- The task and its parts ---------------------------------------------------------------------------------


def current_task(tasks: Sequence[Task], clocks: dict[int, TaskClock]) -> Task | None:
    """The one at hand, for the wall that nobody has told another."""
    number = at_hand([clocks[task.id] for task in tasks])
    return tasks[number] if number is not None else None


def _asked(tasks: Sequence[Task], key: str) -> Task:
    found = next((task for task in tasks if task.key == key), None)
    if found is None:
        raise NotFound(N_("There is no such task in this workshop. Go back and pick another."))
    return found


# --- What is written ----------------------------------------------------------------------------------------


def _leaders(session: Session, workshop: Workshop) -> dict[int, str]:
    return {
        group_id: found[0].person.name
        for group_id, found in queries.members(session, workshop).items()
        if found[0].leads
    }


def _group_view(
    group: Group, leader: str, written: Sequence[Written], whole: Part | None, divided: Sequence[tuple[str, Part]], *,
    handed_in: bool, now: datetime, href: str,
) -> GroupView:  # fmt: skip
    wrote_at = max((one.changed_at for one in written), default=None)
    seen = [one for one in written if not one.hidden and whole is not None and whole.holds(one)]
    sections = [Section(heading, [one for one in seen if part.holds(one)]) for heading, part in divided]
    # What answers none of them any more, since the plan was changed, is not lost.
    rest = [one for one in seen if not any(part.holds(one) for _, part in divided)]
    return GroupView(
        group=group, name=group_name(group), leader=leader, href=href,
        sections=[section for section in (Section("", rest), *sections) if section.points],
        handed_in=handed_in, wrote_at=wrote_at, writing=wrote_at is not None and now - wrote_at < WRITING,
    )  # fmt: skip


# --- Pages of groups ----------------------------------------------------------------------------------------


def _page_links(
    groups: Sequence[Group], written: Sequence[Written], capacity: int, current: int, view: View, workshop: Workshop,
    *, now: datetime,
) -> list[PageLink]:  # fmt: skip
    if len(groups) <= capacity:
        return []
    links = []
    for number, first in enumerate(range(0, len(groups), capacity), start=1):
        there = groups[first : first + capacity]
        ids = {group.id for group in there}
        wrote_at = max((one.written_at for one in written if one.group_id in ids and not one.hidden), default=None)
        links.append(
            PageLink(
                number, str(there[0].number), str(there[-1].number), view.address(workshop, page=number, show=None),
                number == current, wrote_at, wrote_at is not None and now - wrote_at < FRESH,
            )
        )  # fmt: skip
    return links


def _neighbours(groups: Sequence[Group], found: Group, view: View, workshop: Workshop) -> list[tuple[str, str, str]]:
    place = [group.id for group in groups].index(found.id)
    beside = [("prev", place - 1), ("next", place + 1)]
    return [
        (relation, group_name(groups[index]), view.address(workshop, group=groups[index].number))
        for relation, index in beside
        if 0 <= index < len(groups)
    ]


# --- Coming in ----------------------------------------------------------------------------------------------


def _join(session: Session, workshop: Workshop, *, now: datetime) -> JoinView | None:
    """The code and where it is typed, while it opens. One select."""
    if workshop.cancelled_at is not None or not workshop.is_within_hours(now):
        return None
    return join_view(session, workshop)
