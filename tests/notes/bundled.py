"""Every record kind of notes with every key, as an export gives it back."""

from typing import Any

from tests.workshops.bundled import CHANGE, GONE, GROUP, INFORMATION, ROLES, TABLE, WHOLE

WRITTEN, ARRIVED, LATER = (f"2024-01-18T08:{minute}:00+00:00" for minute in ("05", "06", "40"))
INFORM, INFORM_BESIDE, SIX = (f"54000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
FIRST, SECOND, BESIDE, *MORE = (f"55000000-0000-4000-8000-0000000000{number:02}" for number in range(1, 12))

NOTES: dict[str, list[dict[str, Any]]] = {
    "points": [
        {"group": GROUP, "id": INFORM, "made_at": WRITTEN, "task": CHANGE},
        {"group": GROUP, "id": INFORM_BESIDE, "made_at": LATER, "split_from": INFORM, "task": CHANGE},
        {"group": TABLE, "id": SIX, "made_at": WRITTEN, "task": ROLES},
    ],
    "point_edits": [
        {
            "by": "ada", "id": FIRST, "kind": "written", "made_at": WRITTEN, "number": 1, "point": INFORM,
            "prompt": INFORMATION, "rank": "V", "received_at": ARRIVED, "text": "Si fra til Ada",
        },
        {
            "base": FIRST, "id": SECOND, "kind": "written", "made_at": WRITTEN, "number": 2, "point": INFORM,
            "received_at": ARRIVED, "text": "Si fra til Ada først",
        },
        {
            "id": MORE[0], "kind": "blacked_out", "made_at": LATER, "number": 4, "point": INFORM,
            "received_at": LATER, "text": "Si fra til █████ først",
        },
        {"id": MORE[1], "kind": "hidden", "made_at": LATER, "number": 5, "point": INFORM, "received_at": LATER},
        {
            "base": FIRST, "id": BESIDE, "kind": "written", "made_at": WRITTEN, "number": 3, "point": INFORM_BESIDE,
            "prompt": INFORMATION, "rank": "k", "received_at": LATER, "text": "Si fra til alle",
        },
        {
            "id": MORE[2], "kind": "written", "made_at": WRITTEN, "model": "3 institutter", "number": 1, "point": SIX,
            "prompt": WHOLE, "rank": "V", "received_at": WRITTEN, "text": "Tre",
        },
        {
            "id": MORE[3], "kind": "moved", "made_at": WRITTEN, "model": "5 institutter", "number": 2, "point": SIX,
            "prompt": WHOLE, "rank": "V0V", "received_at": WRITTEN,
        },
        {
            "base": MORE[2], "id": MORE[4], "kind": "cleared", "made_at": LATER, "number": 3, "point": SIX,
            "received_at": LATER,
        },
    ],
    "hand_ins": [
        {"group": GROUP, "id": MORE[5], "recorded_at": ARRIVED, "recorded_by": "ada", "task": CHANGE, **GONE},
    ],
}  # fmt: skip
