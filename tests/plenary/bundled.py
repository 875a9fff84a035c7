"""Every record kind of the plenary with every key, as an export gives it back."""

from typing import Any

from tests.notes.bundled import BESIDE, FIRST, INFORM, INFORM_BESIDE, MORE, SECOND, SIX
from tests.workshops.bundled import CHANGE, GONE, ROLES

MADE, LATER = "2024-01-18T08:10:00+00:00", "2024-01-18T08:40:00+00:00"
EARLY, APART, OTHER = (f"57000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
SAID, OUT = (f"58000000-0000-4000-8000-00000000000{number}" for number in (1, 2))

PLENARY: dict[str, list[dict[str, Any]]] = {
    "themes": [
        {
            "id": EARLY, "made_at": MADE, "made_by": "ada", "position": 1, "task": CHANGE, "title": "Si fra tidlig",
            "version": 2,
        },
        {"id": APART, "made_at": MADE, "position": 2, "removed_at": LATER, "task": CHANGE, "title": "Alle"},
        {"id": OTHER, "made_at": MADE, "position": 1, "task": ROLES, "title": "Tre"},
    ],
    "theme_points": [
        # Read when it said something else.
        {"point": INFORM, "recorded_at": MADE, "recorded_by": "ada", "theme": EARLY, "written": FIRST},
        {"point": INFORM_BESIDE, "recorded_at": LATER, "theme": EARLY, "written": BESIDE},
        {"point": INFORM_BESIDE, "recorded_at": MADE, "theme": APART, "written": BESIDE, **GONE},
        {"point": SIX, "recorded_at": MADE, "theme": OTHER, "written": MORE[2]},
    ],
    "sentences": [
        {
            "id": SAID, "made_at": MADE, "made_by": "ada", "position": 1, "task": CHANGE,
            "text": "Vi sier fra tidlig, også på engelsk.", "version": 3,
        },
        {"id": OUT, "made_at": MADE, "position": 2, "removed_at": LATER, "task": CHANGE, "text": "Nei."},
    ],
    "sentence_points": [
        {"point": INFORM, "recorded_at": MADE, "recorded_by": "ada", "sentence": SAID, "written": SECOND},
        {"point": INFORM_BESIDE, "recorded_at": MADE, "sentence": SAID, "written": BESIDE, **GONE},
        {"point": INFORM_BESIDE, "recorded_at": MADE, "sentence": OUT, "written": BESIDE},
    ],
}  # fmt: skip
