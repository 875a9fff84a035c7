"""Checklists that belong to guidelines: their items, what units add to them, and when they are due.

The words of this room: Checklist, Section, Item, Supplement, Schedule, Round, Answer, Finding.
"""
