"""How a value of the bundle is read: from what JSON gave to what the tables hold.

Each reader takes a value that is not null and returns it in the one form in which it is compared and kept,
or raises `Unreadable` with a sentence that finishes `"key" …`. A reader that takes settings is made by a
function (`text_up_to(200)`, `one_of(Role)`); one that needs none is the function itself (`day`).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from hmswiki.foundation.language import LANGUAGES

Reader = Callable[[Any], Any]
Word = TypeVar("Word", bound=StrEnum)

LARGEST_INTEGER = 2**31 - 1
"""What an INTEGER column of PostgreSQL holds."""

MAX_TEXT_CHARACTERS = 1_000_000
"""The longest single text. A page's own limits are lower."""


class Unreadable(Exception):
    """The value cannot be what its key asks for. The text says what it is and what it should be."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A question that finishes an error: ` Did you mean "IKJ"?`, or nothing where nothing known is like it."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f' Did you mean "{found[0]}"?' if found else ""


def text(value: Any) -> str:
    """Any text, also an empty one."""
    if not isinstance(value, str):
        raise Unreadable(f"is {_named(value)}, and must be a text in quotes.")
    return _storable(value)


def words(value: Any) -> str:
    """A text with something in it."""
    if not text(value).strip():
        raise Unreadable("is empty. Write what it is.")
    return str(value)


def key_up_to(characters: int) -> Reader:
    """Something that others refer to: not empty, on one line, no longer than its column."""

    def read(value: Any) -> str:
        if len(words(value)) > characters:
            raise Unreadable(f"has {len(value)} characters, and may have {characters}. Shorten it.")
        if not value.isprintable():
            raise Unreadable("holds a line break, a tab or another character that cannot be seen. Remove it.")
        return str(value)

    return read


def text_up_to(characters: int) -> Reader:
    """Any text no longer than its column."""

    def read(value: Any) -> str:
        if len(text(value)) > characters:
            raise Unreadable(f"has {len(value)} characters, and may have {characters}. Shorten it.")
        return str(value)

    return read


def yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unreadable(f"is {_named(value)}, and must be true or false, without quotes.")
    return value


def whole_number(lowest: int, highest: int = LARGEST_INTEGER) -> Reader:
    """A whole number from `lowest` to `highest`, both included."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unreadable(f"is {_named(value)}, and must be a whole number without quotes.")
        if not lowest <= value <= highest:
            raise Unreadable(f"is {shortened(str(value))}, and must lie between {lowest} and {highest}.")
        return value

    return read


def number(value: Any) -> float:
    """Any number that both databases keep exactly as it is written."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable(f"is {_named(value)}, and must be a number without quotes.")
    if not abs(value) <= 1e15:
        raise Unreadable(f"is {shortened(str(value))}, and must lie between -1e15 and 1e15.")
    return float(value)


def plain_number(value: float) -> int | float:
    """As it is written in a bundle: 3, not 3.0."""
    return int(value) if value.is_integer() else value


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,30})?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?",
    re.ASCII,
)


def day(value: Any) -> date:
    """A calendar date, `2024-02-29`."""
    if not isinstance(value, str):
        raise Unreadable(f'is {_named(value)}, and must be a date like "2024-01-31".')
    if not _DAY.fullmatch(value):
        raise Unreadable(f'is "{shortened(value)}", and must be a date written year-month-day, like "2024-01-31".')
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Unreadable(f'is "{value}", and there is no such date. Correct it.') from None


def moment(value: Any) -> datetime:
    """An instant by RFC 3339 with its offset, in UTC and to the microsecond."""
    if not isinstance(value, str):
        raise Unreadable(f'is {_named(value)}, and must be a time like "2024-01-31T12:00:00+01:00".')
    found = _MOMENT.fullmatch(value)
    if not found:
        raise Unreadable(f'is "{shortened(value)}", and must be a time written like "2024-01-31T12:00:00+01:00".')
    if not found[4]:
        raise Unreadable(f'is "{value}", a time without an offset. Say where it is: "{value}+01:00", or Z for UTC.')
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(f'is "{value}", and there is no such time. Correct it.') from None


_EDITION_NUMBER = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})", re.ASCII)


def edition_number(value: Any) -> str:
    """`major.minor`, as text: 1.10 comes after 1.9."""
    if not isinstance(value, str):
        raise Unreadable(f'is {_named(value)}, and must be an edition\'s number in quotes, like "1.0".')
    if not _EDITION_NUMBER.fullmatch(value):
        raise Unreadable(f'is "{shortened(value)}", and must be an edition\'s number major.minor, like "1.0" or "2.1".')
    return value


def one_of(kind: type[Word]) -> Callable[[Any], Word]:
    """One of the words of `kind`."""
    known = {member.value: member for member in kind}

    def read(value: Any) -> Word:
        if not isinstance(value, str) or value not in known:
            shown = f'"{shortened(value)}"' if isinstance(value, str) else _named(value)
            guess = nearest(value, known) if isinstance(value, str) else ""
            raise Unreadable(f"is {shown}, and must be one of {', '.join(known)}.{guess}")
        return known[value]

    return read


def language(value: Any) -> str:
    """A language that is offered."""
    if not isinstance(value, str) or value not in LANGUAGES:
        shown = f'"{shortened(value)}"' if isinstance(value, str) else _named(value)
        raise Unreadable(f"is {shown}, and must be one of {', '.join(LANGUAGES)}. Leave it out if none of them fits.")
    return value


def wording(value: Any) -> str | dict[str, str]:
    """A text, or the same in several languages; not empty."""
    found = wording_or_nothing(value)
    if not any(said.strip() for said in ([found] if isinstance(found, str) else found.values())):
        raise Unreadable("is empty. Write it in at least one language.")
    return found


def wording_or_nothing(value: Any) -> str | dict[str, str]:
    """A text, or the same in several languages; it may be empty."""
    if isinstance(value, str):
        return text(value)
    if not isinstance(value, dict):
        raise Unreadable(f'is {_named(value)}, and must be a text, or texts by language like {{"nb": "…", "en": "…"}}.')
    return {check_language(code): text(said) for code, said in value.items()}


def check_language(code: str) -> str:
    """A language as a key."""
    if code not in LANGUAGES:
        raise Unreadable(f'holds the language "{shortened(code)}", and the languages are {", ".join(LANGUAGES)}.')
    return code


def several(read: Reader) -> Callable[[Any], tuple[Any, ...]]:
    """A list whose order says nothing: sorted, each once."""

    def read_all(value: Any) -> tuple[Any, ...]:
        return tuple(sorted({read(one) for one in as_list(value)}))

    return read_all


def as_list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Unreadable(f"is {_named(value)}, and must be a list in square brackets.")
    return value


def as_object(value: Any, *, required: Iterable[str] = (), optional: Iterable[str] = ()) -> Mapping[str, Any]:
    """An object within a record, with these keys and no others."""
    required, optional = tuple(required), tuple(optional)
    for name in some_object(value):
        if name not in required and name not in optional:
            raise Unreadable(f'holds an unknown key "{shortened(name)}".{nearest(name, (*required, *optional))}')
    for name in required:
        if value.get(name) is None:
            raise Unreadable(f'lacks the key "{name}". Add it.')
    found: Mapping[str, Any] = value
    return found


def some_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"holds {_named(value)} where an object in curly brackets must stand.")
    return value


def anything(value: Any) -> Any:
    """Whatever JSON can say, as long as the databases can keep it."""
    match value:
        case str():
            return text(value)
        case list():
            return [anything(one) for one in value]
        case dict():
            return {text(name): anything(one) for name, one in value.items()}
        case bool() | None:
            return value
        case _:
            number(value)
            return value


def _storable(value: str) -> str:
    if "\x00" in value:
        raise Unreadable("holds a NUL character (\\u0000), which no database keeps as text. Remove it.")
    if len(value) > MAX_TEXT_CHARACTERS:
        raise Unreadable(f"has {len(value)} characters, and may have {MAX_TEXT_CHARACTERS}. Shorten it.")
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise Unreadable("holds half a character (\\ud800 to \\udfff). Write the whole one.") from None
    return value


def shortened(value: str) -> str:
    """Fit for an error message, whatever was written."""
    value = value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value if len(value) <= 60 else value[:57] + "…"


def _named(value: Any) -> str:
    """What a wrong value is, in a reader's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {shortened(str(value))}"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"
