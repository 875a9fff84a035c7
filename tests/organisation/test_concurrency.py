"""Two people who work at the same time do not leave what one of them alone could not."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import Refusal
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.organisation import operations, queries, units
from hmswiki.organisation.models import Employment, RoleHolding
from hmswiki.web.context import state

TODAY = date(2024, 6, 1)
AT = datetime(2024, 6, 1, 10, tzinfo=UTC)

Work = Callable[[Session], Any]


def at_the_same_time(app: Flask, first: Work, second: Work) -> list[str]:
    """Do `first`, and begin `second` before `first` is committed. What became of each: "" or the refusal."""
    engine = state(app).engines.write
    done_first, begun_second = threading.Event(), threading.Event()
    outcome = ["not run", "not run"]

    def run_first() -> None:
        with Session(engine) as session:
            first(session)
            done_first.set()
            begun_second.wait(10)
            # Long enough for the second to run into what the first holds, or to run past it.
            threading.Event().wait(0.3)
            session.commit()
            outcome[0] = ""

    def run_second() -> None:
        done_first.wait(10)
        begun_second.set()
        with Session(engine) as session:
            try:
                second(session)
                session.commit()
                outcome[1] = ""
            except Refusal as refusal:
                outcome[1] = str(refusal)

    threads = [threading.Thread(target=run_first), threading.Thread(target=run_second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcome


def by(session: Session) -> Actor:
    person = queries.person(session, "ivar")
    return Actor(person.id, "ivar", person.name)


def employ_ute_in(code: str) -> Work:
    def work(session: Session) -> None:
        operations.employ(
            session, queries.person(session, "ute"), queries.unit(session, code),
            starts_on=TODAY, ends_on=None, by=by(session), at=AT,
        )  # fmt: skip

    return work


def test_two_employments_at_the_same_time_leave_one(app: Flask, session: Session) -> None:
    session.close()
    assert at_the_same_time(app, employ_ute_in("LAB"), employ_ute_in("WRK"))[0] == ""
    found = session.scalars(select(Employment).join(Employment.person).where(Employment.starts_on == TODAY)).all()
    assert [row.unit.code for row in found] == ["LAB"]


def test_the_second_is_told_what_the_first_recorded(app: Flask) -> None:
    outcome = at_the_same_time(app, employ_ute_in("LAB"), employ_ute_in("WRK"))
    assert outcome[0] == ""
    assert "LAB" in outcome[1]


def test_many_at_once_leave_no_two_rows_on_one_day(app: Flask, session: Session) -> None:
    session.close()
    engine, codes = state(app).engines.write, ("LAB", "WRK", "OPT", "FAC") * 3
    starting = threading.Barrier(len(codes))

    def work(number: int, code: str) -> None:
        starting.wait(10)
        with Session(engine) as own:
            try:
                operations.employ(
                    own, queries.person(own, "ute"), queries.unit(own, code),
                    starts_on=TODAY + timedelta(days=number % 4), ends_on=TODAY + timedelta(days=number % 4 + 2),
                    by=by(own), at=AT,
                )  # fmt: skip
                own.commit()
            except Refusal:
                pass

    threads = [threading.Thread(target=work, args=one) for one in enumerate(codes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    found = session.scalars(
        select(Employment).where(Employment.starts_on >= TODAY).order_by(Employment.starts_on)
    ).all()
    assert found
    days = [row.starts_on + timedelta(days=step) for row in found for step in range(2)]
    assert len(days) == len(set(days))


def test_a_unit_does_not_close_under_somebody_who_is_just_being_employed(app: Flask, session: Session) -> None:
    units.open_unit(
        session, "TMP", name="Tmp", parent=None, opened=TODAY, kind=None, position=None, by=by(session), at=AT
    )
    session.commit()
    session.close()

    def close(own: Session) -> None:
        units.close_unit(own, queries.unit(own, "TMP"), closed=date(2024, 7, 1), successors=[], by=by(own), at=AT)

    assert at_the_same_time(app, employ_ute_in("TMP"), close)[1].startswith("Employments run past")


def test_two_administrators_cannot_put_each_other_out(app: Flask, session: Session) -> None:
    hanne, fac = queries.person(session, "hanne"), queries.unit(session, "FAC")
    operations.give_role(session, hanne, Role.ADMINISTRATOR, fac, starts_on=TODAY, ends_on=None, by=by(session), at=AT)
    session.commit()
    session.close()

    def put_out(person: str) -> Work:
        def work(own: Session) -> None:
            holding = own.scalars(
                select(RoleHolding)
                .join(RoleHolding.person)
                .where(RoleHolding.role == Role.ADMINISTRATOR, RoleHolding.person_id == queries.person(own, person).id)
            ).one()
            operations.withdraw_role(own, holding, reason="Quarrel", today=TODAY, by=by(own), at=AT)

        return work

    outcome = at_the_same_time(app, put_out("ivar"), put_out("hanne"))
    assert outcome[0] == ""
    assert "nobody would be administrator" in outcome[1]
