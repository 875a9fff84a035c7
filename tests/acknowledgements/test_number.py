"""The number, end to end: a bundle goes into the database, and its coverage is what the rules say.

The worked example of the rules by hand; hundreds of random histories against the naive second reading.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements import coverage as reckoning
from hmswiki.acknowledgements import queries
from hmswiki.acknowledgements.coverage import ConfirmationFact
from hmswiki.acknowledgements.models import Confirmation
from hmswiki.foundation.bundles import import_bundle
from hmswiki.guidelines.models import Guideline
from hmswiki.organisation.models import Person, Unit
from hmswiki.web.context import state
from tests.acknowledgements import histories, naive
from tests.conftest import DATABASE

WORKED_EXAMPLE = Path(__file__).parent.parent / "data" / "worked-example"
# PostgreSQL takes three times as long.
HISTORIES, WITH_PARTS, AT_ONCE = (240, 60, 20) if DATABASE == "sqlite" else (40, 10, 10)


def load(session: Session, app: Flask, folder: Path) -> None:
    kinds = state(app).wiki.record_kinds
    import_bundle(session, folder, kinds, at=histories.IMPORTED_AT, progress=lambda line: None)


@pytest.mark.parametrize("first", range(0, HISTORIES, AT_ONCE))
def test_two_readings_of_the_rules_agree_on_random_histories(empty_app: Flask, first: int, tmp_path: Path) -> None:
    with empty_app.app_context():
        for seed in range(first, first + AT_ONCE):
            bundle = histories.random_history(seed)
            folder = tmp_path / str(seed)
            histories.write_bundle(bundle, folder)
            with Session(state(empty_app).engines.write) as session:
                load(session, empty_app, folder)
                for as_of, known_at in histories.probe_points(bundle, seed):
                    found = queries.coverage(session, as_of=as_of, known_at=known_at)
                    got = [row.as_data() for row in found.in_order()]
                    wanted = naive.coverage_rows(bundle, as_of, known_at, histories.IMPORTED_AT)
                    assert got == wanted, f"history {seed} on {as_of} as known at {known_at}"
                session.rollback()


@pytest.mark.parametrize("first", range(1000, 1000 + WITH_PARTS, AT_ONCE))
def test_a_part_of_the_site_is_counted_as_in_the_whole(empty_app: Flask, first: int, tmp_path: Path) -> None:
    with empty_app.app_context():
        for seed in range(first, first + AT_ONCE):
            bundle = histories.random_history(seed)
            folder = tmp_path / str(seed)
            histories.write_bundle(bundle, folder)
            with Session(state(empty_app).engines.write) as session:
                load(session, empty_app, folder)
                as_of, known_at = histories.probe_points(bundle, seed)[0]
                whole = queries.coverage(session, as_of=as_of, known_at=known_at)
                for unit in session.scalars(select(Unit)):
                    part = queries.coverage(session, as_of=as_of, known_at=known_at, under=unit)
                    for key, row in whole.rows.items():
                        if key[1] == unit.id:
                            assert part.rows[key] == row, f"history {seed}, {unit.code}"
                for person in session.scalars(select(Person)):
                    alone = queries.coverage(session, as_of=as_of, known_at=known_at, person_id=person.id)
                    for guideline_id in whole.demanded:
                        assert alone.standing(guideline_id, person.id) == whole.standing(guideline_id, person.id)
                for guideline in session.scalars(select(Guideline)):
                    one = queries.coverage(session, as_of=as_of, known_at=known_at, guidelines=[guideline.slug])
                    assert one.rows == {key: row for key, row in whole.rows.items() if key[0] == guideline.id}
                history = queries.facts(session, as_of=as_of, known_at=known_at, since=date(2023, 1, 1))
                assert reckoning.evaluate(history, as_of).rows == whole.rows
                session.rollback()


EXAMPLE = (
    # day, acknowledged, informed, missing, status
    ("2023-03-10", 0, 1, 1, "partly"),
    ("2023-04-01", 0, 1, 2, "partly"),
    ("2023-05-02", 1, 1, 1, "partly"),
    ("2024-01-15", 0, 0, 3, "outdated"),
)


@pytest.mark.parametrize(("day", "acknowledged", "informed", "missing", "status"), EXAMPLE)
def test_the_worked_example_prints_its_numbers(
    empty_app: Flask, day: str, acknowledged: int, informed: int, missing: int, status: str
) -> None:
    runner = empty_app.test_cli_runner()
    loaded = runner.invoke(args=["hms", "bundle", "import", str(WORKED_EXAMPLE)])
    assert loaded.exit_code == 0, loaded.output
    answer = runner.invoke(args=["hms", "coverage", "--as-of", day, "--unit", "IKJ", "--format", "json"])
    assert answer.exit_code == 0, answer.output
    (row,) = json.loads(answer.stdout)
    assert row["guideline"] == "rus-og-avhengighet"
    assert {key: row[key] for key in ("total", "acknowledged", "informed", "missing", "status")} == {
        "total": acknowledged + informed + missing, "acknowledged": acknowledged, "informed": informed,
        "missing": missing, "status": status,
    }  # fmt: skip


def test_a_forecast_of_a_confirmation_is_what_it_becomes(app: Flask, session: Session) -> None:
    from tests.acknowledgements.makers import at_noon, confirm, person, publish, roll_out, unit

    day = date(2024, 3, 1)
    edition = publish(session, "rus", "1.0", date(2024, 1, 1))
    roll_out(session, "rus", ["FAC"], starts=date(2024, 1, 1))
    before = queries.facts(session, as_of=day, known_at=at_noon(day))
    bjorn = person(session, "bjorn").id
    assumed = ConfirmationFact(unit(session, "LAB").id, edition.id, day, "informed", at_noon(day), frozenset({bjorn}))
    forecast = reckoning.evaluate(before.assuming([assumed]), day)
    confirm(session, "LAB", edition, day, excepted=["bjorn"])
    actual = queries.coverage(session, as_of=day, known_at=at_noon(day))
    assert forecast.rows == actual.rows
    assert actual.rows[edition.guideline_id, unit(session, "LAB").id].count.missing == 1


def test_the_number_of_selects_does_not_grow_with_people(app: Flask, session: Session, queries: Any) -> None:
    from hmswiki.acknowledgements.queries import coverage
    from tests.acknowledgements.makers import at_noon, publish, roll_out

    publish(session, "rus", "1.0", date(2024, 1, 1))
    roll_out(session, "rus", ["FAC"], starts=date(2024, 1, 1))
    session.commit()
    with queries() as sent:
        coverage(session, as_of=date(2024, 2, 1), known_at=at_noon(date(2024, 2, 1)))
    assert 0 < len(sent) <= 11
    assert session.scalars(select(Confirmation)).all() == []
