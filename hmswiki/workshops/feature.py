"""How workshops plug in."""

from typing import TYPE_CHECKING

from flask import Flask

from hmswiki.foundation.errors import N_
from hmswiki.foundation.permissions import Permission
from hmswiki.web.context import state
from hmswiki.workshops import (
    bundle,
    door_panels,
    doors,
    follow_views,  # noqa: F401  its pages are on the blueprint of the door
    group_views,  # noqa: F401, its pages are on the same blueprint
    join_views,
    lead_views,  # noqa: F401  likewise
    panels,
    plan_views,  # noqa: F401, its too
    sheet_views,  # noqa: F401, its too
)
from hmswiki.workshops.views import blueprint

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    for kind in bundle.KINDS:
        wiki.add_record_kind(kind)
    wiki.add_blueprint(join_views.blueprint)
    wiki.add_pass_source(doors.passes_shown)
    wiki.add_panel("workshop", door_panels.ways_in, order=10)
    wiki.on_mount(_tell_where_codes_are_typed)
    wiki.add_panel("home", panels.home, order=15)
    wiki.add_menu_item("workshops.index", N_("Workshops"), permission=Permission.SEE_WORKSHOPS, order=26)


def _tell_where_codes_are_typed(app: Flask) -> None:
    state(app).extra["code_url"] = join_views.code_url
