"""The document as DOCX, by python-docx (the extra `docx`): the only place that imports it."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec

from hmswiki.foundation.errors import N_, Refusal
from hmswiki.outcomes.blocks import Block, Bullets, Heading
from hmswiki.outcomes.document import clean

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class NotInstalled(Refusal):
    """The extra is missing; the other forms say the same."""

    status = 501


def available() -> bool:
    """Whether DOCX can be written here. Links to it are shown only then."""
    return find_spec("docx") is not None


def written(blocks: Sequence[Block], *, title: str, language: str, author: str, at: datetime) -> bytes:
    """The blocks with Word's own styles for headings and lists, so that they can be restyled and read aloud.

    Says nobody's name but `author`, which is the site's. Raises NotInstalled.
    """
    if not available():
        raise NotInstalled(
            N_("This site cannot write DOCX files: the extra hmswiki[docx] is not installed. Take the Markdown file; "
               "most word processors open it.")
        )  # fmt: skip
    from docx import Document
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = Document()
    about = made.core_properties
    about.title, about.author, about.last_modified_by, about.comments = clean(title)[:255], author[:255], "", ""
    about.language, about.revision = language, 1
    about.created = about.modified = at.astimezone(UTC).replace(tzinfo=None)
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), {"nb": "nb-NO", "nn": "nn-NO", "en": "en-GB"}.get(language, language))
    made.styles["Normal"].element.get_or_add_rPr().append(spoken)
    for block in blocks:
        if isinstance(block, Heading):
            made.add_heading(clean(block.text), level=block.level - 1)  # 0 is Word's title
        elif isinstance(block, Bullets):
            for item in block.items:
                made.add_paragraph(clean(item), style="List Bullet")
        else:
            made.add_paragraph(clean(block.text))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()
