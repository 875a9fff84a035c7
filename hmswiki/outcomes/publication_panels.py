"""The ways to the notes from the workshop's own page."""

from typing import Any

from flask import render_template

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Permission
from hmswiki.outcomes import publication_queries as queries
from hmswiki.web.access import allowed
from hmswiki.web.context import actor, read_session
from hmswiki.workshops.models import Workshop


def workshop(*, workshop: Workshop, **context: Any) -> str | None:
    """To the published notes, for everybody who is signed in."""
    if actor() is None or queries.published(read_session(), workshop) is None:
        return None
    return render_template("hmswiki/outcomes/_read.html", workshop=workshop)


def workshop_aside(*, workshop: Workshop, **context: Any) -> str | None:
    """For the organiser, once it has begun: to where the notes are read through, published and sent."""
    if workshop.starts_at > clock.now() or not allowed(Permission.MANAGE_WORKSHOPS, within=workshop.meeting):
        return None
    published = queries.published(read_session(), workshop)
    return render_template("hmswiki/outcomes/_ways.html", workshop=workshop, published=published)
