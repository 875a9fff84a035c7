"""PDFs: what they may fetch, and what is said where they cannot be made."""

import contextlib
import io
import re
import zlib

import pytest
from flask import Flask
from PIL import Image

from hmswiki.web import pdf
from tests.support import once

pytestmark = once

PICTURE = """<!doctype html><html lang="nb"><head><title>Runde</title></head><body>
<h1>Kjemiblokk 3</h1><p>Åtte øyne, æresord.</p><img alt="Døra" src="{source}"></body></html>"""


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(buffer, "JPEG")
    return buffer.getvalue()


def inside(made: bytes) -> str:
    """What stands in the file, its packed parts unpacked."""
    parts = [made]
    for packed in re.findall(rb"stream\n(.*?)\nendstream", made, re.DOTALL):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(packed))
    return b"\n".join(parts).decode("latin-1")


def test_a_document_becomes_a_tagged_pdf_with_its_picture(app: Flask) -> None:
    asked: list[str] = []

    def fetch(name: str) -> tuple[bytes, str]:
        asked.append(name)
        return jpeg(), "image/jpeg"

    made = pdf.as_pdf(PICTURE.format(source="picture:abc"), fetch=fetch)

    assert made.startswith(b"%PDF-")
    assert "/StructTreeRoot" in inside(made)
    assert asked == ["abc"]
    assert len(made) > len(pdf.as_pdf(PICTURE.format(source="picture:none"))) + 300


@pytest.mark.parametrize("source", ["file:///etc/passwd", "http://127.0.0.1:1/x.png", "/etc/passwd"])
def test_a_document_fetches_nothing_of_its_own(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *args, **more: opened.append(str(args)))

    made = pdf.as_pdf(PICTURE.format(source=source))

    assert opened == []
    assert "/Image" not in inside(made)


def test_without_the_extra_the_way_to_print_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)

    assert not pdf.available()
    with pytest.raises(pdf.NotInstalled, match="Print the page"):
        pdf.as_pdf("<p>")
