"""*When*: which checklist is due for whom and how often."""

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.checklists.models import ChecklistEdition, ChecklistRecord
from hmswiki.checklists.queries import all_current
from hmswiki.checklists.queries import checklist as find_checklist
from hmswiki.foundation import clock
from hmswiki.foundation.errors import NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission, may
from hmswiki.organisation import area_queries
from hmswiki.organisation.models import Area, Unit
from hmswiki.organisation.units import read_codes, units_by_code
from hmswiki.schedules import operations, pages, queries
from hmswiki.schedules.forms import ChangeForm, EndForm, ScheduleForm, WithdrawForm
from hmswiki.schedules.models import Audience, Reach, ScheduleRecord, ScheduleUnit
from hmswiki.schedules.operations import Whom
from hmswiki.schedules.pages import Preview
from hmswiki.schedules.rules import When, recurrence_for, when_of, window_for
from hmswiki.schedules.terms import EVENT, write_pauses, write_window
from hmswiki.web.access import access, allowed, authorise
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import actor, known_actor, read_session, today, transaction
from hmswiki.web.page import in_section
from hmswiki.web.parsing import page_number
from hmswiki.web.words import _, day

blueprint = FeatureBlueprint("schedules", __name__)

SECTION = "checklists.index"
"""The entry of the main menu that these pages belong to."""


# --- The list and one of them -------------------------------------------------------------------------------


@blueprint.get("/schedules")
@access(Permission.SEE_SCHEDULES)
def index() -> str:
    in_section(SECTION)
    page = pages.list_page(
        read_session(), today=today(), known_at=clock.now(), may_make=allowed(Permission.MANAGE_SCHEDULES)
    )
    return render_template("hmswiki/schedules/index.html", page=page)


@blueprint.get("/schedules/<key>")
@access(Permission.SEE_SCHEDULES)
def schedule(key: str) -> str:
    found = queries.schedule(read_session(), key)
    return _show(found, EndForm(formdata=None, ended=max(today(), found.starts_on)), WithdrawForm(formdata=None))


def _show(found: ScheduleRecord, end: EndForm, withdraw: WithdrawForm) -> str:
    in_section(SECTION)
    page = pages.schedule_page(
        read_session(), found, today=today(), known_at=clock.now(), who=actor(), page=page_number()
    )
    return render_template("hmswiki/schedules/show.html", page=page, end_form=end, withdraw_form=withdraw)


def _managed(session: Session, key: str) -> ScheduleRecord:
    """The schedule, for those who may change it."""
    found = queries.schedule(session, key)
    for place in operations.places(session, found, day=today(), known_at=clock.now()):
        authorise(Permission.MANAGE_SCHEDULES, within=place)
    return found


@blueprint.post("/schedules/<key>/end")
@access(Permission.MANAGE_SCHEDULES)
def end(key: str) -> Response:
    found = _managed(read_session(), key)
    form = EndForm(request.form)
    there = url_for(".schedule", key=key)
    status = 422
    if form.validate():
        assert form.ended.data is not None, "the form demands a day"
        try:
            with transaction(form.submission_id, then=there) as session:
                operations.end(
                    session, queries.schedule(session, key), ended=form.ended.data,
                    by=known_actor(), at=clock.now(), today=today(),
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            flash(_("It asks for nothing from %(day)s.", day=day(form.ended.data)), "success")
            return redirect(there, 303)
        found = queries.schedule(read_session(), key)
    return make_response(_show(found, form, WithdrawForm(formdata=None)), status)


@blueprint.post("/schedules/<key>/withdrawal")
@access(Permission.MANAGE_SCHEDULES)
def withdraw(key: str) -> Response:
    found = _managed(read_session(), key)
    form = WithdrawForm(request.form)
    there = url_for(".index")
    status = 422
    if form.validate():
        try:
            with transaction(form.submission_id, then=there) as session:
                operations.withdraw(
                    session, queries.schedule(session, key), reason=form.reason.data or "",
                    by=known_actor(), at=clock.now(), today=today(),
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            flash(_("It is withdrawn. Nobody is asked."), "success")
            return redirect(there, 303)
        found = queries.schedule(read_session(), key)
    earliest = max(today(), found.starts_on)
    return make_response(_show(found, EndForm(formdata=None, ended=earliest), form), status)


# --- Another frequency --------------------------------------------------------------------------------------


@blueprint.get("/schedules/<key>/change")
@access(Permission.MANAGE_SCHEDULES)
def change(key: str) -> str:
    found = _managed(read_session(), key)
    form = ChangeForm(formdata=None, starts_on=max(today(), found.starts_on)).offer()
    form.fill(when_of(found))
    return _ask_change(found, form, None)


@blueprint.post("/schedules/<key>/change")
@access(Permission.MANAGE_SCHEDULES)
def save_change(key: str) -> Response:
    found = _managed(read_session(), key)
    form = ChangeForm(request.form).offer()
    if request.form.get("do") == "preview":
        return make_response(_ask_change(found, form, _preview_change(found, form)))
    status = 422
    if form.validate():
        try:
            when = form.when(today=today())
            with transaction(form.submission_id, then=url_for(".schedule", key=key)) as session:
                made = operations.change(
                    session, queries.schedule(session, key), when, by=known_actor(), at=clock.now(), today=today()
                )
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            flash(_("It is changed from %(day)s. What has been done stays.", day=day(made.starts_on)), "success")
            return redirect(url_for(".schedule", key=made.key), 303)
        found = queries.schedule(read_session(), key)
    return make_response(_ask_change(found, form, None), status)


def _preview_change(found: ScheduleRecord, form: ChangeForm) -> Preview:
    try:
        planned, over = operations.plan_change(found, form.when(today=today()), today=today())
        whom = Whom(
            Audience(found.audience), [(one.unit, Reach(one.reach)) for one in found.units], found.areas,
            found.role, found.area_kind,
        )  # fmt: skip
        row = _row(found.checklist, whom, planned)
        return pages.preview(read_session(), row, today=today(), known_at=clock.now(), over=over)
    except Refusal as refusal:
        return Preview.refused(refusal)


def _ask_change(found: ScheduleRecord, form: ChangeForm, preview: Preview | None) -> str:
    in_section(SECTION)
    line = pages.ScheduleLine(found, today())
    return render_template("hmswiki/schedules/change.html", form=form, line=line, preview=preview)


# --- A new one ----------------------------------------------------------------------------------------------


@blueprint.get("/schedules/new")
@access(Permission.MANAGE_SCHEDULES)
def new() -> str:
    form = ScheduleForm(formdata=None, starts_on=today()).offer(_checklists(), _units())
    form.checklist.data = request.args.get("checklist", "")
    return _ask(form, None)


@blueprint.post("/schedules/new")
@access(Permission.MANAGE_SCHEDULES)
def create() -> Response:
    form = ScheduleForm(request.form).offer(_checklists(), _units())
    if request.form.get("do") == "preview":
        return make_response(_ask(form, _preview(form)))
    status = 422
    if form.validate():
        try:
            when = form.when(today=today())
            with transaction(form.submission_id, then=url_for(".index")) as session:
                made = operations.create(
                    session, find_checklist(session, form.checklist.data or ""), _whom(session, form, when), when,
                    by=known_actor(), at=clock.now(), today=today(),
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            flash(_("Saved. Those it is for see it on their own page when it begins."), "success")
            return redirect(url_for(".schedule", key=made.key), 303)
    return make_response(_ask(form, None), status)


def _checklists() -> list[ChecklistEdition]:
    return all_current(read_session(), today())


def _units() -> list[Unit]:
    """Those that are open or will be, and that the person may decide for."""
    units = queries.tree(read_session()).units.values()
    open_units = [unit for unit in units if unit.closed is None or unit.closed > today()]
    return [unit for unit in open_units if may(actor(), Permission.MANAGE_SCHEDULES, within=unit)]


def _whom(session: Session, form: ScheduleForm, when: When) -> Whom:
    """Whom it is for. Raises Refusal for codes that are none."""
    audience = Audience(form.audience.data or Audience.AREAS)
    units = units_by_code(session, form.units.data or [], field="units")
    reach = Reach(form.reach.data or Reach.ALL_BENEATH)
    asks_areas = audience is Audience.AREAS
    return Whom(
        audience,
        [(unit, reach) for unit in units],
        _areas(session, form) if asks_areas else (),
        form.chosen_role,
        form.chosen_kind if asks_areas else None,
    )


def _areas(session: Session, form: ScheduleForm) -> list[Area]:
    found = []
    for code in read_codes(form.areas.data or ""):
        try:
            found.append(area_queries.area(session, code))
        except NotFound as missing:
            raise Refusal(missing.text, field="areas", **missing.facts) from None
    return found


def _preview(form: ScheduleForm) -> Preview:
    session = read_session()
    try:
        when = form.when(today=today())
        if not form.checklist.data:
            return Preview(problem=_("Choose a checklist, and you see whom it reaches."))
        checklist = find_checklist(session, form.checklist.data)
        whom = _whom(session, form, when)
        operations.check(session, checklist, whom, when, by=known_actor(), at=clock.now())
        return pages.preview(session, _row(checklist, whom, when), today=today(), known_at=clock.now())
    except Refusal as refusal:
        return Preview.refused(refusal)


def _row(checklist: ChecklistRecord, whom: Whom, when: When) -> ScheduleRecord:
    """A row that no session knows, to see what it would do. Raises Refusal for what cannot be."""
    return ScheduleRecord(
        checklist=checklist, audience=whom.audience, role=whom.role, area_kind=whom.area_kind, every=when.every,
        window=write_window(window_for(when)), pauses=write_pauses(recurrence_for(when).pauses), by=when.by,
        within=when.within if when.every == EVENT else None, event=when.event, starts_on=when.starts_on,
        units=[ScheduleUnit(unit_id=unit.id, unit=unit, reach=reach) for unit, reach in whom.units],
        areas=list(whom.areas),
    )  # fmt: skip


def _ask(form: ScheduleForm, preview: Preview | None) -> str:
    in_section(SECTION)
    units = _units()
    return render_template(
        "hmswiki/schedules/new.html", form=form, preview=preview, units=units,
        depth={unit.id: min(unit.path.count("/") - 2, 6) for unit in units},
    )  # fmt: skip
