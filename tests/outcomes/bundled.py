"""Every record kind of outcomes with every key, as an export gives it back."""

from typing import Any

from tests.notes.bundled import INFORM, LATER, SIX
from tests.workshops.bundled import GONE, LAST_YEAR

PROPOSED, PROPOSED_TOO = (f"57000000-0000-4000-8000-00000000000{number}" for number in (1, 2))

PROPOSALS: dict[str, list[dict[str, Any]]] = {
    "proposals": [
        {
            "guideline": "omstilling", "id": PROPOSED, "points": [INFORM, SIX], "recorded_at": LATER,
            "recorded_by": "ada", "text": "Skriv hvem som får vite det, og når.", "workshop": LAST_YEAR,
        },
        {
            "guideline": "rus", "id": PROPOSED_TOO, "points": [INFORM], "recorded_at": LATER,
            "text": "Nevn stipendiatene.", "workshop": LAST_YEAR, **GONE,
        },
    ],
    "proposal_answers": [
        {"proposal": PROPOSED, "reason": "Står der alt.", "recorded_at": "2024-02-01T08:00:00+00:00",
         "recorded_by": "bo", "withdrawn_at": "2024-02-02T08:00:00+00:00", "withdrawn_by": "ada",
         "withdrawal_reason": "Feil"},
        {"draft": "2023-02-01T08:00:00+00:00", "proposal": PROPOSED, "recorded_at": "2024-02-02T08:00:00+00:00"},
    ],
}  # fmt: skip
