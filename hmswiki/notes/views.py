"""A group's note: its page, what is written in it, its state for those who have it open, and handing it in."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from flask import Response as JsonResponse
from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.notes import editing, note_pages, operations, plain_notes, queries
from hmswiki.notes.forms import HandInForm, NoteForm
from hmswiki.notes.note_pages import Reader, Standing
from hmswiki.notes.plain_notes import TypedBox
from hmswiki.web import parsing
from hmswiki.web.access import access, allowed, authorise, passes
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import actor, read_session, transaction
from hmswiki.web.failures import wants_json
from hmswiki.web.page import in_section
from hmswiki.web.words import _, say
from hmswiki.workshops import doors
from hmswiki.workshops import queries as workshop_queries
from hmswiki.workshops.clock import at_hand
from hmswiki.workshops.models import Group, Task

blueprint = FeatureBlueprint("notes", __name__)

View = Response | str

SECTION = "workshops.index"
NOTE = "/workshops/<key>/groups/<int:number>/notes/<task_key>"


def opened(session: Session, key: str, number: int) -> Group:
    """The group, when who asks may write in it. Raises NotFound, NotAllowed, NotSignedIn."""
    group = queries.group_at(session, key, number)
    authorise(Permission.WRITE_NOTES, within=group.meeting)
    return group


def reader(group: Group) -> Reader:
    """Who asks, as far as the note goes."""
    seat = doors.seat_in(group.workshop)
    seat = seat if seat is not None and seat.group_id == group.id else None
    return Reader(actor(), seat, passes(Permission.WRITE_NOTES))


@blueprint.get("/workshops/<key>/groups/<int:number>")
@access(Permission.WRITE_NOTES)
def group(key: str, number: int) -> Response:
    """To the task that runs, else to the first that is not closed, else to the last."""
    session = read_session()
    found = opened(session, key, number)
    tasks = workshop_queries.tasks(session, found.workshop)
    happened = workshop_queries.events(session, found.workshop)
    hand = at_hand([workshop_queries.clock_of(task, happened) for task in tasks])
    if hand is None:
        raise NotFound(N_("The meeting has no task yet. Come back when the organiser has written one."))
    return redirect(note_pages.address("note", found, tasks[hand]), 303)


@blueprint.get(NOTE)
@access(Permission.WRITE_NOTES)
def note(key: str, number: int, task_key: str) -> View:
    return shown(_standing(key, number, task_key))


def _standing(key: str, number: int, task_key: str) -> Standing:
    session = read_session()
    found = opened(session, key, number)
    tasks = workshop_queries.tasks(session, found.workshop)
    task = workshop_queries.task_among(tasks, task_key)
    return note_pages.standing(session, found, task, reader(found), tasks=tasks)


def shown(
    stands: Standing, status: int = 200, *, form: NoteForm | None = None, typed: Sequence[TypedBox] = ()
) -> Response:
    in_section(SECTION)
    page = note_pages.note_page(
        read_session(), stands, form=form or NoteForm(formdata=None), typed=typed,
        is_organiser=allowed(Permission.MANAGE_WORKSHOPS, within=stands.group.workshop.meeting),
    )  # fmt: skip
    return make_response(render_template("hmswiki/notes/note.html", page=page), status)


@blueprint.get(f"{NOTE}/state")
@access(Permission.WRITE_NOTES)
def state(key: str, number: int, task_key: str) -> Response:
    """How the note stands, asked for again and again: answered 304 while unchanged, for two selects."""
    session = read_session()
    found = opened(session, key, number)
    who = reader(found)
    mark = note_pages.mark(found, task_key, who)
    if request.if_none_match.contains_weak(mark):
        response = JsonResponse(status=304)
    else:
        tasks = workshop_queries.tasks(session, found.workshop)
        task = workshop_queries.task_among(tasks, task_key)
        response = jsonify(note_pages.state(note_pages.standing(session, found, task, who, tasks=tasks)))
    response.set_etag(mark)
    return response


# --- Writing ------------------------------------------------------------------------------------------------


@blueprint.post(f"{NOTE}/edits")
@access(Permission.WRITE_NOTES)
def edits(key: str, number: int, task_key: str) -> Response:
    """Save what a phone has, each edit for itself. Tells how the note stands then, so that the phone need not ask."""
    now = clock.now()
    with transaction() as session:
        found = opened(session, key, number)
        tasks, who = workshop_queries.tasks(session, found.workshop), reader(found)
        task = workshop_queries.task_among(tasks, task_key)
        read, unreadable = editing.read_all(parsing.json_body(), now)
        outcome = operations.apply_edits(
            session, found, task, read, by=actor(), seat=who.seat, passes=who.passes, at=now
        )  # fmt: skip
        stands = note_pages.standing(session, found, task, who, tasks=tasks, rows=outcome.rows)
        told = {"state": note_pages.state(stands), "mark": note_pages.mark(found, task_key, who)}
    return jsonify({
        "saved": [{"key": each.key, "point": each.point, "written": each.written} for each in outcome.saved],
        "refused": [
            {"key": each.key, "sentence": say(each.refusal), "status": each.refusal.status}
            for each in (*unreadable, *outcome.refused)
        ],
        **told,
    })  # fmt: skip


def _held(session: Session, key: str, number: int, task_key: str) -> tuple[Group, Task]:
    found = queries.group_at(session, key, number)
    return found, workshop_queries.task(session, found.workshop, task_key)


@blueprint.post(NOTE)
@access(Permission.WRITE_NOTES)
def save(key: str, number: int, task_key: str) -> View:
    """Save what the form holds: all of it, or nothing, and then what was typed stands there still."""
    result = _save_form(key, number, task_key)
    if isinstance(result, Response):
        return result
    flash(_("What you have written is saved."), "success")
    return redirect(result, 303)


@blueprint.post(f"{NOTE}/hand-in")
@access(Permission.WRITE_NOTES)
def hand_in(key: str, number: int, task_key: str) -> View:
    """Hand the note in. A form that brings the lines too has them saved first."""
    if any(name.startswith("lines-") for name in request.form):
        result = _save_form(key, number, task_key, hands_in=True)
        if isinstance(result, Response):
            return result
        flash(_("The note is handed in."), "success")
        return redirect(result, 303)
    return _hand_in_alone(key, number, task_key)


class _NotAll(Exception):
    """Something in the form was refused, so nothing of it is saved."""

    def __init__(self, refused: list[Refusal]) -> None:
        self.refused = refused


def _save_form(key: str, number: int, task_key: str, *, hands_in: bool = False) -> Response | str:
    """The page again, where something was refused; else the address of the page."""
    form = NoteForm()
    stands = _standing(key, number, task_key)
    who, now, then = stands.reader, clock.now(), note_pages.address("note", stands.group, stands.task)
    typed = note_pages.typed_boxes(stands, request.form)
    seen = [line.written for box in typed for line in box.seen]
    texts = queries.texts(read_session(), stands.group, stands.task, seen)
    incoming = plain_notes.changes(typed, texts, form.submission_id, at=now)
    try:
        with transaction(form.submission_id, then=then) as session:
            found, task = _held(session, key, number, task_key)
            outcome = operations.apply_edits(
                session, found, task, incoming, by=actor(), seat=who.seat, passes=who.passes, at=now
            )  # fmt: skip
            if outcome.refused:
                raise _NotAll([each.refusal for each in outcome.refused])
            if hands_in:
                operations.hand_in(
                    session, found, task, key=str(form.submission_id or uuid4()), made_at=now, by=actor(),
                    seat=who.seat, passes=who.passes, at=now,
                )  # fmt: skip
    except (_NotAll, Refusal) as refused:
        refusals = refused.refused if isinstance(refused, _NotAll) else [refused]
        if refusals[0].status in (401, 403, 404):
            raise refusals[0] from None
        again = NoteForm(formdata=None)
        for sentence in dict.fromkeys(say(refusal) for refusal in refusals):
            again.problems.append(sentence)
        return shown(_standing(key, number, task_key), refusals[0].status, form=again, typed=typed)
    return then


def _hand_in_alone(key: str, number: int, task_key: str) -> View:
    form = HandInForm()
    who, now = reader(opened(read_session(), key, number)), clock.now()
    try:
        with transaction() as session:
            found, task = _held(session, key, number, task_key)
            handed_in = operations.hand_in(
                session, found, task, key=str(_hand_in_key(form)), made_at=now, by=actor(), seat=who.seat,
                passes=who.passes, at=now,
            )  # fmt: skip
            at, pulse = handed_in.recorded_at, note_pages.pulse(found)
    except Refusal as refusal:
        if wants_json() or refusal.status in (401, 403, 404):
            raise
        again = NoteForm(formdata=None)
        again.take(refusal)
        return shown(_standing(key, number, task_key), refusal.status, form=again)
    if wants_json():
        return jsonify({"handed_in_at": at.isoformat(), "pulse": pulse})
    flash(_("The note is handed in."), "success")
    return redirect(url_for(".note", key=key, number=number, task_key=task_key), 303)


def _hand_in_key(form: HandInForm) -> UUID:
    return form.submission_id or uuid4()
