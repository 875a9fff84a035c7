"""The demo's checklists: those that ship, in force for a year and a half, and two editions being written.

The fire round has a second edition, the one that ships. The first asked for a fire blanket, and of flammable
substances only that they stood in a cabinet.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session

from hmswiki.checklists import drafting, operations, parsing, queries, reading
from hmswiki.checklists.supplements import Number
from hmswiki.checklists.template import Checklist
from hmswiki.foundation.permissions import Actor

IN_FORCE_FOR = timedelta(days=550)
SECOND_FOR = timedelta(days=40)
"""How long the second edition of the fire round has been in force."""

FIRE = "brannrunde"
BLANKET = "brannteppe"
"""What the second edition no longer asks for."""
FLAMMABLE = "brannfarlig-og-gass"
"""What it asks otherwise."""


@cache
def editions() -> Mapping[str, Mapping[Number, Checklist]]:
    """The contents of all editions, by the checklist's key and the number."""
    shipped = reading.read_folder(files("hmswiki.shipped.checklists")).checklists
    found = {checklist.key: {(1, 0): checklist} for checklist in shipped}
    found[FIRE] = {(1, 0): _first(found[FIRE][1, 0]), (2, 0): found[FIRE][1, 0]}
    return found


def published_on(start: date, number: Number) -> date:
    return start - (IN_FORCE_FOR if number == (1, 0) else SECOND_FOR)


def number_on(start: date, key: str, day: date) -> Number:
    """The edition in force on that day."""
    return max(number for number in editions()[key] if published_on(start, number) <= day)


def _first(second: Checklist) -> Checklist:
    """The fire round as it was before."""
    data = parsing.as_data(second)
    for section in data["sections"]:
        for item in section["items"]:
            if item["key"] == FLAMMABLE:
                item["text"] = {
                    "nb": "Brannfarlig væske og gass står i godkjent skap",
                    "nn": "Brannfarleg væske og gass står i godkjent skap",
                    "en": "Flammable liquids and gases are in an approved cabinet",
                }
        if section["key"] == "slokking-og-varsling":
            section["items"].insert(1, {
                "key": BLANKET, "kind": "ok", "findings": ["deviation"],
                "text": {
                    "nb": "Brannteppet henger på plass", "nn": "Brannteppet heng på plass",
                    "en": "The fire blanket hangs in its place",
                },
            })  # fmt: skip
    found, flaws = parsing.parse(data)
    assert found is not None, flaws
    return found


def rows(start: date) -> dict[str, list[dict[str, Any]]]:
    """Rows of a bundle, by kind of record."""
    summary = {
        "nb": "Brannfarlige stoffer: mengden skal være innenfor det tillatte. Brannteppe er tatt ut av lista.",
        "nn": "Brannfarlege stoff: mengda skal vere innanfor det tillatne. Brannteppe er teke ut av lista.",
        "en": "Flammable substances: the amount must be within what is permitted. Fire blankets are off the list.",
    }
    return {
        "checklists": [{"key": key} for key in editions()],
        "checklist_editions": [
            {
                "checklist": key, "number": ".".join(map(str, number)),
                "published_on": published_on(start, number).isoformat(), "content": parsing.as_data(checklist),
                "written_by": "demo-redaktor", "approved_by": "demo-godkjenner",
            } | ({"summary": summary} if number == (2, 0) else {})
            for key, theirs in editions().items()
            for number, checklist in theirs.items()
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
