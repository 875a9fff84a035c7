"""The naive reading says what the coverage rules say, and the random histories are worth reading.

The rules' own words stand in the names of the tests; each has the smallest bundle in which it could go wrong.
"""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.acknowledgements import naive
from tests.acknowledgements.histories import (
    FACTS,
    IMPORTED_AT,
    MOST_ROWS,
    faults,
    probe_points,
    random_history,
    write_bundle,
)
from tests.acknowledgements.naive import coverage_rows, lapse_day, standing

EARLY = "2022-12-01T08:00:00Z"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
RUS = "rus-og-avhengighet"


# A small workplace: the faculty FAK; below it the institute IKJ with the section NMR, and the institute IFY.


def a_unit(code, parent=None, opened="2023-01-01", closed=None):
    return {"code": code, "name": code, "parent": parent, "opened": opened, "closed": closed}


def a_job(person, unit, start="2023-01-01", end=None, recorded=EARLY, withdrawn=None):
    return {
        "person": person,
        "unit": unit,
        "from": start,
        "to": end,
        "recorded_at": recorded,
        "withdrawn_at": withdrawn,
    }


def a_role(person, role, unit, start="2023-01-01", end=None, recorded=EARLY, withdrawn=None):
    return {**a_job(person, unit, start, end, recorded, withdrawn), "role": role}


def an_edition(number, published_on, requires=True, guideline=RUS):
    return {
        "guideline": guideline,
        "number": number,
        "published_on": published_on,
        "requires_acknowledgement": requires,
    }


def a_rollout(name="r1", units=("FAK",), start="2023-01-01", guideline=RUS, **more):
    return {"id": name, "guideline": guideline, "units": list(units), "from": start, **more}


def an_acknowledgement(person, edition, on, recorded=EARLY, withdrawn=None):
    return {
        "person": person,
        "guideline": RUS,
        "edition": edition,
        "acknowledged_on": on,
        "recorded_at": recorded,
        "withdrawn_at": withdrawn,
    }


def a_confirmation(unit, edition, on, answer="informed", recorded=EARLY, withdrawn=None, **more):
    return {
        "unit": unit,
        "guideline": RUS,
        "edition": edition,
        "informed_on": on,
        "answer": answer,
        "recorded_at": recorded,
        "withdrawn_at": withdrawn,
        **more,
    }


def a_bundle(**changes):
    """Ada works in IKJ, Bo in its section NMR, Cai in IFY; edition 1.0 of February 2023 concerns them all."""
    bundle = {
        "units": [a_unit("FAK"), a_unit("IKJ", "FAK"), a_unit("NMR", "IKJ"), a_unit("IFY", "FAK")],
        "people": [{"id": "ada", "name": "Ada"}, {"id": "bo", "name": "Bo"}, {"id": "cai", "name": "Cai"}],
        "employments": [a_job("ada", "IKJ"), a_job("bo", "NMR"), a_job("cai", "IFY")],
        "guidelines": [{"slug": RUS, "title": "Rus og avhengighet"}],
        "editions": [an_edition("1.0", "2023-02-01")],
        "rollouts": [a_rollout()],
    }
    bundle.update(changes)
    assert faults(bundle) == []
    return bundle


def on(text):
    return date.fromisoformat(text)


def at(text):
    return datetime.fromisoformat(text)


def rows(bundle, day, known_at=NOW):
    return coverage_rows(bundle, on(day), known_at)


def row_of(bundle, unit, day, known_at=NOW):
    """The unit's row for the only guideline; None where it has none."""
    found = [row for row in rows(bundle, day, known_at) if row["unit"] == unit]
    return found[0] if found else None


def status(bundle, unit, day, known_at=NOW):
    return row_of(bundle, unit, day, known_at)["status"]


def due(bundle, unit, day):
    row = row_of(bundle, unit, day)
    return row["due"], row["overdue"]


def state(bundle, person, day, known_at=NOW):
    return standing(bundle, person, RUS, on(day), known_at)


def audience(bundle, day, known_at=NOW):
    """Who should know, in the order of the people."""
    return [row["id"] for row in bundle["people"] if state(bundle, row["id"], day, known_at) is not None]


# The worked example


@pytest.fixture
def worked_example():
    return {
        "units": [{"code": "IKJ", "name": "IKJ", "opened": "2023-01-01"}],
        "people": [{"id": "ada", "name": "Ada"}, {"id": "bo", "name": "Bo"}, {"id": "cai", "name": "Cai"}],
        "employments": [
            {"person": "ada", "unit": "IKJ", "from": "2023-01-01", "recorded_at": EARLY},
            {"person": "bo", "unit": "IKJ", "from": "2023-01-01", "recorded_at": EARLY},
            {"person": "cai", "unit": "IKJ", "from": "2023-04-01", "recorded_at": EARLY},
        ],
        "guidelines": [{"slug": RUS, "title": "Rus og avhengighet"}],
        "editions": [an_edition("1.0", "2023-02-01"), an_edition("2.0", "2024-01-15")],
        "rollouts": [{"id": "all", "guideline": RUS, "units": ["IKJ"], "from": "2023-02-01"}],
        "acknowledgements": [an_acknowledgement("bo", "1.0", "2023-05-02")],
        "confirmations": [a_confirmation("IKJ", "1.0", "2023-03-10", **{"except": ["bo"]})],
    }


@pytest.mark.parametrize(
    ("day", "ada", "bo", "cai"),
    [
        ("2023-03-10", "informed", "missing", None),
        ("2023-04-01", "informed", "missing", "missing"),
        ("2023-05-02", "informed", "acknowledged", "missing"),
        ("2024-01-15", "missing", "missing", "missing"),
    ],
)
def test_the_people_of_the_worked_example_stand_as_the_rules_say(worked_example, day, ada, bo, cai):
    assert [state(worked_example, person, day) for person in ("ada", "bo", "cai")] == [ada, bo, cai]


@pytest.mark.parametrize(
    ("day", "edition", "acknowledged", "informed", "missing", "said"),
    [
        ("2023-03-10", "1.0", 0, 1, 1, "partly"),
        ("2023-04-01", "1.0", 0, 1, 2, "partly"),
        ("2023-05-02", "1.0", 1, 1, 1, "partly"),
        ("2024-01-15", "2.0", 0, 0, 3, "outdated"),
    ],
)
def test_the_unit_of_the_worked_example_has_the_row_that_the_rules_print(
    worked_example, day, edition, acknowledged, informed, missing, said
):
    assert rows(worked_example, day) == [
        {
            "guideline": RUS,
            "unit": "IKJ",
            "edition": edition,
            "total": acknowledged + informed + missing,
            "acknowledged": acknowledged,
            "informed": informed,
            "missing": missing,
            "status": said,
            "due": None,
            "overdue": False,
        }
    ]


# Facts, and what was known


def test_a_fact_is_known_from_the_very_moment_it_is_recorded():
    bundle = a_bundle(acknowledgements=[an_acknowledgement("ada", "1.0", "2023-03-01", "2023-06-01T12:00:00+02:00")])
    assert state(bundle, "ada", "2023-03-01", at("2023-06-01T09:59:59Z")) == "missing"
    assert state(bundle, "ada", "2023-03-01", at("2023-06-01T10:00:00Z")) == "acknowledged"


def test_a_fact_is_gone_from_the_very_moment_it_is_withdrawn():
    withdrawn = "2023-06-01T12:00:00+02:00"
    bundle = a_bundle(confirmations=[a_confirmation("FAK", "1.0", "2023-03-01", withdrawn=withdrawn)])
    assert state(bundle, "cai", "2023-03-01", at("2023-06-01T09:59:59Z")) == "informed"
    assert state(bundle, "cai", "2023-03-01", at("2023-06-01T10:00:00Z")) == "missing"
    assert status(bundle, "FAK", "2023-03-01", at("2023-06-01T09:59:59Z")) == "confirmed"
    assert status(bundle, "FAK", "2023-03-01", at("2023-06-01T10:00:00Z")) == "none"


def test_a_fact_withdrawn_as_it_was_recorded_was_never_known():
    moment = "2023-06-01T10:00:00Z"
    bundle = a_bundle(employments=[a_job("ada", "IKJ", recorded=moment, withdrawn=moment)])
    for known_at in ("2023-06-01T09:59:59Z", moment, "2023-06-01T10:00:01Z"):
        assert audience(bundle, "2023-03-01", at(known_at)) == []


def test_a_correction_leaves_no_moment_without_the_fact_and_none_with_two():
    moment = "2023-06-01T10:00:00Z"
    bundle = a_bundle(
        employments=[a_job("ada", "IKJ", withdrawn=moment), a_job("ada", "IFY", recorded=moment)],
    )
    assert row_of(bundle, "IKJ", "2023-03-01", at("2023-06-01T09:59:59Z"))["total"] == 1
    assert row_of(bundle, "IFY", "2023-03-01", at("2023-06-01T09:59:59Z")) is None
    assert row_of(bundle, "IKJ", "2023-03-01", at(moment)) is None
    assert row_of(bundle, "IFY", "2023-03-01", at(moment))["total"] == 1


def test_a_role_is_known_from_its_moment_too():
    bundle = a_bundle(
        roles=[
            a_role("ada", "area_owner", "IKJ", recorded="2023-06-01T10:00:00Z"),
            a_role("bo", "area_owner", "NMR", withdrawn="2023-06-01T10:00:00Z"),
        ],
        rollouts=[a_rollout(role="area_owner")],
    )
    assert audience(bundle, "2023-03-01", at("2023-06-01T09:59:59Z")) == ["bo"]
    assert audience(bundle, "2023-03-01", at("2023-06-01T10:00:00Z")) == ["ada"]


def test_units_editions_and_rollouts_are_known_from_the_start():
    assert len(rows(a_bundle(), "2023-03-01", at("2022-12-01T08:00:00Z"))) == 4


def test_a_fact_without_recorded_at_is_known_from_the_import():
    bundle = a_bundle(employments=[{"person": "ada", "unit": "IKJ", "from": "2023-01-01"}])
    imported_at = at("2025-07-01T10:00:00Z")
    just_before = imported_at - timedelta(seconds=1)
    assert coverage_rows(bundle, on("2023-03-01"), just_before, imported_at) == []
    assert [row["unit"] for row in coverage_rows(bundle, on("2023-03-01"), imported_at, imported_at)] == [
        "FAK",
        "IKJ",
    ]
    assert standing(bundle, "ada", RUS, on("2023-03-01"), just_before, imported_at) is None
    assert standing(bundle, "ada", RUS, on("2023-03-01"), imported_at, imported_at) == "missing"


def test_a_fact_without_recorded_at_is_not_guessed_at():
    bundle = a_bundle(employments=[{"person": "ada", "unit": "IKJ", "from": "2023-01-01"}])
    with pytest.raises(ValueError, match="imported_at"):
        rows(bundle, "2023-03-01")


# Who should know


def test_an_employment_counts_from_its_first_day_and_not_on_its_last():
    bundle = a_bundle(employments=[a_job("ada", "IKJ", "2023-03-01", "2023-04-01")])
    assert [len(audience(bundle, day)) for day in ("2023-02-28", "2023-03-01")] == [0, 1]
    assert [len(audience(bundle, day)) for day in ("2023-03-31", "2023-04-01")] == [1, 0]


def test_a_rollout_is_in_force_from_its_first_day_and_not_on_the_day_it_ended():
    bundle = a_bundle(rollouts=[a_rollout(start="2023-03-01", ended="2023-04-01")])
    assert [len(rows(bundle, day)) for day in ("2023-02-28", "2023-03-01")] == [0, 4]
    assert [len(rows(bundle, day)) for day in ("2023-03-31", "2023-04-01")] == [4, 0]


def test_a_rollout_that_ended_as_it_began_is_never_in_force():
    bundle = a_bundle(rollouts=[a_rollout(start="2023-03-01", ended="2023-03-01")])
    assert rows(bundle, "2023-03-01") == []


def test_a_rollout_concerns_its_unit_and_all_below_it_and_nobody_else():
    assert audience(a_bundle(rollouts=[a_rollout(units=["IKJ"])]), "2023-03-01") == ["ada", "bo"]
    assert audience(a_bundle(rollouts=[a_rollout(units=["NMR", "IFY"])]), "2023-03-01") == ["bo", "cai"]


def test_a_rollout_of_another_guideline_asks_nobody():
    other = {"slug": "omstilling", "title": "Omstilling"}
    bundle = a_bundle(
        guidelines=[{"slug": RUS, "title": "Rus og avhengighet"}, other],
        editions=[an_edition("1.0", "2023-02-01"), an_edition("1.0", "2023-02-01", guideline="omstilling")],
        rollouts=[a_rollout(guideline="omstilling")],
    )
    assert {row["guideline"] for row in rows(bundle, "2023-03-01")} == {"omstilling"}


def test_nobody_counts_twice_where_rollouts_overlap():
    bundle = a_bundle(rollouts=[a_rollout("r1", units=["FAK", "IKJ"]), a_rollout("r2", units=["NMR"])])
    assert row_of(bundle, "FAK", "2023-03-01")["total"] == 3
    assert row_of(bundle, "NMR", "2023-03-01")["total"] == 1


def test_a_rollout_with_a_role_asks_those_who_hold_it_where_they_work_or_above():
    bundle = a_bundle(
        roles=[
            a_role("ada", "area_owner", "IKJ"),
            a_role("bo", "area_owner", "FAK"),
            a_role("cai", "area_owner", "IKJ"),
        ],
        rollouts=[a_rollout(role="area_owner")],
    )
    assert audience(bundle, "2023-03-01") == ["ada", "bo"]


def test_a_role_held_below_where_one_works_does_not_count():
    bundle = a_bundle(
        roles=[a_role("ada", "area_owner", "NMR")],
        rollouts=[a_rollout(role="area_owner")],
    )
    assert audience(bundle, "2023-03-01") == []


def test_a_role_held_above_the_rollouts_own_unit_counts():
    bundle = a_bundle(
        roles=[a_role("ada", "area_owner", "FAK"), a_role("cai", "area_owner", "FAK")],
        rollouts=[a_rollout(units=["IKJ"], role="area_owner")],
    )
    assert audience(bundle, "2023-03-01") == ["ada"]


def test_another_role_does_not_count():
    bundle = a_bundle(
        roles=[a_role("ada", "unit_leader", "IKJ")],
        rollouts=[a_rollout(role="area_owner")],
    )
    assert audience(bundle, "2023-03-01") == []


def test_a_role_counts_from_its_first_day_and_not_on_its_last():
    bundle = a_bundle(
        roles=[a_role("ada", "area_owner", "IKJ", "2023-03-01", "2023-04-01")],
        rollouts=[a_rollout(role="area_owner")],
    )
    days = ("2023-02-28", "2023-03-01", "2023-03-31", "2023-04-01")
    assert [len(audience(bundle, day)) for day in days] == [0, 1, 1, 0]


def test_a_role_lost_by_moving_takes_the_person_out_of_the_audience():
    bundle = a_bundle(
        employments=[a_job("ada", "IKJ", end="2023-04-01"), a_job("ada", "IFY", "2023-04-01")],
        roles=[a_role("ada", "area_owner", "IKJ")],
        rollouts=[a_rollout(role="area_owner")],
    )
    assert audience(bundle, "2023-03-31") == ["ada"]
    assert audience(bundle, "2023-04-01") == []


def test_who_has_no_role_is_asked_by_a_second_rollout_without_one():
    bundle = a_bundle(
        roles=[a_role("ada", "area_owner", "IKJ")],
        rollouts=[a_rollout("r1", role="area_owner"), a_rollout("r2", units=["IFY"])],
    )
    assert audience(bundle, "2023-03-01") == ["ada", "cai"]


# Which edition


def test_there_are_no_rows_before_the_first_edition():
    assert rows(a_bundle(), "2023-01-31") == []
    assert state(a_bundle(), "ada", "2023-01-31") is None
    assert len(rows(a_bundle(), "2023-02-01")) == 4


def test_an_edition_is_demanded_from_the_day_it_is_published():
    bundle = a_bundle(editions=[an_edition("1.0", "2023-02-01"), an_edition("2.0", "2024-01-15")])
    assert row_of(bundle, "FAK", "2024-01-14")["edition"] == "1.0"
    assert row_of(bundle, "FAK", "2024-01-15")["edition"] == "2.0"


def test_an_edition_that_requires_nothing_is_not_demanded():
    bundle = a_bundle(editions=[an_edition("1.0", "2023-02-01"), an_edition("2.0", "2024-01-15", False)])
    assert row_of(bundle, "FAK", "2024-01-15")["edition"] == "1.0"


def test_the_higher_number_of_two_editions_on_one_day_is_demanded():
    bundle = a_bundle(editions=[an_edition("1.10", "2023-02-01"), an_edition("1.9", "2023-02-01")])
    assert row_of(bundle, "FAK", "2023-02-01")["edition"] == "1.10"


def test_a_minor_edition_after_the_demanded_one_is_enough():
    bundle = a_bundle(
        editions=[an_edition("2.0", "2023-02-01"), an_edition("2.1", "2023-03-01", False)],
        acknowledgements=[an_acknowledgement("ada", "2.1", "2023-03-01")],
    )
    assert state(bundle, "ada", "2023-03-01") == "acknowledged"


def test_a_minor_edition_before_the_demanded_one_is_not_enough():
    bundle = a_bundle(
        editions=[
            an_edition("1.9", "2023-02-01"),
            an_edition("1.10", "2023-03-01", False),
            an_edition("1.11", "2023-04-01"),
        ],
        acknowledgements=[an_acknowledgement("ada", "1.10", "2023-03-01")],
    )
    assert state(bundle, "ada", "2023-03-31") == "acknowledged"
    assert state(bundle, "ada", "2023-04-01") == "missing"


def test_an_edition_still_to_come_is_enough_for_the_one_that_is_demanded():
    bundle = a_bundle(
        editions=[an_edition("1.0", "2023-02-01"), an_edition("2.0", "2024-01-15")],
        acknowledgements=[an_acknowledgement("ada", "2.0", "2023-03-01")],
    )
    assert state(bundle, "ada", "2023-03-01") == "acknowledged"
    assert state(bundle, "ada", "2024-01-15") == "acknowledged"


# The state of a person


def test_an_acknowledgement_counts_from_its_day():
    bundle = a_bundle(acknowledgements=[an_acknowledgement("ada", "1.0", "2023-03-01")])
    assert state(bundle, "ada", "2023-02-28") == "missing"
    assert state(bundle, "ada", "2023-03-01") == "acknowledged"


def test_an_acknowledgement_is_its_persons_own():
    bundle = a_bundle(acknowledgements=[an_acknowledgement("ada", "1.0", "2023-03-01")])
    assert state(bundle, "bo", "2023-03-01") == "missing"


def test_an_acknowledgement_of_another_guideline_does_not_count():
    other = {"slug": "omstilling", "title": "Omstilling"}
    bundle = a_bundle(
        guidelines=[{"slug": RUS, "title": "Rus og avhengighet"}, other],
        editions=[an_edition("1.0", "2023-02-01"), an_edition("1.0", "2023-02-01", guideline="omstilling")],
        acknowledgements=[{**an_acknowledgement("ada", "1.0", "2023-03-01"), "guideline": "omstilling"}],
        confirmations=[{**a_confirmation("FAK", "1.0", "2023-03-01"), "guideline": "omstilling"}],
    )
    assert state(bundle, "ada", "2023-03-01") == "missing"
    assert status(bundle, "FAK", "2023-03-01") == "none"


def test_who_acknowledged_and_was_informed_counts_as_acknowledged():
    bundle = a_bundle(
        acknowledgements=[an_acknowledgement("ada", "1.0", "2023-03-02")],
        confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01")],
    )
    assert state(bundle, "ada", "2023-03-01") == "informed"
    assert state(bundle, "ada", "2023-03-02") == "acknowledged"
    assert row_of(bundle, "IKJ", "2023-03-02")["informed"] == 1


def test_a_confirmation_informs_its_unit_and_all_below_it_and_nobody_above_or_beside():
    bundle = a_bundle(confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01")])
    assert [state(bundle, person, "2023-03-01") for person in ("ada", "bo", "cai")] == [
        "informed",
        "informed",
        "missing",
    ]
    below = a_bundle(confirmations=[a_confirmation("NMR", "1.0", "2023-03-01")])
    assert [state(below, person, "2023-03-01") for person in ("ada", "bo")] == ["missing", "informed"]


def test_a_confirmation_counts_from_its_day():
    bundle = a_bundle(confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01")])
    assert state(bundle, "ada", "2023-02-28") == "missing"
    assert state(bundle, "ada", "2023-03-01") == "informed"


def test_a_confirmation_of_an_older_edition_informs_nobody():
    bundle = a_bundle(
        editions=[an_edition("1.0", "2023-02-01"), an_edition("2.0", "2023-03-01")],
        confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01")],
    )
    assert state(bundle, "ada", "2023-03-01") == "missing"


@pytest.mark.parametrize("answer", ["not_informed", "unknown"])
def test_only_the_answer_informed_informs(answer):
    bundle = a_bundle(confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01", answer)])
    assert state(bundle, "ada", "2023-03-01") == "missing"


def test_who_is_excepted_is_not_informed():
    bundle = a_bundle(confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01", **{"except": ["ada"]})])
    assert [state(bundle, person, "2023-03-01") for person in ("ada", "bo")] == ["missing", "informed"]


def test_with_only_those_named_are_informed():
    bundle = a_bundle(confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01", only=["ada", "cai"])])
    assert [state(bundle, person, "2023-03-01") for person in ("ada", "bo", "cai")] == [
        "informed",
        "missing",
        "missing",
    ]


def test_with_only_nobody_nobody_is_informed():
    bundle = a_bundle(confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01", only=[])])
    assert state(bundle, "ada", "2023-03-01") == "missing"
    assert status(bundle, "IKJ", "2023-03-01") == "none"


def test_who_is_both_named_and_excepted_is_not_informed():
    bundle = a_bundle(
        confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01", only=["ada", "bo"], **{"except": ["ada"]})]
    )
    assert [state(bundle, person, "2023-03-01") for person in ("ada", "bo")] == ["missing", "informed"]


def test_who_was_informed_stays_informed_after_moving():
    bundle = a_bundle(
        employments=[a_job("ada", "IKJ", end="2023-04-01"), a_job("ada", "IFY", "2023-04-01")],
        confirmations=[a_confirmation("IKJ", "1.0", "2023-03-31")],
    )
    assert state(bundle, "ada", "2023-04-01") == "informed"
    assert row_of(bundle, "IFY", "2023-04-01")["informed"] == 1
    assert row_of(bundle, "IKJ", "2023-04-01") is None


def test_who_left_on_the_day_of_the_meeting_was_not_informed():
    bundle = a_bundle(
        employments=[a_job("ada", "IKJ", end="2023-04-01"), a_job("ada", "IFY", "2023-04-01")],
        confirmations=[a_confirmation("IKJ", "1.0", "2023-04-01")],
    )
    assert state(bundle, "ada", "2023-04-01") == "missing"


def test_who_joined_on_the_day_of_the_meeting_was_informed_and_who_joined_later_was_not():
    bundle = a_bundle(
        employments=[a_job("ada", "IKJ", "2023-03-01"), a_job("bo", "IKJ", "2023-03-02")],
        confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01")],
    )
    assert [state(bundle, person, "2023-03-02") for person in ("ada", "bo")] == ["informed", "missing"]


def test_a_withdrawn_employment_no_longer_makes_anybody_informed():
    bundle = a_bundle(
        employments=[
            a_job("ada", "IKJ", withdrawn="2023-06-01T10:00:00Z"),
            a_job("ada", "IFY", recorded="2023-06-01T10:00:00Z"),
        ],
        confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01")],
    )
    assert state(bundle, "ada", "2023-03-01", at("2023-06-01T09:59:59Z")) == "informed"
    assert state(bundle, "ada", "2023-03-01", at("2023-06-01T10:00:00Z")) == "missing"


def test_people_bring_their_states_into_the_successor_of_a_unit_that_closed():
    bundle = a_bundle(
        units=[
            a_unit("FAK"),
            {**a_unit("IKJ", "FAK", closed="2023-04-01"), "successors": ["KJ2"]},
            a_unit("KJ2", "FAK", opened="2023-04-01"),
        ],
        employments=[
            a_job("ada", "IKJ", end="2023-04-01"),
            a_job("ada", "KJ2", "2023-04-01"),
            a_job("bo", "KJ2", "2023-04-01"),
        ],
        confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01")],
    )
    assert [row["unit"] for row in rows(bundle, "2023-03-31")] == ["FAK", "IKJ"]
    assert [row["unit"] for row in rows(bundle, "2023-04-01")] == ["FAK", "KJ2"]
    assert row_of(bundle, "KJ2", "2023-04-01")["informed"] == 1
    assert row_of(bundle, "KJ2", "2023-04-01")["missing"] == 1
    assert status(bundle, "KJ2", "2023-04-01") == "none"


# Lapses


@pytest.mark.parametrize(
    ("since", "months", "lapses"),
    [
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-02-28", 12, "2024-02-28"),
        ("2023-08-31", 1, "2023-09-30"),
        ("2023-12-31", 2, "2024-02-29"),
        ("2023-12-01", 1, "2024-01-01"),
        ("2023-12-31", 14, "2025-02-28"),
        ("2024-06-15", 24, "2026-06-15"),
    ],
)
def test_months_are_counted_with_the_day_clamped_to_the_months_last(since, months, lapses):
    assert lapse_day(on(since), months) == on(lapses)


def test_an_acknowledgement_lapses_on_the_day_and_not_before():
    bundle = a_bundle(
        guidelines=[{"slug": RUS, "title": "Rus", "renew_months": 1}],
        editions=[an_edition("1.0", "2023-01-01")],
        acknowledgements=[an_acknowledgement("ada", "1.0", "2023-01-31")],
    )
    assert state(bundle, "ada", "2023-02-27") == "acknowledged"
    assert state(bundle, "ada", "2023-02-28") == "missing"


def test_a_confirmation_lapses_for_its_people_and_for_its_unit():
    bundle = a_bundle(
        guidelines=[{"slug": RUS, "title": "Rus", "renew_months": 12}],
        editions=[an_edition("1.0", "2023-01-01")],
        confirmations=[a_confirmation("IKJ", "1.0", "2024-02-29")],
    )
    assert (state(bundle, "ada", "2025-02-27"), status(bundle, "IKJ", "2025-02-27")) == (
        "informed",
        "confirmed",
    )
    assert (state(bundle, "ada", "2025-02-28"), status(bundle, "IKJ", "2025-02-28")) == (
        "missing",
        "outdated",
    )


def test_who_lets_an_acknowledgement_lapse_may_still_be_informed():
    bundle = a_bundle(
        guidelines=[{"slug": RUS, "title": "Rus", "renew_months": 1}],
        acknowledgements=[an_acknowledgement("ada", "1.0", "2023-03-01")],
        confirmations=[a_confirmation("IKJ", "1.0", "2023-03-15")],
    )
    assert state(bundle, "ada", "2023-03-31") == "acknowledged"
    assert state(bundle, "ada", "2023-04-01") == "informed"


def test_without_renew_months_nothing_ever_lapses():
    bundle = a_bundle(
        guidelines=[{"slug": RUS, "title": "Rus", "renew_months": None}],
        acknowledgements=[an_acknowledgement("ada", "1.0", "2023-03-01")],
    )
    assert state(bundle, "ada", "2099-01-01") == "acknowledged"


# The coverage of a unit


def test_a_units_row_counts_its_whole_tree():
    bundle = a_bundle(
        acknowledgements=[an_acknowledgement("bo", "1.0", "2023-03-01")],
        confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01")],
    )
    counts = {
        row["unit"]: (row["total"], row["acknowledged"], row["informed"], row["missing"])
        for row in rows(bundle, "2023-03-01")
    }
    assert counts == {"FAK": (3, 1, 1, 1), "IFY": (1, 0, 0, 1), "IKJ": (2, 1, 1, 0), "NMR": (1, 1, 0, 0)}


def test_a_unit_with_nobody_in_the_audience_has_no_row():
    bundle = a_bundle(rollouts=[a_rollout(units=["IFY"])])
    assert [row["unit"] for row in rows(bundle, "2023-03-01")] == ["FAK", "IFY"]


def test_a_unit_has_rows_from_the_day_it_opens_until_the_day_it_closes():
    bundle = a_bundle(
        units=[a_unit("FAK"), a_unit("IKJ", "FAK", "2023-03-01", "2023-04-01")],
        employments=[a_job("ada", "FAK"), a_job("bo", "IKJ", "2023-03-01", "2023-04-01")],
    )
    days = ("2023-02-28", "2023-03-01", "2023-03-31", "2023-04-01")
    assert [len(rows(bundle, day)) for day in days] == [1, 2, 2, 1]


def test_a_closed_unit_has_no_row_though_people_are_employed_below_it():
    bundle = a_bundle(
        units=[a_unit("FAK"), a_unit("IKJ", "FAK", closed="2023-03-01"), a_unit("NMR", "IKJ")],
        employments=[a_job("bo", "NMR")],
        rollouts=[a_rollout(units=["IKJ"], due="2023-03-15")],
    )
    assert [row["unit"] for row in rows(bundle, "2023-03-31")] == ["FAK", "NMR"]
    assert due(bundle, "NMR", "2023-03-31") == ("2023-03-15", True)


def test_rows_are_sorted_by_guideline_then_unit_as_text():
    slugs = ["brann-b", "branna", "brann"]
    codes = ["ikj", "IKJ", "I-2", "I-10", "Åpen"]
    bundle = a_bundle(
        units=[a_unit(code) for code in codes],
        employments=[a_job("ada", "ikj"), a_job("bo", "IKJ")],
        guidelines=[{"slug": slug, "title": slug} for slug in slugs],
        editions=[an_edition("1.0", "2023-02-01", guideline=slug) for slug in slugs],
        rollouts=[a_rollout(slug, codes, guideline=slug) for slug in slugs],
    )
    assert [(row["guideline"], row["unit"]) for row in rows(bundle, "2023-03-01")] == [
        ("brann", "IKJ"),
        ("brann", "ikj"),
        ("brann-b", "IKJ"),
        ("brann-b", "ikj"),
        ("branna", "IKJ"),
        ("branna", "ikj"),
    ]


# The unit's own status


def test_a_unit_that_said_nothing_has_the_status_none():
    assert status(a_bundle(), "IKJ", "2023-03-01") == "none"


def test_an_answer_counts_for_the_unit_and_all_below_it_and_not_above():
    bundle = a_bundle(confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01")])
    assert {row["unit"]: row["status"] for row in rows(bundle, "2023-03-01")} == {
        "FAK": "none",
        "IFY": "none",
        "IKJ": "confirmed",
        "NMR": "confirmed",
    }


def test_an_answer_counts_from_its_day():
    bundle = a_bundle(confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01")])
    assert status(bundle, "IKJ", "2023-02-28") == "none"


def test_an_exception_makes_partly_only_where_that_person_was_employed():
    bundle = a_bundle(confirmations=[a_confirmation("FAK", "1.0", "2023-03-01", **{"except": ["bo"]})])
    assert {row["unit"]: row["status"] for row in rows(bundle, "2023-03-01")} == {
        "FAK": "partly",
        "IFY": "confirmed",
        "IKJ": "partly",
        "NMR": "partly",
    }


def test_an_exception_who_was_employed_on_another_day_does_not_make_partly():
    bundle = a_bundle(
        employments=[
            a_job("ada", "IKJ"),
            a_job("bo", "IKJ", "2023-03-02"),
            a_job("cai", "IKJ", end="2023-03-01"),
        ],
        confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01", **{"except": ["bo", "cai"]})],
    )
    assert status(bundle, "IKJ", "2023-03-02") == "confirmed"


def test_one_good_answer_without_exceptions_is_worth_more_than_a_later_one_with():
    bundle = a_bundle(
        confirmations=[
            a_confirmation("FAK", "1.0", "2023-03-01"),
            a_confirmation("IKJ", "1.0", "2023-03-02", **{"except": ["ada"]}),
        ]
    )
    assert status(bundle, "IKJ", "2023-03-02") == "confirmed"


@pytest.mark.parametrize("answer", ["not_informed", "unknown"])
def test_a_good_answer_stands_though_a_later_one_says_otherwise(answer):
    bundle = a_bundle(
        confirmations=[
            a_confirmation("IKJ", "1.0", "2023-03-01", **{"except": ["ada"]}),
            a_confirmation("IKJ", "1.0", "2023-03-02", answer),
        ]
    )
    assert status(bundle, "IKJ", "2023-03-02") == "partly"


@pytest.mark.parametrize("answer", ["not_informed", "unknown"])
def test_without_a_good_answer_the_latest_word_is_the_status(answer):
    bundle = a_bundle(
        editions=[an_edition("1.0", "2023-02-01"), an_edition("2.0", "2023-06-01")],
        confirmations=[
            a_confirmation("IKJ", "1.0", "2023-03-01"),
            a_confirmation("FAK", "1.0", "2023-03-02", answer),
        ],
    )
    assert status(bundle, "IKJ", "2023-06-01") == answer


def test_a_latest_word_informed_of_an_older_edition_is_outdated():
    bundle = a_bundle(
        editions=[an_edition("1.0", "2023-02-01"), an_edition("2.0", "2023-06-01")],
        confirmations=[
            a_confirmation("IKJ", "1.0", "2023-03-02"),
            a_confirmation("FAK", "1.0", "2023-03-01", "not_informed"),
        ],
    )
    assert status(bundle, "IKJ", "2023-06-01") == "outdated"


def two_answers(**second):
    first = {"unit": "IKJ", "on": "2023-03-01", "answer": "unknown", "recorded": "2023-03-01T12:00:00+02:00"}
    return a_bundle(
        confirmations=[
            a_confirmation(one["unit"], "1.0", one["on"], one["answer"], one["recorded"])
            for one in (first, {**first, **second})
        ]
    )


def test_of_two_answers_on_one_day_the_one_recorded_later_is_the_latest():
    later = two_answers(unit="FAK", answer="not_informed", recorded="2023-03-01T10:00:01Z")
    earlier = two_answers(unit="NMR", answer="not_informed", recorded="2023-03-01T09:59:59Z")
    assert status(later, "NMR", "2023-03-01") == "not_informed"
    assert status(earlier, "NMR", "2023-03-01") == "unknown"


def test_the_day_of_an_answer_weighs_more_than_when_it_was_recorded():
    bundle = two_answers(unit="NMR", on="2023-02-28", answer="not_informed", recorded="2024-01-01T00:00:00Z")
    assert status(bundle, "NMR", "2023-03-01") == "unknown"


def test_of_two_answers_in_one_moment_the_higher_unit_code_as_text_is_the_latest():
    above = two_answers(unit="FAK", answer="not_informed", recorded="2023-03-01T10:00:00Z")
    below = two_answers(unit="NMR", answer="not_informed", recorded="2023-03-01T11:00:00+01:00")
    assert status(above, "NMR", "2023-03-01") == "unknown"
    assert status(below, "NMR", "2023-03-01") == "not_informed"


def test_of_two_answers_of_one_unit_in_one_moment_the_greater_word_is_the_latest():
    bundle = two_answers(answer="not_informed")
    assert status(bundle, "IKJ", "2023-03-01") == "unknown"
    assert status(a_bundle(confirmations=bundle["confirmations"][::-1]), "IKJ", "2023-03-01") == "unknown"


@pytest.mark.parametrize("answer", ["informed", "not_informed", "unknown"])
def test_an_answer_with_only_never_counts_for_the_status(answer):
    bundle = a_bundle(confirmations=[a_confirmation("IKJ", "1.0", "2023-03-01", answer, only=["ada", "bo"])])
    assert status(bundle, "IKJ", "2023-03-01") == "none"
    assert status(bundle, "NMR", "2023-03-01") == "none"


def test_an_answer_with_only_is_not_the_latest_either():
    bundle = a_bundle(
        confirmations=[
            a_confirmation("IKJ", "1.0", "2023-03-01", "unknown"),
            a_confirmation("IKJ", "1.0", "2023-03-02", "not_informed", only=["ada"]),
        ]
    )
    assert status(bundle, "IKJ", "2023-03-02") == "unknown"


def test_an_answer_from_above_counts_for_a_unit_that_opened_later():
    bundle = a_bundle(
        units=[a_unit("FAK"), a_unit("IKJ", "FAK", "2023-04-01")],
        employments=[a_job("ada", "IKJ", "2023-04-01")],
        confirmations=[a_confirmation("FAK", "1.0", "2023-03-01", **{"except": ["ada"]})],
    )
    assert status(bundle, "IKJ", "2023-04-01") == "confirmed"
    assert row_of(bundle, "IKJ", "2023-04-01")["missing"] == 1


# Due and overdue


def test_a_unit_is_overdue_after_its_due_date_while_somebody_is_missing():
    bundle = a_bundle(
        rollouts=[a_rollout(due="2023-03-31")],
        acknowledgements=[an_acknowledgement("cai", "1.0", "2023-03-01")],
    )
    assert due(bundle, "IKJ", "2023-03-31") == ("2023-03-31", False)
    assert due(bundle, "IKJ", "2023-04-01") == ("2023-03-31", True)
    assert due(bundle, "IFY", "2023-04-01") == ("2023-03-31", False)


def test_the_due_date_is_that_of_the_latest_started_rollout_in_force():
    bundle = a_bundle(
        rollouts=[
            a_rollout("z", start="2023-02-01", due="2023-03-31"),
            a_rollout("a", start="2023-06-01", ended="2023-09-01", due="2023-07-31"),
        ]
    )
    days = ("2023-05-31", "2023-06-01", "2023-08-31", "2023-09-01")
    assert [due(bundle, "IKJ", day)[0] for day in days] == [
        "2023-03-31",
        "2023-07-31",
        "2023-07-31",
        "2023-03-31",
    ]


def test_of_rollouts_started_together_the_highest_id_as_text_gives_the_due_date():
    bundle = a_bundle(rollouts=[a_rollout("r10", due="2023-03-10"), a_rollout("r9", due="2023-03-09")])
    assert due(bundle, "IKJ", "2023-03-01")[0] == "2023-03-09"


def test_a_small_letter_is_higher_than_a_capital_in_ids_and_unit_codes():
    rollouts = [a_rollout("S2", due="2023-03-10"), a_rollout("r9", due="2023-03-09")]
    answers = [
        a_confirmation("ikj", "1.0", "2023-03-01", "not_informed"),
        a_confirmation("NMR", "1.0", "2023-03-01", "unknown"),
    ]
    bundle = a_bundle(
        units=[a_unit("FAK"), a_unit("ikj", "FAK"), a_unit("NMR", "ikj")],
        employments=[a_job("bo", "NMR")],
        rollouts=rollouts,
        confirmations=answers,
    )
    assert due(bundle, "NMR", "2023-03-01")[0] == "2023-03-09"
    assert status(bundle, "NMR", "2023-03-01") == "not_informed"


def test_there_is_no_due_date_where_the_latest_started_rollout_has_none():
    bundle = a_bundle(
        rollouts=[a_rollout("r1", start="2023-02-01", due="2023-03-31"), a_rollout("r2", start="2023-02-02")]
    )
    assert due(bundle, "IKJ", "2024-01-01") == (None, False)


def test_a_rollout_to_a_unit_below_gives_no_due_date_above():
    bundle = a_bundle(
        rollouts=[
            a_rollout("r1", units=["FAK"], start="2023-02-01", due="2023-03-31"),
            a_rollout("r2", units=["IKJ"], start="2023-03-01", due="2023-04-30"),
        ]
    )
    assert {row["unit"]: row["due"] for row in rows(bundle, "2023-03-01")} == {
        "FAK": "2023-03-31",
        "IFY": "2023-03-31",
        "IKJ": "2023-04-30",
        "NMR": "2023-04-30",
    }


def test_the_due_date_looks_at_a_rollouts_units_and_not_at_its_role():
    bundle = a_bundle(
        rollouts=[
            a_rollout("r1", start="2023-02-01", due="2023-03-31"),
            a_rollout("r2", start="2023-03-01", due="2023-04-30", role="area_owner"),
        ]
    )
    assert due(bundle, "IKJ", "2023-03-01")[0] == "2023-04-30"


# The random histories


@pytest.fixture(scope="module")
def histories():
    return {seed: random_history(seed) for seed in range(100)}


def answers_of(seed, bundle, probed):
    """The rows of a history at each of the probe points of another."""
    return [coverage_rows(bundle, day, known_at, IMPORTED_AT) for day, known_at in probe_points(probed, seed)]


@pytest.fixture(scope="module")
def answers(histories):
    """The rows of every history at each of its probe points."""
    return {seed: answers_of(seed, bundle, bundle) for seed, bundle in histories.items()}


@pytest.fixture(scope="module")
def all_rows(answers):
    return [row for rows_at_points in answers.values() for rows in rows_at_points for row in rows]


@pytest.fixture
def how_many_differ(histories, answers):
    """Counts the histories whose rows a change to them would change somewhere."""

    def count(change):
        return sum(
            answers_of(seed, {**bundle, **change(bundle)}, bundle) != answers[seed]
            for seed, bundle in histories.items()
        )

    return count


def test_random_histories_are_valid(histories):
    assert {seed: faults(bundle) for seed, bundle in histories.items() if faults(bundle)} == {}


def test_random_histories_are_small_and_not_empty(histories):
    sizes = [sum(len(rows) for rows in bundle.values()) for bundle in histories.values()]
    assert min(sizes) >= 20
    assert max(sizes) <= MOST_ROWS


def test_a_random_history_is_the_same_for_the_same_seed():
    assert random_history(7) == random_history(7)
    assert probe_points(random_history(7), 7) == probe_points(random_history(7), 7)
    assert random_history(7) != random_history(8)


def test_random_histories_reach_every_status_and_every_state(all_rows):
    statuses = Counter(row["status"] for row in all_rows)
    assert set(statuses) == {"confirmed", "partly", "not_informed", "unknown", "outdated", "none"}
    assert min(statuses.values()) > 50
    for share in ("acknowledged", "informed", "missing"):
        assert sum(row[share] > 0 for row in all_rows) > 200
    assert sum(row["overdue"] for row in all_rows) > 200
    assert sum(row["due"] is None for row in all_rows) > 200


def test_the_parts_of_every_row_add_up_to_its_total(all_rows):
    for row in all_rows:
        assert row["acknowledged"] + row["informed"] + row["missing"] == row["total"] > 0


def how_many(histories, has):
    return sum(1 for bundle in histories.values() if has(bundle))


def test_random_histories_hold_closed_units_and_successors_that_people_join(histories):
    def someone_joins_a_successor(bundle):
        heirs = {(unit["code"], heir) for unit in bundle["units"] for heir in unit.get("successors") or []}
        return any(
            (one["unit"], other["unit"]) in heirs
            for one in bundle["employments"]
            for other in bundle["employments"]
            if one["person"] == other["person"] and one.get("to") == other["from"]
        )

    assert how_many(histories, lambda bundle: any(unit.get("closed") for unit in bundle["units"])) > 30
    assert how_many(histories, someone_joins_a_successor) > 10


def test_random_histories_hold_lapses_that_matter(how_many_differ):
    assert how_many_differ(lambda bundle: {"guidelines": with_key(bundle["guidelines"], renew_months=None)}) > 20


def test_random_histories_hold_only_that_matters(how_many_differ):
    assert how_many_differ(lambda bundle: {"confirmations": with_key(bundle["confirmations"], only=None)}) > 20


def test_random_histories_hold_roles_that_matter(how_many_differ):
    assert how_many_differ(lambda bundle: {"roles": []}) > 10


@pytest.mark.parametrize("name", FACTS)
def test_random_histories_hold_withdrawn_facts_that_matter(how_many_differ, name):
    def without_them(bundle):
        return {name: [row for row in bundle[name] if not row.get("withdrawn_at")]}

    assert how_many_differ(without_them) > 3


@pytest.mark.parametrize("name", FACTS)
def test_random_histories_hold_late_facts_that_matter(how_many_differ, name):
    assert how_many_differ(lambda bundle: {name: with_key(bundle[name], recorded_at=EARLY)}) > 3


def with_key(records, **keys):
    return [{**row, **keys} for row in records]


def test_probe_points_fall_on_boundaries(histories):
    on_a_day = on_a_moment = 0
    for seed, bundle in histories.items():
        text = json.dumps(bundle)
        moments = {
            at(row[key])
            for name in FACTS
            for row in bundle[name]
            for key in ("recorded_at", "withdrawn_at")
            if row.get(key)
        }
        for day, known_at in probe_points(bundle, seed):
            on_a_day += day.isoformat() in text
            on_a_moment += known_at in moments
    assert on_a_day > 300
    assert on_a_moment > 200


def test_a_written_bundle_reads_back_as_it_was(tmp_path):
    bundle = random_history(3)
    write_bundle(bundle, tmp_path / "bundle")
    manifest = json.loads((tmp_path / "bundle" / "manifest.json").read_text("utf-8"))
    assert manifest == {"format": "hmswiki-bundle", "version": 1}
    for name, rows in bundle.items():
        path = tmp_path / "bundle" / f"{name}.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        assert [json.loads(line) for line in lines] == rows


def test_faults_name_what_a_bundle_would_be_refused_for():
    overlapping = {**a_bundle(), "employments": [a_job("ada", "IKJ"), a_job("ada", "IFY", "2024-01-01")]}
    assert "overlaps" in faults(overlapping)[0]
    apart_in_knowledge = {
        **a_bundle(),
        "employments": [a_job("ada", "IKJ", withdrawn=EARLY), a_job("ada", "IFY", recorded=EARLY)],
    }
    assert faults(apart_in_knowledge) == []
    early = {**a_bundle(), "employments": [a_job("ada", "IKJ", "2022-12-31")]}
    assert "outside its unit's time" in faults(early)[0]
    sinking = {**a_bundle(), "editions": [an_edition("2.0", "2023-02-01"), an_edition("1.0", "2023-03-01")]}
    assert "do not rise" in faults(sinking)[0]
    doubled = {**a_bundle(), "employments": [a_job("ada", "IKJ", end="2023-02-01")] * 2}
    assert any("doubled" in fault for fault in faults(doubled))
    unknown = {**a_bundle(), "employments": [a_job("eli", "IKJ")]}
    assert faults(unknown) == ["employments: unknown person eli"]


def test_the_naive_reading_imports_nothing_from_the_product():
    with open(naive.__file__, encoding="utf-8") as source:
        assert "hmswiki" not in source.read()
