"""Min side: what is asked of me, and by when."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from hmswiki.acknowledgements.models import Evidence, Question, QuestionKind, Reply
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import RoleHolding
from tests.acknowledgements.makers import acknowledge, at_noon, confirm, person, publish, roll_out, unit
from tests.conftest import client_as
from tests.support import once

pytestmark = once  # each address is asked for on PostgreSQL too, by tests/test_access.py

TODAY = date(2026, 1, 15)
# Ten in the morning in Oslo.
NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen_time():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rus(session: Session):
    """Rolled out by name to everybody, due in a week."""
    edition = publish(session, "rus", "1.0", date(2025, 1, 1), title="Rus og avhengighet")
    roll_out(session, "rus", ["FAC"], starts=date(2025, 1, 1), due=date(2026, 1, 22), evidence=Evidence.NAMED)
    session.commit()
    return edition


@pytest.fixture
def brann(session: Session):
    """Rolled out to everybody; the units inform."""
    edition = publish(session, "brann", "1.0", date(2025, 1, 1), title="Brannvern")
    roll_out(session, "brann", ["FAC"], starts=date(2025, 1, 1), due=date(2026, 2, 1))
    session.commit()
    return edition


def test_a_stranger_is_sent_to_sign_in(as_stranger):
    answer = as_stranger.get("/")
    assert answer.status_code == 303
    assert "sign-in" in answer.location


def test_the_headline_says_how_much_there_is_to_read(as_bjorn, rus):
    page = as_bjorn.get("/").text
    assert "God morgen, Bjørn." in page
    assert "Du har én retningslinje å lese." in page
    assert "Det tar omtrent to minutter." in page
    assert "Frist torsdag 22. januar" in page


def test_what_is_due_first_comes_first_and_has_the_filled_button(as_bjorn, rus, session):
    publish(session, "lab", "1.0", date(2025, 1, 1), title="Alle laboratorier")
    roll_out(session, "lab", ["LAB"], starts=date(2025, 1, 1), due=date(2026, 1, 14), evidence=Evidence.NAMED)
    publish(session, "sist", "1.0", date(2025, 1, 1), title="Aller sist")
    roll_out(session, "sist", ["LAB"], starts=date(2025, 1, 1), evidence=Evidence.NAMED)
    session.commit()
    page = as_bjorn.get("/").text
    places = [page.index(f">{title}</a>") for title in ("Alle laboratorier", "Rus og avhengighet", "Aller sist")]
    assert places == sorted(places)
    assert "Du har tre retningslinjer å lese." in page
    assert "Fristen var i går, 14. januar" in page
    assert "Én har gått over fristen." in page
    assert page.count('<a class="hms-button" href="/guidelines/') == 1
    assert page.index('<a class="hms-button" href="/guidelines/lab"') < page.index(">Rus og avhengighet</a>")


def test_what_the_unit_informs_of_is_listed_without_a_button(as_bjorn, brann):
    page = as_bjorn.get("/").text
    assert "Du har ingenting å bekrefte." in page
    assert "Enheten din informerer deg" in page
    assert "Les og bekreft<" not in page
    assert "Bekreftet eller informert: 0 av 1" in page


def test_when_the_unit_is_late_home_and_guideline_say_when_it_was_due(as_bjorn, session):
    publish(session, "lab", "1.0", date(2025, 1, 1), title="Alle laboratorier")
    roll_out(session, "lab", ["LAB"], starts=date(2025, 1, 1), due=date(2026, 1, 14))
    publish(session, "brann", "1.0", date(2025, 1, 1), title="Brannvern")
    roll_out(session, "brann", ["LAB"], starts=date(2025, 1, 1), due=TODAY)
    session.commit()
    home = as_bjorn.get("/").text
    assert "Enhetens frist var 14. januar" in home
    assert "Enhetens frist er 15. januar" in home
    assert "Enhetens frist var 14. januar" in as_bjorn.get("/guidelines/lab").text
    assert "Enhetens frist er 15. januar" in as_bjorn.get("/guidelines/brann").text


def test_what_is_done_is_folded_away_with_how_and_when(as_bjorn, rus, brann, session):
    acknowledge(session, "bjorn", rus, date(2025, 11, 14))
    confirm(session, "LAB", brann, date(2025, 12, 7), by="chen")
    session.commit()
    page = as_bjorn.get("/").text
    assert "Du har lest alt." in page
    assert "Bekreftet eller informert: 2 av 2" in page
    assert "Bekreftet 14. november 2025" in page
    assert "Informert på allmøte 7. desember 2025" in page
    assert "Laserlaben" in page


def test_who_is_excepted_is_not_counted_as_informed(as_bjorn, as_siri, brann, session):
    confirm(session, "LAB", brann, date(2025, 12, 7), by="chen", excepted=["bjorn"])
    session.commit()
    assert "Bekreftet eller informert: 0 av 1" in as_bjorn.get("/").text
    assert "Bekreftet eller informert: 1 av 1" in as_siri.get("/").text


def test_a_rollout_for_a_role_concerns_its_holders_only(app, as_bjorn, session):
    publish(session, "omrade", "1.0", date(2025, 1, 1), title="Områdeansvarlig")
    roll_out(session, "omrade", ["FAC"], starts=date(2025, 1, 1), evidence=Evidence.NAMED, role=Role.AREA_OWNER)
    session.add(
        RoleHolding(
            person_id=person(session, "bjorn").id,
            unit_id=unit(session, "LAB").id,
            role=Role.AREA_OWNER,
            starts_on=date(2025, 6, 1),
            recorded_at=at_noon(date(2025, 6, 1)),
        )  # fmt: skip
    )
    session.commit()
    assert "Du har én retningslinje å lese." in as_bjorn.get("/").text
    assert "Ingen retningslinjer er rullet ut til deg ennå." in client_as(app, "siri").get("/").text


def test_an_acknowledgement_that_lapsed_is_asked_for_again(as_bjorn, session):
    edition = publish(session, "rus", "1.0", date(2024, 1, 1), title="Rus", renew_months=12)
    roll_out(session, "rus", ["FAC"], starts=date(2024, 1, 1), evidence=Evidence.NAMED)
    acknowledge(session, "bjorn", edition, TODAY - timedelta(days=366))
    session.commit()
    assert "Du har én retningslinje å lese." in as_bjorn.get("/").text
    acknowledge(session, "bjorn", edition, date(2025, 3, 1))
    session.commit()
    page = as_bjorn.get("/").text
    assert "Du har lest alt." in page
    assert "Gjelder til 1. mars" in page


def test_a_person_without_a_unit_is_told_so_openly(as_ute, rus):
    page = as_ute.get("/").text
    assert "Du er ikke registrert i noen enhet." in page
    assert "Rus og avhengighet" not in page
    assert "Spør noen" not in page


def test_whom_to_ask_stands_beside_and_a_vacant_role_is_shown(app):
    lab = client_as(app, "bjorn").get("/").text
    assert "Chen Li" in lab and "Astrid Aas" in lab and "Siri Sand" in lab
    workshop = client_as(app, "dina").get("/").text
    assert "Olav Odden" in workshop
    assert "Ledig" in workshop
    section = client_as(app, "nils").get("/").text
    assert "HMS-koordinator, Laserlaben" in section
    assert "Ledig i Optikkseksjonen" in section


def test_the_answer_to_my_question_comes_here(as_bjorn, as_siri, rus, session):
    asked = Question(
        person_id=person(session, "bjorn").id, unit_id=unit(session, "LAB").id, edition_id=rus.id,
        kind=QuestionKind.QUESTION, text="Gjelder det gjester?", recorded_at=NOW - timedelta(days=2),
    )  # fmt: skip
    session.add(asked)
    session.flush()
    session.commit()
    assert "Venter på svar" in as_bjorn.get("/").text
    session.add(
        Reply(
            question_id=asked.id,
            text="Ja, alle.",
            recorded_at=NOW - timedelta(hours=1),
            recorded_by_id=person(session, "chen").id,
        )  # fmt: skip
    )
    session.commit()
    page = as_bjorn.get("/").text
    assert "Ja, alle." in page
    assert "Chen Li svarte" in page
    assert "Gjelder det gjester" not in as_siri.get("/").text


def test_those_who_answer_for_a_unit_see_how_many_questions_wait(app, as_bjorn, as_olav, rus, session):
    for text in ("En", "To"):
        session.add(
            Question(
                person_id=person(session, "nils").id,
                unit_id=unit(session, "OPT").id,
                edition_id=rus.id,
                kind=QuestionKind.QUESTION,
                text=text,
                recorded_at=NOW - timedelta(days=2),
            )  # fmt: skip
        )
    session.commit()
    assert "To spørsmål venter på svar fra deg." in client_as(app, "chen").get("/").text
    assert "Ingen spørsmål venter på svar." in as_olav.get("/").text
    assert "venter på svar fra deg" not in as_bjorn.get("/").text


def test_those_who_answer_for_a_unit_see_how_it_stands_as_on_its_page(app, as_bjorn, as_olav, rus, session):
    roll_out(session, "rus", ["LAB"], starts=date(2025, 1, 1), due=date(2026, 1, 10))
    session.commit()
    as_chen = client_as(app, "chen")
    line = re.search(r'class="hms-lead">([^<]*)</p>', as_chen.get("/units/LAB").text)
    assert line and "Fristen var" in line[1]
    home = as_chen.get("/").text
    assert f"<p>{line[1].strip()}</p>" in home and 'href="/units/LAB"' in home
    assert line[1].strip() not in as_bjorn.get("/").text and line[1].strip() not in as_olav.get("/").text


def test_the_page_is_in_the_reader_s_language(app, rus):
    english = client_as(app, "bjorn").get("/", headers={"Accept-Language": "en"}).text
    assert "Good morning, Bjørn." in english
    assert "You have one guideline to read." in english
    nynorsk = client_as(app, "bjorn").get("/", headers={"Accept-Language": "nn"}).text
    assert "Du har éi retningslinje å lese." in nynorsk


def test_the_number_of_queries_does_not_grow_with_what_is_asked(app, as_chen, rus, brann, session, queries):
    as_chen.get("/")
    with queries() as few:
        as_chen.get("/")
    for number in range(6):
        publish(session, f"g{number}", "1.0", date(2025, 1, 1))
        roll_out(session, f"g{number}", ["FAC", "LAB"], starts=date(2025, 1, 1), evidence=Evidence.NAMED)
    confirm(session, "LAB", brann, date(2025, 12, 7), by="chen")
    acknowledge(session, "chen", rus, date(2025, 11, 14))
    session.commit()
    with queries() as many:
        as_chen.get("/")
    assert len(many) == len(few)
    assert len(many) <= 34  # also what rounds, actions, areas and supplements have for the person
    with queries() as of_staff:
        client_as(app, "bjorn").get("/")
    assert len(of_staff) <= 20
