"""How an action stands is what its entries say; and what may be done with it, by whom. No database."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from hmswiki.actions import rules
from hmswiki.actions.models import ActionState, EntryKind
from hmswiki.actions.rules import Part, Standing
from hmswiki.foundation.errors import Conflict, NotAllowed, Refusal
from hmswiki.foundation.permissions import Actor, Holding, Role
from tests.support import once

pytestmark = once

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
ASTRID, BJORN, CHEN = 1, 2, 3
PARTS = {
    ASTRID: Part(ASTRID, sees=True, responsible=False, looks_after=True, manages=True),
    BJORN: Part(BJORN, sees=True, responsible=True, looks_after=False, manages=False),
    CHEN: Part(CHEN, sees=True, responsible=False, looks_after=True, manages=True),
}


@dataclass
class Told:
    """An entry, as far as rules go."""

    kind: EntryKind
    values: dict[str, Any] = field(default_factory=dict)
    recorded_by_id: int | None = ASTRID
    recorded_at: datetime = START
    withdrawn_at: datetime | None = None


def raised(**values: Any) -> Told:
    return Told(EntryKind.RAISED, {"unit": 1, "due_on": "2026-01-20", "responsible": BJORN, **values})


def done(by: int = BJORN) -> Told:
    return Told(EntryKind.DONE, {"done_on": "2026-01-12"}, by)


# --- How it stands ----------------------------------------------------------------------------------------


def test_a_new_action_is_open_and_whose_it_says():
    assert rules.standing_of([raised()]) == Standing(1, date(2026, 1, 20), responsible_id=BJORN)
    assert rules.standing_of([raised(responsible=None, role="unit_leader")]).responsible_role is Role.UNIT_LEADER


def test_the_standing_is_that_of_the_latest_word():
    told = [raised(), done(), Told(EntryKind.CHECKED, recorded_by_id=CHEN)]
    assert rules.standing_of(told[:2]).state is ActionState.DONE
    assert rules.standing_of(told[:2]).done_by_id == BJORN
    assert rules.standing_of(told).state is ActionState.CHECKED
    opened = rules.standing_of([*told, Told(EntryKind.REOPENED)])
    assert (opened.state, opened.done_on, opened.done_by_id) == (ActionState.OPEN, None, None)


def test_what_is_withdrawn_says_nothing():
    told = done()
    told.withdrawn_at = START
    assert rules.standing_of([raised(), told]) == rules.standing_of([raised()])


def test_a_new_due_date_lets_the_level_above_be_told_again():
    told = [raised(), Told(EntryKind.ESCALATED, {"unit": 9})]
    assert rules.standing_of(told).escalated_to_id == 9
    moved = rules.standing_of([*told, Told(EntryKind.RESCHEDULED, {"due_on": "2026-03-01"})])
    assert (moved.due_on, moved.escalated_to_id) == (date(2026, 3, 1), None)


def test_moving_keeps_whose_it_is_unless_they_left():
    moved = rules.standing_of([raised(), Told(EntryKind.MOVED, {"unit": 2})])
    assert (moved.unit_id, moved.responsible_id) == (2, BJORN)
    left = rules.standing_of([raised(), Told(EntryKind.MOVED, {"role": "unit_leader", "left": BJORN})])
    assert (left.unit_id, left.responsible_id, left.responsible_role) == (1, None, Role.UNIT_LEADER)


def test_nothing_begins_without_the_entry_that_raised_it():
    for told in ([], [done()]):
        with pytest.raises(ValueError, match="raised"):
            rules.standing_of(told)


@pytest.mark.parametrize(("due", "overdue"), [(date(2026, 1, 4), True), (date(2026, 1, 5), False)])
def test_an_action_is_overdue_from_the_day_after(due, overdue):
    assert rules.is_overdue(ActionState.OPEN, due, date(2026, 1, 5)) is overdue
    assert not rules.is_overdue(ActionState.DONE, due, date(2026, 1, 5))


# --- By whom ----------------------------------------------------------------------------------------------


def test_nobody_checks_what_they_did_themselves():
    standing = rules.standing_of([raised(), done(by=ASTRID)])
    assert EntryKind.CHECKED not in rules.deeds(PARTS[ASTRID], standing)
    assert EntryKind.CHECKED in rules.deeds(PARTS[CHEN], standing)
    with pytest.raises(NotAllowed, match="Somebody else checks it"):
        rules.check_part(EntryKind.CHECKED, PARTS[ASTRID], standing)


def test_whoever_is_responsible_says_it_is_done_and_decides_no_more():
    assert set(rules.deeds(PARTS[BJORN], rules.standing_of([raised()]))) == {
        EntryKind.DONE, EntryKind.COMMENTED, EntryKind.CASE_NOTED,
    }  # fmt: skip


def test_whoever_only_sees_it_may_comment():
    part = Part(7, sees=True, responsible=False, looks_after=False, manages=False)
    assert rules.deeds(part, rules.standing_of([raised()])) == (EntryKind.COMMENTED,)
    assert rules.deeds(Part(7, False, False, False, False), rules.standing_of([raised()])) == ()


@dataclass
class Place:
    path: str


@dataclass
class About:
    """An action, as far as access goes."""

    unit: Place = field(default_factory=lambda: Place("/1/5/"))
    area: Place | None = None
    responsible_id: int | None = None
    responsible_role: Role | None = None
    raised_by_id: int | None = None


def who(*holdings: Holding, unit: str | None = None, duties: tuple[str, ...] = ()) -> Actor:
    return Actor(person_id=7, external_key="x", name="X", unit_path=unit, holdings=holdings, duties=duties)


LEADER_ABOVE = Holding(Role.UNIT_LEADER, 1, "/1/")


@pytest.mark.parametrize(
    ("actor", "about", "sees", "responsible", "looks_after", "manages"),
    [
        (who(unit="/1/5/"), About(), True, False, False, False),
        (who(unit="/1/6/"), About(), False, False, False, False),
        (who(unit="/1/6/"), About(responsible_id=7), True, True, False, False),
        (who(unit="/1/6/"), About(raised_by_id=7), True, False, False, False),
        (who(LEADER_ABOVE), About(responsible_role=Role.UNIT_LEADER), True, True, True, True),
        (who(Holding(Role.SAFETY_REPRESENTATIVE, 5, "/1/5/")), About(), True, False, True, False),
        (who(Holding(Role.CENTRAL_HSE, 1, "/1/")), About(), True, False, False, False),
        (who(duties=("a/3/",)), About(area=Place("a/3/4/")), True, False, True, False),
        (who(duties=("a/3/",)), About(area=Place("a/3/4/"), responsible_role=Role.AREA_OWNER), True, True, True, False),
        (who(duties=("a/4/",)), About(area=Place("a/3/4/")), False, False, False, False),
    ],
)
def test_what_somebody_has_to_do_with_an_action(actor, about, sees, responsible, looks_after, manages):
    assert rules.part_of(actor, about) == Part(7, sees, responsible, looks_after, manages)


# --- Who has left -----------------------------------------------------------------------------------------

BEFORE, NOW, SINCE = date(2020, 1, 1), date(2026, 1, 5), date(2025, 6, 1)


@pytest.mark.parametrize(
    ("employed", "gone"),
    [
        ([(BEFORE, None, "/1/5/")], False),
        ([(BEFORE, date(2026, 1, 5), "/1/5/")], True),
        ([(BEFORE, date(2026, 1, 6), "/1/5/")], False),
        ([(BEFORE, date(2025, 9, 1), "/1/5/"), (date(2025, 9, 1), None, "/1/6/")], True),
        ([(BEFORE, date(2025, 9, 1), "/1/5/"), (date(2025, 9, 1), None, "/1/5/8/")], False),
        ([(BEFORE, date(2025, 5, 1), "/1/5/"), (date(2025, 5, 1), None, "/1/6/")], False),
        ([(BEFORE, None, "/1/6/")], False),
        ([], True),
    ],
    ids=["there", "left today", "leaves tomorrow", "went elsewhere", "went beneath", "had gone before",
         "was never there", "nowhere"],
)  # fmt: skip
def test_who_has_left_the_unit(employed, gone):
    assert rules.has_left(employed, ("/1/5/",), NOW, since=SINCE, stays="/1/5/") is gone


# --- Whatever is done, in whatever order --------------------------------------------------------------------


def values_of(kind: EntryKind, number: int) -> dict[str, Any]:
    day = (START.date() + timedelta(days=number)).isoformat()
    return {
        EntryKind.DONE: {"done_on": day}, EntryKind.RESCHEDULED: {"due_on": day},
        EntryKind.ASSIGNED: {"responsible": number}, EntryKind.MOVED: {"unit": number},
        EntryKind.ESCALATED: {"unit": number}, EntryKind.CASE_NOTED: {"number": str(number), "url": None},
    }.get(kind, {})  # fmt: skip


STEPS = some.lists(
    some.one_of(
        some.tuples(some.sampled_from([*rules.FROM]), some.sampled_from([ASTRID, BJORN, CHEN])),
        some.tuples(some.integers(0, 30), some.sampled_from([ASTRID, BJORN, CHEN])),
    ),
    max_size=25,
)


@given(STEPS)
@settings(max_examples=300, deadline=None)
def test_no_allowed_order_of_deeds_and_withdrawals_makes_nonsense(steps):
    told = [raised()]
    for number, (step, by) in enumerate(steps):
        standing = rules.standing_of(told)
        try:
            if isinstance(step, int):
                entry = told[step % len(told)]
                rules.check_withdrawal(entry, told, by, standing)
                entry.withdrawn_at = START
            else:
                rules.check_state(step, standing)
                if step in rules.BY_HAND:
                    rules.check_part(step, PARTS[by], standing)
                told.append(Told(step, values_of(step, number), by))
        except (Refusal, Conflict):
            assert rules.standing_of(told) == standing
        after = rules.standing_of(told)
        known = [entry for entry in told if entry.withdrawn_at is None]
        checks = [entry for entry in known if entry.kind is EntryKind.CHECKED]
        assert (after.done_on is None) == (after.done_by_id is None)
        if after.state in (ActionState.DONE, ActionState.CHECKED):
            assert after.done_by_id is not None
        if after.state is ActionState.CHECKED:
            assert checks[-1].recorded_by_id != after.done_by_id, "somebody else has checked it"
        if after.state is ActionState.OPEN:
            assert after.done_on is None
