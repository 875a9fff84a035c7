"""What the pages for writing and approving checklists show: put together here, rendered by templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from hmswiki.checklists import changes, drafting, editing_queries, passages, queries, words
from hmswiki.checklists.drafting import Data, Wrong
from hmswiki.checklists.forms import (
    FactsForm,
    ItemForm,
    NewForm,
    PublishForm,
    ReturnForm,
    SectionForm,
    SourceForm,
    StartForm,
    VersionForm,
)
from hmswiki.checklists.models import ChecklistDraft, ChecklistEdition, ChecklistRecord
from hmswiki.checklists.pages import DraftRow, ShownSection, item_count, shown
from hmswiki.checklists.passages import Astray, Headed
from hmswiki.checklists.template import Checklist, Kind
from hmswiki.checklists.told import Told
from hmswiki.foundation import clock
from hmswiki.guidelines.editing_pages import names_of, state_line
from hmswiki.guidelines.models import DraftState
from hmswiki.organisation.models import Person
from hmswiki.web.context import settings, today
from hmswiki.web.words import _, clock_time, moment, wording


@dataclass(frozen=True)
class Tab:
    name: str
    href: str
    current: bool


@dataclass(frozen=True)
class AboutDraft:
    """What every page about a draft says of it."""

    draft: ChecklistDraft

    @cached_property
    def _parsed(self) -> tuple[Checklist | None, list[Wrong]]:
        return drafting.parsed(self.draft.content)

    @property
    def content(self) -> Checklist | None:
        """What the draft says; None where something is wrong in it."""
        return self._parsed[0]

    @property
    def wrongs(self) -> Sequence[Wrong]:
        return self._parsed[1]

    @property
    def is_source(self) -> bool:
        """Whether it is YAML that has to be mended before the other pages can show it."""
        return drafting.is_source(self.draft.content)

    @property
    def title(self) -> str:
        if not self.is_source:
            return wording(self.draft.content["title"]) or self.draft.key
        base = self.draft.base_edition
        return wording(base.title) if base is not None else self.draft.key

    @property
    def context_line(self) -> str:
        """Above the title: what this is a draft of."""
        edition = self.draft.base_edition
        if edition is None:
            return str(_("Draft of a new checklist"))
        return str(_("Draft of the edition after %(number)s", number=edition.number))

    @cached_property
    def told(self) -> Told | None:
        """What to compare: the edition the draft was begun from, and the draft; None where there is nothing to."""
        if self.draft.base_edition is None or self.content is None:
            return None
        return Told(queries.content_of(self.draft.base_edition), self.content)

    @cached_property
    def changes(self) -> changes.Changes | None:
        """What changed against the edition the draft was begun from; None where there is nothing to compare."""
        return changes.between(self.told.old, self.told.new) if self.told is not None else None

    @property
    def is_sent(self) -> bool:
        return self.draft.state == DraftState.SENT

    @property
    def is_writable(self) -> bool:
        return self.draft.state in (DraftState.WRITING, DraftState.RETURNED)

    @property
    def is_open(self) -> bool:
        return self.is_writable or self.is_sent

    @property
    def saved_line(self) -> str:
        """ "Saved at 10:12"; with the date where it was not today."""
        saved = self.draft.saved_at
        if clock.day_of(saved, settings().zone) == today():
            return str(_("Saved at %(time)s", time=clock_time(saved)))
        return str(_("Saved %(when)s", when=moment(saved)))

    @property
    def faults(self) -> Sequence[tuple[int | None, str]]:
        """(line in the YAML, sentence) of all that is wrong."""
        return [(wrong.line, words.told(wrong)) for wrong in self.wrongs]

    def tabs(self, current: str) -> list[Tab]:
        own = self.draft.id
        pages = [
            ("items", _("Items"), url_for(".edit", draft_id=own)),
            ("facts", _("About the list"), url_for(".facts", draft_id=own)),
            ("source", "YAML", url_for(".source", draft_id=own)),
        ]
        return [Tab(str(name), href, which == current) for which, name, href in pages]


@dataclass(frozen=True)
class EditorItem:
    key: str
    text: str
    kind: str
    required: bool
    mandatory: bool
    condition: bool
    faults: Sequence[str]
    first: bool
    """Nothing stands above it, in this section or another."""
    last: bool


@dataclass(frozen=True)
class EditorSection:
    key: str
    title: str
    items: Sequence[EditorItem]
    faults: Sequence[str]


@dataclass(frozen=True)
class EditorPage(AboutDraft):
    """Sections and items in order."""

    tabs_: Sequence[Tab]
    sections: Sequence[EditorSection]
    general: Sequence[str]
    """What is wrong with the list as a whole."""
    astray: Astray
    add_section: Any
    add_item: Any
    """The form of a new item; its `section` says which one was refused."""
    move: Any

    @property
    def kinds(self) -> Sequence[tuple[str, str]]:
        return kind_options()


@dataclass(frozen=True)
class ItemPage(AboutDraft):
    tabs_: Sequence[Tab]
    form: ItemForm
    key: str
    kind: Kind
    earlier: Sequence[tuple[str, str]]
    """(key, text) of the items whose answers it may depend on."""
    answers: Sequence[tuple[str, str]]
    """(word, name) of the answers of the one it depends on."""
    passages: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    """(guideline's title, (value, heading)) of what it may lead to."""
    places: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    """(section's title, (spot, words))."""
    has_guidelines: bool
    theirs: Sequence[tuple[str, str]] = ()
    """(part, words) of what somebody saved while this was written."""
    is_gone: bool = False

    @property
    def kinds(self) -> Sequence[tuple[str, str]]:
        return kind_options()


@dataclass(frozen=True)
class SectionPage(AboutDraft):
    tabs_: Sequence[Tab]
    form: SectionForm
    key: str
    count: int
    theirs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FactsPage(AboutDraft):
    tabs_: Sequence[Tab]
    form: FactsForm
    guidelines: Sequence[tuple[str, str]]
    """(address, title) of every guideline, and of those that the list names and that do not exist."""
    unknown: Sequence[str]
    roles: Sequence[tuple[str, str]]
    theirs: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class SourcePage(AboutDraft):
    tabs_: Sequence[Tab]
    form: SourceForm
    mistakes: Sequence[tuple[int | None, str]]
    """(line, sentence) of what is wrong in what stands in the form."""
    theirs: str = ""

    @property
    def rows(self) -> int:
        return min(max((self.form.source.data or "").count("\n") + 3, 20), 60)


@dataclass(frozen=True)
class SendPage(AboutDraft):
    form: VersionForm
    approvers: Sequence[Person]
    astray: Astray


@dataclass(frozen=True)
class DraftPage(AboutDraft):
    """A draft as the round will show it, for whoever decides."""

    sections: Sequence[ShownSection]
    astray: Astray
    guidelines: Sequence[Headed]
    co_signers: Sequence[str]
    approvers: Sequence[Person]
    """Who may publish it."""
    may_edit: bool
    is_approver: bool
    wrote_it: bool
    edition: ChecklistEdition | None
    action_form: VersionForm
    return_form: ReturnForm
    publish_form: PublishForm
    first_day: date

    @property
    def may_decide(self) -> bool:
        return self.is_sent and self.is_approver and not self.wrote_it

    @property
    def items(self) -> str:
        return item_count(self.content) if self.content is not None else ""

    @property
    def description(self) -> str:
        return wording(dict(self.content.description)) if self.content and self.content.description else ""

    @property
    def is_first(self) -> bool:
        return self.draft.base_edition is None


@dataclass(frozen=True)
class DraftsPage:
    rows: Sequence[DraftRow]
    may_edit: bool
    start_form: StartForm
    checklists: Sequence[tuple[str, str]]
    """(key, title) of those that nobody is writing."""


@dataclass(frozen=True)
class NewPage:
    form: NewForm


# --- Putting together ---------------------------------------------------------------------------------------


def kind_options() -> list[tuple[str, str]]:
    return [(str(kind), words.kind_name(kind)) for kind in words.KINDS]


def draft_rows(session: Session) -> list[DraftRow]:
    rows = []
    for draft in editing_queries.open_drafts(session):
        about = AboutDraft(draft)
        status, state = state_line(draft)  # type: ignore[arg-type]  # any draft has a state and a sender
        rows.append(
            DraftRow(
                draft.id, about.title, state, status, about.context_line, names_of(draft.writers), about.saved_line
            )
        )
    return rows


def editor_sections(data: Data, wrongs: Sequence[Wrong]) -> tuple[list[EditorSection], list[str]]:
    """The sections with what is wrong in each, and what is wrong with the list as a whole."""
    faults = drafting.flaws_of(wrongs, data)

    def told(name: str) -> list[str]:
        return [words.told(wrong) for wrong in faults.get(name, [])]

    found, all_sections = [], drafting.sections(data)
    for number, section in enumerate(all_sections):
        keys = [item["key"] for item in section["items"]]
        found.append(
            EditorSection(
                section["key"], wording(section["title"]),
                [
                    EditorItem(
                        item["key"], wording(item["text"]) or item["key"], words.kind_name(item["kind"]),
                        item.get("required") not in ("no", "false"), item.get("mandatory") in ("yes", "true"),
                        "shown_when" in item, told(item["key"]),
                        first=number == 0 and place == 0,
                        last=number == len(all_sections) - 1 and place == len(keys) - 1,
                    )
                    for place, item in enumerate(section["items"])
                ],
                told(f"section:{section['key']}"),
            )
        )  # fmt: skip
    return found, told("")


def preview(content: Checklist | None, known: Mapping[str, Headed]) -> list[ShownSection]:
    return shown(content, passages.links(content, known)) if content is not None else []


def earlier_items(data: Data, key: str, at: str) -> list[Data]:
    """The items before the spot `at`, without the item itself."""
    section_key, _slash, before = at.partition("/")
    found: list[Data] = []
    for section in drafting.sections(data):
        if section["key"] == section_key and not before:
            break
        for item in section["items"]:
            if item["key"] != key:
                found.append(item)
            if section["key"] == section_key and item["key"] == before:
                return found
    return found


def places(data: Data, key: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Where the item may stand, section by section."""
    found = []
    for section in drafting.sections(data):
        spots = [(f"{section['key']}/", str(_("First in the section")))]
        spots += [
            (f"{section['key']}/{item['key']}", str(_("After: %(item)s", item=wording(item["text"]))))
            for item in section["items"]
            if item["key"] != key
        ]
        found.append((wording(section["title"]), spots))
    return found


def startable(records: Sequence[ChecklistRecord]) -> list[tuple[str, str]]:
    """(key, title) in the order of titles; one without any edition is called by its key."""
    found = [
        (record.key, wording(record.editions[-1].title) if record.editions else record.key) for record in records
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one[1].casefold(), one[0]))
