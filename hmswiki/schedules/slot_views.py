"""What a schedule asks of one unit, area or person: its next times, and what is arranged about them."""

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission, may
from hmswiki.organisation.queries import person as find_person
from hmswiki.schedules import pages, queries, slot_operations
from hmswiki.schedules.forms import EventDayForm, EventForm, HandOverForm, PlainForm, SkipForm
from hmswiki.schedules.models import ScheduleRecord
from hmswiki.schedules.subjects import Subject
from hmswiki.schedules.views import SECTION, blueprint
from hmswiki.web.access import access, authorise
from hmswiki.web.context import actor, known_actor, read_session, today, transaction
from hmswiki.web.forms import PageForm
from hmswiki.web.page import in_section
from hmswiki.web.words import _


@blueprint.get("/schedules/<key>/subjects/<slot>")
@access(Permission.SEE_SCHEDULES)
def subject(key: str, slot: str) -> str:
    return _show(key, slot)


def _show(key: str, slot: str, **forms: PageForm) -> str:
    in_section(SECTION)
    session = read_session()
    found = queries.schedule(session, key)
    now = clock.now()
    at_hand = slot_operations.asked(session, found, slot, day=today(), known_at=now)
    slot_operations.demand_seeing(session, known_actor(), at_hand, day=today(), known_at=now)
    page = pages.subject_page(
        session, found, slot, today=today(), known_at=now, who=actor(),
        may_record=bool(may(actor(), Permission.MANAGE_SCHEDULES, within=at_hand.within)),
    )  # fmt: skip
    wanted = request.args.get("occurrence", "")
    shown: dict[str, Any] = {
        "skip_form": SkipForm(formdata=None, occurrence=wanted),
        "hand_over_form": HandOverForm(formdata=None, occurrence=wanted),
        "event_form": EventForm(formdata=None),
        "plain_form": PlainForm(formdata=None),
        **forms,
    }
    day_forms = {
        event.id: forms.get(f"event_day_form_{event.id}", EventDayForm(formdata=None, happens_on=event.happens_on))
        for event in page.events
        if event.id is not None
    }
    for id, form in day_forms.items():
        form["happens_on"].id = f"day-{id}"
    for name in ("skip_form", "hand_over_form"):
        shown[name].occurrence.choices = page.choices
    shown["hand_over_form"].offer(page.can_take_over)
    return render_template("hmswiki/schedules/subject.html", page=page, day_forms=day_forms, **shown)


def _arranged(key: str, slot: str) -> None:
    """Lets those go on who may skip and hand over here."""
    session = read_session()
    found = queries.schedule(session, key)
    at_hand = slot_operations.asked(session, found, slot, day=today(), known_at=clock.now())
    decision = slot_operations.may_arrange(session, actor(), at_hand, day=today())
    if not decision:
        raise NotAllowed(decision.reason)


def _recorded(key: str, slot: str) -> None:
    """Lets those go on who may record an event here."""
    session = read_session()
    found = queries.schedule(session, key)
    at_hand = slot_operations.asked(session, found, slot, day=today(), known_at=clock.now())
    authorise(Permission.MANAGE_SCHEDULES, within=at_hand.within)


def _done(
    key: str,
    slot: str,
    form: PageForm,
    name: str,
    do: Callable[[Session, ScheduleRecord], object],
    said: str,
) -> Response:
    """Carry out what the form asks for, or show the page again with what was typed."""
    there = url_for(".subject", key=key, slot=slot)
    status = 422
    if form.validate():
        try:
            with transaction(form.submission_id, then=there) as session:
                do(session, queries.schedule(session, key))
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            flash(said, "success")
            return redirect(there, 303)
    return make_response(_show(key, slot, **{name: form}), status)


@blueprint.post("/schedules/<key>/subjects/<slot>/skips")
@access(Permission.SEE_SCHEDULES)
def skip(key: str, slot: str) -> Response:
    _arranged(key, slot)
    form = SkipForm(request.form)
    return _done(
        key, slot, form, "skip_form",
        lambda session, found: slot_operations.skip(
            session, found, slot, form.occurrence.data or "", reason=form.reason.data or "",
            by=known_actor(), at=clock.now(), today=today(),
        ),
        _("It is skipped. Nobody is asked for it."),
    )  # fmt: skip


@blueprint.post("/schedules/<key>/subjects/<slot>/handovers")
@access(Permission.SEE_SCHEDULES)
def hand_over(key: str, slot: str) -> Response:
    _arranged(key, slot)
    form = HandOverForm(request.form)

    def do(session: Session, found: ScheduleRecord) -> None:
        if not form.to.data:
            raise Refusal(N_("Choose who does it."), field="to")
        slot_operations.hand_over(
            session, found, slot, form.occurrence.data or "", to=find_person(session, form.to.data),
            note=form.note.data, by=known_actor(), at=clock.now(), today=today(),
        )  # fmt: skip

    return _done(key, slot, form, "hand_over_form", do, _("It is handed over."))


@blueprint.post("/schedules/<key>/subjects/<slot>/events")
@access(Permission.MANAGE_SCHEDULES)
def record_event(key: str, slot: str) -> Response:
    _recorded(key, slot)
    form = EventForm(request.form)

    def do(session: Session, found: ScheduleRecord) -> None:
        assert form.happens_on.data is not None, "the form demands a day"
        slot_operations.record_event(
            session, found, slot, happens_on=form.happens_on.data, text=form.text.data,
            by=known_actor(), at=clock.now(), today=today(),
        )  # fmt: skip

    return _done(key, slot, form, "event_form", do, _("The event is recorded."))


@blueprint.post("/schedules/<key>/skips/<int:id>/withdrawal")
@access(Permission.SEE_SCHEDULES)
def take_back_skip(key: str, id: int) -> Response:
    slot = Subject.of(slot_operations.skip_of(read_session(), queries.schedule(read_session(), key), id)).slot
    _arranged(key, slot)

    def do(session: Session, found: ScheduleRecord) -> None:
        row = slot_operations.skip_of(session, found, id)
        slot_operations.take_back_skip(session, row, by=known_actor(), at=clock.now(), today=today())

    return _done(key, slot, PlainForm(request.form), "plain_form", do, _("It is asked for again."))


@blueprint.post("/schedules/<key>/handovers/<int:id>/withdrawal")
@access(Permission.SEE_SCHEDULES)
def take_back_handover(key: str, id: int) -> Response:
    slot = Subject.of(slot_operations.handover_of(read_session(), queries.schedule(read_session(), key), id)).slot
    _arranged(key, slot)

    def do(session: Session, found: ScheduleRecord) -> None:
        row = slot_operations.handover_of(session, found, id)
        slot_operations.take_back_handover(session, row, by=known_actor(), at=clock.now(), today=today())

    return _done(key, slot, PlainForm(request.form), "plain_form", do, _("It falls to those it fell to before."))


@blueprint.post("/schedules/<key>/events/<int:id>/day")
@access(Permission.MANAGE_SCHEDULES)
def correct_event(key: str, id: int) -> Response:
    slot = Subject.of(slot_operations.event_of(read_session(), queries.schedule(read_session(), key), id)).slot
    _recorded(key, slot)
    form = EventDayForm(request.form)

    def do(session: Session, found: ScheduleRecord) -> None:
        assert form.happens_on.data is not None, "the form demands a day"
        row = slot_operations.event_of(session, found, id)
        slot_operations.correct_event(
            session, row, happens_on=form.happens_on.data, by=known_actor(), at=clock.now(), today=today()
        )

    return _done(key, slot, form, f"event_day_form_{id}", do, _("The event has another day."))


@blueprint.post("/schedules/<key>/events/<int:id>/withdrawal")
@access(Permission.MANAGE_SCHEDULES)
def withdraw_event(key: str, id: int) -> Response:
    slot = Subject.of(slot_operations.event_of(read_session(), queries.schedule(read_session(), key), id)).slot
    _recorded(key, slot)

    def do(session: Session, found: ScheduleRecord) -> None:
        row = slot_operations.event_of(session, found, id)
        slot_operations.withdraw_event(
            session, row, reason=None, by=known_actor(), at=clock.now(), today=today()
        )  # fmt: skip

    return _done(key, slot, PlainForm(request.form), "plain_form", do, _("The event is withdrawn."))
