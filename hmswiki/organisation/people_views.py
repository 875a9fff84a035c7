"""Pages of one person in the register."""

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Permission, Role
from hmswiki.organisation import history, operations, queries, register
from hmswiki.organisation.forms import EmployForm, NewPersonForm, PersonForm, RoleForm, unit_choices
from hmswiki.organisation.views import ActionPage, Crumb, answer, blueprint, crumbs, pager
from hmswiki.web.access import access
from hmswiki.web.context import known_actor, read_session, today
from hmswiki.web.page import in_section, role_name
from hmswiki.web.parsing import page_number
from hmswiki.web.words import _, wording

SHOWN_EVENTS = 10


@blueprint.get("/people/<path:id>")
@access(Permission.SEE_ORGANISATION)
def person(id: str) -> str:
    """What the register says of a person, and who recorded it."""
    in_section("organisation.index")
    session, known = read_session(), clock.now()
    found = queries.person(session, id)
    employments = register.employments_of(session, found, known_at=known)
    roles = register.roles_of(session, found, known_at=known)
    return render_template(
        "hmswiki/organisation/person.html",
        person=found,
        employments=employments,
        current=next((line for line in employments if line.state_on(today()) == "holds"), None),
        roles=roles,
        events=history.events_of(session, found, size=SHOWN_EVENTS),
        crumbs=person_crumbs(),
    )


@blueprint.get("/people/<path:id>/history")
@access(Permission.SEE_ORGANISATION)
def person_history(id: str) -> str:
    """All that was recorded and withdrawn of a person."""
    in_section("organisation.index")
    session = read_session()
    found = queries.person(session, id)
    events = history.events_of(session, found, number=page_number())
    return render_template(
        "hmswiki/organisation/history.html",
        name=found.name, of_unit=False, events=events, pager=pager(events, ".person_history", id=id),
        crumbs=person_crumbs(Crumb(found.name, url_for(".person", id=id))),
    )  # fmt: skip


@blueprint.route("/new-person", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def new_person() -> Response:
    """Enter a person into the register."""
    form = NewPersonForm(data={"name": request.args.get("name", "")})
    then = url_for(".person", id=form.external_key.data or "")

    def act(session: Session) -> str:
        operations.add_person(
            session, form.external_key.data, name=form.name.data, email=form.email.data or None,
            language=form.language.data or None, by=known_actor(), at=clock.now(),
        )  # fmt: skip
        return _("%(person)s is in the register. Now say where the person is employed.", person=form.name.data)

    def show() -> ActionPage:
        return ActionPage(_("A new person"), _("Add the person"), form, person_crumbs(), url_for(".people"))

    return answer(form, then=then, act=act, show=show)


@blueprint.route("/people/<path:id>/edit", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def edit_person(id: str) -> Response:
    """Put a person's name, e-mail and language right."""
    form = PersonForm(data=PersonForm.of(queries.person(read_session(), id)))

    def act(session: Session) -> str:
        current = queries.person(session, id)
        changed = operations.edit_person(
            session, current, name=form.name.data, email=form.email.data or None,
            language=form.language.data or None, by=known_actor(), at=clock.now(),
        )  # fmt: skip
        if not changed:
            return _("Everything is as it was: there was nothing to save.")
        return _("What the register says of %(person)s is changed.", person=current.name)

    def show() -> ActionPage:
        found = queries.person(read_session(), id)
        return ActionPage(
            _("Edit %(person)s", person=found.name), _("Save"), form, _crumbs_of(id), url_for(".person", id=id),
            lead=_("The id is %(id)s and stays: it joins the person to the sign-in.", id=id),
        )  # fmt: skip

    return answer(form, then=url_for(".person", id=id), act=act, show=show)


@blueprint.route("/people/<path:id>/employ", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def employ(id: str) -> Response:
    """Employ the person in a unit."""
    session = read_session()
    queries.person(session, id)
    form = EmployForm(data={"starts_on": today()})
    form.unit.choices = unit_choices(register.all_units(session), today())

    def act(session: Session) -> str:
        current = queries.person(session, id)
        unit = queries.unit(session, form.unit.data)
        operations.employ(
            session, current, unit, starts_on=form.starts_on.data, ends_on=form.ends_on.data,
            by=known_actor(), at=clock.now(),
        )  # fmt: skip
        return _("%(person)s is employed in %(unit)s.", person=current.name, unit=wording(unit.name))

    def show() -> ActionPage:
        found = queries.person(read_session(), id)
        return ActionPage(
            _("Employ %(person)s", person=found.name), _("Employ"), form, _crumbs_of(id), url_for(".person", id=id),
            lead=_("On any day a person is employed in one unit at most."),
        )  # fmt: skip

    return answer(form, then=url_for(".person", id=id), act=act, show=show)


@blueprint.route("/people/<path:id>/give-role", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def give_role(id: str) -> Response:
    """Give the person a role in a unit."""
    session = read_session()
    found = queries.person(session, id)
    employments = register.employments_of(session, found, known_at=clock.now())
    own = next((line.unit.code for line in employments if line.state_on(today()) == "holds"), "")
    form = RoleForm(data={"starts_on": today(), "unit": own})
    form.unit.choices = unit_choices(register.all_units(session), today())

    def act(session: Session) -> str:
        current = queries.person(session, id)
        unit, role = queries.unit(session, form.unit.data), Role(form.role.data)
        operations.give_role(
            session, current, role, unit, starts_on=form.starts_on.data, ends_on=form.ends_on.data,
            by=known_actor(), at=clock.now(),
        )  # fmt: skip
        return _(
            "%(person)s: %(role)s in %(unit)s.", person=current.name, role=role_name(role), unit=wording(unit.name)
        )

    def show() -> ActionPage:
        found = queries.person(read_session(), id)
        return ActionPage(
            _("Give %(person)s a role", person=found.name), _("Give the role"), form,
            _crumbs_of(id), url_for(".person", id=id),
        )  # fmt: skip

    return answer(form, then=url_for(".person", id=id), act=act, show=show)


def person_crumbs(*more: Crumb) -> list[Crumb]:
    return crumbs(Crumb(_("People"), url_for(".people")), *more)


def _crumbs_of(id: str) -> list[Crumb]:
    return person_crumbs(Crumb(queries.person(read_session(), id).name, url_for(".person", id=id)))
