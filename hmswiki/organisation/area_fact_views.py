"""What is done to one row about an area: that it belongs to a unit, or that somebody is owner or deputy."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, Conflict
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation import area_operations, area_queries, area_register, queries, register
from hmswiki.organisation.area_forms import CorrectDutyForm, CorrectGiveForm
from hmswiki.organisation.area_views import area_crumbs, blueprint
from hmswiki.organisation.forms import EndForm, RegisterForm, WithdrawForm, unit_choices
from hmswiki.organisation.models import AreaDuty, AreaPart, AreaUnit
from hmswiki.organisation.views import ActionPage, answer
from hmswiki.web.access import access, authorise
from hmswiki.web.context import known_actor, read_session, today
from hmswiki.web.words import _, wording
from hmswiki.web.words import day as in_words

# --- whose it is -----------------------------------------------------------------------------------------


@blueprint.route("/area-units/<int:id>/end", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def end_belonging(id: int) -> Response:
    """Say from which day the area is no longer the unit's."""
    row = _belonging(id)
    form = EndForm(data={"ends_on": row.ends_on})

    def act(session: Session) -> str:
        new = area_operations.end_belonging(
            session, area_register.area_unit(session, id), ends_on=form.ends_on.data,
            by=known_actor(), today=today(), at=clock.now(),
        )  # fmt: skip
        return _("It belongs to %(unit)s until %(day)s.", unit=wording(new.unit.name), day=in_words(new.ends_on))

    def show() -> ActionPage:
        row = area_register.area_unit(read_session(), id)
        return _page(row, form, _("End what %(area)s belongs to", area=wording(row.area.name)), _("End it"))

    return _answer(row, form, act, show)


@blueprint.route("/area-units/<int:id>/correct", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def correct_belonging(id: int) -> Response:
    """Withdraw what was wrong from the start and record what is right."""
    row = _belonging(id)
    form = CorrectGiveForm(data=CorrectGiveForm.of_row(row))
    form.unit.choices = unit_choices(register.all_units(read_session()), today())

    def act(session: Session) -> str:
        area_operations.correct_belonging(
            session, area_register.area_unit(session, id), queries.unit(session, form.unit.data),
            starts_on=form.starts_on.data, ends_on=form.ends_on.data, reason=form.reason.data,
            by=known_actor(), today=today(), at=clock.now(),
        )  # fmt: skip
        return _("It is corrected. What stood there before is in the history.")

    def show() -> ActionPage:
        row = area_register.area_unit(read_session(), id)
        return _page(
            row, form, _("Correct what %(area)s belongs to", area=wording(row.area.name)), _("Save the correction"),
            notices=[_("For what was wrong from the start. What is over gets an end instead.")],
        )  # fmt: skip

    return _answer(row, form, act, show)


@blueprint.route("/area-units/<int:id>/withdraw", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def withdraw_belonging(id: int) -> Response:
    """Say that the area never was the unit's."""
    row = _belonging(id)
    form = WithdrawForm()

    def act(session: Session) -> str:
        area_operations.withdraw_belonging(
            session, area_register.area_unit(session, id), reason=form.reason.data,
            by=known_actor(), today=today(), at=clock.now(),
        )  # fmt: skip
        return _("It is withdrawn. It stays in the history.")

    def show() -> ActionPage:
        row = area_register.area_unit(read_session(), id)
        return _page(
            row, form, _("Withdraw what %(area)s belongs to", area=wording(row.area.name)), _("Withdraw it"),
            notices=[_("Only for a row that was never true. What is over gets an end instead.")], danger=True,
        )  # fmt: skip

    return _answer(row, form, act, show)


# --- who looks after it ----------------------------------------------------------------------------------


@blueprint.route("/area-duties/<int:id>/end", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def end_duty(id: int) -> Response:
    """Say from which day somebody is no longer owner or deputy."""
    row = _duty(id)
    form = EndForm(data={"ends_on": row.ends_on})

    def act(session: Session) -> str:
        new = area_operations.end_duty(
            session, area_register.area_duty(session, id), ends_on=form.ends_on.data,
            by=known_actor(), today=today(), at=clock.now(),
        )  # fmt: skip
        return _("%(person)s's period ends on %(day)s.", person=new.person.name, day=in_words(new.ends_on))

    def show() -> ActionPage:
        row = area_register.area_duty(read_session(), id)
        return _page(row, form, _("End %(person)s's period", person=row.person.name), _("End the period"))

    return _answer(row, form, act, show)


@blueprint.route("/area-duties/<int:id>/correct", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def correct_duty(id: int) -> Response:
    """Withdraw what was wrong from the start and record what is right."""
    row = _duty(id)
    form = CorrectDutyForm(data=CorrectDutyForm.of_row(row))

    def act(session: Session) -> str:
        area_operations.correct_duty(
            session, area_register.area_duty(session, id),
            register.person_meant(session, form.person.data, field="person"),
            starts_on=form.starts_on.data, ends_on=form.ends_on.data, reason=form.reason.data,
            by=known_actor(), today=today(), at=clock.now(),
        )  # fmt: skip
        return _("It is corrected. What stood there before is in the history.")

    def show() -> ActionPage:
        row = area_register.area_duty(read_session(), id)
        return _page(
            row, form, _("Correct %(person)s's period", person=row.person.name), _("Save the correction"),
            notices=[_("For what was wrong from the start. What is over gets an end instead.")],
        )  # fmt: skip

    return _answer(row, form, act, show)


@blueprint.route("/area-duties/<int:id>/withdraw", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def withdraw_duty(id: int) -> Response:
    """Say that somebody never was owner or deputy."""
    row = _duty(id)
    form = WithdrawForm()

    def act(session: Session) -> str:
        area_operations.withdraw_duty(
            session, area_register.area_duty(session, id), reason=form.reason.data,
            by=known_actor(), today=today(), at=clock.now(),
        )  # fmt: skip
        return _("It is withdrawn. It stays in the history.")

    def show() -> ActionPage:
        row = area_register.area_duty(read_session(), id)
        return _page(
            row, form, _("Withdraw %(person)s's period", person=row.person.name), _("Withdraw it"),
            notices=[_("Only for a row that was never true. What is over gets an end instead.")], danger=True,
        )  # fmt: skip

    return _answer(row, form, act, show)


# --- what both share -------------------------------------------------------------------------------------

Fact = TypeVar("Fact", AreaUnit, AreaDuty)


def _belonging(id: int) -> AreaUnit:
    return _for_whom_may_change(area_register.area_unit(read_session(), id))


def _duty(id: int) -> AreaDuty:
    return _for_whom_may_change(area_register.area_duty(read_session(), id))


def _for_whom_may_change(row: Fact) -> Fact:
    """The row, if who asks may change its area, and there is still something to do about it.

    A form that is sent is let through: it may be sent for the second time, and then leads where the first did.
    """
    places = area_queries.places_of(read_session(), [row.area_id], day=today(), known_at=clock.now())
    authorise(Permission.MANAGE_AREAS, within=places[row.area_id])
    if row.withdrawn_at is not None and request.method == "GET":
        raise Conflict(
            N_("This row was withdrawn %(time)s. See what holds now on the page of %(area)s."),
            time=row.withdrawn_at, area=row.area.code,
        )  # fmt: skip
    return row


def _says(row: AreaUnit | AreaDuty) -> str:
    """The row as a sentence above the form."""
    facts = {"start": in_words(row.starts_on, "long-year"), "end": in_words(row.ends_on, "long-year")}
    if isinstance(row, AreaUnit):
        facts["unit"] = wording(row.unit.name)
        if row.ends_on is None:
            return _("Belongs to %(unit)s from %(start)s, with no end.", **facts)
        return _("Belongs to %(unit)s from %(start)s until %(end)s.", **facts)
    facts["area"] = wording(row.area.name)
    if row.part == AreaPart.OWNER:
        if row.ends_on is None:
            return _("Owner of %(area)s from %(start)s, with no end.", **facts)
        return _("Owner of %(area)s from %(start)s until %(end)s.", **facts)
    if row.ends_on is None:
        return _("Deputy for %(area)s from %(start)s, with no end.", **facts)
    return _("Deputy for %(area)s from %(start)s until %(end)s.", **facts)


def _page(
    row: AreaUnit | AreaDuty,
    form: RegisterForm,
    title: str,
    submit: str,
    *,
    notices: Sequence[str] = (),
    danger: bool = False,
) -> ActionPage:
    above = area_queries.above(read_session(), row.area)
    return ActionPage(
        title, submit, form, area_crumbs(above=[*above, row.area]), url_for(".area", code=row.area.code),
        lead=_says(row), notices=notices, danger=danger,
    )  # fmt: skip


def _answer(
    row: AreaUnit | AreaDuty, form: RegisterForm, act: Callable[[Session], str], show: Callable[[], ActionPage]
) -> Response:
    then = url_for(".area", code=row.area.code)
    return answer(form, then=then, act=act, show=show, permission=Permission.MANAGE_AREAS)
