"""The document as Markdown. What people wrote is text and becomes no markup, here nor in another's renderer."""

import re
from collections.abc import Iterable

from hmswiki.foundation import markup
from hmswiki.outcomes.blocks import Block, Bullets, Heading
from hmswiki.outcomes.document import clean

# What means something wherever it stands; in a heading the sign of one does too, at its end.
_ANYWHERE = re.compile(r"[\\`*_\[\]|]|={2,}")
_IN_HEADING = re.compile(r"[\\`*_\[\]|#]|={2,}")
# What means something at the beginning of a line: a heading, an item, an item with a number.
_FIRST = re.compile(r"^([#+\-=])|^(\d+)([.)])")
# What a backslash does not escape everywhere.
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "~": "&#126;"})


def escaped(text: str, *, in_heading: bool = False) -> str:
    """`text`, which is on one line, so that a renderer of Markdown shows just that."""
    special = _IN_HEADING if in_heading else _ANYWHERE
    safe = special.sub(lambda found: "".join(f"\\{letter}" for letter in found[0]), text)
    safe = _FIRST.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", safe)
    return safe.translate(_ENTITIES)


def written(blocks: Iterable[Block]) -> str:
    """The blocks, an empty line between two."""
    return "\n\n".join(_written(block) for block in blocks) + "\n"


def as_page(text: str) -> str:
    """The HTML of what `written` gave, without the title, which a page has already. Raises TooLarge."""
    rendered = markup.render(text.partition("\n\n")[2])
    lead = f"<p>{rendered.lead_html}</p>\n" if rendered.lead_html else ""
    return lead + rendered.html


def _written(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {escaped(clean(block.text), in_heading=True)}"
    if isinstance(block, Bullets):
        return "\n".join(f"- {escaped(clean(item))}" for item in block.items)
    return escaped(clean(block.text))
