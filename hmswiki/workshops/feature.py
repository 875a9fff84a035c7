"""How workshops plug in."""

from typing import TYPE_CHECKING

from hmswiki.foundation.errors import N_
from hmswiki.foundation.permissions import Permission
from hmswiki.workshops import doors
from hmswiki.workshops.views import blueprint

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    wiki.add_pass_source(doors.passes_shown)
    wiki.add_menu_item("workshops.index", N_("Workshops"), permission=Permission.SEE_WORKSHOPS, order=26)
