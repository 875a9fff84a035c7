"""What workshops show on others' pages: on Min side those that the reader takes part in soon."""

from datetime import timedelta
from typing import Any

from flask import render_template
from markupsafe import Markup

from hmswiki.foundation import clock
from hmswiki.web.context import known_actor, read_session
from hmswiki.workshops import plan_queries, workshop_pages

SOON = timedelta(days=14)
"""So long before it begins a workshop stands on Min side."""


def home(**_context: Any) -> Markup | None:
    """Those that the reader is in a group of, helps with or has planned, from two weeks before. One select for none."""
    session, who, now = read_session(), known_actor(), clock.now()
    found = plan_queries.soon_for(session, who.person_id, now=now, until=now + SOON)
    if not found:
        return None
    rows = workshop_pages.rows_of(session, found, who, now=now)
    return Markup(render_template("hmswiki/workshops/_home.html", rows=rows))
