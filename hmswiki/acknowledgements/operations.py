"""What a person says: I have read and understood, I have not been informed, I have a question; and replies."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements.coverage import counts_still
from hmswiki.acknowledgements.models import Acknowledgement, Question, QuestionKind, Reply
from hmswiki.acknowledgements.staff_queries import personal
from hmswiki.foundation import events
from hmswiki.foundation.errors import N_, Conflict, NotAllowed, Refusal, Superseded
from hmswiki.foundation.permissions import Actor
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.guidelines.rules import in_force
from hmswiki.organisation.models import Person, Unit

LONGEST_TEXT = 4_000
"""The most characters a question, a reply or a reason may hold."""


def acknowledge(session: Session, edition: Edition, *, by: Actor, at: datetime, on: date) -> Acknowledgement:
    """The person has read and understood `edition`, the one that was on the screen.

    Said twice it is one fact. Raises Superseded where an edition that demands anew is in force, and Refusal where
    the edition is not in force yet or nobody asks this person by name.
    """
    _one_at_a_time(session, by)
    guideline = edition.guideline
    check_in_force(edition, on)
    obligation = personal(session, by, [guideline], guideline.editions, day=on, known_at=at).obligations.get(
        guideline.id
    )
    if obligation is None:
        raise Refusal(
            N_("This guideline is not rolled out to you, so there is nothing to acknowledge. You may read it freely.")
        )
    demanded = obligation.demanded
    if edition.order < (demanded.published_on, demanded.major, demanded.minor):
        raise Superseded(
            N_("Edition %(current)s came into force on %(day)s while you were reading edition %(read)s. "
               "Nothing is recorded. See what changed, then acknowledge."),
            current=demanded.number, read=edition.number, day=demanded.published_on,
        )  # fmt: skip
    if not obligation.by_name:
        raise Refusal(
            N_("Your unit informs its employees about this guideline, so you are not asked to acknowledge it and "
               "nothing is recorded. If you have not been informed, say so on the guideline's page.")
        )  # fmt: skip
    for earlier in _acknowledgements_of(session, edition, by.person_id, at):
        if counts_still(earlier.acknowledged_on, guideline.renew_months, on):
            return earlier
    made = Acknowledgement(
        person_id=by.person_id, edition_id=edition.id, acknowledged_on=on, recorded_at=at, recorded_by_id=by.person_id
    )
    session.add(made)
    session.flush()
    events.announce(
        session,
        events.edition_acknowledged,
        acknowledgement_id=made.id,
        person_id=by.person_id,
        edition_id=edition.id,
    )
    return made


def check_in_force(edition: Edition, day: date) -> None:
    """Raises Refusal for an edition that comes into force after `day`."""
    if edition.published_on > day:
        raise Refusal(
            N_("Edition %(number)s comes into force on %(day)s. It can be acknowledged from that day."),
            number=edition.number, day=edition.published_on,
        )  # fmt: skip


def _one_at_a_time(session: Session, by: Actor) -> None:
    """Two clicks at the same moment come one after the other. (SQLite has one writer in any case.)"""
    session.execute(select(Person.id).where(Person.id == by.person_id).with_for_update())


def _acknowledgements_of(session: Session, edition: Edition, person_id: int, at: datetime) -> Iterable[Acknowledgement]:
    return session.scalars(
        select(Acknowledgement)
        .where(
            Acknowledgement.edition_id == edition.id,
            Acknowledgement.person_id == person_id,
            Acknowledgement.known_at(at),
        )
        .order_by(Acknowledgement.acknowledged_on.desc(), Acknowledgement.id)
    )


def withdraw_acknowledgement(
    session: Session, acknowledgement: Acknowledgement, *, by: Actor, at: datetime, reason: str
) -> None:
    """The person takes their own word back. It stays in the ledger, with the reason."""
    if acknowledgement.person_id != by.person_id:
        raise NotAllowed(N_("Only the person who acknowledged can withdraw it."))
    # Two who click at the same moment come one after the other, and the second sees what the first did.
    session.refresh(acknowledgement, ["withdrawn_at"], with_for_update=True)
    if acknowledgement.withdrawn_at is not None:
        raise Conflict(
            N_("This acknowledgement was withdrawn on %(when)s already. Nothing more is recorded."),
            when=acknowledgement.withdrawn_at,
        )  # fmt: skip
    acknowledgement.withdraw(by_id=by.person_id, at=at, reason=_text(reason, "reason", N_("Say why you withdraw it.")))


def ask(
    session: Session, guideline: Guideline, *, kind: QuestionKind, text: str, by: Actor, at: datetime, on: date
) -> Question:
    """The person has not been informed, or has a question: it goes to those who answer for the unit.

    It is about the edition in force on `on`. `text` may be empty for `not_informed`.
    """
    unit = session.get(Unit, by.unit_id) if by.unit_id is not None else None
    if unit is None:
        raise Refusal(
            N_("You are not registered in any unit, so there is no HSE coordinator to send this to. "
               "Ask an administrator to register you.")
        )  # fmt: skip
    edition = in_force(guideline.editions, on)
    if edition is None:
        raise Refusal(N_("No edition of this guideline is in force yet. You can ask from the day it is."))
    if kind is QuestionKind.NOT_INFORMED:
        known = personal(session, by, [guideline], guideline.editions, day=on, known_at=at)
        if guideline.id not in known.obligations:
            raise Refusal(
                N_("This guideline is not rolled out to you, so nobody was to inform you of it. "
                   "You can ask a question instead.")
            )  # fmt: skip
    if kind is QuestionKind.QUESTION or text.strip():
        text = _text(text, "text", N_("Write your question."))
    made = Question(
        person_id=by.person_id,
        unit_id=unit.id,
        edition_id=edition.id,
        kind=kind,
        text=text.strip(),
        recorded_at=at,
        recorded_by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    events.announce(
        session, events.question_asked, question_id=made.id, unit_id=unit.id, guideline_id=guideline.id
    )  # fmt: skip
    return made


def withdraw_question(session: Session, question: Question, *, by: Actor, at: datetime) -> None:
    """The person takes the question back: whoever was to answer sees it no more."""
    if question.person_id != by.person_id:
        raise NotAllowed(N_("Only the person who asked can withdraw a question."))
    session.refresh(question, ["withdrawn_at"], with_for_update=True)
    question.withdraw(by_id=by.person_id, at=at, reason=None)


def reply(session: Session, question: Question, *, by: Actor, at: datetime, text: str) -> Reply:
    """Answer a question. The person who asked sees it on their own page."""
    if question.withdrawn_at is not None:
        raise Conflict(N_("The question was withdrawn on %(when)s, so there is nothing to answer any more."),
                       when=question.withdrawn_at)  # fmt: skip
    made = Reply(
        question_id=question.id,
        text=_text(text, "text", N_("Write an answer.")),
        recorded_at=at,
        recorded_by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    return made


def _text(text: str, field: str, when_empty: str) -> str:
    """What was typed, without space around it. Raises Refusal where it is empty or too long."""
    text = text.strip()
    if not text:
        raise Refusal(when_empty, field=field)
    if "\0" in text:  # PostgreSQL keeps no such letter
        raise Refusal(N_("The text holds a character that cannot be kept. Type it again."), field=field)
    if len(text) > LONGEST_TEXT:
        raise Refusal(
            N_("The text has %(length)s characters, and the most is %(limit)s. Shorten it."),
            field=field, length=len(text), limit=LONGEST_TEXT,
        )  # fmt: skip
    return text
