"""What stands in the query string, and what is sent as JSON, read once and refused clearly."""

from datetime import date, datetime

from flask import request

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest
from hmswiki.web.context import settings, today


def json_body() -> object:
    """What was sent as JSON; None where it is none, or is nested deeper than anybody's is."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def read_date(text: str, name: str) -> date:
    """A date written YYYY-MM-DD. Raises BadRequest that names the format."""
    try:
        if len(text) != 10 or text[4] != "-" or text[7] != "-":  # 2026-W05-1 is a date to Python
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(
            N_("%(name)s is “%(text)s”, which is no date. Write it as year-month-day: 2026-01-31."),
            name=name, text=text[:60],
        ) from None  # fmt: skip


def read_moment(text: str, name: str) -> datetime:
    """A time written as RFC 3339; without an offset it is the site's own time. Raises BadRequest."""
    try:
        # In a query string a plus sign that was not encoded arrives as a space.
        moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=settings().zone)
        clock.check_everywhere(moment)
    except ValueError:
        raise BadRequest(
            N_("%(name)s is “%(text)s”, which is no time. Write it like 2026-01-31T12:00:00+01:00."),
            name=name, text=text[:60],
        ) from None  # fmt: skip
    return moment


def as_of() -> date:
    """`?as_of=`: the day that is asked about; absent or empty: today."""
    text = request.args.get("as_of", "")
    return read_date(text, "as_of") if text else today()


def known_at() -> datetime | None:
    """`?known_at=`: as known at that time; absent or empty: None, meaning now."""
    text = request.args.get("known_at", "")
    return read_moment(text, "known_at") if text else None


def page_number() -> int:
    """`?page=`, from 1. Raises BadRequest for anything else."""
    text = request.args.get("page", "1") or "1"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise BadRequest(N_("page is “%(text)s”. It must be a whole number from 1."), text=text[:60])
    return int(text)
