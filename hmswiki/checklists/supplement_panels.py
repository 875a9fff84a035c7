"""What supplements show on other pages."""

from datetime import date
from typing import Any

from flask import g, render_template

from hmswiki.checklists import supplement_queries as queries
from hmswiki.checklists.models import ChecklistRecord
from hmswiki.checklists.supplement_pages import counts_line, to_do_line
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import GRANTS, Permission
from hmswiki.organisation.models import Unit
from hmswiki.organisation.queries import units_by_id
from hmswiki.web.access import allowed
from hmswiki.web.context import actor, read_session, today
from hmswiki.web.words import _, wording

SHOWN_UNITS = 3
"""So many of a person's units are named on a checklist's page."""


def _unit_ids() -> list[int]:
    """The reader's units: where he or she adapts checklists, else where he or she is employed."""
    who = actor()
    if who is None:
        return []
    roles = GRANTS[Permission.EDIT_SUPPLEMENTS].roles
    held = [holding.unit_id for holding in who.holdings if holding.role in roles]
    return list(dict.fromkeys(held)) or ([who.unit_id] if who.unit_id is not None else [])


def on_checklist(checklist: ChecklistRecord, **context: Any) -> str | None:
    """How the reader's units run the checklist, and who has adapted it."""
    session = read_session()
    by_id = units_by_id(session, _unit_ids()[:SHOWN_UNITS])
    units = [unit for id in _unit_ids() if (unit := by_id.get(id)) and unit.open_on(today())]
    found = queries.supplements_for(session, checklist, units, day=today(), known_at=clock.now())
    rows = [(unit, found[unit.id], _line(found[unit.id])) for unit in units if unit.id in found]
    sees_all = allowed(Permission.SEE_ALL_SUPPLEMENTS)
    if not rows and not sees_all:
        return None
    return render_template(
        "hmswiki/checklists/_supplement_panel.html", checklist=checklist, rows=rows, sees_all=sees_all
    )


def _line(supplement: queries.Supplement) -> str:
    """ "2 own items, 1 must be looked at" """
    if supplement.of is None:
        return str(_("No local supplement"))
    said = ", ".join(filter(None, (counts_line(supplement), to_do_line(len(supplement.clashes)))))
    return (
        said
        if supplement.is_own
        else str(_("from %(unit)s: %(counts)s", unit=wording(supplement.of.name), counts=said))
    )


def on_unit(unit: Unit, **context: Any) -> str | None:
    """What the unit must look at in its supplements, for those who can."""
    if not allowed(Permission.EDIT_SUPPLEMENTS, within=unit):
        return None
    waiting = queries.waiting(read_session(), [unit.id], day=today(), known_at=clock.now()).get(unit.id)
    if not waiting:
        return None
    return render_template("hmswiki/checklists/_supplement_waiting.html", unit=unit, waiting=waiting)


def _my_waiting(today: date) -> dict[int, list[queries.Waiting]]:
    """What the reader must look at, by unit id; asked once in a request."""
    if "hmswiki_supplements_waiting" not in g:
        who = actor()
        roles = GRANTS[Permission.EDIT_SUPPLEMENTS].roles
        ids = {holding.unit_id for holding in who.holdings if holding.role in roles} if who else set()
        g.hmswiki_supplements_waiting = queries.waiting(read_session(), ids, day=today, known_at=clock.now())
    found: dict[int, list[queries.Waiting]] = g.hmswiki_supplements_waiting
    return found


def task_count(*, today: date, **context: Any) -> int:
    """How many things the reader must look at in the supplements of the units where he or she holds the role."""
    return sum(each.count for rows in _my_waiting(today).values() for each in rows)


def on_home(*, today: date, **context: Any) -> str | None:
    """The same things, each with the way to it."""
    waiting = _my_waiting(today)
    if not waiting:
        return None
    units = units_by_id(read_session(), list(waiting))
    rows = [(units[id], each) for id, found in waiting.items() for each in found]
    return render_template("hmswiki/checklists/_supplement_home.html", rows=rows)
