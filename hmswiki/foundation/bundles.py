"""The bundle format: what a kind of record is, and how a bundle is read and written.

A feature describes each of its files by a RecordKind and hands it to `wiki.add_record_kind`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class RecordKind:
    """One file of the bundle."""

    name: str
    """`units` for `units.jsonl`."""
    load: Callable[..., None]
    dump: Callable[[Session], Iterable[Mapping[str, Any]]]
