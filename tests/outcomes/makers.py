"""Makes what comes of a workshop, for tests: a workshop with points, and a proposal on two of them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Actor
from hmswiki.guidelines.models import Guideline
from hmswiki.notes.models import Point
from hmswiki.organisation import queries as organisation
from hmswiki.outcomes import proposal_operations as operations
from hmswiki.outcomes.models import Proposal
from hmswiki.workshops import queries
from hmswiki.workshops.models import Workshop
from tests.acknowledgements.makers import publish
from tests.cast import today
from tests.plenary.makers import point
from tests.workshops import makers


@dataclass
class Held:
    """A workshop of the faculty and three points of its first task, by the groups 2, 5 and 5."""

    workshop: Workshop
    points: list[Point]


def held(session: Session, made: Workshop | None = None) -> Held:
    """The points are those of `made`, by its groups 1 and 2, where one is given."""
    first, second = (1, 2) if made is not None else (2, 5)
    made = made or makers.workshop(session, groups=5, members={2: ["bjorn"], 5: ["dina"]})
    task = queries.tasks(session, made)[0]
    texts = dict.fromkeys(("Gjester innkalles i god tid", "Prøver uten eier kastes"), second)
    texts = {"Studenter får datoen samtidig": first, **texts}
    return Held(made, [point(session, task, group, text, rank=text) for text, group in texts.items()])


def by(session: Session, key: str) -> Actor:
    found = organisation.actor(session, key, today())
    assert found is not None
    return found


def guideline(session: Session) -> Guideline:
    """A published guideline."""
    publish(session, "ryddedag", "1.0", date(2024, 1, 1))
    return session.scalars(select(Guideline).where(Guideline.slug == "ryddedag")).one()


def proposed(session: Session, found: Held | None = None) -> Proposal:
    """What central HSE proposes on the points of groups 2 and 5."""
    found = found or held(session)
    return operations.propose(
        session, found.workshop, guideline=guideline(session), text="Skriv at studenter får datoen samtidig.",
        points=found.points[:2], by=by(session, "hanne"), at=clock.now(),
    )  # fmt: skip
