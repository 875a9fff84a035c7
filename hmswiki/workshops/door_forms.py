"""Forms of the door, and of leading. Their shape only: what may be done is decided by the operations."""

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Optional

from hmswiki.web.forms import PageForm
from hmswiki.web.words import _l
from hmswiki.workshops.models import Opens


class CodeForm(PageForm):
    code = StringField(_l("The code of the meeting"), [InputRequired(_l("Type the code that stands on the wall."))])


class PlaceForm(PageForm):
    """Which group, and what to be called there. Whoever only follows picks none."""

    group = RadioField(_l("Your group"), [Optional()], choices=[])
    name = StringField(_l("What the group may call you"))


class LeadForm(PageForm):
    """A button of the organiser's page: what it is about, by key or id."""

    task = HiddenField()
    event = HiddenField()


class MinutesForm(LeadForm):
    minutes = IntegerField(
        _l("Minutes more"), [InputRequired(_l("Write how many minutes more, as a whole number."))]
    )  # fmt: skip


class ChangeCodeForm(PageForm):
    opens = HiddenField(default=Opens.GROUPS.value)
    put_out = BooleanField(_l("Everybody types the new code, also those who are in"))
