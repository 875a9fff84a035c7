"""What a unit's page says about it: what is most urgent, and who is new. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from hmswiki.acknowledgements.coverage import (
    ConfirmationFact,
    Count,
    Coverage,
    EmploymentFact,
    Facts,
    Row,
    Standing,
    Tree,
    counts_still,
    enough,
    evaluate,
)
from hmswiki.acknowledgements.masking import Shown
from hmswiki.acknowledgements.matrix import Mark, mark_of
from hmswiki.foundation.periods import holds


class Urgency(StrEnum):
    """How a guideline stands in a unit, the worst first."""

    OVER = "over"
    SOON = "soon"
    LATER = "later"
    NEARLY = "nearly"
    DONE = "done"


_RANK = {urgency: place for place, urgency in enumerate(Urgency)}


def urgency(shown: Shown, day: date) -> Urgency:
    """As the matrix marks it; and whether what is not marked can wait, and what is on target is everybody."""
    mark = mark_of(shown, day)
    if mark is Mark.OVER:
        return Urgency.OVER
    if mark is Mark.SOON:
        return Urgency.SOON
    if mark is Mark.REACHED and shown.count is not None:
        return Urgency.DONE if shown.count.missing == 0 else Urgency.NEARLY
    return Urgency.LATER


def worst_first(rows: Iterable[Shown], day: date) -> list[Shown]:
    """The most urgent first; among equals what is due first, then where most are missing."""

    def key(shown: Shown) -> tuple[int, date, float, str]:
        missing = 0.0 if shown.count is None else shown.count.missing / shown.count.total
        return (_RANK[urgency(shown, day)], shown.due or date.max, -missing, shown.row.guideline)

    return sorted(rows, key=key)


@dataclass(frozen=True)
class Newcomer:
    """Somebody who joined the unit's tree after the others had been told."""

    person_id: int
    joined_on: date
    untold: tuple[int, ...]
    """Ids of the guidelines of which the unit told the others before, and has not told this person."""


def newcomers(facts: Facts, unit_id: int, day: date) -> list[Newcomer]:
    """Who joined the unit's tree since it, or a unit above it, last confirmed. The latest comes first.

    Only what units said is looked at, never what a person acknowledged.
    """
    tree = Tree.of(facts.units)
    inside = tree.descendants[unit_id]
    told = evaluate(replace(facts, acknowledgements=[]), day)
    joined = joined_on(facts.employments, inside, day)
    untold: dict[int, list[int]] = {}
    for guideline_id, since in last_told(facts, told, tree.ancestors[unit_id], day).items():
        for person in told.people(guideline_id, inside, Standing.MISSING):
            if person in joined and joined[person] > since:
                untold.setdefault(person, []).append(guideline_id)
    found = [Newcomer(person, joined[person], tuple(guidelines)) for person, guidelines in untold.items()]
    return sorted(found, key=lambda new: (-new.joined_on.toordinal(), new.person_id))


def last_told(facts: Facts, coverage: Coverage, heard_from: Collection[int], day: date) -> Mapping[int, date]:
    """By guideline id, the last day on which one of the units `heard_from` told all its people, as it counts still."""
    months = {guideline.id: guideline.renew_months for guideline in facts.guidelines}
    guideline_of = {edition.id: edition.guideline_id for edition in facts.editions}
    good = {
        guideline_id: enough([e for e in facts.editions if e.guideline_id == guideline_id], demanded)
        for guideline_id, demanded in coverage.demanded.items()
    }
    last: dict[int, date] = {}
    for answer in facts.confirmations:
        guideline_id = guideline_of[answer.edition_id]
        if (
            answer.unit_id in heard_from
            and answer.only is None
            and answer.answer == "informed"
            and answer.edition_id in good.get(guideline_id, ())
            and counts_still(answer.informed_on, months[guideline_id], day)
        ):
            last[guideline_id] = max(last.get(guideline_id, answer.informed_on), answer.informed_on)
    return last


def joined_on(employments: Iterable[EmploymentFact], inside: Collection[int], day: date) -> dict[int, date]:
    """By person id, the day from which they have been in the units without a break; only who is there on `day`."""
    by_person: dict[int, list[EmploymentFact]] = {}
    for employment in employments:
        if employment.unit_id in inside and employment.starts_on <= day:
            by_person.setdefault(employment.person_id, []).append(employment)
    joined = {}
    for person, spells in by_person.items():
        spells.sort(key=lambda spell: spell.starts_on, reverse=True)
        if not holds(spells[0].starts_on, spells[0].ends_on, day):
            continue
        since = spells[0].starts_on
        for spell in spells[1:]:
            if spell.ends_on != since:
                break
            since = spell.starts_on
        joined[person] = since
    return joined


@dataclass(frozen=True)
class Effect:
    """What confirmations would do to a guideline's count in a unit."""

    before: Count
    after: Count


def effects(facts: Facts, answers: Iterable[ConfirmationFact], unit_id: int, day: date) -> dict[int, Effect]:
    """By guideline id, the unit's count as it is and as it would be if `answers` were recorded."""
    return _compared(evaluate(facts, day), evaluate(facts.assuming(answers), day), unit_id)


def effects_without(facts: Facts, answer: ConfirmationFact, unit_id: int, day: date) -> dict[int, Effect]:
    """By guideline id, the unit's count as it is and as it would be if `answer` were withdrawn."""
    return _compared(evaluate(facts, day), evaluate(facts.without(answer), day), unit_id)


def _compared(before: Coverage, after: Coverage, unit_id: int) -> dict[int, Effect]:
    return {
        guideline_id: Effect(row.count, after.rows[guideline_id, unit_id].count)
        for (guideline_id, of), row in before.rows.items()
        if of == unit_id
    }


def spoken_of(facts: Facts, answer: ConfirmationFact, guideline_id: int, day: date) -> int:
    """How many of the unit's audience on `day` the answer covers, taken by itself."""
    alone = evaluate(replace(facts, acknowledgements=[], confirmations=[answer]), day)
    row: Row | None = alone.row(guideline_id, answer.unit_id)
    return row.count.informed if row else 0
