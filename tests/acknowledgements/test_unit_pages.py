"""Min enhet: where a unit stands, who is new, what it has answered, and what its people ask."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements.coverage import EmploymentFact
from hmswiki.acknowledgements.models import ConfirmationAnswer, Evidence, Question, QuestionKind, Reply
from hmswiki.acknowledgements.unit_rules import joined_on
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines.models import Edition
from hmswiki.organisation.models import Employment, Person, RoleHolding, UnitSuccessor
from tests.acknowledgements.makers import acknowledge, at_noon, confirm, person, publish, roll_out, unit
from tests.cast import Cast
from tests.conftest import client_as
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once

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
    """Rolled out to everybody, due in a week."""
    edition = publish(session, "rus", "1.0", PUBLISHED, title="Rus og avhengighet")
    roll_out(session, "rus", ["FAC"], starts=PUBLISHED, due=date(2026, 1, 22))
    session.commit()
    return edition


def employ(session: Session, key: str, code: str, since: date, name: str = "") -> Person:
    """A new person, employed since a day."""
    made = Person(external_key=key, name=name or key.capitalize())
    session.add(made)
    session.flush()
    session.add(
        Employment(person_id=made.id, unit_id=unit(session, code).id, starts_on=since, recorded_at=at_noon(since))
    )
    session.flush()
    return made


# --- My unit ----------------------------------------------------------------------------------------------


def test_my_unit_is_the_first_by_role_else_the_one_of_the_employment(
    session: Session, as_astrid: Any, as_bjorn: Any, as_nils: Any, as_hanne: Any, as_dina: Any, cast: Cast
) -> None:
    session.add(
        RoleHolding(
            person_id=cast.people["dina"],
            unit_id=cast.units["OPT"],
            role=Role.HSE_COORDINATOR,
            starts_on=date(2025, 1, 1),
            recorded_at=NOW,
        )  # fmt: skip
    )
    session.commit()
    found = [client.get("/units").location for client in (as_astrid, as_bjorn, as_nils, as_hanne, as_dina)]
    assert found == ["/units/LAB", "/units/LAB", "/units/OPT", "/units/FAC", "/units/OPT"]
    assert 'Du har også <a href="/units/WRK">' in as_dina.get("/units/OPT").text


def test_a_stranger_signs_in_first_and_who_has_no_unit_is_told_why(
    as_stranger: Any, as_ute: Any, as_astrid: Any, rus: Edition
) -> None:
    for address in ("/units", "/units/LAB", "/units/LAB/questions"):
        assert "sign-in" in as_stranger.get(address).location
    assert as_ute.get("/units").status_code == 403
    assert '/units"' not in as_ute.get("/").text
    assert '<a href="/units" aria-current="page">Min enhet</a>' in as_astrid.get("/units/LAB").text


def test_a_unit_is_for_its_employees_roles_above_it_and_central_hse(
    as_dina: Any, as_olav: Any, as_bjorn: Any, as_tora: Any, as_hanne: Any, as_frida: Any, rus: Edition
) -> None:
    assert [client.get("/units/LAB").status_code for client in (as_bjorn, as_tora, as_hanne)] == [200, 200, 200]
    assert [client.get("/units/LAB").status_code for client in (as_dina, as_olav)] == [403, 403]
    assert as_bjorn.get("/units/NONE").status_code == 404
    assert as_bjorn.get("/units/FAC").status_code == 403
    assert as_frida.get("/units/LAB").status_code == 200


# --- The list ---------------------------------------------------------------------------------------------


def test_the_lead_says_who_is_missing_by_when_and_how_the_rest_is(as_chen: Any, rus: Edition, session: Session) -> None:
    publish(session, "brann", "1.0", PUBLISHED, title="Brannvern")
    roll_out(session, "brann", ["FAC"], starts=PUBLISHED, due=date(2026, 3, 1))
    acknowledge(session, "bjorn", rus, date(2026, 1, 2))
    session.commit()
    page = as_chen.get("/units/LAB").text
    assert (
        "4 av 5 ansatte er ikke nådd med retningslinjen om rus og avhengighet. Fristen er torsdag 22. januar." in page
    )
    assert "22. januar. Resten er i rute." in page
    assert 'aria-label="1 bekreftet selv, 0 informert av enheten, 4 ikke nådd"' in page


def test_the_worst_comes_first_and_its_form_is_open(as_chen: Any, rus: Edition, session: Session) -> None:
    for slug, due in (("sent", date(2026, 1, 14)), ("siden", date(2026, 5, 1)), ("uten", None)):
        publish(session, slug, "1.0", PUBLISHED)
        roll_out(session, slug, ["LAB"], starts=PUBLISHED, due=due)
    confirm(session, "LAB", publish(session, "alle", "1.0", PUBLISHED), date(2026, 1, 14), by="astrid")
    roll_out(session, "alle", ["LAB"], starts=PUBLISHED, due=date(2026, 1, 1))
    session.commit()
    page = as_chen.get("/units/LAB").text
    places = [
        page.index(f'?guideline={slug}#form">{slug.capitalize() if slug != "rus" else "Rus og avhengighet"}')
        for slug in ("sent", "rus", "siden", "uten", "alle")
    ]
    assert places == sorted(places)
    assert "5 av 5 ansatte er ikke nådd med retningslinjen om sent. Fristen var i går." in page
    assert "Fristen var i går. Én retningslinje til trenger oppfølging." in page
    assert '<input type="hidden" name="guideline" value="sent">' in page
    roll_out(session, "uten", ["LAB"], starts=TODAY, due=date(2026, 1, 20))
    session.commit()
    assert "Fristen var i går. To retningslinjer til trenger oppfølging." in as_chen.get("/units/LAB").text
    assert '<input type="hidden" name="guideline" value="uten">' in as_chen.get("/units/LAB?guideline=uten").text
    assert as_chen.get("/units/LAB?guideline=none").status_code == 404


def test_the_units_own_word_stands_in_words(as_chen: Any, rus: Edition, session: Session) -> None:
    confirm(session, "LAB", rus, date(2026, 1, 12), answer=ConfirmationAnswer.UNKNOWN, by="astrid")
    session.commit()
    page = as_chen.get("/units/LAB").text
    assert "Enheten har svart at den ikke vet" in page
    assert "Svarte: Vi vet ikke" in page


def test_when_everybody_is_reached_there_is_nothing_to_do(as_chen: Any, rus: Edition, session: Session) -> None:
    confirm(session, "LAB", rus, date(2026, 1, 12), by="astrid")
    session.commit()
    page = as_chen.get("/units/LAB").text
    assert "Alle er nådd med alle retningslinjene." in page
    assert "Ingenting å bekrefte nå" in page
    assert "data-hms-confirm" not in page
    assert "data-hms-confirm" in as_chen.get("/units/LAB?guideline=rus").text


def test_a_unit_whose_code_holds_a_slash_has_its_pages_too(session: Session, as_hanne: Any, rus: Edition) -> None:
    lab = unit(session, "LAB")
    lab.code = "MN/LAB"
    given = confirm(session, "MN/LAB", rus, date(2026, 1, 2), by="astrid")
    session.add(
        RoleHolding(
            person_id=person(session, "hanne").id, unit_id=lab.id, role=Role.UNIT_LEADER, starts_on=date(2025, 1, 1),
            recorded_at=NOW,
        )
    )  # fmt: skip
    session.commit()
    page = as_hanne.get("/units/MN/LAB").text
    for address in ("/units/MN/LAB/confirmations", f"/units/MN/LAB/confirmations/{given.id}/withdraw"):
        assert address in page
    assert as_hanne.get(f"/units/MN/LAB/confirmations/{given.id}/withdraw").status_code == 200
    assert as_hanne.get("/units/MN/LAB/questions").status_code == 200
    assert as_hanne.get("/units/MN/LAB/confirmations").location == "/units/MN/LAB"


def test_a_unit_without_guidelines_says_so(as_chen: Any) -> None:
    page = as_chen.get("/units/LAB").text
    assert "Ingen retningslinje er rullet ut til enheten." in page
    assert "Ingen retningslinjer å gjøre kjent" in page
    assert "data-hms-confirm" not in page


def test_the_routine_for_newcomers_is_the_one_last_said(as_chen: Any, rus: Edition, session: Session) -> None:
    confirm(session, "LAB", rus, date(2026, 1, 2), by="astrid").newcomer_routine = "Gammel rutine"
    confirm(session, "LAB", rus, date(2026, 1, 3), by="astrid", excepted=["bjorn"]).newcomer_routine = "Første uke"
    confirm(session, "FAC", rus, date(2025, 12, 3), by="tora", excepted=["bjorn"]).newcomer_routine = "Fakultetets"
    session.commit()
    page = as_chen.get("/units/LAB?guideline=rus").text
    assert ">\r\nFørste uke</textarea>" in page or ">\nFørste uke</textarea>" in page


# --- What others see --------------------------------------------------------------------------------------


def test_the_safety_representative_sees_counts_and_confirmations_without_forms_or_names(
    as_siri: Any, rus: Edition, session: Session
) -> None:
    confirm(session, "LAB", rus, date(2026, 1, 2), by="astrid", excepted=["bjorn"])
    employ(session, "elena", "LAB", date(2026, 1, 10), "Elena Rossi")
    session.commit()
    page = as_siri.get("/units/LAB").text
    assert "Informert på allmøte, én unntatt" in page
    assert "Astrid Aas, enhetsleder" in page
    assert "Én har begynt siden enheten sist bekreftet" in page
    for hidden in ("data-hms-confirm", "Bjørn Berg", "Elena Rossi", "oppslaget logges", "Trekk tilbake"):
        assert hidden not in page


def test_an_ordinary_employee_sees_counts_and_not_what_the_unit_answered(
    as_bjorn: Any, rus: Edition, session: Session
) -> None:
    confirm(session, "LAB", rus, date(2026, 1, 2), by="astrid", excepted=["bjorn"]).note = "Intern merknad"
    session.commit()
    page = as_bjorn.get("/units/LAB").text
    assert "1 av 5 ansatte er ikke nådd med retningslinjen om rus og avhengighet." in page
    assert "Enheten har bekreftet, med unntak" in page
    for hidden in ("data-hms-confirm", "Det enheten har bekreftet", "Intern merknad", "Siri Sand</span>"):
        assert hidden not in page


def test_a_small_group_is_hidden_from_who_stands_outside_it(
    as_hanne: Any, as_astrid: Any, as_nils: Any, rus: Edition
) -> None:
    for outside in (as_hanne, as_astrid):
        page = outside.get("/units/OPT").text
        assert "Færre enn 5" in page
        assert "1 av 1" not in page
        assert "<b>1</b>" not in page
        assert "Frist torsdag 22. januar" in page
    assert "1 av 1 ansatte er ikke nådd" in as_nils.get("/units/OPT").text


def test_how_many_a_small_group_excepted_is_hidden_too(
    as_hanne: Any, as_astrid: Any, as_nils: Any, session: Session, rus: Edition
) -> None:
    employ(session, "elena", "OPT", date(2025, 1, 10), "Elena Rossi")
    confirm(session, "OPT", rus, date(2026, 1, 2), by="astrid", excepted=["nils"])
    confirm(session, "OPT", rus, date(2026, 1, 3), by="astrid", only=["nils"])
    session.add(
        RoleHolding(
            person_id=person(session, "nils").id, unit_id=unit(session, "OPT").id, role=Role.SAFETY_REPRESENTATIVE,
            starts_on=date(2025, 1, 1), recorded_at=NOW,
        )
    )  # fmt: skip
    session.commit()
    for outside in (as_hanne, as_astrid):
        page = outside.get("/units/OPT").text
        assert "Informert på allmøte, med unntak for noen" in page
        assert "Informert på allmøte, noen av de ansatte" in page
        assert "én unntatt" not in page
        assert "Vis ett navn" not in page
    own = as_nils.get("/units/OPT").text
    assert "Informert på allmøte, én unntatt" in own
    assert "Informert på allmøte: én person" in own


def test_how_many_a_unit_above_excepted_is_told_there_and_not_here(
    as_siri: Any, as_tora: Any, session: Session, rus: Edition
) -> None:
    confirm(session, "FAC", rus, date(2026, 1, 2), by="tora", excepted=["dina", "olav"])
    session.commit()
    assert "Informert på allmøte, med unntak for noen" in as_siri.get("/units/LAB").text
    assert "Informert på allmøte, 2 unntatt" in as_tora.get("/units/FAC").text


def test_the_forecast_of_a_hidden_group_tells_no_number(as_astrid: Any, rus: Edition) -> None:
    answer = as_astrid.post(
        "/units/OPT/confirmations/forecast",
        data={"guideline": "rus", "edition:rus": "1.0", "answer": "informed", "method": "email",
              "informed_on": TODAY.isoformat()},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert answer.json["button"] == "Bekreft"
    assert not any(letter.isdigit() for letter in " ".join(answer.json["sentences"]))


def test_what_a_unit_above_answered_stands_without_its_names_or_note(
    as_siri: Any, rus: Edition, session: Session
) -> None:
    confirm(session, "FAC", rus, date(2026, 1, 2), by="tora").note = "Bare for fakultetet"
    session.commit()
    page = as_siri.get("/units/LAB").text
    assert "Fakultetet: Informert på allmøte" in page
    assert "Bare for fakultetet" not in page


# --- Newcomers --------------------------------------------------------------------------------------------


def test_who_joined_after_the_unit_confirmed_is_new_until_told(
    as_astrid: Any, rus: Edition, session: Session
) -> None:  # fmt: skip
    confirm(session, "LAB", rus, date(2026, 1, 2), by="astrid")
    employ(session, "elena", "LAB", date(2026, 1, 10), "Elena Rossi")
    employ(session, "henrik", "OPT", date(2026, 1, 3), "Henrik Dahle")
    employ(session, "thuy", "LAB", date(2026, 1, 2), "Thuy Nguyen")
    confirm(session, "OPT", rus, date(2026, 1, 4), by="astrid", only=["henrik"])
    session.commit()
    page = as_astrid.get("/units/LAB").text
    new = page[page.index('id="new"') : page.index('id="answers"')]
    assert "Elena Rossi" in new
    assert "Startet 10. januar" in new
    assert "Henrik Dahle" not in new
    assert "Thuy Nguyen" not in new


def test_nobody_is_new_where_the_unit_has_not_confirmed_what_is_demanded_now(
    as_astrid: Any, rus: Edition, session: Session
) -> None:
    confirm(session, "LAB", rus, date(2026, 1, 2), by="astrid")
    employ(session, "elena", "LAB", date(2026, 1, 10), "Elena Rossi")
    publish(session, "rus", "2.0", date(2026, 1, 14))
    session.commit()
    page = as_astrid.get("/units/LAB").text
    assert "Ingen nyansatte venter" in page


def test_a_newcomers_own_acknowledgement_is_not_told_without_a_look_up(
    as_astrid: Any, rus: Edition, session: Session
) -> None:
    confirm(session, "LAB", rus, date(2026, 1, 2), by="astrid")
    employ(session, "elena", "LAB", date(2026, 1, 10), "Elena Rossi")
    session.commit()
    before = as_astrid.get("/units/LAB").text
    acknowledge(session, "elena", rus, date(2026, 1, 11))
    session.commit()
    after = as_astrid.get("/units/LAB").text

    def part(page: str) -> str:
        return page[page.index('id="new-title"') : page.index("Registrer hvem")]

    assert part(before) == part(after)


def job(unit_id: int, start: date, end: date | None = None, person: int = 1) -> EmploymentFact:
    return EmploymentFact(person, unit_id, start, end)


@pytest.mark.parametrize(
    ("jobs", "joined"),
    [
        ([job(1, date(2025, 1, 1))], date(2025, 1, 1)),
        ([job(1, date(2025, 1, 1), date(2025, 6, 1)), job(2, date(2025, 6, 1))], date(2025, 1, 1)),
        ([job(1, date(2025, 1, 1), date(2025, 5, 31)), job(2, date(2025, 6, 1))], date(2025, 6, 1)),
        ([job(1, date(2025, 1, 1), date(2025, 6, 1)), job(9, date(2025, 6, 1))], None),
        ([job(9, date(2025, 1, 1), date(2025, 6, 1)), job(1, date(2025, 6, 1))], date(2025, 6, 1)),
        ([job(1, date(2026, 2, 1))], None),
    ],
)
def test_a_move_inside_the_tree_is_not_joining_it(jobs: list[EmploymentFact], joined: date | None) -> None:
    assert joined_on(jobs, {1, 2}, TODAY).get(1) == joined


# --- Another day ------------------------------------------------------------------------------------------


def test_another_day_is_shown_as_it_was_and_only_for_reading(as_astrid: Any, rus: Edition, session: Session) -> None:
    confirm(session, "LAB", rus, date(2026, 1, 10), by="astrid")
    session.commit()
    page = as_astrid.get("/units/LAB?as_of=2026-01-09").text
    assert "5 av 5 ansatte er ikke nådd" in page
    assert "Slik det var fredag 9. januar" in page
    for hidden in ("data-hms-confirm", "Trekk tilbake", "oppslaget logges", "Informert på allmøte"):
        assert hidden not in page
    assert "Prognose for" in as_astrid.get("/units/LAB?as_of=2026-01-30").text


def test_a_day_that_is_no_date_is_answered_with_the_format(as_astrid: Any) -> None:
    answer = as_astrid.get("/units/LAB?as_of=2026-02-30")
    assert answer.status_code == 400
    assert "år-måned-dag" in answer.text


def test_a_closed_unit_says_since_when_and_who_carries_it_on(
    as_astrid: Any, rus: Edition, session: Session, cast: Cast
) -> None:
    lab = unit(session, "OPT")
    lab.closed = date(2026, 1, 1)
    session.add(UnitSuccessor(unit_id=lab.id, successor_id=cast.units["LAB"]))
    session.commit()
    page = as_astrid.get("/units/OPT").text
    assert "Enheten ble lagt ned 1. januar 2026." in page
    assert '<a href="/units/LAB">Laserlaben</a>' in page
    assert "data-hms-confirm" not in page


def test_units_beneath_and_contacts_are_there_and_a_vacant_role_says_so(
    as_astrid: Any, as_nils: Any, session: Session
) -> None:
    page = as_astrid.get("/units/LAB").text
    assert '<a href="/units/OPT">Optikkseksjonen</a>' in page
    assert "mailto:chen@example.no" in page
    beneath = as_nils.get("/units/OPT").text
    assert beneath.count("Ledig") == 3
    assert "Inntil videre Astrid Aas, Laserlaben" in beneath


# --- The form's list of people and the number of selects --------------------------------------------------


def test_the_number_of_selects_does_not_grow_with_people_guidelines_or_answers(
    session: Session, as_chen: Any, as_bjorn: Any, as_tora: Any, queries: Callable[[], Any]
) -> None:
    def grow(step: int) -> None:
        for number in range(3):
            slug = f"g{step}-{number}"
            edition = publish(session, slug, "1.0", PUBLISHED)
            roll_out(session, slug, ["FAC"], starts=PUBLISHED, due=TODAY, evidence=Evidence.NAMED)
            confirm(session, "LAB", edition, date(2026, 1, 2), by="astrid", excepted=["bjorn"])
        for number in range(8):
            employ(session, f"p{step}-{number}", "LAB", date(2026, 1, 3))
        session.commit()

    def count(client: Any) -> int:
        with queries() as sent:
            assert client.get("/units/LAB").status_code == 200
        return len(sent)

    grow(1)
    before = [count(client) for client in (as_chen, as_bjorn, as_tora)]
    grow(2)
    assert [count(client) for client in (as_chen, as_bjorn, as_tora)] == before
    assert max(before) <= 28


# --- Questions --------------------------------------------------------------------------------------------


@pytest.fixture
def question(session: Session, rus: Edition) -> Question:
    made = Question(
        person_id=person(session, "nils").id, unit_id=unit(session, "OPT").id, edition_id=rus.id,
        kind=QuestionKind.QUESTION, text="Gjelder dette på <b>tokt</b>?", recorded_at=NOW - timedelta(days=1),
        recorded_by_id=person(session, "nils").id,
    )  # fmt: skip
    session.add(made)
    session.commit()
    return made


def test_a_question_reaches_the_coordinator_and_is_folded_away_when_answered(
    as_chen: Any, question: Question, session: Session, cast: Cast
) -> None:
    assert "Ett spørsmål venter på svar fra deg" in as_chen.get("/units/LAB").text
    page = as_chen.get("/units/LAB/questions").text
    assert "Gjelder dette på &lt;b&gt;tokt&lt;/b&gt;?" in page
    assert "Nils Nes" in page

    answer = as_chen.post(f"/units/LAB/questions/{question.id}", data={f"q{question.id}-text": "Ja, også der."})

    assert answer.status_code == 303
    (reply,) = session.scalars(select(Reply)).all()
    assert (reply.text, reply.recorded_by_id) == ("Ja, også der.", cast.people["chen"])
    page = as_chen.get("/units/LAB/questions").text
    assert "Ingen spørsmål venter" in page
    assert "Ja, også der." in page[page.index('<details class="hms-disclosure"') :]
    assert "venter på svar" not in as_chen.get("/units/LAB").text


def test_an_answer_without_words_is_refused_and_sent_twice_is_one(
    as_chen: Any, question: Question, session: Session
) -> None:
    address = f"/units/LAB/questions/{question.id}"
    for empty in ("", "  "):
        answer = as_chen.post(address, data={f"q{question.id}-text": empty})
        assert answer.status_code == 422
        assert "Skriv et svar." in answer.text
    form = {f"q{question.id}-text": "Ja.", f"q{question.id}-submission": "6f7b2b1e-5a6f-4b53-9f0c-2f3f0c6b8d11"}
    for _ in range(2):
        assert as_chen.post(address, data=form).status_code == 303
    assert len(session.scalars(select(Reply)).all()) == 1


def test_questions_are_only_for_who_answers_for_the_unit(
    as_siri: Any, as_bjorn: Any, as_olav: Any, as_astrid: Any, question: Question, session: Session
) -> None:
    assert [client.get("/units/LAB/questions").status_code for client in (as_siri, as_bjorn, as_olav)] == [403] * 3
    address = f"/units/WRK/questions/{question.id}"
    assert as_olav.post(address, data={f"q{question.id}-text": "Nei."}).status_code == 404
    assert as_astrid.post("/units/LAB/questions/99999", data={"q99999-text": "Ja."}).status_code == 404
    assert as_astrid.get("/units/NONE/questions").status_code == 404
    assert session.scalars(select(Reply)).all() == []


def test_a_question_that_was_taken_back_waits_no_more(as_chen: Any, question: Question, session: Session) -> None:
    question.withdraw(by_id=question.person_id, at=NOW, reason=None)
    session.commit()
    assert "Ingen spørsmål venter" in as_chen.get("/units/LAB/questions").text


@pytest.mark.parametrize("language", ["nn", "en"])
def test_the_page_speaks_the_readers_language(
    app: Any, rus: Edition, session: Session, language: str
) -> None:  # fmt: skip
    person(session, "chen").language = language
    session.commit()
    page = client_as(app, "chen").get("/units/LAB").text
    expected = {
        "nn": ("5 av 5 tilsette er ikkje nådde med retningslinja om rus og avhengighet.", "Stadfest for 5 tilsette"),
        "en": ("5 of 5 employees have not been reached about rus og avhengighet.", "Confirm for 5 employees"),
    }[language]
    for sentence in expected:
        assert sentence in page
