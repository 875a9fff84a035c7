"""Pages of actions: my own, a unit's, an area's, and one by itself."""

import re
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from hmswiki.actions import action_pages, queries, rules
from hmswiki.actions.action_pages import ListPage, MinePage
from hmswiki.actions.models import Action
from hmswiki.actions.queries import Shown
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest, NotFound
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation import area_queries
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Area, Person, Unit
from hmswiki.organisation.register import Page
from hmswiki.organisation.views import pager
from hmswiki.web.access import access, allowed, authorise
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import known_actor, read_session, settings, today
from hmswiki.web.exports import csv_response, has_xlsx, xlsx_response
from hmswiki.web.parsing import page_number
from hmswiki.web.words import _

blueprint = FeatureBlueprint("actions", __name__)

PAGE_SIZE = 50
FINISHED = 20
"""So many of one's own that are done are shown."""
MOST_AREAS_OFFERED = 300

# --- Lists --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What the address asks for. No unit and no area: the actions of who is looking."""

    unit: Unit | None
    area: Area | None
    responsible: Person | None
    shown: Shown
    within: tuple[ColumnElement[bool], ...]
    """SQL: the unit's, the area's."""

    @property
    def where(self) -> tuple[ColumnElement[bool], ...]:
        """SQL: and only those of the person who was chosen."""
        chosen = (Action.responsible_id == self.responsible.id,) if self.responsible else ()
        return (*self.within, *chosen)


@blueprint.get("/actions")
@access(Permission.SIGNED_IN)
def index() -> str:
    """My actions; with `unit` or `area` those of the unit or the area."""
    asked = _asked()
    return _mine() if asked.unit is None and asked.area is None else _list(asked)


def _asked() -> Asked:
    """The query string. Raises BadRequest, NotFound, NotAllowed."""
    session, who = read_session(), known_actor()
    unit = organisation.unit(session, request.args["unit"]) if request.args.get("unit") else None
    area = area_queries.area(session, request.args["area"]) if request.args.get("area") else None
    within: list[ColumnElement[bool]] = []
    if unit is not None:
        authorise(Permission.SEE_ALL_ACTIONS, within=unit)
        within.append(queries.in_unit(unit))
    if area is not None:
        places = area_queries.places_of(session, [area.id], day=today(), known_at=clock.now())
        authorise(Permission.SEE_ACTIONS, within=places[area.id])
        # Others share the area: what they keep to themselves stays theirs.
        within.extend((queries.in_area(area), queries.visible_to(who)))
    shown = request.args.get("show") or Shown.OPEN
    if shown not in list(Shown):
        raise BadRequest(
            N_("show is “%(text)s”. It must be open, overdue, to_check, closed or all."), text=shown[:60]
        )  # fmt: skip
    key = request.args.get("responsible")
    responsible = organisation.person(session, key) if key else None
    return Asked(unit, area, responsible, Shown(shown), tuple(within))


def _mine() -> str:
    session, who, now = read_session(), known_actor(), clock.now()
    rows = action_pages.rows_of
    told = queries.listed(session, queries.told_of(who), today=today()) if who.holdings else []
    page = MinePage(
        rows=rows(session, queries.open_of(session, who, today()), today=today(), known_at=now),
        told=rows(session, told, today=today(), known_at=now),
        finished=rows(session, queries.finished(session, who, today(), limit=FINISHED), today=today(), known_at=now),
        today=today(),
        may_raise=allowed(Permission.RAISE_ACTIONS),
        units=_own_units(session),
        xlsx=has_xlsx(),
    )
    return render_template("hmswiki/actions/index.html", page=page)


def _own_units(session: Session) -> list[Unit]:
    """Those in which I hold a role, then where I am employed, as far as I may see all of their actions."""
    who = known_actor()
    ids = dict.fromkeys(one for one in (*(held.unit_id for held in who.holdings), who.unit_id) if one is not None)
    units = [session.get_one(Unit, one) for one in ids]
    return [unit for unit in units if allowed(Permission.SEE_ALL_ACTIONS, within=unit)]


def _list(asked: Asked) -> str:
    session, now = read_session(), clock.now()
    number = page_number()
    counts = queries.counts(session, *asked.where, today=today())
    total = counts.of(asked.shown)
    if number > 1 and (number - 1) * PAGE_SIZE >= total:
        raise NotFound(N_("There are not so many pages. Go back to the first."))
    found = queries.listed(
        session, *asked.where, shown=asked.shown, today=today(), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
    )
    rows = action_pages.rows_of(session, found, today=today(), known_at=now)
    page = ListPage(
        unit=asked.unit, area=asked.area, counts=counts, shown=asked.shown, rows=rows,
        people=queries.responsible_people(session, *asked.within), responsible=asked.responsible,
        pager=pager(
            Page(rows, number, total, PAGE_SIZE), ".index",
            **{name: request.args.get(name) or None for name in ("unit", "area", "show", "responsible")},
        ),
        may_raise=asked.unit is not None and allowed(Permission.RAISE_ACTIONS, within=asked.unit),
        xlsx=has_xlsx(),
    )  # fmt: skip
    return render_template("hmswiki/actions/list.html", page=page)


# --- To take away -------------------------------------------------------------------------------------------

COLUMNS = (
    "key", "title", "text", "unit", "area", "responsible", "role", "due", "overdue", "state", "done_on", "done_by",
    "raised_on", "raised_by", "origin", "escalated_to", "case_number", "case_url",
)  # fmt: skip


@blueprint.get("/actions.csv")
@access(Permission.SIGNED_IN)
def index_csv() -> Response:
    """The same list as CSV, all pages of it."""
    name, rows = _table()
    return csv_response(f"{name}.csv", COLUMNS, rows)


@blueprint.get("/actions.xlsx")
@access(Permission.SIGNED_IN)
def index_xlsx() -> Response:
    """The same list as XLSX."""
    name, rows = _table()
    return xlsx_response(f"{name}.xlsx", COLUMNS, rows, sheet=_("Actions"))


def _table() -> tuple[str, list[list[Any]]]:
    """The name of the file, and its rows."""
    session, asked = read_session(), _asked()
    whose = asked.unit or asked.area
    where = asked.where if whose is not None else (queries.mine(known_actor(), today()), *asked.where)
    found = queries.with_people(queries.listing(*where, shown=asked.shown, today=today()))
    name = re.sub(r"[^A-Za-z0-9]+", "-", whose.code).strip("-") if whose is not None else "mine"
    rows = [
        [
            one.key, one.title, one.text, one.unit.code, one.area.code if one.area else None,
            one.responsible.name if one.responsible else None, one.responsible_role, one.due_on,
            rules.is_overdue(one.state, one.due_on, today()), str(one.state), one.done_on,
            one.done_by.name if one.done_by else None, clock.day_of(one.raised_at, settings().zone),
            one.raised_by.name if one.raised_by else None, one.origin,
            one.escalated_to.code if one.escalated_to else None, one.case_number, one.case_url,
        ]
        for one in session.scalars(found)
    ]  # fmt: skip
    return f"hmswiki-actions-{name}_{today()}", rows
