"""What differs between two states of a checklist, in the reader's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hmswiki.checklists import words
from hmswiki.checklists.changes import Changes, ItemChange
from hmswiki.checklists.template import Checklist, Item, Wording, answers_of, possible_findings
from hmswiki.foundation.language import LANGUAGES
from hmswiki.web.page import role_name
from hmswiki.web.words import _, current_language, language_name

Difference = tuple[str, str, str]
"""(what it is called, before, after)"""


def part_names() -> dict[str, str]:
    """What the parts of an item and of a list are called where changes are told."""
    return {
        "text": _("Text"), "help": _("Help"), "kind": _("What can be answered"), "unit": _("Unit"),
        "minimum": _("Lowest"), "maximum": _("Highest"), "choices": _("Answers to choose from"),
        "findings": _("What raises a finding"), "required": _("Must be answered"),
        "mandatory": _("Must be asked in every unit"), "shown_when": _("When it is shown"),
        "passage": _("Where the guideline says it"), "title": _("Title"), "description": _("Description"),
        "guidelines": _("Guidelines"), "co_signed_by": _("Who signs a finished round"), "key": _("Key"),
        "summary": _("What is new?"),
    }  # fmt: skip


@dataclass(frozen=True)
class Told:
    """`old` and `new` are what was compared."""

    old: Checklist
    new: Checklist

    def facts(self, changes: Changes) -> list[Difference]:
        """What differs in what the list says of itself."""
        found: list[Difference] = []
        for name in changes.facts:
            before, after = getattr(self.old, name), getattr(self.new, name)
            label = str(part_names()[name])
            if name in ("title", "description"):
                found += _wordings(label, before, after)
            elif name == "co_signed_by":
                found.append((label, ", ".join(map(role_name, before)), ", ".join(map(role_name, after))))
            else:
                found.append((label, ", ".join(before), ", ".join(after)))
        return found

    def parts(self, change: ItemChange) -> list[Difference]:
        """What differs in an item."""
        before, after = change.before, change.after
        if before is None or after is None:
            return []
        found: list[Difference] = []
        for name in change.parts:
            label = str(part_names()[name])
            if name in ("text", "help", "unit"):
                found += _wordings(label, getattr(before, name), getattr(after, name))
            else:
                found.append((label, _part(before, name, self.old), _part(after, name, self.new)))
        return found


def _wordings(label: str, before: Wording | None, after: Wording | None) -> list[Difference]:
    """The languages in which a text differs; the reader's own first, and without its name where it is the only one."""
    own = current_language()
    languages = sorted(LANGUAGES, key=lambda code: code != own)
    differ = [code for code in languages if (before or {}).get(code) != (after or {}).get(code)]
    return [
        (
            label if differ == [own] else f"{label} ({language_name(code)})",
            (before or {}).get(code, ""), (after or {}).get(code, ""),
        )
        for code in differ
    ]  # fmt: skip


def _part(item: Item, name: str, checklist: Checklist) -> str:
    value = getattr(item, name)
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if name == "kind":
        return words.kind_name(item.kind)
    if name in ("minimum", "maximum"):
        return "" if value is None else words.amount(value)
    if name == "choices":
        return "\n".join(_in_all_languages(choice.text) for choice in item.choices)
    if name == "findings":
        said = possible_findings(item) if item.findings else answers_of(item)
        return ", ".join(words.answer_name(item, word) for word in said if word in item.findings)
    if name == "shown_when":
        return words.condition_line(item, {other.key: other for other in checklist.items})
    return "#".join(value) if value is not None else ""


def _in_all_languages(text: Wording) -> str:
    return " / ".join(dict.fromkeys(text[code] for code in LANGUAGES if code in text))


def told_data(part: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Data as somebody else saved it: (part, text)."""
    names = part_names()
    return [(str(names.get(name, name)), _plain(value)) for name, value in part.items() if value]


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "\n".join(f"{language_name(name)}: {_plain(one)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(_plain(one) for one in value)
    return str(value)
