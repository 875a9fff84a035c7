"""How schedules plug in."""

from typing import TYPE_CHECKING

from hmswiki.schedules import (
    bundle,
    panels,
    slot_views,  # noqa: F401  its pages are on the same blueprint
)
from hmswiki.schedules.views import blueprint

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    for kind in bundle.KINDS:
        wiki.add_record_kind(kind)
    wiki.add_panel("checklist", panels.when_due, order=20)
