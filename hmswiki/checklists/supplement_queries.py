"""Reads of units' supplements. `session` first.

A supplement of a unit holds for the unit, and for the units beneath that have none of their own.
A unit has one while an addition, a note or a mark of its own is not withdrawn.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists import queries
from hmswiki.checklists.adapting import applied
from hmswiki.checklists.models import ChecklistEdition, ChecklistRecord, EditKind, SupplementEdit
from hmswiki.checklists.supplement_content import edit_of
from hmswiki.checklists.supplements import (
    Adapted,
    Addition,
    Clash,
    Edit,
    Editions,
    Note,
    NotRelevant,
    Number,
    TakenUp,
    Withdrawal,
)
from hmswiki.foundation.database import Wording
from hmswiki.organisation.models import Person, Unit, UnitSuccessor
from hmswiki.organisation.queries import in_own_order

OWN_KINDS = (EditKind.ADDITION, EditKind.NOTE, EditKind.NOT_RELEVANT)
"""What a unit records itself, and has a supplement by."""


@dataclass(frozen=True)
class Supplement:
    """A checklist as a unit runs it."""

    unit: Unit
    of: Unit | None
    """Whose supplement holds there: the unit itself, the nearest above that has one, or nobody."""
    adapted: Adapted
    edits: tuple[Edit, ...]
    """All that were recorded in it, withdrawn ones too."""

    @property
    def is_own(self) -> bool:
        return self.of is self.unit

    @property
    def clashes(self) -> tuple[Clash, ...]:
        return self.adapted.clashes

    @property
    def additions(self) -> list[Addition]:
        return [edit for edit in self.edits if isinstance(edit, Addition) and not edit.withdrawn]

    @property
    def notes(self) -> list[Note]:
        return [edit for edit in self.edits if isinstance(edit, Note) and not edit.withdrawn]

    @property
    def marks(self) -> list[NotRelevant]:
        return [edit for edit in self.edits if isinstance(edit, NotRelevant) and not edit.withdrawn]


def adapted(
    session: Session, checklist: ChecklistRecord, unit: Unit, *, day: date, known_at: datetime
) -> Adapted | None:  # fmt: skip
    """The checklist as the unit runs it: the edition in force on `day`, with the supplement that holds there.

    None while no edition is in force.
    """
    found = supplement(session, checklist, unit, day=day, known_at=known_at)
    return found.adapted if found else None


def supplement(
    session: Session, checklist: ChecklistRecord, unit: Unit, *, day: date, known_at: datetime
) -> Supplement | None:  # fmt: skip
    """The same, and whose supplement it is. Four selects at most. None while no edition is in force."""
    return supplements_for(session, checklist, [unit], day=day, known_at=known_at).get(unit.id)


def supplements_for(
    session: Session, checklist: ChecklistRecord, units: Sequence[Unit], *, day: date, known_at: datetime
) -> dict[int, Supplement]:  # fmt: skip
    """By unit id, the checklist as each of the units runs it. Four selects, however many units."""
    number = number_on(session, checklist.id, day)
    if number is None:
        return {}
    above = {id for unit in units for id in ids_of(unit)}
    ledgers = edits_of(session, checklist.id, above, known_at=known_at)
    holder = {unit.id: next((id for id in reversed(ids_of(unit)) if is_one(ledgers[id])), None) for unit in units}
    wanted = {id for id in holder.values() if id is not None}
    others = wanted - {unit.id for unit in units}
    by_id = {unit.id: unit for unit in units}
    if others:
        by_id |= {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_(others)))}
    editions = editions_seen(session, checklist.id, number, (edit for id in wanted for edit in ledgers[id]))
    done: dict[int | None, Adapted] = {}
    found = {}
    for unit in units:
        of = holder[unit.id]
        edits = ledgers[of] if of is not None else ()
        if of not in done:
            done[of] = applied(editions, number, edits)
        found[unit.id] = Supplement(unit, by_id[of] if of is not None else None, done[of], edits)
    return found


def supplements(
    session: Session, checklist: ChecklistRecord, *, day: date, known_at: datetime
) -> list[Supplement]:  # fmt: skip
    """Those of all units that have one and are open on `day`, in the organisation's own order. Four selects."""
    units = session.scalars(
        select(Unit).where(
            Unit.id.in_(
                select(SupplementEdit.unit_id).where(
                    SupplementEdit.checklist_id == checklist.id,
                    SupplementEdit.kind.in_(OWN_KINDS),
                    SupplementEdit.known_at(known_at),
                )
            )
        )
    ).all()
    inside = [unit for unit in _in_order(session, units) if unit.open_on(day)]
    found = supplements_for(session, checklist, inside, day=day, known_at=known_at)
    return [found[unit.id] for unit in inside if unit.id in found]


def _in_order(session: Session, units: Sequence[Unit]) -> list[Unit]:
    """The organisation's own order, which those above decide too."""
    wanted = {unit.id for unit in units}
    above = session.scalars(select(Unit).where(Unit.id.in_({id for unit in units for id in ids_of(unit)}))).all()
    return [unit for unit in in_own_order(above) if unit.id in wanted]


def is_one(edits: Iterable[Edit]) -> bool:
    """Whether these make a supplement: something of the unit's own that is not withdrawn."""
    return any(not edit.withdrawn and not isinstance(edit, TakenUp) for edit in edits)


def ids_of(unit: Unit) -> list[int]:
    """The ids of the units above, from the topmost down to the unit itself."""
    return [int(part) for part in unit.path.split("/") if part]


# --- The ledger ---------------------------------------------------------------------------------------------


def edits_of(
    session: Session, checklist_id: int, unit_ids: Collection[int], *, known_at: datetime | None
) -> Mapping[int, tuple[Edit, ...]]:
    """The units' edits as known at the moment, or all without one, by unit id. One select.

    What is withdrawn by then is among them.
    """
    found: dict[int, list[Edit]] = defaultdict(list)
    known = () if known_at is None else (SupplementEdit.recorded_at <= known_at,)
    rows = session.execute(
        select(SupplementEdit, ChecklistEdition.major, ChecklistEdition.minor)
        .join(ChecklistEdition, ChecklistEdition.id == SupplementEdit.edition_id)
        .where(
            SupplementEdit.checklist_id == checklist_id,
            SupplementEdit.unit_id.in_(unit_ids),
            *known,
        )
        .order_by(SupplementEdit.recorded_at, SupplementEdit.key)
    )
    for row, major, minor in rows:
        found[row.unit_id].append(_edit(row, (major, minor), known_at))
    return defaultdict(tuple, {unit_id: tuple(edits) for unit_id, edits in found.items()})


def _edit(row: SupplementEdit, number: Number, known_at: datetime | None) -> Edit:
    withdrawn = None
    if row.withdrawn_at is not None and (known_at is None or row.withdrawn_at <= known_at):
        withdrawn = Withdrawal(row.withdrawn_by_id, row.withdrawn_at, row.withdrawal_reason or "")
    return edit_of(
        EditKind(row.kind), row.content, id=row.key, of_edition=number, by=row.recorded_by_id, at=row.recorded_at,
        replaces=row.replaces, withdrawn=withdrawn,
    )  # fmt: skip


# --- Editions -----------------------------------------------------------------------------------------------


def number_on(session: Session, checklist_id: int, day: date) -> Number | None:
    """The number of the edition that a round begun on `day` is done by."""
    edition = queries.edition_on(session, checklist_id, day)
    return (edition.major, edition.minor) if edition else None


def editions_seen(session: Session, checklist_id: int, number: Number, edits: Iterable[Edit]) -> Editions:
    """The edition `number`, and each that an edit looked at. One select."""
    wanted = {number, *(edit.of_edition for edit in edits)}
    rows = session.execute(
        select(ChecklistEdition.major, ChecklistEdition.minor, ChecklistEdition.content).where(
            ChecklistEdition.checklist_id == checklist_id,
            ChecklistEdition.major.in_({major for major, _minor in wanted}),
        )
    )
    return {(major, minor): queries.of_content(content) for major, minor, content in rows if (major, minor) in wanted}


# --- Around a unit ------------------------------------------------------------------------------------------


def predecessors(
    session: Session, checklist: ChecklistRecord, unit: Unit, *, day: date, known_at: datetime
) -> list[Supplement]:  # fmt: skip
    """The supplements of the units that `unit` carries on from, their own or one from above, each once."""
    before = session.scalars(
        select(Unit)
        .join(UnitSuccessor, UnitSuccessor.unit_id == Unit.id)
        .where(UnitSuccessor.successor_id == unit.id)
    ).all()  # fmt: skip
    if not before:
        return []
    above = set(ids_of(unit))
    found = supplements_for(session, checklist, before, day=day, known_at=known_at)
    return [
        one
        for each in in_own_order(before)
        if (one := found.get(each.id)) and one.of is not None and one.of.id not in above
    ]


@dataclass(frozen=True)
class Waiting:
    """A checklist in whose supplement a unit must look at something."""

    key: str
    title: Wording
    count: int


def waiting(
    session: Session, unit_ids: Collection[int], *, day: date, known_at: datetime
) -> dict[int, list[Waiting]]:  # fmt: skip
    """What the units must look at in their own supplements, by unit id.

    One select where they have none; else one more, and two for each list.
    """
    if not unit_ids:
        return {}
    lists = session.execute(
        select(SupplementEdit.checklist_id)
        .where(
            SupplementEdit.unit_id.in_(unit_ids), SupplementEdit.kind.in_(OWN_KINDS), SupplementEdit.known_at(known_at)
        )
        .distinct()
    )
    ids = {row.checklist_id for row in lists}
    found: dict[int, list[Waiting]] = defaultdict(list)
    for edition in queries.all_current(session, day) if ids else ():
        if edition.checklist_id not in ids:
            continue
        number = (edition.major, edition.minor)
        ledgers = edits_of(session, edition.checklist_id, unit_ids, known_at=known_at)
        editions = editions_seen(
            session, edition.checklist_id, number, (e for edits in ledgers.values() for e in edits)
        )
        for unit_id, edits in ledgers.items():
            count = len(applied(editions, number, edits).clashes) if is_one(edits) else 0
            if count:
                found[unit_id].append(Waiting(edition.checklist.key, edition.title, count))
    return dict(found)


@dataclass(frozen=True)
class Event:
    """An edit was recorded, or withdrawn; `reason` is why."""

    edit: Edit
    at: datetime
    by: str | None
    is_withdrawal: bool = False
    reason: str = ""


def history(session: Session, edits: Iterable[Edit]) -> list[Event]:
    """What was recorded and withdrawn, by whom, the latest first. One select."""
    edits = list(edits)
    ids = {edit.by for edit in edits} | {edit.withdrawn.by for edit in edits if edit.withdrawn}
    known = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids - {None})))
    names = {row.id: row.name for row in known}
    heirs = {edit.replaces: edit for edit in edits if edit.replaces}
    found = []
    for edit in edits:
        found.append(Event(edit, edit.at, names.get(edit.by or 0)))
        gone, heir = edit.withdrawn, heirs.get(edit.id)
        if gone and heir is None:
            found.append(Event(edit, gone.at, names.get(gone.by or 0), is_withdrawal=True, reason=gone.reason))
    return sorted(found, key=lambda event: (event.at, event.edit.id), reverse=True)
