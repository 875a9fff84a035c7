"""Workshops: planned, joined and led. What groups write is a matter of `notes`, what is made of it of `plenary`.

The words of this room: Workshop, Task, Prompt, Group, Member, Helper, Code, Seat.
"""
