"""What may be recorded: the decisions without a database."""

from datetime import UTC, date, datetime

import pytest

from hmswiki.foundation.errors import Refusal
from hmswiki.organisation import rules
from hmswiki.organisation.rules import Term
from hmswiki.organisation.units import read_codes

MORNING = datetime(2024, 1, 1, 8, tzinfo=UTC)
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


def term(
    starts_on: date, ends_on: date | None = None, *, unit: str = "LAB", withdrawn_at: datetime | None = None
) -> Term:
    return Term(unit, starts_on, ends_on, MORNING, withdrawn_at)


def test_a_period_of_no_days_is_refused_and_names_both_days() -> None:
    with pytest.raises(Refusal, match=r"2024-02-01.*2024-02-01") as refused:
        rules.check_days(date(2024, 2, 1), date(2024, 2, 1))
    assert refused.value.field == "ends_on"


def test_a_period_of_one_day_and_one_without_an_end_are_fine() -> None:
    rules.check_days(date(2024, 2, 1), date(2024, 2, 2))
    rules.check_days(date(2024, 2, 1), None)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "field"),
    [
        (date(2019, 12, 31), date(2020, 2, 1), "starts_on"),
        (date(2024, 7, 1), None, "starts_on"),
        (date(2024, 6, 1), None, "ends_on"),
        (date(2024, 6, 1), date(2024, 7, 2), "ends_on"),
    ],
)
def test_what_lies_outside_the_units_own_time_is_refused(starts_on: date, ends_on: date | None, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.check_inside_unit("LAB", date(2020, 1, 1), date(2024, 7, 1), starts_on, ends_on)
    assert refused.value.field == field


def test_what_fills_the_units_whole_time_is_fine() -> None:
    rules.check_inside_unit("LAB", date(2020, 1, 1), date(2024, 7, 1), date(2020, 1, 1), date(2024, 7, 1))
    rules.check_inside_unit("LAB", date(2020, 1, 1), None, date(2020, 1, 1), None)


def test_an_overlap_names_unit_and_days() -> None:
    others = [term(date(2023, 1, 1), date(2023, 6, 1)), term(date(2023, 6, 1), date(2024, 6, 1), unit="WRK")]
    with pytest.raises(Refusal, match="Nils.*WRK.*2023-06-01.*2024-06-01"):
        rules.check_one_unit_at_a_time("Nils", Term("OPT", date(2024, 5, 31), None, NOON), others)


def test_several_overlaps_name_every_row() -> None:
    others = [term(date(2023, 1, 1), date(2023, 6, 1)), term(date(2023, 6, 1), unit="WRK")]
    with pytest.raises(Refusal, match="LAB 2023-01-01–2023-06-01; WRK 2023-06-01–"):
        rules.check_one_unit_at_a_time("Nils", Term("OPT", date(2022, 1, 1), None, NOON), others)


def test_leaving_one_unit_and_beginning_in_another_the_same_day_is_no_overlap() -> None:
    others = [term(date(2023, 1, 1), date(2024, 1, 1))]
    rules.check_one_unit_at_a_time("Nils", Term("OPT", date(2024, 1, 1), None, NOON), others)


def test_a_row_that_was_withdrawn_at_the_same_time_is_no_overlap() -> None:
    rules.check_one_unit_at_a_time(
        "Nils", Term("OPT", date(2023, 1, 1), None, NOON), [term(date(2023, 1, 1), withdrawn_at=NOON)]
    )


def test_a_row_that_is_withdrawn_later_is_an_overlap() -> None:
    later = datetime(2024, 1, 1, 12, 0, 0, 1, tzinfo=UTC)
    with pytest.raises(Refusal):
        rules.check_one_unit_at_a_time(
            "Nils", Term("OPT", date(2023, 1, 1), None, NOON), [term(date(2023, 1, 1), withdrawn_at=later)]
        )


@pytest.mark.parametrize(
    ("periods", "vacant"),
    [
        ([], date(2024, 1, 1)),
        ([(date(2020, 1, 1), None)], None),
        ([(date(2020, 1, 1), date(2024, 1, 1))], date(2024, 1, 1)),
        ([(date(2020, 1, 1), date(2024, 3, 1)), (date(2024, 3, 1), None)], None),
        ([(date(2024, 3, 2), None), (date(2020, 1, 1), date(2024, 3, 1))], date(2024, 3, 1)),
        ([(date(2020, 1, 1), date(2024, 9, 1)), (date(2021, 1, 1), date(2024, 2, 1))], date(2024, 9, 1)),
    ],
)
def test_the_first_day_without_anybody_is_found(periods: list[rules.Period], vacant: date | None) -> None:
    assert rules.first_day_without(periods, date(2024, 1, 1)) == vacant


def test_a_change_may_put_off_the_day_without_an_administrator_but_not_bring_it_nearer() -> None:
    today, until_march, until_may = (
        date(2024, 1, 1),
        [(date(2020, 1, 1), date(2024, 3, 1))],
        [(date(2020, 1, 1), date(2024, 5, 1))],
    )
    rules.check_administrator_remains(until_march, until_may, today)
    with pytest.raises(Refusal, match="2024-03-01"):
        rules.check_administrator_remains(until_may, until_march, today)


def test_a_move_leaves_at_least_one_day_before_it() -> None:
    with pytest.raises(Refusal):
        rules.check_move_day(date(2024, 1, 1), None, date(2024, 1, 1))
    with pytest.raises(Refusal):
        rules.check_move_day(date(2024, 1, 1), date(2024, 2, 1), date(2024, 2, 1))
    rules.check_move_day(date(2024, 1, 1), date(2024, 2, 1), date(2024, 1, 31))


def test_codes_may_be_written_with_spaces_commas_or_lines_between() -> None:
    assert read_codes(" IMA, IKP\nIMA;BIO ") == ["IMA", "IKP", "BIO"]
