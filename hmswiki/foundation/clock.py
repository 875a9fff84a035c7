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


def check_everywhere(moment: datetime) -> None:
    """Raises ValueError for an instant that is before year 1 or after year 9999 in some time zone."""
    for margin in (timedelta(days=-2), timedelta(days=2)):
        try:
            moment.replace(tzinfo=None) + margin
        except OverflowError as problem:
            raise ValueError(f"{moment} lies at the end of time") from problem
