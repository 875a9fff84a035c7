"""Pages where a workshop is planned, copied and cancelled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import Conflict, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines import queries as guidelines
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Unit
from hmswiki.web.access import access, allowed, authorise
from hmswiki.web.context import known_actor, read_session, settings, today, transaction
from hmswiki.web.forms import PageForm
from hmswiki.web.page import in_section
from hmswiki.web.words import _, current_language, day
from hmswiki.workshops import copying, plan_forms, plan_operations, plan_queries, planning, queries, words
from hmswiki.workshops.models import Workshop
from hmswiki.workshops.plan_forms import CopyForm, PlanForm
from hmswiki.workshops.planning import Plan
from hmswiki.workshops.views import SECTION, blueprint


@dataclass(frozen=True)
class PlanPage:
    """The form of a plan. `workshop` is None for a new one."""

    form: PlanForm
    workshop: Workshop | None
    focus: str | None = None
    """The id of the field to go to, after a button that adds or moves."""
    differences: Sequence[tuple[str, Sequence[str]]] = ()
    """After a conflict: what each field says that somebody else saved, where it differs from what was typed."""
    units: bool = False
    """Whether there are several units to choose from."""


# --- A new one ----------------------------------------------------------------------------------------------


@blueprint.get("/workshops/new")
@access(Permission.MANAGE_WORKSHOPS)
def new() -> str:
    """The form of a new workshop."""
    form = _form(read_session(), None, formdata=None, data=plan_forms.NEW_DAY)
    form.unit.data = request.args.get("unit") or next(iter(form.unit_names), None)
    return _plan_page(form, None)


@blueprint.post("/workshops")
@access(Permission.MANAGE_WORKSHOPS)
def create() -> Response:
    """Plan a workshop, or rearrange what is typed."""
    session = read_session()
    form = _form(session, None, formdata=request.form)
    if request.form.get("change"):
        return _rearranged(form, None)
    status = 422
    if form.validate():
        try:
            with transaction(form.submission_id, then=url_for(".index")) as session:
                unit = organisation.unit(session, form.unit.data or "")
                authorise(Permission.MANAGE_WORKSHOPS, within=unit)
                made = plan_operations.make_workshop(
                    session, unit, form.plan(settings().zone), by=known_actor(), at=clock.now()
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            flash(_("The workshop is planned. Now make the groups."), "success")
            return redirect(url_for(".show", key=made.key), 303)
    return make_response(_plan_page(form, None), status)


def _units() -> list[Unit]:
    """Those for which the reader may plan: where they hold a role themselves first."""
    who = known_actor()
    units = [one for one in organisation.units_open_on(read_session(), today())
             if allowed(Permission.MANAGE_WORKSHOPS, within=one)]  # fmt: skip
    return sorted(units, key=lambda one: not who.holds_directly(one.id))


# --- The plan -----------------------------------------------------------------------------------------------


@blueprint.get("/workshops/<key>/plan")
@access(Permission.MANAGE_WORKSHOPS)
def plan(key: str) -> str:
    """The form of the plan as it is saved."""
    session = read_session()
    workshop = managed(session, key)
    saved = plan_queries.plan_of(session, workshop)
    form = _form(session, workshop, formdata=None, data=plan_forms.filled(saved, settings().zone))
    form.version.data = str(workshop.version)
    return _plan_page(form, workshop)


@blueprint.post("/workshops/<key>/plan")
@access(Permission.MANAGE_WORKSHOPS)
def save_plan(key: str) -> Response:
    """Save the plan, or rearrange what is typed. Where somebody saved meanwhile, both are shown."""
    workshop = managed(read_session(), key)
    form = _form(read_session(), workshop, formdata=request.form)
    if request.form.get("change"):
        return _rearranged(form, workshop)
    then, status = url_for(".show", key=key), 422
    differences: Sequence[tuple[str, Sequence[str]]] = ()
    if form.validate():
        try:
            with transaction(form.submission_id, then=then) as session:
                workshop = managed(session, key)
                plan_operations.save_plan(
                    session, workshop, form.plan(settings().zone, kept=plan_queries.plan_of(session, workshop)),
                    version=form.version_seen, put_back=form.put_back.data or (), by=known_actor(), at=clock.now(),
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
            workshop = managed(read_session(), key)
            if isinstance(refusal, Conflict) and workshop.version != form.version_seen:
                differences = _differences(read_session(), form, workshop)
                form.version.data = str(workshop.version)
        else:
            flash(_("The plan is saved."), "success")
            return redirect(then, 303)
    return make_response(_plan_page(form, workshop, differences=differences), status)


def _differences(session: Session, form: PlanForm, workshop: Workshop) -> list[tuple[str, Sequence[str]]]:
    """What is saved, field by field, where it is not what was typed."""
    saved = plan_queries.plan_of(session, workshop)
    typed = form.plan(settings().zone, kept=saved)
    labels = {
        "title": form.title.label.text, "starts_at": _("Day and time"), "place": form.place.label.text,
        "about": form.about.label.text, "programme": form.programme.label.text, "reading": _("Read before"),
        "opens_at": _("When the code opens"), "tasks": _("Tasks"),
    }  # fmt: skip

    def lines(one: Plan, name: str) -> Sequence[str]:
        return plan_forms.saved_lines(name, one, form.known, words.times(one))

    return [
        (label, lines(saved, name) or [_("Nothing")])
        for name, label in labels.items() if lines(saved, name) != lines(typed, name)
    ]  # fmt: skip


def managed(session: Session, key: str) -> Workshop:
    """The workshop, where the reader may plan it. Raises NotFound, NotAllowed."""
    workshop = queries.workshop(session, key)
    authorise(Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    return workshop


def _form(session: Session, workshop: Workshop | None, **given: Any) -> PlanForm:
    listed = guidelines.listed(session, today=today(), language=current_language())
    known = [(one.slug, one.title) for one in listed]
    if workshop is not None:  # what was picked stays, also when the list has it no more
        slugs = [one["guideline"] for one in workshop.reading if "guideline" in one]
        known += [(slug, slug) for slug in slugs if slug not in dict(known)]
    form = PlanForm(**given).offer(known, () if workshop is not None else _units())
    if workshop is not None and plan_operations.has_written(session, workshop):
        form.offer_back(*plan_operations.taken_out(session, workshop))
    return form


def _rearranged(form: PlanForm, workshop: Workshop | None) -> Response:
    """The form once more with a task or sub-heading added, moved or taken out. Nothing is saved."""
    data, focus = plan_forms.rearranged(form.data, request.form["change"])
    again = _form(read_session(), workshop, formdata=None, data=data)
    # What is no date or number is shown as it was typed.
    for field in again:
        if field.name in form and not field.data and getattr(form[field.name], "raw_data", None):
            field.raw_data = form[field.name].raw_data
    return make_response(_plan_page(again, workshop, focus=focus))


def _plan_page(
    form: PlanForm,
    workshop: Workshop | None,
    *,
    focus: str | None = None,
    differences: Sequence[tuple[str, Sequence[str]]] = (),
) -> str:
    in_section(SECTION)
    for entry in form.tasks:
        if not len(entry.form.prompts):
            entry.form.prompts.append_entry({})
    page = PlanPage(form, workshop, focus, differences, units=len(form.unit_names) > 1)
    return render_template("hmswiki/workshops/plan.html", page=page)


# --- Held or not --------------------------------------------------------------------------------------------


@blueprint.post("/workshops/<key>/cancellation")
@access(Permission.MANAGE_WORKSHOPS)
def cancel(key: str) -> Response:
    """It is not held."""
    return _decide(key, plan_operations.cancel, _("The workshop is cancelled. Tell those who were to come."))


@blueprint.post("/workshops/<key>/cancellation/withdrawal")
@access(Permission.MANAGE_WORKSHOPS)
def hold_after_all(key: str) -> Response:
    """It is held, though it was cancelled."""
    return _decide(key, plan_operations.hold_after_all, _("The workshop is held after all."))


def _decide(key: str, apply: Callable[..., None], said: str) -> Response:
    form, then = PageForm(request.form), url_for(".show", key=key)
    with transaction(form.submission_id, then=then) as session:
        apply(session, managed(session, key), by=known_actor(), at=clock.now())
    flash(said, "success")
    return redirect(then, 303)


# --- Once more ----------------------------------------------------------------------------------------------

A_YEAR = timedelta(weeks=52)
"""After a workshop, on the same day of the week: when the next one is likely to be."""


@blueprint.get("/workshops/<key>/copy")
@access(Permission.MANAGE_WORKSHOPS)
def copy(key: str) -> str:
    """When the next one is, and what comes along."""
    workshop = managed(read_session(), key)
    began = workshop.starts_at.astimezone(settings().zone)
    next_day = began.date() + A_YEAR
    while next_day <= today():
        next_day += A_YEAR
    title = planning.title_for(workshop.title, began.year, next_day.year)
    form = CopyForm(formdata=None, data={"title": title, "day": next_day, "starts": began.time()}).offer()
    return _copy_page(form, workshop)


@blueprint.post("/workshops/<key>/copy")
@access(Permission.MANAGE_WORKSHOPS)
def make_copy(key: str) -> Response:
    """Plan the next one."""
    form, status = CopyForm(request.form).offer(), 422
    if form.validate():
        try:
            with transaction(form.submission_id, then=url_for(".index")) as session:
                made = copying.copy_workshop(
                    session, managed(session, key), title=form.title.data or "", today=today(), by=known_actor(),
                    starts_at=plan_forms.moment_of(form.day, form.starts, settings().zone),
                    with_people=bool(form.with_people.data), at=clock.now(),
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            flash(_("The workshop is planned for %(day)s. Look through the plan.", day=day(form.day.data)), "success")
            return redirect(url_for(".plan", key=made.key), 303)
    return make_response(_copy_page(form, managed(read_session(), key)), status)


def _copy_page(form: CopyForm, workshop: Workshop) -> str:
    in_section(SECTION)
    session = read_session()
    return render_template(
        "hmswiki/workshops/copy.html", form=form, workshop=workshop, when=words.when(workshop),
        tasks=queries.tasks(session, workshop), groups=queries.groups(session, workshop),
        helpers=plan_queries.helpers(session, workshop),
    )  # fmt: skip
