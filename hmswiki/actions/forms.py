"""Forms of actions: the shape of what was typed."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session
from wtforms import DateField, Field, Form, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from hmswiki.actions.operations import (
    LONGEST_ADDRESS,
    LONGEST_CASE_NUMBER,
    LONGEST_TEXT,
    LONGEST_TITLE,
    RESPONSIBLE_ROLES,
)
from hmswiki.foundation.permissions import Role
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Person
from hmswiki.web.forms import PageForm, at_most
from hmswiki.web.page import role_name
from hmswiki.web.words import _, _l

_YEARS = range(1900, 2201)


def _likely_year(form: Form, field: Field) -> None:
    if field.data is not None and field.data.year not in _YEARS:
        raise ValidationError(_("The year %(year)s is hardly meant. Write the date again.", year=field.data.year))


ROLE, PERSON = "role:", "person:"


def responsible_choices(people: Iterable[Person], *, with_area: bool) -> dict[str, Sequence[tuple[str, str]]]:
    """Who an action may be given to: the roles of the unit, and its people."""
    roles = [role for role in RESPONSIBLE_ROLES if with_area or role is not Role.AREA_OWNER]
    groups = {
        _("By role"): [
            (ROLE + role, _("The area's owner") if role is Role.AREA_OWNER else role_name(role)) for role in roles
        ],
        _("By name"): [(PERSON + one.external_key, one.name) for one in people],
    }
    return {label: choices for label, choices in groups.items() if choices}


def person_or_role(session: Session, chosen: str) -> dict[str, Any]:
    """What was chosen of `responsible_choices`, as operations take it: the role, or the person."""
    if chosen.startswith(ROLE):
        return {"role": Role(chosen.removeprefix(ROLE))}
    return {"responsible": organisation.person(session, chosen.removeprefix(PERSON))}


class DoneForm(PageForm):
    """It is done."""

    done_on = DateField(_l("Done on"), [InputRequired(_l("Choose a day.")), _likely_year])
    text = TextAreaField(_l("What was done"), [at_most(LONGEST_TEXT)])


class CheckForm(PageForm):
    """Somebody else has seen that it is done."""

    text = TextAreaField(_l("What you saw"), [at_most(LONGEST_TEXT)])


class CommentForm(PageForm):
    text = TextAreaField(_l("Comment"), [InputRequired(_l("Write a comment.")), at_most(LONGEST_TEXT)])


class AssignForm(PageForm):
    """Whose it is from now on."""

    responsible = SelectField(_l("Responsible"), [InputRequired(_l("Choose who is responsible."))])
    text = TextAreaField(_l("A word to them"), [at_most(LONGEST_TEXT)])


class RescheduleForm(PageForm):
    due_on = DateField(_l("New due date"), [InputRequired(_l("Choose a day.")), _likely_year])
    reason = TextAreaField(
        _l("Why does it change?"), [InputRequired(_l("Say why the due date changes.")), at_most(LONGEST_TEXT)]
    )


class CaseForm(PageForm):
    """Where the case is in the deviation system."""

    number = StringField(
        _l("Case number"), [InputRequired(_l("Write the case's number.")), at_most(LONGEST_CASE_NUMBER)]
    )
    url = StringField(_l("Link to the case"), [at_most(LONGEST_ADDRESS)])


class ReopenForm(PageForm):
    reason = TextAreaField(
        _l("Why is it opened again?"), [InputRequired(_l("Say why it is opened again.")), at_most(LONGEST_TEXT)]
    )


class DropForm(PageForm):
    reason = TextAreaField(
        _l("Why will it not be done?"), [InputRequired(_l("Say why it will not be done.")), at_most(LONGEST_TEXT)]
    )


class NewActionForm(PageForm):
    """An action written by hand."""

    title = TextAreaField(
        _l("What is to be done?"), [InputRequired(_l("Write what is to be done.")), at_most(LONGEST_TITLE)]
    )
    text = TextAreaField(_l("More about it"), [at_most(LONGEST_TEXT)])
    area = StringField(_l("Area"), [at_most(100)])
    responsible = SelectField(_l("Responsible"), [InputRequired(_l("Choose who is responsible."))])
    due_on = DateField(_l("Due"), [InputRequired(_l("Choose a day.")), _likely_year])
