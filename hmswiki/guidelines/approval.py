"""From the writer's desk to the approver's: what guidelines and checklists share of it. `by=None` is no person."""

from collections.abc import Sequence
from typing import Any, Protocol

from hmswiki.foundation.errors import N_, Conflict, NotAllowed, Refusal
from hmswiki.foundation.permissions import Actor
from hmswiki.guidelines import drafting
from hmswiki.guidelines.models import OPEN_STATES, DraftState
from hmswiki.organisation.models import Person


class AnyDraft(Protocol):
    """What is being written, as far as its way to publication goes."""

    state: Any
    version: Any
    sent_by_id: Any
    writers: Any


def check_writable(draft: AnyDraft) -> None:
    """Raises Conflict when the draft is with the approver, published or discarded."""
    match draft.state:
        case DraftState.SENT:
            raise Conflict(N_("The draft is with the approver. Take it back to go on writing."))
        case DraftState.PUBLISHED:
            raise Conflict(N_("This draft is published already. Begin a new edition to change the text."))
        case DraftState.DISCARDED:
            raise Conflict(N_("This draft was discarded. Begin a new one."))


def check_unchanged(draft: AnyDraft, version: int) -> None:
    """Raises Conflict where somebody saved since the version that the writer began from."""
    if draft.version != version:
        raise Conflict(
            N_("Somebody saved this draft while you were writing. Both texts are kept: compare them and choose.")
        )


def check_sent(draft: AnyDraft) -> None:
    if draft.state != DraftState.SENT:
        raise Conflict(N_("The draft is not with the approver any more. Open it again to see where it stands."))


def check_version(draft: AnyDraft, version: int | None) -> None:
    """Raises Conflict where the draft is not what was on the screen; None: there was no screen."""
    if version is not None and draft.version != version:
        raise Conflict(N_("The draft was changed after you opened it. Read it again, and then decide."))


def check_may_approve(draft: AnyDraft, by: Actor, *, approve_own: bool) -> None:
    """Nobody approves what he or she has written in, unless the site allows it. Raises NotAllowed."""
    if not approve_own and any(writer.id == by.person_id for writer in draft.writers):
        raise NotAllowed(N_("You have written in this draft, so another approver must publish it."))


def waits_for(draft: AnyDraft, approver: Actor, *, approve_own: bool) -> bool:
    """Whether the draft was sent, and the approver may decide about it."""
    if draft.state != DraftState.SENT:
        return False
    try:
        check_may_approve(draft, approver, approve_own=approve_own)
    except NotAllowed:
        return False
    return True


def check_publishable(draft: AnyDraft, *, by: Actor | None, approve_own: bool, version: int | None) -> None:
    """A person publishes what was sent for approval, the command line any open draft."""
    if draft.state == DraftState.PUBLISHED:
        raise Conflict(N_("This draft is published already."))
    if by is not None:
        check_sent(draft)
        check_may_approve(draft, by, approve_own=approve_own)
    elif draft.state not in OPEN_STATES:
        raise Conflict(N_("This draft is discarded, so it cannot be published."))
    check_version(draft, version)


def checked_comment(comment: str) -> str:
    """What the approver says when returning a draft. Raises Refusal where nothing is said."""
    said = drafting.clean(comment).strip()
    if not said:
        raise Refusal(N_("Say what should be changed, so that the writers know what to do."), field="comment")
    return said[: drafting.MAX_SUMMARY]


def person_id(by: Actor | None) -> int | None:
    return None if by is None else by.person_id


def writer_id(draft: AnyDraft) -> int | None:
    """Whom the edition names as its writer: who sent it, if that person wrote in it, else the first of them."""
    writers: Sequence[Person] = draft.writers
    if any(writer.id == draft.sent_by_id for writer in writers):
        sender: int | None = draft.sent_by_id
        return sender
    return writers[0].id if writers else None
