"""What is shown on others' pages: themes on the wall, and the way to the plenary for who may sort."""

from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from hmswiki.foundation.permissions import Permission
from hmswiki.plenary import plenary_pages, queries
from hmswiki.web.access import allowed
from hmswiki.web.context import read_session
from hmswiki.workshops.models import Task, Workshop


def wall(*, workshop: Workshop, task: Task | None = None, **context: Any) -> Markup | None:
    """The themes so far, each with how many groups it counts; of the task that the wall shows."""
    themes = queries.themes(read_session(), workshop, task)
    if not themes:
        return None
    rows = [(found.count, plenary_pages.count_words(found.count), found.theme) for found in themes]
    return Markup(render_template("hmswiki/plenary/_wall.html", rows=rows))


def lead(*, workshop: Workshop, task: Task | None = None, **context: Any) -> Markup | None:
    """The way from the organiser's page, to the task at hand."""
    return _way(workshop, "hmswiki/plenary/_lead.html", task)


def workshop(*, workshop: Workshop, **context: Any) -> Markup | None:
    """The way for helpers, whom nothing else leads there."""
    return _way(workshop, "hmswiki/plenary/_workshop.html")


def _way(workshop: Workshop, template: str, task: Task | None = None) -> Markup | None:
    if not allowed(Permission.SORT_POINTS, within=workshop.meeting):
        return None
    href = url_for("hmswiki.plenary.show", key=workshop.key, task=task.key if task is not None else None)
    return Markup(render_template(template, href=href))
