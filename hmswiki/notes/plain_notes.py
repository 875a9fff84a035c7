"""The note as one form without a script: a field for each prompt and model, in which each line is a point.

Beside each field stands what was seen in it, so that only what somebody has changed there becomes edits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from uuid import NAMESPACE_URL, UUID, uuid5

from hmswiki.notes.editing import Incoming
from hmswiki.notes.merging import Deed, tidy


@dataclass(frozen=True)
class SeenLine:
    """A line as the form showed it: the point, and the edit that its text came from."""

    point: str
    written: str
    text: str = ""


@dataclass(frozen=True)
class TypedBox:
    """What came back of one field."""

    prompt: str
    model: str | None
    text: str
    seen: Sequence[SeenLine]

    @property
    def lines(self) -> list[str]:
        return [line for line in map(tidy, self.text.splitlines()) if line]


def seen_value(lines: Sequence[SeenLine]) -> str:
    """What the hidden field holds: the keys of points and edits."""
    return " ".join(f"{line.point}/{line.written}" for line in lines)


def read_seen(value: str) -> list[SeenLine]:
    """The same, read. What is no key is passed over: then its line counts as new."""
    found = []
    for part in value.split():
        point, _, written = part.partition("/")
        try:
            found.append(SeenLine(str(UUID(point)), str(UUID(written))))
        except ValueError:
            continue
    return found


def changes(
    boxes: Sequence[TypedBox], texts: Mapping[str, str], submission: UUID | None, *, at: datetime
) -> list[Incoming]:
    """What was done in the form, as edits. `texts`: what the edits wrote that were seen.

    The same form sent again gives the same edits. A line that was cut in one place and put in another is moved.
    """
    base = submission or uuid5(NAMESPACE_URL, f"{at.isoformat()}:{[(box.prompt, box.text) for box in boxes]}")
    found = _Changes(base, at)
    for number, box in enumerate(boxes):
        found.read(number, box, [SeenLine(one.point, one.written, texts.get(one.written, "")) for one in box.seen])
    return found.in_order()


@dataclass(frozen=True)
class _New:
    """A line that was not there, and what it stands after; None: first."""

    box: TypedBox
    text: str
    name: str
    after: str | None


class _Changes:
    def __init__(self, base: UUID, at: datetime) -> None:
        self._base, self._at = base, at
        self._gone: list[tuple[TypedBox, SeenLine]] = []
        self._written: list[Incoming] = []
        self._new: list[_New] = []

    def read(self, number: int, box: TypedBox, seen: Sequence[SeenLine]) -> None:
        typed = box.lines
        before: str | None = None
        matcher = SequenceMatcher(None, [line.text for line in seen], typed, autojunk=False)
        for _tag, i1, i2, j1, j2 in matcher.get_opcodes():
            # As many as were there are written over; the rest is new, or gone.
            for offset in range(max(i2 - i1, j2 - j1)):
                line = seen[i1 + offset] if i1 + offset < i2 else None
                text = typed[j1 + offset] if j1 + offset < j2 else None
                if line is not None and text is not None:
                    if text != line.text:
                        self._written.append(self._edit(box, line.point, Deed.WRITE, text, line.written))
                    before = line.point
                elif line is not None:
                    self._gone.append((box, line))
                elif text is not None:
                    name = f"{number}:{j1 + offset}:{text}"
                    self._new.append(_New(box, text, name, before))
                    before = self._point(name)

    def in_order(self) -> list[Incoming]:
        gone = list(self._gone)
        moved_to: dict[str, str] = {}
        edits = list(self._written)
        for new in self._new:
            after = None if new.after is None else moved_to.get(new.after, new.after)
            cut = next((one for one in gone if one[1].text == new.text), None)
            if cut is not None:
                gone.remove(cut)
                line = cut[1]
                moved_to[self._point(new.name)] = line.point
                edits.append(self._edit(new.box, line.point, Deed.MOVE, "", None, after=after))
            else:
                edits.append(self._edit(new.box, self._point(new.name), Deed.WRITE, new.text, None, after=after))
        edits += [self._edit(box, line.point, Deed.CLEAR, "", line.written) for box, line in gone]
        return edits

    def _point(self, name: str) -> str:
        return str(uuid5(self._base, f"point:{name}"))

    def _edit(
        self, box: TypedBox, point: str, deed: Deed, text: str, base: str | None, *, after: str | None = None
    ) -> Incoming:
        key = str(uuid5(self._base, f"{deed}:{point}:{text}"))
        return Incoming(key, point, deed, self._at, text, base, after, box.prompt, box.model)
