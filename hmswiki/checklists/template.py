"""A checklist as values: what it asks, in which order, and which answers raise a finding.

`parsing` makes one from plain data, as a file or an editor gives it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

Wording = Mapping[str, str]
"""A text by language. Bokmål is always there."""

MAX_KEY = 60
MAX_LINE = 300
MAX_TEXT = 2000
"""The longest help or description, in characters; it may have several lines."""

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""Keys of items, sections and choices, and the addresses and anchors of guidelines."""


class Kind(StrEnum):
    """What can be answered."""

    OK = "ok"
    """In order, deviation, or not applicable."""
    YES_NO = "yes_no"
    """Yes, no, or not applicable."""
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    TEXT = "text"
    PHOTO = "photo"


_WORDS: dict[Kind, tuple[str, ...]] = {
    Kind.OK: ("ok", "deviation", "not_applicable"),
    Kind.YES_NO: ("yes", "no", "not_applicable"),
}

_NEVER_FINDINGS = frozenset({"ok", "not_applicable"})
"""Answers of OK and YES_NO that tell of nothing to mend."""


class Passage(NamedTuple):
    """A place in a guideline's text: its address and the anchor of the heading."""

    guideline: str
    anchor: str


@dataclass(frozen=True)
class Choice:
    """One of the answers of an item of kind CHOICE."""

    key: str
    text: Wording


@dataclass(frozen=True)
class Condition:
    """The item is shown only when the earlier item `item` was answered with one of `answers`."""

    item: str
    answers: frozenset[str]


@dataclass(frozen=True)
class Item:
    """Something to look at or to answer.

    `unit`, `minimum` and `maximum` are for numbers. A number beyond a bound is a finding where `findings` has the
    word (below, above), and refused where it has not.
    """

    key: str
    text: Wording
    kind: Kind
    help: Wording | None = None
    passage: Passage | None = None
    required: bool = True
    mandatory: bool = False
    """A unit may not mark it "not relevant here"."""
    unit: Wording | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[Choice, ...] = ()
    findings: frozenset[str] = frozenset()
    """The answers that raise a finding."""
    shown_when: Condition | None = None


@dataclass(frozen=True)
class Section:
    key: str
    title: Wording
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Checklist:
    """`guidelines` are the addresses of those it belongs to, `co_signed_by` the roles that sign a finished round."""

    key: str
    title: Wording
    sections: tuple[Section, ...]
    guidelines: tuple[str, ...] = ()
    description: Wording | None = None
    co_signed_by: tuple[str, ...] = ()

    @property
    def items(self) -> Iterator[Item]:
        """All items, in the order in which they are asked."""
        return (item for section in self.sections for item in section.items)


def answers_of(item: Item) -> tuple[str, ...]:
    """The words that conditions and findings have for the item's answers, in order.

    A number is spoken of only where it lies beyond a bound. Dates, texts and photos have no words.
    """
    if item.kind is Kind.NUMBER:
        bounds = (("below", item.minimum), ("above", item.maximum))
        return tuple(word for word, bound in bounds if bound is not None)
    if item.kind is Kind.CHOICE:
        return tuple(choice.key for choice in item.choices)
    return _WORDS.get(item.kind, ())


def bounds_of(item: Item) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most that a number can be. A bound that raises a finding may be passed, so it is left out."""
    return (
        None if "below" in item.findings else item.minimum,
        None if "above" in item.findings else item.maximum,
    )


def possible_findings(item: Item) -> tuple[str, ...]:
    """The answers of the item that may raise a finding, in order."""
    words = answers_of(item)
    return tuple(word for word in words if item.kind not in _WORDS or word not in _NEVER_FINDINGS)
