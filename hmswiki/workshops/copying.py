"""Last year's workshop held once more. `session` first, nothing is committed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.permissions import Actor
from hmswiki.organisation.models import Employment
from hmswiki.workshops import operations, plan_operations, plan_queries, queries
from hmswiki.workshops.models import Workshop
from hmswiki.workshops.operations import Placed
from hmswiki.workshops.plan_operations import make_workshop


def copy_workshop(
    session: Session,
    source: Workshop,
    *,
    title: str,
    starts_at: datetime,
    with_people: bool = False,
    today: date,
    by: Actor,
    at: datetime,
) -> Workshop:
    """A new workshop with the tasks, the programme, what is read before, the helpers and as many groups.

    `with_people`: those who were in the groups are put in them again, as far as they are employed today, and each
    group keeps its leader. Walk-in tables do not come along: they were made on the day. Helpers who have left do not.
    Raises Refusal.
    """
    plan, moved = plan_queries.plan_of(session, source), starts_at - source.starts_at
    tasks = tuple(
        replace(task, key=None, prompts=tuple(replace(prompt, key=None) for prompt in task.prompts))
        for task in plan.tasks
    )
    known = plan_operations.known_guidelines(session, plan.reading)
    made = make_workshop(
        session, source.unit,
        replace(
            plan, title=title, tasks=tasks, starts_at=starts_at, ends_at=plan.ends_at + moved,
            opens_at=plan.opens_at + moved, closes_at=plan.closes_at + moved,
            reading=tuple(one for one in plan.reading if "guideline" not in one or one["guideline"] in known),
        ),
        by=by, at=at, copied_from=source,
    )  # fmt: skip
    helpers = plan_queries.helpers(session, source)
    groups = [group for group in queries.groups(session, source) if not group.for_walk_ins]
    members = queries.members(session, source)
    everybody = [member.person_id for group in groups for member in members.get(group.id, [])]
    here = _employed(session, [*everybody, *(helper.person_id for helper in helpers)], today=today, at=at)
    for helper in helpers:
        if helper.person_id in here:
            operations.add_helper(session, made, helper.person, by=by, at=at)
    for group in groups:
        new = operations.add_group(session, made, name=group.name, by=by, at=at)
        if with_people:
            stay = [member for member in members.get(group.id, []) if member.person_id in here]
            leads = bool(stay) and stay[0].leads
            operations.place(
                session, made, [Placed([one.person_id for one in stay], new, leads=leads)], by=by, at=at
            )  # fmt: skip
    return made


def _employed(session: Session, ids: Iterable[int], *, today: date, at: datetime) -> set[int]:
    """Those of the people who are employed somewhere today."""
    return set(
        session.scalars(
            select(Employment.person_id).where(
                Employment.person_id.in_(list(ids)), Employment.held_on(today), Employment.known_at(at)
            )
        )
    )
