"""Reads of rounds. `session` first; each makes a fixed number of selects."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from hmswiki.actions.models import Action
from hmswiki.checklists.models import ChecklistRecord
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.organisation.area_queries import among
from hmswiki.organisation.models import Area, Person, Unit, UnitSuccessor
from hmswiki.rounds import asked as asking
from hmswiki.rounds import rules
from hmswiki.rounds.asked import Asked
from hmswiki.rounds.models import Answer, Finding, Photo, Round, Signature
from hmswiki.rounds.rules import Given
from hmswiki.schedules.subjects import Subject

# --- One round ----------------------------------------------------------------------------------------------


def find(session: Session, key: str, *, hold: bool = False, share: bool = False) -> Round:
    """The round with that key, with its place and people. Raises NotFound. One select; held, two.

    `hold`: nobody else records in it until this transaction ends. `share`: nobody hands it in meanwhile.
    """
    # PostgreSQL keeps no such letter: it cannot even be asked for it.
    wanted = Round.key == key.replace("\0", "?")
    query = _whole().where(wanted)
    if hold or share:
        # Waited for alone: what is joined to a row that one waits for is as it was before the waiting.
        session.execute(select(Round.id).where(wanted).with_for_update(read=not hold))
        query = query.execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound(N_("There is no such round. It may have been started on another site, or the address is old."))
    return found


def _whole() -> Select[Round]:
    return select(Round).options(
        joinedload(Round.unit), joinedload(Round.area), joinedload(Round.person), joinedload(Round.checklist),
        joinedload(Round.started_by), joinedload(Round.handed_in_by),
    )  # fmt: skip


def asked_of(round: Round) -> Asked:
    """What the round asks. It never changes, so it is read once."""
    return read_asked(round.asked)


def read_asked(data: dict[str, Any]) -> Asked:
    """What many rounds ask is the same, and is read once."""
    return _read(json.dumps(data, ensure_ascii=False, sort_keys=True))


@lru_cache(maxsize=256)
def _read(data: str) -> Asked:
    return asking.from_data(json.loads(data))


@dataclass(frozen=True)
class Filled:
    """A round with all that has been answered in it. `names`: of those who answered, by id."""

    round: Round
    asked: Asked
    given: Sequence[Given]
    photos: Sequence[Photo]
    earlier: Sequence[Finding]
    """The last round's findings that this one asks about, "still so?"."""
    names: Mapping[int, str]

    @cached_property
    def answers(self) -> dict[str, Given]:
        """The answer that counts, by the item's key."""
        return rules.counting(self.given)

    @cached_property
    def still(self) -> dict[str, Given]:
        """The answer that counts, by the earlier finding's key."""
        return rules.counting_of_findings(self.given)

    @cached_property
    def photo_counts(self) -> dict[str, int]:
        return {item: len(photos) for item, photos in self.photos_by_item.items()}

    @cached_property
    def photos_by_item(self) -> dict[str, list[Photo]]:
        found: dict[str, list[Photo]] = {}
        for photo in self.photos:
            found.setdefault(photo.item, []).append(photo)
        return found

    @cached_property
    def shown(self) -> frozenset[str]:
        return rules.shown(self.asked, self.answers)

    @property
    def earlier_items(self) -> dict[str, str]:
        return {finding.key: finding.item for finding in self.earlier}

    @cached_property
    def carried(self) -> frozenset[str]:
        """The items whose earlier findings are still so."""
        return rules.carried_on(self.earlier_items, self.still)

    @cached_property
    def missing(self) -> list[rules.Missing]:
        # What was written on paper years ago does not know what was found since.
        earlier = {} if self.round.on_paper else self.earlier_items
        return rules.missing(self.asked, self.answers, self.photo_counts, earlier=earlier, still=self.still)

    @cached_property
    def raised(self) -> list[tuple[asking.AskedItem, Given]]:
        return rules.raised(self.asked, self.answers, carried=self.carried)


def filled(session: Session, round: Round) -> Filled:
    """Four selects."""
    given, names = _given(session, round)
    photos = session.scalars(
        select(Photo)
        .where(Photo.round_id == round.id, Photo.withdrawn_at.is_(None))
        .order_by(Photo.taken_at, Photo.key)
    ).all()
    return Filled(round, asked_of(round), given, photos, earlier_findings(session, round), names)


def _given(session: Session, round: Round) -> tuple[list[Given], dict[int, str]]:
    rows = session.execute(
        select(
            Answer.key, Answer.item, Answer.value, Answer.answered_at, Answer.recorded_at, Finding.key, Answer.note,
            Answer.finding, Answer.by_id, Answer.reason, Person.name,
        )
        .outerjoin(Finding, Finding.id == Answer.finding_id)
        .outerjoin(Person, Person.id == Answer.by_id)
        .where(Answer.round_id == round.id)
        .order_by(Answer.recorded_at, Answer.id)
    ).all()  # fmt: skip
    names = {row[8]: row[10] for row in rows if row[8] is not None}
    return [Given(*row[:10]) for row in rows], names


def mark_of_state(session: Session, round: Round) -> str:
    """Changes whenever somebody answers, takes a photo or takes one away, or hands the round in. One select."""
    answers = select(func.count(Answer.id)).where(Answer.round_id == round.id).scalar_subquery()
    photos = select(func.count(Photo.id)).where(Photo.round_id == round.id)
    row = session.execute(
        select(answers, photos.scalar_subquery(), photos.where(Photo.withdrawn_at.is_not(None)).scalar_subquery())
    ).one()
    ended = "in" if round.handed_in_at else "up" if round.abandoned_at else ""
    return "-".join([round.key, *map(str, row), ended])


def photo(session: Session, key: str) -> Photo:
    """Raises NotFound, also where it is withdrawn."""
    found = session.scalar(select(Photo).where(Photo.key == key.replace("\0", "?"), Photo.withdrawn_at.is_(None)))
    if found is None:
        raise NotFound(N_("There is no such photo. It may have been taken away."))
    return found


class TakenAway(NamedTuple):
    """A photo that was taken away after the round was handed in."""

    item: str
    at: datetime
    by: str | None


def photos_taken_away(session: Session, round: Round) -> list[TakenAway]:
    """What is gone from a round that had been handed in with it. One select."""
    rows = session.execute(
        select(Photo.item, Photo.withdrawn_at, Person.name)
        .outerjoin(Person, Person.id == Photo.withdrawn_by_id)
        .where(Photo.round_id == round.id, Photo.withdrawn_at >= round.handed_in_at)
        .order_by(Photo.withdrawn_at, Photo.id)
    )
    return [TakenAway(item, at, by) for item, at, by in rows if at is not None]


def signatures(session: Session, round: Round) -> Sequence[Signature]:
    """Those that stand, the first first, with who signed."""
    return session.scalars(
        select(Signature)
        .where(Signature.round_id == round.id, Signature.withdrawn_at.is_(None))
        .options(joinedload(Signature.person))
        .order_by(Signature.recorded_at, Signature.id)
    ).all()


# --- Findings -----------------------------------------------------------------------------------------------


def findings_of_round(session: Session, round: Round) -> Sequence[Finding]:
    """What it found and is not withdrawn, with actions. One select."""
    return session.scalars(
        select(Finding)
        .where(Finding.round_id == round.id, Finding.withdrawn_at.is_(None))
        .options(joinedload(Finding.action).joinedload(Action.responsible))
        .order_by(Finding.id)
    ).all()


def earlier_findings(session: Session, round: Round) -> Sequence[Finding]:
    """Findings of earlier rounds of the checklist in the same place, that were open when this one began.

    One that this round answers stays among them, also when it is closed by that.
    """
    answered = select(Answer.finding_id).where(Answer.round_id == round.id, Answer.finding_id.is_not(None))
    known = Finding.recorded_at <= round.started_at
    if round.on_paper:
        known = and_(known, Finding.found_on <= round.done_on)
    still_open = and_(Finding.mended_on.is_(None), Finding.withdrawn_at.is_(None), known)
    if round.handed_in_at is not None or round.abandoned_at is not None:
        which: ColumnElement[bool] = Finding.id.in_(answered)
    else:
        which = or_(still_open, Finding.id.in_(answered))
    return session.scalars(
        _at(select(Finding), round.checklist_id, round.unit_id, round.area_id, round.person_id)
        .where(Finding.round_id != round.id, which)
        .options(joinedload(Finding.action), joinedload(Finding.round))
        .order_by(Finding.found_on, Finding.id)
    ).all()


def last_findings(
    session: Session, checklist: ChecklistRecord, *, unit: Unit, area: Area | None = None, person: Person | None = None
) -> Sequence[Finding]:
    """The open findings of earlier rounds of the checklist there, which the next one asks about."""
    return session.scalars(
        _at(
            select(Finding), checklist.id, unit.id, area.id if area else None, person.id if person else None
        )
        .where(Finding.mended_on.is_(None), Finding.withdrawn_at.is_(None))
        .options(joinedload(Finding.round))
        .order_by(Finding.found_on, Finding.id)
    ).all()  # fmt: skip


def _at(
    query: Select[Any], checklist_id: int, unit_id: int, area_id: int | None, person_id: int | None
) -> Select[Any]:  # fmt: skip
    """Of the same checklist, in the same place. An area keeps its findings whatever unit it is given to, and a unit
    takes over those of the units that it carries on from."""
    query = query.join(Round, Round.id == Finding.round_id).where(Round.checklist_id == checklist_id)
    query = query.where(Round.person_id.is_(None) if person_id is None else Round.person_id == person_id)
    if area_id is not None:
        return query.where(Finding.area_id == area_id)
    return query.where(Finding.area_id.is_(None), Finding.unit_id.in_(_carried_on_by(unit_id)))


def _carried_on_by(unit_id: int) -> Select[int]:
    """The unit's id, and those of the units before it, however many reorganisations ago."""
    before = select(Unit.id.label("id")).where(Unit.id == unit_id).cte("carried_on", recursive=True)
    before = before.union(select(UnitSuccessor.unit_id).where(UnitSuccessor.successor_id == before.c.id))
    return select(before.c.id)


def open_findings_of_area(session: Session, area: Area) -> Sequence[Finding]:
    """What is still so in the area itself, the oldest first, with their rounds and actions."""
    return _findings(session, Finding.area_id == area.id, Finding.mended_on.is_(None))


def open_findings_of_unit(session: Session, unit: Unit) -> Sequence[Finding]:
    """What is still so in the unit, its areas included, the oldest first."""
    return _findings(session, Finding.unit_id == unit.id, Finding.mended_on.is_(None))


def count_open_findings(session: Session, unit: Unit) -> int:
    """Deviations of the unit and of those beneath that are still so; not what people said for themselves."""
    return session.scalar(
        select(func.count(Finding.id))
        .join(Unit, Unit.id == Finding.unit_id)
        .join(Round, Round.id == Finding.round_id)
        .where(
            Round.person_id.is_(None), Unit.path.startswith(unit.path, autoescape=True), Finding.mended_on.is_(None),
            Finding.withdrawn_at.is_(None),
        )
    ) or 0  # fmt: skip


def _findings(session: Session, *where: ColumnElement[bool]) -> Sequence[Finding]:
    """Without what people said for themselves: that is told only gathered."""
    return session.scalars(
        select(Finding)
        .join(Round, Round.id == Finding.round_id)
        .where(Finding.withdrawn_at.is_(None), Round.person_id.is_(None), *where)
        .options(
            joinedload(Finding.round).joinedload(Round.checklist), joinedload(Finding.action),
            joinedload(Finding.unit), joinedload(Finding.area),
        )
        .order_by(Finding.found_on, Finding.id)
    ).all()  # fmt: skip


# --- For schedules ------------------------------------------------------------------------------------------


def slot(schedule_id: int, occurrence: str, subject_slot: str) -> str:
    """A schedule's occurrence for one subject, in one: what has one round at most."""
    return f"{schedule_id}|{occurrence}|{subject_slot}"


class DoneRound(NamedTuple):
    """A round that was handed in, and the day it was done."""

    key: str
    done_on: date


class RunningRound(NamedTuple):
    """A round that was begun and not handed in."""

    key: str
    started_at: datetime


Occasion = tuple[int, str, str]
"""Schedule, occurrence and the subject's slot."""


def done(
    session: Session, schedule_ids: Collection[int], *, subjects: Sequence[Subject] | None = None
) -> dict[Occasion, DoneRound]:
    """What was handed in for the schedules. One select, which reads little where it is about few `subjects`."""
    rows = session.execute(
        select(Round.slot, Round.key, Round.done_on).where(
            Round.schedule_id.in_(schedule_ids), Round.handed_in_at.is_not(None), Round.abandoned_at.is_(None),
            _about(subjects),
        )
    )  # fmt: skip
    return {_occasion(slot): DoneRound(key, done_on) for slot, key, done_on in rows if slot and done_on}


def running(
    session: Session, schedule_ids: Collection[int], *, subjects: Sequence[Subject] | None = None
) -> dict[Occasion, RunningRound]:
    """What was begun for the schedules and is not handed in. One select, as of `done`."""
    rows = session.execute(
        select(Round.slot, Round.key, Round.started_at).where(
            Round.schedule_id.in_(schedule_ids), Round.handed_in_at.is_(None), Round.abandoned_at.is_(None),
            _about(subjects),
        )
    )  # fmt: skip
    return {_occasion(slot): RunningRound(key, started_at) for slot, key, started_at in rows if slot}


def _about(subjects: Sequence[Subject] | None) -> ColumnElement[bool]:
    """SQL: the round is of one of the subjects, which are all of one kind; any round, where they are very many."""
    for column in (Round.unit_id, Round.area_id, Round.person_id):
        ids = [id for one in subjects or () if (id := one.ids[column.key]) is not None]
        if ids:
            return among(column, ids)
    return true()


def _occasion(slot: str) -> Occasion:
    schedule_id, rest = slot.split("|", 1)
    occurrence, subject = rest.rsplit("|", 1)
    return int(schedule_id), occurrence, subject
