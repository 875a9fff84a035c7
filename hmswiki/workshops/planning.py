"""A plan as it is typed, and what its lines say. Pure: texts and values come in, values go out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# --- What a plan holds --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlannedPrompt:
    """A sub-heading. `key` is that of the one in the plan now; None: a new one."""

    title: str
    hint: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class PlannedTask:
    """What the groups discuss. `key` is that of the task in the plan now; None: a new one."""

    title: str
    minutes: int
    text: str | None = None
    models: tuple[str, ...] = ()
    prompts: tuple[PlannedPrompt, ...] = ()
    key: str | None = None


@dataclass(frozen=True)
class Plan:
    """Everything that is saved at once."""

    title: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    place: str | None = None
    about: str | None = None
    programme: tuple[Mapping[str, str], ...] = ()
    reading: tuple[Mapping[str, str], ...] = ()
    tasks: tuple[PlannedTask, ...] = ()


# --- The programme ------------------------------------------------------------------------------------------

_CLOCK = r"(?:[01]?\d|2[0-3])[.:][0-5]\d"
# A bare number is an hour only after "kl.": "9 grupper" is no time.
_TIME = re.compile(
    rf"\s*(?:kl\.?\s*)?(?P<first>{_CLOCK})(?:\s*[-–]\s*(?P<last>{_CLOCK}))?(?:\s*[:.]?\s+|$)"
    r"|\s*kl\.?\s*(?P<hour>[01]?\d|2[0-3])(?:\s*[:.]?\s+|$)",
    re.IGNORECASE,
)


def read_programme(text: str) -> tuple[dict[str, str], ...]:
    """The lines of a programme: "09.45 Gruppearbeid", "9:45–10:30 Gruppearbeid", or without a time.

    >>> read_programme("kl. 9 Velkommen")
    ({'time': '09:00', 'text': 'Velkommen'},)
    """
    return tuple(_programme_line(" ".join(line.split())) for line in text.splitlines() if line.strip())


def _programme_line(line: str) -> dict[str, str]:
    found = _TIME.match(line)
    if found is None or not line[found.end() :].strip():
        return {"text": line}
    said = {"time": _clock(found["first"] or f"{found['hour']}:00")}
    if found["last"]:
        said["until"] = _clock(found["last"])
    return {**said, "text": line[found.end() :].strip()}


def _clock(text: str) -> str:
    hour, minute = re.split(r"[.:]", text)
    return f"{int(hour):02}:{minute}"


def write_programme(lines: Iterable[Mapping[str, Any]], colon: str = ":") -> str:
    """The lines as they are typed; `read_programme` reads them back. `colon` stands between hour and minute."""
    return "\n".join(_typed(line, colon) for line in lines)


def _typed(line: Mapping[str, Any], colon: str) -> str:
    times = "–".join(str(line[name]).replace(":", colon) for name in ("time", "until") if line.get(name))
    return f"{times} {line.get('text', '')}".strip()


# --- What to read before ------------------------------------------------------------------------------------

# An address that a browser follows: https, a host, and nothing that could be read as something else.
_HTTPS = re.compile(r"https://[^\s/?#@\\\"'<>]+(?:[/?#][^\s\\\"'<>]*)?", re.IGNORECASE)


def read_links(text: str) -> tuple[list[dict[str, str]], list[str]]:
    """Links, one a line, "What it is called https://…", and the lines in which no address was found."""
    links, unread = [], []
    for line in filter(None, (" ".join(one.split()) for one in text.splitlines())):
        title, _, url = line.rpartition(" ")
        if not is_address(url):
            unread.append(line)
        else:
            links.append({"title": title.rstrip(" :|–-") or host_of(url), "url": url})
    return links, unread


def is_address(url: str) -> bool:
    """Whether it is an address that is linked to."""
    return len(url) <= 500 and url.isprintable() and _HTTPS.fullmatch(url) is not None


def host_of(url: str) -> str:
    return re.split(r"[/?#]", url.removeprefix("https://"), maxsplit=1)[0]


def write_links(reading: Iterable[Mapping[str, Any]]) -> str:
    """The links as they are typed; `read_links` reads them back."""
    return "\n".join(f"{one['title']} {one['url']}" for one in reading if "url" in one)


# --- Lists of names -----------------------------------------------------------------------------------------


def read_names(text: str) -> tuple[str, ...]:
    """Names, one a line or parted by commas, each once: "3 institutter, 5 institutter"."""
    names = (" ".join(one.split()) for one in re.split(r"[\n,;]", text))
    return tuple(dict.fromkeys(name for name in names if name))


# --- A year later -------------------------------------------------------------------------------------------


def title_for(title: str, year_before: int, year: int) -> str:
    """What next year's is called: the year in its title is moved on, if there is one.

    >>> title_for("HMS-årsmøtet 2024", 2024, 2025)
    'HMS-årsmøtet 2025'
    """

    def moved(found: re.Match[str]) -> str:
        # A meeting in January may be named after the year that it looks back on.
        said = int(found[0])
        return str(said + year - year_before) if abs(said - year_before) <= 1 else found[0]

    return re.sub(r"(?<!\d)\d{4}(?!\d)", moved, title)
