"""Pages of the organisation."""

from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from hmswiki.foundation.language import LANGUAGES
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation import operations
from hmswiki.web.access import access
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import actor, transaction
from hmswiki.web.navigation import local_path

blueprint = FeatureBlueprint("organisation", __name__, url_prefix="/organisation")


@blueprint.post("/language")
@access(Permission.ANYONE)
def choose_language() -> Response:
    """Remember the language: with the person, and in the browser for pages before sign-in."""
    chosen = request.form.get("language", "")
    response = make_response(redirect(local_path(request.form.get("next")), 303))
    if chosen in LANGUAGES:
        who = actor()
        if who is not None:
            with transaction() as session:
                operations.choose_language(session, who.person_id, chosen)
        response.set_cookie(
            "hmswiki_language",
            chosen,
            max_age=365 * 86400,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure,
        )
    return response
