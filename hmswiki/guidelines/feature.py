"""How guidelines plug in."""

from typing import TYPE_CHECKING

from hmswiki.guidelines import bundle

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    for kind in bundle.KINDS:
        wiki.add_record_kind(kind)
