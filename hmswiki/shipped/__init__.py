"""What travels with the package: `content`, `checklists` and `migrations`, mapped in from the top level.

Find a file of theirs with `importlib.resources.files("hmswiki.shipped.content")`.
"""
