"""Pages over many rounds: campaigns, and areas by months."""

from datetime import date
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from hmswiki.checklists import queries as checklist_queries
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest, NotFound
from hmswiki.foundation.periods import add_months
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation.register import Page
from hmswiki.organisation.views import pager
from hmswiki.rounds import area_months, campaigns
from hmswiki.rounds.overview_pages import AreaMonthsPage, CampaignPage, CampaignsPage, occurrence_in_words, summary_line
from hmswiki.rounds.views import MENU, blueprint
from hmswiki.schedules import queries as schedule_queries
from hmswiki.schedules.models import Audience, ScheduleRecord
from hmswiki.schedules.recurrence import current
from hmswiki.schedules.terms import EVENT, recurrence_of
from hmswiki.web import exports, parsing
from hmswiki.web.access import access, allowed
from hmswiki.web.context import known_actor, read_session, today
from hmswiki.web.page import in_section
from hmswiki.web.words import _, current_language, wording

MONTHS_BACK = 14
"""How long a campaign stands on the list after it was over."""


@blueprint.get("/campaigns")
@access(Permission.SEE_CAMPAIGNS)
def campaign_list() -> str:
    """What is asked of many, and how many have delivered."""
    in_section(MENU)
    session, now = read_session(), clock.now()
    schedules = schedule_queries.every_schedule(session, known_at=now)
    since = add_months(today(), -MONTHS_BACK)
    units = [one for one in schedules if one.audience != Audience.AREAS]
    found = campaigns.summaries(session, units, known_actor(), today=today(), known_at=now, since=since)
    titles = {one.checklist_id: one.title for one in checklist_queries.all_current(session, today())}
    page = CampaignsPage(
        lines=[summary_line(one, today()) for one in found],
        by_areas=[
            (wording(titles.get(one.checklist_id, one.checklist.key)), one.key)
            for one in schedules
            if one.audience == Audience.AREAS
        ],
    )
    return render_template("hmswiki/rounds/campaigns.html", page=page)


def _schedule(key: str) -> ScheduleRecord:
    found = schedule_queries.schedule(read_session(), key)
    if found.withdrawn_at is not None:
        raise NotFound(N_("This schedule was withdrawn: it asked nobody."))
    return found


@blueprint.get("/campaigns/<key>/<occurrence>")
@access(Permission.SEE_CAMPAIGNS)
def campaign(key: str, occurrence: str) -> str:
    """Who has delivered, who not, and what they answered together."""
    in_section(MENU)
    session = read_session()
    seen, title = _campaign(key, occurrence)
    page = CampaignPage(seen, campaigns.results(session, seen, today=today()), title)
    return render_template("hmswiki/rounds/campaign.html", page=page, has_xlsx=exports.has_xlsx())


def _campaign(key: str, occurrence: str) -> tuple[campaigns.Campaign, Any]:
    found = _schedule(key)
    seen = campaigns.campaign(read_session(), found, occurrence, known_actor(), today=today(), known_at=clock.now())
    return seen, seen.dues[0].title


@blueprint.get("/campaigns/<key>/<occurrence>.<any(csv, xlsx):form>")
@access(Permission.SEE_CAMPAIGNS)
def campaign_file(key: str, occurrence: str, form: str) -> Response:
    """All answers as rows, in the reader's language."""
    seen = _campaign(key, occurrence)[0]
    rows = campaigns.rows(read_session(), seen, language=current_language())
    name = f"{seen.schedule.checklist.key}-{seen.occurrence.key}-{today():%Y-%m-%d}"
    if form == "xlsx":
        return exports.xlsx_response(f"{name}.xlsx", campaigns.COLUMNS, rows, sheet=seen.schedule.checklist.key)
    return exports.csv_response(f"{name}.csv", campaigns.COLUMNS, rows)


@blueprint.get("/rounds/by-area/<key>")
@access(Permission.SEE_CAMPAIGNS)
def by_area(key: str) -> str:
    """Areas by the occurrences of a year, fifty areas a page."""
    in_section(MENU)
    found = _schedule(key)
    if found.audience != Audience.AREAS:
        raise NotFound(N_("This schedule asks no areas. Its campaigns are on a page of their own."))
    year = _year()
    shown = area_months.area_months(
        read_session(), found, known_actor(), year=year, page=parsing.page_number(), today=today(),
        known_at=clock.now(),
    )  # fmt: skip
    edition = checklist_queries.edition_on(read_session(), found.checklist_id, today())
    years = range(today().year, min(found.starts_on.year, today().year) - 1, -1)
    pages = pager(Page(shown.rows, shown.page, shown.total, area_months.PAGE), ".by_area", key=key, year=year)
    page = AreaMonthsPage(shown, edition.title if edition else found.checklist.key, list(years), pages)
    return render_template("hmswiki/rounds/by_area.html", page=page)


def _year() -> int:
    text = request.args.get("year", "") or str(today().year)
    if not text.isascii() or not text.isdigit() or not 1950 <= int(text) <= 9000:
        raise BadRequest(N_("year is “%(text)s”. Write it with four digits: 2026."), text=text[:60])
    return date(int(text), 1, 1).year


def schedule_panel(*, schedule: ScheduleRecord, **context: Any) -> Markup | None:
    """On a schedule's page: the way to how its rounds stand, for those who may see it."""
    if not allowed(Permission.SEE_CAMPAIGNS) or schedule.withdrawn_at is not None:
        return None
    if schedule.audience == Audience.AREAS:
        href, words = url_for("hmswiki.rounds.by_area", key=schedule.key), _("Areas by months")
    else:
        running = current(recurrence_of(schedule), today()) if schedule.every != EVENT else None
        if running is None:
            href, words = url_for("hmswiki.rounds.campaign_list"), _("How the rounds stand")
        else:
            href = url_for("hmswiki.rounds.campaign", key=schedule.key, occurrence=running.key)
            words = _("Who has delivered: %(when)s", when=occurrence_in_words(running))
    return Markup(render_template("hmswiki/rounds/_schedule.html", href=href, words=words))
