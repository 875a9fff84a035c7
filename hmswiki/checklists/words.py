"""What kinds, answers and flaws are called on a page, in the reader's language."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hmswiki.checklists.drafting import Wrong
from hmswiki.checklists.template import Item, Kind, answers_of, bounds_of, possible_findings
from hmswiki.foundation.errors import N_
from hmswiki.web.words import _, listed, number, wording

KINDS = {
    Kind.OK: N_("OK, deviation or not applicable"),
    Kind.YES_NO: N_("Yes, no or not applicable"),
    Kind.NUMBER: N_("A number"),
    Kind.DATE: N_("A date"),
    Kind.CHOICE: N_("One of several answers"),
    Kind.TEXT: N_("A text"),
    Kind.PHOTO: N_("Photos"),
}
"""What can be answered, in the order in which it is offered."""

_ANSWERS = {
    "ok": N_("OK"), "deviation": N_("Deviation"), "not_applicable": N_("Not applicable"), "yes": N_("Yes"),
    "no": N_("No"),
}  # fmt: skip


def kind_name(kind: str) -> str:
    return str(_(KINDS[Kind(kind)]))


def answer_name(item: Item, word: str) -> str:
    """What an answer is called: the words of `template.answers_of`."""
    if item.kind is Kind.CHOICE:
        return next((wording(dict(choice.text)) for choice in item.choices if choice.key == word), word)
    if item.kind is Kind.NUMBER:
        if word == "below" and item.minimum is not None:
            return str(_("below %(number)s", number=amount(item.minimum)))
        if word == "above" and item.maximum is not None:
            return str(_("above %(number)s", number=amount(item.maximum)))
        return word
    return str(_(_ANSWERS[word])) if word in _ANSWERS else word


def amount(value: Decimal) -> str:
    """A bound as the language writes numbers."""
    return number(float(value))


def kind_line(item: Item) -> str:
    """What can be answered: "A number in °C, from 2 to 8"."""
    if item.kind is Kind.CHOICE:
        return str(
            _("Choose: %(answers)s", answers=listed([answer_name(item, word) for word in answers_of(item)], "or"))
        )
    if item.kind is not Kind.NUMBER:
        return kind_name(item.kind)
    unit = wording(dict(item.unit)) if item.unit else ""
    said = str(_("A number in %(unit)s", unit=unit)) if unit else kind_name(item.kind)
    least, most = bounds_of(item)
    bounds = ""
    if least is not None and most is not None:
        bounds = str(_("from %(first)s to %(last)s", first=amount(least), last=amount(most)))
    elif least is not None:
        bounds = str(_("at least %(number)s", number=amount(least)))
    elif most is not None:
        bounds = str(_("at most %(number)s", number=amount(most)))
    return f"{said}, {bounds}" if bounds else said


def finding_line(item: Item) -> str:
    """Which answers raise a finding; empty where none does, and where it goes without saying."""
    if item.kind is Kind.OK:
        return ""
    names = [answer_name(item, word) for word in possible_findings(item) if word in item.findings]
    return str(_("Raises a finding: %(answers)s", answers=listed(names, "or"))) if names else ""


def condition_line(item: Item, earlier: Mapping[str, Item]) -> str:
    """When the item is shown: `Shown only when “Is there an alarm?” was answered: yes`; empty where it always is."""
    condition = item.shown_when
    if condition is None or condition.item not in earlier:
        return ""
    other = earlier[condition.item]
    names = [answer_name(other, word) for word in answers_of(other) if word in condition.answers]
    return str(
        _("Shown only when “%(item)s” was answered: %(answers)s",
          item=wording(dict(other.text)), answers=listed(names, "or"))
    )  # fmt: skip


def told(wrong: Wrong) -> str:
    """A flaw in the reader's language."""
    said = str(_(wrong.text))
    facts: dict[str, Any] = dict(wrong.facts)
    return said % facts if facts else said
