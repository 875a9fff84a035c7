"""Guidelines as files: what is wrong in a folder, what an import does, and that an export loses nothing."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.foundation import clock, markup
from hmswiki.foundation.errors import Refusal
from hmswiki.foundation.permissions import Actor
from hmswiki.guidelines import importing, operations
from hmswiki.guidelines.commands import content as command
from hmswiki.guidelines.importing import Report, TextFile, file_text, read_folder
from hmswiki.guidelines.models import Draft, Edition, Guideline, Translation
from tests.cast import Cast

TODAY = date(2026, 6, 1)
SHIPPED = files("hmswiki.shipped.content")

NB = """---
title: Ryddedag
kind: retningslinje
owner: HMS-rådgiver
next_review: 2028-03-01
renew_months: 12
legal_basis:
  - title: Arbeidsmiljøloven § 3-1
    url: https://lovdata.no/lov/2005-06-17-62/§3-1
  - title: Hovedavtalen
---
Alle rydder.

## Formål

Et ryddig lab er trygt.
"""
EN = "---\ntitle: Cleanup day\n---\nEverybody tidies.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one guideline in bokmål and English."""
    write(tmp_path / "in", {"nb/ryddedag.md": NB, "en/ryddedag.md": EN})
    return tmp_path / "in"


def write(folder: Path, texts: dict[str, str | bytes]) -> Path:
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def bring_in(session: Session, folder: Path, *, publish: bool = False, today: date = TODAY) -> Report:
    report = importing.import_content(session, read_folder(folder), publish=publish, at=clock.now(), today=today)
    session.commit()
    return report


def number_of(session: Session, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


# --- Checking -----------------------------------------------------------------------------------------------


def test_the_shipped_content_is_right_and_complete() -> None:
    found = read_folder(SHIPPED)
    assert found.problems == []
    assert found.files == 15
    assert [len(guideline.texts) for guideline in found.guidelines] == [3, 3, 3, 3, 3]


def test_front_matter_is_read_as_it_is_written(folder: Path) -> None:
    (guideline,) = read_folder(folder).guidelines
    assert guideline.facts == {
        "kind": "retningslinje", "owner": "HMS-rådgiver", "next_review": "2028-03-01", "renew_months": 12,
        "legal_basis": [
            {"title": "Arbeidsmiljøloven § 3-1", "url": "https://lovdata.no/lov/2005-06-17-62/§3-1"},
            {"title": "Hovedavtalen"},
        ],
    }  # fmt: skip
    assert guideline.texts["en"] == TextFile("Cleanup day", "Everybody tidies.")


@pytest.mark.parametrize("word", ["on", "Off", "yes", "No", "2024-01-01", "1.10", "0x1F", "1_000", "12:30"])
def test_words_stay_words(tmp_path: Path, word: str) -> None:
    write(tmp_path, {"nb/a.md": f"---\ntitle: {word}\nowner: {word}\n---\nTekst.\n"})
    (guideline,) = read_folder(tmp_path).guidelines
    assert (guideline.texts["nb"].title, guideline.facts) == (word, {"owner": word})


WRONG: dict[str, tuple[str | bytes, int, str]] = {
    # what is wrong: the bokmål file, the line, and words of the sentence
    "an unknown key": (NB.replace("owner:", "ownr:"), 4, "“ownr” is not known here. The keys are title, kind,"),
    "a doubled key": (NB.replace("owner: HMS-rådgiver", "kind: rutine"), 4, "“kind” stands here twice."),
    "no title": (NB.replace("title: Ryddedag\n", "", 1), 1, "The title is missing."),
    "an empty title": (NB.replace("title: Ryddedag", "title:", 1), 2, "“title” is empty."),
    "a title that is a list": (NB.replace("title: Ryddedag", "title: [a]", 1), 2, "“title” must be one line"),
    "no such day": (NB.replace("2028-03-01", "2027-02-29"), 5, "“2027-02-29” is no date. Write it as year-month-day"),
    "a day by another format": (NB.replace("2028-03-01", "1.3.2028"), 5, "“1.3.2028” is no date."),
    "a day without hyphens": (NB.replace("2028-03-01", "20280301"), 5, "“20280301” is no date."),
    "a number in words": (NB.replace("12\n", "tolv\n"), 6, "“tolv” is no number of months."),
    "a number that is not whole": (NB.replace("12\n", "1.5\n"), 6, "“1.5” is no number of months."),
    "no months at all": (NB.replace("12\n", "0\n"), 6, "“0” is no number of months."),
    "a fact without value": (NB.replace("HMS-rådgiver", ""), 4, "“owner” is empty. Write it, or leave the line out."),
    "a basis without title": (NB.replace("- title: Hovedavtalen", "- url: https://a.no"), 10, "has no `title:`"),
    "a basis with an unknown key": (NB.replace("    url:", "    link:"), 9, "“link” is not known here."),
    "a basis that leads astray": (NB.replace("https://lovdata.no", "javascript:x//"), 9, "is no web address"),
    "a basis that is no list": (
        re.sub(r"legal_basis:\n(  .*\n)+", "legal_basis: Loven\n", NB), 7, "“legal_basis” must be a list",
    ),
    "a list instead of keys": ("---\n- title: a\n---\nTekst.\n", 2, "Write one `key: value` on each line."),
    "a colon without quotes": (NB.replace("title: Ryddedag", "title: Rydd: nå", 1), 2, "needs quotation marks"),
    "a tab": (NB.replace("  - title: Arb", "\t- title: Arb"), 8, "begins with a tab"),
    "an alias of nothing": (NB.replace("HMS-rådgiver", "*nobody"), 4, "This cannot be read as YAML"),
    "no front matter": ("# Ryddedag\n", 1, "must begin with a line of three hyphens"),
    "front matter without end": ("---\ntitle: Ryddedag\n\nTekst.\n", 1, "The front matter has no end."),
    "no text": (NB[: NB.index("Alle")], 12, "The text is empty."),
    "only white space": (NB[: NB.index("Alle")] + "\n \n", 13, "The text is empty."),
    "a byte that is no UTF-8": (NB.encode().replace("må".encode(), b"m\xe5"), 14, "0xe5 is no UTF-8"),
    "a byte order mark": (b"\xef\xbb\xbf" + NB.encode(), 1, "byte order mark"),
    "a control character": (NB.replace("trygt", "tr\x00ygt"), 16, "a control character (0x00)"),
    "a text beyond the limit": (NB + "ord " * (markup.MAX_BYTES // 4), 12, f"and the limit is {markup.MAX_BYTES}"),
    "a file beyond any limit": (NB + "ord " * markup.MAX_BYTES, 1, "The file is longer than"),
    "nested front matter": ("---\ntitle: " + "[" * 5_000 + "\n---\nTekst.\n", 1, "nested too deeply"),
    "an endless front matter": ("---\ntitle: a\n" + "#\n" * 20_000 + "---\nTekst.\n", 1, "front matter is longer than"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_file_line_and_cure(tmp_path: Path, name: str) -> None:
    text, line, words = WRONG[name]
    write(tmp_path, {"nb/ryddedag.md": text})
    (problem,) = read_folder(tmp_path, shown_as="content").problems
    assert (problem.file, problem.line) == ("content/nb/ryddedag.md", line)
    assert words in problem.sentence
    assert str(problem).startswith(f"content/nb/ryddedag.md:{line}: ")


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = NB.replace("owner:", "ownr:").replace("2028-03-01", "i mars").replace("12\n", "tolv\n")
    write(tmp_path, {"nb/ryddedag.md": text})
    assert [problem.line for problem in read_folder(tmp_path).problems] == [4, 5, 6]


def test_document_facts_stand_in_the_bokmal_file_alone(folder: Path) -> None:
    write(folder, {"en/ryddedag.md": EN.replace("---\nEv", "owner: HSE adviser\n---\nEv")})
    (problem,) = read_folder(folder).problems
    assert problem.line == 3 and "“owner” belongs in the bokmål file" in problem.sentence


def test_every_guideline_has_a_bokmal_text(tmp_path: Path) -> None:
    write(tmp_path, {"en/ryddedag.md": EN})
    (problem,) = read_folder(tmp_path).problems
    assert problem.file.endswith("en/ryddedag.md") and "Write nb/ryddedag.md" in problem.sentence


@pytest.mark.parametrize("slug", ["Ryddedag", "rydde dag", "ryddedåg", "a_b", "-a", "a--b", "new", "drafts"])
def test_a_file_is_named_as_the_guidelines_address(tmp_path: Path, slug: str) -> None:
    write(tmp_path, {f"nb/{slug}.md": NB})
    (problem,) = read_folder(tmp_path).problems
    assert f"nb/{slug}.md" in problem.file and f"“{slug}”" in problem.sentence


@pytest.mark.parametrize("name", ["de/ryddedag.md", "ryddedag.md", "nb/notater.txt", "nb/mappe/ryddedag.md"])
def test_what_does_not_belong_in_the_folder_is_told(folder: Path, name: str) -> None:
    write(folder, {name: NB})
    (problem,) = read_folder(folder).problems
    assert problem.sentence.endswith(("remove it.", "belong here.", "remove the file."))


def test_what_the_system_and_python_put_there_is_left_alone(folder: Path) -> None:
    write(
        folder, {"__init__.py": "", "__pycache__/a.pyc": b"\xff", ".DS_Store": b"\xff", "nb/.ryddedag.md.swp": b"\xff"}
    )
    assert read_folder(folder).problems == []


def test_an_empty_folder_is_no_content(tmp_path: Path) -> None:
    (problem,) = read_folder(tmp_path).problems
    assert "There is no guideline here" in problem.sentence


def test_line_endings_of_other_systems_are_read(tmp_path: Path) -> None:
    write(tmp_path, {"nb/ryddedag.md": NB.replace("\n", "\r\n")})
    found = read_folder(tmp_path)
    assert found.problems == [] and "\r" not in found.guidelines[0].texts["nb"].body


# --- Importing ----------------------------------------------------------------------------------------------


def test_an_import_makes_drafts_and_publishes_nothing(session: Session, folder: Path) -> None:
    report = bring_in(session, folder)
    assert report.drafted == ["ryddedag"] and number_of(session, Edition) == 0
    draft = session.scalars(select(Draft)).one()
    assert {text.language: text.title for text in draft.texts} == {"nb": "Ryddedag", "en": "Cleanup day"}
    assert draft.facts["renew_months"] == 12 and draft.writers == []


def test_a_first_set_up_is_in_force_at_once_and_must_be_acknowledged(session: Session, folder: Path) -> None:
    assert bring_in(session, folder, publish=True).published == ["ryddedag"]
    edition = session.scalars(select(Edition)).one()
    assert (edition.number, edition.published_on, edition.requires_acknowledgement) == ("1.0", TODAY, True)
    assert edition.guideline.title == {"nb": "Ryddedag", "en": "Cleanup day"}
    assert edition.guideline.next_review == date(2028, 3, 1)
    assert "<h2" in next(text for text in edition.translations if text.language == "nb").html


@pytest.mark.parametrize("publish", [False, True])
def test_a_second_import_does_nothing(session: Session, folder: Path, publish: bool) -> None:
    bring_in(session, folder, publish=publish)
    before = [number_of(session, model) for model in (Draft, Edition, Translation)]
    report = bring_in(session, folder, publish=publish, today=TODAY + timedelta(days=1))
    assert report == Report(unchanged=["ryddedag"])
    assert [number_of(session, model) for model in (Draft, Edition, Translation)] == before


def test_drafts_of_an_earlier_import_are_published_by_the_next(session: Session, folder: Path) -> None:
    bring_in(session, folder)
    assert bring_in(session, folder, publish=True).published == ["ryddedag"]
    assert number_of(session, Edition) == 1 and number_of(session, Draft) == 1


def test_a_draft_of_an_earlier_import_follows_the_folder(session: Session, folder: Path) -> None:
    bring_in(session, folder)
    write(folder, {"nb/ryddedag.md": NB.replace("Alle rydder.", "Alle rydder nå.")})
    assert bring_in(session, folder).drafted == ["ryddedag"]
    draft = session.scalars(select(Draft)).one()
    assert "Alle rydder nå." in next(text.body for text in draft.texts if text.language == "nb")


@pytest.mark.parametrize(
    ("old", "new"),
    [("Alle rydder.", "Alle rydder nå."), ("title: Ryddedag", "title: Ryddedagen"), ("12\n", "24\n"),
     ("owner: HMS-rådgiver\n", ""), ("  - title: Hovedavtalen\n", "")],
)  # fmt: skip
def test_a_changed_guideline_becomes_a_draft_of_the_next_edition(
    session: Session, folder: Path, old: str, new: str
) -> None:
    bring_in(session, folder, publish=True)
    write(folder, {"nb/ryddedag.md": NB.replace(old, new, 1)})
    assert bring_in(session, folder).drafted == ["ryddedag"]
    assert bring_in(session, folder).unchanged == ["ryddedag"]
    draft = session.scalars(select(Draft).where(Draft.state == "writing")).one()
    assert draft.base_edition is not None and draft.base_edition.number == "1.0"
    assert number_of(session, Edition) == 1


def test_a_changed_guideline_is_never_published_without_a_person(session: Session, folder: Path) -> None:
    bring_in(session, folder, publish=True)
    write(folder, {"nb/ryddedag.md": NB.replace("Alle", "Vi alle"), "nb/aa.md": NB})
    with pytest.raises(Refusal, match="ryddedag has changed since edition 1.0"):
        bring_in(session, folder, publish=True)
    session.rollback()
    assert number_of(session, Edition) == 1 and number_of(session, Guideline) == 1


def test_a_draft_that_somebody_writes_is_not_overwritten(session: Session, folder: Path, cast: Cast) -> None:
    bring_in(session, folder, publish=True)
    frida = Actor(person_id=cast.people["frida"], external_key="frida", name="Frida Foss")
    operations.start_edition(session, session.scalars(select(Guideline)).one(), by=frida, at=clock.now())
    session.commit()
    assert bring_in(session, folder).unchanged == ["ryddedag"]
    write(folder, {"nb/ryddedag.md": NB.replace("Alle", "Vi alle")})
    with pytest.raises(Refusal, match="Somebody is writing a draft of ryddedag"):
        bring_in(session, folder)


def test_a_missing_language_is_added_to_the_edition_and_nothing_else_changes(session: Session, folder: Path) -> None:
    bring_in(session, folder, publish=True)
    before = {text.language: text.html for text in session.scalars(select(Translation))}
    write(folder, {"nn/ryddedag.md": "---\ntitle: Ryddedagen\n---\nAlle ryddar.\n"})
    assert bring_in(session, folder, publish=True).translated == [("ryddedag", "nn")]
    after = {text.language: text.html for text in session.scalars(select(Translation))}
    assert after.keys() == {"nb", "nn", "en"} and {key: after[key] for key in before} == before
    assert number_of(session, Edition) == 1
    assert bring_in(session, folder, publish=True).unchanged == ["ryddedag"]


def test_a_missing_language_is_a_draft_where_nothing_may_be_published(session: Session, folder: Path) -> None:
    bring_in(session, folder, publish=True)
    write(folder, {"nn/ryddedag.md": "---\ntitle: Ryddedagen\n---\nAlle ryddar.\n"})
    assert bring_in(session, folder).drafted == ["ryddedag"]
    assert bring_in(session, folder).unchanged == ["ryddedag"]
    draft = session.scalars(select(Draft).where(Draft.state == "writing")).one()
    assert {text.language for text in draft.texts} == {"nb", "nn", "en"}


def test_a_translation_that_is_being_written_is_not_overwritten(session: Session, folder: Path) -> None:
    bring_in(session, folder, publish=True)
    draft = operations.start_translation(
        session, session.scalars(select(Edition)).one(), language="nn", by=None, at=clock.now()
    )
    session.commit()
    assert bring_in(session, folder).unchanged == ["ryddedag"]
    write(folder, {"nn/ryddedag.md": "---\ntitle: Ryddedagen\n---\nAlle ryddar.\n"})
    with pytest.raises(Refusal, match="Somebody is writing a draft of ryddedag"):
        bring_in(session, folder)
    assert ([text.language for text in draft.texts], draft.version) == (["nn"], 1)


def test_a_language_that_the_folder_lacks_is_no_change(session: Session, folder: Path) -> None:
    bring_in(session, folder, publish=True)
    (folder / "en" / "ryddedag.md").unlink()
    assert bring_in(session, folder).unchanged == ["ryddedag"]


def test_a_folder_with_a_problem_is_not_imported_in_part(session: Session, folder: Path) -> None:
    write(folder, {"nb/aa.md": "Uten front matter."})
    with pytest.raises(importing.ContentProblems):
        bring_in(session, folder, publish=True)
    assert number_of(session, Guideline) == 0 and number_of(session, Draft) == 0


# --- Exporting ----------------------------------------------------------------------------------------------


def test_the_shipped_content_comes_back_byte_for_byte(session: Session) -> None:
    importing.import_content(session, read_folder(SHIPPED), publish=True, at=clock.now(), today=TODAY)
    shipped = {
        f"{language}/{file.name}": file.read_text(encoding="utf-8")
        for language in ("nb", "nn", "en")
        for file in (SHIPPED / language).iterdir()
    }
    assert importing.files_of(session) == shipped


def test_the_latest_edition_is_exported_and_importing_it_does_nothing(
    session: Session, folder: Path, tmp_path: Path
) -> None:
    bring_in(session, folder, publish=True)
    write(folder, {"nb/ryddedag.md": NB.replace("Alle", "Vi alle")})
    bring_in(session, folder)
    draft = session.scalars(select(Draft).where(Draft.state == "writing")).one()
    ahead = TODAY + timedelta(days=30)
    operations.publish_edition(
        session, draft, by=None, at=clock.now(), on=ahead, today=TODAY, demands=False, approve_own=True
    )
    importing.write_folder(tmp_path / "out", importing.files_of(session))
    assert (tmp_path / "out" / "nb" / "ryddedag.md").read_text(encoding="utf-8") == NB.replace("Alle", "Vi alle")
    assert bring_in(session, tmp_path / "out").unchanged == ["ryddedag"]


def test_a_guideline_without_bokmal_cannot_be_told_in_files(session: Session, folder: Path) -> None:
    bring_in(session, folder, publish=True)
    session.delete(session.scalars(select(Translation).where(Translation.language == "nb")).one())
    session.flush()
    session.expire_all()
    with pytest.raises(Refusal, match="ryddedag has no text in Bokmål"):
        importing.files_of(session)


LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(str.strip)


@settings(max_examples=150, deadline=None)
@given(title=LINE, owner=LINE, basis=LINE, body=LINE)
def test_any_title_fact_and_text_comes_back_as_it_was(title: str, owner: str, basis: str, body: str) -> None:
    title, owner, basis = (" ".join(text.split()) for text in (title, owner, basis))
    written = file_text(TextFile(title, body), {"owner": owner, "legal_basis": [{"title": basis}]})
    reader = importing._Reader("x.md", "nb")
    front, found, _line = reader._parts(written)
    assert front is not None and found == body.strip("\n")
    assert reader._front_matter(front) == (title, {"owner": owner, "legal_basis": [{"title": basis}]})
    assert reader.problems == []


# --- The command line ---------------------------------------------------------------------------------------


@pytest.fixture
def run(empty_app: Flask) -> Callable[..., Any]:
    return lambda *words: empty_app.test_cli_runner().invoke(command, [str(word) for word in words])


def test_check_is_silent_on_standard_output_where_all_is_right(run: Callable[..., Any]) -> None:
    answer = run("check")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "15 files are right.\n")


def test_check_prints_a_line_for_each_problem_and_refuses(run: Callable[..., Any], folder: Path) -> None:
    write(folder, {"nb/aa.md": "Uten.", "nb/bb.md": NB.replace("owner:", "ownr:")})
    answer = run("check", folder)
    assert answer.exit_code == 1
    assert [line.split(": ")[0] for line in answer.stdout.splitlines()] == [
        f"{folder}/nb/aa.md:1", f"{folder}/nb/bb.md:4",
    ]  # fmt: skip
    assert answer.stderr == "2 things are not right.\n"


def test_a_folder_that_is_not_there_is_wrong_usage(run: Callable[..., Any], tmp_path: Path) -> None:
    assert run("check", tmp_path / "nowhere").exit_code == 2
    assert run("import", tmp_path / "nowhere").exit_code == 2


def test_an_import_prints_what_it_did_and_an_export_gives_it_back(
    run: Callable[..., Any], folder: Path, tmp_path: Path
) -> None:
    assert run("import", folder, "--publish").stdout == "published ryddedag\n"
    again = run("import", folder, "--publish")
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "One guideline is as it was.\n")
    answer = run("export", tmp_path / "out")
    assert answer.stdout.splitlines() == [f"{tmp_path}/out/en/ryddedag.md", f"{tmp_path}/out/nb/ryddedag.md"]
    assert (tmp_path / "out" / "nb" / "ryddedag.md").read_text(encoding="utf-8") == NB
    assert not list((tmp_path / "out").rglob("*.tmp"))


def test_an_import_of_a_wrong_folder_changes_nothing(run: Callable[..., Any], folder: Path, empty_app: Flask) -> None:
    write(folder, {"nb/aa.md": "Uten."})
    answer = run("import", folder)
    assert answer.exit_code == 1 and "nb/aa.md:1: " in answer.stdout
    (folder / "nb" / "aa.md").unlink()
    assert run("import", folder).stdout == "draft ryddedag\n"
