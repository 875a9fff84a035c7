"""The stylesheet as one file, and addresses that change when a file does."""

import hashlib
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"

# The order of the layers is said first; the files name their own layer.
_STYLES = (
    "tokens", "base", "layout", "controls", "components", "screens", "additions", "checklists", "supplements",
    "areas", "rounds", "round-results", "overviews", "schedules", "workshops", "workshop-door",
    "wall", "notes", "plenary", "outcomes", "utilities", "print",
)  # fmt: skip
_LAYERS = "@layer hms.tokens, hms.base, hms.layout, hms.components, hms.utilities, hms.print;\n"


@cache
def stylesheet() -> str:
    """All our CSS, joined in order."""
    parts = [(STATIC / "hms" / f"{name}.css").read_text(encoding="utf-8") for name in _STYLES]
    return _LAYERS + "\n".join(parts)


@cache
def fingerprint(name: str) -> str:
    """A few letters that change with the file's content."""
    content = stylesheet().encode() if name == "hms.css" else (STATIC / name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]
