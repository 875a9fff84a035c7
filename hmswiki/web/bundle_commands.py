"""`hmswiki bundle …`: the whole site out of the database, and into an empty one."""

from importlib.metadata import version
from pathlib import Path

import click
from sqlalchemy.orm import Session

from hmswiki.foundation import bundles, clock
from hmswiki.web.commands import in_application, progress
from hmswiki.web.context import state, transaction


@click.group()
def bundle() -> None:
    """Everything in, everything out: backup, restore, and moving between databases."""


@bundle.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--with-credentials", is_flag=True, help="Take the password hashes along, in a file of their own.")
@in_application()
def export(path: Path, with_credentials: bool) -> None:
    """Write the whole site to PATH, which must not be there yet: a folder, or a .zip where the name ends so.

    The bundle holds people's names and what they acknowledged: keep it as you keep the database.
    """
    with Session(state().engines.read) as session:
        counts = bundles.export_bundle(
            session, path, state().wiki.record_kinds,
            with_secrets=with_credentials, exported_by=f"hmswiki {version('hmswiki')}", progress=progress,
        )  # fmt: skip
    progress(f"Exported {sum(counts.values())} records to {path}.")


@bundle.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@in_application()
def import_(path: Path) -> None:
    """Read the bundle at PATH, a folder or a .zip, into this site, which must be empty. Whole or not at all."""
    with transaction() as session:
        counts = bundles.import_bundle(
            session, path, state().wiki.record_kinds, at=clock.now(), progress=progress
        )  # fmt: skip
    progress(f"Imported {sum(counts.values())} records from {path}.")
