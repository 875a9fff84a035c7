"""Reads of what groups write. `session` first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from hmswiki.foundation.errors import N_, NotFound
from hmswiki.notes.merging import Line, Note, Place
from hmswiki.notes.models import HandIn, Point, PointEdit
from hmswiki.organisation.models import Person
from hmswiki.workshops.models import EventKind, Group, Prompt, Seat, Task, Workshop, WorkshopEvent

# Hundreds of phones ask for these every few seconds: they are put together once.
_GROUP_AT = (
    select(Group)
    .join(Group.workshop)
    .options(contains_eager(Group.workshop).joinedload(Workshop.unit))
    .where(Workshop.key == bindparam("key"), Group.number == bindparam("number"), Group.removed_at.is_(None))
)
_ROWS = (
    select(Point)
    .where(Point.group_id == bindparam("group"), Point.task_id == bindparam("task"))
    .execution_options(populate_existing=True)
)
_WRITERS = (
    select(PointEdit.key, PointEdit.by_id, Person.name, PointEdit.seat_id, Seat.name, Seat.number)
    .join(Point, Point.written == PointEdit.key)
    .outerjoin(Person, PointEdit.by_id == Person.id)
    .outerjoin(Seat, PointEdit.seat_id == Seat.id)
    .where(Point.group_id == bindparam("group"), Point.task_id == bindparam("task"))
)
_EARLIER = select(PointEdit.key, PointEdit.base, PointEdit.text, PointEdit.point_id).where(
    or_(
        PointEdit.key.in_(bindparam("known", expanding=True)),
        PointEdit.base.in_(bindparam("sent", expanding=True)),
    )
)
_HAND_INS = (
    select(HandIn)
    .join(Group, HandIn.group_id == Group.id)
    .where(Group.workshop_id == bindparam("workshop"), HandIn.withdrawn_at.is_(None))
    .order_by(HandIn.recorded_at, HandIn.id)
)
_LAST_HAND_IN = (
    select(HandIn)
    .where(
        HandIn.group_id == bindparam("group"), HandIn.task_id == bindparam("task"), HandIn.withdrawn_at.is_(None)
    )
    .order_by(HandIn.recorded_at.desc(), HandIn.id.desc())
    .limit(1)
)  # fmt: skip


def group_at(session: Session, key: str, number: int) -> Group:
    """The group of that number in the workshop with `key`, with its workshop and unit. One select. Raises NotFound."""
    found = session.scalar(_GROUP_AT, {"key": key.replace("\0", "?"), "number": number})
    if found is None:
        raise NotFound(N_("There is no such group in this workshop. Go back and pick another."))
    return found


# --- Points -------------------------------------------------------------------------------------------------


def points(
    session: Session, workshop: Workshop, *, task: Task | None = None, group: Group | None = None, cleared: bool = False
) -> list[Point]:
    """Points with their group, task and prompt, as they stand in the notes: by prompt, model and group, then in the
    order in which the group has put them. Those of all tasks and groups, but for those taken out of the plan; of
    `task` or `group` alone. One select. `cleared`: also those that were cleared. Hidden ones are among them."""
    query = (
        select(Point)
        .join(Point.group).join(Point.task).join(Point.prompt)
        .options(contains_eager(Point.group), contains_eager(Point.task), contains_eager(Point.prompt))
        .where(Group.workshop_id == workshop.id)
    )  # fmt: skip
    query = query.where(Point.task_id == task.id if task is not None else Task.removed_at.is_(None))
    query = query.where(Point.group_id == group.id if group is not None else Group.removed_at.is_(None))
    if not cleared:
        query = query.where(Point.cleared_at.is_(None))
    return sorted(session.scalars(query), key=order)


def order(point: Point) -> tuple[Any, ...]:
    """As points stand in the notes. Ranks are compared here: databases compare text each in their own way."""
    task = point.task
    model = task.models.index(point.model) if point.model in task.models else len(task.models)
    return (
        task.position, task.id, point.prompt.position, point.prompt_id, model, point.model or "", point.group.number,
        point.rank, point.key,
    )  # fmt: skip


def point(session: Session, workshop: Workshop, key: str) -> Point:
    """The workshop's point with `key`, also where it was cleared. Raises NotFound."""
    found = session.scalar(
        select(Point)
        .join(Point.group)
        .options(contains_eager(Point.group), joinedload(Point.task), joinedload(Point.prompt))
        .where(Point.key == key.replace("\0", "?"), Group.workshop_id == workshop.id)
    )
    if found is None:
        raise NotFound(N_("There is no such point in this workshop. Open the page again, and choose another."))
    return found


@dataclass(frozen=True)
class Writer:
    """Who wrote what a point says. For the group alone."""

    person_id: int | None
    person: str | None
    seat_id: int | None
    seat: str | None
    """What the one with the seat wants to be called."""
    number: int | None
    """The how manieth seat of the group."""


def writers(session: Session, group: Group, task: Task) -> dict[str, Writer]:
    """Who wrote what the points say, by the key of the edit. One select."""
    rows = session.execute(_WRITERS, {"group": group.id, "task": task.id})
    return {row[0]: Writer(*row[1:]) for row in rows}


def edits(session: Session, point_ids: Collection[int]) -> dict[int, list[PointEdit]]:
    """All that happened to the points, in order, by the point's id. One select."""
    found: dict[int, list[PointEdit]] = {}
    for edit in session.scalars(select(PointEdit).where(PointEdit.point_id.in_(point_ids)).order_by(PointEdit.id)):
        found.setdefault(edit.point_id, []).append(edit)
    return found


# --- What edits meet ----------------------------------------------------------------------------------------


def rows_of(session: Session, group: Group, task: Task) -> dict[str, Point]:
    """The points of a note by key, with those that were cleared. One select."""
    found = session.scalars(_ROWS, {"group": group.id, "task": task.id})
    return {row.key: row for row in found}


def note_of(rows: Collection[Point]) -> Note:
    """The note that these points are."""
    key_of = {row.id: row.key for row in rows}
    return Note({row.key: line_of(row, key_of.get(row.split_from_id or 0)) for row in rows})


def meet(
    session: Session, note: Note, rows: Collection[Point], *, keys: Collection[str], bases: Collection[str]
) -> dict[str, str | None]:
    """Let the note know what it must to meet edits with `keys`, written over `bases`. One select.

    Gives those of the edits that were met before: the points at which they ended, by their keys; None: in another note.
    """
    key_of = {row.id: row.key for row in rows}
    earlier: dict[str, str | None] = {}
    for key, base, text, point_id in session.execute(_EARLIER, {"known": [*keys, *bases], "sent": list(keys)}):
        if key in keys:
            earlier[key] = key_of.get(point_id)
        if point_id not in key_of:
            continue
        if base is not None and base in keys:
            note.bases.add(base)
        if key in bases and text is not None:
            note.texts[key] = text
    return earlier


def line_of(row: Point, split_from: str | None) -> Line:
    return Line(
        row.key, Place(row.prompt_id, row.model), row.rank, row.text, row.written, row.cleared_at, row.changed_at,
        row.hidden_at, row.public_text, split_from,
    )  # fmt: skip


def texts(session: Session, group: Group, task: Task, keys: Collection[str]) -> dict[str, str]:
    """What those edits of the note wrote, by key. One select, none without keys."""
    if not keys:
        return {}
    rows = session.execute(
        select(PointEdit.key, PointEdit.text)
        .join(PointEdit.point)
        .where(Point.group_id == group.id, Point.task_id == task.id, PointEdit.key.in_(keys))
    )
    return {row.key: row.text for row in rows if row.text is not None}


def closed_at(task: Task, happened: Sequence[WorkshopEvent]) -> datetime | None:
    """When the task was closed last, given `workshops.queries.events`."""
    closings = [
        event.at
        for event in happened
        if event.kind is EventKind.ENDED or (event.kind is EventKind.CLOSED and event.task_id == task.id)
    ]
    return closings[-1] if closings else None


# --- Handing in, and how it stands --------------------------------------------------------------------------


def hand_ins(session: Session, workshop: Workshop) -> dict[tuple[int, int], HandIn]:
    """When each group handed in last, by the ids of group and task. One select."""
    rows = session.scalars(_HAND_INS, {"workshop": workshop.id})
    return {(row.group_id, row.task_id): row for row in rows}


def last_hand_in(session: Session, group: Group, task: Task) -> HandIn | None:
    """When the group handed its note on the task in last. One select."""
    return session.scalar(_LAST_HAND_IN, {"group": group.id, "task": task.id})


@dataclass(frozen=True)
class Stand:
    """How a group stands with a task."""

    group: Group
    points: int
    """Without those that were cleared."""
    last_written_at: datetime | None
    """When something was written, moved or cleared last."""
    handed_in_at: datetime | None

    @property
    def changed_since(self) -> bool:
        """Whether something was written after it was handed in."""
        return is_later(self.last_written_at, self.handed_in_at)


def is_later(written: datetime | None, handed_in: datetime | None) -> bool:
    return handed_in is not None and written is not None and written > handed_in


def stands(session: Session, workshop: Workshop, task: Task) -> list[Stand]:
    """How each group stands with the task, in the order of their numbers. Three selects."""
    groups = session.scalars(
        select(Group).where(Group.workshop_id == workshop.id, Group.removed_at.is_(None)).order_by(Group.number)
    ).all()
    found = stands_of(session, workshop, groups, task)
    return [found.get((group.id, task.id)) or Stand(group, 0, None, None) for group in groups]


def stands_of(
    session: Session, workshop: Workshop, groups: Collection[Group], task: Task | None = None
) -> dict[tuple[int, int], Stand]:
    """How the groups stand with the task, or with each, by the ids of group and task; those who have not begun have no
    entry. Two selects."""
    query = (
        select(
            Point.group_id,
            Point.task_id,
            func.count(Point.id).filter(Point.cleared_at.is_(None)).label("points"),
            func.max(Point.changed_at).label("last"),
        )
        .where(Point.group_id.in_([group.id for group in groups]))
        .group_by(Point.group_id, Point.task_id)
    )
    rows = session.execute(query if task is None else query.where(Point.task_id == task.id)).all()
    handed_in, by_id = hand_ins(session, workshop), {group.id: group for group in groups}
    found = {}
    for row in rows:
        hand_in = handed_in.get((row.group_id, row.task_id))
        found[row.group_id, row.task_id] = Stand(
            by_id[row.group_id], row.points, row.last, hand_in.recorded_at if hand_in else None
        )
    return found


def prompts_with_points(session: Session, task: Task, rows: Collection[Point]) -> list[Prompt]:
    """The prompts that are in the plan, and those taken out of it under which something stands; in order."""
    used = {row.prompt_id for row in rows}
    return [prompt for prompt in task.prompts if prompt.removed_at is None or prompt.id in used]
