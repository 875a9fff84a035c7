"""Pages of areas: all of them, one, its history, and the sheet for its door."""

from collections.abc import Sequence
from datetime import date

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.foundation.errors import NotFound
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation import area_pages, area_queries, area_register, queries, register
from hmswiki.organisation.area_forms import kind_name, kind_names
from hmswiki.organisation.area_pages import AreaPage, AreasPage
from hmswiki.organisation.area_register import AreaLine, Wish
from hmswiki.organisation.area_rules import Lack
from hmswiki.organisation.models import Area, AreaKind, Person, Unit
from hmswiki.organisation.views import Crumb, pager
from hmswiki.web.access import access, allowed, authorise
from hmswiki.web.addresses import absolute
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import known_actor, read_session, settings, today
from hmswiki.web.page import in_section
from hmswiki.web.parsing import as_of, page_number
from hmswiki.web.qr import qr_code
from hmswiki.web.words import _, wording

blueprint = FeatureBlueprint("areas", __name__)

SHOWN_EVENTS = 10
"""So many events stand on the page itself; a link leads to all."""


@blueprint.get("/areas")
@access(Permission.SEE_AREAS)
def index() -> str:
    """All areas as a tree; or a list of those that are searched for."""
    in_section("organisation.index")
    session, day = read_session(), as_of()
    lines = area_register.overview(session, day=day, known_at=clock.now())
    wish = _wish(session)
    of_unit = area_register.narrowed(lines, Wish(unit=wish.unit))
    there = [line for line in lines if line.state != "closed"]
    found = _page_of(area_register.narrowed(lines, wish)) if wish else None
    page = AreasPage(
        day=day, count=area_register.count(of_unit), wish=wish,
        units=area_pages.units_of_lines(lines, register.all_units(session)),
        tree=None if wish else area_pages.tree_of(there), found=found,
        pager=pager(found, ".index", **_kept()) if found is not None else None,
        closed=len(lines) - len(there), total=len(lines),
    )  # fmt: skip
    return render_template(
        "hmswiki/organisation/areas.html", page=page, lacks=lack_names(), kinds=kind_names(),
        kind_name=kind_name,
    )  # fmt: skip


def lack_names() -> dict[str, str]:
    """What areas may lack, as a choice."""
    return {
        "any": _("Anything vacant"),
        Lack.OWNER: _("No owner"),
        Lack.OWNER_SOON: _("The owner's period ends within 30 days"),
        Lack.DEPUTY: _("No deputy"),
        Lack.UNIT: _("Belongs to nobody"),
    }


def _wish(session: Session) -> Wish:
    """What is searched for. An unknown kind or lack is as none; an unknown unit is not found."""
    vacant, kind = request.args.get("vacant", ""), request.args.get("kind", "")
    code = request.args.get("unit", "")
    return Wish(
        text=" ".join(request.args.get("q", "").replace("\0", " ").split())[:100],
        unit=queries.unit(session, code) if code else None,
        kind=AreaKind(kind) if kind in list(AreaKind) else None,
        lack=Lack(vacant) if vacant in list(Lack) else None,
        any_lack=vacant == "any",
        closed=request.args.get("closed") == "1",
    )


def _kept() -> dict[str, str | None]:
    return {name: request.args.get(name) or None for name in ("q", "unit", "kind", "vacant", "closed", "as_of")}


def _page_of(lines: Sequence[AreaLine]) -> register.Page[AreaLine]:
    number, size = page_number(), register.PAGE_SIZE
    if number > 1 and (number - 1) * size >= len(lines):
        raise NotFound(register.NOT_SO_MANY_PAGES)
    return register.Page(lines[(number - 1) * size : number * size], number, len(lines), size)


@blueprint.get("/areas/<path:code>")
@access(Permission.SEE_AREAS)
def area(code: str) -> str:
    """An area on a day: where it lies, whose it is, who looks after it, what lies in it."""
    in_section("organisation.index")
    session, day = read_session(), as_of()
    found = area_queries.area(session, code)
    return render_template(
        "hmswiki/organisation/area.html", page=_area_page(session, found, day), area=found, kind_name=kind_name,
        belongs_in_words=area_pages.belongs_in_words,
    )  # fmt: skip


def _area_page(session: Session, found: Area, day: date) -> AreaPage:
    known = clock.now()
    line, inside = area_register.line_of(session, found, day=day, known_at=known)
    there = [one for one in inside if one.state != "closed"]
    # Who may change it is decided by whose it is today, whatever day is looked at.
    places = area_queries.places_of(session, [found.id], day=today(), known_at=known)[found.id]
    sees_history = allowed(Permission.MANAGE_AREAS, within=places) or allowed(Permission.SEE_ORGANISATION)
    return AreaPage(
        day=day, line=line, beneath=area_pages.tree_of(there), inside=len(there),
        belongings=area_register.belongings_of(session, found, known_at=known),
        duties=area_register.duties_of(session, found, known_at=known),
        successors=area_register.successors_of(session, line.belonging.closed),
        said_by=next((wording(one.name) for one in line.above if one.id == line.belonging.said_by), ""),
        places=places,
        events=area_register.events_of(session, found, size=SHOWN_EVENTS) if sees_history else None,
        crumbs=area_crumbs(above=line.above),
    )  # fmt: skip


@blueprint.get("/areas/<path:code>/history")
@access(Permission.SEE_AREAS)
def history(code: str) -> str:
    """All that was recorded and withdrawn of an area."""
    in_section("organisation.index")
    session = read_session()
    found = area_queries.area(session, code)
    if not allowed(Permission.SEE_ORGANISATION):
        places = area_queries.places_of(session, [found.id], day=today(), known_at=clock.now())
        authorise(Permission.MANAGE_AREAS, within=places[found.id])
    events = area_register.events_of(session, found, number=page_number())
    return render_template(
        "hmswiki/organisation/area_history.html",
        name=wording(found.name), events=events, pager=pager(events, ".history", code=code), kind_name=kind_name,
        crumbs=area_crumbs(above=[*area_queries.above(session, found), found]),
    )  # fmt: skip


@blueprint.get("/areas/<path:code>/door")
@access(Permission.SEE_AREAS)
def door(code: str) -> str:
    """A sheet for the door: the area's name and code, and the way to its page as a QR code."""
    in_section("organisation.index")
    session = read_session()
    found = area_queries.area(session, code)
    # On paper the address lasts: where the site has been told none, that of this visit is better than none.
    address = absolute("areas.area", base=settings().base_url or request.url_root, code=code)
    people = area_queries.people_of(session, [found.id], day=today(), known_at=clock.now())[found.id]
    units = area_queries.units_of(session, [found.id], day=today(), known_at=clock.now())[found.id]
    return render_template(
        "hmswiki/organisation/area_door.html", area=found, kind=kind_name(found.kind), address=address,
        code_picture=qr_code(address), people=people, units=units, above=area_queries.above(session, found),
        crumbs=area_crumbs(above=[*area_queries.above(session, found), found]),
    )  # fmt: skip


# --- what its other pages share, and what stands on others' pages ----------------------------------------


def area_crumbs(*more: Crumb, above: Sequence[Area] = ()) -> list[Crumb]:
    """The way from all areas down to one."""
    areas = [Crumb(wording(area.name), url_for("hmswiki.areas.area", code=area.code)) for area in above]
    return [Crumb(_("Areas"), url_for("hmswiki.areas.index")), *areas, *more]


def looked_after_by(person: Person) -> str | None:
    """Panel `person`: the areas that somebody is owner or deputy of."""
    return _looked_after(person.id, own=False)


def my_areas() -> str | None:
    """Panel `home.aside`: the areas that the reader looks after."""
    return _looked_after(known_actor().person_id, own=True) if known_actor().has_duty() else None


def of_unit(unit: Unit) -> str:
    """Panel `unit.aside`: the way to the unit's areas."""
    return render_template("hmswiki/organisation/_areas_of_unit.html", unit=unit)


def _looked_after(person_id: int, *, own: bool) -> str | None:
    areas = area_register.areas_looked_after(read_session(), person_id, day=today(), known_at=clock.now())
    if not areas:
        return None
    return render_template("hmswiki/organisation/_looked_after.html", areas=areas, own=own)
