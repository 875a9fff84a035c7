"""Forms of a unit's page."""

from typing import Any

from flask import request
from wtforms import DateField, HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from hmswiki.acknowledgements.confirming_rules import LONGEST_TEXT, Method
from hmswiki.acknowledgements.models import ConfirmationAnswer
from hmswiki.acknowledgements.operations import LONGEST_TEXT as LONGEST_REPLY
from hmswiki.organisation.forms import choice
from hmswiki.web.forms import PageForm, at_most
from hmswiki.web.words import _, _l

# How a whole unit was told; a newcomer is told at start-up, which has a form of its own.
METHODS = [
    choice(Method.ALL_STAFF_MEETING, _l("All-staff meeting")),
    choice(Method.SECTION_MEETING, _l("Section meeting")),
    choice(Method.EMAIL, _l("E-mail with a link")),
    choice(Method.OTHER, _l("In another way")),
]

ANSWERS = [
    choice(ConfirmationAnswer.INFORMED, _l("Yes, they have been informed")),
    choice(ConfirmationAnswer.NOT_INFORMED, _l("No")),
    choice(ConfirmationAnswer.UNKNOWN, _l("We do not know")),
]

_CHOOSE_DAY = _l("Choose the day people were informed.")

# What a database takes for an id.
_LARGEST_ID = 2**31 - 1


def person_id(text: Any) -> int:
    """An id as a checkbox sends it. Raises ValueError for what cannot be one."""
    plain = str(text)
    if not (plain.isascii() and plain.isdigit() and len(plain) < 12 and int(plain) <= _LARGEST_ID):
        raise ValueError(plain)
    return int(plain)


def words(text: Any) -> str:
    """What was typed, without what no database keeps."""
    return str(text or "").replace("\0", "").strip()


class PeopleField(SelectMultipleField):
    """Checkboxes of people; who may be chosen is decided by the operation."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, coerce=person_id, validate_choice=False, choices=[], **kwargs)


class GuidelinesField(SelectMultipleField):
    """Checkboxes of guidelines, by slug."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, validate_choice=False, choices=[], **kwargs)


class OnScreen:
    """Which edition of each guideline stood on the screen: one hidden field for each, `edition:<slug>`."""

    def edition(self, slug: str) -> str:
        return str(request.form.get(f"edition:{slug}", ""))


class ConfirmForm(PageForm, OnScreen):
    """Were the unit's people informed? One meeting may cover several guidelines."""

    guideline = HiddenField()
    answer = RadioField(
        _l("Have the employees been informed?"), [InputRequired(_l("Choose an answer."))], choices=ANSWERS,
        default=ConfirmationAnswer.INFORMED.value,
    )  # fmt: skip
    method = RadioField(_l("How were they informed?"), choices=METHODS, default=Method.ALL_STAFF_MEETING.value)
    informed_on = DateField(_l("Day"), [InputRequired(_CHOOSE_DAY)])
    also = GuidelinesField(_l("The same applies to"))
    excepted = PeopleField(_l("Who was not there?"))
    newcomer_routine = TextAreaField(
        _l("How newcomers get to know"), [Optional(), at_most(LONGEST_TEXT)], filters=[words]
    )
    note = TextAreaField(_l("Note"), [Optional(), at_most(LONGEST_TEXT)], filters=[words])

    def validate_method(self, field: RadioField) -> None:
        # What is ticked beforehand stands in the page; a form that does not send it has not said how.
        if self.is_yes and not field.raw_data:
            raise ValidationError(_("Choose how they were informed."))

    @property
    def slugs(self) -> list[str]:
        """The guideline chosen and those it covers besides, each once."""
        return list(dict.fromkeys([self.guideline.data or "", *(self.also.data or [])]))

    @property
    def is_yes(self) -> bool:
        return bool(self.answer.data == ConfirmationAnswer.INFORMED.value)


class NewcomersForm(PageForm, OnScreen):
    """These newcomers were told at start-up."""

    only = PeopleField(_l("Who was told?"))
    guidelines = GuidelinesField(_l("About what?"))
    informed_on = DateField(_l("Day"), [InputRequired(_CHOOSE_DAY)])


class WithdrawConfirmationForm(PageForm):
    """Why a confirmation is withdrawn."""

    reason = TextAreaField(
        _l("Why is it withdrawn?"),
        [
            InputRequired(_l("Say why it is withdrawn, so that others understand the numbers.")),
            at_most(LONGEST_TEXT),
        ],
        filters=[words],
    )


class NamesForm(PageForm):
    """Whose names: those missing, those who acknowledged, those excepted, or how far newcomers have come."""

    guideline = HiddenField()
    what = HiddenField()
    confirmation = HiddenField()


class ReplyForm(PageForm):
    """An answer to a question."""

    text = TextAreaField(
        _l("Your answer"),
        [
            InputRequired(_l("Write an answer.")),
            at_most(LONGEST_REPLY),
        ],
    )  # fmt: skip
