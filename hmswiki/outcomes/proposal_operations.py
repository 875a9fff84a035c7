"""What a point becomes: an action, or a proposal to a guideline, which an editor takes up or turns down. Never commits.

Who organises the workshop decides what its points become, and in which units: the one that holds it, and those beneath.
Editors answer proposals.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions import operations as actions
from hmswiki.actions.models import Action
from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.permissions import Actor, Permission, Role, demand
from hmswiki.guidelines import operations as guidelines
from hmswiki.guidelines.models import Draft, Guideline
from hmswiki.notes.models import Point
from hmswiki.organisation.models import Person, Unit
from hmswiki.outcomes.models import Proposal, ProposalAnswer
from hmswiki.outcomes.proposal_queries import ORIGIN, ProposalState, of_workshop, standing
from hmswiki.workshops.models import Workshop
from hmswiki.workshops.operations import beat

MAX_TEXT = 3_000
MAX_POINTS = 200


def make_action(
    session: Session,
    point: Point,
    *,
    title: str,
    unit: Unit,
    due_on: date,
    by: Actor | None,
    at: datetime,
    today: date | None = None,
    text: str | None = None,
    responsible: Person | None = None,
    role: Role | None = None,
) -> Action:
    """A point becomes an action in the workshop's unit, or one beneath it. Raises Refusal, as `raise_action` does."""
    workshop = point.group.workshop
    _demand_organising(by, workshop)
    if not unit.path.startswith(workshop.unit.path):
        raise Refusal(
            N_("%(unit)s is not beneath %(holder)s, which holds the workshop. Choose a unit that is."),
            field="unit", unit=unit.name, holder=workshop.unit.name,
        )  # fmt: skip
    beat(session, workshop)
    return actions.raise_action(
        session, title=title, text=text, unit=unit, due_on=due_on, responsible=responsible, role=role,
        origin=ORIGIN + point.key, by=by, at=at, today=today,
    )  # fmt: skip


def propose(
    session: Session,
    workshop: Workshop,
    *,
    guideline: Guideline,
    text: str,
    points: Sequence[Point],
    by: Actor | None,
    at: datetime,
    key: str | None = None,
) -> Proposal:
    """Propose a change in the guideline, on those points of the workshop. Raises Refusal."""
    _demand_organising(by, workshop)
    text = " ".join(text.split())
    if not text:
        raise Refusal(
            N_("Write what should change, so that an editor understands it without the points."), field="text"
        )
    _check_length(text, "text")
    if not points:
        raise Refusal(N_("Choose at least one point that the proposal stands on."), field="points")
    if len(points) > MAX_POINTS:
        raise Refusal(N_("Choose at most %(limit)s points."), field="points", limit=MAX_POINTS)
    if any(point.group.workshop_id != workshop.id for point in points):
        raise Refusal(N_("One of the points is from another workshop. Choose among this one's."), field="points")
    made = Proposal(
        key=key or str(uuid4()), workshop_id=workshop.id, guideline_id=guideline.id, text=text, points=list(points),
        recorded_at=at, recorded_by_id=by.person_id if by else None,
    )  # fmt: skip
    session.add(made)
    beat(session, workshop)
    return made


def withdraw(session: Session, proposal: Proposal, *, by: Actor | None, at: datetime) -> None:
    """Take a proposal back that no editor has taken up. Raises Conflict."""
    _demand_organising(by, proposal.workshop)
    _lock(session, proposal)
    if standing(session, proposal).state in (ProposalState.TAKEN_UP, ProposalState.PUBLISHED):
        raise Conflict(N_("An editor has taken the proposal up already, so it stays. Talk to the editor."))
    proposal.withdraw(by_id=by.person_id if by else None, at=at, reason=None)
    beat(session, proposal.workshop)


# --- What editors answer ------------------------------------------------------------------------------------


def take_up(
    session: Session, proposal: Proposal, draft: Draft, *, credit: Mapping[str, str], by: Actor | None, at: datetime
) -> None:
    """Take the proposal up in a draft of its guideline.

    `credit` says by language where the change came from; it ends the edition's summary when that is published.
    Raises Conflict where another editor has answered, and where the draft is no longer written.
    """
    _demand_editing(by)
    _lock(session, proposal)
    now = standing(session, proposal)
    if now.state is ProposalState.TAKEN_UP and now.draft is not None and now.draft.id == draft.id:
        return
    if now.state is not ProposalState.WAITING:
        raise Conflict(N_("Somebody has answered this proposal already. Open it again to see what was said."))
    if draft.guideline_id != proposal.guideline_id or draft.adds_language is not None:
        raise Refusal(N_("The draft is not of the next edition of the guideline that the proposal is about."))
    guidelines.credit(session, draft, sentence=credit)
    _answer(session, proposal, draft, None, by, at)


def turn_down(session: Session, proposal: Proposal, *, reason: str, by: Actor | None, at: datetime) -> None:
    """Say why the proposal is not taken up; those who took part can read it. Raises Refusal."""
    _demand_editing(by)
    reason = reason.strip()
    if not reason:
        raise Refusal(N_("Say why: those who took part can read it."), field="reason")
    _check_length(reason, "reason")
    _lock(session, proposal)
    if standing(session, proposal).state is not ProposalState.WAITING:
        raise Conflict(N_("Somebody has answered this proposal already. Open it again to see what was said."))
    _answer(session, proposal, None, reason, by, at)


def take_answer_back(
    session: Session, proposal: Proposal, *, credit: Mapping[str, str], by: Actor | None, at: datetime
) -> None:
    """Let the proposal wait again; `credit` leaves the draft, unless the same groups have another proposal in it.

    Raises Conflict once the edition is published.
    """
    _demand_editing(by)
    _lock(session, proposal)
    now = standing(session, proposal)
    if now.state is ProposalState.PUBLISHED:
        raise Conflict(N_("The edition is published, and what is published stays. Change it in the next edition."))
    if now.answer is None:
        return
    draft = now.draft
    if draft is not None and not any(
        other.proposal.id != proposal.id and other.groups == now.groups and other.draft is draft
        for other in of_workshop(session, proposal.workshop)
        if other.state is ProposalState.TAKEN_UP
    ):
        guidelines.take_credit_back(session, draft, sentence=credit)
    now.answer.withdraw(by_id=by.person_id if by else None, at=at, reason=None)
    beat(session, proposal.workshop)


def _answer(
    session: Session, proposal: Proposal, draft: Draft | None, reason: str | None, by: Actor | None, at: datetime
) -> None:
    earlier = session.scalars(
        select(ProposalAnswer).where(
            ProposalAnswer.proposal_id == proposal.id, ProposalAnswer.withdrawn_at.is_(None)
        )
    )  # fmt: skip
    for one in earlier:  # in a draft that was given up
        one.withdraw(by_id=by.person_id if by else None, at=at, reason=None)
    session.add(
        ProposalAnswer(
            proposal_id=proposal.id, draft_id=draft.id if draft else None, reason=reason, recorded_at=at,
            recorded_by_id=by.person_id if by else None,
        )
    )  # fmt: skip
    beat(session, proposal.workshop)


def _demand_organising(by: Actor | None, workshop: Workshop) -> None:
    if by is not None:
        demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)


def _demand_editing(by: Actor | None) -> None:
    if by is not None:
        demand(by, Permission.EDIT_GUIDELINES)


def _check_length(text: str, field: str) -> None:
    if len(text) > MAX_TEXT:
        raise Refusal(
            N_("This is %(length)s characters, and the limit is %(limit)s. Shorten it."),
            field=field, length=len(text), limit=MAX_TEXT,
        )  # fmt: skip


def _lock(session: Session, proposal: Proposal) -> None:
    """Two who answer at the same moment: the second waits, and sees what the first said."""
    session.execute(select(Proposal.id).where(Proposal.id == proposal.id).with_for_update())
