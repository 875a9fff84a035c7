"""Every sentence of the interface stands in bokmål and nynorsk; English is what the code says."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).parent.parent / "hmswiki"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "t": None, "tn": (1, 2), "_l": None}
PLACE = re.compile(r"%\((\w+)\)[sd]")

Words = str | tuple[str, ...]


@cache
def said_in_code() -> dict[Words, str]:
    """What the code and the templates say, and one place where."""
    found: dict[Words, str] = {}
    for file in sorted(PACKAGE.rglob("*")):
        if file.suffix not in (".py", ".html"):
            continue
        method = "python" if file.suffix == ".py" else "jinja2"
        for line, words, _, _ in extract_from_file(method, str(file), keywords=KEYWORDS, options={"encoding": "utf-8"}):
            key = words if isinstance(words, str) else tuple(words[:2])
            found.setdefault(key, f"{file.relative_to(PACKAGE)}:{line}")
    return found


def catalogue(language: str) -> Iterator[tuple[Path, Message]]:
    for file in sorted(PACKAGE.glob(f"*/translations/{language}/LC_MESSAGES/hmswiki.po")):
        with file.open("rb") as opened:
            for message in read_po(opened):
                if message.id:
                    yield file, message


def key_of(message: Message) -> Words:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def texts_of(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_nothing_said_in_the_code_lacks_a_translation(language: str) -> None:
    translated = {key_of(message) for _, message in catalogue(language) if all(texts_of(message)) and not message.fuzzy}
    missing = {words: place for words, place in said_in_code().items() if words not in translated}
    assert missing == {}


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_translations_fill_the_same_places(language: str) -> None:
    for file, message in catalogue(language):
        said = [message.id] if isinstance(message.id, str) else list(message.id)
        for words, text in zip(said, texts_of(message), strict=True):
            # A singular may say "one" instead of the number.
            assert set(PLACE.findall(text)) | {"num"} == set(PLACE.findall(words)) | {"num"}, f"{file}: {text}"


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_a_sentence_is_translated_in_one_way(language: str) -> None:
    ways: dict[Words, set[tuple[str, ...]]] = defaultdict(set)
    for _, message in catalogue(language):
        ways[key_of(message)].add(tuple(texts_of(message)))
    assert {words: texts for words, texts in ways.items() if len(texts) > 1} == {}


def test_no_catalogue_keeps_what_nobody_says_any_more() -> None:
    said = set(said_in_code())
    for language in ("nb", "nn"):
        idle = {
            str(key_of(message)): file.parts[-5] for file, message in catalogue(language) if key_of(message) not in said
        }
        assert idle == {}


def test_nynorsk_is_not_bokmal() -> None:
    """A guard against catalogues copied over: words that nynorsk does not have."""
    bokmal = re.compile(
        r"\b(ikke|hvem|hva|noen|jeg|fra|uke|enheten|ansatte|siden din|lagret|utgave|utgaven)\b", re.IGNORECASE
    )
    wrong = [
        (file.parts[-5], text) for file, message in catalogue("nn") for text in texts_of(message) if bokmal.search(text)
    ]
    assert wrong == []
