"""Forms of what points become: the shape of what was typed."""

from wtforms import DateField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from hmswiki.actions.operations import LONGEST_TEXT, LONGEST_TITLE
from hmswiki.outcomes.proposal_operations import MAX_TEXT
from hmswiki.web.forms import PageForm, at_most
from hmswiki.web.words import _l


class PointActionForm(PageForm):
    """A point becomes an action."""

    title = TextAreaField(
        _l("What is to be done?"), [InputRequired(_l("Write what is to be done.")), at_most(LONGEST_TITLE)]
    )
    text = TextAreaField(_l("More about it"), [at_most(LONGEST_TEXT)])
    responsible = SelectField(_l("Responsible"), [InputRequired(_l("Choose who is responsible."))])
    due_on = DateField(_l("Due"), [InputRequired(_l("Choose a day."))])


class ProposalForm(PageForm):
    """Points become a proposal to a guideline."""

    guideline = SelectField(_l("Guideline"), [InputRequired(_l("Choose the guideline."))])
    text = TextAreaField(
        _l("What should change?"),
        [InputRequired(_l("Write what should change.")), at_most(MAX_TEXT)],
    )
    points = SelectMultipleField(
        _l("Points that it stands on"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
        validate_choice=False,
    )  # fmt: skip


class TurnDownForm(PageForm):
    """An editor says why not."""

    reason = TextAreaField(_l("Why is it not taken up?"), [InputRequired(_l("Say why.")), at_most(MAX_TEXT)])
