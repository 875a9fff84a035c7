"""*Coverage*: who has been informed, on any day, as known at any time."""

from datetime import date, datetime

from flask import Response, render_template, request, url_for

from hmswiki.acknowledgements import coverage_pages, coverage_queries, curve, matrix
from hmswiki.acknowledgements.coverage_pages import Asked, CoveragePage, CurvePage, Panel
from hmswiki.acknowledgements.coverage_queries import COLUMNS, Seen
from hmswiki.acknowledgements.matrix import Filter
from hmswiki.acknowledgements.views import blueprint
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines.models import Guideline
from hmswiki.guidelines.queries import guideline as find_guideline
from hmswiki.organisation.models import Unit
from hmswiki.organisation.queries import unit as find_unit
from hmswiki.web import parsing
from hmswiki.web.access import access, allowed, authorise
from hmswiki.web.context import known_actor, read_session, today
from hmswiki.web.exports import csv_response, stamp
from hmswiki.web.page import in_section


@blueprint.get("/coverage")
@access(Permission.SEE_ALL_COVERAGE)
def coverage() -> str:
    in_section("acknowledgements.coverage")
    asked, day, known_at = _asked()
    scope, opened = _scope(asked), _opened(asked)
    seen = coverage_queries.seen_by(read_session(), known_actor(), as_of=day, known_at=known_at)
    page = CoveragePage(
        asked=asked,
        day=day,
        today=today(),
        seen=seen,
        matrix=_matrix(seen, scope, day, asked.only),
        scope=scope,
        panel=_panel(seen, *opened, asked, day, known_at) if opened else None,
        may_roll_out=allowed(Permission.MANAGE_ROLLOUTS),
    )
    return render_template("hmswiki/acknowledgements/coverage.html", page=page)


@blueprint.get("/coverage.csv")
@access(Permission.SEE_ALL_COVERAGE)
def coverage_csv() -> Response:
    asked, day, known_at = _asked()
    scope = _scope(asked)
    seen = coverage_queries.seen_by(read_session(), known_actor(), as_of=day, known_at=known_at)
    rows = [list(row.as_data().values()) for row in _matrix(seen, scope, day, asked.only).rows]
    return csv_response(f"hmswiki-coverage_{day}_known-{stamp(known_at)}.csv", COLUMNS, rows)


@blueprint.get("/coverage/curve.svg")
@access(Permission.SEE_ALL_COVERAGE)
def coverage_curve_picture() -> Response:
    asked, day, known_at = _asked()
    scope = _scope(asked)
    year = coverage_queries.curve(
        read_session(), known_actor(), until=day, today=today(), known_at=known_at, within=scope
    )
    scheme = curve.Scheme.DARK if request.args.get("scheme") == "dark" else curve.Scheme.LIGHT
    picture = curve.draw(
        [(point.day, point.count) for point in year.points],
        sorted({edition.published_on for edition in year.editions}),
        today=today(),
        scheme=scheme,
    )
    return Response(picture, content_type="image/svg+xml; charset=utf-8")


@blueprint.get("/coverage/curve")
@access(Permission.SEE_ALL_COVERAGE)
def coverage_curve() -> str:
    in_section("acknowledgements.coverage")
    asked, day, known_at = _asked()
    scope = _scope(asked)
    year = coverage_queries.curve(
        read_session(), known_actor(), until=day, today=today(), known_at=known_at, within=scope
    )
    page = CurvePage(asked, day, today(), year, scope)
    return render_template("hmswiki/acknowledgements/coverage_curve.html", page=page)


def _asked() -> tuple[Asked, date, datetime]:
    """The query string, the day it asks about and the time it asks as known at. Raises BadRequest."""
    day, known_at = parsing.as_of(), parsing.known_at()
    show = request.args.get("show") or Filter.ALL
    if show not in list(Filter):
        raise BadRequest(N_("show is “%(text)s”. It must be all, missing or overdue."), text=show[:60])
    asked = Asked(
        as_of=day if request.args.get("as_of") else None,
        known_at=known_at,
        only=Filter(show),
        within=request.args.get("within") or None,
        unit=request.args.get("unit") or None,
        guideline=request.args.get("guideline") or None,
    )
    return asked, day, known_at or clock.now()


def _scope(asked: Asked) -> Unit | None:
    """The unit the page is narrowed to. Raises NotFound, NotAllowed."""
    if asked.within is None:
        return None
    unit = find_unit(read_session(), asked.within)
    authorise(Permission.SEE_COVERAGE, within=unit)
    return unit


def _opened(asked: Asked) -> tuple[Unit, Guideline] | None:
    """The cell that is open. Raises NotFound, NotAllowed, also where only half a cell is named."""
    unit = find_unit(read_session(), asked.unit) if asked.unit else None
    guideline = find_guideline(read_session(), asked.guideline) if asked.guideline else None
    if unit is not None:
        authorise(Permission.SEE_COVERAGE, within=unit)
    return (unit, guideline) if unit is not None and guideline is not None else None


def _year(until: date, known_at: datetime, scope: Unit | None) -> coverage_queries.Curve:
    return coverage_queries.curve(
        read_session(), known_actor(), until=until, today=today(), known_at=known_at, within=scope
    )


def _matrix(seen: Seen, scope: Unit | None, day: date, only: Filter) -> matrix.Matrix:
    units = seen.units if scope is None else seen.within(scope)
    return matrix.lay_out(seen.shown, units, day, only=only)


def _panel(seen: Seen, unit: Unit, guideline: Guideline, asked: Asked, day: date, known_at: datetime) -> Panel:
    session = read_session()
    above = seen.above(unit)
    shown = seen.shown.get((guideline.id, unit.id))
    story = coverage_queries.history(session, guideline, [unit, *above], as_of=day, known_at=known_at)
    # Whom to turn to is asked of today, whatever day the numbers are of: it is today that somebody follows up.
    contacts = coverage_queries.whom_to_contact(session, unit, above, day=today(), known_at=clock.now())
    may_see_answers = allowed(Permission.SEE_CONFIRMATIONS, within=unit)
    return Panel(
        unit=unit,
        guideline=guideline,
        cell=matrix.cell(shown, guideline.id, unit.id, day),
        edition=shown.row.edition if shown else None,
        children=coverage_pages.below(seen, unit, guideline, asked),
        events=coverage_pages.events(story, unit, above, as_of=day, with_answers=may_see_answers),
        contacts=[coverage_pages.contact_view(found) for found in contacts],
        day=day,
        unit_page=url_for(".unit", code=unit.code),
        back=asked.query(),
    )
