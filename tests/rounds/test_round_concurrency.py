"""Two who work in one round at the same moment."""

from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.actions.models import Action
from hmswiki.foundation import clock
from hmswiki.organisation import queries as organisation
from hmswiki.rounds import operations
from hmswiki.rounds.models import Answer, Finding, Photo, Round
from hmswiki.rounds.photos import Prepared
from tests.cast import today
from tests.organisation.test_concurrency import Work, at_the_same_time
from tests.rounds.makers import FIRE, actor, area, checklist, start_round
from tests.rounds.test_rounds import fill, give, incoming


def answering(key: str, *given: Any, by: str) -> Work:
    return lambda session: operations.answer(session, key, given, by=actor(session, by), at=clock.now(), today=today())


def handing_in(key: str, by: str) -> Work:
    return lambda session: operations.hand_in(session, key, by=actor(session, by), at=clock.now(), today=today())


def count(session: Session, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_same_answer_in_two_transactions_is_there_once_and_nothing_else_is_lost(
    app: Flask, session: Session
) -> None:
    key = start_round(session).key
    session.commit()
    same = incoming("dorer", "ok")
    first, second = answering(key, same, by="astrid"), answering(key, same, incoming("annet", "Fint"), by="astrid")
    assert at_the_same_time(app, first, second) == ["", ""]
    assert sorted(session.scalars(select(Answer.item))) == ["annet", "dorer"]


def test_two_who_hand_in_at_once_hand_it_in_once(app: Flask, session: Session) -> None:
    round = start_round(session)
    fill(session, round)
    told = {"text": "Skap", "action": {"title": "Flytt", "due_on": today().isoformat()}}
    give(session, round, incoming("dorer", "deviation", details=told))
    session.commit()
    outcome = at_the_same_time(app, handing_in(round.key, "astrid"), handing_in(round.key, "chen"))
    assert outcome[0] == ""
    assert "Astrid Aas handed the round in" in outcome[1]
    assert (count(session, Finding), count(session, Action)) == (1, 1)


def test_an_answer_that_comes_while_it_is_handed_in_is_in_it_or_refused(app: Flask, session: Session) -> None:
    round = start_round(session)
    fill(session, round)
    session.commit()
    late = answering(round.key, incoming("dorer", "deviation", details={"text": "Skap"}), by="chen")
    outcome = at_the_same_time(app, handing_in(round.key, "astrid"), late)
    assert "handed the round in" in outcome[1]
    assert count(session, Finding) == 0
    assert session.scalar(select(func.count(Answer.id)).where(Answer.value == "deviation")) == 0


def test_an_answer_that_came_first_is_in_what_is_handed_in(app: Flask, session: Session) -> None:
    round = start_round(session)
    fill(session, round)
    session.commit()
    early = answering(round.key, incoming("dorer", "deviation", details={"text": "Skap"}), by="chen")
    assert at_the_same_time(app, early, handing_in(round.key, "astrid")) == ["", ""]
    assert count(session, Finding) == 1


def test_two_who_begin_at_the_same_moment_begin_one_round(app: Flask, session: Session) -> None:
    area(session, owner="bjorn")
    checklist(session, FIRE)
    session.commit()

    def starting(by: str) -> Work:
        return lambda session: operations.start(
            session, checklist=checklist(session), unit=organisation.unit(session, "LAB"), area=area(session),
            by=actor(session, by), at=clock.now(), today=today(),
        )  # fmt: skip

    assert at_the_same_time(app, starting("bjorn"), starting("astrid")) == ["", ""]
    assert count(session, Round) == 1


def test_the_same_photo_in_two_transactions_is_there_once(app: Flask, session: Session) -> None:
    round = start_round(session)
    session.commit()
    key, photo_key = round.key, str(uuid4())

    def adding(session: Session) -> Any:
        return operations.add_photo(
            session, key, photo_key=photo_key, item="tavla", prepared=Prepared(b"\xff\xd8", 1, 1), taken_at=clock.now(),
            by=actor(session, "astrid"), at=clock.now(), today=today(),
        )  # fmt: skip

    assert at_the_same_time(app, adding, adding) == ["", ""]
    assert count(session, Photo) == 1


def test_the_same_photo_in_two_rounds_at_once_is_kept_once_and_stands_in_both(app: Flask, session: Session) -> None:
    keys = [start_round(session, area=area(session, code)).key for code in ("K3-2", "K3-3")]
    session.commit()

    def taking(key: str) -> Work:
        return lambda session: operations.add_photo(
            session, key, photo_key=str(uuid4()), item="tavla", prepared=Prepared(b"\xff\xd8\xff same", 8, 6),
            taken_at=clock.now(), by=actor(session, "astrid"), at=clock.now(), today=today(),
        )  # fmt: skip

    assert at_the_same_time(app, *map(taking, keys)) == ["", ""]
    assert count(session, Photo) == 2
