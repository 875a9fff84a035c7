"""The pages: my actions, a unit's and an area's, one by itself, a new one; and what is shown on others' pages."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.actions import operations
from hmswiki.actions.models import Action, ActionEntry
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import RoleHolding
from tests.actions.makers import actor, area, person, raised, unit
from tests.cast import FOUNDED, RECORDED, today
from tests.conftest import client_as
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once


def fields(page: str, end: str) -> dict[str, str]:
    """The hidden fields of the form whose address ends so."""
    form = re.search(rf'<form[^>]*action="[^"]*{re.escape(end)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form is not None, end
    return dict(re.findall(r'<input[^>]*name="([^"]*submission)"[^>]*value="([^"]*)"', form[1]))


@pytest.fixture
def late(session: Session) -> Action:
    """Bjørn's, and overdue since yesterday."""
    action = raised(session, "Flytt kjemikalieskapet", due_in=-1, to="bjorn")
    session.commit()
    return action


# --- Mine -------------------------------------------------------------------------------------------------


def test_a_stranger_is_sent_to_sign_in(as_stranger, late):
    for path in ("/actions", f"/actions/{late.key}", "/actions/new", "/actions.csv", "/actions?unit=LAB"):
        assert "sign-in" in as_stranger.get(path).location


def test_my_actions_begin_with_those_that_are_overdue(as_bjorn, late, session):
    raised(session, "Bytt filter", due_in=40, to="bjorn")
    raised(session, "Merk flaskene", due_in=3, to="bjorn")
    session.commit()

    page = as_bjorn.get("/actions").text

    assert "Du har tre tiltak. Ett har gått over fristen." in page
    assert page.index("Flytt kjemikalieskapet") < page.index("Merk flaskene") < page.index("Bytt filter")
    assert "Fristen var i går" in page


def test_who_has_nothing_to_do_is_told_so(as_dina, late):
    assert "Du har ingen åpne tiltak." in as_dina.get("/actions").text


def test_a_role_elsewhere_leads_to_the_list_of_that_unit_too(as_dina, session):
    listed = re.findall(r'href="/actions\?unit=(\w+)"', as_dina.get("/actions").text)
    assert listed == ["WRK"]

    session.add(
        RoleHolding(
            person=person(session, "dina"),
            unit=unit(session, "FAC"),
            role=Role.CENTRAL_HSE,
            starts_on=FOUNDED,
            recorded_at=RECORDED,
        )  # fmt: skip
    )
    session.commit()

    listed = re.findall(r'href="/actions\?unit=(\w+)"', as_dina.get("/actions").text)
    assert listed == ["FAC", "WRK"]


def test_the_level_above_sees_what_it_was_told_of(as_tora, session):
    action = raised(session, due_in=-30, to="bjorn")
    operations.happened(session, action, "escalated", values={"unit": unit(session, "FAC").id}, by=None, at=clock.now())
    session.commit()
    assert "Over fristen i enheter under din" in as_tora.get("/actions").text


# --- A unit's, an area's ----------------------------------------------------------------------------------


def test_a_units_list_says_how_it_stands_and_includes_what_lies_beneath(as_astrid, late, session):
    raised(session, "Under", code="OPT")
    session.commit()
    page = as_astrid.get("/actions?unit=LAB").text
    assert "To åpne tiltak. Ett har gått over fristen." in page
    assert "Under" in page and "Optikkseksjonen" in page


@pytest.mark.parametrize(("who", "status"), [("dina", 403), ("olav", 403), ("bjorn", 200), ("tora", 200),
                                             ("hanne", 200), ("siri", 200)])  # fmt: skip
def test_a_units_list_is_for_its_employees_and_roles_above(app, late, who, status):
    assert client_as(app, who).get("/actions?unit=LAB").status_code == status
    assert client_as(app, who).get("/actions.csv?unit=LAB").status_code == status


@pytest.mark.parametrize("query", ["unit=NONE", "area=NONE", "unit=LAB&responsible=nobody", "unit=LAB&page=9"])
def test_what_is_not_there_is_not_found(as_astrid, query):
    assert as_astrid.get(f"/actions?{query}").status_code == 404


@pytest.mark.parametrize("query", ["unit=LAB&show=most", "unit=LAB&page=x"])
def test_what_cannot_be_read_is_refused(as_astrid, query):
    assert as_astrid.get(f"/actions?{query}").status_code == 400


def test_filters_narrow_the_list_and_stay_in_the_address(as_astrid, late, session):
    raised(session, "Ikke forfalt", to="chen")
    session.commit()
    page = as_astrid.get("/actions?unit=LAB&show=overdue&responsible=bjorn").text
    assert "Flytt kjemikalieskapet" in page and "Ikke forfalt" not in page
    assert "unit=LAB&amp;responsible=bjorn&amp;show=all" in page


def test_a_long_list_has_pages(as_astrid, session):
    for number in range(51):
        raised(session, f"Nummer {number:02}", due_in=number)
    session.commit()
    first, second = (as_astrid.get(f"/actions?unit=LAB&page={page}").text for page in (1, 2))
    assert "Nummer 49" in first and "Nummer 50" not in first
    assert "Nummer 50" in second and "Nummer 49" not in second


def test_the_lists_send_as_many_selects_for_many_as_for_few(as_astrid, session, queries):
    room = area(session, "R1", owner="dina")
    given(session, room, "LAB")

    def add(count: int) -> None:
        for number in range(count):
            raised(session, due_in=number, to="bjorn" if number % 2 else None)
            raised(session, area=room, role=Role.AREA_OWNER)
        session.commit()

    def selects(path: str) -> int:
        with queries() as sent:
            assert as_astrid.get(path).status_code == 200
        return len(sent)

    paths = ("/actions", "/actions?unit=LAB", "/actions?area=R1", "/actions.csv?unit=LAB", "/")
    add(2)
    few = [selects(path) for path in paths]
    add(20)
    assert [selects(path) for path in paths] == few
    assert max(few[:4]) <= 12


def given(session: Session, room: Any, code: str) -> None:
    """The room belongs to the unit."""
    from hmswiki.organisation.models import AreaUnit

    session.add(
        AreaUnit(area_id=room.id, unit_id=unit(session, code).id, starts_on=FOUNDED, recorded_at=RECORDED)
    )  # fmt: skip
    session.flush()


def test_an_areas_list_shows_each_reader_what_they_may_open(app, session):
    room = area(session, "R1", owner="dina")
    given(session, room, "LAB")
    given(session, room, "WRK")
    raised(session, "Laserlabens", area=room)
    raised(session, "Verkstedets", code="WRK", by="olav", area=room)
    session.commit()
    pages = {who: client_as(app, who).get("/actions?area=R1").text for who in ("bjorn", "dina", "olav")}
    assert "Laserlabens" in pages["bjorn"] and "Verkstedets" not in pages["bjorn"]
    assert "Laserlabens" in pages["dina"] and "Verkstedets" in pages["dina"]
    assert "Laserlabens" not in pages["olav"] and "Verkstedets" in pages["olav"]


# --- One --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "status"), [("dina", 403), ("bjorn", 200), ("siri", 200), ("tora", 200)])
def test_an_action_is_for_those_it_concerns(app, late, who, status):
    assert client_as(app, who).get(f"/actions/{late.key}").status_code == status


def test_there_is_no_such_action(as_astrid):
    assert as_astrid.get("/actions/5f0c1b9e-6a53-4c1f-9a0e-3f6a1c2b7d10").status_code == 404


def test_the_one_who_is_responsible_says_that_it_is_done(as_bjorn, late, session):
    page = as_bjorn.get(f"/actions/{late.key}").text
    assert page.count('class="hms-button" type="submit"') == 1, "one filled button"

    answer = as_bjorn.post(
        f"/actions/{late.key}/done",
        data={**fields(page, "/done"), "done-done_on": today().isoformat(), "done-text": "Flyttet til K3-201"},
    )

    assert answer.status_code == 303
    page = as_bjorn.get(answer.location).text
    assert "Flyttet til K3-201" in page and "ikke kontrollert ennå" in page
    assert f"{late.key}/check" not in page, "nobody checks what they did themselves"


def test_a_form_that_is_sent_twice_is_carried_out_once(as_bjorn, late, session):
    page = as_bjorn.get(f"/actions/{late.key}").text
    sent = {**fields(page, "/comments"), "comments-text": "På vei"}
    for _ in range(2):
        assert as_bjorn.post(f"/actions/{late.key}/comments", data=sent).status_code == 303
    assert session.scalar(select(func.count()).select_from(ActionEntry).where(ActionEntry.kind == "commented")) == 1


def test_who_comes_second_is_told_that_it_is_done_already(as_bjorn, as_astrid, late):
    for client, status in ((as_bjorn, 303), (as_astrid, 409)):
        answer = client.post(
            f"/actions/{late.key}/done", data={"done-done_on": today().isoformat(), "done-text": "Gjort"}
        )
        assert answer.status_code == status
    assert "Det er allerede ført at tiltaket ble utført" in answer.text
    assert "Gjort" in answer.text, "what was typed is kept"


def test_what_is_refused_is_shown_again_as_it_was_typed(as_astrid, late):
    answer = as_astrid.post(
        f"/actions/{late.key}/case", data={"case-number": "EQS 4711", "case-url": "javascript:alert(1)"}
    )
    assert answer.status_code == 422
    assert "EQS 4711" in answer.text and "https://" in answer.text
    answer = as_astrid.post(f"/actions/{late.key}/due-date", data={"due-date-due_on": "i morgen"})
    assert answer.status_code == 422


@pytest.mark.parametrize("deed", ["assignment", "due-date", "drop"])
def test_only_the_units_leader_and_coordinator_decide_over_it(app, late, deed, session):
    data = {
        "assignment-responsible": "person:chen", "due-date-due_on": (today() + timedelta(days=5)).isoformat(),
        "due-date-reason": "Venter på deler", "drop-reason": "Skapet er kastet",
    }  # fmt: skip
    for who, status in (("bjorn", 403), ("siri", 403), ("hanne", 403), ("dina", 403), ("chen", 303)):
        assert client_as(app, who).post(f"/actions/{late.key}/{deed}", data=data).status_code == status, who


def test_an_entry_is_taken_back_by_who_recorded_it(as_bjorn, as_astrid, late, session):
    as_bjorn.post(f"/actions/{late.key}/done", data={"done-done_on": today().isoformat()})
    done = session.scalars(select(ActionEntry).where(ActionEntry.kind == "done")).one()
    address = f"/actions/{late.key}/entries/{done.id}/withdrawal"
    session.commit()  # another transaction is to write

    assert as_astrid.post(address).status_code == 403
    assert as_bjorn.post(address).status_code == 303
    assert "Fristen var i går" in as_bjorn.get(f"/actions/{late.key}").text
    assert as_bjorn.post(address).status_code == 409


def test_a_title_can_hold_no_markup(as_astrid, session):
    action = raised(session, "<script>alert(1)</script> " + "lang " * 90)
    session.commit()
    page = as_astrid.get(f"/actions/{action.key}").text
    assert "<script>alert" not in page


# --- A new one --------------------------------------------------------------------------------------------


def test_a_leader_raises_an_action_by_hand(as_astrid, session):
    data = {
        "title": "Skaff øyedusj",
        "responsible": "person:bjorn",
        "due_on": (today() + timedelta(days=9)).isoformat(),
    }
    answer = as_astrid.post("/actions/new?unit=LAB", data=data)
    assert answer.status_code == 303
    assert "Skaff øyedusj" in as_astrid.get(answer.location).text


@pytest.mark.parametrize(
    ("who", "status"), [("nils", 403), ("olav", 403), ("hanne", 403), ("siri", 200), ("chen", 200)]
)
def test_actions_are_raised_by_the_units_roles(app, who, status):
    assert client_as(app, who).get("/actions/new?unit=LAB").status_code == status


def test_an_areas_owner_raises_actions_for_it_and_for_nothing_else(as_dina):
    data = {"title": "Rydd", "responsible": "role:area_owner", "due_on": today().isoformat()}
    assert as_dina.post("/actions/new?unit=LAB", data=data).status_code == 403
    assert as_dina.post("/actions/new?unit=LAB", data={**data, "area": "B1-2-A"}).status_code == 303
    assert as_dina.post("/actions/new?unit=OPT", data={**data, "area": "B1-2-A"}).status_code == 403


def test_who_has_several_units_chooses_one_first(as_tora):
    page = as_tora.get("/actions/new").text
    assert "Hvilken enhet gjelder tiltaket?" in page and "OPT" in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": " "}, "Skriv hva som skal gjøres."),
        ({"due_on": "2020-01-01"}, "Fristen ligger før i dag."),
        ({"responsible": "person:dina"}, ""),
        ({"area": "NONE"}, "NONE"),
    ],
)
def test_a_new_action_that_makes_no_sense_is_refused_at_its_field(as_astrid, changed, sentence):
    data = {"title": "Rydd", "responsible": "role:unit_leader", "due_on": today().isoformat(), **changed}
    answer = as_astrid.post("/actions/new?unit=LAB", data=data)
    assert answer.status_code == 422
    assert sentence in answer.text


# --- On others' pages -------------------------------------------------------------------------------------


def test_my_page_counts_actions_and_shows_overdue_ones_first(as_bjorn, late, session):
    raised(session, "Merk flaskene", due_in=3, to="bjorn")
    session.commit()
    page = as_bjorn.get("/").text
    assert "Du har to ting å gjøre." in page
    assert page.index("Flytt kjemikalieskapet") < page.index("Merk flaskene")


def test_the_units_page_says_how_its_actions_stand(as_astrid, late):
    page = as_astrid.get("/units/LAB").text
    assert "Ett åpent tiltak. Det har gått over fristen." in page
    assert "/actions?unit=LAB" in page


# --- To take away -----------------------------------------------------------------------------------------


def test_the_list_is_taken_away_as_csv_whose_cells_stay_text(as_astrid, session):
    raised(session, "=HYPERLINK(0)", code="LAB")
    session.commit()
    answer = as_astrid.get("/actions.csv?unit=LAB")
    assert f"hmswiki-actions-LAB_{today()}.csv" in answer.headers["Content-Disposition"]
    assert "'=HYPERLINK(0)" in answer.text


def test_the_list_is_taken_away_as_xlsx_whose_cells_stay_text(as_astrid, session):
    import io

    from openpyxl import load_workbook

    raised(session, "=HYPERLINK(0)", code="LAB", due_in=3)
    session.commit()
    answer = as_astrid.get("/actions.xlsx?unit=LAB")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    header = [cell.value for cell in sheet[1]]
    row = dict(zip(header, sheet[2], strict=True))
    assert (row["title"].value, row["title"].data_type) == ("=HYPERLINK(0)", "s")
    assert row["due"].value.date() == today() + timedelta(days=3)
    assert row["overdue"].value is False


def test_without_xlsxwriter_the_page_offers_csv_and_says_why(as_astrid, late, monkeypatch):
    monkeypatch.setattr("hmswiki.web.exports.find_spec", lambda name: None)
    assert ".xlsx" not in as_astrid.get("/actions?unit=LAB").text
    answer = as_astrid.get("/actions.xlsx?unit=LAB")
    assert answer.status_code == 404 and "CSV" in answer.text


def test_ones_own_are_taken_away_alone(as_bjorn, late, session):
    raised(session, "Andres", to="chen")
    session.commit()
    answer = as_bjorn.get("/actions.csv").text
    assert "Flytt kjemikalieskapet" in answer and "Andres" not in answer
    assert person(session, "bjorn").name in answer and actor(session, "bjorn").name in answer
