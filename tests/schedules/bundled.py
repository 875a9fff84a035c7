"""Every record kind of schedules with every key, as an export gives it back."""

from typing import Any

AT = "2026-01-01T08:00:00+00:00"
ONE, TWO, THREE = (f"5c000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
GONE = {
    "withdrawal_reason": "Feil",
    "withdrawn_at": "2026-01-02T08:00:00+00:00",
    "withdrawn_by": "ada",
}

SCHEDULES: dict[str, list[dict[str, Any]]] = {
    "schedules": [
        {
            "areas": ["B1"], "area_kind": "room", "audience": "areas", "checklist": "brannrunde", "ended": "2026-07-01",
            "every": "month", "from": "2026-01-01", "key": TWO,
            "pauses": {"months": [7], "spans": [["2026-12-21", "2027-01-04"]]},
            "recorded_at": AT, "recorded_by": "bo", "role": "area_owner",
            "units": [{"reach": "all_beneath", "unit": "FAK"}, {"reach": "itself", "unit": "ØKO"}],
        },
        {
            "audience": "units", "checklist": "brannrunde", "event": "en ulykke", "every": "event",
            "from": "2026-01-02", "key": THREE, "recorded_at": AT, "units": [{"reach": "children", "unit": "FAK"}],
            "withdrawal_reason": "Feil", "withdrawn_at": "2026-01-02T08:00:00+00:00", "withdrawn_by": "ada",
            "within": 14,
        },
        # It comes after the one it replaced, whose key is a later one.
        {
            "areas": ["B1"], "audience": "areas", "checklist": "brannrunde", "due": "2026-09-01", "every": "once",
            "from": "2026-07-01", "key": ONE, "recorded_at": AT, "replaces": TWO,
        },
        {
            "audience": "people", "checklist": "brannrunde", "every": "year", "from": "2026-08-01",
            "key": "5c000000-0000-4000-8000-000000000004", "recorded_at": AT,
            "units": [{"reach": "all_beneath", "unit": "FAK"}], "window": "09-01/11-30",
        },
    ],
    "schedule_events": [
        {
            "day": "2026-02-01", "name": "e1", "recorded_at": AT, "schedule": THREE, "text": "Kortslutning",
            "unit": "ADM",
        },
        {"area": "B1", "day": "2026-02-01", "name": "e2", "recorded_at": AT, "schedule": THREE, **GONE},
        {"day": "2026-02-01", "name": "e3", "person": "ada", "recorded_at": AT, "recorded_by": "bo", "schedule": THREE},
    ],
    "skips": [
        {
            "area": "B1", "occurrence": "2026-02", "reason": "Ombygging", "recorded_at": AT, "recorded_by": "ada",
            "schedule": TWO,
        },
        {"occurrence": "2026-02", "reason": "x", "recorded_at": AT, "schedule": THREE, "unit": "ADM", **GONE},
        {"occurrence": "2026-03", "person": "bo", "reason": "Permisjon", "recorded_at": AT, "schedule": THREE},
    ],
    "handovers": [
        {"note": "Takk", "occurrence": "2026", "person": "ada", "recorded_at": AT, "schedule": ONE, "to": "bo"},
        {"area": "B1", "occurrence": "2026-03", "recorded_at": AT, "recorded_by": "bo", "schedule": TWO, "to": "bo"},
        {"occurrence": "2026-03", "recorded_at": AT, "schedule": THREE, "to": "bo", "unit": "ADM", **GONE},
    ],
}  # fmt: skip
