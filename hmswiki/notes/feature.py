"""How notes plug in."""

from typing import TYPE_CHECKING

from hmswiki.notes import (
    bundle,
    history_views,  # noqa: F401  its pages are on the same blueprint
    panels,
    wall_panels,
    wall_views,
)
from hmswiki.notes.views import blueprint

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    for kind in bundle.KINDS:
        wiki.add_record_kind(kind)
    wiki.add_blueprint(wall_views.blueprint)
    wiki.add_panel("workshop.lead", panels.lead, order=10)
    wiki.add_panel("workshop", panels.mine, order=20)
    wiki.add_panel("workshop.lead", wall_panels.lead, order=50)
    wiki.add_panel("workshop.aside", wall_panels.way, order=10)
