"""How reminders plug in."""

from typing import TYPE_CHECKING

from hmswiki.foundation.errors import N_
from hmswiki.foundation.permissions import Permission
from hmswiki.reminders import bundle, panels
from hmswiki.reminders.commands import remind
from hmswiki.reminders.views import blueprint

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(blueprint)
    wiki.add_command(remind)
    wiki.add_panel("campaign", panels.campaign)
    wiki.add_personal_item("reminders.index", N_("Reminders"), permission=Permission.MANAGE_REMINDERS, order=40)
    for kind in bundle.KINDS:
        wiki.add_record_kind(kind)
