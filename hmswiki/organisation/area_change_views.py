"""What is done to an area: added, edited, closed, given to a unit, given an owner or a deputy."""

from collections.abc import Callable, Sequence

from flask import request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Permission, Places
from hmswiki.organisation import area_operations, area_queries, queries, register
from hmswiki.organisation.area_forms import AppointForm, AreaFactsForm, CloseAreaForm, GiveForm, NewAreaForm
from hmswiki.organisation.area_operations import NOWHERE
from hmswiki.organisation.area_views import area_crumbs, blueprint
from hmswiki.organisation.forms import RegisterForm, unit_choices
from hmswiki.organisation.models import Area, AreaDuty, AreaKind, AreaPart
from hmswiki.organisation.views import ActionPage, Crumb, answer
from hmswiki.web.access import access, authorise
from hmswiki.web.context import known_actor, read_session, today
from hmswiki.web.words import _, wording
from hmswiki.web.words import day as in_words


@blueprint.route("/new-area", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def new_area() -> Response:
    """A new area, in the one that `?parent=` names."""
    session = read_session()
    inside = request.args.get("parent", "")
    authorise(Permission.MANAGE_AREAS, within=_places(session, inside) if inside else NOWHERE)
    form = NewAreaForm(data={"parent": inside, "opened": today(), "kind": _likely_kind(session, inside)})
    then = url_for(".area", code=form.code.data or "-")

    def act(session: Session) -> str:
        parent = _parent(session, form.parent.data)
        made = area_operations.open_area(
            session, form.code.data, name=form.name, kind=AreaKind(form.kind.data), parent=parent,
            opened=form.opened.data, position=form.place, by=known_actor(), at=clock.now(),
        )  # fmt: skip
        return _("%(area)s is added. Now say whose it is and who looks after it.", area=wording(made.name))

    def show() -> ActionPage:
        above = area_queries.area(read_session(), inside) if inside else None
        title = _("A new area in %(area)s", area=wording(above.name)) if above is not None else _("A new building")
        back = url_for(".area", code=inside) if inside else url_for(".index")
        return ActionPage(title, _("Add the area"), form, _crumbs_of(inside) if inside else area_crumbs(), back)

    return _answer(form, then=then, act=act, show=show)


def _likely_kind(session: Session, inside: str) -> str:
    if not inside:
        return AreaKind.BUILDING
    kind = area_queries.area(session, inside).kind
    return AreaKind.FLOOR if kind == AreaKind.BUILDING else AreaKind.ROOM


def _parent(session: Session, code: str) -> Area | None:
    return area_queries.area_meant(session, code, field="parent") if code else None


@blueprint.route("/areas/<path:code>/edit", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def edit_area(code: str) -> Response:
    """Put an area's name, kind and place right."""
    found = _managed(code)
    form = AreaFactsForm(data=AreaFactsForm.of_area(found))

    def act(session: Session) -> str:
        current = area_queries.area(session, code)
        # A name that stands once for every language stays so as long as it is the only one.
        name = current.name if form.name == {"nb": current.name} else form.name
        changed = area_operations.edit_area(
            session, current, name=name, kind=AreaKind(form.kind.data), position=form.place,
            by=known_actor(), today=today(), at=clock.now(),
        )  # fmt: skip
        if not changed:
            return _("Everything is as it was: there was nothing to save.")
        return _("%(area)s is changed.", area=wording(current.name))

    def show() -> ActionPage:
        return _page(code, _("Edit the area"), _("Save"), form, lead=_("Code, place in the tree and dates stay."))

    return _answer(form, then=url_for(".area", code=code), act=act, show=show)


@blueprint.route("/areas/<path:code>/close", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def close_area(code: str) -> Response:
    """Set the day from which an area is no more."""
    _managed(code)
    form = CloseAreaForm()

    def act(session: Session) -> str:
        current = area_queries.area(session, code)
        area_operations.close_area(
            session, current, closed=form.closed.data, by=known_actor(), today=today(), at=clock.now()
        )
        return _("%(area)s closes on %(day)s.", area=wording(current.name), day=in_words(form.closed.data))

    def show() -> ActionPage:
        current = area_queries.area(read_session(), code)
        return _page(
            code, _("Close %(area)s", area=wording(current.name)), _("Close the area"), form, danger=True,
            lead=_("An area's closing is set once and cannot be changed. Everything recorded stays."),
            notices=[_("Owner, deputies and units end with it. What lies in it must be closed first.")],
        )  # fmt: skip

    return _answer(form, then=url_for(".area", code=code), act=act, show=show)


@blueprint.route("/areas/<path:code>/give", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def give_area(code: str) -> Response:
    """Give an area to a unit, beside those that share it."""
    _managed(code)
    form = GiveForm(data={"starts_on": today()})
    form.unit.choices = unit_choices(register.all_units(read_session()), today())

    def act(session: Session) -> str:
        current, unit = area_queries.area(session, code), queries.unit(session, form.unit.data)
        area_operations.give_area(
            session, current, unit, starts_on=form.starts_on.data, ends_on=form.ends_on.data,
            by=known_actor(), today=today(), at=clock.now(),
        )  # fmt: skip
        return _(
            "%(area)s belongs to %(unit)s from %(day)s.",
            area=wording(current.name), unit=wording(unit.name), day=in_words(form.starts_on.data),
        )  # fmt: skip

    def show() -> ActionPage:
        current = area_queries.area(read_session(), code)
        return _page(
            code, _("Give %(area)s to a unit", area=wording(current.name)), _("Give it to the unit"), form,
            lead=_("Several units may share an area. To move it, end what it belongs to now as well."),
        )  # fmt: skip

    return _answer(form, then=url_for(".area", code=code), act=act, show=show)


@blueprint.route("/areas/<path:code>/appoint-owner", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def appoint_owner(code: str) -> Response:
    """Make somebody the area's owner; `?after=` is the period that ends when the new one begins."""
    return _appoint(code, AreaPart.OWNER)


@blueprint.route("/areas/<path:code>/appoint-deputy", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def appoint_deputy(code: str) -> Response:
    """Make somebody the owner's deputy."""
    return _appoint(code, AreaPart.DEPUTY)


def _appoint(code: str, part: AreaPart) -> Response:
    _managed(code)
    form = AppointForm(data={"starts_on": today()})
    is_owner = part == AreaPart.OWNER
    after = request.args.get("after", type=int) if is_owner else None

    def act(session: Session) -> str:
        current = area_queries.area(session, code)
        person = register.person_meant(session, form.person.data, field="person")
        area_operations.appoint(
            session, current, person, part, starts_on=form.starts_on.data, ends_on=form.ends_on.data,
            after=_before(session, after, current), by=known_actor(), today=today(), at=clock.now(),
        )  # fmt: skip
        said = (
            _("%(person)s is owner of %(area)s from %(day)s.")
            if is_owner
            else _("%(person)s is deputy for %(area)s from %(day)s.")
        )
        return said % {
            "person": person.name, "area": wording(current.name), "day": in_words(form.starts_on.data)
        }  # fmt: skip

    def show() -> ActionPage:
        session = read_session()
        current = area_queries.area(session, code)
        name = wording(current.name)
        before = _before(session, after, current)
        notices = [
            _("%(person)s is owner now. That period ends on the day the new one begins.", person=before.person.name)
        ] if before is not None else []  # fmt: skip
        title = (
            _("Appoint an owner of %(area)s", area=name) if is_owner else _("Appoint a deputy for %(area)s", area=name)
        )
        return _page(
            code, title, _("Appoint"), form, notices=notices,
            lead=_("The owner does the rounds here and answers for what they find. An area has one at a time.")
            if is_owner
            else _("A deputy may do all that the owner may. There may be several."),
        )  # fmt: skip

    return _answer(form, then=url_for(".area", code=code), act=act, show=show)


def _before(session: Session, id: int | None, area: Area) -> AreaDuty | None:
    """The owner's period that the new one follows, if it is this area's and still stands."""
    if id is None or not 0 < id < 2**31:
        return None
    found = session.get(AreaDuty, id)
    if found is None or found.area_id != area.id or found.part != AreaPart.OWNER:
        return None
    return found


# --- what they share -------------------------------------------------------------------------------------


def _places(session: Session, code: str) -> Places:
    found = area_queries.area(session, code)
    return area_queries.places_of(session, [found.id], day=today(), known_at=clock.now())[found.id]


def _managed(code: str) -> Area:
    """The area, for somebody who may change it. The operation asks once more, in its transaction."""
    session = read_session()
    found = area_queries.area(session, code)
    authorise(Permission.MANAGE_AREAS, within=_places(session, code))
    return found


def _crumbs_of(code: str) -> list[Crumb]:
    session = read_session()
    found = area_queries.area(session, code)
    return area_crumbs(above=[*area_queries.above(session, found), found])


def _page(
    code: str,
    title: str,
    submit: str,
    form: RegisterForm,
    *,
    lead: str = "",
    notices: Sequence[str] = (),
    danger: bool = False,
) -> ActionPage:
    return ActionPage(
        title, submit, form, _crumbs_of(code), url_for(".area", code=code), lead=lead, notices=notices, danger=danger
    )


def _answer(
    form: RegisterForm, *, then: str, act: Callable[[Session], str], show: Callable[[], ActionPage]
) -> Response:
    return answer(form, then=then, act=act, show=show, permission=Permission.MANAGE_AREAS)
