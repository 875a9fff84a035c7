"""What the areas' pages show, put together: the answer at the top, the tree as it folds, one area."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from hmswiki.foundation.permissions import Permission, Places
from hmswiki.organisation import register
from hmswiki.organisation.area_operations import NOWHERE
from hmswiki.organisation.area_register import AreaEvent, AreaFact, AreaLine, Count, Wish
from hmswiki.organisation.models import Unit
from hmswiki.organisation.views import Crumb, Pager
from hmswiki.web.access import allowed
from hmswiki.web.words import _, count_in_words, day, ngettext, number, wording

UNFOLDED = 40
"""So many areas stand open on one page; where there are more, each building folds."""
IN_ONE_TABLE = 60
"""So many areas stand in a building's own table; where there are more, its floors fold too."""
ON_ONE_PAGE = 600
"""Where there are more areas, a building leads to its own page instead of unfolding here."""


# --- the tree, as it folds -------------------------------------------------------------------------------


@dataclass
class Fold:
    """An area and what lies in it. `rows`: shown in its table, itself first; `folds`: those that fold in turn."""

    line: AreaLine
    rows: list[AreaLine]
    folds: list["Fold"] = field(default_factory=list)
    total: int = 0
    """Areas in it, itself not counted."""
    vacant: int = 0
    """Areas in it and itself that have no owner."""


@dataclass(frozen=True)
class Tree:
    """Areas as they stand on a page. `rows` stand open; `folds` are closed until they are asked for."""

    rows: Sequence[AreaLine]
    folds: Sequence[Fold]
    is_large: bool
    """Too many for one page: each fold only leads to its area's own page."""


def tree_of(lines: Sequence[AreaLine]) -> Tree:
    """The lines, which stand in order, as they fold."""
    if len(lines) <= UNFOLDED:
        return Tree(lines, (), False)
    shown = {line.area.id for line in lines}
    beneath: dict[int | None, list[AreaLine]] = defaultdict(list)
    for line in lines:
        parent = line.area.parent_id
        beneath[parent if parent in shown else None].append(line)
    rows = [line for line in beneath[None] if not beneath.get(line.area.id)]
    folds = [_fold(line, beneath) for line in beneath[None] if beneath.get(line.area.id)]
    return Tree(rows, folds, len(lines) > ON_ONE_PAGE)


def _fold(line: AreaLine, beneath: dict[int | None, list[AreaLine]]) -> Fold:
    inside = list(_inside(line, beneath))
    fold = Fold(line, [line], total=len(inside), vacant=sum(_has_no_owner(one) for one in (line, *inside)))
    if len(inside) <= IN_ONE_TABLE:
        fold.rows.extend(inside)
        return fold
    for child in beneath[line.area.id]:
        if beneath.get(child.area.id):
            fold.folds.append(_fold(child, beneath))
        else:
            fold.rows.append(child)
    return fold


def _inside(line: AreaLine, beneath: dict[int | None, list[AreaLine]]) -> Iterable[AreaLine]:
    for child in beneath.get(line.area.id, ()):
        yield child
        yield from _inside(child, beneath)


def _has_no_owner(line: AreaLine) -> bool:
    return "owner" in line.vacancy.lacks


# --- all areas -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AreasPage:
    """The page of all areas. `tree` where nothing is searched for, else `found`."""

    day: date
    count: Count
    wish: Wish
    units: Sequence[Unit]
    """To choose from: those that areas belong to, and those above them."""
    tree: Tree | None
    found: register.Page[AreaLine] | None
    pager: Pager | None
    closed: int
    """How many areas are closed; they stand on a page of their own."""
    total: int

    @property
    def may_add(self) -> bool:
        return allowed(Permission.MANAGE_AREAS, within=NOWHERE)

    @property
    def heading(self) -> str:
        """The answer: how many have no owner."""
        vacant, total = self.count.without_owner, self.count.open
        if not total:
            return _("Areas")
        if not vacant:
            return ngettext("The one area has an owner", "All %(num)s areas have an owner", total)
        if vacant == total:
            return ngettext("The one area has no owner", "None of the %(num)s areas has an owner", total)
        return ngettext(
            "One of %(total)s areas has no owner", "%(count)s of %(total)s areas have no owner", vacant,
            count=count_in_words(vacant).capitalize(), total=number(total),
        )  # fmt: skip

    @property
    def lead(self) -> list[str]:
        """What else is to be said of them, in sentences."""
        said, counted = [], self.count
        if counted.covered:
            said.append(ngettext(
                "One of them lies in an area that has one.",
                "%(count)s of them lie in an area that has one.",
                counted.covered, count=count_in_words(counted.covered).capitalize(),
            ))  # fmt: skip
        if counted.owner_soon:
            said.append(ngettext(
                "One owner's period ends within 30 days.", "%(count)s owners' periods end within 30 days.",
                counted.owner_soon, count=count_in_words(counted.owner_soon).capitalize(),
            ))  # fmt: skip
        if counted.without_deputy:
            said.append(ngettext(
                "One area has no deputy.", "%(count)s areas have no deputy.",
                counted.without_deputy, count=count_in_words(counted.without_deputy).capitalize(),
            ))  # fmt: skip
        if counted.nobodys:
            said.append(ngettext(
                "One area belongs to no unit.", "%(count)s areas belong to no unit.",
                counted.nobodys, count=count_in_words(counted.nobodys).capitalize(),
            ))  # fmt: skip
        return said


def units_of_lines(lines: Iterable[AreaLine], units: Sequence[Unit]) -> list[Unit]:
    """The units to which areas belong, and those above them, in the order of `units`."""
    wanted = {
        int(step)
        for line in lines
        for unit in (*line.belonging.units, *line.belonging.closed)
        for step in unit.path.strip("/").split("/")
    }
    return [unit for unit in units if unit.id in wanted]


# --- one area --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AreaPage:
    """The page of one area on a day."""

    day: date
    line: AreaLine
    beneath: Tree
    inside: int
    """How many areas lie in it, closed ones not counted."""
    belongings: Sequence[AreaFact]
    """To which units it is, was or will be given itself."""
    duties: Sequence[AreaFact]
    successors: Sequence[Unit]
    """Where its units are closed: those that carry on what they did."""
    said_by: str
    """The name of the area above whose units it belongs to; empty where it has its own."""
    places: Places
    events: register.Page[AreaEvent] | None
    """None for those who neither look after it nor see the organisation."""
    crumbs: Sequence[Crumb]

    @property
    def manages(self) -> bool:
        return allowed(Permission.MANAGE_AREAS, within=self.places)

    @property
    def owner(self) -> AreaFact | None:
        """The owner's period on the day."""
        return next((one for one in self.duties if one.part == "owner" and one.state_on(self.day) == "holds"), None)

    @property
    def present_duties(self) -> list[AreaFact]:
        return [one for one in self.duties if one.state_on(self.day) != "ended"]

    @property
    def past_duties(self) -> list[AreaFact]:
        return [one for one in self.duties if one.state_on(self.day) == "ended"]

    @property
    def present_belongings(self) -> list[AreaFact]:
        """What holds and what comes, also where the unit is closed."""
        return [one for one in self.belongings if one.state_on(self.day) != "ended"]

    @property
    def past_belongings(self) -> list[AreaFact]:
        return [one for one in self.belongings if one.state_on(self.day) == "ended"]

    @property
    def lead(self) -> str:
        """The answer: who looks after it, and until when."""
        area = self.line.area
        if self.line.state == "closed":
            return _("Closed from %(day)s.", day=day(area.closed, "long-year"))
        if self.line.state == "coming":
            return _("There from %(day)s.", day=day(area.opened, "long-year"))
        owner = self.owner
        if owner is not None and owner.person is not None:
            if owner.ends_on is not None:
                return _("%(person)s is owner until %(day)s.", person=owner.person.name, day=day(owner.ends_on))
            return _("%(person)s has been owner since %(day)s.", person=owner.person.name, day=day(owner.starts_on))
        return vacant_sentence(self.line)


def vacant_sentence(line: AreaLine) -> str:
    """That nobody owns it, since when, and who may act meanwhile."""
    if line.vacancy.since is not None:
        said = _("Nobody has owned it since %(day)s.", day=day(line.vacancy.since))
    else:
        said = _("It has never had an owner.")
    if line.answerable is None:
        return said
    return said + " " + _("Meanwhile %(person)s, who owns what it lies in, may act here.", person=line.answerable.name)


def belongs_in_words(line: AreaLine) -> str:
    """Whose it is, in a sentence."""
    units = line.belonging.units
    names = [wording(unit.name) for unit in units]
    if not names:
        return _("Belongs to nobody now.")
    if len(names) == 1:
        return _("Belongs to %(unit)s.", unit=names[0])
    return _("Shared by %(units)s and %(last)s.", units=", ".join(names[:-1]), last=names[-1])
