"""Findings and their actions, as they follow from what a round that was handed in says. Never commits."""

from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions import operations as actions
from hmswiki.actions.models import Action
from hmswiki.foundation import events
from hmswiki.foundation.errors import N_, Refusal
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.organisation.models import Person
from hmswiki.rounds import rules
from hmswiki.rounds.asked import AskedItem
from hmswiki.rounds.models import Finding, Round
from hmswiki.rounds.queries import Filled
from hmswiki.rounds.rules import Given


def conclude(session: Session, filled: Filled, *, by: Actor | None, at: datetime, reason: str | None) -> None:
    """Let the findings of the round be those that its answers raise, and close those that are mended.

    Worked out anew after each correction: what is as it was stays untouched. `reason`: of the correction.
    """
    round = filled.round
    known = {
        finding.item: finding
        for finding in session.scalars(
            select(Finding).where(Finding.round_id == round.id, Finding.withdrawn_at.is_(None))
        )
    }
    raised = {item.key: (item, answer) for item, answer in filled.raised}
    for key, finding in known.items():
        if key not in raised:
            finding.withdraw(by_id=_id(by), at=at, reason=reason)
    for key, (item, answer) in raised.items():
        old = known.get(key)
        on_the_spot = old is not None and rules.said_mended(filled.given, key, old.recorded_at)
        if old is None or _differs(old, answer, on_the_spot):
            _raise(session, round, item, answer, old, on_the_spot, by=by, at=at, reason=reason)
    _close_mended(filled, correcting=reason is not None)


def _id(by: Actor | None) -> int | None:
    return by.person_id if by else None


def _day(round: Round) -> date:
    assert round.done_on is not None, "findings are made when a round is handed in"
    return round.done_on


def _raise(
    session: Session, round: Round, item: AskedItem, answer: Given, old: Finding | None, on_the_spot: bool, *,
    by: Actor | None, at: datetime, reason: str | None,
) -> None:  # fmt: skip
    """A finding, in the place of `old` where that said something else; its action goes over to the new one.

    `on_the_spot`: what was mended of the old one is said by this round itself. What a later round found mended stays.
    """
    details = answer.details or {}
    mended = bool(details.get("mended"))
    finding = Finding(
        key=str(uuid4()), round_id=round.id, item=item.key, answer=answer.value or "", unit_id=round.unit_id,
        area_id=round.area_id, text=_text(answer), seriousness=details.get("seriousness"), found_on=_day(round),
        mended_on=_day(round) if mended else old.mended_on if old is not None and not on_the_spot else None,
        recorded_at=at, recorded_by_id=_id(by), action_id=old.action_id if old is not None else None,
    )  # fmt: skip
    if old is not None:
        old.withdraw(by_id=_id(by), at=at, reason=reason)
    session.add(finding)
    session.flush()
    planned = rules.planned(details)
    if planned is not None and finding.action_id is None:
        finding.action_id = _action(session, round, finding, planned, by=by, at=at).id
    events.announce(session, events.finding_raised, finding_id=finding.id, round_id=round.id, unit_id=finding.unit_id)


def _text(answer: Given) -> str | None:
    return (answer.details or {}).get("text") or answer.note


def _differs(finding: Finding, answer: Given, on_the_spot: bool) -> bool:
    details = answer.details or {}
    now = (answer.value, _text(answer), details.get("seriousness"), bool(details.get("mended")))
    if now != (finding.answer, finding.text, finding.seriousness, on_the_spot):
        return True
    return finding.action_id is None and rules.planned(details) is not None


def _action(
    session: Session, round: Round, finding: Finding, planned: rules.Planned, *, by: Actor | None, at: datetime
) -> Action:
    role = planned.role
    if planned.responsible is None and (role is None or (role is Role.AREA_OWNER and round.area is None)):
        role = Role.AREA_OWNER if round.area is not None else Role.UNIT_LEADER
    # What somebody said for themselves is told to others no further than they have worded what is to be done.
    text = finding.text if round.person_id is None else None
    return actions.raise_action(
        session, title=planned.title, text=text, unit=round.unit, area=round.area, due_on=planned.due_on,
        responsible=responsible(session, planned.responsible) if planned.responsible is not None else None,
        role=None if planned.responsible is not None else role,
        origin=f"finding:{finding.key}", by=by, at=at,
    )  # fmt: skip


def responsible(session: Session, external_key: str) -> Person:
    """The person whom an action is given to. Raises Refusal."""
    found = session.scalar(select(Person).where(Person.external_key == external_key))
    if found is None:
        raise Refusal(N_("Choose who is to do it from those that are offered."))
    return found


def _close_mended(filled: Filled, *, correcting: bool) -> None:
    """What this round found mended is mended since its day; corrected, it is open again."""
    day = _day(filled.round)
    said_mended = {one.finding for one in filled.given if one.value == rules.MENDED}
    for finding in filled.earlier:
        said = filled.still.get(finding.key)
        mended = said is not None and said.value == rules.MENDED
        if mended and finding.mended_on is None:
            finding.mended_on = day
        elif correcting and not mended and finding.mended_on == day and finding.key in said_mended:
            finding.mended_on = None
