"""Making, ending, changing and withdrawing schedules; events, skips and handovers."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import Conflict, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import AreaKind
from hmswiki.schedules import operations, queries, slot_operations
from hmswiki.schedules.models import Audience, Handover, Reach, ScheduleEvent, ScheduleRecord, Skip
from hmswiki.schedules.operations import Whom
from hmswiki.schedules.rules import When
from tests.schedules.makers import (
    NOW,
    TODAY,
    actor,
    area,
    checklist,
    person,
    reorganise,
    schedule,
    slot_of,
    unit,
)

LATER = NOW + timedelta(hours=1)
MONTHLY = When("month", TODAY, months=frozenset({7}))


def create(session: Session, who: str, codes: Any = ("LAB",), when: When = MONTHLY, **other: Any) -> ScheduleRecord:
    whom = Whom(
        other.pop("audience", Audience.UNITS), [(unit(session, code), Reach.ALL_BENEATH) for code in codes], **other
    )  # fmt: skip
    return operations.create(
        session, checklist(session), whom, when, by=actor(session, who), at=NOW, today=TODAY
    )  # fmt: skip


# --- Making -------------------------------------------------------------------------------------------------


def test_a_leader_decides_for_all_beneath_her_and_central_hse_everywhere(session: Session) -> None:
    made = create(session, "astrid", ["LAB", "OPT"])
    assert (made.every, made.pauses, made.starts_on, made.recorded_by_id) == (
        "month", {"months": [7]}, TODAY, person(session, "astrid").id,
    )  # fmt: skip
    assert create(session, "hanne", ["FAC"]).id != made.id
    assert create(session, "chen", ["OPT"]).id


@pytest.mark.parametrize(
    ("who", "codes"), [("astrid", ["LAB", "WRK"]), ("olav", ["FAC"]), ("bjorn", ["LAB"]), ("siri", ["LAB"])]
)
def test_nobody_decides_for_a_unit_that_is_not_theirs(session: Session, who: str, codes: list[str]) -> None:
    with pytest.raises(NotAllowed, match="the leader or HSE coordinator of all the units"):
        create(session, who, codes)
    assert session.scalars(select(ScheduleRecord)).all() == []


def test_an_area_is_named_by_those_who_decide_for_one_of_its_units(session: Session) -> None:
    shared = Whom(Audience.AREAS, areas=[area(session, "B1-217")])
    for who in ("olav", "astrid"):
        operations.create(session, checklist(session), shared, MONTHLY, by=actor(session, who), at=NOW, today=TODAY)
    with pytest.raises(NotAllowed):
        operations.create(
            session, checklist(session), Whom(Audience.AREAS, areas=[area(session, "B1")]), MONTHLY,
            by=actor(session, "olav"), at=NOW, today=TODAY,
        )  # fmt: skip


def test_what_asks_nobody_or_a_closed_unit_is_refused_at_its_field(session: Session) -> None:
    with pytest.raises(Refusal, match="Choose at least one unit") as refused:
        create(session, "hanne", [])
    assert refused.value.field == "units"
    reorganise(session, "WRK", TODAY, "NEW")
    with pytest.raises(Refusal, match="Choose the unit that carries on"):
        create(session, "hanne", ["WRK"])
    with pytest.raises(Refusal, match="named only where areas are asked"):
        create(session, "hanne", ["LAB"], areas=[area(session, "B1")])
    checklist(session).retired_on = TODAY
    with pytest.raises(Refusal, match="out of use"):
        create(session, "hanne")


def test_a_kind_of_area_and_a_role_are_kept(session: Session) -> None:
    made = create(
        session, "hanne", ["FAC"], audience=Audience.AREAS, area_kind=AreaKind.ROOM, role=Role.HSE_COORDINATOR
    )
    session.expire(made)
    assert (made.area_kind, made.role, [one.reach for one in made.units]) == (
        "room",
        "hse_coordinator",
        ["all_beneath"],
    )


# --- Ending, changing, withdrawing --------------------------------------------------------------------------


def test_an_ended_one_asks_no_more_and_is_ended_once(session: Session) -> None:
    made = schedule(session)
    hanne = actor(session, "hanne")
    with pytest.raises(Refusal, match="cannot be ended backwards"):
        operations.end(session, made, ended=TODAY - timedelta(days=1), by=hanne, at=NOW, today=TODAY)
    operations.end(session, made, ended=TODAY, by=hanne, at=NOW, today=TODAY)
    assert queries.live(session, day=TODAY, known_at=NOW) == []
    with pytest.raises(Conflict, match="ended already"):
        operations.end(session, made, ended=TODAY + timedelta(days=9), by=hanne, at=NOW, today=TODAY)
    assert made.ended == TODAY


def test_one_that_has_not_started_is_called_off_from_its_first_day(session: Session) -> None:
    made = schedule(session, starts=date(2026, 5, 1))
    with pytest.raises(Refusal, match="To call it off"):
        operations.end(session, made, ended=TODAY, by=actor(session, "hanne"), at=NOW, today=TODAY)
    operations.end(session, made, ended=date(2026, 5, 1), by=actor(session, "hanne"), at=NOW, today=TODAY)
    assert queries.live(session, day=date(2026, 5, 1), known_at=NOW) == []


def test_another_frequency_is_another_schedule_for_the_same_that_takes_its_place(session: Session) -> None:
    old = schedule(session, Audience.AREAS, [("LAB", Reach.ALL_BENEATH)], ["B1"], role=Role.AREA_OWNER)
    new = operations.change(
        session, old, When("quarter", TODAY), by=actor(session, "hanne"), at=NOW, today=TODAY
    )  # fmt: skip
    assert (old.ended, new.starts_on, new.every, new.replaces_id) == (
        date(2026, 4, 1), date(2026, 4, 1), "quarter", old.id,
    )  # fmt: skip
    assert [(one.unit_id, one.reach) for one in new.units] == [(unit(session, "LAB").id, "all_beneath")]
    assert ([one.code for one in new.areas], new.role, new.audience) == (["B1"], "area_owner", "areas")
    with pytest.raises(Conflict):
        operations.change(session, old, When("year", TODAY), by=actor(session, "hanne"), at=NOW, today=TODAY)


def test_nobody_is_asked_for_the_same_twice_while_one_takes_over_from_the_other(session: Session) -> None:
    old = schedule(session)
    paused = When("month", TODAY, months=frozenset({7}))
    new = operations.change(session, old, paused, by=actor(session, "hanne"), at=NOW, today=TODAY)
    lab = slot_of(session, "LAB")
    done = {("2026-03", lab): date(2026, 3, 3)}
    asked = []
    for record in (old, new):
        found = queries.standings(
            session, record, on=date(2026, 9, 10), done=done if record is old else {}, known_at=NOW
        )
        [standing] = [standing for subject, standing in found if subject.slot == lab]
        asked += [one.occurrence.key for one in standing]
    assert asked == [
        "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-08", "2026-09", "2026-10",
    ]  # fmt: skip


def test_a_mistake_is_withdrawn_with_a_reason_by_those_who_may_decide(session: Session) -> None:
    made = schedule(session, units=[("LAB", Reach.ITSELF)])
    with pytest.raises(NotAllowed):
        operations.withdraw(session, made, reason="Feil", by=actor(session, "olav"), at=NOW, today=TODAY)
    with pytest.raises(Refusal, match="Say why"):
        operations.withdraw(session, made, reason="", by=actor(session, "astrid"), at=NOW, today=TODAY)
    operations.withdraw(session, made, reason="Feil enhet", by=actor(session, "astrid"), at=NOW, today=TODAY)
    assert queries.every_schedule(session, known_at=LATER) == []
    with pytest.raises(NotFound):
        operations.end(session, made, ended=TODAY, by=actor(session, "hanne"), at=LATER, today=TODAY)


def test_after_a_reorganisation_the_units_that_carry_on_decide(session: Session) -> None:
    made = schedule(session, units=[("WRK", Reach.ITSELF)])
    reorganise(session, "WRK", date(2026, 3, 1), "LAB")
    assert operations.may_manage(session, actor(session, "astrid"), made, day=TODAY, known_at=NOW)
    assert not operations.may_manage(session, actor(session, "olav"), made, day=TODAY, known_at=NOW)


# --- Skipping -----------------------------------------------------------------------------------------------


def skip(
    session: Session, made: ScheduleRecord, code: str, who: str, key: str = "2026-03", reason: str = "Flytting"
) -> Skip:
    return slot_operations.skip(
        session, made, slot_of(session, code), key, reason=reason, by=actor(session, who), at=NOW, today=TODAY
    )  # fmt: skip


def test_who_does_the_round_skips_it_with_a_reason_and_takes_that_back(session: Session) -> None:
    made = schedule(session, Audience.AREAS, [("LAB", Reach.ITSELF)])
    found = skip(session, made, "B1-217", "bjorn")
    key = (made.id, "2026-03", slot_of(session, "B1-217"))
    assert queries.skips(session, [made.id], known_at=NOW) == {key: "Flytting"}
    with pytest.raises(Conflict, match="skipped it already"):
        skip(session, made, "B1-217", "astrid")
    slot_operations.take_back_skip(session, found, by=actor(session, "astrid"), at=LATER, today=TODAY)
    assert queries.skips(session, [made.id], known_at=LATER) == {}
    assert queries.skips(session, [made.id], known_at=NOW) == {key: "Flytting"}, "as it was known then"


@pytest.mark.parametrize(
    ("code", "who", "key", "reason", "kind"),
    [
        ("LAB", "olav", "2026-03", "Nei", NotAllowed),
        ("LAB", "bjorn", "2026-03", "Nei", NotAllowed),
        ("LAB", "astrid", "2026-03", "", Refusal),
        ("LAB", "astrid", "2026-02", "Nei", NotFound),
        ("LAB", "astrid", "2031-03", "Nei", NotFound),
        ("WRK", "hanne", "2026-03", "Nei", NotFound),
    ],
)
def test_a_skip_that_cannot_be_is_refused(
    session: Session, code: str, who: str, key: str, reason: str, kind: type[Refusal]
) -> None:
    made = schedule(session, units=[("LAB", Reach.ITSELF)], starts=date(2026, 3, 1))
    with pytest.raises(kind):
        skip(session, made, code, who, key, reason)
    assert session.scalars(select(Skip)).all() == []


def test_a_person_skips_their_own(session: Session) -> None:
    made = schedule(session, Audience.PEOPLE, [("LAB", Reach.ITSELF)])
    skip(session, made, "bjorn", "bjorn")
    with pytest.raises(NotAllowed):
        skip(session, made, "siri", "bjorn")


# --- Handing over -------------------------------------------------------------------------------------------


def hand_over(session: Session, made: ScheduleRecord, code: str, to: str, who: str, at: Any = NOW) -> Handover:
    return slot_operations.hand_over(
        session, made, slot_of(session, code), "2026-03", to=person(session, to), note="", by=actor(session, who),
        at=at, today=TODAY,
    )  # fmt: skip


def handed(session: Session, made: ScheduleRecord) -> list[str]:
    return [one.external_key for one in queries.handovers(session, [made.id], known_at=LATER).values()]


def test_an_occurrence_is_handed_to_an_employee_and_on_and_back(session: Session) -> None:
    made = schedule(session, units=[("LAB", Reach.ITSELF)])
    first = hand_over(session, made, "LAB", "bjorn", "astrid")
    assert handed(session, made) == ["bjorn"]
    assert hand_over(session, made, "LAB", "bjorn", "chen").id == first.id, "the same again changes nothing"
    second = hand_over(session, made, "LAB", "nils", "chen", LATER)
    assert handed(session, made) == ["nils"]
    slot_operations.take_back_handover(session, second, by=actor(session, "astrid"), at=LATER, today=TODAY)
    assert handed(session, made) == []


def test_an_area_is_handed_to_its_deputy_wherever_employed_and_to_nobody_else_outside(session: Session) -> None:
    made = schedule(session, Audience.AREAS, [], ["B1-2"])
    hand_over(session, made, "B1-2", "dina", "bjorn")
    assert handed(session, made) == ["dina"]
    with pytest.raises(Refusal, match="Tora Tangen is not employed in the unit") as refused:
        hand_over(session, made, "B1-2", "tora", "bjorn")
    assert refused.value.field == "to"


# --- Events -------------------------------------------------------------------------------------------------


def record(session: Session, made: ScheduleRecord, day: date, who: str = "astrid", code: str = "LAB") -> ScheduleEvent:
    return slot_operations.record_event(
        session, made, slot_of(session, code), happens_on=day, text="Ny avdeling", by=actor(session, who), at=NOW,
        today=TODAY,
    )  # fmt: skip


def events(session: Session, made: ScheduleRecord) -> list[tuple[str, date]]:
    found = queries.events_of(session, [made], known_at=LATER).get((made.id, slot_of(session, "LAB")), ())
    return [(one.name, one.day) for one in found]


def test_a_leader_records_what_is_to_come_and_corrects_its_day_under_the_same_name(session: Session) -> None:
    made = schedule(session, every="event", within=14)
    found = record(session, made, date(2026, 8, 1))
    moved = slot_operations.correct_event(
        session, found, happens_on=date(2026, 9, 1), by=actor(session, "chen"), at=LATER, today=TODAY
    )
    assert events(session, made) == [(found.name, date(2026, 9, 1))]
    with pytest.raises(Conflict, match="changed or withdrawn"):
        slot_operations.withdraw_event(session, found, reason=None, by=actor(session, "chen"), at=LATER, today=TODAY)
    slot_operations.withdraw_event(session, moved, reason=None, by=actor(session, "hanne"), at=LATER, today=TODAY)
    assert events(session, made) == []


def test_an_event_is_recorded_by_the_units_own_and_only_where_it_is_asked_about(session: Session) -> None:
    made = schedule(session, every="event", within=14)
    for who in ("bjorn", "siri", "olav"):
        with pytest.raises(NotAllowed):
            record(session, made, TODAY, who)
    with pytest.raises(Refusal, match="follows the calendar"):
        record(session, schedule(session), TODAY)
    with pytest.raises(Refusal, match="from .* on") as refused:
        record(session, made, date(2025, 12, 31))
    assert refused.value.field == "happens_on"
    made.ended = date(2026, 4, 1)
    with pytest.raises(Refusal, match="never asked"):
        record(session, made, date(2026, 3, 20))
    assert session.scalars(select(ScheduleEvent)).all() == []
