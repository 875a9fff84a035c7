"""What the pages over many rounds say: campaigns, and areas by months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import babel.dates

from hmswiki.checklists.template import Item, Kind, answers_of
from hmswiki.organisation.views import Pager
from hmswiki.rounds.area_months import AreaMonths, Cell
from hmswiki.rounds.asked import AskedItem
from hmswiki.rounds.campaigns import SMALLEST, Campaign, Findings, Results, Summary, Tally
from hmswiki.rounds.due import Due
from hmswiki.rounds.models import Seriousness
from hmswiki.rounds.round_pages import seriousness_choices
from hmswiki.rounds.wordings import value_in_words
from hmswiki.rounds.words import standing_in_words
from hmswiki.schedules.models import Audience
from hmswiki.schedules.recurrence import Occurrence, Standing
from hmswiki.web.words import _, count_in_words, day, locale, ngettext, number, wording


def occurrence_in_words(occurrence: Occurrence) -> str:
    """ "November 2026" for one month's, "autumn 2026" is never guessed: else from when to when."""
    first, last = occurrence.starts_on, occurrence.due_on
    if (first.year, first.month) == (last.year, last.month):
        return str(babel.dates.format_date(first, "LLLL y", locale=locale()))
    return _("%(first)s to %(last)s", first=day(first), last=day(last, "long-year"))


@dataclass(frozen=True)
class Line:
    """One of those asked: how it stands, and the round to open."""

    name: str
    code: str
    kind: str
    status: str
    round_key: str | None
    can_open: bool


@dataclass(frozen=True)
class Share:
    """One answer of an item: "7 of 9", and how much of the bar that is."""

    text: str
    count: int
    of: int
    is_finding: bool

    @property
    def percent(self) -> float:
        return 100 * self.count / self.of if self.of else 0.0


@dataclass(frozen=True)
class CampaignPage:
    """A campaign, from who has delivered to what they answered."""

    campaign: Campaign
    results: Results
    title: Any

    @property
    def context_line(self) -> str:
        return f"{wording(self.title)}, {occurrence_in_words(self.campaign.occurrence)}"

    @property
    def asks_people(self) -> bool:
        return self.campaign.schedule.audience == Audience.PEOPLE

    @property
    def is_small(self) -> bool:
        """So few people are asked that how many have delivered would tell who has not."""
        return self.asks_people and len(self.campaign.dues) < SMALLEST

    @property
    def headline(self) -> str:
        delivered, total = len(self.campaign.delivered), len(self.campaign.dues)
        if self.is_small:
            return _("Fewer than five people are asked.")
        if delivered == total:
            return ngettext("The one that is asked has delivered.", "All %(count)s have delivered.", total,
                            count=count_in_words(total))  # fmt: skip
        if not delivered:
            return _("Nobody of %(total)s has delivered yet.", total=count_in_words(total))
        return _(
            "%(delivered)s of %(total)s have delivered.",
            delivered=count_in_words(delivered).capitalize(), total=count_in_words(total),
        )  # fmt: skip

    @property
    def lead(self) -> str:
        missing, due = self.campaign.missing, day(self.campaign.occurrence.due_on, "long-year")
        parts = []
        if self.is_small:
            return _("Due %(day)s.", day=due)
        if missing and not self.asks_people and len(missing) <= 8:
            parts.append(_("Missing: %(places)s.", places=", ".join(one.code for one in missing)))
        elif missing:
            parts.append(ngettext("One is missing.", "%(num)s are missing.", len(missing)))
        if self.campaign.skipped:
            parts.append(ngettext("One skips it.", "%(num)s skip it.", len(self.campaign.skipped)))
        parts.append(_("Due %(day)s.", day=due))
        return " ".join(parts)

    @property
    def lines(self) -> list[Line]:
        """Nobody's own round is shown by name where people are asked each for themselves."""
        return [] if self.asks_people else [line(one) for one in self.campaign.dues]

    @property
    def findings_words(self) -> list[tuple[str, str]]:
        return findings_words(self.results.findings)

    def shares(self, tally: Tally) -> list[Share]:
        return shares(tally)

    def is_counted(self, item: Item) -> bool:
        return item.kind in (Kind.OK, Kind.YES_NO, Kind.CHOICE)

    def numbers(self, tally: Tally) -> str:
        return numbers_words(tally)


def numbers_words(tally: Tally) -> str:
    """`From 0 to 12 places, 31 places in all (9 answers)`."""
    if not tally.numbers:
        return _("No answers")
    unit = f" {wording(tally.item.unit)}" if tally.item.unit else ""
    return ngettext(
        "%(sum)s (one answer)", "From %(least)s to %(most)s, %(sum)s in all (%(num)s answers)",
        len(tally.numbers), least=number(tally.numbers[0]), most=number(tally.numbers[-1]) + unit,
        sum=number(sum(tally.numbers)) + unit,
    )  # fmt: skip


def shares(tally: Tally) -> list[Share]:
    """The answers that an item can have, in its own order, each as a share of the rounds that asked it."""
    found = []
    for value in answers_of(tally.item):
        count = tally.counts.get(value, 0)
        found.append(
            Share(value_in_words(AskedItem(tally.item, 0), value), count, tally.asked, value in tally.item.findings)
        )  # fmt: skip
    return found


def findings_words(found: Findings) -> list[tuple[str, str]]:
    """What the facts' list says: term and description."""
    rows = [(_("Deviations"), number(found.total)), (_("Mended since"), number(found.mended))]
    rows += [
        (words, number(found.by_seriousness[Seriousness(how)]))
        for how, words in reversed(seriousness_choices())
        if found.by_seriousness.get(Seriousness(how))
    ]
    rows.append((_("Actions that are open"), number(found.actions_open)))
    rows.append((_("Of these overdue"), number(found.actions_overdue)))
    return rows


def line(due: Due) -> Line:
    kind, status = standing_in_words(due)
    key = due.done.key if due.done else due.running.key if due.running else None
    if due.running is not None and not due.done:
        status = _("Begun. %(status)s", status=status)
    return Line(wording(due.place) if due.place else "", due.code, kind, status, key, key is not None)


@dataclass(frozen=True)
class SummaryLine:
    title: str
    when: str
    count: str
    kind: str
    schedule_key: str
    occurrence_key: str


def summary_line(one: Summary, today: date) -> SummaryLine:
    done = one.delivered + one.skipped == one.total
    late = one.occurrence.due_on < today
    if one.schedule.audience == Audience.PEOPLE and one.total < SMALLEST:
        return SummaryLine(
            wording(one.title), occurrence_in_words(one.occurrence), _("Fewer than five people are asked."), "neutral",
            one.schedule.key, one.occurrence.key,
        )  # fmt: skip
    return SummaryLine(
        wording(one.title), occurrence_in_words(one.occurrence),
        _("%(delivered)s of %(total)s delivered", delivered=number(one.delivered), total=number(one.total)),
        "reached" if done else "over" if late else "neutral", one.schedule.key, one.occurrence.key,
    )  # fmt: skip


@dataclass(frozen=True)
class CampaignsPage:
    lines: Sequence[SummaryLine]
    by_areas: Sequence[tuple[str, str]]
    """Schedules for areas: the checklist's title and the schedule's key."""


# --- Areas by months ----------------------------------------------------------------------------------------

_MARKS = {
    # standing: (status of the style sheet, icon)
    Standing.DONE: ("reached", "check"),
    Standing.DONE_LATE: ("reached", "check-circle"),
    Standing.OVERDUE: ("over", "warning"),
    Standing.MISSED: ("over", "close"),
    Standing.SKIPPED: ("neutral", "not-relevant"),
    Standing.DUE_SOON: ("soon", "clock"),
    Standing.OPEN: ("neutral", "info"),
}


@dataclass(frozen=True)
class MarkView:
    """A cell: a status, an icon, and words for who cannot see it."""

    kind: str
    icon: str
    words: str
    round_key: str | None


def mark_view(cell: Cell | None) -> MarkView | None:
    """None where nothing is asked yet."""
    if cell is None or cell.standing is Standing.UPCOMING:
        return None
    kind, icon = _MARKS[cell.standing]
    words = {
        Standing.DONE: lambda: _("Done %(day)s", day=day(cell.done_on, "short")),
        Standing.DONE_LATE: lambda: _("Late, %(day)s", day=day(cell.done_on, "short")),
        Standing.OVERDUE: lambda: _("Overdue"),
        Standing.MISSED: lambda: _("Missed"),
        Standing.SKIPPED: lambda: _("Skipped: %(reason)s", reason=cell.skipped_because or ""),
        Standing.DUE_SOON: lambda: _("Due soon"),
        Standing.OPEN: lambda: _("Not due yet"),
    }[cell.standing]()
    return MarkView(kind, icon, words, cell.round_key)


@dataclass(frozen=True)
class AreaMonthsPage:
    found: AreaMonths
    title: Any
    years: Sequence[int]
    pager: Pager | None

    @property
    def headline(self) -> str:
        over = sum(counts.get(Standing.MISSED, 0) + counts.get(Standing.OVERDUE, 0) for counts in self._counts)
        done = sum(counts.get(Standing.DONE, 0) + counts.get(Standing.DONE_LATE, 0) for counts in self._counts)
        asked = over + done
        if not asked:
            return _("No round was due in %(year)s yet.", year=self.found.year)
        return _(
            "%(done)s of %(asked)s rounds were done in %(year)s.",
            done=number(done), asked=number(asked), year=self.found.year,
        )  # fmt: skip

    @property
    def _counts(self) -> list[Any]:
        return list(self.found.counts.values())

    def column(self, occurrence: Occurrence) -> str:
        """Short: the month's name, or the day on which it was due."""
        first, last = occurrence.starts_on, occurrence.due_on
        if (first.year, first.month) == (last.year, last.month):
            return str(babel.dates.format_date(first, "LLL", locale=locale())).rstrip(".")
        return day(last, "short")

    def whole(self, occurrence: Occurrence) -> str:
        return occurrence_in_words(occurrence)

    def done_of(self, occurrence: Occurrence) -> str:
        """ "27 of 31", over all areas; empty for what is still to come."""
        counts = self.found.counts.get(occurrence.key, {})
        asked = sum(count for standing, count in counts.items() if standing is not Standing.UPCOMING)
        done = counts.get(Standing.DONE, 0) + counts.get(Standing.DONE_LATE, 0)
        return _("%(done)s of %(asked)s", done=number(done), asked=number(asked)) if asked else ""

    def mark(self, cell: Cell | None) -> MarkView | None:
        return mark_view(cell)
