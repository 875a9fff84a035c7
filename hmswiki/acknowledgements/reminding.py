"""What the reminders tell of rollouts: guidelines to acknowledge, and units that have people to inform."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from hmswiki.acknowledgements import queries
from hmswiki.acknowledgements.coverage import Facts, Standing, Tree, evaluate
from hmswiki.acknowledgements.coverage_queries import titles
from hmswiki.acknowledgements.rollout_queries import named_rollouts
from hmswiki.foundation.database import Wording
from hmswiki.foundation.permissions import Role
from hmswiki.foundation.reminding import Waiting
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Unit
from hmswiki.web.addresses import absolute
from hmswiki.web.words import _, ngettext, wording

ANSWERS_FOR = (Role.UNIT_LEADER, Role.HSE_COORDINATOR)
"""Who is told that a unit has people to inform."""


def waiting(session: Session, *, today: date, known_at: datetime) -> Iterator[Waiting]:
    """What rollouts wait for, where they are due. A fixed number of selects."""
    facts = queries.facts(session, as_of=today, known_at=known_at)
    names = titles(session)
    by_name = named_rollouts(session)
    yield from _to_acknowledge(facts, by_name, names, today)
    yield from _to_inform(session, facts, by_name, names, today, known_at)


def _to_acknowledge(facts: Facts, by_name: set[str], names: dict[int, Wording], today: date) -> Iterator[Waiting]:
    """People who are asked by name, and whom nothing has reached."""
    asked = replace(facts, rollouts=[one for one in facts.rollouts if one.key in by_name])
    found = evaluate(asked, today)
    slugs = {fact.id: fact.slug for fact in facts.guidelines}
    for guideline_id, members in found.members.items():
        for person_id, member in members.items():
            row = found.row(guideline_id, member.unit_id)
            if member.standing is Standing.MISSING and row is not None and row.due is not None:
                yield _acknowledge(person_id, slugs[guideline_id], names[guideline_id], row.due)


def _acknowledge(person_id: int, slug: str, title: Wording, due: date) -> Waiting:
    return Waiting(
        person_id, f"acknowledge:{slug}", due,
        text=lambda: _("Read and acknowledge %(guideline)s", guideline=wording(title)),
        href=lambda: absolute("guidelines.show", slug=slug),
    )  # fmt: skip


def _to_inform(
    session: Session, facts: Facts, by_name: set[str], names: dict[int, Wording], today: date, known_at: datetime
) -> Iterator[Waiting]:
    """For each person who is missing, the nearest unit that has a leader or coordinator is told: once, how many."""
    asked = replace(facts, rollouts=[one for one in facts.rollouts if one.key not in by_name])
    found = evaluate(asked, today)
    units = organisation.units_by_id(session, [unit.id for unit in facts.units])
    holders = organisation.contacts(session, list(units.values()), ANSWERS_FOR, day=today, known_at=known_at)
    tree = Tree.of(facts.units)
    slugs = {fact.id: fact.slug for fact in facts.guidelines}
    missing: dict[tuple[int, int], int] = defaultdict(int)
    dues: dict[tuple[int, int], date] = {}
    for guideline_id, members in found.members.items():
        for member in members.values():
            row = found.row(guideline_id, member.unit_id)
            if member.standing is not Standing.MISSING or row is None or row.due is None:
                continue
            told = next((above for above in tree.ancestors[member.unit_id] if holders[above]), None)
            if told is not None:
                key = (guideline_id, told)
                missing[key] += 1
                dues[key] = min(row.due, dues.get(key, row.due))
    for (guideline_id, unit_id), count in missing.items():
        for person_id in {contact.person_id for contact in holders[unit_id]}:
            yield _inform(
                person_id, units[unit_id], slugs[guideline_id], names[guideline_id], count, dues[guideline_id, unit_id]
            )


def _inform(person_id: int, unit: Unit, slug: str, title: Wording, count: int, due: date) -> Waiting:
    code, name = unit.code, unit.name
    return Waiting(
        person_id, f"inform:{slug}:{code}", due,
        text=lambda: ngettext(
            "One employee of %(unit)s is still to be told of %(guideline)s",
            "%(num)s employees of %(unit)s are still to be told of %(guideline)s",
            count, unit=wording(name), guideline=wording(title),
        ),
        href=lambda: absolute("acknowledgements.unit", code=code),
    )  # fmt: skip
