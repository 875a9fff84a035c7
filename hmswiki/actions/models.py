"""Tables of actions and of what happened to them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.foundation.database import Base
from hmswiki.foundation.ledger import IsFact
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import Area, Person, Unit


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    """Done, says who was responsible; nobody else has looked yet."""
    CHECKED = "checked"
    """Somebody else has seen that it is done."""
    DROPPED = "dropped"
    """It will not be done, for a reason."""


class Action(Base):
    """Something to do. What it is about never changes; how it stands is put together from its entries.

    The columns after `raised_by_id` hold how it stands now. Only `operations` writes them, in the transaction that
    writes the entry, and they say what going through the entries says.
    """

    __tablename__ = "hms_actions"
    __table_args__ = (
        Index("ix_hms_actions_unit_id_state_due_on", "unit_id", "state", "due_on"),
        Index("ix_hms_actions_responsible_id_state", "responsible_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    """A UUID: the action's own name, in addresses and in the bundle."""
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("hms_areas.id"), index=True)
    origin: Mapped[str | None] = mapped_column(String(200), index=True)
    """What raised it, as `finding:` and its key; None for one that was written by hand."""
    raised_at: Mapped[datetime]
    raised_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))

    unit_id: Mapped[int] = mapped_column(ForeignKey("hms_units.id"))
    """The unit that answers for it; its successor after a reorganisation."""
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    responsible_role: Mapped[Role | None] = mapped_column(String(50))
    """Where no person is named: whoever holds this role in the unit (for `area_owner`, the area's owner)."""
    due_on: Mapped[date]
    state: Mapped[ActionState] = mapped_column(String(20), default=ActionState.OPEN)
    done_on: Mapped[date | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("hms_people.id"))
    escalated_to_id: Mapped[int | None] = mapped_column(ForeignKey("hms_units.id"))
    """The unit above that was told because it is overdue."""
    case_number: Mapped[str | None] = mapped_column(Text)
    """The number in the deviation system (EQS); the case itself stays there."""
    case_url: Mapped[str | None] = mapped_column(Text)

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    area: Mapped[Area | None] = relationship()
    responsible: Mapped[Person | None] = relationship(foreign_keys=[responsible_id])
    raised_by: Mapped[Person | None] = relationship(foreign_keys=[raised_by_id])
    done_by: Mapped[Person | None] = relationship(foreign_keys=[done_by_id])
    escalated_to: Mapped[Unit | None] = relationship(foreign_keys=[escalated_to_id])
    entries: Mapped[list["ActionEntry"]] = relationship(
        back_populates="action", order_by="(ActionEntry.recorded_at, ActionEntry.id)"
    )


class EntryKind(StrEnum):
    """What happened to an action. What an entry's `values` hold is said at each."""

    RAISED = "raised"
    """`unit`, `responsible` (person) or `role`, `due_on`."""
    COMMENTED = "commented"
    ASSIGNED = "assigned"
    """`responsible` (person) or `role`."""
    RESCHEDULED = "rescheduled"
    """`due_on`."""
    DONE = "done"
    """`done_on`."""
    CHECKED = "checked"
    REOPENED = "reopened"
    DROPPED = "dropped"
    MOVED = "moved"
    """`unit`: the successor of one that closed; the responsible person gives way to a role where they left."""
    ESCALATED = "escalated"
    """`unit`: the one above that was told."""
    CASE_NOTED = "case_noted"
    """`number`, `url` in the deviation system."""


class ActionEntry(IsFact, Base):
    """One thing that happened to an action: recorded, and withdrawn where it was wrong."""

    __tablename__ = "hms_action_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("hms_actions.id"), index=True)
    kind: Mapped[EntryKind] = mapped_column(String(20))
    text: Mapped[str | None] = mapped_column(Text)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By ids of rows, dates as text."""

    action: Mapped[Action] = relationship(back_populates="entries")
