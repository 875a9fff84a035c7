"""Blueprints of features, whose templates are found under two names.

`hmswiki/<feature>/show.html` is what views render: a host puts its own file of that name in its templates folder
and Flask finds it first. `hmswiki-shipped/<feature>/show.html` is always ours, for a host's file to extend.
"""

from pathlib import Path

from flask import Blueprint
from jinja2 import BaseLoader, FileSystemLoader, PrefixLoader


class FeatureBlueprint(Blueprint):
    """A feature's pages. `templates/show.html` beside the module is seen as `hmswiki/<name>/show.html`."""

    def __init__(self, name: str, import_name: str, *, url_prefix: str | None = None) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix)

    @property
    def jinja_loader(self) -> BaseLoader:
        own = PrefixLoader({self.name: FileSystemLoader(Path(self.root_path) / "templates")})
        return PrefixLoader({"hmswiki": own, "hmswiki-shipped": own})


class RootBlueprint(Blueprint):
    """The parent of all features: `templates/base.html` is seen as `hmswiki/base.html`."""

    @property
    def jinja_loader(self) -> BaseLoader:
        own = FileSystemLoader(Path(__file__).parent / "templates")
        return PrefixLoader({"hmswiki": own, "hmswiki-shipped": own})
