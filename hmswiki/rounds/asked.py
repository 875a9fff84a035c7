"""What a round asks: a checklist's edition as the unit had adapted it when the round began.

It is frozen in the round as plain data, so that nothing that is published or adapted later changes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hmswiki.checklists import parsing
from hmswiki.checklists.supplements import Adapted
from hmswiki.checklists.template import Checklist, Item, Wording


@dataclass(frozen=True)
class AskedItem:
    """An item, its number in the round from 1, whether the unit added it, and what the unit notes beside it."""

    item: Item
    number: int
    is_local: bool = False
    notes: tuple[Wording, ...] = ()

    @property
    def key(self) -> str:
        return self.item.key


@dataclass(frozen=True)
class AskedSection:
    key: str
    title: Wording
    items: tuple[AskedItem, ...]
    is_local: bool = False


@dataclass(frozen=True)
class LeftOut:
    """A central item that the unit does not ask, and why."""

    text: Wording
    because: Wording


@dataclass(frozen=True)
class Asked:
    """`edition` is the central edition's number. `checklist` is without what is left out."""

    edition: str
    checklist: Checklist
    sections: tuple[AskedSection, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def title(self) -> Wording:
        return self.checklist.title

    @property
    def co_signed_by(self) -> tuple[str, ...]:
        return self.checklist.co_signed_by

    @property
    def items(self) -> Iterator[AskedItem]:
        """All items, in the order in which they are asked."""
        return (item for section in self.sections for item in section.items)

    @cached_property
    def by_key(self) -> Mapping[str, AskedItem]:
        return {item.key: item for item in self.items}


def from_adapted(adapted: Adapted) -> Asked:
    return _asked(
        edition=".".join(map(str, adapted.number)),
        checklist=adapted.checklist,
        local={each.item.key for each in adapted.items if each.is_local},
        local_sections={section.key for section in adapted.sections if section.is_local},
        notes={each.item.key: tuple(note.text for note in each.notes) for each in adapted.items if each.notes},
        left_out=tuple(LeftOut(each.item.text, each.left_out.because) for each in adapted.items if each.left_out),
    )


def _asked(
    *, edition: str, checklist: Checklist, local: set[str], local_sections: set[str],
    notes: Mapping[str, tuple[Wording, ...]], left_out: tuple[LeftOut, ...],
) -> Asked:  # fmt: skip
    numbers = {item.key: number for number, item in enumerate(checklist.items, start=1)}
    sections = tuple(
        AskedSection(
            section.key,
            section.title,
            tuple(
                AskedItem(item, numbers[item.key], item.key in local, notes.get(item.key, ())) for item in section.items
            ),
            section.key in local_sections,
        )
        for section in checklist.sections
    )
    return Asked(edition, checklist, sections, left_out)


# --- As plain data ------------------------------------------------------------------------------------------

_KEYS = frozenset(("edition", "checklist", "local", "local_sections", "notes", "left_out"))


def as_data(asked: Asked) -> dict[str, Any]:
    """As it is kept in `Round.asked` and in the bundle; what is empty is left out."""
    data = {
        "edition": asked.edition,
        "checklist": parsing.as_data(asked.checklist),
        "local": [item.key for item in asked.items if item.is_local],
        "local_sections": [section.key for section in asked.sections if section.is_local],
        "notes": {item.key: [dict(note) for note in item.notes] for item in asked.items if item.notes},
        "left_out": [{"text": dict(each.text), "because": dict(each.because)} for each in asked.left_out],
    }
    return {name: value for name, value in data.items() if value}


def from_data(data: Mapping[str, Any]) -> Asked:
    """What `as_data` made. Raises ValueError that says what is wrong with anything else."""
    if not data.keys() <= _KEYS or not isinstance(data.get("edition"), str):
        raise ValueError("it has other keys than " + ", ".join(sorted(_KEYS)))
    checklist, flaws = parsing.parse(data.get("checklist"))
    if checklist is None:
        raise ValueError("; ".join(f"{'.'.join(map(str, flaw.place))}: {flaw}" for flaw in flaws))
    try:
        return _asked(
            edition=data["edition"],
            checklist=checklist,
            local={str(key) for key in data.get("local", ())},
            local_sections={str(key) for key in data.get("local_sections", ())},
            notes={key: tuple(_wording(note) for note in notes) for key, notes in data.get("notes", {}).items()},
            left_out=tuple(
                LeftOut(_wording(each["text"]), _wording(each["because"])) for each in data.get("left_out", ())
            ),
        )
    except (AttributeError, KeyError, TypeError):
        raise ValueError("its local items, notes or what is left out have another shape") from None


def _wording(data: Any) -> Wording:
    if not isinstance(data, dict) or not all(isinstance(part, str) for part in (*data, *data.values())):
        raise TypeError(data)
    return dict(data)
