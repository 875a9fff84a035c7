"""A unit's own item put into a central draft, where the unit has it. Pure; drafts are as `drafting` tells."""

from collections.abc import Mapping, Sequence
from copy import deepcopy

from hmswiki.checklists import drafting
from hmswiki.checklists.drafting import Data
from hmswiki.checklists.supplement_content import item_data
from hmswiki.checklists.supplements import Addition, After, AfterOwn, Edit, FirstIn, OwnSection, Place
from hmswiki.checklists.template import MAX_KEY, Checklist
from hmswiki.foundation.errors import N_, Conflict, Refusal


def with_taken_up(
    data: Data, addition: Addition, edits: Sequence[Edit], seen: Checklist, taken: Mapping[str, str]
) -> tuple[Data, str]:  # fmt: skip
    """The draft's data with the unit's item in it, and its key there.

    `edits` are the unit's, `seen` is the edition that the addition's author looked at, and `taken` tells the keys
    in the draft of items that were taken up into it before, by their additions' ids. Where the item's place is not
    in the draft, it stands as near as can be told: after what stood before it, first in its section, or at the end.

    Raises Conflict if the item is in the draft already, and Refusal where the draft cannot take it up: it is text
    that has to be mended first, or lacks what the item depends on.
    """
    if drafting.is_source(data):
        raise Refusal(
            N_("The draft is text in YAML that is not right yet, so nothing can be put into it. Mend it first.")
        )
    made = deepcopy(data)
    taking = _Taking(made, edits, seen, taken)
    if taking.key_here(addition.id) is not None:
        raise Conflict(N_("This item is in the draft already. Nothing was taken up twice."))
    item = item_data(addition.item)
    item["key"] = _free(addition.item.key, drafting.item_keys(made))
    earlier = taking.what_it_depends_on(addition)
    section, place = taking.spot(addition.place)
    if earlier is not None:
        item["shown_when"]["item"] = earlier
        section, place = taking.not_before(earlier, section, place)
    section["items"].insert(place, item)
    return made, item["key"]


class _Taking:
    def __init__(self, data: Data, edits: Sequence[Edit], seen: Checklist, taken: Mapping[str, str]) -> None:
        self.data = data
        self.additions = {edit.id: edit for edit in edits if isinstance(edit, Addition)}
        self.seen = seen
        self.taken = taken

    def key_here(self, identity: str) -> str | None:
        """The key in the draft of a local item that was taken up into it, or of what that one replaced."""
        met: set[str] = set()
        current: str | None = identity
        while current is not None and current not in met:
            met.add(current)
            key = self.taken.get(current)
            if key is not None and key in drafting.item_keys(self.data):
                return key
            current = self.additions[current].replaces if current in self.additions else None
        return None

    # When it is shown

    def what_it_depends_on(self, addition: Addition) -> str | None:
        condition = addition.item.shown_when
        if condition is None:
            return None
        key: str | None = condition.item
        if key not in {item.key for item in self.seen.items}:
            others = [other for other in self.additions.values() if other.item.key == key and other.id != addition.id]
            key = next((found for other in others if (found := self.key_here(other.id)) is not None), None)
        if key is None or key not in drafting.item_keys(self.data):
            raise Refusal(
                N_("This item is shown only after an answer to “%(item)s”, which is not in the draft. Take that up "
                   "first."),
                item=self.text_of(condition.item),
            )  # fmt: skip
        return key

    def text_of(self, key: str) -> object:
        central = [item.text for item in self.seen.items if item.key == key]
        own = [addition.item.text for addition in self.additions.values() if addition.item.key == key]
        return next((dict(text) for text in (*central, *reversed(own))), key)

    # Where it stands: a section, and the number of the item before which it comes

    def spot(self, place: Place) -> tuple[Data, int]:
        met: set[str] = set()
        while isinstance(place, AfterOwn):
            key = self.key_here(place.addition)
            other = self.additions.get(self.heir(place.addition))
            if key is None and other is not None:
                key = self.key_here(other.id)
            if key is not None:
                return self.after(key) or self.end()
            if other is None or other.id in met:
                return self.end()
            met.add(other.id)
            place = other.place
        match place:
            case After():
                return self.after(place.item) or self.near(place.item)
            case FirstIn():
                return self.first_in(place.section) or self.end()
            case OwnSection():
                return self.own_section(place)

    def heir(self, identity: str) -> str:
        met: set[str] = set()
        while identity not in met and (edit := self.additions.get(identity)) and edit.withdrawn:
            met.add(identity)
            identity = next((each.id for each in self.additions.values() if each.replaces == identity), identity)
        return identity

    def after(self, key: str) -> tuple[Data, int] | None:
        for section in drafting.sections(self.data):
            keys = [item["key"] for item in section["items"]]
            if key in keys:
                return section, keys.index(key) + 1
        return None

    def first_in(self, key: str) -> tuple[Data, int] | None:
        return next(((section, 0) for section in drafting.sections(self.data) if section["key"] == key), None)

    def near(self, key: str) -> tuple[Data, int]:
        """Where an item stood that is gone."""
        for section in self.seen.sections:
            keys = [item.key for item in section.items]
            if key in keys:
                before = (self.after(other) for other in reversed(keys[: keys.index(key)]))
                return next((spot for spot in before if spot), None) or self.first_in(section.key) or self.end()
        return self.end()

    def end(self) -> tuple[Data, int]:
        found = drafting.sections(self.data)
        if not found:
            return self.new_section("tillegg", {"nb": "Lokale sjekkpunkter"})
        return found[-1], len(found[-1]["items"])

    def own_section(self, place: OwnSection) -> tuple[Data, int]:
        """At the end of the section that bears the same name, or of a new one."""
        for section in drafting.sections(self.data):
            if section["key"] == place.key and section["title"].get("nb") == place.title.get("nb"):
                return section, len(section["items"])
        return self.new_section(place.key, place.title)

    def new_section(self, key: str, title: Mapping[str, str]) -> tuple[Data, int]:
        key = _free(key, [section["key"] for section in drafting.sections(self.data)])
        made: Data = {"key": key, "title": dict(title), "items": []}
        self.data.setdefault("sections", []).append(made)
        return made, 0

    def not_before(self, key: str, section: Data, place: int) -> tuple[Data, int]:
        """The spot, or directly after the item `key` where that comes later."""
        order = [id(one) for one in drafting.sections(self.data)]
        found = self.after(key)
        assert found is not None
        earliest = (order.index(id(found[0])), found[1])
        return max(((order.index(id(section)), place), (section, place)), (earliest, found), key=lambda each: each[0])[
            1
        ]


def _free(key: str, taken: Sequence[str]) -> str:
    found, number = key, 2
    while found in taken:
        found = f"{key[: MAX_KEY - len(str(number)) - 1].rstrip('-')}-{number}"
        number += 1
    return found
