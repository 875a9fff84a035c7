"""A round that runs: its page, its answers and photos, handing it in, giving it up."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from flask import Response as JsonResponse
from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest, Conflict, NotFound, Refusal
from hmswiki.foundation.files import StoredFile
from hmswiki.foundation.permissions import Permission
from hmswiki.rounds import answering, doing, form_answers, operations, queries, result_pages, round_pages, rules
from hmswiki.rounds import photos as pictures
from hmswiki.rounds.forms import AnswersForm, PlainForm, ReasonForm
from hmswiki.rounds.models import Round
from hmswiki.rounds.operations import NotComplete
from hmswiki.rounds.queries import Filled
from hmswiki.rounds.round_pages import Typed
from hmswiki.web import parsing
from hmswiki.web.access import access, takes_files
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.failures import wants_json
from hmswiki.web.page import in_section
from hmswiki.web.words import _, say

blueprint = FeatureBlueprint("rounds", __name__)

View = Response | str

MENU = "checklists.index"
"""The entry of the main menu that rounds belong to."""


@blueprint.get("/rounds/<key>")
@access(Permission.SIGNED_IN)
def show(key: str) -> View:
    """To be filled in while it runs, by those who may; else what came of it."""
    round = seen(read_session(), key)
    if not _is_filled_in(round):
        return shown_result(round)
    return running(queries.filled(read_session(), round))


def seen(session: Session, key: str) -> Round:
    """The round, when who asks may see it. Raises NotFound, NotAllowed."""
    round = queries.find(session, key)
    doing.demand_seeing(session, known_actor(), round, day=today(), known_at=clock.now())
    return round


def done_by_reader(session: Session, key: str) -> Round:
    """The round, when who asks may do it. Raises NotFound, NotAllowed."""
    round = queries.find(session, key)
    doing.demand_doing_of(session, known_actor(), round, day=today(), known_at=clock.now())
    return round


def _is_filled_in(round: Round) -> bool:
    runs = round.handed_in_at is None and round.abandoned_at is None
    return runs and doing.may_do(read_session(), known_actor(), round, day=today(), known_at=clock.now())


def running(
    filled: Filled, status: int = 200, *, typed: Typed | None = None, lacking: Sequence[rules.Missing] = ()
) -> Response:
    # A new submission: what was saved of the last one is saved, and what is typed next is something else.
    page = round_pages.round_page(
        read_session(), filled, known_actor(), today=today(), at=clock.now(), form=AnswersForm(formdata=None),
        typed=typed, lacking=lacking,
    )  # fmt: skip
    in_section(MENU)
    return make_response(render_template("hmswiki/rounds/round.html", page=page), status)


def shown_result(round: Round, status: int = 200, *, problems: Sequence[str] = ()) -> Response:
    page = result_pages.result_page(
        read_session(), round, known_actor(), today=today(), at=clock.now(), problems=problems
    )
    in_section(MENU)
    return make_response(render_template("hmswiki/rounds/result.html", page=page), status)


def correcting(
    round: Round, typed: Typed, status: int = 200, *, form: ReasonForm | None = None, items: Sequence[str] = ()
) -> Response:
    """The form for a correction: of `items`, or of all that was typed."""
    page = result_pages.correction_page(
        read_session(), round, known_actor(), today=today(), at=clock.now(), typed=typed, items=items,
        form=form or ReasonForm(formdata=None),
    )  # fmt: skip
    in_section(MENU)
    return make_response(render_template("hmswiki/rounds/correction.html", page=page), status)


# --- Answers ------------------------------------------------------------------------------------------------


@blueprint.post("/rounds/<key>/answers")
@access(Permission.SIGNED_IN)
@takes_files
def answers(key: str) -> View:
    """Save what was answered, each answer for itself. A phone sends JSON; a form everything that stands on it."""
    if request.is_json:
        return _answers_of_phone(key)
    result = _save_form(key)
    if result is not None:
        return result
    if request.form.get("then") == "hand-in":
        return _hand_in(key)
    flash(_("What you have answered is saved."), "success")
    return redirect(url_for(".show", key=key), 303)


def _answers_of_phone(key: str) -> View:
    sent = parsing.json_body()
    read, unreadable = answering.read_all(sent)
    read = answering.by_our_clock(read, sent, clock.now())
    with transaction() as session:
        outcome = operations.answer(session, key, read, by=known_actor(), at=clock.now(), today=today())
    return jsonify({
        "saved": list(outcome.saved),
        "refused": [
            {"key": each.key, "item": each.item, "finding": each.finding, "sentence": say(each.refusal)}
            for each in (*unreadable, *outcome.refused)
        ],
        "handed_in": outcome.handed_in,
    })  # fmt: skip


def _save_form(key: str) -> Response | None:
    """Save what the form holds. The page again, with what was refused, where something was; None where all is saved."""
    form = AnswersForm()
    session = read_session()
    filled = queries.filled(session, done_by_reader(session, key))
    incoming = form_answers.changed(filled, request.form, form.submission_id, at=clock.now())
    taken, refused_photos = prepared_uploads(form_answers.uploads(filled, request.files, form.submission_id))
    try:
        with transaction() as session:
            outcome = operations.answer(session, key, incoming, by=known_actor(), at=clock.now(), today=today())
            for photo_key, item, prepared in taken:
                operations.add_photo(
                    session, key, photo_key=photo_key, item=item, prepared=prepared, taken_at=clock.now(),
                    by=known_actor(), at=clock.now(), today=today(),
                )  # fmt: skip
    except Conflict as refusal:
        round = queries.find(read_session(), key)
        if round.handed_in_at is None:
            raise
        # What was typed is not lost: it stands in the form for a correction.
        typed = form_answers.kept(incoming, form_answers.all_refused(incoming, refusal))
        typed = Typed(values=typed.values, still=typed.still, problems=[say(refusal)])
        return correcting(round, typed, refusal.status)
    if not outcome.refused and not refused_photos:
        return None
    typed = form_answers.kept(incoming, outcome.refused)
    typed.errors.update(refused_photos)
    return running(queries.filled(read_session(), queries.find(read_session(), key)), 422, typed=typed)


def prepared_uploads(
    uploads: Sequence[form_answers.Upload],
) -> tuple[list[tuple[str, str, pictures.Prepared]], dict[str, str]]:
    """The photos as they are kept, and what to say at the items of those that are none."""
    taken, refused = [], {}
    for upload in uploads:
        try:
            taken.append((upload.key, upload.item, pictures.prepared(upload.data)))
        except Refusal as refusal:
            refused[upload.item] = say(refusal)
    return taken, refused


@blueprint.get("/rounds/<key>/state")
@access(Permission.SIGNED_IN)
def state(key: str) -> Response:
    """What counts now, for those who have the round open: asked for again and again, answered 304 while unchanged."""
    session = read_session()
    round = seen(session, key)
    mark = queries.mark_of_state(session, round)
    if request.if_none_match.contains_weak(mark):
        response = JsonResponse(status=304)
    else:
        response = jsonify({**round_pages.state(queries.filled(session, round)), "csrf_token": generate_csrf()})
    response.set_etag(mark)
    return response


# --- Photos -------------------------------------------------------------------------------------------------


@blueprint.post("/rounds/<key>/photos")
@access(Permission.SIGNED_IN)
@takes_files
def photos(key: str) -> View:
    """Keep a photo that was taken at an item."""
    done_by_reader(read_session(), key)  # nobody else makes us open pictures
    file = request.files.get("photo")
    item = request.form.get("item", "")
    if file is None:
        raise BadRequest(N_("There is no photo in what was sent. Choose one, or take one."))
    photo_key, taken_at = _photo_key(request.form.get("key")), _taken_at(request.form.get("taken_at"))
    try:
        prepared = pictures.prepared(file.read())
        with transaction() as session:
            photo = operations.add_photo(
                session, key, photo_key=photo_key, item=item, prepared=prepared, taken_at=taken_at,
                by=known_actor(), at=clock.now(), today=today(),
            )  # fmt: skip
            view = round_pages.photo_view(photo)
    except (NotFound, Conflict):
        raise
    except Refusal as refusal:
        if wants_json() or refusal.status == 403:
            raise
        typed = Typed(errors={item: say(refusal)})
        return running(queries.filled(read_session(), queries.find(read_session(), key)), refusal.status, typed=typed)
    if wants_json():
        found = {"key": view.key, "url": view.url, "width": view.width, "height": view.height}
        return make_response(jsonify(found), 201)
    return redirect(url_for(".show", key=key, _anchor=f"item-{item}"), 303)


def _photo_key(given: str | None) -> str:
    return answering.read_key(given) if given else str(uuid4())


def _taken_at(given: str | None) -> datetime:
    return answering.read_time(given) if given else clock.now()


@blueprint.get("/photos/<key>")
@access(Permission.SIGNED_IN)
def photo(key: str) -> Response:
    """A photo, for those who may see its round."""
    session = read_session()
    found = queries.photo(session, key)
    round = session.get_one(Round, found.round_id)
    doing.demand_seeing(session, known_actor(), round, day=today(), known_at=clock.now())
    data = session.scalars(select(StoredFile.data).where(StoredFile.sha256 == found.sha256)).one()
    response = JsonResponse(data, content_type=found.file.media_type)
    response.set_etag(found.sha256)
    response.make_conditional(request)
    return response


@blueprint.post("/photos/<key>/withdrawal")
@access(Permission.SIGNED_IN)
def withdraw_photo(key: str) -> Response:
    """Take a photo away."""
    form = PlainForm()
    round_key = _round_of_photo(key)
    then = url_for(".show", key=round_key)
    with transaction(form.submission_id, then=then) as session:
        operations.withdraw_photo(session, queries.photo(session, key), by=known_actor(), at=clock.now(), today=today())
    if wants_json():
        return make_response("", 204)
    flash(_("The photo is taken away."), "success")
    return redirect(then, 303)


def _round_of_photo(photo_key: str) -> str:
    """The key of the round in which the photo was taken. Raises NotFound."""
    session = read_session()
    return session.get_one(Round, queries.photo(session, photo_key).round_id).key


# --- The end ------------------------------------------------------------------------------------------------


@blueprint.post("/rounds/<key>/handing-in")
@access(Permission.SIGNED_IN)
@takes_files
def hand_in(key: str) -> View:
    """End the round. A form that brings the answers too has them saved first."""
    if any(name.startswith("was-") for name in request.form):
        result = _save_form(key)
        if result is not None:
            return result
    return _hand_in(key)


def _hand_in(key: str) -> View:
    then = url_for(".show", key=key)
    try:
        with transaction() as session:
            operations.hand_in(session, key, by=known_actor(), at=clock.now(), today=today())
    except NotComplete as refusal:
        if wants_json():
            raise
        session = read_session()
        filled = queries.filled(session, done_by_reader(session, key))
        return running(filled, refusal.status, typed=Typed(problems=[say(refusal)]), lacking=refusal.missing)
    except Conflict as refusal:
        round = queries.find(read_session(), key)
        if wants_json() or round.abandoned_at is not None:
            raise
        if round.handed_in_by_id == known_actor().person_id:
            return redirect(then, 303)  # the button was pressed twice
        return shown_result(round, refusal.status, problems=[say(refusal)])
    if wants_json():
        return jsonify({"location": then})
    flash(_("The round is handed in."), "success")
    return redirect(then, 303)


@blueprint.post("/rounds/<key>/abandonment")
@access(Permission.SIGNED_IN)
def abandon(key: str) -> View:
    """Give up a round that was not handed in."""
    form = ReasonForm()
    then = url_for(".show", key=key)
    round = done_by_reader(read_session(), key)
    if not form.validate():
        typed = Typed(problems=[sentence for _id, sentence in form.errors_in_order()])
        return running(queries.filled(read_session(), round), 422, typed=typed)
    with transaction(form.submission_id, then=then) as session:
        operations.abandon(
            session, queries.find(session, key), reason=form.reason.data or "", by=known_actor(), at=clock.now(),
            today=today(),
        )  # fmt: skip
    flash(_("The round is given up. What was answered in it stays here."), "success")
    return redirect(then, 303)
