"""What the pages of actions show: put together here, rendered by templates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements.personal_pages import SOON, Due, due_in_words
from hmswiki.actions import queries, rules
from hmswiki.actions.models import Action, ActionEntry, ActionState, EntryKind
from hmswiki.actions.queries import Counts, Shown
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.organisation.models import Area, Person, Unit
from hmswiki.organisation.views import Pager
from hmswiki.web.forms import PageForm
from hmswiki.web.page import role_name
from hmswiki.web.words import _, count_in_words, day, ngettext, wording

# --- Words --------------------------------------------------------------------------------------------------


def responsible_words(
    person: Person | None, role: Role | str | None, holders: Sequence[Person] = (), *, of_area: bool = False
) -> str:
    """Who is responsible: a name, or a role and who holds it now."""
    if role is None:
        return person.name if person is not None else ""
    name = _("The area's owner") if of_area and role == Role.AREA_OWNER else role_name(role)
    if not holders:
        return _("%(role)s (nobody now)", role=name)
    return _("%(role)s (%(names)s)", role=name, names=", ".join(one.name for one in holders))


def standing_words(action: Action) -> Due:
    """How it stands, and how that is marked."""
    if action.state == ActionState.OPEN:
        due = due_in_words(action.due_on)
        assert due is not None, "an action has a due date"
        return due
    if action.state == ActionState.DONE:
        return Due("neutral", _("Done %(day)s, not checked yet", day=day(action.done_on)))
    if action.state == ActionState.CHECKED:
        return Due("reached", _("Done %(day)s and checked", day=day(action.done_on)))
    return Due("neutral", _("Will not be done"))


def many(count: int) -> str:
    """A count that begins a sentence."""
    words = count_in_words(count)
    return words[:1].upper() + words[1:]


def overdue_words(counts: Counts) -> str:
    """The second sentence: how many of the open ones are overdue. Empty: none."""
    if not counts.overdue:
        return ""
    if counts.open == counts.overdue == 1:
        return _("It is overdue.")
    return ngettext("One is overdue.", "%(count)s are overdue.", counts.overdue, count=many(counts.overdue))


def open_words(counts: Counts) -> str:
    """How many are open, and how many of them are overdue."""
    if not counts.open:
        return _("No open actions.")
    said = ngettext("One open action.", "%(count)s open actions.", counts.open, count=many(counts.open))
    return f"{said} {overdue_words(counts)}".strip()


# --- Lists --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """An action in a list."""

    action: Action
    responsible: str

    @property
    def standing(self) -> Due:
        return standing_words(self.action)


def rows_of(session: Session, actions: Sequence[Action], *, today: date, known_at: datetime) -> list[Row]:
    """Two selects, whatever the number of actions."""
    held = queries.holders(session, actions, day=today, known_at=known_at)
    return [
        Row(
            one,
            responsible_words(
                one.responsible, one.responsible_role, held.get(one.id, ()), of_area=one.area_id is not None
            ),
        )
        for one in actions
    ]


@dataclass(frozen=True)
class Group:
    """Rows beneath a heading of their own."""

    name: str
    heading: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class MinePage:
    """The actions of who is looking."""

    rows: Sequence[Row]
    """Open ones, overdue first."""
    told: Sequence[Row]
    """Overdue in units beneath, of which the unit of who is looking was told."""
    finished: Sequence[Row]
    today: date
    may_raise: bool
    units: Sequence[Unit]
    """Whose lists the person may see too."""
    xlsx: bool

    @property
    def groups(self) -> list[Group]:
        today = self.today
        overdue = [row for row in self.rows if row.action.due_on < today]
        soon = [row for row in self.rows if today <= row.action.due_on <= today + SOON]
        later = [row for row in self.rows if row.action.due_on > today + SOON]
        found = [
            Group("overdue", _("Overdue"), overdue),
            Group("soon", _("The next two weeks"), soon),
            Group("later", _("Later"), later),
        ]
        return [group for group in found if group.rows]

    @property
    def counts(self) -> Counts:
        return Counts(len(self.rows), sum(row.action.due_on < self.today for row in self.rows), 0, 0)

    @property
    def headline(self) -> str:
        count = len(self.rows)
        if not count:
            return _("You have no open actions.")
        said = ngettext("You have one action.", "You have %(count)s actions.", count, count=count_in_words(count))
        return f"{said} {overdue_words(self.counts)}".strip()

    @property
    def lead(self) -> str:
        if not self.rows:
            return _("When somebody gives you one, it stands here with its due date.")
        if self.counts.overdue:
            return _("Those that are past their due date come first.")
        return _("The first is due %(day)s.", day=day(self.rows[0].action.due_on, "full"))


@dataclass(frozen=True)
class ListPage:
    """The actions of a unit or an area."""

    unit: Unit | None
    area: Area | None
    counts: Counts
    shown: Shown
    rows: Sequence[Row]
    people: Sequence[Person]
    """Who is responsible by name for any of them."""
    responsible: Person | None
    """Only this person's are shown."""
    pager: Pager | None
    may_raise: bool
    xlsx: bool

    @property
    def name(self) -> str:
        """Whose list it is."""
        return ", ".join(wording(one.name) for one in (self.area, self.unit) if one is not None)

    @property
    def headline(self) -> str:
        return open_words(self.counts)

    @property
    def lead(self) -> str:
        count = self.counts.to_check
        if count:
            return ngettext(
                "One is done and waits for somebody to check it.",
                "%(count)s are done and wait for somebody to check them.",
                count, count=many(count),
            )  # fmt: skip
        if not self.counts.total:
            return _("Actions come from findings in rounds, or are written by hand.")
        return ""

    @property
    def address(self) -> dict[str, Any]:
        """What the address keeps, without page and choice of state."""
        return {
            "unit": self.unit.code if self.unit else None,
            "area": self.area.code if self.area else None,
            "responsible": self.responsible.external_key if self.responsible else None,
        }

    @property
    def tabs(self) -> list[tuple[str, int, str, bool]]:
        """(words, how many, address, chosen)."""
        labels = {
            Shown.OPEN: _("Open"), Shown.OVERDUE: _("Overdue"), Shown.TO_CHECK: _("To check"),
            Shown.CLOSED: _("Closed"), Shown.ALL: _("All"),
        }  # fmt: skip
        return [
            (label, self.counts.of(shown), self.href(shown), shown is self.shown) for shown, label in labels.items()
        ]

    def href(self, shown: Shown) -> str:
        return url_for(".index", **self.address, show=None if shown == Shown.OPEN else str(shown))

    def download(self, kind: str) -> str:
        return url_for(f".index_{kind}", **self.address, show=None if self.shown is Shown.OPEN else self.shown.value)

    @property
    def nothing(self) -> str:
        """What an empty list says."""
        return {
            Shown.OPEN: _("Nothing is open. When a round finds something, it stands here."),
            Shown.OVERDUE: _("Nothing is overdue."),
            Shown.TO_CHECK: _("Nothing waits to be checked."),
            Shown.CLOSED: _("Nothing has been closed yet."),
            Shown.ALL: _("There are no actions yet."),
        }[self.shown]


# --- One action ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of the history."""

    entry: ActionEntry
    who: str
    """Empty: it followed of itself."""
    what: str
    may_withdraw: bool


@dataclass(frozen=True)
class ActionPage:
    """One action: how it stands, what may be done with it now, and what has happened."""

    action: Action
    responsible: str
    lines: Sequence[Line]
    """The latest first."""
    deeds: Sequence[EntryKind]
    """What who is looking may do now."""
    main: EntryKind | None
    """The one of them that is expected: it has the filled button, and stands open."""
    forms: Mapping[EntryKind, PageForm]
    back: str
    back_label: str
    raised_by: str
    new_id: Callable[[], str]
    """For the forms that are buttons alone."""
    failed: EntryKind | None = None
    """The form that was refused."""
    unit_href: str | None = None
    area_href: str | None = None

    @property
    def standing(self) -> Due:
        return standing_words(self.action)

    @property
    def others(self) -> list[EntryKind]:
        """What may be done beside the main thing and commenting."""
        return [kind for kind in self.deeds if kind not in (self.main, EntryKind.COMMENTED)]

    @property
    def lead(self) -> str:
        """Whose it is and how it stands."""
        standing = self.standing.text
        if self.action.state in rules.CLOSED:
            return standing + "."
        return _("%(standing)s. Responsible: %(who)s.", standing=standing, who=self.responsible)

    def label(self, kind: EntryKind) -> str:
        """What a form is called; also its button."""
        return {
            EntryKind.DONE: _("Record that it is done"),
            EntryKind.CHECKED: _("Checked: it is done"),
            EntryKind.COMMENTED: _("Comment"),
            EntryKind.ASSIGNED: _("Give it to somebody else"),
            EntryKind.RESCHEDULED: _("Change the due date"),
            EntryKind.CASE_NOTED: _("Note the case in the deviation system"),
            EntryKind.REOPENED: _("Open it again"),
            EntryKind.DROPPED: _("It will not be done"),
        }[kind]


def main_deed(deeds: Sequence[EntryKind], part: rules.Part) -> EntryKind | None:
    """What is expected of somebody: to check what is done, else to do it where it is theirs to do."""
    if EntryKind.CHECKED in deeds:
        return EntryKind.CHECKED
    if EntryKind.DONE in deeds and (part.responsible or part.manages):
        return EntryKind.DONE
    return None


def lines_of(session: Session, action: Action, actor: Actor) -> list[Line]:
    """The history, the latest first. Two selects."""
    entries = action.entries
    people = _people(session, entries)
    units = _units(session, entries)
    standing = rules.standing_of(entries)
    return [
        Line(
            entry,
            people[entry.recorded_by_id].name if entry.recorded_by_id is not None else "",
            _what(entry, people, units, of_area=action.area_id is not None),
            rules.may_withdraw(entry, entries, actor.person_id, standing),
        )
        for entry in reversed(entries)
    ]


def _people(session: Session, entries: Sequence[ActionEntry]) -> dict[int, Person]:
    ids = {entry.recorded_by_id for entry in entries} | {entry.withdrawn_by_id for entry in entries}
    ids |= {entry.values.get(key) for entry in entries for key in ("responsible", "left")}
    return {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(ids - {None})))}


def _units(session: Session, entries: Sequence[ActionEntry]) -> dict[int, Unit]:
    ids = {entry.values["unit"] for entry in entries if "unit" in entry.values}
    ids |= {id for entry in entries for id in entry.values.get("others", ())}
    return {one.id: one for one in session.scalars(select(Unit).where(Unit.id.in_(ids)))}


def _what(entry: ActionEntry, people: Mapping[int, Person], units: Mapping[int, Unit], *, of_area: bool) -> str:
    values = entry.values
    match entry.kind:
        case EntryKind.RAISED:
            return _(
                "Raised for %(unit)s, due %(day)s. Responsible: %(who)s.",
                unit=wording(units[values["unit"]].name),
                day=day(date.fromisoformat(values["due_on"])),
                who=_whose(values, people, of_area),
            )
        case EntryKind.ASSIGNED:
            return _("Given to %(who)s.", who=_whose(values, people, of_area))
        case EntryKind.RESCHEDULED:
            return _("New due date: %(day)s.", day=day(date.fromisoformat(values["due_on"]), "full"))
        case EntryKind.DONE:
            return _("Done %(day)s.", day=day(date.fromisoformat(values["done_on"])))
        case EntryKind.CHECKED:
            return _("Checked: it is done.")
        case EntryKind.REOPENED:
            return _("Opened again.")
        case EntryKind.DROPPED:
            return _("Dropped: it will not be done.")
        case EntryKind.MOVED:
            return _moved(values, people, units)
        case EntryKind.ESCALATED:
            return _("Overdue: %(unit)s, the level above, was told.", unit=wording(units[values["unit"]].name))
        case EntryKind.CASE_NOTED:
            return _("Case %(number)s in the deviation system.", number=values["number"])
        case _:
            return _("Comment")


def _whose(values: Mapping[str, Any], people: Mapping[int, Person], of_area: bool) -> str:
    if values.get("responsible") is not None:
        return people[values["responsible"]].name
    role = Role(values["role"])
    return _("the area's owner") if of_area and role is Role.AREA_OWNER else role_name(role)


def _moved(values: Mapping[str, Any], people: Mapping[int, Person], units: Mapping[int, Unit]) -> str:
    said = []
    if "unit" in values:
        said.append(_("Moved to %(unit)s, which carries on the work.", unit=wording(units[values["unit"]].name)))
    if values.get("others"):
        names = ", ".join(wording(units[id].name) for id in values["others"])
        said.append(_("%(units)s carry on too.", units=names))
    if "role" in values:
        role = role_name(values["role"])
        if values.get("left") is not None:
            said.append(_("%(name)s has left, so it falls to: %(role)s.", name=people[values["left"]].name, role=role))
        else:
            said.append(_("Falls to: %(role)s.", role=role))
    return " ".join(said)


def first_due(today: date) -> date:
    """What a new action's due date is proposed to be."""
    return today + timedelta(days=14)
