"""What checklists show on a guideline's page."""

from dataclasses import dataclass
from typing import Any

from flask import render_template

from hmswiki.checklists import queries
from hmswiki.checklists.pages import item_count
from hmswiki.guidelines.models import Guideline
from hmswiki.web.context import read_session, today
from hmswiki.web.words import wording


@dataclass(frozen=True)
class Attached:
    """A checklist that belongs to the guideline."""

    key: str
    title: str
    count: str


def of_guideline(*, guideline: Guideline, **_context: Any) -> str | None:
    """The checklists that belong to the guideline and are in use."""
    rows = [
        Attached(edition.checklist.key, wording(edition.title), item_count(queries.content_of(edition)))
        for edition in queries.of_guideline(read_session(), guideline.slug, today())
    ]
    return render_template("hmswiki/checklists/guideline_panel.html", rows=rows) if rows else None
