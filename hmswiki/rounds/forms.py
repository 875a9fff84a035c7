"""Forms of rounds. The answers themselves are read in `form_answers`: a round has as many fields as items."""

from wtforms import DateField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired

from hmswiki.rounds.operations import MAX_REASON
from hmswiki.web.forms import PageForm, at_most
from hmswiki.web.words import _l


class AnswersForm(PageForm):
    """The form around all items."""


class StartForm(PageForm):
    """Where a round begins. Which unit, area or occasion it is for is decided by the operation."""

    unit = HiddenField()
    area = HiddenField()
    person = HiddenField()
    schedule = HiddenField()
    occurrence = HiddenField()


class PaperForm(StartForm):
    """The same, with the day that stands on the paper."""

    done_on = DateField(
        _l("The day that stands on the paper"), [InputRequired(_l("Write the day that stands on the paper."))]
    )


class HandInForm(PageForm):
    pass


class ReasonForm(PageForm):
    """Giving a round up, or correcting it."""

    reason = TextAreaField(
        _l("Why?"), [InputRequired(_l("Say why. It stands beside what you change.")), at_most(MAX_REASON)]
    )  # fmt: skip


class SignForm(PageForm):
    """Signing in a role."""

    role = HiddenField()


class PlainForm(PageForm):
    """A button."""

    which = StringField()
