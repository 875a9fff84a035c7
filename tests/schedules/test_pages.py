"""The pages of schedules, as those see them who may and may not decide."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from hmswiki.schedules.models import Audience, Handover, Reach, ScheduleEvent, ScheduleRecord, Skip
from tests.schedules.makers import NOW, TODAY, checklist, reorganise, schedule, slot_of, unit
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once

NB = {"Accept-Language": "nb"}
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def frozen_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def filled_in(**other: Any) -> dict[str, Any]:
    return {
        "submission": str(uuid4()), "checklist": "brannrunde", "audience": "areas", "units": ["LAB"],
        "reach": "all_beneath", "area_kind": "", "areas": "", "role": "", "every": "month",
        "starts_on": TODAY.isoformat(), "months": ["7"], "first_month": "", "last_month": "", "what": "reorganisation",
    } | other  # fmt: skip


def send(client: Any, address: str, **data: Any) -> Any:
    return client.post(address, data={"submission": str(uuid4()), **data}, headers=ENGLISH)


def kept(session: Session, table: Any = ScheduleRecord) -> list[Any]:
    query = select(table).order_by(table.id).execution_options(populate_existing=True)
    if table is ScheduleRecord:
        query = query.options(selectinload(ScheduleRecord.units), selectinload(ScheduleRecord.areas))
    found = list(session.scalars(query))
    session.commit()  # a session of the tests keeps every other writer out while it reads
    return found


@pytest.fixture
def monthly(session: Session) -> ScheduleRecord:
    made = schedule(session, Audience.AREAS, [("LAB", Reach.ALL_BENEATH)], pauses={"months": [7]})
    session.commit()
    return made


# --- Who may, and what is not there -------------------------------------------------------------------------


def test_a_stranger_signs_in_first_and_what_is_not_there_is_not_found(
    monthly: ScheduleRecord, as_stranger: Any, as_bjorn: Any, as_hanne: Any
) -> None:
    for address in ("/schedules", "/schedules/new", f"/schedules/{monthly.key}"):
        assert as_stranger.get(address).status_code in (303, 401)
    for address in ("/schedules/none", f"/schedules/{monthly.key}/subjects/unit:1", "/schedules/no%00ne",
                    f"/schedules/{monthly.key}/subjects/nothing"):  # fmt: skip
        assert as_bjorn.get(address).status_code == 404, address
    assert send(as_hanne, f"/schedules/{monthly.key}/skips/7/withdrawal").status_code == 404


def test_everybody_reads_and_only_those_who_decide_for_all_of_it_see_the_way_to_change(
    session: Session, monthly: ScheduleRecord, as_bjorn: Any, as_astrid: Any, as_olav: Any
) -> None:
    address = f"/schedules/{monthly.key}"
    for client in (as_bjorn, as_olav):
        page = client.get(address, headers=ENGLISH)
        assert page.status_code == 200
        assert "End it" not in page.text
        assert client.get(f"{address}/change").status_code == 403
        assert send(client, f"{address}/end", ended="2026-04-01").status_code == 403
        assert send(client, f"{address}/withdrawal", reason="x").status_code == 403
    assert "End it" in as_astrid.get(address, headers=ENGLISH).text
    assert as_bjorn.get("/schedules/new").status_code == 403
    assert kept(session)[0].ended is None


# --- The list and one of them -------------------------------------------------------------------------------


def test_the_list_says_in_words_what_is_due_for_whom(monthly: ScheduleRecord, as_bjorn: Any) -> None:
    page = as_bjorn.get("/schedules", headers=NB).text
    assert "Hver måned, unntatt juli, for alle områder i LAB" in page
    assert "Én sjekkliste har faste tider." in page
    assert "Lag en plan" not in page
    assert (
        "Kvar månad, unnateke juli, for alle område i LAB"
        in as_bjorn.get("/schedules", headers={"Accept-Language": "nn"}).text
    )


def test_one_of_them_shows_the_next_times_who_is_asked_and_where_nobody_does_it(
    session: Session, as_bjorn: Any
) -> None:
    made = schedule(session)
    session.commit()
    page = as_bjorn.get(f"/schedules/{made.key}", headers=NB).text
    assert "Det gjelder 4 enheter." in page
    assert "Hos én av dem er det ingen som gjør det." in page
    assert "Mars 2026: fra 1. mars, frist 31. mars" in page
    assert "April 2026: fra 1. april, frist 30. april" in page
    assert "Astrid Aas, Chen Li" in page


# --- A new one ----------------------------------------------------------------------------------------------


def test_a_leader_is_offered_her_own_units_and_sees_whom_it_reaches_before_anything_is_saved(
    session: Session, as_astrid: Any
) -> None:
    checklist(session)
    session.commit()
    form = as_astrid.get("/schedules/new?checklist=brannrunde", headers=NB).text
    assert 'value="OPT"' in form
    assert 'value="WRK"' not in form
    shown = as_astrid.post("/schedules/new", data=filled_in(do="preview"), headers=NB).text
    assert "Hver måned, unntatt juli, for alle områder i LAB" in shown
    assert "Det gjelder 3 områder." in shown
    assert "LAB Laserlaben" in shown
    for time in ("Mars 2026: fra 16. mars, frist 31. mars", "April 2026", "Mai 2026"):
        assert time in shown
    assert kept(session) == []


def test_the_preview_tells_that_they_would_be_asked_twice(
    session: Session, monthly: ScheduleRecord, as_astrid: Any
) -> None:
    warning = "Some of them have a plan for this checklist already"
    data = filled_in(do="preview", audience="areas", every="quarter", units=["LAB"])

    assert warning in as_astrid.post("/schedules/new", data=data, headers=ENGLISH).text
    assert warning not in as_astrid.post("/schedules/new", data=data | {"audience": "units"}, headers=ENGLISH).text


def test_a_plan_is_saved_once_however_often_the_form_is_sent(session: Session, as_astrid: Any) -> None:
    checklist(session)
    session.commit()
    form = filled_in(every="year", first_day="1", first_month="9", last_day="30", last_month="11", months=["7", "8"])
    first = as_astrid.post("/schedules/new", data=form, headers=NB)
    assert first.status_code == 303
    assert as_astrid.post("/schedules/new", data=form, headers=NB).status_code == 303
    [made] = kept(session)
    assert (made.every, made.window, made.pauses, [one.reach for one in made.units]) == (
        "year", "09-01/11-30", {"months": [7, 8]}, ["all_beneath"],
    )  # fmt: skip
    page = as_astrid.get(first.headers["Location"], headers=NB).text
    assert "Hvert år, mellom 1. september og 30. november, unntatt juli og august, for alle områder i LAB" in page
    assert "2026: fra 1. september, frist 30. november" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"checklist": ""}, "Choose a checklist."),
        ({"units": []}, "Choose at least one unit"),
        ({"units": ["WRK"]}, "can no longer be chosen"),
        ({"areas": "B1-217, NO-SUCH"}, "There is no area with the code NO-SUCH."),
        ({"first_day": "1", "first_month": "9"}, "Say both days"),
        ({"first_day": "99", "first_month": "9", "last_day": "1", "last_month": "10"}, "a number from 1 to 31"),
        ({"first_day": "31", "first_month": "9", "last_day": "1", "last_month": "10"}, "There is no such day"),
        ({"months": [str(month) for month in range(1, 13)]}, "All twelve months are left out"),
        ({"every": "once"}, "Choose the day."),
        ({"every": "event", "what": "other", "within": "3"}, "Say what it is that happens"),
        ({"every": "event", "within": ""}, "Say within how many days"),
        ({"span_1_first": "2026-12-21"}, "Say both the first and the last day"),
        ({"span_1_first": "2026-12-21", "span_1_last": "2026-12-20"}, "ends before it begins"),
        ({"starts_on": "2019-01-01"}, "missed each time"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    session: Session, as_astrid: Any, typed: dict[str, Any], said: str
) -> None:
    checklist(session)
    session.commit()
    answer = as_astrid.post("/schedules/new", data=filled_in(note="", **typed), headers=ENGLISH)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="7" checked' in answer.text
    for name in ("areas", "first_day", "span_1_first"):
        if typed.get(name):
            assert f'value="{typed[name]}"' in answer.text
    assert kept(session) == []


def test_a_leader_cannot_send_what_is_not_hers(session: Session, as_olav: Any) -> None:
    checklist(session)
    session.commit()
    assert as_olav.post("/schedules/new", data=filled_in(), headers=ENGLISH).status_code == 422
    named = filled_in(units=[], areas="B1")
    assert as_olav.post("/schedules/new", data=named, headers=ENGLISH).status_code == 403
    assert kept(session) == []


def test_a_schedule_for_an_event_says_so_in_words(session: Session, as_hanne: Any) -> None:
    checklist(session)
    session.commit()
    for form in (
        filled_in(every="event", within="30"),
        filled_in(every="event", within="1", what="other", event="ulykke"),
    ):
        assert as_hanne.post("/schedules/new", data=form, headers=NB).status_code == 303
    page = as_hanne.get("/schedules", headers=NB).text
    assert "Ved omorganisering, innen 30 dager, unntatt juli, for alle områder i LAB" in page
    assert "Ved ulykke, innen én dag" in page


# --- Changing and ending ------------------------------------------------------------------------------------


def test_the_frequency_is_changed_from_the_next_whole_term(
    session: Session, monthly: ScheduleRecord, as_astrid: Any
) -> None:
    address = f"/schedules/{monthly.key}/change"
    form = as_astrid.get(address, headers=ENGLISH).text
    assert 'value="7" checked' in form
    data = {"every": "quarter", "starts_on": TODAY.isoformat(), "first_month": "", "last_month": "",
            "what": "reorganisation"}  # fmt: skip
    shown = send(as_astrid, address, do="preview", **data).text
    assert "It asks from 1 April." in shown
    assert "Quarter 2 of 2026: from 1 April, due 30 June" in shown
    answer = send(as_astrid, address, **data)
    assert answer.status_code == 303
    old, new = kept(session)
    assert (old.ended, new.starts_on, new.every, new.pauses) == (date(2026, 4, 1), date(2026, 4, 1), "quarter", {})
    page = as_astrid.get(f"/schedules/{old.key}", headers=ENGLISH).text
    assert "Another plan takes its place from 1 April" in page
    assert send(as_astrid, address, **data).status_code == 409


def test_it_is_ended_from_a_day_or_withdrawn_with_a_reason(
    session: Session, monthly: ScheduleRecord, as_astrid: Any
) -> None:
    address = f"/schedules/{monthly.key}"
    assert "cannot be ended backwards" in send(as_astrid, f"{address}/end", ended="2026-03-01").text
    assert send(as_astrid, f"{address}/end", ended="2026-03-31").status_code == 303
    assert kept(session)[0].ended == date(2026, 3, 31)
    other = schedule(session, units=[("LAB", Reach.ITSELF)])
    session.commit()
    assert send(as_astrid, f"/schedules/{other.key}/withdrawal", reason=" ").status_code == 422
    assert send(as_astrid, f"/schedules/{other.key}/withdrawal", reason="Feil liste").status_code == 303
    assert "It was a mistake, and nobody is asked: Feil liste" in as_astrid.get(
        f"/schedules/{other.key}", headers=ENGLISH
    ).text  # fmt: skip
    assert other.key not in as_astrid.get("/schedules").text


# --- One subject --------------------------------------------------------------------------------------------


def test_an_areas_owner_skips_hands_over_and_takes_back(
    session: Session, monthly: ScheduleRecord, as_bjorn: Any, as_nils: Any
) -> None:
    slot = slot_of(session, "B1-217")
    session.commit()
    address = f"/schedules/{monthly.key}/subjects/{slot}"
    assert "Skip it" not in as_nils.get(address, headers=ENGLISH).text
    for way in ("skips", "handovers"):
        assert send(as_nils, f"{address}/{way}", occurrence="2026-03", reason="x", to="nils").status_code == 403
    assert send(as_bjorn, f"{address}/skips", occurrence="2026-03", reason="").status_code == 422
    assert send(as_bjorn, f"{address}/skips", occurrence="2026-03", reason="Rommet er tomt").status_code == 303
    assert send(as_bjorn, f"{address}/handovers", occurrence="2026-04", to="").status_code == 422
    assert send(as_bjorn, f"{address}/handovers", occurrence="2026-04", to="siri", note="Takk!").status_code == 303
    page = as_bjorn.get(address, headers=ENGLISH).text
    assert "Skipped: Rommet er tomt" in page
    assert "Handed to Siri Sand: Takk!" in page
    assert "July 2026" not in page
    assert "Skipped: Rommet er tomt" in as_nils.get(f"/schedules/{monthly.key}", headers=ENGLISH).text
    [skipped], [handed] = kept(session, Skip), kept(session, Handover)
    assert send(as_nils, f"/schedules/{monthly.key}/skips/{skipped.id}/withdrawal").status_code == 403
    assert send(as_bjorn, f"/schedules/{monthly.key}/skips/{skipped.id}/withdrawal").status_code == 303
    assert send(as_bjorn, f"/schedules/{monthly.key}/handovers/{handed.id}/withdrawal").status_code == 303
    page = as_bjorn.get(address, headers=ENGLISH).text
    assert "Rommet er tomt" not in page
    assert "Handed to" not in page


def test_what_comes_later_is_folded_and_those_whose_it_is_stand_first_among_those_who_take_over(
    session: Session, monthly: ScheduleRecord, as_bjorn: Any
) -> None:
    address = f"/schedules/{monthly.key}/subjects/{slot_of(session, 'B1-217')}"
    session.commit()
    assert send(as_bjorn, f"{address}/skips", occurrence="2026-09", reason="Rommet er stengt").status_code == 303
    page = as_bjorn.get(address, headers=ENGLISH).text
    shown, folded = page.split("Later times")[0], page.split("Later times")[1].split("</details>")[0]
    assert "April 2026: " in shown
    assert "Rommet er stengt" in shown, "what was arranged is not hidden"
    assert "October 2026: " not in shown
    assert "October 2026: " in folded
    assert "Rommet er stengt" not in folded
    offered = page.split('name="to"')[1].split("</select>")[0]
    names = re.findall(r"<option[^>]*>([^<]+)</option>", offered)[1:]
    assert names[0] == "Bjørn Berg"
    assert names[1:] == sorted(names[1:], key=str.casefold)


def test_a_leader_records_an_event_corrects_its_day_and_withdraws_it(
    session: Session, as_chen: Any, as_bjorn: Any
) -> None:
    made = schedule(session, every="event", within=14)
    slot = slot_of(session, "LAB")
    session.commit()
    address = f"/schedules/{made.key}/subjects/{slot}"
    assert send(as_bjorn, f"{address}/events", happens_on="2026-08-01").status_code == 403
    assert send(as_chen, f"{address}/events", happens_on="").status_code == 422
    assert send(as_chen, f"{address}/events", happens_on="2026-08-01", text="Slås sammen").status_code == 303
    page = as_bjorn.get(address, headers=NB).text
    assert "1. august, frist 15. august" in page
    assert "Slås sammen" in page
    [event] = kept(session, ScheduleEvent)
    day = f"/schedules/{made.key}/events/{event.id}/day"
    assert send(as_chen, day, happens_on="2025-01-01").status_code == 422
    assert send(as_chen, day, happens_on="2026-09-01").status_code == 303
    [_, moved] = kept(session, ScheduleEvent)
    assert (moved.happens_on, moved.name) == (date(2026, 9, 1), event.name)
    assert send(as_chen, f"/schedules/{made.key}/events/{moved.id}/withdrawal").status_code == 303
    assert "Slås sammen" not in as_chen.get(address, headers=NB).text


def test_a_reorganisation_of_the_register_stands_among_the_events(session: Session, as_bjorn: Any) -> None:
    made = schedule(session, every="event", within=14)
    reorganise(session, "WRK", date(2026, 3, 1), "NEW")
    slot = slot_of(session, "NEW")
    session.commit()
    for address in (f"/schedules/{made.key}", f"/schedules/{made.key}/subjects/{slot}"):
        page = as_bjorn.get(address, headers=ENGLISH).text
        assert "1 March, due 15 March" in page
        assert "from the register" in page


def test_a_page_of_many_areas_takes_a_few_selects(session: Session, as_bjorn: Any, queries: Any) -> None:
    made = schedule(session, Audience.PEOPLE, [("FAC", Reach.ALL_BENEATH)])
    session.commit()
    as_bjorn.get(f"/schedules/{made.key}")
    with queries() as sent:
        page = as_bjorn.get(f"/schedules/{made.key}", headers=ENGLISH)
    assert "It is for 12 people." in page.text
    assert len(sent) <= 22
    assert unit(session, "FAC").code == "FAC"
