"""What checklists show on others' pages: on a guideline's, and on Min side what waits for an approver."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, url_for
from markupsafe import Markup

from hmswiki.checklists import editing_queries, queries
from hmswiki.checklists.editing_pages import AboutDraft
from hmswiki.checklists.models import ChecklistDraft
from hmswiki.checklists.pages import item_count
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines.approval import waits_for
from hmswiki.guidelines.models import Guideline
from hmswiki.web.access import allowed
from hmswiki.web.context import known_actor, read_session, settings, today
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


# --- To approve ---------------------------------------------------------------------------------------------


def _waiting() -> Sequence[ChecklistDraft]:
    """The drafts that wait for the approver who looks; read once for the page."""
    kept: Sequence[ChecklistDraft] | None = g.get("hmswiki_lists_to_approve")
    if kept is None:
        drafts = editing_queries.open_drafts(read_session()) if allowed(Permission.APPROVE_EDITIONS) else []
        found = [one for one in drafts if waits_for(one, known_actor(), approve_own=settings().approve_own)]
        kept = g.hmswiki_lists_to_approve = found
    return kept


def task_count(**context: Any) -> int:
    """How many drafts wait for the reader."""
    return len(_waiting())


def home(**context: Any) -> Markup | None:
    """Checklists to approve, on Min side."""
    rows = [
        (AboutDraft(draft).title, url_for("hmswiki.checklists.draft", draft_id=draft.id), draft.sent_at)
        for draft in _waiting()
    ]
    if not rows:
        return None
    return Markup(render_template("hmswiki/guidelines/_to_approve.html", rows=rows, what="checklists"))
