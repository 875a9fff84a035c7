"""Pages of accounts: signing in and out, choosing a password, one's own sessions."""

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import StringField

from hmswiki.accounts import identity, links, operations, queries, rules
from hmswiki.accounts.forms import ChangePasswordForm, ChoosePasswordForm, ResetForm, SignInForm
from hmswiki.accounts.models import Link
from hmswiki.accounts.rules import Bucket, DemoPerson, Slowed
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation import queries as organisation_queries
from hmswiki.organisation.models import Person
from hmswiki.web.access import access
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import actor, known_actor, read_session, settings, state, transaction
from hmswiki.web.forms import PageForm
from hmswiki.web.mailing import can_mail
from hmswiki.web.navigation import local_path
from hmswiki.web.words import _, say

blueprint = FeatureBlueprint("accounts", __name__, url_prefix="/accounts")


# Signing in


@blueprint.get("/sign-in")
@access(Permission.ANYONE)
def sign_in() -> Response | str:
    if actor() is not None and not settings().demo:
        return redirect(local_path(request.args.get("next")), 303)
    return _sign_in_page(SignInForm(formdata=None))


@blueprint.post("/sign-in", endpoint="sign_in_with_password")
@access(Permission.ANYONE)
def sign_in_with_password() -> Response | str:
    form = SignInForm(request.form)
    if form.validate():
        try:
            token = _sign_in(_typed(form.name), _typed(form.password))
        except Refusal as refusal:
            return _sign_in_page(form, refusal)
        identity.remember(token)
        return redirect(local_path(request.args.get("next")), 303)
    return make_response(_sign_in_page(form), 422)


@blueprint.post("/sign-in-as")
@access(Permission.ANYONE)
def sign_in_as() -> Response:
    """In the demo: sign in as a member of the cast, without a password."""
    key = request.form.get("person", "")
    if key not in [person.external_key for person in _demo_cast()]:
        raise NotFound(N_("Nobody can be signed in like that here."))
    with transaction() as session:
        person = organisation_queries.person(session, key)
        operations.ensure_account(session, person, at=clock.now())
        token = identity.open_session(session, person.id)
    identity.remember(token)
    return redirect(local_path(request.args.get("next")), 303)


@blueprint.post("/sign-out")
@access(Permission.ANYONE)
def sign_out() -> Response:
    """End this session. Harmless where it has ended already."""
    if actor() is not None:
        with transaction() as session:
            identity.close_session(session)
    identity.forget()
    flash(_("You are signed out."), "success")
    return redirect(url_for(".sign_in"), 303)


def _sign_in(name: str, password: str) -> str:
    """Open a session and give its token. Raises Refusal: the same one, after the same work, whatever was wrong."""
    buckets = _buckets("sign-in", name, rules.PER_NAME, rules.PER_ADDRESS)
    with transaction() as session:
        tries = operations.begin_try(session, buckets, at=clock.now())
    found = queries.candidate(read_session(), name)
    # Outside every transaction: it takes a while on purpose, and nobody else should wait for it.
    if not rules.matches(password, found.password_hash if found else None) or found is None:
        raise Refusal(N_("That name and that password do not go together. Try again, or ask for a new password."))
    with transaction() as session:
        operations.take_back(session, tries, buckets[0])
        return identity.open_session(session, found.person_id)


def _sign_in_page(form: SignInForm, refusal: Refusal | None = None) -> Response:
    page = render_template(
        "hmswiki/accounts/sign_in.html", form=form, cast=_demo_cast(), next=request.args.get("next"),
        problem="" if refusal is None else say(refusal), can_reset=_can_reset(),
    )  # fmt: skip
    return _answer(page, refusal)


def _answer(page: str, refusal: Refusal | None) -> Response:
    response = make_response(page, 200 if refusal is None else refusal.status)
    if isinstance(refusal, Slowed):
        response.headers["Retry-After"] = str(refusal.seconds)
    return response


def _typed(field: StringField) -> str:
    return field.data or ""


def _demo_cast() -> list[DemoPerson]:
    return list(state().extra.get("demo_cast", ())) if settings().demo else []


def _buckets(kind: str, name: str, per_name: rules.Limit, per_address: rules.Limit) -> list[Bucket]:
    """What a try counts in: the name that was typed, whether anybody has it or not, and the address it came from."""
    secret = identity.secret()
    here = rules.network(request.remote_addr)
    found = [rules.bucket(f"{kind} name", name, per_name, secret=secret)]
    if here:
        found.append(rules.bucket(f"{kind} address", here, per_address, secret=secret))
    return found


# Choosing a password


@blueprint.get("/reset")
@access(Permission.ANYONE)
def reset() -> str:
    return _reset_page(ResetForm(formdata=None))


@blueprint.post("/reset", endpoint="ask_for_reset")
@access(Permission.ANYONE)
def ask_for_reset() -> Response | str:
    """The answer is the same, and comes as fast, whether there is such an account or not."""
    form = ResetForm(request.form)
    if not form.validate():
        return make_response(_reset_page(form), 422)
    if not _can_reset():
        return _reset_page(form)
    try:
        with transaction() as session:
            buckets = _buckets("reset", _typed(form.name), rules.RESETS_PER_NAME, rules.RESETS_PER_ADDRESS)
            operations.begin_try(session, buckets, at=clock.now())
    except Slowed as refusal:
        form.take(refusal)
        return _answer(_reset_page(form), refusal)
    links.send_reset_later(_typed(form.name))
    return _reset_page(form, asked=True)


def _can_reset() -> bool:
    """Whether asking for a link oneself leads anywhere."""
    return can_mail() or settings().demo


def _reset_page(form: ResetForm, *, asked: bool = False) -> str:
    return render_template(
        "hmswiki/accounts/reset.html", form=form, asked=asked, can_reset=_can_reset(), mailed=can_mail(),
        hours=settings().link_hours,
    )  # fmt: skip


@blueprint.get("/invitation/<token>")
@blueprint.get("/reset/<token>", endpoint="reset_link")
@access(Permission.ANYONE)
def invitation(token: str) -> Response:
    """Looking at a link does not use it up: mail scanners look, too."""
    try:
        link = queries.open_link(read_session(), token, at=clock.now())
    except NotFound as refusal:
        return _link_gone(refusal)
    return _link_page(link, ChoosePasswordForm(formdata=None))


@blueprint.post("/invitation/<token>", endpoint="take_up_invitation")
@blueprint.post("/reset/<token>", endpoint="take_up_reset")
@access(Permission.ANYONE)
def take_up(token: str) -> Response:
    form = ChoosePasswordForm(request.form)
    try:
        link = queries.open_link(read_session(), token, at=clock.now())
    except NotFound as refusal:
        return _link_gone(refusal)
    if form.validate():
        person = link.person
        try:
            rules.check_new_password(_typed(form.password), known=(person.external_key, person.email, person.name))
        except Refusal as refusal:
            form.take(refusal)
        else:
            return _take_up(token, person, _typed(form.password))
    return _link_page(link, form, 422)


def _take_up(token: str, person: Person, password: str) -> Response:
    password_hash = rules.hash_password(password)
    try:
        with transaction() as session:
            person_id = operations.take_up(session, token, password_hash, at=clock.now())
            for name in filter(None, (person.external_key, person.email)):
                # Whoever has the link need not wait for what others tried.
                operations.forgive(session, _buckets("sign-in", name, rules.PER_NAME, rules.PER_ADDRESS)[0])
            session_token = identity.open_session(session, person_id)
    except NotFound as refusal:
        return _link_gone(refusal)
    identity.remember(session_token)
    flash(_("Your password is saved, and you are signed in."), "success")
    return _private(redirect(local_path(None), 303))


def _link_page(link: Link, form: ChoosePasswordForm, status: int = 200) -> Response:
    page = render_template(
        "hmswiki/accounts/choose_password.html", form=form, link=link, person=link.person,
        shortest=rules.SHORTEST, longest=rules.LONGEST,
    )  # fmt: skip
    return _private(make_response(page, status))


def _link_gone(refusal: NotFound) -> Response:
    page = render_template("hmswiki/accounts/link_gone.html", text=say(refusal), can_reset=_can_reset())
    return _private(make_response(page, refusal.status))


def _private(response: Response) -> Response:
    """The address is a secret: it is told to no other page, and the page is kept nowhere."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


# One's own sessions


@blueprint.get("/sessions")
@access(Permission.SIGNED_IN)
def sessions() -> str:
    return _sessions_page(ChangePasswordForm(formdata=None))


@blueprint.post("/sessions/<int:sign_in_id>/end")
@access(Permission.SIGNED_IN)
def end_session(sign_in_id: int) -> Response:
    with transaction() as session:
        operations.end_session(session, sign_in_id, person_id=known_actor().person_id, at=clock.now())
    flash(_("The session has ended. Whoever used it is signed out."), "success")
    return redirect(url_for(".sessions"), 303)


@blueprint.post("/sessions/end-others")
@access(Permission.SIGNED_IN)
def end_other_sessions() -> Response:
    keep = identity.current_sign_in()
    with transaction() as session:
        operations.end_sessions(session, known_actor().person_id, keep=keep, at=clock.now())
    flash(_("All other sessions have ended."), "success")
    return redirect(url_for(".sessions"), 303)


@blueprint.post("/password")
@access(Permission.SIGNED_IN)
def change_password() -> Response | str:
    form = ChangePasswordForm(request.form)
    status = 422
    if form.validate():
        try:
            _change_password(_typed(form.current), _typed(form.password))
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            flash(_("Your password is changed. All other sessions have ended."), "success")
            return redirect(url_for(".sessions"), 303)
    return make_response(_sessions_page(form), status)


def _change_password(current: str, new: str) -> None:
    who, keep = known_actor(), identity.current_sign_in()
    person = organisation_queries.person(read_session(), who.external_key)
    known = (person.external_key, person.email, person.name)
    rules.check_new_password(new, known=known)
    # Tried like a sign-in: an open screen must not be a place to guess at.
    bucket = rules.bucket("change", who.external_key, rules.PER_NAME, secret=identity.secret())
    with transaction() as session:
        tries = operations.begin_try(session, [bucket], at=clock.now())
    if not rules.matches(current, queries.password_hash(read_session(), who.person_id)):
        raise Refusal(N_("That is not the password you have today. Write it as when you sign in."), field="current")
    password_hash = rules.hash_password(new)
    with transaction() as session:
        operations.take_back(session, tries, bucket)
        operations.change_password(session, who.person_id, password_hash, keep=keep, at=clock.now())


def _sessions_page(form: ChangePasswordForm) -> str:
    session, who, now = read_session(), known_actor(), clock.now()
    return render_template(
        "hmswiki/accounts/sessions.html", form=form, button=PageForm(formdata=None),
        sign_ins=queries.open_sign_ins(session, who.person_id, at=now), here=identity.current_sign_in(),
        has_password=queries.password_hash(session, who.person_id) is not None,
        shortest=rules.SHORTEST, longest=rules.LONGEST,
    )  # fmt: skip
