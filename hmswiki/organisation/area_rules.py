"""What may be recorded of areas, and what they lack. Pure: values in, nothing, a value or a Refusal out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from hmswiki.foundation.errors import N_, Refusal
from hmswiki.organisation.models import AreaKind, AreaPart
from hmswiki.organisation.rules import Period, Term, first_day_without

SOON = timedelta(days=30)
"""An owner whose period ends within these days is as good as gone: somebody must be found."""

LIES_IN: dict[AreaKind, tuple[AreaKind | None, ...]] = {
    AreaKind.BUILDING: (None,),
    AreaKind.FLOOR: (AreaKind.BUILDING,),
    AreaKind.ROOM: (AreaKind.FLOOR, AreaKind.BUILDING, AreaKind.ZONE),
    AreaKind.ZONE: (None, *AreaKind),
}
"""What each kind may lie in; None: in nothing."""

_CURES = {
    AreaKind.BUILDING: N_("%(code)s is a building, and a building lies in no other area. Leave out what it lies in."),
    AreaKind.FLOOR: N_("%(code)s is a floor, and a floor lies in a building. Choose the building it is in."),
    AreaKind.ROOM: N_("%(code)s is a room, and a room lies on a floor, in a zone or in a building. Choose one."),
}


def check_place(code: str, kind: AreaKind, parent: AreaKind | None, *, field: str = "parent") -> None:
    """Whether an area of this kind may lie in one of that. Raises Refusal."""
    if parent not in LIES_IN[kind]:
        raise Refusal(_CURES[kind], field=field, code=code)


def check_inside_area(area: str, opened: date, closed: date | None, starts_on: date, ends_on: date | None) -> None:
    """A period of an area lies within the area's own time. Raises Refusal."""
    if starts_on < opened:
        raise Refusal(
            N_("%(area)s is there from %(opened)s, so nothing of it can begin before. Choose that day or a later one."),
            field="starts_on", area=area, opened=opened,
        )  # fmt: skip
    if closed is None:
        return
    if starts_on >= closed:
        raise Refusal(
            N_("%(area)s is closed from %(closed)s, so nothing of it can begin then."),
            field="starts_on", area=area, closed=closed,
        )  # fmt: skip
    if ends_on is None or ends_on > closed:
        raise Refusal(
            N_("%(area)s is closed from %(closed)s, so this ends that day or earlier. Choose such a day."),
            field="ends_on", area=area, closed=closed,
        )  # fmt: skip


def check_one_owner(area: str, new: Term, owners: Iterable[Term]) -> None:
    """On any date an area has at most one owner; a term's `unit` is here the owner's name. Raises Refusal."""
    for term in owners:
        if not term.overlaps(new):
            continue
        if term.ends_on is None:
            raise Refusal(
                N_("%(person)s owns %(area)s from %(start)s with no end, and an area has one owner at a time. "
                   "End that period first, or choose other days."),
                field="starts_on", person=term.unit, area=area, start=term.starts_on,
            )  # fmt: skip
        raise Refusal(
            N_("%(person)s owns %(area)s from %(start)s until %(end)s, and an area has one owner at a time. "
               "End that period first, or choose other days."),
            field="starts_on", person=term.unit, area=area, start=term.starts_on, end=term.ends_on,
        )  # fmt: skip


def check_one_part_at_a_time(person: str, new: Term, others: Iterable[Term]) -> None:
    """Nobody is deputy twice, or owner and deputy, on the same day. `others`: the person's own. Raises Refusal."""
    for term in others:
        if term.overlaps(new):
            raise Refusal(
                N_("%(person)s is owner or deputy here already on some of these days (%(row)s). "
                   "Correct that row, or choose other days."),
                field="person", person=person, row=str(term),
            )  # fmt: skip


def check_not_given_already(new: Term, others: Iterable[Term]) -> None:
    """An area is given to a unit once at a time. Raises Refusal."""
    for term in others:
        if term.overlaps(new):
            raise Refusal(
                N_("The area belongs to %(unit)s already on some of these days (%(row)s). "
                   "Correct that row, or choose other days."),
                field="unit", unit=new.unit, row=str(term),
            )  # fmt: skip


# --- what an area lacks ----------------------------------------------------------------------------------


class Lack(StrEnum):
    """Something that an area should have and has not, the worst first."""

    OWNER = "owner"
    OWNER_SOON = "owner_soon"
    """There is an owner, and there will be none within `SOON`."""
    DEPUTY = "deputy"
    UNIT = "unit"
    """It belongs to no unit that is open."""


@dataclass(frozen=True)
class Duty:
    """A period in which somebody is owner or deputy, as far as vacancies go."""

    part: AreaPart
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class Vacancy:
    """What is vacant of an area on a day. Where there is no owner, `since` says from when: None, never had one."""

    lacks: tuple[Lack, ...] = ()
    since: date | None = None
    owner_until: date | None = None
    """The first day without an owner; None: there is none now, or there is one with no end."""

    def __bool__(self) -> bool:
        return bool(self.lacks)


def vacancy(duties: Sequence[Duty], day: date, *, has_unit: bool) -> Vacancy:
    """What an area lacks on `day`, from all that is known of its owners and deputies."""
    owners = [(duty.starts_on, duty.ends_on) for duty in duties if duty.part == AreaPart.OWNER]
    deputies = [(duty.starts_on, duty.ends_on) for duty in duties if duty.part == AreaPart.DEPUTY]
    lacks, since = [], None
    until = first_day_without(owners, day)
    if until == day:
        lacks.append(Lack.OWNER)
        since, until = vacant_since(owners, day), None
    elif until is not None and until - day <= SOON:
        lacks.append(Lack.OWNER_SOON)
    if first_day_without(deputies, day) == day:
        lacks.append(Lack.DEPUTY)
    if not has_unit:
        lacks.append(Lack.UNIT)
    return Vacancy(tuple(lacks), since, until)


def vacant_since(periods: Iterable[Period], day: date) -> date | None:
    """The day on which the last of the periods ended that lie before `day`; None: there was none."""
    return max((end for _start, end in periods if end is not None and end <= day), default=None)
