"""Reads of what came of points: proposals with how they stand, and actions. `session` first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from hmswiki.actions import queries as action_queries
from hmswiki.actions.models import Action
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.guidelines.models import Draft, DraftState, Edition, Guideline
from hmswiki.notes.models import Point
from hmswiki.outcomes.models import Proposal, ProposalAnswer
from hmswiki.workshops.models import Group, Workshop

ORIGIN = "point:"
"""Begins the origin of an action that a point became; the point's key follows."""


class ProposalState(StrEnum):
    WAITING = "waiting"
    """No editor has answered, or the draft it was taken up in was given up."""
    TAKEN_UP = "taken_up"
    """In a draft."""
    PUBLISHED = "published"
    TURNED_DOWN = "turned_down"


@dataclass(frozen=True)
class Standing:
    """How a proposal stands. `edition` is the one that it became part of, `draft` the one that holds it."""

    proposal: Proposal
    state: ProposalState
    groups: tuple[int, ...]
    """The numbers of the groups whose points it stands on."""
    draft: Draft | None = None
    edition: Edition | None = None
    answer: ProposalAnswer | None = None


def proposal(session: Session, key: str) -> Proposal:
    """The proposal with `key`. Raises NotFound for none, and for one that was withdrawn."""
    found = None
    if "\0" not in key:
        found = session.scalar(_with_all().where(Proposal.key == key, Proposal.withdrawn_at.is_(None)))
    if found is None:
        raise NotFound(N_("There is no such proposal. It may have been withdrawn."))
    return found


def of_workshop(session: Session, workshop: Workshop) -> list[Standing]:
    """The workshop's proposals, oldest first, with how they stand."""
    return standings(session, session.scalars(_live().where(Proposal.workshop_id == workshop.id)).all())


def something_came_of(session: Session, workshop: Workshop) -> bool:
    """Has a point of the workshop become an action, or does a proposal stand on it?"""
    proposed = select(Proposal.id).where(Proposal.workshop_id == workshop.id, Proposal.withdrawn_at.is_(None))
    acted = (
        select(Action.id)
        .join(Point, Action.origin == ORIGIN + Point.key)
        .join(Group, Point.group_id == Group.id)
        .where(Group.workshop_id == workshop.id)
    )
    return bool(session.scalar(select(or_(proposed.exists(), acted.exists()))))


def of_guideline(session: Session, guideline: Guideline) -> list[Standing]:
    """What workshops propose in the guideline, oldest first, with how it stands."""
    return standings(session, session.scalars(_live().where(Proposal.guideline_id == guideline.id)).all())


def all_of_them(session: Session) -> list[Standing]:
    """All that workshops propose, oldest first, with how it stands."""
    return standings(session, session.scalars(_live()).all())


def standings(session: Session, proposals: Sequence[Proposal]) -> list[Standing]:
    """How each of them stands. Two selects, however many."""
    ids = [one.id for one in proposals]
    answers = {
        one.proposal_id: one
        for one in session.scalars(
            select(ProposalAnswer)
            .options(joinedload(ProposalAnswer.draft))
            .where(ProposalAnswer.proposal_id.in_(ids), ProposalAnswer.withdrawn_at.is_(None))
            .order_by(ProposalAnswer.id)
        )
    }
    wanted = [one.draft.edition_id for one in answers.values() if one.draft is not None and one.draft.edition_id]
    editions = {one.id: one for one in session.scalars(select(Edition).where(Edition.id.in_(wanted)))}
    return [_standing(one, answers.get(one.id), editions) for one in proposals]


def standing(session: Session, found: Proposal) -> Standing:
    """How the one proposal stands."""
    return standings(session, [found])[0]


def _standing(found: Proposal, answer: ProposalAnswer | None, editions: dict[int, Edition]) -> Standing:
    groups = tuple(sorted({point.group.number for point in found.points}))
    draft = answer.draft if answer is not None else None
    if answer is None or (draft is not None and draft.state == DraftState.DISCARDED):
        return Standing(found, ProposalState.WAITING, groups)
    if draft is None:
        return Standing(found, ProposalState.TURNED_DOWN, groups, answer=answer)
    if draft.state == DraftState.PUBLISHED:
        edition = editions.get(draft.edition_id or 0)
        return Standing(found, ProposalState.PUBLISHED, groups, draft, edition, answer)
    return Standing(found, ProposalState.TAKEN_UP, groups, draft, answer=answer)


def actions_of(session: Session, points: Collection[Point]) -> dict[str, tuple[Action, ...]]:
    """The actions that each point became, by the point's key; one that became none has no entry."""
    found = action_queries.by_origin(session, [ORIGIN + point.key for point in points])
    return {origin.removeprefix(ORIGIN): actions for origin, actions in found.items()}


def actions_of_workshop(session: Session, workshop: Workshop) -> list[tuple[Point, Action]]:
    """The actions that the workshop's points became, oldest first."""
    rows = session.execute(
        select(Point, Action)
        .join(Group, Point.group_id == Group.id)
        .join(Action, Action.origin == ORIGIN + Point.key)
        .options(
            joinedload(Point.group), joinedload(Action.unit), joinedload(Action.responsible), joinedload(Action.area)
        )
        .where(Group.workshop_id == workshop.id)
        .order_by(Action.raised_at, Action.id)
    )  # fmt: skip
    return [(point, action) for point, action in rows]


def point_of_action(session: Session, action: Action) -> Point | None:
    """The point that became the action, with its workshop; None for an action from elsewhere."""
    if not (action.origin or "").startswith(ORIGIN):
        return None
    return session.scalar(
        select(Point)
        .options(joinedload(Point.group).joinedload(Group.workshop))
        .where(Point.key == str(action.origin).removeprefix(ORIGIN))
    )


def points_of(session: Session, workshop: Workshop, keys: Collection[str]) -> list[Point]:
    """The workshop's points with those keys, in the order in which they were made; unknown ones are left out."""
    return list(
        session.scalars(
            select(Point)
            .join(Group, Point.group_id == Group.id)
            .options(joinedload(Point.group), joinedload(Point.prompt), joinedload(Point.task))
            .where(Group.workshop_id == workshop.id, Point.key.in_([key for key in keys if "\0" not in key]))
            .order_by(Point.id)
        )
    )


def _with_all() -> Select[Proposal]:
    return select(Proposal).options(
        joinedload(Proposal.workshop).joinedload(Workshop.unit),
        joinedload(Proposal.guideline),
        selectinload(Proposal.points).joinedload(Point.group),
    )


def _live() -> Select[Proposal]:
    return _with_all().where(Proposal.withdrawn_at.is_(None)).order_by(Proposal.recorded_at, Proposal.id)
