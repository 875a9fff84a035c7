"""Makes what groups have written, for tests that gather it: points, and an edit for each."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.permissions import Actor
from hmswiki.notes.models import EditKind, Point, PointEdit
from hmswiki.organisation import queries as organisation
from hmswiki.plenary import operations, summary_operations
from hmswiki.plenary.models import Sentence, Theme
from hmswiki.workshops.models import Group, Prompt, Task, Workshop
from tests.cast import today

WRITTEN: Mapping[int, Sequence[str]] = {
    1: ("Si tidlig hva som ikke endres", "Fast tidspunkt for nytt"),
    2: ("Nytt hver fredag", "Dekan besøker alle enheter"),
    3: ("Samme beskjed samtidig",),
}


def actor(session: Session, person: str) -> Actor:
    return organisation.actor(session, person, today())


def group_of(session: Session, workshop: Workshop, number: int) -> Group:
    return session.scalars(select(Group).where(Group.workshop_id == workshop.id, Group.number == number)).one()


def point(
    session: Session,
    task: Task,
    group: int,
    text: str,
    *,
    prompt: Prompt | None = None,
    model: str | None = None,
    rank: str = "m",
) -> Point:
    """A line of that group's note, beneath the task's first prompt unless another is named."""
    at, edit = datetime.now(UTC), str(uuid4())
    prompt = prompt or task.prompts[0]
    made = Point(
        key=str(uuid4()), group_id=group_of(session, task.workshop, group).id, task_id=task.id, prompt_id=prompt.id,
        model=model, rank=rank, text=text, written=edit, made_at=at, changed_at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.add(
        PointEdit(
            key=edit, point_id=made.id, kind=EditKind.WRITTEN, text=text, prompt_id=prompt.id, model=model, rank=rank,
            made_at=at, recorded_at=at,
        )
    )  # fmt: skip
    session.flush()
    return made


def write_all(session: Session, task: Task, written: Mapping[int, Sequence[str]] = WRITTEN) -> dict[str, Point]:
    """The points of several groups, by their texts."""
    return {
        text: point(session, task, number, text, rank=f"m{place}")
        for number, texts in written.items()
        for place, text in enumerate(texts)
    }


def write_on(session: Session, found: Point, text: str) -> None:
    """Its group writes something else in the line."""
    at, edit = datetime.now(UTC), str(uuid4())
    session.add(
        PointEdit(
            key=edit, point_id=found.id, kind=EditKind.WRITTEN, text=text, base=found.written, made_at=at,
            recorded_at=at,
        )
    )  # fmt: skip
    found.text, found.written, found.changed_at = text, edit, at
    found.group.pulse += 1
    session.flush()


def clear(session: Session, found: Point) -> None:
    """Its group takes the line back."""
    found.cleared_at = datetime.now(UTC)
    found.group.pulse += 1
    session.flush()


def theme(session: Session, task: Task, title: str, points: Sequence[Point] = ()) -> Theme:
    """A theme of the task that holds the points, made by Hanne."""
    made = operations.gather(session, task, [], title=title, by=actor(session, "hanne"), at=datetime.now(UTC))
    if points:
        operations.gather(session, task, points, theme=made, by=actor(session, "hanne"), at=datetime.now(UTC))
    return made


def sentence(session: Session, task: Task, text: str, points: Sequence[Point] = ()) -> Sentence:
    """A sentence of the task's summary that stands on the points, written by Hanne."""
    return summary_operations.write(
        session, task, text, points, by=actor(session, "hanne"), at=datetime.now(UTC)
    )  # fmt: skip
