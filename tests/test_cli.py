"""The command line: results alone on standard output, exit codes, and an empty site."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hmswiki.cli import main
from tests.conftest import DATABASE, Databases

EXAMPLE = Path(__file__).parent / "data" / "worked-example"


@pytest.fixture
def command(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `hmswiki …` in an empty folder with a database that has its tables."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HMSWIKI_DATABASE_URL", databases.migrated())
    return lambda *arguments: CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_coverage_of_an_empty_site_is_an_empty_list(command: Any) -> None:
    answer = command("coverage", "--format", "json")
    assert (answer.exit_code, answer.stdout.strip()) == (0, "[]")


def test_in_an_empty_folder_the_database_is_made_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HMSWIKI_DATABASE_URL", raising=False)
    answer = CliRunner().invoke(main, ["coverage", "--format", "json"])
    assert (answer.exit_code, answer.stdout.strip()) == (0, "[]")
    assert (tmp_path / "hmswiki-data" / "hmswiki.sqlite").is_file()


def test_the_three_formats_say_the_same(command: Any) -> None:
    assert command("bundle", "import", str(EXAMPLE)).exit_code == 0
    asked = ("--as-of", "2023-05-02", "--unit", "IKJ")
    (row,) = json.loads(command("coverage", *asked, "--format", "json").stdout)
    header, line = command("coverage", *asked, "--format", "csv").stdout.splitlines()
    assert header.split(",") == list(row)
    assert dict(zip(row, line.split(","), strict=True))["missing"] == str(row["missing"]) == "1"
    table = command("coverage", *asked).stdout
    assert "IKJ" in table.splitlines()[1]
    assert "partly" in table


def test_known_at_is_a_time_and_leaves_out_what_was_said_later(command: Any) -> None:
    command("bundle", "import", str(EXAMPLE))
    rows = json.loads(
        command("coverage", "--as-of", "2023-05-02", "--known-at", "2000-01-01T00:00:00Z", "--format", "json").stdout
    )
    assert rows == []


@pytest.mark.parametrize(
    "arguments",
    [("coverage", "--as-of", "2023-02-30"), ("coverage", "--known-at", "yesterday"), ("coverage", "--format", "xml"),
     ("nonsense",), ("bundle", "import")],
)  # fmt: skip
def test_wrong_usage_ends_with_2_and_says_nothing_on_standard_output(command: Any, arguments: tuple[str, ...]) -> None:
    answer = command(*arguments)
    assert answer.exit_code == 2
    assert answer.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [("coverage", "--unit", "NONE"), ("coverage", "--guideline", "none"), ("bundle", "import", "no-such-folder"),
     ("user", "deactivate", "nobody")],
)  # fmt: skip
def test_a_refusal_ends_with_1_and_one_line_on_standard_error(command: Any, arguments: tuple[str, ...]) -> None:
    answer = command(*arguments)
    assert answer.exit_code in (1, 2) if arguments[0] == "bundle" else answer.exit_code == 1
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr


def test_check_names_what_is_wanting(command: Any) -> None:
    answer = command("check")
    assert answer.exit_code == 0
    lines = dict(line.split(":", 1) for line in answer.stdout.splitlines())
    assert {name.split()[0] for name in lines} <= {"ok", "warning"}
    assert "administrator" in answer.stdout
    assert "mail_server is not set" in answer.stdout


def test_check_refuses_a_short_key_and_missing_tables(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HMSWIKI_DATABASE_URL", databases.empty())
    monkeypatch.setenv("HMSWIKI_SECRET_KEY", "short")
    answer = CliRunner().invoke(main, ["check"])
    assert answer.exit_code == 1
    assert "problem secret key" in answer.stdout
    assert "hmswiki db upgrade" in answer.stdout


def test_tables_are_made_by_upgrade_and_nothing_else_is(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HMSWIKI_DATABASE_URL", databases.empty())
    first = CliRunner().invoke(main, ["db", "upgrade"])
    assert (first.exit_code, first.stdout) == (0, "")
    assert "already" in CliRunner().invoke(main, ["db", "upgrade"]).stderr
    if DATABASE == "postgresql":
        assert json.loads(CliRunner().invoke(main, ["coverage", "--format", "json"]).stdout) == []


def test_a_foreign_port_is_refused_with_what_to_do(command: Any) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = command("serve", "--port", str(taken.getsockname()[1]))
    assert answer.exit_code == 1
    assert "--port" in answer.stderr
