"""What is shown on others' pages of what came of workshops."""

from typing import Any

from flask import g, render_template, url_for
from markupsafe import Markup

from hmswiki.actions.models import Action
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines.models import Draft, Guideline
from hmswiki.outcomes import proposal_queries as queries
from hmswiki.outcomes.proposal_queries import ProposalState, Standing
from hmswiki.outcomes.proposal_words import groups_in_words
from hmswiki.web.access import allowed
from hmswiki.web.context import read_session
from hmswiki.web.words import tn
from hmswiki.workshops.models import Workshop


def draft_aside(*, draft: Draft, **context: Any) -> Markup | str | None:
    """What workshops propose in the guideline that is being written: what waits, and what this draft holds."""
    if draft.guideline is None or draft.adds_language is not None or not allowed(Permission.SEE_DRAFTS):
        return None
    shown = [
        one
        for one in queries.of_guideline(read_session(), draft.guideline)
        if one.state is ProposalState.WAITING or (one.state is ProposalState.TAKEN_UP and one.draft is draft)
    ]
    return render_template("hmswiki/proposals/draft_proposals.html", standings=shown) if shown else None


def _waiting() -> list[Standing]:
    """What waits for an editor; read once for the page, and only for editors."""
    if "hmswiki_proposals_waiting" not in g:
        found = queries.all_of_them(read_session()) if allowed(Permission.EDIT_GUIDELINES) else []
        g.hmswiki_proposals_waiting = [one for one in found if one.state is ProposalState.WAITING]
    return list(g.hmswiki_proposals_waiting)


def task_count(**context: Any) -> int:
    """How many proposals wait for the reader to answer."""
    return len(_waiting())


def home(**context: Any) -> str | None:
    """Proposals to answer, on an editor's Min side."""
    waiting = _waiting()
    return render_template("hmswiki/proposals/_home.html", standings=waiting) if waiting else None


def draft_editor(*, draft: Draft, **context: Any) -> str | None:
    """What was proposed and taken up in the draft, beside the text that is to say it."""
    if draft.guideline is None:
        return None
    found = [
        one
        for one in queries.of_guideline(read_session(), draft.guideline)
        if one.state is ProposalState.TAKEN_UP and one.draft is draft
    ]
    return render_template("hmswiki/proposals/_draft_editor.html", standings=found) if found else None


def guideline_aside(*, guideline: Guideline, **context: Any) -> Markup | None:
    """Editors see how many proposals wait, with a way to the first."""
    if not allowed(Permission.EDIT_GUIDELINES):
        return None
    found = queries.of_guideline(read_session(), guideline)
    waiting = [one for one in found if one.state is ProposalState.WAITING]
    if not waiting:
        return None
    said = tn("One proposal waits for an editor", "%(num)s proposals wait for an editor", len(waiting))
    href = url_for("hmswiki.proposals.proposal", proposal_key=waiting[0].proposal.key)
    return Markup('<p class="hms-gap-above"><a href="{}">{}</a></p>').format(href, said)


def action_aside(*, action: Action, **context: Any) -> str | None:
    """The workshop and group whose point became the action."""
    point = queries.point_of_action(read_session(), action)
    if point is None:
        return None
    return render_template("hmswiki/proposals/action_origin.html", point=point, groups_in_words=groups_in_words)


def workshop_aside(*, workshop: Workshop, **context: Any) -> Markup | str | None:
    """The way to what became of it, once something has."""
    session = read_session()
    if not queries.something_came_of(session, workshop):
        return None
    return render_template("hmswiki/proposals/became_link.html", workshop=workshop)
