"""The notes of a workshop as they may leave the house: one frozen document, from which every form is written.

Pure: no database, no language, and never who wrote. What people wrote is in it as plain lines of text.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from hmswiki.foundation.database import Wording

# They turn the text that follows around, beyond the line that they stand in: U+202A to 202E, U+2066 to 2069.
_TURNS_AROUND = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def clean(text: str) -> str:
    """`text` on one line, without what cannot be seen or written everywhere.

    Control characters, line breaks and runs of spaces become a space; what turns the text after it around, halves of
    surrogate pairs, and what is no character at all goes.
    """
    kept = []
    for letter in text:
        kind = unicodedata.category(letter)
        if kind in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif kind != "Cs" and letter not in _TURNS_AROUND and not _is_no_character(letter):
            kept.append(letter)
    return " ".join("".join(kept).split())


def _is_no_character(letter: str) -> bool:
    code = ord(letter)
    return code == 0xFEFF or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


@dataclass(frozen=True)
class GroupName:
    """A group as it is told of: who is in it is not. A table for walk-ins has its number alone: anybody names it."""

    number: int
    name: str | None = None
    is_table: bool = False


@dataclass(frozen=True)
class Line:
    """A point: its text as it may leave the house, the group's number, and the title of the theme it is gathered in."""

    text: str
    group: int
    theme: str | None = None


@dataclass(frozen=True)
class Section:
    """What was answered beneath one prompt, for one of the task's models where it has such. Lines by group, in order.

    A task without prompts has one section, whose title is empty.
    """

    title: str
    model: str | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Gathered:
    """A theme, or a sentence of the summary, and the numbers of the groups whose points it stands on."""

    text: str
    groups: tuple[int, ...]


@dataclass(frozen=True)
class TaskPart:
    title: str
    text: str
    """Lines, as the plan has them; empty: none."""
    summary: tuple[Gathered, ...]
    themes: tuple[Gathered, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Document:
    title: str
    unit: Wording
    place: str | None
    starts_at: datetime
    ends_at: datetime
    groups: tuple[GroupName, ...]
    """Those that wrote, by their numbers."""
    tasks: tuple[TaskPart, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nobody has written anything."""
        return not any(task.summary or task.themes or any(part.lines for part in task.sections) for task in self.tasks)

    @property
    def fingerprint(self) -> str:
        """Says whether two are the same: what somebody has read, and what is there now."""
        return hashlib.sha256(json.dumps(to_json(self), sort_keys=True).encode()).hexdigest()


# --- Kept ---------------------------------------------------------------------------------------------------


def to_json(document: Document) -> dict[str, Any]:
    """As it is kept with a publication: `from_json` gives the same document back."""
    kept = asdict(document)
    kept["unit"] = dict(document.unit) if isinstance(document.unit, Mapping) else document.unit
    for name in ("starts_at", "ends_at"):
        kept[name] = kept[name].astimezone(UTC).isoformat()
    return json.loads(json.dumps(kept))  # type: ignore[no-any-return]


def from_json(kept: Mapping[str, Any]) -> Document:
    """Raises KeyError, TypeError or ValueError for what `to_json` has not made."""
    return Document(
        title=_text(kept["title"]), unit=_wording(kept["unit"]), place=_optional(kept["place"]),
        starts_at=_moment(kept["starts_at"]), ends_at=_moment(kept["ends_at"]),
        groups=tuple(
            GroupName(_number(one["number"]), _optional(one["name"]), bool(one["is_table"])) for one in kept["groups"]
        ),
        tasks=tuple(_task(one) for one in kept["tasks"]),
    )  # fmt: skip


def _task(kept: Mapping[str, Any]) -> TaskPart:
    return TaskPart(
        _text(kept["title"]), _text(kept["text"]), _gathered(kept["summary"]), _gathered(kept["themes"]),
        tuple(
            Section(
                _text(one["title"]), _optional(one["model"]),
                tuple(Line(_text(x["text"]), _number(x["group"]), _optional(x["theme"])) for x in one["lines"]),
            )
            for one in kept["sections"]
        ),
    )  # fmt: skip


def _gathered(kept: Sequence[Mapping[str, Any]]) -> tuple[Gathered, ...]:
    return tuple(Gathered(_text(one["text"]), tuple(_number(number) for number in one["groups"])) for one in kept)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _optional(value: Any) -> str | None:
    return None if value is None else _text(value)


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is no number")
    return value


def _moment(value: Any) -> datetime:
    found = datetime.fromisoformat(_text(value))
    if found.tzinfo is None:
        raise ValueError(f"{value!r} has no offset")
    return found


def _wording(value: Any) -> Wording:
    return {_text(code): _text(text) for code, text in value.items()} if isinstance(value, Mapping) else _text(value)
