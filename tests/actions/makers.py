"""A few makers for tests of actions. Each flushes, none commits."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions import operations
from hmswiki.actions.models import Action
from hmswiki.foundation import clock
from hmswiki.foundation.ledger import IsFact
from hmswiki.foundation.permissions import Actor
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Area, AreaDuty, AreaKind, AreaPart, Employment, Person, RoleHolding, Unit
from tests import cast as the_cast


def unit(session: Session, code: str) -> Unit:
    return organisation.unit(session, code)


def person(session: Session, key: str) -> Person:
    return organisation.person(session, key)


def actor(session: Session, key: str) -> Actor:
    found = organisation.actor(session, key, the_cast.today())
    assert found is not None
    return found


def raised(
    session: Session, title: str = "Rydd rømningsveien", *, code: str = "LAB", due_in: int = 7, by: str = "astrid",
    to: str | None = None, **more: Any,
) -> Action:  # fmt: skip
    """An action of a unit that is due in so many days (fewer than none: it is overdue)."""
    return operations.raise_action(
        session, title=title, unit=unit(session, code), due_on=the_cast.today() + timedelta(days=due_in),
        by=actor(session, by), at=clock.now(), responsible=person(session, to) if to else None, **more,
    )  # fmt: skip


def area(session: Session, code: str, parent: Area | None = None, *, owner: str | None = None) -> Area:
    """A place, and maybe its owner."""
    made = Area(
        code=code, name=f"Bygg {code}", kind=AreaKind.BUILDING, parent_id=parent.id if parent else None, path="",
        opened=the_cast.FOUNDED,
    )  # fmt: skip
    session.add(made)
    session.flush()
    made.path = f"{parent.path if parent else 'a/'}{made.id}/"
    if owner:
        session.add(
            AreaDuty(area_id=made.id, person_id=person(session, owner).id, part=AreaPart.OWNER,
                     starts_on=the_cast.FOUNDED, recorded_at=the_cast.RECORDED)
        )  # fmt: skip
    session.flush()
    return made


def end(session: Session, table: type[Employment] | type[RoleHolding], key: str, on: date) -> None:
    """The person's employment, or role, ends on the day."""
    assert issubclass(table, IsFact)
    for fact in session.scalars(select(table).where(table.person_id == person(session, key).id)):
        fact.ends_on = on
    session.flush()


def long_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)
