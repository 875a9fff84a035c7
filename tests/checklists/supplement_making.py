"""Makers for tests of supplements in the database. Each flushes, none commits."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists import supplement_operations as operations
from hmswiki.checklists.models import ChecklistEdition, ChecklistRecord
from hmswiki.checklists.parsing import as_data, parse
from hmswiki.checklists.supplements import Addition, After, Note, NotRelevant, Number, Place
from hmswiki.checklists.template import Item, Kind
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Actor
from hmswiki.organisation.models import Unit, UnitSuccessor
from hmswiki.organisation.queries import actor
from tests import cast


def central(key: str, text: str | None = None, **more: Any) -> dict[str, Any]:
    """An item as a file has it."""
    return {"key": key, "text": {"nb": text or f"Er {key} i orden?", "en": f"Is {key} in order?"}, "kind": "ok", **more}


FRIDGE = central("fridge", "Er kjøleskapet merket?")
ROUTES = central("routes", "Er rømningsveiene frie?", mandatory="yes", findings=["deviation"])
DOORS = central("doors", "Er dørene lukket?")


def sections(*items: dict[str, Any], **more: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One section with the items, and others by key."""
    parts = {"ways": list(items), **more}
    return [{"key": key, "title": {"nb": f"Del {key}"}, "items": part} for key, part in parts.items()]


def publish(
    session: Session,
    *items: dict[str, Any],
    number: str = "1.0",
    on: date | None = None,
    key: str = "brannrunde",
    **more: list[dict[str, Any]],
) -> ChecklistEdition:
    """An edition of a checklist, which is made where it is not there."""
    data = {"key": key, "title": {"nb": "Brannrunde", "en": "Fire round"}, "sections": sections(*items, **more)}
    content, flaws = parse(data)
    assert content is not None, flaws
    record = session.scalar(select(ChecklistRecord).where(ChecklistRecord.key == key))
    if record is None:
        record = ChecklistRecord(key=key)
        session.add(record)
    major, minor = map(int, number.split("."))
    edition = ChecklistEdition(
        checklist=record, major=major, minor=minor, published_on=on or date(2026, 1, major), title=data["title"],
        content=as_data(content),
    )  # fmt: skip
    session.add(edition)
    session.flush()
    return edition


def list_of(session: Session, key: str = "brannrunde") -> ChecklistRecord:
    return session.scalars(select(ChecklistRecord).where(ChecklistRecord.key == key)).one()


def unit(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def who(session: Session, key: str) -> Actor:
    found = actor(session, key, cast.today())
    assert found is not None
    return found


def new_unit(session: Session, code: str, *, beneath: str = "FAC", carries_on: tuple[str, ...] = ()) -> Unit:
    """A unit that opens today, and closes those that it carries on from."""
    above = unit(session, beneath)
    made = Unit(code=code, name={"nb": f"Enhet {code}"}, parent_id=above.id, path="", opened=cast.today())
    session.add(made)
    session.flush()
    made.path = f"{above.path}{made.id}/"
    for each in carries_on:
        before = unit(session, each)
        before.closed = cast.today()
        session.add(UnitSuccessor(unit_id=before.id, successor_id=made.id))
    session.flush()
    return made


class Desk:
    """Somebody who adapts the fire round for a unit."""

    def __init__(self, session: Session, code: str, by: str) -> None:
        self.session, self.code, self.by = session, code, by

    @property
    def common(self) -> dict[str, Any]:
        return {"by": who(self.session, self.by), "at": clock.now(), "today": cast.today()}

    @property
    def about(self) -> tuple[Session, ChecklistRecord, Unit]:
        return self.session, list_of(self.session), unit(self.session, self.code)

    def add(
        self, text: str, place: Place | None = None, *, of: Number = (1, 0), replaces: str | None = None, **more: Any
    ) -> Addition:
        item = Item("new", {"nb": text}, more.pop("kind", Kind.OK), **more)
        return operations.add_item(
            *self.about, item=item, place=place or After("routes"), of_edition=of, replaces=replaces, **self.common
        )

    def note(self, item: str, text: str, *, of: Number = (1, 0), replaces: str | None = None) -> Note:
        return operations.write_note(
            *self.about, item=item, text={"nb": text}, of_edition=of, replaces=replaces, **self.common
        )

    def leave_out(self, item: str, because: str = "Vi har ingen.", *, of: Number = (1, 0)) -> NotRelevant:
        return operations.leave_out(*self.about, item=item, because={"nb": because}, of_edition=of, **self.common)

    def keep(self, identity: str, *, of: Number) -> Any:
        return operations.keep(*self.about, identity, of_edition=of, **self.common)

    def withdraw(self, identity: str, reason: str = "Ikke lenger.") -> Any:
        return operations.withdraw_edit(*self.about, identity, reason=reason, **self.common)

    def take_over(self, source: str, only: list[str] | None = None) -> tuple[int, int]:
        return operations.take_over(*self.about, unit(self.session, source), only=only, **self.common)
