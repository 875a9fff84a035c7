"""What every command of ours stands on: an application, a schema that is there, words for results."""

import functools
import sys
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click
from flask import current_app, has_app_context
from flask.cli import ScriptInfo

from hmswiki.foundation import clock
from hmswiki.web import schema
from hmswiki.web.context import settings

Command = TypeVar("Command", bound=Callable[..., Any])


def in_application(*, tables: bool = True) -> Callable[[Command], Command]:
    """Run the command inside an application: the host's under `flask hms`, else one of this folder's settings.

    With `tables` the schema is there when the command runs: made at once in an SQLite database of our own,
    else refused with what to do.
    """

    def wrap(command: Command) -> Command:
        @functools.wraps(command)
        def run(*args: Any, **kwargs: Any) -> Any:
            if has_app_context():
                if tables:
                    schema.ensure(current_app)
                return command(*args, **kwargs)
            given = click.get_current_context().obj
            # Beneath a group within `flask hms`, Flask has not made its application yet.
            app = given.load_app() if isinstance(given, ScriptInfo) else given()
            with app.app_context():
                if tables:
                    schema.ensure(app)
                return command(*args, **kwargs)

        return run  # type: ignore[return-value]

    return wrap


def progress(text: str) -> None:
    """A line on standard error."""
    click.echo(text, err=True)


def result(text: str) -> None:
    """A line on standard output."""
    click.echo(text)
    sys.stdout.flush()


class Day(click.ParamType[date]):
    """A date written YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            if len(value) != 10 or value[4] != "-" or value[7] != "-":  # 2026-W05-1 is a date to Python
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date. Write it as year-month-day: 2026-01-31.", param, ctx)


class Moment(click.ParamType[datetime]):
    """A time by RFC 3339; without an offset it is the site's own time."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
            clock.check_everywhere(moment)
            return moment
        except ValueError:
            self.fail(f"{value!r} is no time. Write it like 2026-01-31T12:00:00+01:00.", param, ctx)


def with_offset(moment: datetime) -> datetime:
    """`moment`, taken as the site's own time where it has no offset. Needs an application."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=settings().zone)
