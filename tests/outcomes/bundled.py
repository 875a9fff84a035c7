"""Every record kind of outcomes with every key, as an export gives it back."""

from typing import Any

from tests.notes.bundled import INFORM, LATER, SIX
from tests.workshops.bundled import GONE, LAST_YEAR

PROPOSED, PROPOSED_TOO = (f"57000000-0000-4000-8000-00000000000{number}" for number in (1, 2))

DOCUMENT = {
    "title": "HMS-årsmøtet 2024", "unit": {"nb": "Fakultetet", "en": "Faculty"}, "place": None,
    "starts_at": "2024-01-18T08:00:00+00:00", "ends_at": "2024-01-18T11:00:00+00:00",
    "groups": [{"number": 1, "name": "Ved vinduet", "is_table": False}, {"number": 2, "name": None, "is_table": True}],
    "tasks": [{
        "title": "Endring", "text": "", "summary": [{"text": "Si fra tidlig.", "groups": [1, 2]}],
        "themes": [{"text": "Tidlig beskjed", "groups": [1]}],
        "sections": [{"title": "Informasjon", "model": None, "lines": [
            {"text": "Si tidlig hva som ikke endres", "group": 1, "theme": "Tidlig beskjed"},
            {"text": "█████ først", "group": 2, "theme": None},
        ]}],
    }],
}  # fmt: skip

PUBLICATIONS: dict[str, list[dict[str, Any]]] = {
    "publications": [
        {
            "document": DOCUMENT, "language": "nb", "number": 1, "recorded_at": LATER, "recorded_by": "ada",
            "text": "# HMS-årsmøtet 2024\n\n- Si tidlig hva som ikke endres\n", "title": "HMS-årsmøtet 2024",
            "withdrawal_reason": "Feil", "withdrawn_at": "2024-02-02T08:00:00+00:00", "withdrawn_by": "bo",
            "workshop": LAST_YEAR,
        },
        {
            "document": DOCUMENT, "language": "en", "number": 2, "recorded_at": "2024-02-03T08:00:00+00:00",
            "text": "# HMS-årsmøtet 2024\n\nTekst\n", "title": "HMS-årsmøtet 2024", "workshop": LAST_YEAR,
        },
    ],
    "workshop_letters": [
        {
            "about": "hand_in:a:1:b", "address": "bo@example.no", "asked_at": LATER, "kind": "hand_in", "name": "Bo",
            "person": "bo", "problem": "No such mailbox", "state": "failed", "workshop": LAST_YEAR,
        },
        {
            "about": "notes:2", "address": "ada@example.no", "asked_at": "2024-02-03T08:00:00+00:00", "asked_by": "bo",
            "claimed_at": "2024-02-03T08:00:01+00:00", "form": "pdf", "kind": "notes", "message_id": "<1@example.no>",
            "name": "Ada Ås", "person": "ada", "sent_at": "2024-02-03T08:00:02+00:00", "state": "sent",
            "workshop": LAST_YEAR,
        },
        {
            "about": "notes:2", "address": "arkiv@example.no", "asked_at": "2024-02-03T08:00:00+00:00", "form": "md",
            "kind": "notes", "state": "waiting", "workshop": LAST_YEAR,
        },
    ],
}  # fmt: skip

PROPOSALS: dict[str, list[dict[str, Any]]] = {
    "proposals": [
        {
            "guideline": "omstilling", "id": PROPOSED, "points": [INFORM, SIX], "recorded_at": LATER,
            "recorded_by": "ada", "text": "Skriv hvem som får vite det, og når.", "workshop": LAST_YEAR,
        },
        {
            "guideline": "omstilling", "id": PROPOSED_TOO, "points": [INFORM],
            "recorded_at": "2024-01-18T08:20:00+00:00", "text": "Nevn stipendiatene.", "workshop": LAST_YEAR, **GONE,
        },
    ],
    "proposal_answers": [
        {"proposal": PROPOSED, "reason": "Står der alt.", "recorded_at": "2024-02-01T08:00:00+00:00",
         "recorded_by": "bo", "withdrawn_at": "2024-02-02T08:00:00+00:00", "withdrawn_by": "ada",
         "withdrawal_reason": "Feil"},
        {"draft": "2023-02-01T08:00:00+00:00", "proposal": PROPOSED, "recorded_at": "2024-02-02T08:00:00+00:00"},
    ],
}  # fmt: skip
