"""Writes to the organisation. `session` first; nothing here commits."""

from sqlalchemy.orm import Session

from hmswiki.organisation.models import Person


def choose_language(session: Session, person_id: int, language: str) -> None:
    """The language in which the person wants to be spoken to."""
    person = session.get(Person, person_id)
    if person is not None:
        person.language = language
