"""What points become: actions, and proposals that editors take up, turn down, or let wait."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hmswiki.actions.models import Action
from hmswiki.foundation import clock
from hmswiki.foundation.errors import Conflict, NotAllowed, Refusal
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines import operations as guidelines
from hmswiki.organisation import queries as organisation
from hmswiki.outcomes import proposal_operations as operations
from hmswiki.outcomes import proposal_queries as queries
from hmswiki.outcomes.afterwards_pages import snapshot
from hmswiki.outcomes.models import Proposal
from hmswiki.outcomes.proposal_queries import ProposalState
from hmswiki.outcomes.publication_operations import publish, take_down
from tests.cast import today
from tests.conftest import client_as
from tests.outcomes.makers import Held, by, guideline, held, proposed

CREDIT = {"nb": "Fra arbeidsmøtet, gruppe 2 og 5.", "en": "From the workshop, groups 2 and 5."}


def take_up(session: Session, proposal: Proposal) -> None:
    draft = guidelines.start_edition(session, proposal.guideline, by=by(session, "frida"), at=clock.now())
    operations.take_up(session, proposal, draft, credit=CREDIT, by=by(session, "frida"), at=clock.now())


def state_of(session: Session, proposal: Proposal) -> ProposalState:
    return queries.standing(session, proposal).state


# --- Actions ------------------------------------------------------------------------------------------------


def act(session: Session, found: Held, unit: str = "LAB", who: str = "hanne") -> Action:
    return operations.make_action(
        session, found.points[0], title="Send datoen til studentene", unit=organisation.unit(session, unit),
        due_on=today() + timedelta(days=9), role=Role.HSE_COORDINATOR, by=by(session, who), at=clock.now(),
        today=today(),
    )  # fmt: skip


def test_a_point_becomes_an_action_that_knows_where_it_came_from(session: Session) -> None:
    found = held(session)
    action = act(session, found)
    assert queries.point_of_action(session, action) is found.points[0]
    assert queries.actions_of_workshop(session, found.workshop) == [(found.points[0], action)]
    assert queries.actions_of(session, found.points) == {found.points[0].key: (action,)}


def test_who_organises_nothing_there_makes_no_action(session: Session) -> None:
    found = held(session)
    with pytest.raises(NotAllowed):
        act(session, found, who="astrid")


def test_an_action_stays_within_the_unit_that_holds_the_workshop(session: Session) -> None:
    found = held(session)
    found.workshop.unit = organisation.unit(session, "LAB")
    session.flush()
    assert act(session, found, unit="OPT", who="astrid").unit.code == "OPT"
    with pytest.raises(Refusal) as refused:
        act(session, found, unit="WRK", who="astrid")
    assert refused.value.field == "unit"


# --- Proposals ----------------------------------------------------------------------------------------------


def test_a_proposal_waits_until_an_editor_takes_it_up_and_its_edition_is_published(session: Session) -> None:
    proposal = proposed(session)
    assert state_of(session, proposal) is ProposalState.WAITING
    take_up(session, proposal)
    stands = queries.standing(session, proposal)
    assert (stands.state, stands.groups) == (ProposalState.TAKEN_UP, (2, 5))

    assert stands.draft is not None
    edition = guidelines.publish_edition(
        session, stands.draft, by=None, at=clock.now(), on=today(), today=today(), demands=False, approve_own=True
    )
    stands = queries.standing(session, proposal)
    assert (stands.state, stands.edition) == (ProposalState.PUBLISHED, edition)
    assert edition.summary == CREDIT
    with pytest.raises(Conflict):
        operations.take_answer_back(session, proposal, credit=CREDIT, by=None, at=clock.now())
    with pytest.raises(Conflict):
        operations.withdraw(session, proposal, by=by(session, "hanne"), at=clock.now())


def test_a_draft_that_is_given_up_lets_the_proposal_wait_again(session: Session) -> None:
    proposal = proposed(session)
    take_up(session, proposal)
    draft = queries.standing(session, proposal).draft
    assert draft is not None
    guidelines.discard_draft(session, draft, by=None, at=clock.now())
    assert state_of(session, proposal) is ProposalState.WAITING
    take_up(session, proposal)
    assert state_of(session, proposal) is ProposalState.TAKEN_UP


def test_what_was_taken_up_and_is_not_leaves_no_trace_in_the_summary(session: Session) -> None:
    proposal = proposed(session)
    take_up(session, proposal)
    take_up(session, proposal)  # a double click
    draft = queries.standing(session, proposal).draft
    assert draft is not None and draft.credits == [CREDIT]
    operations.take_answer_back(session, proposal, credit=CREDIT, by=by(session, "frida"), at=clock.now())
    assert (draft.credits, state_of(session, proposal)) == ([], ProposalState.WAITING)


def test_groups_that_proposed_twice_stay_in_the_summary_when_one_of_the_two_is_taken_back(session: Session) -> None:
    found = held(session)
    first = proposed(session, found)
    second = operations.propose(
        session, found.workshop, guideline=first.guideline, text="Varsle to uker før.", points=found.points[:2],
        by=by(session, "hanne"), at=clock.now(),
    )  # fmt: skip
    take_up(session, first)
    take_up(session, second)
    operations.take_answer_back(session, first, credit=CREDIT, by=by(session, "frida"), at=clock.now())
    draft = queries.standing(session, second).draft
    assert draft is not None and draft.credits == [CREDIT]


def test_two_editors_do_not_answer_the_same_proposal(session: Session) -> None:
    proposal = proposed(session)
    operations.turn_down(session, proposal, reason="Står der alt.", by=by(session, "frida"), at=clock.now())
    with pytest.raises(Conflict):
        take_up(session, proposal)
    with pytest.raises(Conflict):
        operations.turn_down(session, proposal, reason="Nei.", by=by(session, "frida"), at=clock.now())
    assert queries.standing(session, proposal).answer.reason == "Står der alt."  # type: ignore[union-attr]


@pytest.mark.parametrize("who", ["astrid", "gunnar", "bjorn"])
def test_only_the_organiser_proposes_and_only_an_editor_answers(session: Session, who: str) -> None:
    proposal = proposed(session)
    with pytest.raises(NotAllowed):
        operations.turn_down(session, proposal, reason="Nei.", by=by(session, who), at=clock.now())
    with pytest.raises(NotAllowed):
        operations.withdraw(session, proposal, by=by(session, who), at=clock.now())


def test_points_of_another_workshop_are_no_ground_for_a_proposal(session: Session) -> None:
    here, there = held(session), held(session)
    with pytest.raises(Refusal) as refused:
        operations.propose(
            session, here.workshop, guideline=guideline(session), text="Noe.", points=there.points,
            by=by(session, "hanne"), at=clock.now(),
        )  # fmt: skip
    assert refused.value.field == "points"


# --- Pages --------------------------------------------------------------------------------------------------


def test_from_a_point_to_what_everybody_can_see_became_of_it(app: Flask, session: Session) -> None:
    found = held(session)
    about, point = guideline(session), found.points[0]
    address = f"/workshops/{found.workshop.key}"
    forms = f"{address}/points/{point.key}/action", f"{address}/proposals/new"
    session.commit()
    hanne = client_as(app, "hanne")
    token = hanne.get(forms[0] + "?unit=LAB")
    assert "Studenter får datoen samtidig" in token.text  # what the group wrote stands above the form
    # and not in it: nobody has read it through yet
    assert "Studenter" not in token.text.partition('name="title"')[2].partition("</textarea>")[0]

    refused = hanne.post(forms[0] + "?unit=LAB", data={"title": "Send datoen", "due_on": "2001-01-01"})
    assert refused.status_code == 422 and "Send datoen" in refused.text
    made = hanne.post(
        forms[0] + "?unit=LAB",
        data={"title": "Send datoen", "due_on": str(today()), "responsible": "role:hse_coordinator"},
    )
    assert made.status_code == 303, made.text

    refused = hanne.post(forms[1], data={"text": "Skriv det.", "shown": [point.key], "guideline": about.slug})
    assert refused.status_code == 422 and point.text in refused.text
    made = hanne.post(
        forms[1], data={"text": "Skriv det.", "guideline": about.slug, "points": [point.key], "shown": [point.key]}
    )
    assert made.status_code == 303, made.text

    became = client_as(app, "dina").get(f"{address}/became").text
    assert "Send datoen" in became and "Skriv det." in became and "gruppe 2" in became
    assert "/actions/" not in became.partition("<main")[2]  # an action of Laser Lab is not hers to open


def test_an_editor_answers_from_the_proposals_page_and_the_draft_says_where_it_came_from(
    app: Flask, session: Session
) -> None:
    proposal = proposed(session)
    address = f"/proposals/{proposal.key}"
    session.commit()
    frida, bjorn = client_as(app, "frida"), client_as(app, "bjorn")
    assert "taking-up" in frida.get(address).text
    assert "taking-up" not in bjorn.get(address).text

    assert frida.post(f"{address}/turning-down", data={"reason": ""}).status_code == 422
    taken = frida.post(f"{address}/taking-up")
    assert taken.status_code == 303
    draft = frida.get(taken.headers["Location"]).text
    assert "gruppe 2 og 5." in draft and proposal.text in draft
    assert frida.post(f"{address}/taking-up").status_code == 303
    assert frida.post(f"{address}/waiting").status_code == 303
    assert "gruppe 2 og 5." not in frida.get(taken.headers["Location"]).text
    assert frida.post(f"{address}/turning-down", data={"reason": "Det står der alt."}).status_code == 303
    assert "Det står der alt." in bjorn.get(address).text


def test_what_a_proposal_stands_on_is_read_by_everybody_as_it_is_published_and_no_sooner(
    app: Flask, session: Session
) -> None:
    found = held(session)
    proposal = proposed(session, found)
    first, second = (point.text for point in proposal.points)
    session.commit()
    address = f"/proposals/{proposal.key}"
    frida, bjorn = client_as(app, "frida"), client_as(app, "bjorn")
    assert first in frida.get(address).text
    assert first not in bjorn.get(address).text

    proposal.points[0].public_text = "█████ får datoen"
    with app.app_context():
        ready = snapshot(session, found.workshop, language="nb", with_hidden=True)
    publish(session, found.workshop, ready, by=by(session, "hanne"), at=clock.now())
    session.commit()
    read = bjorn.get(address).text
    assert "█████ får datoen" in read and first not in read and second in read

    proposal.points[1].cleared_at = clock.now()
    session.commit()
    assert second not in bjorn.get(address).text and second not in frida.get(address).text

    take_down(session, found.workshop, 1, reason="Et navn sto igjen.", by=by(session, "hanne"), at=clock.now())
    session.commit()
    assert "█████ får datoen" not in bjorn.get(address).text


def test_an_editor_is_told_on_min_side_and_sees_the_words_beside_the_text(app: Flask, session: Session) -> None:
    proposal = proposed(session)
    session.commit()
    frida = client_as(app, "frida")
    assert proposal.text in frida.get("/").text
    assert proposal.text not in client_as(app, "bjorn").get("/").text
    draft = frida.post(f"/proposals/{proposal.key}/taking-up").headers["Location"]
    assert proposal.text in frida.get(f"{draft}/edit").text
    assert proposal.text not in frida.get("/").text
