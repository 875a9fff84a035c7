"""Every record kind of workshops with every key, as an export gives it back."""

from typing import Any

FIRST, AGAIN, ENDED_AT = "2024-01-18T08:00:00+00:00", "2025-01-16T08:00:00+00:00", "2024-01-18T11:00:00+00:00"
MADE = "2023-11-01T08:00:00+00:00"
GONE = {
    "withdrawal_reason": "Feil",
    "withdrawn_at": "2024-01-18T08:30:00+00:00",
    "withdrawn_by": "ada",
}
LAST_YEAR, THIS_YEAR = "50000000-0000-4000-8000-000000000001", "50000000-0000-4000-8000-000000000002"
CHANGE, ROLES = "51000000-0000-4000-8000-000000000001", "51000000-0000-4000-8000-000000000002"
INFORMATION, WHOLE = "52000000-0000-4000-8000-000000000001", "52000000-0000-4000-8000-000000000002"
GROUP, TABLE = "53000000-0000-4000-8000-000000000001", "53000000-0000-4000-8000-000000000002"

WORKSHOPS: dict[str, list[dict[str, Any]]] = {
    "workshops": [
        {
            "about": "Ta med kaffe", "cancelled_at": MADE, "closes_at": "2024-01-18T20:00:00+00:00",
            "ends_at": ENDED_AT,
            "id": LAST_YEAR, "made_at": MADE, "made_by": "ada", "opens_at": "2024-01-18T07:00:00+00:00",
            "place": "Auditoriet", "programme": [
                {"text": "Gruppearbeid", "time": "09:45", "until": "10:30"}, {"text": "Vel hjem"},
            ],
            "pulse": 7, "reading": [{"guideline": "rus"}, {"title": "Planen", "url": "https://example.org/plan"}],
            "starts_at": FIRST, "title": "HMS-årsmøtet 2024", "unit": "FAK", "version": 3,
        },
        {
            "closes_at": "2025-01-16T20:00:00+00:00", "copied_from": LAST_YEAR, "ends_at": "2025-01-16T11:00:00+00:00",
            "id": THIS_YEAR, "made_at": "2024-11-01T08:00:00+00:00", "opens_at": AGAIN, "starts_at": AGAIN,
            "title": "HMS-årsmøtet 2025", "unit": "FAK",
        },
    ],
    "workshop_tasks": [
        {"id": CHANGE, "minutes": 30, "position": 1, "text": "Drøft", "title": "Endring", "workshop": LAST_YEAR},
        {
            "id": ROLES, "minutes": 25, "models": ["3 institutter", "5 institutter"], "position": 2,
            "removed_at": FIRST, "title": "Roller", "workshop": LAST_YEAR,
        },
    ],
    "workshop_prompts": [
        {
            "hint": "Hvem, når", "id": INFORMATION, "position": 1, "removed_at": FIRST, "task": CHANGE,
            "title": "Informasjon",
        },
        {"id": WHOLE, "position": 1, "task": ROLES},
    ],
    "workshop_groups": [
        {
            "id": GROUP, "name": "Ved vinduet", "number": 1, "pulse": 12, "reminded_at": ENDED_AT,
            "workshop": LAST_YEAR,
        },
        {"for_walk_ins": True, "id": TABLE, "number": 2, "removed_at": ENDED_AT, "workshop": LAST_YEAR},
    ],
    "workshop_members": [
        {"group": GROUP, "leads": True, "person": "ada", "recorded_at": MADE, "recorded_by": "bo"},
        {"group": TABLE, "person": "bo", "recorded_at": MADE, **GONE},
    ],
    "workshop_helpers": [
        {"person": "bo", "recorded_at": MADE, "recorded_by": "ada", "workshop": LAST_YEAR, **GONE},
    ],
    "workshop_codes": [
        {
            "code": "4K729P", "ended_at": ENDED_AT, "ended_by": "ada", "made_at": MADE, "made_by": "ada",
            "opens": "groups", "workshop": LAST_YEAR,
        },
        {"code": "4K729P", "made_at": MADE, "opens": "wall", "workshop": LAST_YEAR},
    ],
    "workshop_events": [
        {"at": FIRST, "kind": "started", "recorded_at": FIRST, "recorded_by": "ada", "task": CHANGE,
         "workshop": LAST_YEAR},
        {"at": "2024-01-18T08:20:00+00:00", "kind": "extended", "minutes": 5,
         "recorded_at": "2024-01-18T08:20:00+00:00", "task": CHANGE, "workshop": LAST_YEAR, **GONE},
        {"at": ENDED_AT, "kind": "ended", "recorded_at": ENDED_AT, "workshop": LAST_YEAR},
    ],
}  # fmt: skip
