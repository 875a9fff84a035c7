"""What is done to one employment or one role: ended, moved, corrected, withdrawn."""

from collections.abc import Sequence
from typing import TypeVar

from flask import request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, Conflict
from hmswiki.foundation.permissions import Permission, Role
from hmswiki.organisation import operations, queries, register
from hmswiki.organisation.forms import (
    CorrectEmploymentForm,
    CorrectRoleForm,
    EndForm,
    MoveForm,
    RegisterForm,
    WithdrawForm,
    unit_choices,
)
from hmswiki.organisation.models import Employment, RoleHolding
from hmswiki.organisation.people_views import person_crumbs
from hmswiki.organisation.views import ActionPage, Crumb, answer, blueprint
from hmswiki.web.access import access
from hmswiki.web.context import known_actor, read_session, today
from hmswiki.web.page import role_name
from hmswiki.web.words import _, wording
from hmswiki.web.words import day as in_words

# --- employments -----------------------------------------------------------------------------------------


@blueprint.route("/employments/<int:id>/end", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def end_employment(id: int) -> Response:
    """Say from which day the person is no longer employed there."""
    row = _employment(id)
    form = EndForm(data={"ends_on": row.ends_on})

    def act(session: Session) -> str:
        new = operations.end_employment(
            session, register.employment(session, id), ends_on=form.ends_on.data, by=known_actor(), at=clock.now()
        )
        return _("The employment ends on %(day)s.", day=in_words(new.ends_on))

    def show() -> ActionPage:
        row = register.employment(read_session(), id)
        return _page(
            row, form, _("End %(person)s's employment", person=row.person.name), _("End the employment"),
            notices=_roles_that_stay(row),
        )  # fmt: skip

    return answer(form, then=_person_address(row), act=act, show=show)


@blueprint.route("/employments/<int:id>/move", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def move_employment(id: int) -> Response:
    """End the employment on a day and begin one in another unit the same day."""
    row = _employment(id)
    form = MoveForm(data={"starts_on": today(), "ends_on": row.ends_on})
    form.unit.choices = unit_choices(register.all_units(read_session()), today())

    def act(session: Session) -> str:
        unit = queries.unit(session, form.unit.data)
        new = operations.move_employment(
            session, register.employment(session, id), unit, moves_on=form.starts_on.data,
            ends_on=form.ends_on.data, by=known_actor(), at=clock.now(),
        )  # fmt: skip
        return _(
            "%(person)s is employed in %(unit)s from %(day)s.",
            person=new.person.name, unit=wording(unit.name), day=in_words(new.starts_on),
        )  # fmt: skip

    def show() -> ActionPage:
        row = register.employment(read_session(), id)
        return _page(
            row, form, _("Move %(person)s to another unit", person=row.person.name), _("Move"),
            notices=_roles_that_stay(row),
        )  # fmt: skip

    return answer(form, then=_person_address(row), act=act, show=show)


@blueprint.route("/employments/<int:id>/correct", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def correct_employment(id: int) -> Response:
    """Withdraw an employment that was wrong from the start and record what is right."""
    row = _employment(id)
    form = CorrectEmploymentForm(data=CorrectEmploymentForm.of(row))
    form.unit.choices = unit_choices(register.all_units(read_session()), today())

    def act(session: Session) -> str:
        operations.correct_employment(
            session, register.employment(session, id), queries.unit(session, form.unit.data),
            starts_on=form.starts_on.data, ends_on=form.ends_on.data, reason=form.reason.data,
            by=known_actor(), at=clock.now(),
        )  # fmt: skip
        return _("The employment is corrected. What stood there before is in the history.")

    def show() -> ActionPage:
        row = register.employment(read_session(), id)
        return _page(
            row, form, _("Correct %(person)s's employment", person=row.person.name), _("Save the correction"),
            notices=[_("For what was wrong from the start. Somebody who changes units is moved instead.")],
        )  # fmt: skip

    return answer(form, then=_person_address(row), act=act, show=show)


@blueprint.route("/employments/<int:id>/withdraw", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def withdraw_employment(id: int) -> Response:
    """Say that an employment never was."""
    row = _employment(id)
    form = WithdrawForm()

    def act(session: Session) -> str:
        operations.withdraw_employment(
            session, register.employment(session, id), reason=form.reason.data, by=known_actor(), at=clock.now()
        )
        return _("The employment is withdrawn. It stays in the history.")

    def show() -> ActionPage:
        row = register.employment(read_session(), id)
        return _page(
            row, form, _("Withdraw %(person)s's employment", person=row.person.name), _("Withdraw the employment"),
            notices=[_("Only for a row that was never true. Somebody who leaves gets an end instead.")], danger=True,
        )  # fmt: skip

    return answer(form, then=_person_address(row), act=act, show=show)


# --- roles -----------------------------------------------------------------------------------------------


@blueprint.route("/roles/<int:id>/end", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def end_role(id: int) -> Response:
    """Say from which day the person no longer holds the role."""
    row = _role(id)
    form = EndForm(data={"ends_on": row.ends_on})

    def act(session: Session) -> str:
        new = operations.end_role(
            session, register.role_holding(session, id), ends_on=form.ends_on.data, today=today(),
            by=known_actor(), at=clock.now(),
        )  # fmt: skip
        return _("The role ends on %(day)s.", day=in_words(new.ends_on))

    def show() -> ActionPage:
        row = register.role_holding(read_session(), id)
        return _page(row, form, _("End %(person)s's role", person=row.person.name), _("End the role"))

    return answer(form, then=_person_address(row), act=act, show=show)


@blueprint.route("/roles/<int:id>/correct", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def correct_role(id: int) -> Response:
    """Withdraw a role that was wrong from the start and record what is right."""
    row = _role(id)
    form = CorrectRoleForm(data=CorrectRoleForm.of(row))
    form.unit.choices = unit_choices(register.all_units(read_session()), today())

    def act(session: Session) -> str:
        operations.correct_role(
            session, register.role_holding(session, id), Role(form.role.data), queries.unit(session, form.unit.data),
            starts_on=form.starts_on.data, ends_on=form.ends_on.data, reason=form.reason.data,
            today=today(), by=known_actor(), at=clock.now(),
        )  # fmt: skip
        return _("The role is corrected. What stood there before is in the history.")

    def show() -> ActionPage:
        row = register.role_holding(read_session(), id)
        return _page(row, form, _("Correct %(person)s's role", person=row.person.name), _("Save the correction"))

    return answer(form, then=_person_address(row), act=act, show=show)


@blueprint.route("/roles/<int:id>/withdraw", methods=["GET", "POST"])
@access(Permission.EDIT_ORGANISATION)
def withdraw_role(id: int) -> Response:
    """Say that the person never held the role."""
    row = _role(id)
    form = WithdrawForm()

    def act(session: Session) -> str:
        operations.withdraw_role(
            session, register.role_holding(session, id), reason=form.reason.data, today=today(),
            by=known_actor(), at=clock.now(),
        )  # fmt: skip
        return _("The role is withdrawn. It stays in the history.")

    def show() -> ActionPage:
        row = register.role_holding(read_session(), id)
        return _page(
            row, form, _("Withdraw %(person)s's role", person=row.person.name), _("Withdraw the role"),
            notices=[_("Only for a row that was never true. A role that is over gets an end instead.")], danger=True,
        )  # fmt: skip

    return answer(form, then=_person_address(row), act=act, show=show)


# --- what both share -------------------------------------------------------------------------------------


def _employment(id: int) -> Employment:
    return _shown_only_if_known(register.employment(read_session(), id))


def _role(id: int) -> RoleHolding:
    return _shown_only_if_known(register.role_holding(read_session(), id))


Fact = TypeVar("Fact", Employment, RoleHolding)


def _shown_only_if_known(row: Fact) -> Fact:
    """The row, if there is still something to do about it.

    A form that is sent is let through: it may be sent for the second time, and then leads where the first did.
    """
    if row.withdrawn_at is not None and request.method == "GET":
        raise Conflict(
            N_("This row was withdrawn %(time)s. See what holds now on the page of %(person)s."),
            time=row.withdrawn_at, person=row.person.name,
        )  # fmt: skip
    return row


def _person_address(row: Employment | RoleHolding) -> str:
    return url_for(".person", id=row.person.external_key)


def _says(row: Employment | RoleHolding) -> str:
    """The row as a sentence above the form."""
    facts = {
        "role": role_name(row.role) if isinstance(row, RoleHolding) else "",
        "unit": wording(row.unit.name),
        "start": in_words(row.starts_on, "long-year"),
        "end": in_words(row.ends_on, "long-year"),
    }
    if isinstance(row, RoleHolding):
        if row.ends_on is None:
            return _("%(role)s in %(unit)s from %(start)s, with no end.", **facts)
        return _("%(role)s in %(unit)s from %(start)s until %(end)s.", **facts)
    if row.ends_on is None:
        return _("Employed in %(unit)s from %(start)s, with no end.", **facts)
    return _("Employed in %(unit)s from %(start)s until %(end)s.", **facts)


def _roles_that_stay(row: Employment) -> list[str]:
    """Roles do not follow an employment: say which are left."""
    roles = register.roles_of(read_session(), row.person, known_at=clock.now())
    names = [
        _("%(role)s in %(unit)s", role=role_name(line.role), unit=wording(line.unit.name))
        for line in roles
        if line.role is not None and line.state_on(today()) != "ended"
    ]
    if not names:
        return []
    return [_("Roles stay as they are until they are ended for themselves: %(roles)s.", roles=", ".join(names))]


def _page(
    row: Employment | RoleHolding,
    form: RegisterForm,
    title: str,
    submit: str,
    *,
    notices: Sequence[str] = (),
    danger: bool = False,
) -> ActionPage:
    address = _person_address(row)
    return ActionPage(
        title, submit, form, person_crumbs(Crumb(row.person.name, address)), address,
        lead=_says(row), notices=notices, danger=danger,
    )  # fmt: skip
