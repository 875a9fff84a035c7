"""Refusals: what the product will not do, with the facts; a page, the API or the command line makes the words.

`text` is an English sentence with named places (`%(unit)s`), marked by `N_` where it is raised so that the
catalogues find it. It says what happened, why, and what to do. `facts` fill the places; dates, times and
numbers among them are written in the reader's language where the words are made.
`field` names the form field that the refusal is about, so that the form can be shown again as it was typed.
"""

from typing import Any


def N_(text: str) -> str:
    """Mark `text` for translation without translating it yet."""
    return text


class Refusal(Exception):
    """Something asked for was not done. Nothing is half done: the transaction is rolled back."""

    status = 422

    def __init__(self, text: str, /, *, field: str | None = None, **facts: Any) -> None:
        self.text = text
        self.field = field
        self.facts = facts
        super().__init__(text % facts if facts else text)


class BadRequest(Refusal):
    """What was sent cannot be read: a date that is no date, say."""

    status = 400


class NotSignedIn(Refusal):
    """Nobody is signed in, and the page is not for strangers."""

    status = 401


class NotAllowed(Refusal):
    """The person may not do this; the text says who may."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or it is not for this person to know."""

    status = 404


class Conflict(Refusal):
    """Somebody else changed the same thing meanwhile; both versions are kept."""

    status = 409


class Superseded(Conflict):
    """A newer edition came into force while the person was reading."""


class TooLarge(Refusal):
    """Beyond a size limit; the text names the limit."""

    status = 413


class TooManyAttempts(Refusal):
    """Slowed down; the text says for how long."""

    status = 429


class SetupProblem(Refusal):
    """The set-up is wrong or incomplete: said to whoever runs the site, never to a reader."""

    status = 500
