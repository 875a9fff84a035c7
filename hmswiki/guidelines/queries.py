"""Reads of guidelines. `session` first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, aliased, defer
from sqlalchemy.orm.attributes import set_committed_value

from hmswiki.foundation.database import fetch
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.language import LANGUAGES, fallbacks, in_language
from hmswiki.guidelines import marking, rules
from hmswiki.guidelines.models import OPEN_STATES, Draft, DraftText, Edition, Guideline, Translation
from hmswiki.organisation.models import Person


def guideline(session: Session, slug: str) -> Guideline:
    """The guideline with that address. Raises NotFound."""
    # PostgreSQL keeps no such letter: it cannot even be asked for it.
    found = None if "\0" in slug else session.scalar(select(Guideline).where(Guideline.slug == slug))
    if found is None:
        raise _no_guideline(slug)
    return found


def _no_guideline(slug: str) -> NotFound:
    return NotFound(N_("There is no guideline with the address “%(slug)s”."), slug=slug[:100])


# --- One guideline ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Document:
    """A guideline with all its editions, the oldest first, and who approved each."""

    guideline: Guideline
    editions: Sequence[Edition]
    approvers: dict[int, str]
    """Names by edition id; an edition that came by import has none."""
    today: date

    @cached_property
    def in_force(self) -> Edition | None:
        return rules.in_force(self.editions, self.today)

    @cached_property
    def coming(self) -> list[Edition]:
        return rules.coming(self.editions, self.today)

    def edition(self, number: str) -> Edition:
        """The edition with that number. Raises NotFound."""
        wanted = rules.read_number(number)
        for edition in self.editions:
            if (edition.major, edition.minor) == wanted:
                return edition
        raise NotFound(
            N_("The guideline has no edition %(number)s. Its history lists them."), number=number[:20]
        )  # fmt: skip

    def before(self, edition: Edition) -> Edition | None:
        return rules.previous(self.editions, edition)


# What every reading asks for is put together once: that costs more than the asking.
_DOCUMENT = (
    select(Guideline, Edition, Person.name)
    .join(Edition, Edition.guideline_id == Guideline.id)
    .outerjoin(Person, Person.id == Edition.approved_by_id)
    .where(Guideline.slug == bindparam("slug"))
    .order_by(Edition.published_on, Edition.major, Edition.minor)
)
_RANKS = ("first", "second", "third", "fourth")
_OTHER = aliased(Translation)
_LANGUAGES = (
    select(func.aggregate_strings(_OTHER.language, ","))
    .where(_OTHER.edition_id == Translation.edition_id)
    .scalar_subquery()
)
_TEXT = (
    select(Translation, _LANGUAGES)
    .where(Translation.edition_id == bindparam("edition"))
    # As best_language() chooses.
    .order_by(
        case(
            *((Translation.language == bindparam(name), place) for place, name in enumerate(_RANKS)), else_=len(_RANKS)
        ),
        Translation.language,
    )
    .limit(1)
    .options(defer(Translation.body, raiseload=True))
)
_BODIES = select(Translation.edition_id, Translation.body).where(
    Translation.edition_id.in_(bindparam("editions", expanding=True)), Translation.language == bindparam("language")
)
_WHOLE = select(Translation.lead_html, Translation.html).where(
    Translation.edition_id == bindparam("edition"),
    Translation.language == bindparam("language"),
    Translation.render_failed.is_(False),
)


def document(session: Session, slug: str, *, today: date) -> Document:
    """The guideline with its editions. Raises NotFound for one that has none. One select."""
    rows = session.execute(_DOCUMENT, {"slug": slug}).all()
    if not rows:
        raise _no_guideline(slug)
    found: Guideline = rows[0][0]
    editions = [edition for _, edition, _ in rows]
    for edition in editions:
        # Panels may ask for it: no select for what is here already.
        set_committed_value(edition, "guideline", found)
    set_committed_value(found, "editions", editions)
    return Document(found, editions, {edition.id: name for _, edition, name in rows if name}, today)


@dataclass(frozen=True)
class Text:
    """An edition's text as it is shown, and the languages that it might have been shown in."""

    translation: Translation | None
    """Without its Markdown. None where the edition came without any text."""
    languages: tuple[str, ...]


def text(session: Session, edition: Edition, language: str) -> Text:
    """The edition's text for a reader of `language`, or in the next best language. One select.

    Only the text that is shown is loaded, and not its Markdown.
    """
    wanted = dict(zip(_RANKS, (language, *fallbacks(language)), strict=False))
    found = session.execute(_TEXT, {"edition": edition.id, **wanted}).first()
    if found is None:
        return Text(None, ())
    shown, languages = found
    return Text(shown, in_own_order(languages.split(",")))


def best_language(languages: Iterable[str], language: str) -> str | None:
    """The one among `languages` that a reader of `language` reads best; None if there is none."""
    offered = list(languages)
    for candidate in (language, *fallbacks(language)):
        if candidate in offered:
            return candidate
    return min(offered, default=None)


def in_own_order(languages: Iterable[str]) -> tuple[str, ...]:
    """Languages in the order in which they are always offered; others, which came by import, after them."""
    return tuple(sorted(languages, key=lambda code: (LANGUAGES.index(code) if code in LANGUAGES else 99, code)))


def bodies(session: Session, editions: Iterable[Edition], language: str) -> dict[int, str]:
    """The Markdown of the editions in that language, by edition id; one that lacks it is not there. One select."""
    ids = [edition.id for edition in editions]
    return {row.edition_id: row.body for row in fetch(session, _BODIES, editions=ids, language=language)}


def whole_html(session: Session, edition: Edition, language: str) -> str | None:
    """The edition's text in that language with its lead, as HTML; None where it lacks the language. One select."""
    found = session.execute(_WHOLE, {"edition": edition.id, "language": language}).first()
    return None if found is None else marking.whole(*found)


def languages_of(session: Session, editions: Iterable[Edition]) -> dict[int, tuple[str, ...]]:
    """The languages that each edition has, by edition id. One select."""
    found: dict[int, list[str]] = {edition.id: [] for edition in editions}
    rows = session.execute(
        select(Translation.edition_id, Translation.language).where(Translation.edition_id.in_(found))
    )
    for edition_id, language in rows:
        found[edition_id].append(language)
    return {edition_id: in_own_order(languages) for edition_id, languages in found.items()}


# --- All guidelines -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """A guideline in the list: the edition in force or, before the first is, the one that comes."""

    slug: str
    title: str
    language: str | None
    """The language of title and sentence; None where the text has none."""
    sentence: str
    number: str
    published_on: date
    languages: tuple[str, ...]
    words: int
    comes: bool
    """The edition is not in force yet."""
    next_number: str | None
    """A newer edition that will come into force, and when."""
    next_on: date | None
    valid_to: date | None

    @property
    def minutes(self) -> int:
        return rules.reading_minutes(self.words)


def listed(session: Session, *, today: date, language: str) -> list[Listed]:
    """Every guideline that has an edition, by title in the reader's language. Two selects."""
    rows = session.execute(
        select(
            Guideline.id, Guideline.slug, Guideline.title, Guideline.valid_to,
            Edition.id, Edition.major, Edition.minor, Edition.published_on,
        )
        .join(Edition, Edition.guideline_id == Guideline.id)
        .where(or_(Edition.published_on > today, Edition.id.in_(_ids_in_force(today))))
        .order_by(Guideline.id, Edition.published_on, Edition.major, Edition.minor)
    ).all()  # fmt: skip
    by_guideline: dict[int, list[Any]] = {}
    for row in rows:
        by_guideline.setdefault(row[0], []).append(row)
    shown = {editions[0][4] for editions in by_guideline.values()}
    texts: dict[int, dict[str, tuple[str, str, int]]] = {}
    for edition_id, code, title, lead, words in session.execute(
        select(
            Translation.edition_id, Translation.language, Translation.title, Translation.lead_html, Translation.words
        ).where(Translation.edition_id.in_(shown))
    ):
        texts.setdefault(edition_id, {})[code] = (title, lead, words)
    found = []
    for editions in by_guideline.values():
        _, slug, wording, valid_to, edition_id, major, minor, published_on = editions[0]
        offered = texts.get(edition_id, {})
        best = best_language(offered, language)
        title, lead, words = offered[best] if best else (in_language(wording, language), "", 0)
        later = editions[1] if len(editions) > 1 else None
        found.append(
            Listed(
                slug=slug,
                title=title,
                language=best,
                sentence=rules.first_sentence(lead),
                number=f"{major}.{minor}",
                published_on=published_on,
                languages=in_own_order(offered),
                words=words,
                comes=published_on > today,
                next_number=f"{later[5]}.{later[6]}" if later else None,
                next_on=later[7] if later else None,
                valid_to=valid_to,
            )  # fmt: skip
        )
    return sorted(found, key=lambda one: (one.title.casefold(), one.slug))


def _ids_in_force(today: date) -> Select[tuple[int]]:
    """SQL: the ids of the editions in force on `today`, one a guideline."""
    place = func.row_number().over(
        partition_by=Edition.guideline_id,
        order_by=(Edition.published_on.desc(), Edition.major.desc(), Edition.minor.desc()),
    )
    ranked = select(Edition.id, place.label("place")).where(Edition.published_on <= today).subquery()
    return select(ranked.c.id).where(ranked.c.place == 1)


@dataclass(frozen=True)
class OpenDraft:
    """A draft in the list."""

    id: int
    slug: str
    state: str
    title: str
    is_new: bool
    """Of a guideline that has no edition yet."""
    adds_language: str | None
    """The language that it adds to an edition."""
    saved_at: datetime


def open_drafts(session: Session, *, language: str) -> list[OpenDraft]:
    """What is being written or waits for approval, the last saved first. Two selects."""
    drafts = session.execute(
        select(Draft.id, Draft.slug, Draft.state, Draft.guideline_id, Draft.adds_language, Draft.saved_at)
        .where(Draft.state.in_(OPEN_STATES))
        .order_by(Draft.saved_at.desc(), Draft.id.desc())
    ).all()
    titles: dict[int, dict[str, str]] = {}
    for draft_id, code, title in session.execute(
        select(DraftText.draft_id, DraftText.language, DraftText.title).where(
            DraftText.draft_id.in_([draft.id for draft in drafts])
        )
    ):
        titles.setdefault(draft_id, {})[code] = title
    return [
        OpenDraft(
            id=draft.id,
            slug=draft.slug,
            state=draft.state,
            title=in_language(titles.get(draft.id, {}), language),
            is_new=draft.guideline_id is None,
            adds_language=draft.adds_language,
            saved_at=draft.saved_at,
        )  # fmt: skip
        for draft in drafts
    ]
