"""What may be recorded of areas, and what they lack: values in, a value or a refusal out."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hmswiki.foundation.errors import Refusal
from hmswiki.organisation import area_rules
from hmswiki.organisation.area_importing import read_sheet
from hmswiki.organisation.area_queries import in_number_order
from hmswiki.organisation.area_rules import SOON, Duty, Lack, vacancy
from hmswiki.organisation.models import AreaKind, AreaPart
from hmswiki.organisation.rules import Term
from tests.support import once

TODAY = date(2024, 6, 1)
AT = datetime(2024, 6, 1, 10, tzinfo=UTC)
pytestmark = once


def owner(start: date, end: date | None = None) -> Duty:
    return Duty(AreaPart.OWNER, start, end)


DEPUTY = Duty(AreaPart.DEPUTY, date(2020, 1, 1), None)


def test_an_area_with_owner_deputy_and_unit_lacks_nothing() -> None:
    assert not vacancy([owner(date(2020, 1, 1)), DEPUTY], TODAY, has_unit=True)


def test_an_area_that_never_had_an_owner_says_so_by_having_no_day() -> None:
    found = vacancy([], TODAY, has_unit=False)
    assert found.lacks == (Lack.OWNER, Lack.DEPUTY, Lack.UNIT)
    assert found.since is None


def test_an_area_is_vacant_since_its_last_owner_ended_also_where_another_comes() -> None:
    found = vacancy(
        [owner(date(2020, 1, 1), date(2021, 1, 1)), owner(date(2022, 1, 1), date(2024, 5, 1)),
         owner(date(2024, 7, 1)), DEPUTY],
        TODAY, has_unit=True,
    )  # fmt: skip
    assert (found.lacks, found.since) == ((Lack.OWNER,), date(2024, 5, 1))


@pytest.mark.parametrize(("days", "soon"), [(1, True), (SOON.days, True), (SOON.days + 1, False)])
def test_an_owner_whose_period_ends_within_thirty_days_is_soon_missed(days: int, soon: bool) -> None:
    end = TODAY + timedelta(days=days)
    found = vacancy([owner(date(2020, 1, 1), end), DEPUTY], TODAY, has_unit=True)
    assert (Lack.OWNER_SOON in found.lacks) is soon
    assert found.owner_until == end


def test_an_owner_whom_another_follows_at_once_is_not_missed() -> None:
    end = TODAY + timedelta(days=3)
    assert not vacancy([owner(date(2020, 1, 1), end), owner(end), DEPUTY], TODAY, has_unit=True)


@pytest.mark.parametrize(
    ("kind", "parent", "fits"),
    [
        (AreaKind.BUILDING, None, True), (AreaKind.BUILDING, AreaKind.BUILDING, False),
        (AreaKind.FLOOR, AreaKind.BUILDING, True), (AreaKind.FLOOR, None, False),
        (AreaKind.ROOM, AreaKind.FLOOR, True), (AreaKind.ROOM, AreaKind.ROOM, False),
        (AreaKind.ZONE, None, True), (AreaKind.ZONE, AreaKind.ROOM, True),
    ],
)  # fmt: skip
def test_rooms_lie_on_floors_floors_in_buildings_and_zones_anywhere(
    kind: AreaKind, parent: AreaKind | None, fits: bool
) -> None:
    if fits:
        area_rules.check_place("X", kind, parent)
    else:
        with pytest.raises(Refusal, match="X is a"):
            area_rules.check_place("X", kind, parent)


def test_one_owner_may_begin_on_the_day_on_which_the_other_ends() -> None:
    old = Term("Bjørn Berg", date(2020, 1, 1), TODAY, AT - timedelta(days=1))
    area_rules.check_one_owner("B1", Term("Dina Dahl", TODAY, None, AT), [old])
    with pytest.raises(Refusal, match="Bjørn Berg owns B1 from 2020-01-01 until 2024-06-01"):
        area_rules.check_one_owner("B1", Term("Dina Dahl", TODAY - timedelta(days=1), None, AT), [old])


def test_codes_stand_in_the_order_of_their_numbers() -> None:
    codes = ["B1-10", "b1-2", "B1", "B1-2A", "A9", "B1-2-1"]
    assert sorted(codes, key=in_number_order) == ["A9", "B1", "b1-2", "B1-2-1", "B1-2A", "B1-10"]


@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_a_sheet_is_read_whatever_parts_its_columns(mark: str) -> None:
    sheet = "code;name;kind;parent;unit\nB2;Bygg 2;bygning\n\n B2-1 ;Første;Floor;B2;LAB\n"
    text = sheet.replace(";", mark)
    rows, problems = read_sheet(text)
    assert problems == []
    assert [(row.line, row.code, row.kind, row.parent, row.unit) for row in rows] == [
        (2, "B2", AreaKind.BUILDING, "", ""),
        (4, "B2-1", AreaKind.FLOOR, "B2", "LAB"),
    ]


def test_each_line_of_a_sheet_that_cannot_be_read_is_named_with_its_cure() -> None:
    rows, problems = read_sheet("B 2;Bygg 2;building\nB3;;building\nB4;Fire;hall\nB5;Fem;building\nB6;a;room;b;c;d\n")
    assert [row.code for row in rows] == ["B5"]
    assert [problem.line for problem in problems] == [1, 2, 3, 5]
    assert "Write building, floor, room or zone" in str(problems[2])
