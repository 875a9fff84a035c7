"""What the pages of coverage say: sentences and cells, put together here and rendered by templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from hmswiki.acknowledgements import coverage_queries as reads
from hmswiki.acknowledgements.confirming_rules import Method
from hmswiki.acknowledgements.coverage import Count, Status
from hmswiki.acknowledgements.coverage_queries import Answer, Contacts, Curve, History, Seen
from hmswiki.acknowledgements.masking import Shown
from hmswiki.acknowledgements.matrix import Cell, Filter, Line, Mark, Matrix, Place
from hmswiki.acknowledgements.models import ConfirmationAnswer
from hmswiki.foundation import clock
from hmswiki.guidelines.models import Guideline
from hmswiki.organisation.models import Unit
from hmswiki.web.context import settings
from hmswiki.web.hyphens import with_soft_hyphens
from hmswiki.web.page import role_name
from hmswiki.web.words import _, count_in_words, day, listed, moment, ngettext, number, percent, wording

# A sentence names so many guidelines, and so many units of each; the matrix shows the rest.
MOST_GUIDELINES_NAMED = 4
MOST_UNITS_NAMED = 5
# So many columns share the width of the page; more scroll sideways in a region of their own.
MOST_COLUMNS = 6


def begun_with(count: int) -> str:
    """A count to begin a sentence with."""
    text = count_in_words(count)
    return text[:1].upper() + text[1:]


# A column of the matrix is narrower than many words.
_LONGEST_IN_COLUMN = 7
_LONGEST_IN_NAME = 18


# --- What was asked for -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """The query string, read. What was left out is None, so that links say no more than they must."""

    as_of: date | None = None
    known_at: datetime | None = None
    only: Filter = Filter.ALL
    within: str | None = None
    unit: str | None = None
    guideline: str | None = None

    def query(self, **changes: str | None) -> str:
        """`?…` with some parts changed or, with None, left out. The open cell is kept only where it is named."""
        parts: dict[str, str | None] = {
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "known_at": self.known_at.isoformat() if self.known_at else None,
            "show": str(self.only) if self.only is not Filter.ALL else None,
            "within": self.within,
        }
        given = {name: value for name, value in (parts | changes).items() if value}
        return "?" + urlencode(given)

    def cell(self, unit: str, guideline: str) -> str:
        return self.query(unit=unit, guideline=guideline) + "#panel"


# --- Cells --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CellView:
    """A cell as it is read. `figure` is empty where there is nothing to count or it is hidden."""

    cell: Cell
    href: str
    figure: str
    sign: str
    """What follows the figure: " %"."""
    mark: str
    """The mark in words; empty: in good time."""
    parts: str
    """ "11 of 13", shown where the audience is not the unit's largest; empty where it is."""
    spoken: str
    """The whole cell in one sentence."""
    label: str
    """The guideline's title, for narrow screens."""
    is_open: bool


@dataclass(frozen=True)
class SumView:
    """A sum as it is read."""

    count: Count
    left_out: int
    figure: str
    sign: str
    spoken: str


@dataclass(frozen=True)
class LineView:
    line: Line
    name: str
    cells: Sequence[CellView]
    sum: SumView
    folded: str
    """A link's text: "12 units beneath"; empty where all are shown."""
    folded_href: str


def split_percent(part: int, whole: int) -> tuple[str, str]:
    """The figure and what follows it: ("86", " %")."""
    text = percent(part, whole)
    figure = text.rstrip("%\N{NO-BREAK SPACE}")
    return figure, text[len(figure) :]


def of_total(count: Count) -> str:
    return _("%(part)s of %(total)s", part=number(count.reached), total=number(count.total))


def mark_words(mark: Mark | None) -> str:
    if mark is None:
        return ""
    return {Mark.OVER: _("Overdue"), Mark.SOON: _("Due within 14 days"), Mark.REACHED: _("On target")}[mark]


def status_words(status: Status) -> str:
    """A unit's own word, in a sentence."""
    return {
        Status.CONFIRMED: _("The unit has confirmed that its employees have been informed."),
        Status.PARTLY: _("The unit has confirmed, with exceptions."),
        Status.NOT_INFORMED: _("The unit has answered that its employees have not been informed."),
        Status.UNKNOWN: _("The unit has answered that it does not know."),
        Status.OUTDATED: _("The unit has confirmed before, but that no longer counts."),
        Status.NONE: _("The unit has not answered."),
    }[status]


def sum_view(count: Count, left_out: int) -> SumView:
    figure, sign = split_percent(count.reached, count.total)
    spoken = of_total(count) if count.total else _("nothing to add up")
    if left_out:
        spoken += ", " + ngettext("%(num)s hidden left out", "%(num)s hidden left out", left_out)
    return SumView(count, left_out, figure, sign, spoken)


# --- The page -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ContactView:
    """Who holds a role; `vacant` where nobody does in the unit itself."""

    role: str
    people: Sequence[tuple[str, str | None]]
    """(name, e-mail)"""
    vacant: bool
    above: str
    """The unit in which the people hold the role, where it is vacant here; empty where nobody does above either."""


@dataclass(frozen=True)
class Event:
    """A line of the history."""

    on: date
    text: str
    notes: Sequence[str] = ()
    withdrawn: bool = False


@dataclass(frozen=True)
class Below:
    """A unit beneath, as a line: its name, the number, and the link to its cell."""

    unit: Unit
    text: str
    href: str


@dataclass(frozen=True)
class Panel:
    """One unit and guideline."""

    unit: Unit
    guideline: Guideline
    cell: Cell
    edition: str | None
    """The demanded one, where there is an audience."""
    children: Sequence[Below]
    events: Sequence[Event]
    contacts: Sequence[ContactView]
    day: date
    unit_page: str
    back: str

    @property
    def context_line(self) -> str:
        """ "IFY, edition 3.0, due 26 January"."""
        parts = [self.unit.code]
        if self.edition:
            parts.append(_("edition %(number)s", number=self.edition))
        if self.cell.shown is not None and self.cell.shown.due is not None:
            parts.append(_("due %(day)s", day=day(self.cell.shown.due)))
        return ", ".join(parts)

    @property
    def title(self) -> str:
        return _("%(guideline)s at %(units)s", guideline=wording(self.guideline.title), units=wording(self.unit.name))

    @property
    def missing_text(self) -> str:
        """What follows the big number: "of 187 are not reached"."""
        count = self.cell.count
        assert count is not None, "the template asks only where the count is shown"
        return ngettext("of %(total)s is not reached", "of %(total)s are not reached", count.missing,
                        total=number(count.total))  # fmt: skip

    @property
    def parts_text(self) -> str:
        count = self.cell.count
        assert count is not None, "the template asks only where the count is shown"
        return " ".join((
            ngettext("%(count)s acknowledged themselves.", "%(count)s acknowledged themselves.", count.acknowledged,
                     count=number(count.acknowledged)),
            ngettext("%(count)s was informed by the unit.", "%(count)s were informed by the unit.", count.informed,
                     count=number(count.informed)),
        ))  # fmt: skip

    @property
    def due_text(self) -> str:
        """The due date against the day; empty where there is none."""
        shown = self.cell.shown
        if shown is None or shown.due is None:
            return ""
        if self.cell.mark is Mark.OVER:
            return _("Was due %(day)s", day=day(shown.due, "full"))
        return _("Due %(day)s", day=day(shown.due, "full"))

    @property
    def status_text(self) -> str:
        return status_words(self.cell.shown.status) if self.cell.shown else ""


@dataclass(frozen=True)
class CoveragePage:
    """Who has been informed, on any day, as known at any time."""

    asked: Asked
    day: date
    today: date
    seen: Seen
    matrix: Matrix
    scope: Unit | None
    """The unit the page is narrowed to."""
    panel: Panel | None
    may_roll_out: bool

    # What is said first

    @property
    def context_line(self) -> str:
        """The day, and what is known of it, where that is not today and now."""
        if self.day > self.today:
            said = _("Forecast for %(day)s", day=day(self.day, "long-year"))
        elif self.day < self.today:
            said = _("As of %(day)s", day=day(self.day, "long-year"))
        else:
            said = _("Today, %(day)s", day=day(self.day, "long"))
        if self.asked.known_at is not None:
            said = _("%(day)s, as known %(moment)s", day=said, moment=moment(self.asked.known_at, "long-year"))
        return said

    @property
    def is_forecast(self) -> bool:
        return self.day > self.today

    @property
    def headline(self) -> str:
        if not self.matrix.guideline_ids:
            return _("No guideline is rolled out here that day.")
        total = self.matrix.total
        places = len(self.matrix.places)
        reached = _("%(percent)s is reached.", percent=percent(total.reached, total.total))
        if not total.total:
            reached = _("The groups are too small for their numbers to be shown.")
        if not places:
            return f"{reached} " + _("Nothing needs follow-up.")
        return f"{reached} " + ngettext(
            "One place needs follow-up.", "%(number)s places need follow-up.", places, number=begun_with(places)
        )

    @property
    def lead(self) -> str:
        """Which places they are."""
        sentences = []
        if over := self.matrix.over:
            sentences.append(
                ngettext("One is overdue: %(places)s.", "%(number)s are overdue: %(places)s.", len(over),
                         number=begun_with(len(over)), places=self._named(over))
            )  # fmt: skip
        if soon := self.matrix.soon:
            days = {place.due for place in soon}
            when = _("due %(day)s", day=day(next(iter(days)))) if len(days) == 1 else _("due within 14 days")
            sentences.append(
                ngettext("One is %(when)s: %(places)s.", "%(number)s are %(when)s: %(places)s.", len(soon),
                         number=begun_with(len(soon)), when=when, places=self._named(soon))
            )  # fmt: skip
        return " ".join(sentences)

    def _named(self, places: Sequence[Place]) -> str:
        units: dict[int, list[Unit]] = {}
        for place in places:
            units.setdefault(place.guideline_id, []).append(place.unit)
        named = [
            _("%(guideline)s at %(units)s", guideline=self._title(guideline_id), units=_units_named(at))
            for guideline_id, at in list(units.items())[:MOST_GUIDELINES_NAMED]
        ]
        rest = len(units) - MOST_GUIDELINES_NAMED
        if rest > 0:
            named.append(
                ngettext("one more guideline", "%(number)s more guidelines", rest, number=count_in_words(rest))
            )
        return "; ".join(named)

    @property
    def obligations(self) -> str:
        """What the percentage is made of; empty where there is no number."""
        total = self.matrix.total
        if not total.total:
            return ""
        said = _(
            "That is %(reached)s of %(total)s duties to inform: %(acknowledged)s acknowledged by people themselves, "
            "%(informed)s informed by the unit, %(missing)s not reached. "
            "A duty to inform is one person who should know one guideline.",
            reached=number(total.reached), total=number(total.total), acknowledged=number(total.acknowledged),
            informed=number(total.informed), missing=number(total.missing),
        )  # fmt: skip
        if self.matrix.left_out:
            said += " " + ngettext(
                "%(count)s hidden number is left out.", "%(count)s hidden numbers are left out.", self.matrix.left_out,
                count=number(self.matrix.left_out),
            )  # fmt: skip
        return said

    # The timeline

    @property
    def end_of_last_year(self) -> date:
        return date(self.today.year - 1, 12, 31)

    @property
    def known_at_local(self) -> str:
        """The known-at as a field for date and time takes it, in the site's own time."""
        moment_known = self.asked.known_at
        return "" if moment_known is None else f"{moment_known.astimezone(settings().zone):%Y-%m-%dT%H:%M:%S}"

    @property
    def curve_until(self) -> date:
        """The last day of the curve's year: today, so that one can look on from a day that has been chosen in it."""
        is_in_the_year = self.today - reads.YEAR <= self.day <= self.today
        return self.today if is_in_the_year and self.asked.known_at is None else self.day

    @property
    def curve_since(self) -> date:
        return reads.curve_since(self.curve_until)

    @property
    def curve_query(self) -> str:
        until = None if self.curve_until == self.today else self.curve_until.isoformat()
        return self.asked.query(show=None, as_of=until)

    @property
    def curve_words(self) -> str:
        total = self.matrix.total
        said = _("The coverage of the year up to %(day)s.", day=day(self.curve_until, "long-year"))
        if total.total:
            said += " " + _(
                "On %(day)s it is %(percent)s.",
                day=day(self.day, "long-year"), percent=percent(total.reached, total.total),
            )  # fmt: skip
        return f"{said} " + _("The numbers are in a table.")

    @property
    def curve_axis(self) -> list[date]:
        """Five days along the curve."""
        return [self.curve_since + (self.curve_until - self.curve_since) * step // 4 for step in range(5)]

    # The matrix

    @property
    def columns(self) -> list[tuple[str, str]]:
        """(title, title that may be divided) of each guideline."""
        titles = [self._title(guideline_id) for guideline_id in self.matrix.guideline_ids]
        return [(title, with_soft_hyphens(title, _LONGEST_IN_COLUMN)) for title in titles]

    @property
    def has_many_columns(self) -> bool:
        return len(self.matrix.guideline_ids) > MOST_COLUMNS

    @property
    def is_folded_as_list(self) -> bool:
        """Whether a narrow screen gives every cell a line of its own: more columns than fit side by side."""
        return len(self.matrix.guideline_ids) > 5

    @property
    def caption(self) -> str:
        return _("Share of employees reached, by unit and guideline, %(day)s", day=day(self.day, "long-year"))

    @cached_property
    def lines(self) -> list[LineView]:
        return [self._line(line) for line in self.matrix.lines]

    def _line(self, line: Line) -> LineView:
        name = with_soft_hyphens(wording(line.unit.name), _LONGEST_IN_NAME)
        folded = ""
        if line.folded:
            folded = ngettext("%(count)s unit beneath", "%(count)s units beneath", line.folded,
                              count=number(line.folded))  # fmt: skip
        return LineView(
            line=line,
            name=name,
            cells=[self.cell_view(one, line.unit, line.audience) for one in line.cells],
            sum=sum_view(*line.sum),
            folded=folded,
            folded_href=self.asked.query(within=line.unit.code),
        )

    def cell_view(self, one: Cell, unit: Unit, audience: int | None) -> CellView:
        title = self._title(one.guideline_id)
        mark = mark_words(one.mark)
        figure = sign = parts = ""
        if one.shown is None:
            said = _("not relevant")
        elif one.count is None:
            said = _("fewer than 5")
        else:
            figure, sign = split_percent(one.count.reached, one.count.total)
            said = _("%(parts)s reached", parts=of_total(one.count))
            parts = of_total(one.count) if one.count.total != audience else ""
        return CellView(
            cell=one,
            href=self.asked.cell(unit.code, self._slug(one.guideline_id)),
            figure=figure,
            sign=sign,
            mark=mark,
            parts=parts,
            spoken=f"{unit.code}, {title}: {said}",
            label=title,
            is_open=self.panel is not None
            and (self.panel.guideline.id, self.panel.unit.id) == (one.guideline_id, one.unit_id),
        )

    @cached_property
    def foot(self) -> LineView | None:
        """The last row, where one unit is above all others."""
        foot = self.matrix.foot
        if foot is None or foot.unit is None:
            return None
        # Its marks repeat those of the units above, but where nobody beneath explains them.
        own = {place.guideline_id for place in self.matrix.places if place.unit is foot.unit}
        cells = [one if one.guideline_id in own else replace(one, mark=None) for one in foot.cells]
        return self._line(Line(foot.unit, 0, cells))

    @property
    def foot_sums(self) -> list[SumView]:
        return [sum_view(*one) for one in self.matrix.foot.sums] if self.matrix.foot else []

    @property
    def total(self) -> SumView:
        return sum_view(self.matrix.total, self.matrix.left_out)

    @property
    def filters(self) -> list[tuple[str, str, bool]]:
        """(label, address, chosen)"""
        labels = ((Filter.ALL, _("All")), (Filter.MISSING, _("Somebody missing")), (Filter.OVERDUE, _("Overdue")))
        return [
            (label, self.asked.query(show=None if only is Filter.ALL else str(only)), only is self.asked.only)
            for only, label in labels
        ]

    @property
    def nothing_left(self) -> str:
        """Why a filter leaves no unit: good news."""
        if self.asked.only is Filter.OVERDUE:
            return _("Nobody is overdue.")
        return _("Everybody is reached everywhere.")

    def _title(self, guideline_id: int) -> str:
        return wording(self.seen.titles[guideline_id])

    @cached_property
    def _slugs(self) -> Mapping[int, str]:
        return {row.guideline_id: row.guideline for row in self.seen.coverage.rows.values()}

    def _slug(self, guideline_id: int) -> str:
        return self._slugs[guideline_id]


def _units_named(units: Sequence[Unit]) -> str:
    if len(units) > MOST_UNITS_NAMED:
        return ngettext("one unit", "%(number)s units", len(units), number=count_in_words(len(units)))
    return listed(unit.code for unit in units)


# --- The panel ----------------------------------------------------------------------------------------------


def below(seen: Seen, unit: Unit, guideline: Guideline, asked: Asked) -> list[Below]:
    """The units directly beneath, with their numbers."""
    found = []
    for child in seen.children(unit):
        shown = seen.shown.get((guideline.id, child.id))
        if shown is not None:
            found.append(Below(child, _below_text(shown), asked.cell(child.code, guideline.slug)))
    return found


def _below_text(shown: Shown) -> str:
    if shown.count is None:
        return _("fewer than 5")
    return _("%(part)s of %(total)s missing", part=number(shown.count.missing), total=number(shown.count.total))


def events(story: History, unit: Unit, above: Sequence[Unit], *, as_of: date, with_answers: bool) -> list[Event]:
    """What has happened, the latest first. `with_answers`: the reader may see the unit's confirmations."""
    names = {one.id: one.code for one in above}
    found = [
        Event(edition.published_on, _edition_text(edition.number, edition.requires_acknowledgement, edition is first))
        for first in story.editions[-1:]
        for edition in story.editions
    ]
    for rollout in story.rollouts:
        text = _("Rolled out.")
        if rollout.due is not None:
            text = _("Rolled out, due %(day)s.", day=day(rollout.due))
        found.append(Event(rollout.starts_on, text))
        if rollout.ended is not None and rollout.starts_on < rollout.ended <= as_of:
            found.append(Event(rollout.ended, _("The rollout from %(day)s ended.", day=day(rollout.starts_on))))
    if with_answers:
        found += [_answer_event(answer, names.get(answer.unit_id)) for answer in story.answers]
    return sorted(found, key=lambda event: event.on, reverse=True)


def _edition_text(edition: str, demands: bool, is_first: bool) -> str:
    if is_first:
        return _("Edition %(number)s came into force.", number=edition)
    if demands:
        return _("Edition %(number)s came into force. Everybody must be reached anew.", number=edition)
    return _("Edition %(number)s came into force. Whoever was reached still is.", number=edition)


def _answer_event(answer: Answer, above: str | None) -> Event:
    text = _answer_text(answer)
    if above is not None:
        text = f"{above}: {text}"
    notes = [_("Edition %(number)s", number=answer.edition)]
    zone = settings().zone
    recorded = clock.day_of(answer.recorded_at, zone)
    if recorded > answer.on:
        notes.append(_("recorded late, %(day)s", day=day(recorded)))
    if answer.withdrawn_at is not None:
        withdrawn = _("withdrawn %(day)s", day=day(clock.day_of(answer.withdrawn_at, zone)))
        # Reasons of units above are theirs to tell.
        if answer.withdrawal_reason and above is None:
            withdrawn += f": {answer.withdrawal_reason}"
        notes.append(withdrawn)
    return Event(answer.on, text, notes, withdrawn=answer.withdrawn_at is not None)


def _answer_text(answer: Answer) -> str:
    if answer.answer is ConfirmationAnswer.NOT_INFORMED:
        return _("Answered: not informed")
    if answer.answer is ConfirmationAnswer.UNKNOWN:
        return _("Answered: we do not know")
    informed = {
        Method.ALL_STAFF_MEETING: _("Informed at an all-staff meeting"),
        Method.SECTION_MEETING: _("Informed at section meetings"),
        Method.EMAIL: _("Informed by e-mail"),
        Method.STARTUP: _("Informed at start-up"),
    }.get(answer.method or "", _("Informed"))  # type: ignore[call-overload]
    if answer.names_only:
        return _("%(informed)s, some of the employees", informed=informed)
    if answer.excepts_some:
        return _("%(informed)s, with exceptions", informed=informed)
    return str(informed)


def contact_view(found: Contacts) -> ContactView:
    people = found.here or found.above
    return ContactView(
        role=role_name(found.role),
        people=[(one.name, one.email) for one in people],
        vacant=not found.here,
        above=wording(found.above_unit.name) if found.above_unit is not None and not found.here else "",
    )


# --- The curve ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CurvePage:
    """The numbers behind the curve."""

    asked: Asked
    day: date
    today: date
    curve: Curve
    scope: Unit | None = None
    rows: Sequence[tuple[date, SumView, str]] = field(init=False)
    """(day, sum, the editions published that day)"""

    def __post_init__(self) -> None:
        published: dict[date, list[str]] = {}
        for edition in self.curve.editions:
            title = wording(self.curve.titles[edition.guideline_id])
            said = _("%(guideline)s, edition %(number)s", guideline=title, number=edition.number)
            published.setdefault(edition.published_on, []).append(said)
        rows = [
            (point.day, sum_view(point.count, point.left_out), "; ".join(published.get(point.day, ())))
            for point in reversed(self.curve.points)
        ]
        object.__setattr__(self, "rows", rows)

    @property
    def curve_query(self) -> str:
        return self.asked.query(show=None)

    @property
    def headline(self) -> str:
        return _("The year up to %(day)s", day=day(self.day, "long-year"))
