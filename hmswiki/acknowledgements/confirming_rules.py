"""What a unit may say it has told its people. Pure: values in, nothing or a Refusal out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from hmswiki.acknowledgements.coverage import EditionFact
from hmswiki.foundation.errors import N_, Refusal, Superseded
from hmswiki.foundation.periods import holds

LONGEST_TEXT = 2000


class Method(StrEnum):
    """How people were informed. The words are those of the bundle."""

    ALL_STAFF_MEETING = "all_staff_meeting"
    SECTION_MEETING = "section_meeting"
    EMAIL = "email"
    OTHER = "other"
    STARTUP = "startup"


@dataclass(frozen=True)
class Telling:
    """What a unit says of one edition, and what must be known to judge it. `guideline` is the title."""

    guideline: Any
    edition: EditionFact
    demanded: EditionFact | None
    """The edition that is demanded today."""
    rolled_out: bool
    """Whether a rollout in force today reaches the unit, or a unit beneath it."""
    informed_on: date
    answer: str
    employed: Collection[int]
    """Who was employed in the unit's tree on `informed_on`."""
    excepted: Collection[int] = ()
    only: Collection[int] | None = None
    names: Mapping[int, str] = field(default_factory=dict)
    """Names of those in `excepted` and `only` who were ever of the unit, for the refusal. Others go by their number."""


def check_telling(said: Telling, *, opened: date, closed: date | None, today: date) -> None:
    """Raises Superseded or Refusal, at the field it is about."""
    _check_edition(said, today)
    _check_day(said, opened, closed, today)
    _check_people(said)


def _check_edition(said: Telling, today: date) -> None:
    if not said.rolled_out:
        raise Refusal(
            N_("%(guideline)s is not rolled out to this unit, so there is nothing to confirm. "
               "Central HSE decides who should know it."),
            field="guideline", guideline=said.guideline,
        )  # fmt: skip
    if said.edition.published_on > today:
        raise Refusal(
            N_("Edition %(number)s of %(guideline)s comes into force on %(day)s. Confirm from that day on."),
            field="guideline", number=said.edition.number, guideline=said.guideline, day=said.edition.published_on,
        )  # fmt: skip
    if said.demanded is not None and said.edition < said.demanded:
        raise Superseded(
            N_("Edition %(number)s of %(guideline)s came into force on %(day)s and must be made known anew, so we "
               "recorded nothing. Read what changed below, tell people, then confirm."),
            number=said.demanded.number, guideline=said.guideline, day=said.demanded.published_on,
        )  # fmt: skip


def _check_day(said: Telling, opened: date, closed: date | None, today: date) -> None:
    if said.informed_on > today:
        raise Refusal(
            N_("%(day)s has not been yet. Choose the day people were informed, today at the latest."),
            field="informed_on", day=said.informed_on,
        )  # fmt: skip
    if said.informed_on < said.edition.published_on:
        raise Refusal(
            N_("Edition %(number)s of %(guideline)s came into force on %(start)s, so nobody can have been informed of "
               "it on %(day)s. Choose that day or a later one."),
            field="informed_on", number=said.edition.number, guideline=said.guideline,
            start=said.edition.published_on, day=said.informed_on,
        )  # fmt: skip
    if not holds(opened, closed, said.informed_on):
        raise Refusal(
            N_("The unit was not open on %(day)s, so it cannot have informed anybody. Choose another day."),
            field="informed_on", day=said.informed_on,
        )  # fmt: skip


def _check_people(said: Telling) -> None:
    at = "excepted" if said.only is None else "only"
    named = said.excepted if said.only is None else said.only
    elsewhere = sorted(said.names.get(person, str(person)) for person in set(named) - set(said.employed))
    if elsewhere:
        raise Refusal(
            N_("These people were not employed in the unit on %(day)s: %(names)s. "
               "Take them off the list, or choose another day."),
            field=at, day=said.informed_on, names=", ".join(elsewhere),
        )  # fmt: skip
    if said.only is not None and not said.only:
        raise Refusal(N_("Choose at least one person who was told."), field="only")
    if said.only is not None and (said.excepted or said.answer != "informed"):
        raise Refusal(
            N_("What is said of some people only is that they were told. Leave the others out of it."), field="only"
        )
    if said.answer == "informed" and not set(said.employed) - set(said.excepted):
        raise Refusal(
            N_("On %(day)s that leaves nobody in the unit who was informed. "
               "Choose another day, fewer exceptions, or the answer no."),
            field=at, day=said.informed_on,
        )  # fmt: skip
