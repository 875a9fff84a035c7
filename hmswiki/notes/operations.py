"""What is done with notes: lines written, moved and cleared, handed in, brought back, hidden. Never commits.

Whoever changes a note locks its group first, and raises its pulse.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Conflict, NotFound, Refusal
from hmswiki.foundation.permissions import Actor, Pass, Permission, demand, may
from hmswiki.notes import queries
from hmswiki.notes.editing import Incoming, Refused
from hmswiki.notes.merging import Deed, Given, Happening, Line, Note, Place, checked, merge
from hmswiki.notes.models import EditKind, HandIn, Point, PointEdit
from hmswiki.workshops import queries as workshop_queries
from hmswiki.workshops.models import Group, Seat, Task
from hmswiki.workshops.operations import check_on

# --- Writing ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Saved:
    """An edit that is saved: the point where its text is, and the edit that the point's text comes from; None where
    there is no such point."""

    key: str
    point: str
    written: str | None


@dataclass(frozen=True)
class Outcome:
    """What became of edits, in the order in which they came. Each is a fact of its own."""

    saved: Sequence[Saved]
    refused: Sequence[Refused]
    rows: Collection[Point]
    """The note now, with what was cleared."""


@dataclass(frozen=True)
class Author:
    """Who acts: signed in, or with a seat, or both."""

    by: Actor | None
    seat: Seat | None

    @property
    def columns(self) -> dict[str, int | None]:
        return {"by_id": self.by.person_id if self.by else None, "seat_id": self.seat.id if self.seat else None}


def apply_edits(
    session: Session,
    group: Group,
    task: Task,
    incoming: Sequence[Incoming],
    *,
    by: Actor | None,
    seat: Seat | None = None,
    passes: Iterable[Pass] = (),
    at: datetime,
) -> Outcome:
    """Let edits happen in the group's note, in their order. One that is sent again is answered as before.

    Raises NotAllowed, and Conflict for a workshop that was cancelled; what else is refused stands in the outcome.
    """
    demand(by, Permission.WRITE_NOTES, within=group.meeting, passes=passes)
    _lock_to_write(session, group)
    closed = _closing(session, group, task, by=by)
    rows = queries.rows_of(session, group, task)
    note = queries.note_of(rows.values())
    earlier = queries.meet(
        session, note, rows.values(), keys={each.key for each in incoming}, bases={e.base for e in incoming if e.base}
    )
    elsewhere = _elsewhere(session, {each.point for each in incoming} - rows.keys())
    author = Author(by, seat)
    saved: list[Saved] = []
    refused: list[Refused] = []
    changed = False
    for each in incoming:
        try:
            if each.point in elsewhere or earlier.get(each.key, each.point) is None:
                raise _used_elsewhere()
            where = earlier.get(each.key)
            if where is None:
                _check_time(each, closed)
                merged = merge(note, _given(task, each, rows), at=at)
                where = earlier[each.key] = merged.point
                for happening in merged.happenings:
                    _keep(session, group, task, note, rows, happening, author, made_at=each.made_at, at=at)
                    changed = True
        except Refusal as refusal:
            refused.append(Refused(each.key, refusal))
            continue
        saved.append(Saved(each.key, where, note.lines[where].written if where in note.lines else None))
    if changed:
        beat(session, group)
    return Outcome(saved, refused, rows.values())


def _given(task: Task, each: Incoming, rows: Mapping[str, Point]) -> Given:
    """The edit as the note meets it. Raises Refusal."""
    text = checked(each.text)
    row = rows.get(each.point)
    # Where it stands is asked only of a new line and of one that is moved.
    place = Place(row.prompt_id, row.model) if row and each.deed is not Deed.MOVE else _place(task, each, rows)
    return Given(each.key, each.point, each.deed, place, text, each.base, each.after)


def _place(task: Task, each: Incoming, rows: Mapping[str, Point]) -> Place:
    prompt = next((prompt for prompt in task.prompts if prompt.key == each.prompt), None)
    if prompt is None:
        raise Refusal(N_("The task has no such heading any more. Open the note again; what you typed is kept."))
    # The plan may have changed while a phone was without network: then it is the first model that is left.
    known = [*task.models, *(row.model for row in rows.values() if row.model is not None)]
    model = each.model if each.model in known else task.models[0] if task.models else None
    return Place(prompt.id, model)


def _keep(
    session: Session, group: Group, task: Task, note: Note, rows: dict[str, Point], happening: Happening,
    author: Author, *, made_at: datetime, at: datetime,
) -> None:  # fmt: skip
    """Write down what has happened in the note: the edit, and how its point stands now."""
    line = note.lines[happening.point]
    row = rows.get(line.key)
    if row is None:
        split_from_id = None
        if line.split_from is not None:
            session.flush()
            split_from_id = rows[line.split_from].id
        row = rows[line.key] = Point(
            key=line.key, group_id=group.id, task_id=task.id, split_from_id=split_from_id, made_at=made_at
        )
        session.add(row)
    _let_stand(row, line)
    session.add(edit_row(row, happening, author, made_at=made_at, at=at))


def _let_stand(row: Point, line: Line) -> None:
    row.prompt_id, row.model, row.rank = line.place.prompt_id, line.place.model, line.rank
    row.text, row.written, row.public_text = line.text, line.written, line.public_text
    row.cleared_at, row.hidden_at = line.cleared_at, line.hidden_at
    row.changed_at = line.changed_at or row.made_at


def edit_row(row: Point, happening: Happening, author: Author, *, made_at: datetime, at: datetime) -> PointEdit:
    place = happening.place
    return PointEdit(
        key=happening.key, point=row, kind=happening.kind, text=happening.text, base=happening.base,
        prompt_id=place.prompt_id if place else None, model=place.model if place else None, rank=happening.rank,
        made_at=made_at, recorded_at=at, **author.columns,
    )  # fmt: skip


def _elsewhere(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these points are in another note."""
    return set(session.scalars(select(Point.key).where(Point.key.in_(keys)))) if keys else set()


def _used_elsewhere() -> Refusal:
    return Refusal(N_("This line belongs to another note. Open the note again, and write it anew."))


# --- While it is open ---------------------------------------------------------------------------------------


def _closing(session: Session, group: Group, task: Task, *, by: Actor | None) -> datetime | None:
    """When the task was closed, where nobody writes in it any more; the organiser does, from paper."""
    happened = workshop_queries.events(session, group.workshop)
    if workshop_queries.clock_of(task, happened).takes_writing or may_write_late(group, by):
        return None
    return queries.closed_at(task, happened)


def may_write_late(group: Group, by: Actor | None) -> bool:
    """Whether who writes may do so after the task was closed: what stood on paper is typed in afterwards."""
    return bool(may(by, Permission.MANAGE_WORKSHOPS, within=group.workshop.meeting))


def _check_time(each: Incoming, closed: datetime | None) -> None:
    # A phone that was without network brings what was written while the task was open.
    if closed is not None and each.made_at >= closed:
        raise Conflict(
            N_("The task was closed %(when)s, and nothing more is written in it. What you typed is kept here: ask the "
               "organiser to open the task again."),
            when=closed,
        )  # fmt: skip


# --- Handing in ---------------------------------------------------------------------------------------------


def hand_in(
    session: Session,
    group: Group,
    task: Task,
    *,
    key: str,
    made_at: datetime,
    by: Actor | None,
    seat: Seat | None = None,
    passes: Iterable[Pass] = (),
    at: datetime,
) -> HandIn:
    """Hand the group's note on the task in, as it stands now. The same hand-in again is the same.

    Raises NotAllowed, Conflict once the task was closed, Refusal where nothing has been written.
    """
    demand(by, Permission.WRITE_NOTES, within=group.meeting, passes=passes)
    _lock_to_write(session, group)
    earlier = session.scalar(select(HandIn).where(HandIn.key == key))
    if earlier is not None:
        if (earlier.group_id, earlier.task_id) != (group.id, task.id):
            raise _used_elsewhere()
        return earlier
    closed = _closing(session, group, task, by=by)
    if closed is not None and made_at >= closed:
        raise Conflict(
            N_("The task was closed %(when)s. What was written until then is with the organiser, also without this."),
            when=closed,
        )  # fmt: skip
    if not any(row.cleared_at is None for row in queries.rows_of(session, group, task).values()):
        raise Refusal(N_("Nothing has been written yet. Write at least one point, and hand it in then."))
    found = HandIn(
        key=key, group_id=group.id, task_id=task.id, recorded_at=at, recorded_by_id=by.person_id if by else None,
        seat_id=seat.id if seat else None,
    )  # fmt: skip
    session.add(found)
    beat(session, group)
    return found


# --- What happens to one point ------------------------------------------------------------------------------


def hide(session: Session, point: Point, *, by: Actor | None, passes: Iterable[Pass] = (), at: datetime) -> None:
    """Take a point off the wall. It stays in the group's note. Hidden already: nothing."""
    demand(by, Permission.SORT_POINTS, within=point.group.workshop.meeting, passes=passes)
    if _held(session, point).hidden_at is None:
        happen(session, point, EditKind.HIDDEN, by=by, at=at)


def show(session: Session, point: Point, *, by: Actor | None, passes: Iterable[Pass] = (), at: datetime) -> None:
    """Let a point that was hidden be on the wall again. Shown already: nothing."""
    demand(by, Permission.SORT_POINTS, within=point.group.workshop.meeting, passes=passes)
    if _held(session, point).hidden_at is not None:
        happen(session, point, EditKind.SHOWN, by=by, at=at)


def bring_back(session: Session, point: Point, *, edit: PointEdit | None = None, by: Actor, at: datetime) -> None:
    """Let a point that was cleared stand in the note again; with `edit`, let it say what that edit wrote.

    Where it does already: nothing.
    """
    demand(by, Permission.MANAGE_WORKSHOPS, within=point.group.workshop.meeting)
    held = _held(session, point)
    if edit is not None and (edit.point_id != held.id or edit.text is None):
        raise Refusal(N_("This is no wording of that point. Open the page again, and choose another."))
    text = edit.text if edit is not None and edit.text != held.text else None
    if held.cleared_at is not None or text is not None:
        happen(session, point, EditKind.BROUGHT_BACK, text=text, by=by, at=at)


def happen(
    session: Session, point: Point, kind: EditKind, *, text: str | None = None, by: Actor | None, at: datetime
) -> None:
    """Let one thing happen to a point that is held (`lock` of its group), and tell the pages that watch."""
    note = queries.note_of([point])
    happening = Happening(str(uuid4()), point.key, kind, text)
    note.take(happening, at)
    _let_stand(point, note.lines[point.key])
    session.add(edit_row(point, happening, Author(by, None), made_at=at, at=at))
    beat(session, point.group)


def _held(session: Session, point: Point) -> Point:
    lock(session, point.group)
    session.refresh(point, ["text", "written", "rank", "prompt_id", "model", "cleared_at", "hidden_at", "public_text"])
    return point


# --- How each is written ------------------------------------------------------------------------------------


def lock(session: Session, group: Group) -> None:
    """Nobody else writes in the group until this transaction ends. Before anything of its notes is read."""
    session.flush()
    # Of the group alone: PostgreSQL holds no row that is joined from outside.
    session.refresh(group, ["removed_at", "pulse"], with_for_update={"of": Group, "key_share": True})


def _lock_to_write(session: Session, group: Group) -> None:
    """The same, where the group is there still and the workshop is held. Raises NotFound, Conflict."""
    lock(session, group)
    if group.removed_at is not None:  # while whoever writes waited for the lock
        raise NotFound(N_("There is no such group in this workshop. Go back and pick another."))
    check_on(group.workshop)


def beat(session: Session, group: Group) -> None:
    """Tell the pages that watch, while the group is held (`lock`)."""
    group.pulse += 1
    session.flush()
