"""Who should know a guideline (Rollout), who says so (Acknowledgement, Confirmation), and the coverage.

Owns the words Rollout, Acknowledgement, Confirmation, Question, NameLookup, Coverage and Standing.
"""
