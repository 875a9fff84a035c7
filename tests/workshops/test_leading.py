"""The time of a workshop: begun, given more, closed, opened again, ended; each can be taken back, and two who press at
once are told of each other."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.foundation.errors import Refusal
from hmswiki.organisation import queries as organisation
from hmswiki.web.context import state
from hmswiki.workshops import codes, door_operations, leading, operations, queries
from hmswiki.workshops.clock import TaskClock, TaskState, at_hand
from hmswiki.workshops.models import Code, EventKind, Group, Opens, Seat, Workshop, WorkshopEvent
from tests.conftest import Client, client_as
from tests.organisation.test_concurrency import Work, at_the_same_time
from tests.rounds.makers import actor
from tests.support import once
from tests.workshops import makers


@pytest.fixture
def made(session: Session) -> Workshop:
    workshop = makers.workshop(session, members={1: ["bjorn"]})
    session.commit()
    return workshop


def kinds(session: Session) -> list[str]:
    """What has happened and was not taken back."""
    found = session.scalars(select(WorkshopEvent).order_by(WorkshopEvent.at, WorkshopEvent.id)).all()
    session.commit()
    return [str(event.kind) for event in found if event.withdrawn_at is None]


def press(client: Client, made: Workshop, what: str, **fields: Any) -> Any:
    return client.post(f"/workshops/{made.key}/lead/{what}", data=fields)


def task_key(session: Session, made: Workshop, number: int = 1) -> str:
    key = queries.tasks(session, made)[number - 1].key
    session.commit()
    return key


def stands(session: Session, made: Workshop, number: int = 1) -> TaskClock:
    session.expire_all()
    found = queries.clock_of(queries.tasks(session, made)[number - 1], queries.events(session, made))
    session.commit()
    return found


# --- By the buttons -----------------------------------------------------------------------------------------


def test_a_task_is_begun_given_more_closed_opened_again_and_ended(
    as_hanne: Client, session: Session, made: Workshop
) -> None:
    task = task_key(session, made)
    assert "Oppgave 1 kommer nå" in as_hanne.get(f"/workshops/{made.key}/lead").text
    assert press(as_hanne, made, "start", task=task).status_code == 303
    assert press(as_hanne, made, "extend", task=task, minutes="5").status_code == 303
    assert press(as_hanne, made, "extend", task=task, minutes="-2").status_code == 303
    assert stands(session, made).minutes == 33
    assert "Oppgave 1 pågår" in as_hanne.get(f"/workshops/{made.key}/lead").text
    press(as_hanne, made, "close", task=task)
    assert stands(session, made).state is TaskState.CLOSED
    press(as_hanne, made, "reopen", task=task)
    press(as_hanne, made, "end")
    assert kinds(session) == ["started", "extended", "extended", "closed", "reopened", "ended"]
    assert "Gruppearbeidet er ferdig" in as_hanne.get(f"/workshops/{made.key}/lead").text


def test_the_last_is_taken_back_and_the_clock_goes_on_as_if_it_never_was(
    as_hanne: Client, session: Session, made: Workshop
) -> None:
    task = task_key(session, made)
    press(as_hanne, made, "start", task=task)
    before = stands(session, made)
    press(as_hanne, made, "close", task=task)
    page = as_hanne.get(f"/workshops/{made.key}/lead").text
    event = re.search(r'name="event" value="(\d+)"', page)
    assert event
    press(as_hanne, made, "take-back", event=event[1])
    assert stands(session, made) == before
    again = press(as_hanne, made, "take-back", event=event[1])
    assert again.status_code == 409
    assert "Noe annet har skjedd siden" in again.text
    assert kinds(session) == ["started"]


def test_the_end_can_be_taken_back_and_until_then_nothing_else_happens(
    as_hanne: Client, session: Session, made: Workshop
) -> None:
    task = task_key(session, made)
    press(as_hanne, made, "end")
    for what in ("start", "close", "reopen"):
        assert press(as_hanne, made, what, task=task).status_code == 409
    event = session.scalars(select(WorkshopEvent.id)).one()
    session.commit()
    press(as_hanne, made, "take-back", event=event)
    assert press(as_hanne, made, "start", task=task).status_code == 303


def test_minutes_that_are_none_stay_in_the_field_with_the_reason(
    as_hanne: Client, session: Session, made: Workshop
) -> None:
    task = task_key(session, made)
    press(as_hanne, made, "start", task=task)
    for typed, said in (("fem", "Skriv et helt tall"), ("500", "høyst 120"), ("-90", "Avslutt den heller")):
        page = press(as_hanne, made, "extend", task=task, minutes=typed)
        assert page.status_code == 422
        assert said in page.text
        assert f'value="{typed}"' in page.text
    assert kinds(session) == ["started"]


def test_a_form_that_is_sent_twice_gives_the_minutes_once(as_hanne: Client, session: Session, made: Workshop) -> None:
    task = task_key(session, made)
    press(as_hanne, made, "start", task=task)
    same = {"task": task, "minutes": "5", "submission": "5b0c9a2e-7c43-4a44-9c55-0e0d9b9c9a11"}
    assert [press(as_hanne, made, "extend", **same).status_code for _ in range(2)] == [303, 303]
    assert kinds(session) == ["started", "extended"]


def test_only_the_organiser_sees_the_page_and_presses(app: Flask, session: Session, made: Workshop) -> None:
    task = task_key(session, made)
    for who in ("bjorn", "astrid", "olav", "frida", "ivar"):
        client = client_as(app, who)
        for page in ("lead", "lead/state"):
            assert client.get(f"/workshops/{made.key}/{page}").status_code == 403
        assert press(client, made, "start", task=task).status_code == 403
    assert kinds(session) == []
    assert press(client_as(app, "tora"), made, "start", task=task).status_code == 303


def test_a_task_of_another_workshop_is_not_found(as_hanne: Client, session: Session, made: Workshop) -> None:
    other = makers.workshop(session)
    session.commit()
    task = task_key(session, other)
    for what in ("start", "close", "reopen", "remind"):
        assert press(as_hanne, made, what, task=task, group="1").status_code == 404
    assert press(as_hanne, made, "extend", task=task, minutes="5").status_code == 404
    assert press(as_hanne, made, "start", task="").status_code == 404
    assert kinds(session) == []


def test_the_state_tells_of_every_change_and_of_nothing_else(
    as_hanne: Client, session: Session, made: Workshop
) -> None:
    def ask(mark: str) -> Any:
        return as_hanne.get(f"/workshops/{made.key}/lead/state", headers={"If-None-Match": mark})

    mark = ask("").headers["ETag"]
    assert ask(mark).status_code == 304
    session.get_one(Group, queries.groups(session, made)[0].id).pulse += 1  # a line is written
    session.commit()
    mark = ask(mark).headers["ETag"]
    press(as_hanne, made, "start", task=task_key(session, made))
    now = ask(mark)
    assert now.json["said"] == "Oppgave 1 pågår"
    assert "data-hms-clock" in now.json["parts"]["time"]
    press(as_hanne, made, "code", opens="groups")  # in another window
    code = queries.live_code(session, made, Opens.GROUPS)
    assert code is not None
    assert codes.shown(code.code) in ask(now.headers["ETag"]).json["parts"]["codes"]


# --- Reminding ----------------------------------------------------------------------------------------------


def test_groups_are_reminded_once_and_other_rooms_hear_of_it(
    app: Flask, as_hanne: Client, session: Session, made: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[list[int], str, str]] = []

    def nudge(session: Session, *, groups: Any, task: Any, by: Any, at: Any) -> None:
        heard.append(([group.number for group in groups], task.title, by.external_key))

    monkeypatch.setattr(state(app).wiki, "_nudges", [nudge])
    task = task_key(session, made)
    press(as_hanne, made, "start", task=task)
    answer = press(as_hanne, made, "remind", task=task, group=["1", "3", "99", "x"])
    assert answer.status_code == 303
    assert "2 grupper er bedt om å levere." in as_hanne.get(f"/workshops/{made.key}/lead").text
    assert heard == [([1, 3], makers.CHANGE, "hanne")]
    session.expire_all()
    groups = queries.groups(session, made)
    assert [group.reminded_at is not None for group in groups] == [True, False, True]
    assert [group.pulse for group in groups] == [0, 0, 0]  # none has written by being asked


def test_nobody_is_reminded_when_a_room_refuses(
    app: Flask, as_hanne: Client, session: Session, made: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nudge(session: Session, **rest: Any) -> None:
        raise Refusal("There is no mail server.")

    monkeypatch.setattr(state(app).wiki, "_nudges", [nudge])
    page = press(as_hanne, made, "remind", task=task_key(session, made), group="1")
    assert page.status_code == 422
    assert "There is no mail server." in page.text
    assert [group.reminded_at for group in queries.groups(session, made)] == [None, None, None]


def test_nobody_is_asked_to_hand_in_what_is_closed(as_hanne: Client, session: Session, made: Workshop) -> None:
    task = task_key(session, made)
    press(as_hanne, made, "close", task=task)
    assert press(as_hanne, made, "remind", task=task, group="1").status_code == 409


# --- Two at once --------------------------------------------------------------------------------------------


def starting(key: str, by: str) -> Work:
    def work(session: Session) -> None:
        made = queries.workshop(session, key)
        leading.start(session, made, queries.tasks(session, made)[0], by=actor(session, by), at=clock.now())

    return work


def test_two_organisers_who_begin_at_once_begin_it_once(app: Flask, session: Session, made: Workshop) -> None:
    outcome = at_the_same_time(app, starting(made.key, "hanne"), starting(made.key, "tora"))
    assert sorted(bool(one) for one in outcome) == [False, True]
    assert "begun already" in "".join(outcome)
    assert kinds(session) == ["started"]


def coming_in(key: str, code: int, group: int | None) -> Work:
    def work(session: Session) -> None:
        made = queries.workshop(session, key)
        where = (
            operations.add_group(session, made, for_walk_ins=True, by=None, at=clock.now())
            if group is None
            else queries.group(session, made, group)
        )
        door_operations.come_in(session, made, session.get_one(Code, code), group=where, at=clock.now())

    return work


@once
def test_who_was_let_in_last_pressed_last_whatever_their_clock_said(session: Session, made: Workshop) -> None:
    task, hanne, now = queries.tasks(session, made)[0], actor(session, "hanne"), clock.now()
    leading.start(session, made, task, by=hanne, at=now - timedelta(minutes=5))
    leading.close(session, made, task, by=hanne, at=now)
    leading.reopen(session, made, task, by=hanne, at=now - timedelta(milliseconds=3))
    assert queries.clock_of(task, queries.events(session, made)).state is TaskState.RUNNING


@once
def test_a_plan_of_fewer_minutes_than_were_taken_away_breaks_no_page(
    as_hanne: Client, session: Session, made: Workshop
) -> None:
    task = queries.tasks(session, made)[0]
    makers.start(session, task)
    makers.happen(session, task, EventKind.EXTENDED, at=clock.now(), minutes=-20)
    task.minutes = 20
    session.commit()
    assert stands(session, made).minutes == 1
    for page in ("lead", "follow", f"groups/1/notes/{task_key(session, made)}"):
        assert as_hanne.get(f"/workshops/{made.key}/{page}").status_code == 200


def changing(key: str) -> Work:
    return lambda session: door_operations.change_code(
        session, queries.workshop(session, key), Opens.GROUPS, put_out=True, by=actor(session, "hanne"), at=clock.now()
    )  # type: ignore[func-returns-value]


def test_two_who_come_into_a_group_at_once_have_each_a_number(app: Flask, session: Session, made: Workshop) -> None:
    code = queries.live_code(session, made, Opens.GROUPS)
    session.commit()
    assert code is not None
    assert at_the_same_time(app, *[coming_in(made.key, code.id, 1)] * 2) == ["", ""]
    assert sorted(session.scalars(select(Seat.number))) == [1, 2]


def test_two_who_make_a_table_at_once_make_two(app: Flask, session: Session, made: Workshop) -> None:
    code = queries.live_code(session, made, Opens.GROUPS)
    session.commit()
    assert code is not None
    assert at_the_same_time(app, *[coming_in(made.key, code.id, None)] * 2) == ["", ""]
    assert list(session.scalars(select(Group.number).order_by(Group.number))) == [1, 2, 3, 4, 5]


def test_nobody_slips_in_while_the_code_is_changed(app: Flask, session: Session, made: Workshop) -> None:
    code = queries.live_code(session, made, Opens.GROUPS)
    session.commit()
    assert code is not None
    outcome = at_the_same_time(app, changing(made.key), coming_in(made.key, code.id, 1))
    assert outcome[0] == ""
    inside = session.scalars(select(Seat).where(Seat.ended_at.is_(None))).all()
    assert inside == []


# --- Which task is at hand ----------------------------------------------------------------------------------


@once
def test_the_task_at_hand_is_the_one_begun_last_else_the_first_that_is_open() -> None:
    now = clock.now()
    waiting, closed = TaskClock(TaskState.WAITING), TaskClock(TaskState.CLOSED, now)
    early = TaskClock(TaskState.RUNNING, now - timedelta(minutes=40))
    late = TaskClock(TaskState.RUNNING, now - timedelta(minutes=5))
    assert at_hand([early, late, waiting]) == 1
    assert at_hand([late, early]) == 0
    assert at_hand([closed, waiting, waiting]) == 1
    assert at_hand([closed, closed]) == 1
    assert at_hand([]) is None


def test_a_person_may_be_organiser_of_a_unit_beneath_their_own(session: Session, made: Workshop) -> None:
    """Tora leads the faculty, and so may lead the workshop of a unit in it; its own leader may not lead hers."""
    lab = makers.workshop(session, "LAB")
    task = queries.tasks(session, lab)[0]
    leading.start(session, lab, task, by=actor(session, "tora"), at=clock.now())
    with pytest.raises(Refusal):
        leading.start(session, made, queries.tasks(session, made)[0], by=actor(session, "astrid"), at=clock.now())
    assert [event.kind for event in queries.events(session, lab)] == [EventKind.STARTED]
    assert organisation.unit(session, "LAB").id == lab.unit_id
