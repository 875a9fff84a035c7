"""What the pages for writing and approving show: put together here, rendered by templates."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from markupsafe import Markup

from hmswiki.foundation import clock, language, markup
from hmswiki.foundation.errors import Refusal
from hmswiki.guidelines import drafting, marking, rules
from hmswiki.guidelines.editing_forms import (
    FactsForm,
    NewForm,
    PublishForm,
    ReturnForm,
    StartForm,
    TextForm,
    VersionForm,
)
from hmswiki.guidelines.editing_queries import Base
from hmswiki.guidelines.models import Draft, DraftState, Edition, Guideline
from hmswiki.guidelines.reading_pages import called
from hmswiki.organisation.models import Person
from hmswiki.web.context import settings, today
from hmswiki.web.words import _, clock_time, current_language, day, language_name, moment, ngettext, number, say


@dataclass(frozen=True)
class Tab:
    """A language of a draft, or its document facts."""

    name: str
    href: str
    current: bool
    language: str | None = None
    missing: bool = False


@dataclass(frozen=True)
class Shown:
    """A text as staff will see it. `html` is safe: it is the renderer's."""

    html: Markup
    words: int
    failed: bool
    refusal: str = ""


def shown(body: str, base: Base, of_language: str) -> Shown:
    """`body` rendered, with a mark where it differs from the edition it was begun from."""
    try:
        rendered = markup.render(body)
    except Refusal as refusal:
        return Shown(Markup(""), 0, False, say(refusal))
    html = marking.whole(rendered.lead_html, rendered.html)
    before = base.texts.get(of_language)
    if before is not None and not rendered.failed:
        html = marking.with_changes_marked(html, marking.whole(before.lead_html, before.html))
    return Shown(Markup(_with_ids_of_its_own(html)), rendered.words, rendered.failed)


def _with_ids_of_its_own(html: str) -> str:
    # A heading "Title" must not take the place of the field of that name, which has the id `title`.
    html = re.sub(r'<h([2-4]) id="', r'<h\1 id="r-', html)
    return html.replace('<a href="#', '<a href="#r-')


@dataclass(frozen=True)
class Fact:
    """A document fact of a draft, and what it was before."""

    label: str
    value: str
    was: str | None
    """None where it is as before."""


def fact_labels() -> dict[str, str]:
    return {
        "kind": _("Kind of document"),
        "owner": _("Owner"),
        "approver": _("Approved by"),
        "classification": _("Classification"),
        "parent": _("Parent document"),
        "replaces": _("Replaces"),
        "next_review": _("Next review"),
        "valid_to": _("Valid to"),
        "renew_months": _("Must be acknowledged again after"),
        "legal_basis": _("Legal basis"),
    }


def fact_text(name: str, facts: Mapping[str, Any]) -> str:
    """A fact as it is read; empty where nothing is said."""
    value = facts.get(name)
    if not value:
        return ""
    if name in drafting.DATE_FACTS:
        return day(date.fromisoformat(value), "long-year")
    if name == "renew_months":
        return str(ngettext("%(num)s month", "%(num)s months", value))
    if name == "legal_basis":
        return "\n".join(basis["title"] for basis in value)
    return str(value)


def compared_facts(facts: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[Fact]:
    """Every fact that is said, or was. Without `before` nothing has changed."""
    rows = []
    for name, label in fact_labels().items():
        value = fact_text(name, facts)
        was = value if before is None else fact_text(name, before)
        changed = before is not None and facts.get(name) != before.get(name)
        if value or was:
            rows.append(Fact(label, value, was if changed else None))
    return rows


@dataclass(frozen=True)
class AboutDraft:
    """What every page about a draft says of it."""

    draft: Draft
    base: Base

    @property
    def title(self) -> str:
        return (
            language.in_language({text.language: text.title for text in self.draft.texts}, current_language())
            or self.slug
        )

    @property
    def slug(self) -> str:
        return self.draft.slug

    @property
    def context_line(self) -> str:
        """Above the title: what this is a draft of."""
        edition = self.draft.base_edition
        if edition is None:
            return str(_("Draft of a new guideline"))
        if self.draft.adds_language is not None:
            return str(_("Adds %(language)s to edition %(number)s", language=self.added, number=edition.number))
        return str(_("Draft of the edition after %(number)s", number=edition.number))

    @property
    def added(self) -> str:
        """The language that it adds to an edition, as it is called in a sentence; empty for what becomes an edition."""
        return called(self.draft.adds_language) if self.draft.adds_language is not None else ""

    @property
    def source_name(self) -> str:
        """The language of what is translated, as it is called in a sentence."""
        return called(self.base.source.language) if self.base.source is not None else ""

    @property
    def addition_line(self) -> str:
        """What adding a language leads to; empty for what becomes an edition."""
        if self.draft.adds_language is None:
            return ""
        return str(_("The texts that are published stay as they are, and nobody has to acknowledge anything anew."))

    def text(self, code: str) -> tuple[str, str]:
        """(title, body) in a language; empty where there is none."""
        for text in self.draft.texts:
            if text.language == code:
                return text.title, text.body
        return "", ""

    def summary(self, code: str) -> str:
        """What is new, in that language and no other."""
        said = self.draft.summary
        if isinstance(said, str):
            return said if code == language.DEFAULT_LANGUAGE else ""
        return (said or {}).get(code, "")

    def credits(self, code: str) -> list[str]:
        """What will end the summary in that language: where changes came from."""
        return [said.get(code) or said[language.DEFAULT_LANGUAGE] for said in self.draft.credits]

    @property
    def unchanged_languages(self) -> list[str]:
        """Languages whose text is as in the edition before, although the bokmål text is not."""
        if self.draft.base_edition is None or self._is_unchanged(language.DEFAULT_LANGUAGE):
            return []
        return [
            text.language
            for text in self.draft.texts
            if text.language != language.DEFAULT_LANGUAGE and self._is_unchanged(text.language)
        ]

    def _is_unchanged(self, code: str) -> bool:
        return self.base.body(code) == self.text(code)[1]

    @property
    def unchanged_line(self) -> str:
        """ "Nynorsk and English are as in edition 2.0."; empty where none is."""
        names = [language_name(code) for code in self.unchanged_languages]
        if not names or self.draft.base_edition is None:
            return ""
        return str(
            _("%(languages)s: as in edition %(number)s. The translation must follow the bokmål text.",
              languages=joined(names), number=self.draft.base_edition.number)
        )  # fmt: skip

    @property
    def is_sent(self) -> bool:
        return self.draft.state == DraftState.SENT

    @property
    def is_open(self) -> bool:
        return self.draft.state in (DraftState.WRITING, DraftState.RETURNED, DraftState.SENT)

    @property
    def is_writable(self) -> bool:
        return self.draft.state in (DraftState.WRITING, DraftState.RETURNED)

    @property
    def saved_line(self) -> str:
        """ "Saved at 10:12"; with the date where it was not today."""
        saved = self.draft.saved_at
        if clock.day_of(saved, settings().zone) == today():
            return str(_("Saved at %(time)s", time=clock_time(saved)))
        return str(_("Saved %(when)s", when=moment(saved)))

    def count_line(self, code: str, body: str, words: int) -> str:
        """ "1 change from edition 2.0. 412 words, 4 min to read." """
        minutes = rules.reading_minutes(words)
        length = ngettext("%(count)s word, %(minutes)s min to read.", "%(count)s words, %(minutes)s min to read.",
                          words, count=number(words), minutes=minutes)  # fmt: skip
        before = self.base.body(code)
        if before is None or self.draft.base_edition is None:
            return str(length)
        changed = len(rules.changes_between(before, body))
        since = ngettext("%(num)s section changed since edition %(number)s.",
                         "%(num)s sections changed since edition %(number)s.",
                         changed, number=self.draft.base_edition.number)  # fmt: skip
        return f"{since} {length}"


@dataclass(frozen=True)
class EditorPage(AboutDraft):
    """Source and result side by side, for one language."""

    language: str
    form: TextForm
    tabs: Sequence[Tab]
    saved: bool
    """Whether what stands in the form is what is kept."""
    theirs: tuple[str, str, str] | None = None
    """(title, body, summary) that somebody saved while this was written."""

    @cached_property
    def result(self) -> Shown:
        return shown(self.form.body.data or "", self.base, self.language)

    @property
    def begins_with_an_earlier_text(self) -> bool:
        """Nobody has written in it yet, and it is not what is to be translated: it was there in an earlier edition."""
        source = self.base.source
        return source is not None and self.draft.version == 1 and self.text(self.language)[1] not in ("", source.body)

    @property
    def line(self) -> str:
        return self.count_line(self.language, drafting.clean(self.form.body.data or ""), self.result.words)

    @property
    def difference(self) -> Sequence[rules.SectionChange]:
        """From what they saved to what stands in the form."""
        if self.theirs is None:
            return []
        return rules.changes_between(self.theirs[1], drafting.clean(self.form.body.data or ""))


@dataclass(frozen=True)
class FactsPage(AboutDraft):
    form: FactsForm
    tabs: Sequence[Tab]
    theirs: Sequence[Fact] = ()
    """Where somebody's saved facts differ from what stands in the form: theirs in `value`, the form's in `was`."""


@dataclass(frozen=True)
class SendPage(AboutDraft):
    form: VersionForm
    approvers: Sequence[Person]
    obstacle: str
    """Why it cannot be sent; empty where it can."""


@dataclass(frozen=True)
class DraftPage(AboutDraft):
    """A draft as staff will see it, for whoever decides."""

    language: str
    tabs: Sequence[Tab]
    facts: Sequence[Fact]
    approvers: Sequence[Person]
    """Who may publish it."""
    may_edit: bool
    is_approver: bool
    wrote_it: bool
    """The reader has written in it, so another approver publishes it."""
    edition: Edition | None
    action_form: VersionForm
    return_form: ReturnForm
    publish_form: PublishForm
    first_day: date

    @property
    def may_decide(self) -> bool:
        return self.is_sent and self.is_approver and not self.wrote_it

    @cached_property
    def result(self) -> Shown:
        return shown(self.text(self.language)[1], self.base, self.language)

    @cached_property
    def changes(self) -> Sequence[rules.SectionChange] | None:
        """None where there is nothing to compare with."""
        before = self.base.body(self.language)
        return None if before is None else rules.changes_between(before, self.text(self.language)[1])

    @property
    def line(self) -> str:
        return self.count_line(self.language, self.text(self.language)[1], self.result.words)

    @property
    def demands_always(self) -> bool:
        """A guideline's first edition."""
        return self.draft.base_edition is None


@dataclass(frozen=True)
class Row:
    """A line of the list of open drafts."""

    about: AboutDraft
    href: str
    state: str
    status: str
    writers: str


@dataclass(frozen=True)
class DraftsPage:
    rows: Sequence[Row]
    may_edit: bool
    start_form: StartForm
    guidelines: Sequence[Guideline] = field(default=())


@dataclass(frozen=True)
class NewPage:
    form: NewForm


def joined(names: Sequence[str]) -> str:
    """ "Frida Foss, Gunnar Gran and Tora Tangen" """
    if len(names) < 2:
        return "".join(names)
    return str(_("%(names)s and %(last)s", names=", ".join(names[:-1]), last=names[-1]))


def names_of(people: Sequence[Person]) -> str:
    return joined([person.name for person in people])


def state_line(of: Draft) -> tuple[str, str]:
    """(status, sentence): where a draft is on its way."""
    match of.state:
        case DraftState.SENT:
            who = of.sent_by.name if of.sent_by is not None else str(_("The command line"))
            return "soon", str(_("%(name)s sent it for approval %(when)s.", name=who, when=moment(of.sent_at)))
        case DraftState.RETURNED:
            return "over", str(_("Returned by the approver with a comment."))
        case DraftState.PUBLISHED:
            return "reached", str(_("Published."))
        case DraftState.DISCARDED:
            return "neutral", str(_("Discarded."))
    return "neutral", str(_("Being written."))
