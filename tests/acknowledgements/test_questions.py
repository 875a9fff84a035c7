"""I have not been informed, I have a question; and the answers."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements import operations
from hmswiki.acknowledgements.models import Evidence, Question, QuestionKind, Reply
from hmswiki.foundation import events
from hmswiki.foundation.errors import Conflict, Refusal
from hmswiki.organisation.models import RoleHolding
from hmswiki.organisation.queries import actor as load_actor
from tests.acknowledgements.makers import confirm, person, publish, roll_out, unit
from tests.conftest import client_as

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
TODAY = date(2026, 1, 15)


@pytest.fixture(autouse=True)
def frozen_time():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rus(session: Session):
    edition = publish(session, "rus", "1.0", date(2025, 1, 1), title="Rus og avhengighet")
    roll_out(session, "rus", ["FAC"], starts=date(2025, 1, 1), evidence=Evidence.NAMED)
    session.commit()
    return edition


def send(client, kind="question", text="Gjelder det gjester?", slug="rus"):
    return client.post(f"/guidelines/{slug}/question?kind={kind}", data={"text": text, "submission": str(uuid4())})


def questions(session):
    """All there are now; the session writes no more, so that pages can."""
    query = select(Question).order_by(Question.id).execution_options(populate_existing=True)
    found = list(session.scalars(query))
    session.commit()
    return found


# --- Asking -------------------------------------------------------------------------------------------------


def test_a_question_reaches_the_unit_with_the_edition_in_force(as_bjorn, rus, session):
    publish(session, "rus", "2.0", TODAY + timedelta(days=1))
    session.commit()
    heard = []

    def hear(sender, **facts):
        heard.append(facts)

    with events.question_asked.connected_to(hear):
        answer = send(as_bjorn, text="  Gjelder det gjester?  ")
    assert answer.status_code == 303
    [asked] = questions(session)
    assert (asked.kind, asked.text, asked.edition_id) == (QuestionKind.QUESTION, "Gjelder det gjester?", rus.id)
    assert (asked.unit_id, asked.recorded_at) == (unit(session, "LAB").id, NOW)
    assert heard == [{"question_id": asked.id, "unit_id": asked.unit_id, "guideline_id": rus.guideline_id}]
    page = as_bjorn.get(answer.location).text
    assert "Spørsmålet er sendt." in page
    assert "Chen Li kan se det nå." in page


def test_not_informed_needs_no_words(as_bjorn, rus, session):
    answer = send(as_bjorn, kind="not_informed", text="")
    assert answer.status_code == 303
    [asked] = questions(session)
    assert (asked.kind, asked.text) == (QuestionKind.NOT_INFORMED, "")
    assert "Du sa at du ikke er informert" in as_bjorn.get("/guidelines/rus").text


def test_a_question_without_words_is_refused_and_the_form_shown_again(as_bjorn, rus, session):
    answer = send(as_bjorn, text="   ")
    assert answer.status_code == 422
    assert "Skriv spørsmålet ditt." in answer.text
    assert questions(session) == []


@pytest.mark.parametrize("kind", ["question", "not_informed"])
def test_what_is_too_long_is_refused_and_kept_as_typed(as_bjorn, rus, session, kind):
    text = "æ" * 4001
    answer = send(as_bjorn, kind=kind, text=text)
    assert answer.status_code == 422
    assert text in answer.text
    assert questions(session) == []
    assert send(as_bjorn, kind=kind, text="æ" * 4000).status_code == 303


def test_a_letter_that_no_database_keeps_is_refused(as_bjorn, rus, session):
    assert send(as_bjorn, text="a\0b").status_code == 422
    assert questions(session) == []


def test_the_same_form_sent_twice_is_one_question(as_bjorn, rus, session):
    data = {"text": "Hva da?", "submission": str(uuid4())}
    for _ in range(2):
        assert as_bjorn.post("/guidelines/rus/question?kind=question", data=data).status_code == 303
    assert len(questions(session)) == 1


def test_what_is_typed_is_shown_as_text(as_bjorn, rus):
    page = as_bjorn.get(send(as_bjorn, text="<script>alert(1)</script>").location).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_an_unknown_kind_is_refused(as_bjorn, rus):
    assert as_bjorn.get("/guidelines/rus/question?kind=complaint").status_code == 400
    assert send(as_bjorn, kind="complaint").status_code == 400


def test_a_stranger_is_sent_to_sign_in(as_stranger, rus):
    assert as_stranger.get("/guidelines/rus/question").status_code == 303
    assert send(as_stranger).status_code == 401


def test_a_guideline_that_is_not_there_is_not_found(as_bjorn):
    assert as_bjorn.get("/guidelines/nix/question").status_code == 404
    assert send(as_bjorn, slug="nix").status_code == 404


def test_a_person_without_a_unit_has_nobody_to_ask(as_ute, rus, session):
    answer = as_ute.get("/guidelines/rus/question")
    assert answer.status_code == 422
    assert "Be en administrator registrere deg." in answer.text
    assert send(as_ute).status_code == 422
    assert questions(session) == []


def test_who_is_not_in_the_audience_may_ask_but_was_not_to_be_informed(as_dina, session):
    publish(session, "lab", "1.0", date(2025, 1, 1))
    roll_out(session, "lab", ["LAB"], starts=date(2025, 1, 1))
    session.commit()
    refused = send(as_dina, kind="not_informed", slug="lab")
    assert refused.status_code == 422
    assert "ikke rullet ut til deg" in refused.text
    assert send(as_dina, slug="lab").status_code == 303


def test_before_the_first_edition_is_in_force_nobody_asks(as_bjorn, session):
    publish(session, "lab", "1.0", TODAY + timedelta(days=1))
    session.commit()
    assert send(as_bjorn, slug="lab").status_code == 422
    assert questions(session) == []


# --- To whom ------------------------------------------------------------------------------------------------


def lead(app, key):
    return client_as(app, key).get("/guidelines/rus/question?kind=question").text


def test_the_form_names_the_unit_s_coordinator(app, rus):
    assert "Dette går til Chen Li, HMS-koordinator ved Laserlaben." in lead(app, "bjorn")


def test_where_the_role_is_vacant_it_goes_to_the_leader(app, rus):
    assert "Dette går til Olav Odden, leder for Verkstedet" in lead(app, "dina")


def test_where_neither_is_held_it_goes_to_the_unit_above(app, rus):
    assert "Dette går til Chen Li (HMS-koordinator), siden ingen er leder" in lead(app, "nils")


def test_where_nobody_holds_either_it_says_so(app, rus, session):
    for holding in session.scalars(select(RoleHolding).where(RoleHolding.role.in_(["unit_leader", "hse_coordinator"]))):
        holding.ends_on = TODAY
    session.commit()
    assert "Ingen er HMS-koordinator eller leder for Laserlaben nå." in lead(app, "bjorn")


# --- Afterwards ---------------------------------------------------------------------------------------------


@pytest.fixture
def asked(session: Session, rus) -> Question:
    made = operations.ask(
        session, rus.guideline, kind=QuestionKind.QUESTION, text="Gjelder det gjester?",
        by=load_actor(session, "bjorn", TODAY), at=NOW, on=TODAY,
    )  # fmt: skip
    session.commit()
    return made


def test_the_answer_is_shown_to_who_asked(as_bjorn, asked, session):
    operations.reply(
        session, asked, by=load_actor(session, "chen", TODAY), at=NOW + timedelta(hours=1), text=" Ja, alle. "
    )  # fmt: skip
    session.commit()
    page = as_bjorn.get(f"/my-questions/{asked.id}").text
    assert "Du har fått svar." in page
    assert "Chen Li svarte" in page
    assert "Ja, alle." in page
    assert "Les svaret" in as_bjorn.get("/guidelines/rus").text
    assert "Ja, alle." in as_bjorn.get("/my-record").text


def test_an_answer_needs_words_and_a_question_that_stands(asked, session):
    chen = load_actor(session, "chen", TODAY)
    with pytest.raises(Refusal):
        operations.reply(session, asked, by=chen, at=NOW, text="  ")
    operations.withdraw_question(session, asked, by=load_actor(session, "bjorn", TODAY), at=NOW)
    with pytest.raises(Conflict):
        operations.reply(session, asked, by=chen, at=NOW, text="Ja")
    assert session.scalars(select(Reply)).all() == []


def test_a_question_can_be_taken_back(as_bjorn, asked, session):
    answer = as_bjorn.post(f"/my-questions/{asked.id}/withdrawal", data={"submission": str(uuid4())})
    assert answer.status_code == 303
    [found] = questions(session)
    assert (found.withdrawn_at, found.withdrawn_by_id) == (NOW, person(session, "bjorn").id)
    assert "Du har trukket dette tilbake." in as_bjorn.get(answer.location).text
    assert "Gjelder det gjester?" not in as_bjorn.get("/").text
    assert "Trukket tilbake" in as_bjorn.get("/my-record").text


def test_somebody_else_s_question_is_not_theirs_to_see_or_withdraw(as_siri, as_chen, asked, session):
    for client in (as_siri, as_chen):
        assert client.get(f"/my-questions/{asked.id}").status_code == 404
        assert client.post(f"/my-questions/{asked.id}/withdrawal", data={}).status_code == 404
    assert questions(session)[0].withdrawn_at is None
    assert as_siri.get("/my-questions/999").status_code == 404


def test_saying_so_does_not_undo_what_the_unit_said(as_bjorn, rus, session):
    """The number is the rules' alone: the unit may correct itself."""
    confirm(session, "LAB", rus, date(2025, 12, 7), by="chen")
    session.commit()
    send(as_bjorn, kind="not_informed", text="Jeg var syk den dagen.")
    assert "så du regnes som informert" in as_bjorn.get("/guidelines/rus").text
