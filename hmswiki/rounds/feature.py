"""How rounds plug in."""

from typing import TYPE_CHECKING

from hmswiki.rounds import offline

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


def register(wiki: "HmsWiki") -> None:
    wiki.add_blueprint(offline.blueprint)
