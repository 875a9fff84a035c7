"""Two who write in one note at the same moment, in two transactions."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Pass
from hmswiki.notes import operations, queries
from hmswiki.notes.editing import Incoming
from hmswiki.notes.merging import Deed
from hmswiki.notes.models import Point, PointEdit
from hmswiki.workshops import operations as workshop_operations
from hmswiki.workshops import queries as workshop_queries
from hmswiki.workshops.models import Group, Task
from tests.organisation.test_concurrency import at_the_same_time
from tests.rounds.makers import actor
from tests.workshops import makers


class Writing:
    """Makes works that write in group 1 on the first task, as somebody whom the code let in."""

    def __init__(self, session: Session) -> None:
        workshop = makers.workshop(session, groups=1)
        self.group_id, self.task_id = workshop.groups[0].id, workshop.tasks[0].id
        self.prompt = workshop.tasks[0].prompts[0].key
        self.passes = [Pass(workshop.id, workshop_queries.OF_A_SEAT_IN_A_GROUP, self.group_id)]
        session.commit()

    def edit(self, text: str, point: str | None = None, base: str | None = None) -> Incoming:
        return Incoming(
            str(uuid4()), point or str(uuid4()), Deed.WRITE, datetime.now(UTC), text, base, prompt=self.prompt
        )

    def work(self, *edits: Incoming) -> Callable[[Session], Any]:
        return lambda session: operations.apply_edits(
            session, session.get_one(Group, self.group_id), session.get_one(Task, self.task_id), edits, by=None,
            passes=self.passes, at=clock.now(),
        )  # fmt: skip

    def hand_in(self) -> Callable[[Session], Any]:
        return lambda session: operations.hand_in(
            session, session.get_one(Group, self.group_id), session.get_one(Task, self.task_id), key=str(uuid4()),
            made_at=clock.now(), by=None, passes=self.passes, at=clock.now(),
        )  # fmt: skip


def lines(session: Session) -> list[str]:
    rows = session.scalars(select(Point).where(Point.cleared_at.is_(None)))
    return [row.text for row in sorted(rows, key=lambda row: (row.rank, row.key))]


def test_two_who_write_over_one_line_at_the_same_moment_both_have_their_words(app: Flask, session: Session) -> None:
    writing = Writing(session)
    first = writing.edit("En")
    writing.work(first)(session)
    session.commit()
    mine, yours = (writing.edit(text, first.point, first.key) for text in ("En side", "En plan"))
    assert at_the_same_time(app, writing.work(mine), writing.work(yours)) == ["", ""]
    assert lines(session) == ["En side", "En plan"]


def test_two_new_lines_at_the_same_moment_have_a_place_each(app: Flask, session: Session) -> None:
    writing = Writing(session)
    assert at_the_same_time(app, writing.work(writing.edit("En")), writing.work(writing.edit("To"))) == ["", ""]
    assert lines(session) == ["En", "To"]
    assert len(set(session.scalars(select(Point.rank)))) == 2
    assert session.get_one(Group, writing.group_id).pulse == 2


def test_the_same_edit_in_two_requests_at_once_is_there_once(app: Flask, session: Session) -> None:
    writing = Writing(session)
    same, more = writing.edit("En"), writing.edit("To")
    assert at_the_same_time(app, writing.work(same), writing.work(same, more)) == ["", ""]
    assert lines(session) == ["En", "To"]
    assert len(session.scalars(select(PointEdit)).all()) == 2


def test_a_line_that_comes_while_the_note_is_handed_in_counts_as_later(app: Flask, session: Session) -> None:
    writing = Writing(session)
    writing.work(writing.edit("En"))(session)
    session.commit()
    assert at_the_same_time(app, writing.hand_in(), writing.work(writing.edit("To"))) == ["", ""]
    group, task = session.get_one(Group, writing.group_id), session.get_one(Task, writing.task_id)
    (stand,) = queries.stands(session, group.workshop, task)
    assert (stand.points, stand.changed_since) == (2, True)


def removing(group_id: int) -> Callable[[Session], Any]:
    return lambda session: workshop_operations.remove_group(
        session, session.get_one(Group, group_id), by=actor(session, "hanne"), at=clock.now()
    )  # type: ignore[func-returns-value]


def test_a_group_that_begins_to_write_while_it_is_taken_away_stays(app: Flask, session: Session) -> None:
    writing = Writing(session)
    outcome = at_the_same_time(app, writing.work(writing.edit("En")), removing(writing.group_id))
    assert outcome[0] == ""
    assert "has begun to write" in outcome[1]
    assert session.get_one(Group, writing.group_id).removed_at is None


def test_nothing_is_said_to_be_saved_in_a_group_that_is_being_taken_away(app: Flask, session: Session) -> None:
    writing = Writing(session)
    outcome = at_the_same_time(app, removing(writing.group_id), writing.work(writing.edit("En")))
    assert outcome[0] == ""
    assert "no such group" in outcome[1]
    assert lines(session) == []
