"""Forms of schedules: the shape of what was typed."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from wtforms import (
    DateField,
    Field,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from hmswiki.checklists.models import ChecklistEdition
from hmswiki.foundation.errors import N_, Refusal
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import AreaKind, Person, Unit
from hmswiki.schedules import words
from hmswiki.schedules.models import Audience, Reach
from hmswiki.schedules.operations import LONGEST_TEXT
from hmswiki.schedules.recurrence import Every
from hmswiki.schedules.rules import When
from hmswiki.schedules.terms import EVENT
from hmswiki.web.forms import PageForm, at_most
from hmswiki.web.page import role_name
from hmswiki.web.words import _, _l, wording

_YEARS = range(1900, 2201)
_SPANS = (1, 2, 3)

FREQUENCIES = (Every.MONTH, Every.QUARTER, Every.HALF_YEAR, Every.YEAR, Every.ONCE, EVENT)
REORGANISATION = "reorganisation"
OTHER = "other"


def _line(text: str | None) -> str:
    return " ".join((text or "").replace("\0", "").split())


def _lines(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").replace("\0", "").strip()


def _likely_year(form: Form, field: Field) -> None:
    if field.data is not None and field.data.year not in _YEARS:
        raise ValidationError(_("The year %(year)s is hardly meant. Write the date again.", year=field.data.year))


def _day_of_month() -> NumberRange:
    return NumberRange(1, 31, _l("The day of a month is a number from 1 to 31."))


class WhomForm(PageForm):
    """Which checklist, and for whom. Offer the choices with `offer` before it is read."""

    checklist = SelectField(_l("Checklist"), [InputRequired(_l("Choose a checklist."))])
    audience = RadioField(_l("Who is it for?"), default=Audience.AREAS.value)
    units = SelectMultipleField(_l("Units"), validate_choice=False)
    reach = RadioField(_l("How far down?"), default=Reach.ALL_BENEATH.value)
    area_kind = SelectField(_l("Which areas"))
    areas = StringField(_l("These areas too, by their codes"), [at_most(LONGEST_TEXT)], filters=[_line])
    role = SelectField(_l("Role"))

    def validate_units(self, field: Any) -> None:
        if not {code for code, _name in field.choices} >= set(field.data or ()):
            raise ValidationError(_("One of the units can no longer be chosen. Choose again."))

    def offer_whom(self, editions: Iterable[ChecklistEdition], units: Iterable[Unit]) -> None:
        self.checklist.choices = [
            ("", _("Choose a checklist")), *((one.checklist.key, wording(one.title)) for one in editions),
        ]  # fmt: skip
        self.audience.choices = [
            (str(one), words.audience_name(one)) for one in (Audience.AREAS, Audience.UNITS, Audience.PEOPLE)
        ]
        self.reach.choices = [
            (str(one), words.reach_name(one)) for one in (Reach.ALL_BENEATH, Reach.CHILDREN, Reach.ITSELF)
        ]
        self.units.choices = [(one.code, wording(one.name)) for one in units]
        self.area_kind.choices = [
            ("", _("All that have an owner")), *((str(one), words.kind_name(one)) for one in AreaKind),
        ]  # fmt: skip
        self.role.choices = [("", _("Nobody in particular")), *((str(one), role_name(one)) for one in Role)]

    @property
    def chosen_role(self) -> Role | None:
        return Role(self.role.data) if self.role.data in list(Role) else None

    @property
    def chosen_kind(self) -> AreaKind | None:
        return AreaKind(self.area_kind.data) if self.area_kind.data in list(AreaKind) else None


class WhenForm(PageForm):
    """How often, and when not. Offer the choices with `offer_when` before it is read."""

    every = RadioField(_l("How often?"), default=Every.MONTH.value)
    starts_on = DateField(_l("From"), [InputRequired(_l("Choose a day.")), _likely_year])
    by = DateField(_l("Due"), [Optional(), _likely_year])
    first_day = IntegerField(_l("First day"), [Optional(), _day_of_month()])
    first_month = SelectField(_l("Month of the first day"))
    last_day = IntegerField(_l("Last day"), [Optional(), _day_of_month()])
    last_month = SelectField(_l("Month of the last day"))
    what = RadioField(_l("At which event?"), default=REORGANISATION)
    event = StringField(_l("What happens"), [at_most(200)], filters=[_line])
    within = IntegerField(_l("Due so many days after it"), [Optional()])
    months = SelectMultipleField(
        _l("Months that are left out"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    span_1_first = DateField(_l("Pause from"), [Optional(), _likely_year])
    span_1_last = DateField(_l("to and with"), [Optional(), _likely_year])
    span_2_first = DateField(_l("Pause from"), [Optional(), _likely_year])
    span_2_last = DateField(_l("to and with"), [Optional(), _likely_year])
    span_3_first = DateField(_l("Pause from"), [Optional(), _likely_year])
    span_3_last = DateField(_l("to and with"), [Optional(), _likely_year])

    def offer_when(self) -> None:
        self.every.choices = [(str(one), words.often(one)) for one in FREQUENCIES]
        names = [(str(month), words.month_name(month)) for month in range(1, 13)]
        self.first_month.choices = self.last_month.choices = [("", _("Month")), *names]
        self.months.choices = [(int(month), name) for month, name in names]
        self.what.choices = [(REORGANISATION, _("A reorganisation")), (OTHER, _("Something else"))]

    @property
    def spans(self) -> list[tuple[Any, Any]]:
        """The pairs of fields of pauses."""
        return [(self[f"span_{number}_first"], self[f"span_{number}_last"]) for number in _SPANS]

    def when(self, *, today: date) -> When:
        """What is asked for. Raises Refusal for what is only half said."""
        at_event = self.every.data == EVENT
        if at_event and self.what.data == OTHER and not self.event.data:
            raise Refusal(N_("Say what it is that happens: an accident, new equipment."), field="event")
        return When(
            every=self.every.data or "",
            starts_on=self.starts_on.data or today,
            window=None if at_event else self._window(),
            months=frozenset(self.months.data or ()),
            spans=tuple(self._spans()),
            by=self.by.data if self.every.data == Every.ONCE else None,
            within=self.within.data if at_event else None,
            event=self.event.data if at_event and self.what.data == OTHER else None,
        )

    def _window(self) -> tuple[tuple[int, int], tuple[int, int]] | None:
        given = (self.first_month.data, self.first_day.data, self.last_month.data, self.last_day.data)
        if not any(given):
            return None
        for field, value in zip(("first_month", "first_day", "last_month", "last_day"), given, strict=True):
            if not value:
                raise Refusal(
                    N_("Say both days, each with its month, or leave them all empty: then the whole term counts."),
                    field=field,
                )
        month, day, last_month, last_day = (int(value or 0) for value in given)
        return (month, day), (last_month, last_day)

    def _spans(self) -> Iterable[tuple[date, date]]:
        for first, last in self.spans:
            if (first.data is None) != (last.data is None):
                raise Refusal(
                    N_("Say both the first and the last day of the pause, or leave both empty."),
                    field=(first if first.data is None else last).name,
                )
            if first.data is not None and last.data is not None:
                if last.data < first.data:
                    raise Refusal(
                        N_("The pause that begins on %(day)s ends before it begins. Choose a later last day."),
                        field=last.name, day=first.data,
                    )  # fmt: skip
                yield first.data, last.data + timedelta(days=1)

    def fill(self, when: When) -> None:
        """Show what holds now; the first day aside, which is for the new one."""
        self.every.data = when.every
        self.by.data, self.within.data = when.by, when.within
        self.event.data, self.what.data = when.event or "", REORGANISATION if when.event is None else OTHER
        self.months.data = sorted(when.months)
        if when.window is not None:
            (month, day), (last_month, last_day) = when.window
            self.first_month.data, self.first_day.data = str(month), day
            self.last_month.data, self.last_day.data = str(last_month), last_day
        for (first, end), (first_field, last_field) in zip(when.spans, self.spans, strict=False):
            first_field.data, last_field.data = first, end - timedelta(days=1)


class ScheduleForm(WhomForm, WhenForm):
    """A new schedule."""

    def offer(self, editions: Iterable[ChecklistEdition], units: Iterable[Unit]) -> "ScheduleForm":
        self.offer_whom(editions, units)
        self.offer_when()
        return self


class ChangeForm(WhenForm):
    """Another frequency, or other pauses."""

    def offer(self) -> "ChangeForm":
        self.offer_when()
        return self


class EndForm(PageForm):
    """The first day on which it asks no more."""

    ended = DateField(_l("No longer from"), [InputRequired(_l("Choose a day.")), _likely_year])


class WithdrawForm(PageForm):
    """Why it was a mistake."""

    reason = TextAreaField(_l("Why it was a mistake"), [at_most(LONGEST_TEXT)], filters=[_lines])


class SkipForm(PageForm):
    """Which occurrence is skipped, and why."""

    occurrence = SelectField(_l("Which time"), validate_choice=False, id="skip-occurrence")
    reason = TextAreaField(_l("Why it is skipped"), [at_most(LONGEST_TEXT)], filters=[_lines])


class HandOverForm(PageForm):
    """Which occurrence is handed over, and to whom."""

    occurrence = SelectField(_l("Which time"), validate_choice=False, id="hand-over-occurrence")
    to = SelectField(_l("To"), validate_choice=False)
    note = StringField(_l("Message"), [at_most(LONGEST_TEXT)], filters=[_line])

    def offer(self, people: Sequence[Person]) -> "HandOverForm":
        self.to.choices = [("", _("Choose somebody")), *((one.external_key, one.name) for one in people)]
        return self


class EventForm(PageForm):
    """What happens, and when."""

    happens_on = DateField(_l("The day it happens"), [InputRequired(_l("Choose a day.")), _likely_year])
    text = TextAreaField(_l("What happens"), [at_most(LONGEST_TEXT)], filters=[_lines])


class EventDayForm(PageForm):
    """Another day for an event."""

    happens_on = DateField(_l("The day it happens"), [InputRequired(_l("Choose a day.")), _likely_year])


class PlainForm(PageForm):
    """Nothing but the button."""
