"""How actions plug in."""

from typing import TYPE_CHECKING

from hmswiki.actions import (
    action_views,  # noqa: F401  its pages are on the same blueprint
    bundle,
    panels,
    reminding,
)
from hmswiki.actions.commands import actions
from hmswiki.actions.views import blueprint
from hmswiki.foundation.errors import N_

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    for kind in bundle.KINDS:
        wiki.add_record_kind(kind)
    wiki.add_command(actions)
    wiki.add_menu_item("actions.index", N_("Actions"), order=24)
    wiki.add_panel("home", panels.home, order=30)
    wiki.add_task_count(panels.count_mine)
    wiki.add_panel("area", panels.area, order=30)
    wiki.add_panel("unit.aside", panels.unit_aside, order=30)
    wiki.add_reminder(reminding.waiting)
