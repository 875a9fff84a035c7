"""What may be recorded of units, employments and roles. Pure: values in, nothing or a Refusal out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hmswiki.foundation.errors import N_, Refusal
from hmswiki.foundation.periods import periods_overlap

CODE = re.compile(r"[\w-][\w.-]*")
"""What the code of a unit or an area looks like where somebody writes a new one."""


@dataclass(frozen=True)
class Term:
    """A period in a unit, with the time in which it is known (`withdrawn_at` None: still)."""

    unit: str
    starts_on: date
    ends_on: date | None
    recorded_at: datetime
    withdrawn_at: datetime | None = None

    def overlaps(self, other: "Term") -> bool:
        """Whether both the days and the times from recording to withdrawal have something in common."""
        return periods_overlap(self.starts_on, self.ends_on, other.starts_on, other.ends_on) and (
            (self.withdrawn_at is None or other.recorded_at < self.withdrawn_at)
            and (other.withdrawn_at is None or self.recorded_at < other.withdrawn_at)
        )

    def __str__(self) -> str:
        """The row as an error names it: "IKJ 2023-01-01–2024-06-01"."""
        return f"{self.unit} {self.starts_on}–{self.ends_on or ''}"


def check_days(starts_on: date, ends_on: date | None) -> None:
    """A period has at least one day. Raises Refusal."""
    if ends_on is not None and ends_on <= starts_on:
        raise Refusal(
            N_("It begins on %(start)s, so it cannot end on %(end)s: the end is the first day that no longer counts. "
               "Choose a later day, or leave the end open."),
            field="ends_on", start=starts_on, end=ends_on,
        )  # fmt: skip


def check_inside_unit(unit: str, opened: date, closed: date | None, starts_on: date, ends_on: date | None) -> None:
    """A period in a unit lies within the unit's own time. Raises Refusal."""
    if starts_on < opened:
        raise Refusal(
            N_("%(unit)s opens on %(opened)s, so nothing in it can begin before. Choose that day or a later one."),
            field="starts_on", unit=unit, opened=opened,
        )  # fmt: skip
    if closed is None:
        return
    if starts_on >= closed:
        raise Refusal(
            N_("%(unit)s is closed from %(closed)s, so nothing in it can begin then. Choose its successor."),
            field="starts_on", unit=unit, closed=closed,
        )  # fmt: skip
    if ends_on is None:
        raise Refusal(
            N_("%(unit)s is closed from %(closed)s, so this needs an end: that day or an earlier one."),
            field="ends_on", unit=unit, closed=closed,
        )  # fmt: skip
    if ends_on > closed:
        raise Refusal(
            N_("%(unit)s is closed from %(closed)s, so nothing in it can run past that day. Choose an earlier end."),
            field="ends_on", unit=unit, closed=closed,
        )  # fmt: skip


def check_one_unit_at_a_time(person: str, new: Term, others: Iterable[Term]) -> None:
    """On any date a person is employed in at most one unit. Raises Refusal that names the rows."""
    clashing = [term for term in others if term.overlaps(new)]
    if len(clashing) > 1:
        raise Refusal(
            N_("%(person)s is employed elsewhere on some of these days: %(rows)s. Nobody is employed in two units "
               "on the same day. End those employments first, or choose other days."),
            field="starts_on", person=person, rows="; ".join(str(term) for term in clashing),
        )  # fmt: skip
    for term in clashing:
        if term.ends_on is None:
            raise Refusal(
                N_("%(person)s is employed in %(unit)s from %(start)s with no end, and nobody is employed in two "
                   "units on the same day. End that employment first, or choose other days."),
                field="starts_on", person=person, unit=term.unit, start=term.starts_on,
            )  # fmt: skip
        raise Refusal(
            N_("%(person)s is employed in %(unit)s from %(start)s until %(end)s, and nobody is employed in two "
               "units on the same day. End that employment first, or choose other days."),
            field="starts_on", person=person, unit=term.unit, start=term.starts_on, end=term.ends_on,
        )  # fmt: skip


def check_not_held_already(person: str, new: Term, others: Iterable[Term]) -> None:
    """A person holds a role in a unit once at a time. `others`: the same person, role and unit."""
    for term in others:
        if term.overlaps(new):
            raise Refusal(
                N_("%(person)s holds this role in %(unit)s already on some of these days (%(row)s). "
                   "Correct that row, or choose other days."),
                field="starts_on", person=person, unit=term.unit, row=str(term),
            )  # fmt: skip


def check_move_day(starts_on: date, ends_on: date | None, moves_on: date) -> None:
    """A move falls within the employment it ends, and leaves at least a day of it. Raises Refusal."""
    if moves_on <= starts_on:
        raise Refusal(
            N_("The employment begins on %(start)s, so nobody can move from it on %(day)s. Choose a later day, or "
               "correct the employment if the unit was wrong from the start."),
            field="starts_on", start=starts_on, day=moves_on,
        )  # fmt: skip
    if ends_on is not None and moves_on >= ends_on:
        raise Refusal(
            N_("The employment ends on %(end)s, so there is nothing to move from on %(day)s. Choose an earlier day, "
               "or record a new employment."),
            field="starts_on", end=ends_on, day=moves_on,
        )  # fmt: skip


Period = tuple[date, date | None]


def first_day_without(periods: Sequence[Period], day: date) -> date | None:
    """The first day from `day` on that none of the half-open `periods` covers; None: there is none."""
    current = day
    for start, end in sorted(periods, key=lambda period: period[0]):
        if start > current:
            return current
        if end is None:
            return None
        current = max(current, end)
    return current


def check_administrator_remains(before: Sequence[Period], after: Sequence[Period], today: date) -> None:
    """A change never brings a day without an administrator nearer. Raises Refusal."""
    vacant = first_day_without(after, today)
    vacant_before = first_day_without(before, today)
    if vacant is not None and (vacant_before is None or vacant < vacant_before):
        raise Refusal(
            N_("From %(day)s nobody would be administrator, and nobody could let a new one in. "
               "Give somebody else the role first."),
            day=vacant,
        )  # fmt: skip
