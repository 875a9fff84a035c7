"""`hmswiki checklists …`: checklists as a folder of YAML files."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from hmswiki.checklists import reading
from hmswiki.web.commands import progress, result

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def checklists() -> None:
    """Checklists as files: KEY.yaml."""


@checklists.command()
@click.argument("folder", type=_FOLDER, required=False)
def check(folder: Path | None) -> None:
    """Say what is wrong in FOLDER, a line for each thing. Without FOLDER: in the checklists that ship."""
    shipped: Traversable = files("hmswiki.shipped.checklists")
    found = reading.read_folder(shipped if folder is None else folder)
    if found.problems:
        for problem in found.problems:
            result(str(problem))
        progress(_count(len(found.problems), "One thing is not right.", "%d things are not right."))
        click.get_current_context().exit(1)
    progress(_count(found.files, "One file is right.", "%d files are right."))


def _count(number: int, one: str, many: str) -> str:
    return one if number == 1 else many % number
