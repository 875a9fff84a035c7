"""What changed between two states of a checklist: items added, changed, moved and removed. Without a database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from enum import StrEnum

from hmswiki.checklists.template import Checklist, Item, Section


class How(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"


@dataclass(frozen=True)
class ItemChange:
    """`before` is None for what was added, `after` for what was removed; `section` is where it stands or stood."""

    how: How
    section: Section
    before: Item | None
    after: Item | None
    parts: tuple[str, ...] = ()
    """The parts of the item that differ, named as in `template.Item`."""

    @property
    def item(self) -> Item:
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True)
class SectionChange:
    how: How
    before: Section | None
    after: Section | None


@dataclass(frozen=True)
class Changes:
    """All differences; the items in the new order, what was removed after what it stood behind."""

    facts: tuple[str, ...]
    """What differs of title, description, guidelines and co_signed_by."""
    sections: tuple[SectionChange, ...]
    items: tuple[ItemChange, ...]

    def __bool__(self) -> bool:
        return bool(self.facts or self.sections or self.items)

    def count(self, how: How) -> int:
        return sum(change.how == how for change in self.items)

    @property
    def asks_otherwise(self) -> bool:
        """Whether more than words changed: what is asked, what can be answered, or what raises a finding."""
        return any(
            change.how in (How.ADDED, How.REMOVED)
            or set(change.parts) - {"text", "help", "passage"}
            for change in self.items
        )  # fmt: skip


_FACTS = ("title", "description", "guidelines", "co_signed_by")
_PARTS = tuple(part.name for part in fields(Item) if part.name != "key")


def between(old: Checklist, new: Checklist) -> Changes:
    """What changed from `old` to `new`. An item is the same as long as its key is."""
    return Changes(
        facts=tuple(name for name in _FACTS if getattr(old, name) != getattr(new, name)),
        sections=tuple(_sections(old.sections, new.sections)),
        items=tuple(_items(old, new)),
    )


def _sections(old: Sequence[Section], new: Sequence[Section]) -> Iterable[SectionChange]:
    was = {section.key: section for section in old}
    stays = _in_order([section.key for section in old], [section.key for section in new])
    for section in new:
        before = was.pop(section.key, None)
        if before is None:
            yield SectionChange(How.ADDED, None, section)
        elif before.title != section.title:
            yield SectionChange(How.CHANGED, before, section)
        elif section.key not in stays:
            yield SectionChange(How.MOVED, before, section)
    for before in was.values():
        yield SectionChange(How.REMOVED, before, None)


def _items(old: Checklist, new: Checklist) -> list[ItemChange]:
    was = {item.key: (section, item) for section in old.sections for item in section.items}
    now = {item.key for item in new.items}
    stays = _in_order([item.key for item in old.items], [item.key for item in new.items])
    found: list[ItemChange] = []
    gone = _gone_after(old, now)
    found += gone.pop("", [])
    for section in new.sections:
        for item in section.items:
            if item.key not in was:
                found.append(ItemChange(How.ADDED, section, None, item))
                continue
            earlier, before = was[item.key]
            parts = tuple(name for name in _PARTS if getattr(before, name) != getattr(item, name))
            if parts:
                found.append(ItemChange(How.CHANGED, section, before, item, parts))
            elif item.key not in stays or earlier.key != section.key:
                found.append(ItemChange(How.MOVED, section, before, item))
            found += gone.pop(item.key, [])
    return found


def _gone_after(old: Checklist, now: set[str]) -> dict[str, list[ItemChange]]:
    """What is gone, by the item that stays and that it stood behind; by nothing for what stood first."""
    gone: dict[str, list[ItemChange]] = {}
    behind = ""
    for section in old.sections:
        for item in section.items:
            if item.key in now:
                behind = item.key
            else:
                gone.setdefault(behind, []).append(ItemChange(How.REMOVED, section, item, None))
    return gone


def _in_order(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """The keys that stand in the same order in both: the others were moved."""
    both = set(old) & set(new)
    before, after = [key for key in old if key in both], [key for key in new if key in both]
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {key for block in blocks for key in before[block.a : block.a + block.size]}
