"""The document as a file: Markdown, DOCX, PDF and CSV, written in one language and all saying the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import Response, render_template

from hmswiki.foundation.errors import N_, NotFound
from hmswiki.outcomes import docx, markdown
from hmswiki.outcomes.blocks import blocks, group_in_words
from hmswiki.outcomes.document import Document, GroupName, clean
from hmswiki.web import exports, pdf
from hmswiki.web.context import settings
from hmswiki.web.words import _, listed, speaking


class Form(StrEnum):
    """A form that the notes are written in; its value is how the file's name ends."""

    MARKDOWN = "md"
    DOCX = "docx"
    PDF = "pdf"
    CSV = "csv"

    @property
    def is_available(self) -> bool:
        """Whether it can be written on this site."""
        if self is Form.DOCX:
            return docx.available()
        return pdf.available() if self is Form.PDF else True


def form_named(ending: str) -> Form:
    """Raises NotFound for one that there is not."""
    try:
        return Form(ending)
    except ValueError:
        raise NotFound(
            N_("The notes are not written as “%(form)s”. Take md, docx, pdf or csv."), form=clean(ending)[:20]
        ) from None


@dataclass(frozen=True)
class File:
    """`name` is plain ASCII; `media_type` without parameters."""

    name: str
    data: bytes
    media_type: str
    is_text: bool = False

    def response(self) -> Response:
        """The file, to keep."""
        more = "; charset=utf-8" if self.is_text else ""
        answer = Response(self.data, content_type=self.media_type + more)
        answer.headers["Content-Disposition"] = f'attachment; filename="{self.name}"'
        return answer


def written(document: Document, form: Form, *, language: str, name: str, at: datetime) -> File:
    """The document in that form. Raises a refusal where what writes it is not installed here.

    `name`: the file's, without its ending. Needs no request: letters are written where there is none.
    """
    with speaking(language):
        if form is Form.CSV:
            # The mark at the start tells spreadsheets that it is UTF-8.
            text = "\N{ZERO WIDTH NO-BREAK SPACE}" + exports.to_csv(header(), rows(document))
            return File(f"{name}.csv", text.encode(), "text/csv", is_text=True)
        parts = blocks(document)
        if form is Form.MARKDOWN:
            return File(f"{name}.md", markdown.written(parts).encode(), "text/markdown", is_text=True)
        author = settings().site_name
        if form is Form.DOCX:
            data = docx.written(parts, title=document.title, language=language, author=author, at=at)
            return File(f"{name}.docx", data, docx.MEDIA_TYPE)
        html = render_template(
            "hmswiki/outcomes/notes_pdf.html", blocks=parts, title=clean(document.title), language=language,
            author=author, clean=clean,
        )  # fmt: skip
        return File(f"{name}.pdf", pdf.as_pdf(html), "application/pdf")


# --- Rows ---------------------------------------------------------------------------------------------------


def header() -> list[str]:
    return [_("What"), _("Task"), _("Model"), _("Part"), _("Group"), _("Text"), _("Theme"), _("Groups")]


def rows(document: Document) -> Iterator[list[Any]]:
    """Each sentence of the summaries, each theme and each point, with where it belongs."""
    names = {group.number: group for group in document.groups}
    for task in document.tasks:
        title = clean(task.title)
        for sentence in task.summary:
            yield [_("Summary"), title, "", "", "", clean(sentence.text), "", listed(sentence.groups)]
        for theme in task.themes:
            yield [_("Theme"), title, "", "", "", clean(theme.text), "", listed(theme.groups)]
        for section in task.sections:
            for line in section.lines:
                group = group_in_words(names.get(line.group, GroupName(line.group)))
                yield [
                    _("Point"), title, clean(section.model or ""), clean(section.title), clean(group),
                    clean(line.text), clean(line.theme or ""), "",
                ]  # fmt: skip
