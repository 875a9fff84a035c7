"""Writing, approving, publishing and retiring checklists. `by=None` is the command line: no person."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hmswiki.checklists import drafting, editing_queries, parsing, queries
from hmswiki.checklists.models import ChecklistDraft, ChecklistDraftWriter, ChecklistEdition, ChecklistRecord
from hmswiki.checklists.supplement_operations import record_taken_up
from hmswiki.checklists.template import Checklist
from hmswiki.foundation.errors import N_, Conflict, NotFound, Refusal
from hmswiki.foundation.permissions import Actor, Permission, demand
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
from hmswiki.guidelines.drafting import check_publishing_day, checked_summary, next_number
from hmswiki.guidelines.models import DraftState

Summary = str | Mapping[str, str] | None


# --- Writing ------------------------------------------------------------------------------------------------


def new_draft(
    session: Session, *, content: Mapping[str, Any], by: Actor | None, at: datetime, summary: Summary = None
) -> ChecklistDraft:
    """Begin a checklist that does not exist yet. Raises Refusal at the field `key` if its key is taken."""
    _demand(by, Permission.EDIT_CHECKLISTS)
    key = drafting.checked_key(str(content.get("key") or ""))
    _check_free(session, key)
    return _begun(session, key, None, None, content, summary, by=by, at=at)


def start_edition(session: Session, checklist: ChecklistRecord, *, by: Actor | None, at: datetime) -> ChecklistDraft:
    """A draft of the next edition, with what the latest one says; it may lie ahead.

    If a draft is open already, that one is given back.
    """
    _demand(by, Permission.EDIT_CHECKLISTS)
    return _started(session, checklist, by=by, at=at)


def save_draft(
    session: Session,
    draft: ChecklistDraft,
    *,
    version: int,
    content: Mapping[str, Any],
    by: Actor | None,
    at: datetime,
    summary: Summary = None,
) -> ChecklistDraft:
    """Keep the content, flaws and all; what is new is said by `summary`.

    `version` is the draft's when it was opened. Raises Conflict when somebody saved since, and when the draft is
    with the approver or finished; Refusal where the key is not the checklist's.
    """
    _demand(by, Permission.EDIT_CHECKLISTS)
    _lock(session, draft)
    check_writable(draft)
    check_unchanged(draft, version)
    return _saved(session, draft, content, checked_summary(summary), by=by, at=at)


def put_into_draft(
    session: Session,
    checklist: ChecklistRecord,
    put: Callable[[ChecklistDraft], Mapping[str, Any]],
    *,
    by: Actor,
    at: datetime,
) -> ChecklistDraft:
    """Let `put` give new content to the draft of the next edition, which is begun if none is open.

    Raises Conflict where the draft is with the approver, and what `put` raises.
    """
    _demand(by, Permission.TAKE_UP_ITEMS)
    draft = _started(session, checklist, by=by, at=at)
    _lock(session, draft)
    check_writable(draft)
    return _saved(session, draft, put(draft), draft.summary, by=by, at=at)


def discard_draft(session: Session, draft: ChecklistDraft, *, by: Actor | None, at: datetime) -> ChecklistDraft:
    """Give the draft up. What was written is kept, and another may be begun."""
    _demand(by, Permission.EDIT_CHECKLISTS)
    _lock(session, draft)
    check_writable(draft)
    draft.state = DraftState.DISCARDED
    draft.saved_at = at
    session.flush()
    return draft


# --- Approval -----------------------------------------------------------------------------------------------


def send_for_approval(
    session: Session, draft: ChecklistDraft, *, by: Actor | None, at: datetime, version: int | None = None
) -> ChecklistDraft:
    """Give the draft to the approvers; until it comes back nobody changes it.

    `version` is the one that was on the screen. Raises Refusal where something is wrong in it.
    """
    _demand(by, Permission.EDIT_CHECKLISTS)
    _lock(session, draft)
    check_writable(draft)
    check_version(draft, version)
    checked(draft)
    draft.state = DraftState.SENT
    draft.sent_at = at
    draft.sent_by_id = person_id(by)
    session.flush()
    return draft


def take_back(session: Session, draft: ChecklistDraft, *, by: Actor | None, at: datetime) -> ChecklistDraft:
    """Go on writing in what was sent."""
    _demand(by, Permission.EDIT_CHECKLISTS)
    _lock(session, draft)
    check_sent(draft)
    draft.state = DraftState.WRITING
    session.flush()
    return draft


def return_draft(
    session: Session, draft: ChecklistDraft, *, comment: str, by: Actor | None, at: datetime
) -> ChecklistDraft:
    """Send the draft back to its writers with what should be changed."""
    _demand(by, Permission.APPROVE_EDITIONS)
    _lock(session, draft)
    check_sent(draft)
    draft.comment = checked_comment(comment)
    draft.state = DraftState.RETURNED
    session.flush()
    return draft


def publish_edition(
    session: Session,
    draft: ChecklistDraft,
    *,
    by: Actor | None,
    at: datetime,
    on: date,
    today: date,
    major: bool,
    approve_own: bool,
    version: int | None = None,
) -> ChecklistEdition:
    """Make an edition of the draft, in force from the day `on`. Rounds that are running keep theirs.

    A person publishes what was sent for approval, never a draft he or she has written in unless `approve_own`; the
    command line publishes any open draft. `version` is the one that was on the screen.
    """
    _demand(by, Permission.APPROVE_EDITIONS)
    _lock(session, draft)
    check_publishable(draft, by=by, approve_own=approve_own, version=version)
    content = checked(draft)
    checklist = draft.checklist
    if checklist is None:
        _check_free(session, draft.key, apart_from=draft)
        checklist = ChecklistRecord(key=draft.key)
        session.add(checklist)
        session.flush()
    else:
        _lock(session, checklist)
    latest = editing_queries.latest_edition(session, checklist.id)
    if (latest.id if latest else None) != draft.base_edition_id:
        raise Conflict(
            N_("Another edition was published after this draft was begun. Discard the draft and begin a new one.")
        )
    check_publishing_day(on, today=today, latest=latest)
    first, second = next_number(latest, demands=major)
    edition = ChecklistEdition(
        checklist_id=checklist.id, major=first, minor=second, published_on=on, summary=draft.summary,
        title=dict(content.title), guidelines=list(content.guidelines), content=parsing.as_data(content),
        written_by_id=writer_id(draft), approved_by_id=person_id(by),
    )  # fmt: skip
    session.add(edition)
    session.flush()
    draft.checklist_id = checklist.id
    draft.edition_id = edition.id
    draft.state = DraftState.PUBLISHED
    draft.saved_at = at
    session.flush()
    record_taken_up(session, edition, draft.taken_up, by=by, at=at)
    session.expire(checklist, ["editions"])
    session.refresh(edition, ["checklist"])
    return edition


def retire(
    session: Session, checklist: ChecklistRecord, *, on: date | None, by: Actor | None, at: datetime, today: date
) -> ChecklistRecord:
    """From the day `on` nobody begins a round with it; None: it is used again. Rounds that are running go on."""
    _demand(by, Permission.APPROVE_EDITIONS)
    _lock(session, checklist)
    if on is not None and on < today:
        raise Refusal(
            N_("A checklist cannot be retired from a day that has passed, as %(day)s has. Choose today or later."),
            field="on", day=on,
        )  # fmt: skip
    checklist.retired_on = on
    session.flush()
    return checklist


def checked(draft: ChecklistDraft) -> Checklist:
    """What the draft says. Raises Refusal with the first thing that is wrong in it."""
    found, wrongs = drafting.parsed(draft.content)
    if found is None:
        raise Refusal(wrongs[0].text, **dict[str, Any](wrongs[0].facts))
    return found


# --- Within -------------------------------------------------------------------------------------------------


def _demand(by: Actor | None, permission: Permission) -> None:
    if by is not None:
        demand(by, permission)


def _started(session: Session, checklist: ChecklistRecord, *, by: Actor | None, at: datetime) -> ChecklistDraft:
    _lock(session, checklist)
    already = editing_queries.open_draft(session, checklist.key)
    if already is not None:
        return already
    latest = editing_queries.latest_edition(session, checklist.id)
    if latest is None:  # a bundle may bring one
        content = drafting.new_data(checklist.key, checklist.key)
    else:
        content = parsing.as_data(queries.content_of(latest))
    return _begun(session, checklist.key, checklist, latest, content, None, by=by, at=at)


def _begun(
    session: Session,
    key: str,
    checklist: ChecklistRecord | None,
    base: ChecklistEdition | None,
    content: Mapping[str, Any],
    summary: Summary,
    *,
    by: Actor | None,
    at: datetime,
) -> ChecklistDraft:
    draft = ChecklistDraft(
        key=key, checklist=checklist, base_edition=base, state=DraftState.WRITING, version=1, content=dict(content),
        summary=checked_summary(summary), created_at=at, saved_at=at,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(draft)
            session.flush()
    except IntegrityError:
        # Somebody was first by a moment; the index on open drafts knows.
        raise _taken(key) from None
    _note_writer(session, draft, by)
    return draft


def _saved(
    session: Session, draft: ChecklistDraft, content: Mapping[str, Any], summary: Any, *, by: Actor | None, at: datetime
) -> ChecklistDraft:
    key = content.get("key", draft.key)
    if key != draft.key:
        if draft.checklist is not None:
            raise Refusal(
                N_("The key of this checklist is “%(key)s” and stays so: rounds and schedules name it by that. Write "
                   "`key: %(key)s`."),
                field="source", key=draft.key,
            )  # fmt: skip
        drafting.checked_key(key)
        _check_free(session, key, apart_from=draft)
        draft.key = key
    draft.content = dict(content)
    draft.summary = summary
    draft.version += 1
    draft.saved_at = at
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise _taken(key) from None
    _note_writer(session, draft, by)
    return draft


def _lock(session: Session, row: ChecklistRecord | ChecklistDraft) -> None:
    """Hold the row to the end of the transaction, and see it as it is now."""
    session.flush()
    found = session.get(type(row), row.id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(N_("It is no longer there."))
    if isinstance(found, ChecklistDraft):
        session.expire(found, ["writers", "checklist", "base_edition", "sent_by"])


def _check_free(session: Session, key: str, *, apart_from: ChecklistDraft | None = None) -> None:
    taken = session.scalar(select(ChecklistRecord.id).where(ChecklistRecord.key == key)) is not None
    other = editing_queries.open_draft(session, key)
    if taken or (other is not None and other is not apart_from):
        raise _taken(key)


def _taken(key: str) -> Refusal:
    return Refusal(
        N_("There is a checklist or a draft with the key “%(key)s” already. Open that one, or choose another."),
        field="key", key=key,
    )  # fmt: skip


def _note_writer(session: Session, draft: ChecklistDraft, by: Actor | None) -> None:
    if by is not None and session.get(ChecklistDraftWriter, (draft.id, by.person_id)) is None:
        session.add(ChecklistDraftWriter(draft_id=draft.id, person_id=by.person_id))
        session.flush()
    session.expire(draft, ["writers"])
