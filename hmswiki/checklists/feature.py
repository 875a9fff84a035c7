"""How checklists plug in."""

from typing import TYPE_CHECKING

from hmswiki.checklists import bundle, supplement_bundle
from hmswiki.checklists.commands import checklists

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_command(checklists)
    for kind in (*bundle.KINDS, *supplement_bundle.KINDS, *bundle.DRAFT_KINDS):
        wiki.add_record_kind(kind)
