"""The organisation: units, people, employments and roles, every one with its time.

Owns the words Unit, Person, Employment and RoleHolding.
"""
