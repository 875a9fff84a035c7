"""Forms for writing and approving checklists: the shape of what was typed."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.validators import AnyOf, InputRequired, Optional

from hmswiki.checklists import drafting
from hmswiki.checklists.template import Kind
from hmswiki.foundation.errors import N_
from hmswiki.foundation.language import LANGUAGES
from hmswiki.guidelines.drafting import clean, clean_line
from hmswiki.guidelines.editing_forms import ReturnForm, VersionForm, WritingForm
from hmswiki.web.forms import PageForm
from hmswiki.web.words import _l

__all__ = ["ReturnForm", "VersionForm"]


class NewForm(PageForm):
    """A checklist that does not exist yet."""

    title = StringField(_l("Title in bokmål"))
    key = StringField(_l("Key"))


class StartForm(PageForm):
    """The next edition of a checklist; the choices are those that nobody is writing."""

    checklist = SelectField(_l("Checklist"), validate_choice=False)


class PublishForm(VersionForm):
    """Into force."""

    major = StringField(
        _l("What kind of change is this?"),
        [AnyOf(("no", "yes"), message=_l("Choose whether this is a minor or a major edition."))],
    )
    on = DateField(_l("In force from"), [InputRequired(_l("Choose the day from which the edition is in force."))])


class RetireForm(PageForm):
    """Out of use from a day; without a day it is used again."""

    on = DateField(_l("Retired from"), [Optional()])


class SourceForm(WritingForm):
    """The whole list as YAML."""

    source = TextAreaField(_l("The checklist as YAML"))


class AddSectionForm(PageForm):
    title = StringField(_l("Title in bokmål"))


class AddItemForm(PageForm):
    section = HiddenField()
    text = StringField(_l("Text in bokmål"))
    kind = SelectField(_l("What can be answered"), validate_choice=False, default=Kind.OK.value)


class MoveForm(PageForm):
    """`do`: what is moved and whereto: `item-up:KEY`, `section-down:KEY`."""

    do = HiddenField()


class SectionForm(WritingForm):
    title_nb = StringField("Bokmål")
    title_nn = StringField("Nynorsk")
    title_en = StringField("English")
    key = StringField(_l("Key"))

    def fill(self, section: Mapping[str, Any]) -> None:
        _fill_wording(self, "title", section.get("title"))
        self.key.data = section["key"]
        self.seen.data = drafting.mark([section["key"], section["title"]])

    @property
    def title(self) -> dict[str, str | None]:
        return _typed(self, "title")


class Checkboxes(SelectMultipleField):
    """Several of many."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class FactsForm(WritingForm):
    """What the checklist says of itself, and what is new in the edition."""

    title_nb = StringField("Bokmål")
    title_nn = StringField("Nynorsk")
    title_en = StringField("English")
    description_nb = TextAreaField("Bokmål")
    description_nn = TextAreaField("Nynorsk")
    description_en = TextAreaField("English")
    guidelines = Checkboxes(_l("The guidelines it belongs to"), validate_choice=False)
    co_signed_by = Checkboxes(_l("Who signs a finished round"), validate_choice=False)
    summary_nb = TextAreaField("Bokmål")
    summary_nn = TextAreaField("Nynorsk")
    summary_en = TextAreaField("English")

    def fill(self, data: Mapping[str, Any], summary: Any) -> None:
        for name in ("title", "description"):
            _fill_wording(self, name, data.get(name))
        self.guidelines.data = list(data.get("guidelines", []))
        self.co_signed_by.data = list(data.get("co_signed_by", []))
        _fill_wording(self, "summary", {"nb": summary} if isinstance(summary, str) else summary)
        self.seen.data = facts_mark(data, summary)

    def typed(self) -> dict[str, Any]:
        """What was typed, as `drafting.with_facts` takes it."""
        return {
            "title": _typed(self, "title"), "description": _typed(self, "description"),
            "guidelines": self.guidelines.data or [], "co_signed_by": self.co_signed_by.data or [],
        }  # fmt: skip

    @property
    def summary(self) -> dict[str, str]:
        return {code: text for code, text in _typed(self, "summary").items() if text and text.strip()}


def facts_mark(data: Mapping[str, Any], summary: Any) -> str:
    return drafting.mark([{name: data.get(name) for name in data if name != "sections"}, summary])


class ChoiceForm(Form):
    """One of the answers to choose from. Emptied in bokmål it is left out."""

    key = HiddenField()
    place = IntegerField(_l("Place"), [Optional()])
    text_nb = StringField("Bokmål")
    text_nn = StringField("Nynorsk")
    text_en = StringField("English")
    finding = BooleanField(_l("Raises a finding"))


_FINDINGS = {
    Kind.OK: ("deviation",), Kind.YES_NO: ("yes", "no"), Kind.NUMBER: ("below", "above"),
}  # fmt: skip


class ItemForm(WritingForm):
    """An item, all of it. What is of another kind is not asked, and forgotten when the item is saved."""

    text_nb = StringField("Bokmål", [InputRequired(_l("Write it in bokmål. Other languages may follow."))])
    text_nn = StringField("Nynorsk")
    text_en = StringField("English")
    help_nb = TextAreaField("Bokmål")
    help_nn = TextAreaField("Nynorsk")
    help_en = TextAreaField("English")
    kind = SelectField(_l("What can be answered"), validate_choice=False)
    unit_nb = StringField("Bokmål")
    unit_nn = StringField("Nynorsk")
    unit_en = StringField("English")
    minimum = StringField(_l("Lowest"))
    maximum = StringField(_l("Highest"))
    choices = FieldList(FormField(ChoiceForm))
    finding_deviation = BooleanField(_l("A deviation raises a finding"))
    finding_yes = BooleanField(_l("“Yes” raises a finding"))
    finding_no = BooleanField(_l("“No” raises a finding"))
    finding_below = BooleanField(_l("A number below the lowest raises a finding, instead of being refused"))
    finding_above = BooleanField(_l("A number above the highest raises a finding, instead of being refused"))
    required = BooleanField(_l("A round cannot be handed in without an answer"))
    mandatory = BooleanField(_l("A unit may not mark it as not relevant there"))
    shown_item = SelectField(_l("Shown only after an answer to"), validate_choice=False)
    shown_answers = Checkboxes(_l("when the answer is"), validate_choice=False)
    passage = SelectField(_l("Where the guideline says it"), validate_choice=False)
    at = SelectField(_l("Where it stands"), validate_choice=False)
    key = StringField(_l("Key"))

    def fill(self, item: Mapping[str, Any], at: str) -> None:
        """Show an item as a draft keeps it."""
        for name in ("text", "help", "unit"):
            _fill_wording(self, name, item.get(name))
        for name in ("kind", "key"):
            self[name].data = item[name]
        for name in ("minimum", "maximum", "passage"):
            self[name].data = item.get(name, "")
        findings = item.get("findings", [])
        for words in _FINDINGS.values():
            for word in words:
                self[f"finding_{word}"].data = word in findings
        for place, choice in enumerate(item.get("choices", []), start=1):
            self.choices.append_entry({
                "key": choice["key"], "place": place, "finding": choice["key"] in findings,
                **{f"text_{code}": choice["text"].get(code, "") for code in LANGUAGES},
            })  # fmt: skip
        self.required.data = item.get("required") not in ("no", "false")
        self.mandatory.data = item.get("mandatory") in ("yes", "true")
        condition = item.get("shown_when") or {"item": "", "answers": []}
        self.shown_item.data, self.shown_answers.data = condition["item"], list(condition["answers"])
        self.at.data = at
        self.seen.data = item_mark(item, at)

    def with_empty_choices(self, number: int) -> None:
        """Room for some more answers to choose from."""
        for _number in range(number):
            self.choices.append_entry()

    @property
    def chosen_kind(self) -> Kind:
        return Kind(self.kind.data) if self.kind.data in tuple(Kind) else Kind.OK

    def item(self) -> dict[str, Any]:
        """What was typed, as a draft keeps an item: its parts in their order, and only those of its kind."""
        kind = self.chosen_kind
        item: dict[str, Any] = {
            "key": clean_line(self.key.data or ""),
            "text": drafting.wording(_typed(self, "text")) or {},
            "help": drafting.wording(_typed(self, "help"), lines=True),
            "kind": str(kind),
        }
        findings = [word for word in _FINDINGS.get(kind, ()) if self[f"finding_{word}"].data]
        if kind is Kind.NUMBER:
            item["unit"] = drafting.wording(_typed(self, "unit"))
            for name in ("minimum", "maximum"):
                item[name] = clean_line(self[name].data or "").replace(",", ".").replace("\N{MINUS SIGN}", "-") or None
        if kind is Kind.CHOICE:
            item["choices"], findings = self._choices()
        item |= {
            "findings": findings or None,
            "required": None if self.required.data else "no",
            "mandatory": "yes" if self.mandatory.data else None,
            "shown_when": {"item": self.shown_item.data, "answers": sorted(self.shown_answers.data or [])}
            if self.shown_item.data
            else None,
            "passage": clean_line(self.passage.data or "") or None,
        }
        return {name: value for name, value in item.items() if value is not None}

    def _choices(self) -> tuple[list[dict[str, Any]], list[str]]:
        """The answers to choose from, in their places, and the keys of those that raise a finding."""
        rows: Sequence[Any] = [entry.form for entry in self.choices]
        ordered = sorted(enumerate(rows), key=lambda row: (row[1].place.data or len(rows) + row[0], row[0]))
        taken = [row.key.data for row in rows if row.key.data]
        found, findings = [], []
        for _number, row in ordered:
            text = drafting.wording({code: row[f"text_{code}"].data for code in LANGUAGES})
            if text is None:
                continue
            key = clean_line(row.key.data or "")
            if not key:
                key = drafting.suggest_key(text.get("nb", ""), taken)
                taken.append(key)
            found.append({"key": key, "text": text})
            if row.finding.data:
                findings.append(key)
        return found, findings


def item_mark(item: Mapping[str, Any], at: str) -> str:
    return drafting.mark([item, at])


FIELD_OF_PART = {
    "unit": "unit_nb", "findings": "kind", "shown_when": "shown_item", "choices": "choices", "text": "text_nb",
    "help": "help_nb",
}  # fmt: skip
"""The field at which to say what is wrong in a part of an item."""

TOO_FEW_CHOICES = N_("Write at least two answers to choose from.")
NO_ANSWERS = N_("Choose the answers after which it is shown. Press “Show its answers” to see them.")


def _fill_wording(form: PageForm, name: str, wording: Mapping[str, str] | None) -> None:
    for code in LANGUAGES:
        form[f"{name}_{code}"].data = (wording or {}).get(code, "")


def _typed(form: PageForm, name: str) -> dict[str, str | None]:
    return {code: clean(form[f"{name}_{code}"].data or "") for code in LANGUAGES}
