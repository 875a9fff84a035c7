"""What the door shows on the workshop's own page: the way into one's group, and to the task and the time."""

from typing import Any

from flask import render_template
from markupsafe import Markup

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Permission
from hmswiki.web.access import allowed, passes
from hmswiki.web.context import read_session
from hmswiki.workshops import door_pages, door_queries
from hmswiki.workshops.models import Workshop


def ways_in(*, workshop: Workshop, **_context: Any) -> Markup | None:
    """While its codes open: the reader's group, the task and the time; and the way to lead it, for the organiser."""
    now = clock.now()
    leads = workshop.cancelled_at is None and allowed(Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    opens = workshop.cancelled_at is None and workshop.is_within_hours(now)
    if not opens and not leads:
        return None
    shown = [one for one in passes(Permission.WRITE_NOTES) if one.workshop_id == workshop.id]
    mine = [door_pages.group_line(group) for group in door_queries.groups_open(read_session(), shown, now=now)]
    page = {"workshop": workshop, "mine": mine, "opens": opens, "leads": leads, "is_over": now >= workshop.closes_at}
    return Markup(render_template("hmswiki/workshops/_ways_in.html", **page))
