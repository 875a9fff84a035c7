"""How what several people write in one note becomes one note. Pure: lines and edits in, what happens out.

Each edit says which edit its writer had before them, its base. What nobody has written over is shown:
- written over what is shown: it takes its place;
- written over something that somebody else has written over too: both are shown, the second in a line of its own;
- written over what has been cleared: it is shown again.
So it does not matter who comes first, nothing is written over unseen, and the same edit again changes nothing.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from hmswiki.foundation.errors import N_, Refusal
from hmswiki.notes import ranks
from hmswiki.notes.models import EditKind

MAX_LENGTH = 1_000
"""Characters of a line."""
MAX_POINTS = 300
"""Of one group and task, without those that were cleared."""
MAX_MADE = 1_500
"""With those that were cleared: a machine may write and clear for ever."""

LAST = "last"
"""Instead of the key of a point: after all others."""


class Deed(StrEnum):
    """What an edit asks for."""

    WRITE = "write"
    MOVE = "move"
    CLEAR = "clear"


@dataclass(frozen=True)
class Place:
    """Under which prompt a line stands and, where the task has models, for which."""

    prompt_id: int
    model: str | None = None


@dataclass(frozen=True)
class Given:
    """An edit as somebody made it. Its text is tidy (`tidy`)."""

    key: str
    point: str
    deed: Deed
    place: Place
    text: str = ""
    base: str | None = None
    after: str | None = LAST
    """The point that it stands right after; None: first in its place."""


@dataclass(frozen=True)
class Happening:
    """What an edit does to a point: what is kept of it."""

    key: str
    point: str
    kind: EditKind
    text: str | None = None
    base: str | None = None
    place: Place | None = None
    rank: str | None = None
    split_from: str | None = None
    """For the first that happens to a point that was split from another."""


@dataclass(frozen=True)
class Line:
    """A point as it stands."""

    key: str
    place: Place
    rank: str
    text: str
    written: str
    cleared_at: datetime | None = None
    changed_at: datetime | None = None
    hidden_at: datetime | None = None
    public_text: str | None = None
    split_from: str | None = None


@dataclass
class Note:
    """A group's lines on a task, with those that were cleared, and of the edits what the next ones may build on."""

    lines: dict[str, Line] = field(default_factory=dict)
    bases: set[str] = field(default_factory=set)
    """Edits that others were written over."""
    texts: dict[str, str] = field(default_factory=dict)
    """What edits wrote."""

    def at(self, place: Place) -> list[Line]:
        """The lines of a place in order, with those that were cleared: these keep their place."""
        found = [line for line in self.lines.values() if line.place == place]
        return sorted(found, key=lambda line: (line.rank, line.key))

    @property
    def shown(self) -> list[Line]:
        return [line for line in self.lines.values() if line.cleared_at is None]

    def family(self, key: str) -> list[Line]:
        """What is shown of the line and of all that were one line with it once."""
        root = self._root(key)
        return [line for line in self.shown if self._root(line.key) == root]

    def _root(self, key: str) -> str:
        while key in self.lines and (before := self.lines[key].split_from) is not None:
            key = before
        return key

    def take(self, happening: Happening, at: datetime) -> None:
        """Let it happen. The one way in which a line changes: also what an import goes through."""
        line = self.lines.get(happening.point)
        self.lines[happening.point] = _after(line, happening, at, late=happening.key in self.bases)
        if happening.base is not None:
            self.bases.add(happening.base)
        if happening.text is not None:
            self.texts[happening.key] = happening.text


def _after(line: Line | None, happening: Happening, at: datetime, *, late: bool) -> Line:
    kind, text = happening.kind, happening.text or ""
    if line is None:
        if kind is not EditKind.WRITTEN or happening.place is None or happening.rank is None:
            raise ValueError(f"the first that happens to {happening.point} does not write it anywhere")
        return Line(
            happening.point, happening.place, happening.rank, text, happening.key, changed_at=at,
            split_from=happening.split_from,
        )  # fmt: skip
    match kind:
        case EditKind.WRITTEN if late:
            # What was written over it came first, and is shown elsewhere; what it was written over is past.
            return replace(line, cleared_at=at, changed_at=at) if line.written == happening.base else line
        case EditKind.WRITTEN:
            return replace(line, text=text, written=happening.key, cleared_at=None, changed_at=at)
        case EditKind.MOVED if happening.place is not None and happening.rank is not None:
            return replace(line, place=happening.place, rank=happening.rank, changed_at=at)
        case EditKind.CLEARED:
            return replace(line, cleared_at=line.cleared_at or at, changed_at=at)
        case EditKind.BROUGHT_BACK if happening.text is not None:
            return replace(line, text=text, written=happening.key, cleared_at=None, changed_at=at)
        case EditKind.BROUGHT_BACK:
            return replace(line, cleared_at=None, changed_at=at)
        case EditKind.HIDDEN:
            return replace(line, hidden_at=line.hidden_at or at)
        case EditKind.SHOWN:
            return replace(line, hidden_at=None)
        case EditKind.BLACKED_OUT:
            return replace(line, public_text=happening.text)
    raise ValueError(f"{happening.key} does not say where {happening.point} was moved")


# --- One edit -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Merged:
    """What an edit came to: the point where its text is, and what happened, in order; nothing, where nothing had to."""

    point: str
    happenings: Sequence[Happening] = ()


def merge(note: Note, given: Given, *, at: datetime) -> Merged:
    """Let the edit happen in the note. Raises Refusal, and then nothing has happened."""
    if given.deed is Deed.MOVE:
        merged = _move(note, given)
    elif given.deed is Deed.CLEAR or not given.text:
        merged = _clear(note, given)
    else:
        merged = _write(note, given)
    for happening in merged.happenings:
        note.take(happening, at)
    return merged


def _write(note: Note, given: Given) -> Merged:
    line = note.lines.get(given.point)
    if line is None:
        return _new(note, given, given.point, given.place, given.after)
    written = Happening(given.key, given.point, EditKind.WRITTEN, given.text, given.base)
    seen = _seen(note, given)
    if given.key in note.bases or seen is not None:
        return _at(seen or line, written)
    same = [one for one in note.family(given.point) if one.text == given.text]
    if same:
        return _at(same[0], written)
    if line.cleared_at is not None:
        _check_room(note)
        return _at(line, written)
    beside = str(uuid5(UUID(given.key), "point"))
    return _new(note, given, beside, line.place, line.key, split_from=line.key)


def _seen(note: Note, given: Given) -> Line | None:
    """The line that shows what the writer had before them: that very edit, or one with the same words."""
    if given.base is None:
        return None
    family = note.family(given.point)
    had = note.texts.get(given.base)
    return next((line for line in family if line.written == given.base), None) or next(
        (line for line in family if line.text == had), None
    )


def _at(line: Line, happening: Happening) -> Merged:
    return Merged(line.key, [replace(happening, point=line.key)])


def _clear(note: Note, given: Given) -> Merged:
    seen = _seen(note, given)
    if seen is None:
        return Merged(given.point)  # somebody has changed it since, or it is gone
    return _at(seen, Happening(given.key, seen.key, EditKind.CLEARED, base=given.base))


def _move(note: Note, given: Given) -> Merged:
    if given.point not in note.lines or given.after == given.point:
        return Merged(given.point)
    rank, room = _rank(note, given, given.place, given.after, moving=given.point)
    moved = Happening(given.key, given.point, EditKind.MOVED, place=given.place, rank=rank)
    return Merged(given.point, [*room, moved])


def _new(
    note: Note, given: Given, key: str, place: Place, after: str | None, *, split_from: str | None = None
) -> Merged:
    _check_room(note)
    rank, room = _rank(note, given, place, after)
    written = Happening(given.key, key, EditKind.WRITTEN, given.text, given.base, place, rank, split_from)
    return Merged(key, [*room, written])


def _check_room(note: Note) -> None:
    if len(note.shown) >= MAX_POINTS or len(note.lines) >= MAX_MADE:
        raise Refusal(
            N_("The note has %(count)s points, and more are not kept. Put some together, or take one away first."),
            count=min(len(note.shown), MAX_POINTS),
        )


# --- Order --------------------------------------------------------------------------------------------------


def _rank(
    note: Note, given: Given, place: Place, after: str | None, *, moving: str | None = None
) -> tuple[str, Sequence[Happening]]:
    """A rank right after the line `after`, and what must happen before for want of room."""
    others = [line for line in note.at(place) if line.key != moving]
    index = _index(others, after)
    try:
        rank = ranks.between(others[index - 1].rank if index else None, others[index].rank if others[index:] else None)
    except ValueError:  # two have the same
        rank = ""
    if rank and len(rank) <= ranks.LONGEST:
        return rank, ()
    fresh = ranks.spread(len(others) + 1)
    room = [
        Happening(str(uuid5(UUID(given.key), line.key)), line.key, EditKind.MOVED, place=place, rank=new)
        for line, new in zip(others, [*fresh[:index], *fresh[index + 1 :]], strict=True)
    ]
    return fresh[index], room


def _index(lines: Sequence[Line], after: str | None) -> int:
    """Where in the order it comes. Where `after` is not there any more: last."""
    if after is None:
        return 0
    return next((index for index, line in enumerate(lines, start=1) if line.key == after), len(lines))


# --- Words --------------------------------------------------------------------------------------------------

_BLANK = re.compile(r"\s+")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Would turn the text around them, and nobody sees them."""


def tidy(text: str) -> str:
    """A line as it is kept: in one line, without signs that nobody sees."""
    text = _BLANK.sub(" ", text)
    text = "".join(sign for sign in text if sign not in _TURNS and unicodedata.category(sign) not in ("Cc", "Cs"))
    return text.strip()


def checked(text: str) -> str:
    """The same, when it can be kept. Raises Refusal."""
    text = tidy(text)
    if len(text) > MAX_LENGTH:
        raise Refusal(
            N_("This line has %(length)s characters, and at most %(limit)s are kept in one. Divide it."),
            length=len(text), limit=MAX_LENGTH,
        )  # fmt: skip
    return text
