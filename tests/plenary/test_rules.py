"""What counts, in which order, and what a title or a sentence may be."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from hmswiki.foundation.errors import Refusal
from hmswiki.plenary import rules
from hmswiki.plenary.rules import Stand
from tests.support import once

pytestmark = once


@dataclass(frozen=True)
class Line:
    group_id: int = 1
    written: str = "a"
    cleared_at: datetime | None = None


def test_a_group_counts_once_however_much_it_wrote() -> None:
    assert rules.group_ids([Line(2), Line(5), Line(2), Line(2)]) == [2, 5]


def test_a_point_that_was_written_on_is_changed_and_one_taken_back_is_cleared() -> None:
    assert rules.stand_of(Line(), "a") is Stand.SAME
    assert rules.stand_of(Line(written="b"), "a") is Stand.CHANGED
    assert rules.stand_of(Line(written="b", cleared_at=datetime.now(UTC)), "a") is Stand.CLEARED


def test_titles_are_the_same_whatever_their_capitals_and_spaces() -> None:
    assert rules.same_title("  Fast   tidspunkt", "fast TIDSPUNKT ")
    assert not rules.same_title("Fast tidspunkt", "Faste tidspunkt")


@pytest.mark.parametrize(
    ("moved", "after", "order"),
    [("a", "b", "bacd"), ("a", "d", "bcda"), ("d", None, "dabc"), ("c", "a", "acbd"), ("b", "a", "abcd"),
     ("b", "b", "abcd")],
)  # fmt: skip
def test_what_is_moved_stands_right_after_the_other(moved: str, after: str | None, order: str) -> None:
    assert rules.put_after("abcd", moved, after, same=str.__eq__) == list(order)


def test_a_title_stands_on_one_line() -> None:
    assert rules.title_of(" Fast\n tidspunkt ") == "Fast tidspunkt"


@pytest.mark.parametrize("typed", ["", "  ", None, "a\0b", "a" * 201])
def test_what_is_no_title_is_refused_at_its_field(typed: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        rules.title_of(typed)
    assert refused.value.field == "title"
    assert refused.value.facts.get("length") in (None, 201)
