"""How checklists plug in."""

from typing import TYPE_CHECKING

from hmswiki.checklists.commands import checklists

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_command(checklists)
