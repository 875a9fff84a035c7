"""How rounds plug in."""

from typing import TYPE_CHECKING

from hmswiki.rounds import (
    bundle,
    due_views,
    list_views,  # noqa: F401  its pages are on the same blueprint
    offline,
    overview_views,
    panels,
    pdf_views,  # noqa: F401  likewise
    reminding,
    result_views,  # noqa: F401  likewise
    start_views,  # noqa: F401  likewise
)
from hmswiki.rounds.views import blueprint

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    for kind in bundle.KINDS:
        wiki.add_record_kind(kind)
    wiki.add_blueprint(offline.blueprint)
    wiki.add_panel("action.aside", panels.action_panel, order=10)
    wiki.add_panel("area", panels.area_panel, order=10)
    wiki.add_panel("checklist", panels.checklist_panel, order=10)
    wiki.add_panel("home", due_views.home, order=20)
    wiki.add_task_count(due_views.count_mine)
    wiki.add_panel("checklists.aside", due_views.overview, order=20)
    wiki.add_panel("schedule", overview_views.schedule_panel, order=10)
    wiki.add_panel("unit.aside", due_views.unit_aside, order=20)
    wiki.add_panel("guideline.aside", due_views.guideline_aside, order=20)
    wiki.add_reminder(reminding.waiting)
