"""Without network: the service worker, the page that says so, and who is signed in for what waits on a phone.

The worker keeps the pages of rounds and of groups' notes, with the style and scripts they need, and nothing else.
Its address stands at the root of the wiki, so that it reaches the wiki's pages and no page of a host.
"""

import json
from typing import Any

from flask import Response, jsonify, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from hmswiki.foundation.language import LANGUAGES
from hmswiki.foundation.permissions import Permission
from hmswiki.web import assets
from hmswiki.web.access import access
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import actor
from hmswiki.web.page import Hms, front_page
from hmswiki.web.words import current_language, speak

blueprint = FeatureBlueprint("rounds_offline", __name__)

_LINKED = ("hms.css", "icons.svg", "favicon.svg", "js/hms.js", "js/offline.js", "js/round.js", "js/note.js",
           "js/rounds-kept.js")  # fmt: skip
"""What pages that are kept link to, each with the mark that changes when it does."""

_IMPORTED = tuple(
    f"js/{name}.js"
    for name in (
        "outbox", "sending", "save-state", "words", "round-items", "round-kept", "round-photo", "round-status",
        "note-edits", "note-lines", "watching", "clock",
    )
)  # fmt: skip
"""What those scripts import, by a plain name."""


@blueprint.get("/worker.js")
@access(Permission.ANYONE)
def worker() -> BaseResponse:
    """The service worker of the wiki. It changes when a file that it keeps does, and browsers then take the new one."""
    hms = Hms()
    facts = {
        "root": hms.root,
        "front": front_page(),
        "offline": url_for("hmswiki.rounds_offline.offline", language=current_language()),
        "linked": [hms.asset(name) for name in _LINKED],
        "imported": [url_for("hmswiki.static", filename=name) for name in _IMPORTED],
        "version": "-".join(assets.fingerprint(name)[:6] for name in (*_LINKED, *_IMPORTED)),
    }
    source = (assets.STATIC / "js" / "worker.js").read_text(encoding="utf-8")
    text = f"const SITE = {json.dumps(facts, sort_keys=True)};\n{source}"
    return Response(text, content_type="text/javascript; charset=utf-8")


@blueprint.get("/offline")
@access(Permission.ANYONE)
def offline() -> str:
    """What the worker shows for a page that the phone does not have. The worker asks for it as a stranger."""
    if request.args.get("language") in LANGUAGES:
        speak(request.args["language"])
    return render_template("hmswiki/rounds/offline.html")


@blueprint.get("/offline/session")
@access(Permission.ANYONE)
def who() -> BaseResponse:
    """Who is signed in here, if anybody, and the token of this session, for what has waited on a phone."""
    signed_in = actor()
    facts: dict[str, Any] = {
        "person": str(signed_in.person_id) if signed_in else "",
        "csrf_token": generate_csrf(),
    }
    answer = jsonify(facts)
    answer.headers["Cache-Control"] = "no-store"
    return answer
