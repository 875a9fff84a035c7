"""Answers as they arrive, from a phone as JSON or from a form: their shape, before anybody asks whether they can be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest, Refusal

MAX_AT_ONCE = 500
"""Answers in one request: a phone that was long without network sends them in parts."""


@dataclass(frozen=True)
class Incoming:
    """An answer to an item or to "still so?" about a finding, not yet judged. `key` is a UUID as text."""

    key: str
    item: str | None
    finding: str | None
    value: str | None
    note: str | None
    details: Any
    answered_at: datetime


@dataclass(frozen=True)
class Refused:
    """An answer that was not taken, and why. `key` and `item` as they were sent."""

    key: str | None
    item: str | None
    refusal: Refusal
    finding: str | None = None


_KEYS = frozenset(("key", "item", "finding", "value", "note", "details", "answered_at"))


def read_all(data: object) -> tuple[list[Incoming], list[Refused]]:
    """What a phone sent: `{"answers": […]}`. Raises BadRequest where it is something else altogether."""
    answers = data.get("answers") if isinstance(data, Mapping) else None
    if not isinstance(answers, list):
        raise BadRequest(N_("The answers cannot be read. Open the round again; what you typed stays on the phone."))
    if len(answers) > MAX_AT_ONCE:
        raise BadRequest(
            N_("These are %(count)s answers, and at most %(limit)s can be sent at once. Send them in parts."),
            count=len(answers), limit=MAX_AT_ONCE,
        )  # fmt: skip
    read: list[Incoming] = []
    refused: list[Refused] = []
    for each in answers:
        try:
            read.append(_read(each))
        except Refusal as refusal:
            given = each if isinstance(each, Mapping) else {}
            key, item, finding = (given.get(name) for name in ("key", "item", "finding"))
            refused.append(Refused(_shown(key), _shown(item), refusal, _shown(finding)))
    return read, refused


def by_our_clock(answers: Sequence[Incoming], data: object, now: datetime) -> list[Incoming]:
    """The answers with their times by our clock, where the phone says what time it was by its own (`sent_at`)."""
    wrong = clock.error_of_phone(data.get("sent_at") if isinstance(data, Mapping) else None, now)
    try:
        return [replace(each, answered_at=each.answered_at + wrong) for each in answers]
    except OverflowError:
        return list(answers)


def _read(data: object) -> Incoming:
    if not isinstance(data, Mapping) or not data.keys() <= _KEYS:
        raise _unreadable()
    item, finding = _text(data, "item"), _text(data, "finding")
    if (item is None) == (finding is None):
        raise _unreadable()
    return Incoming(
        read_key(data.get("key")), item, finding, _text(data, "value"), _text(data, "note"), data.get("details"),
        read_time(data.get("answered_at")),
    )  # fmt: skip


def read_key(value: object) -> str:
    """A UUID as it is kept. Raises Refusal."""
    try:
        return str(UUID(value if isinstance(value, str) else ""))
    except ValueError:
        raise _unreadable() from None


def read_time(value: object) -> datetime:
    """A time by RFC 3339 with its offset. Raises Refusal."""
    try:
        return clock.read_moment(value)
    except ValueError:
        raise _unreadable() from None


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise _unreadable()
    return value


def _shown(value: object) -> str | None:
    return value[:200] if isinstance(value, str) else None


def _unreadable() -> Refusal:
    return Refusal(N_("This answer cannot be read. Open the round again, and give it anew."))
