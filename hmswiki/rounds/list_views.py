"""Lists of rounds: mine, a unit's, an area's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template, request, url_for
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from hmswiki.checklists import queries as checklist_queries
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest
from hmswiki.foundation.permissions import GRANTS, Permission
from hmswiki.organisation import area_queries
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Area, Unit
from hmswiki.organisation.register import Page
from hmswiki.organisation.views import Pager, pager
from hmswiki.rounds import doing, list_queries
from hmswiki.rounds.list_queries import Listed, State
from hmswiki.rounds.models import Round
from hmswiki.rounds.views import MENU, blueprint
from hmswiki.rounds.wordings import findings_in_words, place_of
from hmswiki.web import parsing
from hmswiki.web.access import access
from hmswiki.web.context import known_actor, read_session, settings, today
from hmswiki.web.page import in_section
from hmswiki.web.words import _, wording


@dataclass(frozen=True)
class Line:
    """A round in a list. `status` is a word of the style sheet's `data-status`."""

    href: str
    title: str
    place: str
    unit: str
    done_on: date | None
    started_on: date
    by: str
    state: State
    findings: str
    status: str


def line_of(listed: Listed) -> Line:
    round = listed.round
    started_on = clock.day_of(round.started_at, settings().zone)
    by = round.handed_in_by or round.started_by
    return Line(
        href=url_for("hmswiki.rounds.show", key=round.key), title=wording(round.edition.title), place=place_of(round),
        unit=wording(round.unit.name), done_on=round.done_on, started_on=started_on,
        by=by.name if by is not None else "", state=state_of(round),
        findings=findings_in_words(listed.findings, listed.open_findings),
        status="reached" if not listed.open_findings else "over",
    )  # fmt: skip


def state_of(round: Round) -> State:
    if round.abandoned_at is not None:
        return State.ABANDONED
    return State.HANDED_IN if round.handed_in_at is not None else State.RUNNING


@dataclass(frozen=True)
class RoundsPage:
    """`kept`: what the filters keep of the address."""

    heading: str
    back: tuple[str, str] | None
    """Where it leads back to: words and address."""
    lines: Sequence[Line]
    total: int
    pager: Pager | None
    states: Sequence[tuple[str, str]]
    state: str
    checklists: Sequence[tuple[str, str]]
    checklist: str
    kept: dict[str, str]


@blueprint.get("/rounds")
@access(Permission.SIGNED_IN)
def index() -> str:
    """My rounds, for central HSE those of all; with `?unit=` or `?area=` a unit's or an area's, for those who may."""
    session = read_session()
    unit, area = _place(session)
    whose = list_queries.of_area(area) if area else list_queries.of_unit(unit) if unit else None
    if whose is None:
        whose = list_queries.of_everybody() if _sees_all() else list_queries.of_person(known_actor())
    state, key = _state(), request.args.get("checklist", "")
    where: list[ColumnElement[bool]] = [whose]
    if state is not None:
        where.append(list_queries.in_state(state))
    if key:
        where.append(Round.checklist_id == checklist_queries.checklist(session, key).id)
    page = list_queries.listed(session, *where, page=parsing.page_number())
    in_section(MENU)
    return render_template("hmswiki/rounds/index.html", page=_page(session, page, whose, unit, area, state, key))


def _sees_all() -> bool:
    return known_actor().holds(GRANTS[Permission.SEE_ROUNDS].everywhere)


def _place(session: Session) -> tuple[Unit | None, Area | None]:
    """The unit or the area that is asked about, when the reader may see its rounds."""
    unit = organisation.unit(session, request.args["unit"]) if request.args.get("unit") else None
    area = area_queries.area(session, request.args["area"]) if request.args.get("area") else None
    if unit is not None or area is not None:
        doing.demand_seeing_at(session, known_actor(), unit, area, day=today(), known_at=clock.now())
    return unit, area


def _state() -> State | None:
    word = request.args.get("state", "")
    if word and word not in tuple(State):
        raise BadRequest(N_("state is “%(text)s”. It must be running, handed-in or given-up."), text=word[:60])
    return State(word) if word else None


def _page(
    session: Session, page: Page[Listed], whose: ColumnElement[bool], unit: Unit | None, area: Area | None,
    state: State | None, checklist: str,
) -> RoundsPage:  # fmt: skip
    kept = {"unit": unit.code if unit else "", "area": area.code if area else ""}
    arguments = {**kept, "state": state or "", "checklist": checklist}
    titles = {one.checklist.key: wording(one.title) for one in checklist_queries.all_current(session, today())}
    used = list_queries.checklists_used(session, whose)
    heading, back = _("All rounds") if _sees_all() else _("My rounds"), None
    if area is not None:
        heading, back = _("Rounds in %(area)s", area=wording(area.name)), _area_link(area)
    elif unit is not None:
        heading = _("Rounds in %(unit)s", unit=wording(unit.name))
    return RoundsPage(
        heading=heading, back=back, lines=[line_of(one) for one in page.rows], total=page.total,
        pager=pager(page, "hmswiki.rounds.index", **{name: value or None for name, value in arguments.items()}),
        states=state_choices(), state=state or "",
        checklists=[(key, titles.get(key, key)) for key in used], checklist=checklist,
        kept={name: value for name, value in kept.items() if value},
    )  # fmt: skip


def _area_link(area: Area) -> tuple[str, str]:
    return wording(area.name), url_for("hmswiki.areas.area", code=area.code)


def state_choices() -> list[tuple[str, str]]:
    return [
        (State.RUNNING, _("Running")), (State.HANDED_IN, _("Handed in")), (State.ABANDONED, _("Given up")),
    ]  # fmt: skip
