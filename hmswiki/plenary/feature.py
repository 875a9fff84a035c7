"""How the plenary plugs in."""

from typing import TYPE_CHECKING

from hmswiki.plenary import bundle, panels
from hmswiki.plenary.views import blueprint

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    for kind in bundle.KINDS:
        wiki.add_record_kind(kind)
    wiki.add_panel("wall", panels.wall, order=30)
    wiki.add_panel("workshop", panels.workshop, order=40)
    wiki.add_panel("workshop.lead", panels.lead, order=40)
