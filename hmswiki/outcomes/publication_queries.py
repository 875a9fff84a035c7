"""Reads of publications and letters. `session` first."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.posting import GONE_AFTER, PostState
from hmswiki.organisation.models import Person
from hmswiki.outcomes.document import from_json
from hmswiki.outcomes.models import Letter, LetterKind, LetterState, Publication
from hmswiki.workshops.models import Group, Member, Workshop

TRIED_FOR = timedelta(days=7)
"""How long after it was asked for a letter with notes is tried again."""
OF_USE_FOR = timedelta(hours=2)
"""How long a word to a group that its note is missing is worth sending."""


# --- Publications -------------------------------------------------------------------------------------------


def published(session: Session, workshop: Workshop) -> Publication | None:
    """What is read of the workshop now; None where nothing is published."""
    return session.scalar(
        select(Publication)
        .where(Publication.workshop_id == workshop.id, Publication.withdrawn_at.is_(None))
        .order_by(Publication.number.desc())
        .limit(1)
    )


def publication(session: Session, workshop: Workshop) -> Publication:
    """The same. Raises NotFound, with why."""
    found = published(session, workshop)
    if found is not None:
        return found
    if last_number(session, workshop):
        raise NotFound(N_("The notes of this workshop have been taken down. Ask the organiser about them."))
    raise NotFound(N_("The notes of this workshop are not published yet. The organiser does it after the workshop."))


def lines_of(publication: Publication | None) -> set[tuple[int, str]]:
    """The points that stand in it: each by its group's number and what is read of it. None where nothing is read."""
    if publication is None:
        return set()
    return {
        (line.group, line.text)
        for task in from_json(publication.document).tasks
        for section in task.sections
        for line in section.lines
    }


def last_number(session: Session, workshop: Workshop) -> int:
    """The number of the latest publication, taken down or not; 0 before the first."""
    query = select(func.max(Publication.number)).where(Publication.workshop_id == workshop.id)
    return session.scalar(query) or 0


def publications(session: Session, workshop: Workshop) -> Sequence[Publication]:
    """All of them, the latest first."""
    return session.scalars(
        select(Publication).where(Publication.workshop_id == workshop.id).order_by(Publication.number.desc())
    ).all()


# --- Letters ------------------------------------------------------------------------------------------------


def about_notes(publication: Publication) -> str:
    """What a letter with that publication is about."""
    return f"{LetterKind.NOTES}:{publication.number}"


def letters(session: Session, workshop: Workshop, kind: LetterKind) -> Sequence[Letter]:
    """The workshop's letters of a kind, the latest asked for first; those of one asking by name and address."""
    return session.scalars(
        select(Letter)
        .where(Letter.workshop_id == workshop.id, Letter.kind == kind)
        .order_by(Letter.asked_at.desc(), Letter.name, Letter.address)
    ).all()


def letter(session: Session, workshop: Workshop, id: int) -> Letter:
    """Raises NotFound."""
    found = session.scalar(select(Letter).where(Letter.id == id, Letter.workshop_id == workshop.id))
    if found is None:
        raise NotFound(N_("There is no such letter."))
    return found


def in_hand(letter: Letter, *, now: datetime) -> bool:
    """Whether a run is just handing it over to the mail server: it is on its way, and not in doubt yet."""
    return (
        letter.state == LetterState.HANDING_OVER and letter.problem is None
        and letter.claimed_at is not None and letter.claimed_at > now - GONE_AFTER
    )  # fmt: skip


def to_send(session: Session, *, now: datetime) -> list[tuple[int, str]]:
    """Id and address of those that a run may try now, in the order in which they were asked for."""
    query = select(Letter.id, Letter.address).where(can_be_sent(now)).order_by(Letter.asked_at, Letter.id)
    return [(id, address) for id, address in session.execute(query)]


def can_be_sent(now: datetime) -> ColumnElement[bool]:
    """SQL: the letter waits, or has failed, or its run is gone; it is not too late; and what it says still holds:
    notes that have been taken down, or published anew, go to nobody."""
    still_read = (
        select(Publication.id)
        .where(
            Publication.workshop_id == Letter.workshop_id, Publication.withdrawn_at.is_(None),
            Letter.about == literal(f"{LetterKind.NOTES}:") + cast(Publication.number, String),
        )
        .exists()
    )  # fmt: skip
    free = or_(
        Letter.state.in_([PostState.WAITING, PostState.FAILED]),
        (Letter.state == PostState.CLAIMED) & (Letter.claimed_at < now - GONE_AFTER),
    )
    return free & or_(
        (Letter.kind == LetterKind.NOTES) & (Letter.asked_at > now - TRIED_FOR) & still_read,
        (Letter.kind == LetterKind.HAND_IN) & (Letter.asked_at > now - OF_USE_FOR),
    )


def participants(session: Session, workshop: Workshop) -> Sequence[Person]:
    """Those who are in a group, each once, by name."""
    return session.scalars(
        select(Person)
        .where(
            Person.id.in_(
                select(Member.person_id)
                .join(Group, Member.group_id == Group.id)
                .where(
                    Group.workshop_id == workshop.id, Group.removed_at.is_(None), Member.withdrawn_at.is_(None)
                )
            )
        )
        .order_by(Person.name, Person.id)
    ).all()  # fmt: skip
