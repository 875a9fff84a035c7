"""All that was written in a group's note, for the organiser, who can bring back what was cleared or written over.

Who wrote is not told here: that is the group's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.permissions import Permission
from hmswiki.notes import note_pages, operations, queries
from hmswiki.notes.forms import BringBackForm
from hmswiki.notes.models import EditKind, Point, PointEdit
from hmswiki.notes.views import NOTE, SECTION, blueprint
from hmswiki.web.access import access, authorise
from hmswiki.web.context import known_actor, read_session, transaction
from hmswiki.web.page import in_section
from hmswiki.web.words import _
from hmswiki.workshops import queries as workshop_queries
from hmswiki.workshops import words
from hmswiki.workshops.models import Group, Task


@dataclass(frozen=True)
class Wording:
    """Something that a line has said before."""

    edit: str
    """Its key."""
    text: str
    at: datetime


@dataclass(frozen=True)
class PointHistory:
    """A point: what it says, or said when it was cleared, and what it said before."""

    key: str
    text: str
    first_at: datetime
    cleared_at: datetime | None
    earlier: Sequence[Wording]
    """The last first."""
    split: bool
    """Whether two had written the same line at once, and this is what the second wrote."""


@dataclass(frozen=True)
class PlaceHistory:
    """The points of a prompt and model, those that were cleared among them."""

    title: str
    points: Sequence[PointHistory]


@dataclass(frozen=True)
class HistoryPage:
    """All that was written in a group's note on a task."""

    group: Group
    group_name: str
    task: Task
    places: Sequence[PlaceHistory]
    cleared: int
    note_href: str
    bring_back_href: str
    form: BringBackForm


@blueprint.get(f"{NOTE}/history")
@access(Permission.MANAGE_WORKSHOPS)
def history(key: str, number: int, task_key: str) -> str:
    session = read_session()
    group, task = _led(session, key, number, task_key)
    in_section(SECTION)
    points = queries.points(session, group.workshop, task=task, group=group, cleared=True)
    places = _places(points, queries.edits(session, [point.id for point in points]))
    page = HistoryPage(
        group=group, group_name=words.group_name(group), task=task, places=places,
        cleared=sum(point.cleared_at is not None for point in points),
        note_href=note_pages.address("note", group, task),
        bring_back_href=note_pages.address("bring_back", group, task), form=BringBackForm(formdata=None),
    )  # fmt: skip
    return render_template("hmswiki/notes/history.html", page=page)


def _led(session: Session, key: str, number: int, task_key: str) -> tuple[Group, Task]:
    """The group and task, when who asks organises the workshop."""
    group = queries.group_at(session, key, number)
    authorise(Permission.MANAGE_WORKSHOPS, within=group.workshop.meeting)
    return group, workshop_queries.task(session, group.workshop, task_key)


def _places(points: Sequence[Point], edits: dict[int, list[PointEdit]]) -> list[PlaceHistory]:
    found: dict[tuple[int, str | None], list[PointHistory]] = {}
    titles: dict[tuple[int, str | None], str] = {}
    for point in points:
        place = (point.prompt_id, point.model)
        titles[place] = ": ".join(part for part in (point.prompt.title, point.model) if part)
        found.setdefault(place, []).append(_history(point, edits.get(point.id, [])))
    return [PlaceHistory(titles[place], histories) for place, histories in found.items()]


def _history(point: Point, edits: Sequence[PointEdit]) -> PointHistory:
    wrote = (EditKind.WRITTEN, EditKind.BROUGHT_BACK)
    earlier: dict[str, Wording] = {}
    for edit in edits:
        if edit.kind in wrote and edit.text is not None and edit.text != point.text:
            earlier.pop(edit.text, None)
            earlier[edit.text] = Wording(edit.key, edit.text, edit.made_at)
    return PointHistory(
        point.key, point.text, point.made_at, point.cleared_at, list(reversed(earlier.values())),
        point.split_from_id is not None,
    )  # fmt: skip


@blueprint.post(f"{NOTE}/history")
@access(Permission.MANAGE_WORKSHOPS)
def bring_back(key: str, number: int, task_key: str) -> Response:
    """Let a point stand in the note again, as it was or as it was once worded."""
    _led(read_session(), key, number, task_key)
    form = BringBackForm()
    then = url_for(".history", key=key, number=number, task_key=task_key)
    with transaction(form.submission_id, then=then) as session:
        group, task = _led(session, key, number, task_key)
        point = queries.point(session, group.workshop, form.point.data or "")
        if (point.group_id, point.task_id) != (group.id, task.id):
            raise NotFound(N_("There is no such point in this note. Open the page again, and choose another."))
        edit = None
        if form.edit.data:
            wanted = form.edit.data.replace("\0", "?")
            edit = session.scalar(select(PointEdit).where(PointEdit.key == wanted, PointEdit.point_id == point.id))
            if edit is None:
                raise NotFound(N_("There is no such wording of the point. Open the page again, and choose another."))
        operations.bring_back(session, point, edit=edit, by=known_actor(), at=clock.now())
    flash(_("The point stands in the note again."), "success")
    return redirect(then, 303)
