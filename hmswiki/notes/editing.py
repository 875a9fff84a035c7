"""Edits as they arrive from a phone as JSON: their shape, before anybody asks what becomes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest, Refusal
from hmswiki.notes.merging import LAST, Deed

MAX_AT_ONCE = 500
"""Edits in one request: a phone that was long without network sends them in parts."""


@dataclass(frozen=True)
class Incoming:
    """An edit as it was sent, not yet judged. Keys are UUIDs as text; `prompt` is one as it was sent."""

    key: str
    point: str
    deed: Deed
    made_at: datetime
    text: str = ""
    base: str | None = None
    after: str | None = LAST
    prompt: str | None = None
    model: str | None = None


@dataclass(frozen=True)
class Refused:
    """An edit that was not taken, and why; `key` as it was sent."""

    key: str | None
    refusal: Refusal


_KEYS = frozenset(("key", "point", "kind", "text", "base", "after", "prompt", "model", "made_at"))


def read_all(data: object, now: datetime) -> tuple[list[Incoming], list[Refused]]:
    """What a phone sent: `{"edits": […], "sent_at": …}`, with the times by our clock. Raises BadRequest."""
    edits = data.get("edits") if isinstance(data, Mapping) else None
    if not isinstance(edits, list):
        raise BadRequest(N_("What was written cannot be read. Open the note again; what you typed stays on the phone."))
    if len(edits) > MAX_AT_ONCE:
        raise BadRequest(
            N_("These are %(count)s changes, and at most %(limit)s can be sent at once. Send them in parts."),
            count=len(edits), limit=MAX_AT_ONCE,
        )  # fmt: skip
    wrong = clock_error(data, now)
    read: list[Incoming] = []
    refused: list[Refused] = []
    for each in edits:
        try:
            read.append(_read(each, wrong, now))
        except Refusal as refusal:
            key = each.get("key") if isinstance(each, Mapping) else None
            refused.append(Refused(key[:200] if isinstance(key, str) else None, refusal))
    return read, refused


def clock_error(data: object, now: datetime) -> timedelta:
    """How far the phone's clock is behind ours, where it says what time it was by its own (`sent_at`)."""
    return clock.error_of_phone(data.get("sent_at") if isinstance(data, Mapping) else None, now)


def made_at(data: Mapping[Any, Any], wrong: timedelta, now: datetime) -> datetime:
    """When it was made, by our clock and never after now. Raises Refusal."""
    try:
        return min(_time(data.get("made_at")) + wrong, now)
    except OverflowError:
        raise _unreadable() from None


def _read(data: object, wrong: timedelta, now: datetime) -> Incoming:
    if not isinstance(data, Mapping) or not data.keys() <= _KEYS:
        raise _unreadable()
    try:
        deed = Deed(data.get("kind", ""))
    except ValueError:
        raise _unreadable() from None
    after: str | None = LAST
    if "after" in data:
        after = _optional_key(data, "after")
    return Incoming(
        key=read_key(data.get("key")), point=read_key(data.get("point")), deed=deed,
        made_at=made_at(data, wrong, now), text=_text(data, "text") or "", base=_optional_key(data, "base"),
        after=after, prompt=_text(data, "prompt"), model=_text(data, "model"),
    )  # fmt: skip


def read_key(value: object) -> str:
    """A UUID as it is kept. Raises Refusal."""
    try:
        return str(UUID(value if isinstance(value, str) else ""))
    except ValueError:
        raise _unreadable() from None


def _optional_key(data: Mapping[Any, Any], name: str) -> str | None:
    return None if data.get(name) is None else read_key(data[name])


def _time(value: object) -> datetime:
    try:
        return clock.read_moment(value)
    except ValueError:
        raise _unreadable() from None


def _text(data: Mapping[Any, Any], name: str) -> str | None:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise _unreadable()
    return value


def _unreadable() -> Refusal:
    return Refusal(N_("This change cannot be read. Open the note again, and write it anew."))
