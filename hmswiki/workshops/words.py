"""Words of workshops, in the reader's language."""

from datetime import datetime

from hmswiki.web.context import settings
from hmswiki.web.words import NBSP, _, current_language, day, moment
from hmswiki.workshops.models import Group, Workshop
from hmswiki.workshops.planning import Plan


def when(workshop: Workshop) -> str:
    """Day and time: "torsdag 18. januar kl. 09.00–11.30"."""
    zone = settings().zone
    first, last = workshop.starts_at.astimezone(zone), workshop.ends_at.astimezone(zone)
    if first.date() == last.date():
        return f"{day(first.date(), 'full')}{_joint()}{hours(workshop.starts_at, workshop.ends_at)}"
    return _("%(first)s to %(last)s", first=moment(workshop.starts_at, "full"), last=moment(workshop.ends_at, "full"))


def hours(first: datetime, last: datetime) -> str:
    """Two times of one day: "kl. 09.00–11.30", "09:00–11:30"."""
    zone = settings().zone
    if current_language() == "en":
        return f"{first.astimezone(zone):%H:%M}–{last.astimezone(zone):%H:%M}"
    return f"kl.{NBSP}{first.astimezone(zone):%H.%M}–{last.astimezone(zone):%H.%M}"


def _joint() -> str:
    return ", " if current_language() == "en" else " "


def group_name(group: Group) -> str:
    """What a group is called everywhere: "Gruppe 4", "Gruppe 4, Optikk", "Bord 9"."""
    named = _("Group %(number)s", number=group.number)
    if group.for_walk_ins:
        named = _("Table %(number)s", number=group.number)
    return _("%(group)s, %(name)s", group=named, name=group.name) if group.name else named


def programme_time(line: dict[str, str]) -> str:
    """The time of a line of the programme, as the language writes it; empty where it has none."""
    times = [line[name] for name in ("time", "until") if line.get(name)]
    return "–".join(times if current_language() == "en" else [one.replace(":", ".") for one in times])


def times(plan: Plan) -> dict[str, str]:
    """The times of a plan as people read them, by the names of its fields."""
    return {
        "starts_at": f"{moment(plan.starts_at)} – {moment(plan.ends_at)}",
        "opens_at": f"{moment(plan.opens_at)} – {moment(plan.closes_at)}",
    }
