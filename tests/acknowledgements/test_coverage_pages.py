"""*Coverage*: the page, its panel, its export and its curve."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

from hmswiki.acknowledgements import coverage_queries
from hmswiki.acknowledgements.commands import COLUMNS as COMMAND_COLUMNS
from hmswiki.acknowledgements.coverage_pages import with_soft_hyphens
from hmswiki.acknowledgements.coverage_queries import COLUMNS
from hmswiki.acknowledgements.models import ConfirmationAnswer, Evidence
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import RoleHolding
from hmswiki.web.exports import cell
from tests import cast
from tests.acknowledgements.makers import (
    acknowledge,
    at_noon,
    confirm,
    employ,
    open_unit,
    person,
    publish,
    roll_out,
    unit,
)
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once

ENGLISH = {"Accept-Language": "en"}
START = date(2023, 1, 10)
DAY = date(2023, 3, 1)
CLEANUP = "ryddedag"


def page(client: Any, address: str) -> str:
    answer = client.get(address, headers=ENGLISH)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def spoken(html: str) -> list[str]:
    """What every cell of the matrix says, in the page's order."""
    return [
        re.sub(r"\s+", " ", text)
        for text in re.findall(r'<span class="hms-visually-hidden">([A-Z]+, [^<]*)</span>', html)
    ]


def exported(client: Any, address: str) -> list[dict[str, str]]:
    answer = client.get(address, headers=ENGLISH)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.fixture
def rolled_out(session: Session) -> Iterator[Session]:
    """Cleanup day is rolled out to the whole faculty, and every unit is large enough to be shown."""
    employ(session, "OPT", 6)
    employ(session, "WRK", 7)
    employ(session, "LAB", 3)
    edition = publish(session, CLEANUP, "1.0", START)
    roll_out(session, CLEANUP, ["FAC"], starts=START, due=date(2023, 2, 20))
    confirm(session, "WRK", edition, date(2023, 2, 1))
    acknowledge(session, "astrid", edition, date(2023, 2, 2))
    session.commit()
    yield session


# --- Who may, and what is not there -------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/coverage", "/coverage.csv", "/coverage/curve", "/coverage/curve.svg"])
def test_a_stranger_is_sent_to_sign_in(as_stranger: Any, address: str) -> None:
    assert as_stranger.get(address).status_code in (303, 401)


@pytest.mark.parametrize("address", ["/coverage", "/coverage.csv", "/coverage/curve", "/coverage/curve.svg"])
def test_an_employee_without_a_role_is_refused_and_told_who_may(as_bjorn: Any, address: str) -> None:
    answer = as_bjorn.get(address, headers=ENGLISH)
    assert answer.status_code == 403
    assert "roles above them and for central HSE" in answer.text


@pytest.mark.parametrize(
    "query", ["unit=NOPE&guideline=ryddedag", "unit=LAB&guideline=nope", "within=NOPE", "unit=LAB%00&guideline=x"]
)
def test_what_does_not_exist_is_not_found(rolled_out: Session, as_hanne: Any, query: str) -> None:
    assert as_hanne.get(f"/coverage?{query}").status_code == 404


@pytest.mark.parametrize("address", ["/coverage", "/coverage.csv", "/coverage/curve", "/coverage/curve.svg"])
def test_a_date_that_is_no_date_is_refused_with_the_format(as_hanne: Any, address: str) -> None:
    answer = as_hanne.get(f"{address}?as_of=2023-02-30", headers=ENGLISH)
    assert answer.status_code == 400
    assert "2026-01-31" in answer.text
    assert as_hanne.get(f"{address}?known_at=yesterday").status_code == 400
    assert as_hanne.get(f"{address}?show=ranking").status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("address", ["/coverage", "/coverage.csv", "/coverage/curve", "/coverage/curve.svg"])
def test_the_first_and_the_last_day_there_is_can_be_asked_about(
    rolled_out: Session, as_hanne: Any, address: str, day: str
) -> None:
    # One that must be renewed each year, and is as old as the calendar: what is said of it may lapse after its end.
    old = publish(rolled_out, "gammel", "1.0", date.min, renew_months=12)
    roll_out(rolled_out, "gammel", ["FAC"], starts=date.min, due=date.min)
    confirm(rolled_out, "WRK", old, date.fromisoformat(day), recorded_at=at_noon(DAY))
    acknowledge(rolled_out, "astrid", old, DAY)
    rolled_out.commit()
    assert as_hanne.get(f"{address}?as_of={day}").status_code == 200
    assert as_hanne.get(f"{address}?as_of={day}&unit=WRK&guideline=gammel").status_code == 200
    assert as_hanne.get(f"/units/WRK?as_of={day}").status_code == 200


def test_a_leader_sees_her_own_unit_and_those_beneath_it_and_no_other(rolled_out: Session, as_astrid: Any) -> None:
    html = page(as_astrid, f"/coverage?as_of={DAY}")
    assert {text.split(",")[0] for text in spoken(html)} == {"LAB", "OPT"}
    assert {row["unit"] for row in exported(as_astrid, f"/coverage.csv?as_of={DAY}")} == {"LAB", "OPT"}
    for query in (f"unit=WRK&guideline={CLEANUP}", "within=WRK"):
        assert as_astrid.get(f"/coverage?{query}").status_code == 403


# --- The answer ---------------------------------------------------------------------------------------------


def test_the_page_begins_with_the_answer_and_names_the_places(rolled_out: Session, as_hanne: Any) -> None:
    html = page(as_hanne, f"/coverage?as_of={DAY}")
    # 28 people: 9 in Workshop informed, Astrid acknowledged.
    assert "<h1>35% is reached. Three places need follow-up.</h1>" in html
    assert "Three are overdue: Ryddedag at FAC, LAB, and OPT." in html
    assert "10 of 28 duties to inform" in html
    assert "1 acknowledged by people themselves, 9 informed by the unit, 18 not reached" in html


def test_a_unit_above_is_no_place_for_what_the_units_beneath_explain(rolled_out: Session, as_hanne: Any) -> None:
    confirm(rolled_out, "FAC", _edition(rolled_out), date(2023, 2, 5))
    employ(rolled_out, "OPT", 1, since=date(2023, 2, 6))
    rolled_out.commit()
    html = page(as_hanne, f"/coverage?as_of={DAY}")
    assert "One place needs follow-up." in html
    assert "One is overdue: Ryddedag at OPT." in html


def _edition(session: Session) -> Any:
    from sqlalchemy import select

    from hmswiki.guidelines.models import Edition

    return session.scalars(select(Edition)).first()


def test_due_within_two_weeks_is_named_with_its_day(rolled_out: Session, as_hanne: Any) -> None:
    html = page(as_hanne, "/coverage?as_of=2023-02-10")
    assert "due 20 February 2023: Ryddedag at" in html
    assert "overdue" not in html.split("hms-lead")[1].split("</p>")[0]
    assert "follow-up" not in page(as_hanne, "/coverage?as_of=2023-01-20").split("<h1>")[1].split("needs")[0]


def test_a_past_day_and_a_forecast_say_that_they_are_so(rolled_out: Session, as_hanne: Any) -> None:
    assert "As of 1 March 2023" in page(as_hanne, f"/coverage?as_of={DAY}")
    ahead = page(as_hanne, f"/coverage?as_of={cast.today() + timedelta(days=40)}")
    assert "Forecast for" in ahead
    assert "A forecast counts what is already known" in ahead
    assert "Forecast" not in page(as_hanne, "/coverage")


def test_it_can_be_shown_as_it_was_known_at_an_earlier_time(rolled_out: Session, as_hanne: Any) -> None:
    employ(rolled_out, "OPT", 1, since=date(2023, 2, 15))
    confirm(rolled_out, "OPT", _edition(rolled_out), date(2023, 2, 16), recorded_at=at_noon(date(2023, 4, 1)))
    rolled_out.commit()
    known = page(as_hanne, f"/coverage?as_of={DAY}&known_at=2023-03-02T12:00:00%2B01:00")
    assert "OPT, Ryddedag: 0 of 8 reached" in spoken(known)
    assert "as known 2 March 2023, 12:00" in known
    assert "OPT, Ryddedag: 8 of 8 reached" in spoken(page(as_hanne, f"/coverage?as_of={DAY}"))


def test_before_anything_is_rolled_out_the_page_says_how_it_begins(app: Any, as_hanne: Any, as_astrid: Any) -> None:
    assert "It begins when a guideline is rolled out." in page(as_hanne, "/coverage")
    assert "/rollouts/new" in page(as_hanne, "/coverage")
    assert "/rollouts/new" not in page(as_astrid, "/coverage")


def test_a_unit_without_an_audience_is_not_relevant_rather_than_done(rolled_out: Session, as_hanne: Any) -> None:
    publish(rolled_out, "brannvern", "1.0", START)
    roll_out(rolled_out, "brannvern", ["WRK"], starts=START)
    rolled_out.commit()
    said = spoken(page(as_hanne, f"/coverage?as_of={DAY}"))
    assert "LAB, Brannvern: not relevant" in said
    assert "WRK, Brannvern: 0 of 9 reached" in said


# --- The same rows everywhere -------------------------------------------------------------------------------


def test_page_export_and_command_line_agree_row_by_row(rolled_out: Session, app: Any, as_hanne: Any) -> None:
    publish(rolled_out, "brannvern", "1.0", START)
    roll_out(rolled_out, "brannvern", ["LAB"], starts=START, evidence=Evidence.NAMED)
    rolled_out.commit()
    told = app.test_cli_runner().invoke(args=["hms", "coverage", "--as-of", str(DAY), "--format", "json"])
    rows = json.loads(told.stdout)
    assert len(rows) == 7
    csv_rows = exported(as_hanne, f"/coverage.csv?as_of={DAY}")
    assert [list(row.values()) for row in csv_rows] == [[cell(value) for value in row.values()] for row in rows]
    said = spoken(page(as_hanne, f"/coverage?as_of={DAY}"))
    for row in rows:
        reached = row["acknowledged"] + row["informed"]
        assert f"{row['unit']}, {row['guideline'].capitalize()}: {reached} of {row['total']} reached" in said
    assert len([text for text in said if "reached" in text]) == len(rows)
    assert COLUMNS == COMMAND_COLUMNS == tuple(rows[0])


def test_the_exports_name_carries_the_day_and_what_was_known(rolled_out: Session, as_hanne: Any) -> None:
    answer = as_hanne.get(f"/coverage.csv?as_of={DAY}&known_at=2023-03-02T12:00:00%2B01:00")
    assert 'filename="hmswiki-coverage_2023-03-01_known-20230302T110000Z.csv"' in answer.headers["Content-Disposition"]
    today = as_hanne.get("/coverage.csv").headers["Content-Disposition"]
    assert re.search(rf"hmswiki-coverage_{cast.today()}_known-\d{{8}}T\d{{6}}Z\.csv", today)


def test_filter_and_scope_leave_out_of_the_export_what_the_page_leaves_out(rolled_out: Session, as_hanne: Any) -> None:
    assert {row["unit"] for row in exported(as_hanne, f"/coverage.csv?as_of={DAY}&show=overdue")} == {"LAB", "OPT"}
    html = page(as_hanne, f"/coverage?as_of={DAY}&show=overdue")
    assert {text.split(",")[0] for text in spoken(html)} == {"LAB", "OPT", "FAC"}  # the faculty is the sum beneath
    assert {row["unit"] for row in exported(as_hanne, f"/coverage.csv?as_of={DAY}&within=LAB")} == {"LAB", "OPT"}


def test_a_filter_that_leaves_nothing_is_good_news(rolled_out: Session, as_hanne: Any) -> None:
    html = page(as_hanne, "/coverage?as_of=2023-01-20&show=overdue")
    assert "Nobody is overdue." in html
    assert "Show all units" in html


# --- Small groups -------------------------------------------------------------------------------------------


@pytest.fixture
def small_group(session: Session) -> Iterator[Session]:
    """An institute of 29 in units of 10, 15 and 4; nobody is employed in the institute itself."""
    open_unit(session, "INS", None)
    for code, count in (("TEN", 10), ("FIF", 15), ("FOU", 4)):
        open_unit(session, code, "INS")
        employ(session, code, count)
    edition = publish(session, CLEANUP, "1.0", START)
    roll_out(session, CLEANUP, ["INS"], starts=START, due=date(2023, 2, 20))
    confirm(session, "FOU", edition, date(2023, 2, 1))
    acknowledge(session, "fou-0-2020-01-01", edition, date(2023, 2, 1))
    session.commit()
    yield session


def test_a_group_of_four_is_hidden_on_the_page_with_the_neighbour_that_would_tell(
    small_group: Session, as_hanne: Any
) -> None:
    said = spoken(page(as_hanne, f"/coverage?as_of={DAY}"))
    assert "INS, Ryddedag: 4 of 29 reached" in said
    assert "FIF, Ryddedag: 0 of 15 reached" in said
    assert "FOU, Ryddedag: fewer than 5" in said
    assert "TEN, Ryddedag: fewer than 5" in said


def test_nothing_in_the_source_of_the_page_tells_the_hidden_numbers(small_group: Session, as_hanne: Any) -> None:
    for address in (
        f"/coverage?as_of={DAY}",
        f"/coverage?as_of={DAY}&within=INS",
        f"/coverage?as_of={DAY}&unit=FOU&guideline={CLEANUP}",
        f"/coverage?as_of={DAY}&unit=TEN&guideline={CLEANUP}",
        f"/coverage?as_of={DAY}&unit=INS&guideline={CLEANUP}",
        f"/coverage?as_of={DAY}&show=missing",
    ):
        html = page(as_hanne, address)
        assert "4 of 4" not in html and "0 of 10" not in html and "10 of 10" not in html
        for row in re.findall(r'<tr role="row">.*?</tr>', html, re.DOTALL):
            if "<b>FOU</b>" in row or "<b>TEN</b>" in row:
                words = re.sub(r"<[^>]*>", " ", row)
                told = words.replace("fewer than 5", "").replace("&lt;&nbsp;5", "")
                assert re.findall(r"\d+", told.replace("1 hidden left out", "")) == []
                assert "<rect" not in row
        panel = html.split('id="panel"')[1] if 'id="panel"' in html else ""
        if "unit=INS" not in address:
            assert "<rect" not in panel and "hms-big-number" not in panel


def test_the_export_says_fewer_than_5_and_no_parts_but_always_status_and_due(
    small_group: Session, as_hanne: Any
) -> None:
    rows = {row["unit"]: row for row in exported(as_hanne, f"/coverage.csv?as_of={DAY}")}
    for code, status in (("FOU", "confirmed"), ("TEN", "none")):
        assert rows[code]["total"] == "fewer than 5"
        assert [rows[code][part] for part in ("acknowledged", "informed", "missing")] == ["", "", ""]
        assert (rows[code]["status"], rows[code]["due"]) == (status, "2023-02-20")
    assert rows["FIF"]["total"] == "15"


def test_a_units_sum_leaves_hidden_cells_out_and_says_so(rolled_out: Session, as_hanne: Any) -> None:
    publish(rolled_out, "brannvern", "1.0", START)
    roll_out(rolled_out, "brannvern", ["FAC"], starts=START, role=Role.AREA_OWNER)
    for key in ("dina", "olav"):
        rolled_out.add(
            RoleHolding(
                person_id=person(rolled_out, key).id,
                unit_id=unit(rolled_out, "WRK").id,
                role=Role.AREA_OWNER,
                starts_on=START,
                recorded_at=at_noon(START),
            )  # fmt: skip
        )
    rolled_out.commit()
    html = page(as_hanne, f"/coverage?as_of={DAY}")
    assert "WRK, Brannvern: fewer than 5" in spoken(html)
    row = next(row for row in re.findall(r'<tr role="row">.*?</tr>', html, re.DOTALL) if "<b>WRK</b>" in row)
    assert "9 of 9, 1 hidden left out" in row
    # The faculty is Hanne's own unit, so its two are no secret to her; Olav leads Workshop and sees them there.
    assert "The sums of a unit leave such cells out." in html


def test_those_inside_the_small_group_see_their_own_number(small_group: Session, app: Any) -> None:
    small_group.add(
        RoleHolding(
            person_id=person(small_group, "fou-0-2020-01-01").id,
            unit_id=unit(small_group, "FOU").id,
            role=Role.UNIT_LEADER,
            starts_on=START,
            recorded_at=at_noon(START),
        )  # fmt: skip
    )
    small_group.commit()
    from tests.conftest import client_as

    assert spoken(page(client_as(app, "fou-0-2020-01-01"), "/coverage?as_of=2023-03-01")) == [
        "FOU, Ryddedag: 4 of 4 reached"
    ]


# --- One cell -----------------------------------------------------------------------------------------------


def opened(client: Any, code: str, **more: str) -> str:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return page(client, f"/coverage?as_of={DAY}&unit={code}&guideline={CLEANUP}{query}").split('id="panel"')[1]


def test_a_cell_opens_to_its_parts_due_date_and_the_units_own_word(rolled_out: Session, as_hanne: Any) -> None:
    panel = opened(as_hanne, "LAB")
    assert "LAB, edition 1.0, due 20 February 2023" in panel
    assert '<span class="hms-big-number">13</span> of 14 are not reached' in panel
    assert "1 acknowledged themselves. 0 were informed by the unit." in panel
    assert "Was due Monday 20 February 2023" in panel
    assert "The unit has not answered." in panel
    assert "The unit has confirmed that its employees have been informed." in opened(as_hanne, "WRK")


def test_the_panel_shows_the_units_beneath_with_their_numbers(rolled_out: Session, as_hanne: Any) -> None:
    panel = opened(as_hanne, "LAB")
    assert "Units beneath" in panel
    assert "7 of 7 missing" in panel
    assert "Units beneath" not in opened(as_hanne, "WRK")


def test_the_panel_says_whom_to_contact_and_where_a_role_is_vacant(rolled_out: Session, as_hanne: Any) -> None:
    panel = opened(as_hanne, "LAB")
    assert "Astrid Aas" in panel and 'href="mailto:astrid@example.no"' in panel
    assert "Chen Li" in panel and "Vacant" not in panel
    workshop = opened(as_hanne, "WRK")
    assert "Olav Odden" in workshop
    assert "Vacant" in workshop  # Workshop has no HSE coordinator, and there is none above it
    section = opened(as_hanne, "OPT")
    assert "Above, in Laser Lab:" in section and "Astrid Aas" in section


def test_central_hse_sees_no_names_of_those_who_are_missing(rolled_out: Session, as_hanne: Any) -> None:
    roll_out(rolled_out, CLEANUP, ["FAC"], starts=START, evidence=Evidence.NAMED)
    confirm(rolled_out, "LAB", _edition(rolled_out), date(2023, 2, 10), excepted=["bjorn"])
    rolled_out.commit()
    html = page(as_hanne, f"/coverage?as_of={DAY}&unit=LAB&guideline={CLEANUP}")
    for name in ("Bjørn Berg", "Siri Sand", "Nils Nes", "Person OPT"):
        assert name not in html
    assert "with exceptions" in html


def test_the_history_tells_what_was_recorded_late_and_what_was_withdrawn(rolled_out: Session, as_hanne: Any) -> None:
    late = confirm(rolled_out, "LAB", _edition(rolled_out), date(2023, 2, 10), recorded_at=at_noon(date(2023, 2, 14)))
    late.withdraw(by_id=None, at=at_noon(date(2023, 2, 20)), reason="Wrong meeting")
    confirm(rolled_out, "FAC", _edition(rolled_out), date(2023, 2, 12), answer=ConfirmationAnswer.UNKNOWN)
    rolled_out.commit()
    panel = opened(as_hanne, "LAB")
    assert "recorded late, 14 February 2023" in panel
    assert "withdrawn 20 February 2023: Wrong meeting" in panel
    assert "<s>Informed at an all-staff meeting</s>" in panel
    assert "FAC: Answered: we do not know" in panel
    assert "Edition 1.0 came into force." in panel and "Rolled out, due 20 February 2023." in panel
    then = opened(as_hanne, "LAB", known_at="2023-02-15T12:00:00Z")
    assert "Informed at an all-staff meeting" in then and "withdrawn" not in then


def test_what_came_later_is_no_part_of_the_history(rolled_out: Session, as_hanne: Any) -> None:
    publish(rolled_out, CLEANUP, "2.0", date(2023, 6, 1))
    confirm(rolled_out, "LAB", _edition(rolled_out), date(2023, 5, 10))
    rolled_out.commit()
    panel = opened(as_hanne, "LAB")
    assert "Edition 2.0" not in panel and "Informed at" not in panel


def test_who_sees_a_unit_only_as_an_employee_sees_its_numbers_and_not_its_confirmations(
    rolled_out: Session, as_frida: Any, app: Any
) -> None:
    rolled_out.add(
        RoleHolding(
            person_id=person(rolled_out, "frida").id,
            unit_id=unit(rolled_out, "LAB").id,
            role=Role.SAFETY_REPRESENTATIVE,
            starts_on=START,
            recorded_at=at_noon(START),
        )  # fmt: skip
    )
    rolled_out.commit()
    panel = opened(as_frida, "WRK")
    assert "Informed at an all-staff meeting" not in panel
    assert "all are reached" in panel


def test_an_edition_published_anew_empties_the_column_and_the_unit_is_outdated(
    rolled_out: Session, as_hanne: Any
) -> None:
    publish(rolled_out, CLEANUP, "2.0", date(2023, 2, 25))
    rolled_out.commit()
    panel = opened(as_hanne, "WRK")
    assert '<span class="hms-big-number">9</span>' in panel
    assert "The unit has confirmed before, but that no longer counts." in panel
    assert "Everybody must be reached anew." in panel


# --- The curve ----------------------------------------------------------------------------------------------


def test_the_curve_is_a_picture_of_lines_without_style_or_script(rolled_out: Session, as_hanne: Any) -> None:
    publish(rolled_out, CLEANUP, "2.0", date(2023, 2, 25))
    rolled_out.commit()
    answer = as_hanne.get(f"/coverage/curve.svg?as_of={DAY}")
    assert answer.content_type.startswith("image/svg+xml")
    picture = ElementTree.fromstring(answer.data)
    paths = picture.findall("{http://www.w3.org/2000/svg}path")
    assert len(paths) == 3  # area, editions, line
    assert "style" not in answer.text and "<script" not in answer.text
    assert answer.text != as_hanne.get(f"/coverage/curve.svg?as_of={DAY}&scheme=dark").text


def test_an_edition_that_nobody_is_asked_to_know_makes_no_mark_in_the_curve(rolled_out: Session, as_hanne: Any) -> None:
    address = f"/coverage/curve.svg?as_of={DAY}"
    marks = as_hanne.get(address).text.count("V100")
    publish(rolled_out, "fremmed", "1.0", date(2023, 2, 20))
    rolled_out.commit()
    assert as_hanne.get(address).text.count("V100") == marks
    publish(rolled_out, CLEANUP, "2.0", date(2023, 2, 25))
    rolled_out.commit()
    assert as_hanne.get(address).text.count("V100") == marks + 1


def test_a_large_organisation_gets_a_coarser_curve(
    rolled_out: Session, as_hanne: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/coverage/curve?as_of={DAY}"
    fine = page(as_hanne, address).count("<tr>")
    monkeypatch.setattr(coverage_queries, "MOST_COUNTED", 1)
    assert page(as_hanne, address).count("<tr>") == 1 + coverage_queries.LEAST_POINTS < fine


def test_what_lies_ahead_is_drawn_apart(rolled_out: Session, as_hanne: Any) -> None:
    ahead = as_hanne.get(f"/coverage/curve.svg?as_of={cast.today() + timedelta(days=60)}").text
    assert 'stroke-dasharray="6 4"' in ahead
    assert 'stroke-dasharray="6 4"' not in as_hanne.get("/coverage/curve.svg").text


def test_the_curve_shows_the_year_up_to_today_and_its_slider_the_day_in_it(rolled_out: Session, as_hanne: Any) -> None:
    def curve(day: date) -> tuple[str, str, str]:
        html = page(as_hanne, f"/coverage?as_of={day}")
        picture = re.search(r'src="[^"]*/coverage/curve\.svg\?([^"]*)"', html)
        slider = re.search(r'type="range" min="0" max="(\d+)" value="(\d+)"', html)
        assert picture and slider
        return picture[1], slider[2], slider[1]

    today = cast.today()
    assert curve(today - timedelta(days=7)) == ("", "358", "365")
    assert curve(today - timedelta(days=365)) == ("", "0", "365")
    for elsewhere in (today - timedelta(days=366), today + timedelta(days=1)):
        assert curve(elsewhere) == (f"as_of={elsewhere}", "365", "365")


def test_the_curves_numbers_stand_in_a_table_and_end_with_the_pages(rolled_out: Session, as_hanne: Any) -> None:
    publish(rolled_out, CLEANUP, "2.0", date(2023, 2, 25))
    rolled_out.commit()
    html = page(as_hanne, f"/coverage/curve?as_of={DAY}")
    rows = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", row)).strip()
        for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL)
    ]
    assert rows[1].startswith("1 Mar 2023 0% 0 of 28")
    assert any(row.startswith("25 Feb 2023 0%") and "Ryddedag, edition 2.0" in row for row in rows)
    assert any(row.startswith("24 Feb 2023 35% 10 of 28") for row in rows)
    assert f"/coverage/curve?as_of={DAY}" in page(as_hanne, f"/coverage?as_of={DAY}")


def test_the_curve_adds_up_only_what_the_reader_may_see(rolled_out: Session, as_astrid: Any) -> None:
    assert "1 of 14" in page(as_astrid, f"/coverage/curve?as_of={DAY}")
    assert "of 28" not in page(as_astrid, f"/coverage/curve?as_of={DAY}")


def test_the_picture_uses_the_colours_of_the_stylesheet() -> None:
    from hmswiki.acknowledgements.curve import COLOURS
    from hmswiki.web.assets import stylesheet

    for of_light, of_dark in zip(*COLOURS.values(), strict=True):
        assert f"light-dark({of_light}, {of_dark})" in stylesheet()


# --- The frame ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/coverage", f"/coverage?unit=LAB&guideline={CLEANUP}", "/coverage/curve", "/coverage.csv"]
)
def test_the_number_of_queries_does_not_grow_with_units_people_or_guidelines(
    rolled_out: Session, as_hanne: Any, queries: Any, address: str
) -> None:
    as_hanne.get(address)
    with queries() as few:
        assert as_hanne.get(address).status_code == 200
    for number in range(6):
        open_unit(rolled_out, f"MORE{number}", "LAB")
        employ(rolled_out, f"MORE{number}", 9)
        publish(rolled_out, f"more-{number}", "1.0", START)
        roll_out(rolled_out, f"more-{number}", ["FAC"], starts=START)
        confirm(rolled_out, "LAB", _edition(rolled_out), date(2023, 2, 11), excepted=["bjorn"])
    rolled_out.commit()
    with queries() as many:
        assert as_hanne.get(address).status_code == 200
    assert len(many) == len(few)
    assert len(few) <= 24


def test_links_keep_the_day_the_filter_and_what_was_known(rolled_out: Session, as_hanne: Any) -> None:
    html = page(as_hanne, f"/coverage?as_of={DAY}&known_at=2023-03-05T12:00:00%2B01:00&show=missing")
    link = re.search(r'class="hms-matrix-cell"[^>]* href="([^"]*)"', html)
    assert link is not None
    assert f"as_of={DAY}" in link[1] and "show=missing" in link[1] and "known_at=2023-03-05T12" in link[1]
    assert f"/coverage.csv?as_of={DAY}" in html


def test_a_person_without_a_role_has_no_coverage_in_the_menu(
    rolled_out: Session, as_bjorn: Any, as_astrid: Any
) -> None:
    assert 'href="/coverage"' not in as_bjorn.get("/guidelines/", follow_redirects=True).text
    assert 'href="/coverage"' in as_astrid.get("/guidelines/", follow_redirects=True).text


@pytest.mark.parametrize(
    ("title", "divided"),
    [
        ("Brannvernoppgaver for områdeansvarlig", "Brann|vern|oppgaver for område|ansvarlig"),
        ("Ryddedag på laboratorier", "Rydde|dag på labo|ra|to|rier"),
        ("Rus og avhengighet", "Rus og avhengig|het"),
        ("HMS", "HMS"),
    ],
)  # fmt: skip
def test_long_words_may_be_divided_between_their_parts(title: str, divided: str) -> None:
    assert with_soft_hyphens(title, 7).replace("\N{SOFT HYPHEN}", "|") == divided


@pytest.mark.parametrize(("language", "answer"), [
    ("nb", "35 % er nådd. Tre steder trenger oppfølging."),
    ("nn", "35 % er nådd. Tre stader treng oppfølging."),
])  # fmt: skip
def test_the_answer_is_given_in_both_norwegian_languages(
    rolled_out: Session, as_hanne: Any, language: str, answer: str
) -> None:
    html = as_hanne.get(f"/coverage?as_of={DAY}", headers={"Accept-Language": language}).text
    assert answer in html.replace("\N{NO-BREAK SPACE}", " ")


def test_times_are_read_as_the_sites_own_where_they_have_no_offset(rolled_out: Session, as_hanne: Any) -> None:
    answer = as_hanne.get(f"/coverage.csv?as_of={DAY}&known_at=2023-03-02T12:00")
    assert "known-20230302T110000Z" in answer.headers["Content-Disposition"]
    assert datetime.fromisoformat("2023-03-02T12:00+01:00").isoformat() in page(
        as_hanne, f"/coverage?as_of={DAY}&known_at=2023-03-02T12:00"
    ).replace("%3A", ":").replace("%2B", "+")
