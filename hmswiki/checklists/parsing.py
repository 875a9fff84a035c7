"""Checklists from plain data, as a file or an editor gives it, and back.

`parse` tells everything that is wrong in the data, each at its place, and makes nothing of it then.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hmswiki.checklists.template import (
    KEY,
    MAX_KEY,
    MAX_LINE,
    MAX_TEXT,
    Checklist,
    Choice,
    Condition,
    Item,
    Kind,
    Passage,
    Section,
    Wording,
    answers_of,
    possible_findings,
)
from hmswiki.foundation.errors import N_
from hmswiki.foundation.language import DEFAULT_LANGUAGE, LANGUAGES
from hmswiki.foundation.permissions import Role

Place = tuple[str | int, ...]
"""Where something stands in the data: `("sections", 0, "items", 2, "kind")`."""


@dataclass(frozen=True)
class Flaw:
    """Something wrong in the data, and the cure: a sentence with named places, and the facts that fill them."""

    place: Place
    text: str
    facts: Mapping[str, object]

    def __str__(self) -> str:
        return self.text % self.facts if self.facts else self.text


def parse(data: object) -> tuple[Checklist | None, list[Flaw]]:
    """The checklist, or None and everything that is wrong with it.

    `data` is of mappings, lists, texts and None: numbers, `yes` and `no` are texts as somebody wrote them.
    """
    parser = _Parser()
    checklist = parser.checklist(data)
    return (None if parser.flaws else checklist), parser.flaws


_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?", re.ASCII)
_TRUTHS = {"yes": True, "no": False, "true": True, "false": False}

_OF_KIND = {
    "unit": Kind.NUMBER, "minimum": Kind.NUMBER, "maximum": Kind.NUMBER, "choices": Kind.CHOICE,
}  # fmt: skip
"""What belongs to items of one kind alone."""


class _Parser:
    """Walks through the data and notes what is wrong.

    What is wrong is None and goes on as None, so that one mistake is told once and the next one too.
    """

    def __init__(self) -> None:
        self.flaws: list[Flaw] = []
        self.keys: frozenset[str] = frozenset()
        self.earlier: dict[str, tuple[str, ...] | None] = {}
        """The answers of the items so far, by key; None where the item's own mistakes hide them."""

    def flaw(self, place: Place, text: str, /, **facts: object) -> None:
        self.flaws.append(Flaw(place, text, facts))

    # The parts of a checklist

    def checklist(self, data: object) -> Checklist | None:
        found = self.mapping(
            data, (), needed=("key", "title", "sections"), others=("description", "guidelines", "co_signed_by")
        )
        if found is None:
            return None
        self.keys = frozenset(_item_keys(found.get("sections")))
        key = self.key(found, ())
        title = self.wording(found, "title", ())
        sections = self.sections(found)
        guidelines = self.words(found, "guidelines", ())
        for number, slug in enumerate(guidelines):
            if not _is_key(slug, MAX_LINE):
                self.flaw(
                    ("guidelines", number),
                    N_("“%(slug)s” is no guideline's address. Write the last part of its page's address."),
                    slug=_short(slug),
                )
        roles = self.words(found, "co_signed_by", ())
        for number, role in enumerate(roles):
            if role not in tuple(Role):
                self.flaw(
                    ("co_signed_by", number), N_("“%(role)s” is no role. The roles are %(roles)s."),
                    role=_short(role), roles=", ".join(Role),
                )  # fmt: skip
        description = self.wording(found, "description", (), long=True)
        if key is None or title is None:
            return None
        return Checklist(key, title, sections, guidelines, description, roles)

    def sections(self, data: Mapping[str, object]) -> tuple[Section, ...]:
        found = []
        keys: set[str] = set()
        for number, each in enumerate(self.sequence(data, "sections", ())):
            place: Place = ("sections", number)
            section = self.mapping(each, place, needed=("key", "title", "items"))
            if section is None:
                continue
            key = self.key(section, place, keys)
            title = self.wording(section, "title", place)
            items = self.items(section, place)
            if key is not None and title is not None:
                found.append(Section(key, title, items))
        return tuple(found)

    def items(self, data: Mapping[str, object], above: Place) -> tuple[Item, ...]:
        found = (
            self.item(each, (*above, "items", number))
            for number, each in enumerate(self.sequence(data, "items", above))
        )
        return tuple(item for item in found if item is not None)

    def item(self, data: object, place: Place) -> Item | None:
        found = self.mapping(
            data, place, needed=("key", "text", "kind"),
            others=("help", "passage", "required", "mandatory", "unit", "minimum", "maximum", "choices", "findings",
                    "shown_when"),
        )  # fmt: skip
        if found is None or not isinstance(data, Mapping):
            return None
        emptied = any(name in data and name not in found for name in _OF_KIND)
        shown_when = self.condition(found, place)
        key = self.key(found, place, self.earlier)
        text = self.wording(found, "text", place)
        help_ = self.wording(found, "help", place, long=True)
        passage = self.passage(found, place)
        required = self.truth(found, "required", place, default=True)
        mandatory = self.truth(found, "mandatory", place, default=False)
        before_answers = len(self.flaws)
        kind = self.kind(found, place)
        found = self.without_others_parts(found, kind, place)
        unit = self.wording(found, "unit", place)
        minimum, maximum = self.bounds(found, place)
        if kind is Kind.CHOICE and "choices" not in data:
            self.flaw(
                (*place, "kind"),
                N_("There is nothing to choose. Write `choices:`, and below it `- key:` and `text:` for each answer."),
            )
        choices = self.choices(found, place)
        # Findings and conditions are judged only where it is clear what can be answered.
        clear = len(self.flaws) == before_answers and not emptied
        findings = self.words(found, "findings", place)
        if kind is None:
            if key is not None:
                self.earlier.setdefault(key, None)
            return None
        item = Item(
            key or "", text or {}, kind, help_, passage, required, mandatory, unit, minimum, maximum, choices,
            frozenset(findings), shown_when,
        )  # fmt: skip
        if clear:
            self.check_findings(findings, item, place)
        if key is not None:
            self.earlier.setdefault(key, answers_of(item) if clear else None)
        return item

    def kind(self, data: Mapping[str, object], place: Place) -> Kind | None:
        word = self.line(data, "kind", place)
        if word is None:
            return None
        if word not in tuple(Kind):
            self.flaw(
                (*place, "kind"), N_("“%(kind)s” is no kind of item. The kinds are %(kinds)s."),
                kind=_short(word), kinds=", ".join(Kind),
            )  # fmt: skip
            return None
        return Kind(word)

    def without_others_parts(
        self, data: Mapping[str, object], kind: Kind | None, place: Place
    ) -> Mapping[str, object]:  # fmt: skip
        """The data without what only other kinds have, which is noted."""
        if kind is None:
            return data
        stray = [name for name in _OF_KIND if name in data and _OF_KIND[name] is not kind]
        for name in stray:
            self.flaw(
                (*place, name), N_("“%(name)s” is for items of kind %(right)s, and this is %(kind)s. Remove it."),
                name=name, right=str(_OF_KIND[name]), kind=str(kind),
            )  # fmt: skip
        return {name: value for name, value in data.items() if name not in stray}

    def bounds(self, data: Mapping[str, object], place: Place) -> tuple[Decimal | None, Decimal | None]:
        minimum = self.number(data, "minimum", place)
        maximum = self.number(data, "maximum", place)
        if minimum is not None and maximum is not None and minimum > maximum:
            self.flaw(
                (*place, "minimum"),
                N_("The minimum %(minimum)s is above the maximum %(maximum)s. Let them change places."),
                minimum=format(minimum, "f"), maximum=format(maximum, "f"),
            )  # fmt: skip
        return minimum, maximum

    def choices(self, data: Mapping[str, object], place: Place) -> tuple[Choice, ...]:
        found = []
        keys: set[str] = set()
        given = self.sequence(data, "choices", place)
        for number, each in enumerate(given):
            at = (*place, "choices", number)
            choice = self.mapping(each, at, needed=("key", "text"))
            if choice is None:
                continue
            key = self.key(choice, at, keys)
            text = self.wording(choice, "text", at)
            if key is not None and text is not None:
                found.append(Choice(key, text))
        if len(given) == 1:
            self.flaw((*place, "choices"), N_("There is one choice alone. Write at least two."))
        return tuple(found)

    def check_findings(self, findings: Sequence[str], item: Item, place: Place) -> None:
        possible = possible_findings(item)
        for number, word in enumerate(findings):
            if word in possible:
                continue
            at = (*place, "findings", number)
            bound = {"below": "minimum", "above": "maximum"}.get(word)
            if item.kind is Kind.NUMBER and bound is not None:
                self.flaw(
                    at, N_("“%(word)s” needs a bound. Write `%(bound)s:`, or remove the word."), word=word, bound=bound
                )
            elif possible:
                self.flaw(
                    at, N_("“%(word)s” cannot raise a finding here. These can: %(possible)s."),
                    word=_short(word), possible=", ".join(possible),
                )  # fmt: skip
            else:
                self.flaw(
                    at, N_("“%(word)s” cannot raise a finding: no answer of kind %(kind)s can here. Remove it."),
                    word=_short(word), kind=str(item.kind),
                )  # fmt: skip

    def condition(self, data: Mapping[str, object], above: Place) -> Condition | None:
        if "shown_when" not in data:
            return None
        place = (*above, "shown_when")
        found = self.mapping(data["shown_when"], place, needed=("item", "answers"))
        if found is None:
            return None
        item = self.line(found, "item", place)
        answers = self.words(found, "answers", place)
        if item is None or not answers:
            return None
        at = (*place, "item")
        if item not in self.earlier:
            if item == data.get("key"):
                self.flaw(at, N_("“%(item)s” is this item itself. Name an earlier one."), item=item)
            elif item in self.keys:
                self.flaw(
                    at, N_("“%(item)s” comes later. Name an earlier item, or move that one up."), item=_short(item)
                )  # fmt: skip
            else:
                self.flaw(at, N_("There is no item “%(item)s”. Name an earlier one by its key."), item=_short(item))
            return None
        known = self.earlier[item]
        if known == ():
            self.flaw(
                at, N_("Nothing can depend on “%(item)s”: its answers have no words. Name another item."), item=item
            )
        for number, word in enumerate(answers):
            if known and word not in known:
                self.flaw(
                    (*place, "answers", number),
                    N_("“%(item)s” cannot be answered “%(word)s”. Its answers are: %(known)s."),
                    item=item, word=_short(word), known=", ".join(known),
                )  # fmt: skip
        return Condition(item, frozenset(answers))

    def passage(self, data: Mapping[str, object], place: Place) -> Passage | None:
        text = self.line(data, "passage", place)
        if text is None:
            return None
        slug, _, anchor = text.partition("#")
        if not anchor:
            self.flaw(
                (*place, "passage"),
                N_("“%(passage)s” has no anchor. Write the guideline's address, #, and the anchor of the heading."),
                passage=_short(text),
            )
            return None
        if not _is_key(slug, MAX_LINE) or not _is_key(anchor, MAX_LINE):
            self.flaw(
                (*place, "passage"),
                N_(
                    "“%(passage)s” leads to no passage. Write the guideline's address, #, and the anchor of the "
                    "heading, as they stand in the address of the page."
                ),
                passage=_short(text),
            )
            return None
        return Passage(slug, anchor)

    # What they are made of

    def mapping(
        self, data: object, place: Place, *, needed: tuple[str, ...], others: tuple[str, ...] = ()
    ) -> Mapping[str, object] | None:  # fmt: skip
        """The known keys of `data` and what stands there; what is missing, unknown or empty is noted."""
        known = (*needed, *others)
        if not isinstance(data, Mapping):
            self.flaw(
                place, N_("Write one `key: value` on each line here. The keys are %(known)s."), known=", ".join(known)
            )
            return None
        found = {}
        for name, value in data.items():
            if name not in known:
                self.flaw(
                    (*place, name), N_("“%(name)s” is not known here. The keys are %(known)s."),
                    name=_short(str(name)), known=", ".join(known),
                )  # fmt: skip
            elif value is None or value == "":
                self.flaw((*place, name), N_("“%(name)s” is empty. Write it, or leave the line out."), name=name)
            else:
                found[name] = value
        for name in needed:
            if name not in data:
                self.flaw(place, N_("“%(name)s” is missing. Write a line `%(name)s:`."), name=name)
        return found

    def sequence(self, data: Mapping[str, object], name: str, above: Place) -> list[object]:
        """What stands in the list `name`; nothing where it is missing, which is noted elsewhere."""
        if name not in data:
            return []
        value = data[name]
        if not isinstance(value, list) or not value:
            self.flaw((*above, name), N_("“%(name)s” must be a list with a line `- ` for each."), name=name)
            return []
        return value

    def words(self, data: Mapping[str, object], name: str, above: Place) -> tuple[str, ...]:
        """A list of words, none of them twice."""
        found: list[str] = []
        for number, value in enumerate(self.sequence(data, name, above)):
            word = self.text(value, (*above, name, number), str(name), MAX_LINE)
            if word is None:
                continue
            if word in found:
                self.flaw((*above, name, number), N_("“%(word)s” stands here twice. Remove one of the two."), word=word)
            found.append(word)
        return tuple(found)

    def key(self, data: Mapping[str, object], above: Place, taken: Any = None) -> str | None:
        """The key, if it can be one. One that is in `taken` is noted; a set takes it up."""
        key = self.line(data, "key", above)
        if key is None:
            return None
        place = (*above, "key")
        if not _is_key(key, MAX_KEY):
            self.flaw(
                place,
                N_("The key “%(key)s” cannot be used. Write small letters a to z, digits and single hyphens, at most "
                "%(limit)s characters."),
                key=_short(key), limit=MAX_KEY,
            )  # fmt: skip
            return None
        if taken is not None and key in taken:
            self.flaw(place, N_("The key “%(key)s” is used above already. Choose another."), key=key)
        elif isinstance(taken, set):
            taken.add(key)
        return key

    def wording(
        self, data: Mapping[str, object], name: str, above: Place, *, long: bool = False
    ) -> dict[str, str] | None:  # fmt: skip
        if name not in data:
            return None
        place = (*above, name)
        value = data[name]
        if not isinstance(value, Mapping):
            self.flaw(
                place, N_("Write “%(name)s” in each language: below it `nb:`, `nn:` and `en:`, each with its text."),
                name=name,
            )  # fmt: skip
            return None
        found: dict[str, str] = {}
        for language in value:
            if language not in LANGUAGES:
                self.flaw(
                    (*place, language), N_("“%(language)s” is no language here. The languages are %(languages)s."),
                    language=_short(str(language)), languages=", ".join(LANGUAGES),
                )  # fmt: skip
        for language in (language for language in LANGUAGES if language in value):
            text = self.text(value[language], (*place, language), language, MAX_TEXT if long else MAX_LINE, long=long)
            if text is not None:
                found[language] = text
        if DEFAULT_LANGUAGE not in value:
            self.flaw(place, N_("The bokmål text is missing. Write `%(language)s:` here."), language=DEFAULT_LANGUAGE)
        return found if DEFAULT_LANGUAGE in found else None

    def line(self, data: Mapping[str, object], name: str, above: Place) -> str | None:
        return self.text(data[name], (*above, name), name, MAX_LINE) if name in data else None

    def text(self, value: object, place: Place, name: str, limit: int, *, long: bool = False) -> str | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            self.flaw(place, N_("“%(name)s” is empty. Write it, or leave the line out."), name=name)
            return None
        if not isinstance(value, str):
            self.flaw(place, N_("“%(name)s” must be a text."), name=name)
            return None
        text = value.strip()
        if "\n" in text and not long:
            self.flaw(place, N_("“%(name)s” must stand on one line."), name=name)
            return None
        unseen = _UNSEEN.search(text)
        if unseen:
            self.flaw(
                place, N_("“%(name)s” has a sign that nobody sees (U+%(code)s). Remove it."),
                name=name, code=f"{ord(unseen[0]):04X}",
            )  # fmt: skip
            return None
        if len(text) > limit:
            self.flaw(
                place, N_("“%(name)s” is %(length)s characters, and the limit is %(limit)s. Shorten it."),
                name=name, length=len(text), limit=limit,
            )  # fmt: skip
            return None
        return text

    def number(self, data: Mapping[str, object], name: str, above: Place) -> Decimal | None:
        text = self.line(data, name, above)
        if text is None:
            return None
        if not _NUMBER.fullmatch(text):
            self.flaw(
                (*above, name), N_("“%(text)s” is no number. Write digits, and a full stop before decimals: 2.5."),
                text=_short(text),
            )  # fmt: skip
            return None
        return Decimal(text)

    def truth(self, data: Mapping[str, object], name: str, above: Place, *, default: bool) -> bool:
        text = self.line(data, name, above)
        if text is None:
            return default
        if text not in _TRUTHS:
            self.flaw((*above, name), N_("“%(text)s” is neither yes nor no. Write one of them."), text=_short(text))
        return _TRUTHS.get(text, default)


def _item_keys(sections: object) -> Iterator[str]:
    """The keys of all items, wherever the data has the shape to hold them."""
    for section in sections if isinstance(sections, list) else []:
        items = section.get("items") if isinstance(section, Mapping) else None
        for item in items if isinstance(items, list) else []:
            key = item.get("key") if isinstance(item, Mapping) else None
            if isinstance(key, str):
                yield key


def _is_key(text: str, limit: int) -> bool:
    return len(text) <= limit and KEY.fullmatch(text) is not None


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"


# --- And back -----------------------------------------------------------------------------------------------


def as_data(checklist: Checklist) -> dict[str, Any]:
    """The checklist as plain data, keys in their order, without what is as it is anyway: `parse` gives it back."""
    return _without_none({
        "key": checklist.key,
        "title": _by_language(checklist.title),
        "description": _by_language(checklist.description),
        "guidelines": list(checklist.guidelines) or None,
        "co_signed_by": list(checklist.co_signed_by) or None,
        "sections": [
            {
                "key": section.key,
                "title": _by_language(section.title),
                "items": [as_item_data(item) for item in section.items],
            }
            for section in checklist.sections
        ],
    })  # fmt: skip


def as_item_data(item: Item) -> dict[str, Any]:
    """An item as plain data, its keys in their order."""
    condition = item.shown_when
    return _without_none({
        "key": item.key,
        "text": _by_language(item.text),
        "help": _by_language(item.help),
        "kind": str(item.kind),
        "unit": _by_language(item.unit),
        "minimum": None if item.minimum is None else format(item.minimum, "f"),
        "maximum": None if item.maximum is None else format(item.maximum, "f"),
        "choices": [{"key": choice.key, "text": _by_language(choice.text)} for choice in item.choices] or None,
        "findings": [word for word in possible_findings(item) if word in item.findings] or None,
        "required": None if item.required else "no",
        "mandatory": "yes" if item.mandatory else None,
        "shown_when": None if condition is None else {"item": condition.item, "answers": sorted(condition.answers)},
        "passage": None if item.passage is None else f"{item.passage.guideline}#{item.passage.anchor}",
    })  # fmt: skip


def _by_language(wording: Wording | None) -> dict[str, str] | None:
    return None if wording is None else {language: wording[language] for language in LANGUAGES if language in wording}


def _without_none(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}
