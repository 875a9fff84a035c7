"""What is shown on others' pages of what is being written: the drafts that wait for the approver who looks."""

from collections.abc import Sequence
from typing import Any

from flask import g, render_template, url_for
from markupsafe import Markup

from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines import editing_queries
from hmswiki.guidelines.approval import waits_for
from hmswiki.guidelines.editing_pages import AboutDraft
from hmswiki.guidelines.editing_queries import Base
from hmswiki.guidelines.models import Draft
from hmswiki.web.access import allowed
from hmswiki.web.context import known_actor, read_session, settings


def _waiting() -> Sequence[Draft]:
    """Read once for the page, and only for approvers."""
    kept: Sequence[Draft] | None = g.get("hmswiki_drafts_to_approve")
    if kept is None:
        mine = allowed(Permission.APPROVE_EDITIONS)
        drafts = editing_queries.open_drafts(read_session()) if mine else []
        found = [one for one in drafts if waits_for(one, known_actor(), approve_own=settings().approve_own)]
        kept = g.hmswiki_drafts_to_approve = found
    return kept


def task_count(**context: Any) -> int:
    """How many drafts wait for the reader."""
    return len(_waiting())


def home(**context: Any) -> Markup | None:
    """Guidelines to approve, on Min side."""
    rows = [
        (AboutDraft(draft, Base({})).title, url_for("hmswiki.guidelines.draft", draft_id=draft.id), draft.sent_at)
        for draft in _waiting()
    ]
    if not rows:
        return None
    return Markup(render_template("hmswiki/guidelines/_to_approve.html", rows=rows, what="guidelines"))
