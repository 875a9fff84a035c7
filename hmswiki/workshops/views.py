"""Pages where workshops are found: all of them, and one with its programme and the ways that lead on from it."""

from flask import render_template

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation.register import Page
from hmswiki.organisation.views import pager
from hmswiki.web.access import access, allowed, authorise
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import actor, known_actor, read_session
from hmswiki.web.page import in_section
from hmswiki.web.parsing import page_number
from hmswiki.workshops import plan_queries, queries, workshop_pages
from hmswiki.workshops.workshop_pages import IndexPage

blueprint = FeatureBlueprint("workshops", __name__)

SECTION = "workshops.index"
PAGE_SIZE = 20


@blueprint.get("/workshops")
@access(Permission.SEE_WORKSHOPS)
def index() -> str:
    """All workshops, the coming ones first."""
    session, who, now, number = read_session(), known_actor(), clock.now(), page_number()
    past, total = plan_queries.over(session, now=now, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    if number > 1 and not past:
        raise NotFound(N_("There are not so many pages. Go back to the first."))
    page = IndexPage(
        coming=workshop_pages.rows_of(session, plan_queries.coming(session, now=now), who, now=now),
        over=workshop_pages.rows_of(session, past, who, now=now),
        total_over=total,
        pager=pager(Page(past, number, total, PAGE_SIZE), ".index"),
        may_make=allowed(Permission.MANAGE_WORKSHOPS),
    )
    return render_template("hmswiki/workshops/index.html", page=page)


@blueprint.get("/workshops/<key>")
@access(Permission.FOLLOW_WORKSHOP)
def show(key: str) -> str:
    """One workshop: when and where, what to read before, the programme, the tasks and the groups."""
    in_section(SECTION)
    session = read_session()
    workshop = queries.workshop(session, key)
    authorise(Permission.FOLLOW_WORKSHOP, within=workshop.meeting)
    page = workshop_pages.workshop_page(session, workshop, actor(), now=clock.now())
    return render_template("hmswiki/workshops/show.html", page=page)
