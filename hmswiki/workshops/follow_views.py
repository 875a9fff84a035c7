"""The task and the time on everybody's phone: to read, and nothing to press."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response as JsonResponse
from flask import jsonify, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Permission
from hmswiki.web.access import access, authorise, passes
from hmswiki.web.context import read_session
from hmswiki.web.page import in_section
from hmswiki.web.words import _, current_language
from hmswiki.workshops import door_pages, door_queries, doors, queries, words
from hmswiki.workshops.clock import TaskState
from hmswiki.workshops.door_pages import GroupLine, TaskView
from hmswiki.workshops.join_views import blueprint, code_url
from hmswiki.workshops.models import EventKind, Group, Workshop

EVERY_MS, FOR_EACH_GROUP_MS, AT_LEAST_EVERY_MS = 5000, 250, 10_000
"""How long a phone waits until it asks again: longer where there are many groups, and so many phones."""
SECTION = "workshops.index"


@dataclass(frozen=True)
class FollowPage:
    """What is being discussed, how long yet, and where the reader belongs."""

    workshop: Workshop
    headline: str
    task: TaskView | None
    """The one at hand; None where there is none, or the group work is over."""
    others: Sequence[TaskView]
    total: int
    mine: Sequence[GroupLine]
    place_href: str | None
    """Where to pick another group; None where that is not for the reader."""
    code_href: str | None
    """Where to type the code; None for those who have a group."""
    programme: Sequence[tuple[str, str]]
    state_href: str
    mark: str
    """Of what is shown: its state answers 304 to it."""
    every_ms: int


@blueprint.get("/workshops/<key>/follow")
@access(Permission.FOLLOW_WORKSHOP)
def follow(key: str) -> str:
    in_section(SECTION)
    return render_template("hmswiki/workshops/follow.html", page=_page(_followed(key)))


@blueprint.get("/workshops/<key>/follow/state")
@access(Permission.FOLLOW_WORKSHOP)
def follow_state(key: str) -> Response:
    """What has changed, as HTML for the parts of the page; 304 while nothing has. What groups write changes nothing
    here, so three hundred phones ask for two rows each."""
    workshop = _followed(key)
    mark = _mark(workshop)
    if request.if_none_match.contains_weak(mark):
        response = JsonResponse(status=304)
    else:
        page = _page(workshop)
        response = jsonify({
            "pulse": workshop.pulse, "said": page.headline, "look_again_ms": page.every_ms,
            "parts": {
                "now": render_template("hmswiki/workshops/_follow_now.html", page=page),
                "mine": render_template("hmswiki/workshops/_follow_mine.html", page=page),
            },
        })  # fmt: skip
    response.set_etag(mark)
    return response


def _mark(workshop: Workshop) -> str:
    """Changes with whatever the page shows: the workshop, the language, whether its code opens, and where the reader
    belongs."""
    seat = doors.seat_in(workshop)
    place = f"{'open' if _opens(workshop, clock.now()) else 'shut'}.{seat.id if seat is not None else ''}"
    return "-".join([str(workshop.pulse), current_language(), place, *map(str, sorted(_group_ids(workshop)))])


def _opens(workshop: Workshop, now: datetime) -> bool:
    return workshop.is_within_hours(now) and workshop.cancelled_at is None


def _followed(key: str) -> Workshop:
    workshop = queries.workshop(read_session(), key)
    authorise(Permission.FOLLOW_WORKSHOP, within=workshop.meeting)
    return workshop


def _group_ids(workshop: Workshop) -> set[int]:
    """The groups that the reader belongs to: by the plan, or by what was picked at the door."""
    shown = passes(Permission.WRITE_NOTES)
    return {one.group_id for one in shown if one.workshop_id == workshop.id and one.group_id is not None}


def _page(workshop: Workshop) -> FollowPage:
    session, now = read_session(), clock.now()
    happened = queries.events(session, workshop)
    tasks = door_pages.task_views(session, workshop, happened, now)
    ended = any(event.kind is EventKind.ENDED for event in happened)
    task = None if ended or workshop.cancelled_at else door_pages.task_at_hand(tasks)
    mine = _mine(session, workshop)
    may_move = doors.seat_in(workshop) is not None
    opens = _opens(workshop, now)
    return FollowPage(
        workshop=workshop,
        headline=_headline(workshop, task, ended=ended, now=now),
        task=task,
        others=[one for one in tasks if one is not task],
        total=len(tasks),
        mine=mine,
        place_href=url_for(".place", key=workshop.key) if may_move else None,
        code_href=code_url(url_for(".follow", key=workshop.key)) if opens and not mine and not may_move else None,
        programme=[(words.programme_time(line), str(line.get("text", ""))) for line in workshop.programme],
        state_href=url_for(".follow_state", key=workshop.key),
        mark=_mark(workshop),
        every_ms=min(AT_LEAST_EVERY_MS, max(EVERY_MS, FOR_EACH_GROUP_MS * queries.number_of_groups(session, workshop))),
    )


def _mine(session: Session, workshop: Workshop) -> list[GroupLine]:
    ids = _group_ids(workshop)
    if not ids:
        return []
    groups = session.scalars(
        select(Group)
        .options(joinedload(Group.workshop))
        .where(Group.id.in_(ids), Group.removed_at.is_(None))
        .order_by(Group.number)
    ).all()
    leaders = door_queries.leaders(session, workshop)
    return [door_pages.group_line(group, leaders.get(group.id)) for group in groups]


def _headline(workshop: Workshop, task: TaskView | None, *, ended: bool, now: datetime) -> str:
    """What a reader is told first, and a screen reader when it changes."""
    if workshop.cancelled_at is not None:
        return _("The meeting is cancelled.")
    if ended or task is None:
        return _("The group work is over.") if ended else _("No task is planned.")
    if task.state is TaskState.RUNNING:
        return _("Task %(number)s: %(title)s", number=task.number, title=task.task.title)
    if task.state is TaskState.CLOSED:
        return _("Task %(number)s is closed. The plenary comes next.", number=task.number)
    return _("Task %(number)s comes next: %(title)s", number=task.number, title=task.task.title)
