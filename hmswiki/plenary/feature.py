"""How the plenary plugs in."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    """Nothing yet."""
