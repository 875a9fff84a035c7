"""The reader's own rounds, their calendar, and what is shown of it on others' pages."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response as FlaskResponse
from flask import g, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.language import DEFAULT_LANGUAGE, LANGUAGES
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines.models import Guideline
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Unit
from hmswiki.rounds import calendar, due, due_pages, queries, signing
from hmswiki.rounds.due import Due
from hmswiki.rounds.forms import PlainForm
from hmswiki.rounds.models import Round
from hmswiki.rounds.views import MENU, blueprint
from hmswiki.rounds.wordings import place_of
from hmswiki.schedules.recurrence import Standing
from hmswiki.web.access import access, allowed
from hmswiki.web.addresses import absolute
from hmswiki.web.context import actor, known_actor, read_session, settings, today, transaction
from hmswiki.web.ical import calendar as as_calendar
from hmswiki.web.page import in_section
from hmswiki.web.words import _, speaking


@blueprint.get("/rounds/due")
@access(Permission.SIGNED_IN)
def due_rounds() -> str:
    """What waits for me, what comes, and the calendar."""
    return _page()


def _page(new_address: str = "") -> str:
    in_section(MENU)
    session = read_session()
    standing = calendar.standing_address(session, known_actor().person_id)
    page = due_pages.page(_mine(), has_calendar=standing is not None, new_address=new_address)
    return render_template("hmswiki/rounds/due.html", page=page, form=PlainForm())


def _mine() -> list[Due]:
    """Read once for the page."""
    kept: list[Due] | None = g.get("hmswiki_my_rounds")
    if kept is None:
        found = due.of_person(read_session(), known_actor(), today=today(), known_at=clock.now())
        kept = g.hmswiki_my_rounds = found
    return kept


def _to_sign() -> Sequence[Round]:
    """Read once for the page."""
    kept: Sequence[Round] | None = g.get("hmswiki_rounds_to_sign")
    if kept is None:
        kept = g.hmswiki_rounds_to_sign = signing.waiting(read_session(), known_actor(), today=today())
    return kept


# --- The calendar -------------------------------------------------------------------------------------------


@blueprint.post("/rounds/due/calendar")
@access(Permission.SIGNED_IN)
def make_calendar() -> Response | str:
    """Make a secret address, and show it this once."""
    form = PlainForm()
    with transaction(form.submission_id, then=url_for(".due_rounds")) as session:
        token = calendar.make_address(session, by=known_actor(), at=clock.now())
    return _page(absolute("rounds.calendar_feed", base=settings().base_url or request.url_root, token=token))


@blueprint.post("/rounds/due/calendar/end")
@access(Permission.SIGNED_IN)
def end_calendar() -> Response:
    """The address leads nowhere from now on."""
    form, then = PlainForm(), url_for(".due_rounds", _anchor="calendar")
    with transaction(form.submission_id, then=then) as session:
        calendar.end_address(session, by=known_actor(), at=clock.now())
    return redirect(then, 303)


@blueprint.get("/calendar/<token>.ics")
@access(Permission.ANYONE)
def calendar_feed(token: str) -> FlaskResponse:
    """The rounds of whoever has the address: calendar programs cannot sign in."""
    session = read_session()
    person = calendar.owner_of(session, token)
    who = organisation.actor(session, person.external_key, today())
    language = person.language if person.language in LANGUAGES else DEFAULT_LANGUAGE
    with speaking(language):
        events = calendar.events(session, who, today=today(), known_at=clock.now()) if who is not None else []
        text = as_calendar(_("Rounds in %(site)s", site=settings().site_name), events, product=settings().site_name)
    response = FlaskResponse(text, content_type="text/calendar; charset=utf-8")
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


# --- On others' pages ---------------------------------------------------------------------------------------


def count_mine(**context: Any) -> int:
    """How many rounds wait for the reader, to be done or to be signed."""
    return sum(one.waits for one in _mine()) + len(_to_sign()) if actor() is not None else 0


def home(*, today: date, **context: Any) -> Markup | None:
    """My rounds that wait, on Min side, and those that wait for my signature."""
    waiting = [one for one in _mine() if one.waits]
    to_sign = _to_sign()
    if not (waiting or to_sign):
        return None
    rows = [due_pages.row(one) for one in waiting]
    return Markup(render_template("hmswiki/rounds/_home.html", rows=rows, to_sign=to_sign, place_of=place_of))


def overview(**context: Any) -> Markup | None:
    """Beside the list of checklists: the ways to rounds, schedules and areas."""
    if actor() is None:
        return None
    waiting = [one for one in _mine() if one.waits]
    overdue = sum(one.standing is Standing.OVERDUE for one in waiting)
    return Markup(
        render_template(
            "hmswiki/rounds/_overview.html", headline=due_pages.headline(len(waiting), overdue),
            may_see_campaigns=allowed(Permission.SEE_CAMPAIGNS),
        )
    )  # fmt: skip


def guideline_aside(*, guideline: Guideline, **context: Any) -> Markup | None:
    """When the guideline's checklists are due for me, and how my unit stands with them."""
    who = actor()
    if who is None:
        return None
    slug = guideline.slug
    mine = [one for one in _mine() if slug in one.guidelines and not one.is_over]
    unit = [one for one in _of_my_unit() if slug in one.guidelines and one.key not in {mine_.key for mine_ in mine}]
    if not mine and not unit:
        return None
    return Markup(
        render_template(
            "hmswiki/rounds/_guideline.html", mine=[due_pages.row(one) for one in mine],
            unit=[due_pages.row(one) for one in unit],
        )
    )  # fmt: skip


def unit_aside(*, unit: Unit, **context: Any) -> Markup | None:
    """On a unit's page: how it stands with its rounds, and how many deviations are still so."""
    if not allowed(Permission.SEE_ROUNDS, within=unit):
        return None
    findings = queries.count_open_findings(read_session(), unit)
    rows = [due_pages.row(one) for one in _of_unit(unit)]
    if not rows and not findings:
        return None
    return Markup(render_template("hmswiki/rounds/_unit.html", unit=unit, rows=rows, findings=findings))


def _of_my_unit() -> list[Due]:
    """How the reader's own unit stands."""
    who = known_actor()
    if who.unit_id is None:
        return []
    return _of_unit(organisation.units_by_id(read_session(), [who.unit_id])[who.unit_id])


def _of_unit(unit: Unit) -> list[Due]:
    """What waits, else what is over, else what comes, of each schedule that asks the unit itself."""
    found: dict[int, Due] = {}
    for one in due.of_units(read_session(), [unit], today=today(), known_at=clock.now()):
        kept = found.get(one.schedule.id)
        if kept is None or (one.waits and not kept.waits) or (kept.is_coming and not one.is_coming):
            found[one.schedule.id] = one
    return list(found.values())
