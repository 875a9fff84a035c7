"""Schedules: which checklist is due when, for whom. What is due is worked out, never stored ahead."""
