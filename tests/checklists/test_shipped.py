"""The checklists that ship, and the example in the documentation, are whole and lead somewhere."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from hmswiki.checklists.reading import MAX_BYTES, read, read_folder, write
from hmswiki.checklists.template import MAX_LINE, MAX_TEXT, Checklist, Item, Kind, Wording
from hmswiki.foundation import markup
from hmswiki.foundation.language import LANGUAGES
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines.importing import read_folder as read_content

FOLDER = files("hmswiki.shipped.checklists")
SHIPPED = {checklist.key: checklist for checklist in read_folder(FOLDER).checklists}
EACH = pytest.mark.parametrize("checklist", SHIPPED.values(), ids=SHIPPED)

NAMES = (
    "brannrunde", "hms-runde", "muskel-og-skjelett", "omstilling", "rus-og-avhengighet", "ryddedag", "vannskade",
)  # fmt: skip


@pytest.fixture(scope="module")
def anchors() -> dict[str, set[str]]:
    """The anchors of each shipped guideline's bokmål text."""
    content = read_content(files("hmswiki.shipped.content"))
    return {
        guideline.slug: set(
            markup.heading_anchors(re.findall(r"^#{2,4} (.+)$", guideline.texts["nb"].body, re.MULTILINE))
        )
        for guideline in content.guidelines
    }


def wordings(checklist: Checklist) -> Iterator[tuple[str, Wording]]:
    yield "title", checklist.title
    yield "description", checklist.description or {}
    for section in checklist.sections:
        yield section.key, section.title
        for item in section.items:
            yield item.key, item.text
            for wording in (item.help, item.unit, *(choice.text for choice in item.choices)):
                if wording is not None:
                    yield item.key, wording


def test_seven_checklists_ship() -> None:
    assert tuple(sorted(SHIPPED)) == NAMES
    assert read_folder(FOLDER).problems == []


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_file_comes_back_byte_for_byte(name: str) -> None:
    text = FOLDER.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    assert write(read(text)) == text


@EACH
def test_everything_stands_in_all_languages(checklist: Checklist) -> None:
    assert [key for key, wording in wordings(checklist) if tuple(sorted(wording)) != tuple(sorted(LANGUAGES))] == []


@EACH
def test_nynorsk_is_written_and_not_copied(checklist: Checklist) -> None:
    texts = [wording for _, wording in wordings(checklist)]
    assert sum(wording["nb"] == wording["nn"] for wording in texts) < len(texts) / 4
    bokmal = re.compile(r"\b(ikke|hvor|hva|hvem|noen|noe|dere)\b", re.IGNORECASE)
    assert [key for key, wording in wordings(checklist) if bokmal.search(wording["nn"])] == []


@EACH
def test_every_passage_is_there(checklist: Checklist, anchors: dict[str, set[str]]) -> None:
    passages = [item.passage for item in checklist.items if item.passage is not None]
    assert [passage for passage in passages if passage.anchor not in anchors.get(passage.guideline, ())] == []
    assert len(passages) >= 3


@EACH
def test_it_belongs_to_guidelines_that_ship_and_leads_to_them(
    checklist: Checklist, anchors: dict[str, set[str]]
) -> None:
    assert set(checklist.guidelines) <= anchors.keys()
    led_to = {item.passage.guideline for item in checklist.items if item.passage is not None}
    assert checklist.guidelines
    assert set(checklist.guidelines) <= led_to


def test_each_starter_guideline_has_a_checklist(anchors: dict[str, set[str]]) -> None:
    assert {slug for checklist in SHIPPED.values() for slug in checklist.guidelines} == anchors.keys()


def test_the_hse_round_has_a_theme_and_is_signed_by_both() -> None:
    checklist = SHIPPED["hms-runde"]
    assert checklist.co_signed_by == (Role.UNIT_LEADER, Role.SAFETY_REPRESENTATIVE)
    (theme,) = [section for section in checklist.sections if section.key == "arets-tema"]
    assert len(theme.items) >= 5


@EACH
def test_a_deviation_is_a_finding_and_a_photo_is_never_required(checklist: Checklist) -> None:
    assert [item.key for item in checklist.items if item.kind is Kind.OK and "deviation" not in item.findings] == []
    assert [item.key for item in checklist.items if item.kind is Kind.PHOTO and item.required] == []


@EACH
def test_who_writes_freely_is_told_to_name_nobody_where_people_are_the_matter(checklist: Checklist) -> None:
    """Where people are the matter, each free text says so itself; elsewhere the questions are about things."""
    if checklist.key not in ("rus-og-avhengighet", "muskel-og-skjelett"):
        return
    free = [item for item in checklist.items if item.kind is Kind.TEXT]
    assert free
    for item in free:
        assert re.search(r"navn|personer", (item.help or {})["nb"]), item.key


@EACH
def test_nobody_is_asked_how_many_cases_there_were(checklist: Checklist) -> None:
    def counts_people(item: Item) -> bool:
        return item.kind is Kind.NUMBER and re.search(r"\b(ansatte|saker|personer|syke)\b", item.text["nb"]) is not None

    assert [item.key for item in checklist.items if counts_people(item)] == []


def test_the_example_in_the_documentation_is_a_checklist_with_every_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "checklists.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    checklist = read(example)
    assert write(checklist) == example
    assert {item.kind for item in checklist.items} == set(Kind)
    used = set(re.findall(r"^ *(?:- )?(\w+):", example, re.MULTILINE)) - set(LANGUAGES)
    told = set(re.findall(r"`(\w+)`", "".join(line for line in page.splitlines() if line.startswith("| `"))))
    assert used <= told
    for number in (MAX_BYTES, MAX_LINE, MAX_TEXT):
        assert str(number) in page.replace(",", "")
