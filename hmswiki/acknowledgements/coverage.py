"""The coverage number: facts in, standings and counts out. Pure, and the only place that counts people.

Source: the product's rules of coverage, docs/coverage.md. All facts given are those known at one moment;
days are calendar dates in the site's time zone. Ids are the database's.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from hmswiki.foundation.periods import add_months, holds


class Standing(StrEnum):
    """Where a person of the audience stands."""

    ACKNOWLEDGED = "acknowledged"
    INFORMED = "informed"
    MISSING = "missing"


class Status(StrEnum):
    """A unit's own word, as it holds on a day."""

    CONFIRMED = "confirmed"
    PARTLY = "partly"
    NOT_INFORMED = "not_informed"
    UNKNOWN = "unknown"
    OUTDATED = "outdated"
    NONE = "none"


class UnitFact(NamedTuple):
    id: int
    code: str
    parent_id: int | None
    opened: date
    closed: date | None


class EmploymentFact(NamedTuple):
    person_id: int
    unit_id: int
    starts_on: date
    ends_on: date | None


class RoleFact(NamedTuple):
    person_id: int
    role: str
    unit_id: int
    starts_on: date
    ends_on: date | None


class GuidelineFact(NamedTuple):
    id: int
    slug: str
    renew_months: int | None


class EditionFact(NamedTuple):
    """Editions compare by `published_on`, then number."""

    published_on: date
    major: int
    minor: int
    id: int
    guideline_id: int
    requires_acknowledgement: bool

    @property
    def number(self) -> str:
        return f"{self.major}.{self.minor}"


class RolloutFact(NamedTuple):
    key: str
    guideline_id: int
    unit_ids: frozenset[int]
    role: str | None
    starts_on: date
    ended: date | None
    due: date | None


class AcknowledgementFact(NamedTuple):
    person_id: int
    edition_id: int
    acknowledged_on: date


class ConfirmationFact(NamedTuple):
    unit_id: int
    edition_id: int
    informed_on: date
    answer: str
    recorded_at: datetime
    excepted: frozenset[int] = frozenset()
    only: frozenset[int] | None = None
    """None: it speaks of everybody but those excepted."""


@dataclass(frozen=True)
class Facts:
    """All that is known of some guidelines and people at one moment.

    The units are always all of them. `employments` holds at least every employment, past ones too, of the
    people who are counted and of those excepted from a confirmation.
    """

    units: Sequence[UnitFact]
    employments: Sequence[EmploymentFact]
    roles: Sequence[RoleFact]
    guidelines: Sequence[GuidelineFact]
    editions: Sequence[EditionFact]
    rollouts: Sequence[RolloutFact]
    acknowledgements: Sequence[AcknowledgementFact]
    confirmations: Sequence[ConfirmationFact]
    counted: Collection[int] | None = None
    """Only these people are counted; None: everybody."""

    def assuming(self, confirmations: Iterable[ConfirmationFact]) -> "Facts":
        """The same with `confirmations` besides: what the numbers would be if they were recorded."""
        return replace(self, confirmations=[*self.confirmations, *confirmations])

    def without(self, confirmation: ConfirmationFact) -> "Facts":
        """The same as if `confirmation` were withdrawn."""
        kept = list(self.confirmations)
        kept.remove(confirmation)
        return replace(self, confirmations=kept)


@dataclass(frozen=True)
class Count:
    """Counts over an audience. `acknowledged + informed + missing == total`."""

    acknowledged: int = 0
    informed: int = 0
    missing: int = 0

    @property
    def total(self) -> int:
        return self.acknowledged + self.informed + self.missing

    @property
    def reached(self) -> int:
        return self.acknowledged + self.informed

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None when nobody is in the audience."""
        # Not 1.0: an empty audience is not a success.
        return self.reached / self.total if self.total else None

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.acknowledged + other.acknowledged, self.informed + other.informed, self.missing + other.missing
        )


@dataclass(frozen=True)
class Row:
    """One unit and guideline: the row of rules' "As data", with the ids behind its words."""

    guideline_id: int
    guideline: str
    unit_id: int
    unit: str
    edition_id: int
    edition: str
    count: Count
    status: Status
    due: date | None
    overdue: bool

    def as_data(self) -> dict[str, Any]:
        return {
            "guideline": self.guideline,
            "unit": self.unit,
            "edition": self.edition,
            "total": self.count.total,
            "acknowledged": self.count.acknowledged,
            "informed": self.count.informed,
            "missing": self.count.missing,
            "status": str(self.status),
            "due": self.due.isoformat() if self.due else None,
            "overdue": self.overdue,
        }


class Member(NamedTuple):
    """A person of an audience: the unit they are employed in that day, and where they stand."""

    unit_id: int
    standing: Standing


@dataclass(frozen=True)
class Coverage:
    """Who stands where on one day.

    `rows` is by (guideline id, unit id); units without an audience for a guideline have no row.
    `members` is by guideline id, then person id. `demanded` is the demanded edition by guideline id.
    """

    day: date
    rows: Mapping[tuple[int, int], Row]
    members: Mapping[int, Mapping[int, Member]]
    demanded: Mapping[int, EditionFact]

    def row(self, guideline_id: int, unit_id: int) -> Row | None:
        return self.rows.get((guideline_id, unit_id))

    def standing(self, guideline_id: int, person_id: int) -> Standing | None:
        """None: not in the audience, or nothing is demanded."""
        member = self.members.get(guideline_id, {}).get(person_id)
        return member.standing if member else None

    def in_order(self) -> list[Row]:
        """Rows sorted by guideline, then unit."""
        return sorted(self.rows.values(), key=lambda row: (row.guideline, row.unit))

    def people(self, guideline_id: int, units: Collection[int], standing: Standing) -> list[int]:
        """Ids of the people employed in `units` who stand so."""
        members = self.members.get(guideline_id, {})
        return [person for person, member in members.items() if member.standing == standing and member.unit_id in units]


def total_of(rows: Iterable[Row]) -> Count:
    """The sum over several rows: it counts obligations, not people."""
    return sum((row.count for row in rows), Count())


@dataclass(frozen=True)
class Tree:
    """The units as a tree. Every unit's ancestors and descendants include the unit itself."""

    ancestors: Mapping[int, tuple[int, ...]]
    descendants: Mapping[int, frozenset[int]]

    @classmethod
    def of(cls, units: Sequence[UnitFact]) -> "Tree":
        parents = {unit.id: unit.parent_id for unit in units}
        ancestors: dict[int, tuple[int, ...]] = {}
        descendants: dict[int, set[int]] = {unit.id: set() for unit in units}
        for unit_id in parents:
            line: list[int] = []
            current: int | None = unit_id
            while current is not None:
                line.append(current)
                current = parents[current]
            ancestors[unit_id] = tuple(line)
            for above in line:
                descendants[above].add(unit_id)
        return cls(ancestors, {unit_id: frozenset(below) for unit_id, below in descendants.items()})

    def under(self, unit_ids: Iterable[int]) -> set[int]:
        """The units and all beneath them."""
        return set().union(*(self.descendants[unit_id] for unit_id in unit_ids))


def lapses_on(day: date, renew_months: int | None) -> date | None:
    """The day from which what was said on `day` no longer counts; None: never."""
    if renew_months is None:
        return None
    try:
        return add_months(day, renew_months)
    except ValueError:  # after the last day there is
        return None


def counts_still(day: date, renew_months: int | None, as_of: date) -> bool:
    """Whether what was said on `day` counts on `as_of`: said by then, and not lapsed."""
    lapse = lapses_on(day, renew_months)
    return day <= as_of and (lapse is None or as_of < lapse)


def earliest_that_counts(renew_months: int, as_of: date) -> date:
    """The earliest day on which something said still counts on `as_of`."""
    try:
        day = add_months(as_of, -renew_months) - timedelta(days=4)
    except (ValueError, OverflowError):  # before the first day there is
        day = date.min
    while not counts_still(day, renew_months, as_of):
        day += timedelta(days=1)
    return day


def demanded_edition(editions: Iterable[EditionFact], day: date) -> EditionFact | None:
    """The latest edition that demands acknowledgement and is published by `day`."""
    return max((e for e in editions if e.requires_acknowledgement and e.published_on <= day), default=None)


def enough(editions: Iterable[EditionFact], demanded: EditionFact) -> frozenset[int]:
    """Ids of the editions that are enough where `demanded` is demanded: it, and all that come after."""
    return frozenset(edition.id for edition in editions if edition >= demanded)


def evaluate(facts: Facts, day: date) -> Coverage:
    """Who stands where on `day`, for every unit open that day and every guideline with an audience there."""
    return _Evaluation(facts, day).coverage()


def rollouts_reaching(facts: Facts, person_id: int, day: date) -> list[RolloutFact]:
    """The rollouts in force on `day` in whose audience the person is; `person_id` is one of those counted."""
    evaluation = _Evaluation(facts, day)
    return [
        rollout
        for rollout in facts.rollouts
        if holds(rollout.starts_on, rollout.ended, day) and person_id in evaluation._audience([rollout])
    ]


@dataclass
class _Evaluation:
    """One day's reckoning. Each method is one sentence of the rules."""

    facts: Facts
    day: date
    tree: Tree = field(init=False)
    units: dict[int, UnitFact] = field(init=False)
    by_unit: dict[int, list[EmploymentFact]] = field(init=False)
    employed: dict[int, int] = field(init=False)
    """Unit id by person id, for everybody employed on the day who is counted."""
    by_person: dict[int, list[EmploymentFact]] = field(init=False)

    def __post_init__(self) -> None:
        facts = self.facts
        self.tree = Tree.of(facts.units)
        self.units = {unit.id: unit for unit in facts.units}
        self.by_unit, self.by_person = defaultdict(list), defaultdict(list)
        self.employed = {}
        counted = None if facts.counted is None else set(facts.counted)
        for employment in facts.employments:
            self.by_unit[employment.unit_id].append(employment)
            self.by_person[employment.person_id].append(employment)
            if holds(employment.starts_on, employment.ends_on, self.day) and (
                counted is None or employment.person_id in counted
            ):
                self.employed[employment.person_id] = employment.unit_id

    def coverage(self) -> Coverage:
        editions, rollouts = defaultdict(list), defaultdict(list)
        guideline_of: dict[int, int] = {}
        for edition in self.facts.editions:
            editions[edition.guideline_id].append(edition)
            guideline_of[edition.id] = edition.guideline_id
        for rollout in self.facts.rollouts:
            if holds(rollout.starts_on, rollout.ended, self.day):
                rollouts[rollout.guideline_id].append(rollout)
        acknowledgements: dict[int, list[AcknowledgementFact]] = defaultdict(list)
        for acknowledgement in self.facts.acknowledgements:
            acknowledgements[guideline_of[acknowledgement.edition_id]].append(acknowledgement)
        answers: dict[int, list[ConfirmationFact]] = defaultdict(list)
        for confirmation in self.facts.confirmations:
            answers[guideline_of[confirmation.edition_id]].append(confirmation)
        rows: dict[tuple[int, int], Row] = {}
        members: dict[int, dict[int, Member]] = {}
        demands: dict[int, EditionFact] = {}
        for guideline in self.facts.guidelines:
            demanded = demanded_edition(editions[guideline.id], self.day)
            if demanded is None:
                continue
            demands[guideline.id] = demanded
            audience = self._audience(rollouts[guideline.id])
            if not audience:
                continue
            good_editions = enough(editions[guideline.id], demanded)
            given = answers[guideline.id]
            acknowledged = self._acknowledged(guideline, acknowledgements[guideline.id], good_editions)
            informed = self._informed(guideline, given, good_editions)
            members[guideline.id] = _members(audience, acknowledged, informed)
            rows.update(
                ((guideline.id, row.unit_id), row)
                for row in self._rows(
                    guideline, demanded, members[guideline.id], rollouts[guideline.id], given, good_editions
                )
            )
        return Coverage(self.day, rows, members, demands)

    def _audience(self, rollouts: Sequence[RolloutFact]) -> dict[int, int]:
        """Unit by person, for everyone employed on the day whom a rollout in force reaches. Nobody counts twice."""
        audience: dict[int, int] = {}
        for rollout in rollouts:
            reached = self.tree.under(rollout.unit_ids)
            holders = None if rollout.role is None else self._holders(rollout.role)
            for person, unit in self.employed.items():
                if unit not in reached:
                    continue
                if holders is None or not holders[person].isdisjoint(self.tree.ancestors[unit]):
                    audience[person] = unit
        return audience

    def _holders(self, role: str) -> Mapping[int, set[int]]:
        """Units by person, where the person holds `role` on the day."""
        held: dict[int, set[int]] = defaultdict(set)
        for holding in self.facts.roles:
            if holding.role == role and holds(holding.starts_on, holding.ends_on, self.day):
                held[holding.person_id].add(holding.unit_id)
        return held

    def _acknowledged(
        self, guideline: GuidelineFact, acknowledgements: Sequence[AcknowledgementFact], good: frozenset[int]
    ) -> set[int]:
        """The people with an acknowledgement of an edition that is enough, given by the day and not lapsed."""
        first = date.min
        if guideline.renew_months is not None:
            first = earliest_that_counts(guideline.renew_months, self.day)
        return {person for person, edition, on in acknowledgements if edition in good and first <= on <= self.day}

    def _informed(
        self, guideline: GuidelineFact, answers: Sequence[ConfirmationFact], good: frozenset[int]
    ) -> set[int]:
        """The people whom a good answer covers: employed that day in the tree of the unit that gave it."""
        covered: set[int] = set()
        for answer in answers:
            if not self._is_good(answer, guideline, good):
                continue
            for unit in self.tree.descendants[answer.unit_id]:
                covered.update(
                    employment.person_id
                    for employment in self.by_unit[unit]
                    if holds(employment.starts_on, employment.ends_on, answer.informed_on)
                    and employment.person_id not in answer.excepted
                    and (answer.only is None or employment.person_id in answer.only)
                )
        return covered

    def _is_good(self, answer: ConfirmationFact, guideline: GuidelineFact, good: frozenset[int]) -> bool:
        """An answer is good if it is `informed`, of an edition that is enough, and not lapsed."""
        return (
            answer.answer == "informed"
            and answer.edition_id in good
            and counts_still(answer.informed_on, guideline.renew_months, self.day)
        )

    def _rows(
        self,
        guideline: GuidelineFact,
        demanded: EditionFact,
        members: Mapping[int, Member],
        rollouts: Sequence[RolloutFact],
        answers: Sequence[ConfirmationFact],
        good: frozenset[int],
    ) -> Iterator[Row]:
        counts: dict[int, dict[Standing, int]] = defaultdict(lambda: dict.fromkeys(Standing, 0))
        # By id: there are few different members, and comparing enums takes longer than all the rest.
        different = {id(member): member for member in members.values()}
        for which, people in Counter(map(id, members.values())).items():
            member = different[which]
            for above in self.tree.ancestors[member.unit_id]:
                counts[above][member.standing] += people
        spoken = [answer for answer in answers if answer.only is None and answer.informed_on <= self.day]
        by_unit: dict[int, list[tuple[ConfirmationFact, bool, set[int]]]] = defaultdict(list)
        for answer in spoken:
            is_good = self._is_good(answer, guideline, good)
            by_unit[answer.unit_id].append((answer, is_good, self._units_with_exceptions(answer) if is_good else set()))
        for unit_id, parts in counts.items():
            unit = self.units[unit_id]
            if not holds(unit.opened, unit.closed, self.day):
                continue
            heard = [one for above in self.tree.ancestors[unit_id] for one in by_unit[above]]
            due = self._due(unit_id, rollouts)
            count = Count(parts[Standing.ACKNOWLEDGED], parts[Standing.INFORMED], parts[Standing.MISSING])
            yield Row(
                guideline.id,
                guideline.slug,
                unit_id,
                unit.code,
                demanded.id,
                demanded.number,
                count,
                self._status(unit_id, heard),
                due,
                overdue=due is not None and self.day > due and count.missing > 0,
            )

    def _units_with_exceptions(self, answer: ConfirmationFact) -> set[int]:
        """The units in whose tree somebody excepted was employed on the day of the answer."""
        return {
            above
            for person in answer.excepted
            for employment in self.by_person.get(person, ())
            if holds(employment.starts_on, employment.ends_on, answer.informed_on)
            for above in self.tree.ancestors[employment.unit_id]
        }

    def _status(self, unit_id: int, heard: Sequence[tuple[ConfirmationFact, bool, set[int]]]) -> Status:
        """The first that holds: confirmed, partly, the latest answer where it is a no, outdated, none."""
        good = [exceptions for _, is_good, exceptions in heard if is_good]
        if any(unit_id not in exceptions for exceptions in good):
            return Status.CONFIRMED
        if good:
            return Status.PARTLY
        if not heard:
            return Status.NONE
        latest = max(
            (answer for answer, _, _ in heard),
            key=lambda answer: (answer.informed_on, answer.recorded_at, self.units[answer.unit_id].code, answer.answer),
        )
        if latest.answer != "informed":
            return Status(latest.answer)
        return Status.OUTDATED

    def _due(self, unit_id: int, rollouts: Sequence[RolloutFact]) -> date | None:
        """That of the latest-started rollout in force (then the highest id as text) that includes the unit."""
        above = set(self.tree.ancestors[unit_id])
        reaching = [rollout for rollout in rollouts if not above.isdisjoint(rollout.unit_ids)]
        latest = max(reaching, key=lambda rollout: (rollout.starts_on, rollout.key), default=None)
        return latest.due if latest else None


def _members(audience: Mapping[int, int], acknowledged: set[int], informed: set[int]) -> dict[int, Member]:
    """Where each of the audience stands: acknowledged before informed before missing.

    Those of one unit who stand alike share one Member: there may be millions of them.
    """
    alike = {
        unit: (Member(unit, Standing.ACKNOWLEDGED), Member(unit, Standing.INFORMED), Member(unit, Standing.MISSING))
        for unit in set(audience.values())
    }
    return {
        person: alike[unit][0 if person in acknowledged else 1 if person in informed else 2]
        for person, unit in audience.items()
    }
