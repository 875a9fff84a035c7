"""How guidelines plug in."""

from typing import TYPE_CHECKING

from hmswiki.foundation.errors import N_
from hmswiki.guidelines import (
    bundle,
    editing_views,  # noqa: F401, its views join the blueprint
    panels,
    reminding,
)
from hmswiki.guidelines.commands import content
from hmswiki.guidelines.views import blueprint

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    wiki.add_menu_item("guidelines.index", N_("Guidelines"), order=20)
    wiki.add_command(content)
    wiki.add_reminder(reminding.waiting)
    for kind in bundle.KINDS:
        wiki.add_record_kind(kind)
    wiki.add_panel("home", panels.home, order=10)
    wiki.add_task_count(panels.task_count)
