"""Short codes: how they are made, shown and read from what people type, and those that a workshop has.

A code is written on a wall and typed on a phone in a hurry. So it holds nothing that is easily taken for something
else, and what looks alike counts as the same: whoever types the letter O has typed a nought.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.permissions import Actor
from hmswiki.workshops import queries
from hmswiki.workshops.models import Code, Opens, Workshop

LENGTH = 6

ALPHABET = "0123456789CFGHJKMNPRTVWX"
"""Without vowels, so that no code is a word; without letters that look like a digit."""

_ALIKE = str.maketrans({"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8", "U": "V"})


def new(choose: Callable[[str], str] = secrets.choice) -> str:
    """A code that nobody can guess: one of 191 million."""
    return "".join(choose(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """As people read it: 4K7-29P."""
    return f"{code[:3]}-{code[3:]}"


def read(typed: str) -> str | None:
    """The code that was meant, as it is compared; None where it can be none."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum()).translate(_ALIKE)
    return letters if len(letters) == LENGTH and all(letter in ALPHABET for letter in letters) else None


# --- Those of a workshop ------------------------------------------------------------------------------------


def ensure(
    session: Session, workshop: Workshop, *, by: Actor | None, at: datetime, choose: Callable[[str], str] | None = None
) -> Sequence[Code]:
    """The workshop's codes, for its groups and for its wall; made where there are none. Who may is seen by who calls.

    `choose` makes them as tests want them.
    """
    return [
        queries.live_code(session, workshop, opens) or make(session, workshop, opens, by=by, at=at, choose=choose)
        for opens in Opens
    ]


def make(
    session: Session,
    workshop: Workshop,
    opens: Opens,
    *,
    by: Actor | None,
    at: datetime,
    choose: Callable[[str], str] | None = None,
) -> Code:
    """A new code; the one that opened the same must have ended."""
    code = new(choose or secrets.choice)
    while session.scalar(select(Code.id).where(Code.code == code, Code.ended_at.is_(None))) is not None:
        code = new(choose or secrets.choice)
    made = Code(
        workshop_id=workshop.id, opens=opens, code=code, made_at=at, made_by_id=by.person_id if by else None
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made
