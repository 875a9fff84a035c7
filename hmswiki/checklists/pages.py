"""What the pages for reading checklists show: each template's contract."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import url_for

from hmswiki.checklists import queries, words
from hmswiki.checklists.changes import Changes
from hmswiki.checklists.forms import RetireForm
from hmswiki.checklists.models import ChecklistEdition, ChecklistRecord
from hmswiki.checklists.passages import Headed, Link
from hmswiki.checklists.template import Checklist, Item, Kind, Passage, Wording, answers_of
from hmswiki.checklists.told import Told
from hmswiki.foundation.language import Worded, worded
from hmswiki.web.forms import PageForm
from hmswiki.web.words import current_language, ngettext

# --- A checklist's parts ------------------------------------------------------------------------------------


def text_of(wording: Wording | None) -> Worded:
    """The text for the reader, and the language it turned out to be in."""
    return worded(dict(wording or {}), current_language())


@dataclass(frozen=True)
class ShownItem:
    """An item as it is read. `number` counts through the whole list."""

    number: int
    item: Item
    text: Worded
    help: Worded
    kind: str
    finding: str
    condition: str
    passage: Link | None
    answers: Sequence[tuple[str, str]]
    """(word, name) of what can be pressed; none where something is written or photographed."""

    @property
    def passage_href(self) -> str:
        if self.passage is None:
            return ""
        href = url_for("hmswiki.guidelines.show", slug=self.passage.slug, language=self.passage.language)
        return f"{href}#{self.passage.anchor}"


@dataclass(frozen=True)
class ShownSection:
    key: str
    title: Worded
    items: Sequence[ShownItem]


def shown(checklist: Checklist, links: Mapping[Passage, Link]) -> list[ShownSection]:
    """The checklist in the reader's language."""
    earlier: dict[str, Item] = {}
    found, count = [], 0
    for section in checklist.sections:
        items = []
        for item in section.items:
            count += 1
            words_of = answers_of(item) if item.kind is not Kind.NUMBER else ()
            items.append(
                ShownItem(
                    count, item, text_of(item.text), text_of(item.help), words.kind_line(item),
                    words.finding_line(item), words.condition_line(item, earlier),
                    links.get(item.passage) if item.passage else None,
                    [(word, words.answer_name(item, word)) for word in words_of],
                )
            )  # fmt: skip
            earlier[item.key] = item
        found.append(ShownSection(section.key, text_of(section.title), items))
    return found


def item_count(checklist: Checklist) -> str:
    """ "18 items" """
    count = sum(len(section.items) for section in checklist.sections)
    return str(ngettext("%(num)s item", "%(num)s items", count))


# --- The pages ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A checklist in the list."""

    key: str
    title: Worded
    description: Worded
    edition: ChecklistEdition
    items: str
    guidelines: Sequence[Headed]
    comes: bool
    """Its first edition is not in force yet."""
    retired_on: date | None


@dataclass(frozen=True)
class DraftRow:
    """What is being written."""

    id: int
    title: str
    state: str
    status: str
    line: str
    writers: str
    saved: str


@dataclass(frozen=True)
class IndexPage:
    rows: Sequence[Row]
    retired: Sequence[Row]
    drafts: Sequence[DraftRow]
    may_write: bool
    may_see_drafts: bool


@dataclass(frozen=True)
class EditionRow:
    """One edition in the list of all."""

    edition: ChecklistEdition
    state: str
    """`in_force`, `coming` or `earlier`."""


@dataclass(frozen=True)
class ChecklistPage:
    """A checklist as it is read: the edition in force, or another one."""

    checklist: ChecklistRecord
    edition: ChecklistEdition
    content: Checklist
    sections: Sequence[ShownSection]
    guidelines: Sequence[Headed]
    editions: Sequence[EditionRow]
    """The newest first."""
    today: date
    changes: Changes | None = None
    """Since the edition before; None for the first, and where nobody asked."""
    before: ChecklistEdition | None = None
    start_form: PageForm | None = None
    """Set for an editor: begins the next edition."""
    retire_form: RetireForm | None = None
    """Set for an approver."""
    co_signers: Sequence[str] = field(default=())

    @property
    def told(self) -> Told | None:
        """What the changes are between, in words."""
        return Told(queries.content_of(self.before), self.content) if self.before is not None else None

    @property
    def title(self) -> Worded:
        return text_of(self.content.title)

    @property
    def description(self) -> Worded:
        return text_of(self.content.description)

    @property
    def items(self) -> str:
        return item_count(self.content)

    @property
    def state(self) -> str:
        return next(row.state for row in self.editions if row.edition.id == self.edition.id)

    @property
    def in_force(self) -> ChecklistEdition | None:
        return next((row.edition for row in self.editions if row.state == "in_force"), None)

    @property
    def coming(self) -> Sequence[ChecklistEdition]:
        """The next first."""
        return [row.edition for row in reversed(self.editions) if row.state == "coming"]

    @property
    def is_retired(self) -> bool:
        return self.checklist.retired_on is not None and self.checklist.retired_on <= self.today
