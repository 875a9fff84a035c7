"""The closed door: every view declares who may open it, and everything else is refused.

`@access(Permission.X)` opens the door to those who hold X for any unit at all; a view that concerns one unit
then calls `authorise(Permission.X, within=unit)`. A view without a declaration is refused to everybody.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import current_app, g, request
from flask_wtf.csrf import validate_csrf
from wtforms.validators import ValidationError

from hmswiki.foundation.errors import N_, NotAllowed, NotFound, NotSignedIn, Refusal
from hmswiki.foundation.permissions import GRANTS, Pass, Permission, Within, may
from hmswiki.web.context import actor, state

View = TypeVar("View", bound=Callable[..., Any])

_DECLARED = "hmswiki_access"
_TAKES_FILES = "hmswiki_takes_files"

# The largest that every database keeps in an integer column.
_LARGEST_ID = 2**31 - 1


class FormExpired(Refusal):
    """The form's token is missing or old; what was typed is kept and can be sent again."""

    status = 400


class CodeNeeded(NotSignedIn):
    """Nobody is signed in, and nothing has let them in; a code would."""


class NotByThisCode(NotAllowed):
    """What has let them in does not open this; another code, or another choice, may."""


def access(permission: Permission) -> Callable[[View], View]:
    """Declare which permission opens the view."""

    def declare(view: View) -> View:
        setattr(view, _DECLARED, permission)
        return view

    return declare


def declared(view: Callable[..., Any]) -> Permission | None:
    """The permission that the view declares; None: it is closed."""
    return getattr(view, _DECLARED, None)


def takes_files(view: View) -> View:
    """Declare that what is sent there may be as large as photos are (`max_photo_bytes`)."""
    setattr(view, _TAKES_FILES, True)
    return view


def may_take_files(view: Callable[..., Any] | None) -> bool:
    return getattr(view, _TAKES_FILES, False)


def passes(permission: Permission) -> tuple[Pass, ...]:
    """The passes that the request shows, where the permission is given by pass; read once a request."""
    if not GRANTS[permission].by_pass:
        return ()
    if "hmswiki_passes" not in g:
        g.hmswiki_passes = state().wiki.passes_shown()
    return cast(tuple[Pass, ...], g.hmswiki_passes)


def authorise(permission: Permission, *, within: Within | None = None) -> None:
    """Let the request go on, or raise NotSignedIn or NotAllowed with the sentence that says who may."""
    who, shown = actor(), passes(permission)
    if who is None and permission is not Permission.ANYONE and not shown:
        if GRANTS[permission].by_pass:
            raise CodeNeeded(N_("Type the code of the meeting to see this page, or sign in."))
        raise NotSignedIn(N_("Sign in to see this page."))
    decision = may(who, permission, within=within, passes=shown)
    if not decision:
        raise (NotByThisCode if GRANTS[permission].by_pass else NotAllowed)(decision.reason)


def allowed(permission: Permission, *, within: Within | None = None) -> bool:
    """Whether to show a way in. Whoever decides is still `authorise`."""
    return bool(may(actor(), permission, within=within, passes=passes(permission)))


def close_the_door() -> None:
    """Runs before every view of hmswiki."""
    if request.endpoint and request.endpoint.rsplit(".", 1)[-1] == "static":
        return
    view = current_app.view_functions.get(request.endpoint or "")
    permission = declared(view) if view is not None else None
    if permission is None:
        raise NotAllowed(N_("This page is closed: it does not say who may open it."))
    authorise(permission)
    _check_address()
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        _check_person()
        _check_token()


def _check_address() -> None:
    """No database can even be asked for a NUL in a text, or for a number that no id reaches."""
    for value in (request.view_args or {}).values():
        if (isinstance(value, int) and value > _LARGEST_ID) or (isinstance(value, str) and "\0" in value):
            raise NotFound(N_("The address may be old or mistyped. Start again from the front page."))


def _check_person() -> None:
    """What waited on a phone says whose it is: nobody else sends it in their own name, whatever the host's session."""
    said, who = request.headers.get("X-Hms-Person"), actor()
    if said and (who is None or said != str(who.person_id)):
        raise NotSignedIn(N_("Somebody else wrote this on this device. It is kept until that person signs in here."))


def _check_token() -> None:
    token = request.form.get("csrf_token") or request.headers.get("X-CSRFToken")
    try:
        validate_csrf(token)
    except ValidationError as error:
        raise FormExpired(
            N_("The page had been open too long, so we did not save. What you typed is kept: send it again.")
        ) from error
    g.csrf_valid = True  # Flask-WTF's forms need not check once more
