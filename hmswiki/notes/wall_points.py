"""What the wall reads: points as they stand, without who wrote them, and which groups have handed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.notes.models import HandIn, Point, PointEdit
from hmswiki.workshops.models import Prompt, Task

FRESH = timedelta(seconds=60)
"""How long a new line has the bar."""


@dataclass(frozen=True)
class Written:
    """A point as the wall shows it: never with who wrote it."""

    id: int
    key: str
    group_id: int
    prompt_id: int
    model: str | None
    rank: str
    text: str
    written_at: datetime
    """When what it says was written; moving it makes it no news."""
    changed_at: datetime
    hidden: bool
    fresh: bool


def points(session: Session, task: Task, *, now: datetime) -> list[Written]:
    """The task's points as they stand in the notes, without those cleared; hidden ones too. One select."""
    rows = session.execute(
        select(
            Point.id, Point.key, Point.group_id, Point.prompt_id, Point.model, Point.rank, Point.text,
            Point.public_text, Point.changed_at, Point.hidden_at,
            func.coalesce(PointEdit.recorded_at, Point.changed_at).label("written_at"),
        )
        .join(Prompt, Point.prompt_id == Prompt.id)
        .outerjoin(PointEdit, Point.written == PointEdit.key)
        .where(Point.task_id == task.id, Point.cleared_at.is_(None), Prompt.removed_at.is_(None))
    )  # fmt: skip
    found = [
        # Names that were blacked out are not on the wall either.
        Written(
            row.id, row.key, row.group_id, row.prompt_id, row.model, row.rank,
            row.text if row.public_text is None else row.public_text,
            row.written_at, row.changed_at, row.hidden_at is not None, now - row.written_at < FRESH,
        )
        for row in rows
    ]  # fmt: skip
    # Here and not in the database, which compares text in its own way.
    return sorted(found, key=lambda one: (one.rank, one.key))


def handed_in_groups(session: Session, task: Task) -> set[int]:
    """The ids of the groups whose note is handed in. One select."""
    return set(session.scalars(select(HandIn.group_id).where(HandIn.task_id == task.id, HandIn.withdrawn_at.is_(None))))
