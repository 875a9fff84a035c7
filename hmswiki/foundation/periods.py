"""Half-open periods: something holds from a day, up to but not including a day."""

import calendar
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Mapped, declared_attr, mapped_column


def holds(start: date, end: date | None, day: date) -> bool:
    """Whether a period that holds from `start`, up to but not including `end`, holds on `day`."""
    return start <= day and (end is None or day < end)


def periods_overlap(start: date, end: date | None, other_start: date, other_end: date | None) -> bool:
    """Whether two half-open periods share a day. An empty period shares none."""
    if (end is not None and end <= start) or (other_end is not None and other_end <= other_start):
        return False
    return (end is None or other_start < end) and (other_end is None or start < other_end)


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later, clamped to that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class HasPeriod:
    """Columns `starts_on` and `ends_on` (half-open; `ends_on` is None while no end is known)."""

    starts_on: Mapped[date]

    @declared_attr
    def ends_on(cls) -> Mapped[date | None]:
        return mapped_column(default=None)

    @classmethod
    def held_on(cls, day: date | Any) -> ColumnElement[bool]:
        """SQL: the row holds on `day`."""
        return (cls.starts_on <= day) & or_(cls.ends_on.is_(None), cls.ends_on > day)

    def holds_on(self, day: date) -> bool:
        return holds(self.starts_on, self.ends_on, day)
