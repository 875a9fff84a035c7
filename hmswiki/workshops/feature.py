"""How workshops plug in."""

from typing import TYPE_CHECKING

from hmswiki.workshops import doors

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_pass_source(doors.passes_shown)
