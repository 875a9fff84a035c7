"""Answers from the plain form of a round: what somebody changed on the page, and what they typed that was refused."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from werkzeug.datastructures import FileStorage, MultiDict

from hmswiki.checklists.template import Kind
from hmswiki.foundation.errors import Refusal
from hmswiki.rounds import rules
from hmswiki.rounds.answering import Incoming, Refused
from hmswiki.rounds.asked import AskedItem
from hmswiki.rounds.queries import Filled
from hmswiki.rounds.round_pages import Typed
from hmswiki.rounds.rules import Given
from hmswiki.web.words import say


class Upload(NamedTuple):
    """A photo that came with the form, as it came."""

    key: str
    item: str
    data: bytes


def changed(filled: Filled, form: Mapping[str, str], submission: UUID | None, *, at: datetime) -> list[Incoming]:
    """What differs from what the page showed when it was made.

    Not from what counts now: somebody else's later answer stays, where nobody changed it on this page.
    """
    by_key = {one.key: one for one in filled.given}
    found = []
    for asked in filled.asked.items:
        if f"was-{asked.key}" not in form:
            continue
        value, note, details = typed_at(asked, form)
        if _differs(asked, by_key.get(form[f"was-{asked.key}"]), value, note, details):
            key = _key(submission, f"item:{asked.key}", value, note, details)
            found.append(Incoming(key, asked.key, None, value, note, details, at))
    for finding in filled.earlier:
        if f"was-still-{finding.key}" not in form:
            continue
        said = form.get(f"still-{finding.key}") or None
        before = by_key.get(form[f"was-still-{finding.key}"])
        if said != (before.value if before is not None else None):
            key = _key(submission, f"finding:{finding.key}", said, None, None)
            found.append(Incoming(key, None, finding.key, said, None, None, at))
    return found


def typed_at(asked: AskedItem, form: Mapping[str, str]) -> tuple[str | None, str | None, dict[str, Any] | None]:
    """Value, note and details as they stand in the form's fields; details only where the value raises a finding."""
    key = asked.key
    value = None if asked.item.kind is Kind.PHOTO else form.get(f"value-{key}", "").strip() or None
    note = form.get(f"note-{key}", "").strip() or None
    try:
        raises = rules.raises_finding(asked.item, rules.checked_value(asked.item, value))
    except Refusal:
        raises = False
    if not raises:
        return value, note, None
    kind, _, who = form.get(f"whose-{key}", "").partition(":")
    action = {
        "title": form.get(f"title-{key}", ""), "due_on": form.get(f"due-{key}", ""),
        "responsible": who if kind == "person" else "", "role": who if kind == "role" else "",
    }  # fmt: skip
    if not action["title"].strip():
        action = {}  # a due day is suggested, and says nothing without words
    details = {
        "text": form.get(f"text-{key}", ""), "seriousness": form.get(f"seriousness-{key}", ""),
        "mended": bool(form.get(f"mended-{key}")), "action": action or None,
    }  # fmt: skip
    return value, note, details


def as_it_stands(asked: AskedItem, form: Mapping[str, str], submission: UUID | None, *, at: datetime) -> Incoming:
    """The answer as it stands in the form, whether or not somebody changed it."""
    value, note, details = typed_at(asked, form)
    return Incoming(
        _key(submission, f"item:{asked.key}", value, note, details), asked.key, None, value, note, details, at
    )


def _differs(
    asked: AskedItem, before: Given | None, value: str | None, note: str | None, details: Mapping[str, Any] | None
) -> bool:
    try:
        now = (rules.checked_value(asked.item, value), rules.checked_note(note), rules.checked_details(details))
    except Refusal:
        return True  # and it is refused once more where it is recorded
    if before is None:
        return any(part is not None for part in now)
    return now != (before.value, before.note, before.details)


def _key(submission: UUID | None, subject: str, *said: Any) -> str:
    """The same form sent again is the same answer; another one typed into it is another."""
    if submission is None:
        return str(uuid4())
    return str(uuid5(submission, "\n".join([subject, *map(repr, said)])))


def uploads(filled: Filled, files: MultiDict[str, FileStorage], submission: UUID | None) -> list[Upload]:
    """The photos that came with the form."""
    found = []
    for asked in filled.asked.items:
        for file in files.getlist(f"photo-{asked.key}"):
            data = file.read()
            if data:
                mark = hashlib.sha256(data).hexdigest()
                found.append(Upload(str(uuid5(submission or NAMESPACE_URL, f"{filled.round.key} {asked.key} {mark}")),
                                    asked.key, data))  # fmt: skip
    return found


def all_refused(incoming: Sequence[Incoming], refusal: Refusal) -> list[Refused]:
    return [Refused(each.key, each.item, refusal, each.finding) for each in incoming]


def kept(incoming: Sequence[Incoming], refused: Iterable[Refused]) -> Typed:
    """What was typed and not taken, to be shown again with the reasons."""
    typed = Typed()
    by_key = {each.key: each for each in incoming}
    for each in refused:
        was = by_key.get(each.key or "")
        if was is None:
            typed.problems.append(say(each.refusal))
        elif was.finding is not None:
            typed.still[was.finding] = was.value or ""
            typed.still_errors[was.finding] = say(each.refusal)
        elif was.item is not None:
            typed.values[was.item] = {"value": was.value, "note": was.note, "details": was.details}
            typed.errors[was.item] = say(each.refusal)
    return typed
