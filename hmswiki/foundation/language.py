"""The languages offered, choosing one, and falling back openly."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

LANGUAGES = ("nb", "nn", "en")
DEFAULT_LANGUAGE = "nb"

# How a language calls itself: shown in language links, never translated.
OWN_NAMES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}

# What a reader of one language reads next best.
_FALLBACKS = {"nb": ("nb", "nn", "en"), "nn": ("nn", "nb", "en"), "en": ("en", "nb", "nn")}


class Worded(NamedTuple):
    """A text and the language it is in (None where the text has no language of its own)."""

    text: str
    language: str | None


def preferred(languages: Iterable[str]) -> str:
    """The first offered language among `languages` (tags as browsers send them, best first); nb if none.

    Plain Norwegian (`no`) means bokmål.
    """
    for tag in languages:
        primary = tag.replace("_", "-").split("-")[0].lower()
        primary = "nb" if primary == "no" else primary
        if primary in LANGUAGES:
            return primary
    return DEFAULT_LANGUAGE


def fallbacks(language: str) -> tuple[str, ...]:
    """Languages to try for a reader of `language`, best first."""
    return _FALLBACKS.get(language, _FALLBACKS[DEFAULT_LANGUAGE])


def worded(wording: str | Mapping[str, str], language: str) -> Worded:
    """The wording for a reader of `language`, and the language it turned out to be in."""
    if isinstance(wording, str):
        return Worded(wording, None)
    for candidate in fallbacks(language):
        if wording.get(candidate):
            return Worded(wording[candidate], candidate)
    for candidate, text in sorted(wording.items()):
        if text:
            return Worded(text, candidate)
    return Worded("", None)


def in_language(wording: str | Mapping[str, str], language: str) -> str:
    """The wording for a reader of `language`, falling back to another language."""
    return worded(wording, language).text
