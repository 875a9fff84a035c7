"""A refusal becomes a page, or JSON where that was asked for, with the right status. No traceback reaches either."""

from typing import Any

from flask import Response, current_app, jsonify, make_response, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from hmswiki.foundation.errors import N_, NotSignedIn, Refusal
from hmswiki.foundation.submissions import AlreadyDone
from hmswiki.web.access import CodeNeeded, FormExpired, NotByThisCode
from hmswiki.web.context import settings, state
from hmswiki.web.words import _, number, say

# What a page says when the web server or Flask refuses, before any of our code has.
_HTTP = {
    400: (N_("This address cannot be read"), N_("Something in the address or form is wrong. Go back and try again.")),
    404: (N_("There is no page here"), N_("The address may be old or mistyped. Start again from the front page.")),
    405: (N_("This cannot be opened like that"), N_("The address takes a form. Go back and use the button.")),
    500: (N_("Something went wrong on our side"), N_("Nothing was saved. Try again, and tell whoever runs the site.")),
}  # fmt: skip

_TITLES = {
    400: N_("This cannot be read"),
    401: N_("Sign in first"),
    403: N_("This page is for others"),
    404: N_("There is no page here"),
    409: N_("Somebody got there first"),
    413: N_("This is too large"),
    422: N_("We could not save this"),
    429: N_("Too many attempts"),
    500: N_("The site is not set up completely"),
}


def wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def refused(refusal: Refusal) -> BaseResponse | str:
    """The page, JSON or redirect that answers a refusal."""
    if isinstance(refusal, NotSignedIn) and not wants_json():
        if request.method in ("GET", "HEAD"):
            address = _code_url(refusal, _back()) or state().sign_in_url(_back())
            if address is not None:
                return redirect(address, 303)
        return _resend(refusal)
    if isinstance(refusal, FormExpired) and not wants_json():
        return _resend(refusal)
    title = _(_TITLES.get(refusal.status, _TITLES[422]))
    return page(refusal.status, title, say(refusal), code_url=_code_url(refusal, _back()))


def _code_url(refusal: Refusal, back: str) -> str | None:
    """Where to type a code and come back, where one may open what was refused."""
    address = state().extra.get("code_url")
    return address(back) if address and isinstance(refusal, CodeNeeded | NotByThisCode) else None


def already_done(done: AlreadyDone) -> BaseResponse:
    """The form was carried out before: go where that led."""
    return redirect(done.location or request.path, 303)


def http_failed(error: HTTPException) -> BaseResponse:
    """A failure that Werkzeug or Flask raised."""
    if error.response is not None:  # a redirect raised as an exception
        return make_response(error.response)
    code = error.code or 500
    if code == 413:
        limit = request.max_content_length or settings().max_request_bytes
        return page(
            413, _(_TITLES[413]),
            _("What was sent is larger than %(limit)s kB, the most that one form may hold. Shorten it and try again.",
              limit=number(limit // 1000)),
        )  # fmt: skip
    title, text = _HTTP.get(code, _HTTP[400 if code < 500 else 500])
    response = page(code, _(title), _(text))
    if code == 405:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or [])
    return response


def page(status: int, title: str, text: str, *, code_url: str | None = None) -> Response:
    """The error page, or its JSON."""
    if wants_json():
        response = jsonify({"error": {"status": status, "title": title, "message": text}})
    else:
        response = make_response(
            render_template("hmswiki/error.html", status=status, title=title, text=text, code_url=code_url)
        )
    response.status_code = status
    return response


def _back() -> str:
    return request.full_path.rstrip("?") if request.query_string else request.path


def _resend(refusal: Refusal) -> BaseResponse:
    """Nothing typed is lost: the form again, hidden, with a fresh token and a button."""
    # Another site must not be able to put its own form before the reader as if it were typed here.
    fields: list[tuple[str, str]] = []
    if not _is_foreign():
        form: MultiDict[str, Any] = request.form
        # Passwords are typed again: they have no place in a page that a browser may keep.
        fields = [
            (name, value)
            for name, value in form.items(multi=True)
            if name not in ("csrf_token", "password", "again", "current")
        ]
    response = make_response(
        render_template(
            "hmswiki/resend.html",
            fields=fields,
            text=say(refusal),
            action=request.full_path.rstrip("?"),
            signed_out=isinstance(refusal, NotSignedIn),
            sign_in_url=state().sign_in_url(""),
            code_url=_code_url(refusal, ""),
        )  # fmt: skip
    )
    response.status_code = refusal.status
    return response


def _is_foreign() -> bool:
    """Whether a page of another site sent the form, as far as the browser says."""
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said not in ("same-origin", "none")
    # Without encryption browsers say no more than from where.
    origin = request.headers.get("Origin")
    return origin is not None and origin.partition("://")[2] != request.host


def unforeseen(error: Exception) -> BaseResponse:
    """A fault of ours: logged with its traceback, answered without."""
    current_app.logger.exception("unforeseen fault", exc_info=error)
    title, text = _HTTP[500]
    return page(500, _(title), _(text))
