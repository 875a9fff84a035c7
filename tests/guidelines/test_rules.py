"""Which edition is in force, and what changed between two texts."""

import random
import time
from dataclasses import dataclass
from datetime import date

import pytest

from hmswiki.foundation import markup
from hmswiki.guidelines import rules
from hmswiki.guidelines.rules import Part, SectionChange, changes_between


@dataclass(frozen=True)
class An:
    """An edition, as far as the rules know it."""

    published_on: date
    major: int
    minor: int

    @property
    def order(self) -> tuple[date, int, int]:
        return (self.published_on, self.major, self.minor)


FIRST = An(date(2024, 1, 1), 1, 0)
MINOR = An(date(2024, 6, 1), 1, 1)
SAME_DAY = An(date(2024, 6, 1), 2, 0)
AHEAD = An(date(2025, 1, 1), 3, 0)
ALL = [AHEAD, SAME_DAY, FIRST, MINOR]


def test_the_edition_in_force_is_the_latest_that_was_published_by_then() -> None:
    assert rules.in_force(ALL, date(2024, 5, 31)) is FIRST
    assert rules.in_force(ALL, date(2024, 6, 1)) is SAME_DAY
    assert rules.in_force(ALL, date(2025, 1, 1)) is AHEAD


def test_nothing_is_in_force_before_the_first_edition() -> None:
    assert rules.in_force(ALL, date(2023, 12, 31)) is None


def test_coming_editions_are_listed_with_the_next_one_first() -> None:
    assert rules.coming(ALL, date(2024, 5, 31)) == [MINOR, SAME_DAY, AHEAD]
    assert rules.coming(ALL, date(2025, 1, 1)) == []


def test_the_edition_before_is_the_nearest_in_order() -> None:
    assert rules.previous(ALL, SAME_DAY) is MINOR
    assert rules.previous(ALL, FIRST) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("2.1", (2, 1)), ("10.0", (10, 0)), ("2", None), ("2.01", None), ("02.1", None), ("2.1 ", None), ("٢.١", None),
     ("1.1.1", None), ("", None), ("9999999999.0", None)],
)  # fmt: skip
def test_an_editions_number_has_one_way_to_be_written(text: str, number: tuple[int, int] | None) -> None:
    assert rules.read_number(text) == number


@pytest.mark.parametrize(
    ("lead", "sentence"),
    [
        ("Rydd to ganger. Gjør det før jul.", "Rydd to ganger."),
        ("Møt kl. 10.02 ved inngangen. Ta med hansker.", "Møt kl. 10.02 ved inngangen."),
        ("Les <em>alt</em> &amp; mer. Så svarer du.", "Les alt & mer."),
        ("Bruk f.eks. hansker i rommet", "Bruk f.eks. hansker i rommet"),
        ("Er det farlig? Ærlig talt.", "Er det farlig?"),
        ("", ""),
    ],
)
def test_the_first_sentence_of_a_lead_ends_before_the_next_capital(lead: str, sentence: str) -> None:
    assert rules.first_sentence(lead) == sentence


def test_reading_takes_at_least_a_minute() -> None:
    assert [rules.reading_minutes(words) for words in (0, 5, 400, 1_000)] == [1, 1, 2, 5]


# --- What changed -------------------------------------------------------------------------------------------

OLD = """Alle rydder.

## Formål

Et ryddig lab er trygt.

## På ryddedagen

1. Gå gjennom hyller.
2. Kjemikalier uten merking settes i avtrekk til eieren melder seg.

## Fellesareal

Korridorer og fellesrom inngår ved behov.
"""


def as_text(change: SectionChange) -> str:
    marks = {"same": "{}", "ins": "[+{}]", "del": "[-{}]", "gap": "…", "break": "/"}
    return "".join(marks[part.kind].format(part.text) for part in change.parts)


def test_the_same_text_has_no_changes() -> None:
    assert changes_between(OLD, OLD) == []


def test_white_space_and_line_endings_are_no_change() -> None:
    assert changes_between(OLD, OLD.replace("\n", "\r\n") + "\n\n") == []
    assert changes_between("En lang\nsetning her.", "En lang setning\nher.") == []


def test_a_changed_section_shows_the_words_that_went_and_came() -> None:
    new = OLD.replace("settes i avtrekk til eieren melder seg", "leveres som farlig avfall samme dag")
    (change,) = changes_between(OLD, new)
    assert (change.anchor, change.heading, change.kind) == ("pa-ryddedagen", "På ryddedagen", "changed")
    assert as_text(change) == (
        "Kjemikalier uten merking [-settes i avtrekk til eieren melder seg] [+leveres som farlig avfall samme dag]."
    )


def test_a_word_that_stays_amid_a_change_belongs_to_it() -> None:
    (change,) = changes_between("Vi måler og skriver i dag.", "Vi veier og tegner i dag.")
    assert as_text(change) == "Vi [-måler og skriver] [+veier og tegner] i dag."


def test_a_new_line_in_a_list_is_shown_alone() -> None:
    (change,) = changes_between(OLD, OLD.replace("2. Kj", "2. Tell flaskene.\n3. Kj"))
    assert as_text(change) == "[+Tell flaskene.]"


def test_a_new_and_a_removed_section_are_told_as_such() -> None:
    new = OLD.replace("## Formål\n\nEt ryddig lab er trygt.\n\n", "") + "\n## Rapport\n\nSkriv innen fem dager.\n"
    gone, came = changes_between(OLD, new)
    assert (gone.kind, gone.heading, gone.anchor, as_text(gone)) == (
        "removed", "Formål", "", "[-Et ryddig lab er trygt.]",
    )  # fmt: skip
    assert (came.kind, came.heading, came.anchor) == ("added", "Rapport", "rapport")
    assert as_text(came) == "[+Skriv innen fem dager.]"


def test_a_section_with_a_new_heading_is_the_same_section() -> None:
    (change,) = changes_between(OLD, OLD.replace("## Fellesareal", "## Fellesrom"))
    assert (change.kind, change.anchor, as_text(change)) == ("changed", "fellesrom", "[-Fellesareal] [+Fellesrom]")


def test_a_section_that_only_moved_has_not_changed() -> None:
    lead, purpose, on_the_day, shared = OLD.split("## ")
    assert changes_between(OLD, "## ".join([lead, shared + "\n", on_the_day, purpose])) == []


def test_the_beginning_has_neither_heading_nor_anchor() -> None:
    (change,) = changes_between(OLD, OLD.replace("Alle rydder.", "Alle rydder i juni."))
    assert (change.heading, change.anchor, as_text(change)) == ("", "", "Alle rydder [+i juni].")


def test_a_link_that_leads_elsewhere_is_a_change_without_words() -> None:
    (change,) = changes_between("Se [her](https://a.no).", "Se [her](https://b.no).")
    assert (change.kind, change.parts) == ("changed", ())


def test_marks_of_markdown_are_not_shown_as_words() -> None:
    (change,) = changes_between(
        "Gammel **viktig** og lang tekst.", 'Gammel *svært* `viktig` og lang [tekst](https://a.no "x") ==her==.'
    )
    assert as_text(change) == "Gammel [+svært] viktig og lang tekst [+her]."


def test_a_heading_within_a_code_block_is_no_heading() -> None:
    body = "## Et\n\n```\n## Ikke\n```\n\n## To\n\nSlutt."
    assert [section.heading for section in rules.sections(body)] == ["Et", "To"]


def test_underlined_headings_are_found_and_lists_and_tables_are_not() -> None:
    body = "Et\n==\n\nTekst.\n\n- punkt\n---\n\na | b\n--|--\n1 | 2\n\nTo\n---\n\nSlutt."
    assert [section.heading for section in rules.sections(body)] == ["Et", "To"]


def test_anchors_are_those_of_the_rendered_text() -> None:
    body = (
        "Lead.\n\n## Før `alt` **begynner**\n\na\n\n## Før alt begynner\n\nb\n\n### Se [her](https://a.no) & der\n\n"
        "c\n\nÆrlig talt\n---\n\nd\n\n# Content\n\ne\n"
    )
    rendered = [(heading.anchor, heading.text) for heading in markup.render_unguarded(body).contents]
    found = [(section.anchor, section.heading) for section in rules.sections(body) if section.heading]
    assert found == rendered


def test_far_context_is_left_out() -> None:
    words = " ".join(f"ord{number}" for number in range(100))
    (change,) = changes_between(f"{words} gammel {words}", f"{words} ny {words}")
    shown = as_text(change)
    assert shown.startswith("…ord92 ") and shown.endswith(" ord7…")
    assert "[-gammel] [+ny]" in shown


def test_a_long_insertion_is_cut() -> None:
    words = " ".join(f"ord{number}" for number in range(500))
    (change,) = changes_between("Start.", f"Start.\n\n{words}")
    inserted = next(part for part in change.parts if part.kind == "ins")
    assert len(inserted.text.split()) == rules.MAX_SHOWN_WORDS
    assert change.parts[-1] == Part("gap", "")


MEAN_TEXTS = {
    "one word over and over": ("a " * 99_000, "a b " * 49_000),
    "paragraphs over and over": ("a\n\n" * 60_000, "b\n\na\n\n" * 30_000),
    "headings over and over": ("# a\n" * 20_000, "# b\n# a\n" * 10_000),
    "brackets": ("[" * 190_000, "![a](" * 30_000),
    "spaces": ("x" + " " * 190_000 + "y", "x" + "\t" * 190_000 + "z"),
    "marks": ("_" * 190_000, "`" * 100_000 + "\n" + "*" * 90_000),
    "quotes and pipes": (">" * 190_000, "|-" * 90_000),
    "few words at random": tuple(
        " ".join(random.Random(seed).choices("abcdefgh", k=90_000)) for seed in (1, 2)
    ),
    "many words at random": tuple(
        " ".join(str(random.Random(seed).randrange(2_000)) for seed in range(start, start + 2_000))
        for start in (0, 10_000)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MEAN_TEXTS)
def test_no_pair_of_texts_takes_long(name: str) -> None:
    old, new = MEAN_TEXTS[name]
    began = time.process_time()
    changes = changes_between(old, new)
    # A generous bound: without one, most of these take minutes or hours.
    assert time.process_time() - began < 20
    assert changes


def test_texts_too_unlike_to_compare_are_changed_without_parts() -> None:
    old, new = MEAN_TEXTS["few words at random"]
    (change,) = changes_between(old, new)
    assert (change.kind, change.parts) == ("changed", ())


def test_what_is_shown_of_the_new_text_is_in_the_new_text() -> None:
    chance = random.Random(7)
    words = [*"abcdefghijkl", "og", "HMS", "§", "3-1", "1.", "## X\n\n", "\n\n", "\n- "]
    for _ in range(300):
        old, new = (" ".join(chance.choices(words, k=chance.randrange(40))) for _ in range(2))
        plain_new = " ".join(new.split())
        for change in changes_between(old, new):
            for part in change.parts:
                if part.kind == "ins":
                    first = part.text.split()[0]
                    assert first in plain_new, (old, new, change)
