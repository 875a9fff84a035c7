"""Coming in by a code: typing it, picking a group, and picking another. No account is needed.

A code that is wrong is counted, by person or by address, and slows down what comes after; a code that is right is not,
so a full auditorium behind one address comes in at once.
"""

from datetime import datetime, timedelta

from flask import current_app, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.accounts import identity
from hmswiki.accounts import operations as accounts
from hmswiki.accounts import queries as account_queries
from hmswiki.accounts.rules import PER_ADDRESS, Bucket, Limit, Slowed, bucket, network
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.web.access import access, authorise, passes
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import actor, read_session, transaction
from hmswiki.web.navigation import local_path
from hmswiki.workshops import codes, door_operations, door_pages, door_queries, doors, operations, queries
from hmswiki.workshops.door_forms import CodeForm, PlaceForm
from hmswiki.workshops.models import Code, Group, Opens, Seat, Workshop

blueprint = FeatureBlueprint("workshop_doors", __name__)

View = Response | str

NEW_TABLE = "new"
"""In place of a group's number: a table for those who are in none."""

TOKEN_LASTS = timedelta(days=7)
"""How long after the workshop a phone keeps its token."""

# A whole auditorium may stand behind one address, and mistype now and then.
WRONG_PER_ADDRESS = Limit(600, PER_ADDRESS.within)
WRONG_PER_PERSON = Limit(20, PER_ADDRESS.within)


def code_url(back: str) -> str:
    """Where to type a code, and come back to the path `back`."""
    return url_for("hmswiki.workshop_doors.type_code", next=back or None)


# --- The code -----------------------------------------------------------------------------------------------


@blueprint.get("/m")
@access(Permission.ANYONE)
def type_code() -> str:
    return _code_page(CodeForm(formdata=None))


@blueprint.post("/m", endpoint="look_code_up")
@access(Permission.ANYONE)
def look_code_up() -> View:
    form = CodeForm()
    if not form.validate():
        return make_response(_code_page(form), 422)
    try:
        code, _workshop = _opened_by(form.code.data or "")
    except Refusal as refusal:
        return _code_refused(form, refusal)
    return redirect(url_for(".join", code=codes.shown(code.code), next=request.args.get("next")), 303)


@blueprint.get("/m/<code>")
@access(Permission.ANYONE)
def join(code: str) -> View:
    """Pick a group, where the QR code leads. The wall's code leads to a button."""
    try:
        found, workshop = _opened_by(code)
    except Refusal as refusal:
        return _code_refused(CodeForm(formdata=None, code=code), refusal)
    return _place_page(workshop, found, _place_form(workshop), address=request.full_path)


@blueprint.post("/m/<code>", endpoint="come_in")
@access(Permission.ANYONE)
def come_in(code: str) -> View:
    """Take a seat: in a group, to follow only, or at the wall."""
    try:
        found, workshop = _opened_by(code)
    except Refusal as refusal:
        return _code_refused(CodeForm(formdata=None, code=code), refusal)
    form = PlaceForm()
    form.group.choices = _choices(workshop)
    only_follow = found.opens is Opens.WALL or request.form.get("only") == "follow"
    if not only_follow and not _has_group(form):
        return make_response(_place_page(workshop, found, form, address=request.full_path), 422)
    had = doors.seat_in(workshop, found.opens)
    try:
        with transaction() as session:
            here = queries.workshop(session, workshop.key)
            group = None if only_follow else _picked(session, here, form, clock.now())
            seat, token = door_operations.come_in(
                session, here, session.get_one(Code, found.id), group=group, name=form.name.data,
                had=session.get(Seat, had.id) if had is not None else None, at=clock.now(),
            )  # fmt: skip
            then = _onwards(here, seat, group, request.args.get("next"))
    except NotFound:
        raise
    except Refusal as refusal:
        form.take(refusal)
        return make_response(_place_page(workshop, found, form, address=request.full_path), refusal.status)
    return _seated(redirect(then, 303), workshop, token, found.opens)


def _opened_by(typed: str) -> tuple[Code, Workshop]:
    """What the code opens. A wrong one is counted. Raises Refusal, and Slowed for too many that were wrong."""
    now, buckets = clock.now(), _buckets()
    until = account_queries.slowed_until(read_session(), buckets, at=now)
    if until is not None:
        raise Slowed(until, now)
    try:
        return door_queries.opened_by(read_session(), typed, now=now)
    except door_queries.CodeChanged:
        raise  # nobody guesses it: a room full of sheets with the old one must not shut the new one out
    except NotFound:
        with transaction() as session:
            accounts.begin_try(session, buckets, at=now)
        raise


def _buckets() -> list[Bucket]:
    """What a wrong code counts in: who is signed in, else the address it comes from."""
    who, secret = actor(), identity.secret()
    if who is not None:
        return [bucket("workshop code person", str(who.person_id), WRONG_PER_PERSON, secret=secret)]
    return [bucket("workshop code address", network(request.remote_addr), WRONG_PER_ADDRESS, secret=secret)]


def _code_refused(form: CodeForm, refusal: Refusal) -> Response:
    form.take(refusal)
    response = make_response(_code_page(form), refusal.status)
    if isinstance(refusal, Slowed):
        response.headers["Retry-After"] = str(refusal.seconds)
    return response


def _code_page(form: CodeForm) -> str:
    shown = passes(Permission.WRITE_NOTES)
    mine = door_queries.groups_open(read_session(), shown, now=clock.now())
    page = door_pages.CodePage(
        form=form, action=url_for(".look_code_up", next=request.args.get("next")),
        mine=[door_pages.group_line(group) for group in mine], comes_from_elsewhere="next" in request.args,
        sign_in_href=door_pages.sign_in_href(request.args.get("next")),
    )  # fmt: skip
    return render_template("hmswiki/workshops/code.html", page=page)


# --- The group ----------------------------------------------------------------------------------------------


@blueprint.get("/workshops/<key>/place")
@access(Permission.FOLLOW_WORKSHOP)
def place(key: str) -> View:
    """Pick a group, or another, from the seat that one has."""
    workshop, seat = _seat(key)
    if seat is None:
        return redirect(code_url(url_for(".follow", key=key)), 303)
    return _place_page(workshop, None, _place_form(workshop, seat), address=url_for(".change_place", key=key))


@blueprint.post("/workshops/<key>/place", endpoint="change_place")
@access(Permission.FOLLOW_WORKSHOP)
def change_place(key: str) -> View:
    workshop, seat = _seat(key)
    if seat is None:
        return redirect(code_url(url_for(".follow", key=key)), 303)
    form = PlaceForm()
    form.group.choices = _choices(workshop)
    address = url_for(".change_place", key=key)
    if not _has_group(form):
        return make_response(_place_page(workshop, None, form, address=address), 422)
    try:
        with transaction() as session:
            here = queries.workshop(session, key)
            group = _picked(session, here, form, clock.now())
            _new, token = door_operations.move(
                session, here, session.get_one(Seat, seat.id), group=group, name=form.name.data, at=clock.now()
            )
            then = door_pages.group_href(here, group.number)
    except NotFound:
        raise
    except Refusal as refusal:
        form.take(refusal)
        return make_response(_place_page(workshop, None, form, address=address), refusal.status)
    return _seated(redirect(then, 303), workshop, token)


def _seat(key: str) -> tuple[Workshop, Seat | None]:
    workshop = queries.workshop(read_session(), key)
    authorise(Permission.FOLLOW_WORKSHOP, within=workshop.meeting)
    seat = doors.seat_in(workshop)
    return workshop, seat


def _choices(workshop: Workshop) -> list[tuple[str, str]]:
    groups = queries.groups(read_session(), workshop)
    return [(str(group.number), str(group.number)) for group in groups] + [(NEW_TABLE, NEW_TABLE)]


def _has_group(form: PlaceForm) -> bool:
    """Whether a group was picked; says so on the form where none was."""
    valid = form.validate()
    if valid and not form.group.data:
        form.take(Refusal(N_("Pick your group. Those who are in none pick a new table."), field="group"))
        return False
    return bool(valid)


def _place_form(workshop: Workshop, seat: Seat | None = None) -> PlaceForm:
    seat = seat or doors.seat_in(workshop)
    wanted = door_pages.group_of_path(workshop, request.args.get("next"))
    if seat is not None and seat.group is not None and wanted is None:
        wanted = seat.group.number
    form = PlaceForm(
        formdata=None, group=str(wanted) if wanted is not None else None, name=seat.name if seat is not None else None
    )  # fmt: skip
    form.group.choices = _choices(workshop)
    return form


def _picked(session: Session, workshop: Workshop, form: PlaceForm, at: datetime) -> Group:
    if form.group.data == NEW_TABLE:
        door_operations.seat_name(form.name.data)  # no table is made for a form that is refused
        return operations.add_group(session, workshop, for_walk_ins=True, by=None, at=at)
    return queries.group(session, workshop, int(form.group.data))


def _onwards(workshop: Workshop, seat: Seat, group: Group | None, back: str | None) -> str:
    """Where whoever has come in goes: back to where they came from, if what they picked opens it."""
    if seat.opens is Opens.WALL:
        return door_pages.page_href(workshop, "wall")
    own = door_pages.group_href(workshop, group.number) if group is not None else url_for(".follow", key=workshop.key)
    wanted = local_path(back) if back else own
    return wanted if wanted == own or wanted.startswith(f"{own}/") else own


def _place_page(workshop: Workshop, code: Code | None, form: PlaceForm, *, address: str) -> str:
    session, seat = read_session(), doors.seat_in(workshop)
    leaders = door_queries.leaders(session, workshop)
    mine = session.get(Group, seat.group_id) if seat is not None and seat.group_id is not None else None
    page = door_pages.PlacePage(
        workshop=workshop, form=form, action=address.rstrip("?"), is_wall=code is not None and code.opens is Opens.WALL,
        groups=[door_pages.group_line(one, leaders.get(one.id)) for one in queries.groups(session, workshop)],
        new_table=NEW_TABLE, mine=door_pages.group_line(mine) if mine is not None else None,
        may_follow_only=code is not None,
    )  # fmt: skip
    return render_template("hmswiki/workshops/place.html", page=page)


def _seated(response: Response, workshop: Workshop, token: str | None, opens: Opens = Opens.GROUPS) -> Response:
    """Give the phone its token. Until when that opens anything, the workshop says: its hours may be made longer."""
    if token is not None:
        response.set_cookie(
            doors.cookie_name(workshop, opens),
            token,
            expires=workshop.closes_at + TOKEN_LASTS,
            path=url_for("hmswiki.stylesheet").removesuffix("hms.css"),
            httponly=True,
            samesite="Lax",
            secure=request.is_secure or bool(current_app.config.get("SESSION_COOKIE_SECURE")),
        )
    return response
