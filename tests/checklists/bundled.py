"""Checklists' rows in a bundle that has everything."""

from typing import Any

CONTENT: dict[str, Any] = {
    "co_signed_by": ["unit_leader"], "guidelines": ["rus-og-avhengighet"], "key": "brannrunde",
    "sections": [{
        "items": [
            {"findings": ["deviation"], "help": {"nb": "Prøv\nden."}, "key": "dor", "kind": "ok", "mandatory": "yes",
             "passage": "rus-og-avhengighet#formal", "text": {"en": "Doors", "nb": "Dører"}},
            {"key": "tall", "kind": "number", "maximum": "8.5", "minimum": "0", "required": "no",
             "shown_when": {"answers": ["ok"], "item": "dor"}, "text": {"nb": "Hvor mange?"}, "unit": {"nb": "stk."}},
        ],
        "key": "ut", "title": {"nb": "Veien ut"},
    }],
    "title": {"en": "Fire round", "nb": "Brannrunde"},
}  # fmt: skip

AT = "2024-01-0{}T08:00:00+00:00"

CHECKLISTS: dict[str, list[dict[str, Any]]] = {
    "checklists": [{"key": "brannrunde"}, {"key": "gammel-runde", "retired_on": "2024-01-01"}],
    "checklist_editions": [
        {"checklist": "brannrunde", "content": CONTENT, "number": "1.9", "published_on": "2024-01-01"},
        {
            "approved_by": "bo", "checklist": "brannrunde", "content": CONTENT, "number": "1.10",
            "published_on": "2024-02-01", "summary": {"nb": "Nytt"}, "written_by": "ada",
        },
    ],
    "checklist_drafts": [
        {
            "base_edition": "1.9", "checklist": "brannrunde", "comment": "Bra", "content": CONTENT,
            "created_at": AT.format(1), "edition": "1.10", "key": "brannrunde", "saved_at": AT.format(3),
            "sent_at": AT.format(2), "sent_by": "ada", "state": "published", "summary": {"nb": "Nytt"},
            "taken_up": [{"addition": "e1", "item": "tall"}], "version": 4, "writers": ["ada", "bo"],
        },
        {
            "content": {"yaml": "key: [\n"}, "created_at": AT.format(1), "key": "ny-runde", "saved_at": AT.format(1),
            "state": "writing", "version": 1,
        },
    ],
    "supplement_edits": [
        {
            "checklist": "brannrunde", "content": {"because": {"nb": "Ingen dører"}, "item": "dor"}, "edition": "1.9",
            "id": "e4", "kind": "not_relevant", "recorded_at": AT.format(1), "recorded_by": "bo", "unit": "ADM",
            "withdrawal_reason": "Det er to", "withdrawn_at": AT.format(2), "withdrawn_by": "ada",
        },
        {
            "checklist": "brannrunde", "content": {"item": "dor", "text": {"nb": "Bakdøra"}}, "edition": "1.9",
            "id": "e0", "kind": "note", "recorded_at": AT.format(1), "unit": "ØKO",
        },
        {
            "checklist": "brannrunde", "content": {
                "item": {"key": "tall", "kind": "ok", "text": {"nb": "Er det tall?"}}, "place": {"after": "dor"},
            },
            "edition": "1.9", "id": "e1", "kind": "addition", "recorded_at": AT.format(1), "unit": "ØKO",
        },
        {
            "checklist": "brannrunde", "content": {"item": "dor", "text": {"nb": "Også bakdøra"}}, "edition": "1.10",
            "id": "e2", "kind": "note", "recorded_at": AT.format(2), "replaces": "e0", "unit": "ØKO",
        },
        {
            "checklist": "brannrunde", "content": {"addition": "e1", "item": "tall"}, "edition": "1.10", "id": "e3",
            "kind": "taken_up", "recorded_at": AT.format(3), "unit": "ØKO",
        },
    ],
}  # fmt: skip
