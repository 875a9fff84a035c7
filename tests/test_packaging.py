"""What a stranger gets: the wheel, installed into a new environment and run from an empty folder.

The wheel is built from the source distribution, so that one is tried too. And the `run` of a fresh clone:
what it does where something is missing.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support import once
from tests.support.servers import serve_process

pytestmark = [once, pytest.mark.xdist_group("packaging")]  # one worker builds, for all of these

REPOSITORY = Path(__file__).parents[1]
MAPPED = {  # where a folder of the repository stands in the wheel
    "hmswiki": "hmswiki",
    "content": "hmswiki/shipped/content",
    "checklists": "hmswiki/shipped/checklists",
    "migrations": "hmswiki/shipped/migrations",
}
LANGUAGES = ("nb", "nn", "en")


def run(
    command: Sequence[str | Path], *, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"{command} ended with {result.returncode}:\n{result.stdout}{result.stderr}"
    return result


# --- the distributions -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution, and the wheel made from it."""
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, "."], cwd=REPOSITORY)
    return folder


@pytest.fixture(scope="module")
def wheel(distributions: Path) -> Path:
    (wheel,) = distributions.glob("*.whl")
    return wheel


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def shipped_files() -> set[str]:
    """The names that the repository's files should have in the wheel."""
    return {
        f"{MAPPED[folder]}/{path.relative_to(REPOSITORY / folder).as_posix()}"
        for folder in MAPPED
        for path in (REPOSITORY / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in (".mo", ".tmp")
    }


def test_the_wheel_holds_every_file_of_the_product_and_nothing_else(wheel: Path) -> None:
    held = {name for name in names_in(wheel) if ".dist-info/" not in name and not name.endswith(".mo")}

    assert held == shipped_files()


def test_the_wheel_holds_a_compiled_catalogue_beside_each_of_its_sources(wheel: Path) -> None:
    names = names_in(wheel)
    sources = {name for name in names if name.endswith(".po")}

    assert {Path(source).parts[-3] for source in sources} == {"nb", "nn"}
    assert {name for name in names if name.endswith(".mo")} == {source.removesuffix("po") + "mo" for source in sources}


def test_the_source_distribution_holds_what_a_clone_holds_but_nothing_that_is_made(distributions: Path) -> None:
    (archive,) = distributions.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}

    wanted = ["run", ".ci/run", "constraints.txt", "setup.py", "pyproject.toml", "LICENSE", "README.md",
              "CHANGELOG.md", "tests/test_packaging.py", "tests/support/tab_walk.js"]  # fmt: skip
    assert [name for name in wanted if name not in names] == []
    assert [name for name in names if name.endswith((".mo", ".pyc")) or "__pycache__" in name] == []


# --- installed -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment that holds the wheel and what it requires, no more."""
    environment = tmp_path_factory.mktemp("environment") / "venv"
    constraints = REPOSITORY / "constraints.txt"
    python = environment / "bin" / "python"
    if shutil.which("uv"):
        run(["uv", "venv", "--python", sys.executable, environment], cwd=REPOSITORY)
        run(["uv", "pip", "install", "--python", python, "-c", constraints, wheel], cwd=REPOSITORY)
    else:
        run([sys.executable, "-m", "venv", "--without-pip", environment], cwd=REPOSITORY)  # ours will do
        pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
        run([*pip, "install", "--no-compile", "-c", constraints, wheel], cwd=REPOSITORY)
    return python.parent


@pytest.fixture
def plain_environment() -> dict[str, str]:
    """The variables of somebody who has configured nothing."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("HMSWIKI_", "PYTHON"))}


@pytest.fixture
def empty_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_the_command_line_tells_what_it_can_do(
    programs: Path, empty_folder: Path, plain_environment: dict[str, str]
) -> None:
    told = run([programs / "hmswiki", "--help"], cwd=empty_folder, env=plain_environment).stdout

    for command in ("bundle", "check", "checklists", "content", "coverage", "db", "demo", "serve", "user"):
        assert f"\n  {command} " in told


def test_the_shipped_texts_templates_and_migrations_are_found_where_they_are_installed(
    programs: Path, empty_folder: Path, plain_environment: dict[str, str]
) -> None:
    script = """
import json
from importlib.resources import files

shipped = "hmswiki.shipped"
print(json.dumps({
    "content": [f"{language}/{file.name}" for language in ("nb", "nn", "en")
                for file in files(f"{shipped}.content").joinpath(language).iterdir()],
    "migrations": [file.name for file in files(f"{shipped}.migrations").iterdir()],
    "versions": [file.name for file in files(f"{shipped}.migrations").joinpath("versions").iterdir()],
    "checklists": [file.name for file in files(f"{shipped}.checklists").iterdir()],
    "place": str(files("hmswiki")),
}))
"""
    found = json.loads(run([programs / "python", "-c", script], cwd=empty_folder, env=plain_environment).stdout)

    slugs = {Path(name).name for name in found["content"]}
    assert len(slugs) == 5
    assert set(found["content"]) == {f"{language}/{slug}" for language in LANGUAGES for slug in slugs}
    assert {"env.py", "script.py.mako"} <= set(found["migrations"])
    assert any(name.startswith("0001_") for name in found["versions"])
    assert {"__init__.py", "brannrunde.yaml", "hms-runde.yaml"} <= set(found["checklists"])
    assert not Path(found["place"]).is_relative_to(REPOSITORY)


def test_the_shipped_texts_are_in_order(programs: Path, empty_folder: Path, plain_environment: dict[str, str]) -> None:
    where = "from importlib.resources import files; print(files('hmswiki.shipped.content'))"
    content = run([programs / "python", "-c", where], cwd=empty_folder, env=plain_environment).stdout.strip()

    checked = run([programs / "hmswiki", "content", "check", content], cwd=empty_folder, env=plain_environment)

    assert "15" in checked.stdout + checked.stderr


def test_an_empty_site_has_no_coverage_and_says_so_in_data(
    programs: Path, empty_folder: Path, plain_environment: dict[str, str]
) -> None:
    counted = run([programs / "hmswiki", "coverage", "--format", "json"], cwd=empty_folder, env=plain_environment)

    assert json.loads(counted.stdout) == []


def test_the_demo_greets_in_norwegian_who_asks_for_no_language(
    programs: Path, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith(("HMSWIKI_", "PYTHON"))]:
        monkeypatch.delenv(name)

    with (
        serve_process(["demo"], cwd=empty_folder, program=programs / "hmswiki", seconds=300) as server,
        urllib.request.urlopen(server.url + "/", timeout=30) as answer,
    ):
        status, page = answer.status, answer.read().decode()

    assert status == 200
    assert '<html lang="nb"' in page
    assert (empty_folder / "hmswiki-demo").is_dir()


# --- catalogues ------------------------------------------------------------------------------------------

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

#, python-format
msgid "%(unit)s has confirmed"
msgstr "{translation}"
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A small project with our setup.py, and a catalogue in one of its features."""
    shutil.copy(REPOSITORY / "setup.py", tmp_path)
    source = tmp_path / "hmswiki/guidelines/translations/nb/LC_MESSAGES/hmswiki.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE.format(translation="%(unit)s har stadfestet"), encoding="utf-8")
    return source


def compile_catalogues(source: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "setup.py", "-q", "compile_catalogues"],
        cwd=source.parents[5],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_catalogue_is_compiled_again_only_when_it_is_newer(catalogue: Path) -> None:
    compiled = catalogue.with_suffix(".mo")

    assert compile_catalogues(catalogue).returncode == 0
    assert b"har stadfestet" in compiled.read_bytes()
    first = compiled.stat().st_mtime_ns

    compile_catalogues(catalogue)
    assert compiled.stat().st_mtime_ns == first

    catalogue.write_text(CATALOGUE.format(translation="%(unit)s stadfesta"), encoding="utf-8")
    compile_catalogues(catalogue)
    assert b"stadfesta" in compiled.read_bytes()
    assert list(catalogue.parent.glob("*.tmp")) == []


def test_a_translation_that_lost_its_placeholder_is_refused_with_file_and_line(catalogue: Path) -> None:
    catalogue.write_text(CATALOGUE.format(translation="%(enhet)s har stadfestet"), encoding="utf-8")

    refused = compile_catalogues(catalogue)

    assert refused.returncode != 0
    assert "hmswiki/guidelines/translations/nb/LC_MESSAGES/hmswiki.po:6: " in refused.stderr
    assert not catalogue.with_suffix(".mo").exists()


# --- the two commands ------------------------------------------------------------------------------------


@pytest.fixture
def bare_clone(tmp_path: Path) -> Path:
    """A clone on a machine that has the usual small programs, and no Python, browser or database."""
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("run", "setup.cfg", "setup.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(REPOSITORY / name, clone)
    (tmp_path / "bin").mkdir()
    for program in ("cat", "cksum", "dirname", "id", "mktemp", "rm", "sh"):
        (tmp_path / "bin" / program).symlink_to(shutil.which(program) or program)
    return clone


def run_in(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["./run", *arguments],
        cwd=clone,
        env={"PATH": str(clone.parent / "bin")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def pretend(clone: Path, program: str, script: str) -> None:
    path = clone.parent / "bin" / program
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_without_python_the_line_that_installs_it_is_told(bare_clone: Path) -> None:
    ended = run_in(bare_clone, "demo")

    assert ended.returncode == 1
    assert "Python 3.11 or later" in ended.stderr
    assert "apt-get install --yes python3 python3-venv\n" in ended.stderr
    assert ended.stdout == ""


def test_a_python_that_cannot_make_environments_is_told_apart(bare_clone: Path) -> None:
    pretend(bare_clone, "python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')

    ended = run_in(bare_clone, "demo")

    assert ended.returncode == 1
    assert "apt-get install --yes python3-venv\n" in ended.stderr


def test_without_a_browser_the_tests_do_not_begin(bare_clone: Path) -> None:
    ended = run_in(bare_clone, "test")

    assert ended.returncode == 1
    assert "apt-get install --yes chromium-headless-shell\n" in ended.stderr


def test_both_databases_are_tried_whatever_fails_first_and_the_end_says_what_failed(bare_clone: Path) -> None:
    """With a Python that writes down what it is asked, and fails mypy and the run on SQLite."""
    pretend(bare_clone, "chromium", "")
    pretend(bare_clone, "initdb", "")
    pretend(
        bare_clone,
        "python3",
        f"""
case "$*" in *' venv --clear '*) mkdir -p .venv/bin; cp "$0" .venv/bin/python ;; esac
echo "$HMSWIKI_TEST_DATABASE $*" >>{bare_clone}/asked
case "$HMSWIKI_TEST_DATABASE $*" in *'-m mypy'* | 'sqlite '*'-m pytest'*) exit 1 ;; esac
""",
    )
    for program in ("mkdir", "cp"):
        (bare_clone.parent / "bin" / program).symlink_to(shutil.which(program) or program)

    ended = run_in(bare_clone, "test")

    asked = [line.strip() for line in (bare_clone / "asked").read_text().splitlines()]
    steps = [line for line in asked if any(f"-m {tool}" in line for tool in ("ruff", "mypy", "pytest"))]
    assert sorted(step.split(" -n")[0] for step in steps) == [
        "-m mypy",
        "-m ruff check .",
        "postgresql -m pytest",
        "sqlite -m pytest",
    ]
    assert ended.returncode == 1
    assert "Failed: sqlite check\n" in ended.stderr


def test_what_is_not_known_is_answered_with_what_is(bare_clone: Path) -> None:
    ended = run_in(bare_clone, "dmo")

    assert ended.returncode == 2
    assert "./run demo" in ended.stderr
