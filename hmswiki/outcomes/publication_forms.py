"""Forms of what is done with the notes afterwards. The shape of what was typed; truth is decided by operations."""

from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from hmswiki.foundation.mail import is_address, one_line
from hmswiki.notes.merging import MAX_LENGTH
from hmswiki.outcomes.publication_operations import Addressee
from hmswiki.web.forms import PageForm, at_most
from hmswiki.web.words import _, _l

MOST_NAMED = 500
MOST_TOLD = 5
"""Of lines that are wrong."""


class WordsForm(PageForm):
    """Which words of a point to black out, by their numbers."""

    seen = HiddenField()


class LineForm(PageForm):
    """What of a point may leave the house, written out."""

    seen = HiddenField()
    text = StringField(
        _l("What may leave the house"),
        [at_most(MAX_LENGTH)],
    )


class PublishForm(PageForm):
    """`seen`: the fingerprint of what was read; `hidden` and `language` say what was looked at."""

    seen = HiddenField()
    hidden = HiddenField()
    language = HiddenField()
    read = BooleanField(
        _l("I have read all of it through, and nobody can be recognised in it."),
        [InputRequired(_l("Read it through first, and tick that you have."))],
    )


class TakeDownForm(PageForm):
    """`number`: the publication that was looked at."""

    number = HiddenField()
    reason = TextAreaField(_l("Why are they taken down?"))


class SendForm(PageForm):
    """To whom, and how the notes are attached; the choices are set by the view."""

    participants = BooleanField(_l("Those who are in a group"))
    named = TextAreaField(_l("Others"), [Optional()])
    form = RadioField(_l("Attached as"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.addressees: list[Addressee] = []

    def validate_named(self, field: TextAreaField) -> None:
        self.addressees = read_addressees(field)


def read_addressees(field: TextAreaField) -> list[Addressee]:
    """One a line: an address, or a name and the address in angle brackets. Says of each line what is wrong with it."""
    found, wrong = [], []
    for number, line in enumerate((field.data or "").splitlines(), start=1):
        line = one_line(line)
        if not line:
            continue
        name, bracket, rest = line.rpartition("<")
        address = rest.removesuffix(">").strip() if bracket else line
        if is_address(address):
            found.append(Addressee(address, name.strip().strip('"').strip()))
        else:
            wrong.append(_("Line %(number)s, “%(line)s”, is no e-mail address.", number=number, line=line[:80]))
    if len(found) > MOST_NAMED:
        wrong.append(_("These are %(count)s addresses, and the most is %(most)s at once.", count=len(found),
                       most=MOST_NAMED))  # fmt: skip
    if wrong:
        raise ValidationError(" ".join([*wrong[:MOST_TOLD], _("Correct it, or take it out. Nothing is sent yet.")]))
    return found
