"""What is shown on others' pages: my actions on Min side, and a unit's numbers on its page."""

from datetime import date
from typing import Any

from flask import g, render_template
from markupsafe import Markup

from hmswiki.actions import action_pages, queries
from hmswiki.actions.models import Action
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation.models import Area, Unit
from hmswiki.web.access import allowed
from hmswiki.web.context import actor, known_actor, read_session
from hmswiki.web.context import today as current_day

SHOWN = 5
"""So many of my actions stand on Min side; a link leads to all."""


def _mine() -> list[Action]:
    """Read once for the page."""
    kept: list[Action] | None = g.get("hmswiki_my_actions")
    if kept is None:
        kept = g.hmswiki_my_actions = queries.open_of(read_session(), known_actor(), current_day())
    return kept


def count_mine(**context: Any) -> int:
    """How many things there are for me to do here."""
    return len(_mine()) if actor() is not None else 0


def home(*, today: date, **context: Any) -> Markup | None:
    """My open actions, overdue first."""
    found = _mine()
    if not found:
        return None
    rows = action_pages.rows_of(read_session(), found[:SHOWN], today=today, known_at=clock.now())
    return Markup(render_template("hmswiki/actions/_home.html", rows=rows, more=len(found) - len(rows)))


def unit_aside(*, unit: Unit, **context: Any) -> Markup | None:
    """How many actions the unit has, for those who may see them."""
    if not allowed(Permission.SEE_ALL_ACTIONS, within=unit):
        return None
    counts = queries.counts(read_session(), queries.in_unit(unit), today=current_day())
    may_raise = allowed(Permission.RAISE_ACTIONS, within=unit)
    if not counts.total and not may_raise:
        return None
    return Markup(
        render_template(
            "hmswiki/actions/_unit.html",
            unit=unit,
            headline=action_pages.open_words(counts),
            counts=counts,
            may_raise=may_raise,
        )
    )


def area(*, area: Area, **context: Any) -> Markup | None:
    """On an area's page: how many actions it has, of those that the reader may see."""
    who = actor()
    if who is None:
        return None
    where = (queries.in_area(area), queries.visible_to(who))
    counts = queries.counts(read_session(), *where, today=current_day())
    if not counts.total:
        return None
    headline = action_pages.open_words(counts)
    return Markup(render_template("hmswiki/actions/_area.html", area=area, headline=headline, counts=counts))
