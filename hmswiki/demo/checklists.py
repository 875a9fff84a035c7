"""The demo's checklists: those that ship, in force for a year and a half, and two editions being written."""

from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session

from hmswiki.checklists import drafting, operations, parsing, queries, reading
from hmswiki.foundation.permissions import Actor

IN_FORCE_FOR = timedelta(days=550)


def rows(start: date) -> dict[str, list[dict[str, Any]]]:
    """Rows of a bundle, by kind of record."""
    shipped = reading.read_folder(files("hmswiki.shipped.checklists")).checklists
    return {
        "checklists": [{"key": checklist.key} for checklist in shipped],
        "checklist_editions": [
            {
                "checklist": checklist.key, "number": "1.0", "published_on": (start - IN_FORCE_FOR).isoformat(),
                "content": parsing.as_data(checklist), "written_by": "demo-redaktor",
                "approved_by": "demo-godkjenner",
            }
            for checklist in shipped
        ],
    }  # fmt: skip


def drafts(session: Session, *, by: Actor, at: datetime) -> None:
    """The next fire round waits for the approver; the next cleanup day is being written."""
    fire = operations.start_edition(session, queries.checklist(session, "brannrunde"), by=by, at=at - timedelta(days=2))
    data, key = drafting.with_item(
        fire.content, "veien-ut", text="Rømningsveien er merket for dem som ser dårlig", kind="yes_no"
    )  # fmt: skip
    new = drafting.item(data, key) | {
        "text": {
            "nb": "Rømningsveien er merket for dem som ser dårlig",
            "nn": "Rømmingsvegen er merkt for dei som ser dårleg",
            "en": "The escape route is marked for people with poor sight",
        },
        "findings": ["no"],
    }  # fmt: skip
    operations.save_draft(
        session, fire, version=fire.version, content=drafting.with_item_changed(data, key, new),
        summary={"nb": "Ett nytt punkt om merking.", "nn": "Eitt nytt punkt om merking.",
                 "en": "A new item about marking."},
        by=by, at=at - timedelta(days=2),
    )  # fmt: skip
    operations.send_for_approval(session, fire, by=by, at=at - timedelta(days=1))
    cleanup = operations.start_edition(session, queries.checklist(session, "ryddedag"), by=by, at=at)
    data, _key = drafting.with_section(cleanup.content, "Etter ryddedagen")
    operations.save_draft(session, cleanup, version=cleanup.version, content=data, summary=None, by=by, at=at)
