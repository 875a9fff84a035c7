"""The demonstration's year of rounds: what it promises, and that all of it could have come about on the pages."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.actions import queries as actions
from hmswiki.actions.models import Action, ActionState
from hmswiki.app import create_app
from hmswiki.checklists import queries as checklists
from hmswiki.checklists import supplement_queries
from hmswiki.checklists.supplements import ClashKind
from hmswiki.demo import areas, command, history, rounds
from hmswiki.foundation import clock
from hmswiki.organisation import area_queries
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Area, Employment
from hmswiki.rounds import campaigns, due, queries
from hmswiki.rounds.models import Finding, Photo, Round
from hmswiki.schedules import queries as schedules
from hmswiki.schedules.models import Handover, Skip
from hmswiki.schedules.recurrence import Standing
from hmswiki.web.context import state
from tests.conftest import Databases, client_as
from tests.demo.test_demo import shipped
from tests.support import once

# What is written here goes through operations and bundles, which are tested on PostgreSQL too.
pytestmark = once

STARTS = [date(2024, 2, 29), date(2026, 1, 1), date(2026, 7, 20)]
THUY = "demo-omradeansvarlig"


class Told:
    """The demonstration on its first day."""

    def __init__(self, session: Session, today: date, known_at: datetime) -> None:
        self.session, self.today, self.now = session, today, known_at

    def schedule(self, checklist: str) -> Any:
        found = schedules.live(self.session, day=self.today, known_at=self.now)
        return next(one for one in found if one.checklist.key == checklist)

    def dues(self, checklist: str) -> list[due.Due]:
        return due.of_schedule(self.session, self.schedule(checklist), today=self.today, known_at=self.now)

    def mine(self, person: str) -> list[due.Due]:
        who = organisation.actor(self.session, person, self.today)
        assert who is not None
        found = due.of_person(self.session, who, today=self.today, known_at=self.now)
        return [one for one in found if one.waits]

    def summaries(self, checklist: str) -> list[campaigns.Summary]:
        who = organisation.actor(self.session, "demo-sentral", self.today)
        assert who is not None
        return campaigns.summaries(
            self.session, [self.schedule(checklist)], who, today=self.today, known_at=self.now,
            since=self.today - timedelta(days=800),
        )  # fmt: skip


@pytest.fixture
def told(demo_app: Flask) -> Iterator[Told]:
    with demo_app.app_context(), Session(state(demo_app).engines.read) as session:
        yield Told(session, clock.today(state(demo_app).settings.zone), clock.now())


@pytest.fixture(scope="module", params=STARTS, ids=str)
def told_on(request: Any, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """As it would be laid out on another day."""
    start, address = request.param, databases.migrated()
    at = datetime.combine(start, time(12), tzinfo=UTC)
    app = create_app(database_url=address, instance=tmp_path_factory.mktemp("told"), secret_key="told")
    with app.app_context():
        with Session(state(app).engines.write) as session:
            command.fill(session, state(app).wiki.record_kinds, today=start, at=at)
            yield Told(session, start, at)
            session.rollback()
        state(app).engines.write.dispose()
    databases.drop(address)


def test_the_history_can_be_laid_out_from_any_day(told_on: Told) -> None:
    working = Employment.held_on(told_on.today), Employment.known_at(told_on.now)
    assert told_on.session.scalar(select(func.count()).where(*working)) == 980


def test_of_this_years_campaign_eight_of_ten_are_delivered_and_last_years_is_complete(told_on: Told) -> None:
    now, before = told_on.summaries("hms-runde")
    assert (now.delivered, now.total, before.delivered, before.total) == (8, 10, 10, 10)
    assert now.occurrence.due_on - told_on.today == timedelta(days=14)
    missing = {one.code: one.running for one in told_on.dues("hms-runde") if one.waits}
    assert missing["IFY"] is None and missing["IMA"] is not None and len(missing) == 2


def test_thuys_round_waits_with_what_the_last_one_found(told_on: Told) -> None:
    (waiting,) = told_on.mine(THUY)
    assert (waiting.code, waiting.title["nb"]) == ("K3-2", "Brannrunde")
    floor = area_queries.area(told_on.session, "K3-2")
    fire = checklists.checklist(told_on.session, "brannrunde")
    earlier = queries.last_findings(told_on.session, fire, unit=organisation.unit(told_on.session, "IKJ"), area=floor)
    assert [one.item for one in earlier] == ["romningsveier-frie", "branndorer-lukket", "slokkeutstyr-kontroll"]
    assert {one.round.occurrence for one in earlier} != {waiting.occurrence.key}


def test_every_kind_of_thing_has_happened_to_the_fire_rounds(told_on: Told) -> None:
    found = Counter(one.standing for one in told_on.dues("brannrunde"))
    assert found[Standing.DONE] > 150
    assert found[Standing.DONE_LATE] and found[Standing.MISSED] and found[Standing.SKIPPED] == 1
    assert not [one for one in told_on.dues("brannrunde") if one.occurrence.key.endswith("-07")], "July is paused"
    assert told_on.session.scalar(select(func.count()).select_from(Handover)) == 1
    assert told_on.session.scalars(select(Skip)).one().reason


def test_nothing_lies_ahead_of_the_first_day(told_on: Told) -> None:
    session, begins = told_on.session, datetime.combine(told_on.today, time(), tzinfo=UTC)
    assert session.scalars(select(func.max(Round.handed_in_at))).one() < begins
    assert session.scalars(select(func.max(Finding.recorded_at))).one() < begins
    assert session.scalars(select(func.max(Action.raised_at))).one() < begins


def test_each_of_the_cast_finds_a_few_things_to_do(told_on: Told) -> None:
    for member in history.CAST:
        who = organisation.actor(told_on.session, member.key, told_on.today)
        assert who is not None
        count = len(told_on.mine(member.key)) + len(actions.open_of(told_on.session, who, told_on.today))
        assert 1 <= count <= 7, member.key


def test_the_findings_are_those_that_the_answers_raise(told: Told) -> None:
    handed_in = told.session.scalars(select(Round).where(Round.handed_in_at.is_not(None))).all()
    assert len(handed_in) > 250
    for round in handed_in:
        filled = queries.filled(told.session, round)
        assert not filled.missing, (round.checklist.key, round.unit.code, round.done_on)
        raised = {
            item.key: (answer.value, (answer.details or {}).get("text"), (answer.details or {}).get("seriousness"))
            for item, answer in filled.raised
        }
        found = {
            one.item: (one.answer, one.text, one.seriousness) for one in queries.findings_of_round(told.session, round)
        }
        assert found == raised, (round.checklist.key, round.unit.code, round.done_on)


def test_findings_and_actions_stand_in_every_way(told: Told) -> None:
    session = told.session
    states = Counter(session.scalars(select(Action.state)))
    assert states[ActionState.OPEN] and states[ActionState.DONE] and states[ActionState.CHECKED]
    overdue = session.scalars(select(Action).where(Action.state == ActionState.OPEN, Action.due_on < told.today)).all()
    assert any(one.escalated_to is not None for one in overdue)
    assert all(one.escalated_to is not None for one in overdue if (told.today - one.due_on).days > 15)
    assert session.scalar(select(func.count()).where(Action.case_number.is_not(None)))
    on_the_spot = select(func.count()).where(Finding.mended_on == Finding.found_on)
    still = select(func.count()).where(Finding.mended_on.is_(None))
    assert session.scalar(on_the_spot) and session.scalar(still)
    assert session.scalar(select(func.count()).select_from(Photo)) == 2


def test_one_units_supplement_clashes_with_the_newest_edition_and_anothers_does_not(told: Told) -> None:
    fire = checklists.checklist(told.session, "brannrunde")
    clashes = {}
    for code in ("IKJ", "IMA"):
        unit = organisation.unit(told.session, code)
        adapted = supplement_queries.adapted(told.session, fire, unit, day=told.today, known_at=told.now)
        assert adapted is not None
        assert any(item.is_local for item in adapted.items)
        clashes[code] = sorted(clash.kind for clash in adapted.clashes)
    assert clashes == {"IKJ": [ClashKind.ANCHOR_GONE, ClashKind.ITEM_CHANGED], "IMA": []}


def test_three_areas_are_vacant_and_one_owner_leaves_soon(told: Told) -> None:
    every = told.session.scalars(select(Area)).all()
    people = area_queries.people_of(told.session, [one.id for one in every], day=told.today, known_at=told.now)
    assert {one.code for one in every if people[one.id].owner is None} == {"RFB-D5", "AAL-2", "SEA-1-02"}
    later = told.today + timedelta(days=30)
    then = area_queries.people_of(told.session, [one.id for one in every], day=later, known_at=told.now)
    assert {one.code for one in every if then[one.id].owner is None} == {"RFB-D5", "AAL-2", "SEA-1-02", "RFB-D4"}


def test_every_area_owner_looks_after_an_area(told: Told) -> None:
    start = date(2026, 3, 1)
    roles = history.write(start, *shipped())["roles"]
    known = areas.places(start, roles)
    looked_after = {person for place in known.values() for person in (place.owner, *place.deputies)}
    assert {row["person"] for row in roles if row["role"] == "area_owner"} == looked_after - {None}


def test_the_same_day_gives_the_same_rounds() -> None:
    start = date(2026, 3, 1)
    roles = history.write(start, *shipped())["roles"]
    first, again = (rounds.write(start, roles, areas.places(start, roles)) for _ in range(2))
    assert first.rows == again.rows
    assert first.files == again.files


def test_the_pages_of_the_year_open(demo_app: Flask) -> None:
    central, thuy = client_as(demo_app, "demo-sentral"), client_as(demo_app, THUY)
    assert "8 av 10" in central.get("/campaigns").text
    assert "Kjemiblokk 3, 2. etasje" in thuy.get("/").text
    assert "kopimaskin" in thuy.get("/areas/K3-2").text
    with demo_app.app_context(), Session(state(demo_app).engines.read) as session:
        photo = session.scalars(select(Photo.key).join(Round, Round.id == Photo.round_id).join(Area).where(
            Area.code == "K3-2")).one()  # fmt: skip
    assert thuy.get(f"/photos/{photo}").content_type == "image/jpeg"
