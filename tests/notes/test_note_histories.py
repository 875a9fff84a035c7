"""Whatever three phones do on a bad net, while the organiser closes the task and opens it again: in the database."""

from collections.abc import Sequence
from datetime import datetime

from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.permissions import Pass
from hmswiki.notes import operations, queries
from hmswiki.notes.editing import Incoming
from hmswiki.notes.merging import Happening, Note, Place
from hmswiki.notes.models import Point, PointEdit
from hmswiki.web.context import state
from hmswiki.workshops import queries as workshop_queries
from hmswiki.workshops.models import EventKind, Group, Task
from tests.conftest import DATABASE
from tests.notes.phones import STEPS, Answer, Step, Told, World, play
from tests.workshops import makers

STEPS_AND_CLOSING = st.one_of(*[STEPS] * 9, st.tuples(st.just("close")), st.tuples(st.just("reopen")))


class Wiki:
    """A note in the database, each request in a transaction of its own."""

    def __init__(self, session: Session) -> None:
        self.session = session
        workshop = makers.workshop(session, groups=1)
        self.group_id, self.task_id = workshop.groups[0].id, workshop.tasks[0].id
        self.seat_pass = Pass(workshop.id, workshop_queries.OF_A_SEAT_IN_A_GROUP, self.group_id)
        self.starts_at = workshop.starts_at
        self.prompts = [prompt.key for prompt in workshop.tasks[0].prompts]
        session.commit()

    @property
    def group(self) -> Group:
        return self.session.get_one(Group, self.group_id)

    @property
    def task(self) -> Task:
        return self.session.get_one(Task, self.task_id)

    def take(self, edits: Sequence[Incoming], now: datetime) -> Answer:
        self.session.expunge_all()  # as another process would
        outcome = operations.apply_edits(
            self.session, self.group, self.task, edits, by=None, passes=[self.seat_pass], at=now
        )
        self.session.commit()
        refused = [each.key for each in outcome.refused if each.key]
        return Answer([each.key for each in outcome.saved], refused)

    def close(self, now: datetime) -> None:
        self._happen(EventKind.CLOSED, now)

    def reopen(self, now: datetime) -> None:
        self._happen(EventKind.REOPENED, now)

    def _happen(self, kind: EventKind, now: datetime) -> None:
        makers.happen(self.session, self.task, kind, at=now)
        self.session.commit()

    def lines(self) -> list[Told]:
        points = queries.points(self.session, self.group.workshop, task=self.task, group=self.group)
        return [Told(one.key, self.prompts.index(one.prompt.key), one.text, one.written) for one in points]

    def prompt(self, place: int) -> str:
        return self.prompts[place]

    def replayed(self) -> Note:
        """The note that its edits make, gone through in the order of their ids."""
        rows = {row.id: row for row in self.session.scalars(select(Point).where(Point.group_id == self.group_id))}
        note = Note()
        seen: set[int] = set()
        for edit in self.session.scalars(
            select(PointEdit).where(PointEdit.point_id.in_(rows)).order_by(PointEdit.id)
        ):  # fmt: skip
            row = rows[edit.point_id]
            place = Place(edit.prompt_id, edit.model) if edit.prompt_id is not None else None
            split_from = rows[row.split_from_id].key if row.split_from_id and row.id not in seen else None
            seen.add(row.id)
            happening = Happening(edit.key, row.key, edit.kind, edit.text, edit.base, place, edit.rank, split_from)
            note.take(happening, edit.recorded_at)
        return note


@settings(
    max_examples=25 if DATABASE == "sqlite" else 8, deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.lists(STEPS_AND_CLOSING, min_size=25, max_size=60))
def test_nothing_is_lost_or_doubled_and_the_columns_say_what_the_edits_say(app: Flask, story: list[Step]) -> None:
    with Session(state(app).engines.write, expire_on_commit=False) as session:
        wiki = Wiki(session)
        world = World(wiki, wiki.starts_at)
        play(world, story)
        world.check()
        rows = session.scalars(select(Point).where(Point.group_id == wiki.group_id)).all()
        lines = wiki.replayed().lines
        for row in rows:
            line = lines[row.key]
            assert (row.text, row.written, row.rank, row.prompt_id, row.cleared_at, row.changed_at) == (
                line.text, line.written, line.rank, line.place.prompt_id, line.cleared_at, line.changed_at,
            )  # fmt: skip
        session.rollback()
