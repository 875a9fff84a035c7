"""Taking up a unit's item for all: into the draft of the next edition. Nothing here commits.

When the draft is published, `operations` tells the units whose items are in it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists import operations, taking_up
from hmswiki.checklists import supplement_queries as queries
from hmswiki.checklists.models import ChecklistDraft, ChecklistRecord, SupplementEdit
from hmswiki.checklists.supplements import Addition
from hmswiki.foundation.errors import N_, Conflict, NotFound
from hmswiki.foundation.permissions import Actor


def take_up(
    session: Session, checklist: ChecklistRecord, identity: str, *, by: Actor, at: datetime
) -> tuple[ChecklistDraft, str]:
    """Put the unit's addition into the central draft, where the unit has it. Gives the draft, and the item's key there.

    Raises NotFound for no addition, Conflict where it was withdrawn or is in the draft already, and what
    `operations.put_into_draft` and `taking_up.with_taken_up` raise.
    """
    row = session.scalar(
        select(SupplementEdit).where(SupplementEdit.key == identity, SupplementEdit.checklist_id == checklist.id)
    )
    edits = queries.edits_of(session, checklist.id, [row.unit_id], known_at=None)[row.unit_id] if row else ()
    addition = next((edit for edit in edits if edit.id == identity), None)
    if not isinstance(addition, Addition):
        raise NotFound(N_("There is no such item in a unit's supplement."))
    if addition.withdrawn:
        raise Conflict(
            N_("The unit changed or withdrew this item %(when)s. Look at its supplement as it is now."),
            when=addition.withdrawn.at,
        )  # fmt: skip
    seen = queries.editions_seen(session, checklist.id, addition.of_edition, [])[addition.of_edition]
    found: list[str] = []

    def put(draft: ChecklistDraft) -> Mapping[str, Any]:
        taken = {each["addition"]: each["item"] for each in draft.taken_up}
        data, key = taking_up.with_taken_up(draft.content, addition, edits, seen, taken)
        draft.taken_up = [*draft.taken_up, {"addition": addition.id, "item": key}]
        found.append(key)
        return data

    draft = operations.put_into_draft(session, checklist, put, by=by, at=at)
    return draft, found[0]
