"""Deciding who should know a guideline: a rollout is started, and once it may be ended. It is never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hmswiki.acknowledgements.matrix import tops_of
from hmswiki.acknowledgements.models import Evidence, Rollout
from hmswiki.acknowledgements.rollout_queries import keys_that_begin
from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.events import announce, rollout_started
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.guidelines.models import Guideline
from hmswiki.organisation.models import Unit

_LONGEST_SLUG_IN_KEY = 170


@dataclass(frozen=True)
class Plan:
    """A rollout as it is asked for."""

    guideline: Guideline
    units: Sequence[Unit]
    """With all beneath them; one that is beneath another need not be named."""
    role: Role | None
    starts_on: date
    due: date | None
    evidence: Evidence = Evidence.UNIT
    purpose: str = ""
    legal_basis: str = ""
    names_kept_until: date | None = None


def check(plan: Plan, *, today: date, changes_past: bool) -> None:
    """Raises Refusal, at the field it is about. `changes_past`: whoever asks knows that earlier numbers change."""
    if not plan.units:
        raise Refusal(N_("Choose at least one unit, or the whole organisation."), field="units")
    for unit in plan.units:
        if unit.closed is not None and unit.closed <= plan.starts_on:
            raise Refusal(
                N_("%(unit)s closes on %(day)s, before the rollout starts. Choose the unit that carries on its work."),
                field="units", unit=unit.code, day=unit.closed,
            )  # fmt: skip
    if plan.due is not None and plan.due < plan.starts_on:
        raise Refusal(
            N_("The due date lies before the rollout starts on %(day)s. Choose that day or a later one."),
            field="due", day=plan.starts_on,
        )  # fmt: skip
    if plan.evidence is Evidence.NAMED:
        _check_named(plan, today)
    if plan.starts_on < today and not changes_past:
        raise Refusal(
            N_("The rollout starts before today, so numbers that have been reported change. "
               "Tick the box if that is what you want, or choose a later day."),
            field="changes_past",
        )  # fmt: skip


def _check_named(plan: Plan, today: date) -> None:
    if not plan.purpose:
        raise Refusal(N_("Say why names are needed. Whoever is asked can read it."), field="purpose")
    if not plan.legal_basis:
        raise Refusal(N_("Say which legal basis there is for keeping names."), field="legal_basis")
    if plan.names_kept_until is None:
        raise Refusal(N_("Say how long the names are kept: the last day they can be seen."), field="names_kept_until")
    if plan.names_kept_until < max(plan.starts_on, today):
        raise Refusal(
            N_("Names would be gone before anybody is asked. Choose %(day)s or a later day."),
            field="names_kept_until", day=max(plan.starts_on, today),
        )  # fmt: skip


def roll_out(
    session: Session, plan: Plan, *, by: Actor, at: datetime, today: date, changes_past: bool = False
) -> Rollout:
    """Decide who should know the guideline, from when and by when. Raises Refusal."""
    check(plan, today=today, changes_past=changes_past)
    named = plan.evidence is Evidence.NAMED
    while True:
        rollout = Rollout(
            key=_free_key(session, plan),
            guideline_id=plan.guideline.id,
            role=plan.role,
            starts_on=plan.starts_on,
            due=plan.due,
            evidence=plan.evidence,
            purpose=plan.purpose if named else None,
            legal_basis=plan.legal_basis if named else None,
            names_kept_until=plan.names_kept_until if named else None,
            units=tops_of(plan.units),
        )
        try:
            with session.begin_nested():
                session.add(rollout)
                session.flush()
        except IntegrityError:  # somebody took the key meanwhile
            continue
        announce(session, rollout_started, rollout_id=rollout.id, guideline_id=rollout.guideline_id)
        return rollout


def _free_key(session: Session, plan: Plan) -> str:
    """A key one can read: the guideline, the first day and, from 1, which of that day it is."""
    beginning = f"{plan.guideline.slug[:_LONGEST_SLUG_IN_KEY]}-{plan.starts_on}-"
    taken = keys_that_begin(session, beginning)
    number = 1
    while f"{beginning}{number}" in taken:
        number += 1
    return f"{beginning}{number}"


def end_rollout(session: Session, rollout: Rollout, *, ended: date, by: Actor, today: date) -> None:
    """The rollout no longer asks anybody from the day `ended`. Set once. Raises Refusal, Conflict."""
    session.refresh(rollout, ["ended"], with_for_update=True)
    if rollout.ended is not None:
        raise Conflict(N_("This rollout was ended already, from %(day)s. That stays as it is."), day=rollout.ended)
    if ended < today:
        raise Refusal(
            N_("A rollout cannot be ended backwards: the numbers of days that have been would change. "
               "Choose today or a later day."),
            field="ended",
        )  # fmt: skip
    if ended < rollout.starts_on:
        raise Refusal(
            N_("The rollout starts on %(day)s. To call it off, end it from that day: then it never asks anybody."),
            field="ended", day=rollout.starts_on,
        )  # fmt: skip
    rollout.ended = ended
    session.flush()
