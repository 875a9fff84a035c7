"""The command line: `hmswiki …`, and the same under a host's `flask hms …`.

Results alone on standard output; progress and warnings on standard error.
Exit 0: done. 1: refused. 2: wrong usage.
"""

import sys
from typing import TYPE_CHECKING, Any

import click
from alembic.command import revision as alembic_revision
from flask import Flask, current_app
from flask.cli import AppGroup

from hmswiki import config
from hmswiki.demo.command import demo
from hmswiki.foundation.errors import Refusal
from hmswiki.serving import check, serve
from hmswiki.web import schema
from hmswiki.web.bundle_commands import bundle
from hmswiki.web.commands import in_application, progress, result
from hmswiki.web.context import state

if TYPE_CHECKING:
    from hmswiki.extension import HmsWiki


class RefusingGroup(click.Group):
    """Ends with exit code 1 and one line on standard error where something was refused."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            click.echo(f"hmswiki: {refusal}", err=True)
            ctx.exit(1)


class WikiGroup(RefusingGroup):
    """`hmswiki`: finds the commands of all features and runs them in an application of its own."""

    def _commands(self) -> dict[str, click.Command]:
        from hmswiki.extension import shipped_commands

        return {command.name or "": command for command in shipped_commands()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._commands()})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return super().get_command(ctx, name) or self._commands().get(name)


def application() -> Flask:
    """The application of this folder's settings."""
    from hmswiki.app import create_app

    return create_app(config.load())


@click.group(cls=WikiGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hmswiki")
@click.pass_context
def main(ctx: click.Context) -> None:
    """A wiki for HSE guidelines that can say who has been informed."""
    ctx.obj = application


class RefusingAppGroup(RefusingGroup, AppGroup):
    """`flask hms`."""


def flask_group(wiki: "HmsWiki") -> AppGroup:
    """The same commands for `flask hms`, run in the host's application."""
    group = RefusingAppGroup("hms", help="The HSE wiki.")
    for command in wiki.commands:
        group.add_command(command)
    for command in (bundle, db, serve, check, demo):
        group.add_command(command)
    return group


@click.group()
def db() -> None:
    """The database's tables."""


@db.command()
@in_application(tables=False)
def upgrade() -> None:
    """Make the tables, or bring them to this release. Nothing else is written."""
    before, after = schema.current(current_app), schema.head()
    if before == after:
        progress(f"The tables are at {after} already.")
        return
    schema.upgrade(current_app)
    progress(f"The tables are at {after} now.")


@db.command("new-migration")
@click.argument("message")
@in_application(tables=False)
def new_migration(message: str) -> None:
    """Write the migration that brings the database to the models (for developers)."""
    with state().engines.write.connect() as connection, connection.begin():
        script = alembic_revision(schema.alembic_config(connection), message, autogenerate=True)
    for made in script if isinstance(script, list) else [script]:
        if made is not None:
            result(made.path)


for _command in (bundle, db, serve, check, demo):
    main.add_command(_command)


if __name__ == "__main__":
    sys.exit(main())
