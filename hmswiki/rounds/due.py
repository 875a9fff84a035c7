"""Which rounds are due for whom: schedules, what was done, what was skipped and handed over, put together.

Nothing of this is stored. `session` first; a few selects a schedule, however many areas, units and people there are.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists import queries as checklist_queries
from hmswiki.checklists.models import ChecklistRecord
from hmswiki.foundation.database import Wording
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.organisation.area_queries import among
from hmswiki.organisation.models import Area, Person, Unit
from hmswiki.rounds import queries
from hmswiki.rounds.queries import DoneRound, RunningRound
from hmswiki.schedules import audience
from hmswiki.schedules import queries as schedule_queries
from hmswiki.schedules.audience import Only, Tree
from hmswiki.schedules.models import Audience, ScheduleRecord
from hmswiki.schedules.recurrence import Occurrence, Standing, occurrences
from hmswiki.schedules.subjects import Subject
from hmswiki.schedules.terms import recurrence_of

WAITING = frozenset({Standing.OPEN, Standing.DUE_SOON, Standing.OVERDUE})
"""Standings in which a round waits to be done."""

_OVER = frozenset(Standing) - WAITING - {Standing.UPCOMING}


@dataclass(frozen=True)
class Due:
    """One occurrence for one subject, and how it stands with it."""

    schedule: ScheduleRecord
    subject: Subject
    occurrence: Occurrence
    standing: Standing
    title: Wording
    """The checklist's."""
    place: Wording | None
    """Name of the area or unit; None where a person is asked for themselves."""
    code: str
    """Code of the area or unit; empty for a person."""
    guidelines: tuple[str, ...] = ()
    """The addresses of the guidelines that the checklist belongs to."""
    running: RunningRound | None = None
    done: DoneRound | None = None
    skipped_because: str | None = None
    handed_to: Person | None = None

    @property
    def key(self) -> str:
        """Its own name: what reminders and calendars know it by."""
        return f"round:{self.schedule.key}/{self.occurrence.key}/{self.subject.slot}"

    @property
    def waits(self) -> bool:
        return self.standing in WAITING

    @property
    def is_coming(self) -> bool:
        return self.standing is Standing.UPCOMING

    @property
    def is_over(self) -> bool:
        """Done, missed or skipped."""
        return not self.waits and not self.is_coming

    @property
    def order(self) -> tuple[date, str, str]:
        return (self.occurrence.due_on, str(self.code), self.key)


def of_person(session: Session, who: Actor, *, today: date, known_at: datetime) -> list[Due]:
    """What is due for the person: what waits, what was missed last, and what comes next, by due day.

    What was handed to somebody else is theirs; what was handed to the person is among it.
    """
    schedules = schedule_queries.live(session, day=today, known_at=known_at)
    if not schedules:
        return []
    known = audience.tree(session)
    ids = [one.id for one in schedules]
    handed = schedule_queries.handovers(session, ids, known_at=known_at, day=today)
    to_me = [place for place, person in handed.items() if person.id == who.person_id]
    found: list[Due] = []
    for schedule in schedules:
        mine = _falls_to(session, who, schedule, known, today, known_at)
        given = {slot for schedule_id, _, slot in to_me if schedule_id == schedule.id}
        own_slots = {one.slot for one in mine}
        others = [subject for slot in given - own_slots if (subject := Subject.read(slot))]
        asked = _asked(session, schedule, others, known, today, known_at) if others else []
        for due in _standing(session, schedule, [*mine, *asked], known, today, known_at):
            to = handed.get((schedule.id, due.occurrence.key, due.subject.slot))
            own = due.subject.slot in own_slots
            if (to is None and own) or (to is not None and to.id == who.person_id):
                found.append(due)
    return sorted(found, key=lambda due: due.order)


def ahead_of_person(session: Session, who: Actor, *, today: date, until: date, known_at: datetime) -> list[Due]:
    """What waits for the person now, and all that comes until the day `until`, by due day: for a calendar."""
    now = of_person(session, who, today=today, known_at=known_at)
    found = {due.key: due for due in now if due.waits}
    for due in now:
        if due.standing is not Standing.UPCOMING:
            continue
        events = schedule_queries.events_of(session, [due.schedule], known_at=known_at)
        recurrence = recurrence_of(due.schedule, due.subject, events.get((due.schedule.id, due.subject.slot), ()))
        for occurrence in occurrences(recurrence, today, until):
            later = replace(due, occurrence=occurrence)
            if later.key not in found and (occurrence == due.occurrence or due.occurrence.due_on < occurrence.due_on):
                found[later.key] = later
    return sorted(found.values(), key=lambda due: due.order)


def of_area(session: Session, area: Area, *, today: date, known_at: datetime) -> list[Due]:
    """What is due in an area."""
    return _of(session, Only(area_ids=frozenset({area.id})), Audience.AREAS, today=today, known_at=known_at)


def of_units(session: Session, units: Collection[Unit], *, today: date, known_at: datetime) -> list[Due]:
    """What is due of the units themselves."""
    ids = frozenset(unit.id for unit in units)
    return _of(session, Only(unit_ids=ids), Audience.UNITS, today=today, known_at=known_at)


def asked_on(
    session: Session, checklist: ChecklistRecord, subject: Subject, day: date, *, today: date, known_at: datetime
) -> Due | None:
    """What a plan asked of the subject on the day `day`, where no round of it was begun; None where none did.

    For what is typed in from paper: it counts for the plan in whose time it was done.
    """
    for schedule in schedule_queries.live(session, day=today, known_at=known_at, checklist=checklist):
        known = audience.tree(session)
        asked = audience.subjects(session, schedule, day=today, known_at=known_at, within=known, only=_only([subject]))
        for one in of_schedule(session, schedule, today=today, known_at=known_at, within=known, subjects=asked):
            if one.occurrence.holds_on(day) and one.running is None and one.done is None:
                return one
    return None


def of_schedule(
    session: Session,
    schedule: ScheduleRecord,
    *,
    today: date,
    known_at: datetime,
    since: date | None = None,
    within: Tree | None = None,
    subjects: Sequence[Subject] | None = None,
) -> list[Due]:
    """Every occurrence of the schedule for every subject, in the organisation's own order, the oldest first."""
    known = within or audience.tree(session)
    if subjects is None:
        subjects = audience.subjects(session, schedule, day=today, known_at=known_at, within=known)
    return list(_standing(session, schedule, subjects, known, today, known_at, since=since, everything=True))


def waiting_for_all(session: Session, *, today: date, known_at: datetime) -> Iterator[tuple[Due, tuple[Person, ...]]]:
    """What waits or comes next for everybody, with those it falls to: for the reminders."""
    schedules = schedule_queries.live(session, day=today, known_at=known_at)
    known = audience.tree(session) if schedules else None
    handed = schedule_queries.handovers(session, [one.id for one in schedules], known_at=known_at, day=today)
    for schedule in schedules:
        subjects = audience.subjects(session, schedule, day=today, known_at=known_at, within=known)
        does = schedule_queries.who_does(session, schedule, subjects, today, known_at=known_at)
        for due in _standing(session, schedule, subjects, known, today, known_at):
            if due.waits or due.standing is Standing.UPCOMING:
                to = handed.get((schedule.id, due.occurrence.key, due.subject.slot))
                yield due, (to,) if to is not None else does.get(due.subject.slot, ())


# --- How it is put together ---------------------------------------------------------------------------------


def _of(session: Session, only: Only, kind: Audience, *, today: date, known_at: datetime) -> list[Due]:
    schedules = [
        one for one in schedule_queries.live(session, day=today, known_at=known_at) if one.audience == kind
    ]  # fmt: skip
    if not schedules:
        return []
    known = audience.tree(session)
    found: list[Due] = []
    for schedule in schedules:
        subjects = audience.subjects(session, schedule, day=today, known_at=known_at, within=known, only=only)
        found.extend(_standing(session, schedule, subjects, known, today, known_at))
    return sorted(found, key=lambda due: due.order)


def _falls_to(
    session: Session, who: Actor, schedule: ScheduleRecord, known: Tree, today: date, known_at: datetime
) -> list[Subject]:
    """Those of the schedule's subjects that the person does: their own areas, their units by role, themselves."""
    roles = schedule_queries.UNIT_ROLES if schedule.role is None else (Role(schedule.role),)
    held = frozenset(holding.unit_id for holding in who.holdings if holding.role in roles)
    match Audience(schedule.audience):
        case Audience.PEOPLE:
            only = Only(person_ids=frozenset({who.person_id}))
        case Audience.UNITS:
            only = Only(unit_ids=held)
        case Audience.AREAS if schedule.role is None:
            only = Only(area_ids=frozenset(int(path.rstrip("/").rsplit("/", 1)[-1]) for path in who.duties))
        case Audience.AREAS:
            # Whoever holds the role in a unit does it for all areas there: these are looked for by unit.
            if not held:
                return []
            everywhere = audience.subjects(session, schedule, day=today, known_at=known_at, within=known)
            return [subject for subject in everywhere if held & set(subject.units)]
    if not (only.unit_ids or only.area_ids or only.person_ids):
        return []
    return audience.subjects(session, schedule, day=today, known_at=known_at, within=known, only=only)


def _only(subjects: Sequence[Subject]) -> Only:
    return Only(
        unit_ids=frozenset(one.unit_id for one in subjects if one.unit_id is not None),
        area_ids=frozenset(one.area_id for one in subjects if one.area_id is not None),
        person_ids=frozenset(one.person_id for one in subjects if one.person_id is not None),
    )


def _asked(
    session: Session, schedule: ScheduleRecord, wanted: Iterable[Subject], known: Tree, today: date, known_at: datetime
) -> list[Subject]:
    """Those of `wanted` that the schedule asks today, with what is known of them."""
    only = _only(list(wanted))
    return audience.subjects(session, schedule, day=today, known_at=known_at, within=known, only=only)


def _standing(
    session: Session,
    schedule: ScheduleRecord,
    subjects: Sequence[Subject],
    known: Tree | None,
    today: date,
    known_at: datetime,
    *,
    since: date | None = None,
    everything: bool = False,
) -> Iterator[Due]:
    """With `everything` each occurrence; else what waits, the last that is over, and the next."""
    if not subjects:
        return
    done = queries.done(session, [schedule.id], subjects=subjects)
    running = queries.running(session, [schedule.id], subjects=subjects)
    by_place = {(occurrence, slot): one.done_on for (_, occurrence, slot), one in done.items()}
    edition = checklist_queries.edition_on(session, schedule.checklist_id, today)
    title = edition.title if edition is not None else schedule.checklist.key
    guidelines = tuple(edition.guidelines) if edition is not None else ()
    names = _names(session, subjects, known)
    stand = schedule_queries.standings(
        session, schedule, on=today, done=by_place, subjects=subjects, since=since, known_at=known_at, within=known
    )
    for subject, theirs in stand:
        name, code = names.get(subject.slot, (None, ""))
        chosen = theirs
        if not everything:
            # What is skipped ahead of its time is neither over nor next: the plan's page tells of it.
            over = [
                place for place, one in enumerate(theirs)
                if one.standing in _OVER and (one.standing is not Standing.SKIPPED or one.occurrence.starts_on <= today)
            ]  # fmt: skip
            chosen = tuple(
                one for place, one in enumerate(theirs) if one.standing not in _OVER or place in over[-1:]
            )  # fmt: skip
        for one in chosen:
            place = (schedule.id, one.occurrence.key, subject.slot)
            yield Due(
                schedule, subject, one.occurrence, one.standing, title, name, code, guidelines,
                running.get(place), done.get(place), one.skipped_because,
            )  # fmt: skip


def _names(
    session: Session, subjects: Sequence[Subject], known: Tree | None
) -> dict[str, tuple[Wording | None, str]]:  # fmt: skip
    """Name and code of the places, by slot. One select where there are areas."""
    found: dict[str, tuple[Wording | None, str]] = {}
    areas = [subject.area_id for subject in subjects if subject.area_id is not None]
    if areas:
        rows = session.execute(select(Area.id, Area.name, Area.code).where(among(Area.id, areas)))
        found.update({Subject(area_id=id).slot: (name, code) for id, name, code in rows})
    units = {subject.unit_id for subject in subjects if subject.unit_id is not None}
    for id in units:
        unit = known.units[id] if known is not None else session.get_one(Unit, id)
        found[Subject(unit_id=id).slot] = (unit.name, unit.code)
    return found
