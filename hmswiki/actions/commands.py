"""`hmswiki actions tend`: what follows of itself for actions."""

import click

from hmswiki.actions import tending
from hmswiki.foundation import clock
from hmswiki.web.commands import in_application, result
from hmswiki.web.context import settings, today, transaction


@click.group()
def actions() -> None:
    """Look after actions."""


@actions.command()
@in_application()
def tend() -> None:
    """Move actions after reorganisations and departures, and tell the level above of overdue ones.

    Doing it again, or twice at the same time, does nothing more.
    """
    with transaction() as session:
        done = tending.tend(
            session, at=clock.now(), today=today(), escalate_after=settings().actions_escalate_after_days
        )
    result(f"{len(done.moved)} moved, {len(done.escalated)} told to the level above")
