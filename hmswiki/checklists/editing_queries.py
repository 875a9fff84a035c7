"""Reads for writing and approving checklists. `session` first."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from hmswiki.checklists.models import ChecklistDraft, ChecklistEdition, ChecklistRecord
from hmswiki.foundation.errors import NotFound
from hmswiki.guidelines.editing_queries import NO_SUCH_DRAFT
from hmswiki.guidelines.models import OPEN_STATES


def draft(session: Session, draft_id: int) -> ChecklistDraft:
    """The draft with its writers, its checklist and what it was begun from. Raises NotFound."""
    found = session.scalar(
        select(ChecklistDraft)
        .where(ChecklistDraft.id == draft_id)
        .options(
            selectinload(ChecklistDraft.writers),
            joinedload(ChecklistDraft.checklist),
            joinedload(ChecklistDraft.base_edition),
            joinedload(ChecklistDraft.sent_by),
        )
    )
    if found is None:
        raise NotFound(NO_SUCH_DRAFT)
    return found


def locked_draft(session: Session, draft_id: int) -> ChecklistDraft:
    """The draft, held to the end of the transaction. Raises NotFound."""
    found = session.get(ChecklistDraft, draft_id, with_for_update=True) if 0 < draft_id < 2**31 else None
    if found is None:
        raise NotFound(NO_SUCH_DRAFT)
    return found


def open_drafts(session: Session) -> Sequence[ChecklistDraft]:
    """What is being written or is with the approver, last saved first. Two selects."""
    return session.scalars(
        select(ChecklistDraft)
        .where(ChecklistDraft.state.in_(OPEN_STATES))
        .options(
            selectinload(ChecklistDraft.writers),
            joinedload(ChecklistDraft.base_edition),
            joinedload(ChecklistDraft.sent_by),
        )
        .order_by(ChecklistDraft.saved_at.desc(), ChecklistDraft.id.desc())
    ).all()


def open_draft(session: Session, key: str) -> ChecklistDraft | None:
    """The draft of that checklist which is being written, or is with the approver."""
    return session.scalar(
        select(ChecklistDraft).where(ChecklistDraft.key == key, ChecklistDraft.state.in_(OPEN_STATES))
    )


def latest_edition(session: Session, checklist_id: int) -> ChecklistEdition | None:
    """The last in the order of editions; it may lie ahead."""
    return session.scalar(
        select(ChecklistEdition)
        .where(ChecklistEdition.checklist_id == checklist_id)
        .order_by(
            ChecklistEdition.published_on.desc(), ChecklistEdition.major.desc(), ChecklistEdition.minor.desc()
        )
        .limit(1)
    )  # fmt: skip


def without_draft(session: Session) -> Sequence[ChecklistRecord]:
    """Checklists of which nobody is writing a new edition, by key, with their editions. Two selects."""
    being_written = select(ChecklistDraft.key).where(ChecklistDraft.state.in_(OPEN_STATES))
    return session.scalars(
        select(ChecklistRecord)
        .where(ChecklistRecord.key.not_in(being_written))
        .options(selectinload(ChecklistRecord.editions).defer(ChecklistEdition.content))
        .order_by(ChecklistRecord.key)
    ).all()


def became(session: Session, of: ChecklistDraft) -> ChecklistEdition | None:
    """The edition that the draft became."""
    return session.get(ChecklistEdition, of.edition_id) if of.edition_id is not None else None
