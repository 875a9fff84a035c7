"""The form of a plan: everything about a workshop on one page, saved at once."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import (
    DateField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from hmswiki.foundation.errors import N_, Refusal
from hmswiki.guidelines.editing_forms import VersionForm
from hmswiki.organisation.models import Unit
from hmswiki.web.forms import PageForm
from hmswiki.web.words import _, _l, current_language, say, wording
from hmswiki.workshops import plan_operations, planning
from hmswiki.workshops.models import Prompt, Task
from hmswiki.workshops.planning import Plan, PlannedPrompt, PlannedTask

OPENS_BEFORE, CLOSES_AFTER = 1, 4
"""Hours in which a code opens before a workshop and after it, where nobody says otherwise."""
MINUTES = 30
"""Of a task, where nobody says otherwise: what groups had at the annual meeting."""

_YEARS = range(2000, 2101)


def _plain(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").replace("\0", "").strip()


def _likely_year(form: Form, field: Field) -> None:
    if field.data is not None and field.data.year not in _YEARS:
        raise ValidationError(_("The year %(year)s is hardly meant. Write the date again.", year=field.data.year))


def moment_of(day: Any, time_of_day: Any, zone: ZoneInfo) -> datetime:
    """What the fields of a day and a time say together; both were filled in."""
    return datetime.combine(day.data, time_of_day.data, zone)


def _hours() -> NumberRange:
    most = plan_operations.LONGEST_OPEN // timedelta(hours=1)
    return NumberRange(0, most, _l("Write a number of hours from 0 to %(most)s.", most=most))


def _ticked(label: str) -> SelectMultipleField:
    return SelectMultipleField(
        label, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=False
    )


class PromptFields(Form):
    """A sub-heading. Without a title it is none."""

    key = HiddenField()
    title = StringField(_l("Sub-heading"), filters=[_plain])
    hint = StringField(_l("Hint"), filters=[_plain])


class TaskFields(Form):
    """A task with its sub-headings."""

    key = HiddenField()
    title = StringField(_l("Title"), filters=[_plain])
    text = TextAreaField(_l("What the groups are to discuss"), filters=[_plain])
    minutes = IntegerField(_l("Minutes"), [Optional()], default=MINUTES)
    models = StringField(_l("Answered for each of these"), filters=[_plain])
    prompts = FieldList(FormField(PromptFields), min_entries=1)

    @property
    def is_empty(self) -> bool:
        texts = (self.key.data, self.title.data, self.text.data, self.models.data)
        return not any(texts) and not any(one.title.data for one in self.prompts)

    def task(self) -> PlannedTask:
        return PlannedTask(
            self.title.data or "", self.minutes.data or 0, self.text.data or None,
            planning.read_names(self.models.data or ""),
            tuple(
                PlannedPrompt(one.title.data, one.hint.data or None, one.key.data or None)
                for one in self.prompts if one.title.data
            ),
            self.key.data or None,
        )  # fmt: skip


class PlanForm(VersionForm):
    """The whole plan. Offer the choices with `offer` before it is read or filled."""

    unit = SelectField(_l("Held by"), validate_choice=False)
    title = StringField(_l("What it is called"), filters=[_plain])
    day = DateField(_l("Day"), [InputRequired(_l("Choose a day.")), _likely_year])
    starts = TimeField(_l("From"), [InputRequired(_l("Write when it begins."))])
    ends = TimeField(_l("To"), [InputRequired(_l("Write when it ends."))])
    last_day = DateField(_l("Last day"), [Optional(), _likely_year])
    place = StringField(_l("Where it is held"), filters=[_plain])
    about = TextAreaField(_l("About the workshop"), filters=[_plain])
    programme = TextAreaField(_l("Programme"), filters=[_plain])
    guidelines = _ticked(_l("Guidelines to read before"))
    links = TextAreaField(_l("Other pages to read before"), filters=[_plain])
    opens_before = IntegerField(_l("The code opens so many hours before"), [Optional(), _hours()], default=OPENS_BEFORE)
    closes_after = IntegerField(_l("and until so many hours after"), [Optional(), _hours()], default=CLOSES_AFTER)
    tasks = FieldList(FormField(TaskFields))
    put_back = _ticked(_l("Put back"))

    # --- Filling and reading ----------------------------------------------------------------------------------

    def offer(self, guidelines: Iterable[tuple[str, str]], units: Iterable[Unit] = ()) -> "PlanForm":
        self.known = dict(guidelines)
        """Names of guidelines by address."""
        self.unit_names = {one.code: wording(one.name) for one in units}
        self.guidelines.choices = list(self.known.items())
        self.unit.choices = list(self.unit_names.items())
        self.put_back.choices = []
        return self

    def offer_back(self, tasks: Iterable[Task], prompts: Iterable[Prompt]) -> None:
        """What was taken out of the plan."""
        self.put_back.choices = [
            *((one.key, _("Task: %(title)s", title=one.title)) for one in tasks),
            *((one.key, _("Sub-heading: %(title)s", title=one.title)) for one in prompts),
        ]

    def plan(self, zone: ZoneInfo, *, kept: Plan | None = None) -> Plan:
        """What was typed. `kept` is the plan as it is saved: hours that were not touched stay to the minute.

        Raises Refusal for what cannot be read.
        """
        links, unread = planning.read_links(self.links.data or "")
        if unread:
            raise Refusal(
                N_("In “%(line)s” there is no address that can be linked to. Copy it from the address bar; it begins "
                   "with https://."), field="links", line=unread[0][:100],
            )  # fmt: skip
        starts_at = moment_of(self.day, self.starts, zone)
        ends_at = moment_of(self.last_day if self.last_day.data else self.day, self.ends, zone)
        before, after = timedelta(hours=self.opens_before.data or 0), timedelta(hours=self.closes_after.data or 0)
        if kept is not None and before == _whole_hours(kept.starts_at - kept.opens_at):
            before = kept.starts_at - kept.opens_at
        if kept is not None and after == _whole_hours(kept.closes_at - kept.ends_at):
            after = kept.closes_at - kept.ends_at
        return Plan(
            title=self.title.data or "", starts_at=starts_at, ends_at=ends_at, opens_at=starts_at - before,
            closes_at=ends_at + after, place=self.place.data or None, about=self.about.data or None,
            programme=planning.read_programme(self.programme.data or ""),
            reading=(*({"guideline": slug} for slug in self.guidelines.data or ()), *links),
            tasks=tuple(entry.form.task() for entry in self.tasks if not entry.form.is_empty),
        )  # fmt: skip

    # --- Refusals ---------------------------------------------------------------------------------------------

    def take(self, refusal: Refusal) -> None:
        """Show it at its field, also within a task; those that are left empty are counted out."""
        found = re.match(r"tasks-(\d+)(-.*)", refusal.field or "")
        if found is None:
            return super().take(refusal)
        filled = [place for place, entry in enumerate(self.tasks) if not entry.form.is_empty]
        wanted = f"tasks-{filled[int(found[1])]}{found[2]}"
        for field in self._in_tasks():
            if field.name == wanted:
                field.errors = [*field.errors, say(refusal)]

    def errors_in_order(self) -> list[tuple[str | None, str]]:
        found: list[tuple[str | None, str]] = [(None, problem) for problem in self.problems]
        for field in self:
            parts = self._in_tasks() if field is self.tasks else [field]
            found.extend((one.id, str(error)) for one in parts for error in one.errors)
            if field is self.tasks:
                found.extend((field.id, error) for error in field.errors if isinstance(error, str))
        return found

    def _in_tasks(self) -> Iterator[Field]:
        for entry in self.tasks:
            for field in entry.form:
                if isinstance(field, FieldList):
                    yield from (part for prompt in field for part in prompt.form)
                else:
                    yield field


def _whole_hours(span: timedelta) -> timedelta:
    return timedelta(hours=-(-span // timedelta(hours=1)))


def filled(plan: Plan, zone: ZoneInfo) -> dict[str, Any]:
    """What the form shows of a plan."""
    starts, ends = plan.starts_at.astimezone(zone), plan.ends_at.astimezone(zone)
    hour, colon = timedelta(hours=1), ":" if current_language() == "en" else "."
    return {
        "title": plan.title, "day": starts.date(), "starts": starts.time(), "ends": ends.time(),
        "last_day": ends.date() if ends.date() != starts.date() else None,
        "place": plan.place, "about": plan.about, "programme": planning.write_programme(plan.programme, colon),
        "guidelines": [one["guideline"] for one in plan.reading if "guideline" in one],
        "links": planning.write_links(plan.reading),
        "opens_before": _whole_hours(plan.starts_at - plan.opens_at) // hour,
        "closes_after": _whole_hours(plan.closes_at - plan.ends_at) // hour,
        "tasks": [
            {
                "key": task.key, "title": task.title, "text": task.text, "minutes": task.minutes,
                "models": ", ".join(task.models),
                "prompts": [{"key": one.key, "title": one.title, "hint": one.hint} for one in task.prompts],
            }
            for task in plan.tasks
        ],
    }  # fmt: skip


NEW_DAY = {"starts": time(9), "ends": time(12), "tasks": [{"minutes": MINUTES, "prompts": [{}]}]}
"""What a new plan begins with."""

# --- Rearranging what is typed, without saving it -------------------------------------------------------------

_CHANGE = re.compile(r"(add-task|add-prompt|up|down|drop|prompt-up)(?:-(\d{1,3}))?(?:-(\d{1,3}))?")


def rearranged(data: Mapping[str, Any], change: str) -> tuple[dict[str, Any], str | None]:
    """The form's data after a button was pressed that adds, moves or takes out, and the id of the field to go to.

    Data that the button does not fit stays as it is.
    """
    tasks: list[dict[str, Any]] = [{**task, "prompts": list(task["prompts"])} for task in data["tasks"]]
    found = _CHANGE.fullmatch(change)
    if found is None:
        return dict(data), None
    what, place, part = found[1], int(found[2] or 0), int(found[3] or 0)
    focus = None
    if what == "add-task":
        tasks.append({"minutes": MINUTES, "prompts": [{}]})
        focus = f"tasks-{len(tasks) - 1}-title"
    elif place < len(tasks):
        if what == "add-prompt":
            tasks[place]["prompts"].append({})
            focus = f"tasks-{place}-prompts-{len(tasks[place]['prompts']) - 1}-title"
        elif what == "drop":
            del tasks[place]
            focus = f"tasks-{min(place, len(tasks) - 1)}-title" if tasks else None
        elif what == "prompt-up":
            _swap(tasks[place]["prompts"], part - 1)
            focus = f"tasks-{place}-prompts-{max(part - 1, 0)}-title"
        else:
            _swap(tasks, place - 1 if what == "up" else place)
            focus = f"tasks-{place - 1 if what == 'up' else place + 1}-title"
    return {**data, "tasks": tasks}, focus


def _swap(rows: list[Any], place: int) -> None:
    """Let the row at `place` and the next change places, where there are both."""
    if 0 <= place < len(rows) - 1:
        rows[place], rows[place + 1] = rows[place + 1], rows[place]


# --- Copying ------------------------------------------------------------------------------------------------


class CopyForm(PageForm):
    """When the next one is, and what comes along."""

    title = StringField(_l("What it is called"), filters=[_plain])
    day = DateField(_l("Day"), [InputRequired(_l("Choose a day.")), _likely_year])
    starts = TimeField(_l("From"), [InputRequired(_l("Write when it begins."))])
    with_people = _ticked(_l("Who takes part"))

    def offer(self) -> "CopyForm":
        self.with_people.choices = [("people", _("Put the same people in the groups, as far as they still work here"))]
        return self


def saved_lines(name: str, plan: Plan, titles: Mapping[str, str], written: Mapping[str, str]) -> Sequence[str]:
    """A field of a plan as it is saved, line by line, to be compared with what was typed."""
    if name == "programme":
        return planning.write_programme(plan.programme).splitlines()
    if name == "reading":
        return [titles.get(one["guideline"], one["guideline"]) if "guideline" in one else f"{one['title']} {one['url']}"
                for one in plan.reading]  # fmt: skip
    if name == "tasks":
        return [line for task in plan.tasks for line in _task_lines(task)]
    value = written.get(name, getattr(plan, name))
    return str(value or "").splitlines()


def _task_lines(task: PlannedTask) -> list[str]:
    lines = [f"{task.title} ({task.minutes} min)", *(task.text or "").splitlines()]
    if task.models:
        lines.append(", ".join(task.models))
    return [*lines, *(f"– {one.title}{f' ({one.hint})' if one.hint else ''}" for one in task.prompts if one.title)]
