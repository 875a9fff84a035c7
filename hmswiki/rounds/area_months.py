"""Areas by the occurrences of a year: which rounds were done, late, missed, skipped. `session` first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.database import Wording
from hmswiki.foundation.permissions import Actor
from hmswiki.organisation import area_queries
from hmswiki.organisation.models import Area
from hmswiki.rounds import campaigns
from hmswiki.rounds.models import Round
from hmswiki.schedules import audience
from hmswiki.schedules import queries as schedule_queries
from hmswiki.schedules.models import ScheduleRecord
from hmswiki.schedules.recurrence import Occurrence, Standing, occurrences
from hmswiki.schedules.subjects import Subject
from hmswiki.schedules.terms import recurrence_of

PAGE = 50
"""Areas on one page."""


@dataclass(frozen=True)
class Cell:
    """One area in one occurrence. None stands in its place where the area was not asked."""

    standing: Standing
    done_on: date | None
    round_key: str | None
    skipped_because: str | None


@dataclass(frozen=True)
class AreaRow:
    code: str
    name: Wording
    cells: tuple[Cell | None, ...]
    has_owner: bool


@dataclass(frozen=True)
class AreaMonths:
    """One page of the areas, and the counts over all of them."""

    schedule: ScheduleRecord
    year: int
    columns: tuple[Occurrence, ...]
    rows: tuple[AreaRow, ...]
    total: int
    page: int
    counts: Mapping[str, Mapping[Standing, int]] = field(default_factory=dict)
    """By the occurrence's key, over all areas."""


def area_months(
    session: Session, schedule: ScheduleRecord, who: Actor, *, year: int, page: int, today: date, known_at: datetime
) -> AreaMonths:
    """The year's occurrences of a schedule for areas, as `who` may see them, in the areas' own order.

    A fixed number of selects, however many areas there are.
    """
    known = audience.tree(session)
    # A year that is over is told as it ended, whatever has been closed or given to others since.
    day = min(today, date(year, 12, 31))
    subjects = campaigns.visible(session, schedule, who, known, today=day, known_at=known_at)
    columns = occurrences(recurrence_of(schedule), date(year, 1, 1), date(year + 1, 1, 1))
    keys = {one.key for one in columns}
    done = _done(session, schedule, keys)
    found = schedule_queries.standings(
        session, schedule, on=today, done={place: on for place, (on, _) in done.items()}, subjects=subjects,
        since=date(year, 1, 1), known_at=known_at, within=known,
    )  # fmt: skip
    counts: dict[str, Counter[Standing]] = {key: Counter() for key in keys}
    for _, stand in found:
        for each in stand:
            if each.occurrence.key in keys:
                counts[each.occurrence.key][each.standing] += 1
    shown = found[(page - 1) * PAGE : page * PAGE]
    names = _names(session, [subject for subject, _ in shown])
    owners = area_queries.people_of(session, list(names), day=today, known_at=known_at)
    rows = []
    for subject, stand in shown:
        assert subject.area_id is not None
        by_key = {one.occurrence.key: one for one in stand}
        name, code = names[subject.area_id]
        cells = tuple(
            Cell(one.standing, one.done_on, done.get((column.key, subject.slot), (None, None))[1],
                 one.skipped_because) if (one := by_key.get(column.key)) else None
            for column in columns
        )  # fmt: skip
        theirs = owners.get(subject.area_id)
        rows.append(AreaRow(code, name, cells, theirs is not None and theirs.owner is not None))
    return AreaMonths(schedule, year, columns, tuple(rows), len(found), page, counts)


def _done(
    session: Session, schedule: ScheduleRecord, keys: set[str]
) -> dict[tuple[str, str], tuple[date, str]]:  # fmt: skip
    slots: dict[int, str] = {}
    rows = session.execute(
        select(Round.occurrence, Round.area_id, Round.done_on, Round.key).where(
            Round.schedule_id == schedule.id, Round.occurrence.in_(keys), Round.handed_in_at.is_not(None),
            Round.abandoned_at.is_(None), Round.area_id.is_not(None),
        )
    )  # fmt: skip
    found: dict[tuple[str, str], tuple[date, str]] = {}
    for occurrence, area_id, on, key in rows:
        if on and occurrence and area_id is not None:
            slot = slots.get(area_id) or slots.setdefault(area_id, Subject(area_id=area_id).slot)
            found[occurrence, slot] = (on, key)
    return found


def _names(session: Session, subjects: Sequence[Subject]) -> dict[int, tuple[Wording, str]]:
    ids = [subject.area_id for subject in subjects]
    rows = session.execute(select(Area.id, Area.name, Area.code).where(Area.id.in_(ids)))
    return {id: (name, code) for id, name, code in rows}
