"""What happens to actions: each deed is one entry, and the columns say what the entries say."""

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions import operations, queries, rules
from hmswiki.actions.models import Action, ActionEntry, ActionState, EntryKind
from hmswiki.foundation import clock, events
from hmswiki.foundation.errors import Conflict, NotAllowed, Refusal
from hmswiki.foundation.permissions import Role
from hmswiki.web.context import state
from tests.actions.makers import actor, area, person, raised, unit
from tests.cast import today


def by(session: Session, key: str) -> dict:
    return {"by": actor(session, key), "at": clock.now()}


def columns(action: Action) -> dict:
    return {name: getattr(action, name) for name in rules.Standing.__dataclass_fields__}


def replayed(action: Action) -> dict:
    return vars(rules.standing_of(action.entries))


def heard(signal, session) -> list[dict]:
    found: list[dict] = []

    def hear(sender, **facts):
        found.append(facts)

    with signal.connected_to(hear):
        events.deliver(session, object())
    return found


# --- Raising ------------------------------------------------------------------------------------------------


def test_an_action_without_anybody_is_the_unit_leaders(session):
    action = raised(session)
    assert action.responsible_role == Role.UNIT_LEADER and action.responsible_id is None
    assert [entry.kind for entry in action.entries] == [EntryKind.RAISED]


def test_raising_is_announced_with_its_origin(session):
    action = raised(session, origin="finding:abc")
    assert heard(events.action_raised, session) == [
        {"action_id": action.id, "unit_id": unit(session, "LAB").id, "origin": "finding:abc"}
    ]
    assert queries.by_origin(session, ["finding:abc", "finding:none"]) == {"finding:abc": (action,)}


def test_whoever_may_record_what_raises_an_action_may_raise_it(session):
    assert raised(session, by="nils", origin="finding:abc").raised_by_id == person(session, "nils").id
    with pytest.raises(NotAllowed):
        raised(session, by="nils")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": " \n "}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"text": "nul\0"}, "text"),
        ({"role": Role.EDITOR}, "responsible"),
        ({"role": Role.AREA_OWNER}, "area"),
        ({"to": "bjorn", "role": Role.UNIT_LEADER}, "responsible"),
        ({"due_in": -1, "today": today()}, "due_on"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(session, more, field):
    with pytest.raises(Refusal) as refused:
        raised(session, **{"title": "Rydd", **more})
    assert refused.value.field == field


def test_an_area_of_other_units_is_refused(session):
    elsewhere = area(session, "R9")
    with pytest.raises(Refusal, match="R9 does not belong to LAB"):
        raised(session, area=elsewhere, today=today())


# --- What people do -----------------------------------------------------------------------------------------


def test_done_and_checked_by_another(session):
    action = raised(session, to="bjorn")
    operations.do(session, action, done_on=today(), today=today(), **by(session, "bjorn"))
    assert heard(events.action_closed, session) == [
        {"action_id": action.id, "unit_id": action.unit_id, "state": "done"}
    ]
    operations.check(session, action, text="Ser bra ut", **by(session, "siri"))
    assert action.state == ActionState.CHECKED
    assert columns(action) == replayed(action)


def test_the_leader_who_did_it_cannot_check_it(session):
    action = raised(session)
    operations.do(session, action, done_on=today(), today=today(), **by(session, "astrid"))
    with pytest.raises(NotAllowed, match="Somebody else checks it"):
        operations.check(session, action, **by(session, "astrid"))


def test_it_cannot_be_done_tomorrow(session):
    with pytest.raises(Refusal) as refused:
        operations.do(session, raised(session), done_on=today() + timedelta(days=1), today=today(),
                      **by(session, "astrid"))  # fmt: skip
    assert refused.value.field == "done_on"


def test_a_dropped_action_says_why_and_can_be_reopened(session):
    action = raised(session)
    with pytest.raises(Refusal):
        operations.drop(session, action, reason=" ", **by(session, "astrid"))
    operations.drop(session, action, reason="Rommet rives", **by(session, "astrid"))
    with pytest.raises(Conflict):
        operations.do(session, action, done_on=today(), today=today(), **by(session, "astrid"))
    operations.reopen(session, action, reason="Det ble ikke revet", **by(session, "astrid"))
    assert action.state == ActionState.OPEN


@pytest.mark.parametrize(
    "url",
    ["http://eqs.example.no/1", "javascript:alert(1)", "https://", "https://a b.no/", "https://x@y.no/", "//x.no",
     'https://x.no/"><b>'],
)  # fmt: skip
def test_only_an_https_address_becomes_a_link(session, url):
    with pytest.raises(Refusal) as refused:
        operations.note_case(session, raised(session), number="4711", url=url, **by(session, "astrid"))
    assert refused.value.field == "url"


def test_the_case_is_noted_and_noted_anew(session):
    action = raised(session)
    operations.note_case(session, action, number="4711", url="https://eqs.example.no/sak?id=1", **by(session, "siri"))
    operations.note_case(session, action, number="4712", url="", **by(session, "astrid"))
    assert (action.case_number, action.case_url) == ("4712", None)


def test_only_the_last_word_is_taken_back_and_by_who_said_it(session):
    action = raised(session, to="bjorn")
    done = operations.do(session, action, done_on=today(), today=today(), **by(session, "bjorn"))
    checked = operations.check(session, action, **by(session, "chen"))
    with pytest.raises(Conflict, match="builds on it"):
        operations.withdraw_entry(session, done, **by(session, "bjorn"))
    with pytest.raises(NotAllowed):
        operations.withdraw_entry(session, checked, **by(session, "astrid"))
    operations.withdraw_entry(session, checked, **by(session, "chen"))
    operations.withdraw_entry(session, done, **by(session, "bjorn"))
    assert action.state == ActionState.OPEN and action.done_by_id is None
    with pytest.raises(Conflict, match="taken back already"):
        operations.withdraw_entry(session, done, **by(session, "bjorn"))
    with pytest.raises(Refusal):
        operations.withdraw_entry(session, action.entries[0], **by(session, "astrid"))


# --- Whatever is done ---------------------------------------------------------------------------------------

DEEDS = {
    "comment": lambda s, a, by, n: operations.comment(s, a, text=f"Nummer {n}", **by),
    "assign": lambda s, a, by, n: operations.assign(
        s, a, **({"responsible": person(s, "nils")} if n % 2 else {"role": Role.HSE_COORDINATOR}), **by
    ),
    "reschedule": lambda s, a, by, n: operations.reschedule(
        s, a, due_on=today() + timedelta(days=n), today=today(), reason="Deler mangler", **by
    ),
    "do": lambda s, a, by, n: operations.do(s, a, done_on=today(), today=today(), **by),
    "check": lambda s, a, by, n: operations.check(s, a, **by),
    "reopen": lambda s, a, by, n: operations.reopen(s, a, reason="Igjen", **by),
    "drop": lambda s, a, by, n: operations.drop(s, a, reason="Nei", **by),
    "case": lambda s, a, by, n: operations.note_case(s, a, number=str(n), url=None, **by),
    "withdraw": lambda s, a, by, n: operations.withdraw_entry(s, a.entries[n % len(a.entries)], **by),
}


@given(
    steps=some.lists(
        some.tuples(some.sampled_from([*DEEDS]), some.sampled_from(["astrid", "chen", "bjorn"]), some.integers(0, 12)),
        max_size=12,
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_columns_always_say_what_the_entries_say(session, steps):
    action = raised(session, to="bjorn")
    for number, (deed, key, more) in enumerate(steps):
        try:
            with session.begin_nested():
                DEEDS[deed](session, action, by(session, key), number + more)
        except Refusal:
            session.refresh(action)
            session.expire(action, ["entries"])
        assert columns(action) == replayed(action)
    session.rollback()


# --- At the same moment -------------------------------------------------------------------------------------


def at_once(app, *deeds) -> list[object]:
    """Each in a transaction of its own, begun together; what each came to: None or what was raised."""
    gate, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int, deed) -> None:
        with Session(state(app).engines.write) as session:
            gate.wait()
            try:
                deed(session)
                session.commit()
            except Refusal as refusal:
                session.rollback()
                results[place] = refusal

    threads = [threading.Thread(target=run, args=(place, deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_who_say_at_the_same_moment_that_it_is_done_are_not_both_believed(app, session):
    key = raised(session, to="bjorn").key
    session.commit()

    def done_by(who: str):
        def deed(own: Session) -> None:
            found = queries.action(own, key)
            operations.do(own, found, done_on=today(), today=today(), **by(own, who))

        return deed

    results = at_once(app, done_by("bjorn"), done_by("astrid"))

    assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]
    assert len(session.scalars(select(ActionEntry).where(ActionEntry.kind == EntryKind.DONE)).all()) == 1
