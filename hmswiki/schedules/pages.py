"""What the pages of schedules show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hmswiki.checklists.models import ChecklistEdition
from hmswiki.foundation.database import Wording
from hmswiki.foundation.errors import Refusal
from hmswiki.foundation.permissions import Actor
from hmswiki.organisation.models import Person
from hmswiki.organisation.register import Page
from hmswiki.organisation.views import Pager, pager
from hmswiki.schedules import queries, words
from hmswiki.schedules.audience import Tree
from hmswiki.schedules.models import Audience, Handover, ScheduleEvent, ScheduleRecord, Skip
from hmswiki.schedules.operations import may_manage
from hmswiki.schedules.recurrence import Event, Occurrence, occurrences
from hmswiki.schedules.rules import Changeover, next_ones
from hmswiki.schedules.slot_operations import Asked, asked, can_take_over, coming, may_arrange, may_hand_over, told_of
from hmswiki.schedules.subjects import Subject
from hmswiki.schedules.terms import EVENT, end_of, recurrence_of
from hmswiki.web.words import _, count_in_words, day, ngettext, number, say, wording

Fact = TypeVar("Fact", Skip, Handover, ScheduleEvent)

PAGE_SIZE = 50
SHOWN_NEXT = 3


def titles(session: Session, checklist_ids: Iterable[int]) -> dict[int, Wording]:
    """What the checklists are called in their latest edition, by id. One select."""
    found: dict[int, Wording] = {}
    query = (
        select(ChecklistEdition.checklist_id, ChecklistEdition.title)
        .where(ChecklistEdition.checklist_id.in_(set(checklist_ids)))
        .order_by(ChecklistEdition.published_on, ChecklistEdition.major, ChecklistEdition.minor)
    )
    for id, title in session.execute(query):
        found[id] = title
    return found


# --- The list -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ScheduleLine:
    """A schedule in words."""

    schedule: ScheduleRecord
    today: date

    @property
    def sentence(self) -> str:
        return words.sentence(self.schedule)

    @property
    def state(self) -> str:
        """Where it is in time: coming, in_force, ended."""
        end = end_of(self.schedule)
        if end is not None and end <= max(self.today, self.schedule.starts_on):
            return "ended"
        return "coming" if self.today < self.schedule.starts_on else "in_force"

    @property
    def period(self) -> str:
        """ "From 1 December, ended from 1 March"."""
        said = _("From %(day)s", day=day(self.schedule.starts_on))
        end = end_of(self.schedule)
        return said if end is None else said + ", " + _("ended from %(day)s", day=day(end))


@dataclass(frozen=True)
class ListGroup:
    """A checklist and when it is due."""

    key: str
    title: str
    lines: Sequence[ScheduleLine]

    @property
    def asking(self) -> list[ScheduleLine]:
        return [line for line in self.lines if line.state != "ended"]

    @property
    def ended(self) -> list[ScheduleLine]:
        return [line for line in self.lines if line.state == "ended"]


@dataclass(frozen=True)
class ListPage:
    """What is due for whom and how often."""

    groups: Sequence[ListGroup]
    may_make: bool

    @property
    def asking(self) -> list[ListGroup]:
        return [group for group in self.groups if group.asking]

    @property
    def ended(self) -> list[ListGroup]:
        return [group for group in self.groups if group.ended]

    @property
    def headline(self) -> str:
        count = len(self.asking)
        if not count:
            return _("No checklist is due at fixed times.")
        said = count_in_words(count)
        return ngettext("One checklist is due at fixed times.", "%(number)s checklists are due at fixed times.", count,
                        number=said[:1].upper() + said[1:])  # fmt: skip


def list_page(session: Session, *, today: date, known_at: datetime, may_make: bool) -> ListPage:
    found = queries.every_schedule(session, known_at=known_at)
    called = titles(session, (one.checklist_id for one in found))
    groups: dict[str, list[ScheduleLine]] = {}
    names: dict[str, str] = {}
    for one in found:
        key = one.checklist.key
        names[key] = wording(called.get(one.checklist_id, key))
        groups.setdefault(key, []).append(ScheduleLine(one, today))
    ordered = sorted(groups, key=lambda key: (names[key].casefold(), key))
    return ListPage([ListGroup(key, names[key], groups[key]) for key in ordered], may_make)


# --- One schedule -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SubjectLine:
    """A unit, an area or a person that is asked, and who does it."""

    subject: Subject
    code: str
    name: str
    does: Sequence[Person]


@dataclass(frozen=True)
class Arrangement:
    """A skip or a handover of one occurrence for one subject."""

    id: int
    slot: str
    name: str
    occurrence: str
    said: str
    """The reason, or the person it was handed to."""
    note: str = ""


@dataclass(frozen=True)
class EventLine:
    """An event, recorded or told by the register."""

    id: int | None
    """None for one that the register tells of."""
    slot: str
    name: str
    happens_on: date
    due_on: date
    text: str


@dataclass(frozen=True)
class SchedulePage:
    """A schedule: what it asks, of whom, and what was arranged."""

    line: ScheduleLine
    title: str
    next: Sequence[Occurrence]
    lines: Sequence[SubjectLine]
    """Those of this page."""
    total: int
    pager: Pager | None
    vacant: int
    skips: Sequence[Arrangement]
    handovers: Sequence[Arrangement]
    events: Sequence[EventLine]
    replaced_by: ScheduleRecord | None
    may_manage: bool
    names: "Names" = field(default_factory=lambda: Names({}))

    @property
    def schedule(self) -> ScheduleRecord:
        return self.line.schedule

    @property
    def at_events(self) -> bool:
        return self.schedule.every == EVENT

    @property
    def earliest_end(self) -> date:
        return max(self.line.today, self.schedule.starts_on)

    @property
    def reaches(self) -> str:
        """ "It is for 14 areas." """
        return counted(Audience(self.schedule.audience), self.total)

    @property
    def vacancies(self) -> str:
        if not self.vacant:
            return ""
        return ngettext("At one of them nobody does it.", "At %(number)s of them nobody does it.", self.vacant,
                        number=number(self.vacant))  # fmt: skip

    def occurrence(self, one: Occurrence) -> str:
        return called(one)

    def days(self, one: Occurrence) -> str:
        return words.days_of(one)


def called(one: Occurrence) -> str:
    """An occurrence by its name, with a large letter, and its days."""
    name = words.occurrence_name(one.key)
    said = words.days_of(one)
    joined = f"{name}: {said}" if name else said
    return joined[:1].upper() + joined[1:]


def counted(audience: Audience, count: int) -> str:
    """How many a schedule is for, as a sentence."""
    match audience:
        case Audience.UNITS:
            return ngettext("It is for one unit.", "It is for %(number)s units.", count, number=number(count))
        case Audience.AREAS:
            return ngettext("It is for one area.", "It is for %(number)s areas.", count, number=number(count))
        case Audience.PEOPLE:
            return ngettext("It is for one person.", "It is for %(number)s people.", count, number=number(count))


@dataclass(frozen=True)
class Names:
    """The subjects' names, by slot."""

    by_slot: dict[str, queries.Named]

    def of(self, slot: str) -> str:
        found = self.by_slot.get(slot)
        return wording(found.name) if found is not None else ""


def schedule_page(
    session: Session, schedule: ScheduleRecord, *, today: date, known_at: datetime, who: Actor | None, page: int = 1
) -> SchedulePage:
    """A dozen selects, however many it is for."""
    asked_on = max(today, schedule.starts_on)
    tree = queries.tree(session)
    everyone = queries.subjects(session, schedule, day=asked_on, known_at=known_at, within=tree)
    does = queries.who_does(session, schedule, everyone, asked_on, known_at=known_at)
    told = told_of(everyone, who, tree)
    shown = told[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    slots = {one.slot for one in told}
    of_people = schedule.audience == Audience.PEOPLE

    def told_only(rows: list[Fact]) -> list[Fact]:
        return [row for row in rows if not of_people or Subject.of(row).slot in slots]

    skipped = told_only(_facts(session, Skip, schedule, known_at))
    handed = told_only(_facts(session, Handover, schedule, known_at))
    recorded = told_only(_facts(session, ScheduleEvent, schedule, known_at))
    events = queries.events_of(session, [schedule], known_at=known_at, within=tree)
    of_events = [Subject.read(slot) for (_id, slot) in events if slot in slots]
    named = Names(
        queries.names(
            session,
            [*shown, *(Subject.of(row) for row in (*skipped, *handed, *recorded)), *(one for one in of_events if one)],
        )
    )
    return SchedulePage(
        line=ScheduleLine(schedule, today),
        title=wording(titles(session, [schedule.checklist_id]).get(schedule.checklist_id, schedule.checklist.key)),
        next=_next(schedule, today),
        lines=[
            SubjectLine(
                one, code_of(named, one), named.of(one.slot), does.get(one.slot, ())
            )
            for one in shown
        ],
        total=len(everyone),
        pager=pager(Page(shown, page, len(told), PAGE_SIZE), ".schedule", key=schedule.key),
        vacant=sum(1 for one in everyone if not does.get(one.slot)),
        skips=[
            Arrangement(row.id, slot, named.of(slot), words.occurrence_name(row.occurrence), row.reason)
            for row in skipped
            if (slot := Subject.of(row).slot)
        ],
        handovers=[
            Arrangement(
                row.id, slot, named.of(slot), words.occurrence_name(row.occurrence), row.to.name, row.note or ""
            )
            for row in handed
            if (slot := Subject.of(row).slot)
        ],
        events=event_lines(schedule, recorded, {slot: found for (_id, slot), found in events.items() if slot in slots},
                           named),
        replaced_by=session.scalar(
            select(ScheduleRecord).where(ScheduleRecord.replaces_id == schedule.id, ScheduleRecord.known_at(known_at))
        ),
        may_manage=bool(may_manage(session, who, schedule, day=today, known_at=known_at)),
        names=named,
    )  # fmt: skip


def code_of(named: Names, subject: Subject) -> str:
    """The code beside the name; a person has none."""
    found = named.by_slot.get(subject.slot)
    return found.code if found is not None and subject.person_id is None else ""


def _facts(session: Session, table: type[Fact], schedule: ScheduleRecord, known_at: datetime) -> list[Fact]:
    query = select(table).where(table.schedule_id == schedule.id, table.known_at(known_at)).order_by(table.id.desc())
    if table is Handover:
        query = query.options(joinedload(Handover.to))
    return list(session.scalars(query))


def _next(schedule: ScheduleRecord, today: date) -> list[Occurrence]:
    """The one that runs, and those that come."""
    recurrence = recurrence_of(schedule)
    since = max(recurrence.start, today - timedelta(days=740))
    running = [one for one in occurrences(recurrence, since, today) if one.holds_on(today)]
    return [*running[-1:], *next_ones(recurrence, today, SHOWN_NEXT)][:SHOWN_NEXT]


def event_lines(
    schedule: ScheduleRecord,
    recorded: Sequence[ScheduleEvent],
    known: dict[str, tuple[Event, ...]],
    named: Names,
) -> list[EventLine]:
    """The events that are asked about, recorded and told by the register, the latest first."""
    by_name = {(Subject.of(row).slot, row.name): row for row in recorded}
    found = []
    for slot, events in known.items():
        for one in events:
            row = by_name.get((slot, one.name))
            if row is None and one.day < schedule.starts_on:
                continue
            found.append(
                EventLine(
                    None if row is None else row.id, slot, named.of(slot), one.day,
                    one.day + timedelta(days=schedule.within or 0), (row.text or "") if row is not None else "",
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: one.happens_on, reverse=True)


# --- One subject --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TimeLine:
    """One occurrence of a subject, and what was arranged about it."""

    occurrence: Occurrence
    skip: Skip | None
    handover: Handover | None

    @property
    def said(self) -> str:
        return called(self.occurrence)

    @property
    def name(self) -> str:
        """As short as a choice must be."""
        name = words.occurrence_name(self.occurrence.key) or words.days_of(self.occurrence)
        return name[:1].upper() + name[1:]


@dataclass(frozen=True)
class SubjectPage:
    """What a schedule asks of one unit, area or person."""

    schedule: ScheduleRecord
    title: str
    at_hand: Asked
    name: str
    times: Sequence[TimeLine]
    does: Sequence[Person]
    can_take_over: Sequence[Person]
    events: Sequence[EventLine]
    may_arrange: bool
    may_record: bool

    @property
    def sentence(self) -> str:
        return words.sentence(self.schedule)

    @property
    def at_events(self) -> bool:
        return self.schedule.every == EVENT

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The times that may be skipped or handed over."""
        return [(line.occurrence.key, line.name) for line in self.times if line.skip is None]

    @property
    def times_shown(self) -> list[TimeLine]:
        """The next few, and whatever was arranged about a later one."""
        return [line for place, line in enumerate(self.times) if place < SHOWN_NEXT or line.skip or line.handover]

    @property
    def times_folded(self) -> list[TimeLine]:
        return [line for line in self.times[SHOWN_NEXT:] if not (line.skip or line.handover)]


def subject_page(
    session: Session, schedule: ScheduleRecord, slot: str, *, today: date, known_at: datetime, who: Actor | None,
    may_record: bool,
) -> SubjectPage:  # fmt: skip
    """Raises NotFound where the schedule does not ask it."""
    at_hand = asked(session, schedule, slot, day=max(today, schedule.starts_on), known_at=known_at)
    arranges = bool(may_arrange(session, who, at_hand, day=today))
    skipped = {row.occurrence: row for row in _facts(session, Skip, schedule, known_at) if Subject.of(row).slot == slot}
    handed = {
        row.occurrence: row for row in _facts(session, Handover, schedule, known_at) if Subject.of(row).slot == slot
    }
    named = Names(queries.names(session, [at_hand.subject]))
    events = queries.events_of(session, [schedule], known_at=known_at).get((schedule.id, slot), ())
    recorded = _facts(session, ScheduleEvent, schedule, known_at)
    return SubjectPage(
        schedule=schedule,
        title=wording(titles(session, [schedule.checklist_id]).get(schedule.checklist_id, schedule.checklist.key)),
        at_hand=at_hand,
        name=named.of(slot),
        times=[
            TimeLine(one, skipped.get(one.key), handed.get(one.key))
            for one in coming(session, schedule, at_hand.subject, today=today, known_at=known_at, since=today)
        ],
        does=queries.who_does(session, schedule, [at_hand.subject], today, known_at=known_at).get(slot, ()),
        can_take_over=can_take_over(session, at_hand, day=today, known_at=known_at)
        if arranges and may_hand_over(at_hand, who)
        else (),
        events=event_lines(schedule, recorded, {slot: events}, named),
        may_arrange=arranges,
        may_record=may_record,
    )


# --- Before anything is saved -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preview:
    """What a schedule would do, before it is made."""

    problem: str = ""
    sentence: str = ""
    reaches: str = ""
    names: Sequence[str] = ()
    """The units that it is for, or that its areas and people are in."""
    next: Sequence[str] = ()
    from_day: str = ""
    others: Sequence[tuple[str, str]] = ()
    """Plans of the same checklist that ask some of the same: words and key."""

    @classmethod
    def refused(cls, refusal: Refusal) -> "Preview":
        return cls(problem=say(refusal))


def preview(
    session: Session, planned: ScheduleRecord, *, today: date, known_at: datetime, over: Changeover | None = None
) -> Preview:
    """`planned` is a row that is in no session. `over`: where it takes another's place."""
    asked_on = max(planned.starts_on, today)
    tree = queries.tree(session)
    everyone = queries.subjects(session, planned, day=asked_on, known_at=known_at, within=tree)
    lie_in = {id for one in everyone for id in one.units}
    from_day = ""
    if over is not None:
        from_day = _("It asks from %(day)s.", day=day(over.starts_on))
        if over.ends_on != over.starts_on:
            from_day += " " + _("The old one asks until %(day)s.", day=day(over.ends_on - timedelta(days=1)))
    return Preview(
        sentence=words.sentence(planned),
        reaches=counted(Audience(planned.audience), len(everyone)) if everyone else _("It is for nobody today."),
        names=[f"{unit.code} {wording(unit.name)}" for unit in tree.units.values() if unit.id in lie_in],
        next=[called(one) for one in _next(planned, today)],
        from_day=from_day,
        others=[] if over is not None else _others(session, planned, everyone, tree, asked_on, known_at),
    )


def _others(
    session: Session, planned: ScheduleRecord, everyone: Sequence[Subject], tree: Tree, day: date, known_at: datetime
) -> list[tuple[str, str]]:
    """Whoever is asked by two plans does the same round twice."""
    slots = {one.slot for one in everyone}
    found = []
    for one in queries.live(session, day=day, known_at=known_at):
        if one.checklist_id == planned.checklist.id:
            asked_too = queries.subjects(session, one, day=day, known_at=known_at, within=tree)
            if slots.intersection(each.slot for each in asked_too):
                found.append((words.sentence(one), one.key))
    return found
