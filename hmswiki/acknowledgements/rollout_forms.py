"""Forms of rollouts: the shape of what was typed."""

from collections.abc import Iterable
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    Field,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional, ValidationError

from hmswiki.acknowledgements.models import Evidence
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines.models import Guideline
from hmswiki.organisation.models import Unit
from hmswiki.web.forms import PageForm, at_most
from hmswiki.web.page import role_name
from hmswiki.web.words import _, _l, wording

LONGEST_TEXT = 2000
_YEARS = range(1900, 2201)

EVERYBODY = "everybody"
SOME = "some"


def _tidy(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").replace("\0", "").strip()


def _likely_year(form: Form, field: Field) -> None:
    if field.data is not None and field.data.year not in _YEARS:
        raise ValidationError(_("The year %(year)s is hardly meant. Write the date again.", year=field.data.year))


class RolloutForm(PageForm):
    """Who should know a guideline. Offer the choices with `offer` before it is read."""

    guideline = SelectField(_l("Guideline"), [InputRequired(_l("Choose a guideline."))])
    reach = RadioField(_l("Who should know it?"), default=EVERYBODY)
    units = SelectMultipleField(_l("Units"), validate_choice=False)
    role = SelectField(_l("Only those with a role"))
    starts_on = DateField(_l("From"), [InputRequired(_l("Choose a day.")), _likely_year])
    due = DateField(_l("Due"), [Optional(), _likely_year])
    evidence = RadioField(_l("How is it confirmed?"), default=Evidence.UNIT.value)
    purpose = TextAreaField(_l("Why names are needed"), [at_most(LONGEST_TEXT)], filters=[_tidy])
    legal_basis = StringField(_l("Legal basis for keeping names"), [at_most(LONGEST_TEXT)], filters=[_tidy])
    names_kept_until = DateField(_l("Names are kept until"), [Optional(), _likely_year])
    changes_past = BooleanField(_l("Yes, change the numbers of days that have been"))

    def validate_units(self, field: Any) -> None:
        if not {code for code, _name in field.choices} >= set(field.data or ()):
            raise ValidationError(_("One of the units can no longer be chosen. Choose again."))

    def offer(self, guidelines: Iterable[Guideline], units: Iterable[Unit]) -> "RolloutForm":
        self.guideline.choices = [
            ("", _("Choose a guideline")),
            *((one.slug, wording(one.title)) for one in guidelines),
        ]
        self.reach.choices = [(EVERYBODY, _("The whole organisation")), (SOME, _("Some units"))]
        self.units.choices = [(one.code, wording(one.name)) for one in units]
        self.role.choices = [("", _("All employees")), *((str(role), role_name(role)) for role in Role)]
        self.evidence.choices = [(str(Evidence.UNIT), _("The unit confirms")), (str(Evidence.NAMED), _("By name"))]
        return self

    @property
    def slugs(self) -> set[str]:
        """The guidelines that may be chosen."""
        choices: Any = self.guideline.choices
        return {slug for slug, _title in choices if slug}

    @property
    def chosen_role(self) -> Role | None:
        """None: all employees; also where something was sent that is no role."""
        return Role(self.role.data) if self.role.data in list(Role) else None


class EndForm(PageForm):
    """The first day on which the rollout asks nobody."""

    ended = DateField(_l("No longer from"), [InputRequired(_l("Choose a day.")), _likely_year])
