"""What the pages show where groups are made. Each is put together once; templates only write it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from hmswiki.foundation.permissions import Role
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Unit
from hmswiki.web.page import role_name
from hmswiki.web.words import _, wording
from hmswiki.workshops import group_queries, mixing, plan_queries, queries, words
from hmswiki.workshops.group_forms import EVERYBODY, MIXED, WHOM, HelperForm, MakingForm, PeopleForm
from hmswiki.workshops.group_queries import Candidate
from hmswiki.workshops.mixing import Someone
from hmswiki.workshops.models import Group, Helper, Member, Workshop
from hmswiki.workshops.operations import LONGEST_NAME

LEADS_WELL = frozenset({Role.HSE_COORDINATOR, Role.SAFETY_REPRESENTATIVE})
"""The roles that a group should have one of."""

A_TABLE = 7
"""So many people discuss well; how many groups are proposed depends on it."""


@dataclass(frozen=True)
class MemberRow:
    """Somebody in a group."""

    person_id: int
    name: str
    about: str
    """Unit and role."""
    leads: bool = False
    stays: bool = False
    """In a preview: is in the group already."""


# --- The groups as they are ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class GroupCard:
    """A group with those who are in it."""

    group: Group
    name: str
    rows: Sequence[MemberRow]
    last_time: int | None
    """How many were in it when the workshop was held before; None where that is not known."""

    @property
    def has_leader(self) -> bool:
        return any(row.leads for row in self.rows)


@dataclass(frozen=True)
class GroupsPage:
    workshop: Workshop
    cards: Sequence[GroupCard]
    helpers: Sequence[Helper]
    making: MakingForm
    people_form: PeopleForm
    helper_form: HelperForm
    open_part: str
    """Which of the forms beside the groups is open."""

    @property
    def count(self) -> int:
        return sum(len(card.rows) for card in self.cards)

    @property
    def lead(self) -> str:
        """How many there are, and which groups have no leader."""
        without = [str(card.group.number) for card in self.cards if card.rows and not card.has_leader]
        if not without:
            return ""
        return _("Without a leader: %(groups)s", groups=", ".join(without))


def groups_page(
    session: Session,
    workshop: Workshop,
    *,
    making: MakingForm,
    people_form: PeopleForm,
    helper_form: HelperForm,
    open_part: str = "",
    today: date,
    known_at: datetime,
) -> GroupsPage:
    """Seven selects, whatever the number of groups and people."""
    members = queries.members(session, workshop)
    ids = {member.person_id for found in members.values() for member in found}
    known = group_queries.about(session, ids, day=today, known_at=known_at)
    before = plan_queries.group_sizes(session, workshop.copied_from_id)
    cards = [
        GroupCard(
            group, words.group_name(group),
            [_row(known[member.person_id], member) for member in members.get(group.id, [])], before.get(group.number),
        )
        for group in queries.groups(session, workshop)
    ]  # fmt: skip
    return GroupsPage(
        workshop, cards, plan_queries.helpers(session, workshop), making, people_form, helper_form,
        open_part or ("" if ids else "making"),
    )  # fmt: skip


def _row(candidate: Candidate, member: Member | None = None, *, stays: bool = False) -> MemberRow:
    parts = [wording(candidate.unit.name)] if candidate.unit else []
    parts += [role_name(role) for role in mixing.LEADING if role in candidate.roles]
    leads = member is not None and member.leads
    return MemberRow(candidate.person.id, candidate.person.name, ", ".join(parts), leads, stays)


# --- A preview ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposed:
    """A group as it will be. `new` are those who come."""

    number: int | None
    """None: a new group."""
    name: str
    label: str
    rows: Sequence[MemberRow]
    new: Sequence[int]
    leader: int | None
    choose_leader: bool

    @property
    def people(self) -> str:
        return ",".join(map(str, self.new))


@dataclass(frozen=True)
class PreviewPage:
    """Groups as they will be, before anything is saved."""

    workshop: Workshop
    making: MakingForm
    groups: Sequence[Proposed]
    arguments: Mapping[str, object]
    """Of the address, for the same with another turn."""
    spare: Sequence[Group]
    """Groups that nobody will be in, and that are taken away."""
    led_well: int
    """How many groups have an HSE coordinator or a safety representative in them."""

    @property
    def count(self) -> int:
        return sum(len(group.rows) for group in self.groups)

    @property
    def comes(self) -> int:
        return sum(len(group.new) for group in self.groups)

    @property
    def sizes(self) -> tuple[int, int]:
        sizes = [len(group.rows) for group in self.groups] or [0]
        return min(sizes), max(sizes)


def preview_page(
    session: Session, workshop: Workshop, making: MakingForm, units: Sequence[Unit], *, today: date, known_at: datetime
) -> PreviewPage:
    """The groups that are asked for. A fixed number of selects."""
    anew = bool(making.anew.data)
    groups = [group for group in queries.groups(session, workshop) if not group.for_walk_ins]
    members = queries.members(session, workshop)
    placed = {member.person_id: group_id for group_id, found in members.items() for member in found}
    crowd = {
        one.person.id: one
        for one in group_queries.candidates(
            session, units, only=WHOM.get(making.whom.data or ""), day=today, known_at=known_at
        )
    }
    known = {**group_queries.about(session, set(placed), day=today, known_at=known_at), **crowd}
    in_groups = {one for group in groups for one in (member.person_id for member in members.get(group.id, []))}
    wanted = [known[one] for one in ({*crowd, *in_groups} if anew else set(crowd) - set(placed))]
    held = {} if anew else members
    if making.how.data == MIXED:
        found = _mixed(session, workshop, making, groups, wanted, held, known, units, today)
    else:
        found = _by_unit(groups, wanted, held, known, units)
    left = {one.number for one in found if one.rows}
    spare = [group for group in groups if group.number not in left and group.pulse == 0] if anew or not placed else []
    return PreviewPage(
        workshop, making, [one for one in found if one.rows],
        {"units": making.units.data, "whom": making.whom.data, "how": making.how.data,
         "groups": making.groups.data, "anew": making.anew.data or None},
        spare, sum(any(known[row.person_id].roles & LEADS_WELL for row in one.rows) for one in found),
    )  # fmt: skip


def _mixed(
    session: Session,
    workshop: Workshop,
    making: MakingForm,
    groups: Sequence[Group],
    wanted: Collection[Candidate],
    held: Mapping[int, Sequence[Member]],
    known: Mapping[int, Candidate],
    units: Sequence[Unit],
    today: date,
) -> list[Proposed]:
    open_units = organisation.units_open_on(session, today)

    def someone(candidate: Candidate) -> Someone:
        return candidate.someone(group_queries.counted_as(candidate.unit, units, open_units))

    count = making.groups.data or len(groups) or max(1, round(len(wanted) / A_TABLE))
    if not making.groups.data:
        making.groups.data = count
    # Who is in a group that is not among these stays there.
    used = list(groups[:count]) if making.anew.data else list(groups)[: max(count, _filled(groups, held))]
    places = max(count, len(used))
    here = [[someone(known[one.person_id]) for one in held.get(group.id, [])] for group in used]
    dealt = mixing.mixed(
        map(someone, wanted), places, held=here, turn=f"{workshop.key} {making.turn.data or 1}"
    )  # fmt: skip
    proposed = []
    for place, group in enumerate(dealt):
        old = used[place] if place < len(used) else None
        ids = [one.id for one in group.people]
        proposed.append(_proposed(old, "", ids, held, known))
    return proposed


def _filled(groups: Sequence[Group], held: Mapping[int, Sequence[Member]]) -> int:
    """How many of the first groups there must be, so that all who are in one are among them."""
    return max((place + 1 for place, group in enumerate(groups) if held.get(group.id)), default=0)


def _by_unit(
    groups: Sequence[Group],
    wanted: Collection[Candidate],
    held: Mapping[int, Sequence[Member]],
    known: Mapping[int, Candidate],
    units: Sequence[Unit],
) -> list[Proposed]:
    by_unit: dict[int, list[Someone]] = {unit.id: [] for unit in units}
    for candidate in wanted:
        counted = group_queries.counted_as(candidate.unit, [*units], []) if candidate.unit else None
        # Whoever only holds a role here is with the first of the units.
        by_unit[counted if counted in by_unit else units[0].id].append(candidate.someone(counted))
    names = {group.name: group for group in groups if group.name}
    empty = [group for group in groups if not group.name and not held.get(group.id)]
    proposed = []
    for unit in units:
        if not by_unit[unit.id]:
            continue
        name = wording(unit.name)[:LONGEST_NAME]
        group = names.get(name) or (empty.pop(0) if empty else None)
        ids = [one.id for one in mixing.with_leader(by_unit[unit.id]).people]
        proposed.append(_proposed(group, name, ids, held, known))
    return proposed


def _proposed(
    group: Group | None,
    name: str,
    ids: Sequence[int],
    held: Mapping[int, Sequence[Member]],
    known: Mapping[int, Candidate],
) -> Proposed:
    stay = list(held.get(group.id, [])) if group is not None else []
    led = any(member.leads for member in stay)
    rows = [_row(known[member.person_id], member, stays=True) for member in stay] + [_row(known[one]) for one in ids]
    if group is not None and (group.name or not name):
        label = words.group_name(group)
    else:
        label = _("New group, %(name)s", name=name) if name else _("New group")
    return Proposed(
        group.number if group is not None else None, name, label, rows, ids,
        None if led or not ids else ids[0], not led,
    )  # fmt: skip


def everybody_form(form: MakingForm, workshop: Workshop) -> MakingForm:
    """What is chosen before anybody has chosen: all of the unit that holds it, mixed."""
    form.units.data = [workshop.unit.code]
    form.whom.data, form.how.data = EVERYBODY, MIXED
    return form
