"""Deciding who should know a guideline, and ending that."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from hmswiki.acknowledgements import rollouts
from hmswiki.acknowledgements.models import Evidence, Rollout
from hmswiki.acknowledgements.rollout_views import publish_consequence
from hmswiki.foundation.errors import Conflict, Refusal
from hmswiki.foundation.events import rollout_started
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.organisation.models import RoleHolding
from hmswiki.web.context import state
from tests.acknowledgements.makers import at_noon, employ, open_unit, person, publish, roll_out, unit

ENGLISH = {"Accept-Language": "en"}
TODAY = date(2026, 1, 15)
SLUG = "ryddedag"
HANNE = Actor(person_id=1, external_key="hanne", name="Hanne Hauge")


@pytest.fixture(autouse=True)
def frozen_time() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 1, 15, 11, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def guideline(session: Session) -> Iterator[Guideline]:
    publish(session, SLUG, "1.0", TODAY - timedelta(days=100))
    found = session.scalars(select(Guideline)).one()
    session.commit()
    yield found


def filled_in(**other: Any) -> dict[str, Any]:
    return {
        "submission": str(uuid4()), "guideline": SLUG, "reach": "everybody", "role": "", "evidence": "unit",
        "starts_on": TODAY.isoformat(), "due": (TODAY + timedelta(days=30)).isoformat(),
    } | other  # fmt: skip


def all_rollouts(session: Session) -> list[Rollout]:
    session.expire_all()
    found = list(session.scalars(select(Rollout).order_by(Rollout.id).options(selectinload(Rollout.units))))
    session.commit()  # a session of the tests keeps every other writer out while it reads
    return found


def send(client: Any, data: dict[str, Any], to: str = "/rollouts/new") -> Any:
    return client.post(to, data=data, headers=ENGLISH)


# --- Who may, and what is not there -------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/rollouts", "/rollouts/new", "/rollouts/x"])
def test_rollouts_are_for_central_hse(as_stranger: Any, as_tora: Any, address: str) -> None:
    assert as_stranger.get(address).status_code in (303, 401)
    refused = as_tora.get(address, headers=ENGLISH)
    assert refused.status_code == 403
    assert "Only central HSE may roll a guideline out." in refused.text


def test_nobody_else_can_start_or_end_one(session: Session, guideline: Guideline, as_tora: Any) -> None:
    made = roll_out(session, SLUG, ["FAC"], starts=TODAY)
    session.commit()
    assert send(as_tora, filled_in()).status_code == 403
    assert send(as_tora, filled_in(), "/rollouts/preview").status_code == 403
    assert send(as_tora, {"ended": TODAY.isoformat()}, f"/rollouts/{made.key}/end").status_code == 403
    assert [(one.key, one.ended) for one in all_rollouts(session)] == [(made.key, None)]


def test_a_rollout_that_does_not_exist_is_not_found(as_hanne: Any) -> None:
    assert as_hanne.get("/rollouts/nope").status_code == 404
    assert as_hanne.get("/rollouts/no%00pe").status_code == 404
    assert send(as_hanne, {"ended": TODAY.isoformat()}, "/rollouts/nope/end").status_code == 404


# --- Starting -----------------------------------------------------------------------------------------------


def test_the_whole_organisation_is_one_choice(session: Session, guideline: Guideline, as_hanne: Any) -> None:
    answer = send(as_hanne, filled_in())
    assert answer.status_code == 303
    [made] = all_rollouts(session)
    assert made.key == f"{SLUG}-{TODAY}-1"
    assert [one.code for one in made.units] == ["FAC"]
    assert (made.starts_on, made.due, made.evidence, made.role) == (
        TODAY, TODAY + timedelta(days=30), Evidence.UNIT, None,
    )  # fmt: skip
    assert answer.headers["Location"].endswith(made.key)
    assert "All employees in FAC" in as_hanne.get(answer.headers["Location"], headers=ENGLISH).text


def test_a_unit_beneath_a_chosen_one_need_not_be_named(session: Session, guideline: Guideline, as_hanne: Any) -> None:
    assert send(as_hanne, filled_in(reach="some", units=["LAB", "OPT", "WRK"])).status_code == 303
    assert [one.code for one in all_rollouts(session)[0].units] == ["LAB", "WRK"]


def test_the_units_of_a_rollout_stand_in_the_organisations_own_order(
    session: Session, guideline: Guideline, as_hanne: Any
) -> None:
    unit(session, "WRK").position, unit(session, "LAB").position = 1, 2
    roll_out(session, SLUG, ["LAB", "WRK"], starts=TODAY)
    session.commit()
    assert "All employees in WRK, LAB" in as_hanne.get("/rollouts", headers=ENGLISH).text


def test_a_second_one_of_the_same_day_gets_a_key_of_its_own(
    session: Session, guideline: Guideline, as_hanne: Any
) -> None:
    send(as_hanne, filled_in())
    send(as_hanne, filled_in(role="area_owner"))
    assert [one.key for one in all_rollouts(session)] == [f"{SLUG}-{TODAY}-1", f"{SLUG}-{TODAY}-2"]
    assert all_rollouts(session)[1].role == Role.AREA_OWNER


def test_a_form_that_is_sent_twice_starts_one_rollout(session: Session, guideline: Guideline, as_hanne: Any) -> None:
    form = filled_in()
    assert send(as_hanne, form).status_code == 303
    assert send(as_hanne, form).status_code == 303
    assert len(all_rollouts(session)) == 1


def test_whoever_listens_is_told_after_it_is_done(
    app: Flask, session: Session, guideline: Guideline, as_hanne: Any
) -> None:
    heard: list[dict[str, Any]] = []

    def listen(sender: Any, **facts: Any) -> None:
        heard.append(facts)

    with rollout_started.connected_to(listen):
        send(as_hanne, filled_in(due="2000-01-01"))
        assert heard == []
        send(as_hanne, filled_in())
    assert heard == [{"rollout_id": all_rollouts(session)[0].id, "guideline_id": guideline.id}]


def test_a_due_date_before_the_start_is_refused_and_the_form_kept(
    session: Session, guideline: Guideline, as_hanne: Any
) -> None:
    answer = send(as_hanne, filled_in(due=(TODAY - timedelta(days=1)).isoformat(), reach="some", units=["WRK"]))
    assert answer.status_code == 422
    assert "The due date lies before the rollout starts" in answer.text
    assert 'value="WRK" checked' in answer.text
    assert all_rollouts(session) == []


def test_a_start_in_the_past_is_warned_of_and_must_be_meant(
    session: Session, guideline: Guideline, as_hanne: Any
) -> None:
    past = (TODAY - timedelta(days=40)).isoformat()
    warned = send(as_hanne, filled_in(starts_on=past))
    assert warned.status_code == 422
    assert "numbers that have been reported change" in warned.text
    assert 'name="changes_past"' in warned.text
    assert all_rollouts(session) == []
    assert send(as_hanne, filled_in(starts_on=past, changes_past="y")).status_code == 303
    assert len(all_rollouts(session)) == 1


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("purpose", "Say why names are needed."),
        ("legal_basis", "Say which legal basis there is"),
        ("names_kept_until", "Say how long the names are kept"),
    ],
)
def test_by_name_demands_purpose_legal_basis_and_how_long(
    session: Session, guideline: Guideline, as_hanne: Any, missing: str, sentence: str
) -> None:
    named = {
        "evidence": "named", "purpose": "Gas", "legal_basis": "GDPR art. 6(1)(c)",
        "names_kept_until": (TODAY + timedelta(days=700)).isoformat(),
    }  # fmt: skip
    answer = send(as_hanne, filled_in(**named | {missing: ""}))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert all_rollouts(session) == []
    assert send(as_hanne, filled_in(**named)).status_code == 303
    [made] = all_rollouts(session)
    assert (made.evidence, made.purpose, made.names_kept_until) == ("named", "Gas", TODAY + timedelta(days=700))


def test_names_that_would_be_gone_at_once_are_refused(session: Session, guideline: Guideline, as_hanne: Any) -> None:
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    named = {"evidence": "named", "purpose": "Gas", "legal_basis": "Law", "names_kept_until": yesterday}
    assert "gone before anybody is asked" in send(as_hanne, filled_in(**named)).text


def test_what_is_asked_by_name_is_not_kept_where_the_unit_confirms(
    session: Session, guideline: Guideline, as_hanne: Any
) -> None:
    send(as_hanne, filled_in(purpose="left over", legal_basis="left over"))
    assert (all_rollouts(session)[0].purpose, all_rollouts(session)[0].legal_basis) == (None, None)


@pytest.mark.parametrize(
    "other",
    [
        {"guideline": "nope"}, {"guideline": ""}, {"units": ["NOPE"], "reach": "some"}, {"reach": "some"},
        {"starts_on": "2023-02-30"}, {"starts_on": ""}, {"evidence": "gossip"}, {"role": "king"}, {"reach": ""},
        {"due": "soon"}, {"starts_on": "0001-01-01", "changes_past": "y"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_nothing_is_started(
    session: Session, guideline: Guideline, as_hanne: Any, other: dict[str, Any]
) -> None:
    answer = send(as_hanne, filled_in(**other))
    assert answer.status_code == 422
    assert "hms-error-summary" in answer.text
    assert all_rollouts(session) == []
    assert send(as_hanne, filled_in(**other), "/rollouts/preview").status_code == 200


def test_a_unit_that_closes_before_the_start_is_refused(session: Session, guideline: Guideline) -> None:
    closing = unit(session, "WRK")
    closing.closed = TODAY + timedelta(days=5)
    plan = rollouts.Plan(guideline, [closing], None, TODAY + timedelta(days=9), None)
    with pytest.raises(Refusal, match="WRK closes on"):
        rollouts.roll_out(session, plan, by=HANNE, at=at_noon(TODAY), today=TODAY)


def test_a_guideline_without_an_edition_cannot_be_chosen(session: Session, as_hanne: Any) -> None:
    session.add(Guideline(slug="bare", title="Bare a title"))
    publish(session, "coming", "1.0", TODAY + timedelta(days=20), title="Scheduled")
    session.commit()
    html = as_hanne.get("/rollouts/new", headers=ENGLISH).text
    assert "Scheduled" in html
    assert "Bare a title" not in html


# --- What it would do ---------------------------------------------------------------------------------------


def test_it_is_shown_beforehand_how_many_it_reaches_and_that_no_names_are_asked(
    session: Session, guideline: Guideline, as_hanne: Any
) -> None:
    employ(session, "WRK", 10)
    session.commit()
    shown = send(as_hanne, filled_in(do="preview", reach="some", units=["WRK"]))
    assert shown.status_code == 200
    assert "It reaches 12 people" in shown.text
    assert "Nobody is asked for their name." in shown.text
    assert all_rollouts(session) == []
    script = send(as_hanne, filled_in(reach="some", units=["WRK"]), "/rollouts/preview")
    assert "It reaches 12 people" in script.text
    assert "<html" not in script.text


def test_the_forecast_counts_who_will_have_come_by_the_first_day(
    session: Session, guideline: Guideline, as_hanne: Any
) -> None:
    later = TODAY + timedelta(days=30)
    employ(session, "WRK", 10, since=later)
    session.commit()
    some = {"reach": "some", "units": ["WRK"]}
    assert "fewer than 5 people" in send(as_hanne, filled_in(**some), "/rollouts/preview").text
    due = (later + timedelta(days=9)).isoformat()
    ahead = send(as_hanne, filled_in(starts_on=later.isoformat(), due=due, **some), "/rollouts/preview")
    assert "It reaches fewer than 5" in ahead.text or "It reaches 12 people" in ahead.text


def test_a_role_that_no_rollout_has_named_yet_is_counted(session: Session, guideline: Guideline, as_hanne: Any) -> None:
    for key in employ(session, "WRK", 6):
        session.add(
            RoleHolding(
                person_id=person(session, key).id,
                unit_id=unit(session, "WRK").id,
                role=Role.AREA_OWNER,
                starts_on=TODAY - timedelta(days=9),
                recorded_at=at_noon(TODAY - timedelta(days=9)),
            )  # fmt: skip
        )
    session.commit()
    assert "It reaches 6 people" in send(as_hanne, filled_in(role="area_owner"), "/rollouts/preview").text
    assert "It reaches nobody" in send(as_hanne, filled_in(role="editor"), "/rollouts/preview").text.replace(
        "fewer than 5 people", "nobody"
    )


def test_before_the_first_edition_the_day_that_counts_is_its_own(session: Session, as_hanne: Any) -> None:
    coming = TODAY + timedelta(days=20)
    publish(session, "coming", "1.0", coming)
    session.commit()
    shown = send(as_hanne, filled_in(guideline="coming"), "/rollouts/preview").text
    assert f"It reaches 12 people on {coming.day} " in shown


def test_publishing_says_how_many_must_be_reached_anew(app: Flask, session: Session, guideline: Guideline) -> None:
    with app.test_request_context("/"):
        assert "not rolled out to anybody" in str(publish_consequence(guideline=guideline))
    roll_out(session, SLUG, ["FAC"], starts=TODAY - timedelta(days=3))
    session.commit()
    with app.test_request_context("/"):
        assert str(publish_consequence(guideline=guideline)).startswith("12 ")
        assert publish_consequence(guideline=None) is None


def test_a_guideline_without_a_demanded_edition_has_no_consequence(app: Flask, session: Session) -> None:
    edition: Edition = publish(session, "coming", "1.0", TODAY + timedelta(days=20))
    session.commit()
    unpublished = session.get(Guideline, edition.guideline_id)
    session.commit()
    with app.test_request_context("/"):
        assert publish_consequence(guideline=unpublished) is None


# --- Ending and listing -------------------------------------------------------------------------------------


def test_a_rollout_is_ended_once_and_not_backwards(session: Session, guideline: Guideline, as_hanne: Any) -> None:
    made = roll_out(session, SLUG, ["FAC"], starts=TODAY - timedelta(days=10))
    session.commit()
    there = f"/rollouts/{made.key}/end"
    backwards = send(as_hanne, {"ended": (TODAY - timedelta(days=1)).isoformat()}, there)
    assert backwards.status_code == 422
    assert "cannot be ended backwards" in backwards.text
    assert send(as_hanne, {"ended": TODAY.isoformat()}, there).status_code == 303
    assert all_rollouts(session)[0].ended == TODAY
    again = send(as_hanne, {"ended": (TODAY + timedelta(days=3)).isoformat()}, there)
    assert again.status_code == 409
    assert all_rollouts(session)[0].ended == TODAY
    assert "End the rollout" not in as_hanne.get(f"/rollouts/{made.key}", headers=ENGLISH).text


def test_of_two_who_end_it_at_the_same_moment_the_first_stands(
    app: Flask, session: Session, guideline: Guideline
) -> None:
    roll_out(session, SLUG, ["FAC"], starts=TODAY)
    session.commit()
    with Session(state(app).engines.write, expire_on_commit=False) as other:
        theirs = other.scalars(select(Rollout)).one()
        other.commit()
        mine = session.scalars(select(Rollout)).one()
        rollouts.end_rollout(session, mine, ended=TODAY, by=HANNE, today=TODAY)
        session.commit()
        with pytest.raises(Conflict):
            rollouts.end_rollout(other, theirs, ended=TODAY + timedelta(days=9), by=HANNE, today=TODAY)
    assert all_rollouts(session)[0].ended == TODAY


def test_one_that_is_to_come_is_called_off_from_its_first_day(session: Session, guideline: Guideline) -> None:
    coming = roll_out(session, SLUG, ["FAC"], starts=TODAY + timedelta(days=10))
    with pytest.raises(Refusal, match="To call it off"):
        rollouts.end_rollout(session, coming, ended=TODAY, by=HANNE, today=TODAY)
    rollouts.end_rollout(session, coming, ended=coming.starts_on, by=HANNE, today=TODAY)
    with pytest.raises(Conflict):
        rollouts.end_rollout(session, coming, ended=coming.starts_on, by=HANNE, today=TODAY)


def test_the_list_parts_what_is_in_force_to_come_and_ended(
    session: Session, guideline: Guideline, as_hanne: Any, queries: Any
) -> None:
    assert "Nothing is rolled out yet." in as_hanne.get("/rollouts", headers=ENGLISH).text
    roll_out(session, SLUG, ["LAB"], starts=TODAY - timedelta(days=9))
    roll_out(session, SLUG, ["WRK"], starts=TODAY + timedelta(days=9))
    roll_out(session, SLUG, ["OPT"], starts=TODAY - timedelta(days=9), ended=TODAY)
    session.commit()
    with queries() as sent:
        html = as_hanne.get("/rollouts", headers=ENGLISH).text
    assert "One guideline is rolled out." in html
    in_force, coming, ended = (html.index(f'id="{part}"') for part in ("in-force", "coming", "ended"))
    assert in_force < html.index("All employees in LAB") < coming < html.index("All employees in WRK") < ended
    assert html.index("All employees in OPT") > ended
    assert len(sent) <= 6


def test_the_units_to_choose_stand_as_a_tree_without_those_closed(
    session: Session, guideline: Guideline, as_hanne: Any
) -> None:
    open_unit(session, "OLD", "FAC").closed = TODAY - timedelta(days=2)
    session.commit()
    html = as_hanne.get("/rollouts/new", headers=ENGLISH).text
    assert html.index('value="LAB"') < html.index('value="OPT"') < html.index('value="WRK"')
    assert 'value="OLD"' not in html
    assert '<label class="hms-choice" data-depth="2"><input type="checkbox" name="units" value="OPT"' in html
