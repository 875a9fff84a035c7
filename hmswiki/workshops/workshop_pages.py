"""What the list of workshops and a workshop's own page show. Each is put together once; templates only write it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import url_for
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_
from hmswiki.foundation.permissions import Actor, Permission
from hmswiki.guidelines import queries as guidelines
from hmswiki.organisation.views import Pager
from hmswiki.web.access import allowed
from hmswiki.web.context import today
from hmswiki.web.forms import PageForm
from hmswiki.web.words import _, current_language
from hmswiki.workshops import door_pages, plan_queries, queries, words
from hmswiki.workshops.door_pages import JoinView
from hmswiki.workshops.models import EventKind, Group, Member, Prompt, Task, Workshop
from hmswiki.workshops.plan_queries import Part


class Phase(StrEnum):
    """How far a workshop has come."""

    PLANNED = "planned"
    GOING_ON = "going_on"
    OVER = "over"
    CANCELLED = "cancelled"


def phase_of(workshop: Workshop, now: datetime, *, ended: bool = False) -> Phase:
    if workshop.cancelled_at is not None:
        return Phase.CANCELLED
    if ended or workshop.ends_at <= now:
        return Phase.OVER
    return Phase.GOING_ON if workshop.starts_at <= now else Phase.PLANNED


# --- The list -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A workshop in a list."""

    workshop: Workshop
    when: str
    phase: Phase
    part: str
    """What the reader has to do with it, in a few words; empty: nothing."""


@dataclass(frozen=True)
class IndexPage:
    """All workshops: those to come, and those that are over."""

    coming: Sequence[Row]
    over: Sequence[Row]
    total_over: int
    pager: Pager | None
    may_make: bool

    @property
    def headline(self) -> str:
        going = sum(row.phase is Phase.GOING_ON for row in self.coming)
        if going:
            return _("A workshop is going on now") if going == 1 else _("Workshops are going on now")
        planned = [row for row in self.coming if row.phase is Phase.PLANNED]
        if not planned:
            return _("No workshop is planned")
        return _("The next workshop is %(when)s", when=planned[0].when)


def rows_of(session: Session, found: Sequence[Workshop], who: Actor, *, now: datetime) -> list[Row]:
    """Two selects for what the reader has to do with them."""
    parts = plan_queries.parts_of(session, who.person_id, [one.id for one in found])
    return [Row(one, words.when(one), phase_of(one, now), part_words(parts.get(one.id))) for one in found]


def part_words(part: Part | None) -> str:
    """ "You lead group 4 and help the organiser"."""
    if part is None:
        return ""
    if part.group is None:
        return _("You help the organiser")
    name = words.group_name(part.group)
    return _("You lead: %(group)s", group=name) if part.leads else _("You are in: %(group)s", group=name)


# --- One workshop -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """A way to a page of the workshop."""

    label: str
    href: str
    icon: str


@dataclass(frozen=True)
class GroupRow:
    """A group with those who are in it, its leader first."""

    group: Group
    name: str
    members: Sequence[Member]


@dataclass(frozen=True)
class TaskRow:
    task: Task
    prompts: Sequence[Prompt]
    """Only those with a title: a task without sub-headings has none here."""


@dataclass(frozen=True)
class Reading:
    """Something to read before. `href` is None for a guideline that is no longer here."""

    title: str
    href: str | None
    elsewhere: bool = False


@dataclass(frozen=True)
class WorkshopPage:
    """A workshop as those who come see it, and the ways they may go."""

    workshop: Workshop
    when: str
    phase: Phase
    programme: Sequence[tuple[str, str]]
    """Time (or nothing) and what."""
    reading: Sequence[Reading]
    tasks: Sequence[TaskRow]
    groups: Sequence[GroupRow]
    """Empty for a stranger whom a code let in: names are for those who are signed in."""
    mine: Part | None
    part: str
    helpers: Sequence[str]
    ways: Sequence[Way]
    """For the organiser."""
    join: JoinView | None
    """How one comes in by a code, for the organiser."""
    may_cancel: bool
    form: PageForm


def workshop_page(session: Session, workshop: Workshop, who: Actor | None, *, now: datetime) -> WorkshopPage:
    ended = any(event.kind is EventKind.ENDED for event in queries.events(session, workshop))
    manages = allowed(Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    mine = plan_queries.parts_of(session, who.person_id, [workshop.id]).get(workshop.id) if who else None
    return WorkshopPage(
        workshop=workshop,
        when=words.when(workshop),
        phase=phase_of(workshop, now, ended=ended),
        programme=[(words.programme_time(line), str(line.get("text", ""))) for line in workshop.programme],
        reading=reading_of(session, workshop),
        tasks=[
            TaskRow(task, [one for one in queries.prompts_of(task) if one.title])
            for task in queries.tasks(session, workshop)
        ],
        groups=group_rows(session, workshop) if who else [],
        mine=mine,
        part=part_words(mine),
        helpers=[helper.person.name for helper in plan_queries.helpers(session, workshop)] if who else [],
        ways=_ways(workshop) if manages else [],
        join=door_pages.join_view(session, workshop) if manages and workshop.closes_at > now else None,
        may_cancel=manages and workshop.ends_at > now,
        form=PageForm(formdata=None),
    )


def group_rows(session: Session, workshop: Workshop) -> list[GroupRow]:
    """Two selects."""
    members = queries.members(session, workshop)
    return [
        GroupRow(group, words.group_name(group), members.get(group.id, []))
        for group in queries.groups(session, workshop)
    ]


def reading_of(session: Session, workshop: Workshop) -> list[Reading]:
    """What to read before. One select for the names of all guidelines, none without any."""
    slugs = [one["guideline"] for one in workshop.reading if "guideline" in one]
    titles = guideline_titles(session, slugs)
    found = []
    for one in workshop.reading:
        if "guideline" in one:
            slug = one["guideline"]
            href = url_for("hmswiki.guidelines.show", slug=slug) if slug in titles else None
            found.append(Reading(titles.get(slug, slug), href))
        else:
            found.append(Reading(str(one["title"]), str(one["url"]), elsewhere=True))
    return found


def guideline_titles(session: Session, slugs: Sequence[str]) -> dict[str, str]:
    """What those guidelines are called, in the reader's language, by slug; two selects, none without slugs."""
    if not slugs:
        return {}
    found = guidelines.listed(session, today=today(), language=current_language())
    return {one.slug: one.title for one in found if one.slug in slugs}


WAYS = (
    ("plan", N_("The plan"), "pencil"),
    ("groups", N_("The groups and the helpers"), "person"),
    ("sheets", N_("Group sheets to print"), "print"),
    ("copy", N_("Hold it once more"), "file"),
)
"""Pages of the organiser: endpoint, what the link says, and its icon."""


def _ways(workshop: Workshop) -> list[Way]:
    return [Way(_(label), url_for(f".{endpoint}", key=workshop.key), icon) for endpoint, label, icon in WAYS]
