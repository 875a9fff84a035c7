"""Writes to units' supplements. `session` first; nothing here commits.

What may be recorded is decided by `supplement_rules`; here the ledger is read, locked and written.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists import queries as checklist_queries
from hmswiki.checklists import supplement_queries as queries
from hmswiki.checklists import supplement_rules as rules
from hmswiki.checklists.adapting import applied
from hmswiki.checklists.models import ChecklistEdition, ChecklistRecord, SupplementEdit
from hmswiki.checklists.supplement_content import content_of, kind_of
from hmswiki.checklists.supplements import (
    Addition,
    AfterOwn,
    Edit,
    Editions,
    Note,
    NotRelevant,
    Number,
    OwnSection,
    Place,
    TakenUp,
    kept,
)
from hmswiki.checklists.template import MAX_KEY, Condition, Item
from hmswiki.foundation.errors import N_, Conflict, NotFound, Refusal
from hmswiki.foundation.permissions import Actor, Permission, demand
from hmswiki.guidelines.drafting import suggest_slug
from hmswiki.organisation.models import Unit

MAX_REASON = 2_000
"""The longest reason for a withdrawal, in characters."""


# --- What a unit says of a checklist ------------------------------------------------------------------------


def add_item(
    session: Session,
    checklist: ChecklistRecord,
    unit: Unit,
    *,
    item: Item,
    place: Place,
    of_edition: Number,
    by: Actor,
    at: datetime,
    today: date,
    replaces: str | None = None,
) -> Addition:
    """An item of the unit's own, or another form of one. It is given a key that no other has; a changed one keeps its,
    unless a central item has that now.

    `of_edition` is the edition that was looked at. Raises what `supplement_rules.record` raises.
    """
    ledger = _Ledger(session, checklist, unit, by=by, at=at, today=today)
    changed = ledger.edit(replaces)
    if isinstance(changed, Addition):
        key = ledger.key_of(changed)
    else:
        key = _free_key(item.text.get("nb", ""), {*ledger.used_keys(), *ledger.central_keys()})
    new = Addition(item=replace(item, key=key), place=place, **ledger.facts(of_edition, replaces))
    ledger.record(new)
    return new


def write_note(
    session: Session,
    checklist: ChecklistRecord,
    unit: Unit,
    *,
    item: str,
    text: Mapping[str, str],
    of_edition: Number,
    by: Actor,
    at: datetime,
    today: date,
    replaces: str | None = None,
) -> Note:
    """The unit's words beside the central item `item`, or other words in their place."""
    ledger = _Ledger(session, checklist, unit, by=by, at=at, today=today)
    new = Note(item=item, text=dict(text), **ledger.facts(of_edition, replaces))
    ledger.record(new)
    return new


def leave_out(
    session: Session,
    checklist: ChecklistRecord,
    unit: Unit,
    *,
    item: str,
    because: Mapping[str, str],
    of_edition: Number,
    by: Actor,
    at: datetime,
    today: date,
    replaces: str | None = None,
) -> NotRelevant:
    """The central item `item` is not relevant in the unit, and why."""
    ledger = _Ledger(session, checklist, unit, by=by, at=at, today=today)
    new = NotRelevant(item=item, because=dict(because), **ledger.facts(of_edition, replaces))
    ledger.record(new)
    return new


def keep(
    session: Session,
    checklist: ChecklistRecord,
    unit: Unit,
    identity: str,
    *,
    of_edition: Number,
    by: Actor,
    at: datetime,
    today: date,
) -> Edit:
    """The unit has looked at the edition `of_edition`, and keeps the edit `identity` as it is."""
    ledger = _Ledger(session, checklist, unit, by=by, at=at, today=today)
    old = ledger.live(identity)
    new: Edit = kept(old, id=_new_id(), of_edition=of_edition, by=by.person_id, at=ledger.at)
    if isinstance(new, Addition):
        new = replace(new, item=replace(new.item, key=ledger.key_of(new)))
    ledger.record(new)
    return new


def withdraw_edit(
    session: Session,
    checklist: ChecklistRecord,
    unit: Unit,
    identity: str,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    today: date,
) -> Edit:
    """The edit holds no more. It stays in the history, with the reason."""
    ledger = _Ledger(session, checklist, unit, by=by, at=at, today=today)
    old = ledger.live(identity)
    reason = reason.strip()
    if not reason:
        raise Refusal(N_("Say why. It stands in the history for those who come after you."), field="reason")
    if len(reason) > MAX_REASON:
        raise Refusal(
            N_("This is %(length)s characters, and the limit is %(limit)s. Shorten it."),
            field="reason", length=len(reason), limit=MAX_REASON,
        )  # fmt: skip
    ledger.withdraw(identity, reason)
    return old


# --- Taking over from another unit --------------------------------------------------------------------------


def copy_id(identity: str, unit: Unit) -> str:
    """What another unit's edit is called once `unit` has taken it over."""
    return str(uuid5(NAMESPACE_OID, f"hmswiki supplement edit {identity} in {unit.code}"))


def take_over(
    session: Session,
    checklist: ChecklistRecord,
    unit: Unit,
    source: Unit,
    *,
    only: Collection[str] | None = None,
    by: Actor,
    at: datetime,
    today: date,
) -> tuple[int, int]:
    """Record anew for `unit` what `source` has in its supplement, all or `only` the edits of these ids.

    Each looks at the edition that its first author looked at: what clashed for `source` is a to-do for `unit` too.
    Gives how many were recorded, and how many were not, since the unit has such a note or mark of its own.
    What was taken over before is not taken twice, nor is what was withdrawn since. Raises Conflict where nothing
    is left to take over.
    """
    ledger = _Ledger(session, checklist, unit, by=by, at=at, today=today)
    if source.id not in _may_take_over_from(session, checklist, unit, today, at):
        raise NotFound(
            N_("%(unit)s has no supplement to this checklist that could be taken over here."), unit=dict_of(source.name)
        )
    theirs = queries.edits_of(session, checklist.id, [source.id], known_at=at)[source.id]
    editions = queries.editions_seen(session, checklist.id, ledger.number, theirs)
    chosen = [
        edit
        for edit in _in_recording_order(editions, ledger.number, theirs)
        if (only is None or edit.id in only) and ledger.edit(copy_id(edit.id, unit)) is None
    ]
    refused = [edit for edit in chosen if not isinstance(edit, Addition) and ledger.has_other(edit)]
    copies = _Copying(unit, theirs, editions, ledger).copies([edit for edit in chosen if edit not in refused])
    if not copies:
        raise Conflict(
            N_("There was nothing to take over: it was taken over already, or the unit has a note or a mark of its "
               "own there. Withdraw that first.")
        )  # fmt: skip
    for number, copy in enumerate(copies):
        # Each a moment after the one before, so that they stand in the same order here.
        moment = ledger.at - timedelta(microseconds=len(copies) - 1 - number)
        ledger.add(replace(copy, by=by.person_id, at=moment, replaces=None, withdrawn=None))
    return sum(not isinstance(copy, TakenUp) for copy in copies), len(refused)


def _may_take_over_from(
    session: Session, checklist: ChecklistRecord, unit: Unit, today: date, at: datetime
) -> set[int]:  # fmt: skip
    """The units that `unit` carries on from, or whose supplement holds above it."""
    found = {
        each.of.id
        for each in queries.predecessors(session, checklist, unit, day=today, known_at=at)
        if each.of is not None
    }
    above = queries.ids_of(unit)[:-1]
    ledgers = queries.edits_of(session, checklist.id, above, known_at=at)
    return found | {id for id in above if queries.is_one(ledgers[id])}


def _in_recording_order(
    editions: Editions, number: Number, edits: Sequence[Edit]
) -> list[Addition | Note | NotRelevant]:
    """What is not withdrawn, so that recorded in this order it stands as it does now.

    What comes last directly after something stands first there; in own sections what comes last stands last.
    """
    shown: list[Addition | Note | NotRelevant] = []
    last: list[Addition | Note | NotRelevant] = []
    for item in applied(editions, number, edits).items:
        if item.addition and isinstance(item.addition.place, OwnSection):
            last.append(item.addition)
        elif item.addition:
            shown.insert(0, item.addition)
    known = {edit.id for edit in (*shown, *last)}
    others: list[Addition | Note | NotRelevant] = [
        edit for edit in edits if not edit.withdrawn and not isinstance(edit, TakenUp) and edit.id not in known
    ]
    return [*others, *shown, *last]


class _Copying:
    """Makes a unit's edits out of another's."""

    def __init__(self, unit: Unit, theirs: Sequence[Edit], editions: Editions, ledger: "_Ledger") -> None:
        self.unit = unit
        self.theirs = {edit.id: edit for edit in theirs}
        self.editions = editions
        self.ledger = ledger
        self.keys: dict[str, str] = {}
        """The keys of their items, as they are called here."""

    def copies(self, chosen: Sequence[Addition | Note | NotRelevant]) -> list[Edit]:
        taken = {*self.ledger.used_keys()}
        here = {edit.id for edit in chosen}
        for edit in chosen:
            if isinstance(edit, Addition):
                self.keys[edit.item.key] = _free(edit.item.key, taken)
                taken.add(self.keys[edit.item.key])
        found: list[Edit] = []
        for edit in chosen:
            copy = replace(edit, id=copy_id(edit.id, self.unit))
            if isinstance(copy, Addition):
                copy = replace(copy, item=self.item(copy), place=self.place(copy.place, here))
                found += self.takings(edit)
            found.append(copy)
        return found

    def item(self, addition: Addition) -> Item:
        item = replace(addition.item, key=self.keys[addition.item.key])
        condition = item.shown_when
        central = {each.key for each in self.editions[addition.of_edition].items}
        if condition and condition.item not in central and condition.item in self.keys:
            item = replace(item, shown_when=Condition(self.keys[condition.item], condition.answers))
        return item

    def place(self, place: Place, here: Collection[str]) -> Place:
        """The same place; after an item that is not taken over, the place of that."""
        met: set[str] = set()
        while isinstance(place, AfterOwn):
            heir = self.heir(place.addition)
            copy = copy_id(heir, self.unit)
            if heir in here or self.ledger.edit(copy) is not None:
                return AfterOwn(copy)
            other = self.theirs.get(heir)
            if not isinstance(other, Addition) or heir in met:
                return place
            met.add(heir)
            place = other.place
        return place

    def heir(self, identity: str) -> str:
        """What stands for an edit today: itself, or what replaced it."""
        met: set[str] = set()
        while identity not in met and (edit := self.theirs.get(identity)) and edit.withdrawn:
            met.add(identity)
            identity = next((each.id for each in self.theirs.values() if each.replaces == identity), identity)
        return identity

    def takings(self, edit: Edit) -> list[Edit]:
        """An item that was taken up for all gives way here as it did there, and comes back as it would there."""
        meant: set[str] = set()
        current: Edit | None = edit
        while current is not None and current.id not in meant:
            meant.add(current.id)
            current = self.theirs.get(current.replaces or "")
        copy = copy_id(edit.id, self.unit)
        return [
            replace(taking, id=copy_id(taking.id, self.unit), addition=copy)
            for taking in self.theirs.values()
            if isinstance(taking, TakenUp) and not taking.withdrawn and taking.addition in meant
        ]


# --- Taken up for all ---------------------------------------------------------------------------------------


def record_taken_up(
    session: Session, edition: ChecklistEdition, taken: Sequence[Mapping[str, Any]], *, by: Actor | None, at: datetime
) -> list[TakenUp]:
    """Let the units' own items give way to the central ones that `edition` brings.

    `taken` is what the draft kept: `{"addition": the edit's key, "item": the item's key}`. A unit that has withdrawn
    its item, or changed it having seen the central one, is left in peace.
    """
    number = (edition.major, edition.minor)
    rows = session.scalars(select(SupplementEdit).where(SupplementEdit.key.in_([each["addition"] for each in taken])))
    unit_of = {row.key: row.unit_id for row in rows if row.checklist_id == edition.checklist_id}
    found = []
    for each in taken:
        unit_id = unit_of.get(each["addition"])
        if unit_id is None:
            continue
        _lock(session, unit_id)
        edits = queries.edits_of(session, edition.checklist_id, [unit_id], known_at=None)[unit_id]
        editions = queries.editions_seen(session, edition.checklist_id, number, edits)
        new = TakenUp(
            addition=each["addition"], item=each["item"], id=_new_id(), of_edition=number,
            by=by.person_id if by else None, at=max([at, *(edit.at + _MOMENT for edit in edits)]),
        )  # fmt: skip
        try:
            rules.record(editions, number, edits, new)
        except (Conflict, NotFound):
            continue  # the item was withdrawn or kept meanwhile, or an editor dropped it from the draft
        session.add(_row(new, edition.checklist_id, unit_id, edition.id))
        session.flush()
        found.append(new)
    return found


# --- The ledger ---------------------------------------------------------------------------------------------

_MOMENT = timedelta(microseconds=1)


class _Ledger:
    """A unit's supplement while somebody writes in it: nobody else does until the transaction ends."""

    def __init__(
        self, session: Session, checklist: ChecklistRecord, unit: Unit, *, by: Actor, at: datetime, today: date
    ) -> None:
        demand(by, Permission.EDIT_SUPPLEMENTS, within=unit)
        if not unit.open_on(today):
            raise Refusal(
                N_("%(unit)s is not open today, so nothing can be recorded for it. Its supplement stays as it is."),
                unit=dict_of(unit.name),
            )  # fmt: skip
        _lock(session, unit.id)
        number = queries.number_on(session, checklist.id, today)
        if number is None:
            raise Refusal(N_("No edition of this checklist is in force, so there is nothing to adapt."))
        self.session = session
        self.checklist = checklist
        self.unit = unit
        self.number = number
        self.by = by
        self.edits = queries.edits_of(session, checklist.id, [unit.id], known_at=None)[unit.id]
        # Whoever came first is recorded first, whatever their clocks say.
        self.at = max([at, *(edit.at + _MOMENT for edit in self.edits)])

    def edit(self, identity: str | None) -> Edit | None:
        return next((edit for edit in self.edits if edit.id == identity), None)

    def live(self, identity: str) -> Addition | Note | NotRelevant:
        """The edit, if it is not withdrawn. Raises NotFound or Conflict."""
        found = self.edit(identity)
        if found is None or isinstance(found, TakenUp):
            raise NotFound(N_("There is no such line in the supplement."))
        if found.withdrawn:
            raise Conflict(
                N_("Somebody else changed or withdrew this %(when)s. Nothing more is recorded: look at it as it is "
                   "now."),
                when=found.withdrawn.at,
            )  # fmt: skip
        return found

    def used_keys(self) -> set[str]:
        """The keys of all items that the unit ever had."""
        return {edit.item.key for edit in self.edits if isinstance(edit, Addition)}

    def central_keys(self) -> set[str]:
        """The keys of all items that the checklist ever had, and will have in editions to come."""
        return {
            item.key
            for checklist in checklist_queries.editions(self.session, self.checklist.id).values()
            for item in checklist.items
        }

    def key_of(self, addition: Addition) -> str:
        """The item's key; another where a central item has that one now."""
        edition = queries.editions_seen(self.session, self.checklist.id, self.number, [])[self.number]
        key = addition.item.key
        if key not in {item.key for item in edition.items}:
            return key
        return _free(key, {*self.used_keys(), *self.central_keys()})

    def has_other(self, edit: Note | NotRelevant) -> bool:
        """Whether the unit has such an edit of the same item."""
        return any(
            isinstance(mine, type(edit)) and mine.item == edit.item and not mine.withdrawn for mine in self.edits
        )

    def facts(self, of_edition: Number, replaces: str | None) -> dict[str, Any]:
        """What every new edit has."""
        return {
            "id": _new_id(), "of_edition": of_edition, "by": self.by.person_id, "at": self.at, "replaces": replaces,
        }  # fmt: skip

    def record(self, new: Edit) -> None:
        editions = queries.editions_seen(self.session, self.checklist.id, self.number, self.edits)
        rules.record(editions, self.number, self.edits, new)
        if new.replaces is not None:
            self.withdraw(new.replaces, None)
        self.add(new)

    def withdraw(self, identity: str, reason: str | None) -> None:
        row = self.session.scalars(select(SupplementEdit).where(SupplementEdit.key == identity)).one()
        row.withdraw(by_id=self.by.person_id, at=self.at, reason=reason)
        self.session.flush()

    def add(self, new: Edit) -> None:
        edition_id = self.session.scalars(
            select(ChecklistEdition.id).where(
                ChecklistEdition.checklist_id == self.checklist.id,
                ChecklistEdition.major == new.of_edition[0],
                ChecklistEdition.minor == new.of_edition[1],
            )
        ).one()
        self.session.add(_row(new, self.checklist.id, self.unit.id, edition_id))
        self.session.flush()


def _lock(session: Session, unit_id: int) -> None:
    """One at a time writes in a unit's supplements. (SQLite has one writer in any case.)"""
    session.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update())


def _row(edit: Edit, checklist_id: int, unit_id: int, edition_id: int) -> SupplementEdit:
    return SupplementEdit(
        key=edit.id, checklist_id=checklist_id, unit_id=unit_id, edition_id=edition_id, kind=kind_of(edit),
        replaces=edit.replaces, content=content_of(edit), recorded_at=edit.at, recorded_by_id=edit.by,
    )  # fmt: skip


def _new_id() -> str:
    return str(uuid4())


def dict_of(name: Any) -> Any:
    """A wording as a refusal's facts have it."""
    return name if isinstance(name, str) else dict(name)


def _free_key(text: str, taken: Collection[str]) -> str:
    """A key that says what the item is about, and that no other has."""
    return _free(suggest_slug(text)[: MAX_KEY - 10].strip("-") or "lokalt", taken)


def _free(key: str, taken: Collection[str]) -> str:
    found, number = key, 2
    while found in taken:
        found = f"{key[: MAX_KEY - len(str(number)) - 1].rstrip('-')}-{number}"
        number += 1
    return found
