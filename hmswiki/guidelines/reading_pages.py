"""What the pages for reading show: each template's contract."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import url_for
from markupsafe import Markup

from hmswiki.foundation.errors import N_
from hmswiki.foundation.language import LANGUAGES
from hmswiki.foundation.markup import is_safe_link
from hmswiki.guidelines.models import Edition, Guideline, Translation
from hmswiki.guidelines.queries import Document, Listed, OpenDraft
from hmswiki.guidelines.rules import SectionChange
from hmswiki.web.forms import PageForm
from hmswiki.web.words import _, day, listed, ngettext

MAX_CHANGES_SHOWN = 60
"""A list longer than this helps nobody: the text itself is shorter."""


@dataclass(frozen=True)
class IndexPage:
    """All guidelines, and what is being written for those who may see it."""

    guidelines: Sequence[Listed]
    drafts: Sequence[OpenDraft]
    may_write: bool
    may_see_drafts: bool

    @staticmethod
    def will_be(draft: OpenDraft) -> str:
        """What a draft will be once it is published."""
        if draft.adds_language is not None:
            return str(_("Text in %(language)s", language=called(draft.adds_language)))
        return str(_("New guideline") if draft.is_new else _("New edition"))


@dataclass(frozen=True)
class Fact:
    """One document fact: a term, and its values as (text, address or None)."""

    term: str
    values: Sequence[tuple[str, str | None]]
    overdue: bool = False


@dataclass(frozen=True)
class LanguageLink:
    """A language that the edition has."""

    code: str
    name: str
    href: str
    current: bool


@dataclass(frozen=True)
class OlderText:
    """The latest earlier edition that has the language asked for."""

    number: str
    href: str


@dataclass(frozen=True)
class Changes:
    """What changed between two editions in one language; `sections` is None where they cannot be compared."""

    from_number: str
    sections: Sequence[SectionChange] | None
    left_out: int = 0
    """How many sections are not shown."""

    @classmethod
    def of(cls, from_number: str, found: Sequence[SectionChange] | None) -> "Changes":
        if found is None or len(found) <= MAX_CHANGES_SHOWN:
            return cls(from_number, found)
        return cls(from_number, found[:MAX_CHANGES_SHOWN], len(found) - MAX_CHANGES_SHOWN)


@dataclass(frozen=True)
class ReadingPage:
    """An edition as it is read."""

    document: Document
    edition: Edition
    text: Translation | None
    asked: str
    """The language the reader wants."""
    links: Sequence[LanguageLink]
    missing: Sequence[tuple[str, str]]
    """(code, name) of the languages that the edition lacks."""
    older: OlderText | None
    facts: Sequence[Fact]
    changes: Changes | None
    """Set where the reader asked to see them."""
    changes_href: str | None
    """Where to see them; None for the first edition."""
    start_form: PageForm | None
    """Set for an editor: begins the next edition, or a text in a language that this one lacks."""
    expired: date | None = None
    """The last day on which the guideline was valid, where that has passed."""
    contents: Sequence[tuple[str, str]] = field(default=())
    """(anchor, heading) for the contents."""
    html: Markup = Markup("")
    """The text; what differs from the edition that the reader knows is marked."""

    @property
    def missing_names(self) -> str:
        """ "nynorsk or English"."""
        return listed((name for _code, name in self.missing), "or")

    @property
    def guideline(self) -> Guideline:
        return self.document.guideline

    @property
    def in_force(self) -> Edition | None:
        return self.document.in_force

    @property
    def is_in_force(self) -> bool:
        return self.document.in_force is self.edition

    @property
    def is_coming(self) -> bool:
        return self.edition.published_on > self.document.today

    @property
    def language(self) -> str | None:
        return self.text.language if self.text else None

    @property
    def anchors(self) -> set[str]:
        """The places in the text that a link may lead to."""
        return {anchor for _level, anchor, _words in self.text.contents} if self.text else set()

    @property
    def asked_name(self) -> str:
        """The language asked for, as it is called in a sentence."""
        return called(self.asked)

    @property
    def language_name(self) -> str:
        """The language that is shown, as it is called in a sentence."""
        return called(self.language or "")

    @property
    def language_is_missing(self) -> bool:
        return self.text is not None and self.text.language != self.asked


@dataclass(frozen=True)
class HistoryRow:
    """One edition in the history."""

    edition: Edition
    languages: Sequence[str]
    until: date | None
    """The last day on which it was or will be in force; None while no later edition is there."""
    approver: str | None
    state: str
    """`in_force`, `coming` or `earlier`."""
    has_previous: bool


@dataclass(frozen=True)
class HistoryPage:
    """All editions of a guideline, the newest first."""

    guideline: Guideline
    rows: Sequence[HistoryRow]


# --- Their parts --------------------------------------------------------------------------------------------


def contents_of(text: Translation | None) -> list[tuple[str, str]]:
    """(anchor, heading) of the text's main sections, or of all where it has no main ones."""
    headings = text.contents if text else []
    main = [(anchor, words) for level, anchor, words in headings if level == 2]
    return main or [(anchor, words) for _level, anchor, words in headings]


def called(code: str) -> str:
    """A language's name within a sentence in the reader's language: "engelsk". Its own name is for links."""
    names = {"nb": _("Bokmål"), "nn": _("Nynorsk"), "en": _("English")}
    return str(names.get(code, code))


def languages_missing(languages: Sequence[str]) -> list[tuple[str, str]]:
    return [(code, called(code)) for code in LANGUAGES if code not in languages] if languages else []


def expired_on(guideline: Guideline, today: date) -> date | None:
    return guideline.valid_to if guideline.valid_to is not None and guideline.valid_to < today else None


def facts_in_force(document: Document, edition: Edition) -> list[Fact]:
    """The document facts beside the edition in force, or beside the first one before it is."""
    guideline = document.guideline
    approver = document.approvers.get(edition.id)
    facts = [
        _fact(_("Edition"), edition.number),
        _day_fact(_("In force from"), edition.published_on),
        _fact(_("Owner"), guideline.owner),
        _fact(_("Approved by"), _approved_by(guideline.approver, approver)),
    ]
    if guideline.next_review is not None:
        late = guideline.next_review < document.today
        facts.append(Fact(_("Next review"), [(day(guideline.next_review, "long-year"), None)], overdue=late))
    facts.append(_day_fact(_("Valid to"), guideline.valid_to))
    if guideline.renew_months:
        facts.append(_fact(_("Confirmed anew"), _every(guideline.renew_months)))
    facts += [
        _fact(_("Parent document"), guideline.parent),
        _fact(_("Replaces"), guideline.replaces),
        _fact(_("Classification"), guideline.classification),
        _fact(_("Kind of document"), _kind(guideline.kind)),
    ]
    if guideline.legal_basis:
        facts.append(Fact(_("Legal basis"), [_basis(basis) for basis in guideline.legal_basis]))
    return [fact for fact in facts if fact.values]


def facts_of_edition(document: Document, edition: Edition) -> list[Fact]:
    """What is known of one edition, in force or not: the guideline's own facts are today's."""
    if not edition.requires_acknowledgement:
        acknowledgement = _("Minor changes: earlier acknowledgements hold")
    elif document.before(edition) is None:
        acknowledgement = _("Must be acknowledged")
    else:
        acknowledgement = _("Must be acknowledged anew")
    facts = [
        _fact(_("Edition"), edition.number),
        _day_fact(_("In force from"), edition.published_on),
        _day_fact(_("In force to"), last_day(document, edition)),
        _fact(_("Approved by"), document.approvers.get(edition.id)),
        _fact(_("Acknowledgement"), acknowledgement),
    ]
    return [fact for fact in facts if fact.values]


def last_day(document: Document, edition: Edition) -> date | None:
    """The last day on which the edition was or will be in force; None while no later one is there."""
    later = next((other for other in document.editions if other.order > edition.order), None)
    return max(later.published_on - timedelta(days=1), edition.published_on) if later else None


def _fact(term: str, value: str | None) -> Fact:
    return Fact(term, [(value, None)] if value else [])


def _day_fact(term: str, value: date | None) -> Fact:
    return _fact(term, day(value, "long-year") if value else None)


def _approved_by(role: str | None, name: str | None) -> str | None:
    return f"{role} ({name})" if role and name else role or name


def _every(months: int) -> str:
    return str(ngettext("Every month", "Every %(num)s months", months))


# The kinds that the shipped guidelines use; other words are shown as they are.
_KINDS = {
    "retningslinje": N_("guideline"),
    "rutine": N_("routine"),
    "prosedyre": N_("procedure"),
    "instruks": N_("instruction"),
}


def _kind(kind: str | None) -> str | None:
    if not kind:
        return None
    words = str(_(_KINDS[kind.lower()])) if kind.lower() in _KINDS else kind
    return words[:1].upper() + words[1:]


def _basis(basis: Any) -> tuple[str, str | None]:
    """What came by import may be plain text, or lead where no link of ours leads."""
    if not isinstance(basis, dict):
        return str(basis), None
    url = str(basis.get("url") or "")
    return str(basis.get("title") or url), url if url and is_safe_link(url) else None


def edition_href(slug: str, edition: Edition, language: str) -> str:
    return url_for("hmswiki.guidelines.edition", slug=slug, number=edition.number, language=language)
