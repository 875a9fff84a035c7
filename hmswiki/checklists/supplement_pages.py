"""What the pages of supplements show: put together here, rendered by templates."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from hmswiki.checklists import words
from hmswiki.checklists.models import ChecklistRecord
from hmswiki.checklists.pages import ShownItem, text_of
from hmswiki.checklists.passages import Link
from hmswiki.checklists.supplement_forms import KeepForm, TakeOverForm
from hmswiki.checklists.supplement_operations import copy_id
from hmswiki.checklists.supplement_queries import Event, Supplement
from hmswiki.checklists.supplements import (
    Adapted,
    AdaptedItem,
    Addition,
    Clash,
    ClashKind,
    Edit,
    Note,
    NotRelevant,
    TakenUp,
    must_be_asked,
)
from hmswiki.checklists.template import Item, Kind, Passage, Section, Wording, answers_of
from hmswiki.foundation.errors import N_
from hmswiki.foundation.language import Worded
from hmswiki.organisation.models import Unit
from hmswiki.web.words import _, ngettext, wording

# --- Words --------------------------------------------------------------------------------------------------

_CHANGED_UNDER = {
    Note: N_("The item under your note was changed"),
    NotRelevant: N_("The item that you left out was changed, so it is asked again"),
    Addition: N_("The item that yours depends on was changed"),
}

_CLASHES = {
    ClashKind.ITEM_GONE: N_("The item under your note is gone"),
    ClashKind.ANCHOR_GONE: N_("What your item stood after is gone. It stands as near as can be told"),
    ClashKind.NOW_MANDATORY: N_("What you left out must be asked everywhere now, so it is asked"),
    ClashKind.KEY_TAKEN: N_("Another item has the same key as yours. Both are asked"),
    ClashKind.TAKEN_UP: N_("Your item is asked centrally now, so your own has given way"),
    ClashKind.CONDITION_LOST: N_("What your item depends on is gone, so it is asked always"),
}

_FIELDS = {
    "text": N_("the text"), "help": N_("the help"), "kind": N_("what can be answered"),
    "unit": N_("the unit of measure"),
    "minimum": N_("the lowest number"), "maximum": N_("the highest number"), "choices": N_("the answers"),
    "findings": N_("what raises a finding"), "shown_when": N_("when it is shown"),
}  # fmt: skip

_KEEPABLE = frozenset({ClashKind.ITEM_CHANGED, ClashKind.KEY_TAKEN, ClashKind.TAKEN_UP})


def clash_title(clash: Clash) -> str:
    if clash.kind is ClashKind.ITEM_CHANGED:
        return str(_(next(text for kind, text in _CHANGED_UNDER.items() if isinstance(clash.edit, kind))))
    return str(_(_CLASHES[clash.kind]))


def what_is_new(clash: Clash) -> str:
    """ "Changed: the text, the help" """
    if not clash.changed:
        return ""
    return str(_("Changed: %(fields)s", fields=", ".join(str(_(_FIELDS[name])) for name in clash.changed)))


def counts_line(supplement: Supplement) -> str:
    """ "2 own items, 1 note, 1 item left out" """
    parts = [
        ngettext("%(num)s own item", "%(num)s own items", len(supplement.additions)) if supplement.additions else "",
        ngettext("%(num)s note", "%(num)s notes", len(supplement.notes)) if supplement.notes else "",
        ngettext("%(num)s item left out", "%(num)s items left out", len(supplement.marks)) if supplement.marks else "",
    ]
    return ", ".join(str(part) for part in parts if part)


def to_do_line(count: int) -> str:
    return str(ngettext("%(num)s must be looked at", "%(num)s must be looked at", count)) if count else ""


def words_of(edit: Edit) -> Worded:
    """What the edit says, in the reader's language."""
    match edit:
        case Addition():
            return text_of(edit.item.text)
        case Note():
            return text_of(edit.text)
        case NotRelevant():
            return text_of(edit.because)
        case TakenUp():
            return Worded("", None)


def edit_kind(edit: Edit) -> str:
    match edit:
        case Addition():
            return str(_("Own item"))
        case Note():
            return str(_("Note"))
        case NotRelevant():
            return str(_("Not relevant here"))
        case TakenUp():
            return str(_("Taken up for all"))


# --- A unit's list ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """An item as the unit runs it."""

    shown: ShownItem
    key: str
    addition: Addition | None
    notes: Sequence[tuple[Note, Worded]]
    mark: NotRelevant | None
    """The unit's own mark on this very item."""
    because: Worded | None
    """Why it is left out."""
    why_not: str
    """Why it cannot be left out; empty where it can."""

    @property
    def is_left_out(self) -> bool:
        return self.because is not None


@dataclass(frozen=True)
class Part:
    key: str
    title: Worded
    lines: Sequence[Line]
    is_local: bool


def parts_of(adapted: Adapted, links: Mapping[Passage, Link]) -> list[Part]:
    """The list in the reader's language. What is left out has no number."""
    needed = must_be_asked(adapted.central)
    earlier: dict[str, Item] = {}
    number, found = 0, []
    for section in adapted.sections:
        lines = []
        for each in section.items:
            if not each.left_out:
                number += 1
            lines.append(_line(each, number, earlier, links, needed))
            earlier[each.item.key] = each.item
        found.append(Part(section.key, text_of(section.title), lines, section.is_local))
    return found


def _line(
    each: AdaptedItem,
    number: int,
    earlier: Mapping[str, Item],
    links: Mapping[Passage, Link],
    needed: Collection[str],
) -> Line:
    item, mark = each.item, each.left_out
    why_not = ""
    if each.addition is None and item.key in needed:
        why_not = str(
            _("Must be asked everywhere")
            if item.mandatory
            else _("Must be asked: an item that must be asked everywhere depends on it")
        )
    return Line(
        shown_item(item, 0 if mark else number, earlier, links), item.key, each.addition,
        [(note, words_of(note)) for note in each.notes],
        mark if mark and mark.item == item.key else None, words_of(mark) if mark else None, why_not,
    )  # fmt: skip


def shown_item(item: Item, number: int, earlier: Mapping[str, Item], links: Mapping[Passage, Link]) -> ShownItem:
    words_of_item = answers_of(item) if item.kind is not Kind.NUMBER else ()
    return ShownItem(
        number, item, text_of(item.text), text_of(item.help), words.kind_line(item), words.finding_line(item),
        words.condition_line(item, earlier), links.get(item.passage) if item.passage else None,
        [(word, words.answer_name(item, word)) for word in words_of_item],
    )  # fmt: skip


@dataclass(frozen=True)
class ToDo:
    """A clash, with both texts and what can be done."""

    clash: Clash
    title: str
    edit: Edit
    own_kind: str
    own: Worded
    seen: Worded | None
    """The central text as the unit saw it."""
    now: Worded | None
    """As it is now; None where it is gone."""
    what_is_new: str
    help_seen: Worded | None
    help_now: Worded | None
    may_keep: bool
    may_change: bool


def to_dos(adapted: Adapted) -> list[ToDo]:
    kinds: dict[str, set[ClashKind]] = {}
    for clash in adapted.clashes:
        kinds.setdefault(clash.edit.id, set()).add(clash.kind)
    return [_to_do(clash, kinds[clash.edit.id] <= _KEEPABLE) for clash in adapted.clashes]


def _to_do(clash: Clash, may_keep: bool) -> ToDo:
    is_own = clash.kind in (ClashKind.KEY_TAKEN, ClashKind.TAKEN_UP)
    return ToDo(
        clash, clash_title(clash), clash.edit, edit_kind(clash.edit), words_of(clash.edit),
        None if is_own else _worded(clash.text_seen), _worded(clash.text_now), what_is_new(clash),
        _help(clash.seen, "help" in clash.changed), _help(clash.now, "help" in clash.changed),
        may_keep, clash.kind not in (ClashKind.ITEM_GONE, ClashKind.NOW_MANDATORY),
    )  # fmt: skip


def _worded(text: Wording | None) -> Worded | None:
    return text_of(text) if text else None


def _help(item: Item | Section | None, is_changed: bool) -> Worded | None:
    return text_of(item.help) if is_changed and isinstance(item, Item) and item.help else None


# --- Taking over --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """Another unit's supplement, from which this one may take over."""

    unit: Unit
    name: str
    of: Unit
    rows: Sequence[tuple[Edit, str, Worded, str, bool]]
    """(edit, kind, words, what it is about, whether the unit has one of its own there)"""


def offer_of(theirs: Supplement, mine: Supplement, unit: Unit, own_edits: Sequence[Edit]) -> Offer | None:
    """What the unit has not taken over yet; None where nothing is left."""
    assert theirs.of is not None
    taken = {edit.id for edit in own_edits}
    central = {item.key: item for item in mine.adapted.central.items}
    live = [edit for edit in own_edits if not edit.withdrawn]
    edits: list[Edit] = [*theirs.additions, *theirs.notes, *theirs.marks]
    rows = []
    for edit in edits:
        if copy_id(edit.id, unit) in taken:
            continue
        about, is_double = "", False
        if isinstance(edit, Note | NotRelevant):
            about = wording(dict(central[edit.item].text)) if edit.item in central else ""
            is_double = any(isinstance(each, type(edit)) and each.item == edit.item for each in live)
        rows.append((edit, edit_kind(edit), words_of(edit), about, is_double))
    return Offer(theirs.unit, wording(theirs.of.name), theirs.of, rows) if rows else None


def _new_id() -> str:
    """Each button's form has an id of its own."""
    return str(uuid4())


# --- The pages ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HistoryLine:
    event: Event
    kind: str
    words: Worded
    about: str


def history_lines(events: Sequence[Event], adapted: Adapted) -> list[HistoryLine]:
    central = {item.key: item for item in adapted.central.items}

    def about(edit: Edit) -> str:
        if isinstance(edit, Addition) or edit.item not in central:
            return ""
        return wording(dict(central[edit.item].text))

    return [HistoryLine(event, edit_kind(event.edit), words_of(event.edit), about(event.edit)) for event in events]


@dataclass(frozen=True)
class UnitListPage:
    """A checklist as a unit runs it."""

    checklist: ChecklistRecord
    title: Worded
    supplement: Supplement
    parts: Sequence[Part]
    to_dos: Sequence[ToDo]
    may_edit: bool
    offers: Sequence[Offer]
    history: Sequence[HistoryLine]
    """For those who may edit, and for central HSE."""
    keep_form: KeepForm
    take_over_form: TakeOverForm
    problem: str = ""

    new_id = staticmethod(_new_id)

    @property
    def unit(self) -> Unit:
        return self.supplement.unit

    @property
    def number(self) -> str:
        return ".".join(map(str, self.supplement.adapted.number))

    @property
    def lead(self) -> str:
        of = self.supplement.of
        if of is None:
            return str(_("The unit runs the central checklist as it is, edition %(number)s.", number=self.number))
        said = ". ".join(filter(None, (counts_line(self.supplement), to_do_line(len(self.to_dos)))))
        if self.supplement.is_own:
            return f"{said}."
        return str(_("The unit has no supplement of its own, so that of %(unit)s holds here: %(counts)s.",
                     unit=wording(of.name), counts=said))  # fmt: skip


@dataclass(frozen=True)
class CentralRow:
    """A unit that has a supplement."""

    supplement: Supplement
    name: str
    depth: int
    counts: str
    to_dos: Sequence[ToDo]
    additions: Sequence[tuple[Addition, Worded, str, str]]
    """(addition, its text, what can be answered, "" or where it is already: in the draft or in the list)"""
    notes: Sequence[tuple[Worded, str]]
    marks: Sequence[tuple[Worded, str]]


@dataclass(frozen=True)
class CentralPage:
    """Who has adapted a checklist, and how."""

    checklist: ChecklistRecord
    title: Worded
    number: str
    rows: Sequence[CentralRow]
    show: str
    """all, items or to-dos"""
    filters: Sequence[tuple[str, str, int]]
    """(word, name, how many units)"""
    may_take_up: bool
    take_up_form: KeepForm
    problem: str = ""

    new_id = staticmethod(_new_id)

    @property
    def lead(self) -> str:
        total = self.filters[0][2]
        if not total:
            return str(_("No unit has adapted this checklist."))
        return str(
            ngettext("%(num)s unit has adapted this checklist.", "%(num)s units have adapted this checklist.", total)
        )
