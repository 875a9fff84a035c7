"""Notes that come from a bundle: each point stands as what happened to it says."""

import json
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.bundles import BundleError
from hmswiki.notes.models import Point
from hmswiki.web.context import state
from tests.notes.bundled import BESIDE, INFORM, INFORM_BESIDE, NOTES, SIX
from tests.test_bundle import EVERYTHING, FILES, Site, _site, write_bundle


@pytest.fixture
def filled(databases: Any, tmp_path: Any) -> Any:
    """Fill a site with everything, and these notes."""
    address = databases.migrated()
    sites = _site(address, tmp_path / "site")
    site = next(sites)

    def fill(notes: dict[str, list[dict[str, Any]]]) -> Site:
        folder = tmp_path / "in"
        write_bundle({**EVERYTHING, **notes}, folder)
        (folder / "files").mkdir()
        for name, data in FILES.items():
            (folder / "files" / name).write_bytes(data)
        site.fill(folder)
        return site

    yield fill
    next(sites, None)
    databases.drop(address)


def test_notes_come_back_from_an_export_as_they_were(filled: Any, tmp_path: Any) -> None:
    files = filled(NOTES).write(tmp_path / "out")
    for name, rows in NOTES.items():
        assert [json.loads(line) for line in files[f"{name}.jsonl"].decode().splitlines()] == rows


def points(site: Site) -> dict[str, Point]:
    with site.app.app_context(), Session(state().engines.read) as session:
        return {row.key: row for row in session.scalars(select(Point))}


def test_points_stand_as_what_happened_says(filled: Any) -> None:
    found = points(filled(NOTES))
    first, beside, third = found[INFORM], found[INFORM_BESIDE], found[SIX]
    assert (first.text, first.public_text) == ("Si fra til Ada først", "Si fra til █████ først")
    assert first.hidden_at is not None
    assert (beside.text, beside.written, beside.split_from_id) == ("Si fra til alle", BESIDE, first.id)
    assert (third.model, third.rank, third.cleared_at is not None) == ("5 institutter", "V0V", True)


@pytest.mark.parametrize(
    ("kind", "number", "change", "sentence"),
    [
        ("point_edits", 0, {"prompt": None}, "does not say where the point stands"),
        ("point_edits", 0, {"text": None}, '"text" is missing'),
        ("point_edits", 1, {"number": 1}, 'has the "number" 1 too'),
        ("point_edits", 0, {"rank": "æ"}, "no place in an order"),
        ("points", 1, {"split_from": "54000000-0000-4000-8000-000000000009"}, "54000000-0000-4000-8000-000000000009"),
    ],
)
def test_a_note_that_cannot_be_put_together_is_refused(
    filled: Any, kind: str, number: int, change: dict[str, Any], sentence: str
) -> None:
    notes = deepcopy(NOTES)
    notes[kind][number].update(change)
    with pytest.raises(BundleError, match=sentence):
        filled(notes)
