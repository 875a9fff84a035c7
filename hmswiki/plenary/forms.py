"""Forms of the plenary: the shape of what was typed, chosen and ticked."""

from uuid import UUID

from wtforms import HiddenField, StringField, TextAreaField

from hmswiki.web.forms import PageForm
from hmswiki.web.words import _l

MOST_TICKED = 1_000
"""Points that one form may name: more than any task has on one screen."""


class SortForm(PageForm):
    """Ticked points, and what is done with them. The points themselves are read by `ticked`."""

    theme = StringField(_l("Theme"))
    title = StringField(_l("Name of a new theme"))
    sentence = StringField(_l("Sentence"))


class TitleForm(PageForm):
    """A theme's name, and the version that it was written over."""

    title = StringField(_l("Name"))
    version = HiddenField()


class PlaceForm(PageForm):
    """Which other one it goes behind, or into."""

    after = StringField()
    into = StringField()


class SentenceForm(PageForm):
    """A sentence, and the version that it was written over. Its points are read by `ticked`."""

    text = TextAreaField(_l("Sentence"))
    version = HiddenField()


def version_of(form: TitleForm | SentenceForm) -> int:
    """The version that stood on the page; 0, which none is, where it cannot be read."""
    text = form.version.data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def keys(values: list[str]) -> list[str]:
    """The points that a form names, each once, as their keys are kept; what is no key is left as it is."""
    found: dict[str, None] = {}
    for value in values[:MOST_TICKED]:
        try:
            found[str(UUID(value))] = None
        except ValueError:
            found[value] = None
    return list(found)
