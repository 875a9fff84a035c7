"""What is shown of rounds that are due: rows, and where each leads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from hmswiki.rounds.due import Due
from hmswiki.rounds.forms import StartForm
from hmswiki.rounds.words import round_title, standing_in_words
from hmswiki.schedules.recurrence import Standing
from hmswiki.web.words import _, count_in_words, ngettext, wording


@dataclass(frozen=True)
class DueRow:
    """One occurrence: its name, how it stands, and what can be done about it."""

    title: str
    checklist_title: str
    kind: str
    status: str
    href: str | None
    """The round, where one runs or was handed in."""
    slot_href: str
    """Where it is skipped, or handed to somebody."""
    start: StartForm | None
    """Begins the round, where it can be begun now."""
    checklist: str

    @property
    def button(self) -> str:
        return _("Go on with the round") if self.href else _("Start the round")


def row(due: Due) -> DueRow:
    kind, status = standing_in_words(due)
    if due.running is not None:
        status = _("Begun. %(status)s", status=status)
    key = due.running.key if due.running else due.done.key if due.done else None
    start = None
    if key is None and due.waits:
        start = StartForm(
            formdata=None, unit=due.code if due.subject.unit_id else "", area=due.code if due.subject.area_id else "",
            person=due.subject.slot if due.subject.person_id else "", schedule=due.schedule.key,
            occurrence=due.occurrence.key,
        )  # fmt: skip
    return DueRow(
        round_title(due), wording(due.title), kind, status, url_for("hmswiki.rounds.show", key=key) if key else None,
        url_for("hmswiki.schedules.subject", key=due.schedule.key, slot=due.subject.slot), start,
        due.schedule.checklist.key,
    )  # fmt: skip


@dataclass(frozen=True)
class DuePage:
    """The rounds of one person."""

    waiting: Sequence[DueRow]
    over: Sequence[DueRow]
    """What was done, missed or skipped last."""
    coming: Sequence[DueRow]
    overdue: int
    has_calendar: bool
    new_address: str = ""
    """The calendar's address, only right after it was made."""

    @property
    def headline(self) -> str:
        return headline(len(self.waiting), self.overdue)


def headline(waiting: int, overdue: int) -> str:
    if not waiting:
        return _("No round waits for you.")
    first = ngettext(
        "One round waits for you", "%(count)s rounds wait for you", waiting, count=count_in_words(waiting).capitalize()
    )
    if not overdue:
        return first + "."
    return ngettext(
        "%(rounds)s, one is overdue.", "%(rounds)s, %(count)s are overdue.", overdue, rounds=first,
        count=count_in_words(overdue),
    )  # fmt: skip


def _beginning(due: Due) -> tuple[date, tuple[date, str, str]]:
    """What comes is told by the day it begins, so it stands in that order."""
    return due.occurrence.starts_on, due.order


def page(dues: Iterable[Due], *, has_calendar: bool, new_address: str = "") -> DuePage:
    dues = list(dues)
    return DuePage(
        waiting=[row(one) for one in dues if one.waits],
        over=[row(one) for one in dues if not one.waits and one.standing is not Standing.UPCOMING],
        coming=[row(one) for one in sorted(dues, key=_beginning) if one.standing is Standing.UPCOMING],
        overdue=sum(one.standing is Standing.OVERDUE for one in dues),
        has_calendar=has_calendar, new_address=new_address,
    )  # fmt: skip
