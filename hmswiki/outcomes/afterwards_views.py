"""Pages of the notes afterwards: reading through, blacking out, publishing, taking down, and files."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest, Conflict, NotAllowed, NotFound, Refusal
from hmswiki.foundation.language import LANGUAGES
from hmswiki.foundation.permissions import Permission
from hmswiki.notes import blacking
from hmswiki.notes import queries as notes
from hmswiki.outcomes import afterwards_pages, files
from hmswiki.outcomes import publication_operations as operations
from hmswiki.outcomes import publication_queries as queries
from hmswiki.outcomes.afterwards_pages import contents_of
from hmswiki.outcomes.document import from_json
from hmswiki.outcomes.files import Form
from hmswiki.outcomes.gathering import document_of
from hmswiki.outcomes.letter_words import file_name
from hmswiki.outcomes.publication_forms import LineForm, PublishForm, TakeDownForm, WordsForm
from hmswiki.web.access import access, allowed, authorise
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import known_actor, read_session, transaction
from hmswiki.web.page import in_section
from hmswiki.web.words import _, current_language
from hmswiki.workshops import queries as workshops
from hmswiki.workshops import words
from hmswiki.workshops.models import Workshop

blueprint = FeatureBlueprint("outcomes", __name__)

SECTION = "workshops.index"


def organised(session: Session, key: str) -> Workshop:
    """The workshop, for who organises it."""
    in_section(SECTION)
    workshop = workshops.workshop(session, key)
    authorise(Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    return workshop


# --- Reading through ----------------------------------------------------------------------------------------


@blueprint.get("/workshops/<key>/afterwards")
@access(Permission.MANAGE_WORKSHOPS)
def afterwards(key: str) -> str:
    """Everything as it may leave the house; `?task=` says of which task, `?point=` which point is worked on."""
    return _shown(key, point_key=request.args.get("point"))


def _shown(key: str, *, take_down: TakeDownForm | None = None, **more: Any) -> str:
    session = read_session()
    workshop = organised(session, key)
    page = afterwards_pages.afterwards_page(session, workshop, task_key=request.args.get("task"), **more)
    number = page.published.number if page.published else 0
    return render_template(
        "hmswiki/outcomes/afterwards.html", page=page, when=words.when(workshop),
        take_down=take_down or TakeDownForm(formdata=None, number=number), by_selection=WordsForm(formdata=None),
    )  # fmt: skip


@blueprint.post("/workshops/<key>/afterwards/points/<point_key>")
@access(Permission.MANAGE_WORKSHOPS)
def black_out(key: str, point_key: str) -> BaseResponse:
    """Black words out (`word`, their numbers), let a line leave as it is written out, or let all of it (`all`)."""
    organised(read_session(), key)
    by_line = LineForm() if "text" in request.form else None
    by_words = None if by_line else WordsForm()
    form: WordsForm | LineForm = by_line or by_words  # type: ignore[assignment]
    then = url_for(".afterwards", key=key, task=request.args.get("task")) + f"#point-{point_key}"
    problem: Refusal | None = None
    if form.validate():
        try:
            with transaction(form.submission_id, then=then) as session:
                point = notes.point(session, workshops.workshop(session, key), point_key)
                blacking.black_out(
                    session, point, text=_left(blacking.public(point), by_line), by=known_actor(), at=clock.now(),
                    seen=form.seen.data or "",
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Conflict as conflict:
            # What was read is gone: the forms begin anew with what is there now.
            by_words = WordsForm(formdata=None, seen=_mark(key, point_key))
            by_words.take(conflict)
            by_line, problem = None, conflict
        except Refusal as refusal:
            form.take(refusal)
        else:
            return redirect(then, 303)
    shown = _shown(key, point_key=point_key, by_words=by_words, by_line=by_line)
    return make_response(shown, problem.status if problem else 422)


def _left(shown: str, by_line: LineForm | None) -> str | None:
    """What may leave the house, by the form that was sent."""
    if "all" in request.form:
        return None
    if by_line is not None:
        return by_line.text.data or ""
    numbers = {int(one) for one in request.form.getlist("word") if one.isascii() and one.isdecimal() and len(one) < 6}
    if not numbers:
        raise Refusal(N_("Choose at least one word to black out."))
    return blacking.without(shown, numbers)


def _mark(key: str, point_key: str) -> str:
    session = read_session()
    return blacking.mark(notes.point(session, workshops.workshop(session, key), point_key))


# --- Publishing ---------------------------------------------------------------------------------------------


@blueprint.get("/workshops/<key>/afterwards/publish")
@access(Permission.MANAGE_WORKSHOPS)
def preview(key: str) -> str:
    """What would be published, as it would be read: `?hidden=0` without what was taken off the wall, `?language=`."""
    organised(read_session(), key)
    return _preview(key, None, language=_language(request.args.get("language")), with_hidden=_with_hidden(request.args))


@blueprint.post("/workshops/<key>/afterwards/publish")
@access(Permission.MANAGE_WORKSHOPS)
def publish(key: str) -> BaseResponse:
    """Publish what was read."""
    organised(read_session(), key)
    form = PublishForm()
    language, with_hidden = _language(form.language.data), form.hidden.data != "0"
    then = url_for(".published", key=key)
    status = 422
    if form.validate():
        try:
            session = read_session()
            ready = afterwards_pages.snapshot(
                session, workshops.workshop(session, key), language=language, with_hidden=with_hidden
            )
            if ready.document.fingerprint != form.seen.data:
                raise operations.changed_meanwhile()
            with transaction(form.submission_id, then=then) as session:
                operations.publish(
                    session, workshops.workshop(session, key), ready, by=known_actor(), at=clock.now()
                )  # fmt: skip
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.read.data = False
            form.take(refusal)
            status = refusal.status
        else:
            flash(_("The notes are published. Everybody who is signed in can read them."), "success")
            return redirect(then, 303)
    return make_response(_preview(key, form, language=language, with_hidden=with_hidden), status)


def _preview(key: str, form: PublishForm | None, *, language: str, with_hidden: bool) -> str:
    session = read_session()
    workshop = organised(session, key)
    ready = afterwards_pages.snapshot(session, workshop, language=language, with_hidden=with_hidden)
    form = form or PublishForm(formdata=None)
    form.seen.data, form.language.data = ready.document.fingerprint, language
    form.hidden.data = "1" if with_hidden else "0"
    points = notes.points(session, workshop)
    return render_template(
        "hmswiki/outcomes/preview.html", workshop=workshop, ready=ready, html=Markup(ready.html), form=form,
        hidden=sum(point.hidden_at is not None for point in points), stale=len(blacking.stale(session, points)),
        published=queries.published(session, workshop), languages=LANGUAGES,
    )  # fmt: skip


def _language(asked: str | None) -> str:
    if not asked:
        return current_language()
    if asked not in LANGUAGES:
        raise BadRequest(N_("language is “%(text)s”. It must be one of: %(languages)s."), text=asked[:20],
                         languages=", ".join(LANGUAGES))  # fmt: skip
    return asked


def _with_hidden(said: Any) -> bool:
    return bool(said.get("hidden", "1") != "0")


@blueprint.post("/workshops/<key>/afterwards/take-down")
@access(Permission.MANAGE_WORKSHOPS)
def take_down(key: str) -> BaseResponse:
    """Let nobody read what is published."""
    organised(read_session(), key)
    form = TakeDownForm()
    then, status = url_for(".afterwards", key=key), 422
    if form.validate():
        number = form.number.data or ""
        try:
            with transaction(form.submission_id, then=then) as session:
                operations.take_down(
                    session, workshops.workshop(session, key),
                    int(number) if number.isascii() and number.isdecimal() else 0, reason=form.reason.data or "",
                    by=known_actor(), at=clock.now(),
                )  # fmt: skip
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            flash(_("The notes are taken down. Nobody can read them here any more."), "success")
            return redirect(then, 303)
    return make_response(_shown(key, take_down=form), status)


@blueprint.get("/workshops/<key>/published")
@access(Permission.SEE_WORKSHOPS)
def published(key: str) -> str:
    """The published notes, for everybody who is signed in."""
    in_section(SECTION)
    session = read_session()
    workshop = workshops.workshop(session, key)
    authorise(Permission.SEE_WORKSHOPS, within=workshop.meeting)
    found = queries.publication(session, workshop)
    return render_template(
        "hmswiki/outcomes/published.html", workshop=workshop, publication=found, html=Markup(found.html),
        contents=contents_of(from_json(found.document), found.language), when=words.when(workshop),
        organises=allowed(Permission.MANAGE_WORKSHOPS, within=workshop.meeting),
        forms=[form for form in Form if form.is_available],
    )  # fmt: skip


# --- Files --------------------------------------------------------------------------------------------------


@blueprint.get("/workshops/<key>/export.<form>")
@access(Permission.MANAGE_WORKSHOPS)
def export(key: str, form: str) -> Response:
    """The notes as they may leave the house now, published or not; `?hidden=0` as for publishing."""
    session = read_session()
    workshop = organised(session, key)
    wanted = files.form_named(form)
    document = document_of(session, workshop, with_hidden=_with_hidden(request.args))
    return files.written(
        document, wanted, language=_language(request.args.get("language")), name=file_name(workshop), at=clock.now()
    ).response()


@blueprint.get("/workshops/<key>/published.<form>")
@access(Permission.SEE_WORKSHOPS)
def published_file(key: str, form: str) -> Response:
    """What is published, as a file."""
    session = read_session()
    workshop = workshops.workshop(session, key)
    authorise(Permission.SEE_WORKSHOPS, within=workshop.meeting)
    wanted = files.form_named(form)
    found = queries.publication(session, workshop)
    return files.written(
        from_json(found.document), wanted, language=found.language, name=file_name(workshop, found.number),
        at=found.recorded_at,
    ).response()  # fmt: skip
