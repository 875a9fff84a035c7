"""Pages as PDF, by WeasyPrint (the extra `pdf`): the only place that imports it.

What is written is a document of its own and small stylesheet (`static/pdf.css`), not the page's: WeasyPrint lays out
for paper, and knows less of CSS than a browser.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from flask import Response, render_template

from hmswiki.foundation.errors import N_, Refusal
from hmswiki.web import assets

Fetch = Callable[[str], tuple[bytes, str] | None]
"""Gives the bytes and media type of a picture that the document names, by the name after `picture:`; None: none."""


class NotInstalled(Refusal):
    """The extra is missing; the page can be printed from the browser instead."""

    status = 501


def available() -> bool:
    """Whether PDFs can be made here. Links to them are shown only then."""
    return find_spec("weasyprint") is not None


def pdf_response(template: str, file_name: str, *, fetch: Fetch = lambda name: None, **context: Any) -> Response:
    """The template as a PDF to keep; `file_name` is plain ASCII. Pictures are written `src="picture:NAME"`.

    Tagged as PDF/UA asks, so that it can be read aloud. Raises NotInstalled.
    """
    data = as_pdf(render_template(template, **context), fetch=fetch)
    response = Response(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def as_pdf(html: str, *, fetch: Fetch = lambda name: None) -> bytes:
    """The document as PDF. Nothing is fetched but what `fetch` gives: no file, no other address."""
    if not available():
        raise NotInstalled(
            N_("This site cannot make PDFs: the extra hmswiki[pdf] is not installed. Print the page from your browser "
               "and choose to save it as PDF.")
        )  # fmt: skip
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OnlyOurs(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            found = fetch(url.removeprefix("picture:")) if url.startswith("picture:") else None
            if found is None:
                raise ValueError(f"a PDF names {url}, which is not for it to fetch")
            data, media_type = found
            return URLFetcherResponse(url, data, {"Content-Type": media_type})

    style = CSS(string=(assets.STATIC / "pdf.css").read_text(encoding="utf-8"))
    document = HTML(string=html, url_fetcher=OnlyOurs())
    return bytes(document.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1"))
