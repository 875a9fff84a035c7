"""Rounds in the reader's language: places, answers, and what is missing."""

from datetime import date
from decimal import Decimal

from hmswiki.checklists.template import Kind
from hmswiki.rounds.asked import AskedItem
from hmswiki.rounds.models import Round
from hmswiki.rounds.rules import Lack
from hmswiki.web.words import NBSP, _, count_in_words, current_language, day, ngettext, wording


def place_of(round: Round) -> str:
    """Where it is done: the area, or the person who is asked, or the unit."""
    if round.area is not None:
        return wording(round.area.name)
    return round.person.name if round.person is not None else wording(round.unit.name)


def option_label(word: str) -> str:
    """An answer that every checklist has."""
    return {
        "ok": _("OK"), "deviation": _("Deviation"), "not_applicable": _("Not applicable"),
        "yes": _("Yes"), "no": _("No"),
    }.get(word, word)  # fmt: skip


def value_in_words(asked: AskedItem | None, value: str | None) -> str:
    """An answer as a reader writes it. The value itself where the item is not known any more."""
    if value is None:
        return ""
    if asked is None:
        return option_label(value)
    item = asked.item
    match item.kind:
        case Kind.OK | Kind.YES_NO:
            return option_label(value)
        case Kind.CHOICE:
            return next((wording(choice.text) for choice in item.choices if choice.key == value), value)
        case Kind.NUMBER:
            return NBSP.join(part for part in (number_in_words(value), wording(item.unit)) if part)
        case Kind.DATE:
            return day(date.fromisoformat(value), "long-year")
    return value


def number_in_words(value: str) -> str:
    """As it was given, with the reader's decimal sign: no digit is added or lost."""
    text = format(Decimal(value), "f").replace("-", "\N{MINUS SIGN}")
    return text if current_language() == "en" else text.replace(".", ",")


def lack_in_words(lack: Lack, item: str) -> str:
    match lack:
        case Lack.STILL_SO:
            return _("Say whether it is still so: %(item)s", item=item)
        case Lack.PHOTO:
            return _("Take a photo: %(item)s", item=item)
        case Lack.WORDS:
            return _("Say what is wrong, in words or with a photo: %(item)s", item=item)
    return _("Answer: %(item)s", item=item)


def headline(count: int, mended: int) -> str:
    """What came of a round: "Three deviations, one of them is mended"."""
    if not count:
        return _("No deviations.")
    if count == 1:
        return _("One deviation, and it is mended.") if mended else _("One deviation.")
    words = count_in_words(count).capitalize()
    if not mended:
        return _("%(count)s deviations.", count=words)
    if mended == count:
        return _("%(count)s deviations, and all are mended.", count=words)
    if mended == 1:
        return _("%(count)s deviations, one of them is mended.", count=words)
    return _("%(count)s deviations, %(mended)s of them are mended.", count=words, mended=count_in_words(mended))


def findings_in_words(count: int, still: int) -> str:
    """For a list: how many, and how many of them are still so."""
    if not count:
        return _("No deviations")
    said = ngettext("1 deviation", "%(num)s deviations", count)
    if still == count:
        return said
    if not still:
        return ngettext("%(deviations)s, mended", "%(deviations)s, all mended", count, deviations=said)
    return _("%(deviations)s, %(still)s still so", deviations=said, still=still)
