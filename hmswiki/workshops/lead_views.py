"""The organiser's page while it goes on: the time, the codes, and who has handed in what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Response as JsonResponse
from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.web.access import access, authorise
from hmswiki.web.context import known_actor, read_session, state, transaction
from hmswiki.web.forms import PageForm
from hmswiki.web.page import in_section
from hmswiki.web.words import _, clock_time, current_language, ngettext, say
from hmswiki.workshops import door_operations, door_pages, leading, queries
from hmswiki.workshops.clock import TaskState
from hmswiki.workshops.door_forms import ChangeCodeForm, LeadForm, MinutesForm
from hmswiki.workshops.door_pages import JoinView, TaskView
from hmswiki.workshops.follow_views import SECTION
from hmswiki.workshops.join_views import blueprint
from hmswiki.workshops.models import EventKind, Opens, Task, Workshop, WorkshopEvent

View = Response | str

EVERY_MS = 2000


@dataclass(frozen=True)
class LastEvent:
    """The last that happened, which can be taken back."""

    id: int
    sentence: str


@dataclass(frozen=True)
class LeadPage:
    """How the group work stands, and what the organiser may press."""

    workshop: Workshop
    headline: str
    tasks: Sequence[TaskView]
    task: TaskView | None
    """The one at hand."""
    last: LastEvent | None
    ended: bool
    form: PageForm
    minutes: MinutesForm
    groups_code: JoinView | None
    wall_code: JoinView | None
    code_form: ChangeCodeForm
    panels: Sequence[Markup]
    problems: Sequence[str]
    state_href: str
    opens: bool
    """Whether the codes open now."""
    mark: str
    """Of what is shown: its state answers 304 to it."""
    every_ms: int = EVERY_MS

    def minutes_of(self, task: TaskView) -> MinutesForm:
        """The form for minutes more, as it was typed where it was refused."""
        mine = self.minutes.task.data == task.task.key
        form = self.minutes if mine else MinutesForm(formdata=None, task=task.task.key)
        for field in (form.minutes, form.task):
            field.id = f"{field.short_name}-{task.number}"
        return form


@blueprint.get("/workshops/<key>/lead")
@access(Permission.MANAGE_WORKSHOPS)
def lead(key: str) -> str:
    return _shown(_led(key))


@blueprint.get("/workshops/<key>/lead/state")
@access(Permission.MANAGE_WORKSHOPS)
def lead_state(key: str) -> Response:
    """What has changed, as HTML for the parts of the page; 304 while nothing has."""
    workshop = _led(key)
    mark = _mark(workshop)
    if request.if_none_match.contains_weak(mark):
        response = JsonResponse(status=304)
    else:
        page = _page(workshop)
        response = jsonify({
            "said": page.headline, "look_again_ms": EVERY_MS,
            "parts": {
                "time": render_template("hmswiki/workshops/_lead_time.html", page=page),
                "panels": render_template("hmswiki/workshops/_lead_panels.html", page=page),
                "codes": render_template("hmswiki/workshops/_lead_codes.html", page=page),
            },
        })  # fmt: skip
    response.set_etag(mark)
    return response


def _mark(workshop: Workshop) -> str:
    opens = "open" if workshop.is_within_hours(clock.now()) else "shut"
    return f"{queries.pulse(read_session(), workshop.id)}-{current_language()}-{opens}"


# --- What the buttons do ------------------------------------------------------------------------------------


@blueprint.post("/workshops/<key>/lead/start")
@access(Permission.MANAGE_WORKSHOPS)
def start_task(key: str) -> View:
    return _done_to_task(key, leading.start)


@blueprint.post("/workshops/<key>/lead/close")
@access(Permission.MANAGE_WORKSHOPS)
def close_task(key: str) -> View:
    return _done_to_task(key, leading.close)


@blueprint.post("/workshops/<key>/lead/reopen")
@access(Permission.MANAGE_WORKSHOPS)
def reopen_task(key: str) -> View:
    return _done_to_task(key, leading.reopen)


@blueprint.post("/workshops/<key>/lead/extend")
@access(Permission.MANAGE_WORKSHOPS)
def extend_task(key: str) -> View:
    """More minutes, by one of the buttons or as written."""
    workshop = _led(key)
    form = MinutesForm()
    if not form.validate():
        return _minutes_refused(workshop, form, 422)
    try:
        with transaction(form.submission_id, then=_here(key)) as session:
            here, task = _task(session, key, form.task.data)
            leading.extend(session, here, task, form.minutes.data or 0, by=known_actor(), at=clock.now())
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        form.take(refusal)
        return _minutes_refused(workshop, form, refusal.status)
    return redirect(_here(key), 303)


def _minutes_refused(workshop: Workshop, form: MinutesForm, status: int) -> Response:
    problems = [sentence for _id, sentence in form.errors_in_order()]
    return make_response(_shown(workshop, minutes=form, problems=problems), status)


@blueprint.post("/workshops/<key>/lead/end")
@access(Permission.MANAGE_WORKSHOPS)
def end_workshop(key: str) -> View:
    form = LeadForm()

    def deed(session: Session) -> None:
        leading.end(session, queries.workshop(session, key), by=known_actor(), at=clock.now())

    return _done(key, form, deed)


@blueprint.post("/workshops/<key>/lead/take-back")
@access(Permission.MANAGE_WORKSHOPS)
def take_back(key: str) -> View:
    """Undo the last that happened."""
    form = LeadForm()
    event = form.event.data or ""
    seen = int(event) if event.isascii() and event.isdecimal() and len(event) < 10 else 0

    def deed(session: Session) -> None:
        leading.take_back(session, queries.workshop(session, key), seen, by=known_actor(), at=clock.now())

    return _done(key, form, deed)


@blueprint.post("/workshops/<key>/lead/remind")
@access(Permission.MANAGE_WORKSHOPS)
def remind(key: str) -> View:
    """Ask groups (`group`, their numbers) to hand in what they have on a task."""
    form = LeadForm()
    numbers = [int(one) for one in request.form.getlist("group") if one.isascii() and one.isdecimal() and len(one) < 6]
    reminded: list[int] = []

    def deed(session: Session) -> None:
        here, task = _task(session, key, form.task.data)
        who, at = known_actor(), clock.now()
        groups = leading.remind(session, here, task, numbers, by=who, at=at)
        state().wiki.nudge(session, groups=groups, task=task, by=who, at=at)
        reminded.extend(group.number for group in groups)

    answer = _done(key, form, deed)
    if reminded:
        flash(
            ngettext("%(num)s group is asked to hand in.", "%(num)s groups are asked to hand in.", len(reminded)),
            "success",
        )
    return answer


@blueprint.post("/workshops/<key>/lead/code")
@access(Permission.MANAGE_WORKSHOPS)
def change_code(key: str) -> View:
    """A new code, for the groups or for the wall."""
    form = ChangeCodeForm()
    opens = Opens.WALL if form.opens.data == Opens.WALL else Opens.GROUPS

    def deed(session: Session) -> None:
        door_operations.change_code(
            session, queries.workshop(session, key), opens, put_out=bool(form.put_out.data), by=known_actor(),
            at=clock.now(),
        )  # fmt: skip
        flash(_("There is a new code. What was written is where it was."), "success")

    return _done(key, form, deed)


def _done_to_task(key: str, do: Callable[..., WorkshopEvent]) -> View:
    form = LeadForm()

    def deed(session: Session) -> None:
        here, task = _task(session, key, form.task.data)
        do(session, here, task, by=known_actor(), at=clock.now())

    return _done(key, form, deed)


def _done(key: str, form: PageForm, deed: Callable[[Session], None]) -> View:
    """Do it, and show the page; with what stood in the way, where something did: somebody else was first, say."""
    workshop = _led(key)
    try:
        with transaction(form.submission_id, then=_here(key)) as session:
            deed(session)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return make_response(_shown(_led(key), problems=[say(refusal)]), refusal.status)
    return redirect(_here(workshop.key), 303)


def _task(session: Session, key: str, task: str | None) -> tuple[Workshop, Task]:
    workshop = queries.workshop(session, key)
    return workshop, queries.task(session, workshop, task or "")


def _here(key: str) -> str:
    return url_for(".lead", key=key)


# --- What is shown ------------------------------------------------------------------------------------------


def _led(key: str) -> Workshop:
    workshop = queries.workshop(read_session(), key)
    authorise(Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    return workshop


def _shown(workshop: Workshop, *, minutes: MinutesForm | None = None, problems: Sequence[str] = ()) -> str:
    in_section(SECTION)
    workshop = queries.workshop(read_session(), workshop.key)
    return render_template("hmswiki/workshops/lead.html", page=_page(workshop, minutes=minutes, problems=problems))


def _page(workshop: Workshop, *, minutes: MinutesForm | None = None, problems: Sequence[str] = ()) -> LeadPage:
    session, now = read_session(), clock.now()
    mark = _mark(workshop)  # before all else: what is written meanwhile is asked for again
    happened = queries.events(session, workshop)
    tasks = door_pages.task_views(session, workshop, happened, now)
    ended = any(event.kind is EventKind.ENDED for event in happened)
    task = door_pages.task_at_hand(tasks)
    groups = queries.groups(session, workshop)
    panels = state().wiki.render_panels(
        "workshop.lead", workshop=workshop, task=task.task if task is not None else None, groups=groups
    )
    return LeadPage(
        workshop=workshop,
        headline=_headline(workshop, tasks, task, ended=ended),
        tasks=tasks,
        task=task,
        last=_last(happened, tasks),
        ended=ended,
        form=LeadForm(formdata=None),
        minutes=minutes or MinutesForm(formdata=None),
        groups_code=door_pages.join_view(session, workshop),
        wall_code=door_pages.join_view(session, workshop, Opens.WALL),
        code_form=ChangeCodeForm(formdata=None),
        panels=panels,
        problems=problems,
        state_href=url_for(".lead_state", key=workshop.key),
        opens=workshop.is_within_hours(now),
        mark=mark,
    )


def _headline(workshop: Workshop, tasks: Sequence[TaskView], task: TaskView | None, *, ended: bool) -> str:
    if workshop.cancelled_at is not None:
        return _("The meeting is cancelled.")
    if task is None:
        return _("No task is planned.")
    if ended:
        return _("The group work is over.")
    if task.state is TaskState.RUNNING:
        return _("Task %(number)s is going on", number=task.number)
    if task.state is TaskState.WAITING:
        return _("Task %(number)s comes next", number=task.number)
    return _("All tasks are closed")


def _last(happened: Sequence[WorkshopEvent], tasks: Sequence[TaskView]) -> LastEvent | None:
    if not happened:
        return None
    event = happened[-1]
    number = next((one.number for one in tasks if one.task.id == event.task_id), "–")
    facts = {"number": number, "time": clock_time(event.at)}
    if event.kind is EventKind.EXTENDED:
        sentence = _("Task %(number)s: %(minutes)s min at %(time)s", minutes=f"{event.minutes:+}", **facts)
    else:
        sentence = {
            EventKind.STARTED: _("Task %(number)s begun at %(time)s", **facts),
            EventKind.CLOSED: _("Task %(number)s closed at %(time)s", **facts),
            EventKind.REOPENED: _("Task %(number)s opened again at %(time)s", **facts),
            EventKind.ENDED: _("The group work ended at %(time)s", time=facts["time"]),
        }[event.kind]
    return LastEvent(event.id, sentence)
