"""What the form of a unit's own item offers: where it can stand, and what it can depend on."""

from typing import Any

from hmswiki.checklists import words
from hmswiki.checklists.supplement_forms import NEW_SECTION, AdditionForm
from hmswiki.checklists.supplements import Adapted, AdaptedItem, Addition, OwnSection
from hmswiki.checklists.template import answers_of
from hmswiki.web.words import _, wording


def own_sections(adapted: Adapted) -> dict[str, Any]:
    return {
        each.addition.place.key: each.addition.place.title
        for each in adapted.items
        if each.addition and isinstance(each.addition.place, OwnSection)
    }


def offer_places(form: AdditionForm, adapted: Adapted, edit: Addition | None) -> None:
    """Every place where an item can stand, by section."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for section in adapted.sections:
        title = wording(dict(section.title))
        while title in groups:
            title += " "
        options: list[tuple[str, str]] = []
        if not section.is_local:
            options.append(
                (f"first:{section.key}", str(_("First in “%(section)s”", section=wording(dict(section.title)))))
            )
        for each in section.items:
            if edit is not None and each.addition is not None and each.addition.id == edit.id:
                continue
            word = f"own:{each.addition.id}" if each.addition else f"after:{each.item.key}"
            options.append((word, str(_("After “%(item)s”", item=wording(dict(each.item.text))))))
        groups[title] = options
    own = [
        (f"section:{key}", str(_("Last in “%(section)s”", section=wording(dict(title)))))
        for key, title in own_sections(adapted).items()
    ]
    own.append((NEW_SECTION, str(_("A new section of our own, at the end"))))
    groups[str(_("Sections of our own"))] = own
    form.at.choices = groups
    known = {word for options in groups.values() for word, _name in options}
    if form.at.data not in known:
        form.at.data = place_now(adapted, edit)


def place_now(adapted: Adapted, edit: Addition | None) -> str:
    """Where the item stands now, in words that the form offers; the end for a new one."""
    before: AdaptedItem | None = None
    for section in adapted.sections:
        before = None
        for each in section.items:
            if edit is not None and each.addition is not None and each.addition.id == edit.id:
                if before is None:
                    return NEW_SECTION if section.is_local else f"first:{section.key}"
                return _after(before)
            before = each
    last = [each for each in adapted.items if each.addition is None]
    return f"after:{last[-1].item.key}" if last else NEW_SECTION


def _after(each: AdaptedItem) -> str:
    return f"own:{each.addition.id}" if each.addition else f"after:{each.item.key}"


def offer_conditions(form: AdditionForm, adapted: Adapted, edit: Addition | None) -> None:
    """The items it can depend on, and the answers of the one that is chosen."""
    items = {
        each.item.key: each.item
        for each in adapted.items
        if answers_of(each.item) and not each.left_out
        and not (edit is not None and each.addition is not None and each.addition.id == edit.id)
    }  # fmt: skip
    form.shown_item.choices = [
        ("", str(_("It is always asked"))),
        *((key, wording(dict(item.text))) for key, item in items.items()),
    ]
    chosen = items.get(form.shown_item.data or "")
    form.shown_answers.choices = (
        [(word, words.answer_name(chosen, word)) for word in answers_of(chosen)] if chosen else []
    )
