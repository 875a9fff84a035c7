"""The demonstration holds what it promises."""

from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements import queries
from hmswiki.acknowledgements.coverage import Status
from hmswiki.acknowledgements.models import Confirmation, Evidence, Rollout
from hmswiki.demo import history
from hmswiki.foundation import clock
from hmswiki.guidelines import importing
from hmswiki.guidelines.models import Draft, DraftState
from hmswiki.organisation.models import Employment, Person, Unit
from hmswiki.organisation.queries import actor
from hmswiki.web.context import state
from tests.conftest import client_as
from tests.support import once

# What is written here goes through operations and bundles, which are tested on PostgreSQL too.
pytestmark = once

UNITS = ["IBA", "IBF", "IBI", "IBT", "IFY", "IKJ", "IKP", "IMA", "FFI", "ADM"]


def shipped() -> tuple[Any, Any]:
    content = importing.read_folder(files("hmswiki.shipped.content"))
    texts = {g.slug: {k: {"title": t.title, "body": t.body} for k, t in g.texts.items()} for g in content.guidelines}
    facts = {
        g.slug: {k: v.isoformat() if isinstance(v, date) else v for k, v in g.facts.items()} for g in content.guidelines
    }
    return texts, facts


@pytest.fixture(scope="module")
def rows() -> dict[str, list[dict[str, Any]]]:
    return history.write(date(2026, 3, 1), *shipped())


def test_the_same_day_gives_the_same_history(rows: Any) -> None:
    assert history.write(date(2026, 3, 1), *shipped()) == rows


def test_about_980_people_work_in_the_ten_units(rows: Any) -> None:
    working = [
        row for row in rows["employments"]
        if "withdrawn_at" not in row and row["from"] <= "2026-03-01" and row.get("to", "9999") > "2026-03-01"
    ]  # fmt: skip
    assert len(working) == len({row["person"] for row in working}) == 980
    assert {row["unit"] for row in working} == set(UNITS)


def test_nobody_is_called_what_somebody_else_is(rows: Any) -> None:
    names = [row["name"] for row in rows["people"]]
    assert len(names) == len(set(names))


def test_nothing_is_recorded_after_the_history_ends(rows: Any) -> None:
    facts = [row for kind in ("employments", "roles", "acknowledgements", "confirmations") for row in rows[kind]]
    assert max(row[at] for row in facts for at in ("recorded_at", "withdrawn_at") if at in row) < "2026-03-02"
    assert any(row["from"] > "2026-03-01" for row in rows["employments"]), "somebody comes soon"


def test_every_kind_of_thing_has_happened(rows: Any) -> None:
    confirmations = rows["confirmations"]
    assert {row["answer"] for row in confirmations} == {"informed", "not_informed", "unknown"}
    assert any("withdrawn_at" in row for row in confirmations)
    assert any("only" in row for row in confirmations)
    assert any(row["recorded_at"][:10] > row["informed_on"] for row in confirmations)
    assert any("to" in row for row in rows["employments"])
    moved = [row["person"] for row in rows["employments"] if "withdrawn_at" not in row]
    assert len(moved) > len(set(moved))


def test_the_demo_as_it_stands_on_its_first_day(demo_app: Flask) -> None:
    with demo_app.app_context(), Session(state(demo_app).engines.read) as session:
        today = clock.today(state(demo_app).settings.zone)
        assert sorted(session.scalars(select(Unit.code))) == sorted([*UNITS, "NV"])
        working = select(func.count()).where(Employment.held_on(today), Employment.withdrawn_at.is_(None))
        assert session.scalar(working) == 980
        coverage = queries.coverage(session, as_of=today, known_at=clock.now())
        assert len({row.guideline for row in coverage.rows.values()}) == 5
        assert {row.status for row in coverage.rows.values()} >= {
            Status.CONFIRMED, Status.PARTLY, Status.NOT_INFORMED, Status.UNKNOWN, Status.OUTDATED, Status.NONE,
        }  # fmt: skip
        assert any(row.overdue for row in coverage.rows.values())
        soon = {row.due for row in coverage.rows.values() if row.due and today <= row.due <= today + timedelta(days=14)}
        assert soon
        evidence = set(session.scalars(select(Rollout.evidence).where(Rollout.ended.is_(None))))
        assert evidence == {Evidence.UNIT, Evidence.NAMED}
        assert session.scalar(select(func.count()).select_from(Confirmation)) or 0 > 60
        states = set(session.scalars(select(Draft.state)))
        assert states == {DraftState.WRITING, DraftState.SENT, DraftState.PUBLISHED}


def test_each_member_of_the_cast_is_who_the_list_says(demo_app: Flask) -> None:
    for member in history.CAST:
        with demo_app.app_context(), Session(state(demo_app).engines.read) as session:
            who = actor(session, member.key, clock.today(state(demo_app).settings.zone))
            assert who is not None
            unit = session.scalars(select(Unit).where(Unit.code == member.unit)).one()
            assert who.unit_id == unit.id
            assert [str(holding.role) for holding in who.holdings] == ([member.role] if member.role else [])
        assert client_as(demo_app, member.key).get("/").status_code == 200, member.key


def test_people_are_plainly_invented(demo_app: Flask) -> None:
    with demo_app.app_context(), Session(state(demo_app).engines.read) as session:
        assert all(address.endswith("@example.org") for address in session.scalars(select(Person.email)))
