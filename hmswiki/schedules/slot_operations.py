"""What is decided about single occurrences: events recorded, occurrences skipped or handed over.

`session` first; nothing here commits. Each is a fact: what replaces another is recorded beside it.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Conflict, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Actor, Decision, Permission, Places, Within, demand, may
from hmswiki.organisation import area_queries
from hmswiki.organisation.models import Employment, Person, Unit
from hmswiki.organisation.queries import units_by_id
from hmswiki.schedules import queries
from hmswiki.schedules.audience import Only, Tree
from hmswiki.schedules.models import Handover, ScheduleEvent, ScheduleRecord, Skip
from hmswiki.schedules.recurrence import Occurrence, occurrences
from hmswiki.schedules.subjects import Subject
from hmswiki.schedules.terms import EVENT, end_of, recurrence_of

AHEAD = timedelta(days=550)
"""So far ahead an occurrence can be skipped or handed over: the next of a yearly one, and half a year more."""


class Asked(NamedTuple):
    """A subject that a schedule asks, and where it lies."""

    schedule: ScheduleRecord
    subject: Subject
    within: Within


def asked(session: Session, schedule: ScheduleRecord, slot: str, *, day: date, known_at: datetime) -> Asked:
    """The subject with that slot. Raises NotFound where the schedule does not ask it on `day`, or on its first."""
    day = max(day, schedule.starts_on)
    named = Subject.read(slot)
    asks: list[Subject] = []
    if named is not None:
        asks = queries.subjects(session, schedule, day=day, known_at=known_at, only=Only.this(named))
    found = asks[0] if asks else None
    if found is None:
        raise NotFound(N_("The schedule does not ask this unit, area or person today."))
    return Asked(schedule, found, place_of(session, found, day=day, known_at=known_at))


def place_of(session: Session, subject: Subject, *, day: date, known_at: datetime) -> Within:
    """For `may`: the unit, the area with its units, or the person's units."""
    if subject.area_id is not None:
        return area_queries.places_of(session, [subject.area_id], day=day, known_at=known_at)[subject.area_id]
    return Places(tuple(unit.path for unit in units_by_id(session, subject.units).values()))


def may_arrange(session: Session, actor: Actor | None, at_hand: Asked, *, day: date) -> Decision:
    """Who skips and hands over: who does the round, and the unit's leader and coordinator, and central HSE."""
    decision = may(actor, Permission.DO_ROUNDS, within=at_hand.within)
    if decision or actor is None:
        return decision
    if may(actor, Permission.MANAGE_SCHEDULES, within=at_hand.within):
        return Decision(True)
    does = queries.who_does(session, at_hand.schedule, [at_hand.subject], day)
    if any(person.id == actor.person_id for person in does.get(at_hand.subject.slot, ())):
        return Decision(True)
    return decision


def demand_seeing(session: Session, actor: Actor, at_hand: Asked, *, day: date, known_at: datetime) -> None:
    """What is asked of a person for themselves, and why it is skipped, is no matter of everybody. Raises NotAllowed."""
    if at_hand.subject.person_id is None or may_arrange(session, actor, at_hand, day=day):
        return
    handed = queries.handovers(session, [at_hand.schedule.id], known_at=known_at)
    mine = {slot for (_, _, slot), person in handed.items() if person.id == actor.person_id}
    if at_hand.subject.slot not in mine:
        raise NotAllowed(N_("What is asked of a person is for them, and for the roles of their unit."))


def told_of(subjects: Sequence[Subject], actor: Actor | None, known: Tree) -> list[Subject]:
    """Those of `subjects` whom a page may name to the actor: of people only oneself, and those of one's own units."""
    units = {id for one in subjects if one.person_id is not None for id in one.units}
    mine = {
        id for id in units for within in (Places((known.units[id].path,)),)
        if may(actor, Permission.DO_ROUNDS, within=within) or may(actor, Permission.MANAGE_SCHEDULES, within=within)
    }  # fmt: skip
    me = actor.person_id if actor is not None else None
    return [one for one in subjects if one.person_id is None or one.person_id == me or mine.intersection(one.units)]


def _demand_arrange(session: Session, actor: Actor, at_hand: Asked, *, day: date) -> None:
    decision = may_arrange(session, actor, at_hand, day=day)
    if not decision:
        raise NotAllowed(decision.reason)


def _hold(session: Session, schedule: ScheduleRecord, at: datetime) -> None:
    """One at a time: two who skip the same occurrence at once do not both record it."""
    session.refresh(schedule, ["ended", "withdrawn_at"], with_for_update=True)
    if not schedule.is_known_at(at):
        raise NotFound(N_("The schedule was withdrawn."))


def occurrence_of(
    session: Session, schedule: ScheduleRecord, subject: Subject, key: str, *, today: date, known_at: datetime
) -> Occurrence:
    """The subject's occurrence with that key. Raises NotFound where there is none."""
    for one in coming(session, schedule, subject, today=today, known_at=known_at, since=schedule.starts_on):
        if one.key == key:
            return one
    raise NotFound(N_("The schedule does not ask for this. It may have been changed meanwhile: look at it again."))


def coming(
    session: Session, schedule: ScheduleRecord, subject: Subject, *, today: date, known_at: datetime, since: date
) -> list[Occurrence]:
    """The subject's occurrences that end after `since`, until `AHEAD` of today."""
    events = queries.events_of(session, [schedule], known_at=known_at).get((schedule.id, subject.slot), ())
    recurrence = recurrence_of(schedule, subject, events)
    found = occurrences(recurrence, recurrence.start, max(today, recurrence.start) + AHEAD)
    return [one for one in found if one.ends_on is None or since < one.ends_on]


# --- Skipping -----------------------------------------------------------------------------------------------


def skip(
    session: Session,
    schedule: ScheduleRecord,
    slot: str,
    key: str,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    today: date,
) -> Skip:
    """The occurrence will not be done, and why. Raises Refusal, Conflict, NotAllowed, NotFound."""
    _hold(session, schedule, at)
    at_hand = asked(session, schedule, slot, day=today, known_at=at)
    _demand_arrange(session, by, at_hand, day=today)
    occurrence_of(session, schedule, at_hand.subject, key, today=today, known_at=at)
    if not reason:
        raise Refusal(N_("Say why it is skipped. Those who look at the rounds later can read it."), field="reason")
    if session.scalar(select(Skip.id).where(*_same(Skip, schedule, at_hand.subject, key, at))) is not None:
        raise Conflict(N_("Somebody has skipped it already. Their reason stays."))
    made = Skip(
        schedule_id=schedule.id, occurrence=key, reason=reason,
        recorded_at=at, recorded_by_id=by.person_id, **at_hand.subject.ids,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def take_back_skip(session: Session, found: Skip, *, by: Actor, at: datetime, today: date) -> None:
    """It is to be done after all. Taken back already: it stays so."""
    _take_back(session, found, by=by, at=at, today=today)


# --- Handing over -------------------------------------------------------------------------------------------


def hand_over(
    session: Session,
    schedule: ScheduleRecord,
    slot: str,
    key: str,
    *,
    to: Person,
    note: str | None,
    by: Actor,
    at: datetime,
    today: date,
) -> Handover:
    """Somebody else does the occurrence: an employee of the unit, or the area's owner or deputy.

    Handed over again, the later counts. Raises Refusal, NotAllowed, NotFound.
    """
    _hold(session, schedule, at)
    at_hand = asked(session, schedule, slot, day=today, known_at=at)
    _demand_arrange(session, by, at_hand, day=today)
    if not may_hand_over(at_hand, by):
        raise NotAllowed(
            N_("What is asked of a person for themselves is handed over by them alone: whoever takes over can read "
               "what they have answered. It can be skipped.")
        )  # fmt: skip
    occurrence_of(session, schedule, at_hand.subject, key, today=today, known_at=at)
    if to.id not in {person.id for person in can_take_over(session, at_hand, day=today, known_at=at)}:
        raise Refusal(
            N_("%(person)s is not employed in the unit, so it cannot be handed to them. Choose somebody who is."),
            field="to", person=to.name,
        )  # fmt: skip
    for earlier in session.scalars(select(Handover).where(*_same(Handover, schedule, at_hand.subject, key, at))):
        if earlier.to_id == to.id:
            return earlier
        earlier.withdraw(by_id=by.person_id, at=at, reason=None)
    made = Handover(
        schedule_id=schedule.id, occurrence=key, to_id=to.id, note=note or None,
        recorded_at=at, recorded_by_id=by.person_id, **at_hand.subject.ids,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def may_hand_over(at_hand: Asked, actor: Actor | None) -> bool:
    """Of those who may arrange; a person's own round only they themselves."""
    whose = at_hand.subject.person_id
    return whose is None or (actor is not None and actor.person_id == whose)


def can_take_over(session: Session, at_hand: Asked, *, day: date, known_at: datetime) -> list[Person]:
    """Those whose it is anyway, as an owner and deputies; then all employed in its units and beneath. Each by name."""
    theirs = {
        person.id: person
        for people in queries.who_does(session, at_hand.schedule, [at_hand.subject], day, known_at=known_at).values()
        for person in people
    }
    found = dict(theirs)
    units = list(units_by_id(session, at_hand.subject.units).values())
    if units:
        beneath: ColumnElement[bool] = Unit.path.startswith(units[0].path, autoescape=True)
        for unit in units[1:]:
            beneath |= Unit.path.startswith(unit.path, autoescape=True)
        employed = (
            select(Person)
            .join(Employment, Employment.person_id == Person.id)
            .join(Unit, Unit.id == Employment.unit_id)
            .where(Employment.held_on(day), Employment.known_at(known_at), beneath)
        )
        found |= {person.id: person for person in session.scalars(employed)}
    return sorted(found.values(), key=lambda person: (person.id not in theirs, person.name.casefold(), person.id))


def take_back_handover(session: Session, found: Handover, *, by: Actor, at: datetime, today: date) -> None:
    """It falls to those it fell to before. Taken back already: it stays so."""
    _take_back(session, found, by=by, at=at, today=today)


# --- What they share ----------------------------------------------------------------------------------------

Arranged = TypeVar("Arranged", Skip, Handover)


def skip_of(session: Session, schedule: ScheduleRecord, id: int) -> Skip:
    """Raises NotFound for one of another schedule."""
    return _found(session, Skip, schedule, id)


def handover_of(session: Session, schedule: ScheduleRecord, id: int) -> Handover:
    """Raises NotFound for one of another schedule."""
    return _found(session, Handover, schedule, id)


def event_of(session: Session, schedule: ScheduleRecord, id: int) -> ScheduleEvent:
    """Raises NotFound for one of another schedule."""
    return _found(session, ScheduleEvent, schedule, id)


Fact = TypeVar("Fact", Skip, Handover, ScheduleEvent)


def _found(session: Session, table: type[Fact], schedule: ScheduleRecord, id: int) -> Fact:
    found = session.get(table, id)
    if found is None or found.schedule_id != schedule.id:
        raise NotFound(N_("There is no such entry of this schedule."))
    return found


def _same(
    table: type[Arranged], schedule: ScheduleRecord, subject: Subject, key: str, at: datetime
) -> list[ColumnElement[bool]]:
    return [
        table.schedule_id == schedule.id,
        table.occurrence == key,
        table.known_at(at),
        *(getattr(table, column) == value for column, value in subject.ids.items() if value is not None),
    ]


def _take_back(session: Session, found: Skip | Handover, *, by: Actor, at: datetime, today: date) -> None:
    schedule = session.get_one(ScheduleRecord, found.schedule_id)
    _hold(session, schedule, at)
    at_hand = asked(session, schedule, Subject.of(found).slot, day=today, known_at=at)
    _demand_arrange(session, by, at_hand, day=today)
    found.withdraw(by_id=by.person_id, at=at, reason=None)
    session.flush()


# --- Events -------------------------------------------------------------------------------------------------


def record_event(
    session: Session, schedule: ScheduleRecord, slot: str, *, happens_on: date, text: str | None, by: Actor,
    at: datetime, today: date,
) -> ScheduleEvent:  # fmt: skip
    """Something happened to the subject, or will: the schedule asks for it. Raises Refusal, NotAllowed, NotFound."""
    _hold(session, schedule, at)
    at_hand = asked(session, schedule, slot, day=today, known_at=at)
    demand(by, Permission.MANAGE_SCHEDULES, within=at_hand.within)
    if schedule.every != EVENT:
        raise Refusal(N_("This schedule follows the calendar. Only one that asks after an event takes events."))
    _check_day(schedule, at_hand.subject, happens_on)
    made = ScheduleEvent(
        schedule_id=schedule.id, name=str(uuid4()), happens_on=happens_on, text=text or None,
        recorded_at=at, recorded_by_id=by.person_id, **at_hand.subject.ids,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _check_day(schedule: ScheduleRecord, subject: Subject, happens_on: date) -> None:
    start = max(schedule.starts_on, subject.since or schedule.starts_on)
    if happens_on < start:
        raise Refusal(
            N_("It is asked here for what happens from %(day)s on. Choose that day or a later one."),
            field="happens_on", day=start,
        )  # fmt: skip
    ended = end_of(schedule)
    due = happens_on + timedelta(days=schedule.within or 0)
    if ended is not None and due >= ended:
        raise Refusal(
            N_("The schedule ends on %(end)s, and this would be due on %(due)s. What is not due then is never asked: "
               "record it with the schedule that takes its place."),
            field="happens_on", end=ended, due=due,
        )  # fmt: skip


def correct_event(
    session: Session, found: ScheduleEvent, *, happens_on: date, by: Actor, at: datetime, today: date
) -> ScheduleEvent:
    """The same event on another day, under the same name: a round that was begun stays with it."""
    schedule = session.get_one(ScheduleRecord, found.schedule_id)
    subject = _demand_event(session, schedule, found, by=by, at=at, today=today)
    _check_day(schedule, subject, happens_on)
    if happens_on == found.happens_on:
        return found
    found.withdraw(by_id=by.person_id, at=at, reason=None)
    made = ScheduleEvent(
        schedule_id=schedule.id, name=found.name, happens_on=happens_on, text=found.text,
        recorded_at=at, recorded_by_id=by.person_id, **subject.ids,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def withdraw_event(
    session: Session, found: ScheduleEvent, *, reason: str | None, by: Actor, at: datetime, today: date
) -> None:
    """It will not happen, or never did: nothing is asked for it."""
    schedule = session.get_one(ScheduleRecord, found.schedule_id)
    _demand_event(session, schedule, found, by=by, at=at, today=today)
    found.withdraw(by_id=by.person_id, at=at, reason=reason or None)
    session.flush()


def _demand_event(
    session: Session, schedule: ScheduleRecord, found: ScheduleEvent, *, by: Actor, at: datetime, today: date
) -> Subject:
    _hold(session, schedule, at)
    session.refresh(found, ["withdrawn_at"])
    if not found.is_known_at(at):
        raise Conflict(N_("Somebody has changed or withdrawn this event meanwhile. Look at it again."))
    at_hand = asked(session, schedule, Subject.of(found).slot, day=today, known_at=at)
    demand(by, Permission.MANAGE_SCHEDULES, within=at_hand.within)
    return at_hand.subject
