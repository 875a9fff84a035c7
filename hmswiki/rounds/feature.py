"""How rounds plug in."""

from typing import TYPE_CHECKING

from hmswiki.rounds import (
    list_views,  # noqa: F401  its pages are on the same blueprint
    offline,
    panels,
    result_views,  # noqa: F401  likewise
    start_views,  # noqa: F401  likewise
)
from hmswiki.rounds.views import blueprint

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    wiki.add_blueprint(offline.blueprint)
    wiki.add_panel("area", panels.area_panel, order=10)
    wiki.add_panel("checklist", panels.checklist_panel, order=10)
