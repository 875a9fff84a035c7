"""Reads of many rounds, for lists and panels. `session` first; each makes a fixed number of selects."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from hmswiki.checklists.models import ChecklistEdition, ChecklistRecord
from hmswiki.foundation.errors import NotFound
from hmswiki.foundation.permissions import Actor
from hmswiki.organisation.models import Area, Unit
from hmswiki.organisation.register import NOT_SO_MANY_PAGES, Page
from hmswiki.rounds.models import Finding, Round

PAGE_SIZE = 50


class State(StrEnum):
    RUNNING = "running"
    HANDED_IN = "handed-in"
    ABANDONED = "given-up"


@dataclass(frozen=True)
class Listed:
    """A round in a list, and how many findings it has: all, and those that are still so."""

    round: Round
    findings: int
    open_findings: int


def of_unit(unit: Unit) -> ColumnElement[bool]:
    """SQL: the round is of the unit or of one beneath it, and of nobody for themselves: such a round is theirs."""
    within = Round.unit_id.in_(select(Unit.id).where(Unit.path.startswith(unit.path, autoescape=True)))
    return and_(within, Round.person_id.is_(None))


def of_area(area: Area) -> ColumnElement[bool]:
    """SQL: the round was in the area or in one within it, and is of nobody for themselves."""
    within = Round.area_id.in_(select(Area.id).where(Area.path.startswith(area.path, autoescape=True)))
    return and_(within, Round.person_id.is_(None))


def of_person(actor: Actor) -> ColumnElement[bool]:
    """SQL: the person has begun it, handed it in or is asked in it, or answers for its area or its unit."""
    mine = [Round.started_by_id == actor.person_id, Round.handed_in_by_id == actor.person_id]
    mine.append(Round.person_id == actor.person_id)
    units = {held.unit_id for held in actor.holdings}
    if units:
        mine.append(and_(Round.unit_id.in_(units), Round.person_id.is_(None)))
    if actor.duties:
        within = [Area.path.startswith(duty, autoescape=True) for duty in actor.duties]
        theirs = Round.area_id.in_(select(Area.id).where(or_(*within)))
        mine.append(and_(theirs, Round.person_id.is_(None)))
    return or_(*mine)


def of_everybody() -> ColumnElement[bool]:
    """SQL: the rounds of all units and areas, for whoever may see them everywhere. People's own are theirs."""
    return Round.person_id.is_(None)


def in_state(state: State) -> ColumnElement[bool]:
    match state:
        case State.ABANDONED:
            return Round.abandoned_at.is_not(None)
        case State.HANDED_IN:
            return and_(Round.abandoned_at.is_(None), Round.handed_in_at.is_not(None))
    return and_(Round.abandoned_at.is_(None), Round.handed_in_at.is_(None))


def listed(
    session: Session, *where: ColumnElement[bool], page: int = 1, size: int = PAGE_SIZE
) -> Page[Listed]:  # fmt: skip
    """Rounds, those that run first and then the latest. Three selects. Raises NotFound beyond the last page."""
    total = session.scalar(select(func.count(Round.id)).where(*where)) or 0
    if page > 1 and (page - 1) * size >= total:
        raise NotFound(NOT_SO_MANY_PAGES)
    rounds = session.scalars(
        _with_place(select(Round).where(*where))
        .order_by(Round.handed_in_at.is_not(None), Round.done_on.desc(), Round.started_at.desc(), Round.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    counts = finding_counts(session, [round.id for round in rounds])
    return Page([Listed(round, *counts.get(round.id, (0, 0))) for round in rounds], page, total, size)


def _with_place(query: Select[Round]) -> Select[Round]:
    return query.options(
        joinedload(Round.unit), joinedload(Round.area), joinedload(Round.person), joinedload(Round.checklist),
        joinedload(Round.started_by), joinedload(Round.handed_in_by), joinedload(Round.edition).load_only(
            ChecklistEdition.title, ChecklistEdition.major, ChecklistEdition.minor
        ),
    )  # fmt: skip


def finding_counts(session: Session, round_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """For each round with findings: how many, and how many are still so. One select."""
    rows = session.execute(
        select(Finding.round_id, func.count(Finding.id), func.count(Finding.id).filter(Finding.mended_on.is_(None)))
        .where(Finding.round_id.in_(round_ids), Finding.withdrawn_at.is_(None))
        .group_by(Finding.round_id)
    )
    return {id: (count, still) for id, count, still in rows}


def running_at(session: Session, *, area: Area | None = None, unit: Unit | None = None) -> Sequence[Round]:
    """What runs in the area itself, or in the unit itself."""
    where = Round.area_id == area.id if area is not None else Round.unit_id == unit.id if unit is not None else false()
    query = _with_place(select(Round).where(where, Round.person_id.is_(None), in_state(State.RUNNING)))
    return session.scalars(query.order_by(Round.started_at, Round.id)).all()


def last_at(session: Session, area: Area, count: int) -> Sequence[Listed]:
    """The last rounds that were handed in in the area itself. Two selects."""
    here = and_(Round.area_id == area.id, Round.person_id.is_(None))
    return listed(session, here, in_state(State.HANDED_IN), size=count).rows


def checklists_used(session: Session, where: ColumnElement[bool]) -> Sequence[str]:
    """The keys of the checklists of these rounds."""
    return session.scalars(
        select(ChecklistRecord.key).where(ChecklistRecord.id.in_(select(Round.checklist_id).where(where)))
        .order_by(ChecklistRecord.key)
    ).all()  # fmt: skip
