"""Writing, approving and publishing guidelines. `by=None` is the command line: no person."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager

from hmswiki.foundation import events, markup
from hmswiki.foundation.errors import N_, Conflict, NotFound, Refusal
from hmswiki.foundation.language import OWN_NAMES
from hmswiki.foundation.permissions import Actor
from hmswiki.guidelines import drafting, editing_queries
from hmswiki.guidelines.approval import (
    check_publishable,
    check_sent,
    check_unchanged,
    check_version,
    check_writable,
    checked_comment,
    person_id,
    writer_id,
)
from hmswiki.guidelines.models import (
    OPEN_STATES,
    Draft,
    DraftState,
    DraftText,
    DraftWriter,
    Edition,
    Guideline,
    Translation,
)

Texts = Mapping[str, Mapping[str, str]]
"""By language: `{"title": …, "body": …}`. Empty title and body together leave the language out."""


# --- Writing ------------------------------------------------------------------------------------------------


def new_draft(
    session: Session,
    *,
    slug: str,
    guideline: Guideline | None,
    base_edition: Edition | None,
    facts: Mapping[str, Any],
    texts: Texts,
    summary: str | Mapping[str, str] | None,
    by: Actor | None,
    at: datetime,
    adds_language: str | None = None,
) -> Draft:
    """Begin to write. A guideline has at most one open draft: if it has one already, that one is given back as it is.

    Raises Refusal at the field `slug` if a new guideline's address is taken, and Conflict if the open draft is for
    something else: an edition, or a language that is added to one.
    """
    if guideline is not None:
        _lock(session, guideline)
        slug = guideline.slug
        already = open_draft(session, guideline)
        if already is not None:
            _check_same_work(already, base_edition, adds_language)
            return already
    else:
        drafting.check_slug(slug)
        _check_free(session, slug)
    draft = Draft(
        slug=slug, guideline=guideline, base_edition=base_edition, adds_language=adds_language,
        state=DraftState.WRITING, version=1, facts=drafting.checked_facts(facts),
        summary=drafting.checked_summary(summary), created_at=at, saved_at=at,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(draft)
            session.flush()
    except IntegrityError:
        # Somebody was first by a moment; the index on open drafts knows. Whoever locks a guideline never comes here.
        raise _taken(slug) from None
    _write_texts(session, draft, texts)
    _note_writer(session, draft, by)
    session.flush()
    return draft


def start_edition(session: Session, guideline: Guideline, *, by: Actor | None, at: datetime) -> Draft:
    """A draft of the next edition, with the latest one's texts in all languages and the document facts.

    The latest may lie ahead. If a draft is open already, that one is given back.
    """
    _lock(session, guideline)
    latest = latest_edition(session, guideline)
    texts = {} if latest is None else {t.language: {"title": t.title, "body": t.body} for t in latest.translations}
    return new_draft(
        session, slug=guideline.slug, guideline=guideline, base_edition=latest, facts=facts_of(guideline),
        texts=texts, summary=None, by=by, at=at,
    )  # fmt: skip


def start_translation(session: Session, edition: Edition, *, language: str, by: Actor | None, at: datetime) -> Draft:
    """A draft of the text in a language that a published edition lacks.

    It starts with the text in that language of the latest earlier edition that has it, else with the text to
    translate. If the same is being written already, that draft is given back. Raises Conflict if the edition has
    the language, and if another draft of the guideline is open.
    """
    drafting.checked_language(language)
    _lock(session, edition.guideline)
    _check_lacks(session, edition, language)
    start = _earlier_text(session, edition, language) or editing_queries.source_of(edition.translations, language)
    return new_draft(
        session, slug=edition.guideline.slug, guideline=edition.guideline, base_edition=edition, facts={},
        texts={language: {"title": start.title, "body": start.body}} if start is not None else {}, summary=None,
        by=by, at=at, adds_language=language,
    )  # fmt: skip


def save_draft(
    session: Session,
    draft: Draft,
    *,
    version: int,
    facts: Mapping[str, Any] | None,
    texts: Texts,
    summary: str | Mapping[str, str] | None,
    by: Actor | None,
    at: datetime,
) -> Draft:
    """Write the languages in `texts` and leave the others; `facts` None leaves the document facts.

    `version` is the draft's when it was opened. Raises Conflict when somebody saved since, and when the draft
    is with the approver or finished; Refusal for anything but the text in the language that a draft adds.
    """
    _lock(session, draft)
    check_writable(draft)
    _check_within(draft, facts, texts)
    check_unchanged(draft, version)
    draft.summary = drafting.checked_summary(summary)
    if facts is not None:
        draft.facts = drafting.checked_facts(facts)
    _write_texts(session, draft, texts)
    draft.version += 1
    draft.saved_at = at
    _note_writer(session, draft, by)
    session.flush()
    return draft


def credit(session: Session, draft: Draft, *, sentence: Mapping[str, str]) -> None:
    """End the summary with a sentence that says where a change came from; by language, in the default one at least.

    It stands beside what the writers write, and is added when the edition is published. Raises Conflict unless the
    draft is still being written. Its version stays: nobody's text is in conflict with it.
    """
    _lock(session, draft)
    check_writable(draft)
    if dict(sentence) not in draft.credits:
        draft.credits = [*draft.credits, dict(sentence)]
    session.flush()


def take_credit_back(session: Session, draft: Draft, *, sentence: Mapping[str, str]) -> None:
    """Leave out a sentence that `credit` put there. Raises Conflict unless the draft is still being written."""
    _lock(session, draft)
    check_writable(draft)
    if dict(sentence) in draft.credits:
        draft.credits = [one for one in draft.credits if one != dict(sentence)]
    session.flush()


def discard_draft(session: Session, draft: Draft, *, by: Actor | None, at: datetime) -> Draft:
    """Give the draft up. What was written is kept, and another may be begun."""
    _lock(session, draft)
    check_writable(draft)
    draft.state = DraftState.DISCARDED
    draft.saved_at = at
    session.flush()
    return draft


# --- Approval -----------------------------------------------------------------------------------------------


def send_for_approval(
    session: Session, draft: Draft, *, by: Actor | None, at: datetime, version: int | None = None
) -> Draft:
    """Give the draft to the approvers; until it comes back nobody changes it.

    `version` is the one that was on the screen. Raises Refusal where something is missing.
    """
    _lock(session, draft)
    check_writable(draft)
    check_version(draft, version)
    check_complete(draft)
    draft.state = DraftState.SENT
    draft.sent_at = at
    draft.sent_by_id = person_id(by)
    session.flush()
    return draft


def take_back(session: Session, draft: Draft, *, by: Actor | None, at: datetime) -> Draft:
    """Go on writing in what was sent."""
    _lock(session, draft)
    check_sent(draft)
    draft.state = DraftState.WRITING
    session.flush()
    return draft


def return_draft(session: Session, draft: Draft, *, comment: str, by: Actor | None, at: datetime) -> Draft:
    """Send the draft back to its writers with what should be changed."""
    _lock(session, draft)
    check_sent(draft)
    draft.comment = checked_comment(comment)
    draft.state = DraftState.RETURNED
    session.flush()
    return draft


def publish_edition(
    session: Session,
    draft: Draft,
    *,
    by: Actor | None,
    at: datetime,
    on: date,
    today: date,
    demands: bool,
    approve_own: bool,
    version: int | None = None,
) -> Edition:
    """Make an edition of the draft, in force from the day `on`; with `demands` it is acknowledged anew.

    A guideline's first edition always demands. The document facts and titles are the guideline's from now on.
    A person publishes what was sent for approval, never a draft he or she has written in unless `approve_own`;
    the command line publishes any open draft. `version` is the one that was on the screen.
    """
    _lock(session, draft)
    if draft.adds_language is not None:
        raise Conflict(N_("This draft adds a language to an edition, so it cannot be published as an edition itself."))
    _check_publishable(draft, by=by, approve_own=approve_own, version=version)
    guideline = draft.guideline
    if guideline is None:
        _check_free(session, draft.slug, apart_from=draft)
        guideline = Guideline(slug=draft.slug, title={})
        session.add(guideline)
        session.flush()
    else:
        _lock(session, guideline)
    latest = latest_edition(session, guideline)
    if (latest.id if latest else None) != draft.base_edition_id:
        raise Conflict(
            N_("Another edition was published after this draft was begun. Discard the draft and begin a new one.")
        )
    drafting.check_publishing_day(on, today=today, latest=latest)
    demands = demands or latest is None
    major, minor = drafting.next_number(latest, demands=demands)
    edition = Edition(
        guideline_id=guideline.id, major=major, minor=minor, published_on=on, requires_acknowledgement=demands,
        summary=drafting.with_credits(draft.summary, draft.credits), written_by_id=writer_id(draft),
        approved_by_id=person_id(by),
    )  # fmt: skip
    edition.translations = [_rendered(text.language, text.title, text.body) for text in draft.texts]
    session.add(edition)
    guideline.title = {text.language: text.title for text in draft.texts}
    for name, value in drafting.fact_values(draft.facts).items():
        setattr(guideline, name, value)
    session.flush()
    draft.guideline_id = guideline.id
    draft.edition_id = edition.id
    draft.state = DraftState.PUBLISHED
    draft.saved_at = at
    session.flush()
    session.expire(guideline, ["editions"])
    session.refresh(edition, ["guideline"])
    events.announce(
        session, events.edition_published,
        edition_id=edition.id, guideline_id=guideline.id, published_on=edition.published_on,
    )  # fmt: skip
    return edition


def publish_translation(
    session: Session,
    draft: Draft,
    *,
    by: Actor | None,
    at: datetime,
    approve_own: bool,
    version: int | None = None,
) -> Translation:
    """Add the draft's language to its edition, which stays as it is otherwise. Who may is as for an edition.

    Raises Conflict if the edition has got the language meanwhile.
    """
    _lock(session, draft)
    language, edition = draft.adds_language, draft.base_edition
    if language is None or edition is None:
        raise Conflict(N_("This draft is to be an edition of its own, so it cannot be added to another one."))
    _lock(session, edition.guideline)
    session.refresh(edition, ["translations"])
    _check_publishable(draft, by=by, approve_own=approve_own, version=version)
    text = next(text for text in draft.texts if text.language == language)
    translation = add_translation(session, edition, language=language, title=text.title, body=text.body, by=by, at=at)
    draft.edition_id = edition.id
    draft.state = DraftState.PUBLISHED
    draft.saved_at = at
    session.flush()
    return translation


def add_translation(
    session: Session, edition: Edition, *, language: str, title: str, body: str, by: Actor | None, at: datetime
) -> Translation:
    """Add a language that a published edition lacks. Published text never changes.

    Raises Conflict if the edition has the language.
    """
    drafting.checked_language(language)
    title, body = drafting.checked_title(title), drafting.checked_body(body)
    if not body.strip():
        raise Refusal(N_("The text is empty. Write it first."), field="body")
    guideline = edition.guideline
    _lock(session, guideline)
    _check_lacks(session, edition, language)
    translation = _rendered(language, title, body)
    edition.translations.append(translation)
    latest = latest_edition(session, guideline)
    if latest is not None and latest.id == edition.id and not isinstance(guideline.title, str):
        guideline.title = {**guideline.title, language: title}
    session.flush()
    return translation


# --- What others ask ----------------------------------------------------------------------------------------


def open_draft(session: Session, guideline: Guideline) -> Draft | None:
    """The draft that is being written, or is with the approver."""
    return session.scalar(select(Draft).where(Draft.guideline_id == guideline.id, Draft.state.in_(OPEN_STATES)))


def latest_edition(session: Session, guideline: Guideline) -> Edition | None:
    """The last in the order of editions; it may lie ahead."""
    return session.scalar(
        select(Edition)
        .where(Edition.guideline_id == guideline.id)
        .order_by(Edition.published_on.desc(), Edition.major.desc(), Edition.minor.desc())
        .limit(1)
    )


def facts_of(guideline: Guideline) -> dict[str, Any]:
    """The guideline's document facts, as a draft keeps them."""
    return drafting.checked_facts({name: getattr(guideline, name) for name in drafting.FACTS})


def check_complete(draft: Draft) -> None:
    """A draft is sent and published only whole.

    Raises Refusal where text is missing, and Conflict if the edition has got the language that the draft adds.
    """
    bodies = {text.language: text.body for text in draft.texts}
    if draft.adds_language is None or draft.base_edition is None:
        drafting.check_complete(bodies)
        return
    published = draft.base_edition.translations
    if any(text.language == draft.adds_language for text in published):
        raise Conflict(
            N_("Edition %(number)s got a text in %(language)s while this was being written, and published text never "
               "changes. Return or discard the draft; to change that text, write a new edition."),
            number=draft.base_edition.number, language=OWN_NAMES[draft.adds_language],
        )  # fmt: skip
    source = editing_queries.source_of(published, draft.adds_language)
    drafting.check_translated(bodies.get(draft.adds_language, ""), source.body if source is not None else "")


# --- Within -------------------------------------------------------------------------------------------------


def _lock(session: Session, row: Guideline | Draft) -> None:
    """Hold the row to the end of the transaction, and see it as it is now."""
    session.flush()
    found = session.get(type(row), row.id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(N_("It is no longer there."))
    if isinstance(found, Draft):
        session.expire(found, ["texts", "writers", "guideline", "base_edition", "sent_by"])


def _check_free(session: Session, slug: str, *, apart_from: Draft | None = None) -> None:
    taken = session.scalar(select(Guideline.id).where(Guideline.slug == slug)) is not None
    other = select(Draft.id).where(Draft.slug == slug, Draft.state.in_(OPEN_STATES))
    if apart_from is not None:
        other = other.where(Draft.id != apart_from.id)
    if taken or session.scalar(other) is not None:
        raise _taken(slug)


def _taken(slug: str) -> Refusal:
    return Refusal(
        N_("There is a guideline or a draft with the address “%(slug)s” already. Open that one, or choose another."),
        field="slug", slug=slug,
    )  # fmt: skip


def _write_texts(session: Session, draft: Draft, texts: Texts) -> None:
    kept = {text.language: text for text in draft.texts}
    for language, given in texts.items():
        drafting.checked_language(language)
        title, body = given.get("title", ""), drafting.checked_body(given.get("body", ""))
        old = kept.get(language)
        if not title.strip() and not body.strip():
            if old is not None:
                session.delete(old)
            continue
        title = drafting.checked_title(title)
        if old is None:
            session.add(DraftText(draft_id=draft.id, language=language, title=title, body=body))
        else:
            old.title, old.body = title, body
    session.flush()
    session.expire(draft, ["texts"])


def _note_writer(session: Session, draft: Draft, by: Actor | None) -> None:
    if by is not None and session.get(DraftWriter, (draft.id, by.person_id)) is None:
        session.add(DraftWriter(draft_id=draft.id, person_id=by.person_id))
        session.flush()
        session.expire(draft, ["writers"])


def _earlier_text(session: Session, edition: Edition, language: str) -> Translation | None:
    """The text in that language of the latest earlier edition that has it."""
    found = session.scalars(
        select(Translation)
        .join(Translation.edition)
        .where(Edition.guideline_id == edition.guideline_id, Translation.language == language)
        .options(contains_eager(Translation.edition))
    )
    earlier = [text for text in found if text.edition.order < edition.order]
    return max(earlier, key=lambda text: text.edition.order, default=None)


def _check_lacks(session: Session, edition: Edition, language: str) -> None:
    session.refresh(edition, ["translations"])
    if any(translation.language == language for translation in edition.translations):
        raise Conflict(
            N_("Edition %(number)s has a text in %(language)s, and published text never changes. Write a new edition."),
            number=edition.number, language=OWN_NAMES[language],
        )  # fmt: skip


def _check_same_work(already: Draft, base_edition: Edition | None, adds_language: str | None) -> None:
    """Raises Conflict if the open draft is no answer to what somebody wants to write."""
    if already.adds_language is not None and already.base_edition is not None:
        if (already.adds_language, already.base_edition) != (adds_language, base_edition):
            raise Conflict(
                N_("A text in %(language)s is being added to edition %(number)s of this guideline. Publish or discard "
                   "that draft first."),
                language=OWN_NAMES[already.adds_language], number=already.base_edition.number,
            )  # fmt: skip
    elif adds_language is not None:
        raise Conflict(
            N_("A new edition of this guideline is being written. Write the text in %(language)s there, or publish or "
               "discard that draft first."),
            language=OWN_NAMES[adds_language],
        )  # fmt: skip


def _check_within(draft: Draft, facts: Mapping[str, Any] | None, texts: Texts) -> None:
    if draft.adds_language is not None and (facts is not None or texts.keys() - {draft.adds_language}):
        raise Refusal(
            N_("This draft holds a text in %(language)s and nothing else. Write a new edition to change other texts "
               "or the document facts."),
            language=OWN_NAMES[draft.adds_language],
        )  # fmt: skip


def _check_publishable(draft: Draft, *, by: Actor | None, approve_own: bool, version: int | None) -> None:
    check_publishable(draft, by=by, approve_own=approve_own, version=version)
    check_complete(draft)


def _rendered(language: str, title: str, body: str) -> Translation:
    rendered = markup.render(body)
    return Translation(
        language=language, title=title, body=body, lead_html=rendered.lead_html, html=rendered.html,
        contents=[[heading.level, heading.anchor, heading.text] for heading in rendered.contents],
        words=rendered.words, render_failed=rendered.failed,
    )  # fmt: skip
