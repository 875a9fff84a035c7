"""The end of a guideline's page: I have read and understood; and everything recorded about me."""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.accounts.models import SignIn
from hmswiki.acknowledgements import operations, staff_queries
from hmswiki.acknowledgements import queries as coverage_queries
from hmswiki.acknowledgements.coverage import Standing
from hmswiki.acknowledgements.models import Acknowledgement, Evidence, NameLookup
from hmswiki.foundation import events
from hmswiki.foundation.bundles import import_bundle
from hmswiki.foundation.errors import Conflict
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.organisation.models import Employment, Person, RoleHolding
from hmswiki.organisation.queries import actor as load_actor
from hmswiki.web.context import state
from tests.acknowledgements import histories
from tests.acknowledgements.makers import HTML, acknowledge, at_noon, confirm, person, publish, roll_out, unit
from tests.conftest import client_as

# A quarter to midnight in Oslo is still the day before in UTC, and the other way round: 00.14 on the 16th in Oslo.
NOW = datetime(2026, 1, 15, 23, 14, tzinfo=UTC)
TODAY = date(2026, 1, 16)
OLD = "Dette gjelder alle.\n\n## Formål\n\nEt ryddig rom.\n\n## Frist\n\nMeld fra innen ti dager.\n"
NEW = "Dette gjelder alle.\n\n## Formål\n\nEt ryddig rom.\n\n## Frist\n\nMeld fra innen fem dager.\n"


@pytest.fixture(autouse=True)
def frozen_time():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rus(session: Session) -> Edition:
    """Edition 1.0, rolled out by name to everybody."""
    edition = publish(session, "rus", "1.0", date(2025, 1, 1), title="Rus og avhengighet", body=OLD)
    roll_out(
        session,
        "rus",
        ["FAC"],
        starts=date(2025, 1, 1),
        due=date(2026, 2, 2),
        evidence=Evidence.NAMED,
        names_kept_until=date(2030, 5, 1),
    )
    session.commit()
    return edition


@pytest.fixture
def brann(session: Session) -> Edition:
    """Rolled out to everybody; the units inform."""
    edition = publish(session, "brann", "1.0", date(2025, 1, 1), title="Brannvern")
    roll_out(session, "brann", ["FAC"], starts=date(2025, 1, 1), due=date(2026, 2, 2))
    session.commit()
    return edition


def send(client, edition, *, slug="rus", submission=None, **more):
    data = {"edition": str(edition.id), "submission": submission or str(uuid4())}
    return client.post(f"/guidelines/{slug}/acknowledgements", data=data, **more)


_FRESH = {"execution_options": {"populate_existing": True}}


def of(session, key):
    """The person's acknowledgements as they are now; the session writes no more, so that pages can."""
    mine = Acknowledgement.person_id == person(session, key).id
    found = list(session.scalars(select(Acknowledgement).where(mine).order_by(Acknowledgement.id), **_FRESH))
    session.commit()
    return found


# --- The page -----------------------------------------------------------------------------------------------


def test_the_page_asks_by_name_and_says_what_is_stored(as_bjorn, rus):
    page = as_bjorn.get("/guidelines/rus").text
    assert "Har du lest og forstått utgave 1.0?" in page
    assert "Jeg har lest og forstått" in page
    assert "Vi lagrer navnet ditt, utgaven og tidspunktet." in page
    assert "Navnene blir tatt vare på til 1. mai 2030." in page
    assert "Being told protects life" in page
    assert "Frist mandag 2. februar" in page
    assert f'name="edition" type="hidden" value="{rus.id}"' in page
    assert 'href="#acknowledge"' in page


def test_the_text_comes_before_the_question(as_bjorn, rus):
    page = as_bjorn.get("/guidelines/rus").text
    assert page.index('class="hms-prose"') < page.index('id="acknowledge"')


def test_where_the_unit_informs_there_is_no_button(as_bjorn, brann):
    page = as_bjorn.get("/guidelines/brann").text
    assert "Jeg har lest og forstått" not in page
    assert "Vi ber deg ikke om å bekrefte." in page
    assert "du regnes ikke som informert ennå" in page
    assert "Jeg er ikke informert" in page
    assert "Jeg har et spørsmål" in page


def test_where_the_unit_has_informed_it_says_how(as_bjorn, brann, session):
    confirm(session, "FAC", brann, date(2025, 12, 7), by="tora", method="section_meeting")
    session.commit()
    page = as_bjorn.get("/guidelines/brann").text
    assert "Enheten din har informert deg" in page
    assert "Informert på avdelingsmøte 7. desember 2025 av Fakultetet, så du regnes som informert." in page


def test_who_is_not_in_the_audience_may_only_ask(as_dina, session):
    publish(session, "lab", "1.0", date(2025, 1, 1))
    roll_out(session, "lab", ["LAB"], starts=date(2025, 1, 1), evidence=Evidence.NAMED)
    session.commit()
    page = as_dina.get("/guidelines/lab").text
    assert "Jeg har lest og forstått" not in page
    assert "Jeg er ikke informert" not in page
    assert "Jeg har et spørsmål" in page


def test_a_person_without_a_unit_sees_the_text_and_nothing_to_answer(as_ute, rus):
    page = as_ute.get("/guidelines/rus").text
    assert "Et ryddig laboratorium" in page
    assert "hms-acknowledge" not in page


def test_a_stranger_cannot_acknowledge(as_stranger, rus, session):
    answer = send(as_stranger, rus)
    assert answer.status_code == 401
    assert session.scalars(select(Acknowledgement)).all() == []


# --- Acknowledging ------------------------------------------------------------------------------------------


def test_acknowledging_records_the_person_the_edition_and_today_where_the_site_is(as_bjorn, rus, session):
    heard = []

    def hear(sender, **facts):
        heard.append(facts)

    with events.edition_acknowledged.connected_to(hear):
        answer = send(as_bjorn, rus)
    assert answer.status_code == 303
    [fact] = of(session, "bjorn")
    assert (fact.edition_id, fact.acknowledged_on, fact.recorded_at) == (rus.id, TODAY, NOW)
    assert fact.recorded_by_id == fact.person_id
    assert heard == [{"acknowledgement_id": fact.id, "person_id": fact.person_id, "edition_id": rus.id}]
    page = as_bjorn.get(answer.location).text
    assert "Takk. Du bekreftet utgave 1.0 i dag kl.\N{NO-BREAK SPACE}00.14." in page
    assert "Jeg har lest og forstått" not in page
    assert "Angre" in page


def test_afterwards_the_next_guideline_is_offered(as_bjorn, rus, session):
    publish(session, "lab", "1.0", date(2025, 1, 1), title="Arbeid i laboratorium")
    roll_out(session, "lab", ["FAC"], starts=date(2025, 1, 1), evidence=Evidence.NAMED)
    session.commit()
    answer = send(as_bjorn, rus)
    assert "Neste: Arbeid i laboratorium" in as_bjorn.get(answer.location).text


def test_the_same_form_sent_twice_is_one_fact(as_bjorn, rus, session):
    submission = str(uuid4())
    first = send(as_bjorn, rus, submission=submission)
    second = send(as_bjorn, rus, submission=submission)
    assert first.status_code == second.status_code == 303
    assert len(of(session, "bjorn")) == 1


def test_acknowledging_from_two_tabs_is_one_fact(as_bjorn, rus, session):
    send(as_bjorn, rus)
    send(as_bjorn, rus)
    assert len(of(session, "bjorn")) == 1


def test_after_a_lapse_it_is_a_new_fact(as_bjorn, session):
    edition = publish(session, "lab", "1.0", date(2024, 1, 1), renew_months=12)
    roll_out(session, "lab", ["FAC"], starts=date(2024, 1, 1), evidence=Evidence.NAMED)
    acknowledge(session, "bjorn", edition, date(2025, 1, 16))
    session.commit()
    send(as_bjorn, edition, slug="lab")
    assert [one.acknowledged_on for one in of(session, "bjorn")] == [date(2025, 1, 16), TODAY]
    assert "Den gjelder til 16. januar 2027. Da spør vi deg igjen." in as_bjorn.get("/guidelines/lab").text


def test_a_newer_edition_that_demands_anew_is_asked_about_and_nothing_is_recorded(as_bjorn, rus, session):
    newer = publish(session, "rus", "2.0", TODAY, title="Rus og avhengighet", body=NEW)
    session.commit()
    answer = send(as_bjorn, rus)
    assert answer.status_code == 409
    assert of(session, "bjorn") == []
    assert "Utgave 2.0 begynte å gjelde mens du leste." in answer.text
    assert "Vi lagrer navnet ditt, utgaven og tidspunktet." in answer.text
    assert "<del>ti</del>" in answer.text and "<ins>fem</ins>" in answer.text
    assert 'href="/guidelines/rus"' in answer.text
    assert f'name="edition" type="hidden" value="{newer.id}"' in answer.text
    again = send(as_bjorn, newer)
    assert again.status_code == 303
    assert [one.edition_id for one in of(session, "bjorn")] == [newer.id]


def test_a_newer_minor_edition_does_not_stand_in_the_way(as_bjorn, rus, session):
    publish(session, "rus", "1.1", TODAY, demands=False)
    session.commit()
    assert send(as_bjorn, rus).status_code == 303
    assert [one.edition_id for one in of(session, "bjorn")] == [rus.id]
    page = as_bjorn.get("/guidelines/rus").text
    assert "Utgave 1.1 er en mindre endring, så du trenger ikke bekrefte på nytt." in page


def test_an_edition_that_is_not_in_force_yet_cannot_be_acknowledged(as_bjorn, rus, session):
    coming = publish(session, "rus", "2.0", TODAY + timedelta(days=1))
    session.commit()
    answer = send(as_bjorn, coming)
    assert answer.status_code == 422
    assert "Utgave 2.0 gjelder fra 17. januar." in answer.text
    assert of(session, "bjorn") == []


def test_where_the_unit_informs_nothing_is_recorded_even_if_it_is_sent(as_bjorn, brann, session):
    answer = send(as_bjorn, brann, slug="brann")
    assert answer.status_code == 422
    assert "Enheten din informerer de ansatte" in answer.text
    assert of(session, "bjorn") == []


def test_who_is_not_in_the_audience_is_not_recorded(as_dina, session):
    edition = publish(session, "lab", "1.0", date(2025, 1, 1))
    roll_out(session, "lab", ["LAB"], starts=date(2025, 1, 1), evidence=Evidence.NAMED)
    session.commit()
    assert send(as_dina, edition, slug="lab").status_code == 422
    assert of(session, "dina") == []


def test_a_rollout_by_name_that_has_ended_or_is_to_come_asks_nobody(as_bjorn, session):
    edition = publish(session, "lab", "1.0", date(2025, 1, 1))
    roll_out(session, "lab", ["FAC"], starts=date(2025, 1, 1), ended=TODAY, evidence=Evidence.NAMED)
    roll_out(session, "lab", ["FAC"], starts=TODAY + timedelta(days=1), evidence=Evidence.NAMED)
    session.commit()
    assert send(as_bjorn, edition, slug="lab").status_code == 422


@pytest.mark.parametrize("edition", ["", "x", "²", "9" * 30])
def test_a_form_without_an_edition_is_refused(as_bjorn, rus, edition):
    answer = as_bjorn.post("/guidelines/rus/acknowledgements", data={"edition": edition, "submission": str(uuid4())})
    assert answer.status_code == 400


def test_an_edition_of_another_guideline_is_not_found(as_bjorn, rus, brann):
    assert send(as_bjorn, brann).status_code == 404
    assert as_bjorn.post("/guidelines/rus/acknowledgements", data={"edition": "999999"}).status_code == 404


# --- What is new --------------------------------------------------------------------------------------------


def test_who_knows_an_earlier_edition_is_shown_what_changed(as_bjorn, as_siri, rus, session):
    acknowledge(session, "bjorn", rus, date(2025, 3, 13))
    publish(session, "rus", "2.0", date(2025, 12, 11), body=NEW, html=HTML + "<p>Meld fra innen fem dager.</p>")
    session.commit()
    page = as_bjorn.get("/guidelines/rus").text
    assert "Nytt siden du sist leste" in page
    assert "Du bekreftet utgave 1.0 den 13. mars 2025. Ett sted er endret." in page
    assert "<del>ti</del>" in page and "<ins>fem</ins>" in page
    assert '<p class="hms-changed">Meld fra innen fem dager.</p>' in page and page.count("hms-changed") == 1
    assert "Nytt siden du sist leste" not in as_siri.get("/guidelines/rus").text
    assert "hms-changed" not in as_siri.get("/guidelines/rus").text


def test_who_knows_this_edition_is_shown_no_news(as_bjorn, rus, session):
    publish(session, "rus", "2.0", date(2025, 12, 11), body=NEW)
    acknowledge(session, "bjorn", session.scalars(select(Edition).where(Edition.major == 2)).one(), TODAY)
    session.commit()
    assert "Nytt siden du sist leste" not in as_bjorn.get("/guidelines/rus").text


# --- How many ask of the database ---------------------------------------------------------------------------


def test_the_panels_send_at_most_eight_selects(app, as_bjorn, rus, session, queries, monkeypatch):
    acknowledge(session, "bjorn", rus, date(2025, 3, 13))
    publish(session, "rus", "2.0", date(2025, 12, 11), body=NEW)
    for number in range(20):
        confirm(session, "LAB", rus, date(2025, 2, 1) + timedelta(days=number), by="chen", excepted=["siri"])
    session.commit()
    as_bjorn.get("/guidelines/rus")
    with queries() as sent:
        as_bjorn.get("/guidelines/rus")
    wiki = state(app).wiki
    kept = {place: list(panels) for place, panels in wiki._panels.items()}
    for place in ("guideline.top", "guideline.after", "guideline.end"):
        wiki._panels[place] = [p for p in kept[place] if not p.render.__module__.endswith("acknowledgements.panels")]
    with queries() as without:
        as_bjorn.get("/guidelines/rus")
    wiki._panels.update(kept)
    assert 0 < len(sent) - len(without) <= 8


# --- The unit's numbers -------------------------------------------------------------------------------------


def test_the_unit_s_numbers_have_both_parts(as_bjorn, rus, session):
    acknowledge(session, "bjorn", rus, date(2025, 3, 13))
    confirm(session, "LAB", rus, date(2025, 4, 1), by="chen", excepted=["nils"])
    session.commit()
    line = as_bjorn.get("/guidelines/rus/unit-count", headers={"X-Requested-With": "fetch"}).text
    assert line.strip() == (
        "4 av 5 ved Laserlaben er nådd: 1 har bekreftet selv, 3 er informert av enheten."
    )  # fmt: skip
    page = as_bjorn.get("/guidelines/rus/unit-count").text
    assert "4 av 5 ved Laserlaben" in page and "<h1>" in page


def test_the_unit_s_numbers_of_a_guideline_that_is_not_there_are_not_found(as_bjorn):
    assert as_bjorn.get("/guidelines/nix/unit-count").status_code == 404


# --- Taking it back -----------------------------------------------------------------------------------------


def test_a_person_withdraws_their_own_acknowledgement_with_a_reason(as_bjorn, rus, session):
    made = acknowledge(session, "bjorn", rus, date(2025, 3, 13))
    session.commit()
    address = f"/my-record/acknowledgements/{made.id}/withdrawal"
    assert "Vil du trekke tilbake bekreftelsen?" in as_bjorn.get(address).text
    empty = as_bjorn.post(address, data={"reason": " ", "submission": str(uuid4())})
    assert empty.status_code == 422
    assert of(session, "bjorn")[0].withdrawn_at is None
    answer = as_bjorn.post(address, data={"reason": "Trykket feil", "submission": str(uuid4())})
    assert answer.status_code == 303
    [fact] = of(session, "bjorn")
    assert (fact.withdrawn_at, fact.withdrawn_by_id, fact.withdrawal_reason) == (NOW, fact.person_id, "Trykket feil")
    assert "Har du lest og forstått utgave 1.0?" in as_bjorn.get("/guidelines/rus").text
    record = as_bjorn.get("/my-record").text
    assert "Trykket feil" in record
    again = as_bjorn.post(address, data={"reason": "En gang til", "submission": str(uuid4())})
    assert again.status_code == 422
    assert of(session, "bjorn")[0].withdrawal_reason == "Trykket feil"


def test_of_two_withdrawals_at_the_same_moment_the_first_stands(app, rus, session):
    acknowledge(session, "bjorn", rus, date(2025, 3, 13))
    session.commit()
    with Session(state(app).engines.write, expire_on_commit=False) as other:
        theirs = other.scalars(select(Acknowledgement)).one()
        bjorn = load_actor(other, "bjorn", TODAY)
        other.commit()
        mine = session.scalars(select(Acknowledgement)).one()
        operations.withdraw_acknowledgement(session, mine, by=bjorn, at=NOW, reason="Først")
        session.commit()
        with pytest.raises(Conflict):
            operations.withdraw_acknowledgement(other, theirs, by=bjorn, at=NOW, reason="Sist")
    assert of(session, "bjorn")[0].withdrawal_reason == "Først"


def test_nobody_else_can_see_or_withdraw_it(as_siri, as_chen, rus, session):
    made = acknowledge(session, "bjorn", rus, date(2025, 3, 13))
    session.commit()
    for client in (as_siri, as_chen):
        assert client.get(f"/my-record/acknowledgements/{made.id}/withdrawal").status_code == 404
        answer = client.post(f"/my-record/acknowledgements/{made.id}/withdrawal", data={"reason": "x"})
        assert answer.status_code == 404
    assert of(session, "bjorn")[0].withdrawn_at is None


def test_after_a_withdrawal_one_may_acknowledge_again(as_bjorn, rus, session):
    made = acknowledge(session, "bjorn", rus, date(2025, 3, 13))
    made.withdraw(by_id=made.person_id, at=NOW - timedelta(days=1), reason="Feil")
    session.commit()
    assert send(as_bjorn, rus).status_code == 303
    assert len(of(session, "bjorn")) == 2


# --- Mine opplysninger --------------------------------------------------------------------------------------


@pytest.fixture
def history(session: Session, rus: Edition, brann: Edition) -> None:
    """Bjørn is covered, excepted and named; others did things with his name."""
    acknowledge(session, "bjorn", rus, date(2025, 3, 13))
    confirm(session, "LAB", brann, date(2025, 4, 1), by="chen", excepted=["siri"])
    confirm(session, "FAC", brann, date(2025, 5, 1), by="tora", excepted=["bjorn", "dina"])
    confirm(session, "LAB", rus, date(2025, 6, 1), by="chen", only=["bjorn", "nils"], method="startup")
    confirm(session, "WRK", brann, date(2025, 7, 1), by="olav")
    confirm(session, "LAB", rus, date(2025, 8, 1), by="chen", only=["siri"])
    session.add(
        NameLookup(
            viewer_id=person(session, "chen").id,
            unit_id=unit(session, "LAB").id,
            guideline_id=rus.guideline_id,
            what="missing",
            looked_at=NOW - timedelta(days=3),
            people=[person(session, "bjorn")],
        )  # fmt: skip
    )
    session.add(
        RoleHolding(
            person_id=person(session, "bjorn").id,
            unit_id=unit(session, "LAB").id,
            role=Role.AREA_OWNER,
            starts_on=date(2025, 6, 1),
            recorded_at=at_noon(date(2025, 6, 1)),
            recorded_by_id=person(session, "ivar").id,
        )  # fmt: skip
    )
    session.add(
        SignIn(
            person_id=person(session, "bjorn").id,
            token_hash="ab" * 32,
            started_at=NOW - timedelta(days=1),
            last_seen_at=NOW,
            expires_at=NOW + timedelta(days=1),
            device="Firefox, Linux",
        )  # fmt: skip
    )
    session.commit()


def test_everything_recorded_about_me_stands_on_one_page(as_bjorn, history):
    page = as_bjorn.get("/my-record").text
    assert "Bekreftet 13. mars 2025" in page
    assert "Du var unntatt" in page
    assert "Du var nevnt ved navn" in page
    assert "Du var blant alle ansatte" in page
    assert "Chen Li" in page
    assert "Områdeansvarlig" in page
    assert re.search(r"Registrert 1\. juni 2025\s+kl\.\s13\.00 av Ivar Iversen", page)
    for other in ("Siri", "Nils", "Dina", "Olav"):
        assert other not in page


def test_everything_recorded_about_me_can_be_taken_away(as_bjorn, history):
    answer = as_bjorn.get("/my-record.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-record-2026-01-16.json"'
    record = json.loads(answer.text)
    assert record["person"]["id"] == "bjorn"
    assert record["employments"][0]["unit"] == "LAB"
    assert record["employments"][0]["recorded_at"] == "2020-01-01T09:00:00+01:00"
    assert [one["role"] for one in record["roles"]] == ["area_owner"]
    assert record["acknowledgements"][0]["acknowledged_on"] == "2025-03-13"
    said = {(one["unit"], one["informed_on"]): one["says_of_me"] for one in record["confirmations"]}
    assert said == {
        ("LAB", "2025-04-01"): "covered", ("FAC", "2025-05-01"): "excepted", ("LAB", "2025-06-01"): "named",
    }  # fmt: skip
    assert record["looked_up_by"][0]["viewer"] == "Chen Li"
    assert record["sign_ins"][0]["device"] == "Firefox, Linux"
    assert "abab" not in answer.text
    for other in ("Siri", "Nils", "Dina", "Olav", "siri", "nils", "dina", "olav"):
        assert other not in answer.text


def test_what_i_did_for_others_names_none_of_them(as_chen, history):
    text = as_chen.get("/my-record.json").text
    record = json.loads(text)
    assert len(record["done_for_units"]) == 3
    assert record["names_i_looked_up"][0]["what"] == "missing"
    assert "Bjørn" not in text and "bjorn" not in text
    assert "Bjørn" not in as_chen.get("/my-record").text


def test_a_stranger_sees_nobody_s_record(as_stranger):
    assert as_stranger.get("/my-record").status_code == 303
    assert as_stranger.get("/my-record.json").status_code == 303


def test_a_record_is_read_with_a_fixed_number_of_selects(as_bjorn, history, session, rus, queries):
    as_bjorn.get("/my-record")
    with queries() as few:
        as_bjorn.get("/my-record")
    for number in range(5):
        acknowledge(session, "bjorn", rus, date(2025, 9, 1) + timedelta(days=number))
        confirm(session, "LAB", rus, date(2025, 10, 1) + timedelta(days=number), by="astrid")
    session.commit()
    with queries() as many:
        as_bjorn.get("/my-record")
    assert len(many) == len(few)
    assert len(many) <= 30


# --- One person's reading agrees with everybody's -----------------------------------------------------------


def test_what_one_person_is_told_agrees_with_the_counts(session, rus, brann, cast):
    """Reading only one person's facts, in a few selects, gives the standing that the counts give."""
    move = session.scalars(select(Employment).where(Employment.person_id == cast.people["dina"])).one()
    move.ends_on = date(2025, 9, 1)
    session.add(
        Employment(
            person_id=cast.people["dina"],
            unit_id=cast.units["OPT"],
            starts_on=date(2025, 9, 1),
            recorded_at=at_noon(date(2025, 9, 1)),
        )  # fmt: skip
    )
    newer = publish(session, "brann", "2.0", date(2025, 6, 1))
    confirm(session, "WRK", newer, date(2025, 7, 1), by="olav", excepted=["olav"])
    confirm(session, "LAB", newer, date(2025, 10, 1), by="chen", only=["nils", "astrid"])
    confirm(session, "FAC", brann, date(2025, 3, 1), by="tora")
    acknowledge(session, "siri", newer, date(2025, 8, 1))
    acknowledge(session, "chen", brann, date(2025, 2, 1))
    publish(session, "lab", "1.0", date(2025, 1, 1), renew_months=6)
    roll_out(session, "lab", ["LAB"], starts=date(2025, 1, 1), role=Role.HSE_COORDINATOR, evidence=Evidence.NAMED)
    roll_out(session, "lab", ["WRK"], starts=date(2025, 1, 1))
    session.commit()
    everybody = coverage_queries.coverage(session, as_of=TODAY, known_at=NOW)
    guidelines = list(session.scalars(select(Guideline)))
    editions = list(session.scalars(select(Edition)))
    told = set()
    for key, person_id in cast.people.items():
        who = load_actor(session, key, TODAY)
        assert isinstance(who, Actor)
        known = staff_queries.personal(session, who, guidelines, editions, day=TODAY, known_at=NOW)
        for guideline in guidelines:
            obligation = known.obligations.get(guideline.id)
            standing = obligation.standing if obligation else None
            assert standing == everybody.standing(guideline.id, person_id), (key, guideline.slug)
            if obligation and standing is Standing.INFORMED:
                assert obligation.heard is not None
            if obligation and standing is Standing.ACKNOWLEDGED:
                assert known.acknowledgement(obligation) is not None
            told.add(standing)
    assert told == {None, *Standing}


def test_what_one_person_is_told_agrees_with_the_counts_on_random_histories(empty_app, tmp_path):
    told = Counter()
    with empty_app.app_context():
        for seed in range(2000, 2012):
            bundle = histories.random_history(seed)
            histories.write_bundle(bundle, tmp_path / str(seed))
            with Session(state(empty_app).engines.write) as session:
                import_bundle(
                    session, tmp_path / str(seed), state(empty_app).wiki.record_kinds, at=histories.IMPORTED_AT,
                    progress=lambda line: None,
                )  # fmt: skip
                guidelines = list(session.scalars(select(Guideline)))
                editions = list(session.scalars(select(Edition)))
                people = list(session.scalars(select(Person)))
                for day, _ in histories.probe_points(bundle, seed, count=3):
                    everybody = coverage_queries.coverage(session, as_of=day, known_at=NOW)
                    for one in people:
                        who = load_actor(session, one.external_key, day)
                        known = staff_queries.personal(session, who, guidelines, editions, day=day, known_at=NOW)
                        for guideline in guidelines:
                            obligation = known.obligations.get(guideline.id)
                            standing = obligation.standing if obligation else None
                            assert standing == everybody.standing(guideline.id, one.id), (seed, day, one.external_key)
                            if standing is Standing.INFORMED:
                                assert obligation.heard is not None, (seed, day, one.external_key)
                            if standing is Standing.ACKNOWLEDGED:
                                assert known.acknowledgement(obligation) is not None
                            told[standing] += 1
                session.rollback()
    assert all(told[standing] > 10 for standing in (None, *Standing)), told


def test_two_tabs_of_two_people_do_not_meet(app, rus, session):
    for key in ("bjorn", "siri"):
        assert send(client_as(app, key), rus).status_code == 303
    assert len(of(session, "bjorn")) == len(of(session, "siri")) == 1
