"""The plenary's page and its state, and what helpers do there: each a small form of its own, and each done once."""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.plenary import operations, plenary_pages, queries, summary_operations
from hmswiki.plenary.forms import PlaceForm, SentenceForm, SortForm, TitleForm, keys, version_of
from hmswiki.plenary.models import Sentence, Theme
from hmswiki.plenary.plenary_pages import Draft, Refused, View
from hmswiki.web.access import access, authorise, passes
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import known_actor, read_session, transaction
from hmswiki.web.failures import wants_json
from hmswiki.web.forms import PageForm
from hmswiki.web.page import in_section
from hmswiki.web.words import current_language
from hmswiki.workshops import queries as workshops
from hmswiki.workshops.models import Workshop

blueprint = FeatureBlueprint("plenary", __name__)

SECTION = "workshops.index"
LOOK_AGAIN_MS, LOOK_AGAIN_MS_FOR_MANY = 2000, 4000
MANY_POINTS = 150
"""With more the state is long: while groups write, it is a new one each time."""


@blueprint.get("/workshops/<key>/plenary")
@access(Permission.SORT_POINTS)
def show(key: str) -> Response:
    """Points side by side, themes, and the summary of one task."""
    view = _view(read_session(), key)
    theme = request.args.get("begin")
    draft = _begun_by_theme(view, theme) if theme else None
    return _page(view, draft=draft)


@blueprint.get("/workshops/<key>/plenary/state")
@access(Permission.SORT_POINTS)
def state(key: str) -> Response:
    """The same, for a page that watches; 304 where nothing has happened."""
    workshop = _workshop(read_session(), key)
    mark = _mark(workshop)
    known = request.if_none_match.contains_weak(mark)
    answer: Response = make_response("", 304) if known else _state(_view_in(read_session(), workshop))
    answer.set_etag(mark)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _mark(workshop: Workshop) -> str:
    """What the state depends on."""
    who, asked = known_actor().person_id, [request.args.get(name, "") for name in ("task", "prompt", "show")]
    rest = repr((who, current_language(), asked)).encode()
    return f"{workshops.pulse(read_session(), workshop.id)}-{hashlib.sha256(rest).hexdigest()[:12]}"


def _state(view: View) -> Response:
    page = plenary_pages.page(read_session(), view, workshops.tasks(read_session(), view.workshop))
    html = render_template("hmswiki/plenary/_room.html", page=page)
    look_again = LOOK_AGAIN_MS if page.total <= MANY_POINTS else LOOK_AGAIN_MS_FOR_MANY
    return jsonify({"html": html, "csrf_token": generate_csrf(), "look_again_ms": look_again})


# --- What is done with ticked points ------------------------------------------------------------------------


@blueprint.post("/workshops/<key>/plenary/points")
@access(Permission.SORT_POINTS)
def sort(key: str) -> Response:
    """Gather the ticked points, free them, or let a sentence stand on them: the button says which."""
    view, form, ticked = _view(read_session(), key), SortForm(request.form), keys(request.form.getlist("point"))
    what = request.form.get("do", "gather")
    if what == "stand" and not form.sentence.data:
        points = queries.points_named(read_session(), view.task, ticked)
        return _page(view, draft=_draft_on(points))

    def work(session: Session, now: View) -> None:
        points, by = queries.points_named(session, now.task, ticked), _by()
        if what == "free":
            operations.take_out(session, now.task, points, **by)
        elif what == "stand":
            sentence = queries.sentence(session, now.workshop, form.sentence.data or "")
            summary_operations.stand_on(session, sentence, points, **by)
        elif form.theme.data:
            theme = queries.theme(session, now.workshop, form.theme.data)
            operations.gather(session, now.task, points, theme=theme, **by)
        else:
            operations.gather(session, now.task, points, title=form.title.data, **by)

    return _do(view, form, "points", work, ticked=frozenset(ticked), anchor="themes")


# --- Themes -------------------------------------------------------------------------------------------------

ThemeWork = Callable[[Session, Theme, Any], None]


def _rename(session: Session, theme: Theme, form: TitleForm) -> None:
    operations.rename(session, theme, form.title.data or "", version=version_of(form), **_by())


def _place_theme(session: Session, theme: Theme, form: PlaceForm) -> None:
    after = form.after.data
    behind = queries.theme(session, theme.task.workshop, after) if after else None
    operations.place(session, theme, after=behind, **_by())


def _merge(session: Session, theme: Theme, form: PlaceForm) -> None:
    into = queries.theme(session, theme.task.workshop, form.into.data or "")
    operations.merge(session, theme, into, **_by())


def _take_apart(session: Session, theme: Theme, form: PlaceForm) -> None:
    operations.take_apart(session, theme, **_by())


def _put_together(session: Session, theme: Theme, form: PlaceForm) -> None:
    operations.bring_back(session, theme, **_by())


THEME_DEEDS: dict[str, ThemeWork] = {
    "title": _rename, "place": _place_theme, "merger": _merge, "removal": _take_apart, "return": _put_together,
}  # fmt: skip
"""By the last part of the form's address."""


@blueprint.post(f"/workshops/<key>/plenary/themes/<theme_key>/<any({', '.join(THEME_DEEDS)}):deed>")
@access(Permission.SORT_POINTS)
def change_theme(key: str, theme_key: str, deed: str) -> Response:
    """Rename a theme, move it, merge it, take it apart, or bring it back."""
    view = _view(read_session(), key)
    form: PageForm = (
        TitleForm(request.form, prefix=f"{theme_key}-") if deed == "title" else PlaceForm(request.form)
    )  # fmt: skip

    def work(session: Session, now: View) -> None:
        THEME_DEEDS[deed](session, queries.theme(session, now.workshop, theme_key), form)

    return _do(view, form, "theme" if deed == "title" else "button", work, key=theme_key, anchor="themes")


# --- The summary --------------------------------------------------------------------------------------------


@blueprint.post("/workshops/<key>/plenary/sentences")
@access(Permission.SORT_POINTS)
def write(key: str) -> Response:
    """Write a sentence; it stands on the points that are ticked in its form."""
    view, form = _view(read_session(), key), SentenceForm(request.form, prefix="new-")
    ticked, shown = keys(request.form.getlist("point")), keys(request.form.getlist("shown"))

    def work(session: Session, now: View) -> None:
        points = queries.points_named(session, now.task, ticked)
        summary_operations.write(session, now.task, form.text.data or "", points, **_by())

    def again() -> Draft:
        points = queries.points_named(read_session(), view.task, {*ticked, *shown})
        return Draft(form, points, frozenset(ticked))

    return _do(view, form, "draft", work, draft=again)


SentenceWork = Callable[[Session, Sentence, Any], None]


def _rewrite(session: Session, sentence: Sentence, form: SentenceForm) -> None:
    shown, ticked = keys(request.form.getlist("shown")), keys(request.form.getlist("point"))
    leaves = queries.points_named(session, sentence.task, set(shown) - set(ticked))
    summary_operations.rewrite(
        session, sentence, form.text.data or "", version=version_of(form), leaves=leaves, **_by()
    )


def _place_sentence(session: Session, sentence: Sentence, form: PlaceForm) -> None:
    after = form.after.data
    behind = queries.sentence(session, sentence.task.workshop, after) if after else None
    summary_operations.place(session, sentence, after=behind, **_by())


def _remove(session: Session, sentence: Sentence, form: PlaceForm) -> None:
    summary_operations.remove(session, sentence, **_by())


def _bring_back(session: Session, sentence: Sentence, form: PlaceForm) -> None:
    summary_operations.bring_back(session, sentence, **_by())


SENTENCE_DEEDS: dict[str, SentenceWork] = {
    "text": _rewrite, "place": _place_sentence, "removal": _remove, "return": _bring_back,
}  # fmt: skip


@blueprint.post(f"/workshops/<key>/plenary/sentences/<sentence_key>/<any({', '.join(SENTENCE_DEEDS)}):deed>")
@access(Permission.SORT_POINTS)
def change_sentence(key: str, sentence_key: str, deed: str) -> Response:
    """Say a sentence otherwise, move it, take it out, or bring it back."""
    view = _view(read_session(), key)
    form: PageForm = (
        SentenceForm(request.form, prefix=f"{sentence_key}-") if deed == "text" else PlaceForm(request.form)
    )  # fmt: skip

    def work(session: Session, now: View) -> None:
        SENTENCE_DEEDS[deed](session, queries.sentence(session, now.workshop, sentence_key), form)

    return _do(view, form, "sentence" if deed == "text" else "button", work, key=sentence_key)


# --- How each is done and answered --------------------------------------------------------------------------


def _do(
    view: View,
    form: PageForm,
    what: str,
    work: Callable[[Session, View], None],
    *,
    key: str | None = None,
    ticked: frozenset[str] = frozenset(),
    draft: Callable[[], Draft] | None = None,
    anchor: str = "summary",
) -> Response:
    """Do it once, and show what came of it: the page, or its state where a script asked. What is refused is told at
    the form, with all that was typed."""
    scripted = wants_json()
    then = view.address(".state") if scripted else view.address(_anchor=anchor)
    form.validate()  # nothing of these shapes can be wrong but the token, which the door has seen
    try:
        with transaction(form.submission_id, then=then) as session:
            work(session, _again(session, view))
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        if scripted:
            raise
        form.take(refusal)
        refused = Refused(form, what, key)
        return _page(
            _view(read_session(), view.workshop.key), refusal.status, refused=refused, ticked=ticked,
            draft=draft() if draft is not None else None,
        )  # fmt: skip
    return redirect(then, 303)


def _by() -> dict[str, Any]:
    return {"by": known_actor(), "at": clock.now(), "passes": passes(Permission.SORT_POINTS)}


def _again(session: Session, view: View) -> View:
    """The same view in the session that writes."""
    return _view(session, view.workshop.key)


def _workshop(session: Session, key: str) -> Workshop:
    """The workshop, where who asks may sort its points. Raises NotFound, NotAllowed."""
    workshop = workshops.workshop(session, key)
    authorise(Permission.SORT_POINTS, within=workshop.meeting)
    return workshop


def _view(session: Session, key: str) -> View:
    return _view_in(session, _workshop(session, key))


def _view_in(session: Session, workshop: Workshop) -> View:
    """What the address asks for; without a task the one that was begun last. Raises NotFound."""
    wanted, part = request.args.get("task"), request.args.get("prompt")
    if wanted:
        task = workshops.task(session, workshop, wanted)
    else:
        now = plenary_pages.task_of_now(session, workshop, workshops.tasks(session, workshop))
        if now is None:
            raise NotFound(N_("This workshop has no tasks yet, so there is nothing to gather. Plan one first."))
        task = now
    prompt = next((one for one in task.prompts if one.key == part), None) if part else None
    return View(workshop, task, prompt, request.args.get("show") == "free")


def _page(view: View, status: int = 200, **more: Any) -> Response:
    in_section(SECTION)
    session = read_session()
    page = plenary_pages.page(session, view, workshops.tasks(session, view.workshop), **more)
    back = url_for("hmswiki.workshops.show", key=view.workshop.key)
    html = render_template("hmswiki/plenary/show.html", page=page, back=back, state=view.address(".state"))
    return make_response(html, status)


def _begun_by_theme(view: View, key: str) -> Draft:
    """A sentence that a theme begins: its name, and all that stands in it."""
    themes = queries.themes(read_session(), view.workshop, view.task)
    found = next((one for one in themes if one.theme.key == key), None)
    if found is None:
        raise NotFound(N_("There is no such theme in this workshop. Open the page again, and choose another."))
    return _draft_on(found.points, text=found.theme.title)


def _draft_on(points: Any, text: str = "") -> Draft:
    form = SentenceForm(formdata=None, prefix="new-", text=text)
    return Draft(form, points, frozenset(point.key for point in points), begun=True)
