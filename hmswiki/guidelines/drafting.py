"""Decisions about what is being written, without a database: addresses, document facts, numbers, days."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from urllib.parse import urlsplit

from hmswiki.foundation.errors import N_, Refusal, TooLarge
from hmswiki.foundation.language import DEFAULT_LANGUAGE, LANGUAGES, OWN_NAMES
from hmswiki.foundation.markup import MAX_BYTES

MAX_SLUG = 100
MAX_LINE = 300
"""The longest title or document fact, in characters."""
MAX_SUMMARY = 3_000
MAX_LEGAL_BASES = 50
MAX_RENEW_MONTHS = 1_200

TEXT_FACTS = ("kind", "owner", "approver", "classification", "parent", "replaces")
DATE_FACTS = ("valid_to", "next_review")
FACTS = (*TEXT_FACTS, *DATE_FACTS, "renew_months", "legal_basis")
"""The document control facts, named as in the bundle's guidelines.jsonl."""

_RESERVED_SLUGS = frozenset({"new", "drafts", "preview", "suggest"})
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# What no text holds and PostgreSQL refuses: control characters and halves of surrogate pairs.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ð": "d", "þ": "th", "ß": "ss", "đ": "d", "ŋ": "n"})


class Numbered(Protocol):
    """An edition, as far as its number and day go."""

    @property
    def major(self) -> int: ...
    @property
    def minor(self) -> int: ...
    @property
    def published_on(self) -> date: ...


def suggest_slug(title: str) -> str:
    """An address for a guideline of that title: "Ryddedag på laboratorier" → `ryddedag-pa-laboratorier`.

    Empty where the title has no letter or digit that an address can hold.
    """
    lower = unicodedata.normalize("NFC", title).lower().translate(_LETTERS)
    letters = unicodedata.normalize("NFKD", lower).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", letters)
    return "-".join(words)[:MAX_SLUG].strip("-")


def check_slug(slug: str) -> None:
    """Raises Refusal unless `slug` can be a guideline's address."""
    if not _SLUG.fullmatch(slug) or len(slug) > MAX_SLUG:
        raise Refusal(
            N_("The address “%(slug)s” cannot be used. Write small letters a to z, digits and single hyphens, "
               "at most %(limit)s characters."),
            field="slug", slug=slug[:60], limit=MAX_SLUG,
        )  # fmt: skip
    if slug in _RESERVED_SLUGS:
        raise Refusal(
            N_("The address “%(slug)s” is taken by one of the wiki's own pages. Choose another."),
            field="slug", slug=slug,
        )  # fmt: skip


def clean(text: str) -> str:
    """`text` with plain line endings and without what nobody sees."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_line(text: str) -> str:
    return " ".join(clean(text).split())


def checked_title(title: str) -> str:
    """Raises Refusal for none or one that is too long."""
    title = clean_line(title)
    if not title:
        raise Refusal(N_("The text has no title. Write one: it is what people look for."), field="title")
    return _within(title, MAX_LINE, "title")


def checked_body(body: str) -> str:
    """Raises TooLarge beyond what is rendered."""
    body = clean(body).strip("\n")
    size = len(body.encode())
    if size > MAX_BYTES:
        raise TooLarge(
            N_("The text is too long: %(size)s bytes, and the limit is %(limit)s. Divide it into two, or shorten it."),
            field="body", size=size, limit=MAX_BYTES,
        )  # fmt: skip
    return body


def checked_language(language: str) -> str:
    if language not in LANGUAGES:
        raise Refusal(
            N_("There is no language “%(language)s” here. The languages are %(languages)s."),
            field="language", language=language[:20], languages=", ".join(LANGUAGES),
        )  # fmt: skip
    return language


def checked_summary(summary: str | Mapping[str, str] | None) -> str | dict[str, str] | None:
    """What changed, without empty languages; None where nothing is said."""
    if summary is None:
        return None
    if isinstance(summary, str):
        return _within(clean(summary).strip(), MAX_SUMMARY, "summary") or None
    kept = {
        checked_language(language): _within(clean(text).strip(), MAX_SUMMARY, "summary")
        for language, text in summary.items()
        if text and text.strip()
    }
    return kept or None


def with_credits(
    summary: str | Mapping[str, str] | None, credits: Sequence[Mapping[str, str]]
) -> str | dict[str, str] | None:
    """The summary as it is published: in each language what was written, then where the changes came from."""
    if not credits:
        return dict(summary) if isinstance(summary, Mapping) else summary
    said = {DEFAULT_LANGUAGE: summary} if isinstance(summary, str) else dict(summary or {})
    languages = {*said, *(language for credit in credits for language in credit)}
    found = {}
    for language in LANGUAGES:
        if language in languages:
            sentences = [credit.get(language) or credit[DEFAULT_LANGUAGE] for credit in credits]
            found[language] = "\n".join(part for part in (said.get(language), *sentences) if part)
    return found


def checked_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The document facts as they are kept: dates as text, nothing for what is not said.

    Raises Refusal at the field that cannot be read, and for one that is unknown.
    """
    for name in facts:
        if name not in FACTS:
            raise Refusal(
                N_("“%(name)s” is no document fact. They are: %(names)s."), name=str(name)[:60], names=", ".join(FACTS)
            )
    kept: dict[str, Any] = {}
    for name in TEXT_FACTS:
        text = clean_line(str(facts.get(name) or ""))
        if text:
            kept[name] = _within(text, MAX_LINE, name)
    for name in DATE_FACTS:
        if facts.get(name):
            kept[name] = _day(facts[name], name).isoformat()
    months = facts.get("renew_months")
    if months is not None and months != "":
        kept["renew_months"] = _months(months)
    bases = [_basis(basis) for basis in facts.get("legal_basis") or ()]
    if len(bases) > MAX_LEGAL_BASES:
        raise Refusal(
            N_("There are %(count)s lines of legal basis, and the limit is %(limit)s. Keep the most important."),
            field="legal_basis", count=len(bases), limit=MAX_LEGAL_BASES,
        )  # fmt: skip
    if bases:
        kept["legal_basis"] = bases
    return kept


def next_number(latest: Numbered | None, *, demands: bool) -> tuple[int, int]:
    """The number of the edition after `latest`: a new major one if it must be acknowledged anew."""
    if latest is None:
        return (1, 0)
    return (latest.major + 1, 0) if demands else (latest.major, latest.minor + 1)


def check_publishing_day(on: date, *, today: date, latest: Numbered | None) -> None:
    """Editions come into force today or later, and never before the one they follow. Raises Refusal."""
    if on < today:
        raise Refusal(
            N_("An edition cannot come into force on a day that has passed, as %(day)s has. Choose today or later."),
            field="on", day=on,
        )  # fmt: skip
    if latest is not None and on < latest.published_on:
        raise Refusal(
            N_("Edition %(number)s is in force from %(day)s, and this one follows it. Choose that day or a later one."),
            field="on", number=f"{latest.major}.{latest.minor}", day=latest.published_on,
        )  # fmt: skip


def check_complete(texts: Mapping[str, str]) -> None:
    """What is sent or published has a text in the default language, and no language without text.

    `texts` are the bodies by language. Raises Refusal.
    """
    if not texts.get(DEFAULT_LANGUAGE, "").strip():
        raise Refusal(
            N_("The bokmål text is empty, and every guideline has one. Write it first; other languages may follow."),
            field="body",
        )
    for language, body in texts.items():
        if not body.strip():
            raise Refusal(
                N_("The text in %(language)s has a title and nothing more. Write it, or empty the title to leave "
                   "the language out."),
                field="body", language=OWN_NAMES[language],
            )  # fmt: skip


def check_translated(body: str, source: str) -> None:
    """What is sent or published as a translation is a text of its own: neither empty nor `source`. Raises Refusal."""
    if not body.strip():
        raise Refusal(N_("The text is empty. Write it first."), field="body")
    if clean(body).strip() == clean(source).strip():
        raise Refusal(N_("The text is word for word the one it is translated from. Translate it first."), field="body")


def fact_values(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Kept facts as the guideline holds them: every fact is there, None where nothing is said."""
    values: dict[str, Any] = {name: facts.get(name) for name in FACTS}
    for name in DATE_FACTS:
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return values


def is_link(address: str) -> bool:
    """Whether a legal basis may lead there: a web address."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", address)
    except ValueError:
        return False


def _within(text: str, limit: int, field: str) -> str:
    if len(text) > limit:
        raise TooLarge(
            N_("This is %(length)s characters, and the limit is %(limit)s. Shorten it."),
            field=field, length=len(text), limit=limit,
        )  # fmt: skip
    return text


def _day(value: Any, field: str) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Refusal(
            N_("“%(text)s” is no date. Write it as year-month-day: 2026-01-31."), field=field, text=str(value)[:60]
        ) from None


def _months(value: Any) -> int:
    try:
        if isinstance(value, bool):
            raise ValueError(value)
        months = int(value)
        if not 1 <= months <= MAX_RENEW_MONTHS:
            raise ValueError(value)
    except (TypeError, ValueError):
        raise Refusal(
            N_("Months until it must be acknowledged again are a whole number from 1 to %(limit)s, or nothing."),
            field="renew_months", limit=MAX_RENEW_MONTHS,
        ) from None  # fmt: skip
    return months


def _basis(value: Any) -> dict[str, str]:
    given = value if isinstance(value, Mapping) else {"title": value}
    title = clean_line(str(given.get("title") or ""))
    url = clean_line(str(given.get("url") or ""))
    if not title:
        raise Refusal(
            N_("A line of the legal basis has no name. Write the name, then | and the address if there is one."),
            field="legal_basis",
        )
    _within(title, MAX_LINE, "legal_basis")
    if not url:
        return {"title": title}
    if not is_link(url) or len(url) > 2_000:
        raise Refusal(
            N_("The address of “%(title)s” is no web address. It must begin with https:// or http://."),
            field="legal_basis", title=title,
        )  # fmt: skip
    return {"title": title, "url": url}


# --- What a person sees ---------------------------------------------------------------------------------------


def mark_of_text(title: str, body: str, summary: str) -> str:
    """The same for the same text, however it was sent; a form carries it to tell whether somebody saved since."""
    return _mark([clean_line(title), clean(body).strip("\n"), clean(summary).strip()])


def mark_of_facts(facts: Mapping[str, Any]) -> str:
    return _mark([[name, facts.get(name)] for name in FACTS])


def _mark(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()[:32]
