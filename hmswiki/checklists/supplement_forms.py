"""Forms of a unit's supplement: the shape of what was typed.

Each carries the edition that was looked at, and the edit that it changes.
"""

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired

from hmswiki.checklists import drafting
from hmswiki.checklists.forms import FIELD_OF_PART, ItemForm
from hmswiki.checklists.supplement_content import item_data
from hmswiki.checklists.supplements import After, AfterOwn, FirstIn, Number, OwnSection, Place
from hmswiki.checklists.template import Item, Kind, Wording
from hmswiki.foundation.errors import N_, Refusal
from hmswiki.foundation.language import LANGUAGES
from hmswiki.guidelines.drafting import clean, clean_line
from hmswiki.guidelines.rules import read_number
from hmswiki.web.forms import PageForm
from hmswiki.web.words import _l

_FINDINGS = {Kind.OK: ("deviation",), Kind.YES_NO: ("yes", "no"), Kind.NUMBER: ("below", "above")}

NEW_SECTION = "new"
"""The place of an item that brings a section of its own."""


class Seen:
    """What a form was about when it was shown: an edition, and maybe an edit that is there already."""

    of_edition: HiddenField
    replaces: HiddenField

    @property
    def number(self) -> Number:
        """The edition that was looked at; (0, 0), which there never is, for what is no number."""
        return read_number(self.of_edition.data or "") or (0, 0)

    @property
    def edit(self) -> str | None:
        return self.replaces.data or None

    def look_at(self, number: Number, edit: str | None) -> None:
        """The form is about this edition and this edit from now on. What was typed stays."""
        self.of_edition.data = ".".join(map(str, number))
        self.replaces.data = edit or ""


class SeenForm(Seen, PageForm):
    of_edition = HiddenField()
    replaces = HiddenField()


class KeepForm(SeenForm):
    """The edit stays as it is."""


class TakeOverForm(PageForm):
    """`edit`: one of the other unit's edits, or nothing for all."""

    unit = HiddenField()
    edit = HiddenField()


class WithdrawForm(SeenForm):
    reason = TextAreaField(
        _l("Why?"), [InputRequired(_l("Say why. It stands in the history for those who come after you."))]
    )


class WordsForm(SeenForm):
    """A text in one language or more."""

    text_nb: TextAreaField
    text_nn = TextAreaField("Nynorsk")
    text_en = TextAreaField("English")

    def fill(self, words: Mapping[str, str]) -> None:
        for code in LANGUAGES:
            self[f"text_{code}"].data = words.get(code, "")

    @property
    def words(self) -> dict[str, str]:
        return drafting.wording({code: clean(self[f"text_{code}"].data or "") for code in LANGUAGES}, lines=True) or {}

    def take(self, refusal: Refusal) -> None:
        """What is said of the text is said at its first field."""
        if refusal.field in ("text", "because"):
            refusal.field = "text_nb"
        super().take(refusal)


class NoteForm(WordsForm):
    """The unit's words beside an item."""

    text_nb = TextAreaField(_l("Note"))


class MarkForm(WordsForm):
    """Why an item is not relevant in the unit."""

    text_nb = TextAreaField(_l("Why?"))


class AdditionForm(Seen, ItemForm):
    """An item of the unit's own. What only central items have is not asked."""

    of_edition = HiddenField()
    replaces = HiddenField()
    text_nb = StringField(_l("What to look at"), [InputRequired(_l("Write it in bokmål. Other languages may follow."))])
    help_nb = TextAreaField(_l("More about it"))
    unit_nb = StringField(_l("What the number counts"))
    section_nb = StringField(_l("Title of the new section, in bokmål"))

    mandatory = None  # type: ignore[assignment]
    passage = None  # type: ignore[assignment]
    key = None  # type: ignore[assignment]
    version = None  # type: ignore[assignment]
    seen = None  # type: ignore[assignment]

    def show(self, item: Item, place: Place) -> None:
        """Show an item that is there already."""
        data = item_data(item)
        for name in ("text", "help", "unit"):
            for code in LANGUAGES:
                self[f"{name}_{code}"].data = data.get(name, {}).get(code, "")
        self.kind.data = data["kind"]
        for name in ("minimum", "maximum"):
            self[name].data = data.get(name, "")
        findings = data.get("findings", [])
        for word in ("deviation", "yes", "no", "below", "above"):
            self[f"finding_{word}"].data = word in findings
        for number, choice in enumerate(data.get("choices", []), start=1):
            self.choices.append_entry({
                "key": choice["key"], "place": number, "finding": choice["key"] in findings,
                **{f"text_{code}": choice["text"].get(code, "") for code in LANGUAGES},
            })  # fmt: skip
        self.required.data = item.required
        if item.shown_when:
            self.shown_item.data = item.shown_when.item
            self.shown_answers.data = sorted(item.shown_when.answers)
        self.at.data = place_word(place)

    def item(self) -> dict[str, Any]:
        """What was typed, as a checklist's data has an item. Its key is given when it is recorded."""
        kind = self.chosen_kind
        item: dict[str, Any] = {
            "key": "new",
            "text": self._wording("text"),
            "help": self._wording("help", lines=True),
            "kind": str(kind),
        }
        findings = [word for word in _FINDINGS.get(kind, ()) if self[f"finding_{word}"].data]
        if kind is Kind.NUMBER:
            item["unit"] = self._wording("unit")
            for name in ("minimum", "maximum"):
                item[name] = clean_line(self[name].data or "").replace(",", ".").replace("\N{MINUS SIGN}", "-") or None
        if kind is Kind.CHOICE:
            item["choices"], findings = self._choices()
        item["findings"] = findings or None
        item["required"] = None if self.required.data else "no"
        if self.shown_item.data:
            item["shown_when"] = {"item": self.shown_item.data, "answers": sorted(self.shown_answers.data or [])}
        return {name: value for name, value in item.items() if value is not None}

    def _wording(self, name: str, *, lines: bool = False) -> dict[str, str] | None:
        return drafting.wording({code: clean(self[f"{name}_{code}"].data or "") for code in LANGUAGES}, lines=lines)

    def take(self, refusal: Refusal) -> None:
        refusal.field = FIELD_OF_PART.get(refusal.field or "", refusal.field)
        super().take(refusal)

    def place(self, own_sections: Mapping[str, Wording]) -> Place:
        """Where it stands; `own_sections` are the titles of the unit's own. Raises Refusal."""
        what, _, key = (self.at.data or "").partition(":")
        if what == NEW_SECTION:
            title = clean(self.section_nb.data or "").strip()
            if not title:
                raise Refusal(N_("Write what the new section is called."), field="section_nb")
            return OwnSection(drafting.suggest_key(title), {"nb": title})
        if key:
            match what:
                case "after":
                    return After(key)
                case "own":
                    return AfterOwn(key)
                case "first":
                    return FirstIn(key)
                case "section" if key in own_sections:
                    return OwnSection(key, own_sections[key])
        raise Refusal(N_("Choose where the item stands."), field="at")


def place_word(place: Place) -> str:
    """A place as the form has it."""
    match place:
        case After():
            return f"after:{place.item}"
        case AfterOwn():
            return f"own:{place.addition}"
        case FirstIn():
            return f"first:{place.section}"
        case OwnSection():
            return f"section:{place.key}"
