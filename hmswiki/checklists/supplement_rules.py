"""What may be recorded in a unit's supplement. Pure: values in, nothing, a new ledger or a Refusal out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hmswiki.checklists.adapting import applied
from hmswiki.checklists.parsing import as_data, parse
from hmswiki.checklists.supplements import (
    Adapted,
    Addition,
    Clash,
    ClashKind,
    Edit,
    Editions,
    Note,
    NotRelevant,
    Number,
    OwnSection,
    TakenUp,
    Withdrawal,
)
from hmswiki.checklists.template import MAX_TEXT, Checklist, Item, Section
from hmswiki.foundation.errors import N_, Conflict, NotFound, Refusal, Superseded
from hmswiki.foundation.language import LANGUAGES


def record(editions: Editions, number: Number, edits: Sequence[Edit], new: Edit) -> tuple[Edit, ...]:
    """The ledger with `new` in it. What that replaces is withdrawn by the same person at the same time.

    Raises what `check_edit` raises, and Conflict where somebody else withdrew or replaced the same edit meanwhile.
    """
    if new.replaces is not None:
        if not any(edit.id == new.replaces and not edit.withdrawn for edit in edits):
            raise Conflict(
                N_("Somebody else changed or withdrew this meanwhile, so nothing was recorded. Look at it as it is "
                   "now, then write yours again.")
            )  # fmt: skip
        edits = withdraw(edits, new.replaces, by=new.by, at=new.at)
    check_edit(editions, number, edits, new)
    return (*edits, new)


def withdraw(
    edits: Iterable[Edit], identity: str, *, by: int | None, at: datetime, reason: str = ""
) -> tuple[Edit, ...]:  # fmt: skip
    """The ledger with one edit withdrawn. One that is withdrawn already stays as it is."""
    return tuple(
        replace(edit, withdrawn=Withdrawal(by, at, reason)) if edit.id == identity and not edit.withdrawn else edit
        for edit in edits
    )


def check_edit(editions: Editions, number: Number, edits: Sequence[Edit], new: Edit) -> None:
    """Raises Refusal unless `new` can be recorded beside `edits` while the edition `number` is the newest.

    What it replaces must be withdrawn in `edits`. What passes clashes with nothing itself: clashes come from editions
    that follow, and from edits that two people make at the same time. A local item that is changed or moved may cost
    another local item its condition, which is a to-do then.
    """
    if any(edit.id == new.id for edit in edits):
        raise ValueError(f"There is an edit with the id {new.id} already.")
    if new.of_edition != number:
        raise Superseded(
            N_("Edition %(number)s of the checklist came into force while you were looking at edition %(seen)s, so "
               "nothing was recorded. Look at what changed, then write it again."),
            number=_text(number), seen=_text(new.of_edition),
        )  # fmt: skip
    before = applied(editions, number, edits)
    after = applied(editions, number, [*edits, new])
    match new:
        case Addition():
            _check_addition(new, edits, before, after)
        case Note():
            _check_words(new.text, "text")
            _check_no_other(new, edits, _central_item(new.item, before))
        case NotRelevant():
            _check_words(new.because, "because")
            _check_no_other(new, edits, _central_item(new.item, before))
        case TakenUp():
            _central_item(new.item, before)
            _check_taken_up(new, edits, after)
            return
    known = {(clash.kind, clash.edit.id) for clash in before.clashes}
    for clash in after.clashes:
        is_cost = clash.kind is ClashKind.CONDITION_LOST and clash.edit.id != new.id and isinstance(new, Addition)
        if (clash.kind, clash.edit.id) not in known and not is_cost:
            raise _refusal_of(clash, new, after)


def _text(number: Number) -> str:
    return ".".join(str(part) for part in number)


def _central_item(key: str, adapted: Adapted) -> Item:
    for item in adapted.central.items:
        if item.key == key:
            return item
    raise NotFound(
        N_("There is no item “%(item)s” in edition %(number)s of the checklist. Choose one that is there."),
        field="item", item=key[:60], number=_text(adapted.number),
    )  # fmt: skip


def _check_words(words: Mapping[str, str], field: str) -> None:
    for language, text in words.items():
        if language not in LANGUAGES:
            raise Refusal(
                N_("There is no language “%(language)s” here. The languages are %(languages)s."),
                field=field, language=language[:20], languages=", ".join(LANGUAGES),
            )  # fmt: skip
        if len(text) > MAX_TEXT:
            raise Refusal(
                N_("This is %(length)s characters, and the limit is %(limit)s. Shorten it."),
                field=field, length=len(text), limit=MAX_TEXT,
            )  # fmt: skip
    if not any(text.strip() for text in words.values()):
        raise Refusal(N_("The text is empty. Write it first."), field=field)


def _check_no_other(new: Note | NotRelevant, edits: Iterable[Edit], item: Item) -> None:
    """A unit has one note and one mark for an item, so that a correction does not leave the old one standing."""
    for edit in edits:
        if edit.withdrawn or type(edit) is not type(new) or getattr(edit, "item", None) != new.item:
            continue
        if isinstance(new, Note):
            raise Conflict(
                N_("“%(item)s” has a note already. Change that one instead."), field="item", item=dict(item.text)
            )
        raise Conflict(
            N_("“%(item)s” is marked as not relevant here already. Change that mark instead."),
            field="item", item=dict(item.text),
        )  # fmt: skip


def _check_addition(new: Addition, edits: Iterable[Edit], before: Adapted, after: Adapted) -> None:
    _check_shape(new)
    own = _replaced_by(new, edits)
    used = {edit.item.key for edit in edits if isinstance(edit, Addition) and edit.id not in own}
    if new.item.key in used | {each.item.key for each in before.items}:
        raise _key_taken(new)
    # A condition whose answers are possible only in part would change its meaning silently.
    shown = next((each.item for each in after.items if each.addition == new), None)
    wanted = new.item.shown_when
    if shown and shown.shown_when and wanted and shown.shown_when.answers != wanted.answers:
        raise _never_shown(new)


def _check_shape(new: Addition) -> None:
    """The item, and the section that it brings, by the rules of any checklist. Its condition is judged in its place."""
    place = new.place
    key, title = (place.key, place.title) if isinstance(place, OwnSection) else ("own", new.item.text)
    alone = Checklist("own", {"nb": "own"}, (Section(key, title, (replace(new.item, shown_when=None),)),))
    data = as_data(alone)
    if new.item.findings:
        # As they were given: `as_data` leaves out what cannot be one.
        data["sections"][0]["items"][0]["findings"] = sorted(new.item.findings)
    for flaw in parse(data)[1]:
        inside = flaw.place[4:] if flaw.place[2:3] == ("items",) else ("section",)
        raise Refusal(flaw.text, field=str(inside[0]) if inside else None, **flaw.facts)


def _replaced_by(new: Edit, edits: Iterable[Edit]) -> set[str]:
    """The ids of what `new` replaces, and what that replaced."""
    by_id = {edit.id: edit for edit in edits}
    found: set[str] = set()
    identity = new.replaces
    while identity is not None and identity not in found:
        found.add(identity)
        identity = by_id[identity].replaces if identity in by_id else None
    return found


def _check_taken_up(new: TakenUp, edits: Sequence[Edit], after: Adapted) -> None:
    """The unit's item must give way by this, which it does not if the unit has looked and keeps it."""
    for clash in after.clashes:
        is_meant = new.addition in {clash.edit.id, *_replaced_by(clash.edit, edits)}
        if clash.kind is ClashKind.TAKEN_UP and clash.item == new.item and is_meant:
            return
    raise Conflict(
        N_("The unit has withdrawn this item, or keeps it beside the central one in edition %(number)s. Nothing was "
           "taken up."),
        field="addition", number=_text(after.number),
    )  # fmt: skip


def _refusal_of(clash: Clash, new: Edit, after: Adapted) -> Refusal:
    """Why the edit cannot be recorded that would make this clash."""
    item = dict(clash.now.text) if clash.now else clash.item
    match clash.kind:
        case ClashKind.NOW_MANDATORY:
            return Refusal(
                N_("“%(item)s” must be asked everywhere, itself or for an item that follows from it, so it cannot be "
                   "marked as not relevant here. Add a note to it instead."),
                field="item", item=item,
            )  # fmt: skip
        case ClashKind.CONDITION_LOST if isinstance(clash.edit, Addition):
            if clash.edit.id == new.id:
                return _never_shown(clash.edit)
            return Refusal(
                N_("Your own item “%(other)s” is shown only after an answer to “%(item)s”, so nothing was recorded. "
                   "Change your own item first."),
                field="item", other=dict(clash.edit.item.text), item=item,
            )  # fmt: skip
        case ClashKind.ANCHOR_GONE:
            return Refusal(
                N_("The item cannot stand there: what it should follow is not in edition %(number)s, or stands after "
                   "it. Choose another place."),
                field="place", number=_text(after.number),
            )  # fmt: skip
        case _:
            raise AssertionError(f"A new edit made a clash of kind {clash.kind}.")


def _key_taken(new: Addition) -> Refusal:
    return Conflict(
        N_("The key “%(key)s” is or was another item's. Choose another."), field="key", key=new.item.key[:60]
    )


def _never_shown(new: Addition) -> Refusal:
    wanted = new.item.shown_when
    return Refusal(
        N_("The item depends on “%(item)s”, which does not stand before it, is not asked here, or is never answered "
           "so. Choose another condition."),
        field="shown_when", item=wanted.item[:60] if wanted else "",
    )  # fmt: skip
