"""A schedule in words: "Every month, except July, for all areas in NV". Used by pages, mails and calendars."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import babel.dates

from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import AreaKind
from hmswiki.schedules.models import Audience, Reach, ScheduleRecord
from hmswiki.schedules.recurrence import Every, Occurrence
from hmswiki.schedules.rules import When, when_of
from hmswiki.schedules.terms import EVENT
from hmswiki.web.page import role_name
from hmswiki.web.words import _, current_language, day, listed, locale, ngettext, number

NAMED_AT_MOST = 6
"""So many units or areas are named in a sentence; the rest are counted."""

_CONSECUTIVE = 3
"""From so many on, months in a row are written as a span."""


# --- How often ----------------------------------------------------------------------------------------------


def every(schedule: ScheduleRecord | When) -> str:
    """How often, on which days of the year, and when not: "Every year, between 1 September and 30 November"."""
    when = when_of(schedule) if isinstance(schedule, ScheduleRecord) else schedule
    parts = [_often(when)]
    if when.window is not None:
        opens, closes = (day_of_year(*one) for one in when.window)
        parts.append(_("between %(first)s and %(last)s", first=opens, last=closes))
    if when.months:
        parts.append(_("except %(months)s", months=months(when.months)))
    for first, end in when.spans:
        last = end - timedelta(days=1)
        parts.append(
            _("not on %(day)s", day=day(first))
            if first == last
            else _("not from %(first)s to %(last)s", first=day(first), last=day(last))
        )
    return ", ".join(parts)


def _often(when: When) -> str:
    match when.every:
        case Every.MONTH:
            return _("Every month")
        case Every.QUARTER:
            return _("Every quarter")
        case Every.HALF_YEAR:
            return _("Every half-year")
        case Every.YEAR:
            return _("Every year")
        case Every.ONCE if when.by is not None:
            return _("Once, by %(day)s", day=day(when.by))
        case Every.ONCE:
            return _("Once")
    days = when.within or 0
    if when.event is None:
        if not days:
            return _("At a reorganisation, on the same day")
        return ngettext(
            "At a reorganisation, within one day", "At a reorganisation, within %(days)s days", days, days=number(days)
        )
    if not days:
        return _("At %(event)s, on the same day", event=when.event)
    return ngettext(
        "At %(event)s, within one day", "At %(event)s, within %(days)s days", days, event=when.event, days=number(days)
    )  # fmt: skip


def often(value: str) -> str:
    """A frequency as a choice."""
    return {
        Every.MONTH: _("Every month"), Every.QUARTER: _("Every quarter"), Every.HALF_YEAR: _("Every half-year"),
        Every.YEAR: _("Every year"), Every.ONCE: _("Once"), EVENT: _("At an event"),
    }[value]  # fmt: skip


def day_of_year(month: int, number_of_day: int) -> str:
    """ "1. september", "1 September"."""
    pattern = "d MMMM" if current_language() == "en" else "d. MMMM"
    return babel.dates.format_date(date(2000, month, number_of_day), pattern, locale=locale())


def month_name(month: int) -> str:
    return str(babel.dates.get_month_names("wide", "stand-alone", locale=locale())[month])


def months(chosen: Iterable[int]) -> str:
    """ "July", "June and July", "June to August"."""
    runs: list[list[int]] = []
    for month in sorted(chosen):
        if runs and runs[-1][-1] == month - 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    said: list[str] = []
    for run in runs:
        if len(run) >= _CONSECUTIVE:
            said.append(_("%(first)s to %(last)s", first=month_name(run[0]), last=month_name(run[-1])))
        else:
            said.extend(month_name(month) for month in run)
    return listed(said)


# --- For whom -----------------------------------------------------------------------------------------------


def whom(
    audience: Audience,
    units: Sequence[tuple[str, Reach]],
    areas: Sequence[str] = (),
    role: Role | None = None,
    area_kind: AreaKind | None = None,
) -> str:
    """ "for all areas in NV", from the codes of units and areas."""
    where = [_reached(reach, codes) for reach, codes in _grouped(units)]
    if audience is Audience.UNITS:
        return _("for %(units)s", units=listed(_all_of(reach, codes) for reach, codes in _grouped(units)))
    if audience is Audience.PEOPLE:
        if role is None:
            return _("for all employees in %(units)s", units=listed(where))
        return _("for everybody with the role %(role)s in %(units)s", role=role_name(role), units=listed(where))
    said = []
    if units:
        said.append(_all_areas(area_kind, listed(where)))
    if areas:
        said.append(_("for %(units)s", units=shortly(areas)))
    return _("%(these)s and %(those)s", these=said[0], those=said[1]) if len(said) == 2 else said[0]


def _grouped(units: Sequence[tuple[str, Reach]]) -> list[tuple[Reach, list[str]]]:
    found = [(reach, [code for code, how in units if how == reach]) for reach in Reach]
    return [(reach, codes) for reach, codes in found if codes]


def _all_areas(kind: AreaKind | None, units: str) -> str:
    match kind:
        case AreaKind.BUILDING:
            return _("for all buildings in %(units)s", units=units)
        case AreaKind.FLOOR:
            return _("for all floors in %(units)s", units=units)
        case AreaKind.ROOM:
            return _("for all rooms in %(units)s", units=units)
        case AreaKind.ZONE:
            return _("for all zones in %(units)s", units=units)
    return _("for all areas in %(units)s", units=units)


def _reached(reach: Reach, codes: Sequence[str]) -> str:
    """Where people and areas are: a unit's own code means all beneath it too."""
    units = shortly(codes)
    match reach:
        case Reach.ITSELF:
            return _("%(units)s itself", units=units)
        case Reach.CHILDREN:
            return _("the units directly beneath %(units)s", units=units)
        case Reach.ALL_BENEATH:
            return units


def _all_of(reach: Reach, codes: Sequence[str]) -> str:
    """Which units: a unit's own code means that unit alone."""
    units = shortly(codes)
    match reach:
        case Reach.ITSELF:
            return units
        case Reach.CHILDREN:
            return _("the units directly beneath %(units)s", units=units)
        case Reach.ALL_BENEATH:
            return _("%(units)s and all units beneath", units=units)


def audience(schedule: ScheduleRecord) -> str:
    """For whom, as a piece of a sentence: "for all areas in NV"."""
    return whom(
        Audience(schedule.audience),
        [(one.unit.code, Reach(one.reach)) for one in schedule.units],
        [area.code for area in schedule.areas],
        None if schedule.role is None else Role(schedule.role),
        None if schedule.area_kind is None else AreaKind(schedule.area_kind),
    )


def sentence(schedule: ScheduleRecord) -> str:
    """How often and for whom: "Every month, except July, for all areas in NV"."""
    return f"{every(schedule)}, {audience(schedule)}"


# --- One occurrence -----------------------------------------------------------------------------------------


def occurrence_name(key: str) -> str:
    """An occurrence as one names it: "March 2027", "2nd quarter of 2027", "2027"; nothing for one without a name."""
    year, _dash, term = key.partition("-")
    if not year.isdigit():
        return ""
    if not term:
        return year
    if term.startswith("Q"):
        return _("quarter %(number)s of %(year)s", number=term[1:], year=year)
    if term.startswith("H"):
        return _("half-year %(number)s of %(year)s", number=term[1:], year=year)
    return f"{month_name(int(term))} {year}"


def days_of(occurrence: Occurrence) -> str:
    """ "1 to 31 March", as far as words go: from when it may be done, and by when it is due."""
    if occurrence.starts_on == occurrence.due_on:
        return _("on %(day)s", day=day(occurrence.due_on))
    return _("from %(first)s, due %(due)s", first=day(occurrence.starts_on), due=day(occurrence.due_on))


def shortly(items: Sequence[str]) -> str:
    """The first few, and how many more."""
    if len(items) <= NAMED_AT_MOST + 1:
        return listed(items)
    more = len(items) - NAMED_AT_MOST
    return listed([*items[:NAMED_AT_MOST], _("%(number)s more", number=number(more))])


def reach_name(reach: Reach) -> str:
    """How far down, as a choice."""
    return {
        Reach.ITSELF: _("The unit itself"), Reach.CHILDREN: _("The units directly beneath it"),
        Reach.ALL_BENEATH: _("The unit and all beneath it"),
    }[reach]  # fmt: skip


def audience_name(value: Audience) -> str:
    """Whom it is for, as a choice."""
    return {
        Audience.UNITS: _("Units"), Audience.AREAS: _("Areas"), Audience.PEOPLE: _("People"),
    }[value]  # fmt: skip


def kind_name(value: AreaKind) -> str:
    """A kind of area, many of them."""
    return {
        AreaKind.BUILDING: _("Buildings"), AreaKind.FLOOR: _("Floors"), AreaKind.ROOM: _("Rooms"),
        AreaKind.ZONE: _("Zones"),
    }[value]  # fmt: skip
