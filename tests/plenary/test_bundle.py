"""Themes and the summary that come from a bundle, and what is refused, with its cure."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hmswiki.foundation.bundle_files import BundleError
from hmswiki.plenary import queries
from hmswiki.plenary.rules import Stand
from hmswiki.web.context import state
from hmswiki.workshops.models import Task, Workshop
from tests.acknowledgements.histories import write_bundle
from tests.notes.bundled import FIRST, INFORM
from tests.plenary.bundled import EARLY, OTHER, PLENARY
from tests.support import once
from tests.test_bundle import EVERYTHING, Site, module_site, site, write_everything

__all__ = ["module_site", "site"]

pytestmark = once


def test_themes_and_summary_stand_as_they_did(site: Site, tmp_path: Path) -> None:
    write_everything(tmp_path / "in")
    site.fill(tmp_path / "in")
    with site.app.app_context(), Session(state().engines.read) as session:
        workshop = session.query(Workshop).join(Task).filter(Task.key == PLENARY["themes"][0]["task"]).one()
        [early, *_rest] = queries.themes(session, workshop)
        [said] = queries.sentences(session, workshop)
        assert early.theme.version == 2
        assert [(kept.point.text, kept.stand) for kept in early.kept] == [
            ("Si fra til Ada først", Stand.CHANGED), ("Si fra til alle", Stand.SAME)
        ]  # fmt: skip
        assert early.count == 1
        assert [kept.stand for kept in said.kept] == [Stand.SAME]


REFUSED: list[tuple[str, int, dict[str, Any], str]] = [
    ("themes", 0, {"task": OTHER}, "workshop_tasks.jsonl has no such record"),
    ("themes", 1, {"removed_at": "2024-01-18T08:09:00+00:00"}, 'lies before "made_at"'),
    ("themes", 0, {"position": 0}, "must lie between 1"),
    ("theme_points", 2, {"withdrawn_at": None, "withdrawn_by": None}, "in one at a time"),
    ("theme_points", 0, {"theme": OTHER}, "is of another task than the theme"),
    ("theme_points", 0, {"written": OTHER}, "no such edit of the point"),
    ("sentence_points", 1, {"point": INFORM, "written": FIRST, "withdrawn_at": None}, "stands on the point"),
    ("sentence_points", 0, {"sentence": EARLY}, "sentences.jsonl has no such record"),
    ("sentences", 0, {"text": " "}, "is empty"),
]


@pytest.mark.parametrize(("name", "number", "change", "said"), REFUSED)
def test_what_cannot_be_is_refused_with_file_and_cure(
    site: Site, tmp_path: Path, name: str, number: int, change: dict[str, Any], said: str
) -> None:
    write_everything(tmp_path / "in")
    rows = [dict(row) for row in EVERYTHING[name]]
    rows[number] = {key: value for key, value in (rows[number] | change).items() if value is not None}
    write_bundle({name: rows}, tmp_path / "wrong")
    (tmp_path / "wrong" / f"{name}.jsonl").replace(tmp_path / "in" / f"{name}.jsonl")
    with pytest.raises(BundleError) as refused:
        site.fill(tmp_path / "in")
    assert said in str(refused.value)
    assert f"{name}.jsonl" in str(refused.value)
