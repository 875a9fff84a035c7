"""Marks in the margin of a text where it differs from an earlier one."""

import re
from collections.abc import Iterator
from functools import lru_cache

# The ends of passages in the renderer's HTML; of these only p and li hold running text.
_BLOCK = re.compile(r"(</?(?:p|li|ul|ol|pre|blockquote|table|thead|tbody|tr|th|td|h[2-4]|hr)\b[^>]*>)")


@lru_cache(maxsize=64)
def with_changes_marked(html: str, base_html: str) -> str:
    """`html` with a class on the paragraphs and list lines that `base_html` lacks. Both are the renderer's.

    Published texts never change, so what readers ask for again and again is worked out once.
    """
    known = {passage for _, passage in _passages(base_html)}
    pieces = _BLOCK.split(html)
    for index, passage in _passages(html):
        if passage not in known:
            pieces[index] = pieces[index].replace(">", ' class="hms-changed">', 1)
    return "".join(pieces)


def _passages(html: str) -> Iterator[tuple[int, str]]:
    """The place of each opening tag of a passage among the pieces, and the passage."""
    pieces = _BLOCK.split(html)
    for index in range(1, len(pieces) - 1, 2):
        if pieces[index] in ("<p>", "<li>") and pieces[index + 1].strip():
            yield index, pieces[index + 1].strip()


def whole(lead_html: str, html: str) -> str:
    """A text as one piece: its first paragraph is kept apart from the rest, since pages show it as their lead."""
    return f"<p>{lead_html}</p>\n{html}" if lead_html else html
