"""Facts: recorded and withdrawn, never edited, never deleted.

Every fact has two times: when it was true (its own dates) and when it was known
(`recorded_at`, up to but not including `withdrawn_at`). A correction is a withdrawal
and a new fact, both with the same time.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Text, or_
from sqlalchemy.orm import Mapped, declared_attr, mapped_column


class IsFact:
    """The columns of a fact's second time, and who recorded and withdrew it."""

    @declared_attr
    def recorded_at(cls) -> Mapped[datetime]:
        return mapped_column(index=True)

    @declared_attr
    def withdrawn_at(cls) -> Mapped[datetime | None]:
        return mapped_column(default=None)

    @declared_attr
    def recorded_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("hms_people.id"), default=None)

    @declared_attr
    def withdrawn_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("hms_people.id"), default=None)

    @declared_attr
    def withdrawal_reason(cls) -> Mapped[str | None]:
        return mapped_column(Text, default=None)

    @classmethod
    def known_at(cls, moment: datetime | Any) -> ColumnElement[bool]:
        """SQL: the fact exists as known at `moment`."""
        return (cls.recorded_at <= moment) & or_(cls.withdrawn_at.is_(None), cls.withdrawn_at > moment)

    def is_known_at(self, moment: datetime) -> bool:
        return self.recorded_at <= moment and (self.withdrawn_at is None or self.withdrawn_at > moment)

    def withdraw(self, *, by_id: int | None, at: datetime, reason: str | None) -> None:
        """Set once. A fact that is withdrawn already stays as it is."""
        if self.withdrawn_at is None:
            self.withdrawn_at = at
            self.withdrawn_by_id = by_id
            self.withdrawal_reason = reason
