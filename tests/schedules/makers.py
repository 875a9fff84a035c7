"""Makes schedules for tests. Each flushes, none commits."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists.models import ChecklistEdition, ChecklistRecord
from hmswiki.foundation.permissions import Actor
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Area, Person, Unit, UnitSuccessor
from hmswiki.schedules.models import Audience, Reach, ScheduleRecord, ScheduleUnit
from hmswiki.schedules.subjects import Subject
from tests.cast import RECORDED

TODAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 16, 11, 0, tzinfo=UTC)


def checklist(session: Session, key: str = "brannrunde", title: str = "Brannrunde") -> ChecklistRecord:
    """A checklist with an edition, made once."""
    found = session.scalar(select(ChecklistRecord).where(ChecklistRecord.key == key))
    if found is None:
        found = ChecklistRecord(key=key)
        session.add(found)
        session.flush()
        item = {"key": "b", "text": {"nb": "B"}, "kind": "ok"}
        content = {
            "key": key,
            "title": {"nb": title},
            "sections": [{"key": "a", "title": {"nb": "A"}, "items": [item]}],
        }
        session.add(
            ChecklistEdition(
                checklist_id=found.id, major=1, minor=0, published_on=date(2025, 1, 1), title={"nb": title},
                content=content,
            )
        )  # fmt: skip
        session.flush()
    return found


def unit(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def area(session: Session, code: str) -> Area:
    return session.scalars(select(Area).where(Area.code == code)).one()


def person(session: Session, key: str) -> Person:
    return session.scalars(select(Person).where(Person.external_key == key)).one()


def actor(session: Session, key: str) -> Actor:
    found = organisation.actor(session, key, TODAY)
    assert found is not None
    return found


def schedule(
    session: Session,
    audience: Audience = Audience.UNITS,
    units: Iterable[tuple[str, Reach]] = (("FAC", Reach.ALL_BENEATH),),
    areas: Iterable[str] = (),
    *,
    every: str = "month",
    starts: date = date(2026, 1, 1),
    key: str = "brannrunde",
    **other: Any,
) -> ScheduleRecord:
    made = ScheduleRecord(
        key=str(uuid4()), checklist=checklist(session, key), audience=audience, every=every, starts_on=starts,
        pauses=other.pop("pauses", {}), recorded_at=RECORDED,
        units=[ScheduleUnit(unit=unit(session, code), reach=reach) for code, reach in units],
        areas=[area(session, code) for code in areas], **other,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def reorganise(session: Session, old: str, on: date, *new: str, parent: str = "FAC") -> None:
    """The unit closes, and others, opened that day where there are none, carry on."""
    closing = unit(session, old)
    closing.closed = on
    for code in new:
        found = session.scalar(select(Unit).where(Unit.code == code))
        if found is None:
            above = unit(session, parent)
            found = Unit(code=code, name=code, parent_id=above.id, path="", opened=on, position=9)
            session.add(found)
            session.flush()
            found.path = f"{above.path}{found.id}/"
        session.add(UnitSuccessor(unit_id=closing.id, successor_id=found.id))
    session.flush()


def slot_of(session: Session, code: str) -> str:
    """The slot of a unit, an area or a person, whichever has this code or key."""
    if (one := session.scalar(select(Unit).where(Unit.code == code))) is not None:
        return Subject(unit_id=one.id).slot
    if (place := session.scalar(select(Area).where(Area.code == code))) is not None:
        return Subject(area_id=place.id).slot
    return Subject(person_id=person(session, code).id).slot
