"""Who is told what, when: decided without a database."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from hmswiki.foundation.reminding import Waiting

MAX_LINES = 5
"""A mail names no more; the others are counted, and stand on the person's own page."""


@dataclass(frozen=True)
class Letter:
    """What one person is told, what is due first coming first."""

    person_id: int
    lines: tuple[Waiting, ...]

    @property
    def named(self) -> tuple[Waiting, ...]:
        return self.lines[:MAX_LINES]

    @property
    def others(self) -> int:
        return len(self.lines) - len(self.named)


def week_of(day: date) -> str:
    """The week by ISO 8601, as `2026-W48`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def letters(
    waiting: Iterable[Waiting], *, today: date, days: int, asked_for: Collection[tuple[int, str]] = ()
) -> list[Letter]:
    """One letter for each person for whom something is overdue, due within `days`, or asked to be told.

    `asked_for` holds persons and keys. The same key twice for a person is one line.
    """
    mine: Mapping[int, dict[str, Waiting]] = defaultdict(dict)
    for one in waiting:
        if (one.due_on - today).days <= days or (one.person_id, one.key) in asked_for:
            mine[one.person_id].setdefault(one.key, one)
    return [
        Letter(person_id, tuple(sorted(lines.values(), key=lambda line: (line.due_on, line.key))))
        for person_id, lines in sorted(mine.items())
    ]
