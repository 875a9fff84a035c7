"""`hmswiki checklists …`: checklists as a folder of YAML files."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from hmswiki.checklists import importing, reading
from hmswiki.checklists.reading import Folder
from hmswiki.foundation import clock
from hmswiki.web.commands import in_application, progress, result
from hmswiki.web.context import read_session, today, transaction

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def checklists() -> None:
    """Checklists as files: KEY.yaml."""


@checklists.command()
@click.argument("folder", type=_FOLDER, required=False)
def check(folder: Path | None) -> None:
    """Say what is wrong in FOLDER, a line for each thing. Without FOLDER: in the checklists that ship."""
    found = _read(folder)
    _tell_problems(found)
    progress(_count(found.files, "One file is right.", "%d files are right."))


@checklists.command("import")
@click.argument("folder", type=_FOLDER, required=False)
@click.option("--publish", is_flag=True, help="For a first set-up: new checklists are in force today, as edition 1.0.")
@in_application()
def import_(folder: Path | None, publish: bool) -> None:
    """Make drafts of what is new or changed in FOLDER. Without FOLDER: of the checklists that ship.

    What has not changed is left alone. Everything is imported, or nothing.
    """
    found = _read(folder)
    _tell_problems(found)
    with transaction() as session:
        report = importing.import_folder(session, found, publish=publish, at=clock.now(), today=today())
    for key in report.published:
        result(f"published {key}")
    for key in report.drafted:
        result(f"draft {key}")
    progress(_count(len(report.unchanged), "One checklist is as it was.", "%d checklists are as they were."))


@checklists.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@in_application()
def export(folder: Path) -> None:
    """Write every checklist's latest edition to FOLDER, in the format that is imported."""
    written = importing.files_of(read_session())
    importing.write_folder(folder, written)
    for name in written:
        result(str(folder / name))
    progress(_count(len(written), "One file is written.", "%d files are written."))


def _read(folder: Path | None) -> Folder:
    shipped: Traversable = files("hmswiki.shipped.checklists")
    return reading.read_folder(shipped if folder is None else folder)


def _tell_problems(found: Folder) -> None:
    """Every problem on standard output, and then the end, if there are any."""
    if found.problems:
        for problem in found.problems:
            result(str(problem))
        progress(_count(len(found.problems), "One thing is not right.", "%d things are not right."))
        click.get_current_context().exit(1)


def _count(number: int, one: str, many: str) -> str:
    return one if number == 1 else many % number
