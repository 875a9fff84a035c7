"""Words to look at before the notes leave the house: names that the register knows, addresses, and long numbers.

Only marks: whoever reads decides. A word may be a name and something else, and no register knows every name.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hmswiki.notes.blacking import WORD

_LONG_NUMBER = re.compile(r"(?<!\d)\d(?: ?\d){7,}(?!\d)")
"""Of a telephone, or somebody's national identity number."""
_SHORTEST = 2


@dataclass(frozen=True)
class Run:
    """A part of a line, and whether it should be looked at."""

    text: str
    marked: bool = False


def known_words(names: Iterable[str]) -> frozenset[str]:
    """The words that people's names are made of: given names and family names, and each half of a double one."""
    found: set[str] = set()
    for name in names:
        for word in WORD.findall(name):
            found.update(part for part in (word, *word.split("-")) if len(part) >= _SHORTEST and part[:1].isupper())
    return frozenset(found)


def runs(text: str, known: frozenset[str]) -> list[Run]:
    """The line in parts, those marked that should be looked at."""
    marked = sorted({*_words(text, known), *(found.span() for found in _LONG_NUMBER.finditer(text))})
    parts, last = [], 0
    for start, end in marked:
        if start < last:
            continue
        if start > last:
            parts.append(Run(text[last:start]))
        parts.append(Run(text[start:end], marked=True))
        last = end
    if last < len(text):
        parts.append(Run(text[last:]))
    return parts


def _words(text: str, known: frozenset[str]) -> Iterable[tuple[int, int]]:
    for word in WORD.finditer(text):
        if "@" in word[0] or any(_is_name(part, known) for part in (word[0], *re.split(r"[-'’.]", word[0]))):
            yield word.span()


def _is_name(word: str, known: frozenset[str]) -> bool:
    """Also with the s of whose it is. Written small it is another word: "liv", "dag"."""
    return word in known or (word.endswith("s") and word[:-1] in known)
