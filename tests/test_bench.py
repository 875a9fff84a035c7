"""Each measurement in bench/ still measures: run at its smallest, for what it prints and never for how fast it is."""

import re

import pytest

from bench.__main__ import MEASUREMENTS, main
from tests.support import once

SMALLEST = {
    "reading": ["--rounds", "1", "--requests", "2"],
    "coverage": ["--people", "40", "--guidelines", "4", "--times", "1", "--database", "sqlite"],
    "acknowledging": ["--acknowledgements", "8", "--writers", "2", "--database", "sqlite"],
    "answering": ["--rounds", "1", "--requests", "8", "--database", "sqlite"],
    "meeting": ["--groups", "2", "--writers", "1", "--phones", "3", "--walls", "1", "--seconds", "5", "--database",
                "sqlite"],
    "overviews": ["--units", "20", "--areas", "400", "--items", "10", "--actions", "20", "--times", "1",
                  "--only", "by-area", "--database", "sqlite"],
    "importing": ["--people", "40", "--guidelines", "4", "--database", "sqlite"],
    "starting": ["--starts", "1", "--requests", "1"],
}  # fmt: skip

# Ten seconds and more even at their smallest, for the servers that they start: `./run bench NAME` before a release.
SLOW = ("reading", "coverage", "acknowledging", "answering", "meeting")


@once
@pytest.mark.parametrize("name", [name for name in MEASUREMENTS if name not in SLOW])
def test_a_measurement_prints_its_table(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, *SMALLEST[name]]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert len(lines) >= 3, "columns, a rule, and at least one row"
    assert re.search(r"\d", lines[2])


@once
def test_an_unknown_measurement_is_refused_with_the_names_of_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["speed"]) == 2
    assert "reading" in capsys.readouterr().err
