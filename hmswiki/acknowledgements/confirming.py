"""Writes of units: confirm, withdraw a confirmation, look names up. `session` first; they never commit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements import coverage as reckoning
from hmswiki.acknowledgements import queries, unit_queries
from hmswiki.acknowledgements.confirming_rules import Method, Telling, check_telling
from hmswiki.acknowledgements.coverage import Coverage, Facts, Standing, Tree
from hmswiki.acknowledgements.models import Confirmation, ConfirmationAnswer, Evidence, NameLookup, Rollout
from hmswiki.foundation.errors import N_, Conflict, NotAllowed, NotFound, Refusal
from hmswiki.foundation.events import announce, confirmation_withdrawn, unit_confirmed
from hmswiki.foundation.permissions import Actor
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.organisation.models import Person, Unit


@dataclass(frozen=True)
class Said:
    """What a unit says of an edition: who was informed, when and how."""

    edition: Edition
    informed_on: date
    answer: ConfirmationAnswer = ConfirmationAnswer.INFORMED
    excepted: frozenset[int] = frozenset()
    only: frozenset[int] | None = None
    method: Method | None = None
    newcomer_routine: str | None = None
    note: str | None = None


def check(session: Session, unit: Unit, said: Said, *, at: datetime, today: date) -> None:
    """Whether the unit may say so. Raises Superseded or Refusal."""
    edition = said.edition
    named = said.excepted | (said.only or frozenset())
    check_telling(
        Telling(
            guideline=edition.guideline.title,
            edition=unit_queries.edition_fact(edition),
            demanded=unit_queries.demanded_edition(session, edition.guideline_id, today),
            rolled_out=unit_queries.is_rolled_out(session, unit, edition.guideline_id, today),
            informed_on=said.informed_on,
            answer=said.answer,
            employed=unit_queries.employed_ids(session, unit, day=said.informed_on, known_at=at),
            excepted=said.excepted,
            only=said.only,
            names=unit_queries.names_in_tree(session, unit, named),
        ),
        opened=unit.opened,
        closed=unit.closed,
        today=today,
    )


def confirm_for_unit(
    session: Session,
    unit: Unit,
    *,
    edition: Edition,
    informed_on: date,
    answer: ConfirmationAnswer = ConfirmationAnswer.INFORMED,
    excepted: Collection[int] = (),
    only: Collection[int] | None = None,
    method: Method | None = None,
    newcomer_routine: str | None = None,
    note: str | None = None,
    by: Actor,
    at: datetime,
    today: date,
) -> Confirmation:
    """Record the unit's answer: were its people informed of `edition` on `informed_on`?

    `excepted`: ids of people it does not speak of. `only`: ids of the people it speaks of, and nobody else.
    Raises Superseded where a newer edition that demands anew has come into force, and Refusal for a day or
    people that cannot be.
    """
    said = Said(
        edition, informed_on, ConfirmationAnswer(answer), frozenset(excepted),
        None if only is None else frozenset(only), method, newcomer_routine, note,
    )  # fmt: skip
    check(session, unit, said, at=at, today=today)
    confirmation = Confirmation(
        unit_id=unit.id,
        edition_id=edition.id,
        informed_on=informed_on,
        answer=said.answer,
        names_only=said.only is not None,
        method=None if method is None else str(method),
        newcomer_routine=newcomer_routine or None,
        note=note or None,
        confirmed_by_id=by.person_id,
        recorded_by_id=by.person_id,
        recorded_at=at,
        excepted=_people(session, said.excepted),
        only=_people(session, said.only or ()),
    )
    session.add(confirmation)
    session.flush()
    announce(
        session, unit_confirmed,
        confirmation_id=confirmation.id, unit_id=unit.id, edition_id=edition.id, answer=str(said.answer),
    )  # fmt: skip
    return confirmation


def confirm_several(
    session: Session, unit: Unit, all_said: Iterable[Said], *, by: Actor, at: datetime, today: date
) -> list[Confirmation]:
    """One meeting that covered several guidelines: a confirmation each, all or none."""
    return [
        confirm_for_unit(
            session, unit, edition=said.edition, informed_on=said.informed_on, answer=said.answer,
            excepted=said.excepted, only=said.only, method=said.method, newcomer_routine=said.newcomer_routine,
            note=said.note, by=by, at=at, today=today,
        )
        for said in all_said
    ]  # fmt: skip


def withdraw_confirmation(
    session: Session, confirmation: Confirmation, *, reason: str, by: Actor, at: datetime
) -> None:
    """It was wrong: it counts no more, and stays to be seen with the reason. Raises Conflict the second time."""
    # Two who withdraw at the same moment come one after the other.
    session.execute(select(Confirmation.id).where(Confirmation.id == confirmation.id).with_for_update())
    session.refresh(confirmation, ["withdrawn_at"])
    if confirmation.withdrawn_at is not None:
        raise Conflict(
            N_("This confirmation was withdrawn already, on %(moment)s. Nothing more needs to be done."),
            moment=confirmation.withdrawn_at,
        )
    if not reason.strip():
        raise Refusal(N_("Say why it is withdrawn, so that others understand the numbers."), field="reason")
    confirmation.withdraw(by_id=by.person_id, at=at, reason=reason.strip())
    session.flush()
    announce(session, confirmation_withdrawn, confirmation_id=confirmation.id, unit_id=confirmation.unit_id)


def look_up_standing(
    session: Session, unit: Unit, guideline: Guideline, standing: Standing, *, by: Actor, at: datetime, today: date
) -> NameLookup:
    """The names of those in the unit who are missing, or who acknowledged: written down before they are shown.

    Only people whom a rollout that asks by name reaches. Raises NotAllowed where there is none.
    """
    named = _named_coverage(session, unit, [guideline], at=at, today=today)
    if named is None:
        raise NotAllowed(
            N_("Names are shown only where the guideline is rolled out with named acknowledgement, to the unit's "
               "leader and HSE coordinator, and as long as the names are kept. Here the unit answers for its people."),
        )  # fmt: skip
    coverage, tree = named
    people = coverage.people(guideline.id, tree.descendants[unit.id], standing)
    return _write_down(session, unit, guideline, str(standing), people, by=by, at=at)


def look_up_excepted(session: Session, confirmation: Confirmation, *, by: Actor, at: datetime) -> NameLookup:
    """The names of those excepted from a confirmation: written down before they are shown."""
    people = [person.id for person in confirmation.excepted]
    return _write_down(
        session, confirmation.unit, confirmation.edition.guideline, "excepted", people, by=by, at=at
    )  # fmt: skip


@dataclass(frozen=True)
class NewcomerStanding:
    """How many of the guidelines that ask by name a newcomer has been reached about."""

    person: Person
    reached: int
    asked: int


def look_up_newcomers(
    session: Session, unit: Unit, newcomers: Sequence[int], *, by: Actor, at: datetime, today: date
) -> list[NewcomerStanding]:
    """How far the newcomers have come with what they are asked about by name: written down before it is shown."""
    guidelines = list(session.scalars(select(Guideline).order_by(Guideline.slug)))
    named = _named_coverage(session, unit, guidelines, at=at, today=today)
    if named is None:
        raise NotAllowed(
            N_("How far newcomers have come is shown only where a guideline is rolled out with named "
               "acknowledgement, to the unit's leader and HSE coordinator. Here the unit answers for its people."),
        )  # fmt: skip
    coverage, _ = named
    for guideline in guidelines:
        standings = {person: coverage.standing(guideline.id, person) for person in newcomers}
        for standing in (Standing.MISSING, Standing.ACKNOWLEDGED, Standing.INFORMED):
            people = [person for person, stands in standings.items() if stands is standing]
            if people:
                _write_down(session, unit, guideline, str(standing), people, by=by, at=at)
    people_by_id = {person.id: person for person in _people(session, newcomers)}
    found = []
    for id in newcomers:
        asked = [one for g in guidelines if (one := coverage.standing(g.id, id)) is not None]
        reached = [one for one in asked if one is not Standing.MISSING]
        if asked:
            found.append(NewcomerStanding(people_by_id[id], len(reached), len(asked)))
    return found


def named_facts(facts: Facts, rollouts: Iterable[Rollout], today: date) -> Facts:
    """The same with only those rollouts that ask by name and whose names are still kept."""
    keys = {rollout.key for rollout in rollouts if shows_names(rollout, today)}
    return replace(facts, rollouts=[fact for fact in facts.rollouts if fact.key in keys])


def shows_names(rollout: Rollout, today: date) -> bool:
    """Whether the rollout asks by name, today, and its names are still kept."""
    return (
        rollout.evidence == Evidence.NAMED
        and rollout.in_force_on(today)
        and (rollout.names_kept_until is None or today <= rollout.names_kept_until)
    )


def _named_coverage(
    session: Session, unit: Unit, guidelines: Sequence[Guideline], *, at: datetime, today: date
) -> tuple[Coverage, Tree] | None:
    """Who of the unit's people stands where, where they are asked by name; None: nobody is."""
    slugs = [guideline.slug for guideline in guidelines]
    facts = queries.facts(session, as_of=today, known_at=at, under=unit, guidelines=slugs)
    rollouts = unit_queries.rollouts_reaching(session, unit, day=today)
    tree = Tree.of(facts.units)
    named = reckoning.evaluate(named_facts(facts, rollouts, today), today)
    wanted = {guideline.id for guideline in guidelines}
    if not any(rollout.guideline_id in wanted and shows_names(rollout, today) for rollout in rollouts):
        return None
    return named, tree


def _write_down(
    session: Session, unit: Unit, guideline: Guideline, what: str, people: Sequence[int], *, by: Actor, at: datetime
) -> NameLookup:
    lookup = NameLookup(
        viewer_id=by.person_id, unit_id=unit.id, guideline_id=guideline.id, what=what, looked_at=at,
        people=_people(session, people),
    )  # fmt: skip
    session.add(lookup)
    session.flush()
    return lookup


def _people(session: Session, ids: Collection[int]) -> list[Person]:
    """The people, by name. Raises NotFound for an id that nobody has."""
    found: Mapping[int, Person] = {}
    for some in unit_queries.chunks(ids):
        found = {**found, **{p.id: p for p in session.scalars(select(Person).where(Person.id.in_(some)))}}
    if len(found) != len(set(ids)):
        raise NotFound(N_("Somebody in the list is no longer in the register. Open the page again."))
    return sorted(found.values(), key=lambda person: (person.name, person.id))
