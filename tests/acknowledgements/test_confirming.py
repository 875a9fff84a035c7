"""A unit confirms, and takes it back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements import confirming, queries
from hmswiki.acknowledgements.confirming_rules import Method, Telling, check_telling
from hmswiki.acknowledgements.coverage import EditionFact
from hmswiki.acknowledgements.models import Confirmation
from hmswiki.foundation import events
from hmswiki.foundation.errors import Conflict, Refusal, Superseded
from hmswiki.foundation.permissions import Actor
from hmswiki.guidelines.models import Edition
from hmswiki.organisation.models import Employment
from hmswiki.web.context import state, transaction
from tests.acknowledgements.makers import at_noon, confirm, person, publish, roll_out, unit
from tests.cast import Cast
from tests.conftest import client_as

TODAY = date(2026, 1, 15)
# Ten in the morning in Oslo.
NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
PUBLISHED = date(2025, 6, 1)


@pytest.fixture(autouse=True)
def frozen_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rus(session: Session) -> Edition:
    edition = publish(session, "rus", "1.0", PUBLISHED, title="Rus og avhengighet")
    roll_out(session, "rus", ["FAC"], starts=PUBLISHED, due=date(2026, 1, 22))
    session.commit()
    return edition


@pytest.fixture
def rydd(session: Session) -> Edition:
    edition = publish(session, "rydd", "1.0", PUBLISHED, title="Ryddedag")
    roll_out(session, "rydd", ["LAB"], starts=PUBLISHED, due=date(2026, 2, 22))
    session.commit()
    return edition


@pytest.fixture
def astrid(cast: Cast) -> Actor:
    return Actor(person_id=cast.people["astrid"], external_key="astrid", name="Astrid Aas")


def say(session: Session, edition: Edition, by: Actor, code: str = "LAB", **changes: Any) -> Confirmation:
    given: dict[str, Any] = {"informed_on": TODAY, "by": by, "at": NOW, "today": TODAY}
    return confirming.confirm_for_unit(session, unit(session, code), edition=edition, **(given | changes))


def typed(**changes: Any) -> dict[str, Any]:
    """The form as the page offers it."""
    return {
        "submission": str(uuid4()), "guideline": "rus", "edition:rus": "1.0", "edition:rydd": "1.0",
        "answer": "informed", "method": "all_staff_meeting", "informed_on": TODAY.isoformat(),
    } | changes  # fmt: skip


def recorded(app: Flask) -> list[Confirmation]:
    with app.app_context(), Session(state(app).engines.read) as session:
        return list(session.scalars(select(Confirmation).order_by(Confirmation.id)))


def row(session: Session, code: str, slug: str) -> Any:
    rows = queries.coverage(session, as_of=TODAY, known_at=NOW).in_order()
    return next(one for one in rows if (one.unit, one.guideline) == (code, slug))


# --- The rules, without a database ------------------------------------------------------------------------

FIRST = EditionFact(date(2025, 1, 1), 1, 0, 1, 7, True)
MINOR = EditionFact(date(2025, 6, 1), 1, 1, 2, 7, False)
SECOND = EditionFact(date(2026, 1, 10), 2, 0, 3, 7, True)
AHEAD = EditionFact(date(2026, 1, 16), 3, 0, 4, 7, True)


def check(**changes: Any) -> None:
    given: dict[str, Any] = {
        "guideline": "Rus", "edition": FIRST, "demanded": FIRST, "rolled_out": True, "informed_on": TODAY,
        "answer": "informed", "employed": {1, 2, 3}, "names": {4: "Dina Dahl", 5: "Cai Carl"},
    }  # fmt: skip
    check_telling(Telling(**(given | changes)), opened=date(2025, 2, 1), closed=date(2026, 6, 1), today=TODAY)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"informed_on": date(2025, 2, 1)},
        {"edition": MINOR},
        {"edition": SECOND, "demanded": SECOND, "informed_on": date(2026, 1, 10)},
        {"excepted": {1, 2}},
        {"only": {3}},
        {"answer": "unknown"},
        {"answer": "not_informed", "employed": ()},
    ],
)
def test_what_can_be_is_let_through(changes: dict[str, Any]) -> None:
    check(**changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"informed_on": TODAY + timedelta(days=1)}, "informed_on"),
        ({"edition": SECOND, "demanded": SECOND, "informed_on": date(2026, 1, 9)}, "informed_on"),
        ({"informed_on": date(2025, 1, 31)}, "informed_on"),
        ({"edition": AHEAD}, "guideline"),
        ({"rolled_out": False}, "guideline"),
        ({"excepted": {1, 4}}, "excepted"),
        ({"only": {4}}, "only"),
        ({"only": set()}, "only"),
        ({"only": {1}, "answer": "unknown"}, "only"),
        ({"only": {1}, "excepted": {2}}, "only"),
        ({"excepted": {1, 2, 3}}, "excepted"),
        ({"employed": ()}, "excepted"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        check(**changes)
    assert refused.value.field == field


def test_people_who_were_not_employed_that_day_are_named() -> None:
    with pytest.raises(Refusal) as refused:
        check(excepted={1, 4, 5})
    assert refused.value.facts["names"] == "Cai Carl, Dina Dahl"


def test_a_newer_edition_that_demands_anew_supersedes_the_one_on_the_screen() -> None:
    with pytest.raises(Superseded) as refused:
        check(edition=MINOR, demanded=SECOND)
    assert refused.value.facts["number"] == "2.0"


# --- Recording --------------------------------------------------------------------------------------------


def test_a_confirmation_reaches_everybody_in_the_tree_but_those_excepted(
    session: Session, rus: Edition, astrid: Actor, cast: Cast
) -> None:
    assert row(session, "LAB", "rus").count.missing == 5

    say(session, rus, astrid, excepted=[cast.people["bjorn"], cast.people["nils"]], method=Method.EMAIL)

    found = row(session, "LAB", "rus")
    assert (found.count.informed, found.count.missing, found.status) == (3, 2, "partly")
    assert row(session, "OPT", "rus").count.informed == 0


def test_only_speaks_of_those_named_and_leaves_the_units_own_word_alone(
    session: Session, rus: Edition, astrid: Actor, cast: Cast
) -> None:
    made = say(session, rus, astrid, only=[cast.people["bjorn"]], method=Method.STARTUP)

    found = row(session, "LAB", "rus")
    assert (found.count.informed, found.status) == (1, "none")
    assert (made.names_only, made.method) == (True, "startup")


def test_somebody_employed_on_the_day_may_be_named_even_if_they_have_left_since(
    session: Session, rus: Edition, astrid: Actor, cast: Cast
) -> None:
    job = session.scalars(select(Employment).where(Employment.person_id == cast.people["bjorn"])).one()
    job.ends_on = date(2026, 1, 1)
    session.flush()

    made = say(session, rus, astrid, informed_on=date(2025, 12, 31), excepted=[cast.people["bjorn"]])
    assert [one.external_key for one in made.excepted] == ["bjorn"]
    with pytest.raises(Refusal) as refused:
        say(session, rus, astrid, informed_on=date(2026, 1, 1), excepted=[cast.people["bjorn"]])
    assert refused.value.facts["names"] == "Bjørn Berg"


def test_a_unit_above_may_confirm_what_is_rolled_out_to_a_unit_beneath_only(
    session: Session, rydd: Edition, astrid: Actor
) -> None:
    say(session, rydd, astrid, code="FAC")
    assert row(session, "LAB", "rydd").count.informed == 5

    with pytest.raises(Refusal) as refused:
        say(session, rydd, astrid, code="WRK")
    assert refused.value.field == "guideline"


def test_confirming_is_announced_once_it_is_on_disk(app: Flask, session: Session, rus: Edition, astrid: Actor) -> None:
    heard: list[dict[str, Any]] = []

    def listen(sender: Any, **facts: Any) -> None:
        heard.append(facts)

    with events.unit_confirmed.connected_to(listen), app.test_request_context():
        with pytest.raises(RuntimeError), transaction() as writing:
            say(writing, writing.get_one(Edition, rus.id), astrid)
            raise RuntimeError
        assert heard == []
        with transaction() as writing:
            made = say(writing, writing.get_one(Edition, rus.id), astrid)
    assert heard == [
        {"confirmation_id": made.id, "unit_id": made.unit_id, "edition_id": rus.id, "answer": "informed"}
    ]  # fmt: skip


# --- From the page ----------------------------------------------------------------------------------------


def test_the_leader_confirms_and_the_page_says_what_happened_and_what_is_next(
    app: Flask, as_astrid: Any, rus: Edition, rydd: Edition, cast: Cast
) -> None:
    form = typed(excepted=[str(cast.people["bjorn"])], newcomer_routine="Første uke.", note="På engelsk.")
    answer = as_astrid.post("/units/LAB/confirmations", data=form)

    assert answer.status_code == 303
    (made,) = recorded(app)
    assert (made.informed_on, made.answer, made.method) == (TODAY, "informed", "all_staff_meeting")
    assert (made.newcomer_routine, made.note) == ("Første uke.", "På engelsk.")
    assert made.confirmed_by_id == made.recorded_by_id == cast.people["astrid"]
    page = as_astrid.get(answer.location.split("#")[0]).text
    assert "Takk. Det er lagret." in page
    assert "Informert på allmøte, én unntatt" in page
    assert "Lagret 15. januar kl.\N{NO-BREAK SPACE}10.00" in page
    assert "Neste: Ryddedag" in page
    assert f"/units/LAB/confirmations/{made.id}/withdraw" in page


def test_one_meeting_covers_several_guidelines_with_a_confirmation_each(
    app: Flask, as_chen: Any, rus: Edition, rydd: Edition
) -> None:
    as_chen.post("/units/LAB/confirmations", data=typed(also=["rydd"]))
    assert [one.edition_id for one in recorded(app)] == [rus.id, rydd.id]


def test_if_one_of_several_cannot_be_none_is_recorded(
    app: Flask, as_chen: Any, rus: Edition, rydd: Edition, session: Session
) -> None:
    publish(session, "rydd", "2.0", TODAY)
    session.commit()
    assert as_chen.post("/units/LAB/confirmations", data=typed(also=["rydd"])).status_code == 409
    assert recorded(app) == []


@pytest.mark.parametrize("answer", ["not_informed", "unknown"])
def test_no_and_we_do_not_know_are_answers_too(
    app: Flask, as_astrid: Any, rus: Edition, session: Session, answer: str, cast: Cast
) -> None:
    as_astrid.post("/units/LAB/confirmations", data=typed(answer=answer, excepted=[str(cast.people["bjorn"])]))
    (made,) = recorded(app)
    assert (made.answer, made.method) == (answer, None)
    session.rollback()
    assert (row(session, "LAB", "rus").status, row(session, "LAB", "rus").count.missing) == (answer, 5)


def _was_of(session: Session, code: str, person_id: int) -> None:
    """The person was employed in the unit for a day, years ago."""
    day = date(2019, 12, 1)
    here = unit(session, code)
    here.opened = day
    session.add(
        Employment(
            person_id=person_id, unit_id=here.id, starts_on=day, ends_on=date(2019, 12, 2), recorded_at=at_noon(day)
        )
    )  # fmt: skip
    session.commit()


@pytest.mark.parametrize("address", ["/units/LAB/confirmations", "/units/LAB/confirmations/forecast"])
def test_a_refusal_tells_no_name_of_somebody_who_was_never_of_the_unit(
    as_astrid: Any, rus: Edition, cast: Cast, address: str
) -> None:
    answer = as_astrid.post(address, data=typed(excepted=[str(cast.people["dina"])]))
    assert f"Disse var ikke ansatt i enheten 15. januar: {cast.people['dina']}." in answer.text
    assert "Dina Dahl" not in answer.text


def test_a_refused_form_is_shown_again_as_it_was_typed_with_the_reason(
    app: Flask, session: Session, as_astrid: Any, rus: Edition, rydd: Edition, cast: Cast
) -> None:
    _was_of(session, "LAB", cast.people["dina"])
    form = typed(
        excepted=[str(cast.people["dina"]), str(cast.people["bjorn"])],
        newcomer_routine="Min egen rutine",
        also=["rydd"],
    )
    answer = as_astrid.post("/units/LAB/confirmations", data=form)

    assert answer.status_code == 422
    assert "Disse var ikke ansatt i enheten 15. januar: Dina Dahl." in answer.text
    assert f'value="{cast.people["bjorn"]}" checked' in answer.text
    assert "Min egen rutine" in answer.text
    assert 'value="rydd" checked' in answer.text
    assert recorded(app) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"informed_on": "2026-01-16"}, "16. januar har ikke vært ennå."),
        ({"informed_on": "2025-05-31"}, "så ingen kan ha blitt informert om den 31. mai 2025."),
        ({"informed_on": ""}, "Velg dagen de ansatte ble informert."),
        ({"informed_on": "2026-02-30"}, "Skriv en dato som finnes."),
        ({"answer": "perhaps"}, "Velg ett av alternativene."),
        ({"note": "x" * 2001}, "Teksten er for lang"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    app: Flask, as_astrid: Any, rus: Edition, changes: dict[str, Any], sentence: str
) -> None:
    answer = as_astrid.post("/units/LAB/confirmations", data=typed(**changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert recorded(app) == []


def test_an_answer_and_how_must_be_said_not_assumed(app: Flask, as_astrid: Any, rus: Edition) -> None:
    for left_out in ("answer", "method"):
        form = {key: value for key, value in typed().items() if key != left_out}
        assert as_astrid.post("/units/LAB/confirmations", data=form).status_code == 422
    assert recorded(app) == []


def test_odd_ids_and_letters_break_nothing(app: Flask, as_astrid: Any, rus: Edition) -> None:
    for odd in ("99999999999999999999", "-1", "x", "1\0", "２"):
        assert as_astrid.post("/units/LAB/confirmations", data=typed(excepted=[odd])).status_code == 422
    assert as_astrid.post("/units/LAB/confirmations", data=typed(**{"edition:rus": "1.0\0"})).status_code == 404
    assert as_astrid.post("/units/LAB/confirmations", data=typed(guideline="\0")).status_code == 404
    assert recorded(app) == []
    as_astrid.post("/units/LAB/confirmations", data=typed(note="På\0 møte"))
    assert recorded(app)[0].note == "På møte"


def test_where_a_newer_edition_came_into_force_nothing_is_recorded_and_the_page_asks_again(
    app: Flask, as_astrid: Any, rus: Edition, session: Session
) -> None:
    newer = publish(session, "rus", "2.0", TODAY)
    newer.summary = {"nb": "Pengespill er tatt inn."}
    session.commit()

    answer = as_astrid.post("/units/LAB/confirmations", data=typed(note="Sagt på møtet"))

    assert answer.status_code == 409
    assert recorded(app) == []
    assert "Utgave 2.0 av Rus og avhengighet gjelder fra 15. januar" in answer.text
    assert "Pengespill er tatt inn." in answer.text
    assert "Sagt på møtet" in answer.text
    assert 'name="edition:rus" value="2.0"' in answer.text


def test_a_minor_edition_meanwhile_is_no_obstacle(
    app: Flask, as_astrid: Any, rus: Edition, session: Session
) -> None:  # fmt: skip
    publish(session, "rus", "1.1", TODAY, demands=False)
    session.commit()
    assert as_astrid.post("/units/LAB/confirmations", data=typed()).status_code == 303
    assert recorded(app)[0].edition_id == rus.id


def test_the_form_tells_of_the_edition_in_force_and_an_earlier_day_of_the_one_in_force_then(
    app: Flask, as_astrid: Any, rus: Edition, session: Session
) -> None:
    minor = publish(session, "rus", "1.1", TODAY, demands=False)
    publish(session, "rus", "1.2", TODAY + timedelta(days=1), demands=False)
    session.commit()
    page = as_astrid.get("/units/LAB?guideline=rus").text
    assert "Rus og avhengighet, utgave 1.1" in page
    assert 'name="edition:rus" value="1.1"' in page
    shown = {"edition:rus": "1.1"}

    as_astrid.post("/units/LAB/confirmations", data=typed(informed_on=TODAY.isoformat(), **shown))
    assert [said.edition_id for said in recorded(app)] == [minor.id]

    yesterday = (TODAY - timedelta(days=1)).isoformat()
    as_astrid.post("/units/LAB/confirmations", data=typed(informed_on=yesterday, **shown))
    assert sorted(said.edition_id for said in recorded(app)) == sorted([minor.id, rus.id])

    before = (rus.published_on - timedelta(days=1)).isoformat()
    refused = as_astrid.post("/units/LAB/confirmations", data=typed(informed_on=before, **shown))
    assert refused.status_code == 422
    assert "Utgave 1.0 av Rus og avhengighet gjelder fra" in refused.text


def test_the_wrong_unit_and_the_wrong_person_are_refused_with_who_may(
    app: Flask, as_astrid: Any, as_siri: Any, as_bjorn: Any, as_hanne: Any, rus: Edition
) -> None:
    for client, code in ((as_astrid, "WRK"), (as_siri, "LAB"), (as_bjorn, "LAB"), (as_hanne, "LAB")):
        answer = client.post(f"/units/{code}/confirmations", data=typed())
        assert answer.status_code == 403
        assert "HMS-koordinator kan bekrefte" in answer.text
    assert recorded(app) == []


def test_a_stranger_confirms_nothing_and_a_missing_unit_is_404(
    app: Flask, as_stranger: Any, as_astrid: Any, rus: Edition
) -> None:
    assert as_stranger.post("/units/LAB/confirmations", data=typed()).status_code == 401
    assert as_astrid.post("/units/NONE/confirmations", data=typed()).status_code == 404
    assert recorded(app) == []


def test_a_form_that_is_sent_twice_is_one_fact_and_leads_to_the_same_page(
    app: Flask, as_astrid: Any, rus: Edition
) -> None:
    form = typed()
    first, second = (as_astrid.post("/units/LAB/confirmations", data=form) for _ in range(2))
    assert len(recorded(app)) == 1
    assert first.location == second.location


def test_a_form_that_is_sent_twice_at_the_same_moment_is_one_fact(app: Flask, rus: Edition, rydd: Edition) -> None:
    form = typed(also=["rydd"])
    together = Barrier(2)
    clients = [client_as(app, "astrid") for _ in range(2)]

    def send(client: Any) -> int:
        together.wait()
        return int(client.post("/units/LAB/confirmations", data=form).status_code)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, clients)) == [303, 303]
    assert len(recorded(app)) == 2


def test_a_form_that_is_reloaded_leads_back_to_the_unit(as_astrid: Any) -> None:
    for address in ("confirmations", "confirmations/forecast", "confirmations/newcomers", "names"):
        assert as_astrid.get(f"/units/LAB/{address}").location == "/units/LAB"


# --- Forecast ---------------------------------------------------------------------------------------------


def ask(client: Any, **changes: Any) -> Any:
    return client.post(
        "/units/LAB/confirmations/forecast", data=typed(**changes), headers={"Accept": "application/json"}
    )


def test_the_forecast_says_what_the_numbers_will_be_and_they_become_so(
    app: Flask, as_astrid: Any, rus: Edition, session: Session, cast: Cast
) -> None:
    excepted = [str(cast.people["bjorn"])]
    found = ask(as_astrid, excepted=excepted).json

    assert found["sentences"] == ["Etter lagring er 4 av 5 nådd."]
    assert found["button"] == "Bekreft for 4 ansatte"
    assert recorded(app) == []
    as_astrid.post("/units/LAB/confirmations", data=typed(excepted=excepted))
    session.rollback()
    assert row(session, "LAB", "rus").count.reached == 4


def test_the_forecast_counts_who_is_reached_already_and_speaks_of_each_guideline(
    as_astrid: Any, rus: Edition, rydd: Edition, session: Session, cast: Cast
) -> None:
    confirm(session, "LAB", rus, TODAY - timedelta(days=9), only=["bjorn"])
    session.commit()
    found = ask(as_astrid, also=["rydd"], excepted=[str(cast.people["bjorn"]), str(cast.people["siri"])]).json
    assert found["sentences"] == [
        "Rus og avhengighet: 4 av 5 nådd etter lagring.", "Ryddedag: 3 av 5 nådd etter lagring.",
    ]  # fmt: skip
    assert found["button"] == "Bekreft for 3 ansatte"


def test_the_forecast_of_a_no_counts_nobody(as_astrid: Any, rus: Edition) -> None:
    found = ask(as_astrid, answer="unknown").json
    assert found["sentences"] == ["Ingen regnes som nådd med dette svaret.", "Etter lagring er 0 av 5 nådd."]
    assert found["button"] == "Lagre svaret"


def test_the_forecast_says_why_it_could_not_be_saved(as_astrid: Any, rus: Edition) -> None:
    assert "har ikke vært ennå" in ask(as_astrid, informed_on="2026-01-16").json["problem"]
    assert ask(as_astrid, informed_on="").json["problem"]


def test_the_forecast_lists_who_was_employed_on_another_day(
    as_astrid: Any, rus: Edition, session: Session, cast: Cast
) -> None:
    job = session.scalars(select(Employment).where(Employment.person_id == cast.people["bjorn"])).one()
    job.starts_on = date(2026, 1, 10)
    session.commit()
    found = ask(as_astrid, informed_on="2026-01-09", people="1").json
    assert "Bjørn Berg" not in [one["name"] for one in found["people"]]
    assert len(found["people"]) == 4


def test_without_script_a_button_reckons_and_keeps_what_was_typed(
    app: Flask, as_astrid: Any, rus: Edition, cast: Cast
) -> None:
    form = typed(excepted=[str(cast.people["bjorn"])], note="Kommer tilbake")
    answer = as_astrid.post("/units/LAB/confirmations/forecast", data=form)
    assert answer.status_code == 200
    assert "Etter lagring er 4 av 5 nådd." in answer.text
    assert "Bekreft for 4 ansatte" in answer.text
    assert "Kommer tilbake" in answer.text
    assert recorded(app) == []


def test_the_forecast_is_only_for_who_may_confirm(as_siri: Any, as_stranger: Any, as_astrid: Any, rus: Edition) -> None:
    assert ask(as_siri).status_code == 403
    assert ask(as_stranger).status_code == 401
    address = "/units/NONE/confirmations/forecast"
    assert as_astrid.post(address, data=typed()).status_code == 404


# --- Newcomers --------------------------------------------------------------------------------------------


@pytest.fixture
def newcomer(session: Session, rus: Edition, cast: Cast) -> int:
    """Bjørn joined after the unit confirmed."""
    job = session.scalars(select(Employment).where(Employment.person_id == cast.people["bjorn"])).one()
    job.starts_on = date(2026, 1, 10)
    confirm(session, "LAB", rus, date(2025, 12, 1), by="astrid")
    session.commit()
    return cast.people["bjorn"]


def told(**changes: Any) -> dict[str, Any]:
    return {
        "new-submission": str(uuid4()), "new-guidelines": ["rus"], "new-informed_on": TODAY.isoformat(),
        "edition:rus": "1.0",
    } | changes  # fmt: skip


def test_newcomers_told_at_start_up_are_recorded_by_name_and_leave_the_list(
    app: Flask, as_astrid: Any, newcomer: int, session: Session
) -> None:
    assert "Registrer hvem som ble informert ved oppstart" in as_astrid.get("/units/LAB").text

    answer = as_astrid.post("/units/LAB/confirmations/newcomers", data=told(**{"new-only": [str(newcomer)]}))

    assert answer.status_code == 303
    made = recorded(app)[-1]
    assert (made.names_only, made.method, made.answer) == (True, "startup", "informed")
    session.rollback()
    assert row(session, "LAB", "rus").count.missing == 0
    page = as_astrid.get("/units/LAB").text
    assert "Én nyansatt er registrert som informert ved oppstart." in page
    assert "Ingen nyansatte venter" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Velg minst én som ble informert."),
        ({"new-guidelines": []}, "Velg minst én retningslinje"),
        ({"new-informed_on": "2026-01-09"}, "Disse var ikke ansatt i enheten 9. januar: Bjørn Berg."),
    ],
)
def test_the_short_form_is_refused_with_the_reason_and_stays_open(
    app: Flask, as_astrid: Any, newcomer: int, changes: dict[str, Any], sentence: str
) -> None:
    form = told(**changes)
    if changes:
        form["new-only"] = [str(newcomer)]
    answer = as_astrid.post("/units/LAB/confirmations/newcomers", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert len(recorded(app)) == 1


def test_the_short_form_sent_twice_is_one_fact_and_is_not_for_others(
    app: Flask, as_astrid: Any, as_siri: Any, newcomer: int
) -> None:
    form = told(**{"new-only": [str(newcomer)]})
    assert as_siri.post("/units/LAB/confirmations/newcomers", data=form).status_code == 403
    for _ in range(2):
        as_astrid.post("/units/LAB/confirmations/newcomers", data=form)
    assert len(recorded(app)) == 2


# --- Withdrawing ------------------------------------------------------------------------------------------


@pytest.fixture
def given(session: Session, rus: Edition) -> Confirmation:
    made = confirm(session, "LAB", rus, date(2026, 1, 12), by="astrid", excepted=["bjorn"])
    session.commit()
    return made


def test_before_withdrawing_the_page_says_what_becomes_of_the_numbers(as_chen: Any, given: Confirmation) -> None:
    page = as_chen.get(f"/units/LAB/confirmations/{given.id}/withdraw").text
    assert "I dag er 4 av 5 nådd. Uten bekreftelsen er 0 nådd." in page


def test_a_withdrawn_confirmation_counts_no_more_and_stays_with_its_reason(
    as_chen: Any, as_siri: Any, given: Confirmation, session: Session, cast: Cast
) -> None:
    answer = as_chen.post(f"/units/LAB/confirmations/{given.id}/withdraw", data={"reason": "Feil møte."})

    assert answer.status_code == 303
    session.expire_all()
    session.rollback()
    assert (given.withdrawn_at, given.withdrawn_by_id) == (NOW, cast.people["chen"])
    assert row(session, "LAB", "rus").count.missing == 5
    page = as_siri.get("/units/LAB").text
    assert "Trukket tilbake 15. januar" in page
    assert "Feil møte." in page


def test_an_answer_that_is_no_confirmation_is_called_an_answer_when_it_is_withdrawn(
    app: Flask, as_chen: Any, rus: Edition, session: Session
) -> None:
    as_chen.post("/units/LAB/confirmations", data=typed(answer="unknown"))
    address = f"/units/LAB/confirmations/{recorded(app)[0].id}/withdraw"
    page = as_chen.get(address).text
    assert "Trekk tilbake et svar" in page
    assert "Behold svaret" in page
    assert "bekreftelse" not in page[page.index("<main") : page.index("</main>")]
    answer = as_chen.post(address, data={"reason": "Vi har funnet det ut."})
    assert "Svaret er trukket tilbake." in as_chen.get(answer.location).text


def test_withdrawing_needs_a_reason(as_chen: Any, given: Confirmation, session: Session) -> None:
    for reason in ("", "   "):
        answer = as_chen.post(f"/units/LAB/confirmations/{given.id}/withdraw", data={"reason": reason})
        assert answer.status_code == 422
        assert "Skriv hvorfor den trekkes tilbake" in answer.text
    session.expire_all()
    assert given.withdrawn_at is None


def test_a_second_withdrawal_is_a_conflict_and_changes_nothing(
    as_chen: Any, as_astrid: Any, given: Confirmation, session: Session
) -> None:
    as_chen.post(f"/units/LAB/confirmations/{given.id}/withdraw", data={"reason": "Først."})
    answer = as_astrid.post(f"/units/LAB/confirmations/{given.id}/withdraw", data={"reason": "Sist."})
    assert answer.status_code == 409
    session.expire_all()
    assert given.withdrawal_reason == "Først."
    assert "Den ble trukket tilbake allerede" in as_astrid.get(f"/units/LAB/confirmations/{given.id}/withdraw").text


def test_withdrawing_is_announced(session: Session, given: Confirmation, astrid: Actor) -> None:
    confirming.withdraw_confirmation(session, given, reason="Feil.", by=astrid, at=NOW)
    assert session.info["hmswiki.announcements"] == [
        (events.confirmation_withdrawn, {"confirmation_id": given.id, "unit_id": given.unit_id})
    ]
    with pytest.raises(Conflict):
        confirming.withdraw_confirmation(session, given, reason="Igjen.", by=astrid, at=NOW)


def test_only_the_units_own_leader_and_coordinator_withdraw_it(
    as_stranger: Any, as_siri: Any, as_olav: Any, as_astrid: Any, given: Confirmation, session: Session
) -> None:
    address = f"/units/LAB/confirmations/{given.id}/withdraw"
    assert as_stranger.get(address).status_code == 303
    assert as_siri.get(address).status_code == 403
    assert as_olav.post(address, data={"reason": "Nei."}).status_code == 403
    assert as_olav.get(f"/units/WRK/confirmations/{given.id}/withdraw").status_code == 404
    assert as_astrid.get("/units/LAB/confirmations/99999/withdraw").status_code == 404
    assert as_astrid.get("/units/LAB/confirmations/99999999999999999999/withdraw").status_code == 404
    session.expire_all()
    assert given.withdrawn_at is None


def test_a_person_is_found_only_in_the_list_of_the_tree(
    session: Session, as_astrid: Any, rus: Edition, cast: Cast
) -> None:
    page = as_astrid.get("/units/LAB").text
    for key in ("astrid", "bjorn", "chen", "siri", "nils"):
        assert person(session, key).name in page
    assert "Dina Dahl" not in page
    assert session.scalar(select(func.count()).select_from(Confirmation)) == 0
