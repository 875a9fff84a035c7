"""Which answer counts, what is shown, what is missing, and what an answer may be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmswiki.checklists import reading
from hmswiki.foundation.errors import Refusal
from hmswiki.rounds import asked as asking
from hmswiki.rounds import rules
from hmswiki.rounds.asked import Asked, AskedItem, AskedSection, LeftOut
from hmswiki.rounds.rules import Given, Lack, Mark
from tests.rounds.makers import FIRE
from tests.support import once

pytestmark = once

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def fire() -> Asked:
    checklist = reading.read(FIRE)
    numbers = {item.key: number for number, item in enumerate(checklist.items, start=1)}
    sections = tuple(
        AskedSection(one.key, one.title, tuple(AskedItem(item, numbers[item.key]) for item in one.items))
        for one in checklist.sections
    )
    return Asked("1.0", checklist, sections)


def said(item: str, value: str | None, minute: int = 0, **more: Any) -> Given:
    moment = AT + timedelta(minutes=minute)
    key = more.pop("key", f"{item}-{value}-{minute}")
    return Given(key, item, value, moment, more.pop("recorded_at", moment), **more)


def answers(**values: str | None) -> dict[str, Given]:
    return {item: said(item, value) for item, value in values.items()}


ALL_WELL = answers(korridorer="ok", dorer="ok", apparater="0", kontroll="2026-01-05", varmt="no", alarm="tale")


def test_what_a_round_asks_comes_back_from_its_data_as_it_was() -> None:
    asked = fire()
    first = asked.sections[0]
    local = replace(first.items[1], is_local=True, notes=({"nb": "Også bakdøra"},))
    changed = Asked(
        "2.1",
        asked.checklist,
        (replace(first, items=(first.items[0], local), is_local=True), asked.sections[1]),
        (LeftOut({"nb": "Brannteppe"}, {"nb": "Vi har ikke kjøkken"}),),
    )
    assert asking.from_data(asking.as_data(changed)) == changed


@pytest.mark.parametrize("data", [{}, {"edition": "1.0"}, {"edition": "1.0", "checklist": {"key": "x"}, "more": 1}])
def test_data_of_another_shape_is_said_to_be_wrong(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="."):
        asking.from_data(data)


def test_the_later_answer_counts_though_it_arrives_first() -> None:
    later, earlier = said("dorer", "ok", 5), said("dorer", "deviation", 1)
    assert rules.counting([later, earlier])["dorer"].value == "ok"


GIVEN = st.builds(
    said,
    st.sampled_from(["korridorer", "varmt", "vakt", "apparater"]),
    st.sampled_from(["ok", "deviation", "yes", "no", "3", None]),
    st.integers(0, 3),
    key=st.sampled_from([f"k{number}" for number in range(12)]),
    recorded_at=st.integers(0, 3).map(lambda minute: AT + timedelta(minutes=minute)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(GIVEN, max_size=12, unique_by=lambda one: one.key), st.data())
def test_the_same_answers_give_the_same_state_in_any_order_and_however_often(given: list[Given], data: Any) -> None:
    shuffled = data.draw(st.permutations(given))
    again = data.draw(st.lists(st.sampled_from(given), max_size=5)) if given else []
    assert rules.counting([*shuffled, *again]) == rules.counting(given)
    assert rules.counting([*rules.counting(given).values()]) == rules.counting(given)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-5_000, 5_000), max_size=6))
def test_a_clock_that_is_ahead_is_cut_to_now_and_keeps_its_order(offsets: list[int]) -> None:
    moments = [AT + timedelta(seconds=seconds) for seconds in offsets]
    found = rules.moved_back(moments, AT)
    assert all(moment <= AT for moment in found)
    assert [b - a for a, b in zip(found, found[1:], strict=False)] == [
        b - a for a, b in zip(moments, moments[1:], strict=False)
    ]
    if max(offsets, default=0) <= 0:
        assert found == moments


def test_an_item_is_shown_only_after_the_answer_it_waits_for() -> None:
    assert "vakt" not in rules.shown(fire(), answers(varmt="no"))
    assert "vakt" in rules.shown(fire(), answers(varmt="yes"))
    assert "vakt" not in rules.shown(fire(), {})


def test_an_answer_to_an_item_that_is_hidden_now_raises_nothing_and_is_not_missed() -> None:
    given = {**ALL_WELL, **answers(vakt="no")}
    assert rules.raised(fire(), given) == []
    assert rules.missing(fire(), given, {}) == []
    shown = {**given, **answers(varmt="yes")}
    assert [(item.key, answer.value) for item, answer in rules.raised(fire(), shown)] == [("vakt", "no")]


def test_what_is_missing_is_named_in_the_order_of_the_page() -> None:
    found = rules.missing(
        fire(), {**ALL_WELL, **answers(korridorer=None, dorer="deviation")}, {}, earlier={"f1": "dorer"}
    )
    assert [(one.lack, one.item or one.finding) for one in found] == [
        (Lack.STILL_SO, "f1"),
        (Lack.ANSWER, "korridorer"),
        (Lack.WORDS, "dorer"),
    ]


@pytest.mark.parametrize(
    "how", [{"details": {"text": "Skap foran døra"}}, {"note": "Skap"}, {"photos": 1}, {"carried": True}]
)
def test_a_deviation_needs_words_or_a_photo_or_to_be_an_earlier_one(how: dict[str, Any]) -> None:
    answer = said("dorer", "deviation", details=how.get("details"), note=how.get("note"))
    still = {"f1": Given("s", None, rules.STILL, AT, AT, finding="f1")} if how.get("carried") else {}
    found = rules.missing(
        fire(),
        {**ALL_WELL, "dorer": answer},
        {"dorer": how.get("photos", 0)},
        earlier={"f1": "dorer"} if still else {},
        still=still,
    )
    assert found == []


def test_an_earlier_finding_that_is_still_so_is_not_raised_twice_unless_something_is_added() -> None:
    plain, worse = said("dorer", "deviation"), said("dorer", "deviation", details={"text": "Nå er den låst også"})
    assert rules.raised(fire(), {"dorer": plain}, carried={"dorer"}) == []
    assert len(rules.raised(fire(), {"dorer": worse}, carried={"dorer"})) == 1


def test_each_item_has_the_mark_of_its_answer() -> None:
    items = fire().by_key
    marks = [
        rules.mark(items["dorer"].item, said("dorer", value), 0)
        for value in ("ok", "deviation", "not_applicable", None)
    ]
    assert marks == [Mark.OK, Mark.DEVIATION, Mark.NOT_RELEVANT, Mark.OPEN]
    assert rules.mark(items["apparater"].item, said("apparater", "3"), 0) is Mark.DEVIATION
    assert rules.mark(items["tavla"].item, None, 1) is Mark.OK


@pytest.mark.parametrize(
    ("item", "typed", "kept"),
    [
        ("apparater", "3", "3"),
        ("apparater", " 2,5 ", "2.5"),
        ("apparater", "1\N{NO-BREAK SPACE}000", "1000"),
        ("apparater", "-0", "0"),
        ("kontroll", "2026-02-28", "2026-02-28"),
        ("varmt", "not_applicable", "not_applicable"),
        ("alarm", "tale", "tale"),
        ("annet", "a\r\nb\0 ", "a\nb"),
        ("annet", "   ", None),
        ("dorer", None, None),
    ],
)
def test_a_value_is_kept_in_one_form(item: str, typed: str | None, kept: str | None) -> None:
    assert rules.checked_value(fire().by_key[item].item, typed) == kept


@pytest.mark.parametrize(
    ("item", "typed", "says"),
    [
        ("apparater", "mange", "is no number"),
        ("apparater", "-1", "must be at least 0"),
        ("kontroll", "2026-02-30", "is no date"),
        ("kontroll", "2026-W05-1", "is no date"),
        ("dorer", "yes", "is no answer"),
        ("alarm", "sirene", "is no answer"),
        ("annet", "x" * 2001, "the limit is 2000"),
        ("tavla", "ja", "by a photo"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_what_to_do(item: str, typed: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        rules.checked_value(fire().by_key[item].item, typed)


def test_what_is_told_of_a_finding_is_kept_without_what_is_empty() -> None:
    told = {
        "text": " Skap ",
        "seriousness": "",
        "mended": False,
        "action": {"title": "Flytt skapet", "responsible": "astrid", "role": "unit_leader", "due_on": "2026-03-10"},
    }
    assert rules.checked_details(told) == {
        "text": "Skap",
        "action": {"title": "Flytt skapet", "responsible": "astrid", "due_on": "2026-03-10"},
    }
    assert rules.checked_details({"text": "", "mended": False, "action": None}) is None


def test_what_was_mended_on_the_spot_needs_nothing_done() -> None:
    told = rules.checked_details({"text": "Skap", "mended": True, "action": {"title": "Flytt", "due_on": "2026-03-10"}})
    assert told == {"text": "Skap", "mended": True}
    assert rules.planned(told) is None


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("Skap", "cannot be read"),
        ({"where": "her"}, "cannot be read"),
        ({"seriousness": "awful"}, "how serious"),
        ({"action": {"title": "Flytt"}}, "by when"),
        ({"action": {"due_on": "2026-03-10"}}, "no words"),
        ({"action": {"title": "Flytt", "due_on": "i morgen"}}, "is no date"),
        ({"action": {"title": "Flytt", "due_on": "2026-03-10", "role": "editor"}}, "who is to do it"),
    ],
)
def test_what_is_told_of_a_finding_and_cannot_be_is_refused(told: object, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        rules.checked_details(told)
