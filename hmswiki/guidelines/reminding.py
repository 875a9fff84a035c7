"""What the reminders tell of guidelines: those that are to be reviewed."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.database import Wording
from hmswiki.foundation.permissions import Role
from hmswiki.foundation.reminding import Waiting
from hmswiki.guidelines.models import Guideline
from hmswiki.organisation.models import RoleHolding
from hmswiki.web.addresses import absolute
from hmswiki.web.words import _, wording


def waiting(session: Session, *, today: date, known_at: datetime) -> Iterator[Waiting]:
    """Guidelines with a day of review, for every editor. Two selects."""
    editors = session.scalars(
        select(RoleHolding.person_id)
        .where(RoleHolding.role == Role.EDITOR, RoleHolding.held_on(today), RoleHolding.known_at(known_at))
        .distinct()
    ).all()
    due = session.execute(
        select(Guideline.slug, Guideline.title, Guideline.next_review).where(Guideline.next_review.is_not(None))
    )
    for slug, title, next_review in due:
        assert next_review is not None  # the select asked for no others
        for person_id in editors:
            yield _review(person_id, slug, title, next_review)


def _review(person_id: int, slug: str, title: Wording, due: date) -> Waiting:
    return Waiting(
        person_id, f"review:{slug}", due,
        text=lambda: _("Review %(guideline)s", guideline=wording(title)),
        href=lambda: absolute("guidelines.show", slug=slug),
    )  # fmt: skip
