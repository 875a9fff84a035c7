"""Who may do a round, and who may see it."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, NotAllowed
from hmswiki.foundation.permissions import GRANTS, Actor, Permission, Places, demand, may
from hmswiki.organisation import area_queries
from hmswiki.organisation.models import Area, Person, Unit
from hmswiki.rounds.models import Round
from hmswiki.schedules import queries as schedule_queries
from hmswiki.schedules.models import ScheduleRecord
from hmswiki.schedules.subjects import Subject

THEIRS_ALONE = N_(
    "This round asks somebody for themselves. It is for them alone, and for whoever they hand it to; others see what "
    "was answered only gathered."
)


def places_of(session: Session, unit: Unit, area: Area | None, *, day: date, known_at: datetime) -> Places:
    """Where a round lies: in its unit, in its area, and in the units that share the area."""
    if area is None:
        return Places((unit.path,))
    found = area_queries.places_of(session, [area.id], day=day, known_at=known_at)[area.id]
    return Places(tuple(dict.fromkeys((*found.paths, unit.path))))


def places_of_round(session: Session, round: Round, *, day: date, known_at: datetime) -> Places:
    return places_of(session, round.unit, round.area, day=day, known_at=known_at)


def subject_of(unit: Unit, area: Area | None, person: Person | None) -> Subject:
    """What a schedule asks: the person, else the area, else the unit."""
    if person is not None:
        return Subject(person_id=person.id)
    return Subject(area_id=area.id) if area is not None else Subject(unit_id=unit.id)


def demand_doing(
    session: Session, actor: Actor | None, *, unit: Unit, area: Area | None, person: Person | None,
    schedule_id: int | None, occurrence: str | None, day: date, known_at: datetime,
) -> None:  # fmt: skip
    """Raises NotAllowed where the person may not do this round. None is the program, which may.

    Whom it was handed to may as long as they are employed.

    Where somebody is asked for themselves, no role lets anybody else in.
    """
    if actor is None or (person is not None and person.id == actor.person_id):
        return
    subject = subject_of(unit, area, person)
    if person is not None:
        if (
            schedule_id is None
            or occurrence is None
            or not _handed_to(session, actor, schedule_id, occurrence, subject, day, known_at)
        ):
            raise NotAllowed(THEIRS_ALONE)
        return
    places = places_of(session, unit, area, day=day, known_at=known_at)
    if may(actor, Permission.DO_ROUNDS, within=places):
        return
    if schedule_id is None or occurrence is None:
        raise NotAllowed(GRANTS[Permission.DO_ROUNDS].who)
    if not _handed_to(session, actor, schedule_id, occurrence, subject, day, known_at) and not _falls_to(
        session, actor, schedule_id, subject, day
    ):
        raise NotAllowed(GRANTS[Permission.DO_ROUNDS].who)


def _falls_to(session: Session, actor: Actor, schedule_id: int, subject: Subject, day: date) -> bool:
    """Whether the plan names a role for it that the person holds."""
    schedule = session.get_one(ScheduleRecord, schedule_id)
    if schedule.role is None:
        return False
    found = schedule_queries.who_does(session, schedule, [subject], day).get(subject.slot, ())
    return any(person.id == actor.person_id for person in found)


def demand_doing_of(session: Session, actor: Actor | None, round: Round, *, day: date, known_at: datetime) -> None:
    demand_doing(
        session, actor, unit=round.unit, area=round.area, person=round.person, schedule_id=round.schedule_id,
        occurrence=round.occurrence, day=day, known_at=known_at,
    )  # fmt: skip


def may_do(session: Session, actor: Actor, round: Round, *, day: date, known_at: datetime) -> bool:
    try:
        demand_doing_of(session, actor, round, day=day, known_at=known_at)
    except NotAllowed:
        return False
    return True


def demand_seeing(session: Session, actor: Actor, round: Round, *, day: date, known_at: datetime) -> None:
    """Raises NotAllowed where the person may neither see the round nor do it.

    The answers of one who is asked for themselves are told to others only gathered.
    """
    own = (round.person_id, round.started_by_id, round.handed_in_by_id)
    if actor.person_id in own:
        return
    if round.person_id is not None:
        demand_doing_of(session, actor, round, day=day, known_at=known_at)
        return
    places = places_of_round(session, round, day=day, known_at=known_at)
    if may(actor, Permission.SEE_ROUNDS, within=places):
        return
    if not may_do(session, actor, round, day=day, known_at=known_at):
        raise NotAllowed(GRANTS[Permission.SEE_ROUNDS].who)


def may_see(session: Session, actor: Actor, round: Round, *, day: date, known_at: datetime) -> bool:
    try:
        demand_seeing(session, actor, round, day=day, known_at=known_at)
    except NotAllowed:
        return False
    return True


def _handed_to(
    session: Session, actor: Actor, schedule_id: int, occurrence: str, subject: Subject, day: date, known_at: datetime
) -> bool:
    handed = schedule_queries.handovers(session, [schedule_id], known_at=known_at, day=day)
    to = handed.get((schedule_id, occurrence, subject.slot))
    return to is not None and to.id == actor.person_id


def demand_seeing_at(
    session: Session, actor: Actor, unit: Unit | None, area: Area | None, *, day: date, known_at: datetime
) -> None:
    """Raises NotAllowed where the person may not see the rounds of an area, or of a unit."""
    if area is not None:
        within = area_queries.places_of(session, [area.id], day=day, known_at=known_at)[area.id]
    elif unit is not None:
        within = Places((unit.path,))
    else:
        return
    demand(actor, Permission.SEE_ROUNDS, within=within)
