"""The only place that reads the time."""

from datetime import UTC, date, datetime
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
