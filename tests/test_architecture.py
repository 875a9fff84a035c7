"""Imports point downwards, and each trap stays in the one room that knows it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "hmswiki"

# A package may import those before it, never those after.
ORDER = (
    "foundation", "config", "web", "organisation", "accounts", "guidelines", "acknowledgements", "actions",
    "checklists", "schedules", "rounds", "workshops", "notes", "plenary", "outcomes", "reports", "reminders", "shipped",
    "models", "extension", "app", "serving", "demo", "cli", "__init__",
)  # fmt: skip

# These decide and write without a page: a command, a test and a plugin call them as they are.
WITHOUT_WEB = ("models", "rules", "queries", "operations")

ONLY_IN = {
    "markdown": {"foundation/markup.py"},
    "bleach": {"foundation/markup.py"},
    "flask_login": {"accounts"},
    "weasyprint": {"web/pdf.py"},
    "PIL": {"rounds/photos.py", "demo/photos.py"},  # the second draws, and opens nothing that anybody sent
    "segno": {"web/qr.py"},
    "smtplib": {"foundation/mail.py", "serving.py"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def imports(file: Path) -> tuple[str, ...]:
    """The full names that the module imports when it runs; what is only for type checkers aside."""
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    skipped = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name}: write imports in full"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def room(name: str) -> str:
    """`hmswiki.web.words._` is in the room `web`."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_point_downwards(file: Path) -> None:
    place = file.relative_to(PACKAGE)
    own = place.parts[0].removesuffix(".py")
    for name in imports(file):
        if not name.startswith("hmswiki"):
            continue
        other = room(name)
        if other not in ORDER:
            # `from hmswiki import models` names a module; anything else is of the package itself.
            other = "__init__"
        # `register(wiki)` and the command line reach each other through functions, at run time only.
        if (own, other) == ("extension", "cli"):
            continue
        assert ORDER.index(other) <= ORDER.index(own), f"{place} imports {name}, which stands above it"


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_what_decides_and_writes_knows_no_page(file: Path) -> None:
    if file.stem not in WITHOUT_WEB and file.parent.name != "foundation":
        return
    for name in imports(file):
        assert not name.startswith(("hmswiki.web", "flask")), f"{file.name} imports {name}"


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_with_traps_is_imported_in_one_place(library: str) -> None:
    places = {
        str(file.relative_to(PACKAGE))
        for file in modules()
        if any(name.split(".")[0] == library for name in imports(file))
    }
    assert places, f"nothing imports {library} any more: take it out of this list"
    for place in places:
        assert place in ONLY_IN[library] or place.split("/")[0] in ONLY_IN[library], f"{place} imports {library}"


def test_every_package_says_what_it_is() -> None:
    for folder in sorted({file.parent for file in modules()}):
        text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        assert text, f"{folder.name} has no docstring"
