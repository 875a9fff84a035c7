"""Reads for writing and approving. `session` first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.language import DEFAULT_LANGUAGE
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines.models import OPEN_STATES, Draft, DraftText, Edition, Guideline, Translation
from hmswiki.guidelines.queries import best_language
from hmswiki.organisation.models import Person, RoleHolding

NO_SUCH_DRAFT = N_("There is no such draft. The list of open drafts shows those that are being written.")


def draft(session: Session, draft_id: int) -> Draft:
    """The draft with its texts, writers and guideline. Raises NotFound. Three selects."""
    found = session.scalar(
        select(Draft)
        .where(Draft.id == draft_id)
        .options(
            selectinload(Draft.texts),
            selectinload(Draft.writers),
            joinedload(Draft.guideline),
            joinedload(Draft.base_edition),
            joinedload(Draft.sent_by),
        )
    )
    if found is None:
        raise NotFound(NO_SUCH_DRAFT)
    return found


def locked_draft(session: Session, draft_id: int) -> Draft:
    """The draft, held to the end of the transaction. Raises NotFound."""
    found = session.get(Draft, draft_id, with_for_update=True) if 0 < draft_id < 2**31 else None
    if found is None:
        raise NotFound(NO_SUCH_DRAFT)
    return found


@dataclass(frozen=True)
class Base:
    """What the draft was begun from, by language. Empty for a new guideline, and where a language is added."""

    texts: Mapping[str, Translation]
    source: Translation | None = None
    """What is translated, where a language is added."""

    def body(self, language: str) -> str | None:
        """The text in that language; None where the edition has none."""
        return self.texts[language].body if language in self.texts else None


def base_of(session: Session, of: Draft) -> Base:
    """The texts of the edition the draft was begun from. One select at most."""
    if of.base_edition_id is None:
        return Base({})
    found = session.scalars(select(Translation).where(Translation.edition_id == of.base_edition_id)).all()
    if of.adds_language is not None:
        return Base({}, source_of(found, of.adds_language))
    return Base({translation.language: translation for translation in found})


def source_of(texts: Iterable[Translation], language: str) -> Translation | None:
    """What is translated into `language`: the bokmål text or, where there is none, the next best."""
    offered = {text.language: text for text in texts if text.language != language}
    best = best_language(offered, DEFAULT_LANGUAGE)
    return offered[best] if best is not None else None


def open_drafts(session: Session) -> Sequence[Draft]:
    """What is being written or is with the approver, last saved first; titles without texts. Three selects."""
    return session.scalars(
        select(Draft)
        .where(Draft.state.in_(OPEN_STATES))
        .options(
            selectinload(Draft.texts).load_only(DraftText.language, DraftText.title),
            selectinload(Draft.writers),
            joinedload(Draft.base_edition),
        )
        .order_by(Draft.saved_at.desc(), Draft.id.desc())
    ).all()


def guidelines_without_draft(session: Session) -> Sequence[Guideline]:
    """Published guidelines of which nobody is writing a new edition, by address. One select."""
    being_written = select(Draft.guideline_id).where(Draft.state.in_(OPEN_STATES), Draft.guideline_id.is_not(None))
    published = select(Edition.guideline_id)
    return session.scalars(
        select(Guideline)
        .where(Guideline.id.in_(published), Guideline.id.not_in(being_written))
        .order_by(Guideline.slug)
    ).all()


def guideline(session: Session, slug: str) -> Guideline:
    """Raises NotFound."""
    # PostgreSQL keeps no such letter: it cannot even be asked for it.
    found = None if "\0" in slug else session.scalar(select(Guideline).where(Guideline.slug == slug))
    if found is None:
        raise NotFound(N_("There is no guideline with the address %(slug)s."), slug=slug[:100])
    return found


def approvers(session: Session, *, day: date, known_at: datetime) -> Sequence[Person]:
    """Who holds the approver's role on `day`, by name. One select."""
    return session.scalars(
        select(Person)
        .where(
            Person.id.in_(
                select(RoleHolding.person_id).where(
                    RoleHolding.role == Role.APPROVER, RoleHolding.held_on(day), RoleHolding.known_at(known_at)
                )
            )
        )
        .order_by(Person.name, Person.id)
    ).all()


def became(session: Session, of: Draft) -> Edition | None:
    """The edition that the draft became, or added a language to."""
    return session.get(Edition, of.edition_id) if of.edition_id is not None else None
