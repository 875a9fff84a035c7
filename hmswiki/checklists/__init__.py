"""Checklists that belong to guidelines: their items, their editions, and what units add to them.

The words of this room: Checklist, Section, Item, Supplement. When they are due is a matter of `schedules`; filling
them in, of `rounds`.
"""
