"""How acknowledgements plug in."""

from typing import TYPE_CHECKING

from hmswiki.acknowledgements import (
    bundle,
    panels,
    reminding,
    unit_views,  # noqa: F401  its pages are on the same blueprint
)
from hmswiki.acknowledgements import coverage_views as coverage_views  # its views join the blueprint
from hmswiki.acknowledgements.commands import coverage
from hmswiki.acknowledgements.rollout_views import publish_consequence
from hmswiki.acknowledgements.views import blueprint
from hmswiki.foundation.errors import N_
from hmswiki.foundation.permissions import Permission

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    for kind in bundle.KINDS:
        wiki.add_record_kind(kind)
    wiki.add_command(coverage)
    wiki.add_menu_item("acknowledgements.coverage", N_("Coverage"), permission=Permission.SEE_ALL_COVERAGE, order=5)
    wiki.add_menu_item("acknowledgements.rollout_list", N_("Rollouts"), permission=Permission.MANAGE_ROLLOUTS, order=8)
    wiki.add_panel("publish.consequence", publish_consequence)
    wiki.add_menu_item("acknowledgements.home", N_("My page"), order=10)
    wiki.add_menu_item("acknowledgements.my_unit", N_("My unit"), permission=Permission.SEE_COVERAGE, order=30)
    wiki.add_personal_item("acknowledgements.my_record", N_("My record"), order=10)
    wiki.add_reader(panels.last_read)
    wiki.add_reminder(reminding.waiting)
    wiki.add_panel("guideline.top", panels.news, order=10)
    wiki.add_panel("guideline.after", panels.acknowledge, order=10)
    wiki.add_panel("guideline.end", panels.action_bar, order=10)
