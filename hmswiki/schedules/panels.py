"""What other rooms' pages show of schedules."""

from typing import Any

from flask import render_template
from markupsafe import Markup

from hmswiki.checklists.models import ChecklistRecord
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Permission
from hmswiki.schedules import queries
from hmswiki.schedules.pages import ScheduleLine
from hmswiki.web.access import allowed
from hmswiki.web.context import read_session, today


def when_due(checklist: ChecklistRecord | None = None, **context: Any) -> Markup | None:
    """On a checklist's page: its schedules, and the way to make one."""
    if checklist is None:
        return None
    found = queries.live(read_session(), day=today(), known_at=clock.now(), checklist=checklist)
    may_make = allowed(Permission.MANAGE_SCHEDULES)
    if not found and not may_make:
        return None
    return Markup(
        render_template(
            "hmswiki/schedules/_checklist.html", lines=[ScheduleLine(one, today()) for one in found],
            may_make=may_make, key=checklist.key,
        )
    )  # fmt: skip
