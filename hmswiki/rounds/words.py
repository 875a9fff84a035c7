"""Words about rounds that are due."""

from hmswiki.rounds.due import Due
from hmswiki.schedules.recurrence import Standing
from hmswiki.web.context import today
from hmswiki.web.words import _, day, wording


def round_title(due: Due) -> str:
    """ "Brannrunde: Kjemiblokk 3, 2. etasje"; for a person only the checklist's title."""
    if due.place is None:
        return wording(due.title)
    return _("%(checklist)s: %(place)s", checklist=wording(due.title), place=wording(due.place))


def standing_in_words(due: Due) -> tuple[str, str]:
    """How it is marked (reached, soon, over, neutral), and the sentence."""
    on = due.occurrence.due_on
    match due.standing:
        case Standing.DONE:
            return "reached", _("Done %(day)s", day=day(due.done.done_on) if due.done else "")
        case Standing.DONE_LATE:
            return "reached", _("Done late, %(day)s", day=day(due.done.done_on) if due.done else "")
        case Standing.SKIPPED:
            return "neutral", _("Skipped: %(reason)s", reason=due.skipped_because or "")
        case Standing.MISSED:
            return "over", _("Not done by %(day)s", day=day(on))
        case Standing.OVERDUE:
            return "over", _("This was due %(day)s", day=day(on))
        case Standing.UPCOMING:
            return "neutral", _("From %(day)s", day=day(due.occurrence.starts_on))
    left = (on - today()).days
    kind = "soon" if due.standing is Standing.DUE_SOON else "neutral"
    if left == 0:
        return kind, _("Due today")
    return kind, _("Due %(day)s", day=day(on, "full"))
