"""How the matrix is laid out: marks, filters, folding, places."""

from datetime import date, timedelta

from hmswiki.acknowledgements import matrix
from hmswiki.acknowledgements.coverage import Count, Row, Status
from hmswiki.acknowledgements.masking import Shown
from hmswiki.acknowledgements.matrix import Filter, Mark, Matrix, lay_out, mark_of
from hmswiki.organisation.models import Unit

DAY = date(2024, 1, 18)


def shown(
    unit: int,
    missing: int,
    reached: int = 0,
    *,
    due: date | None = None,
    hidden: bool = False,
    status: Status = Status.NONE,
    guideline: int = 1,
) -> Shown:
    count = Count(acknowledged=reached, missing=missing)
    overdue = due is not None and due < DAY and missing > 0
    row = Row(guideline, f"g{guideline}", unit, f"U{unit}", 1, "1.0", count, status, due, overdue)
    return Shown(row, None if hidden else count)


def tree(*parents: tuple[int, int | None]) -> list[Unit]:
    paths: dict[int | None, str] = {None: "/"}
    units = []
    for id, parent in parents:
        paths[id] = f"{paths[parent]}{id}/"
        units.append(Unit(id=id, code=f"U{id}", name=f"Unit {id}", parent_id=parent, path=paths[id], opened=DAY))
    return units


def laid_out(units: list[Unit], *rows: Shown, only: Filter = Filter.ALL) -> Matrix:
    return lay_out({(one.row.guideline_id, one.row.unit_id): one for one in rows}, units, DAY, only=only)


def places(found: Matrix) -> list[str]:
    return [place.unit.code for place in found.places]


def test_a_cell_is_over_soon_on_target_or_in_good_time() -> None:
    assert mark_of(shown(1, 1, 99, due=DAY - timedelta(days=1)), DAY) is Mark.OVER
    assert mark_of(shown(1, 1, 99, due=DAY), DAY) is Mark.SOON
    assert mark_of(shown(1, 1, 99, due=DAY + timedelta(days=14)), DAY) is Mark.SOON
    assert mark_of(shown(1, 1, 99, due=DAY + timedelta(days=15)), DAY) is Mark.REACHED
    assert mark_of(shown(1, 5, 95), DAY) is Mark.REACHED
    assert mark_of(shown(1, 6, 94), DAY) is None
    assert mark_of(shown(1, 0, 10, due=DAY), DAY) is Mark.REACHED


def test_the_mark_of_a_hidden_count_is_told_by_the_units_word_alone() -> None:
    tomorrow = DAY + timedelta(days=1)
    for missing in (0, 3):
        assert mark_of(shown(1, missing, 1, due=tomorrow, hidden=True), DAY) is Mark.SOON
        assert mark_of(shown(1, missing, 1, due=tomorrow, hidden=True, status=Status.CONFIRMED), DAY) is None
        assert mark_of(shown(1, missing, 40, hidden=True), DAY) is None


def test_the_filter_for_missing_tells_nothing_of_a_hidden_count() -> None:
    units = tree((1, None), (2, 1), (3, 1))
    for missing in (0, 3):
        found = laid_out(
            units, shown(1, 9, 20), shown(2, missing, 1, hidden=True), shown(3, 0, 25), only=Filter.MISSING
        )
        assert [line.unit.code for line in found.lines] == ["U2"]


def test_a_filter_keeps_the_unit_above_all_whose_own_people_are_missing() -> None:
    units, past = tree((1, None), (2, 1)), DAY - timedelta(days=3)
    found = laid_out(units, shown(1, 5, 20, due=past), shown(2, 0, 9, due=past), only=Filter.OVERDUE)
    assert (places(found), found.lines, [one.row.unit for one in found.rows]) == (["U1"], [], ["U1"])
    assert found.foot is not None and found.foot.unit is units[0]
    both = laid_out(units, shown(1, 5, 20, due=past), shown(2, 1, 9, due=past), only=Filter.OVERDUE)
    assert [one.row.unit for one in both.rows] == ["U2"]
    assert not laid_out(units, shown(1, 0, 20), shown(2, 0, 9), only=Filter.OVERDUE).rows


def test_the_one_unit_above_all_is_the_last_row_and_the_total() -> None:
    found = laid_out(tree((1, None), (2, 1), (3, 1)), shown(1, 10, 30), shown(2, 10, 10), shown(3, 0, 20))
    assert [line.unit.code for line in found.lines] == ["U2", "U3"]
    assert found.foot is not None and found.foot.unit is not None and found.foot.unit.code == "U1"
    assert (found.total.reached, found.total.total) == (30, 40)


def test_several_units_on_top_are_summed_and_a_hidden_one_is_left_out() -> None:
    found = laid_out(tree((1, None), (2, None), (3, 2)), shown(1, 10, 30), shown(2, 1, 1, hidden=True), shown(3, 1, 1))
    assert [line.unit.code for line in found.lines] == ["U1", "U2", "U3"]
    assert found.foot is not None and found.foot.unit is None
    assert found.total.total == 40
    assert found.left_out == 1


def test_a_place_is_the_deepest_unit_that_explains_what_is_missing() -> None:
    due = DAY - timedelta(days=3)
    units = tree((1, None), (2, 1), (3, 2), (4, 1))
    explained = laid_out(units, shown(1, 5, 20, due=due), shown(2, 5, 5, due=due), shown(3, 5, due=due), shown(4, 0, 9))
    assert places(explained) == ["U3"]
    # Two more are missing who are employed in unit 2 itself.
    itself = laid_out(units, shown(1, 7, 20, due=due), shown(2, 7, 5, due=due), shown(3, 5, due=due), shown(4, 0, 9))
    assert places(itself) == ["U2", "U3"]


def test_no_place_is_told_from_the_difference_to_a_hidden_count() -> None:
    due = DAY - timedelta(days=3)
    units = tree((1, None), (2, 1))
    for missing in (1, 4):
        found = laid_out(units, shown(1, 4, 20, due=due), shown(2, missing, due=due, hidden=True))
        assert places(found) == ["U2"]


def test_a_unit_above_that_is_over_is_a_place_where_those_beneath_are_only_due_soon() -> None:
    units = tree((1, None), (2, 1))
    over, soon = DAY - timedelta(days=3), DAY + timedelta(days=3)
    assert places(laid_out(units, shown(1, 5, due=over), shown(2, 5, due=soon))) == ["U1", "U2"]


def test_a_page_of_very_many_units_folds_the_deepest_and_keeps_them_in_the_export() -> None:
    parents: list[tuple[int, int | None]] = [(1, None)]
    for number in range(2, 52):
        parents.append((number, 1))
        parents += [(1000 * number + child, number) for child in range(60)]
    units = tree(*parents)
    found = laid_out(units, *(shown(unit.id, 5, 5) for unit in units))
    assert len(found.lines) == 50
    assert {line.folded for line in found.lines} == {60}
    assert len(found.rows) == len(units)
    assert len(found.lines) * len(found.guideline_ids) <= matrix.MOST_CELLS


def test_nested_units_are_indented_by_their_depth_on_the_page() -> None:
    found = laid_out(tree((1, None), (2, 1), (3, 2)), shown(1, 5), shown(2, 5), shown(3, 5))
    assert [(line.unit.code, line.level) for line in found.lines] == [("U2", 0), ("U3", 1)]
