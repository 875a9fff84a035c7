"""How the organisation plugs in."""

from typing import TYPE_CHECKING

from flask import Flask

from hmswiki.foundation.errors import N_
from hmswiki.foundation.permissions import Actor, Permission
from hmswiki.organisation import (  # noqa: F401, their routes
    area_bundle,
    area_change_views,
    area_fact_views,
    area_import_views,
    area_views,
    bundle,
    fact_views,
    people_views,
    unit_views,
)
from hmswiki.organisation.views import blueprint
from hmswiki.web.context import state

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    wiki.add_blueprint(area_views.blueprint)
    # Who changed the register comes last: a change may be of an area.
    for kind in (*bundle.KINDS, *area_bundle.KINDS, bundle.CHANGES):
        wiki.add_record_kind(kind)
    wiki.add_menu_item("organisation.index", N_("Organisation"), permission=Permission.SEE_ORGANISATION, order=60)
    wiki.add_panel("person", area_views.looked_after_by, order=40)
    wiki.add_panel("home.aside", area_views.my_areas, order=60)
    wiki.add_panel("unit.aside", area_views.of_unit, order=70)
    wiki.on_mount(_describe_actors)


def _describe_actors(app: Flask) -> None:
    from hmswiki.web.page import role_name
    from hmswiki.web.words import wording

    def describe(who: Actor) -> str:
        if who.holdings:
            first = who.holdings[0]
            return f"{role_name(first.role)}, {first.unit_code}"
        return wording(who.unit_name)

    state(app).extra["describe_actor"] = describe
