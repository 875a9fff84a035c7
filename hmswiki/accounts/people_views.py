"""Pages about other people's accounts, for the administrator."""

from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from hmswiki.accounts import links, operations, queries
from hmswiki.accounts.links import Handed
from hmswiki.accounts.views import blueprint
from hmswiki.foundation import clock
from hmswiki.foundation.errors import NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation import queries as organisation_queries
from hmswiki.organisation.models import Person
from hmswiki.web.access import access, allowed
from hmswiki.web.context import known_actor, read_session, settings, state, transaction
from hmswiki.web.forms import PageForm
from hmswiki.web.mailing import can_mail
from hmswiki.web.words import _, say


@blueprint.get("/people/<path:external_key>")
@access(Permission.INVITE_PEOPLE)
def person(external_key: str) -> str:
    return _page(organisation_queries.person(read_session(), external_key))


@blueprint.post("/people/<path:external_key>/invitation")
@access(Permission.INVITE_PEOPLE)
def invite(external_key: str) -> Response:
    """Send a link, or show it this once where it cannot be mailed."""
    form, back = PageForm(), url_for(".person", external_key=external_key)
    try:
        with transaction(form.submission_id, then=back) as session:
            invited = organisation_queries.person(session, external_key)
            issued = operations.invite(session, invited, at=clock.now(), hours=settings().link_hours)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return _refused(external_key, refusal)
    handed = links.hand_over(invited, issued)
    if handed.mailed_to is not None:
        flash(_("A link was mailed to %(address)s.", address=handed.mailed_to), "success")
        return redirect(back, 303)
    response = make_response(_page(organisation_queries.person(read_session(), external_key), handed=handed))
    # Shown this once: the page with the link on it is kept nowhere.
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/people/<path:external_key>/deactivation")
@access(Permission.INVITE_PEOPLE)
def deactivate(external_key: str) -> Response:
    form, back = PageForm(), url_for(".person", external_key=external_key)
    try:
        with transaction(form.submission_id, then=back) as session:
            closed = organisation_queries.person(session, external_key)
            operations.deactivate(session, closed, by=known_actor(), at=clock.now())
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return _refused(external_key, refusal)
    flash(_("The account of %(name)s is deactivated, and every session has ended.", name=closed.name), "success")
    return redirect(back, 303)


@blueprint.post("/people/<path:external_key>/activation")
@access(Permission.INVITE_PEOPLE)
def activate(external_key: str) -> Response:
    form, back = PageForm(), url_for(".person", external_key=external_key)
    try:
        with transaction(form.submission_id, then=back) as session:
            opened = organisation_queries.person(session, external_key)
            operations.activate(session, opened, at=clock.now())
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return _refused(external_key, refusal)
    flash(_("%(name)s can sign in again.", name=opened.name), "success")
    return redirect(back, 303)


def render_panel(person: Person, **context: Any) -> Markup | None:
    """On the organisation's page about a person: the state of the account, and what can be done with it."""
    if not state().own_accounts or not allowed(Permission.INVITE_PEOPLE):
        return None
    return Markup(render_template("hmswiki/accounts/_person_panel.html", **_facts(person)))


def _page(person: Person, *, handed: Handed | None = None, problem: str = "") -> str:
    return render_template(
        "hmswiki/accounts/person.html", handed=handed, problem=problem, hours=settings().link_hours, **_facts(person)
    )


def _facts(person: Person) -> dict[str, Any]:
    account = queries.account_state(read_session(), person.id, at=clock.now())
    return {
        "person": person, "account": account, "button": PageForm(formdata=None),
        "themselves": person.id == known_actor().person_id,
        "will_mail": can_mail() and bool(person.email),
    }  # fmt: skip


def _refused(external_key: str, refusal: Refusal) -> Response:
    page = _page(organisation_queries.person(read_session(), external_key), problem=say(refusal))
    return make_response(page, refusal.status)
