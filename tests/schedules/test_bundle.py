"""Schedules and what belongs to them, out as a bundle and in again; and what is refused, with its cure."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from hmswiki.foundation.bundle_files import BundleError
from hmswiki.schedules import bundle
from tests.acknowledgements.histories import write_bundle
from tests.schedules.bundled import ONE, SCHEDULES, THREE
from tests.test_bundle import Site, module_site, read, site

__all__ = ["module_site", "site"]

AROUND: dict[str, list[dict[str, Any]]] = {
    "units": [
        {"code": "FAK", "name": "Fakultetet", "opened": "2020-01-01"},
        {"code": "ADM", "name": "Administrasjonen", "opened": "2020-01-01", "parent": "FAK"},
        {"code": "ØKO", "name": "Økonomi", "opened": "2020-01-01", "parent": "FAK"},
    ],
    "people": [{"id": "ada", "name": "Ada"}, {"id": "bo", "name": "Bo"}],
    "areas": [{"code": "B1", "kind": "building", "name": "Bygg", "opened": "2020-01-01"}],
    "checklists": [{"key": "brannrunde"}],
}


def test_every_kind_and_key_comes_back_as_it_was(site: Site, tmp_path: Path) -> None:
    known = {kind.name: {key.name for key in kind.keys} for kind in bundle.KINDS}
    assert {name: {key for row in rows for key in row} for name, rows in SCHEDULES.items()} == known
    write_bundle(AROUND | SCHEDULES, tmp_path / "in")
    site.fill(tmp_path / "in")
    first = site.write(tmp_path / "out")
    written = read(tmp_path / "out")
    for name, rows in SCHEDULES.items():
        assert written[name] == rows, name
    site.empty()
    site.fill(tmp_path / "out")
    assert site.write(tmp_path / "again") == first


REFUSED: list[tuple[str, int, dict[str, Any], str]] = [
    ("schedules", 0, {"checklist": "brannrund"}, 'Did you mean "brannrunde"?'),
    ("schedules", 0, {"units": [{"unit": "FAX"}]}, 'Did you mean "FAK"?'),
    ("schedules", 0, {"units": [{"unit": "FAK"}, {"unit": "FAK"}]}, 'names the unit "FAK" twice'),
    ("schedules", 0, {"units": [{"unit": "FAK", "reach": "all"}]}, "must be one of itself, children, all_beneath"),
    ("schedules", 0, {"areas": None, "units": None}, "so it asks nobody"),
    ("schedules", 0, {"areas": ["B2"]}, "areas.jsonl has no such record"),
    ("schedules", 0, {"every": "monthly"}, 'Did you mean "month"?'),
    ("schedules", 0, {"window": "9-1/11-30"}, 'like "09-01/11-30"'),
    ("schedules", 0, {"window": "02-30/11-30"}, 'like "09-01/11-30"'),
    ("schedules", 0, {"window": "soon"}, 'like "09-01/11-30"'),
    ("schedules", 0, {"pauses": {"months": list(range(1, 13))}}, "not all of them"),
    ("schedules", 0, {"pauses": {"spans": [["2026-02-01"]]}}, "not two days"),
    ("schedules", 0, {"pauses": {"spans": [["2026-02-01", "2026-02-01"]]}}, "ends after it"),
    ("schedules", 0, {"ended": "2025-12-31"}, 'before "from"'),
    ("schedules", 1, {"within": None}, "within how many days"),
    ("schedules", 2, {"due": None}, "has a day by which it is due"),
    ("schedules", 2, {"replaces": THREE[:-1] + "9"}, "schedules.jsonl has no such record"),
    ("schedules", 0, {"replaces": ONE}, "in a ring"),
    ("schedule_events", 0, {"unit": None}, "only one"),
    ("schedule_events", 0, {"area": "B1"}, "only one"),
    ("skips", 0, {"schedule": "x"}, "schedules.jsonl has no such record"),
    ("skips", 0, {"reason": " "}, "is empty"),
    ("handovers", 0, {"to": "boo"}, 'Did you mean "bo"?'),
]


@pytest.mark.parametrize(("name", "number", "change", "said"), REFUSED)
def test_what_cannot_be_is_refused_with_file_and_cure(
    site: Site, tmp_path: Path, name: str, number: int, change: dict[str, Any], said: str
) -> None:
    records = deepcopy(AROUND | SCHEDULES)
    row = {key: value for key, value in (records[name][number] | change).items() if value is not None}
    records[name][number] = row
    write_bundle(records, tmp_path / "in")
    with pytest.raises(BundleError) as refused:
        site.fill(tmp_path / "in")
    assert said in str(refused.value)
    assert f"{name}.jsonl" in str(refused.value)
    assert site.rows() == {}
