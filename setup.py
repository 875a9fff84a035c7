"""What setup.cfg cannot say: which packages travel, and that message catalogues are compiled on the way.

The metadata and the dependencies stand in setup.cfg.
"""

import os
from pathlib import Path
from typing import ClassVar

from setuptools import Command, find_packages, setup
from setuptools.command.build_py import build_py
from setuptools.errors import BaseError

HERE = Path(__file__).parent
MAPPED_FOLDERS = ("content", "checklists", "migrations")  # beside hmswiki/, see package_dir in setup.cfg


class CatalogueError(BaseError):
    """A translation that would break the page it stands on."""


def compile_catalogue(source: Path) -> None:
    """Write the .mo beside a .po; refuse one whose translations lost or invented a placeholder."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    language = source.parent.parent.name
    with source.open("rb") as file:
        catalogue = read_po(file, locale=language, domain=source.stem)
    for message, errors in catalogue.check():
        for error in errors:
            raise CatalogueError(f"{source.relative_to(HERE)}:{message.lineno}: {error}")
    # Several builds and tests may do this at the same time: each writes its own file, the last one stays.
    unfinished = source.with_suffix(f".{os.getpid()}.tmp")
    with unfinished.open("wb") as file:
        write_mo(file, catalogue)
    unfinished.replace(source.with_suffix(".mo"))


def is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns <= source.stat().st_mtime_ns


class CompileCatalogues(Command):
    description = "compile every translations/<language>/LC_MESSAGES/*.po that is newer than its .mo"
    user_options: ClassVar = []

    def initialize_options(self) -> None:
        pass

    def finalize_options(self) -> None:
        pass

    def run(self) -> None:
        for source in sorted(HERE.glob("hmswiki/**/translations/*/LC_MESSAGES/*.po")):
            if is_stale(source):
                self.announce(f"compiling {source.relative_to(HERE)}", level=2)
                compile_catalogue(source)


class BuildWithCatalogues(build_py):
    """Both a wheel and an editable install begin here."""

    def run(self) -> None:
        self.run_command("compile_catalogues")
        super().run()


setup(
    packages=[
        *find_packages(include=["hmswiki", "hmswiki.*"]),
        *(f"hmswiki.shipped.{folder}" for folder in MAPPED_FOLDERS),
    ],
    cmdclass={"build_py": BuildWithCatalogues, "compile_catalogues": CompileCatalogues},
)
