"""What is done to the plan of a workshop. `session` first, nothing is committed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.permissions import Actor, Permission, demand
from hmswiki.guidelines.models import Guideline
from hmswiki.organisation.models import Unit
from hmswiki.workshops import codes, planning
from hmswiki.workshops.models import Group, Prompt, Task, Workshop
from hmswiki.workshops.operations import beat, check_on, lock
from hmswiki.workshops.planning import Plan, PlannedPrompt, PlannedTask

LONGEST_TITLE = 200
LONGEST_TEXT = 4000
LONGEST_LINE = 300
LONGEST_MODEL = 60
MOST_TASKS = 12
MOST_PROMPTS = 12
MOST_MODELS = 12
MOST_LINES = 60
"""Of a programme, and of what is read before."""
LONGEST_TASK = 480
"""Minutes."""
LONGEST = timedelta(days=14)
"""From the beginning of a workshop to its end."""
LONGEST_OPEN = timedelta(days=60)
"""So long before and after a workshop its codes may open it."""

# --- The whole ----------------------------------------------------------------------------------------------


def make_workshop(
    session: Session, unit: Unit, plan: Plan, *, by: Actor, at: datetime, copied_from: Workshop | None = None
) -> Workshop:
    """Plan a workshop that `unit` holds. It has its codes from now on. Raises Refusal."""
    demand(by, Permission.MANAGE_WORKSHOPS, within=unit)
    check(session, plan)
    workshop = Workshop(
        key=str(uuid4()), unit_id=unit.id, made_at=at, made_by_id=by.person_id,
        copied_from_id=copied_from.id if copied_from else None, **_columns(plan),
    )  # fmt: skip
    session.add(workshop)
    session.flush()
    _write_tasks(session, workshop, plan.tasks, at=at)
    codes.ensure(session, workshop, by=by, at=at)
    return workshop


def save_plan(
    session: Session,
    workshop: Workshop,
    plan: Plan,
    *,
    version: int,
    put_back: Collection[str] = (),
    by: Actor,
    at: datetime,
) -> None:
    """Save all of the plan. `version` is the one that was on the screen. Raises Conflict, Refusal.

    A task or sub-heading that `plan` does not name is taken out: nobody sees it, and what was written under it stays.
    Those whose keys stand in `put_back` come back, last.
    """
    demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    lock(session, workshop)
    check_on(workshop)
    if workshop.version != version:
        raise Conflict(
            N_("Somebody saved this plan while you were writing. What you typed is kept: compare, and save again.")
        )
    check(session, plan)
    for name, value in _columns(plan).items():
        setattr(workshop, name, value)
    _write_tasks(session, workshop, plan.tasks, at=at, put_back=put_back)
    workshop.version += 1
    beat(session, workshop)


def cancel(session: Session, workshop: Workshop, *, by: Actor, at: datetime) -> None:
    """It is not held. Its codes open nothing any more. Raises Conflict."""
    demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    lock(session, workshop)
    check_on(workshop)
    if workshop.ends_at <= at:
        raise Conflict(N_("The workshop is over, so it cannot be cancelled."))
    workshop.cancelled_at = at
    beat(session, workshop)


def hold_after_all(session: Session, workshop: Workshop, *, by: Actor, at: datetime) -> None:
    """It is held, though it was cancelled. Raises Conflict."""
    demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    lock(session, workshop)
    if workshop.cancelled_at is None:
        raise Conflict(N_("The workshop is not cancelled."))
    workshop.cancelled_at = None
    beat(session, workshop)


def _columns(plan: Plan) -> dict[str, Any]:
    return {
        "title": _line(plan.title), "starts_at": plan.starts_at, "ends_at": plan.ends_at, "opens_at": plan.opens_at,
        "closes_at": plan.closes_at, "place": _line(plan.place) or None, "about": _text(plan.about),
        "programme": [dict(one) for one in plan.programme], "reading": [dict(one) for one in plan.reading],
    }  # fmt: skip


# --- Tasks --------------------------------------------------------------------------------------------------


def has_written(session: Session, workshop: Workshop) -> bool:
    """Whether any of its groups has written anything."""
    query = select(func.coalesce(func.sum(Group.pulse), 0)).where(Group.workshop_id == workshop.id)
    return bool(session.scalar(query))


def _write_tasks(
    session: Session,
    workshop: Workshop,
    planned: Sequence[PlannedTask],
    *,
    at: datetime,
    put_back: Collection[str] = (),
) -> None:
    tasks = {task.key: task for task in session.scalars(select(Task).where(Task.workshop_id == workshop.id))}
    written = bool(tasks) and has_written(session, workshop)
    kept: list[Task] = []
    for place, one in enumerate(planned):
        task = tasks.get(one.key or "")
        if task is None or task in kept:
            task = Task(key=str(uuid4()), workshop_id=workshop.id)
            session.add(task)
        elif written:
            _check_models(task, one, f"tasks-{place}-models")
        task.title, task.text, task.minutes = _line(one.title), _text(one.text), one.minutes
        task.models, task.removed_at = list(one.models), None
        kept.append(task)
    kept += [task for task in tasks.values() if task.key in put_back and task not in kept]
    for task in tasks.values():
        if task not in kept:
            task.removed_at = task.removed_at or at
    for position, task in enumerate(kept, start=1):
        task.position, task.removed_at = position, None
    session.flush()
    for task, one in zip(kept, planned, strict=False):
        _write_prompts(session, task, one.prompts, at=at, put_back=put_back)


def _write_prompts(
    session: Session, task: Task, planned: Sequence[PlannedPrompt], *, at: datetime, put_back: Collection[str]
) -> None:
    found = session.scalars(select(Prompt).where(Prompt.task_id == task.id).order_by(Prompt.position, Prompt.id)).all()
    prompts = {prompt.key: prompt for prompt in found}
    back = [prompt for prompt in found if prompt.key in put_back]
    titled = [one for one in planned if _line(one.title)]
    if not titled and not back:
        # One answer to the whole task: where there was one already, what stands under it stays under it.
        live = next((prompt for prompt in found if prompt.removed_at is None), None)
        titled = [PlannedPrompt("", key=live.key if live else None)]
    kept: list[Prompt] = []
    for one in titled:
        prompt = prompts.get(one.key or "")
        if prompt is None or prompt in kept:
            prompt = Prompt(key=str(uuid4()), task_id=task.id)
            session.add(prompt)
        prompt.title, prompt.hint = _line(one.title), _line(one.hint) or None
        kept.append(prompt)
    kept += [prompt for prompt in back if prompt not in kept]
    for prompt in found:
        if prompt not in kept:
            prompt.removed_at = prompt.removed_at or at
    for position, prompt in enumerate(kept, start=1):
        prompt.position, prompt.removed_at = position, None
    session.flush()


def taken_out(session: Session, workshop: Workshop) -> tuple[Sequence[Task], Sequence[Prompt]]:
    """What was taken out of the plan and can be put back: tasks, and sub-headings of tasks that are in it."""
    tasks = session.scalars(
        select(Task).where(Task.workshop_id == workshop.id, Task.removed_at.is_not(None)).order_by(Task.id)
    ).all()
    prompts = session.scalars(
        select(Prompt)
        .join(Task, Prompt.task_id == Task.id)
        .where(
            Task.workshop_id == workshop.id, Task.removed_at.is_(None), Prompt.removed_at.is_not(None),
            Prompt.title != "",
        )
        .order_by(Task.position, Prompt.id)
    ).all()  # fmt: skip
    return tasks, prompts


# --- What is refused ----------------------------------------------------------------------------------------


def check(session: Session, plan: Plan) -> None:
    """Raises Refusal for what cannot be a plan; its field is that of the form, `tasks-1-title` say."""
    if not _line(plan.title):
        raise Refusal(N_("Write what the workshop is called."), field="title")
    _check_times(plan)
    for text, field, limit in (
        (plan.title, "title", LONGEST_TITLE),
        (plan.place, "place", LONGEST_TITLE),
        (plan.about, "about", LONGEST_TEXT),
    ):
        _check_length(text, field, limit)
    if len(plan.programme) > MOST_LINES or len(plan.reading) > MOST_LINES:
        raise Refusal(
            N_("There are more than %(limit)s lines. Take some out."), limit=MOST_LINES,
            field="programme" if len(plan.programme) > MOST_LINES else "links",
        )  # fmt: skip
    for line in plan.programme:
        _check_length(line["text"], "programme", LONGEST_LINE)
    _check_reading(session, plan.reading)
    if len(plan.tasks) > MOST_TASKS:
        raise Refusal(N_("A workshop has at most %(limit)s tasks. Take some out."), field="tasks", limit=MOST_TASKS)
    for place, task in enumerate(plan.tasks):
        _check_task(task, f"tasks-{place}", place + 1)


def _check_times(plan: Plan) -> None:
    if plan.ends_at <= plan.starts_at:
        raise Refusal(N_("The workshop ends before it begins. Choose a later end."), field="ends")
    if plan.ends_at - plan.starts_at > LONGEST:
        raise Refusal(N_("The workshop lasts more than %(days)s days. Choose an earlier end."), field="ends",
                      days=LONGEST.days)  # fmt: skip
    if plan.opens_at > plan.starts_at or plan.starts_at - plan.opens_at > LONGEST_OPEN:
        raise Refusal(
            N_("The code must open before the workshop begins, and at most %(days)s days before."),
            field="opens_before", days=LONGEST_OPEN.days,
        )  # fmt: skip
    if plan.closes_at < plan.ends_at or plan.closes_at - plan.ends_at > LONGEST_OPEN:
        raise Refusal(
            N_("The code must open until the workshop is over, and at most %(days)s days longer."),
            field="closes_after", days=LONGEST_OPEN.days,
        )  # fmt: skip


def known_guidelines(session: Session, reading: Sequence[Mapping[str, str]]) -> set[str]:
    """The addresses of those guidelines to read that there are."""
    slugs = {one["guideline"] for one in reading if "guideline" in one}
    return set(session.scalars(select(Guideline.slug).where(Guideline.slug.in_(slugs)))) if slugs else set()


def _check_reading(session: Session, reading: Sequence[Mapping[str, str]]) -> None:
    slugs = {one["guideline"] for one in reading if "guideline" in one}
    known = known_guidelines(session, reading)
    if slugs - known:
        raise Refusal(
            N_("There is no guideline with the address “%(slug)s”."), field="guidelines", slug=min(slugs - known)[:100]
        )
    for one in reading:
        if "url" in one and not planning.is_address(one["url"]):
            raise Refusal(
                N_("“%(url)s” is no address that can be linked to. It begins with https://."),
                field="links", url=one["url"][:100],
            )  # fmt: skip
        _check_length(one.get("title"), "links", LONGEST_LINE)


def _check_task(task: PlannedTask, field: str, number: int) -> None:
    if not _line(task.title):
        raise Refusal(N_("Task %(number)s has no title. Write one."), field=f"{field}-title", number=number)
    if not 1 <= task.minutes <= LONGEST_TASK:
        raise Refusal(
            N_("Task %(number)s takes from 1 to %(limit)s minutes."),
            field=f"{field}-minutes", number=number, limit=LONGEST_TASK,
        )  # fmt: skip
    _check_length(task.title, f"{field}-title", LONGEST_TITLE)
    _check_length(task.text, f"{field}-text", LONGEST_TEXT)
    if len(task.models) > MOST_MODELS or len(task.prompts) > MOST_PROMPTS:
        raise Refusal(
            N_("Task %(number)s has more than %(limit)s parts. Take some out."),
            field=f"{field}-title", number=number, limit=MOST_PROMPTS,
        )  # fmt: skip
    if len(set(task.models)) != len(task.models):
        raise Refusal(N_("Task %(number)s names a model twice."), field=f"{field}-models", number=number)
    for model in task.models:
        _check_length(model, f"{field}-models", LONGEST_MODEL)
    for place, prompt in enumerate(task.prompts):
        _check_length(prompt.title, f"{field}-prompts-{place}-title", LONGEST_TITLE)
        _check_length(prompt.hint, f"{field}-prompts-{place}-hint", LONGEST_LINE)


def _check_models(task: Task, planned: PlannedTask, field: str) -> None:
    """What was answered for a model hangs on its name: it is neither taken out nor renamed once groups write."""
    missing = [name for name in task.models if name not in planned.models]
    if missing:
        raise Refusal(
            N_("Groups have begun to write, so “%(model)s” stays. You may add others."), field=field, model=missing[0]
        )
    if planned.models and not task.models:
        raise Refusal(
            N_("Groups have begun to write one answer to this task, so it is not divided any more. Make a new task."),
            field=field,
        )


def _check_length(text: str | None, field: str, limit: int) -> None:
    if len(text or "") > limit:
        raise Refusal(
            N_("The text has %(length)s characters, and the most is %(limit)s. Shorten it."),
            field=field, length=len(text or ""), limit=limit,
        )  # fmt: skip


def _line(text: str | None) -> str:
    # PostgreSQL keeps no NUL.
    return " ".join((text or "").replace("\0", "").split())


def _text(text: str | None) -> str | None:
    return (text or "").replace("\r\n", "\n").replace("\0", "").strip() or None
