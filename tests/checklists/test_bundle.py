"""What a bundle of checklists is refused for, with the cure."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.foundation.bundle_files import BundleError
from hmswiki.foundation.bundles import import_bundle
from hmswiki.web.context import state
from tests.checklists.bundled import CHECKLISTS

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def refusal(empty_app: Flask, tmp_path: Path) -> Callable[[Rows], str]:
    """What is said of a bundle with these rows."""

    def load(rows: Rows) -> str:
        tmp_path.joinpath("manifest.json").write_text('{"format": "hmswiki-bundle", "version": 1}', encoding="utf-8")
        for kind, records in rows.items():
            text = "".join(json.dumps(record) + "\n" for record in records)
            tmp_path.joinpath(f"{kind}.jsonl").write_text(text, encoding="utf-8")
        with empty_app.app_context(), Session(state().engines.write) as session:
            kinds = state().wiki.record_kinds
            with pytest.raises(BundleError) as refused:
                import_bundle(session, tmp_path, kinds, at=clock.now(), progress=lambda line: None)
        return str(refused.value)

    return load


FIRST = CHECKLISTS["checklist_editions"][0]


def changed(**parts: Any) -> Rows:
    return {"checklists": CHECKLISTS["checklists"], "checklist_editions": [FIRST | parts]}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (changed(checklist="nei", content=FIRST["content"] | {"key": "nei"}), "checklists.jsonl has no such record"),
        (changed(checklist="gammel-runde"), 'Its content has the key "brannrunde"'),
        (changed(content=FIRST["content"] | {"sections": []}), 'is no checklist. At "sections"'),
        (
            {**changed(), "checklist_editions": [FIRST, FIRST | {"number": "1.8", "published_on": "2024-03-01"}]},
            "numbers rise with the days",
        ),
        (
            {**changed(), "checklist_drafts": [CHECKLISTS["checklist_drafts"][1] | {"content": {"a": 1}}]},
            "is no draft of a checklist",
        ),
        (
            {**changed(), "checklist_drafts": [CHECKLISTS["checklist_drafts"][1] | {"edition": "1.9"}]},
            "It names an edition and no checklist",
        ),
    ],
)
def test_a_bundle_that_is_not_right_is_refused_with_its_cure(
    refusal: Callable[[Rows], str], rows: Rows, said: str
) -> None:
    assert said in refusal(rows)
