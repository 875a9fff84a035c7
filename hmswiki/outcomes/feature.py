"""How outcomes plug in."""

from typing import TYPE_CHECKING

from hmswiki.outcomes import (
    afterwards_views,
    letter_views,  # noqa: F401  its pages are on the same blueprint
    nudging,
    proposal_bundle,
    proposal_panels,
    proposal_views,
    publication_bundle,
    publication_panels,
    sending,
)

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(afterwards_views.blueprint)
    wiki.add_blueprint(proposal_views.blueprint)
    wiki.add_nudge(nudging.nudge)
    wiki.on_mount(sending.mount)
    for kind in (*publication_bundle.KINDS, *proposal_bundle.KINDS):
        wiki.add_record_kind(kind)
    wiki.add_task_count(proposal_panels.task_count)
    wiki.add_panel("home", proposal_panels.home, order=40)
    wiki.add_panel("draft.editor", proposal_panels.draft_editor, order=10)
    wiki.add_panel("draft.aside", proposal_panels.draft_aside, order=10)
    wiki.add_panel("guideline.aside", proposal_panels.guideline_aside, order=30)
    wiki.add_panel("action.aside", proposal_panels.action_aside, order=20)
    wiki.add_panel("workshop", publication_panels.workshop, order=5)
    wiki.add_panel("workshop.aside", publication_panels.workshop_aside, order=20)
    wiki.add_panel("workshop.aside", proposal_panels.workshop_aside, order=40)
