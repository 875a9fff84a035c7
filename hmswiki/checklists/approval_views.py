"""Pages for what becomes of a draft: looked at, sent, taken back, returned, published, discarded."""

from dataclasses import replace

from flask import flash, make_response, redirect, render_template, url_for
from flask import request as sent

from hmswiki.checklists import editing_queries, operations, passages
from hmswiki.checklists.editing_pages import DraftPage, SendPage, preview
from hmswiki.checklists.editing_views import about_draft, astray_in, known_guidelines
from hmswiki.checklists.forms import PublishForm, ReturnForm, VersionForm
from hmswiki.checklists.models import ChecklistDraft
from hmswiki.checklists.views import View, blueprint
from hmswiki.foundation import clock
from hmswiki.foundation.errors import Conflict, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines.editing_queries import approvers
from hmswiki.organisation.models import Person
from hmswiki.web.access import access, allowed
from hmswiki.web.context import known_actor, read_session, settings, today, transaction
from hmswiki.web.page import role_name
from hmswiki.web.words import _, day


@blueprint.get("/drafts/<int:draft_id>")
@access(Permission.SEE_DRAFTS)
def draft(draft_id: int) -> View:
    """The draft as the round will show it, what it changes, and what can be done with it."""
    return render_template("hmswiki/checklists/draft.html", page=_draft_page(draft_id))


@blueprint.get("/drafts/<int:draft_id>/send")
@access(Permission.EDIT_CHECKLISTS)
def send(draft_id: int) -> View:
    draft = about_draft(draft_id).draft
    if not about_draft(draft_id).is_writable:
        return redirect(url_for(".draft", draft_id=draft_id), 303)
    return _send(draft_id, VersionForm(formdata=None, version=str(draft.version)))


@blueprint.post("/drafts/<int:draft_id>/send")
@access(Permission.EDIT_CHECKLISTS)
def send_now(draft_id: int) -> View:
    form, then = VersionForm(sent.form), url_for(".draft", draft_id=draft_id)
    try:
        with transaction(form.submission_id, then=then) as session:
            draft = editing_queries.locked_draft(session, draft_id)
            operations.send_for_approval(session, draft, by=known_actor(), at=clock.now(), version=form.version_seen)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        about = about_draft(draft_id)
        if not about.is_writable:
            raise
        fresh = VersionForm(formdata=None, version=str(about.draft.version))
        fresh.take(refusal)
        return make_response(_send(draft_id, fresh), refusal.status)
    flash(_("Sent for approval."), "success")
    return redirect(then, 303)


@blueprint.post("/drafts/<int:draft_id>/take-back")
@access(Permission.EDIT_CHECKLISTS)
def take_back(draft_id: int) -> View:
    form, then = VersionForm(sent.form), url_for(".edit", draft_id=draft_id)
    with transaction(form.submission_id, then=then) as session:
        operations.take_back(session, editing_queries.locked_draft(session, draft_id), by=known_actor(), at=clock.now())
    return redirect(then, 303)


@blueprint.post("/drafts/<int:draft_id>/discard")
@access(Permission.EDIT_CHECKLISTS)
def discard(draft_id: int) -> View:
    form, then = VersionForm(sent.form), url_for(".drafts")
    with transaction(form.submission_id, then=then) as session:
        operations.discard_draft(
            session, editing_queries.locked_draft(session, draft_id), by=known_actor(), at=clock.now()
        )
    flash(_("The draft is discarded."), "success")
    return redirect(then, 303)


@blueprint.post("/drafts/<int:draft_id>/return")
@access(Permission.APPROVE_EDITIONS)
def return_to_writers(draft_id: int) -> View:
    form, then = ReturnForm(sent.form), url_for(".draft", draft_id=draft_id)
    try:
        with transaction(form.submission_id, then=then) as session:
            draft = editing_queries.locked_draft(session, draft_id)
            operations.return_draft(session, draft, comment=form.comment.data or "", by=known_actor(), at=clock.now())
    except (NotAllowed, NotFound, Conflict):
        raise
    except Refusal as refusal:
        form.take(refusal)
        page = replace(_draft_page(draft_id), return_form=form)
        return make_response(render_template("hmswiki/checklists/draft.html", page=page), refusal.status)
    flash(_("Returned to the writers."), "success")
    return redirect(then, 303)


@blueprint.get("/drafts/<int:draft_id>/publish")
@access(Permission.APPROVE_EDITIONS)
def publish(draft_id: int) -> View:
    """The question that publishing asks, and what changes."""
    page = _draft_page(draft_id)
    if not page.may_decide:
        return redirect(url_for(".draft", draft_id=draft_id), 303)
    return render_template("hmswiki/checklists/publish.html", page=page)


@blueprint.post("/drafts/<int:draft_id>/publish")
@access(Permission.APPROVE_EDITIONS)
def publish_now(draft_id: int) -> View:
    form, then = PublishForm(sent.form), url_for(".draft", draft_id=draft_id)
    first = about_draft(draft_id).draft.base_edition is None
    if first:
        del form.major  # it is 1.0: there is nothing to choose
    if form.validate():
        assert form.on.data is not None
        try:
            with transaction(form.submission_id, then=then) as session:
                draft = editing_queries.locked_draft(session, draft_id)
                edition = operations.publish_edition(
                    session, draft, by=known_actor(), at=clock.now(), on=form.on.data, today=today(),
                    major=first or form.major.data == "yes", approve_own=settings().approve_own,
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
    return make_response(render_template("hmswiki/checklists/publish.html", page=page), 422)


# --- Within -------------------------------------------------------------------------------------------------


def _may_publish(draft: ChecklistDraft) -> list[Person]:
    """The approvers who have not written in the draft, or all where the site lets them publish their own."""
    everybody = approvers(read_session(), day=today(), known_at=clock.now())
    if settings().approve_own:
        return list(everybody)
    wrote = {writer.id for writer in draft.writers}
    return [person for person in everybody if person.id not in wrote]


def _send(draft_id: int, form: VersionForm) -> str:
    about = about_draft(draft_id)
    page = SendPage(about.draft, form, _may_publish(about.draft), astray_in(about))
    return render_template("hmswiki/checklists/send.html", page=page)


def _draft_page(draft_id: int) -> DraftPage:
    about = about_draft(draft_id)
    draft, content, version = about.draft, about.content, str(about.draft.version)
    known = known_guidelines(passages.named(content)) if content is not None else {}
    base = draft.base_edition
    first_day = max(today(), base.published_on) if base is not None else today()
    me = known_actor().person_id
    return DraftPage(
        draft,
        sections=preview(content, known), astray=astray_in(about),
        guidelines=[known[slug] for slug in content.guidelines if slug in known] if content is not None else (),
        co_signers=[role_name(role) for role in content.co_signed_by] if content is not None else (),
        approvers=_may_publish(draft),
        may_edit=allowed(Permission.EDIT_CHECKLISTS), is_approver=allowed(Permission.APPROVE_EDITIONS),
        wrote_it=not settings().approve_own and any(writer.id == me for writer in draft.writers),
        edition=editing_queries.became(read_session(), draft),
        action_form=VersionForm(formdata=None, version=version),
        return_form=ReturnForm(formdata=None, version=version),
        publish_form=PublishForm(formdata=None, version=version, on=first_day), first_day=first_day,
    )  # fmt: skip
