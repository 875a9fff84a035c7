"""The register's pages: who may open them, what they show, what they do."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.organisation import queries
from hmswiki.organisation.models import Employment, Person, RegisterChange, RoleHolding, Unit
from tests.cast import FOUNDED, RECORDED
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once

LOOKING = (
    "/organisation/",
    "/organisation/people",
    "/organisation/people/bjorn",
    "/organisation/people/bjorn/history",
    "/organisation/units/LAB",
    "/organisation/units/LAB/history",
)
CHANGING = (
    "/organisation/new-unit",
    "/organisation/new-person",
    "/organisation/people/bjorn/edit",
    "/organisation/people/bjorn/employ",
    "/organisation/people/bjorn/give-role",
    "/organisation/units/LAB/edit",
    "/organisation/units/LAB/close",
    "/organisation/units/LAB/employ",
    "/organisation/units/LAB/give-role",
    "/organisation/employments/1/end",
    "/organisation/employments/1/move",
    "/organisation/employments/1/correct",
    "/organisation/employments/1/withdraw",
    "/organisation/roles/1/end",
    "/organisation/roles/1/correct",
    "/organisation/roles/1/withdraw",
)
MISSING = (
    "/organisation/people/nobody",
    "/organisation/people/nobody/history",
    "/organisation/people/nobody/edit",
    "/organisation/units/NONE",
    "/organisation/units/NONE/history",
    "/organisation/units/NONE/close",
    "/organisation/units/N%00NE",
    "/organisation/people/n%00ne",
    "/organisation/employments/99999/end",
    "/organisation/roles/99999/withdraw",
    "/organisation/people?page=2",
    "/organisation/units/LAB?page=9",
)


def words_of(answer: Any) -> str:
    """The page without its tags."""
    text = re.sub(r"<[^>]+>", " ", answer.text)
    return re.sub(r"\s+", " ", text)


def id_of(session: Session, table: type[Employment] | type[RoleHolding], person: str) -> int:
    """The row of a person who has one that is not withdrawn."""
    found = queries.person(session, person)
    id = session.scalars(select(table.id).where(table.person_id == found.id, table.withdrawn_at.is_(None))).one()
    session.rollback()  # or the page would wait for this session's right to write
    return id


def employments_of(session: Session, person: str) -> list[Employment]:
    session.rollback()
    found = queries.person(session, person)
    return list(
        session.scalars(
            select(Employment)
            .where(Employment.person_id == found.id)
            .order_by(Employment.id)
            .execution_options(populate_existing=True)
        )
    )


def known(rows: list[Employment]) -> list[tuple[str, date, date | None]]:
    return sorted((row.unit.code, row.starts_on, row.ends_on) for row in rows if row.withdrawn_at is None)


# --- who may -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", LOOKING + CHANGING)
def test_a_stranger_is_sent_to_sign_in(as_stranger: Any, address: str) -> None:
    assert as_stranger.get(address).status_code in (303, 401)


@pytest.mark.parametrize("address", LOOKING + CHANGING)
def test_a_leader_is_told_who_the_register_is_for(as_astrid: Any, address: str) -> None:
    answer = as_astrid.get(address)
    assert answer.status_code == 403
    assert "administrator" in words_of(answer)


@pytest.mark.parametrize("address", LOOKING + CHANGING)
def test_the_administrator_sees_every_page(as_ivar: Any, address: str) -> None:
    assert as_ivar.get(address).status_code == 200


@pytest.mark.parametrize("address", LOOKING)
def test_central_hse_may_look_and_is_offered_no_change(as_hanne: Any, address: str) -> None:
    answer = as_hanne.get(address)
    assert answer.status_code == 200
    for way in ("/edit", "/employ", "/give-role", "/withdraw", "/correct", "/move", "/close", "/new-"):
        assert f'{way}"' not in answer.text.replace("/language", "")


@pytest.mark.parametrize("address", CHANGING)
def test_central_hse_may_change_nothing(as_hanne: Any, address: str) -> None:
    assert as_hanne.get(address).status_code == 403
    assert as_hanne.post(address, data={}).status_code == 403


@pytest.mark.parametrize("address", MISSING)
def test_what_is_not_there_is_not_found(as_ivar: Any, address: str) -> None:
    assert as_ivar.get(address).status_code == 404


def test_the_menu_shows_the_organisation_to_those_who_may_see_it(as_ivar: Any, as_bjorn: Any) -> None:
    assert 'href="/organisation/"' in as_ivar.get("/organisation/").text
    assert 'href="/organisation/"' not in as_bjorn.get("/my-record").text


# --- the tree ------------------------------------------------------------------------------------------------


def row_of(answer: Any, code: str) -> str:
    [row] = [
        row for row in re.findall(r"<tr role=\"row\".*?</tr>", answer.text, re.S) if f"<small>{code}</small>" in row
    ]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))


def test_the_tree_counts_those_employed_in_each_unit_and_beneath(as_ivar: Any) -> None:
    answer = as_ivar.get("/organisation/", headers={"Accept-Language": "en"})
    assert "12 people are employed in 4 units." in words_of(answer)
    assert "12 5 right here" in row_of(answer, "FAC")
    assert "5 4 right here" in row_of(answer, "LAB")
    assert re.search(r"OPT 1 ", row_of(answer, "OPT"))


def test_the_tree_keeps_the_organisations_own_order(as_ivar: Any, session: Session) -> None:
    queries.unit(session, "WRK").position = 0
    queries.unit(session, "LAB").position = 2
    session.commit()
    codes = re.findall(r"<small>(\w+)</small>", as_ivar.get("/organisation/").text)
    assert [code for code in codes if code in ("FAC", "LAB", "OPT", "WRK")] == ["FAC", "WRK", "LAB", "OPT"]


def test_vacant_roles_are_named_where_they_are_vacant(as_ivar: Any) -> None:
    answer = as_ivar.get("/organisation/", headers={"Accept-Language": "en"})
    assert "Vacant: HSE coordinator, safety representative" in row_of(answer, "FAC")
    assert "All held" in row_of(answer, "LAB")
    assert "Vacant: unit leader, HSE coordinator, safety representative" in row_of(answer, "OPT")


def test_a_past_day_is_shown_as_it_was_and_a_coming_one_as_a_forecast(as_ivar: Any) -> None:
    past = words_of(as_ivar.get("/organisation/?as_of=2019-12-31", headers={"Accept-Language": "en"}))
    assert "0 people are employed in 0 units." in past
    assert "Opens 1 Jan 2020" in past
    assert "Forecast for" in words_of(as_ivar.get("/organisation/?as_of=2099-01-01", headers={"Accept-Language": "en"}))
    assert as_ivar.get("/organisation/?as_of=31.12.2019").status_code == 400


def test_a_closed_unit_is_shown_as_closed_with_those_who_carry_on(as_ivar: Any, session: Session) -> None:
    lab = queries.unit(session, "LAB")
    gone = Unit(code="OLD", name="Old", parent_id=lab.parent_id, path="", opened=FOUNDED, closed=date(2022, 1, 1))
    session.add(gone)
    session.flush()
    gone.path = f"/{lab.parent_id}/{gone.id}/"
    gone.successors.append(lab)
    session.commit()
    row = row_of(as_ivar.get("/organisation/", headers={"Accept-Language": "en"}), "OLD")
    assert "Closed from 1 Jan 2022" in row
    assert "Carried on by LAB" in row
    assert "Vacant" not in row


def test_people_without_a_unit_are_listed_not_dropped(as_ivar: Any, session: Session) -> None:
    session.get_one(Employment, id_of(session, Employment, "dina")).ends_on = date(2023, 3, 1)
    session.commit()
    page = words_of(as_ivar.get("/organisation/", headers={"Accept-Language": "en"}))
    assert "Ute Uten Never employed" in page
    assert "Dina Dahl Left 1 March 2023" in page
    before = words_of(as_ivar.get("/organisation/?as_of=2023-02-28", headers={"Accept-Language": "en"}))
    assert "Dina Dahl" not in before


def test_the_search_finds_by_part_of_a_name_in_any_case_and_by_id(as_ivar: Any) -> None:
    for text in ("bjørn", "BJØRN", "berg bjø", "bjorn"):
        page = as_ivar.get("/organisation/people", query_string={"q": text}).text
        assert "/organisation/people/bjorn" in page
        assert "/organisation/people/astrid" not in page
    for text in ("%", "_", "nobody\0"):
        page = as_ivar.get("/organisation/people", query_string={"q": text}).text
        assert "/organisation/people/bjorn" not in page


# --- units ---------------------------------------------------------------------------------------------------


def test_a_unit_shows_its_roles_its_people_and_what_is_vacant(as_ivar: Any) -> None:
    page = words_of(as_ivar.get("/organisation/units/LAB", headers={"Accept-Language": "en"}))
    for part in ("5 people are employed here or beneath.", "Unit leader Astrid Aas", "HSE coordinator Chen Li",
                 "Bjørn Berg LAB 1 Jan 2020 No end", "Nils Nes OPT"):  # fmt: skip
        assert part in page
    assert "Safety representative Vacant" in words_of(
        as_ivar.get("/organisation/units/WRK", headers={"Accept-Language": "en"})
    )


def test_a_unit_names_first_those_whom_all_must_know(as_ivar: Any) -> None:
    for person in ("bjorn", "siri"):
        data = {"role": "area_owner", "person": person, "starts_on": "2024-01-01"}
        assert as_ivar.post("/organisation/units/LAB/give-role", data=data).status_code == 303
    page = words_of(as_ivar.get("/organisation/units/LAB", headers={"Accept-Language": "en"}))
    named = (
        "Unit leader Astrid Aas",
        "HSE coordinator Chen Li",
        "Safety representative Siri Sand",
        "Fire area responsible Siri Sand",
    )
    places = [page.index(part) for part in named]
    assert places == sorted(places)


def test_a_new_unit_beneath_another(as_ivar: Any, session: Session) -> None:
    data = {"code": "LAS", "parent": "LAB", "opened": "2024-01-01", "name_nb": "Ny lab", "name_en": "New lab",
            "position": "1,5", "kind": "Seksjon"}  # fmt: skip
    answer = as_ivar.post("/organisation/new-unit", data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/organisation/units/LAS")
    made = queries.unit(session, "LAS")
    assert (made.name, made.position, made.kind) == ({"nb": "Ny lab", "en": "New lab"}, 1.5, "Seksjon")
    assert made.path == f"{queries.unit(session, 'LAB').path}{made.id}/"


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"code": "A B"}, "Use only letters"),
        ({"code": ""}, "Write the unit&#39;s code."),
        ({"code": "LAB"}, "There is a unit with the code LAB already"),
        ({"opened": "2024-02-30"}, "Not a valid date value."),
        ({"opened": "0024-02-01"}, "hardly meant"),
        ({"opened": "2019-01-01"}, "opens on 1 January 2020"),
        ({"name_nb": " "}, "Write what the unit is called"),
        ({"position": "first"}, "Write a number"),
        ({"position": "nan"}, "Write a number"),
        ({"name_nb": "a\0b"}, "cannot be shown"),
    ],
)
def test_what_is_wrong_with_a_new_unit_is_said_and_the_rest_kept(
    as_ivar: Any, session: Session, typed: dict[str, str], complaint: str
) -> None:
    data = {"code": "NEW", "parent": "LAB", "opened": "2024-01-01", "name_nb": "Ny lab", "kind": "Kept as typed"}
    answer = as_ivar.post("/organisation/new-unit", data=data | typed, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert complaint in answer.text
    assert "Kept as typed" in answer.text
    assert session.scalar(select(Unit).where(Unit.code == "NEW")) is None


def test_editing_a_unit_is_kept_with_what_it_was(as_ivar: Any, session: Session) -> None:
    data = {
        "name_nb": "Laserlaboratoriet",
        "name_nn": "Laserlaben",
        "name_en": "Laser Lab",
        "kind": "",
        "position": "1",
    }
    answer = as_ivar.post("/organisation/units/LAB/edit", data=data)
    assert answer.status_code == 303
    page = words_of(as_ivar.get("/organisation/units/LAB", headers={"Accept-Language": "en"}))
    assert "Name: from “Laserlaben / Laser Lab” to “Laserlaboratoriet / Laserlaben / Laser Lab”" in page
    assert "Ivar Iversen" in page
    as_ivar.post("/organisation/units/LAB/edit", data=data)
    assert len(session.scalars(select(RegisterChange)).all()) == 1


def test_a_unit_that_people_are_employed_in_is_not_closed_and_they_are_named(as_ivar: Any, session: Session) -> None:
    answer = as_ivar.post(
        "/organisation/units/WRK/close", data={"closed": "2021-01-01", "successors": "LAB"},
        headers={"Accept-Language": "en"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "Employments run past 1 January 2021" in words_of(answer)
    assert "Dina Dahl, Olav Odden" in words_of(answer)
    assert 'value="2021-01-01"' in answer.text
    assert queries.unit(session, "WRK").closed is None


def test_an_unknown_successor_is_named(as_ivar: Any) -> None:
    data = {"closed": "2021-01-01", "successors": "LAB, XYZ"}
    answer = as_ivar.post("/organisation/units/WRK/close", data=data, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "no unit with the code XYZ" in answer.text


def test_somebody_is_employed_from_the_units_page_by_name_or_id(as_ivar: Any, session: Session) -> None:
    data = {"person": "ute uten", "starts_on": "2024-01-01"}
    assert as_ivar.post("/organisation/units/WRK/employ", data=data).status_code == 303
    assert known(employments_of(session, "ute")) == [("WRK", date(2024, 1, 1), None)]


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [("xyz", "Nobody in the register"), ("n", "Several people"), (" ", "Write a name or an id.")],
)
def test_it_is_said_when_nobody_or_several_are_meant(as_ivar: Any, typed: str, complaint: str) -> None:
    data = {"person": typed, "starts_on": "2024-01-01"}
    answer = as_ivar.post("/organisation/units/WRK/employ", data=data, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert complaint in answer.text


def test_a_vacant_role_is_filled_from_the_units_page(as_ivar: Any, session: Session) -> None:
    page = as_ivar.get("/organisation/units/WRK")
    assert "/organisation/units/WRK/give-role?role=safety_representative" in page.text
    form = as_ivar.get("/organisation/units/WRK/give-role?role=safety_representative").text
    assert re.search(r"<option selected value=\"safety_representative\"", form)
    data = {"role": "safety_representative", "person": "dina", "starts_on": "2024-01-01"}
    assert as_ivar.post("/organisation/units/WRK/give-role", data=data).status_code == 303
    assert id_of(session, RoleHolding, "dina")


# --- people --------------------------------------------------------------------------------------------------


def test_a_new_person_and_then_an_employment(as_ivar: Any, session: Session) -> None:
    data = {"external_key": "kari.kvam@uni", "name": "Kari Kvam", "email": "kari@example.no", "language": "nn"}
    answer = as_ivar.post("/organisation/new-person", data=data)
    assert answer.headers["Location"] == "/organisation/people/kari.kvam@uni"
    answer = as_ivar.post("/organisation/people/kari.kvam@uni/employ", data={"unit": "WRK", "starts_on": "2024-01-01"})
    assert answer.status_code == 303
    assert known(employments_of(session, "kari.kvam@uni")) == [("WRK", date(2024, 1, 1), None)]
    page = words_of(as_ivar.get("/organisation/people/kari.kvam@uni", headers={"Accept-Language": "en"}))
    assert "Entered into the register Ivar Iversen" in page


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"external_key": "bjorn"}, "belongs to Bjørn Berg already"),
        ({"external_key": "a/b"}, "Use only letters"),
        ({"external_key": ".."}, "Use only letters"),
        ({"external_key": ""}, "Write the id"),
        ({"name": ""}, "Write the person&#39;s name."),
        ({"email": "kari"}, "Write an e-mail address"),
        ({"language": "de"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_with_a_new_person_is_said(as_ivar: Any, typed: dict[str, str], complaint: str) -> None:
    data = {"external_key": "kari", "name": "Kari Kvam", "email": "kari@example.no", "language": ""}
    answer = as_ivar.post("/organisation/new-person", data=data | typed, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert complaint in answer.text


def test_name_mail_and_language_may_be_edited_the_id_never(as_ivar: Any, session: Session) -> None:
    form = as_ivar.get("/organisation/people/bjorn/edit").text
    assert 'name="external_key"' not in form
    data = {"name": "Bjørn Berge", "email": "", "language": "en", "external_key": "other"}
    assert as_ivar.post("/organisation/people/bjorn/edit", data=data).status_code == 303
    bjorn = queries.person(session, "bjorn")
    assert (bjorn.name, bjorn.email, bjorn.language) == ("Bjørn Berge", None, "en")


def test_an_overlap_names_unit_and_days_and_keeps_what_was_typed(as_ivar: Any, session: Session) -> None:
    data = {"unit": "WRK", "starts_on": "2024-05-01", "ends_on": "2024-06-01"}
    answer = as_ivar.post("/organisation/people/bjorn/employ", data=data, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "Bjørn Berg is employed in LAB from 1 January 2020 with no end" in words_of(answer)
    assert 'value="2024-05-01"' in answer.text
    assert re.search(r"<option selected value=\"WRK\"", answer.text)
    assert len(employments_of(session, "bjorn")) == 1


def test_a_move_shows_afterwards_who_recorded_it(as_ivar: Any, session: Session) -> None:
    id = id_of(session, Employment, "bjorn")
    data = {"unit": "WRK", "starts_on": "2024-05-01"}
    answer = as_ivar.post(f"/organisation/employments/{id}/move", data=data)
    assert answer.headers["Location"] == "/organisation/people/bjorn"
    assert known(employments_of(session, "bjorn")) == [
        ("LAB", date(2020, 1, 1), date(2024, 5, 1)), ("WRK", date(2024, 5, 1), None),
    ]  # fmt: skip
    page = words_of(as_ivar.get("/organisation/people/bjorn", headers={"Accept-Language": "en"}))
    assert re.search(r"Workshop 1 May 2024 No end [^.]*by Ivar Iversen", page)


def test_a_correction_keeps_the_reason_and_both_times(as_ivar: Any, session: Session) -> None:
    id = id_of(session, Employment, "bjorn")
    data = {"unit": "WRK", "starts_on": "2021-01-01", "reason": "Wrong list"}
    assert as_ivar.post(f"/organisation/employments/{id}/correct", data=data).status_code == 303
    old, new = employments_of(session, "bjorn")
    assert old.withdrawn_at == new.recorded_at
    page = words_of(as_ivar.get("/organisation/people/bjorn/history", headers={"Accept-Language": "en"}))
    assert "Withdrawn: Employed in Laser Lab from 1 Jan 2020 Wrong list Ivar Iversen" in page
    assert "Wrong list" in words_of(as_ivar.get("/organisation/units/LAB"))


def test_a_withdrawal_needs_a_reason(as_ivar: Any, session: Session) -> None:
    id = id_of(session, Employment, "bjorn")
    address = f"/organisation/employments/{id}/withdraw"
    answer = as_ivar.post(address, data={"reason": "  \n"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "Say why in a few words" in answer.text
    assert as_ivar.post(address, data={"reason": "Never came"}).status_code == 303
    [row] = employments_of(session, "bjorn")
    assert row.withdrawal_reason == "Never came"


def test_a_form_sent_twice_records_one_fact_and_leads_to_the_same_page(as_ivar: Any, session: Session) -> None:
    id = id_of(session, Employment, "bjorn")
    data = {"ends_on": "2024-05-01", "submission": str(uuid4())}
    answers = [as_ivar.post(f"/organisation/employments/{id}/end", data=data) for _ in range(2)]
    assert [(one.status_code, one.headers["Location"]) for one in answers] == [(303, "/organisation/people/bjorn")] * 2
    assert len(employments_of(session, "bjorn")) == 2
    session.rollback()
    data = {"external_key": "kari", "name": "Kari", "language": "", "submission": str(uuid4())}
    assert [as_ivar.post("/organisation/new-person", data=data).status_code for _ in range(2)] == [303, 303]
    assert len(session.scalars(select(Person).where(Person.external_key == "kari")).all()) == 1


def test_every_form_carries_its_submission_id_and_token(as_ivar: Any) -> None:
    for address in CHANGING:
        form = as_ivar.get(address).text.split('<form class="hms-form"', 1)[1]
        assert re.search(r'name="submission" type="hidden" value="[0-9a-f-]{36}"', form), address
        assert 'name="csrf_token"' in form, address


def test_a_row_that_was_withdrawn_meanwhile_is_a_conflict(as_ivar: Any, session: Session) -> None:
    id = id_of(session, Employment, "bjorn")
    as_ivar.post(f"/organisation/employments/{id}/end", data={"ends_on": "2024-05-01"})
    late = as_ivar.post(f"/organisation/employments/{id}/end", data={"ends_on": "2024-06-01"})
    assert late.status_code == 409
    assert 'value="2024-06-01"' in late.text
    assert as_ivar.get(f"/organisation/employments/{id}/end").status_code == 409
    assert known(employments_of(session, "bjorn")) == [("LAB", date(2020, 1, 1), date(2024, 5, 1))]


def test_the_last_administrator_cannot_be_removed(as_ivar: Any, session: Session) -> None:
    id = id_of(session, RoleHolding, "ivar")
    for way, data in (
        ("end", {"ends_on": "2025-01-01"}),
        ("withdraw", {"reason": "x"}),
        ("correct", {"role": "editor", "unit": "FAC", "starts_on": "2020-01-01", "reason": "x"}),
    ):
        answer = as_ivar.post(f"/organisation/roles/{id}/{way}", data=data, headers={"Accept-Language": "en"})
        assert answer.status_code == 422
        assert "nobody would be administrator" in words_of(answer)
    assert id_of(session, RoleHolding, "ivar") == id


def test_roles_that_do_not_follow_a_move_are_named_beforehand(as_ivar: Any, session: Session) -> None:
    id = id_of(session, Employment, "astrid")
    page = words_of(as_ivar.get(f"/organisation/employments/{id}/move", headers={"Accept-Language": "en"}))
    assert "Unit leader in Laser Lab" in page


def test_the_page_in_bokmal_and_nynorsk_has_no_english_left(as_ivar: Any) -> None:
    for language, words in (("nb", ("Ansettelser", "Historikk")), ("nn", ("Tilsetjingar", "Historikk"))):
        page = words_of(as_ivar.get("/organisation/people/bjorn", headers={"Accept-Language": language}))
        assert all(word in page for word in words)
        assert not re.search(r"\b(Employ|Unit|Recorded|Until|Withdraw|the)\b", page.split("Bjørn Berg", 1)[1])


# --- many ----------------------------------------------------------------------------------------------------


@pytest.fixture
def a_thousand_more(session: Session) -> None:
    """A thousand people in two hundred units beneath Laser Lab, and a hundred who are employed nowhere."""
    lab = queries.unit(session, "LAB")
    made = [Unit(code=f"U{n:03}", name=f"Unit {n:03}", parent_id=lab.id, path="", opened=FOUNDED) for n in range(200)]
    session.add_all(made)
    session.flush()
    for unit in made:
        unit.path = f"{lab.path}{unit.id}/"
    people = [Person(external_key=f"p{n:04}", name=f"Person {n:04}") for n in range(1100)]
    session.add_all(people)
    session.flush()
    session.add_all(
        Employment(
            person_id=person.id, unit_id=made[n % 200].id, starts_on=FOUNDED + timedelta(days=n), recorded_at=RECORDED
        )
        for n, person in enumerate(people[:1000])
    )
    session.add_all(
        Employment(
            person_id=people[0].id, unit_id=lab.id, starts_on=FOUNDED, recorded_at=RECORDED,
            withdrawn_at=datetime(2021, 1, 1, tzinfo=UTC) + timedelta(hours=n),
        )
        for n in range(60)
    )  # fmt: skip
    session.commit()


def test_a_thousand_people_come_in_pages(as_ivar: Any, a_thousand_more: None) -> None:
    first = as_ivar.get("/organisation/units/LAB?as_of=2024-01-01", headers={"Accept-Language": "en"})
    assert "1,005 people are employed here or beneath." in words_of(first)
    assert first.text.count("/organisation/people/p") >= 40
    last = as_ivar.get("/organisation/units/LAB?as_of=2024-01-01&page=21")
    assert "/organisation/people/p0999" in last.text
    assert "page=20" in last.text
    assert as_ivar.get("/organisation/units/LAB?as_of=2024-01-01&page=22").status_code == 404
    assert as_ivar.get("/organisation/people?page=0").status_code == 400
    seen: set[str] = set()
    for number in range(1, 24):
        page = as_ivar.get(f"/organisation/people?page={number}").text
        found = set(re.findall(r'href="/organisation/people/(\w+)"', page))
        assert not found & seen
        seen |= found
    assert len(seen) == 1113


def test_pages_without_a_unit_are_paged_too(as_ivar: Any, a_thousand_more: None) -> None:
    page = as_ivar.get("/organisation/people?without_unit=1&page=3", headers={"Accept-Language": "en"})
    assert "101 people in the register are employed nowhere" in words_of(page)
    assert "without_unit=1" in page.text


@pytest.mark.parametrize(
    ("address", "at_most"),
    [
        ("/organisation/", 9),
        ("/organisation/people", 5),
        ("/organisation/people?q=a", 5),
        ("/organisation/units/LAB", 15),
        ("/organisation/units/LAB/history", 11),
        ("/organisation/people/bjorn", 14),
        ("/organisation/people/bjorn/employ", 8),
        ("/organisation/units/LAB/close", 12),
    ],
)
def test_the_number_of_queries_does_not_grow(
    as_ivar: Any, queries: Callable[[], Any], request: pytest.FixtureRequest, address: str, at_most: int
) -> None:
    as_ivar.get(address)
    with queries() as few:
        as_ivar.get(address)
    request.getfixturevalue("a_thousand_more")
    with queries() as many:
        assert as_ivar.get(address).status_code == 200
    assert len(many) <= len(few) + 1, "\n".join(many)  # the history asks for roles only where there are some
    assert len(many) <= at_most, "\n".join(many)
