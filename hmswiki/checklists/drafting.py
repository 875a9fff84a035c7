"""What is being written, without a database: a checklist as data that may still have flaws, and changes to it.

A draft keeps data in the shape of `parsing.as_data`, or `{"yaml": …}` where somebody wrote YAML that cannot be taken
in yet: it is kept as it was typed until it is mended. Every change gives new data and leaves the old as it was.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from hmswiki.checklists import parsing, reading
from hmswiki.checklists.parsing import Place
from hmswiki.checklists.template import KEY, MAX_KEY, Checklist, Kind
from hmswiki.foundation.errors import N_, Conflict, NotFound, Refusal, TooLarge
from hmswiki.foundation.language import DEFAULT_LANGUAGE, LANGUAGES
from hmswiki.guidelines.drafting import clean, clean_line, suggest_slug

Data = dict[str, Any]

SOURCE = "yaml"
"""The one key of content that is text somebody still has to mend."""

RESERVED_KEYS = frozenset({"new", "drafts"})
"""Addresses of the wiki's own pages."""


def checked_key(key: str) -> str:
    """Raises Refusal unless `key` can be a new checklist's."""
    key = clean_line(key)
    if not KEY.fullmatch(key) or len(key) > MAX_KEY:
        raise Refusal(
            N_("The key “%(key)s” cannot be used. Write small letters a to z, digits and single hyphens, at most "
               "%(limit)s characters."),
            field="key", key=key[:60], limit=MAX_KEY,
        )  # fmt: skip
    if key in RESERVED_KEYS:
        raise Refusal(
            N_("The key “%(key)s” is taken by one of the wiki's own pages. Choose another."), field="key", key=key
        )
    return key


def suggest_key(text: str, taken: Iterable[str] = ()) -> str:
    """A key made from a text in bokmål, unlike those that are taken: "Er døra låst?" → `er-dora-last`."""
    first = suggest_slug(text)[:MAX_KEY].strip("-") or "punkt"
    used, key, number = set(taken), first, 1
    while key in used:
        number += 1
        key = f"{first[: MAX_KEY - 4]}-{number}"
    return key


def new_data(key: str, title: str) -> Data:
    return {"key": checked_key(key), "title": {DEFAULT_LANGUAGE: checked_line(title, "title")}, "sections": []}


# --- What stands in it, and what is wrong -------------------------------------------------------------------


@dataclass(frozen=True)
class Wrong:
    """Something wrong: where, and a sentence with the facts that fill it. `line` is of the text in YAML."""

    place: Place
    text: str
    facts: Mapping[str, object] = field(default_factory=dict)
    line: int | None = None


def is_source(content: Mapping[str, Any]) -> bool:
    """Whether it is text that cannot be taken in yet."""
    return SOURCE in content


def of_source(text: str) -> Data:
    """What is kept of YAML that somebody wrote: data where all is right, else the text itself."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text.encode(errors="replace")) > reading.MAX_BYTES:
        raise TooLarge(
            N_("The text is too long: %(size)s bytes, and the limit is %(limit)s. Divide it into two, or shorten it."),
            field="source", size=len(text.encode(errors="replace")), limit=reading.MAX_BYTES,
        )  # fmt: skip
    try:
        return parsing.as_data(reading.read(text))
    except reading.ChecklistProblems:
        # What no database keeps is nothing that anybody sees.
        return {SOURCE: clean(text) if "\0" in text or not _is_text(text) else text}


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def source(content: Mapping[str, Any]) -> str:
    """The draft as YAML; a text that cannot be taken in yet as it was typed."""
    return str(content[SOURCE]) if is_source(content) else reading.write_data(dict(content))


def parsed(content: Mapping[str, Any]) -> tuple[Checklist | None, list[Wrong]]:
    """The checklist, or None and everything that is wrong."""
    if is_source(content):
        try:
            return reading.read(str(content[SOURCE])), []
        except reading.ChecklistProblems as found:
            return None, [Wrong((), one.text, one.facts, one.line) for one in found.problems]
    checklist, flaws = parsing.parse(content)
    return checklist, [_wrong(flaw) for flaw in flaws]


_EMPTY = {
    1: N_("The checklist has no sections yet. Add one."),
    3: N_("The section has no items. Add one, or remove the section."),
}
"""What to say of an empty list in place of how to write it in a file, by the length of its place."""


def _wrong(flaw: parsing.Flaw) -> Wrong:
    if flaw.place and flaw.place[-1] in ("sections", "items"):
        return Wrong(flaw.place, _EMPTY[len(flaw.place)])
    return Wrong(flaw.place, flaw.text, flaw.facts)


def is_editable(content: object) -> bool:
    """Whether content has a shape that the pages can show: text to mend, or data without surprises."""
    if not isinstance(content, dict):
        return False
    if SOURCE in content:
        return set(content) == {SOURCE} and isinstance(content[SOURCE], str)
    if not (_is_key(content.get("key")) and _is_wording(content.get("title"))):
        return False
    lists = (content.get("guidelines", []), content.get("co_signed_by", []))
    if not (all(_is_words(words) for words in lists) and _is_wording(content.get("description", {}))):
        return False
    given = content.get("sections")
    if not isinstance(given, list) or not all(_is_section(section) for section in given):
        return False
    keys = [item["key"] for section in given for item in section["items"]]
    own = [section["key"] for section in given]
    return len(set(keys)) == len(keys) and len(set(own)) == len(own)


def _is_key(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_KEY and KEY.fullmatch(value) is not None


def _is_wording(value: object) -> bool:
    return isinstance(value, dict) and all(code in LANGUAGES and isinstance(value[code], str) for code in value)


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _is_section(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= {"key", "title", "items"}
        and _is_key(value.get("key"))
        and _is_wording(value.get("title"))
        and isinstance(value.get("items"), list)
        and all(_is_item(item) for item in value["items"])
    )


_PARTS: dict[str, Callable[[object], bool]] = {
    "key": _is_key, "text": _is_wording, "kind": lambda value: value in tuple(Kind), "help": _is_wording,
    "unit": _is_wording, "findings": _is_words,
    "choices": lambda value: isinstance(value, list) and all(_is_choice(choice) for choice in value),
    "shown_when": lambda value: isinstance(value, dict) and set(value) == {"item", "answers"}
    and isinstance(value["item"], str) and _is_words(value["answers"]),
    **dict.fromkeys(("minimum", "maximum", "required", "mandatory", "passage"), lambda value: isinstance(value, str)),
}  # fmt: skip


def _is_choice(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"key", "text"}
        and _is_key(value["key"])
        and _is_wording(value["text"])
    )  # fmt: skip


def _is_item(value: object) -> bool:
    return (
        isinstance(value, dict)
        and {"key", "text", "kind"} <= set(value) <= set(_PARTS)
        and all(_PARTS[name](part) for name, part in value.items())
    )


# --- Finding one's way --------------------------------------------------------------------------------------


def sections(data: Mapping[str, Any]) -> list[Data]:
    return list(data.get("sections") or [])


def items(data: Mapping[str, Any]) -> Iterator[Data]:
    return (item for section in sections(data) for item in section["items"])


def item_keys(data: Mapping[str, Any]) -> list[str]:
    return [item["key"] for item in items(data)]


def section(data: Mapping[str, Any], key: str) -> Data:
    """Raises NotFound."""
    for one in sections(data):
        if one["key"] == key:
            return one
    raise NotFound(N_("There is no such section in this draft any more. Open the draft again to see it as it is."))


def item(data: Mapping[str, Any], key: str) -> Data:
    """Raises NotFound."""
    for one in items(data):
        if one["key"] == key:
            return one
    raise NotFound(N_("There is no such item in this draft any more. Open the draft again to see it as it is."))


def spot(data: Mapping[str, Any], key: str) -> str:
    """Where the item stands, as `put_item` takes it: `SECTION/` at its beginning, `SECTION/ITEM` after that one."""
    for one in sections(data):
        before = ""
        for other in one["items"]:
            if other["key"] == key:
                return f"{one['key']}/{before}"
            before = other["key"]
    raise NotFound(N_("There is no such item in this draft any more. Open the draft again to see it as it is."))


def flaws_of(wrongs: Iterable[Wrong], data: Mapping[str, Any]) -> dict[str, list[Wrong]]:
    """What is wrong by the item that it stands in, by `section:KEY` where it is the section's, else by nothing."""
    found: dict[str, list[Wrong]] = {}
    for wrong in wrongs:
        place, name = wrong.place, ""
        if len(place) >= 2 and place[0] == "sections" and isinstance(place[1], int):
            own = sections(data)[place[1]]
            name = f"section:{own['key']}"
            if len(place) >= 4 and isinstance(place[3], int):
                name = own["items"][place[3]]["key"]
        found.setdefault(name, []).append(wrong)
    return found


def mark(part: object) -> str:
    """The same for the same content; a form carries it to tell whether somebody saved since."""
    return hashlib.sha256(json.dumps(part, ensure_ascii=True, sort_keys=True).encode()).hexdigest()[:32]


# --- Changes ------------------------------------------------------------------------------------------------


def wording(given: Mapping[str, str | None], *, lines: bool = False) -> dict[str, str] | None:
    """A text by language as it is kept: without empty ones; None where nothing is said."""
    tidy = (lambda text: clean(text).strip()) if lines else clean_line
    found = {code: tidy(given.get(code) or "") for code in LANGUAGES}
    return {code: text for code, text in found.items() if text} or None


def checked_line(text: str, at: str) -> str:
    """Raises Refusal at the field `at` where nothing is written."""
    said = clean_line(text)
    if not said:
        raise Refusal(N_("Write it in bokmål. Other languages may follow."), field=at)
    return said


def with_section(data: Data, title: str) -> tuple[Data, str]:
    """The data with a new section at the end, and its key."""
    made = deepcopy(data)
    said = checked_line(title, "title")
    key = suggest_key(said, [one["key"] for one in sections(made)])
    made.setdefault("sections", []).append({"key": key, "title": {DEFAULT_LANGUAGE: said}, "items": []})
    return made, key


def with_section_changed(data: Data, key: str, *, title: Mapping[str, str | None], new_key: str) -> Data:
    made = deepcopy(data)
    own = section(made, key)
    checked_line(title.get(DEFAULT_LANGUAGE) or "", f"title_{DEFAULT_LANGUAGE}")
    if new_key != key:
        own["key"] = _free(checked_key(new_key), [one["key"] for one in sections(made)])
    own["title"] = wording(title) or {}
    return made


def without_section(data: Data, key: str) -> Data:
    """The data without the section and its items."""
    made = deepcopy(data)
    section(made, key)
    made["sections"] = [one for one in sections(made) if one["key"] != key]
    return made


def with_item(data: Data, section_key: str, *, text: str, kind: str) -> tuple[Data, str]:
    """The data with a new item at the end of the section, and its key. A deviation raises a finding."""
    made = deepcopy(data)
    own = section(made, section_key)
    said = checked_line(text, "text")
    if kind not in tuple(Kind):
        raise Refusal(N_("Choose what can be answered."), field="kind")
    key = suggest_key(said, item_keys(made))
    new: Data = {"key": key, "text": {DEFAULT_LANGUAGE: said}, "kind": kind}
    if kind == Kind.OK:
        new["findings"] = ["deviation"]
    own["items"].append(new)
    return made, key


def with_item_changed(data: Data, key: str, new: Data, *, at: str | None = None) -> Data:
    """The data with `new` in the place of the item, or at the spot `at`. Conditions follow a new key.

    Raises Conflict where the spot is gone.
    """
    made = deepcopy(data)
    item(made, key)
    if new["key"] != key:
        _free(checked_key(new["key"]), item_keys(made))
    for other in items(made):
        condition = other.get("shown_when")
        if condition and condition["item"] == key:
            condition["item"] = new["key"]
    at = spot(made, key) if at is None else at
    if at != spot(made, key):
        made = at_spot(without_item(made, key), new, at)
    else:
        for one in sections(made):
            one["items"] = [new if other["key"] == key else other for other in one["items"]]
    return made


def at_spot(data: Data, new: Data, at: str) -> Data:
    """The data with a new item at that spot. Raises Conflict where the spot is gone."""
    made = deepcopy(data)
    section_key, _, before = at.partition("/")
    for one in sections(made):
        if one["key"] == section_key:
            keys = [other["key"] for other in one["items"]]
            if before and before not in keys:
                break
            one["items"].insert(keys.index(before) + 1 if before else 0, new)
            return made
    raise Conflict(N_("The place that you chose is gone: somebody moved or removed it. Choose another."), field="at")


def without_item(data: Data, key: str) -> Data:
    made = deepcopy(data)
    item(made, key)
    for one in sections(made):
        one["items"] = [other for other in one["items"] if other["key"] != key]
    return made


def with_item_moved(data: Data, key: str, by: int) -> Data:
    """The data with the item one place up (-1) or down (1); beyond its section's end it goes into the next one."""
    made = deepcopy(data)
    moved = item(made, key)
    all_sections = sections(made)
    for number, one in enumerate(all_sections):
        keys = [other["key"] for other in one["items"]]
        if key not in keys:
            continue
        place = keys.index(key) + by
        if 0 <= place < len(keys):
            one["items"].remove(moved)
            one["items"].insert(place, moved)
        elif 0 <= number + by < len(all_sections):
            one["items"].remove(moved)
            neighbour = all_sections[number + by]["items"]
            neighbour.insert(len(neighbour) if by < 0 else 0, moved)
        break
    return made


def with_section_moved(data: Data, key: str, by: int) -> Data:
    made = deepcopy(data)
    moved = section(made, key)
    place = made["sections"].index(moved) + by
    if 0 <= place < len(made["sections"]):
        made["sections"].remove(moved)
        made["sections"].insert(place, moved)
    return made


def with_facts(
    data: Data,
    *,
    title: Mapping[str, str | None],
    description: Mapping[str, str | None],
    guidelines: Iterable[str],
    co_signed_by: Iterable[str],
) -> Data:
    """The data with what the checklist says of itself, in the order in which a file has it."""
    checked_line(title.get(DEFAULT_LANGUAGE) or "", f"title_{DEFAULT_LANGUAGE}")
    said = {
        "key": data["key"], "title": wording(title), "description": wording(description, lines=True),
        "guidelines": list(guidelines) or None, "co_signed_by": list(co_signed_by) or None,
        "sections": deepcopy(sections(data)),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def _free(key: str, taken: Iterable[str]) -> str:
    if key in taken:
        raise Refusal(N_("The key “%(key)s” is used in this draft already. Choose another."), field="key", key=key)
    return key
