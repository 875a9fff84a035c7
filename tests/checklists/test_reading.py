"""Checklists as files: what is wrong in one is told with line and cure, and what is written is read."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings

from hmswiki.checklists.commands import checklists as command
from hmswiki.checklists.reading import MAX_BYTES, ChecklistProblems, read, read_folder, write
from hmswiki.checklists.template import MAX_LINE, Checklist, Choice, Condition, Item, Kind, Passage, Section
from tests.checklists import making

GOOD = """key: vannrunde
title:
  nb: Vannrunde
  en: Water round
guidelines: [ryddedag-pa-laboratorier]
sections:
  - key: rommet
    title:
      nb: Rommet
    items:
      - key: slanger
        text:
          nb: Slangene er hele
        kind: ok
        findings: [deviation]
      - key: antall
        text:
          nb: Hvor mange slanger?
        kind: number
        unit:
          nb: stk.
        minimum: 0
        maximum: 9
        findings: [above]
        shown_when:
          item: slanger
          answers: [deviation]
        passage: ryddedag-pa-laboratorier#pa-ryddedagen
      - key: alder
        text:
          nb: Hvor gamle er de?
        kind: choice
        choices:
          - key: nye
            text:
              nb: Nye
          - key: gamle
            text:
              nb: Gamle
        findings: [gamle]
"""


def with_(old: str, new: str) -> str:
    """The good file with something else in one place."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def problems_of(source: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(ChecklistProblems) as raised:
        read(source, "vannrunde.yaml")
    assert {problem.file for problem in raised.value.problems} == {"vannrunde.yaml"}
    return [(problem.line, problem.sentence) for problem in raised.value.problems]


def test_a_file_is_read_as_it_is_written() -> None:
    assert read(GOOD) == Checklist(
        "vannrunde",
        {"nb": "Vannrunde", "en": "Water round"},
        (
            Section(
                "rommet",
                {"nb": "Rommet"},
                (
                    Item("slanger", {"nb": "Slangene er hele"}, Kind.OK, findings=frozenset({"deviation"})),
                    Item(
                        "antall",
                        {"nb": "Hvor mange slanger?"},
                        Kind.NUMBER,
                        passage=Passage("ryddedag-pa-laboratorier", "pa-ryddedagen"),
                        unit={"nb": "stk."},
                        minimum=Decimal(0),
                        maximum=Decimal(9),
                        findings=frozenset({"above"}),
                        shown_when=Condition("slanger", frozenset({"deviation"})),
                    ),
                    Item(
                        "alder",
                        {"nb": "Hvor gamle er de?"},
                        Kind.CHOICE,
                        choices=(Choice("nye", {"nb": "Nye"}), Choice("gamle", {"nb": "Gamle"})),
                        findings=frozenset({"gamle"}),
                    ),
                ),
            ),
        ),
        ("ryddedag-pa-laboratorier",),
    )


@pytest.mark.parametrize("word", ["on", "Off", "Yes", "No", "2024-01-01", "1.10", "0x1F", "1_000", "12:30", "<<"])
def test_words_stay_words(word: str) -> None:
    assert read(with_("nb: Vannrunde", f"nb: {word}")).title["nb"] == word


BEFORE_ITEMS = GOOD[: GOOD.index("    items:")]
CHOICES = GOOD[GOOD.index("        choices:") : GOOD.index("        findings: [gamle]")]
BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{last}, *{last}]\n" for last, name in zip("abcdefgh", "bcdefghi", strict=True)
)

WRONG: dict[str, tuple[str | bytes, int, str]] = {
    # what is wrong: the file, the line, and words of the sentence
    "a doubled key": (with_("title:", "key: annen\ntitle:"), 2, "“key” stands here twice. Remove one"),
    "a doubled key of an item": (with_("kind: ok", "kind: ok\n        kind: text"), 15, "“kind” stands here twice."),
    "an unknown key": (with_("kind: ok", "kind: ok\n        knd: a"), 15, "“knd” is not known here. The keys are key,"),
    "an unknown kind": (with_("kind: ok", "kind: okay"), 14, "“okay” is no kind of item. The kinds are ok, yes_no,"),
    "no kind": (with_("        kind: ok\n", ""), 11, "“kind” is missing. Write a line `kind:`."),
    "no bokmål": (with_("nb: Slangene er hele", "nn: Slangane er heile"), 12, "The bokmål text is missing."),
    "another language": (with_("en: Water", "de: Water"), 4, "“de” is no language here. The languages are nb, nn, en."),
    "a text without language": (
        with_("title:\n  nb: Vannrunde\n  en: Water round", "title: Vannrunde"), 2, "Write “title” in each language",
    ),
    "a rule that points nowhere": (with_("item: slanger", "item: slange"), 26, "There is no item “slange”."),
    "a rule that points to a later item": (with_("item: slanger", "item: alder"), 26, "“alder” comes later."),
    "a rule that points to itself": (with_("item: slanger", "item: antall"), 26, "“antall” is this item itself."),
    "a rule for what has no words": (with_("kind: ok\n        findings: [deviation]", "kind: text"), 25, "Nothing can"),
    "a rule for an impossible answer": (
        with_("answers: [deviation]", "answers: [no]"), 27, "“slanger” cannot be answered “no”. Its answers are: ok,",
    ),
    "a rule without answers": (with_("\n          answers: [deviation]", ""), 25, "“answers” is missing."),
    "a finding of another kind": (
        with_("findings: [deviation]", "findings: [no]"), 15, "“no” cannot raise a finding here. These can: deviation.",
    ),
    "a finding that is no fault": (with_("findings: [deviation]", "findings: [ok]"), 15, "cannot raise a finding"),
    "a finding of no choice": (with_("findings: [gamle]", "findings: [eldre]"), 40, "These can: nye, gamle."),
    "a finding where none can be": (
        with_("kind: choice\n" + CHOICES, "kind: date\n"), 33, "no answer of kind date can here. Remove it.",
    ),
    "a finding beyond no bound": (with_("        maximum: 9\n", ""), 23, "“above” needs a bound. Write `maximum:`"),
    "a finding twice": (with_("[deviation]", "[deviation, deviation]"), 15, "“deviation” stands here twice."),
    "bounds the wrong way round": (with_("minimum: 0", "minimum: 10"), 22, "The minimum 10 is above the maximum 9."),
    "a decimal comma": (with_("maximum: 9", "maximum: 9,5"), 23, "“9,5” is no number. Write digits, and a full stop"),
    "no number": (with_("maximum: 9", "maximum: nan"), 23, "“nan” is no number."),
    "choices that are not written": (with_(CHOICES, "        choices:\n"), 33, "“choices” is empty. Write it"),
    "no choices": (with_(CHOICES, ""), 32, "There is nothing to choose. Write `choices:`"),
    "one choice": (CHOICES.join(GOOD.split(CHOICES)).replace(CHOICES[CHOICES.index("          - key: gamle") :], ""),
                   33, "There is one choice alone. Write at least two."),
    "choices of another kind": (with_("kind: choice\n", "kind: text\n"), 33, "“choices” is for items of kind choice"),
    "a unit of another kind": (with_("kind: ok", "kind: ok\n        unit:\n          nb: m"), 15, "“unit” is for"),
    "a choice twice": (with_("- key: gamle", "- key: nye"), 37, "The key “nye” is used above already."),
    "an item twice": (with_("- key: alder", "- key: slanger"), 29, "The key “slanger” is used above already."),
    "a key with other letters": (with_("- key: alder", "- key: Alder_1"), 29, "The key “Alder_1” cannot be used."),
    "a long key": (with_("- key: alder", "- key: " + "a" * 61), 29, "at most 60 characters"),
    "a passage without anchor": (with_("#pa-ryddedagen", ""), 28, "“ryddedag-pa-laboratorier” has no anchor."),
    "a passage that is an address": (with_("ryddedag-pa-laboratorier#", "https://a.no/x#"), 28, "leads to no passage."),
    "no such role": (with_("guidelines:", "co_signed_by: [boss]\nguidelines:"), 5, "“boss” is no role. The roles are"),
    "no address of a guideline": (with_("[ryddedag-pa-laboratorier]", "[Ryddedag på lab]"), 5, "no guideline's"),
    "neither yes nor no": (with_("kind: ok", "kind: ok\n        required: maybe"), 15, "“maybe” is neither"),
    "a text for a list": (BEFORE_ITEMS + "    items: slanger\n", 10, "“items” must be a list"),
    "an empty list": (BEFORE_ITEMS + "    items: []\n", 10, "“items” must be a list"),
    "a word for an item": (BEFORE_ITEMS + "    items:\n      - slanger\n", 11, "Write one `key: value` on each line"),
    "a list for a text": (with_("nb: Slangene er hele", "nb: [a]"), 13, "“nb” must be a text."),
    "an empty text": (with_("nb: Slangene er hele", "nb:"), 13, "“nb” is empty. Write it, or leave the line out."),
    "an empty fact": (with_("kind: ok", "kind: ok\n        help:"), 15, "“help” is empty. Write it, or leave"),
    "a title of two lines": (with_("nb: Vannrunde", "nb: |\n    a\n    b"), 3, "“nb” must stand on one line."),
    "a long text": (with_("Vannrunde", "a" * 301), 3, f"“nb” is 301 characters, and the limit is {MAX_LINE}."),
    "an unseen sign": (with_("nb: Vannrunde", 'nb: "Vann\\Lrunde"'), 3, "a sign that nobody sees (U+2028)"),
    "no sections": (GOOD[: GOOD.index("sections")], 1, "“sections” is missing. Write a line `sections:`."),
    "a list instead of keys": ("- a\n", 1, "Write one `key: value` on each line here. The keys are key, title,"),
    "a list for a key": ("? [a]\n: b\n" + GOOD, 1, "A key must be one word."),
    "an empty file": ("", 1, "The file is empty. Begin with `key:`"),
    "only a comment": ("# Kommer.\n", 1, "The file is empty."),
    "only an end": ("---\n", 1, "The file is empty."),
    "two documents": (GOOD + "---\n" + GOOD, 41, "This cannot be read as YAML"),
    "a colon without quotes": (with_("nb: Vannrunde", "nb: Vann: runde"), 3, "needs quotation marks"),
    "a tab": (with_("  nb: Vannrunde", "\tnb: Vannrunde"), 3, "begins with a tab. Use spaces."),
    "a bracket without end": (with_("[deviation]", "[deviation"), 16, "This cannot be read as YAML"),
    "an alias": (with_("title:", "title: &t").replace("          nb: Slangene er hele", "          *t"), 2, "refer"),
    "an alias of nothing": (with_("nb: Vannrunde", "nb: *t"), 3, "the signs & and * refer from one place to another"),
    "a file that grows": (BOMB, 1, "Write the text out in both"),
    "a tag": (with_("key: vannrunde", "key: !!python/name:os.system vannrunde"), 1, "is a tag, and nothing is made of"),
    "a tag of YAML's own": (with_("minimum: 0", "minimum: !!float 0"), 22, "is a tag, and nothing is made of tags"),
    "nested brackets": ("key: " + "[" * 50_000, 1, "nested too deeply"),
    "nested lists": ("- " * 5_000 + "a", 1, "nested too deeply"),
    "a file beyond the limit": (GOOD + "#" * MAX_BYTES, 1, f"The file is longer than {MAX_BYTES} bytes. Divide"),
    "a byte that is no UTF-8": (GOOD.encode().replace(b"hele", b"h\xe5le"), 13, "0xe5 is no UTF-8. Save the file"),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), 1, "byte order mark. Save it as UTF-8 without one."),
    "another encoding": (GOOD.encode("utf-16"), 1, "is no UTF-8."),
    "a control character": (with_("hele", "h\x00le"), 13, "a control character (0x00)"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_line_and_cure(name: str) -> None:
    source, line, words = WRONG[name]
    ((at, sentence),) = problems_of(source)
    assert words in sentence
    assert at == line
    assert sentence.endswith((".", "it."))


def test_every_problem_of_a_file_is_told_at_once_from_the_top() -> None:
    source = with_("kind: ok", "kind: okay").replace("item: slanger", "item: slange").replace("  en:", "  de:")
    assert [line for line, _ in problems_of(source)] == [4, 14, 26]


def test_the_refusal_says_how_many_things_are_wrong() -> None:
    with pytest.raises(ChecklistProblems, match="Number of mistakes in the file: 2"):
        read(with_("kind: ok", "kind: okay").replace("item: slanger", "item: slange"))


def test_line_endings_of_other_systems_are_read() -> None:
    assert read(GOOD.replace("\n", "\r\n")) == read(GOOD)


@pytest.mark.parametrize(("word", "meant"), [("yes", True), ("true", True), ("no", False), ("false", False)])
def test_yes_and_no_may_be_written_as_true_and_false(word: str, meant: bool) -> None:
    checklist = read(with_("kind: ok", f"kind: ok\n        required: {word}\n        mandatory: {word}"))
    asked = next(checklist.items)
    assert (asked.required, asked.mandatory) == (meant, meant)


# --- Writing ------------------------------------------------------------------------------------------------


def test_a_file_comes_back_byte_for_byte() -> None:
    assert write(read(GOOD)) == GOOD


@given(making.checklists())
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read_as_the_same(checklist: Checklist) -> None:
    text = write(checklist)
    assert read(text) == checklist
    assert write(read(text)) == text


# --- A folder -----------------------------------------------------------------------------------------------


def folder_with(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_gives_its_checklists_and_what_is_wrong_in_the_others(tmp_path: Path) -> None:
    folder_with(tmp_path, vannrunde=GOOD, andre=with_("kind: ok", "kind: okay").replace("key: vannrunde", "key: andre"))
    found = read_folder(tmp_path, shown_as="checklists")
    assert [checklist.key for checklist in found.checklists] == ["vannrunde"]
    assert [(problem.file, problem.line) for problem in found.problems] == [("checklists/andre.yaml", 14)]
    assert found.files == 2


def test_a_file_is_named_by_its_key(tmp_path: Path) -> None:
    found = read_folder(folder_with(tmp_path, brannrunde=GOOD))
    (problem,) = found.problems
    assert problem.line == 1
    assert "The key is “vannrunde”, and the file's name says “brannrunde”." in problem.sentence
    assert found.checklists == []


def test_what_does_not_belong_in_the_folder_is_told(tmp_path: Path) -> None:
    folder_with(tmp_path, vannrunde=GOOD)
    (tmp_path / "notater.txt").write_text("Husk slangene.", encoding="utf-8")
    (tmp_path / "gamle.yaml").mkdir()
    assert [problem.sentence for problem in read_folder(tmp_path).problems] == [
        "This is no file. Only files named <key>.yaml belong here.",
        "The name must end in .yaml. Rename or remove the file.",
    ]


def test_what_the_system_and_python_put_there_is_left_alone(tmp_path: Path) -> None:
    folder_with(tmp_path, vannrunde=GOOD)
    for name in ("__init__.py", ".DS_Store", ".vannrunde.yaml.swp"):
        (tmp_path / name).write_bytes(b"\xff")
    assert read_folder(tmp_path).problems == []


def test_an_empty_folder_is_no_content(tmp_path: Path) -> None:
    (problem,) = read_folder(tmp_path).problems
    assert "There is no checklist here" in problem.sentence


# --- The command --------------------------------------------------------------------------------------------


@pytest.fixture
def run() -> Callable[..., Any]:
    return lambda *words: CliRunner().invoke(command, [str(word) for word in words])


def test_the_checklists_that_ship_are_checked_without_a_folder(run: Callable[..., Any]) -> None:
    answer = run("check")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "7 files are right.\n")


def test_each_problem_is_a_line_and_the_end_is_one(run: Callable[..., Any], tmp_path: Path) -> None:
    folder_with(tmp_path, vannrunde=with_("kind: ok", "kind: okay").replace("item: slanger", "item: slange"))
    answer = run("check", tmp_path)
    assert answer.exit_code == 1
    assert [line.split(": ")[0] for line in answer.stdout.splitlines()] == [
        f"{tmp_path}/vannrunde.yaml:14", f"{tmp_path}/vannrunde.yaml:26",
    ]  # fmt: skip
    assert answer.stderr == "2 things are not right.\n"


def test_a_folder_that_is_not_there_is_wrong_usage(run: Callable[..., Any], tmp_path: Path) -> None:
    assert run("check", tmp_path / "nowhere").exit_code == 2
