"""The four forms of the notes, written and read back: what people wrote is text in each of them."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx as python_docx
import pytest
from docx.document import Document as WordDocument
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from hmswiki import create_app
from hmswiki.foundation.errors import NotFound
from hmswiki.foundation.markup import render_unguarded
from hmswiki.outcomes import document, docx, files, markdown
from hmswiki.outcomes.blocks import Block, Bullets, Heading, Paragraph, blocks
from hmswiki.outcomes.document import Document, Gathered, GroupName, Line, Section, TaskPart, clean
from hmswiki.outcomes.files import Form
from hmswiki.web import pdf
from hmswiki.web.words import speaking

AT = datetime(2024, 1, 19, 9, 0, tzinfo=UTC)
OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"

NASTY = (
    "# ikke en overskrift",
    "1. ikke et nummer",
    "2) heller ikke",
    "- ikke et punkt",
    "+ heller ikke",
    "**ikke fet** _ikke kursiv_ `ikke kode` ==ikke et hull==",
    "<script>alert(1)</script> <b>ikke fet</b> &copy; AT&T",
    "[ikke en lenke](javascript:alert(1)) ![ikke et bilde](https://example.org/x.png) <https://example.org>",
    "~~ikke strøket~~ | ikke | en | tabell |",
    "=1+1 er ingen formel",
    "@SUM(A1) heller ikke",
    "C:\\temp\\*.* og __init__",
    "x" * 1000,
)

NOTES = Document(
    title="HMS-årsmøtet 2024",
    unit={"nb": "Fakultet for naturvitenskap", "en": "Faculty of Natural Sciences"},
    place="Auditoriet",
    starts_at=datetime(2024, 1, 18, 7, 30, tzinfo=UTC),
    ends_at=datetime(2024, 1, 18, 10, 30, tzinfo=UTC),
    groups=(GroupName(1), GroupName(2, "Optikk"), GroupName(9, is_table=True)),
    tasks=(
        TaskPart(
            "Hva bør vi gjøre underveis?", "Snakk sammen i 30 minutter.\n\nSkriv ett punkt på hver linje.",
            (Gathered("Si tidlig hva som ikke endres.", (1, 2, 9)), Gathered("Ha det gøy.", ())),
            (Gathered("Fast tid for nytt", (2,)), Gathered("Informasjon først", (1, 9))),
            (
                Section("Informasjon", None, (
                    Line("Si tidlig hva som ikke endres", 1, "Informasjon først"), Line("Nytt hver fredag", 2),
                    Line("█████ bør spørres først", 9),
                )),
                Section("Plan for medvirkning", None, ()),
            ),
        ),
        TaskPart("Hvordan fordeler vi HMS-rollene?", "", (), (), (
            Section("", "3 institutter", (Line("Én koordinator hver", 1),)),
            Section("", "5 institutter", tuple(Line(text, 2) for text in NASTY)),
        )),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application to speak in; it has no database."""
    folder: Path = tmp_path_factory.mktemp("words")
    address = f"sqlite:///{folder / 'none.sqlite'}"
    app = create_app(database_url=address, instance=folder, secret_key="x" * 40, site_name="HMS")
    with app.app_context():
        yield app


def written(form: Form, notes: Document = NOTES, language: str = "nb") -> files.File:
    return files.written(notes, form, language=language, name="notater", at=AT)


class _Text(HTMLParser):
    """The texts of a page, by the elements that hold them, as a browser reads them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._open.append(tag)
        if tag in ("h2", "h3", "h4", "p", "li"):
            self.found.append((tag, ""))

    def handle_data(self, data: str) -> None:
        if self._open and self.found:
            tag, text = self.found[-1]
            self.found[-1] = (tag, text + data)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()


def as_shown(text: str) -> list[tuple[str, str]]:
    """What our renderer shows of that Markdown."""
    rendered = render_unguarded(text)
    lead = f"<p>{rendered.lead_html}</p>" if rendered.lead_html else ""
    return [(tag, " ".join(shown.split())) for tag, shown in _Text(lead + rendered.html).found if shown.strip()]


def as_meant(parts: list[Block]) -> list[tuple[str, str]]:
    found = []
    for part in parts:
        if isinstance(part, Heading):
            found.append((f"h{min(max(part.level, 2), 4)}", clean(part.text)))
        elif isinstance(part, Bullets):
            found.extend(("li", clean(item)) for item in part.items)
        else:
            found.append(("p", clean(part.text)))
    return [(tag, text) for tag, text in found if text]


# --- Markdown -----------------------------------------------------------------------------------------------


def test_the_page_that_markdown_becomes_shows_what_was_written_and_nothing_more(words: Flask) -> None:
    with speaking("nb"):
        parts = blocks(NOTES)

    assert as_shown(written(Form.MARKDOWN).data.decode()) == as_meant(parts)
    assert [item for part in parts if isinstance(part, Bullets) for item in part.items][-len(NASTY) :] == list(NASTY)


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=40), min_size=1, max_size=3))
def test_no_text_whatever_becomes_markup(texts: list[str]) -> None:
    whole = [text for text in map(clean, texts) if text] or ["x"]
    parts: list[Block] = [Heading(2, whole[0]), Paragraph(whole[-1]), Bullets(tuple(whole)), Heading(3, whole[0])]

    # Python-Markdown takes a heading of nothing but signs for none; a title is never that, and a point is no heading.
    if any(letter.isalnum() for letter in whole[0]):
        assert as_shown(markdown.written(parts)) == as_meant(parts)
    else:
        assert as_shown(markdown.written(parts[1:3])) == as_meant(parts[1:3])


def test_markdown_stays_pleasant_to_read_where_nothing_needs_escaping(words: Flask) -> None:
    text = written(Form.MARKDOWN).data.decode()

    assert text.startswith("# HMS-årsmøtet 2024\n\ntorsdag 18. januar 2024 kl.")
    assert "\n### Informasjon\n\n#### Gruppe 1\n\n- Si tidlig hva som ikke endres\n" in text
    assert "- Si tidlig hva som ikke endres. (gruppe 1, 2 og 9)\n- Ha det gøy.\n" in text
    assert "- Informasjon først: to grupper (1 og 9)\n" in text
    assert "#### Bord 9\n\n- █████ bør spørres først\n" in text
    assert "Plan for medvirkning" not in text, "nobody has answered it"


# --- The others ---------------------------------------------------------------------------------------------


def tidy(part: Block) -> Block:
    if isinstance(part, Bullets):
        return Bullets(tuple(map(clean, part.items)))
    return replace(part, text=clean(part.text))


def word(file: files.File) -> WordDocument:
    return python_docx.Document(io.BytesIO(file.data))


def test_docx_has_the_same_words_under_words_own_headings_and_lists(words: Flask) -> None:
    with speaking("nb"):
        parts = blocks(NOTES)
    read = word(written(Form.DOCX))

    styles = {"Title": 1, "Heading 1": 2, "Heading 2": 3, "Heading 3": 4}
    found: list[Block] = []
    for paragraph in read.paragraphs:
        assert paragraph.style is not None
        name = paragraph.style.name or ""
        if name in styles:
            found.append(Heading(styles[name], paragraph.text))
        elif name == "List Bullet":
            before = found[-1].items if isinstance(found[-1], Bullets) else ()
            found = [*(found[:-1] if before else found), Bullets((*before, paragraph.text))]
        else:
            found.append(Paragraph(paragraph.text))
    assert found == [tidy(part) for part in parts]


def test_docx_says_its_title_and_language_and_nobodys_name(words: Flask) -> None:
    about = word(written(Form.DOCX, language="en")).core_properties

    assert (about.title, about.language, about.comments, about.last_modified_by) == ("HMS-årsmøtet 2024", "en", "", "")
    assert about.author == "HMS"
    assert about.modified == datetime(2024, 1, 19, 9, 0, tzinfo=UTC)


def test_csv_has_a_row_for_each_point_and_its_cells_stay_text(words: Flask) -> None:
    file = written(Form.CSV)
    header, *rows = csv.reader(io.StringIO(file.data.decode("utf-8-sig"), newline=""))

    assert header == ["Hva", "Oppgave", "Modell", "Del", "Gruppe", "Tekst", "Tema", "Grupper"]
    assert rows[0] == ["Oppsummering", "Hva bør vi gjøre underveis?", "", "", "", "Si tidlig hva som ikke endres.", "",
                       "1, 2 og 9"]  # fmt: skip
    task = "Hva bør vi gjøre underveis?"
    assert ["Punkt", task, "", "Informasjon", "Gruppe 2, Optikk", "Nytt hver fredag", "", ""] in rows
    texts = [row[5] for row in rows if row[2] == "5 institutter"]
    assert [text.removeprefix("'") for text in texts] == list(NASTY)
    assert not [text for row in rows for text in row if text.startswith(("=", "+", "-", "@"))]


def test_pdf_is_made_of_the_same_words(words: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(pdf, "as_pdf", lambda html: seen.append(html) or b"%PDF-")
    with speaking("nb"):
        parts = blocks(NOTES)

    assert written(Form.PDF).data == b"%PDF-"
    (html,) = seen
    assert "<script" not in html
    shown = [(tag, " ".join(text.split())) for tag, text in _Text(html).found]
    assert shown == [(tag, text) for tag, text in as_meant(parts) if text != NOTES.title]
    assert f"<h1>{NOTES.title}</h1>" in html


def test_a_pdf_with_a_very_long_word_is_made(words: Flask) -> None:
    assert written(Form.PDF).data.startswith(b"%PDF-")


# --- What no form may hold ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [Form.MARKDOWN, Form.DOCX, Form.CSV])
def test_what_cannot_be_seen_and_what_turns_text_around_is_left_out(words: Flask, form: Form) -> None:
    text = f"a{OVERRIDE}b\0c\x1bd\ud800e\N{ZERO WIDTH NO-BREAK SPACE}f\n\ng\x0bh\ufffei"
    task = TaskPart("t", "", (), (), (Section("p", None, (Line(text, 1),)),))
    notes = Document("m\0n", "u", None, AT, AT, (), (task,))

    file = written(form, notes)

    shown = "\n".join(one.text for one in word(file).paragraphs) if form is Form.DOCX else file.data.decode("utf-8-sig")
    assert "ab c def g hi" in shown
    assert OVERRIDE not in shown


def test_arabic_and_joined_signs_stay_as_they_are() -> None:
    text = "سلامة العمل \N{RIGHT-TO-LEFT MARK}(1) 👩\N{ZERO WIDTH JOINER}🔬"
    assert clean(text) == text


# --- Kept, and asked for ------------------------------------------------------------------------------------


def test_a_document_that_was_kept_is_the_same_document() -> None:
    kept = document.to_json(NOTES)

    assert document.from_json(kept) == NOTES
    assert document.from_json(kept).fingerprint == NOTES.fingerprint
    assert Document("b", *list(vars(NOTES).values())[1:]).fingerprint != NOTES.fingerprint


@pytest.mark.parametrize(
    ("key", "value"), [("title", None), ("groups", [{"number": True}]), ("tasks", 4), ("starts_at", "2024-01-01T10:00")]
)
def test_what_is_no_document_is_refused(key: str, value: object) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        document.from_json(document.to_json(NOTES) | {key: value})


def test_every_form_is_written_in_every_language(words: Flask) -> None:
    assert "### Themes\n\n- Fast tid for nytt: one group (2)" in written(Form.MARKDOWN, language="en").data.decode()
    assert "### Tema\n" in written(Form.MARKDOWN, language="nn").data.decode()
    assert b"Faculty of Natural Sciences" in written(Form.MARKDOWN, language="en").data


def test_a_form_that_is_not_written_is_named() -> None:
    with pytest.raises(NotFound, match="odt"):
        files.form_named("odt")


def test_without_the_extra_docx_is_refused_with_what_to_do(words: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "available", lambda: False)
    with pytest.raises(docx.NotInstalled, match="Take the Markdown file"):
        written(Form.DOCX)
    assert not Form.DOCX.is_available
