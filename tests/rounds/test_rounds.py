"""Rounds as they are begun, answered, handed in, corrected and signed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions.models import Action, ActionState
from hmswiki.foundation import clock
from hmswiki.foundation.errors import Conflict, NotAllowed, Refusal
from hmswiki.foundation.permissions import Role
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Area, Person
from hmswiki.rounds import operations, queries, rules, signing
from hmswiki.rounds.answering import Incoming
from hmswiki.rounds.models import Answer, Finding, Round
from hmswiki.rounds.operations import NotComplete, Outcome
from tests.cast import today
from tests.rounds import makers
from tests.rounds.makers import actor, area, checklist, start_round

WELL = {"korridorer": "ok", "dorer": "ok", "apparater": "0", "kontroll": "2026-01-05", "varmt": "no", "alarm": "tale"}
SIGNED = makers.FIRE.replace("sections:", "co_signed_by: [unit_leader, safety_representative]\nsections:", 1).replace(
    "key: brann\n", "key: signert\n", 1
)


def incoming(item: str | None, value: str | None, **more: Any) -> Incoming:
    return Incoming(
        more.get("key") or str(uuid4()), item, more.get("finding"), value, more.get("note"), more.get("details"),
        more.get("at") or clock.now(),
    )  # fmt: skip


def give(session: Session, round: Round, *given: Incoming, by: str = "astrid", at: datetime | None = None) -> Outcome:
    return operations.answer(session, round.key, given, by=actor(session, by), at=at or clock.now(), today=today())


def fill(session: Session, round: Round, by: str = "astrid", **other: str | None) -> None:
    outcome = give(session, round, *(incoming(item, value) for item, value in {**WELL, **other}.items()), by=by)
    assert not outcome.refused


def hand_in(session: Session, round: Round, by: str = "astrid") -> Round:
    return operations.hand_in(session, round.key, by=actor(session, by), at=clock.now(), today=today())


def findings(session: Session, round: Round) -> Sequence[Finding]:
    return queries.findings_of_round(session, round)


def counting(session: Session, round: Round) -> dict[str, str | None]:
    return {item: one.value for item, one in queries.filled(session, round).answers.items()}


def handed_in_with(session: Session, where: Area | None = None, **details: Any) -> Round:
    """A round with a deviation at the doors."""
    round = start_round(session, area=where)
    fill(session, round)
    told = {"text": "Skap foran døra", **details}
    give(session, round, incoming("dorer", "deviation", details=told))
    return hand_in(session, round)


# --- Beginning ----------------------------------------------------------------------------------------------


def test_a_second_person_joins_the_round_that_runs_in_the_area(session: Session) -> None:
    where = area(session, owner="bjorn")
    first = start_round(session, by="bjorn", area=where)
    assert start_round(session, by="astrid", area=where).key == first.key
    assert start_round(session, by="astrid").key != first.key
    fill(session, first)
    hand_in(session, first)
    assert start_round(session, by="astrid", area=where).key != first.key


def test_the_owner_of_the_area_may_do_its_round_and_a_colleague_may_not(session: Session) -> None:
    where = area(session, owner="bjorn")
    round = start_round(session, by="bjorn", area=where)
    assert give(session, round, incoming("dorer", "ok"), by="bjorn").saved
    for stranger in ("nils", "dina", "olav"):
        with pytest.raises(NotAllowed):
            give(session, round, incoming("dorer", "ok"), by=stranger)
    with pytest.raises(NotAllowed):
        start_round(session, by="nils", unit="OPT")


def test_who_is_asked_for_themselves_does_it_and_nobody_else(session: Session) -> None:
    dina = organisation.person(session, "dina")
    round = operations.start(
        session, checklist=checklist(session), unit=organisation.unit(session, "WRK"), person=dina,
        by=actor(session, "dina"), at=clock.now(), today=today(),
    )  # fmt: skip
    assert give(session, round, incoming("dorer", "ok"), by="dina").saved
    with pytest.raises(NotAllowed):
        give(session, round, incoming("dorer", "ok"), by="bjorn")


def test_a_round_finishes_on_the_edition_it_began_with(session: Session) -> None:
    round = start_round(session)
    record = checklist(session)
    newer = makers.FIRE.replace("Korridorene er frie", "Alt er frie")
    makers.publish(session, record, newer, published_on=today())
    assert (
        queries.asked_of(session.get_one(Round, round.id)).by_key["korridorer"].item.text["nb"] == "Korridorene er frie"
    )
    other = start_round(session, by="olav", unit="WRK")
    assert queries.asked_of(other).by_key["korridorer"].item.text["nb"] == "Alt er frie"


def test_a_round_that_was_given_up_makes_room_for_another_and_stays_readable(session: Session) -> None:
    round = start_round(session)
    give(session, round, incoming("dorer", "ok"))
    with pytest.raises(Refusal, match="Say why"):
        operations.abandon(session, round, reason=" ", by=actor(session, "astrid"), at=clock.now(), today=today())
    operations.abandon(session, round, reason="Feil sted", by=actor(session, "astrid"), at=clock.now(), today=today())
    session.flush()
    assert start_round(session).key != round.key
    assert counting(session, round) == {"dorer": "ok"}
    with pytest.raises(Conflict, match="given up"):
        give(session, round, incoming("dorer", "deviation"))


# --- Answering ----------------------------------------------------------------------------------------------


def test_an_answer_that_is_sent_again_is_saved_once(session: Session) -> None:
    round = start_round(session)
    one = incoming("dorer", "ok")
    assert give(session, round, one, one).saved == [one.key, one.key]
    assert give(session, round, one).saved == [one.key]
    assert len(session.scalars(select(Answer)).all()) == 1


def test_a_refused_answer_does_not_hinder_the_others(session: Session) -> None:
    round = start_round(session)
    good, bad, unknown = incoming("dorer", "ok"), incoming("apparater", "-4"), incoming("vekk", "ok")
    outcome = give(session, round, bad, good, unknown)
    assert outcome.saved == [good.key]
    assert [(one.key, one.item) for one in outcome.refused] == [(bad.key, "apparater"), (unknown.key, "vekk")]
    assert counting(session, round) == {"dorer": "ok"}


def test_the_later_of_two_peoples_answers_counts_whatever_arrives_first(session: Session) -> None:
    round, now = start_round(session), clock.now()
    give(session, round, incoming("dorer", "deviation", at=now - timedelta(minutes=1)), by="chen")
    give(session, round, incoming("dorer", "ok", at=now - timedelta(minutes=5)), by="astrid")
    assert counting(session, round) == {"dorer": "deviation"}
    assert len(session.scalars(select(Answer)).all()) == 2


def test_a_phone_whose_clock_is_ahead_does_not_have_the_last_word_for_an_hour(session: Session) -> None:
    round, now = start_round(session), clock.now()
    ahead = now + timedelta(hours=1)
    give(
        session,
        round,
        incoming("dorer", "ok", at=ahead - timedelta(minutes=2)),
        incoming("dorer", "deviation", at=ahead),
        at=now,
    )
    assert counting(session, round) == {"dorer": "deviation"}
    give(
        session, round, incoming("dorer", "ok", at=now + timedelta(seconds=1)), at=now + timedelta(seconds=1), by="chen"
    )
    assert counting(session, round) == {"dorer": "ok"}


def test_an_answer_to_a_hidden_item_is_kept_and_counts_once_it_is_shown(session: Session) -> None:
    round = start_round(session)
    fill(session, round, vakt="no")
    assert not queries.filled(session, round).missing
    give(session, round, incoming("varmt", "yes"))
    assert [one.item for one in queries.filled(session, round).missing] == ["vakt"]
    assert [one.lack for one in queries.filled(session, round).missing] == [rules.Lack.WORDS]


def test_an_answer_of_another_round_is_not_taken_for_one_of_this(session: Session) -> None:
    mine, theirs = start_round(session), start_round(session, by="olav", unit="WRK")
    one = incoming("dorer", "ok")
    give(session, theirs, one, by="olav")
    outcome = give(session, mine, one)
    assert not outcome.saved
    assert "another round" in str(outcome.refused[0].refusal)


# --- Handing in ---------------------------------------------------------------------------------------------


def test_a_round_that_is_not_finished_says_what_is_missing(session: Session) -> None:
    round = start_round(session)
    fill(session, round, dorer=None)
    with pytest.raises(NotComplete) as refused:
        hand_in(session, round)
    assert [one.item for one in refused.value.missing] == ["dorer"]
    assert round.handed_in_at is None


def test_a_deviation_becomes_a_finding_and_an_action_with_its_origin(session: Session) -> None:
    where = area(session, owner="bjorn")
    due = today() + timedelta(days=7)
    round = handed_in_with(
        session, where, seriousness="high",
        action={"title": "Flytt skapet", "responsible": "bjorn", "role": None, "due_on": due.isoformat()},
    )  # fmt: skip
    (finding,) = findings(session, round)
    assert (finding.item, finding.answer, finding.text, finding.seriousness) == (
        "dorer", "deviation", "Skap foran døra", "high",
    )  # fmt: skip
    assert (finding.area_id, finding.found_on, finding.mended_on) == (where.id, today(), None)
    action = finding.action
    assert action is not None
    assert (action.title, action.due_on, action.origin) == ("Flytt skapet", due, f"finding:{finding.key}")
    assert action.responsible_id == organisation.person(session, "bjorn").id
    assert action.unit_id == round.unit_id and action.area_id == where.id


def test_an_action_that_names_nobody_is_for_who_answers_for_the_place(session: Session) -> None:
    planned = {"title": "Flytt skapet", "due_on": today().isoformat()}
    in_area = handed_in_with(session, area(session), action=planned)
    assert findings(session, in_area)[0].action.responsible_role == Role.AREA_OWNER  # type: ignore[union-attr]
    in_unit = handed_in_with(session, action=planned)
    assert findings(session, in_unit)[0].action.responsible_role == Role.UNIT_LEADER  # type: ignore[union-attr]


def test_what_was_mended_on_the_spot_is_a_finding_without_an_action(session: Session) -> None:
    round = handed_in_with(session, mended=True, action={"title": "Flytt", "due_on": today().isoformat()})
    assert findings(session, round)[0].mended_on == today()
    assert session.scalars(select(Action)).all() == []


def test_a_round_that_was_handed_in_takes_no_answer_and_no_second_handing_in(session: Session) -> None:
    round = start_round(session)
    fill(session, round)
    early = incoming("annet", "Fint")
    give(session, round, early)
    hand_in(session, round)
    with pytest.raises(Conflict, match=r"Astrid Aas handed the round in"):
        give(session, round, incoming("dorer", "deviation"), by="chen")
    with pytest.raises(Conflict, match="Astrid Aas"):
        hand_in(session, round, by="chen")
    late = incoming("dorer", "deviation")
    outcome = give(session, round, early, late)  # the answer to the first sending was lost on the way
    assert outcome.saved == [early.key]
    assert [one.key for one in outcome.refused] == [late.key]
    assert outcome.handed_in


def test_the_next_round_asks_whether_it_is_still_so_and_closes_what_is_mended(session: Session) -> None:
    where = area(session)
    first = handed_in_with(session, where)
    (finding,) = findings(session, first)
    second = start_round(session, area=where)
    fill(session, second)
    with pytest.raises(NotComplete) as refused:
        hand_in(session, second)
    assert refused.value.missing == [rules.Missing(rules.Lack.STILL_SO, finding=finding.key)]
    give(session, second, incoming(None, "mended", finding=finding.key))
    hand_in(session, second)
    assert finding.mended_on == today()
    third = start_round(session, area=where)
    assert queries.filled(session, third).earlier == []


def test_what_is_still_so_is_carried_on_and_not_found_twice(session: Session) -> None:
    where = area(session)
    (finding,) = findings(session, handed_in_with(session, where))
    second = start_round(session, area=where)
    fill(session, second, dorer="deviation")
    give(session, second, incoming(None, "still", finding=finding.key))
    hand_in(session, second)
    assert findings(session, second) == []
    assert finding.mended_on is None
    third = start_round(session, area=where)
    assert [one.key for one in queries.filled(session, third).earlier] == [finding.key]


def test_findings_of_another_place_or_checklist_are_not_asked_about(session: Session) -> None:
    handed_in_with(session, area(session))
    elsewhere = start_round(session, area=area(session, "K3-3", name="Kjemiblokk 3, 3. etasje"))
    assert queries.filled(session, elsewhere).earlier == []
    other = start_round(session, area=area(session), source=SIGNED)
    assert queries.filled(session, other).earlier == []


def test_the_successor_of_a_unit_is_asked_about_what_that_had_found(session: Session) -> None:
    (finding,) = findings(session, handed_in_with(session))
    lab = organisation.unit(session, "LAB")
    new = makers.successor(session, lab, "NEW")
    assert [one.key for one in queries.last_findings(session, checklist(session), unit=new)] == [finding.key]


# --- Corrections --------------------------------------------------------------------------------------------


def correct(session: Session, round: Round, *given: Incoming, reason: str = "Feil dør", by: str = "astrid") -> Outcome:
    return operations.correct(
        session, round.key, given, reason=reason, by=actor(session, by), at=clock.now(), today=today()
    )


def test_a_correction_has_a_reason_and_leaves_what_was_handed_in_readable(session: Session) -> None:
    round = handed_in_with(session)
    with pytest.raises(Refusal, match="Say why"):
        correct(session, round, incoming("dorer", "ok"), reason="  ")
    correct(session, round, incoming("dorer", "ok"))
    given = [one for one in queries.filled(session, round).given if one.item == "dorer"]
    assert [(one.value, one.reason) for one in given] == [("ok", None), ("deviation", None), ("ok", "Feil dør")]


def test_a_correction_withdraws_the_finding_and_leaves_the_action_to_people(session: Session) -> None:
    round = handed_in_with(session, action={"title": "Flytt", "due_on": today().isoformat()})
    correct(session, round, incoming("dorer", "ok"))
    assert findings(session, round) == []
    finding = session.scalars(select(Finding)).one()
    assert finding.withdrawal_reason == "Feil dør"
    assert session.scalars(select(Action)).one().state == ActionState.OPEN


def test_a_correction_may_raise_a_finding_and_an_action_of_its_own(session: Session) -> None:
    round = start_round(session)
    fill(session, round)
    hand_in(session, round)
    told = {"text": "Låst", "action": {"title": "Lås opp", "due_on": today().isoformat()}}
    correct(session, round, incoming("dorer", "deviation", details=told))
    (finding,) = findings(session, round)
    assert finding.action is not None and finding.action.title == "Lås opp"


def test_a_correction_of_the_words_keeps_the_action(session: Session) -> None:
    planned = {"title": "Flytt", "due_on": today().isoformat()}
    round = handed_in_with(session, action=planned)
    before = findings(session, round)[0]
    correct(session, round, incoming("dorer", "deviation", details={"text": "Skap og stol", "action": planned}))
    (after,) = findings(session, round)
    assert (after.text, after.action_id) == ("Skap og stol", before.action_id)
    assert after.key != before.key
    assert len(session.scalars(select(Action)).all()) == 1


def test_what_another_round_of_the_day_found_mended_stays_so_when_the_first_is_corrected(session: Session) -> None:
    place = area(session, owner="bjorn")
    first = handed_in_with(session, place, text="Skap")
    (found,) = findings(session, first)
    second = start_round(session, area=place)
    fill(session, second)
    give(session, second, Incoming(str(uuid4()), None, found.key, "mended", None, None, clock.now()))
    hand_in(session, second)
    correct(session, first, incoming("alarm", "lys"))
    (now,) = findings(session, first)
    assert (now.key, now.mended_on) == (found.key, today())
    correct(session, first, incoming("dorer", "deviation", details={"text": "Skap og hylle"}))
    (now,) = findings(session, first)
    assert (now.text, now.mended_on) == ("Skap og hylle", today())


def test_a_correction_of_another_item_touches_no_finding(session: Session) -> None:
    round = handed_in_with(session)
    before = findings(session, round)[0].key
    correct(session, round, incoming("annet", "Det regnet"))
    assert [one.key for one in findings(session, round)] == [before]


def test_what_a_round_said_was_mended_is_open_again_when_that_is_corrected(session: Session) -> None:
    where = area(session)
    (finding,) = findings(session, handed_in_with(session, where))
    second = start_round(session, area=where)
    fill(session, second)
    give(session, second, incoming(None, "mended", finding=finding.key))
    hand_in(session, second)
    correct(session, second, incoming(None, "still", finding=finding.key))
    assert finding.mended_on is None


# --- Signatures ---------------------------------------------------------------------------------------------


def test_leader_and_safety_representative_sign_each_for_their_role(session: Session) -> None:
    round = start_round(session, source=SIGNED)
    fill(session, round)
    with pytest.raises(Conflict, match="not handed in"):
        signing.co_sign(session, round.key, "unit_leader", by=actor(session, "astrid"), at=clock.now())
    hand_in(session, round)
    signing.co_sign(session, round.key, "unit_leader", by=actor(session, "astrid"), at=clock.now())
    signing.co_sign(session, round.key, "safety_representative", by=actor(session, "siri"), at=clock.now())
    assert [(one.role, one.person.name) for one in queries.signatures(session, round)] == [
        ("unit_leader", "Astrid Aas"), ("safety_representative", "Siri Sand"),
    ]  # fmt: skip
    for person, role in (("siri", "unit_leader"), ("olav", "unit_leader"), ("bjorn", "safety_representative")):
        with pytest.raises(NotAllowed):
            signing.co_sign(session, round.key, role, by=actor(session, person), at=clock.now())
    with pytest.raises(Conflict, match="signed this already"):
        signing.co_sign(session, round.key, "unit_leader", by=actor(session, "astrid"), at=clock.now())
    with pytest.raises(Refusal, match="does not ask"):
        signing.co_sign(session, round.key, "hse_coordinator", by=actor(session, "chen"), at=clock.now())


def test_a_round_waits_for_those_who_have_not_signed_in_a_role_that_it_asks_for(session: Session) -> None:
    def waits_for(*people: str) -> list[list[str]]:
        return [[one.key for one in signing.waiting(session, actor(session, key), today=today())] for key in people]

    round = start_round(session, source=SIGNED)
    fill(session, round)
    assert waits_for("astrid", "siri") == [[], []], "not before it is handed in"
    hand_in(session, round)
    hand_in(session, filled_unsigned(session))
    assert waits_for("astrid", "siri", "chen", "bjorn") == [[round.key], [round.key], [], []]
    signature = signing.co_sign(session, round.key, "unit_leader", by=actor(session, "astrid"), at=clock.now())
    assert waits_for("astrid", "siri") == [[], [round.key]]
    signing.withdraw(session, round.key, signature.id, by=actor(session, "astrid"), at=clock.now())
    assert waits_for("astrid") == [[round.key]]
    assert round.done_on is not None
    with_the_year = round.done_on + signing.ASKED_FOR
    assert signing.waiting(session, actor(session, "siri"), today=with_the_year) == [], "not for ever"


def filled_unsigned(session: Session) -> Round:
    """One that asks nobody to sign."""
    round = start_round(session)
    fill(session, round)
    return round


def test_only_who_signed_takes_the_signature_back(session: Session) -> None:
    round = start_round(session, source=SIGNED)
    fill(session, round)
    hand_in(session, round)
    signed = signing.co_sign(session, round.key, "unit_leader", by=actor(session, "astrid"), at=clock.now())
    with pytest.raises(NotAllowed):
        signing.withdraw(session, round.key, signed.id, by=actor(session, "siri"), at=clock.now())
    signing.withdraw(session, round.key, signed.id, by=actor(session, "astrid"), at=clock.now())
    assert queries.signatures(session, round) == []


# --- On paper -----------------------------------------------------------------------------------------------


def on_paper(session: Session, day: date, where: Area | None = None) -> Round:
    return operations.start(
        session, checklist=checklist(session), unit=organisation.unit(session, "LAB"), area=where, on_paper=True,
        done_on=day, by=actor(session, "astrid"), at=clock.now(), today=today(),
    )  # fmt: skip


def test_what_was_written_on_paper_years_ago_has_the_day_that_stands_on_it(session: Session) -> None:
    day = date(2021, 5, 3)
    round = on_paper(session, day)
    fill(session, round)
    give(session, round, incoming("dorer", "deviation", details={"text": "Skap"}))
    hand_in(session, round)
    assert round.done_on == day
    assert findings(session, round)[0].found_on == day
    assert {one.answered_at.date() for one in queries.filled(session, round).given} == {day}


def test_what_is_typed_last_counts_on_paper_too(session: Session) -> None:
    round = on_paper(session, date(2021, 5, 3))
    fill(session, round)
    give(session, round, incoming("dorer", "not_applicable"))
    assert counting(session, round)["dorer"] == "not_applicable"


def test_paper_from_before_the_checklist_is_typed_into_the_one_there_is(session: Session) -> None:
    assert queries.asked_of(on_paper(session, date(2005, 1, 1))).edition == "1.0"


def test_paper_of_a_coming_day_is_refused(session: Session) -> None:
    with pytest.raises(Refusal, match="lies ahead"):
        on_paper(session, today() + timedelta(days=1))


# --- The price ----------------------------------------------------------------------------------------------


def test_a_saved_answer_costs_few_statements_however_many_there_are(session: Session, queries: Any) -> None:
    round = start_round(session, area=area(session, owner="bjorn"))
    fill(session, round)
    session.commit()
    who = actor(session, "bjorn")
    session.expire_all()
    with queries() as sent:
        operations.answer(session, round.key, [incoming("dorer", "ok")], by=who, at=clock.now(), today=today())
        session.commit()
    assert len(sent) <= 11, sent


def test_people_are_named_as_they_are_in_the_register(session: Session) -> None:
    round = start_round(session)
    give(session, round, incoming("dorer", "ok"), by="chen")
    filled = queries.filled(session, round)
    assert list(filled.names.values()) == [
        session.scalars(select(Person.name).where(Person.external_key == "chen")).one()
    ]
