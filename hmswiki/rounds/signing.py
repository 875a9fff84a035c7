"""Signing a round that was handed in, in the roles that its checklist asks for. Never commits."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload

from hmswiki.checklists.models import ChecklistEdition
from hmswiki.foundation.errors import N_, Conflict, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Actor, Places, Role
from hmswiki.rounds import queries
from hmswiki.rounds.models import Round, Signature

ASKED_FOR = timedelta(days=365)
"""So long a round waits for those who sign it: whoever takes over a role is not asked about all years before."""


def waiting(session: Session, actor: Actor, *, today: date) -> Sequence[Round]:
    """Rounds of the units in which the person holds a role that has not signed yet, the oldest first."""
    held = {(holding.unit_id, holding.role) for holding in actor.holdings}
    if not held:
        return []
    found = session.execute(
        select(Round.id, Round.edition_id).where(
            Round.person_id.is_(None), Round.handed_in_at.is_not(None), Round.abandoned_at.is_(None),
            Round.done_on > today - ASKED_FOR, Round.unit_id.in_({unit_id for unit_id, _role in held}),
        )
    ).all()  # fmt: skip
    editions = session.execute(
        select(ChecklistEdition.id, ChecklistEdition.content).where(ChecklistEdition.id.in_({row[1] for row in found}))
    )
    asked = {id: set(content.get("co_signed_by") or ()) for id, content in editions}
    ids = {id for id, edition_id in found if asked.get(edition_id)}
    if not ids:
        return []
    rounds = session.scalars(
        select(Round)
        .where(Round.id.in_(ids))
        .options(defer(Round.asked), joinedload(Round.unit), joinedload(Round.area), joinedload(Round.edition))
        .order_by(Round.done_on, Round.id)
    ).all()
    signed = {
        (round_id, role)
        for round_id, role in session.execute(
            select(Signature.round_id, Signature.role).where(
                Signature.round_id.in_(ids), Signature.withdrawn_at.is_(None)
            )
        )
    }
    return [
        one for one in rounds
        if any(
            unit_id == one.unit_id and role in asked[one.edition_id] and (one.id, role) not in signed
            for unit_id, role in held
        )
    ]  # fmt: skip


def may_sign(session: Session, round: Round, actor: Actor, role: Role) -> bool:
    """Whether the person holds the role in the unit, or above it; an area's owner and deputy are its area owner."""
    if actor.holds({role}, round.unit):
        return True
    return role is Role.AREA_OWNER and round.area is not None and actor.has_duty(Places((round.area.path,)))


def co_sign(session: Session, key: str, role: str, *, by: Actor, at: datetime) -> Signature:
    """Sign the round as it stands now. Raises NotAllowed, Conflict, Refusal."""
    round = queries.find(session, key, hold=True)
    if round.handed_in_at is None:
        raise Conflict(N_("The round is not handed in yet. It is signed when it is finished."))
    if role not in queries.asked_of(round).co_signed_by:
        raise Refusal(N_("The checklist does not ask for this signature."))
    if not may_sign(session, round, by, Role(role)):
        raise NotAllowed(N_("This is signed by whoever holds the role in the unit."))
    if any(one.person_id == by.person_id and one.role == role for one in queries.signatures(session, round)):
        raise Conflict(N_("You have signed this already. Nothing more is recorded."))
    signature = Signature(
        round_id=round.id, role=Role(role), person_id=by.person_id, recorded_at=at, recorded_by_id=by.person_id
    )
    session.add(signature)
    session.flush()
    return signature


def withdraw(session: Session, key: str, signature_id: int, *, by: Actor, at: datetime) -> None:
    """Take back one's own signature."""
    round = queries.find(session, key, hold=True)
    found = session.scalar(select(Signature).where(Signature.id == signature_id, Signature.round_id == round.id))
    if found is None:
        raise NotFound(N_("There is no such signature on this round."))
    if found.person_id != by.person_id:
        raise NotAllowed(N_("Only whoever signed can take the signature back."))
    found.withdraw(by_id=by.person_id, at=at, reason=None)
    session.flush()
