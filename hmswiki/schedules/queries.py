"""Reads of schedules: which there are, their events, skips and handovers, who does it, and how it stands.

`session` first. Whom a schedule asks is worked out in `audience`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from hmswiki.checklists.models import ChecklistRecord
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.permissions import Role
from hmswiki.organisation import area_queries
from hmswiki.organisation.area_queries import among
from hmswiki.organisation.models import Employment, Person, RoleHolding
from hmswiki.schedules import audience
from hmswiki.schedules.audience import Named, Tree, names, subjects, tree, units_reached
from hmswiki.schedules.models import Audience, Handover, ScheduleEvent, ScheduleRecord, ScheduleUnit, Skip
from hmswiki.schedules.recurrence import (
    SOON,
    AnySchedule,
    Event,
    OccurrenceStanding,
    Standing,
    standing,
    standing_of,
)
from hmswiki.schedules.subjects import Subject
from hmswiki.schedules.terms import EVENT, end_of, recurrence_of

__all__ = [
    "Named", "Slot", "Subject", "Tree", "events_of", "every_schedule", "handovers", "live", "names", "recurrence_of",
    "schedule", "skips", "standings", "subjects", "tree", "units_reached", "who_does",
]  # fmt: skip

UNIT_ROLES = (Role.UNIT_LEADER, Role.HSE_COORDINATOR)
"""Who does a unit's round where the schedule names no role."""


T = TypeVar("T")


class Slot(NamedTuple):
    """One occurrence for one subject."""

    schedule_id: int
    occurrence: str
    subject: str
    """`Subject.slot`."""


# --- Which schedules there are ------------------------------------------------------------------------------


def _whole() -> Select[ScheduleRecord]:
    return select(ScheduleRecord).options(
        joinedload(ScheduleRecord.checklist),
        joinedload(ScheduleRecord.replaces),
        selectinload(ScheduleRecord.units).joinedload(ScheduleUnit.unit),
        selectinload(ScheduleRecord.areas),
    )


def schedule(session: Session, key: str) -> ScheduleRecord:
    """The schedule with that key, be it withdrawn. Raises NotFound."""
    # PostgreSQL keeps no such letter: it cannot even be asked for it.
    found = None if "\0" in key else session.scalar(_whole().where(ScheduleRecord.key == key))
    if found is None:
        raise NotFound(N_("There is no schedule with the key “%(key)s”."), key=key[:100])
    return found


def every_schedule(
    session: Session, *, known_at: datetime, checklist: ChecklistRecord | None = None
) -> Sequence[ScheduleRecord]:
    """All that are known, also those that have ended; by the checklist's key and the first day. Three selects."""
    query = _whole().join(ScheduleRecord.checklist).where(ScheduleRecord.known_at(known_at))
    if checklist is not None:
        query = query.where(ScheduleRecord.checklist_id == checklist.id)
    return session.scalars(query.order_by(ChecklistRecord.key, ScheduleRecord.starts_on, ScheduleRecord.id)).all()


def live(
    session: Session, *, day: date, known_at: datetime, checklist: ChecklistRecord | None = None
) -> list[ScheduleRecord]:
    """Those that still ask on `day` or will: known, not ended, of a checklist in use. Three selects.

    One that starts later is among them: until then all its occurrences are upcoming.
    """
    found = every_schedule(session, known_at=known_at, checklist=checklist)
    return [one for one in found if (end := end_of(one)) is None or end > day]


# --- Events -------------------------------------------------------------------------------------------------


def events_of(
    session: Session, schedules: Collection[ScheduleRecord], *, known_at: datetime, within: Tree | None = None
) -> dict[tuple[int, str], tuple[Event, ...]]:
    """The events of schedules that ask at them, by schedule and slot: recorded ones, and reorganisations.

    A unit that carries on after one that closed has a reorganisation on that day, one however many it takes over
    from. It is in the register already, and so in no table here. One select, and two for the register.
    """
    asking = [one for one in schedules if one.every == EVENT]
    if not asking:
        return {}
    found: dict[tuple[int, str], list[Event]] = defaultdict(list)
    query = (
        select(ScheduleEvent)
        .where(ScheduleEvent.schedule_id.in_([one.id for one in asking]), ScheduleEvent.known_at(known_at))
        .order_by(ScheduleEvent.happens_on, ScheduleEvent.id)
    )
    for row in session.scalars(query):
        found[row.schedule_id, Subject.of(row).slot].append(Event(row.name, row.happens_on))
    told = [one for one in asking if one.event is None and one.audience == Audience.UNITS]
    if told:
        for unit_id, days in reorganisations(within or tree(session)).items():
            for one in told:
                found[one.id, Subject(unit_id=unit_id).slot].extend(
                    Event(f"{REORGANISED}{day}", day) for day in sorted(days)
                )
    return {place: tuple(events) for place, events in found.items()}


REORGANISED = "reorganised-"
"""How the name of an event begins that the register tells of. No recorded event's does."""


def reorganisations(known: Tree) -> dict[int, set[date]]:
    """The days on which each unit took over from one that closed."""
    found: dict[int, set[date]] = defaultdict(set)
    for unit_id, successors in known.successors.items():
        closed = known.units[unit_id].closed
        if closed is not None:
            for successor_id in successors:
                found[successor_id].add(closed)
    return found


# --- What was skipped, what was handed over, who does it ----------------------------------------------------


def skips(session: Session, schedule_ids: Collection[int], *, known_at: datetime) -> dict[tuple[int, str, str], str]:
    """The reasons by `Slot`: schedule, occurrence, subject. One select."""
    query = select(Skip).where(Skip.schedule_id.in_(schedule_ids), Skip.known_at(known_at)).order_by(Skip.id)
    return {Slot(row.schedule_id, row.occurrence, Subject.of(row).slot): row.reason for row in session.scalars(query)}


def handovers(
    session: Session, schedule_ids: Collection[int], *, known_at: datetime, day: date | None = None
) -> dict[tuple[int, str, str], Person]:
    """Who does it in place of those it falls to, by `Slot`. One select.

    With `day` only those who are employed then: who has left cannot do it, and it falls back.
    """
    query = (
        select(Handover)
        .options(joinedload(Handover.to))
        .where(Handover.schedule_id.in_(schedule_ids), Handover.known_at(known_at))
        .order_by(Handover.id)
    )
    if day is not None:
        query = query.where(_employed(Handover.to_id, day, known_at))
    return {Slot(row.schedule_id, row.occurrence, Subject.of(row).slot): row.to for row in session.scalars(query)}


def _employed(person_id: InstrumentedAttribute[int], day: date, known_at: datetime) -> ColumnElement[bool]:
    return (
        select(Employment.id)
        .where(Employment.person_id == person_id, Employment.held_on(day), Employment.known_at(known_at))
        .exists()
    )


def who_does(
    session: Session,
    schedule: ScheduleRecord,
    subjects: Sequence[Subject],
    day: date,
    *,
    occurrence: str | None = None,
    known_at: datetime | None = None,
) -> dict[str, tuple[Person, ...]]:
    """Who does it on `day`, by the subjects' slots; nobody where the place is vacant. A few selects.

    For a unit those who hold the schedule's role in it, or its leader and HSE coordinator; for an area its owner and
    the deputies, or who hold the schedule's role in its units; people do it themselves. With the key of an
    `occurrence`, whom that was handed to does it instead.
    """
    moment = known_at or clock.now()
    found: dict[str, tuple[Person, ...]] = {}
    match Audience(schedule.audience):
        case Audience.PEOPLE:
            found = _themselves(session, subjects)
        case Audience.AREAS if schedule.role is None:
            found = _of_areas(session, subjects, day, moment)
        case _:
            found = _of_units(session, schedule, subjects, day, moment)
    if occurrence is not None:
        handed = handovers(session, [schedule.id], known_at=moment, day=day)
        for subject in subjects:
            to = handed.get((schedule.id, occurrence, subject.slot))
            if to is not None:
                found[subject.slot] = (to,)
    return found


def _themselves(session: Session, subjects: Sequence[Subject]) -> dict[str, tuple[Person, ...]]:
    ids = {one.person_id for one in subjects if one.person_id is not None}
    people = session.scalars(select(Person).where(among(Person.id, ids)))
    return {Subject(person_id=person.id).slot: (person,) for person in people if person.id in ids}


def _of_areas(
    session: Session, subjects: Sequence[Subject], day: date, known_at: datetime
) -> dict[str, tuple[Person, ...]]:
    ids = [one.area_id for one in subjects if one.area_id is not None]
    people = area_queries.people_of(session, ids, day=day, known_at=known_at)
    found: dict[str, tuple[Person, ...]] = {}
    for id in ids:
        theirs = people.get(id)
        owner = (theirs.owner,) if theirs is not None and theirs.owner is not None else ()
        found[Subject(area_id=id).slot] = (*owner, *(theirs.deputies if theirs is not None else ()))
    return found


def _of_units(
    session: Session, schedule: ScheduleRecord, subjects: Sequence[Subject], day: date, known_at: datetime
) -> dict[str, tuple[Person, ...]]:
    """Who hold the role in the subjects' own units, each once, by name."""
    roles = UNIT_ROLES if schedule.role is None else (Role(schedule.role),)
    ids = {id for one in subjects for id in one.units}
    query = (
        select(RoleHolding)
        .options(joinedload(RoleHolding.person))
        .where(
            among(RoleHolding.unit_id, ids),
            RoleHolding.role.in_(roles),
            RoleHolding.held_on(day),
            RoleHolding.known_at(known_at),
        )
    )
    held = list(session.scalars(query))
    held.sort(key=lambda one: (roles.index(Role(one.role)), one.person.name, one.person_id))
    by_unit: dict[int, dict[int, Person]] = defaultdict(dict)
    for one in held:
        by_unit[one.unit_id].setdefault(one.person_id, one.person)
    found: dict[str, tuple[Person, ...]] = {}
    for subject in subjects:
        people: dict[int, Person] = {}
        for id in subject.units:
            people |= by_unit.get(id, {})
        found[subject.slot] = tuple(people.values())
    return found


# --- How it stands ------------------------------------------------------------------------------------------


def standings(
    session: Session,
    schedule: ScheduleRecord,
    *,
    on: date,
    done: Mapping[tuple[str, str], date],
    subjects: Sequence[Subject] | None = None,
    since: date | None = None,
    known_at: datetime | None = None,
    within: Tree | None = None,
    soon: int = SOON,
) -> list[tuple[Subject, tuple[OccurrenceStanding, ...]]]:
    """How it stands on the day `on` with each subject's occurrences, from the first to the next that is to come.

    `done` holds the day on which each was done, by the occurrence's key and the subject's slot. With `since` those
    that ended by that day are left out. Left out, `subjects` are those of the day `on`.

    A subject is asked for nothing that ended before it was there. The calendar is worked out once for all who were
    there from the start, and once for each later day on which others came.
    """
    moment = known_at or clock.now()
    if subjects is None:
        subjects = audience.subjects(session, schedule, day=on, known_at=moment, within=within)
    reasons = {
        (occurrence, slot): reason
        for (_, occurrence, slot), reason in skips(session, [schedule.id], known_at=moment).items()
    }
    events = events_of(session, [schedule], known_at=moment, within=within)
    done_by, skipped_by = _by_subject(done), _by_subject(reasons)
    calendars: dict[object, Calendar] = {}
    found = []
    for subject in subjects:
        theirs = events.get((schedule.id, subject.slot), ())
        place = (max(schedule.starts_on, subject.since or schedule.starts_on), theirs)
        if place not in calendars:
            recurrence = recurrence_of(schedule, subject, theirs)
            untouched = _from(standing(recurrence, {}, {}, on, soon=soon), since)
            calendars[place] = Calendar(recurrence, untouched, since)
        mine, left_out = done_by.get(subject.slot, {}), skipped_by.get(subject.slot, {})
        found.append((subject, _touched(calendars[place], on, mine, left_out, soon)))
    return found


def _by_subject(given: Mapping[tuple[str, str], T]) -> dict[str, dict[str, T]]:
    """What is known of each occurrence and subject, by the subject's slot and then the occurrence's key."""
    found: dict[str, dict[str, T]] = defaultdict(dict)
    for (occurrence, slot), known in given.items():
        found[slot][occurrence] = known
    return found


@dataclass(frozen=True)
class Calendar:
    """What all those are asked who were there from the same day on and had the same events."""

    recurrence: AnySchedule
    found: tuple[OccurrenceStanding, ...]
    """As it stands where nothing was done and nothing skipped."""
    since: date | None
    touched: dict[tuple[str, date | None, str | None], OccurrenceStanding] = field(default_factory=dict)
    """What was made of `found` for those who did or skipped something: many did so on the same day."""


def _from(found: Iterable[OccurrenceStanding], since: date | None) -> tuple[OccurrenceStanding, ...]:
    if since is None:
        return tuple(found)
    return tuple(one for one in found if one.occurrence.ends_on is None or since < one.occurrence.ends_on)


def _touched(
    calendar: Calendar, on: date, done: Mapping[str, date], reasons: Mapping[str, str], soon: int
) -> tuple[OccurrenceStanding, ...]:
    """The calendar as it stands with what one subject has done and skipped, by the occurrences' keys."""
    if not done and not reasons:
        return calendar.found
    found = []
    for untouched in calendar.found:
        key = untouched.occurrence.key
        done_on, reason = done.get(key), reasons.get(key)
        if done_on is None and reason is None:
            found.append(untouched)
            continue
        made = calendar.touched.get((key, done_on, reason))
        if made is None:
            state = standing_of(untouched.occurrence, on, done_on=done_on, skipped=reason is not None, soon=soon)
            known = done_on if done_on is not None and done_on <= on else None
            made = OccurrenceStanding(untouched.occurrence, state, known, reason)
            calendar.touched[key, done_on, reason] = made
        found.append(made)
    if found and calendar.found[-1].standing is Standing.UPCOMING is not found[-1].standing:
        # The next is done or skipped already: what is next lies beyond it.
        return _from(standing(calendar.recurrence, done, reasons, on, soon=soon), calendar.since)
    return tuple(found)
