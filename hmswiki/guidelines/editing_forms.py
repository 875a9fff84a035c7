"""Forms for writing and approving: the shape of what was typed."""

from collections.abc import Mapping
from typing import Any

from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import AnyOf, InputRequired, Optional

from hmswiki.guidelines import drafting
from hmswiki.web.forms import PageForm
from hmswiki.web.words import _l


class NewForm(PageForm):
    """A guideline that does not exist yet."""

    title = StringField(_l("Title in bokmål"))
    slug = StringField(_l("Address"))


class StartForm(PageForm):
    """The next edition of a guideline; the choices are those that nobody is writing."""

    guideline = SelectField(_l("Guideline"), validate_choice=False)


class VersionForm(PageForm):
    """Something done to a draft as it was on the screen."""

    version = HiddenField()

    @property
    def version_seen(self) -> int:
        """The version the form was shown with; 0, which no draft has, for what is no number."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class WritingForm(VersionForm):
    """A form that others may save meanwhile. `seen` is the mark of what it was filled with."""

    seen = HiddenField()


class TextForm(WritingForm):
    """A draft's text in one language."""

    title = StringField(_l("Title"))
    body = TextAreaField(_l("Text in Markdown"))
    summary = TextAreaField(_l("What is new?"))


class FactsForm(WritingForm):
    """The document facts. The legal basis is one a line: a name, and after `|` an address."""

    kind = StringField(_l("Kind of document"))
    owner = StringField(_l("Owner"))
    approver = StringField(_l("Approved by"))
    classification = StringField(_l("Classification"))
    parent = StringField(_l("Parent document"))
    replaces = StringField(_l("Replaces"))
    next_review = DateField(_l("Next review"), [Optional()])
    valid_to = DateField(_l("Valid to"), [Optional()])
    renew_months = IntegerField(_l("Months until it must be acknowledged again"), [Optional()])
    legal_basis = TextAreaField(_l("Legal basis"))

    def fill(self, facts: Mapping[str, Any]) -> None:
        """Show `facts` as a draft keeps them."""
        values = drafting.fact_values(facts)
        for name in (*drafting.TEXT_FACTS, *drafting.DATE_FACTS, "renew_months"):
            self[name].data = values[name]
        self.legal_basis.data = legal_basis_lines(facts)

    def facts(self) -> dict[str, Any]:
        """What was typed, as the operations take it."""
        typed = {name: self[name].data for name in (*drafting.TEXT_FACTS, *drafting.DATE_FACTS, "renew_months")}
        lines = drafting.clean(self.legal_basis.data or "").split("\n")
        typed["legal_basis"] = [_basis(line) for line in lines if line.strip()]
        return typed


class ReturnForm(VersionForm):
    """Back to the writers."""

    comment = TextAreaField(_l("What should be changed?"))


class PublishForm(VersionForm):
    """Into force."""

    demands = StringField(
        _l("What kind of change is this?"),
        [AnyOf(("no", "yes"), message=_l("Choose whether staff must be informed anew."))],
    )
    on = DateField(_l("In force from"), [InputRequired(_l("Choose the day from which the edition is in force."))])


def legal_basis_lines(facts: Mapping[str, Any]) -> str:
    """`Arbeidsmiljøloven § 3-1 | https://…`, one a line."""
    bases = facts.get("legal_basis") or ()
    return "\n".join(" | ".join(part for part in (basis["title"], basis.get("url")) if part) for basis in bases)


def _basis(line: str) -> dict[str, str]:
    title, _, url = line.partition("|")
    return {"title": title.strip(), "url": url.strip()}
