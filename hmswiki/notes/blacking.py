"""What of a point may leave the house: words are blacked out, and the group's own line stays as it was written."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Conflict
from hmswiki.foundation.permissions import Actor, Permission, demand
from hmswiki.notes.merging import checked
from hmswiki.notes.models import EditKind, Point, PointEdit
from hmswiki.notes.operations import happen, lock

BLACK = "█████"
"""What stands where words stood. Always as long, so that its length tells nothing."""

WORD = re.compile(r"[^\W_█]+(?:[-'’.@_]+[^\W_█]+)*")
"""A word, with the hyphens, full stops and the like within it: an e-mail address is one."""

_BLACKED = re.compile(r"█+(?:\s*█+)*")
_PIECE = re.compile(r"█+|\w+|\s+|.", re.DOTALL)


# --- Pure ---------------------------------------------------------------------------------------------------


def without(text: str, numbers: Collection[int]) -> str:
    """`text` with the words of those numbers (from 0, as `WORD` finds them) blacked out. Neighbours become one."""
    found = [word.span() for number, word in enumerate(WORD.finditer(text)) if number in numbers]
    for start, end in reversed(found):
        text = text[:start] + BLACK + text[end:]
    return _joined(text)


def _joined(text: str) -> str:
    """What is blacked out side by side is one, always as long."""
    return _BLACKED.sub(BLACK, text)


@dataclass(frozen=True)
class Piece:
    """A part of a line beside another: the same in both, or only in one."""

    kind: Literal["same", "gone", "new"]
    text: str


def compared(before: str, after: str) -> list[Piece]:
    """What has changed from `before` to `after`, word by word."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    return list(_pieces(old, new))


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(new[c:d]))
            continue
        if a < b:
            yield Piece("gone", "".join(old[a:b]))
        if c < d:
            yield Piece("new", "".join(new[c:d]))


def public(point: Point) -> str:
    """What of the point leaves the house."""
    return point.text if point.public_text is None else point.public_text


def mark(point: Point) -> str:
    """Says whether a point is as somebody has read it: its text, and what of it leaves the house."""
    return f"{point.written} {public(point)}"


# --- In the database ----------------------------------------------------------------------------------------


def stale(session: Session, points: Sequence[Point]) -> set[int]:
    """Which of them (ids) their groups have rewritten since words were blacked out. One select; none without any.

    What leaves the house is still what it was then: a name that was blacked out does not come back by itself.
    """
    ids = [point.id for point in points if point.public_text is not None]
    if not ids:
        return set()
    last = func.max(PointEdit.id)
    blacked = last.filter(PointEdit.kind == EditKind.BLACKED_OUT)
    written = last.filter(PointEdit.key == Point.written)
    rows = session.execute(
        select(PointEdit.point_id)
        .join(Point, PointEdit.point_id == Point.id)
        .where(PointEdit.point_id.in_(ids))
        .group_by(PointEdit.point_id)
        .having(written > blacked)
    )
    return set(rows.scalars())


def black_out(
    session: Session, point: Point, *, text: str | None, by: Actor, at: datetime, seen: str | None = None
) -> None:
    """Let `text` be what leaves the house of the point; None: all of it. Nothing is left of it: it is all blacked out.

    `seen`: the `mark` of what was read. Raises Conflict where the group, or another who reads it through, has changed
    the point since. As it is already: nothing.
    """
    demand(by, Permission.MANAGE_WORKSHOPS, within=point.group.workshop.meeting)
    lock(session, point.group)
    session.refresh(point)
    if seen is not None and seen != mark(point):
        raise Conflict(
            N_("Somebody has changed the point while you read it, so nothing was blacked out. Look at it as it is now, "
               "and black out what should not leave the house.")
        )  # fmt: skip
    kept = None if text is None else _joined(checked(text)) or BLACK
    if kept == point.text:
        kept = None
    if kept != point.public_text or (kept is not None and point.id in stale(session, [point])):
        happen(session, point, EditKind.BLACKED_OUT, text=kept, by=by, at=at)
