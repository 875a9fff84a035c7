"""A unit's item in a central draft: where it stands there, and what it needs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmswiki.checklists.drafting import item_keys
from hmswiki.checklists.parsing import as_data, parse
from hmswiki.checklists.supplements import Addition, After, AfterOwn, Edit, FirstIn, OwnSection, Place, Withdrawal
from hmswiki.checklists.taking_up import with_taken_up
from hmswiki.checklists.template import Checklist, Condition, Item, Kind, Section
from hmswiki.foundation.errors import Conflict, Refusal
from tests.checklists.making import checklists

AT = datetime(2026, 1, 1, tzinfo=UTC)


def item(key: str, kind: Kind = Kind.OK, **more: Any) -> Item:
    return Item(key, {"nb": f"Er {key} i orden?"}, kind, **more)


CENTRAL = Checklist(
    "brannrunde",
    {"nb": "Brannrunde"},
    (
        Section("ways", {"nb": "Veier"}, (item("routes"), item("doors"))),
        Section("rooms", {"nb": "Rom"}, (item("fridge"),)),
    ),
)


def added(key: str, place: Place, *, number: int = 1, **more: Any) -> Addition:
    at = AT + timedelta(minutes=number)
    replaces = more.pop("replaces", None)
    return Addition(
        item=item(key, **more), place=place, id=f"edit-{number}", of_edition=(1, 0), by=1, at=at, replaces=replaces
    )


def take(*edits: Edit, data: dict[str, Any] | None = None, taken: dict[str, str] | None = None) -> list[list[str]]:
    """The keys by section of the draft with the last of the edits in it."""
    last = edits[-1]
    assert isinstance(last, Addition)
    made, _key = with_taken_up(data or as_data(CENTRAL), last, edits, CENTRAL, taken or {})
    assert parse(made)[1] == []
    return [[each["key"] for each in section["items"]] for section in made["sections"]]


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        (After("routes"), [["routes", "new", "doors"], ["fridge"]]),
        (FirstIn("rooms"), [["routes", "doors"], ["new", "fridge"]]),
        (OwnSection("own", {"nb": "Eget"}), [["routes", "doors"], ["fridge"], ["new"]]),
        (OwnSection("rooms", {"nb": "Rom"}), [["routes", "doors"], ["fridge", "new"]]),
        (OwnSection("rooms", {"nb": "Noe annet"}), [["routes", "doors"], ["fridge"], ["new"]]),
    ],
)
def test_an_item_stands_in_the_draft_where_the_unit_has_it(place: Place, keys: list[list[str]]) -> None:
    assert take(added("new", place)) == keys


def test_where_its_place_is_gone_it_stands_as_near_as_can_be_told() -> None:
    data = as_data(CENTRAL)
    del data["sections"][0]["items"][1]
    assert take(added("new", After("doors")), data=data) == [["routes", "new"], ["fridge"]]
    data["sections"][0]["items"][0]["key"] = "lights"
    assert take(added("new", After("doors")), data=data) == [["new", "lights"], ["fridge"]]
    del data["sections"][0]
    assert take(added("new", After("doors")), data=data) == [["fridge", "new"]]
    assert take(added("new", FirstIn("gone")), data=data) == [["fridge", "new"]]


def test_it_follows_another_of_the_unit_where_that_was_taken_up_and_stands_in_its_place_where_not() -> None:
    first, second = added("first", FirstIn("rooms")), added("second", AfterOwn("edit-1"), number=2)
    assert take(first, second) == [["routes", "doors"], ["second", "fridge"]]
    data, key = with_taken_up(as_data(CENTRAL), first, [first], CENTRAL, {})
    assert take(first, second, data=data, taken={"edit-1": key}) == [["routes", "doors"], ["first", "second", "fridge"]]
    # The first was corrected since: it is the same item.
    gone = replace(first, withdrawn=Withdrawal(1, AT))
    newer = added("first", FirstIn("rooms"), number=3, replaces="edit-1")
    assert take(gone, newer, second, data=data, taken={"edit-1": key})[1] == ["first", "second", "fridge"]


def test_a_key_that_the_draft_uses_for_something_else_is_not_taken_from_it() -> None:
    assert take(added("doors", FirstIn("rooms"))) == [["routes", "doors"], ["doors-2", "fridge"]]


def test_an_item_is_taken_up_once() -> None:
    first = added("new", FirstIn("rooms"))
    data, key = with_taken_up(as_data(CENTRAL), first, [first], CENTRAL, {})
    with pytest.raises(Conflict, match="in the draft already"):
        take(first, data=data, taken={first.id: key})
    newer = added("new", FirstIn("rooms"), number=2, replaces=first.id)
    with pytest.raises(Conflict):
        take(replace(first, withdrawn=Withdrawal(1, AT)), newer, data=data, taken={first.id: key})
    # Somebody removed it from the draft: it can be taken up again.
    assert take(first, taken={first.id: key}) == [["routes", "doors"], ["new", "fridge"]]


def test_it_comes_after_what_it_depends_on_which_must_be_in_the_draft() -> None:
    asked = added("new", After("routes"), shown_when=Condition("routes", frozenset({"deviation"})))
    data = as_data(CENTRAL)
    data["sections"].reverse()
    assert take(asked, data=data) == [["fridge"], ["routes", "new", "doors"]]
    data["sections"][1]["items"].reverse()
    after_doors = added("new", After("doors"), shown_when=Condition("routes", frozenset({"deviation"})))
    assert take(after_doors, data=data) == [["fridge"], ["doors", "routes", "new"]]
    del data["sections"][1]["items"][1]
    with pytest.raises(Refusal, match="Er routes i orden"):
        take(asked, data=data)


def test_a_condition_on_another_of_the_units_items_follows_that_to_its_key_in_the_draft() -> None:
    first = added("doors", After("doors"))
    second = added("second", FirstIn("ways"), number=2, shown_when=Condition("own", frozenset({"ok"})))
    own = added("own", After("doors"), number=3)
    with pytest.raises(Refusal, match="Take that up first"):
        take(first, own, second)
    data, key = with_taken_up(as_data(CENTRAL), own, [own], CENTRAL, {})
    data["sections"][0]["items"][2]["key"] = key = "other-key"
    made, _ = with_taken_up(data, second, [first, own, second], CENTRAL, {own.id: key})
    assert [each["key"] for each in made["sections"][0]["items"]] == ["routes", "doors", "other-key", "second"]
    assert made["sections"][0]["items"][3]["shown_when"]["item"] == "other-key"


def test_a_draft_that_is_text_to_be_mended_takes_nothing_up() -> None:
    with pytest.raises(Refusal, match="Mend it first"):
        with_taken_up({"yaml": "title: ["}, added("new", FirstIn("ways")), [], CENTRAL, {})


@settings(max_examples=40, deadline=None)
@given(checklists(), checklists(), st.data())
def test_whatever_the_draft_is_it_is_as_right_as_before_and_holds_one_item_more(
    seen: Checklist, draft: Checklist, choose: st.DataObject
) -> None:
    keys = [each.key for each in seen.items]
    sections = [section.key for section in seen.sections]
    places = st.one_of(
        st.sampled_from(keys).map(After), st.sampled_from(sections).map(FirstIn),
        st.just(OwnSection("own", {"nb": "Eget"})), st.just(AfterOwn("edit-1")), st.just(AfterOwn("nobody")),
    )  # fmt: skip
    key = choose.draw(st.sampled_from([*keys, "new"]))
    edits = [added("first", choose.draw(places)), added(key, choose.draw(places), number=2)]
    before = as_data(draft)
    made, where = with_taken_up(before, edits[1], edits, seen, {})
    assert parse(made)[1] == []
    assert before == as_data(draft)
    assert [other for other in item_keys(made) if other != where] == item_keys(before)
