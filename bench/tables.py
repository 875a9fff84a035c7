"""Tables as Markdown, so that what is printed can stand in a README; and what machine it was printed on."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version


@dataclass
class Table:
    """A title, columns, rows of cells that are written as they are, and sentences under them."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[object]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [[str(cell) for cell in row] for row in [self.columns, *self.rows]]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.columns))]
        # Words stand to the left, and columns of numbers to the right.
        right = [all(_is_number(line[place]) for line in lines[1:]) for place in range(len(self.columns))]
        drawn = [_line(line, widths, right) for line in lines]
        drawn.insert(1, "|" + "|".join(_rule(width, end) for width, end in zip(widths, right, strict=True)) + "|")
        below = [f"\n{note}" for note in self.notes]
        return "\n".join([f"### {self.title}\n", *drawn, *below, ""])


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    placed = [
        cell.rjust(width) if end else cell.ljust(width) for cell, width, end in zip(cells, widths, right, strict=True)
    ]
    return f"| {' | '.join(placed)} |"


def _rule(width: int, right: bool) -> str:
    return "-" * (width + 1) + (":" if right else "-")


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "").replace("–", "").replace("×", "").strip().isdigit() or text == "–"


def ms(seconds: float) -> str:
    """Seconds as milliseconds, to two digits after the point where there are few of them."""
    value = seconds * 1000
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def thousands(value: float) -> str:
    return f"{value:,.0f}"


def machine() -> str:
    """One line: what ran it, and how busy the machine was with other things."""
    one, five, _ = os.getloadavg()
    return (
        f"{os.cpu_count()} cores of {_processor()}; Python {platform.python_version()}, "
        f"SQLAlchemy {version('sqlalchemy')}, Flask {version('flask')}, SQLite {sqlite3.sqlite_version}; "
        f"load average before it {one:.1f} (1 min), {five:.1f} (5 min)."
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.machine()
