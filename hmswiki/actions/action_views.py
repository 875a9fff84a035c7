"""Pages of one action: what it is about, what happens to it, and a new one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hmswiki.actions import action_pages, operations, queries, rules
from hmswiki.actions.action_pages import ActionPage
from hmswiki.actions.forms import (
    PERSON,
    ROLE,
    AssignForm,
    CaseForm,
    CheckForm,
    CommentForm,
    DoneForm,
    DropForm,
    NewActionForm,
    ReopenForm,
    RescheduleForm,
    person_or_role,
    responsible_choices,
)
from hmswiki.actions.models import Action, EntryKind
from hmswiki.actions.views import blueprint
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation import area_queries
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Area, Unit
from hmswiki.web.access import access, allowed, authorise
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.forms import PageForm
from hmswiki.web.page import in_section
from hmswiki.web.words import _

MOST_AREAS_OFFERED = 300
"""With more areas than this the page offers none to choose from: one writes the code."""

# --- One action ---------------------------------------------------------------------------------------------

Apply = Callable[[Session, Action, Any], object]


@dataclass(frozen=True)
class Deed:
    """Something that people do to an action: its form, what it does, and what is said afterwards."""

    kind: EntryKind
    form: type[PageForm]
    apply: Apply
    said: str


def _done(session: Session, action: Action, form: Any) -> object:
    return operations.do(session, action, done_on=form.done_on.data, today=today(), text=form.text.data, **_by())


def _check(session: Session, action: Action, form: Any) -> object:
    return operations.check(session, action, text=form.text.data, **_by())


def _comment(session: Session, action: Action, form: Any) -> object:
    return operations.comment(session, action, text=form.text.data, **_by())


def _assign(session: Session, action: Action, form: Any) -> object:
    whose = person_or_role(session, form.responsible.data)
    return operations.assign(session, action, text=form.text.data, **whose, **_by())


def _reschedule(session: Session, action: Action, form: Any) -> object:
    return operations.reschedule(
        session, action, due_on=form.due_on.data, today=today(), reason=form.reason.data, **_by()
    )


def _note_case(session: Session, action: Action, form: Any) -> object:
    return operations.note_case(session, action, number=form.number.data, url=form.url.data, **_by())


def _reopen(session: Session, action: Action, form: Any) -> object:
    return operations.reopen(session, action, reason=form.reason.data, **_by())


def _drop(session: Session, action: Action, form: Any) -> object:
    return operations.drop(session, action, reason=form.reason.data, **_by())


def _by() -> dict[str, Any]:
    return {"by": known_actor(), "at": clock.now()}


DEEDS = {
    "done": Deed(EntryKind.DONE, DoneForm, _done, N_("It is recorded as done. Somebody else checks it.")),
    "check": Deed(EntryKind.CHECKED, CheckForm, _check, N_("It is recorded that you have checked it.")),
    "comments": Deed(EntryKind.COMMENTED, CommentForm, _comment, N_("Your comment is saved.")),
    "assignment": Deed(EntryKind.ASSIGNED, AssignForm, _assign, N_("It is recorded who is responsible now.")),
    "due-date": Deed(EntryKind.RESCHEDULED, RescheduleForm, _reschedule, N_("The new due date is saved.")),
    "case": Deed(EntryKind.CASE_NOTED, CaseForm, _note_case, N_("The case is noted.")),
    "reopening": Deed(EntryKind.REOPENED, ReopenForm, _reopen, N_("The action is open again.")),
    "drop": Deed(EntryKind.DROPPED, DropForm, _drop, N_("It is recorded that it will not be done.")),
}
"""By the last part of the form's address."""

_SLUGS = ", ".join(f'"{slug}"' for slug in DEEDS)
SLUGS = {deed.kind: slug for slug, deed in DEEDS.items()}


@blueprint.get("/actions/<action_key>")
@access(Permission.SIGNED_IN)
def show(action_key: str) -> str:
    """One action: facts, what may be done with it now, and its history."""
    return _show(_seen(read_session(), action_key))


@blueprint.post(f"/actions/<action_key>/<any({_SLUGS}):deed>")
@access(Permission.SIGNED_IN)
def happen(action_key: str, deed: str) -> BaseResponse:
    """Something happened to the action."""
    wanted = DEEDS[deed]
    form = wanted.form(request.form, prefix=f"{deed}-")
    if isinstance(form, AssignForm):
        _offer(form, _seen(read_session(), action_key))
    then, status = url_for(".show", action_key=action_key), 422
    if form.validate():
        try:
            with transaction(form.submission_id, then=then) as session:
                wanted.apply(session, _seen(session, action_key), form)
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            flash(_(wanted.said), "success")
            return redirect(then, 303)
    return make_response(_show(_seen(read_session(), action_key), failed=wanted.kind, form=form), status)


@blueprint.post("/actions/<action_key>/entries/<int:entry_id>/withdrawal")
@access(Permission.SIGNED_IN)
def withdraw_entry(action_key: str, entry_id: int) -> BaseResponse:
    """Take back what one recorded oneself."""
    form = PageForm(request.form)
    then = url_for(".show", action_key=action_key, _anchor="history")
    with transaction(form.submission_id, then=then) as session:
        entry = queries.entry(session, _seen(session, action_key), entry_id)
        operations.withdraw_entry(session, entry, **_by())
    flash(_("It is taken back, and stays struck through in the history."), "success")
    return redirect(then, 303)


def _seen(session: Session, key: str) -> Action:
    """The action, where who is looking may see it. Raises NotFound, NotAllowed."""
    in_section("actions.index")
    action = queries.action(session, key)
    if not rules.part_of(known_actor(), action).sees:
        authorise(Permission.SEE_ACTIONS, within=rules.places_of(action))
    return action


def _new_id() -> str:
    return str(uuid4())


def _show(action: Action, *, failed: EntryKind | None = None, form: PageForm | None = None) -> str:
    session, who = read_session(), known_actor()
    standing, part = rules.standing_of(action.entries), rules.part_of(who, action)
    deeds = rules.deeds(part, standing)
    [row] = action_pages.rows_of(session, [action], today=today(), known_at=clock.now())
    forms = {kind: _form(kind, action) for kind in deeds}
    if failed is not None and form is not None:
        forms[failed] = form
        # It can no longer be done, somebody having been before; what was typed is shown all the same.
        deeds = deeds if failed in deeds else (failed, *deeds)
    sees_list = allowed(Permission.SEE_ALL_ACTIONS, within=action.unit)
    page = ActionPage(
        action=action, responsible=row.responsible, lines=action_pages.lines_of(session, action, who), deeds=deeds,
        main=action_pages.main_deed(deeds, part), forms=forms, failed=failed,
        back=url_for(".index", unit=action.unit.code) if sees_list and not part.responsible else url_for(".index"),
        back_label=_("Actions"), new_id=_new_id, raised_by=action.raised_by.name if action.raised_by else "",
        unit_href=url_for(".index", unit=action.unit.code) if sees_list else None,
        area_href=url_for(".index", area=action.area.code) if action.area is not None else None,
    )  # fmt: skip
    return render_template("hmswiki/actions/show.html", page=page, slugs=SLUGS)


def _form(kind: EntryKind, action: Action) -> PageForm:
    """The form as it is first shown."""
    slug = SLUGS[kind]
    given: dict[EntryKind, dict[str, Any]] = {
        EntryKind.DONE: {"done_on": today()},
        EntryKind.RESCHEDULED: {"due_on": action.due_on},
        EntryKind.CASE_NOTED: {"number": action.case_number, "url": action.case_url},
    }
    form = DEEDS[slug].form(formdata=None, prefix=f"{slug}-", **given.get(kind, {}))
    if isinstance(form, AssignForm):
        _offer(form, action)
    return form


def _offer(form: AssignForm, action: Action) -> None:
    people = organisation.employed_in(read_session(), action.unit, day=today(), known_at=clock.now())
    form.responsible.choices = responsible_choices(people, with_area=action.area_id is not None)
    if not form.is_submitted():
        role, person = action.responsible_role, action.responsible
        form.responsible.data = f"{ROLE}{role}" if role else f"{PERSON}{person.external_key}" if person else None


# --- A new one ----------------------------------------------------------------------------------------------


@blueprint.get("/actions/new")
@access(Permission.RAISE_ACTIONS)
def new() -> str:
    """The form; first the choice of unit, where there are several."""
    units = _units(read_session())
    unit = _chosen(units)
    if unit is None:
        in_section("actions.index")
        return render_template("hmswiki/actions/new_unit.html", units=units)
    form = NewActionForm(formdata=None, due_on=action_pages.first_due(today()), area=request.args.get("area") or "")
    return _ask(form, unit)


def _units(session: Session) -> list[Unit]:
    found = queries.units_to_raise_in(session, known_actor(), today=today(), known_at=clock.now())
    if not found:
        raise Refusal(N_("The unit that you could raise actions for is closed. Turn to the unit that carries on."))
    return found


def _chosen(units: list[Unit]) -> Unit | None:
    """The unit that the address names, or the only one there is. Raises NotAllowed for one that is not theirs."""
    code = request.args.get("unit")
    if not code:
        return units[0] if len(units) == 1 else None
    unit = next((one for one in units if one.code == code), None)
    if unit is None:
        authorise(Permission.RAISE_ACTIONS, within=organisation.unit(read_session(), code))
        raise NotFound(N_("%(unit)s is not open today. Choose another unit."), unit=code)
    return unit


def _ask(form: NewActionForm, unit: Unit) -> str:
    in_section("actions.index")
    session, now = read_session(), clock.now()
    _offer_for(form, unit)
    areas = area_queries.areas_of(session, [unit], day=today(), known_at=now)
    return render_template(
        "hmswiki/actions/new.html", form=form, unit=unit, areas=areas if len(areas) <= MOST_AREAS_OFFERED else [],
        has_areas=bool(areas),
    )  # fmt: skip


def _offer_for(form: NewActionForm, unit: Unit) -> None:
    people = organisation.employed_in(read_session(), unit, day=today(), known_at=clock.now())
    form.responsible.choices = responsible_choices(people, with_area=True)


@blueprint.post("/actions/new")
@access(Permission.RAISE_ACTIONS)
def create() -> BaseResponse:
    """Raise it."""
    unit = _chosen(_units(read_session()))
    if unit is None:
        raise BadRequest(N_("The form does not say which unit it is for. Open it again from the list of actions."))
    form = NewActionForm(request.form)
    _offer_for(form, unit)
    if form.validate():
        try:
            with transaction(form.submission_id, then=url_for(".index", unit=unit.code)) as session:
                code = (form.area.data or "").strip()
                made = operations.raise_action(
                    session, title=form.title.data or "", text=form.text.data, today=today(), **_by(),
                    unit=organisation.unit(session, unit.code), due_on=form.due_on.data,  # type: ignore[arg-type]
                    area=_area(session, code) if code else None, **person_or_role(session, form.responsible.data),
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
        else:
            flash(_("The action is raised."), "success")
            return redirect(url_for(".show", action_key=made.key), 303)
    return make_response(_ask(form, unit), 422)


def _area(session: Session, code: str) -> Area:
    try:
        return area_queries.area(session, code)
    except NotFound as missing:
        raise Refusal(missing.text, field="area", **missing.facts) from None
