"""Pages for writing guidelines, and for approving and publishing what was written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest, Conflict, NotAllowed, NotFound, Refusal
from hmswiki.foundation.language import DEFAULT_LANGUAGE, LANGUAGES, fallbacks
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines import approval, drafting, editing_queries, operations, queries
from hmswiki.guidelines.editing_forms import (
    FactsForm,
    NewForm,
    PublishForm,
    ReturnForm,
    StartForm,
    TextForm,
    VersionForm,
)
from hmswiki.guidelines.editing_pages import (
    AboutDraft,
    DraftPage,
    DraftsPage,
    EditorPage,
    FactsPage,
    NewPage,
    Row,
    SendPage,
    Tab,
    compared_facts,
    names_of,
    state_line,
)
from hmswiki.guidelines.models import Draft
from hmswiki.guidelines.reading_pages import called
from hmswiki.guidelines.views import blueprint
from hmswiki.organisation.models import Person
from hmswiki.web.access import access, allowed
from hmswiki.web.context import known_actor, read_session, settings, today, transaction
from hmswiki.web.failures import wants_json
from hmswiki.web.page import in_section
from hmswiki.web.words import _, current_language, day, language_name, say

View = Response | str

# --- Open drafts, new guidelines and new editions -----------------------------------------------------------


@blueprint.get("/drafts")
@access(Permission.SEE_DRAFTS)
def drafts() -> View:
    """Everything that is being written, and where to begin something new."""
    in_section("guidelines.index")
    return _drafts(StartForm(formdata=None))


@blueprint.post("/drafts")
@access(Permission.EDIT_GUIDELINES)
def start_edition() -> View:
    """Begin the next edition of a guideline, or go to the draft that somebody has begun."""
    form = StartForm(request.form)
    try:
        # Sent twice it leads to the same draft both times, so nothing is written down about the form.
        with transaction() as session:
            guideline = editing_queries.guideline(session, form.guideline.data or "")
            draft = operations.start_edition(session, guideline, by=known_actor(), at=clock.now())
    except NotFound as refusal:
        form.guideline.errors = [say(refusal)]
        return make_response(_drafts(form), 422)
    return redirect(url_for(".edit", draft_id=draft.id), 303)


@blueprint.get("/new")
@access(Permission.EDIT_GUIDELINES)
def new() -> View:
    return _new(NewForm(formdata=None))


@blueprint.post("/new")
@access(Permission.EDIT_GUIDELINES)
def create() -> View:
    """Begin a guideline that does not exist yet. Without an address it gets one made from its title."""
    form = NewForm(request.form)
    try:
        title = drafting.checked_title(form.title.data or "")
        slug = drafting.clean_line(form.slug.data or "") or drafting.suggest_slug(title)
        with transaction(form.submission_id, then=url_for(".drafts")) as session:
            draft = operations.new_draft(
                session, slug=slug, guideline=None, base_edition=None, facts={}, summary=None,
                texts={DEFAULT_LANGUAGE: {"title": title, "body": ""}}, by=known_actor(), at=clock.now(),
            )  # fmt: skip
    except Refusal as refusal:
        form.take(refusal)
        return make_response(_new(form), refusal.status)
    return redirect(url_for(".edit", draft_id=draft.id), 303)


@blueprint.post("/<slug>/editions/<number>/translations")
@access(Permission.EDIT_GUIDELINES)
def start_translation(slug: str, number: str) -> View:
    """Begin the text in a `language` that the edition lacks, or go to the draft that somebody has begun."""
    in_section("guidelines.index")
    # As for an edition: sent twice it leads to the same draft both times.
    with transaction() as session:
        edition = queries.document(session, slug, today=today()).edition(number)
        language = request.form.get("language", "")
        draft = operations.start_translation(session, edition, language=language, by=known_actor(), at=clock.now())
    return redirect(url_for(".edit", draft_id=draft.id, language=language), 303)


# --- Writing ------------------------------------------------------------------------------------------------


@blueprint.get("/drafts/<int:draft_id>/edit")
@access(Permission.EDIT_GUIDELINES)
def edit(draft_id: int) -> View:
    """The text in one language, `?language=`."""
    about, language = _about(draft_id), _language()
    if not about.is_writable:
        return redirect(url_for(".draft", draft_id=draft_id, language=language), 303)
    if about.draft.adds_language not in (None, language):
        return redirect(url_for(".edit", draft_id=draft_id, language=about.draft.adds_language), 303)
    title, body = about.text(language)
    form = TextForm(formdata=None, title=title, body=body, summary=about.summary(language))
    return _editor(about, language, _as_kept(form, about, language), saved=True)


@blueprint.post("/drafts/<int:draft_id>/edit")
@access(Permission.EDIT_GUIDELINES)
def save_text(draft_id: int) -> View:
    """Save one language; or show it without saving (`action=preview`), or save and go on to sending it."""
    form, language, action = TextForm(request.form), _language(), request.form.get("action", "save")
    if action == "preview":
        return _editor(_about(draft_id), language, form, saved=False)
    by_itself = wants_json()
    here = url_for(".edit", draft_id=draft_id, language=language)
    then = url_for(".send", draft_id=draft_id) if action == "send" else here
    try:
        # What saves by itself may be sent again without harm: the same text is no change.
        with transaction(None if by_itself else form.submission_id, then=then) as session:
            draft = _save_text(session, editing_queries.locked_draft(session, draft_id), language, form)
            mark = _mark(AboutDraft(draft, editing_queries.Base({})), language)
    except Conflict as conflict:
        if by_itself:
            raise
        return make_response(_conflicting_text(draft_id, language, form, conflict), conflict.status)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        if by_itself:
            raise
        form.take(refusal)
        return make_response(_editor(_about(draft_id), language, form, saved=False), refusal.status)
    if by_itself:
        state = AboutDraft(draft, editing_queries.Base({})).saved_line
        return jsonify(version=draft.version, seen=mark, state=state)
    return redirect(then, 303)


@blueprint.post("/drafts/<int:draft_id>/preview")
@access(Permission.EDIT_GUIDELINES)
def preview(draft_id: int) -> View:
    """What the page asks for while somebody writes: the text rendered as staff will see it."""
    about, language = _about(draft_id), _language()
    form = TextForm(request.form)
    page = EditorPage(about.draft, about.base, language, form, (), saved=False)
    if page.result.refusal:
        return make_response(jsonify(error={"status": 413, "message": page.result.refusal}), 413)
    html = render_template("hmswiki/guidelines/_result.html", result=page.result)
    return jsonify(html=html, line=page.line)


@blueprint.get("/drafts/<int:draft_id>/facts")
@access(Permission.EDIT_GUIDELINES)
def facts(draft_id: int) -> View:
    """The document facts of a draft."""
    about = _about(draft_id)
    if not about.is_writable or about.draft.adds_language is not None:
        return redirect(url_for(".draft", draft_id=draft_id), 303)
    form = FactsForm(formdata=None)
    form.fill(about.draft.facts)
    form.version.data = str(about.draft.version)
    form.seen.data = drafting.mark_of_facts(about.draft.facts)
    return _facts(about, form)


@blueprint.post("/drafts/<int:draft_id>/facts")
@access(Permission.EDIT_GUIDELINES)
def save_facts(draft_id: int) -> View:
    form, then = FactsForm(request.form), url_for(".facts", draft_id=draft_id)
    if form.validate():
        try:
            with transaction(form.submission_id, then=then) as session:
                draft = editing_queries.locked_draft(session, draft_id)
                seen = drafting.mark_of_facts(draft.facts)
                wanted = drafting.checked_facts(form.facts())
                if drafting.mark_of_facts(wanted) != seen:
                    operations.save_draft(
                        session, draft, version=draft.version if form.seen.data == seen else form.version_seen,
                        facts=wanted, texts={}, summary=draft.summary, by=known_actor(), at=clock.now(),
                    )  # fmt: skip
        except Conflict as conflict:
            return make_response(_conflicting_facts(draft_id, form, conflict), conflict.status)
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
        else:
            flash(_("The document facts are saved."), "success")
            return redirect(then, 303)
    return make_response(_facts(_about(draft_id), form), 422)


# --- A draft as staff will see it ---------------------------------------------------------------------------


@blueprint.get("/drafts/<int:draft_id>")
@access(Permission.SEE_DRAFTS)
def draft(draft_id: int) -> View:
    """The draft as staff will see it, what it changes, and what can be done with it."""
    return render_template("hmswiki/guidelines/draft.html", page=_draft_page(draft_id))


@blueprint.get("/drafts/<int:draft_id>/send")
@access(Permission.EDIT_GUIDELINES)
def send(draft_id: int) -> View:
    about = _about(draft_id)
    if not about.is_writable:
        return redirect(url_for(".draft", draft_id=draft_id), 303)
    return _send(about, VersionForm(formdata=None, version=str(about.draft.version)))


@blueprint.post("/drafts/<int:draft_id>/send")
@access(Permission.EDIT_GUIDELINES)
def send_now(draft_id: int) -> View:
    form, then = VersionForm(request.form), url_for(".draft", draft_id=draft_id)
    try:
        with transaction(form.submission_id, then=then) as session:
            draft = editing_queries.locked_draft(session, draft_id)
            operations.send_for_approval(session, draft, by=known_actor(), at=clock.now(), version=form.version_seen)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        about = _about(draft_id)
        if not about.is_writable:
            raise
        fresh = VersionForm(formdata=None, version=str(about.draft.version))
        fresh.take(refusal)
        return make_response(_send(about, fresh), refusal.status)
    flash(_("Sent for approval."), "success")
    return redirect(then, 303)


@blueprint.post("/drafts/<int:draft_id>/take-back")
@access(Permission.EDIT_GUIDELINES)
def take_back(draft_id: int) -> View:
    form, then = VersionForm(request.form), url_for(".edit", draft_id=draft_id)
    with transaction(form.submission_id, then=then) as session:
        operations.take_back(session, editing_queries.locked_draft(session, draft_id), by=known_actor(), at=clock.now())
    return redirect(then, 303)


@blueprint.post("/drafts/<int:draft_id>/discard")
@access(Permission.EDIT_GUIDELINES)
def discard(draft_id: int) -> View:
    form, then = VersionForm(request.form), url_for(".drafts")
    with transaction(form.submission_id, then=then) as session:
        operations.discard_draft(
            session, editing_queries.locked_draft(session, draft_id), by=known_actor(), at=clock.now()
        )
    flash(_("The draft is discarded."), "success")
    return redirect(then, 303)


@blueprint.post("/drafts/<int:draft_id>/return")
@access(Permission.APPROVE_EDITIONS)
def return_to_writers(draft_id: int) -> View:
    form, then = ReturnForm(request.form), url_for(".draft", draft_id=draft_id)
    try:
        with transaction(form.submission_id, then=then) as session:
            draft = editing_queries.locked_draft(session, draft_id)
            operations.return_draft(session, draft, comment=form.comment.data or "", by=known_actor(), at=clock.now())
    except (NotAllowed, NotFound, Conflict):
        raise
    except Refusal as refusal:
        form.take(refusal)
        page = replace(_draft_page(draft_id), return_form=form)
        return make_response(render_template("hmswiki/guidelines/draft.html", page=page), refusal.status)
    flash(_("Returned to the writers."), "success")
    return redirect(then, 303)


@blueprint.get("/drafts/<int:draft_id>/publish")
@access(Permission.APPROVE_EDITIONS)
def publish(draft_id: int) -> View:
    """The question that publishing asks, on a page of its own."""
    page = _draft_page(draft_id)
    if not page.may_decide:
        return redirect(url_for(".draft", draft_id=draft_id), 303)
    return render_template("hmswiki/guidelines/publish.html", page=page)


@blueprint.post("/drafts/<int:draft_id>/publish")
@access(Permission.APPROVE_EDITIONS)
def publish_now(draft_id: int) -> View:
    form, then = PublishForm(request.form), url_for(".draft", draft_id=draft_id)
    about = _about(draft_id)
    if about.draft.adds_language is not None:
        return _publish_translation(draft_id)
    first = about.draft.base_edition is None
    if first:
        del form.demands  # it always demands: there is nothing to choose
    if form.validate():
        assert form.on.data is not None
        try:
            with transaction(form.submission_id, then=then) as session:
                draft = editing_queries.locked_draft(session, draft_id)
                edition = operations.publish_edition(
                    session, draft, by=known_actor(), at=clock.now(), on=form.on.data, today=today(),
                    demands=first or form.demands.data == "yes", approve_own=settings().approve_own,
                    version=form.version_seen,
                )  # fmt: skip
        except (NotAllowed, NotFound, Conflict):
            raise
        except Refusal as refusal:
            form.take(refusal)
        else:
            if edition.published_on > today():
                flash(
                    _("Edition %(number)s is published and comes into force on %(day)s.",
                      number=edition.number, day=day(edition.published_on)), "success",
                )  # fmt: skip
            else:
                flash(_("Edition %(number)s is published and in force.", number=edition.number), "success")
            return redirect(then, 303)
    page = _draft_page(draft_id)
    if not page.may_decide:
        return redirect(then, 303)
    page = replace(page, publish_form=form)
    return make_response(render_template("hmswiki/guidelines/publish.html", page=page), 422)


def _publish_translation(draft_id: int) -> View:
    """There is nothing to choose, so what is refused is said on a page of its own."""
    form, then = VersionForm(request.form), url_for(".draft", draft_id=draft_id)
    with transaction(form.submission_id, then=then) as session:
        draft = editing_queries.locked_draft(session, draft_id)
        translation = operations.publish_translation(
            session, draft, by=known_actor(), at=clock.now(), approve_own=settings().approve_own,
            version=form.version_seen,
        )  # fmt: skip
        number, language = translation.edition.number, called(translation.language)
    flash(_("Edition %(number)s now has a text in %(language)s.", number=number, language=language), "success")
    return redirect(then, 303)


# --- Within -------------------------------------------------------------------------------------------------


def _language() -> str:
    """`?language=`; absent: bokmål. Raises BadRequest for one that is not offered."""
    language = request.args.get("language", DEFAULT_LANGUAGE)
    if language not in LANGUAGES:
        raise BadRequest(
            N_("language is “%(text)s”. It must be one of %(languages)s."),
            text=language[:20], languages=", ".join(LANGUAGES),
        )  # fmt: skip
    return language


def _about(draft_id: int) -> AboutDraft:
    in_section("guidelines.index")
    if draft_id >= 2**31:
        raise NotFound(editing_queries.NO_SUCH_DRAFT)
    session = read_session()
    found = editing_queries.draft(session, draft_id)
    return AboutDraft(found, editing_queries.base_of(session, found))


def _mark(about: AboutDraft, language: str) -> str:
    return drafting.mark_of_text(*about.text(language), about.summary(language))


def _as_kept(form: TextForm, about: AboutDraft, language: str) -> TextForm:
    """The form knows what is kept now: sent again, it is saved over that."""
    form.version.data = str(about.draft.version)
    form.seen.data = _mark(about, language)
    return form


def _save_text(session: Session, draft: Draft, language: str, form: TextForm) -> Draft:
    about = AboutDraft(draft, editing_queries.Base({}))
    title, body, summary = form.title.data or "", form.body.data or "", form.summary.data or ""
    kept = _mark(about, language)
    approval.check_writable(draft)
    if drafting.mark_of_text(title, body, summary) == kept:
        return draft
    # Somebody's save of another language or of the document facts takes nothing from this one.
    version = draft.version if form.seen.data == kept else form.version_seen
    said: Mapping[str, str] = (
        {DEFAULT_LANGUAGE: draft.summary} if isinstance(draft.summary, str) else draft.summary or {}
    )
    return operations.save_draft(
        session, draft, version=version, facts=None, texts={language: {"title": title, "body": body}},
        summary={**said, language: summary}, by=known_actor(), at=clock.now(),
    )  # fmt: skip


def _tabs(about: AboutDraft, endpoint: str, current: str | None, *, facts: bool) -> list[Tab]:
    added = about.draft.adds_language
    tabs = []
    for code in LANGUAGES if added is None else [added]:
        missing = not any(about.text(code))
        if facts or not missing:
            href = url_for(endpoint, draft_id=about.draft.id, language=code)
            tabs.append(Tab(language_name(code), href, code == current, code, missing))
    if facts and added is None:
        tabs.append(Tab(_("Document facts"), url_for(".facts", draft_id=about.draft.id), current is None))
    return tabs


def _editor(about: AboutDraft, language: str, form: TextForm, *, saved: bool, theirs: Any = None) -> str:
    page = EditorPage(
        about.draft, about.base, language, form, _tabs(about, ".edit", language, facts=True), saved, theirs
    )
    return render_template("hmswiki/guidelines/edit.html", page=page)


def _conflicting_text(draft_id: int, language: str, form: TextForm, conflict: Conflict) -> str:
    """What was typed, beside what somebody saved meanwhile. Saved once more, what was typed wins."""
    about = _about(draft_id)
    form.take(conflict)
    theirs = None
    if about.is_writable:
        theirs = (*about.text(language), about.summary(language))
        _as_kept(form, about, language)
    return _editor(about, language, form, saved=False, theirs=theirs)


def _facts(about: AboutDraft, form: FactsForm, theirs: Sequence[Any] = ()) -> str:
    page = FactsPage(about.draft, about.base, form, _tabs(about, ".edit", None, facts=True), theirs)
    return render_template("hmswiki/guidelines/facts.html", page=page)


def _conflicting_facts(draft_id: int, form: FactsForm, conflict: Conflict) -> str:
    about = _about(draft_id)
    form.take(conflict)
    theirs: Sequence[Any] = ()
    if about.is_writable:
        mine = drafting.checked_facts(form.facts())
        theirs = [fact for fact in compared_facts(about.draft.facts, mine) if fact.was is not None]
        form.version.data = str(about.draft.version)
        form.seen.data = drafting.mark_of_facts(about.draft.facts)
    return _facts(about, form, theirs)


def _may_publish(draft: Draft) -> list[Person]:
    """The approvers who have not written in the draft, or all where the site lets them publish their own."""
    everybody = editing_queries.approvers(read_session(), day=today(), known_at=clock.now())
    if settings().approve_own:
        return list(everybody)
    wrote = {writer.id for writer in draft.writers}
    return [person for person in everybody if person.id not in wrote]


def _send(about: AboutDraft, form: VersionForm) -> str:
    obstacle = ""
    try:
        operations.check_complete(about.draft)
    except Refusal as refusal:
        obstacle = say(refusal)
    page = SendPage(about.draft, about.base, form, _may_publish(about.draft), obstacle)
    return render_template("hmswiki/guidelines/send.html", page=page)


def _draft_page(draft_id: int) -> DraftPage:
    about = _about(draft_id)
    written = [text.language for text in about.draft.texts]
    language = _language() if "language" in request.args else ""
    if about.draft.adds_language is not None:
        language = about.draft.adds_language
    elif language not in written:
        language = next((code for code in fallbacks(current_language()) if code in written), DEFAULT_LANGUAGE)
    draft, version = about.draft, str(about.draft.version)
    may_publish = _may_publish(draft)
    compared = draft.guideline is not None and draft.adds_language is None and about.is_open
    before = operations.facts_of(draft.guideline) if draft.guideline is not None and compared else None
    base = draft.base_edition
    first_day = max(today(), base.published_on) if base is not None else today()
    me = known_actor().person_id
    return DraftPage(
        draft, about.base, language, _tabs(about, ".draft", language, facts=False),
        facts=compared_facts(draft.facts, before), approvers=may_publish,
        may_edit=allowed(Permission.EDIT_GUIDELINES), is_approver=allowed(Permission.APPROVE_EDITIONS),
        wrote_it=not settings().approve_own and any(writer.id == me for writer in draft.writers),
        edition=editing_queries.became(read_session(), draft),
        action_form=VersionForm(formdata=None, version=version),
        return_form=ReturnForm(formdata=None, version=version),
        publish_form=PublishForm(formdata=None, version=version, on=first_day), first_day=first_day,
    )  # fmt: skip


def _drafts(form: StartForm) -> str:
    in_section("guidelines.index")
    session = read_session()
    may_edit = allowed(Permission.EDIT_GUIDELINES)
    guidelines = editing_queries.guidelines_without_draft(session) if may_edit else ()
    page = DraftsPage([_row(draft) for draft in editing_queries.open_drafts(session)], may_edit, form, guidelines)
    return render_template("hmswiki/guidelines/drafts.html", page=page)


def _row(draft: Draft) -> Row:
    status, state = state_line(draft)
    return Row(
        AboutDraft(draft, editing_queries.Base({})), url_for(".draft", draft_id=draft.id), state, status,
        names_of(draft.writers),
    )  # fmt: skip


def _new(form: NewForm) -> str:
    in_section("guidelines.index")
    return render_template("hmswiki/guidelines/new.html", page=NewPage(form))
