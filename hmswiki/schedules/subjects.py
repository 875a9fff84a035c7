"""What a schedule asks once each: a unit, an area or a person. Pure."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

_SLOT = re.compile(r"(unit|area|person):([1-9][0-9]{0,8})", re.ASCII)


@dataclass(frozen=True)
class Subject:
    """Exactly one of the ids is given. Two are the same where that is, whatever else is known."""

    unit_id: int | None = None
    area_id: int | None = None
    person_id: int | None = None
    since: date | None = field(default=None, compare=False)
    """The day from which it is there to be asked: the unit's or the area's opening, or the day from which the person
    has been employed, or has held the role, without a break."""
    units: tuple[int, ...] = field(default=(), compare=False)
    """The units it lies in, where these were looked up: the unit itself, the area's, or the person's."""

    def __post_init__(self) -> None:
        if [self.unit_id, self.area_id, self.person_id].count(None) != 2:
            raise ValueError("A subject is a unit, an area or a person, and only one of them.")

    @property
    def slot(self) -> str:
        """Its name within an occurrence: "unit:5", "area:7", "person:9"."""
        if self.unit_id is not None:
            return f"unit:{self.unit_id}"
        return f"area:{self.area_id}" if self.area_id is not None else f"person:{self.person_id}"

    @property
    def ids(self) -> dict[str, int | None]:
        """The columns of `HasSubject`."""
        return {"unit_id": self.unit_id, "area_id": self.area_id, "person_id": self.person_id}

    @classmethod
    def of(cls, row: Any) -> "Subject":
        """Of a row with the columns of `HasSubject`."""
        return cls(row.unit_id, row.area_id, row.person_id)

    @classmethod
    def read(cls, slot: str) -> "Subject | None":
        """The subject that `slot` names; None where it names none."""
        found = _SLOT.fullmatch(slot)
        if found is None:
            return None
        kind, id = found[1], int(found[2])
        return cls(
            unit_id=id if kind == "unit" else None,
            area_id=id if kind == "area" else None,
            person_id=id if kind == "person" else None,
        )
