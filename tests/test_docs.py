"""What the documentation promises is there, and what is there is documented."""

import re
from pathlib import Path

import click
import pytest

from hmswiki import config
from hmswiki.cli import main
from hmswiki.foundation.events import ALL_SIGNALS
from hmswiki.foundation.permissions import Permission, Role

ROOT = Path(__file__).parent.parent
DOCS = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "docs").glob("*.md")}
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]


@pytest.mark.parametrize("setting", config.setting_fields(), ids=lambda setting: setting.name)
def test_every_setting_is_documented_with_its_meaning(setting: object) -> None:
    name, meaning = setting.name, setting.metadata["meaning"]  # type: ignore[attr-defined]
    line = next((line for line in DOCS["settings.md"].splitlines() if line.startswith(f"| `{name}` |")), None)
    assert line is not None, f"docs/settings.md lacks {name}"
    assert meaning in line
    default = config.default_of(setting)  # type: ignore[arg-type]
    if default not in (None, ""):
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        assert f"`{shown}`" in line


def test_no_setting_is_documented_that_is_not_there() -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", DOCS["settings.md"], re.MULTILINE))
    assert documented == {setting.name for setting in config.setting_fields()}


@pytest.mark.parametrize("permission", list(Permission))
def test_every_permission_is_documented(permission: Permission) -> None:
    assert f"| `{permission}` |" in DOCS["access.md"]


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_documented(role: Role) -> None:
    assert f"`{role}`" in DOCS["access.md"].split("| permission |")[0]


@pytest.mark.parametrize("signal", ALL_SIGNALS, ids=lambda signal: signal.name)
def test_every_signal_is_documented(signal: object) -> None:
    assert f"| `{signal.name}` |" in DOCS["extending.md"]  # type: ignore[attr-defined]


def commands() -> list[str]:
    found = []

    def walk(command: click.Command, path: str) -> None:
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                walk(inner, f"{path} {name}")
        else:
            found.append(path)

    walk(main, "hmswiki")
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented_and_says_what_it_does(command: str) -> None:
    assert f"`{command}" in DOCS["commands.md"], f"docs/commands.md lacks {command}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for address in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if not address.startswith(("http", "#", "mailto:")):
            assert (page.parent / address.split("#")[0]).exists(), f"{page.name} links to {address}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_the_pages_name_are_there(page: Path) -> None:
    named = re.compile(r"`((?:hmswiki|tests|docs|bench|content)/[\w/.-]+\.(?:py|css|md|js))`")
    for name in named.findall(page.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), f"{page.name} names {name}"
