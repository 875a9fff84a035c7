"""What a checklist can say of its items, and that nothing which is wrong becomes one."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmswiki.checklists.parsing import as_data, parse
from hmswiki.checklists.template import (
    Checklist,
    Choice,
    Item,
    Kind,
    Section,
    answers_of,
    bounds_of,
    possible_findings,
)
from tests.checklists import making

TEXT = {"nb": "Slangene er hele"}
CHOICES = (Choice("nye", {"nb": "Nye"}), Choice("gamle", {"nb": "Gamle"}))


def item(kind: Kind, **facts: Any) -> Item:
    return Item("slanger", TEXT, kind, **facts)


def data(**facts: Any) -> dict[str, Any]:
    """A checklist of one item, as somebody may write it."""
    asked = {"key": "slanger", "text": TEXT, "kind": "ok"} | facts
    return {
        "key": "vannrunde",
        "title": {"nb": "Vannrunde"},
        "sections": [{"key": "rommet", "title": {"nb": "Rommet"}, "items": [asked]}],
    }


@pytest.mark.parametrize(
    ("asked", "answers", "findings"),
    [
        (item(Kind.OK), ("ok", "deviation", "not_applicable"), ("deviation",)),
        (item(Kind.YES_NO), ("yes", "no", "not_applicable"), ("yes", "no")),
        (item(Kind.NUMBER), (), ()),
        (item(Kind.NUMBER, minimum=Decimal(1)), ("below",), ("below",)),
        (item(Kind.NUMBER, minimum=Decimal(1), maximum=Decimal(2)), ("below", "above"), ("below", "above")),
        (item(Kind.CHOICE, choices=CHOICES), ("nye", "gamle"), ("nye", "gamle")),
        (item(Kind.DATE), (), ()),
        (item(Kind.TEXT), (), ()),
        (item(Kind.PHOTO), (), ()),
    ],
    ids=str,
)
def test_each_kind_has_its_answers_and_its_findings(
    asked: Item, answers: tuple[str, ...], findings: tuple[str, ...]
) -> None:
    assert answers_of(asked) == answers
    assert possible_findings(asked) == findings


def test_a_bound_that_raises_a_finding_may_be_passed() -> None:
    facts = {"minimum": Decimal(0), "maximum": Decimal(0)}
    assert bounds_of(item(Kind.NUMBER, **facts)) == (0, 0)
    assert bounds_of(item(Kind.NUMBER, **facts, findings=frozenset({"above"}))) == (0, None)
    assert bounds_of(item(Kind.NUMBER, **facts, findings=frozenset({"below", "above"}))) == (None, None)


def test_a_choice_may_be_called_as_an_answer_of_another_kind() -> None:
    choices = [{"key": "ok", "text": {"nb": "Greit"}}, {"key": "nei", "text": {"nb": "Nei"}}]
    checklist, flaws = parse(data(kind="choice", choices=choices, findings=["ok"]))
    assert flaws == []
    assert checklist is not None
    assert next(checklist.items).findings == {"ok"}


def test_what_is_left_out_is_required_and_may_be_marked_as_not_relevant() -> None:
    checklist, _ = parse(data())
    assert checklist == Checklist(
        "vannrunde", {"nb": "Vannrunde"}, (Section("rommet", {"nb": "Rommet"}, (item(Kind.OK),)),)
    )
    assert (item(Kind.OK).required, item(Kind.OK).mandatory, item(Kind.OK).findings) == (True, False, frozenset())


def test_items_are_asked_section_by_section() -> None:
    first, second = Item("a", TEXT, Kind.OK), Item("b", TEXT, Kind.OK)
    checklist = Checklist("x", TEXT, (Section("en", TEXT, (first,)), Section("to", TEXT, (second,))))
    assert [asked.key for asked in checklist.items] == ["a", "b"]


def test_a_number_is_what_was_written() -> None:
    checklist, _ = parse(data(kind="number", minimum="0.1", maximum="0.3"))
    assert checklist is not None
    asked = next(checklist.items)
    assert (asked.minimum, asked.maximum) == (Decimal("0.1"), Decimal("0.3"))


def test_every_mistake_is_told_at_its_place_and_nothing_is_made() -> None:
    wrong = data(kind="guess", txt="a", required="maybe")
    del wrong["title"]
    checklist, flaws = parse(wrong)
    assert checklist is None
    at = ("sections", 0, "items", 0)
    assert [flaw.place for flaw in flaws] == [(), (*at, "txt"), (*at, "required"), (*at, "kind")]


def test_a_mistake_in_an_item_is_not_told_again_where_another_depends_on_it() -> None:
    wrong = data(kind="guess")
    depends = {"key": "b", "text": TEXT, "kind": "ok", "shown_when": {"item": "slanger", "answers": ["deviation"]}}
    wrong["sections"][0]["items"].append(depends)
    (flaw,) = parse(wrong)[1]
    assert "“guess” is no kind of item" in str(flaw)


def test_a_per_cent_sign_in_what_was_written_does_no_harm() -> None:
    (flaw,) = parse(data(kind="100 %s"))[1]
    assert str(flaw).startswith("“100 %s” is no kind of item.")


@given(making.checklists())
@settings(max_examples=50, deadline=None)
def test_no_checklist_loses_anything_as_plain_data(checklist: Checklist) -> None:
    assert parse(as_data(checklist)) == (checklist, [])


NAMES = ["key", "title", "sections", "items", "text", "kind", "choices", "findings", "shown_when", "item", "answers",
         "passage", "minimum", "maximum", "nb", "guidelines", "co_signed_by", "help", "unit", "required"]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.sampled_from(["a", "ok", "no", "number", "choice", "1", "a#b", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=30,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), VALUES) | VALUES, st.dictionaries(st.sampled_from(NAMES), VALUES))
@settings(max_examples=60, deadline=None)
def test_whatever_is_given_is_a_checklist_or_told_to_be_none(whole: Any, part: dict[str, Any]) -> None:
    for given_data in (whole, data(**part)):
        checklist, flaws = parse(given_data)
        assert (checklist is None) == bool(flaws)
        for flaw in flaws:
            assert str(flaw).endswith(".")
            reach(given_data, flaw.place)
        if checklist is not None:
            assert parse(as_data(checklist)) == (checklist, [])


def reach(inside: Any, place: tuple[str | int, ...]) -> None:
    """Raises KeyError or IndexError where there is no such place."""
    for step in place:
        inside = inside[step]
