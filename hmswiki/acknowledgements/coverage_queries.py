"""Reads for the pages of coverage: what one reader sees of a day and of the year before it. `session` first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements import masking, queries
from hmswiki.acknowledgements import matrix as layout
from hmswiki.acknowledgements.coverage import Count, Coverage, EditionFact, evaluate
from hmswiki.acknowledgements.masking import Shown
from hmswiki.acknowledgements.models import (
    Confirmation,
    ConfirmationAnswer,
    ConfirmationException,
    Rollout,
    RolloutUnit,
)
from hmswiki.foundation.database import Wording
from hmswiki.foundation.permissions import Actor, Permission, Role, may
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.organisation import queries as organisation_queries
from hmswiki.organisation.models import Unit
from hmswiki.organisation.queries import Contact

# Columns of an export: the rules' "As data".
COLUMNS = (
    "guideline", "unit", "edition", "total", "acknowledged", "informed", "missing", "status", "due", "overdue",
)  # fmt: skip

# Whom to turn to in a unit.
CONTACT_ROLES = (Role.UNIT_LEADER, Role.HSE_COORDINATOR)


@dataclass(frozen=True)
class Seen:
    """What one reader sees of a day."""

    coverage: Coverage
    shown: Mapping[tuple[int, int], Shown]
    every_unit: Sequence[Unit]
    units: Sequence[Unit]
    """Those open that day whose coverage the reader may see, in the organisation's own order."""
    titles: Mapping[int, Wording]
    """By guideline id."""

    def within(self, unit: Unit) -> list[Unit]:
        """Those of the reader's units that are this unit or beneath it."""
        return [one for one in self.units if one.path.startswith(unit.path)]

    def above(self, unit: Unit) -> list[Unit]:
        """The units above this one, the nearest first."""
        line = [one for one in self.every_unit if unit.path.startswith(one.path) and one.id != unit.id]
        return sorted(line, key=lambda one: len(one.path), reverse=True)

    def children(self, unit: Unit) -> list[Unit]:
        return [one for one in self.units if one.parent_id == unit.id]


def seen_by(session: Session, actor: Actor, *, as_of: date, known_at: datetime) -> Seen:
    """What `actor` sees of the coverage on `as_of`, as known at `known_at`. A fixed number of selects."""
    found = queries.coverage(session, as_of=as_of, known_at=known_at)
    every_unit = organisation_queries.in_own_order(session.scalars(select(Unit)).all())
    return Seen(
        coverage=found,
        shown=masking.shown_to(actor, found.rows, every_unit),
        every_unit=every_unit,
        units=[unit for unit in every_unit if unit.open_on(as_of) and may(actor, Permission.SEE_COVERAGE, within=unit)],
        titles=titles(session),
    )


def titles(session: Session) -> dict[int, Wording]:
    """The title of every guideline, by id."""
    return {row.id: row.title for row in session.execute(select(Guideline.id, Guideline.title))}


# --- One cell -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """A unit's answer, as it was known. `unit_id` gave it: the unit that is asked about, or one above it."""

    unit_id: int
    on: date
    edition: str
    answer: ConfirmationAnswer
    method: str | None
    names_only: bool
    excepts_some: bool
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawal_reason: str | None


@dataclass(frozen=True)
class History:
    """What has happened with one guideline in one unit, up to a day. Each list has the latest first."""

    answers: Sequence[Answer]
    editions: Sequence[Edition]
    rollouts: Sequence[Rollout]


def history(
    session: Session, guideline: Guideline, line: Sequence[Unit], *, as_of: date, known_at: datetime
) -> History:
    """Answers, editions and rollouts that concern the first unit of `line`, whose others are those above it."""
    ids = [unit.id for unit in line]
    excepts_some = exists().where(ConfirmationException.confirmation_id == Confirmation.id)
    answers = session.execute(
        select(Confirmation, Edition.major, Edition.minor, excepts_some)
        .join(Edition, Edition.id == Confirmation.edition_id)
        .where(
            Edition.guideline_id == guideline.id,
            Confirmation.unit_id.in_(ids),
            Confirmation.informed_on <= as_of,
            Confirmation.recorded_at <= known_at,
        )
        .order_by(Confirmation.informed_on.desc(), Confirmation.recorded_at.desc(), Confirmation.id.desc())
    )
    editions = session.scalars(
        select(Edition)
        .where(Edition.guideline_id == guideline.id, Edition.published_on <= as_of)
        .order_by(Edition.published_on.desc(), Edition.major.desc(), Edition.minor.desc())
    )
    rollouts = session.scalars(
        select(Rollout)
        .where(
            Rollout.guideline_id == guideline.id,
            Rollout.starts_on <= as_of,
            Rollout.id.in_(select(RolloutUnit.rollout_id).where(RolloutUnit.unit_id.in_(ids))),
        )
        .order_by(Rollout.starts_on.desc(), Rollout.key.desc())
    )
    return History(
        answers=[_answer(row, major, minor, some, known_at) for row, major, minor, some in answers],
        editions=editions.all(),
        rollouts=rollouts.all(),
    )


def _answer(row: Confirmation, major: int, minor: int, excepts_some: bool, known_at: datetime) -> Answer:
    withdrawn = row.withdrawn_at is not None and row.withdrawn_at <= known_at
    return Answer(
        unit_id=row.unit_id,
        on=row.informed_on,
        edition=f"{major}.{minor}",
        answer=ConfirmationAnswer(row.answer),
        method=row.method,
        names_only=row.names_only,
        excepts_some=excepts_some,
        recorded_at=row.recorded_at,
        withdrawn_at=row.withdrawn_at if withdrawn else None,
        withdrawal_reason=row.withdrawal_reason if withdrawn else None,
    )


@dataclass(frozen=True)
class Contacts:
    """Who holds a role in the unit; where it is vacant, who holds it nearest above."""

    role: Role
    here: Sequence[Contact]
    above: Sequence[Contact]
    above_unit: Unit | None


def whom_to_contact(
    session: Session, unit: Unit, above: Sequence[Unit], *, day: date, known_at: datetime
) -> list[Contacts]:
    """For each of the two roles. `above` are the units above, the nearest first. One select."""
    found = organisation_queries.contacts(session, [unit, *above], CONTACT_ROLES, day=day, known_at=known_at)
    contacts = []
    for role in CONTACT_ROLES:
        holders = {one.id: [contact for contact in found[one.id] if contact.role == role] for one in (unit, *above)}
        nearest = next((one for one in above if holders[one.id]), None)
        contacts.append(Contacts(role, holders[unit.id], holders[nearest.id] if nearest else (), nearest))
    return contacts


# --- The year before a day ----------------------------------------------------------------------------------

YEAR = timedelta(days=365)
POINTS = 27
# So many editions get a point of their own on the day before and the day itself: that is where the curve falls.
MOST_FALLS = 8
# Each point is a count of its own: a large organisation gets a coarser curve, and waits a fifth as long.
LEAST_POINTS = 5
MOST_COUNTED = 2_000_000
"""So many pairs of an employment and a guideline are looked at for a curve, or `LEAST_POINTS` times all."""


@dataclass(frozen=True)
class Point:
    """The sum over what the reader sees on a day: obligations."""

    day: date
    count: Count
    left_out: int


@dataclass(frozen=True)
class Curve:
    """The coverage over the year up to a day. `editions` were published in it and demand acknowledgement anew."""

    points: Sequence[Point]
    editions: Sequence[EditionFact]
    slugs: Mapping[int, str]
    titles: Mapping[int, Wording]

    @property
    def since(self) -> date:
        return self.points[0].day

    @property
    def until(self) -> date:
        return self.points[-1].day


def curve(
    session: Session, actor: Actor, *, until: date, today: date, known_at: datetime, within: Unit | None = None
) -> Curve:
    """The year up to `until`, as `actor` may see it and as known at `known_at`. Facts are read once.

    Where `today` lies in it, it has a point: there the forecast begins.
    """
    since = curve_since(until)
    facts = queries.facts(session, as_of=until, known_at=known_at, since=since)
    units = session.scalars(select(Unit)).all()
    falls = sorted(one for one in facts.editions if one.requires_acknowledgement and since < one.published_on <= until)
    points, rolled_out = [], set()
    affordable = MOST_COUNTED // max(len(facts.employments) * len(facts.guidelines), 1)
    marked = falls[-MOST_FALLS:] if affordable >= POINTS + 2 * MOST_FALLS else []
    spread = max(LEAST_POINTS, min(POINTS, affordable))
    for day in _days(since, until, [one.published_on for one in marked], today, spread):
        shown = masking.shown_to(actor, evaluate(facts, day).rows, units)
        rolled_out |= {guideline_id for guideline_id, _ in shown}
        ids = {unit_id for _, unit_id in shown}
        tops = layout.tops_of(
            unit for unit in units if unit.id in ids and (within is None or unit.path.startswith(within.path))
        )
        top_ids = {unit.id for unit in tops}
        count, left_out = masking.sum_of(one for (_, unit_id), one in shown.items() if unit_id in top_ids)
        points.append(Point(day, count, left_out))
    slugs = {one.id: one.slug for one in facts.guidelines}
    # An edition of a guideline that nobody is asked to know makes nothing fall.
    falls = [one for one in falls if one.guideline_id in rolled_out]
    return Curve(points, falls, slugs, titles(session))


def curve_since(until: date) -> date:
    """The first day of the curve that ends with `until`."""
    return until - YEAR if until - date.min > YEAR else date.min


def _days(since: date, until: date, falls: Sequence[date], today: date, points: int) -> list[date]:
    """`points` days spread evenly from `since` to `until`, those about each fall, and today."""
    length = (until - since).days
    days = {since + timedelta(days=round(length * step / (points - 1))) for step in range(points)}
    for day in falls:
        days |= {day - timedelta(days=1), day}
    if since <= today <= until:
        days.add(today)
    return sorted(days)
