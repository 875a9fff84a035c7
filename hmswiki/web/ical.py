"""A calendar as text, by RFC 5545: whole days, one event each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_LONGEST = 75
"""Octets of a line, its end aside; a longer one goes on in the next, after a space."""


@dataclass(frozen=True)
class DayEvent:
    """Something on a whole day. `uid` stays the same when it is changed; `changed_at` tells that it was."""

    uid: str
    day: date
    summary: str
    url: str
    changed_at: datetime
    description: str = ""


def calendar(name: str, events: Iterable[DayEvent], *, product: str) -> str:
    """The whole file. Lines end in CR LF."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{_text(product)}//NB", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]  # fmt: skip
    for event in events:
        lines += [
            "BEGIN:VEVENT", f"UID:{_text(event.uid)}", f"DTSTAMP:{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}", f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(event.summary)}",
        ]  # fmt: skip
        if event.description:
            lines.append(f"DESCRIPTION:{_text(event.description)}")
        # It takes no time of the day: whoever has it is not busy.
        lines += [f"URL:{event.url}", "TRANSP:TRANSPARENT", "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _text(value: str) -> str:
    """A text as a property's value may hold it."""
    plain = "".join(letter for letter in value if letter in "\n\t" or letter.isprintable())
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """The line in parts of at most 75 octets; no letter is cut in two."""
    parts, size = [""], 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _LONGEST:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += octets
    return "\r\n".join(parts)
