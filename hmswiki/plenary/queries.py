"""Reads of themes and of the summary. `session` first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload

from hmswiki.foundation.errors import N_, NotFound
from hmswiki.notes.models import Point, PointEdit
from hmswiki.plenary import rules
from hmswiki.plenary.models import Sentence, SentencePoint, Theme, ThemePoint
from hmswiki.plenary.rules import Stand
from hmswiki.workshops.models import Group, Task, Workshop

_WITH_POINT = (joinedload(Point.group), joinedload(Point.prompt))


@dataclass(frozen=True)
class Kept:
    """A point of a theme or a sentence, and the edit whose text was read when it came there."""

    point: Point
    written: str

    @property
    def stand(self) -> Stand:
        return rules.stand_of(self.point, self.written)


@dataclass(frozen=True)
class _Gathered:
    kept: Sequence[Kept]
    """All its points, also those that their groups have taken back; by group, then as they stand in the note."""

    @property
    def points(self) -> list[Point]:
        """Those that count: taken back by their groups they do not."""
        return [one.point for one in self.kept if one.stand is not Stand.CLEARED]

    @property
    def groups(self) -> list[Group]:
        """The different groups that its points come from, by their numbers."""
        by_id = {point.group_id: point.group for point in self.points}
        return sorted((by_id[id] for id in rules.group_ids(self.points)), key=lambda group: group.number)

    @property
    def count(self) -> int:
        """Of groups, never of points."""
        return len(rules.group_ids(self.points))


@dataclass(frozen=True)
class GatheredTheme(_Gathered):
    """A theme with its points."""

    theme: Theme


@dataclass(frozen=True)
class KeptSentence(_Gathered):
    """A sentence of the summary with the points that it stands on."""

    sentence: Sentence


def order(point: Point) -> tuple[Any, ...]:
    """By group, then as they stand in its note. Ranks are compared here: databases compare text each their own way."""
    return (point.group.number, point.prompt.position, point.prompt_id, point.model or "", point.rank, point.key)


# --- Themes -------------------------------------------------------------------------------------------------


def themes(
    session: Session, workshop: Workshop, task: Task | None = None, *, removed: bool = False
) -> list[GatheredTheme]:
    """The themes of a task, or of all its tasks, in order, with their points. Two selects.

    `removed`: those that were taken apart, the last first, without points.
    """
    found = session.scalars(
        _in(select(Theme).join(Task, Theme.task_id == Task.id), workshop, task)
        .where(Theme.removed_at.is_not(None) if removed else Theme.removed_at.is_(None))
        .order_by(*((Theme.removed_at.desc(),) if removed else ()), Task.position, Task.id, Theme.position, Theme.id)
    ).all()
    kept = {} if removed or not found else _kept_of_themes(session, [one.id for one in found])
    return [GatheredTheme(kept.get(one.id, ()), one) for one in found]


def _kept_of_themes(session: Session, ids: Collection[int]) -> dict[int, list[Kept]]:
    query = select(ThemePoint, Point).join(Point, ThemePoint.point_id == Point.id).options(*_WITH_POINT)
    rows = session.execute(query.where(ThemePoint.theme_id.in_(ids), ThemePoint.withdrawn_at.is_(None)))
    return _by_place([(row.theme_id, Kept(point, row.written)) for row, point in rows])


def theme(session: Session, workshop: Workshop, key: str) -> Theme:
    """The workshop's theme with `key`, also where it was taken apart. Raises NotFound."""
    found = None
    if "\0" not in key:
        found = session.scalar(
            select(Theme)
            .join(Task, Theme.task_id == Task.id)
            .options(joinedload(Theme.task))
            .where(Theme.key == key, Task.workshop_id == workshop.id)
        )
    if found is None:
        raise NotFound(N_("There is no such theme in this workshop. Open the page again, and choose another."))
    return found


def living_themes(session: Session, task: Task) -> Sequence[Theme]:
    """The task's themes in order, as they stand in the database now. One select."""
    return session.scalars(
        select(Theme)
        .where(Theme.task_id == task.id, Theme.removed_at.is_(None))
        .order_by(Theme.position, Theme.id)
        .execution_options(populate_existing=True)
    ).all()


def holdings(session: Session, points: Sequence[Point]) -> dict[int, ThemePoint]:
    """In which theme each of the points is now, by the point's id. One select."""
    rows = session.scalars(
        select(ThemePoint)
        .where(ThemePoint.point_id.in_([point.id for point in points]), ThemePoint.withdrawn_at.is_(None))
        .execution_options(populate_existing=True)
    )
    return {row.point_id: row for row in rows}


def held_by(session: Session, theme: Theme) -> Sequence[ThemePoint]:
    """What the theme holds now. One select."""
    return session.scalars(
        select(ThemePoint)
        .options(joinedload(ThemePoint.point))
        .where(ThemePoint.theme_id == theme.id, ThemePoint.withdrawn_at.is_(None))
        .order_by(ThemePoint.id)
        .execution_options(populate_existing=True)
    ).all()


def held_when_removed(session: Session, theme: Theme) -> Sequence[ThemePoint]:
    """What the theme held when it was taken apart or merged. One select."""
    return session.scalars(
        select(ThemePoint)
        .options(joinedload(ThemePoint.point))
        .where(ThemePoint.theme_id == theme.id, ThemePoint.withdrawn_at == theme.removed_at)
        .order_by(ThemePoint.id)
    ).all()


# --- The summary --------------------------------------------------------------------------------------------


def sentences(
    session: Session, workshop: Workshop, task: Task | None = None, *, removed: bool = False
) -> list[KeptSentence]:
    """The summary of a task, or of all its tasks, in order, with the points that each sentence stands on. Two selects.

    `removed`: the sentences that were taken out, the last first.
    """
    found = session.scalars(
        _in(select(Sentence).join(Task, Sentence.task_id == Task.id), workshop, task)
        .where(Sentence.removed_at.is_not(None) if removed else Sentence.removed_at.is_(None))
        .order_by(
            *((Sentence.removed_at.desc(),) if removed else ()), Task.position, Task.id, Sentence.position, Sentence.id
        )
    ).all()
    if not found:
        return []
    query = select(SentencePoint, Point).join(Point, SentencePoint.point_id == Point.id).options(*_WITH_POINT)
    rows = session.execute(
        query.where(SentencePoint.sentence_id.in_([one.id for one in found]), SentencePoint.withdrawn_at.is_(None))
    )
    kept = _by_place([(row.sentence_id, Kept(point, row.written)) for row, point in rows])
    return [KeptSentence(kept.get(one.id, ()), one) for one in found]


def sentence(session: Session, workshop: Workshop, key: str) -> Sentence:
    """The workshop's sentence with `key`, also where it was taken out. Raises NotFound."""
    found = None
    if "\0" not in key:
        found = session.scalar(
            select(Sentence)
            .join(Task, Sentence.task_id == Task.id)
            .options(joinedload(Sentence.task))
            .where(Sentence.key == key, Task.workshop_id == workshop.id)
        )
    if found is None:
        raise NotFound(N_("There is no such sentence in this summary. Open the page again, and choose another."))
    return found


def living_sentences(session: Session, task: Task) -> Sequence[Sentence]:
    """The task's summary in order, as it stands in the database now. One select."""
    return session.scalars(
        select(Sentence)
        .where(Sentence.task_id == task.id, Sentence.removed_at.is_(None))
        .order_by(Sentence.position, Sentence.id)
        .execution_options(populate_existing=True)
    ).all()


def stands_on(session: Session, sentence: Sentence) -> dict[int, SentencePoint]:
    """What the sentence stands on now, by the point's id. One select."""
    rows = session.scalars(
        select(SentencePoint)
        .where(SentencePoint.sentence_id == sentence.id, SentencePoint.withdrawn_at.is_(None))
        .execution_options(populate_existing=True)
    )
    return {row.point_id: row for row in rows}


# --- Points -------------------------------------------------------------------------------------------------


def points_named(session: Session, task: Task, keys: Collection[str]) -> list[Point]:
    """The task's points with those keys, in order, also those taken back. Raises NotFound where one is missing."""
    wanted = {key for key in keys if "\0" not in key}
    query = select(Point).options(*_WITH_POINT).where(Point.task_id == task.id, Point.key.in_(wanted))
    found = sorted(session.scalars(query), key=order)
    if len(found) < len(set(keys)):
        raise NotFound(N_("One of these points is not of this task. Open the page again, and tick them anew."))
    return found


def texts_read(session: Session, kept: Collection[Kept]) -> dict[str, str]:
    """What points said when they were gathered, by the key of the edit. One select; none where nothing has changed."""
    keys = {one.written for one in kept if one.stand is not Stand.SAME}
    if not keys:
        return {}
    rows = session.execute(select(PointEdit.key, PointEdit.text).where(PointEdit.key.in_(keys)))
    return {key: text or "" for key, text in rows}


def _in(query: Select[Any], workshop: Workshop, task: Task | None) -> Select[Any]:
    where: list[ColumnElement[bool]] = [Task.workshop_id == workshop.id, Task.removed_at.is_(None)]
    return query.where(*where) if task is None else query.where(Task.id == task.id)


def _by_place(rows: Sequence[tuple[int, Kept]]) -> dict[int, list[Kept]]:
    found: dict[int, list[Kept]] = {}
    for id, kept in sorted(rows, key=lambda row: order(row[1].point)):
        found.setdefault(id, []).append(kept)
    return found
