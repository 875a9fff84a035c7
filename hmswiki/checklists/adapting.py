"""Works out a central checklist as a unit has adapted it: `applied`. What it is made of is told in `supplements`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from hmswiki.checklists.supplements import (
    LEFT_OVER,
    LEFT_OVER_KEY,
    Adapted,
    AdaptedItem,
    AdaptedSection,
    Addition,
    After,
    AfterOwn,
    Clash,
    ClashKind,
    Edit,
    Editions,
    FirstIn,
    Note,
    NotRelevant,
    Number,
    OwnSection,
    Place,
    TakenUp,
    must_be_asked,
    what_changed,
)
from hmswiki.checklists.template import MAX_KEY, Condition, Item, Section, Wording, answers_of


def applied(editions: Editions, number: Number, edits: Iterable[Edit]) -> Adapted:
    """The edition `number` with a unit's edits, in whatever order they are given.

    `editions` holds that edition and each that an edit looked at: what the unit saw is compared with what is now.
    Every addition that is not withdrawn is in the result or in a clash of kind TAKEN_UP, whatever the edits refer to.
    """
    return _Adapting(editions, number, edits).result()


_Spot = tuple[str, str]
"""What additions stand at: ("after", central item), ("first", section), ("own", section), ("local", addition's id)."""

_END: _Spot = ("end", "")

_OLDEST_FIRST = ("own", "end")


class _Adapting:
    def __init__(self, editions: Editions, number: Number, edits: Iterable[Edit]) -> None:
        self.editions = editions
        self.number = number
        self.central = editions[number]
        self.now = {item.key: item for item in self.central.items}
        self.ledger: dict[str, Edit] = {}
        for edit in sorted(edits, key=_withdrawn_first):
            self.ledger.setdefault(edit.id, edit)
        self.additions = [edit for edit in self.ledger.values() if isinstance(edit, Addition)]
        self.corrections: dict[str, list[Addition]] = defaultdict(list)
        for addition in self.additions:
            if addition.replaces:
                self.corrections[addition.replaces].append(addition)
        self.clashes: list[Clash] = []
        self.seen_items: dict[Number, dict[str, Item]] = {}
        self.taken_up = self.what_gave_way()
        self.keys = self.running_keys()
        """The keys of the local items that are shown, by their additions' ids."""
        self.standing = self.what_stands_where()

    def result(self) -> Adapted:
        marks = self.marks()
        notes = self.notes()
        asked: dict[str, Item] = {}
        out: dict[str, NotRelevant] = {}
        sections = []
        for key, title, is_local, entries in self.laid_out():
            items = []
            for entry in entries:
                if isinstance(entry, Addition):
                    condition = self.condition(entry, asked)
                    item = replace(entry.item, key=self.keys[entry.id], shown_when=condition)
                    items.append(AdaptedItem(item, addition=entry))
                    asked[item.key] = item
                    continue
                mark = marks.get(entry.key)
                if mark is None and entry.shown_when:
                    mark = out.get(entry.shown_when.item)
                if mark is None:
                    asked[entry.key] = entry
                else:
                    out[entry.key] = mark
                items.append(AdaptedItem(entry, notes=tuple(notes[entry.key]), left_out=mark))
            sections.append(AdaptedSection(key, title, tuple(items), is_local))
        clashes = sorted(self.clashes, key=lambda clash: (*clash.edit.order, clash.kind))
        return Adapted(self.central, self.number, tuple(sections), tuple(clashes))

    def clash(
        self, kind: ClashKind, edit: Edit, item: str, seen: Item | Section | None, now: Item | None,
        changed: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.clashes.append(Clash(kind, edit, item, seen, now, changed))

    def seen(self, edit: Edit) -> Mapping[str, Item]:
        """The central items that the author of `edit` looked at."""
        if edit.of_edition not in self.seen_items:
            self.seen_items[edit.of_edition] = {item.key: item for item in self.editions[edit.of_edition].items}
        return self.seen_items[edit.of_edition]

    # Marks and notes

    def marks(self) -> Mapping[str, NotRelevant]:
        """The marks that hold, by item. One on an item that vanished has nothing to leave out, and bothers nobody."""
        needed = must_be_asked(self.central)
        found = {}
        for mark in self.ledger.values():
            if not isinstance(mark, NotRelevant) or mark.withdrawn or mark.item not in self.now:
                continue
            seen, now = self.seen(mark).get(mark.item), self.now[mark.item]
            changed = what_changed(seen, now) if seen else ()
            if mark.item in needed:
                self.clash(ClashKind.NOW_MANDATORY, mark, mark.item, seen, now, changed)
            elif seen is None or changed:
                self.clash(ClashKind.ITEM_CHANGED, mark, mark.item, seen, now, changed)
            else:
                found[mark.item] = mark
        return found

    def notes(self) -> Mapping[str, list[Note]]:
        found: dict[str, list[Note]] = defaultdict(list)
        for note in self.ledger.values():
            if not isinstance(note, Note) or note.withdrawn:
                continue
            seen, now = self.seen(note).get(note.item), self.now.get(note.item)
            if now is None:
                self.clash(ClashKind.ITEM_GONE, note, note.item, seen, None)
                continue
            found[note.item].append(note)
            changed = what_changed(seen, now) if seen else ()
            if seen is None or changed:
                self.clash(ClashKind.ITEM_CHANGED, note, note.item, seen, now, changed)
        return found

    # Which local items are shown, and under which key

    def what_gave_way(self) -> Mapping[str, str]:
        """The keys of the central items that stand for local ones now, by the additions' ids.

        A central item of the same key that asks the very same counts as taken up, whoever wrote it first.
        """
        found: dict[str, str] = {}
        live = [addition for addition in self.additions if not addition.withdrawn]
        for taking in self.ledger.values():
            if not isinstance(taking, TakenUp) or taking.withdrawn or taking.item not in self.now:
                continue
            for addition in live:
                is_meant = taking.addition in (addition.id, *(earlier.id for earlier in self.earlier(addition)))
                if is_meant and addition.of_edition < taking.of_edition <= self.number:
                    found.setdefault(addition.id, taking.item)
        for addition in live:
            same = self.now.get(addition.item.key)
            if addition.id not in found and same is not None and not what_changed(addition.item, same):
                found[addition.id] = same.key
            if addition.id in found:
                key = found[addition.id]
                self.clash(ClashKind.TAKEN_UP, addition, key, addition.item, self.now[key])
        return found

    def running_keys(self) -> Mapping[str, str]:
        """Of two local items with one key, the one recorded first keeps it."""
        found = {}
        taken = dict(self.now)
        doubles = []
        for addition in self.additions:
            if addition.withdrawn or addition.id in self.taken_up:
                continue
            if addition.item.key in taken:
                doubles.append(addition)
            else:
                found[addition.id] = addition.item.key
                taken[addition.item.key] = addition.item
        for addition in doubles:
            key = addition.item.key
            self.clash(ClashKind.KEY_TAKEN, addition, key, addition.item, taken[key])
            found[addition.id] = _free(key, taken)
            taken[found[addition.id]] = addition.item
        return found

    def earlier(self, addition: Addition) -> Iterator[Addition]:
        """The additions that this one replaced, the last one first."""
        met = {addition.id}
        found = self.ledger.get(addition.replaces or "")
        while isinstance(found, Addition) and found.id not in met:
            yield found
            met.add(found.id)
            found = self.ledger.get(found.replaces or "")

    def heir(self, identity: str) -> str:
        """The id of the addition that stands for this one today: itself, or what replaced it."""
        met: set[str] = set()
        while identity not in met and (edit := self.ledger.get(identity)) and edit.withdrawn:
            met.add(identity)
            heirs = self.corrections.get(identity, [])
            identity = next((heir.id for heir in heirs if not heir.withdrawn), heirs[0].id if heirs else identity)
        return identity

    # Where they stand

    def spot(self, place: Place) -> _Spot:
        match place:
            case After():
                return ("after", place.item)
            case FirstIn():
                return ("first", place.section)
            case OwnSection():
                return ("own", place.key)
            case AfterOwn():
                return ("local", self.heir(place.addition))

    def what_stands_where(self) -> Mapping[_Spot, list[Addition]]:
        """The additions by their spots, in the order in which they stand there.

        Directly after something means that what came last stands first, as whoever put it there saw it.
        Withdrawn additions are among them: others may stand after their places.
        """
        sections = {section.key for section in self.central.sections}
        spots: dict[str, _Spot] = {}
        for addition in self.additions:
            spot = self.spot(addition.place)
            what, key = spot
            is_there = {"after": key in self.now, "first": key in sections, "local": self.is_addition(key)}
            if not is_there.get(what, True) or _stands_under(spot, addition.id, spots):
                self.anchor_gone(addition)
                spot = self.nearest(addition)
            spots[addition.id] = spot
        found: dict[_Spot, list[Addition]] = defaultdict(list)
        for addition in self.additions:
            found[spots[addition.id]].append(addition)
        for (what, _), standing in found.items():
            standing.sort(key=lambda each: (self.since(each), each.order), reverse=what not in _OLDEST_FIRST)
        return found

    def is_addition(self, identity: str) -> bool:
        return isinstance(self.ledger.get(identity), Addition)

    def anchor_gone(self, addition: Addition) -> None:
        if addition.id not in self.keys:
            return
        key: str
        seen: Item | Section | None = None
        match addition.place:
            case After(item=key):
                seen = self.seen(addition).get(key)
            case FirstIn(section=key):
                sections = self.editions[addition.of_edition].sections
                seen = next((section for section in sections if section.key == key), None)
            case AfterOwn(addition=key):
                other = self.ledger.get(self.heir(key))
                if isinstance(other, Addition):
                    key, seen = other.item.key, other.item
            case OwnSection(key=key):
                pass
        self.clash(ClashKind.ANCHOR_GONE, addition, key, seen, None)

    def nearest(self, addition: Addition) -> _Spot:
        """Where the vanished anchor stood: after what stood before it in its section, or first in that section."""
        if not isinstance(addition.place, After):
            return _END
        for section in self.editions[addition.of_edition].sections:
            keys = [item.key for item in section.items]
            if addition.place.item not in keys:
                continue
            for key in reversed(keys[: keys.index(addition.place.item)]):
                if key in self.now:
                    return ("after", key)
            if any(section.key == other.key for other in self.central.sections):
                return ("first", section.key)
        return _END

    def since(self, addition: Addition) -> tuple[datetime, str]:
        """When the item came to its place. A correction that leaves it there does not move it among the others."""
        first = addition
        for earlier in self.earlier(addition):
            if self.spot(earlier.place) != self.spot(addition.place):
                break
            first = earlier
        return first.order

    def shown_at(self, spot: _Spot) -> Iterator[Addition]:
        """The local items at a spot: each, then what stands after it."""
        waiting = list(reversed(self.standing.get(spot, [])))
        while waiting:
            addition = waiting.pop()
            if addition.id in self.keys:
                yield addition
            waiting += reversed(self.standing.get(("local", addition.id), []))

    def laid_out(self) -> Iterator[tuple[str, Wording, bool, list[Item | Addition]]]:
        """Key, title, whether it is the unit's own, and contents of each section."""
        entries: list[Item | Addition]
        for section in self.central.sections:
            entries = [*self.shown_at(("first", section.key))]
            for item in section.items:
                entries += [item, *self.shown_at(("after", item.key))]
            yield section.key, section.title, False, entries
        taken = {section.key for section in self.central.sections}
        own = [(spot, standing) for spot, standing in self.standing.items() if spot[0] == "own"]
        for spot, standing in sorted(own, key=lambda each: self.since(each[1][0])):
            entries = [*self.shown_at(spot)]
            if entries:
                key = _free(spot[1], taken)
                taken.add(key)
                yield key, _title(standing), True, entries
        entries = [*self.shown_at(_END)]
        if entries:
            yield _free(LEFT_OVER_KEY, taken), LEFT_OVER, True, entries

    # When they are shown

    def condition(self, addition: Addition, asked: Mapping[str, Item]) -> Condition | None:
        """The addition's condition as it can be met now; `asked` is what is asked before it."""
        condition = addition.item.shown_when
        if condition is None:
            return None
        key = condition.item
        seen = self.seen(addition).get(key)
        is_central = seen is not None
        if not is_central:
            other = self.holder(key, addition)
            seen = other.item if other else None
            key = (self.keys.get(other.id) or self.taken_up.get(other.id) or "") if other else ""
        now = asked.get(key)
        answers = condition.answers & set(answers_of(now)) if now else frozenset()
        if not now or not answers:
            self.clash(ClashKind.CONDITION_LOST, addition, condition.item, seen, now or self.now.get(key))
            return None
        changed = what_changed(seen, now) if seen and is_central else ()
        if changed:
            self.clash(ClashKind.ITEM_CHANGED, addition, key, seen, now, changed)
        return Condition(key, frozenset(answers))

    def holder(self, key: str, asker: Addition) -> Addition | None:
        """The other local item of that key, or what replaced it."""
        others = [addition for addition in self.additions if addition.item.key == key and addition.id != asker.id]
        if not others:
            return None
        live = next((addition for addition in others if not addition.withdrawn), None)
        found = live or self.ledger[self.heir(others[-1].id)]
        return found if isinstance(found, Addition) else None


def _withdrawn_first(edit: Edit) -> tuple[object, ...]:
    """In the order of recording. The form of an edit that was withdrawn comes before the one that was not."""
    return (*edit.order, (0, edit.withdrawn.at) if edit.withdrawn else (1,))


def _stands_under(spot: _Spot, identity: str, spots: Mapping[str, _Spot]) -> bool:
    """Whether the spot belongs to the addition itself, or to what stands after it."""
    while spot[0] == "local":
        if spot[1] == identity:
            return True
        spot = spots.get(spot[1], _END)
    return False


def _title(additions: Iterable[Addition]) -> Wording:
    """The title of an own section: the one recorded last, by an addition that is not withdrawn if there is one."""
    last = max(additions, key=lambda addition: (addition.withdrawn is None, addition.order))
    return last.place.title if isinstance(last.place, OwnSection) else LEFT_OVER


def _free(key: str, taken: Iterable[str]) -> str:
    """The key, or what is not taken of key-2, key-3, …"""
    others = set(taken)
    found, number = key, 2
    while found in others:
        found = f"{key[: MAX_KEY - len(str(number)) - 1].rstrip('-')}-{number}"
        number += 1
    return found
