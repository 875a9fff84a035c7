"""Making, ending, changing and withdrawing schedules. `session` first; nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from hmswiki.checklists.models import ChecklistRecord
from hmswiki.foundation.errors import N_, Conflict, NotFound, Refusal
from hmswiki.foundation.permissions import Actor, Decision, Permission, Role, Within, demand, may
from hmswiki.organisation import area_queries
from hmswiki.organisation.models import Area, AreaKind, Unit
from hmswiki.schedules import queries
from hmswiki.schedules.models import Audience, Reach, ScheduleRecord, ScheduleUnit
from hmswiki.schedules.rules import Changeover, When, changeover, recurrence_for, window_for
from hmswiki.schedules.terms import EVENT, recurrence_of, write_pauses, write_window

LONGEST_TEXT = 2000


@dataclass(frozen=True)
class Whom:
    """Whom a schedule is for, as it is asked for."""

    audience: Audience
    units: Sequence[tuple[Unit, Reach]] = ()
    areas: Sequence[Area] = ()
    role: Role | None = None
    area_kind: AreaKind | None = None


# --- Who may ------------------------------------------------------------------------------------------------


def places(session: Session, schedule: ScheduleRecord, *, day: date, known_at: datetime) -> list[Within]:
    """All that the schedule is for: the units as they are on `day`, and the areas it names."""
    known = queries.tree(session)
    found: list[Within] = []
    for one in schedule.units:
        found.extend(known.standing_in(one.unit_id, day) or [one.unit])
    return [*found, *_places_of(session, schedule.areas, day, known_at)]


def _places_of(session: Session, areas: Sequence[Area], day: date, known_at: datetime) -> list[Within]:
    known = area_queries.places_of(session, [area.id for area in areas], day=day, known_at=known_at)
    return [known[area.id] for area in areas]


def may_manage(
    session: Session, actor: Actor | None, schedule: ScheduleRecord, *, day: date, known_at: datetime
) -> Decision:
    """Central HSE everywhere; leader and coordinator where all that it is for lies within theirs."""
    return _decide(actor, places(session, schedule, day=day, known_at=known_at))


def _decide(actor: Actor | None, within: Sequence[Within]) -> Decision:
    for place in within:
        decision = may(actor, Permission.MANAGE_SCHEDULES, within=place)
        if not decision:
            return decision
    return may(actor, Permission.MANAGE_SCHEDULES)


def _demand(actor: Actor, within: Sequence[Within]) -> None:
    for place in within:
        demand(actor, Permission.MANAGE_SCHEDULES, within=place)
    demand(actor, Permission.MANAGE_SCHEDULES)


# --- Making -------------------------------------------------------------------------------------------------


def check(session: Session, checklist: ChecklistRecord, whom: Whom, when: When, *, by: Actor, at: datetime) -> None:
    """Raises Refusal, at the field it is about."""
    if not whom.units and not (whom.areas and whom.audience is Audience.AREAS):
        raise Refusal(N_("Choose at least one unit, or an area by its code."), field="units")
    if whom.areas and whom.audience is not Audience.AREAS:
        raise Refusal(
            N_("Areas are named only where areas are asked. Leave this empty, or choose areas above."), field="areas"
        )
    _demand(by, [*(unit for unit, _ in whom.units), *_places_of(session, whom.areas, when.starts_on, at)])
    if checklist.retired_on is not None and checklist.retired_on <= when.starts_on:
        raise Refusal(
            N_("The checklist is out of use from %(day)s. Choose another."), field="checklist", day=checklist.retired_on
        )
    for unit, _ in whom.units:
        if unit.closed is not None and unit.closed <= when.starts_on:
            raise Refusal(
                N_("%(unit)s closes on %(day)s, before the schedule starts. Choose the unit that carries on its work."),
                field="units", unit=unit.code, day=unit.closed,
            )  # fmt: skip
    for area in whom.areas:
        if area.closed is not None and area.closed <= when.starts_on:
            raise Refusal(
                N_("The area %(area)s is no more from %(day)s, before the schedule starts. Choose another."),
                field="areas", area=area.code, day=area.closed,
            )  # fmt: skip
    recurrence_for(when)


def create(
    session: Session, checklist: ChecklistRecord, whom: Whom, when: When, *, by: Actor, at: datetime, today: date
) -> ScheduleRecord:
    """Decide that the checklist is due. Raises Refusal, NotAllowed.

    It may start earlier than today: what was due since then is shown as missed or, where it still runs, as overdue.
    """
    check(session, checklist, whom, when, by=by, at=at)
    if when.starts_on.year < today.year - 1:
        raise Refusal(
            N_("It would have been due since %(day)s, and missed each time. Choose a day of this year or the last."),
            field="starts_on", day=when.starts_on,
        )  # fmt: skip
    return _record(session, checklist, whom, when, replaces=None, by=by, at=at)


def _record(
    session: Session,
    checklist: ChecklistRecord,
    whom: Whom,
    when: When,
    *,
    replaces: ScheduleRecord | None,
    by: Actor,
    at: datetime,
) -> ScheduleRecord:
    at_events = when.every == EVENT
    made = ScheduleRecord(
        key=str(uuid4()),
        checklist_id=checklist.id,
        audience=whom.audience,
        role=whom.role,
        area_kind=whom.area_kind if whom.audience is Audience.AREAS else None,
        every=when.every,
        window=write_window(window_for(when)),
        pauses=write_pauses(recurrence_for(when).pauses),
        by=when.by if when.every == "once" else None,
        within=when.within if at_events else None,
        event=when.event if at_events else None,
        starts_on=when.starts_on,
        replaces_id=replaces.id if replaces is not None else None,
        units=[ScheduleUnit(unit_id=unit_id, reach=reach) for unit_id, reach in _widest(whom.units).items()],
        areas=list(whom.areas),
        recorded_at=at,
        recorded_by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    session.refresh(made, ["checklist"])
    return made


def _widest(units: Sequence[tuple[Unit, Reach]]) -> dict[int, Reach]:
    """A unit that was chosen twice counts as far down as it was chosen at the most."""
    order = list(Reach)
    found: dict[int, Reach] = {}
    for unit, reach in units:
        found[unit.id] = max(found.get(unit.id, Reach.ITSELF), reach, key=order.index)
    return found


# --- Ending, changing, withdrawing --------------------------------------------------------------------------


def _hold(session: Session, schedule: ScheduleRecord, *, by: Actor, at: datetime, today: date) -> None:
    """Nobody else changes it until this transaction ends; raises where it is withdrawn or not for `by`."""
    session.refresh(schedule, ["ended", "withdrawn_at"], with_for_update=True)
    if not schedule.is_known_at(at):
        raise NotFound(N_("The schedule was withdrawn."))
    _demand(by, places(session, schedule, day=today, known_at=at))


def end(session: Session, schedule: ScheduleRecord, *, ended: date, by: Actor, at: datetime, today: date) -> None:
    """From the day `ended` it asks for nothing, and what was not yet due is dropped. Set once. Raises Refusal."""
    _hold(session, schedule, by=by, at=at, today=today)
    _refuse_ended(schedule)
    if ended < schedule.starts_on:
        raise Refusal(
            N_("The schedule starts on %(day)s. To call it off, end it from that day: then it never asks anybody."),
            field="ended", day=schedule.starts_on,
        )  # fmt: skip
    if ended < today and ended != schedule.starts_on:
        raise Refusal(
            N_("A schedule cannot be ended backwards: what was due until today would change. "
               "Choose today or a later day, or withdraw it if it was a mistake."),
            field="ended",
        )  # fmt: skip
    schedule.ended = ended
    session.flush()


def _refuse_ended(schedule: ScheduleRecord) -> None:
    if schedule.ended is not None:
        raise Conflict(N_("This schedule was ended already, from %(day)s. That stays as it is."), day=schedule.ended)


def plan_change(schedule: ScheduleRecord, when: When, *, today: date) -> tuple[When, Changeover]:
    """What would take the schedule's place from `when.starts_on` at the earliest, and from when. Raises Refusal."""
    if when.starts_on < today:
        raise Refusal(N_("What was due until today stays as it was. Choose today or a later day."), field="starts_on")
    new = recurrence_for(when)
    over = changeover(recurrence_of(schedule), new, from_day=when.starts_on, today=today)
    return replace(when, starts_on=over.starts_on), over


def change(
    session: Session, schedule: ScheduleRecord, when: When, *, by: Actor, at: datetime, today: date
) -> ScheduleRecord:
    """End it, and begin another for the same people with another frequency or other pauses, which replaces it.

    Done rounds stay with the old one. `rules.changeover` says from when, so that nobody is asked for the same twice.
    """
    _hold(session, schedule, by=by, at=at, today=today)
    _refuse_ended(schedule)
    planned, over = plan_change(schedule, when, today=today)
    whom = Whom(
        Audience(schedule.audience),
        [(one.unit, Reach(one.reach)) for one in schedule.units],
        schedule.areas,
        None if schedule.role is None else Role(schedule.role),
        None if schedule.area_kind is None else AreaKind(schedule.area_kind),
    )
    schedule.ended = over.ends_on
    return _record(session, schedule.checklist, whom, planned, replaces=schedule, by=by, at=at)


def withdraw(session: Session, schedule: ScheduleRecord, *, reason: str, by: Actor, at: datetime, today: date) -> None:
    """It was a mistake: nobody is asked, and nobody ever was. Rounds that were done stay, without a schedule's date."""
    _hold(session, schedule, by=by, at=at, today=today)
    if not reason:
        raise Refusal(N_("Say why it was a mistake, for those who have seen it."), field="reason")
    schedule.withdraw(by_id=by.person_id, at=at, reason=reason)
    session.flush()
