"""A word by e-mail to the leaders of groups whose note the organiser misses."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from hmswiki.foundation.permissions import Actor
from hmswiki.outcomes import publication_operations as operations
from hmswiki.outcomes.letter_words import about_hand_in
from hmswiki.outcomes.models import LetterKind
from hmswiki.outcomes.publication_operations import Addressee
from hmswiki.web.mailing import can_mail
from hmswiki.workshops.models import Group, Member, Task


def nudge(session: Session, *, groups: Sequence[Group], task: Task, by: Actor, at: datetime) -> None:
    """A letter to each group's leader who has an address. Where no mail can be sent, the group's page says it alone."""
    if not can_mail():
        return
    leaders = session.scalars(
        select(Member)
        .options(joinedload(Member.person))
        .where(
            Member.group_id.in_([group.id for group in groups]), Member.leads.is_(True), Member.withdrawn_at.is_(None)
        )
        .order_by(Member.id)
    ).all()  # fmt: skip
    asking = uuid4().hex[:12]
    for group in groups:
        about = about_hand_in(task.key, group, asking)
        addressees = [
            Addressee(member.person.email, member.person.name, member.person_id)
            for member in leaders
            if member.group_id == group.id and member.person.email
        ]
        operations.ask_for(session, group.workshop, LetterKind.HAND_IN, about, addressees, by=by, at=at)
