"""Every record kind of rounds with every key, as an export gives it back, and the photos' files."""

from hashlib import sha256
from typing import Any

from tests.checklists.bundled import CONTENT
from tests.schedules.bundled import ONE as ONCE_IN_AREAS

STARTED, GIVEN, ARRIVED, HANDED_IN = (f"2026-08-01T08:{minute}:00+00:00" for minute in ("00", "05", "06", "30"))
GONE = {
    "withdrawal_reason": "Feil",
    "withdrawn_at": "2026-08-02T08:00:00+00:00",
    "withdrawn_by": "ada",
}
FULL, GIVEN_UP, PAPER, FINDING, MENDED, *ANSWERS = (
    f"40000000-0000-4000-8000-0000000000{number:02}" for number in range(1, 12)
)
PHOTO = b"\xff\xd8\xff of a corridor"

FILES: dict[str, bytes] = {sha256(PHOTO).hexdigest(): PHOTO}

ROUNDS: dict[str, list[dict[str, Any]]] = {
    "rounds": [
        {
            "area": "B1", "asked": {
                "checklist": CONTENT, "edition": "1.9", "left_out": [{"because": {"nb": "Nei"}, "text": {"nb": "Is"}}],
                "local": ["tall"], "local_sections": ["ut"], "notes": {"dor": [{"nb": "Også bak"}]},
            },
            "checklist": "brannrunde", "done_on": "2026-08-01", "edition": "1.9", "handed_in_at": HANDED_IN,
            "handed_in_by": "bo", "id": FULL, "occurrence": "2026-09-01", "schedule": ONCE_IN_AREAS,
            "started_at": STARTED, "started_by": "ada", "unit": "FAK",
        },
        {
            "abandoned_at": ARRIVED, "abandoned_because": "Feil liste", "abandoned_by": "ada",
            "asked": {"checklist": CONTENT, "edition": "1.10"}, "checklist": "brannrunde", "edition": "1.10",
            "id": GIVEN_UP, "person": "ada", "started_at": STARTED, "unit": "ØKO",
        },
        {
            "asked": {"checklist": CONTENT, "edition": "1.10"}, "checklist": "brannrunde", "done_on": "2026-07-31",
            "edition": "1.10", "id": PAPER, "on_paper": True, "started_at": STARTED, "unit": "ØKO",
        },
    ],
    "findings": [
        {
            "action": "0b8e1a52-0000-4000-8000-000000000001", "answer": "deviation", "area": "B1",
            "found_on": "2026-08-01", "id": FINDING, "item": "dor", "recorded_at": HANDED_IN, "recorded_by": "bo",
            "round": FULL, "seriousness": "high", "text": "Låst", "unit": "FAK",
        },
        {
            "answer": "deviation", "found_on": "2026-08-01", "id": MENDED, "item": "dor", "mended_on": "2026-08-01",
            "recorded_at": HANDED_IN, "round": FULL, "unit": "FAK", **GONE,
        },
    ],
    "answers": [
        {
            "answered_at": GIVEN, "by": "ada", "details": {
                "action": {"due_on": "2026-08-09", "title": "Lås opp"}, "seriousness": "high", "text": "Låst",
            },
            "id": ANSWERS[0], "item": "dor", "note": "Bakdøra", "received_at": GIVEN, "round": FULL,
            "value": "deviation",
        },
        {"answered_at": GIVEN, "id": ANSWERS[1], "item": "tall", "received_at": ARRIVED, "round": FULL},
        {
            "answered_at": ARRIVED, "by": "bo", "finding": FINDING, "id": ANSWERS[2], "reason": "Så feil",
            "received_at": HANDED_IN, "round": PAPER, "value": "mended",
        },
    ],
    "photos": [
        {
            "height": 3, "id": ANSWERS[3], "item": "dor", "recorded_at": ARRIVED, "recorded_by": "ada", "round": FULL,
            "sha256": next(iter(FILES)), "taken_at": GIVEN, "width": 4, **GONE,
        },
    ],
    "signatures": [
        {
            "person": "bo", "recorded_at": HANDED_IN, "recorded_by": "bo", "role": "unit_leader", "round": FULL, **GONE,
        },
    ],
}  # fmt: skip
