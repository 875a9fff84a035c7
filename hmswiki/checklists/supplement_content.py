"""Edits of a supplement as plain data, as a database or a bundle keeps them, and back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hmswiki.checklists.models import EditKind
from hmswiki.checklists.parsing import Flaw, as_data, parse
from hmswiki.checklists.supplements import (
    Addition,
    After,
    AfterOwn,
    Edit,
    FirstIn,
    Note,
    NotRelevant,
    Number,
    OwnSection,
    Place,
    TakenUp,
    Withdrawal,
)
from hmswiki.checklists.template import Checklist, Condition, Item, Section, Wording
from hmswiki.foundation.language import LANGUAGES

_KINDS: Mapping[type[Edit], EditKind] = {
    Addition: EditKind.ADDITION,
    Note: EditKind.NOTE,
    NotRelevant: EditKind.NOT_RELEVANT,
    TakenUp: EditKind.TAKEN_UP,
}


class UnreadableContent(ValueError):
    """The content is of no edit. The text says why."""


def kind_of(edit: Edit) -> EditKind:
    return _KINDS[type(edit)]


def content_of(edit: Edit) -> dict[str, Any]:
    """What the edit says: `edit_of` makes the same of it again."""
    match edit:
        case Addition():
            return {"item": item_data(edit.item), "place": _place_data(edit.place)}
        case Note():
            return {"item": edit.item, "text": _by_language(edit.text)}
        case NotRelevant():
            return {"item": edit.item, "because": _by_language(edit.because)}
        case TakenUp():
            return {"addition": edit.addition, "item": edit.item}


def edit_of(
    kind: EditKind,
    content: Mapping[str, Any],
    *,
    id: str,
    of_edition: Number,
    by: int | None,
    at: datetime,
    replaces: str | None = None,
    withdrawn: Withdrawal | None = None,
) -> Edit:
    """The edit. Raises UnreadableContent where the content is of none of that kind."""
    common: dict[str, Any] = {
        "id": id, "of_edition": of_edition, "by": by, "at": at, "replaces": replaces, "withdrawn": withdrawn,
    }  # fmt: skip
    match kind:
        case EditKind.ADDITION:
            content = _with(content, "item", "place")
            return Addition(item=item_of(content["item"]), place=_place(content["place"]), **common)
        case EditKind.NOTE:
            content = _with(content, "item", "text")
            return Note(item=_text(content, "item"), text=_wording(content, "text"), **common)
        case EditKind.NOT_RELEVANT:
            content = _with(content, "item", "because")
            return NotRelevant(item=_text(content, "item"), because=_wording(content, "because"), **common)
        case EditKind.TAKEN_UP:
            content = _with(content, "addition", "item")
            return TakenUp(addition=_text(content, "addition"), item=_text(content, "item"), **common)


# --- Items --------------------------------------------------------------------------------------------------


def item_data(item: Item) -> dict[str, Any]:
    """The item as it stands in a checklist's data."""
    alone = Checklist("own", {"nb": "own"}, (Section("own", {"nb": "own"}, (item,)),))
    data: dict[str, Any] = as_data(alone)["sections"][0]["items"][0]
    return data


def item_of(data: object) -> Item:
    """The item of such data. What its condition speaks of is not looked for. Raises UnreadableContent."""
    item, flaws = read_item(data)
    if item is None:
        raise UnreadableContent(str(flaws[0]))
    return item


def read_item(data: object) -> tuple[Item | None, list[Flaw]]:
    """The item of such data, or None and what is wrong; a flaw's place begins within the item."""
    given = dict(data) if isinstance(data, Mapping) else data
    condition = given.pop("shown_when", None) if isinstance(given, dict) else None
    checklist, flaws = parse({
        "key": "own", "title": {"nb": "own"},
        "sections": [{"key": "own", "title": {"nb": "own"}, "items": [given]}],
    })  # fmt: skip
    if checklist is None:
        return None, [replace(flaw, place=flaw.place[4:]) for flaw in flaws]
    item = next(checklist.items)
    if condition is None:
        return item, []
    found = _condition(condition)
    if found is None:
        return None, [Flaw(("shown_when",), "Name an earlier item and the answers after which this one is shown.", {})]
    return replace(item, shown_when=found), []


def _condition(data: object) -> Condition | None:
    if not isinstance(data, Mapping) or data.keys() != {"item", "answers"}:
        return None
    item, answers = data["item"], data["answers"]
    is_list = isinstance(answers, list) and answers and all(isinstance(word, str) for word in answers)
    return Condition(item, frozenset(answers)) if isinstance(item, str) and is_list else None


# --- Places -------------------------------------------------------------------------------------------------


def _place_data(place: Place) -> dict[str, Any]:
    match place:
        case After():
            return {"after": place.item}
        case AfterOwn():
            return {"after_own": place.addition}
        case FirstIn():
            return {"first_in": place.section}
        case OwnSection():
            return {"own_section": place.key, "title": _by_language(place.title)}


def _place(data: object) -> Place:
    if isinstance(data, Mapping):
        match dict(data):
            case {"after": str(key), **rest} if not rest:
                return After(key)
            case {"after_own": str(key), **rest} if not rest:
                return AfterOwn(key)
            case {"first_in": str(key), **rest} if not rest:
                return FirstIn(key)
            case {"own_section": str(key), "title": title, **rest} if not rest:
                return OwnSection(key, _wording({"title": title}, "title"))
    raise UnreadableContent(
        'The place is none. Write {"after": ITEM}, {"after_own": EDIT}, {"first_in": SECTION}, or '
        '{"own_section": KEY, "title": {…}}.'
    )


# --- What they are made of ----------------------------------------------------------------------------------


def _with(content: object, *names: str) -> Mapping[str, Any]:
    if not isinstance(content, Mapping) or set(content) != set(names):
        raise UnreadableContent(f"Write {' and '.join(f'“{name}”' for name in names)}, and nothing else.")
    return content


def _text(content: Mapping[str, Any], name: str) -> str:
    if not isinstance(content[name], str) or not content[name]:
        raise UnreadableContent(f"“{name}” must be a text.")
    return str(content[name])


def _wording(content: Mapping[str, Any], name: str) -> Wording:
    given = content[name]
    if not isinstance(given, Mapping) or not given or not all(isinstance(text, str) for text in given.values()):
        raise UnreadableContent(f"“{name}” must be a text in each language.")
    for language in given:
        if language not in LANGUAGES:
            raise UnreadableContent(f"“{name}” is in “{language}”. The languages are {', '.join(LANGUAGES)}.")
    return _by_language(given)


def _by_language(wording: Wording) -> dict[str, str]:
    """In the order of languages, so that the same says the same."""
    return {language: wording[language] for language in LANGUAGES if language in wording}
