"""What rooms tell the reminders: that something waits for somebody, and by when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Waiting:
    """Something waits for a person. Whether it is told now, the reminders decide.

    `key` is its own name and stays the same as long as it waits: `action:KEY`. `text` gives one line in the
    language that is spoken when it is called, without the due day; `href` the whole address of where it is done.
    """

    person_id: int
    key: str
    due_on: date
    text: Callable[[], str]
    href: Callable[[], str]
