"""What counts, and in which order: decided without a database."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

from hmswiki.foundation.errors import N_, Refusal

LONGEST_TITLE = 200
LONGEST_SENTENCE = 2_000
MOST_THEMES = 200
"""Of one task."""
MOST_SENTENCES = 500
"""Of one task."""

Thing = TypeVar("Thing")


class Stand(StrEnum):
    """How a point stands now, beside what was read when it was gathered."""

    SAME = "same"
    CHANGED = "changed"
    """Its group has written something else since."""
    CLEARED = "cleared"
    """Its group has taken it back: it counts no longer."""


class Written(Protocol):
    """A point, as far as it tells whether its group has written on."""

    @property
    def written(self) -> str: ...
    @property
    def cleared_at(self) -> object: ...


def stand_of(point: Written, read: str) -> Stand:
    """How the point stands, given the key of the edit whose text was `read`."""
    if point.cleared_at is not None:
        return Stand.CLEARED
    return Stand.SAME if point.written == read else Stand.CHANGED


class FromGroup(Protocol):
    @property
    def group_id(self) -> int: ...


def group_ids(points: Iterable[FromGroup]) -> list[int]:
    """The different groups that the points come from, each once: what a theme counts."""
    return list(dict.fromkeys(point.group_id for point in points))


def one_line(typed: str | None) -> str:
    """What was typed, on one line, without space around it."""
    return " ".join((typed or "").split())


def same_title(one: str, other: str) -> bool:
    """Whether two titles are the same to who reads them aloud."""
    return one_line(one).casefold() == one_line(other).casefold()


def title_of(typed: str | None) -> str:
    """A theme's title. Raises Refusal where there is none, or it is too long."""
    return _checked(one_line(typed), "title", N_("Write what the theme is called."), LONGEST_TITLE)


def sentence_of(typed: str | None) -> str:
    """A sentence's text. Raises Refusal where there is none, or it is too long."""
    return _checked(one_line(typed), "text", N_("Write the sentence."), LONGEST_SENTENCE)


def _checked(text: str, field: str, when_empty: str, limit: int) -> str:
    if not text:
        raise Refusal(when_empty, field=field)
    if "\0" in text:  # PostgreSQL keeps no such letter
        raise Refusal(N_("The text holds a character that cannot be kept. Type it again."), field=field)
    if len(text) > limit:
        raise Refusal(
            N_("The text has %(length)s characters, and the most is %(limit)s. Shorten it."),
            field=field, length=len(text), limit=limit,
        )  # fmt: skip
    return text


def put_after(
    things: Sequence[Thing], moved: Thing, after: Thing | None, *, same: Callable[[Thing, Thing], bool]
) -> list[Thing]:
    """The things in a new order: `moved` right after `after`, or first. After itself it stays where it is."""
    if after is not None and same(moved, after):
        return list(things)
    rest = [one for one in things if not same(one, moved)]
    place = 0 if after is None else 1 + next(number for number, one in enumerate(rest) if same(one, after))
    return [*rest[:place], moved, *rest[place:]]
