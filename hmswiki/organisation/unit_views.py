"""Pages of one unit, and what is done to it."""

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Permission, Role
from hmswiki.organisation import history, operations, queries, register, units
from hmswiki.organisation.forms import (
    CloseUnitForm,
    EmployInForm,
    NewUnitForm,
    RoleInForm,
    UnitFactsForm,
    unit_choices,
)
from hmswiki.organisation.models import Unit
from hmswiki.organisation.views import ActionPage, Crumb, answer, blueprint, crumbs, in_running_text, pager
from hmswiki.web.access import access
from hmswiki.web.context import known_actor, read_session, today
from hmswiki.web.page import in_section, role_name
from hmswiki.web.parsing import as_of, page_number
from hmswiki.web.words import _, wording

SHOWN_EVENTS = 10
"""So many events stand on the page itself; a link leads to all."""


@blueprint.get("/units/<path:code>")
@access(Permission.SEE_ORGANISATION)
def unit(code: str) -> str:
    """A unit on a day: its facts, who holds its roles, who works there, what was changed."""
    in_section("organisation.index")
    session, day, known = read_session(), as_of(), clock.now()
    found = queries.unit(session, code)
    around = register.around(session, found)
    roles = register.roles_in(session, found, known_at=known)
    held = {line.role for line in roles if line.state_on(day) == "holds"}
    state = register.state_on(found, day)
    page = register.employees(session, found, day=day, known_at=known, number=page_number())
    return render_template(
        "hmswiki/organisation/unit.html",
        unit=found,
        day=day,
        state=state,
        around=around,
        vacant=[role for role in register.KEY_ROLES if role not in held] if state == "open" else [],
        roles=[line for line in roles if line.state_on(day) != "ended"],
        past_roles=[line for line in roles if line.state_on(day) == "ended"],
        page=page,
        pager=pager(page, ".unit", code=code, as_of=request.args.get("as_of") or None),
        events=history.events_of(session, found, size=SHOWN_EVENTS),
        crumbs=crumbs(above=around.above),
        in_running_text=in_running_text,
    )


@blueprint.get("/units/<path:code>/history")
@access(Permission.SEE_ORGANISATION)
def unit_history(code: str) -> str:
    """All that was recorded and withdrawn of a unit."""
    in_section("organisation.index")
    session = read_session()
    found = queries.unit(session, code)
    events = history.events_of(session, found, number=page_number())
    return render_template(
        "hmswiki/organisation/history.html",
        name=wording(found.name), of_unit=True, events=events, pager=pager(events, ".unit_history", code=code),
        crumbs=crumbs(above=[*register.around(session, found).above, found]),
    )  # fmt: skip


@blueprint.route("/new-unit", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def new_unit() -> Response:
    """A new unit, beneath the one that `?parent=` names."""
    session = read_session()
    form = NewUnitForm(data={"parent": request.args.get("parent", ""), "opened": today()})
    form.parent.choices = unit_choices(register.all_units(session), today(), top=_("No unit: it stands at the top"))
    then = url_for(".unit", code=form.code.data or "")

    def act(session: Session) -> str:
        above = queries.unit(session, form.parent.data) if form.parent.data else None
        made = units.open_unit(
            session, form.code.data, name=form.name, parent=above, opened=form.opened.data,
            kind=form.kind.data or None, position=form.place, by=known_actor(), at=clock.now(),
        )  # fmt: skip
        return _("%(unit)s is in the register.", unit=wording(made.name))

    def show() -> ActionPage:
        return ActionPage(
            _("A new unit"), _("Add the unit"), form, crumbs(), url_for(".index"),
            lead=_("A reorganisation closes units and opens others. No unit moves, so old numbers stay true."),
        )  # fmt: skip

    return answer(form, then=then, act=act, show=show)


@blueprint.route("/units/<path:code>/edit", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def edit_unit(code: str) -> Response:
    """Put a unit's name, kind and place right."""
    found = queries.unit(read_session(), code)
    form = UnitFactsForm(data=UnitFactsForm.of(found))

    def act(session: Session) -> str:
        current = queries.unit(session, code)
        # A name that stands once for every language stays so as long as it is the only one.
        name = current.name if form.name == {"nb": current.name} else form.name
        changed = units.edit_unit(
            session, current, name=name, kind=form.kind.data or None, position=form.place,
            by=known_actor(), at=clock.now(),
        )  # fmt: skip
        if not changed:
            return _("Everything is as it was: there was nothing to save.")
        return _("%(unit)s is changed.", unit=wording(current.name))

    def show() -> ActionPage:
        return ActionPage(
            _("Edit the unit"), _("Save"), form, _unit_crumbs(code), url_for(".unit", code=code),
            lead=_("Code, parent and dates stay as they are."),
        )  # fmt: skip

    return answer(form, then=url_for(".unit", code=code), act=act, show=show)


@blueprint.route("/units/<path:code>/close", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def close_unit(code: str) -> Response:
    """Set the day from which a unit is no more, and name its successors."""
    queries.unit(read_session(), code)
    form = CloseUnitForm()

    def act(session: Session) -> str:
        current = queries.unit(session, code)
        successors = units.units_by_code(session, units.read_codes(form.successors.data), field="successors")
        units.close_unit(
            session, current, closed=form.closed.data, successors=successors, by=known_actor(), at=clock.now()
        )
        return _("%(unit)s closes. Nothing of it is deleted.", unit=wording(current.name))

    def show() -> ActionPage:
        session = read_session()
        current = queries.unit(session, code)
        employments, roles = register.running_past(session, current, form.closed.data or today(), known_at=clock.now())
        return ActionPage(
            _("Close %(unit)s", unit=wording(current.name)), _("Close the unit"), form,
            _unit_crumbs(code), url_for(".unit", code=code),
            lead=_("A unit's closing is set once and cannot be changed. Everything recorded stays."),
            employments=employments, roles=roles, danger=True,
        )  # fmt: skip

    return answer(form, then=url_for(".unit", code=code), act=act, show=show)


@blueprint.route("/units/<path:code>/employ", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def employ_in(code: str) -> Response:
    """Employ somebody in the unit."""
    found = queries.unit(read_session(), code)
    form = EmployInForm(data={"person": request.args.get("person", ""), "starts_on": max(today(), found.opened)})

    def act(session: Session) -> str:
        person = register.person_meant(session, form.person.data, field="person")
        current = queries.unit(session, code)
        operations.employ(
            session, person, current, starts_on=form.starts_on.data, ends_on=form.ends_on.data,
            by=known_actor(), at=clock.now(),
        )  # fmt: skip
        return _("%(person)s is employed in %(unit)s.", person=person.name, unit=wording(current.name))

    def show() -> ActionPage:
        current = queries.unit(read_session(), code)
        return ActionPage(
            _("Employ in %(unit)s", unit=wording(current.name)), _("Employ"), form,
            _unit_crumbs(code), url_for(".unit", code=code),
            lead=_("Somebody who comes from another unit is moved on their own page instead."),
        )  # fmt: skip

    return answer(form, then=url_for(".unit", code=code), act=act, show=show)


@blueprint.route("/units/<path:code>/give-role", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def give_role_in(code: str) -> Response:
    """Give somebody a role in the unit; `?role=` chooses it beforehand."""
    found = queries.unit(read_session(), code)
    form = RoleInForm(data={"role": request.args.get("role", ""), "starts_on": max(today(), found.opened)})

    def act(session: Session) -> str:
        person = register.person_meant(session, form.person.data, field="person")
        current = queries.unit(session, code)
        role = Role(form.role.data)
        operations.give_role(
            session, person, role, current, starts_on=form.starts_on.data, ends_on=form.ends_on.data,
            by=known_actor(), at=clock.now(),
        )  # fmt: skip
        return _(
            "%(person)s: %(role)s in %(unit)s.",
            person=person.name, role=role_name(role), unit=wording(current.name),
        )  # fmt: skip

    def show() -> ActionPage:
        current = queries.unit(read_session(), code)
        return ActionPage(
            _("Give a role in %(unit)s", unit=wording(current.name)), _("Give the role"), form,
            _unit_crumbs(code), url_for(".unit", code=code),
        )  # fmt: skip

    return answer(form, then=url_for(".unit", code=code), act=act, show=show)


def _unit_crumbs(code: str) -> list[Crumb]:
    session = read_session()
    current: Unit = queries.unit(session, code)
    return crumbs(above=[*register.around(session, current).above, current])
