"""What is done with a round after it was handed in: corrections and signatures."""

from flask import flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, Conflict, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.rounds import answering, form_answers, operations, queries, signing
from hmswiki.rounds.forms import PlainForm, ReasonForm, SignForm
from hmswiki.rounds.round_pages import Typed
from hmswiki.rounds.views import View, blueprint, correcting, done_by_reader, prepared_uploads, seen
from hmswiki.web import parsing
from hmswiki.web.access import access, takes_files
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.words import _, say

# --- Corrections --------------------------------------------------------------------------------------------


@blueprint.get("/rounds/<key>/corrections")
@access(Permission.SIGNED_IN)
def correction(key: str) -> View:
    """The form for correcting an item of a round that was handed in (`?item=`)."""
    round = done_by_reader(read_session(), key)
    item = request.args.get("item", "")
    if round.handed_in_at is None or item not in queries.asked_of(round).by_key:
        return redirect(url_for(".show", key=key), 303)
    return correcting(round, Typed(), items=[item])


@blueprint.post("/rounds/<key>/corrections")
@access(Permission.SIGNED_IN)
@takes_files
def correct(key: str) -> View:
    """Add to a round that was handed in, with the reason: from the form, or what a phone had kept."""
    if request.is_json:
        return _correct_by_phone(key)
    form = ReasonForm()
    session = read_session()
    round = done_by_reader(session, key)
    filled = queries.filled(session, round)
    incoming = form_answers.changed(filled, request.form, form.submission_id, at=clock.now())
    items = [name.removeprefix("was-") for name in request.form if name.startswith("was-")]
    taken, refused_photos = prepared_uploads(form_answers.uploads(filled, request.files, form.submission_id))
    typed = form_answers.kept(incoming, [])
    typed.errors.update(refused_photos)
    # With a photo alone the answer stays as it is, and the reason stands beside it.
    with_photo = {item for _key, item, _photo in taken} - {each.item for each in incoming}
    for item in with_photo:
        asked = filled.asked.by_key[item]
        incoming.append(form_answers.as_it_stands(asked, request.form, form.submission_id, at=clock.now()))
    if not incoming and not refused_photos:
        typed.problems.append(_("Nothing was changed. Change the answer, or add a photo."))
    if not form.validate() or typed.problems or refused_photos:
        return _again(key, incoming, items, typed, form, 422)
    try:
        with transaction() as session:
            outcome = operations.correct(
                session, key, incoming, reason=form.reason.data or "", by=known_actor(), at=clock.now(),
                today=today(), photos=taken,
            )  # fmt: skip
            if outcome.refused:
                raise _SomeRefused(outcome)
    except _SomeRefused as problem:
        typed = form_answers.kept(incoming, problem.outcome.refused)
        return _again(key, incoming, items, typed, form, 422)
    except (NotAllowed, NotFound, Conflict):
        raise
    except Refusal as refusal:
        form.take(refusal)
        return _again(key, incoming, items, Typed(), form, refusal.status)
    flash(_("The correction is saved, with the reason. What was handed in stays readable."), "success")
    return redirect(url_for(".show", key=key), 303)


class _SomeRefused(Exception):
    """One answer cannot be: then none of the correction is recorded."""

    def __init__(self, outcome: operations.Outcome) -> None:
        self.outcome = outcome
        super().__init__()


def _again(
    key: str, incoming: list[answering.Incoming], items: list[str], typed: Typed, form: ReasonForm, status: int
) -> Response:  # fmt: skip
    for each in incoming:
        if each.item is not None:
            typed.values.setdefault(each.item, {"value": each.value, "note": each.note, "details": each.details})
        elif each.finding is not None:
            typed.still.setdefault(each.finding, each.value or "")
    again = ReasonForm(formdata=None, reason=form.reason.data)
    again.reason.errors, again.problems = form.reason.errors, form.problems
    return correcting(queries.find(read_session(), key), typed, status, form=again, items=items)


def _correct_by_phone(key: str) -> View:
    data = parsing.json_body()
    read, unreadable = answering.read_all(data)
    reason = data.get("reason") if isinstance(data, dict) else None
    if not isinstance(reason, str):
        raise Refusal(N_("Say why. It stands beside what you change."), field="reason")
    with transaction() as session:
        outcome = operations.correct(session, key, read, reason=reason, by=known_actor(), at=clock.now(), today=today())
    return jsonify({
        "saved": list(outcome.saved),
        "refused": [
            {"key": each.key, "item": each.item, "finding": each.finding, "sentence": say(each.refusal)}
            for each in (*unreadable, *outcome.refused)
        ],
        "handed_in": True,
    })  # fmt: skip


# --- Signatures ---------------------------------------------------------------------------------------------


@blueprint.post("/rounds/<key>/signatures")
@access(Permission.SIGNED_IN)
def sign(key: str) -> Response:
    """Sign it, in a role that the checklist asks for."""
    seen(read_session(), key)
    form = SignForm()
    then = url_for(".show", key=key, _anchor="signatures")
    with transaction(form.submission_id, then=then) as session:
        signing.co_sign(session, key, form.role.data or "", by=known_actor(), at=clock.now())
    flash(_("You have signed the round."), "success")
    return redirect(then, 303)


@blueprint.post("/rounds/<key>/signatures/<int(max=2147483647):signature_id>/withdrawal")
@access(Permission.SIGNED_IN)
def withdraw_signature(key: str, signature_id: int) -> Response:
    """Take one's own signature back."""
    seen(read_session(), key)
    form = PlainForm()
    then = url_for(".show", key=key, _anchor="signatures")
    with transaction(form.submission_id, then=then) as session:
        signing.withdraw(session, key, signature_id, by=known_actor(), at=clock.now())
    flash(_("Your signature is taken back. That you had signed stays known."), "success")
    return redirect(then, 303)
