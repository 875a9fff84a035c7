"""What is said of actions and proposals that came of a workshop, in the reader's language."""

from collections.abc import Sequence
from datetime import date

from hmswiki.actions.models import Action, ActionState
from hmswiki.foundation import clock
from hmswiki.foundation.language import LANGUAGES
from hmswiki.outcomes.proposal_queries import Standing
from hmswiki.web.context import settings
from hmswiki.web.words import _, day, listed, ngettext, speaking


def groups_in_words(numbers: Sequence[int]) -> str:
    """One group as "group 2", several as "groups 2 and 5"."""
    return ngettext("group %(numbers)s", "groups %(numbers)s", len(numbers), numbers=listed(numbers))


def credits(stands: Standing) -> dict[str, str]:
    """Where a change came from, in every language: "From the workshop on 18 January 2024, groups 2 and 5."

    The year is always there: an edition is read for years.
    """
    held_on = clock.day_of(stands.proposal.workshop.starts_at, settings().zone)
    found = {}
    for language in LANGUAGES:
        with speaking(language):
            found[language] = _(
                "From the workshop on %(day)s, %(groups)s.", day=day(held_on, "long-year"),
                groups=groups_in_words(stands.groups),
            )  # fmt: skip
    return found


def said_of(action: Action, today: date) -> tuple[str, str]:
    """How an action stands, in words and as a status."""
    match action.state:
        case ActionState.DONE | ActionState.CHECKED:
            return _("Finished %(day)s", day=day(action.done_on)), "reached"
        case ActionState.DROPPED:
            return _("Will not be done"), "neutral"
    if action.due_on < today:
        return _("Was due %(day)s", day=day(action.due_on)), "over"
    return _("Due %(day)s", day=day(action.due_on)), "neutral"
