"""Publishing the notes, taking them down, and asking for letters. `session` first; nothing is committed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hmswiki.foundation import posting
from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.events import announce, letters_asked
from hmswiki.foundation.permissions import Actor, Permission, demand
from hmswiki.outcomes import publication_queries as queries
from hmswiki.outcomes.document import Document, to_json
from hmswiki.outcomes.gathering import document_of
from hmswiki.outcomes.models import Letter, LetterKind, LetterState, Publication
from hmswiki.workshops.models import Workshop
from hmswiki.workshops.operations import beat, lock

LONGEST_REASON = 1_000
REPLACED = "replaced"
"""The reason of a publication that another has taken the place of."""


@dataclass(frozen=True)
class Snapshot:
    """What is published: the document as it was read, and the page that it becomes in one language."""

    document: Document
    with_hidden: bool
    language: str
    body: str
    html: str


def publish(session: Session, workshop: Workshop, snapshot: Snapshot, *, by: Actor, at: datetime) -> Publication:
    """Let everybody who is signed in read the snapshot, in place of what they read before.

    Raises Conflict where anything has changed since it was taken: nobody publishes what they have not read.
    """
    demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    lock(session, workshop)
    now = document_of(session, workshop, with_hidden=snapshot.with_hidden)
    if now.is_empty:
        raise Refusal(N_("No group has written anything, so there is nothing to publish."))
    if now.fingerprint != snapshot.document.fingerprint:
        raise changed_meanwhile()
    before = queries.published(session, workshop)
    if before is not None:
        before.withdraw(by_id=by.person_id, at=at, reason=REPLACED)
    made = Publication(
        workshop_id=workshop.id, number=queries.last_number(session, workshop) + 1, language=snapshot.language,
        title=workshop.title, body=snapshot.body, html=snapshot.html, document=to_json(snapshot.document),
        recorded_at=at, recorded_by_id=by.person_id,
    )  # fmt: skip
    session.add(made)
    beat(session, workshop)
    return made


def changed_meanwhile() -> Conflict:
    return Conflict(
        N_("The notes have changed since you read them, so they were not published. Read them as they are now, and "
           "publish then.")
    )  # fmt: skip


def take_down(session: Session, workshop: Workshop, number: int, *, reason: str, by: Actor, at: datetime) -> None:
    """Let nobody read the publication of that number any more. Letters with it that have not gone stay unsent.

    Raises Conflict where it is not what is read now.
    """
    demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    reason = reason.strip()
    if not reason:
        raise Refusal(N_("Say why the notes are taken down."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refusal(
            N_("This is %(length)s characters, and the limit is %(limit)s. Shorten it."), field="reason",
            length=len(reason), limit=LONGEST_REASON,
        )  # fmt: skip
    lock(session, workshop)
    found = queries.published(session, workshop)
    if found is None or found.number != number:
        raise Conflict(N_("Other notes have been published meanwhile, or these are taken down already. Look again."))
    found.withdraw(by_id=by.person_id, at=at, reason=reason)
    beat(session, workshop)


# --- Letters ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Addressee:
    """Somebody to write to. `person_id` is None for one who was named by address alone."""

    address: str
    name: str = ""
    person_id: int | None = None


def send_notes(
    session: Session,
    workshop: Workshop,
    addressees: Iterable[Addressee],
    *,
    form: str,
    by: Actor,
    at: datetime,
) -> int:
    """Have the published notes sent to each, attached in `form`; gives how many had not been written to already.

    Raises NotFound where nothing is published.
    """
    demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    lock(session, workshop)
    about = queries.about_notes(queries.publication(session, workshop))
    return ask_for(session, workshop, LetterKind.NOTES, about, addressees, form=form, by=by, at=at)


def ask_for(
    session: Session,
    workshop: Workshop,
    kind: LetterKind,
    about: str,
    addressees: Iterable[Addressee],
    *,
    form: str | None = None,
    by: Actor,
    at: datetime,
) -> int:
    """A letter about it to each of them who has none; gives how many. They are sent after the commit."""
    had = {
        address.casefold()
        for address in session.scalars(
            select(Letter.address).where(Letter.workshop_id == workshop.id, Letter.about == about)
        )
    }
    asked = 0
    for one in addressees:
        if one.address.casefold() in had:
            continue
        had.add(one.address.casefold())
        letter = Letter(
            workshop_id=workshop.id, kind=kind, about=about, person_id=one.person_id, name=one.name,
            address=one.address, form=form, asked_at=at, asked_by_id=by.person_id, state=LetterState.WAITING,
        )  # fmt: skip
        try:
            with session.begin_nested():
                session.add(letter)
                session.flush()
        except IntegrityError:  # somebody else has asked for it at the same time
            continue
        asked += 1
    if asked:
        announce(session, letters_asked, workshop_id=workshop.id)
    return asked


def try_again(session: Session, workshop: Workshop, letters: Sequence[Letter], *, by: Actor, at: datetime) -> int:
    """Have those that failed or still wait tried now; gives how many there are. For another week, from now.

    Those with notes that are read no more go to nobody, and are none of them.
    """
    demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    published = queries.published(session, workshop)
    about = queries.about_notes(published) if published is not None else ""
    free = (LetterState.WAITING, LetterState.FAILED, LetterState.CLAIMED)
    again = [one for one in letters if one.state in free and one.about == about]
    for one in again:
        one.asked_at = at
    if again:
        announce(session, letters_asked, workshop_id=workshop.id)
    return len(again)


def send_again(session: Session, workshop: Workshop, letter: Letter, *, by: Actor, at: datetime) -> None:
    """Send one of which nobody knows whether it arrived once more. Raises Conflict where it is not such a one."""
    demand(by, Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    if queries.in_hand(letter, now=at):
        raise Conflict(N_("The letter is being handed over right now. Look again in some minutes."))
    posting.let_send_again(session, Letter, letter.id)
    letter.asked_at = at
    announce(session, letters_asked, workshop_id=workshop.id)
