"""Forms of a person's own pages."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from hmswiki.acknowledgements.operations import LONGEST_TEXT
from hmswiki.web.forms import PageForm, at_most
from hmswiki.web.words import _l


class AcknowledgeForm(PageForm):
    """“I have read and understood”: carries the edition that was on the screen."""

    edition = HiddenField()

    def validate_edition(self, field: HiddenField) -> None:
        number = field.data or ""
        if not (number.isascii() and number.isdigit()) or len(number) > 15:
            raise ValidationError()


class QuestionForm(PageForm):
    """A question, or “I have not been informed”."""

    text = TextAreaField(_l("Your question"), [at_most(LONGEST_TEXT)])


class WithdrawForm(PageForm):
    """Why a person takes their own word back."""

    reason = TextAreaField(
        _l("Why do you withdraw it?"),
        [InputRequired(_l("Say why you withdraw it.")), at_most(LONGEST_TEXT)],
    )


class PlainForm(PageForm):
    """A button alone."""
