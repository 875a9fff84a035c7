"""How checklists plug in."""

from typing import TYPE_CHECKING

from hmswiki.checklists import (
    approval_views,  # noqa: F401, its views join the blueprint
    bundle,
    panels,
    supplement_bundle,
    supplement_central_views,  # noqa: F401, its views too
    supplement_line_views,  # noqa: F401, its views too
    supplement_panels,
)
from hmswiki.checklists.commands import checklists
from hmswiki.checklists.views import blueprint
from hmswiki.foundation.errors import N_

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    wiki.add_menu_item("checklists.index", N_("Checklists"), order=22)
    wiki.add_command(checklists)
    wiki.add_panel("guideline.aside", panels.of_guideline, order=20)
    for kind in (*bundle.KINDS, *supplement_bundle.KINDS, *bundle.DRAFT_KINDS):
        wiki.add_record_kind(kind)
    wiki.add_panel("checklist", supplement_panels.on_checklist, order=20)
    wiki.add_panel("unit.aside", supplement_panels.on_unit, order=40)
    wiki.add_panel("home", supplement_panels.on_home, order=40)
    wiki.add_task_count(supplement_panels.task_count)
    wiki.add_panel("home", panels.home, order=12)
    wiki.add_task_count(panels.task_count)
