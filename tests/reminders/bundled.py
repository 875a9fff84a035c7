"""Every record kind of reminders with every key, as an export gives it back."""

from typing import Any

AT = "2026-08-0{}T08:00:00+00:00"

REMINDERS: dict[str, list[dict[str, Any]]] = {
    "reminders": [
        {
            "about": ["action:4711", "round:9"], "claimed_at": AT.format(1), "message_id": "<1@example.no>",
            "person": "ada", "sent_at": AT.format(2), "state": "sent", "week": "2026-W31",
        },
        {
            "claimed_at": AT.format(1), "message_id": "<2@example.no>", "person": "bo", "problem": "No such mailbox",
            "state": "failed", "week": "2026-W31",
        },
    ],
    "reminder_requests": [
        {
            "about": "round:9", "person": "ada", "recorded_at": AT.format(1), "recorded_by": "bo",
            "withdrawal_reason": "Sendt", "withdrawn_at": AT.format(2), "withdrawn_by": "bo",
        },
    ],
}  # fmt: skip
