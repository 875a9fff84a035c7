"""The ways to the notes from the workshop's own page."""

from typing import Any

from flask import render_template

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Permission
from hmswiki.outcomes import publication_queries as queries
from hmswiki.web.access import allowed
from hmswiki.web.context import actor, read_session
from hmswiki.workshops.models import Workshop


def workshop_aside(*, workshop: Workshop, **context: Any) -> str | None:
    """To the published notes for everybody who is signed in; for the organiser, once it has begun, to where they are
    read through and published."""
    if actor() is None:
        return None
    published = queries.published(read_session(), workshop)
    organises = workshop.starts_at <= clock.now() and allowed(Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    if published is None and not organises:
        return None
    return render_template("hmswiki/outcomes/_ways.html", workshop=workshop, published=published, organises=organises)
