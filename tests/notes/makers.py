"""Makes things happen in notes for tests."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from hmswiki.foundation.permissions import Actor
from hmswiki.notes import operations, queries
from hmswiki.notes.editing import Incoming
from hmswiki.notes.merging import Deed
from hmswiki.notes.models import Point
from hmswiki.workshops.models import Workshop


def change_a_note(session: Session, workshop: Workshop, number: int, *, by: Actor, at: datetime) -> str:
    """Write over the first line of the group's note on the first task, twice at once, and clear the second; gives the
    task's key."""
    group = next(one for one in workshop.groups if one.number == number)
    task = workshop.tasks[0]
    first, second = queries.points(session, workshop, task=task, group=group)[:2]

    def over(point: Point, deed: Deed, text: str = "") -> Incoming:
        return Incoming(str(uuid4()), point.key, deed, at, text, point.written)

    done = operations.apply_edits(
        session, group, task, [
            over(first, Deed.WRITE, f"{first.text}, hver uke"), over(first, Deed.WRITE, "Status på lunsjrommet"),
            over(second, Deed.CLEAR),
        ], by=by, at=at,
    )  # fmt: skip
    assert not done.refused
    return task.key
