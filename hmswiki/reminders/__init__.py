"""Reminders: who should hear what, gathered from all rooms and told in at most one e-mail a person and week."""
