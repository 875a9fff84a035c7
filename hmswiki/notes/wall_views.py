"""The wall: what all groups write, as large as a room needs it, and one click to take a line off it."""

import hashlib

from flask import Response as JsonResponse
from flask import jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest
from hmswiki.foundation.permissions import Permission
from hmswiki.notes import operations, wall_pages
from hmswiki.notes import queries as notes
from hmswiki.notes.wall_pages import WallPage
from hmswiki.notes.wall_parts import View
from hmswiki.web.access import access, allowed, authorise, passes
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import known_actor, read_session, transaction
from hmswiki.web.failures import wants_json
from hmswiki.web.navigation import local_path
from hmswiki.web.parsing import page_number
from hmswiki.web.words import _, current_language
from hmswiki.workshops import queries
from hmswiki.workshops.models import Workshop

blueprint = FeatureBlueprint("wall", __name__)

LOOK_AGAIN_MS = 2000


@blueprint.get("/workshops/<key>/wall")
@access(Permission.SEE_NOTES)
def show(key: str) -> str:
    """The wall. `?task=` (else the one that runs), `?prompt=` (its number, 0: all), `?page=`, `?group=`, `?show=`."""
    workshop = _seen(key)
    return render_template(
        "hmswiki/wall/wall.html", page=_page(workshop), hidden=request.args.get("hidden", ""), ways=_ways(workshop)
    )


@blueprint.get("/workshops/<key>/wall/state")
@access(Permission.SEE_NOTES)
def state(key: str) -> Response:
    """What stands on the wall now, as HTML that the page puts in its place; 304 while nothing has changed."""
    workshop = _seen(key)
    mark = _mark(workshop)
    if request.if_none_match.contains_weak(mark):
        response = JsonResponse(status=304)
    else:
        page = _page(workshop)
        response = jsonify({
            "html": render_template("hmswiki/wall/_wall.html", page=page),
            "title": page.heading,
            "look_again_ms": LOOK_AGAIN_MS,
            **({"csrf_token": generate_csrf()} if page.may_hide else {}),
        })  # fmt: skip
    response.set_etag(mark)
    return response


@blueprint.post("/workshops/<key>/wall/hidden")
@access(Permission.SORT_POINTS)
def hide(key: str) -> Response:
    """Take a point off the wall, out of nobody's note."""
    return _set_hidden(key, hidden=True)


@blueprint.post("/workshops/<key>/wall/shown")
@access(Permission.SORT_POINTS)
def show_again(key: str) -> Response:
    """Put a point back on the wall."""
    return _set_hidden(key, hidden=False)


def _set_hidden(key: str, *, hidden: bool) -> Response:
    authorise(Permission.SORT_POINTS, within=queries.workshop(read_session(), key).meeting)
    point = request.form.get("point", "")
    if not point:
        raise BadRequest(N_("It was not said which point is meant. Go back, and press the button beside it."))
    with transaction() as session:
        workshop = queries.workshop(session, key)
        change = operations.hide if hidden else operations.show
        change(
            session, notes.point(session, workshop, point), by=known_actor(),
            passes=passes(Permission.SORT_POINTS), at=clock.now(),
        )  # fmt: skip
    if wants_json():
        return jsonify({"point": point, "hidden": hidden})
    then = local_path(request.form.get("next") or url_for(".show", key=key))
    on_wall = hidden and then.startswith(url_for(".show", key=key))
    # On the wall itself nothing else tells that it is gone, and offers to bring it back.
    return redirect(f"{then}{'&' if '?' in then else '?'}hidden={point}" if on_wall else then, 303)


def _ways(workshop: Workshop) -> list[tuple[str, str]]:
    """Where who stands by the machine may go on to; nothing for a machine that a code let in."""
    ways = (
        (Permission.SORT_POINTS, "plenary.show", _("Plenary")),
        (Permission.MANAGE_WORKSHOPS, "workshop_doors.lead", _("Lead the workshop")),
    )
    return [
        (label, url_for(f"hmswiki.{endpoint}", key=workshop.key))
        for permission, endpoint, label in ways
        if allowed(permission, within=workshop.meeting)
    ]


def _seen(key: str) -> Workshop:
    """The workshop, for who may see what all its groups write. Raises NotFound, NotAllowed."""
    workshop = queries.workshop(read_session(), key)
    authorise(Permission.SEE_NOTES, within=workshop.meeting)
    return workshop


def _view() -> View:
    """What the address asks for."""
    args = request.args
    return View(
        task=args.get("task") or None, prompt=_number("prompt"), page=page_number(), group=_number("group"),
        show="code" if args.get("show") == "code" else None,
    )  # fmt: skip


def _number(name: str) -> int | None:
    given = request.args.get(name, "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 6):
        raise BadRequest(N_("The address names a part or a group that is no number. Go back to the wall."))
    return int(given)


def _page(workshop: Workshop) -> WallPage:
    return wall_pages.wall_page(
        read_session(), workshop, _view(), now=clock.now(),
        may_hide=allowed(Permission.SORT_POINTS, within=workshop.meeting),
    )  # fmt: skip


def _mark(workshop: Workshop) -> str:
    """Changes with whatever the wall shows: what is written and decided, the language, the address, and who looks."""
    asked = repr((
        _view(), allowed(Permission.SORT_POINTS, within=workshop.meeting),
        allowed(Permission.MANAGE_WORKSHOPS, within=workshop.meeting),
        workshop.is_within_hours(clock.now()),
    ))  # fmt: skip
    what = hashlib.sha256(asked.encode()).hexdigest()[:12]
    return f"{queries.pulse(read_session(), workshop.id)}-{current_language()}-{what}"
