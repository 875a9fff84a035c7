"""The areas' pages: who may open them, what they show, what they do."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.organisation import area_queries
from hmswiki.organisation.models import Area, AreaDuty, AreaPart, AreaUnit
from tests.cast import today
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once

ENGLISH = {"Accept-Language": "en"}
LOOKING = (
    "/areas",
    "/areas?vacant=any&unit=LAB&kind=room&q=lager",
    "/areas?closed=1",
    "/areas/B1-2",
    "/areas/B1-2/door",
)
CHANGING = (
    "/areas/B1-2/edit", "/areas/B1-2/close", "/areas/B1-2/give", "/areas/B1-2/appoint-owner",
    "/areas/B1-2/appoint-deputy", "/areas/B1-2/history", "/new-area?parent=B1-2",
)  # fmt: skip


def words_of(answer: Any) -> str:
    """The page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def row_of(answer: Any, code: str) -> str:
    [row] = [row for row in re.findall(r"<tr role=\"row\".*?</tr>", answer.text, re.S) if f">{code}</small>" in row]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))


def duty_of(session: Session, code: str, part: AreaPart) -> int:
    """The id of the latest row that is not withdrawn."""
    query = select(AreaDuty.id).join(Area).where(Area.code == code, AreaDuty.part == part)
    id = session.scalars(query.where(AreaDuty.withdrawn_at.is_(None)).order_by(AreaDuty.id.desc())).first()
    session.rollback()  # or the page would wait for this session's right to write
    assert id is not None
    return id


# --- who may ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", LOOKING)
def test_everybody_who_is_signed_in_sees_areas_and_is_offered_no_change(
    as_dina: Any, as_stranger: Any, address: str
) -> None:
    answer = as_dina.get(address)
    assert answer.status_code == 200
    for way in ("/edit", "/close", "/give", "/appoint-owner", "/withdraw", "/new-area", "/area-import", "/history"):
        assert f"{way}" not in answer.text
    assert as_stranger.get(address).status_code in (303, 401)


@pytest.mark.parametrize("address", CHANGING)
def test_only_those_who_look_after_an_area_may_change_it(as_astrid: Any, as_bjorn: Any, address: str) -> None:
    assert as_astrid.get(address).status_code == 200
    answer = as_bjorn.get(address)
    assert answer.status_code == 403
    assert "HMS-koordinator" in words_of(answer)


@pytest.mark.parametrize("address", ["/areas/B1/edit", "/areas/B1/give", "/new-area?parent=B1", "/new-area"])
def test_a_leader_may_not_change_an_area_of_the_unit_above(as_astrid: Any, as_hanne: Any, address: str) -> None:
    assert as_astrid.get(address).status_code == 403
    assert as_astrid.post(address, data={"submission": str(uuid4())}).status_code == 403
    assert as_hanne.get(address).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/areas/B9", "/areas/B9/door", "/areas/B9/history", "/areas/B9/edit", "/areas/B%009", "/areas?page=2&q=b1",
     "/areas?unit=NONE", "/area-duties/99999/end", "/area-units/99999/withdraw"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(as_ivar: Any, address: str) -> None:
    assert as_ivar.get(address).status_code == 404


# --- all areas -------------------------------------------------------------------------------------------


def test_the_page_answers_how_many_areas_have_no_owner(as_bjorn: Any) -> None:
    answer = as_bjorn.get("/areas", headers=ENGLISH)
    assert "<h1>One of 5 areas has no owner</h1>" in answer.text
    assert "One of them lies in an area that has one." in words_of(answer)
    assert "Ett av 5 områder mangler ansvarlig" in words_of(as_bjorn.get("/areas"))


def test_a_row_says_whose_an_area_is_and_who_looks_after_it(as_bjorn: Any) -> None:
    answer = as_bjorn.get("/areas", headers=ENGLISH)
    assert re.search(r"Second floor B1-2 LAB , WRK shared Bjørn Berg Deputy: Dina Dahl", row_of(answer, "B1-2"))
    assert "Vacant, never had one Bjørn Berg may act meanwhile" in row_of(answer, "B1-219")


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("q=laser", ["B1-217"]), ("q=b1-21", ["B1-217", "B1-219"]), ("kind=zone", ["B1-2-A"]), ("unit=OPT", []),
        ("unit=WRK&kind=room", ["B1-217", "B1-219"]), ("vacant=owner", ["B1-219"]), ("vacant=unit", []),
        ("vacant=deputy", ["B1", "B1-217", "B1-219", "B1-2-A"]), ("vacant=owner_soon", []),
        ("unit=FAC&kind=building", ["B1"]),
    ],
)  # fmt: skip
def test_areas_are_found_by_code_name_kind_unit_and_vacancy(as_bjorn: Any, asked: str, codes: list[str]) -> None:
    answer = as_bjorn.get(f"/areas?{asked}")
    assert re.findall(r"<small>(B1[^<]*)</small>", answer.text) == codes


def test_the_list_of_many_areas_folds_and_asks_no_more_of_the_database(
    as_bjorn: Any, session: Session, queries: Any
) -> None:
    floor = area_queries.area(session, "B1-2")
    with queries() as few:
        as_bjorn.get("/areas")
    for number in range(300, 400):
        room = Area(
            code=f"B1-{number}", name=f"Rom {number}", kind="room", parent_id=floor.id, path="", opened=floor.opened
        )
        session.add(room)
        session.flush()
        room.path = f"{floor.path}{room.id}/"
    session.commit()
    with queries() as many:
        answer = as_bjorn.get("/areas", headers=ENGLISH)
    assert len(many) == len(few)
    assert "<details" in answer.text
    assert "104 areas in it" in words_of(answer)
    assert answer.text.count("<tr role") > 100


# --- one area --------------------------------------------------------------------------------------------


def test_a_room_shows_where_it_lies_whose_it_is_and_that_nobody_owns_it(as_bjorn: Any) -> None:
    said = words_of(as_bjorn.get("/areas/B1-219", headers=ENGLISH))
    assert "It has never had an owner. Meanwhile Bjørn Berg, who owns what it lies in, may act here." in said
    assert "Shared by Laser Lab and Workshop. As Second floor does, in which it lies." in said


def test_an_owner_is_appointed_by_name_and_may_then_be_ended_and_corrected(as_astrid: Any, session: Session) -> None:
    form = {"person": "Nils", "starts_on": "2024-01-01", "ends_on": "", "submission": str(uuid4())}
    for _twice in range(2):
        answer = as_astrid.post("/areas/B1-219/appoint-owner", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/areas/B1-219")
    assert "Nils Nes har vært ansvarlig siden" in words_of(as_astrid.get("/areas/B1-219"))
    soon = today() + timedelta(days=7)
    row = duty_of(session, "B1-219", AreaPart.OWNER)
    answer = as_astrid.post(f"/area-duties/{row}/end", data={"ends_on": soon.isoformat()})
    assert answer.status_code == 303
    assert re.findall(r"<small>(B1[^<]*)</small>", as_astrid.get("/areas?vacant=owner_soon").text) == ["B1-219"]
    row = duty_of(session, "B1-219", AreaPart.OWNER)
    right = {"person": "siri", "starts_on": "2024-01-01", "ends_on": ""}
    assert as_astrid.post(f"/area-duties/{row}/correct", data=right).status_code == 422  # without a reason
    assert as_astrid.post(f"/area-duties/{row}/correct", data={**right, "reason": "Feil"}).status_code == 303
    said = words_of(as_astrid.get("/areas/B1-219/history"))
    assert "Feil" in said
    assert as_astrid.get(f"/area-duties/{row}/correct").status_code == 409


def test_a_second_owner_is_refused_beside_the_first_and_taken_instead_of_the_first(
    as_astrid: Any, session: Session
) -> None:
    form = {"person": "nils", "starts_on": today().isoformat(), "ends_on": ""}
    answer = as_astrid.post("/areas/B1-2/appoint-owner", data=form, headers=ENGLISH)
    assert answer.status_code == 422
    assert "Bjørn Berg owns B1-2" in words_of(answer)
    before = duty_of(session, "B1-2", AreaPart.OWNER)
    address = f"/areas/B1-2/appoint-owner?after={before}"
    assert "That period ends on the day the new one begins." in words_of(as_astrid.get(address, headers=ENGLISH))
    assert as_astrid.post(address, data=form).status_code == 303
    assert "Nils Nes har vært ansvarlig" in words_of(as_astrid.get("/areas/B1-2"))


def test_an_area_is_given_to_a_unit_and_withdrawn_from_it(as_astrid: Any, session: Session) -> None:
    form = {"unit": "OPT", "starts_on": "2024-01-01", "ends_on": ""}
    assert as_astrid.post("/areas/B1-217/give", data=form).status_code == 303
    assert "Tilhører Optikkseksjonen." in words_of(as_astrid.get("/areas/B1-217"))
    row = session.scalars(select(AreaUnit.id).join(Area).where(Area.code == "B1-217")).one()
    session.rollback()
    assert as_astrid.post(f"/area-units/{row}/withdraw", data={"reason": "Var aldri deres"}).status_code == 303
    assert "Deles av Laserlaben og Verkstedet." in words_of(as_astrid.get("/areas/B1-217"))


def test_a_room_is_added_edited_and_closed(as_astrid: Any) -> None:
    form = {"kind": "room", "code": "B1-230", "parent": "B1-2", "opened": "2024-01-01", "name_nb": "Rommet"}
    answer = as_astrid.post("/new-area?parent=B1-2", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/areas/B1-230")
    edited = {"kind": "zone", "name_nb": "Hjørnet", "position": "2"}
    assert as_astrid.post("/areas/B1-230/edit", data=edited).status_code == 303
    assert "from “Room” to “Zone”" in words_of(as_astrid.get("/areas/B1-230", headers=ENGLISH))
    assert as_astrid.post("/areas/B1-230/close", data={"closed": today().isoformat()}).status_code == 303
    assert "Nedlagt fra" in words_of(as_astrid.get("/areas/B1-230"))
    assert re.findall(r"<small>(B1-230)</small>", as_astrid.get("/areas?closed=1").text) == ["B1-230"]


def test_a_floor_with_rooms_is_not_closed_and_the_form_says_why(as_astrid: Any) -> None:
    answer = as_astrid.post("/areas/B1-2/close", data={"closed": today().isoformat()})
    assert answer.status_code == 422
    assert "B1-217" in words_of(answer)


def test_the_door_sheet_has_the_code_the_name_and_the_whole_address(as_bjorn: Any) -> None:
    answer = as_bjorn.get("/areas/B1-217/door", headers=ENGLISH)
    assert "http://localhost/areas/B1-217" in answer.text
    assert "Laser room" in words_of(answer)
    assert "<svg" in answer.text
    assert 'class="hms-qr"' in answer.text
    assert "style=" not in answer.text


def test_a_person_finds_the_own_areas_on_the_first_page(as_dina: Any, as_nils: Any) -> None:
    page = as_dina.get("/")
    assert 'href="/areas/B1-2"' in page.text
    assert 'href="/areas/B1-2-A"' in page.text
    assert 'href="/areas/B1' not in as_nils.get("/").text


# --- many at once ----------------------------------------------------------------------------------------

SHEET = "code;name;kind;parent;unit\nB2;Bygg 2;building;;FAC\nB2-1;Første;floor;B2;WRK\nB2-101;Lager;room;B2-1;\n"


def test_a_sheet_is_shown_before_it_is_added_and_added_once(as_hanne: Any, session: Session) -> None:
    form = {"rows": SHEET, "opened": "2024-01-01", "submission": str(uuid4())}
    looked = as_hanne.post("/area-import", data={**form, "step": "look"}, headers=ENGLISH)
    assert looked.status_code == 200
    assert "3 areas are ready to be added. Nothing is saved yet." in words_of(looked)
    assert session.scalar(select(Area.id).where(Area.code == "B2")) is None
    session.rollback()
    for _twice in range(2):
        assert as_hanne.post("/area-import", data={**form, "step": "add"}).status_code == 303
    assert len(session.scalars(select(Area.id).where(Area.code.startswith("B2"))).all()) == 3


def test_a_sheet_with_one_wrong_line_adds_nothing_and_names_the_line(as_hanne: Any, session: Session) -> None:
    form = {"rows": SHEET + "B2-102;Rom;room;B2-9;\n", "opened": "2024-01-01", "step": "add"}
    answer = as_hanne.post("/area-import", data=form, headers=ENGLISH)
    assert answer.status_code == 422
    assert "Line 5: B2-102 lies in B2-9, and there is no such area" in words_of(answer)
    assert "B2-101;Lager" in answer.text
    assert session.scalar(select(Area.id).where(Area.code == "B2")) is None


def test_a_sheet_may_come_as_a_file_and_not_in_another_encoding(as_hanne: Any) -> None:
    def sent(content: bytes) -> Any:
        form = {"rows": "", "opened": "2024-01-01", "step": "look", "file": (BytesIO(content), "rom.csv")}
        return as_hanne.post("/area-import", data=form, content_type="multipart/form-data", headers=ENGLISH)

    assert "3 areas are ready" in words_of(sent(b"\xef\xbb\xbf" + SHEET.encode()))
    refused = sent(SHEET.encode("latin-1"))
    assert refused.status_code == 422
    assert "not in UTF-8" in words_of(refused)


def test_a_leader_who_adds_beyond_the_own_unit_is_told_the_line(as_astrid: Any, session: Session) -> None:
    form = {"rows": "B1-230;Rom;room;B1-2\nB1-3;Tredje;floor;B1", "opened": "2024-01-01", "step": "add"}
    answer = as_astrid.post("/area-import", data=form, headers=ENGLISH)
    assert answer.status_code == 422
    assert "Line 2: Areas are looked after by" in words_of(answer)
    assert session.scalar(select(Area.id).where(Area.code == "B1-230")) is None
