"""Forms of a person's own pages."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from hmswiki.acknowledgements.operations import LONGEST_TEXT
from hmswiki.web.forms import PageForm
from hmswiki.web.words import _l

_TOO_LONG = _l("The text is too long: write at most %(limit)s characters.", limit=LONGEST_TEXT)


class AcknowledgeForm(PageForm):
    """“I have read and understood”: carries the edition that was on the screen."""

    edition = HiddenField()

    def validate_edition(self, field: HiddenField) -> None:
        number = field.data or ""
        if not (number.isascii() and number.isdigit()) or len(number) > 15:
            raise ValidationError()


class QuestionForm(PageForm):
    """A question, or “I have not been informed”."""

    text = TextAreaField(_l("Your question"), [Length(max=LONGEST_TEXT, message=_TOO_LONG)])


class WithdrawForm(PageForm):
    """Why a person takes their own word back."""

    reason = TextAreaField(
        _l("Why do you withdraw it?"),
        [InputRequired(_l("Say why you withdraw it.")), Length(max=LONGEST_TEXT, message=_TOO_LONG)],
    )


class PlainForm(PageForm):
    """A button alone."""
