"""Puts the document together from what groups wrote and what was made of it. `session` first."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy.orm import Session

from hmswiki.notes import queries as notes
from hmswiki.notes.blacking import public
from hmswiki.notes.models import Point
from hmswiki.outcomes.document import Document, Gathered, GroupName, Line, Section, TaskPart
from hmswiki.plenary import queries as plenary
from hmswiki.plenary.queries import GatheredTheme, KeptSentence
from hmswiki.workshops import queries as workshops
from hmswiki.workshops.models import Task, Workshop


def document_of(session: Session, workshop: Workshop, *, with_hidden: bool = True) -> Document:
    """The notes as they may leave the house now: words blacked out, what was cleared left out.

    `with_hidden`: also the points that were taken off the wall. Themes and sentences count the groups that their
    points come from as the plenary did. Eight selects, however much was written.
    """
    points = [
        point for point in notes.points(session, workshop) if with_hidden or point.hidden_at is None
    ]  # fmt: skip
    themes, sentences = plenary.themes(session, workshop), plenary.sentences(session, workshop)
    wrote = {point.group.number for point in points}
    return Document(
        title=workshop.title, unit=workshop.unit.name, place=workshop.place, starts_at=workshop.starts_at,
        ends_at=workshop.ends_at,
        groups=tuple(
            GroupName(group.number, None if group.for_walk_ins else group.name, group.for_walk_ins)
            for group in workshops.groups(session, workshop)
            if group.number in wrote
        ),
        tasks=tuple(
            _task(task, [point for point in points if point.task_id == task.id], themes, sentences)
            for task in workshops.tasks(session, workshop)
        ),
    )  # fmt: skip


def _task(
    task: Task, points: Sequence[Point], themes: Sequence[GatheredTheme], sentences: Sequence[KeptSentence]
) -> TaskPart:
    mine = [one for one in themes if one.theme.task_id == task.id]
    in_theme = {point.id: one.theme.title for one in mine for point in one.points}
    return TaskPart(
        task.title, task.text or "",
        summary=tuple(
            Gathered(one.sentence.text, _numbers(one)) for one in sentences if one.sentence.task_id == task.id
        ),
        themes=tuple(Gathered(one.theme.title, _numbers(one)) for one in mine),
        sections=tuple(
            Section(
                found[0].prompt.title, found[0].model,
                tuple(Line(public(point), point.group.number, in_theme.get(point.id)) for point in found),
            )
            for found in in_sections(points)
        ),
    )  # fmt: skip


def in_sections(points: Sequence[Point]) -> list[list[Point]]:
    """Points that are in the order of the notes, by what they answer: a prompt, and a model where there are such."""
    return [list(found) for _, found in groupby(points, key=lambda point: (point.prompt_id, point.model))]


def _numbers(one: GatheredTheme | KeptSentence) -> tuple[int, ...]:
    return tuple(group.number for group in one.groups)
