"""Rounds: a checklist filled in where the work is; its answers, photos and signatures, and the findings it raises."""
