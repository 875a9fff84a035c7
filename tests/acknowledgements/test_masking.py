"""Small groups."""

from datetime import date

from hmswiki.acknowledgements.coverage import Count, Row, Status, UnitFact
from hmswiki.acknowledgements.masking import hidden

DAY = date(2024, 1, 1)


def units(*parents: tuple[int, int | None]) -> list[UnitFact]:
    return [UnitFact(id, f"U{id}", parent, DAY, None) for id, parent in parents]


def rows(totals: dict[int, int]) -> dict[tuple[int, int], Row]:
    return {
        (1, unit): Row(1, "g", unit, f"U{unit}", 1, "1.0", Count(missing=total), Status.NONE, None, False)
        for unit, total in totals.items()
    }


def hidden_units(totals: dict[int, int], tree: list[UnitFact], inside: tuple[int, ...] = ()) -> set[int]:
    return {unit for _, unit in hidden(rows(totals), tree, inside)}


FLAT = units((1, None), (2, 1), (3, 1), (4, 1))


def test_nothing_is_hidden_where_every_group_is_large_enough() -> None:
    assert hidden_units({1: 30, 2: 10, 3: 15, 4: 5}, FLAT) == set()


def test_a_group_of_four_hides_its_smallest_neighbour_too() -> None:
    assert hidden_units({1: 29, 2: 10, 3: 15, 4: 4}, FLAT) == {4, 2}


def test_two_small_groups_protect_each_other() -> None:
    assert hidden_units({1: 17, 2: 3, 3: 10, 4: 4}, FLAT) == {2, 4}


def test_small_groups_that_are_few_together_hide_a_neighbour_too() -> None:
    # 22 - 20 leaves two people in two groups: each is one, and where both are missing so is each.
    assert hidden_units({1: 22, 2: 1, 3: 10, 4: 1, 5: 10}, [*FLAT, *units((5, 1))]) == {2, 4, 3}


def test_small_groups_that_are_five_together_hide_no_more() -> None:
    assert hidden_units({1: 15, 2: 1, 3: 10, 4: 4}, FLAT) == {2, 4}


def test_a_small_group_and_the_few_in_the_parent_itself_hide_a_neighbour_too() -> None:
    assert hidden_units({1: 23, 2: 10, 3: 11, 4: 1}, FLAT) == {4, 2}


def test_those_inside_see_their_own_small_unit() -> None:
    assert hidden_units({1: 29, 2: 10, 3: 15, 4: 4}, FLAT, inside=(4,)) == set()


def test_a_unit_that_is_nothing_but_ones_own_protects_no_neighbour() -> None:
    # 2 is the same people as 4, which the reader knows: 14 - 10 - 2 would tell 3, so 5 is hidden besides.
    tree = units((1, None), (2, 1), (3, 1), (5, 1), (4, 2))
    assert hidden_units({1: 14, 2: 2, 3: 2, 5: 10, 4: 2}, tree, inside=(4,)) == {3, 5}


def test_a_few_employed_in_the_parent_itself_are_protected() -> None:
    assert hidden_units({1: 31, 2: 10, 3: 15, 4: 5}, FLAT) == {4}


def test_a_large_rest_in_the_parent_protects_a_small_unit() -> None:
    assert hidden_units({1: 40, 2: 10, 3: 15, 4: 4}, FLAT) == {4}


def test_an_only_child_and_the_few_beside_it_cannot_be_told_apart() -> None:
    # Parent 7 = child 4 + 3 employed in the parent itself: two unknowns, so the sum may be shown.
    assert hidden_units({1: 7, 2: 4}, units((1, None), (2, 1))) == {2}


def test_a_hidden_neighbour_cannot_be_summed_up_from_the_units_beneath_it() -> None:
    tree = units((1, None), (2, 1), (3, 1), (4, 2), (5, 2))
    masked = hidden_units({1: 24, 2: 20, 3: 4, 4: 9, 5: 11}, tree)
    assert {3, 2, 4} <= masked
