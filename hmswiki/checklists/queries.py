"""Reads of checklists. `session` first."""

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from hmswiki.checklists import parsing, template
from hmswiki.checklists.models import ChecklistEdition, ChecklistRecord
from hmswiki.checklists.supplements import Number
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.language import in_language

# --- One checklist ------------------------------------------------------------------------------------------


def checklist(session: Session, key: str) -> ChecklistRecord:
    """The checklist with that key. Raises NotFound."""
    # PostgreSQL keeps no such letter: it cannot even be asked for it.
    found = None if "\0" in key else session.scalar(select(ChecklistRecord).where(ChecklistRecord.key == key))
    if found is None:
        raise NotFound(N_("There is no checklist “%(key)s”. The list of checklists shows all."), key=key[:60])
    return found


def edition_on(session: Session, checklist_id: int, day: date) -> ChecklistEdition | None:
    """The edition that a round begun on `day` is done by; None before the first, and once the list is retired."""
    return session.scalar(_in_force(day).where(ChecklistRecord.id == checklist_id))


def all_editions(session: Session, checklist_id: int) -> Sequence[ChecklistEdition]:
    """Every edition, the oldest first, with who wrote and approved it; coming ones too."""
    return session.scalars(
        select(ChecklistEdition)
        .where(ChecklistEdition.checklist_id == checklist_id)
        .options(selectinload(ChecklistEdition.written_by), selectinload(ChecklistEdition.approved_by))
        .order_by(ChecklistEdition.published_on, ChecklistEdition.major, ChecklistEdition.minor)
    ).all()


def editions(session: Session, checklist_id: int) -> dict[Number, template.Checklist]:
    """What every edition says, by number, the oldest first; coming ones too."""
    rows = session.execute(
        select(ChecklistEdition.major, ChecklistEdition.minor, ChecklistEdition.content)
        .where(ChecklistEdition.checklist_id == checklist_id)
        .order_by(ChecklistEdition.published_on, ChecklistEdition.major, ChecklistEdition.minor)
    )
    return {(major, minor): of_content(content) for major, minor, content in rows}


def content_of(edition: ChecklistEdition) -> template.Checklist:
    """What the edition asks."""
    return of_content(edition.content)


def of_content(content: dict[str, Any]) -> template.Checklist:
    """The checklist that an edition keeps as data. It never changes, so it is read once."""
    return _read(json.dumps(content, ensure_ascii=False))


@lru_cache(maxsize=512)
def _read(content: str) -> template.Checklist:
    found, flaws = parsing.parse(json.loads(content))
    if found is None:
        raise ValueError(f"A published checklist cannot be read: {flaws[0]}")
    return found


# --- Several ------------------------------------------------------------------------------------------------


def with_editions(session: Session) -> Sequence[ChecklistRecord]:
    """Every checklist with all its editions, by key; retired and coming ones too. Two selects."""
    return session.scalars(
        select(ChecklistRecord).options(selectinload(ChecklistRecord.editions)).order_by(ChecklistRecord.key)
    ).all()


def all_current(session: Session, day: date) -> list[ChecklistEdition]:
    """The edition in force of each checklist that is not retired, by key, with its checklist. One select."""
    return list(session.scalars(_in_force(day).order_by(ChecklistRecord.key)))


def of_guideline(session: Session, slug: str, day: date) -> list[ChecklistEdition]:
    """The editions in force on `day` that belong to the guideline, by bokmål title. One select."""
    found = [edition for edition in all_current(session, day) if slug in edition.guidelines]
    return sorted(found, key=lambda edition: (in_language(edition.title, "nb").casefold(), edition.checklist.key))


def _in_force(day: date) -> Select[ChecklistEdition]:
    """The editions in force on `day`, one a checklist."""
    place = func.row_number().over(
        partition_by=ChecklistEdition.checklist_id,
        order_by=(
            ChecklistEdition.published_on.desc(), ChecklistEdition.major.desc(), ChecklistEdition.minor.desc()
        ),
    )  # fmt: skip
    ranked = select(ChecklistEdition.id, place.label("place")).where(ChecklistEdition.published_on <= day).subquery()
    return (
        select(ChecklistEdition)
        .join(ChecklistEdition.checklist)
        .where(
            ChecklistEdition.id.in_(select(ranked.c.id).where(ranked.c.place == 1)),
            or_(ChecklistRecord.retired_on.is_(None), ChecklistRecord.retired_on > day),
        )
        .options(contains_eager(ChecklistEdition.checklist))
    )
