"""What the pages show on which the notes are read through and published. Put together once; templates only write it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import markup
from hmswiki.foundation.errors import N_, NotFound, Refusal
from hmswiki.foundation.markup import MarkupTooLarge
from hmswiki.notes import blacking
from hmswiki.notes import queries as notes
from hmswiki.notes.blacking import WORD, Piece
from hmswiki.notes.models import Point
from hmswiki.organisation.models import Person
from hmswiki.outcomes import markdown, names
from hmswiki.outcomes import publication_queries as queries
from hmswiki.outcomes.blocks import Heading, blocks, group_in_words
from hmswiki.outcomes.document import Document, GroupName
from hmswiki.outcomes.files import Form
from hmswiki.outcomes.gathering import document_of, in_sections
from hmswiki.outcomes.models import Publication
from hmswiki.outcomes.names import Run
from hmswiki.outcomes.publication_forms import LineForm, WordsForm
from hmswiki.outcomes.publication_operations import REPLACED, Snapshot
from hmswiki.plenary import queries as plenary
from hmswiki.web.words import speaking
from hmswiki.workshops import queries as workshops
from hmswiki.workshops.models import Task, Workshop

# --- Reading through ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A point as it may leave the house. `runs` are its text, in parts; those to look at are marked."""

    point: Point
    runs: Sequence[Run]
    is_blacked: bool
    is_stale: bool
    """The group has rewritten the line since words of it were blacked out."""

    @property
    def mark(self) -> str:
        return blacking.mark(self.point)


@dataclass(frozen=True)
class GroupRows:
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class SectionRows:
    """What was answered beneath one prompt (and model); `title` is empty where the task has neither."""

    title: str
    groups: Sequence[GroupRows]


@dataclass(frozen=True)
class Opened:
    """The point that is worked on: its words to choose from, and its text to rewrite."""

    point: Point
    words: Sequence[tuple[int, Run]]
    """Each word of what leaves the house with its number."""
    pieces: Sequence[Piece]
    """The group's line, and what has changed in it; empty where nothing has."""
    by_words: WordsForm
    by_line: LineForm


@dataclass(frozen=True)
class ThemeRow:
    """A theme, and the keys of its points."""

    title: str
    runs: Sequence[Run]
    points: Sequence[str]


@dataclass(frozen=True)
class TaskCount:
    """A task, and how much there is to look at in it."""

    task: Task
    points: int
    marked: int


@dataclass(frozen=True)
class AfterwardsPage:
    workshop: Workshop
    tasks: Sequence[TaskCount]
    task: Task | None
    sections: Sequence[SectionRows]
    sentences: Sequence[Sequence[Run]]
    themes: Sequence[ThemeRow]
    opened: Opened | None
    published: Publication | None
    earlier: Sequence[Publication]
    """Those that are not read any more, the latest first."""
    blacked: int
    stale: int
    hidden: int
    forms: Sequence[Form]
    """That the notes can be written in here."""
    points: int

    def replaced(self, publication: Publication) -> bool:
        return publication.withdrawal_reason == REPLACED


def afterwards_page(
    session: Session,
    workshop: Workshop,
    *,
    task_key: str | None = None,
    point_key: str | None = None,
    by_words: WordsForm | None = None,
    by_line: LineForm | None = None,
) -> AfterwardsPage:
    """Ten selects, however much was written. Raises NotFound for a task or point that there is not."""
    points = notes.points(session, workshop)
    stale = blacking.stale(session, points)
    known = names.known_words(session.scalars(select(Person.name)))
    rows = {point.id: _row(point, known, stale) for point in points}
    tasks = workshops.tasks(session, workshop)
    point = _point(points, point_key)
    task = _task(tasks, task_key or (point.task.key if point else None))
    publications = queries.publications(session, workshop)
    sentences = plenary.sentences(session, workshop, task) if task is not None else []
    themes = plenary.themes(session, workshop, task) if task is not None else []
    shown = [point for point in points if task is not None and point.task_id == task.id]
    return AfterwardsPage(
        workshop=workshop,
        tasks=[_count(one, [rows[point.id] for point in points if point.task_id == one.id]) for one in tasks],
        task=task,
        sections=[_section(found, rows) for found in in_sections(shown)],
        sentences=[names.runs(one.sentence.text, known) for one in sentences],
        themes=[
            ThemeRow(one.theme.title, names.runs(one.theme.title, known), [point.key for point in one.points])
            for one in themes
        ],
        opened=None if point is None else _opened(point, known, by_words, by_line),
        published=next((one for one in publications if one.withdrawn_at is None), None),
        earlier=[one for one in publications if one.withdrawn_at is not None],
        blacked=sum(row.is_blacked for row in rows.values()), stale=len(stale),
        hidden=sum(point.hidden_at is not None for point in points),
        forms=[form for form in Form if form.is_available], points=len(points),
    )  # fmt: skip


def _point(points: Sequence[Point], key: str | None) -> Point | None:
    if not key:
        return None
    found = next((point for point in points if point.key == key), None)
    if found is None:
        raise NotFound(N_("There is no such point in these notes. Its group may have taken it back."))
    return found


def _task(tasks: Sequence[Task], key: str | None) -> Task | None:
    if key is None:
        return tasks[0] if tasks else None
    found = next((task for task in tasks if task.key == key), None)
    if found is None:
        raise NotFound(N_("There is no such task in this workshop. Go back and pick another."))
    return found


def _row(point: Point, known: frozenset[str], stale: set[int]) -> Row:
    text = blacking.public(point)
    return Row(point, names.runs(text, known), point.public_text is not None, point.id in stale)


def _count(task: Task, rows: Sequence[Row]) -> TaskCount:
    return TaskCount(task, len(rows), sum(any(run.marked for run in row.runs) for row in rows))


def _section(points: Sequence[Point], rows: dict[int, Row]) -> SectionRows:
    title = " – ".join(one for one in (points[0].prompt.title, points[0].model) if one)
    by_group: dict[int, list[Row]] = {}
    for point in points:
        by_group.setdefault(point.group_id, []).append(rows[point.id])
    return SectionRows(title, [GroupRows(_group_name(found[0].point), found) for found in by_group.values()])


def _group_name(point: Point) -> str:
    """As it leaves the house: the name of a walk-in table, which anybody gave it, does not."""
    group = point.group
    return group_in_words(GroupName(group.number, None if group.for_walk_ins else group.name, group.for_walk_ins))


def _opened(point: Point, known: frozenset[str], by_words: WordsForm | None, by_line: LineForm | None) -> Opened:
    text, seen = blacking.public(point), blacking.mark(point)
    found = [names.runs(word[0], known) for word in WORD.finditer(text)]
    words = [
        (number, Run("".join(run.text for run in runs), any(run.marked for run in runs)))
        for number, runs in enumerate(found)
    ]
    return Opened(
        point, words, blacking.compared(point.text, text) if text != point.text else [],
        by_words or WordsForm(formdata=None, seen=seen), by_line or LineForm(formdata=None, seen=seen, text=text),
    )  # fmt: skip


# --- What is published --------------------------------------------------------------------------------------


def snapshot(session: Session, workshop: Workshop, *, language: str, with_hidden: bool) -> Snapshot:
    """The notes as they are now, as the page that they would become. Rendered once; raises Refusal where it is too
    long for one page."""
    document = document_of(session, workshop, with_hidden=with_hidden)
    with speaking(language):
        body = markdown.written(blocks(document))
    try:
        html = markdown.as_page(body)
    except MarkupTooLarge as problem:
        raise Refusal(
            N_("The notes are too long for one page: %(size)s bytes, and the limit is %(limit)s. Leave out what was "
               "taken off the wall, or give them as a file instead."), size=problem.size, limit=problem.limit,
        ) from problem  # fmt: skip
    return Snapshot(document, with_hidden, language, body, html)


@dataclass(frozen=True)
class Contents:
    """One line of the contents of a published page."""

    level: int
    anchor: str
    text: str


def contents_of(document: Document, language: str) -> list[Contents]:
    """The tasks and their parts, with the anchors that rendering gave them."""
    with speaking(language):
        headings = [part for part in blocks(document)[1:] if isinstance(part, Heading)]
    anchors = markup.heading_anchors(" ".join(heading.text.split()) for heading in headings)
    return [
        Contents(heading.level, anchor, heading.text)
        for heading, anchor in zip(headings, anchors, strict=True)
        if heading.level <= 3 and heading.text.strip()
    ]
