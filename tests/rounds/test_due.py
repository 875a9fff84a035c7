"""Which rounds are due for whom, on Min side, in a calendar, in reminders, and gathered for those above."""

import csv
import io
import re
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import icalendar
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.config import Settings
from hmswiki.foundation import clock
from hmswiki.foundation.errors import Conflict
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Area, Unit
from hmswiki.rounds import campaigns, due, operations
from hmswiki.rounds.answering import Incoming
from hmswiki.rounds.models import CalendarAddress, Round
from hmswiki.schedules.models import Audience, Handover, Reach, ScheduleArea, ScheduleRecord, ScheduleUnit, Skip
from hmswiki.schedules.recurrence import Standing
from hmswiki.schedules.subjects import Subject
from tests import cast as the_cast
from tests.conftest import client_as
from tests.rounds.makers import FIRE, actor, answer_all, area, checklist, publish, start_round

NOVEMBER = datetime.combine(date(2026, 11, 23), time(12), tzinfo=Settings().zone)


@pytest.fixture(autouse=True)
def in_november() -> Any:
    """All of it is on 23 November 2026."""
    with time_machine.travel(NOVEMBER, tick=True):
        yield


def monthly(session: Session, *, starts_on: date = date(2026, 10, 1), pauses: dict[str, Any] | None = None) -> Any:
    """The fire round, every month, for the areas that these tests make."""
    found = schedule(session, Audience.AREAS, None, Reach.ITSELF, "month", starts_on=starts_on, pauses=pauses)
    for one in session.scalars(select(Area).where(Area.code.not_like("B1%"))):
        ask(session, found, one)
    return found


def ask(session: Session, schedule: ScheduleRecord, area: Area) -> None:
    session.add(ScheduleArea(schedule_id=schedule.id, area_id=area.id))
    session.flush()
    session.expire(schedule)


def schedule(
    session: Session, kind: Audience, unit: str | None, reach: Reach, every: str, *, starts_on: date,
    window: str | None = None, pauses: dict[str, Any] | None = None, role: str | None = None,
) -> ScheduleRecord:  # fmt: skip
    found = ScheduleRecord(
        key=f"s-{kind}-{every}", checklist_id=checklist(session).id, audience=kind, every=every, window=window,
        pauses=pauses or {}, starts_on=starts_on, recorded_at=clock.now(), role=role,
    )  # fmt: skip
    session.add(found)
    session.flush()
    if unit is not None:
        session.add(ScheduleUnit(schedule_id=found.id, unit_id=organisation.unit(session, unit).id, reach=reach))
        session.flush()
    return found


def mine(session: Session, key: str) -> list[due.Due]:
    return due.of_person(session, actor(session, key), today=the_cast.today(), known_at=clock.now())


def waiting(session: Session, key: str) -> list[str]:
    return [one.occurrence.key for one in mine(session, key) if one.waits]


def do(session: Session, one: due.Due, *, by: str) -> Round:
    """Begin the round, answer all and hand it in."""
    found = operations.start(
        session, checklist=one.schedule.checklist, unit=_unit_of(session, one), area=_area_of(session, one),
        schedule=one.schedule, occurrence=one.occurrence.key, by=actor(session, by), at=clock.now(),
        today=the_cast.today(),
    )  # fmt: skip
    answer_all(session, found.key, by=by)
    operations.hand_in(session, found.key, by=actor(session, by), at=clock.now(), today=the_cast.today())
    return found


def _area_of(session: Session, one: due.Due) -> Area | None:
    return session.get(Area, one.subject.area_id) if one.subject.area_id is not None else None


def _unit_of(session: Session, one: due.Due) -> Unit:
    if one.subject.unit_id is not None:
        return session.get_one(Unit, one.subject.unit_id)
    return organisation.unit(session, "LAB")


# --- For whom -----------------------------------------------------------------------------------------------


def test_an_owner_is_asked_this_month_and_sees_what_was_missed_and_what_comes(session: Session) -> None:
    area(session, owner="bjorn")
    monthly(session)

    assert [(one.occurrence.key, one.standing) for one in mine(session, "bjorn")] == [
        ("2026-10", Standing.MISSED), ("2026-11", Standing.DUE_SOON), ("2026-12", Standing.UPCOMING),
    ]  # fmt: skip


def test_nobody_else_is_asked_for_it(session: Session) -> None:
    area(session, owner="bjorn")
    monthly(session)

    assert [key for key in the_cast.PEOPLE if key[0] != "bjorn" and mine(session, key[0])] == []


def test_a_round_that_was_handed_in_waits_no_more(session: Session) -> None:
    area(session, owner="bjorn")
    monthly(session)
    (one,) = [one for one in mine(session, "bjorn") if one.waits]
    do(session, one, by="bjorn")

    assert waiting(session, "bjorn") == []
    assert next(one for one in mine(session, "bjorn") if one.occurrence.key == "2026-11").standing is Standing.DONE


def test_a_round_that_runs_is_gone_on_with_and_not_begun_again(session: Session) -> None:
    area(session, owner="bjorn")
    monthly(session)
    (one,) = [one for one in mine(session, "bjorn") if one.waits]
    begun = operations.start(
        session, checklist=one.schedule.checklist, unit=organisation.unit(session, "LAB"),
        area=_area_of(session, one), schedule=one.schedule, occurrence="2026-11", by=actor(session, "bjorn"),
        at=clock.now(), today=the_cast.today(),
    )  # fmt: skip
    (again,) = [one for one in mine(session, "bjorn") if one.waits]

    assert again.running is not None
    assert again.running.key == begun.key


def test_paper_for_a_plans_occasion_keeps_its_day_or_is_refused_where_a_round_runs(session: Session) -> None:
    place = area(session, owner="bjorn")
    found = monthly(session)

    def paper(occurrence: str, day: date) -> Round:
        return operations.start(
            session, checklist=found.checklist, unit=organisation.unit(session, "LAB"), area=place, schedule=found,
            occurrence=occurrence, on_paper=True, done_on=day, by=actor(session, "bjorn"), at=clock.now(),
            today=the_cast.today(),
        )  # fmt: skip

    october = paper("2026-10", date(2026, 10, 20))
    assert paper("2026-10", date(2026, 10, 20)) is october
    operations.start(
        session, checklist=found.checklist, unit=organisation.unit(session, "LAB"), area=place, schedule=found,
        occurrence="2026-11", by=actor(session, "bjorn"), at=clock.now(), today=the_cast.today(),
    )  # fmt: skip
    for occurrence, day in (("2026-11", date(2026, 11, 2)), ("2026-10", date(2026, 10, 21))):
        with pytest.raises(Conflict):
            paper(occurrence, day)


def test_what_was_skipped_with_a_reason_waits_no_more(session: Session) -> None:
    area(session, owner="bjorn")
    record = monthly(session)
    (one,) = [one for one in mine(session, "bjorn") if one.waits]
    session.add(
        Skip(schedule_id=record.id, occurrence="2026-11", reason="Stengt", recorded_at=clock.now(), **one.subject.ids)
    )
    session.flush()

    assert waiting(session, "bjorn") == []
    assert [one.skipped_because for one in mine(session, "bjorn") if one.standing is Standing.SKIPPED] == ["Stengt"]


def test_what_is_skipped_ahead_of_its_time_is_not_told_as_the_last(session: Session) -> None:
    area(session, owner="bjorn")
    record = monthly(session)
    (one,) = [one for one in mine(session, "bjorn") if one.waits]
    session.add(
        Skip(schedule_id=record.id, occurrence="2026-12", reason="Stengt", recorded_at=clock.now(), **one.subject.ids)
    )
    session.flush()

    assert [(one.occurrence.key, one.standing) for one in mine(session, "bjorn")] == [
        ("2026-10", Standing.MISSED), ("2026-11", Standing.DUE_SOON), ("2027-01", Standing.UPCOMING),
    ]  # fmt: skip


def test_what_comes_stands_in_the_order_in_which_it_begins(session: Session, app: Flask) -> None:
    schedule(session, Audience.UNITS, "FAC", Reach.CHILDREN, "year", starts_on=date(2027, 1, 1), window="09-01/11-30")
    schedule(session, Audience.UNITS, "FAC", Reach.CHILDREN, "half_year", starts_on=date(2027, 7, 1))
    session.commit()

    page = client_as(app, "olav").get("/rounds/due").get_data(as_text=True)
    assert re.findall(r"Fra (\d+\. \w+ \d+)", page) == ["1. juli 2027", "1. september 2027"]


def test_what_was_handed_over_falls_to_whom_it_was_handed_to_that_once(session: Session) -> None:
    area(session, owner="bjorn")
    record = monthly(session)
    (one,) = [one for one in mine(session, "bjorn") if one.waits]
    nils = organisation.person(session, "nils")
    session.add(
        Handover(schedule_id=record.id, occurrence="2026-11", to_id=nils.id, recorded_at=clock.now(), **one.subject.ids)
    )
    session.flush()

    assert waiting(session, "bjorn") == []
    assert waiting(session, "nils") == ["2026-11"]
    assert [one.occurrence.key for one in mine(session, "bjorn") if one.is_coming] == ["2026-12"]
    assert [one.occurrence.key for one in mine(session, "nils") if one.is_coming] == []


def test_a_units_round_falls_to_its_leader_and_coordinator(session: Session) -> None:
    schedule(session, Audience.UNITS, "FAC", Reach.CHILDREN, "year", starts_on=date(2026, 1, 1), window="09-01/11-30")

    assert waiting(session, "astrid") == waiting(session, "chen") == waiting(session, "olav") == ["2026"]
    assert waiting(session, "tora") == []  # leads the faculty itself, which is not asked
    assert waiting(session, "siri") == []


def test_people_of_a_role_are_asked_each_for_themselves(session: Session) -> None:
    schedule(session, Audience.PEOPLE, "FAC", Reach.ALL_BENEATH, "year", starts_on=date(2026, 1, 1), role="unit_leader")

    assert waiting(session, "astrid") == waiting(session, "olav") == waiting(session, "tora") == ["2026"]
    assert waiting(session, "chen") == []


def test_reading_what_is_mine_takes_as_many_selects_for_many_areas(session: Session, app: Flask, queries: Any) -> None:
    area(session, owner="bjorn")
    record = monthly(session)
    session.commit()

    def selects() -> int:
        with queries() as sent, Session(session.get_bind()) as fresh:
            mine(fresh, "bjorn")
        return len(sent)

    few = selects()
    for number in range(30):
        ask(session, record, area(session, f"Z-{number}", owner="bjorn"))
    session.commit()
    assert selects() == few


# --- On pages -----------------------------------------------------------------------------------------------


def test_min_side_counts_and_shows_my_round_and_begins_it(session: Session, app: Flask) -> None:
    area(session, owner="bjorn")
    monthly(session)
    session.commit()
    bjorn = client_as(app, "bjorn")

    page = bjorn.get("/").get_data(as_text=True)
    assert "Brannrunde: Kjemiblokk 3, 2. etasje" in page
    assert "Start runden" in page
    begun = bjorn.post("/rounds", data={
        "checklist": "brann", "area": "K3-2", "schedule": "s-areas-month", "occurrence": "2026-11",
    })  # fmt: skip
    assert begun.status_code == 303
    assert "Fortsett runden" in bjorn.get("/").get_data(as_text=True)


def test_min_side_leads_those_who_sign_a_round_to_it(session: Session, app: Flask) -> None:
    signed = FIRE.replace("sections:", "co_signed_by: [safety_representative]\nsections:", 1)
    round = start_round(session, source=signed.replace("key: brann\n", "key: signert\n", 1))
    answer_all(session, round.key, by="astrid")
    operations.hand_in(session, round.key, by=actor(session, "astrid"), at=clock.now(), today=the_cast.today())
    session.commit()

    page = client_as(app, "siri").get("/").get_data(as_text=True)
    assert "Runder å signere" in page
    assert f'href="/rounds/{round.key}#signatures-title"' in page
    assert "én ting å gjøre" in page.lower()
    assert "Runder å signere" not in client_as(app, "bjorn").get("/").get_data(as_text=True)


def test_my_rounds_say_what_waits_what_comes_and_what_was_missed(session: Session, app: Flask) -> None:
    area(session, owner="bjorn")
    monthly(session)
    session.commit()

    page = client_as(app, "bjorn").get("/rounds/due").get_data(as_text=True)
    assert "Én runde venter på deg." in page
    assert "Frist mandag 30. november" in page
    assert "Ikke gjort innen 31. oktober" in page
    assert "Ingen runde venter på deg." in client_as(app, "dina").get("/rounds/due").get_data(as_text=True)


def test_a_guidelines_page_says_when_its_checklist_is_due_for_me(session: Session, app: Flask) -> None:
    from tests.acknowledgements.makers import publish

    publish(session, "brannvern", "1.0", date(2024, 1, 1))
    area(session, owner="bjorn")
    monthly(session)
    edition = checklist(session).editions[0]
    edition.guidelines = ["brannvern"]
    session.commit()

    assert "Brannrunde: Kjemiblokk 3" in client_as(app, "bjorn").get("/guidelines/brannvern").get_data(as_text=True)
    assert "Brannrunde: Kjemiblokk 3" not in client_as(app, "dina").get("/guidelines/brannvern").get_data(as_text=True)


# --- The calendar -------------------------------------------------------------------------------------------


def address(app: Flask, key: str) -> str:
    """The path of a new calendar address."""
    page = client_as(app, key).post("/rounds/due/calendar").get_data(as_text=True)
    return "/calendar/" + page.split("/calendar/")[1].split(".ics")[0] + ".ics"


def test_a_calendar_has_a_year_of_rounds_on_their_due_days(session: Session, app: Flask) -> None:
    area(session, owner="bjorn")
    monthly(session, pauses={"months": [7]})
    session.commit()

    answer = client_as(app, None).get(address(app, "bjorn"))
    events = icalendar.Calendar.from_ical(answer.get_data()).walk("VEVENT")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert [event.decoded("DTSTART") for event in events][:3] == [
        date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31),
    ]  # fmt: skip
    assert len(events) == 12  # a year from now, without July
    assert {str(event["SUMMARY"]) for event in events} == {"Brannrunde: Kjemiblokk 3, 2. etasje"}
    assert len({str(event["UID"]) for event in events}) == len(events)


def test_an_address_ends_when_a_new_one_is_made_or_it_is_ended(session: Session, app: Flask) -> None:
    first = address(app, "bjorn")
    second = address(app, "bjorn")
    stranger = client_as(app, None)

    assert stranger.get(first).status_code == 404
    assert stranger.get(second).status_code == 200
    client_as(app, "bjorn").post("/rounds/due/calendar/end")
    assert stranger.get(second).status_code == 404


def test_the_address_itself_is_kept_nowhere_and_not_shown_again(session: Session, app: Flask) -> None:
    token = address(app, "bjorn").removeprefix("/calendar/").removesuffix(".ics")

    assert token not in client_as(app, "bjorn").get("/rounds/due").get_data(as_text=True)
    (kept,) = session.scalars(select(CalendarAddress)).all()
    assert token not in (kept.token_hash, str(kept.person_id))


def test_who_has_left_has_an_empty_calendar(session: Session, app: Flask) -> None:
    record = area(session, owner="bjorn")
    monthly(session)
    session.commit()
    path = address(app, "bjorn")
    from hmswiki.organisation.models import AreaDuty

    for duty in session.scalars(select(AreaDuty).where(AreaDuty.area_id == record.id)):
        duty.ends_on = the_cast.today()
    session.commit()

    assert b"VEVENT" not in client_as(app, None).get(path).get_data()


# --- Reminders ----------------------------------------------------------------------------------------------


def test_reminders_tell_of_rounds_to_those_they_fall_to(session: Session, app: Flask) -> None:
    from hmswiki.rounds import reminding

    area(session, owner="bjorn")
    area(session, "V-1", name="Uten eier")
    monthly(session)
    session.commit()
    with app.app_context():
        found = list(reminding.waiting(session, today=the_cast.today(), known_at=clock.now()))

        bjorn = organisation.person(session, "bjorn").id
        assert {(one.person_id, one.due_on) for one in found} == {
            (bjorn, date(2026, 11, 30)), (bjorn, date(2026, 12, 31)),
        }  # fmt: skip
        assert found[0].text() == "Fire round: Kjemiblokk 3, 2. etasje" or "Brannrunde" in found[0].text()


# --- Campaigns ----------------------------------------------------------------------------------------------


@pytest.fixture
def autumn(session: Session) -> ScheduleRecord:
    """The round that every unit beneath the faculty does each autumn; Laser Lab has delivered, with one deviation."""
    found = schedule(
        session, Audience.UNITS, "FAC", Reach.CHILDREN, "year", starts_on=date(2026, 1, 1), window="09-01/11-30"
    )
    (one,) = [one for one in mine(session, "astrid") if one.waits]
    round = operations.start(
        session, checklist=found.checklist, unit=organisation.unit(session, "LAB"), schedule=found, occurrence="2026",
        by=actor(session, "astrid"), at=clock.now(), today=the_cast.today(),
    )  # fmt: skip
    answer_all(session, round.key, by="astrid")
    at = clock.now() + timedelta(seconds=1)
    operations.answer(
        session, round.key,
        [
            Incoming("11111111-1111-4111-8111-111111111111", "dorer", None, "deviation", "Låst om natten",
                     {"text": "Døra var låst"}, at),
            Incoming("22222222-2222-4222-8222-222222222222", "annet", None, "=2+2 eller mer", None, None, at),
        ],
        by=actor(session, "astrid"), at=at, today=the_cast.today(),
    )  # fmt: skip
    operations.hand_in(session, round.key, by=actor(session, "astrid"), at=at, today=the_cast.today())
    session.commit()
    return found


def test_a_campaign_says_who_has_delivered_and_who_not(autumn: ScheduleRecord, app: Flask) -> None:
    page = client_as(app, "hanne").get(f"/campaigns/{autumn.key}/2026").get_data(as_text=True)

    assert "Én av to har levert." in page
    assert "Mangler: WRK." in page


def test_central_hse_is_told_why_nobody_can_be_reminded_from_a_campaign(autumn: ScheduleRecord, app: Flask) -> None:
    told = '<a href="/reminders/">Ingen kan minnes: e-post er ikke satt opp</a>'
    assert told in client_as(app, "hanne").get(f"/campaigns/{autumn.key}/2026").get_data(as_text=True)
    assert told not in client_as(app, "olav").get(f"/campaigns/{autumn.key}/2026").get_data(as_text=True)


def test_answers_are_told_item_by_item_over_those_who_were_asked(autumn: ScheduleRecord, session: Session) -> None:
    seen = campaigns.campaign(
        session, autumn, "2026", actor(session, "hanne"), today=the_cast.today(), known_at=clock.now()
    )
    found = campaigns.results(session, seen, today=the_cast.today())
    tallies = {tally.item.key: tally for _, tallies in found.sections for tally in tallies}

    assert (found.rounds, dict(tallies["dorer"].counts), tallies["dorer"].asked) == (1, {"deviation": 1}, 1)
    assert dict(tallies["korridorer"].counts) == {"ok": 1}
    assert [remark.text for remark in tallies["dorer"].remarks] == ["Låst om natten"]
    assert tallies["vakt"].asked == 0  # asked only where hot work goes on
    assert (tallies["dorer"].findings, tallies["dorer"].still_open, found.findings.total) == (1, 1, 1)
    assert tallies["apparater"].numbers == (0.0,)


def test_a_campaign_stays_as_it_was_when_a_unit_that_delivered_has_closed(
    autumn: ScheduleRecord, app: Flask, session: Session
) -> None:
    lab = organisation.unit(session, "LAB")
    lab.closed = date(2027, 1, 1)
    session.commit()
    for day in (datetime(2026, 12, 31, 12, tzinfo=Settings().zone), datetime(2027, 2, 1, 12, tzinfo=Settings().zone)):
        with time_machine.travel(day, tick=True):
            hanne = client_as(app, "hanne")
            page = hanne.get(f"/campaigns/{autumn.key}/2026").get_data(as_text=True)
            assert "Én av to har levert." in page, day
            assert "1 av 2 levert" in hanne.get("/campaigns").get_data(as_text=True)


def test_an_item_counts_for_every_round_that_asked_it_answered_or_not(autumn: ScheduleRecord, session: Session) -> None:
    seen = deliver_for_workshop(session, autumn)
    tallies = {t.item.key: t for _, group in campaigns.results(session, seen, today=the_cast.today()).sections
               for t in group}  # fmt: skip
    assert (tallies["korridorer"].answered, tallies["korridorer"].asked) == (2, 2)
    assert (tallies["annet"].answered, tallies["annet"].asked) == (1, 2)
    assert (tallies["vakt"].answered, tallies["vakt"].asked) == (0, 0)


def deliver_for_workshop(session: Session, autumn: ScheduleRecord) -> campaigns.Campaign:
    """Workshop delivers too, and the campaign as central HSE sees it then."""
    olav, wrk = actor(session, "olav"), organisation.unit(session, "WRK")
    round = operations.start(
        session, checklist=autumn.checklist, unit=wrk, schedule=autumn, occurrence="2026", by=olav, at=clock.now(),
        today=the_cast.today(),
    )  # fmt: skip
    answer_all(session, round.key, by="olav")
    operations.hand_in(session, round.key, by=olav, at=clock.now(), today=the_cast.today())
    return campaigns.campaign(
        session, autumn, "2026", actor(session, "hanne"), today=the_cast.today(), known_at=clock.now()
    )


def test_answers_to_an_item_that_has_become_another_kind_are_not_mixed_with_the_new_ones(
    autumn: ScheduleRecord, session: Session
) -> None:
    as_number = FIRE.replace("kind: ok\n        findings: [deviation]\n      - key: dorer",
                             "kind: number\n      - key: dorer")  # fmt: skip
    publish(session, autumn.checklist, as_number, published_on=the_cast.today())
    wrk, olav = organisation.unit(session, "WRK"), actor(session, "olav")
    round = operations.start(
        session, checklist=autumn.checklist, unit=wrk, schedule=autumn, occurrence="2026", by=olav, at=clock.now(),
        today=the_cast.today(),
    )  # fmt: skip
    at = clock.now()
    given = {"korridorer": "3", "dorer": "ok", "apparater": "0", "kontroll": "2026-01-15", "varmt": "no",
             "alarm": "klokke"}  # fmt: skip
    operations.answer(
        session, round.key,
        [Incoming(str(uuid4()), item, None, value, None, None, at) for item, value in given.items()],
        by=olav, at=at, today=the_cast.today(),
    )  # fmt: skip
    operations.hand_in(session, round.key, by=olav, at=clock.now(), today=the_cast.today())
    seen = campaigns.campaign(
        session, autumn, "2026", actor(session, "hanne"), today=the_cast.today(), known_at=clock.now()
    )
    tallies = {t.item.key: t for _, group in campaigns.results(session, seen, today=the_cast.today()).sections
               for t in group}  # fmt: skip
    assert (tallies["korridorer"].numbers, tallies["korridorer"].asked) == ((3.0,), 1)
    assert tallies["dorer"].asked == 2


def test_a_leader_sees_the_part_of_a_campaign_that_is_beneath(autumn: ScheduleRecord, app: Flask) -> None:
    assert "Nobody" not in client_as(app, "astrid").get(f"/campaigns/{autumn.key}/2026").get_data(as_text=True)
    mine = client_as(app, "olav").get(f"/campaigns/{autumn.key}/2026").get_data(as_text=True)
    assert "Verkstedet" in mine
    assert "Laserlaben" not in mine
    assert client_as(app, "bjorn").get(f"/campaigns/{autumn.key}/2026").status_code == 403
    assert client_as(app, "hanne").get(f"/campaigns/{autumn.key}/1999").status_code == 404
    assert client_as(app, "hanne").get("/campaigns/none/2026").status_code == 404


def test_all_answers_are_exported_and_texts_stay_texts(autumn: ScheduleRecord, app: Flask) -> None:
    answer = client_as(app, "hanne").get(f"/campaigns/{autumn.key}/2026.csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))

    assert "2026-11-23" in answer.headers["Content-Disposition"]
    assert {row["unit"] for row in rows} == {"LAB", "WRK"}
    assert next(row for row in rows if row["item"] == "dorer")["answer"] == "deviation"
    assert next(row for row in rows if row["item"] == "annet")["answer"] == "'=2+2 eller mer"
    assert client_as(app, "hanne").get(f"/campaigns/{autumn.key}/2026.xlsx").data.startswith(b"PK")


def test_where_people_answer_for_themselves_fewer_than_five_are_not_told_of(session: Session, app: Flask) -> None:
    found = schedule(session, Audience.PEOPLE, "LAB", Reach.ALL_BENEATH, "year", starts_on=date(2026, 1, 1), role=None)

    def deliver(key: str) -> None:
        round = operations.start(
            session, checklist=found.checklist, unit=organisation.unit(session, "LAB"),
            person=organisation.person(session, key), schedule=found, occurrence="2026", by=actor(session, key),
            at=clock.now(), today=the_cast.today(),
        )  # fmt: skip
        answer_all(session, round.key, by=key)
        operations.hand_in(session, round.key, by=actor(session, key), at=clock.now(), today=the_cast.today())
        session.commit()

    for key in ("astrid", "bjorn", "chen", "siri"):
        deliver(key)
    hanne = client_as(app, "hanne")
    page = hanne.get(f"/campaigns/{found.key}/2026").get_data(as_text=True)
    assert "For få har svart." in page
    assert "Korridorene er frie" not in page
    assert "Bjørn Berg" not in page

    deliver("nils")
    page = hanne.get(f"/campaigns/{found.key}/2026").get_data(as_text=True)
    assert "Korridorene er frie" in page
    assert "Bjørn Berg" not in page
    assert b"Bj" not in hanne.get(f"/campaigns/{found.key}/2026.csv").data


def test_an_item_that_fewer_than_five_people_were_asked_is_not_told_of(session: Session) -> None:
    found = schedule(session, Audience.PEOPLE, "LAB", Reach.ALL_BENEATH, "year", starts_on=date(2026, 1, 1), role=None)
    for key in ("astrid", "bjorn", "chen", "siri", "nils"):
        who, at = actor(session, key), clock.now()
        round = operations.start(
            session, checklist=found.checklist, unit=organisation.unit(session, "LAB"),
            person=organisation.person(session, key), schedule=found, occurrence="2026", by=who, at=at,
            today=the_cast.today(),
        )  # fmt: skip
        answer_all(session, round.key, by=key)
        if key == "nils":
            later = at + timedelta(seconds=1)
            more = [Incoming(str(uuid4()), item, None, value, "Nils sa det", None, later)
                    for item, value in (("varmt", "yes"), ("vakt", "no"))]  # fmt: skip
            operations.answer(session, round.key, more, by=who, at=later, today=the_cast.today())
        operations.hand_in(session, round.key, by=who, at=at, today=the_cast.today())
    seen = campaigns.campaign(
        session, found, "2026", actor(session, "hanne"), today=the_cast.today(), known_at=clock.now()
    )
    tallies = {tally.item.key: tally for _, group in campaigns.results(session, seen, today=the_cast.today()).sections
               for tally in group}  # fmt: skip

    assert dict(tallies["varmt"].counts) == {"no": 4, "yes": 1}
    hidden = tallies["vakt"]
    assert (hidden.too_few, dict(hidden.counts), hidden.asked, hidden.remarks, hidden.findings) == (True, {}, 0, (), 0)


def test_how_many_of_fewer_than_five_people_have_delivered_is_not_told(session: Session, app: Flask) -> None:
    found = schedule(session, Audience.PEOPLE, "WRK", Reach.ALL_BENEATH, "year", starts_on=date(2026, 1, 1))
    session.commit()
    hanne = client_as(app, "hanne")
    for address in (f"/campaigns/{found.key}/2026", "/campaigns"):
        page = hanne.get(address).get_data(as_text=True)
        assert "Færre enn fem personer blir spurt." in page
        assert "av to" not in page and "av 2" not in page


def test_central_hse_has_those_who_are_missing_reminded(autumn: ScheduleRecord, app: Flask, session: Session) -> None:
    from hmswiki.reminders import queries as reminder_queries

    hanne = client_as(app, "hanne")
    assert client_as(app, "astrid").post(f"/reminders/campaigns/{autumn.key}/2026").status_code == 403
    assert hanne.post(f"/reminders/campaigns/{autumn.key}/2026").status_code == 303

    page = hanne.get(f"/campaigns/{autumn.key}/2026").get_data(as_text=True)
    assert "Neste kjøring minner én person." in page
    olav = organisation.person(session, "olav").id
    slot = Subject(unit_id=organisation.unit(session, "WRK").id).slot
    assert reminder_queries.requests(session, known_at=clock.now()) == {(olav, f"round:{autumn.key}/2026/{slot}")}


def test_the_list_of_campaigns_counts_and_leads_to_each(autumn: ScheduleRecord, app: Flask) -> None:
    page = client_as(app, "hanne").get("/campaigns").get_data(as_text=True)

    assert "1 av 2 levert" in page
    assert f"/campaigns/{autumn.key}/2026" in page


def test_a_campaign_takes_as_many_selects_for_many_units(
    autumn: ScheduleRecord, session: Session, app: Flask, queries: Any
) -> None:
    hanne = client_as(app, "hanne")

    def selects() -> int:
        with queries() as sent:
            hanne.get(f"/campaigns/{autumn.key}/2026")
        return len(sent)

    few = selects()
    faculty = organisation.unit(session, "FAC")
    for number in range(30):
        unit = Unit(
            code=f"N{number}", name={"nb": f"Ny {number}"}, parent_id=faculty.id, path="", opened=the_cast.FOUNDED,
            position=10 + number,
        )  # fmt: skip
        session.add(unit)
        session.flush()
        unit.path = f"{faculty.path}{unit.id}/"
    session.commit()
    assert selects() == few


# --- Areas by months ----------------------------------------------------------------------------------------


def test_areas_by_months_show_done_missed_and_vacant(session: Session, app: Flask) -> None:
    area(session, owner="bjorn")
    record = monthly(session)
    (one,) = [one for one in mine(session, "bjorn") if one.waits]
    round = do(session, one, by="bjorn")
    session.commit()

    page = client_as(app, "hanne").get(f"/rounds/by-area/{record.key}").get_data(as_text=True)
    assert "1 av 2 runder ble gjort i 2026." in page
    assert f"/rounds/{round.key}" in page
    assert "Uteble" in page
    assert client_as(app, "bjorn").get(f"/rounds/by-area/{record.key}").status_code == 403
    assert client_as(app, "hanne").get(f"/rounds/by-area/{record.key}?year=abc").status_code == 400


def test_areas_of_a_year_that_is_over_stand_as_they_stood_then(session: Session, app: Flask) -> None:
    place = area(session, owner="bjorn")
    record = monthly(session)
    place.closed = date(2027, 1, 10)
    session.commit()
    with time_machine.travel(datetime(2027, 2, 1, 12, tzinfo=Settings().zone), tick=True):
        hanne = client_as(app, "hanne")
        assert "K3-2" in hanne.get(f"/rounds/by-area/{record.key}?year=2026").get_data(as_text=True)
        assert "K3-2" not in hanne.get(f"/rounds/by-area/{record.key}?year=2027").get_data(as_text=True)


def test_areas_by_months_take_as_many_selects_for_many_areas(session: Session, app: Flask, queries: Any) -> None:
    area(session, owner="bjorn")
    record = monthly(session)
    session.commit()
    hanne = client_as(app, "hanne")

    def selects() -> int:
        with queries() as sent:
            hanne.get(f"/rounds/by-area/{record.key}")
        return len(sent)

    few = selects()
    for number in range(60):
        ask(session, record, area(session, f"Z-{number}", owner="bjorn"))
    session.commit()
    assert selects() == few
    assert "/areas/Z-" not in hanne.get(f"/rounds/by-area/{record.key}?page=9").get_data(as_text=True)


def test_a_units_page_says_how_its_rounds_stand_and_what_is_still_so(autumn: ScheduleRecord, app: Flask) -> None:
    page = client_as(app, "bjorn").get("/units/LAB").get_data(as_text=True)

    assert "Ett avvik er der fortsatt" in page
    assert "Gjort 23. november" in page
    assert "Frist mandag 30. november" in client_as(app, "olav").get("/units/WRK").get_data(as_text=True)


def test_central_hse_finds_the_rounds_of_all_units_in_the_list(autumn: ScheduleRecord, app: Flask) -> None:
    page = client_as(app, "hanne").get("/rounds").get_data(as_text=True)

    assert "Alle runder" in page
    assert "Laserlaben" in page
    assert "Laserlaben" not in client_as(app, "dina").get("/rounds").get_data(as_text=True)


def test_what_was_written_on_paper_in_a_plans_time_counts_for_it(
    autumn: ScheduleRecord, app: Flask, session: Session
) -> None:
    olav, plan = client_as(app, "olav"), autumn.key
    session.commit()

    def type_in(day: str) -> tuple[str, str | None]:
        begun = olav.post("/checklists/brann/paper", data={"unit": "WRK", "done_on": day})
        key = begun.headers["Location"].rsplit("/", 1)[1]
        occurrence = session.scalar(select(Round.occurrence).where(Round.key == key))
        session.commit()  # a session of the tests keeps every other writer out while it reads
        return key, occurrence

    assert type_in("2019-10-01")[1] is None  # before the plan was made
    key, occurrence = type_in("2026-10-01")
    assert occurrence == "2026"
    assert type_in("2026-10-02")[1] is None  # there is one already
    answer_all(session, key, by="olav")
    operations.hand_in(session, key, by=actor(session, "olav"), at=clock.now(), today=the_cast.today())
    session.commit()

    assert "Alle to har levert." in client_as(app, "hanne").get(f"/campaigns/{plan}/2026").text
