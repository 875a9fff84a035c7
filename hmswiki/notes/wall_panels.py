"""What other rooms' pages show of the wall: the way to it, and what stands on it that can be taken off in one click."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from markupsafe import Markup

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Permission
from hmswiki.notes import wall_points
from hmswiki.notes.wall_points import Written
from hmswiki.web.access import allowed
from hmswiki.web.context import read_session
from hmswiki.workshops.models import Group, Task, Workshop
from hmswiki.workshops.words import group_name


@dataclass(frozen=True)
class Line:
    point: Written
    group: str


def lead(*, workshop: Workshop, task: Task | None, groups: Sequence[Group], **context: Any) -> Markup | None:
    """Panel `workshop.lead`: the points in the order in which they came, and those off the wall. One select."""
    if task is None or not allowed(Permission.SORT_POINTS, within=workshop.meeting):
        return None
    names = {group.id: group_name(group) for group in groups}
    found = [
        Line(one, names[one.group_id])
        for one in wall_points.points(read_session(), task, now=clock.now())
        if one.group_id in names
    ]
    # The page is drawn anew while somebody aims at a button: what comes, comes last and moves none.
    found.sort(key=lambda line: line.point.id)
    return Markup(
        render_template(
            "hmswiki/wall/_wall_lead.html", workshop=workshop,
            shown=[line for line in found if not line.point.hidden],
            hidden=[line for line in found if line.point.hidden],
        )
    )  # fmt: skip


def way(*, workshop: Workshop, **context: Any) -> Markup | None:
    """Panel `workshop.aside`: the way to the wall, for who may see it."""
    if not allowed(Permission.SEE_NOTES, within=workshop.meeting):
        return None
    return Markup(render_template("hmswiki/wall/_wall_way.html", workshop=workshop))
