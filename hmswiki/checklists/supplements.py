"""A unit's local supplement: its own items, notes and marks on a central checklist that goes on changing.

The supplement is a ledger of edits, which are recorded and withdrawn, never changed. A correction is a new edit that
`replaces` the old one, which is withdrawn at the same time. Each tells which edition its author looked at.
The checklist as the unit runs it is worked out anew each time from the newest edition and the ledger, by `adapting`:
local text is never merged into central text, and central text is never copied.

Where an edit and the edition cannot both stand as they are, there is a Clash, a to-do for the unit. Until it is
answered the safe side counts: the unit's own items and notes stay, and what had been left out is asked again.
A clash is answered by an edit that looks at the newer edition: the old one kept as it is (`kept`), a changed one in
its place, or its withdrawal. What may be recorded is decided in `supplement_rules`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from hmswiki.checklists.template import Checklist, Item, Section, Wording

Number = tuple[int, int]
"""An edition's number: 2.1 is (2, 1)."""

Editions = Mapping[Number, Checklist]

LEFT_OVER: Wording = {"nb": "Lokale sjekkpunkter", "nn": "Lokale sjekkpunkt", "en": "Local checklist items"}
"""The section at the end for a unit's items whose place vanished without a trace."""

LEFT_OVER_KEY = "local"


# --- The ledger ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Withdrawal:
    """`by` is a person's id; None for what the program did."""

    by: int | None
    at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What all edits have. `id` stands for one edit for ever; `by` is a person's id."""

    id: str
    of_edition: Number
    """The edition that its author looked at."""
    by: int | None
    at: datetime
    replaces: str | None = None
    """The id of the edit that this one corrects or confirms."""
    withdrawn: Withdrawal | None = None

    @property
    def order(self) -> tuple[datetime, str]:
        return (self.at, self.id)


@dataclass(frozen=True)
class After:
    """Directly after a central item, wherever that is moved."""

    item: str


@dataclass(frozen=True)
class AfterOwn:
    """Directly after another item of the unit, named by its addition's id; after its place if that is withdrawn."""

    addition: str


@dataclass(frozen=True)
class FirstIn:
    """First in a central section."""

    section: str


@dataclass(frozen=True)
class OwnSection:
    """Last in a section of the unit's own, which stands at the end. The title that was recorded last counts."""

    key: str
    title: Wording


Place = After | AfterOwn | FirstIn | OwnSection


@dataclass(frozen=True)
class Addition(Recorded):
    """An item of the unit's own.

    Its condition names a central item if the edition looked at has one of that key, else one of the unit's own.
    """

    item: Item
    place: Place


@dataclass(frozen=True)
class Note(Recorded):
    """A unit's words beside a central item, in one language or more."""

    item: str
    text: Mapping[str, str]


@dataclass(frozen=True)
class NotRelevant(Recorded):
    """A central item that the unit leaves out, and why, in one language or more.

    It holds for the item as the unit saw it. What is asked only after an answer to that item goes with it.
    """

    item: str
    because: Mapping[str, str]


@dataclass(frozen=True)
class TakenUp(Recorded):
    """Central HSE made a unit's item one for all: the central item `item`, from the edition `of_edition` on.

    The unit's own gives way as long as the central one is there, and comes back should that be dropped. A unit that
    has looked at the edition with the central item, and records its own anew, keeps both.
    """

    addition: str
    """The id of the addition. What replaced it before the unit saw the central item is meant too."""
    item: str


Edit = Addition | Note | NotRelevant | TakenUp
SomeEdit = TypeVar("SomeEdit", bound=Recorded)


def kept(edit: SomeEdit, *, id: str, of_edition: Number, by: int | None, at: datetime) -> SomeEdit:
    """The same edit by somebody who has looked at a newer edition and keeps it as it is."""
    return replace(edit, id=id, of_edition=of_edition, by=by, at=at, replaces=edit.id, withdrawn=None)


# --- What comes of it ---------------------------------------------------------------------------------------


class ClashKind(StrEnum):
    """Why a unit has to look at its edit again."""

    ITEM_CHANGED = "item_changed"
    """A central item is another under a note, a mark, or as the condition of a local item (see `what_changed`).
    The note is shown meanwhile; the mark does not hold: what is asked now has not been judged."""
    ITEM_GONE = "item_gone"
    """A note's item vanished."""
    ANCHOR_GONE = "anchor_gone"
    """What a local item stood after, or the section it stood in, vanished. It stands as near as can be told."""
    NOW_MANDATORY = "now_mandatory"
    """The unit left out what must be asked now, itself or for an item that follows from it. It is asked."""
    KEY_TAKEN = "key_taken"
    """A local item's key belongs to another item. The local one runs under another key."""
    TAKEN_UP = "taken_up"
    """A local item is asked centrally now, and has given way."""
    CONDITION_LOST = "condition_lost"
    """What a local item's condition speaks of vanished, is not asked before it, or is never answered so.
    The item is asked always."""


@dataclass(frozen=True)
class Clash:
    """A to-do for the unit. `edit` holds the local text in full."""

    kind: ClashKind
    edit: Edit
    item: str
    """The key of what it is about: an item, or the section that vanished."""
    seen: Item | Section | None
    """That as the unit saw it. For KEY_TAKEN and TAKEN_UP, the unit's own item."""
    now: Item | None
    """The item as it is now, for KEY_TAKEN the one that has the key; None where there is none."""
    changed: tuple[str, ...] = ()
    """The fields of the item that changed."""

    @property
    def text_seen(self) -> Wording | None:
        return self.seen.title if isinstance(self.seen, Section) else self.seen.text if self.seen else None

    @property
    def text_now(self) -> Wording | None:
        return self.now.text if self.now else None


@dataclass(frozen=True)
class AdaptedItem:
    """An item as it is asked. A local one has its `addition`; its key and condition are those it runs with."""

    item: Item
    addition: Addition | None = None
    notes: tuple[Note, ...] = ()
    left_out: NotRelevant | None = None
    """The mark for which it is not asked: its own, or that of the item whose answer it depends on."""

    @property
    def is_local(self) -> bool:
        return self.addition is not None


@dataclass(frozen=True)
class AdaptedSection:
    key: str
    title: Wording
    items: tuple[AdaptedItem, ...]
    is_local: bool = False


@dataclass(frozen=True)
class Adapted:
    """A central edition as one unit has adapted it. What is left out still stands in its place, with the reason."""

    central: Checklist
    number: Number
    sections: tuple[AdaptedSection, ...]
    clashes: tuple[Clash, ...]

    @property
    def items(self) -> Iterator[AdaptedItem]:
        return (item for section in self.sections for item in section.items)

    @property
    def checklist(self) -> Checklist:
        """What a round asks: without what is left out, and without sections that this leaves empty."""
        asked = (
            Section(section.key, section.title, tuple(each.item for each in section.items if not each.left_out))
            for section in self.sections
        )
        return replace(self.central, sections=tuple(section for section in asked if section.items))


def what_changed(seen: Item, now: Item) -> tuple[str, ...]:
    """The fields in which two forms of an item differ so that whoever judged the one must look at the other.

    Those are what is asked and how it can be answered, which answers raise a finding, and when it is shown.
    A wording differs if it reads otherwise in a language that both have: a translation that is added or taken away
    says nothing new, nor does other white space. Where the item stands, the order of its choices, the passage it
    leads to, and whether it must be answered do not count. That it became mandatory is a clash of its own.
    """
    differs = {
        "text": _reads_otherwise(seen.text, now.text),
        "help": _reads_otherwise(seen.help, now.help),
        "kind": seen.kind is not now.kind,
        "unit": _reads_otherwise(seen.unit, now.unit),
        "minimum": seen.minimum != now.minimum,
        "maximum": seen.maximum != now.maximum,
        "choices": _choices_differ(seen, now),
        "findings": seen.findings != now.findings,
        "shown_when": seen.shown_when != now.shown_when,
    }
    return tuple(name for name, is_other in differs.items() if is_other)


def _reads_otherwise(one: Wording | None, other: Wording | None) -> bool:
    if one is None or other is None:
        return one is not other
    shared = set(one) & set(other)
    return not shared or any(one[language].split() != other[language].split() for language in shared)


def _choices_differ(seen: Item, now: Item) -> bool:
    before = {choice.key: choice.text for choice in seen.choices}
    after = {choice.key: choice.text for choice in now.choices}
    return before.keys() != after.keys() or any(_reads_otherwise(before[key], after[key]) for key in before)


def must_be_asked(checklist: Checklist) -> frozenset[str]:
    """The keys of the mandatory items, and of those whose answers decide whether one of them is shown."""
    found: set[str] = set()
    for item in reversed(list(checklist.items)):  # a condition speaks of an earlier item
        if item.mandatory or item.key in found:
            found.add(item.key)
            if item.shown_when:
                found.add(item.shown_when.item)
    return frozenset(found)
