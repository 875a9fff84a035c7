"""What a group's note shows, as its page and as its state. Put together once; templates only write it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from hmswiki.foundation.clock import now
from hmswiki.foundation.permissions import Actor, Pass, Permission
from hmswiki.notes import operations, plain_notes, queries
from hmswiki.notes.forms import NoteForm
from hmswiki.notes.models import HandIn, Point
from hmswiki.notes.plain_notes import SeenLine, TypedBox
from hmswiki.notes.queries import Writer
from hmswiki.web.words import _, current_language
from hmswiki.workshops import queries as workshop_queries
from hmswiki.workshops import words
from hmswiki.workshops.clock import TaskClock, TaskState, at_hand
from hmswiki.workshops.door_pages import task_view
from hmswiki.workshops.models import Group, Member, Prompt, Seat, Task, WorkshopEvent

LOOK_AGAIN_MS, LOOK_AGAIN_AT_LEAST_MS = 2000, 5000
FOR_EACH_GROUP_MS = 130
"""Where many groups write at once, each phone waits a little longer: of 30 groups each asks, and saves what somebody is
still typing, every 4 seconds."""


@dataclass(frozen=True)
class Reader:
    """Who has the note before them."""

    actor: Actor | None
    seat: Seat | None
    passes: Sequence[Pass]

    def is_of(self, group: Group) -> bool:
        """Whether they are of the group: who wrote a line is told to the group and to nobody else."""
        return any(shown.opens(Permission.WRITE_NOTES, group.meeting) for shown in self.passes)

    def wrote(self, writer: Writer | None) -> bool:
        if writer is None:
            return False
        by_seat = self.seat is not None and writer.seat_id == self.seat.id
        return by_seat or (self.actor is not None and writer.person_id == self.actor.person_id)

    @property
    def mark(self) -> str:
        """What the answer depends on beside the note."""
        return f"{self.actor.person_id if self.actor else ''}.{self.seat.id if self.seat else ''}"


@dataclass(frozen=True)
class Written:
    """A line as it is shown."""

    key: str
    prompt: str
    model: str | None
    text: str
    written: str
    by: str | None
    mine: bool


@dataclass(frozen=True)
class Box:
    """A field of the form: a prompt, or a model under it."""

    id: str
    prompt: str
    """Its key."""
    model: str | None
    label: str
    hint: str | None
    heading: str | None
    """The prompt's title, above the first of its models."""
    lines: Sequence[Written]
    text: str
    """What stands in the field: as it is, or as somebody typed it that was refused."""
    seen: str
    is_left: bool = False
    """Taken out of the plan after something was written: it can be read and mended there."""


@dataclass(frozen=True)
class TaskLink:
    number: int
    title: str
    href: str
    is_current: bool
    is_running: bool


@dataclass(frozen=True)
class NotePage:
    """A group's note on a task."""

    group: Group
    group_name: str
    task: Task
    number: int
    total: int
    clock: TaskClock
    left: str
    """What is left of the task's time, as it is written; empty where no clock runs."""
    gone: float
    """How many per cent of its time have gone."""
    boxes: Sequence[Box]
    members: Sequence[Member]
    tasks: Sequence[TaskLink]
    """The tasks of the workshop, to go between."""
    handed_in_at: datetime | None
    changed_since: bool
    reminded_at: datetime | None
    """Where the organiser has asked for it since it was handed in."""
    may_write: bool
    writes_late: bool
    """The task is closed to the group; the organiser still writes, from paper."""
    is_organiser: bool
    known: Mapping[str, Any]
    """The state of the note, as its address tells it."""
    address: str
    edits_href: str
    state_href: str
    hand_in_href: str
    history_href: str | None
    workshop_href: str
    place_href: str | None
    """Where another group is picked; for those whom a code let in."""
    form: NoteForm

    @property
    def next(self) -> TaskLink | None:
        """The task that runs, where it is another than this."""
        return next((task for task in self.tasks if task.is_running and not task.is_current), None)


@dataclass(frozen=True)
class Standing:
    """All that the page and the state are made of, read once."""

    group: Group
    task: Task
    tasks: Sequence[Task]
    happened: Sequence[WorkshopEvent]
    points: Sequence[Point]
    prompts: Sequence[Prompt]
    writers: Mapping[str, Writer]
    number_of_groups: int
    handed_in: HandIn | None
    last_written_at: datetime | None
    reader: Reader

    @property
    def clock(self) -> TaskClock:
        return workshop_queries.clock_of(self.task, self.happened)

    @property
    def look_again_ms(self) -> int:
        """How long a phone waits until it asks again, and how long it types on at most before it saves."""
        if self.clock.state is TaskState.CLOSED:
            return LOOK_AGAIN_AT_LEAST_MS
        return min(LOOK_AGAIN_AT_LEAST_MS, max(LOOK_AGAIN_MS, FOR_EACH_GROUP_MS * self.number_of_groups))

    @property
    def links(self) -> list[TaskLink]:
        clocks = [workshop_queries.clock_of(task, self.happened) for task in self.tasks]
        hand = at_hand(clocks)
        return [
            TaskLink(
                number + 1, task.title, address("note", self.group, task), task.id == self.task.id,
                number == hand and clocks[number].state is TaskState.RUNNING,
            )
            for number, task in enumerate(self.tasks)
        ]  # fmt: skip

    @property
    def written(self) -> list[Written]:
        shown = self.reader.is_of(self.group)
        keys = {prompt.id: prompt.key for prompt in self.prompts}
        found = []
        for point in self.points:
            writer = self.writers.get(point.written)
            found.append(
                Written(
                    point.key, keys[point.prompt_id], point.model, point.text, point.written,
                    name_of(writer) if shown else None, self.reader.wrote(writer),
                )
            )  # fmt: skip
        return found


def address(endpoint: str, group: Group, task: Task) -> str:
    return url_for(
        f"hmswiki.notes.{endpoint}", key=group.workshop.key, number=group.number, task_key=task.key
    )  # fmt: skip


def name_of(writer: Writer | None) -> str | None:
    """What the group calls who wrote: the name of the seat, else of the person, else "Writer 3"."""
    if writer is None:
        return None
    if writer.seat or writer.person:
        return writer.seat or writer.person
    return _("Writer %(number)s", number=writer.number) if writer.number else None


def standing(
    session: Session,
    group: Group,
    task: Task,
    reader: Reader,
    *,
    tasks: Sequence[Task],
    rows: Collection[Point] | None = None,
) -> Standing:
    """`tasks`: all of the workshop; `rows`: the note's, with those that were cleared, where they have been read.

    A fixed number of selects, whatever has been written.
    """
    rows = queries.rows_of(session, group, task).values() if rows is None else rows
    prompts = queries.prompts_with_points(session, task, [row for row in rows if row.cleared_at is None])
    return Standing(
        group=group,
        task=task,
        tasks=tasks,
        happened=workshop_queries.events(session, group.workshop),
        points=sorted((row for row in rows if row.cleared_at is None), key=_order_of(task, prompts)),
        prompts=prompts,
        writers=queries.writers(session, group, task),
        number_of_groups=workshop_queries.number_of_groups(session, group.workshop),
        handed_in=queries.last_hand_in(session, group, task),
        last_written_at=max((row.changed_at for row in rows), default=None),
        reader=reader,
    )


def _order_of(task: Task, prompts: Sequence[Prompt]) -> Any:
    places = {prompt.id: number for number, prompt in enumerate(prompts)}
    models = {model: number for number, model in enumerate(task.models)}

    def order(point: Point) -> tuple[Any, ...]:
        model = models.get(point.model, len(models))
        return (places[point.prompt_id], model, point.model or "", point.rank, point.key)

    return order


# --- The state ----------------------------------------------------------------------------------------------


def mark(group: Group, task_key: str, reader: Reader) -> str:
    """Changes with all that the state tells. Needs nothing but the group and its workshop."""
    return f"{pulse(group)}-{group.workshop.pulse}-{group.id}-{task_key}-{current_language()}-{reader.mark}"


def pulse(group: Group) -> int:
    """Rises with all that is written in the group, and with all that happens to the workshop."""
    return group.pulse + group.workshop.pulse


def state(stands: Standing) -> dict[str, Any]:
    """What the note's state address tells."""
    stands_now, handed_in_at = stands.clock, stands.handed_in.recorded_at if stands.handed_in else None
    following = next((link for link in stands.links if link.is_running and not link.is_current), None)
    may_write = stands_now.takes_writing or operations.may_write_late(stands.group, stands.reader.actor)
    return {
        "pulse": pulse(stands.group),
        "plan": stands.group.workshop.version,
        "task": {
            "key": stands.task.key, "minutes": stands_now.minutes, "ends_at": _moment(stands_now.ends_at),
            "state": stands_now.state.value,
        },
        "may_write": may_write,
        "points": [
            {
                "key": line.key, "prompt": line.prompt, "model": line.model, "text": line.text,
                "written": line.written, "by": line.by, "mine": line.mine,
            }
            for line in stands.written
        ],
        "handed_in_at": _moment(handed_in_at),
        "changed_since_handed_in": queries.is_later(stands.last_written_at, handed_in_at),
        "reminded_at": _moment(stands_now.asked_at(stands.group.reminded_at)),
        "next": {"address": following.href, "title": following.title} if following else None,
        "csrf_token": generate_csrf(),
        "look_again_ms": stands.look_again_ms,
    }  # fmt: skip


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


# --- The page -----------------------------------------------------------------------------------------------


def note_page(
    session: Session, stands: Standing, *, form: NoteForm, is_organiser: bool, typed: Sequence[TypedBox] = ()
) -> NotePage:
    """`typed`: what was typed in a form that was refused."""
    group, task, clock = stands.group, stands.task, stands.clock
    handed_in_at = stands.handed_in.recorded_at if stands.handed_in else None
    known, links = state(stands), stands.links
    number = next((link.number for link in links if link.is_current), 1)
    view = task_view(task, number, clock, now())
    reminded = clock.asked_at(group.reminded_at)
    if reminded is not None and handed_in_at is not None and handed_in_at >= reminded:
        reminded = None
    return NotePage(
        group=group,
        group_name=words.group_name(group),
        task=task,
        number=number,
        total=len(links),
        clock=clock,
        left=view.left,
        gone=view.gone,
        boxes=boxes(stands, typed),
        members=workshop_queries.members(session, group.workshop).get(group.id, []) if stands.reader.actor else [],
        tasks=links,
        handed_in_at=handed_in_at,
        changed_since=known["changed_since_handed_in"],
        reminded_at=reminded,
        may_write=known["may_write"],
        writes_late=known["may_write"] and not clock.takes_writing,
        is_organiser=is_organiser,
        known=known,
        address=address("note", group, task),
        edits_href=address("edits", group, task),
        state_href=address("state", group, task),
        hand_in_href=address("hand_in", group, task),
        history_href=address("history", group, task) if is_organiser else None,
        workshop_href=url_for("hmswiki.workshops.show", key=group.workshop.key),
        place_href=url_for("hmswiki.workshop_doors.place", key=group.workshop.key) if stands.reader.seat else None,
        form=form,
    )


def boxes(stands: Standing, typed: Sequence[TypedBox] = ()) -> list[Box]:
    """The fields of the form in order."""
    by_place: dict[tuple[str, str | None], list[Written]] = {}
    for line in stands.written:
        by_place.setdefault((line.prompt, line.model), []).append(line)
    as_typed = {(box.prompt, box.model): box for box in typed}
    found = []
    for prompt in stands.prompts:
        models = models_of(stands.task, [model for key, model in by_place if key == prompt.key])
        for number, model in enumerate(models):
            lines = by_place.get((prompt.key, model), [])
            was = as_typed.get((prompt.key, model))
            seen = was.seen if was else [SeenLine(line.point, line.written) for line in map(_seen, lines)]
            found.append(
                Box(
                    id=field_name(prompt, model),
                    prompt=prompt.key,
                    model=model,
                    label=model or prompt.title or _("What the group writes"),
                    hint=prompt.hint,
                    heading=prompt.title if model and number == 0 else None,
                    lines=lines,
                    text=was.text if was else "\n".join(line.text for line in lines),
                    seen=plain_notes.seen_value(seen),
                    is_left=prompt.removed_at is not None or (bool(models) and model not in (task_models(stands.task))),
                )
            )
    return found


def _seen(line: Written) -> SeenLine:
    return SeenLine(line.key, line.written, line.text)


def task_models(task: Task) -> list[str | None]:
    """What is answered each for itself; [None]: one answer."""
    return [*task.models] or [None]


def models_of(task: Task, used: Sequence[str | None]) -> list[str | None]:
    """The task's models in order, and after them those that were taken out of the plan and have points."""
    planned = task_models(task)
    return [*planned, *sorted({model for model in used if model not in planned}, key=str)]


def field_name(prompt: Prompt, model: str | None) -> str:
    """The name of the field in the form, whatever the plan becomes meanwhile; `typed_boxes` reads it."""
    return f"lines-{prompt.key}" if model is None else f"lines-{prompt.key}-{model.encode().hex()}"


def typed_boxes(stands: Standing, form: Mapping[str, str]) -> list[TypedBox]:
    """What came back in the fields of the form, also under what was taken out of the plan meanwhile."""
    places = {box.id: (box.prompt, box.model) for box in boxes(stands)}
    keys = {prompt.key for prompt in stands.task.prompts}
    for name in form:
        if (place := _place_of(name)) is not None and place[0] in keys:
            places.setdefault(name, place)
    return [
        TypedBox(prompt, model, form[name], plain_notes.read_seen(form.get(f"seen-{name}", "")))
        for name, (prompt, model) in places.items()
        if name in form
    ]


def _place_of(name: str) -> tuple[str, str | None] | None:
    """The prompt and the model that a field is of, by its name (`field_name`)."""
    found = re.fullmatch(r"lines-([0-9a-f-]{36})(?:-((?:[0-9a-f]{2})+))?", name)
    if found is None:
        return None
    try:
        return found[1], bytes.fromhex(found[2]).decode() if found[2] else None
    except UnicodeDecodeError:
        return None
