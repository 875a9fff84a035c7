"""How accounts plug in."""

from typing import TYPE_CHECKING, Any

from flask import render_template
from markupsafe import Markup

from hmswiki.accounts import identity, links, people_views
from hmswiki.accounts.bundle import CREDENTIALS
from hmswiki.accounts.commands import user
from hmswiki.accounts.views import blueprint
from hmswiki.foundation.errors import N_
from hmswiki.web.context import actor, state

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    wiki.add_personal_item("accounts.sessions", N_("Password and sessions"), order=80)
    wiki.add_panel("header", _sign_out, order=90)
    wiki.add_panel("person", people_views.render_panel)
    wiki.add_record_kind(CREDENTIALS)
    wiki.add_command(user)
    wiki.on_mount(identity.mount)
    wiki.on_mount(links.mount)


def _sign_out(**context: Any) -> Markup | None:
    """A button in the menu under one's own name."""
    if not state().own_accounts or actor() is None:
        return None
    return Markup(render_template("hmswiki/accounts/_sign_out.html"))
