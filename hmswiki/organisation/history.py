"""Who recorded, withdrew or changed what about a unit or a person, and when."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from hmswiki.organisation.models import Employment, Person, RegisterChange, RoleHolding, Unit
from hmswiki.organisation.register import PAGE_SIZE, FactLine, FactTable, Page, facts_where, paged


@dataclass(frozen=True)
class Event:
    """Something was recorded, withdrawn, added, edited or closed. `fact` or, for the register itself, `details`."""

    what: str
    at: datetime
    by: str | None
    fact: FactLine | None
    details: dict[str, Any]

    @property
    def closed_on(self) -> date | None:
        """The day that `closed` set."""
        written = self.after("closed")
        return date.fromisoformat(written) if isinstance(written, str) else None

    def after(self, field: str) -> Any:
        """What `field` became; None where that is not kept."""
        pair = self.details.get(field)
        return pair[1] if isinstance(pair, list) and len(pair) == 2 else None


def events_of(session: Session, subject: Unit | Person, *, number: int = 1, size: int = PAGE_SIZE) -> Page[Event]:
    """All that was ever recorded and withdrawn of the unit or person, the latest first. Five selects."""
    is_unit = isinstance(subject, Unit)

    def mine(table: Any) -> Any:
        return (table.unit_id if is_unit else table.person_id) == subject.id

    parts: list[Any] = [
        select(
            literal("register").label("kind"), RegisterChange.kind.label("what"), RegisterChange.id.label("id"),
            RegisterChange.changed_at.label("at"), RegisterChange.changed_by_id.label("by_id"),
        ).where(mine(RegisterChange))
    ]  # fmt: skip
    tables: dict[str, FactTable] = {"employment": Employment, "role": RoleHolding}
    for kind, table in tables.items():
        parts.append(
            select(literal(kind), literal("recorded"), table.id, table.recorded_at, table.recorded_by_id)
            .where(mine(table))
        )  # fmt: skip
        parts.append(
            select(literal(kind), literal("withdrawn"), table.id, table.withdrawn_at, table.withdrawn_by_id)
            .where(mine(table), table.withdrawn_at.is_not(None))
        )  # fmt: skip
    events = union_all(*parts).subquery()
    query = (
        select(events.c.kind, events.c.what, events.c.id, events.c.at, Person.name)
        .outerjoin(Person, Person.id == events.c.by_id)
        .order_by(events.c.at.desc(), events.c.what, events.c.kind, events.c.id.desc())
    )
    rows, total = paged(session, query, select(events.c.id), number, size)
    ids: dict[str, list[int]] = defaultdict(list)
    for kind, _what, id, *_rest in rows:
        ids[kind].append(id)
    facts = {
        (line.kind, line.id): line
        for kind, table in tables.items()
        if ids[kind]
        for line in facts_where(session, table, table.id.in_(ids[kind]))
    }
    changes = (
        {one.id: one for one in session.scalars(select(RegisterChange).where(RegisterChange.id.in_(ids["register"])))}
        if ids["register"]
        else {}
    )
    return Page(
        [
            Event(what, at, by, facts.get((kind, id)), changes[id].details if kind == "register" else {})
            for kind, what, id, at, by in rows
        ],
        number, total, size,
    )  # fmt: skip
