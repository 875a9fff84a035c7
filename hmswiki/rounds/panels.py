"""What other rooms' pages show of rounds: an area's page, to which the code on the door leads, and a checklist's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup
from sqlalchemy import or_, select

from hmswiki.actions.models import Action
from hmswiki.checklists import queries as checklist_queries
from hmswiki.checklists.models import ChecklistRecord
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import GRANTS, Permission, Role
from hmswiki.organisation import area_queries
from hmswiki.organisation.models import Area, Unit
from hmswiki.rounds import doing, list_queries, queries
from hmswiki.rounds import due as dues
from hmswiki.rounds.due import Due
from hmswiki.rounds.forms import StartForm
from hmswiki.rounds.list_views import Line, line_of
from hmswiki.rounds.models import Finding, Round
from hmswiki.rounds.words import standing_in_words
from hmswiki.web.access import allowed
from hmswiki.web.context import actor, read_session, today
from hmswiki.web.words import wording

_SHOWN = 5
"""Rounds that an area's page lists; the others are behind a link."""


@dataclass(frozen=True)
class Start:
    """A round that can be begun here, or that runs."""

    title: str
    status: str
    when: str
    checklist: str
    schedule: str = ""
    occurrence: str = ""
    running_href: str | None = None


@dataclass(frozen=True)
class AreaPanel:
    """`others`: the checklists that may be begun here of one's own accord, key and title."""

    area: Area
    may_do: bool
    may_see: bool
    starts: Sequence[Start]
    running: Sequence[Round]
    others: Sequence[tuple[str, str]]
    last: Sequence[Line]
    findings: Sequence[Finding]
    form: StartForm

    @property
    def all_href(self) -> str:
        return url_for("hmswiki.rounds.index", area=self.area.code)


def area_panel(*, area: Area, **context: Any) -> Markup | None:
    """Start a round, join the one that runs; the last ones, and what is still so."""
    session, now = read_session(), clock.now()
    within = area_queries.places_of(session, [area.id], day=today(), known_at=now)[area.id]
    may_do = allowed(Permission.DO_ROUNDS, within=within) and area.open_on(today())
    may_see = allowed(Permission.SEE_ROUNDS, within=within)
    if not may_do and not may_see:
        return None
    waiting = [one for one in dues.of_area(session, area, today=today(), known_at=now) if one.waits]
    running = list_queries.running_at(session, area=area)
    theirs = {one.running.key for one in waiting if one.running}
    editions = checklist_queries.all_current(session, today()) if may_do else []
    page = AreaPanel(
        area=area, may_do=may_do, may_see=may_see, starts=[_start(one) for one in waiting],
        running=[one for one in running if one.key not in theirs],
        others=[(one.checklist.key, wording(one.title)) for one in editions],
        last=[line_of(one) for one in list_queries.last_at(session, area, _SHOWN)] if may_see else [],
        findings=queries.open_findings_of_area(session, area) if may_see else [], form=StartForm(formdata=None),
    )  # fmt: skip
    return Markup(render_template("hmswiki/rounds/_area.html", page=page))


def _start(one: Due) -> Start:
    status, when = standing_in_words(one)
    return Start(
        wording(one.title), status, when, one.schedule.checklist.key, one.schedule.key, one.occurrence.key,
        url_for("hmswiki.rounds.show", key=one.running.key) if one.running else None,
    )  # fmt: skip


@dataclass(frozen=True)
class ChecklistPanel:
    """The places in which the reader does rounds."""

    checklist: ChecklistRecord
    areas: Sequence[Area]
    units: Sequence[Unit]
    form: StartForm


def checklist_panel(*, checklist: ChecklistRecord | None = None, **context: Any) -> Markup | None:
    """Start it in one's own areas and units."""
    who = actor()
    if checklist is None or who is None:
        return None
    if checklist.retired_on is not None and checklist.retired_on <= today():
        return None
    session = read_session()
    areas: Sequence[Area] = []
    if who.duties:
        found = session.scalars(
            select(Area).where(or_(*(Area.path == duty for duty in who.duties)), *area_queries.open_on(today()))
        ).all()
        areas = area_queries.areas_in_order(found)
    roles = GRANTS[Permission.DO_ROUNDS].roles - {Role.AREA_OWNER}
    ids = {held.unit_id for held in who.holdings if held.role in roles}
    units = [unit for unit in session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.code))
             if unit.open_on(today())] if ids else []  # fmt: skip
    if not areas and not units:
        return None
    page = ChecklistPanel(checklist, areas, units, StartForm(formdata=None))
    return Markup(render_template("hmswiki/rounds/_checklist.html", page=page))


def action_panel(*, action: Action, **context: Any) -> Markup | None:
    """The rounds in which it was seen, with their photos, for who may see them."""
    session, who, now = read_session(), actor(), clock.now()
    query = select(Finding).where(Finding.action_id == action.id, Finding.known_at(now)).order_by(Finding.id)
    findings = [
        one for one in session.scalars(query)
        if who is not None and doing.may_see(session, who, one.round, day=today(), known_at=now)
    ]  # fmt: skip
    return Markup(render_template("hmswiki/rounds/_action.html", findings=findings)) if findings else None
