"""A campaign: one occurrence of a schedule, seen over all whom it asks. Who has delivered, and what they answered.

`session` first; a fixed number of selects, however many units and items there are.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hmswiki.actions.models import Action, ActionState
from hmswiki.checklists import queries as checklist_queries
from hmswiki.checklists.models import ChecklistEdition
from hmswiki.checklists.template import Checklist, Item, Kind, Section
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.language import in_language
from hmswiki.foundation.permissions import Actor, Permission, Places, may
from hmswiki.rounds import due, rules
from hmswiki.rounds.due import Due
from hmswiki.rounds.models import Answer, Finding, Round, Seriousness
from hmswiki.schedules import audience
from hmswiki.schedules.audience import Tree
from hmswiki.schedules.models import Audience, ScheduleRecord
from hmswiki.schedules.recurrence import Occurrence, Standing, occurrences
from hmswiki.schedules.subjects import Subject
from hmswiki.schedules.terms import EVENT, recurrence_of

SMALLEST = 5
"""Where people answer for themselves, fewer than so many are not told of, as in the coverage."""

_DELIVERED = frozenset({Standing.DONE, Standing.DONE_LATE})

_BY_NAME_AT_MOST = 500
"""A database takes only so many values in one statement."""


class Said(NamedTuple):
    """The answer that counts to one item of one round."""

    round_id: int
    item: str
    value: str | None
    note: str | None


@dataclass(frozen=True)
class Remark:
    """Words from one round: a text that was asked for, or a note beside an answer."""

    place: str
    """Code of the unit or area; empty where people answered for themselves."""
    text: str


@dataclass(frozen=True)
class Tally:
    """How an item was answered, over the rounds that asked it. `counts` is by value, in the item's own order."""

    item: Item
    counts: Mapping[str, int]
    asked: int
    """Rounds in which it was asked and shown."""
    numbers: tuple[float, ...] = ()
    """The numbers that were answered, the smallest first."""
    remarks: tuple[Remark, ...] = ()
    findings: int = 0
    still_open: int = 0
    too_few: bool = False
    """People answered for themselves, and so few were asked this that nothing of it is told."""

    @property
    def answered(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Findings:
    """What the rounds found wrong, counted."""

    total: int = 0
    mended: int = 0
    by_seriousness: Mapping[Seriousness | None, int] = field(default_factory=dict)
    actions_open: int = 0
    actions_overdue: int = 0


@dataclass(frozen=True)
class Results:
    """What the delivered rounds say together. Local items are not among it: they are the unit's own."""

    rounds: int
    sections: tuple[tuple[Section, tuple[Tally, ...]], ...] = ()
    findings: Findings = field(default_factory=Findings)
    too_few: bool = False
    """People answered for themselves, and so few that an answer could be told to be somebody's."""


@dataclass(frozen=True)
class Campaign:
    """Who has delivered, in the organisation's own order."""

    schedule: ScheduleRecord
    occurrence: Occurrence
    dues: Sequence[Due]

    @cached_property
    def delivered(self) -> list[Due]:
        return [one for one in self.dues if one.standing in _DELIVERED]

    @cached_property
    def skipped(self) -> list[Due]:
        return [one for one in self.dues if one.standing is Standing.SKIPPED]

    @cached_property
    def missing(self) -> list[Due]:
        """Neither delivered nor skipped."""
        return [one for one in self.dues if one.standing not in _DELIVERED and one.standing is not Standing.SKIPPED]


def campaign(
    session: Session, schedule: ScheduleRecord, occurrence_key: str, who: Actor, *, today: date, known_at: datetime
) -> Campaign:
    """The campaign as `who` may see it: the subjects in their own units and beneath. Raises NotFound."""
    known = audience.tree(session)
    past = [one for one in _past(schedule, schedule.starts_on, today) if one.key == occurrence_key]
    asked = _asked_then(session, schedule, who, known, past, today=today, known_at=known_at)
    found = due.of_schedule(session, schedule, today=today, known_at=known_at, within=known, subjects=asked.everyone)
    dues = asked.by_occurrence(found).get(occurrence_key)
    if not dues:
        raise NotFound(N_("Nobody whom you can see is asked then. The schedule's page says when it asks, and whom."))
    return Campaign(schedule, dues[0].occurrence, dues)


def _past(schedule: ScheduleRecord, since: date, today: date) -> list[Occurrence]:
    """The occurrences from `since` on that were due before today. At events each has its own, and they are not told."""
    if schedule.every == EVENT:
        return []
    return [one for one in occurrences(recurrence_of(schedule), since, today) if one.due_on < today]


@dataclass(frozen=True)
class _Asked:
    """Whom a schedule asks: those of today, and those of the day on which each past occurrence was due.

    A campaign that is over stays as it was, whatever is reorganised after it.
    """

    today: Sequence[Subject]
    then: Mapping[str, Sequence[Subject]]
    """By the occurrence's key."""

    @property
    def everyone(self) -> list[Subject]:
        found = {one.slot: one for one in self.today}
        for subjects in self.then.values():
            for one in subjects:
                found.setdefault(one.slot, one)
        return list(found.values())

    def by_occurrence(self, dues: Iterable[Due]) -> dict[str, list[Due]]:
        """Of each occurrence those of whom it was asked, in the organisation's own order."""
        found: dict[str, dict[str, Due]] = defaultdict(dict)
        for one in dues:
            found[one.occurrence.key][one.subject.slot] = one
        asked = {
            key: [of[one.slot] for one in self.then.get(key, self.today) if one.slot in of]
            for key, of in found.items()
        }  # fmt: skip
        return {key: theirs for key, theirs in asked.items() if theirs}


def _asked_then(
    session: Session, schedule: ScheduleRecord, who: Actor, known: Tree, past: Iterable[Occurrence], *, today: date,
    known_at: datetime,
) -> _Asked:  # fmt: skip
    def on(day: date) -> list[Subject]:
        return visible(session, schedule, who, known, today=day, known_at=known_at)

    return _Asked(on(today), {one.key: on(one.due_on) for one in past})


def visible(
    session: Session, schedule: ScheduleRecord, who: Actor, known: Tree, *, today: date, known_at: datetime
) -> list[Subject]:
    """Those of the schedule's subjects whose rounds `who` may see gathered."""
    asked = audience.subjects(session, schedule, day=today, known_at=known_at, within=known)
    paths = {id: known.units[id].path for subject in asked for id in subject.units}
    seen = {id for id, path in paths.items() if may(who, Permission.SEE_CAMPAIGNS, within=Places((path,)))}
    if may(who, Permission.SEE_CAMPAIGNS, within=Places(("/",))):  # held everywhere: areas without a unit too
        return asked
    return [subject for subject in asked if seen.intersection(subject.units)]


# --- What they answered -------------------------------------------------------------------------------------


def results(session: Session, seen: Campaign, *, today: date) -> Results:
    """What the delivered rounds say together: seven selects."""
    rounds = _rounds(session, seen)
    people = seen.schedule.audience == Audience.PEOPLE
    if people and len(rounds) < SMALLEST:
        return Results(len(rounds), too_few=bool(rounds))
    if not rounds:
        return Results(0)
    contents = _contents(session, {edition_id for edition_id, _ in rounds.values()})
    newest = contents[max(contents, key=lambda id: contents[id][0])][1]
    all_said = _said(session, seen, rounds)
    is_shown = _shown(all_said, contents)
    said = [one for one in all_said if is_shown(one.round_id, rounds[one.round_id][0], one.item)]
    found = _findings(session, seen, rounds)
    left_out = _left_out(session, seen, rounds)
    kinds = {id: {item.key: item.kind for item in content.items} for id, (_, content) in contents.items()}
    now = {item.key: item.kind for item in newest.items}
    by_item: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        # What was asked otherwise in an earlier edition is another question.
        if now.get(one.item) is kinds[rounds[one.round_id][0]].get(one.item):
            by_item[one.item].append(one)
    findings: dict[str, list[_Found]] = defaultdict(list)
    for each in found:
        findings[each.item].append(each)
    places = {round_id: "" if people else place for round_id, (_, place) in rounds.items()}

    def asked(item: Item) -> int:
        """What must be answered is answered wherever it was asked; what need not be is counted there too."""
        if item.required:
            return len(by_item[item.key])
        return sum(
            kinds[edition_id].get(item.key) is item.kind
            and item.key not in left_out.get(round_id, ())
            and is_shown(round_id, edition_id, item.key)
            for round_id, (edition_id, _) in rounds.items()
        )

    def tally(item: Item) -> Tally:
        count = asked(item)
        if people and count < SMALLEST:
            return Tally(item, {}, 0, too_few=count > 0)
        return _tally(item, by_item[item.key], count, places, findings[item.key])

    sections = tuple((section, tuple(map(tally, section.items))) for section in newest.sections)
    return Results(len(rounds), sections, _counted(found, today))


def _rounds(session: Session, seen: Campaign) -> dict[int, tuple[int, str]]:
    """Edition and place of each delivered round, by its id."""
    codes = {one.done.key: one.code for one in seen.delivered if one.done is not None}
    rows = session.execute(select(Round.id, Round.key, Round.edition_id).where(_is_handed_in(seen)))
    return {id: (edition_id, codes[key]) for id, key, edition_id in rows if key in codes}


def _is_handed_in(seen: Campaign) -> ColumnElement[bool]:
    """SQL: the round was handed in for the campaign, whoever sees it."""
    return and_(
        Round.schedule_id == seen.schedule.id, Round.occurrence == seen.occurrence.key,
        Round.handed_in_at.is_not(None), Round.abandoned_at.is_(None),
    )  # fmt: skip


def _among(column: InstrumentedAttribute[int], seen: Campaign, rounds: Collection[int]) -> ColumnElement[bool]:
    """SQL: it is one of the rounds. Where they are very many, one that anybody sees: the caller picks among them."""
    if len(rounds) <= _BY_NAME_AT_MOST:
        return column.in_(sorted(rounds))
    return column.in_(select(Round.id).where(_is_handed_in(seen)))


def _contents(session: Session, ids: Collection[int]) -> dict[int, tuple[tuple[int, int], Checklist]]:
    found = session.scalars(select(ChecklistEdition).where(ChecklistEdition.id.in_(ids)))
    return {one.id: ((one.major, one.minor), checklist_queries.content_of(one)) for one in found}


def _said(session: Session, seen: Campaign, rounds: Collection[int]) -> list[Said]:
    """The answer that counts to each item of each round. The database picks it: the others are many."""
    latest = (
        select(
            Answer.round_id, Answer.item, Answer.value, Answer.note,
            func.row_number()
            .over(
                partition_by=(Answer.round_id, Answer.item),
                order_by=(Answer.answered_at.desc(), Answer.recorded_at.desc(), Answer.key.desc()),
            )
            .label("place"),
        )
        .where(Answer.item.is_not(None), _among(Answer.round_id, seen, rounds))
        .subquery()
    )  # fmt: skip
    rows = session.execute(
        select(latest.c.round_id, latest.c.item, latest.c.value, latest.c.note).where(latest.c.place == 1)
    )
    return [Said._make(row) for row in rows if row.round_id in rounds]


def _left_out(session: Session, seen: Campaign, rounds: Collection[int]) -> dict[int, frozenset[str]]:
    """The central items that rounds did not ask, by round: those that their units have marked as not relevant."""
    query = select(Round.id, Round.asked, ChecklistEdition.content).join(
        ChecklistEdition, ChecklistEdition.id == Round.edition_id
    )
    query = query.where(_among(Round.id, seen, rounds), Round.asked["left_out"].as_string().is_not(None))
    return {
        id: frozenset(_keys(content) - _keys(asked["checklist"]))
        for id, asked, content in session.execute(query)
        if id in rounds
    }


def _keys(content: Mapping[str, Any]) -> set[str]:
    return {item["key"] for section in content["sections"] for item in section["items"]}


def _visible_only(
    said: Sequence[Said], rounds: Mapping[int, tuple[int, str]],
    contents: Mapping[int, tuple[tuple[int, int], Checklist]],
) -> Iterable[Said]:  # fmt: skip
    """Without answers to items that a later answer hid."""
    is_shown = _shown(said, contents)
    return (one for one in said if is_shown(one.round_id, rounds[one.round_id][0], one.item))


def _shown(
    said: Sequence[Said], contents: Mapping[int, tuple[tuple[int, int], Checklist]]
) -> Callable[[int, int, str], bool]:
    """Whether an item, by round, edition and key, is asked after what was answered before it."""
    conditional = {
        id: {item.key: item for item in content.items if item.shown_when} for id, (_, content) in contents.items()
    }
    if not any(conditional.values()):
        return lambda round_id, edition_id, key: True
    items = {id: {item.key: item for item in content.items} for id, (_, content) in contents.items()}
    values = {(one.round_id, one.item): one.value for one in said}

    def is_shown(round_id: int, edition_id: int, key: str) -> bool:
        item = conditional[edition_id].get(key)
        if item is None or item.shown_when is None:
            return True
        earlier = items[edition_id][item.shown_when.item]
        word = rules.word_of(earlier, values.get((round_id, earlier.key)))
        return word in item.shown_when.answers and is_shown(round_id, edition_id, earlier.key)

    return is_shown


def _tally(item: Item, said: Sequence[Said], asked: int, places: Mapping[int, str], found: Sequence["_Found"]) -> Tally:
    given = [one.value for one in said if one.value is not None]
    words = item.kind not in (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.PHOTO)
    counts: Counter[str] = Counter(given) if words else Counter({"": len(given)} if given else {})
    remarks = [
        Remark(places[one.round_id], text)
        for one in sorted((one for one in said if _has_words(item, one)), key=lambda one: places[one.round_id])
        for text in ((one.value if item.kind is Kind.TEXT else None), one.note)
        if text
    ]
    # What people said for themselves stands in no order that would tell which remarks are the same person's.
    remarks.sort(key=lambda one: (one.place, "" if one.place else one.text))
    return Tally(
        item, counts, asked,
        numbers=tuple(sorted(float(value) for value in given)) if item.kind is Kind.NUMBER else (),
        remarks=tuple(remarks), findings=len(found), still_open=sum(one.mended_on is None for one in found),
    )  # fmt: skip


def _has_words(item: Item, said: Said) -> bool:
    return bool(said.note) or (item.kind is Kind.TEXT and bool(said.value))


class _Found(NamedTuple):
    item: str
    seriousness: Seriousness | None
    mended_on: date | None
    action_state: ActionState | None
    action_due: date | None


def _findings(session: Session, seen: Campaign, rounds: Collection[int]) -> list[_Found]:
    rows = session.execute(
        select(Finding.round_id, Finding.item, Finding.seriousness, Finding.mended_on, Action.state, Action.due_on)
        .outerjoin(Action, Action.id == Finding.action_id)
        .where(_among(Finding.round_id, seen, rounds), Finding.withdrawn_at.is_(None))
    )
    return [
        _Found(item, Seriousness(how) if how else None, mended, ActionState(state) if state else None, by)
        for round_id, item, how, mended, state, by in rows
        if round_id in rounds
    ]


def _counted(found: Sequence[_Found], today: date) -> Findings:
    waiting = [one for one in found if one.action_state is ActionState.OPEN]
    return Findings(
        total=len(found),
        mended=sum(one.mended_on is not None for one in found),
        by_seriousness=Counter(one.seriousness for one in found),
        actions_open=len(waiting),
        actions_overdue=sum(one.action_due is not None and one.action_due < today for one in waiting),
    )


# --- As rows ------------------------------------------------------------------------------------------------

COLUMNS = ("unit", "name", "status", "done_on", "section", "item", "text", "answer", "note")
"""What an export's columns are called."""


def rows(session: Session, seen: Campaign, *, language: str) -> list[list[Any]]:
    """One row for each place and item; one without an item for each place that has not delivered.

    Where people answered for themselves there are only the counts on the page, and no rows.
    """
    if seen.schedule.audience == Audience.PEOPLE:
        return []
    rounds = _rounds(session, seen)
    contents = _contents(session, {edition_id for edition_id, _ in rounds.values()})
    by_place: dict[str, dict[str, Said]] = {}
    editions: dict[str, int] = {}
    for one in _visible_only(_said(session, seen, rounds), rounds, contents):
        edition_id, place = rounds[one.round_id]
        by_place.setdefault(place, {})[one.item] = one
        editions[place] = edition_id
    asked = {
        id: [
            (item.key, in_language(section.title, language), in_language(item.text, language))
            for section in content.sections
            for item in section.items
        ]
        for id, (_, content) in contents.items()
    }
    made: list[list[Any]] = []
    for due_of in seen.dues:
        name = in_language(due_of.place, language) if due_of.place is not None else ""
        head = [due_of.code, name, str(due_of.standing), due_of.done.done_on if due_of.done else None]
        answers = by_place.get(due_of.code)
        if not answers:
            made.append([*head, None, None, None, None, None])
            continue
        for key, section, text in asked[editions[due_of.code]]:
            said = answers.get(key)
            if said is not None:
                made.append([*head, section, key, text, said.value, said.note])
    return made


# --- Which there are ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Summary:
    """How one occurrence of a schedule stands, counted."""

    schedule: ScheduleRecord
    title: Any
    occurrence: Occurrence
    delivered: int
    skipped: int
    total: int


def summaries(
    session: Session, schedules: Iterable[ScheduleRecord], who: Actor, *, today: date, known_at: datetime, since: date
) -> list[Summary]:
    """The occurrences that have begun and did not end before `since`, of those that `who` may see; the latest first."""
    known = audience.tree(session)
    found: list[Summary] = []
    for schedule in schedules:
        past = _past(schedule, since, today)
        asked = _asked_then(session, schedule, who, known, past, today=today, known_at=known_at)
        of_all = due.of_schedule(
            session, schedule, today=today, known_at=known_at, since=since, within=known, subjects=asked.everyone
        )
        begun = [one for one in of_all if one.standing is not Standing.UPCOMING]
        for dues in asked.by_occurrence(begun).values():
            seen = Campaign(schedule, dues[0].occurrence, dues)
            found.append(
                Summary(
                    schedule, dues[0].title, seen.occurrence, len(seen.delivered), len(seen.skipped), len(dues)
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.occurrence.starts_on, str(one.schedule.key)), reverse=True)
