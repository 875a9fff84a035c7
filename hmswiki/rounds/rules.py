"""What an answer may be, which one counts, what is shown, what is missing and what is a finding. Without a database."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from hmswiki.checklists.template import MAX_TEXT, Item, Kind, answers_of, bounds_of
from hmswiki.foundation.errors import N_, Refusal
from hmswiki.foundation.permissions import Role
from hmswiki.rounds.asked import Asked, AskedItem
from hmswiki.rounds.models import Seriousness

STILL = "still"
MENDED = "mended"
STILL_OR_MENDED = (STILL, MENDED)
"""The answers to "still so?" about an earlier finding."""

MAX_PHOTOS = 12
"""How many photos one item may have."""

MAX_TITLE = 500
"""The longest wording of an action."""

RESPONSIBLE_ROLES = (Role.AREA_OWNER, Role.UNIT_LEADER, Role.HSE_COORDINATOR, Role.SAFETY_REPRESENTATIVE)
"""Roles that an action may be given to."""


# --- Which answer counts ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """One answer, to the item `item` or to "still so?" about the finding with the key `finding`."""

    key: str
    item: str | None
    value: str | None
    answered_at: datetime
    recorded_at: datetime
    finding: str | None = None
    note: str | None = None
    details: Mapping[str, Any] | None = None
    by_id: int | None = None
    reason: str | None = None

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        return (self.answered_at, self.recorded_at, self.key)


def counting(given: Iterable[Given]) -> dict[str, Given]:
    """The answer that counts for each item, by its key: the latest. Whatever the order in which they are given."""
    return _latest((one.item, one) for one in given)


def counting_of_findings(given: Iterable[Given]) -> dict[str, Given]:
    """The answer that counts for each earlier finding, by the finding's key."""
    return _latest((one.finding, one) for one in given)


def _latest(given: Iterable[tuple[str | None, Given]]) -> dict[str, Given]:
    found: dict[str, Given] = {}
    for subject, one in given:
        if subject is not None and (subject not in found or found[subject].order < one.order):
            found[subject] = one
    return found


def moved_back(moments: Sequence[datetime], now: datetime) -> list[datetime]:
    """Times by a clock that may be ahead of ours: none after `now`, and their order and distances as they were."""
    ahead = max((moment - now for moment in moments), default=None)
    if ahead is None or ahead.total_seconds() <= 0:
        return list(moments)
    return [moment - ahead for moment in moments]


# --- What is shown ------------------------------------------------------------------------------------------


def word_of(item: Item, value: str | None) -> str | None:
    """The word that conditions and findings have for an answer. None where it has none."""
    if value is None:
        return None
    if item.kind is Kind.NUMBER:
        number = Decimal(value)
        if item.minimum is not None and number < item.minimum:
            return "below"
        if item.maximum is not None and number > item.maximum:
            return "above"
        return None
    return value if value in answers_of(item) else None


def shown(asked: Asked, answers: Mapping[str, Given]) -> frozenset[str]:
    """The keys of the items that are asked now. What depends on a hidden item is hidden."""
    found: set[str] = set()
    for each in asked.items:  # a condition speaks of an earlier item
        condition = each.item.shown_when
        if condition is not None:
            earlier, answer = asked.by_key.get(condition.item), answers.get(condition.item)
            if earlier is None or condition.item not in found:
                continue
            if word_of(earlier.item, answer.value if answer else None) not in condition.answers:
                continue
        found.add(each.key)
    return frozenset(found)


def raises_finding(item: Item, value: str | None) -> bool:
    return word_of(item, value) in item.findings


def raised(
    asked: Asked, answers: Mapping[str, Given], *, carried: Collection[str] = ()
) -> list[tuple[AskedItem, Given]]:
    """The items whose answers raise a finding, in order, with the answers.

    `carried`: the items of earlier findings that are still so. An answer that adds nothing of its own to such a
    finding raises no second one.
    """
    visible = shown(asked, answers)
    found = []
    for each in asked.items:
        answer = answers.get(each.key)
        if each.key not in visible or answer is None or not raises_finding(each.item, answer.value):
            continue
        if each.key not in carried or adds_something(answer):
            found.append((each, answer))
    return found


def adds_something(answer: Given) -> bool:
    """Whether the answer tells more than that something is wrong."""
    return says_what(answer) or planned(answer.details) is not None


def carried_on(earlier: Mapping[str, str], still: Mapping[str, Given]) -> frozenset[str]:
    """The items of earlier findings that are still so. `earlier`: their items by the findings' keys."""
    return frozenset(item for key, item in earlier.items() if key in still and still[key].value == STILL)


def said_mended(given: Iterable[Given], item: str, known_at: datetime) -> bool:
    """Whether the round itself said, as it stood then, that what is wrong at the item was mended on the spot."""
    then = counting(one for one in given if one.item == item and one.recorded_at <= known_at).get(item)
    return then is not None and bool((then.details or {}).get("mended"))


# --- How far it has come ------------------------------------------------------------------------------------


class Mark(StrEnum):
    """How an item stands, in the words of the style sheet's `data-answer`."""

    OK = "ok"
    DEVIATION = "deviation"
    NOT_RELEVANT = "not-relevant"
    OPEN = ""


def is_answered(item: Item, answer: Given | None, photos: int) -> bool:
    """A photo is answered by a photo, all else by a value."""
    return photos > 0 if item.kind is Kind.PHOTO else answer is not None and answer.value is not None


def mark(item: Item, answer: Given | None, photos: int) -> Mark:
    if not is_answered(item, answer, photos):
        return Mark.OPEN
    value = answer.value if answer is not None else None
    if raises_finding(item, value):
        return Mark.DEVIATION
    return Mark.NOT_RELEVANT if value == "not_applicable" else Mark.OK


class Lack(StrEnum):
    """Why a round cannot be handed in yet."""

    ANSWER = "answer"
    PHOTO = "photo"
    WORDS = "words"
    """A finding without a word or a photo of what is wrong."""
    STILL_SO = "still_so"
    """An earlier finding that nobody has looked at."""


@dataclass(frozen=True)
class Missing:
    """What is missing, at an item or at an earlier finding: the key of either."""

    lack: Lack
    item: str | None = None
    finding: str | None = None


def missing(
    asked: Asked,
    answers: Mapping[str, Given],
    photos: Mapping[str, int],
    *,
    earlier: Mapping[str, str] | None = None,
    still: Mapping[str, Given] | None = None,
) -> list[Missing]:
    """What must be there before it is handed in, in the order of the page.

    `photos`: how many each item has. `earlier`: the items of the last round's findings, by the findings' keys.
    """
    said, last = still or {}, earlier or {}
    carried = carried_on(last, said)
    found = [Missing(Lack.STILL_SO, finding=key) for key in last if said.get(key) is None or said[key].value is None]
    visible = shown(asked, answers)
    for each in asked.items:
        if each.key not in visible:
            continue
        answer, count = answers.get(each.key), photos.get(each.key, 0)
        if not is_answered(each.item, answer, count):
            if each.item.required:
                found.append(Missing(Lack.PHOTO if each.item.kind is Kind.PHOTO else Lack.ANSWER, item=each.key))
        elif each.key not in carried and not count and answer is not None and _is_wordless(each.item, answer):
            found.append(Missing(Lack.WORDS, item=each.key))
    return found


def _is_wordless(item: Item, answer: Given) -> bool:
    return raises_finding(item, answer.value) and not says_what(answer)


def says_what(answer: Given) -> bool:
    """Whether the answer tells in words what is wrong."""
    return bool((answer.details or {}).get("text") or answer.note)


# --- What an answer may be ----------------------------------------------------------------------------------

_NUMBER = re.compile(r"[-+]?[0-9]{1,12}(?:[.,][0-9]{1,6})?", re.ASCII)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def plain(text: str) -> str:
    """As it is kept: one kind of line break, and without signs that nobody sees."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def checked_value(item: Item, value: str | None) -> str | None:
    """The value as it is kept, None where it is taken back. Raises Refusal that says what it may be."""
    text = plain(value) if value is not None else ""
    if not text:
        return None
    match item.kind:
        case Kind.NUMBER:
            return _checked_number(item, text)
        case Kind.DATE:
            return checked_day(text).isoformat()
        case Kind.TEXT:
            return _short_enough(text)
        case Kind.PHOTO:
            raise Refusal(N_("“%(item)s” is answered by a photo. Take one."), item=dict(item.text))
    if text not in answers_of(item):
        raise Refusal(
            N_("“%(value)s” is no answer to “%(item)s”. Choose one of its answers."),
            value=text[:60], item=dict(item.text),
        )  # fmt: skip
    return text


def checked_day(text: str) -> date:
    try:
        if len(text) != 10 or text[4] + text[7] != "--":  # 2026-W05-1 is a date to Python
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(N_("“%(text)s” is no date. Write it as year-month-day: 2026-01-31."), text=text[:60]) from None


def _checked_number(item: Item, text: str) -> str:
    text = text.replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    if not _NUMBER.fullmatch(text):
        raise Refusal(N_("“%(text)s” is no number. Write digits, with a comma before decimals: 2,5."), text=text[:60])
    number = Decimal(text.replace(",", "."))
    for word, bound in (("below", item.minimum), ("above", item.maximum)):
        beyond = bound is not None and (number < bound if word == "below" else number > bound)
        if beyond and word not in item.findings:
            least, most = (None if one is None else format(one, "f") for one in bounds_of(item))
            if least is not None and most is not None:
                raise Refusal(
                    N_("%(number)s cannot be right: it must be from %(least)s to %(most)s. Look again."),
                    number=text, least=least, most=most,
                )  # fmt: skip
            if least is not None:
                raise Refusal(
                    N_("%(number)s cannot be right: it must be at least %(least)s. Look again."),
                    number=text, least=least,
                )  # fmt: skip
            raise Refusal(
                N_("%(number)s cannot be right: it must be at most %(most)s. Look again."), number=text, most=most
            )
    return format(number, "f") if number else "0"


def _short_enough(text: str, limit: int = MAX_TEXT) -> str:
    if len(text) > limit:
        raise Refusal(
            N_("This is %(length)s characters, and the limit is %(limit)s. Shorten it."),
            length=len(text), limit=limit,
        )  # fmt: skip
    return text


def checked_still(value: str | None) -> str | None:
    """The answer to "still so?", None where it is taken back."""
    if value is None or value in STILL_OR_MENDED:
        return value
    raise Refusal(N_("Say whether it is still so, or mended."))


def checked_note(note: str | None) -> str | None:
    return _short_enough(plain(note or "")) or None


# --- What is told of a finding ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Planned:
    """An action that is wanted. `responsible` is a person's external key. Without either: who answers for the place."""

    title: str
    due_on: date
    responsible: str | None = None
    role: Role | None = None


def checked_details(data: object) -> dict[str, Any] | None:
    """What is told of a finding, as `Answer.finding` keeps it: without what is empty; None where nothing is told.

    Raises Refusal where it cannot be.
    """
    if data is None:
        return None
    if not isinstance(data, Mapping) or not data.keys() <= {"text", "seriousness", "mended", "action"}:
        raise Refusal(N_("What is told of the finding cannot be read. Open the round again, and write it anew."))
    text = _short_enough(plain(_text(data.get("text"))))
    seriousness = _text(data.get("seriousness"))
    if seriousness and seriousness not in tuple(Seriousness):
        raise Refusal(N_("Say how serious it is with one of the words that are offered."))
    mended = bool(data.get("mended"))
    # What was put right on the spot needs nothing done.
    action = None if mended else _checked_action(data.get("action"))
    found = {"text": text, "seriousness": seriousness, "mended": mended, "action": action}
    return {name: value for name, value in found.items() if value} or None


def _checked_action(data: object) -> dict[str, str] | None:
    if data is None:
        return None
    if not isinstance(data, Mapping) or not data.keys() <= {"title", "responsible", "role", "due_on"}:
        raise Refusal(N_("The action cannot be read. Open the round again, and write it anew."))
    title, due_on, responsible, role = (
        plain(_text(data.get(name))) for name in ("title", "due_on", "responsible", "role")
    )
    if not title:
        if due_on:
            raise Refusal(N_("The action has a due day and no words. Write what is to be done."))
        return None
    if not due_on:
        raise Refusal(N_("Say by when “%(title)s” is to be done."), title=title[:60])
    if role and role not in RESPONSIBLE_ROLES:
        raise Refusal(N_("Choose who is to do it from those that are offered."))
    found = {
        "title": _short_enough(title, MAX_TITLE), "due_on": checked_day(due_on).isoformat(),
        "responsible": responsible, "role": "" if responsible else role,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def planned(details: Mapping[str, Any] | None) -> Planned | None:
    """The action that is wanted, from what `checked_details` gave."""
    action = (details or {}).get("action")
    if not action or (details or {}).get("mended"):
        return None
    role = action.get("role")
    return Planned(
        action["title"], date.fromisoformat(action["due_on"]), action.get("responsible"), Role(role) if role else None
    )
