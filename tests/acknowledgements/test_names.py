"""Names are one click away, and that click is written down."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements.models import Confirmation, Evidence, NameLookup, Rollout
from hmswiki.guidelines.models import Edition
from hmswiki.organisation.models import Employment
from hmswiki.web.context import state
from tests.acknowledgements.makers import acknowledge, confirm, publish, roll_out, unit
from tests.cast import Cast
from tests.support import once

pytestmark = once  # each address is asked for on PostgreSQL too, by tests/test_access.py

TODAY = date(2026, 1, 15)
NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
PUBLISHED = date(2025, 6, 1)


@pytest.fixture(autouse=True)
def frozen_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rus(session: Session) -> Edition:
    """Rolled out by name to everybody; Bjørn has acknowledged."""
    edition = publish(session, "rus", "1.0", PUBLISHED, title="Rus og avhengighet")
    roll_out(session, "rus", ["FAC"], starts=PUBLISHED, evidence=Evidence.NAMED, names_kept_until=TODAY)
    acknowledge(session, "bjorn", edition, date(2026, 1, 10))
    session.commit()
    return edition


@pytest.fixture
def rydd(session: Session) -> Edition:
    """Rolled out to everybody; the unit confirms."""
    edition = publish(session, "rydd", "1.0", PUBLISHED, title="Ryddedag")
    roll_out(session, "rydd", ["FAC"], starts=PUBLISHED)
    acknowledge(session, "bjorn", edition, date(2026, 1, 10))
    session.commit()
    return edition


def ask(client: Any, code: str = "LAB", **form: Any) -> Any:
    return client.post(
        f"/units/{code}/names", data={"guideline": "rus", "what": "missing", "submission": str(uuid4())} | form
    )


def lookups(app: Flask) -> list[tuple[str, str, str, list[str]]]:
    """(who, unit, what, whose names) of every look-up."""
    with app.app_context(), Session(state(app).engines.read) as session:
        return [
            (one.viewer.external_key, one.unit.code, one.what, [p.external_key for p in one.people])
            for one in session.scalars(select(NameLookup).order_by(NameLookup.id))
        ]


def test_the_leader_sees_who_is_missing_and_it_is_written_down(app: Flask, as_astrid: Any, rus: Edition) -> None:
    page = as_astrid.get("/units/LAB").text
    assert "Vis 4 navn – oppslaget logges" in page

    answer = ask(as_astrid)

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    shown = answer.text[answer.text.index("<main") :]
    for name in ("Astrid Aas", "Chen Li", "Nils Nes", "Siri Sand"):
        assert name in shown
    assert "Bjørn Berg" not in shown
    assert "Dina Dahl" not in shown
    assert lookups(app) == [("astrid", "LAB", "missing", ["astrid", "chen", "nils", "siri"])]


def test_the_coordinator_sees_who_acknowledged(app: Flask, as_chen: Any, rus: Edition) -> None:
    answer = ask(as_chen, what="acknowledged")
    assert "Bjørn Berg" in answer.text
    assert "Astrid Aas" not in answer.text[answer.text.index("<main") :]
    assert lookups(app) == [("chen", "LAB", "acknowledged", ["bjorn"])]


def test_a_look_up_that_is_sent_twice_is_written_down_once_and_shown_once(
    app: Flask, as_astrid: Any, rus: Edition
) -> None:
    form = {"submission": str(uuid4())}
    assert ask(as_astrid, **form).status_code == 200
    again = ask(as_astrid, **form)
    assert (again.status_code, again.location) == (303, "/units/LAB")
    assert len(lookups(app)) == 1


def test_where_the_unit_answers_for_its_people_no_name_is_shown(
    app: Flask, as_astrid: Any, rydd: Edition
) -> None:  # fmt: skip
    assert "oppslaget logges" not in as_astrid.get("/units/LAB").text
    answer = ask(as_astrid, guideline="rydd")
    assert answer.status_code == 403
    assert "Navn vises bare der retningslinjen er rullet ut med personlig bekreftelse" in answer.text
    assert "Siri Sand" not in answer.text
    assert lookups(app) == []


def test_names_are_shown_no_longer_than_they_are_kept(app: Flask, as_astrid: Any, rus: Edition) -> None:
    with time_machine.travel(datetime(2026, 1, 16, 9, 0, tzinfo=UTC), tick=False):
        assert "oppslaget logges" not in as_astrid.get("/units/LAB").text
        assert ask(as_astrid).status_code == 403
    assert lookups(app) == []


def test_a_rollout_that_has_ended_or_not_begun_shows_no_names(app: Flask, as_astrid: Any, session: Session) -> None:
    publish(session, "rus", "1.0", PUBLISHED)
    roll_out(session, "rus", ["FAC"], starts=PUBLISHED)
    roll_out(session, "rus", ["FAC"], starts=PUBLISHED, ended=TODAY, evidence=Evidence.NAMED)
    roll_out(session, "rus", ["FAC"], starts=date(2026, 1, 16), evidence=Evidence.NAMED)
    session.commit()
    assert ask(as_astrid).status_code == 403
    assert lookups(app) == []


def test_only_those_who_are_asked_by_name_are_shown(app: Flask, as_astrid: Any, session: Session) -> None:
    publish(session, "rus", "1.0", PUBLISHED)
    roll_out(session, "rus", ["FAC"], starts=PUBLISHED)
    roll_out(session, "rus", ["OPT"], starts=PUBLISHED, evidence=Evidence.NAMED)
    session.commit()
    ask(as_astrid)
    assert lookups(app) == [("astrid", "LAB", "missing", ["nils"])]


@pytest.mark.parametrize("what", ["missing", "acknowledged", "excepted", "newcomers"])
def test_names_are_only_for_the_units_leader_and_coordinator(
    app: Flask, as_siri: Any, as_bjorn: Any, as_hanne: Any, as_olav: Any, as_stranger: Any, rus: Edition, what: str
) -> None:
    for client in (as_siri, as_bjorn, as_hanne, as_olav):
        answer = ask(client, what=what)
        assert answer.status_code == 403
        assert "HMS-koordinator" in answer.text
    assert ask(as_stranger, what=what).status_code == 401
    assert lookups(app) == []


def test_what_does_not_exist_is_404_and_what_is_not_said_is_400(
    app: Flask, as_astrid: Any, rus: Edition, session: Session
) -> None:
    theirs = confirm(session, "WRK", rus, date(2026, 1, 5), excepted=["dina"])
    session.commit()
    assert ask(as_astrid, code="NONE").status_code == 404
    assert ask(as_astrid, guideline="none").status_code == 404
    assert ask(as_astrid, what="excepted", confirmation=str(theirs.id)).status_code == 404
    assert ask(as_astrid, what="excepted", confirmation="x").status_code == 404
    assert ask(as_astrid, what="everything").status_code == 400
    assert lookups(app) == []


@pytest.fixture
def excepting(session: Session, rydd: Edition) -> Confirmation:
    made = confirm(session, "LAB", rydd, date(2026, 1, 5), by="astrid", excepted=["siri", "nils"])
    session.commit()
    return made


def test_those_excepted_are_looked_up_and_written_down_whatever_the_rollout_asks(
    app: Flask, as_chen: Any, excepting: Confirmation
) -> None:
    page = as_chen.get("/units/LAB").text
    history = page[page.index('id="answers"') :]
    assert "Vis 2 navn – oppslaget logges" in history
    assert "Siri Sand" not in history

    answer = ask(as_chen, what="excepted", confirmation=str(excepting.id))

    assert "2 var unntatt fra bekreftelsen for 5. januar 2026." in answer.text
    assert "Siri Sand" in answer.text
    assert lookups(app) == [("chen", "LAB", "excepted", ["nils", "siri"])]


def test_how_far_newcomers_have_come_is_a_look_up_too(
    app: Flask, as_astrid: Any, rus: Edition, rydd: Edition, session: Session, cast: Cast
) -> None:
    confirm(session, "LAB", rus, date(2026, 1, 3), by="astrid")
    jobs = session.scalars(
        select(Employment).where(Employment.person_id.in_([cast.people["bjorn"], cast.people["nils"]]))
    )
    for job in jobs:
        job.starts_on = date(2026, 1, 8)
    session.commit()
    assert "Vis hvor langt de er kommet – oppslaget logges" in as_astrid.get("/units/LAB").text

    answer = ask(as_astrid, what="newcomers")

    assert "Nils Nes" in answer.text
    assert "Nådd med 0 av 1" in answer.text
    assert "Nådd med alt" in answer.text
    assert lookups(app) == [
        ("astrid", "LAB", "missing", ["nils"]), ("astrid", "LAB", "acknowledged", ["bjorn"]),
    ]  # fmt: skip


def test_whoever_is_shown_as_reached_by_the_unit_can_see_it_and_nobody_else_is_shown(
    app: Flask, as_astrid: Any, as_nils: Any, rus: Edition, rydd: Edition, session: Session, cast: Cast
) -> None:
    """Nils was told of the one that asks by name; Bjørn and he are new to the other. Bjørn is asked nothing by name."""
    session.scalars(select(Rollout).where(Rollout.evidence == Evidence.NAMED)).one().units = [unit(session, "OPT")]
    confirm(session, "LAB", rydd, date(2026, 1, 3), by="astrid")
    for job in session.scalars(
        select(Employment).where(Employment.person_id.in_([cast.people["bjorn"], cast.people["nils"]]))
    ):
        job.starts_on = date(2026, 1, 8)
    confirm(session, "LAB", rus, date(2026, 1, 9), by="astrid", only=["nils"])
    session.commit()

    answer = ask(as_astrid, what="newcomers")

    assert "Nådd med alt" in answer.text
    assert "Bjørn Berg" not in answer.text
    assert lookups(app) == [("astrid", "LAB", "informed", ["nils"])]
    assert "hvem som er informert av enheten" in as_nils.get("/my-record").text
