"""What is asked of one person, and by what the person counts as reached. Pure.

Who is in an audience and where they stand is decided by coverage.py; here it is told to the person concerned.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from hmswiki.acknowledgements.coverage import (
    AcknowledgementFact,
    EditionFact,
    EmploymentFact,
    Facts,
    RolloutFact,
    Standing,
    Tree,
    UnitFact,
    counts_still,
    enough,
    evaluate,
    lapses_on,
    rollouts_reaching,
)
from hmswiki.acknowledgements.models import Evidence
from hmswiki.foundation.periods import holds


class AskedRollout(NamedTuple):
    """A rollout with what it asks for. By name it also says why, on which ground, and how long names are kept."""

    fact: RolloutFact
    evidence: Evidence
    purpose: str | None = None
    legal_basis: str | None = None
    names_kept_until: date | None = None


class Relation(StrEnum):
    """What a unit's confirmation says of one person."""

    COVERED = "covered"
    """Employed in the unit that day, and not excepted."""
    NAMED = "named"
    """One of the few it speaks of."""
    EXCEPTED = "excepted"


class Heard(NamedTuple):
    """A confirmation as it concerns one person."""

    id: int
    unit_id: int
    edition_id: int
    informed_on: date
    answer: str
    method: str | None
    recorded_at: datetime
    names_only: bool
    named: bool
    excepted: bool

    def relation(self, employments: Iterable[EmploymentFact], tree: Tree) -> Relation | None:
        """What it says of the person employed so; None: it does not speak of them."""
        if self.excepted:
            return Relation.EXCEPTED
        if not any(
            holds(job.starts_on, job.ends_on, self.informed_on) and self.unit_id in tree.ancestors[job.unit_id]
            for job in employments
        ):
            return None
        if self.names_only:
            return Relation.NAMED if self.named else None
        return Relation.COVERED


@dataclass(frozen=True)
class Obligation:
    """A guideline that is rolled out to a person, and where the person stands."""

    guideline_id: int
    demanded: EditionFact
    standing: Standing
    asked: AskedRollout | None
    """The rollout that asks by name; None where the unit informs and the person is asked for nothing."""
    due: date | None
    acknowledgement: AcknowledgementFact | None
    """The one by which the person stands as acknowledged."""
    heard: Heard | None
    """The confirmation by which the person stands as informed."""
    lapses_on: date | None
    """The day from which what counts now counts no more; None: never, or nothing counts."""

    @property
    def by_name(self) -> bool:
        return self.asked is not None

    @property
    def reached(self) -> bool:
        return self.standing is not Standing.MISSING

    def overdue_on(self, day: date) -> bool:
        return not self.reached and self.due is not None and day > self.due


def units_of(paths: Iterable[str]) -> list[UnitFact]:
    """The units on the way to those with these paths (`/1/5/`): enough of a tree to say where a person stands.

    Code and time of a unit matter to its row and status only, which nobody reads here.
    """
    parents: dict[int, int | None] = {}
    for path in paths:
        above: int | None = None
        for step in path.strip("/").split("/"):
            parents[int(step)] = above
            above = int(step)
    return [UnitFact(unit_id, str(unit_id), parent_id, date.min, None) for unit_id, parent_id in parents.items()]


def obligations(
    facts: Facts, person_id: int, day: date, *, asked: Mapping[str, AskedRollout], heard: Sequence[Heard]
) -> dict[int, Obligation]:
    """What is rolled out to the person on `day`, by guideline id. `asked` is by the rollout's key.

    The due date is that of the latest-started rollout that reaches the person (then the highest key).
    """
    members = evaluate(facts, day)
    reaching: dict[int, list[RolloutFact]] = {}
    for rollout in rollouts_reaching(facts, person_id, day):
        reaching.setdefault(rollout.guideline_id, []).append(rollout)
    tree = Tree.of(facts.units)
    renewals = {guideline.id: guideline.renew_months for guideline in facts.guidelines}
    found: dict[int, Obligation] = {}
    for guideline_id, rollouts in reaching.items():
        standing = members.standing(guideline_id, person_id)
        if standing is None:  # nothing is demanded yet
            continue
        demanded = members.demanded[guideline_id]
        months = renewals[guideline_id]
        good = enough([edition for edition in facts.editions if edition.guideline_id == guideline_id], demanded)
        acknowledgement = max(
            (
                one
                for one in facts.acknowledgements
                if one.person_id == person_id and one.edition_id in good
                and counts_still(one.acknowledged_on, months, day)
            ),
            key=lambda one: one.acknowledged_on,
            default=None,
        )  # fmt: skip
        informing = max(
            (
                one
                for one in heard
                if one.edition_id in good and one.answer == "informed" and counts_still(one.informed_on, months, day)
                and one.relation(facts.employments, tree) in (Relation.COVERED, Relation.NAMED)
            ),
            key=lambda one: (one.informed_on, one.recorded_at, one.id),
            default=None,
        )  # fmt: skip
        latest = max(rollouts, key=lambda rollout: (rollout.starts_on, rollout.key))
        by_name = [rollout for rollout in rollouts if asked[rollout.key].evidence is Evidence.NAMED]
        newest_by_name = max(by_name, key=lambda rollout: (rollout.starts_on, rollout.key), default=None)
        found[guideline_id] = Obligation(
            guideline_id=guideline_id,
            demanded=demanded,
            standing=standing,
            asked=None if newest_by_name is None else asked[newest_by_name.key],
            due=latest.due,
            acknowledgement=acknowledgement,
            heard=informing,
            lapses_on=_lapse(standing, acknowledgement, informing, months),
        )
    return found


def _lapse(
    standing: Standing, acknowledgement: AcknowledgementFact | None, heard: Heard | None, months: int | None
) -> date | None:
    if standing is Standing.ACKNOWLEDGED and acknowledgement is not None:
        return lapses_on(acknowledgement.acknowledged_on, months)
    if standing is Standing.INFORMED and heard is not None:
        return lapses_on(heard.informed_on, months)
    return None
