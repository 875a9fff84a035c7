"""The only place that reads the time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """The calendar date in `zone` at this instant."""
    return datetime.now(zone).date()


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar date in `zone` on which `moment` falls."""
    return moment.astimezone(zone).date()


SAME_CLOCK = timedelta(minutes=1)
"""What a slow net may take. A phone whose clock differs by more is wrong by that much."""


def read_moment(said: object) -> datetime:
    """An instant by RFC 3339 with its offset. Raises ValueError, also for what is no text."""
    moment = datetime.fromisoformat(said if isinstance(said, str) else "")
    if moment.tzinfo is None:
        raise ValueError(said)
    check_everywhere(moment)
    return moment


def error_of_phone(sent_at: object, now: datetime) -> timedelta:
    """How far a phone's clock is behind ours, where it says what time it was by its own when it sent; else none.

    Without it, what is done last on a phone that is behind would not count as the last.
    """
    try:
        wrong = now - read_moment(sent_at)
    except (ValueError, OverflowError):
        return timedelta()
    return wrong if abs(wrong) > SAME_CLOCK else timedelta()


def check_everywhere(moment: datetime) -> None:
    """Raises ValueError for an instant that is before year 1 or after year 9999 in some time zone."""
    for margin in (timedelta(days=-2), timedelta(days=2)):
        try:
            moment.replace(tzinfo=None) + margin
        except OverflowError as problem:
            raise ValueError(f"{moment} lies at the end of time") from problem
