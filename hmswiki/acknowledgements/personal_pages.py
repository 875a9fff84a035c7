"""What the pages of one person show: dataclasses that templates are rendered from, and their words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hmswiki.acknowledgements.asking import Heard, Obligation
from hmswiki.acknowledgements.confirming_rules import Method
from hmswiki.acknowledgements.coverage import Standing
from hmswiki.acknowledgements.forms import AcknowledgeForm, PlainForm, QuestionForm
from hmswiki.acknowledgements.models import (
    Acknowledgement,
    Confirmation,
    ConfirmationAnswer,
    Question,
    QuestionKind,
)
from hmswiki.acknowledgements.record_queries import MyRecord
from hmswiki.acknowledgements.staff_queries import Answered, Helpers, Task
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.guidelines.reading_pages import Changes
from hmswiki.organisation.models import Unit
from hmswiki.web.context import today
from hmswiki.web.words import _, count_in_words, day, ngettext

SOON = timedelta(days=14)
"""How long before it is due something is marked."""


@dataclass(frozen=True)
class Due:
    """A due date in words, and how it is marked: `soon`, `over` or not at all."""

    kind: str
    text: str


def due_in_words(due: date | None) -> Due | None:
    """ "Due Friday 26 January"; None where nothing is due."""
    if due is None:
        return None
    left = (due - today()).days
    if left < -1:
        return Due("over", _("This was due %(day)s", day=day(due)))
    if left == -1:
        return Due("over", _("This was due yesterday, %(day)s", day=day(due)))
    kind = "soon" if due - today() <= SOON else ""
    if left == 0:
        return Due(kind, _("Due today"))
    if left == 1:
        return Due(kind, _("Due tomorrow, %(day)s", day=day(due, "full")))
    return Due(kind, _("Due %(day)s", day=day(due, "full")))


def unit_due_in_words(obligation: Obligation) -> str:
    """By when the unit is to have informed the person, or was; empty where nothing is due."""
    if obligation.due is None or obligation.reached:
        return ""
    if obligation.overdue_on(today()):
        return _("The unit's due date was %(day)s", day=day(obligation.due))
    return _("The unit's due date is %(day)s", day=day(obligation.due))


def greeting(hour: int, name: str) -> str:
    """A greeting for the time of day, by the first name."""
    first = name.split()[0] if name.split() else name
    if 5 <= hour < 11:
        return _("Good morning, %(name)s.", name=first)
    if 11 <= hour < 18:
        return _("Good afternoon, %(name)s.", name=first)
    return _("Good evening, %(name)s.", name=first)


def how_informed(method: str | None, on: date) -> str:
    """ "Informed at an all-staff meeting 7 December 2023"."""
    texts: dict[str | None, str] = {
        Method.ALL_STAFF_MEETING: _("Informed at an all-staff meeting %(day)s", day=day(on)),
        Method.SECTION_MEETING: _("Informed at a section meeting %(day)s", day=day(on)),
        Method.EMAIL: _("Informed by e-mail %(day)s", day=day(on)),
        Method.STARTUP: _("Informed at start-up %(day)s", day=day(on)),
    }
    return texts.get(method) or _("Informed %(day)s", day=day(on))


@dataclass(frozen=True)
class HomePage:
    """Min side."""

    greeting: str
    unit: Unit | None
    tasks: Sequence[Task]
    """All that is rolled out to the person, what is due first comes first."""
    helpers: Helpers | None
    questions: Sequence[Answered]
    my_unit_href: str | None
    """For those who answer for a unit."""
    my_unit_line: str
    """How it stands there."""
    open_questions: int
    other_tasks: int = 0
    """What other rooms have for the person to do; their panels show what."""

    @property
    def to_acknowledge(self) -> list[Task]:
        return [task for task in self.tasks if task.obligation.by_name and not task.obligation.reached]

    @property
    def to_be_told(self) -> list[Task]:
        """The unit is to inform of these, and has not yet."""
        return [task for task in self.tasks if not task.obligation.by_name and not task.obligation.reached]

    @property
    def reached(self) -> list[Task]:
        return [task for task in self.tasks if task.obligation.reached]

    def due(self, task: Task) -> Due | None:
        return due_in_words(task.obligation.due)

    def unit_due(self, task: Task) -> str:
        return unit_due_in_words(task.obligation)

    def told(self, task: Task) -> str:
        """How the unit informed the person of it."""
        return how_informed(task.heard.method, task.heard.informed_on) if task.heard else ""

    @property
    def headline(self) -> str:
        """The answer first."""
        count = len(self.to_acknowledge)
        if self.unit is None:
            return _("You are not registered in any unit.")
        if count:
            return ngettext("You have one guideline to read.", "You have %(count)s guidelines to read.", count,
                            count=count_in_words(count))  # fmt: skip
        if self.other_tasks:
            count = self.other_tasks
            return ngettext("You have one thing to do.", "You have %(count)s things to do.", count,
                            count=count_in_words(count))  # fmt: skip
        if not self.tasks:
            return _("No guideline is rolled out to you yet.")
        if self.to_be_told:
            return _("You have nothing to acknowledge.")
        if any(task.obligation.standing is Standing.ACKNOWLEDGED for task in self.tasks):
            return _("You have read everything.")
        return _("You have been informed of everything.")

    @property
    def lead(self) -> str:
        if self.unit is None:
            return _(
                "So we do not know which guidelines concern you, and nobody is asked to inform you. "
                "Tell an administrator where you work. You can read every guideline meanwhile."
            )
        if self.to_acknowledge:
            return f"{self._time} {self._haste} {self._besides}".replace("  ", " ").strip()
        if self.other_tasks:
            return _("What is most urgent comes first. You have no guideline to acknowledge.")
        if not self.tasks:
            return _("When one is, it stands here with its due date. You can read every guideline already.")
        if self.to_be_told:
            count = len(self.to_be_told)
            return ngettext(
                "Your unit is to inform you of one guideline. You can read it already.",
                "Your unit is to inform you of %(count)s guidelines. You can read them already.",
                count, count=count_in_words(count),
            )  # fmt: skip
        return _("We will tell you when something is new.")

    @property
    def _besides(self) -> str:
        count = self.other_tasks
        if not count:
            return ""
        return ngettext("Beside it you have one other thing to do.", "Beside it you have %(count)s other things to do.",
                        count, count=count_in_words(count))  # fmt: skip

    @property
    def _time(self) -> str:
        minutes = sum(task.minutes for task in self.to_acknowledge)
        return ngettext("It takes about a minute.", "It takes about %(count)s minutes.", minutes,
                        count=count_in_words(minutes))  # fmt: skip

    @property
    def _haste(self) -> str:
        late = [task for task in self.to_acknowledge if task.obligation.overdue_on(today())]
        first = self.to_acknowledge[0].obligation.due
        several = len(self.to_acknowledge) > 1
        if late:
            if not several:
                return _("It is past its due date.")
            return ngettext("One is past its due date.", "%(count)s are past their due date.", len(late),
                            count=count_in_words(len(late)).capitalize())  # fmt: skip
        if first is None or first - today() > timedelta(days=7):
            return ""
        if first == today():
            return _("Take the first one today.") if several else _("It is due today.")
        return _("Take the first one this week.") if several else _("Take it within a week.")


@dataclass(frozen=True)
class News:
    """What is new since the person last said that they had read."""

    guideline: Guideline
    acknowledgement: Acknowledgement
    changes: Changes
    language: str | None
    """Of the text."""
    anchors: frozenset[str]
    """Those that the text has."""
    summary: str

    @property
    def line(self) -> str:
        said = _("You acknowledged edition %(number)s on %(day)s.", number=self.changes.from_number,
                 day=day(self.acknowledgement.acknowledged_on))  # fmt: skip
        if self.changes.sections is None:
            return said
        count = len(self.changes.sections) + self.changes.left_out
        if not count:
            return f"{said} {_('The words are the same.')}"
        more = ngettext("One place is changed.", "%(count)s places are changed.", count,
                        count=count_in_words(count).capitalize())  # fmt: skip
        return f"{said} {more}"


@dataclass(frozen=True)
class Asked:
    """The section beneath a guideline's text."""

    guideline: Guideline
    edition: Edition
    obligation: Obligation | None
    """None: the guideline is not rolled out to the person."""
    acknowledgement: Acknowledgement | None
    said_today: bool
    acknowledged_number: str
    heard_unit: str
    form: AcknowledgeForm
    unit_name: str
    """The person's own; empty: they have none, so there is nobody to ask."""
    next_task: Guideline | None
    question: Question | None
    """The latest that the person asked about this guideline, unless it is withdrawn."""
    answered: bool

    @property
    def heard(self) -> Heard | None:
        return self.obligation.heard if self.obligation else None

    @property
    def due(self) -> Due | None:
        if self.obligation is None or self.obligation.reached:
            return None
        return due_in_words(self.obligation.due)

    @property
    def unit_due(self) -> str:
        return unit_due_in_words(self.obligation) if self.obligation else ""

    @property
    def told(self) -> str:
        """How the unit informed the person."""
        return how_informed(self.heard.method, self.heard.informed_on) if self.heard else ""


@dataclass(frozen=True)
class QuestionPage:
    """The form for a question."""

    guideline: Guideline
    kind: QuestionKind
    form: QuestionForm
    helpers: Helpers

    @property
    def not_informed(self) -> bool:
        return self.kind is QuestionKind.NOT_INFORMED


@dataclass(frozen=True)
class MyQuestionPage:
    """One question of the person's own."""

    asked: Answered
    helpers: Helpers | None
    form: PlainForm


@dataclass(frozen=True)
class SupersededPage:
    """A newer edition came into force while the person was reading."""

    guideline: Guideline
    read: Edition
    current: Edition
    changes: Changes
    language: str | None
    summary: str
    form: AcknowledgeForm


@dataclass(frozen=True)
class MyRecordPage:
    """Mine opplysninger."""

    record: MyRecord
    sessions_href: str | None
    """Where sessions are ended, where the wiki has its own accounts."""

    def told(self, confirmation: Confirmation) -> str:
        """What the unit answered, in words."""
        if confirmation.answer == ConfirmationAnswer.INFORMED:
            return how_informed(confirmation.method, confirmation.informed_on)
        if confirmation.answer == ConfirmationAnswer.NOT_INFORMED:
            return _("Not informed as of %(day)s", day=day(confirmation.informed_on))
        return _("The unit did not know as of %(day)s", day=day(confirmation.informed_on))
