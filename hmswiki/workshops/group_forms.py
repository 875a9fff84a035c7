"""Forms of groups: who is to be in them, how they are made, and who helps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import Form, HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from hmswiki.foundation.errors import N_, BadRequest
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import Unit
from hmswiki.web.forms import PageForm
from hmswiki.web.words import _, _l, wording
from hmswiki.workshops import words
from hmswiki.workshops.models import Group
from hmswiki.workshops.operations import MOST_GROUPS

MIXED, UNITS = "mixed", "units"
EVERYBODY, ROLES, ROLES_AND_OWNERS = "everybody", "roles", "roles_and_owners"

WHOM = {
    EVERYBODY: None,
    ROLES: (Role.UNIT_LEADER, Role.HSE_COORDINATOR, Role.SAFETY_REPRESENTATIVE),
    ROLES_AND_OWNERS: (Role.UNIT_LEADER, Role.HSE_COORDINATOR, Role.SAFETY_REPRESENTATIVE, Role.AREA_OWNER),
}
"""Whose holders come, by what is chosen; None: all who are employed."""


class MakingForm(Form):
    """How groups are made; read from the address, since it only looks. Offer the choices with `offer`."""

    units = SelectMultipleField(
        _l("Who comes from these units"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
        validate_choice=False,
    )  # fmt: skip
    whom = RadioField(_l("Who comes"), default=EVERYBODY)
    how = RadioField(_l("How"), default=MIXED)
    groups = IntegerField(
        _l("Number of groups"),
        [Optional(), NumberRange(1, MOST_GROUPS, _l("Choose from 1 to %(most)s groups.", most=MOST_GROUPS))],
    )  # fmt: skip
    anew = SelectMultipleField(widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
                               validate_choice=False)  # fmt: skip
    turn = IntegerField(validators=[Optional()], default=1)

    def offer(self, units: Iterable[Unit]) -> "MakingForm":
        self.units.choices = [(one.code, wording(one.name)) for one in units]
        self.whom.choices = [
            (EVERYBODY, _("Everybody who is employed there")),
            (ROLES, _("Only leaders, HSE coordinators and safety representatives")),
            (ROLES_AND_OWNERS, _("Only leaders, HSE coordinators, safety representatives and area owners")),
        ]
        self.how.choices = [
            (MIXED, _("Mixed: every group has people of all units and roles")),
            (UNITS, _("By unit: a group for each of the units")),
        ]
        self.anew.choices = [("yes", _("Move also those who are in a group already"))]
        return self


class PeopleForm(PageForm):
    """People who are put in a group by hand."""

    people = TextAreaField(_l("Names, e-mail addresses or employee ids"))
    to = SelectField(_l("Group"), validate_choice=False)

    def offer(self, groups: Iterable[Group]) -> "PeopleForm":
        self.to.choices = [("", _("Where there are fewest")), *((str(one.number), words.group_name(one))
                                                               for one in groups)]  # fmt: skip
        return self


class HelperForm(PageForm):
    helper = TextAreaField(_l("Name, e-mail address or employee id"))


class ArrangeForm(PageForm):
    """The groups as they stand: each person has a field for the group, each group one for its name and its leader."""

    do = HiddenField()


# --- What the page of groups sends --------------------------------------------------------------------------


def number_in(text: str | None) -> int | None:
    """The number that is written there; None where there is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


@dataclass(frozen=True)
class Wish:
    """What is chosen for a person, and what was shown before."""

    person_id: int
    group: int | None
    was: int | None


def wishes(sent: Any) -> list[Wish]:
    """For each person on the page, the group that is chosen now."""
    return [
        Wish(int(name[3:]), number_in(value), number_in(sent.get(f"was-{name[3:]}")))
        for name, value in sent.items() if name.startswith("at-") and number_in(name[3:]) is not None
    ]  # fmt: skip


def numbers_of(sent: Any, prefix: str) -> dict[int, str]:
    """What was sent for each group, by its number."""
    return {
        int(name.removeprefix(prefix)): value
        for name, value in sent.items()
        if name.startswith(prefix) and number_in(name.removeprefix(prefix)) is not None
    }


@dataclass(frozen=True)
class Shown:
    """A group as the preview showed it. `number` is None for a new one."""

    number: int | None
    name: str
    people: Sequence[int]
    leads: int | None
    """Who was chosen to lead it; None: whoever does so goes on."""

    @property
    def in_order(self) -> list[int]:
        """The leader first."""
        return sorted(self.people, key=lambda one: one != self.leads)


def shown_groups(sent: Any) -> list[Shown]:
    """The groups of a preview. Raises BadRequest for what no preview sends."""
    found = []
    for place, text in sorted(numbers_of(sent, "people-").items()):
        ids = [number_in(one) for one in text.split(",") if one]
        if any(one is None for one in ids):
            raise BadRequest(N_("The groups cannot be read. Make them again."))
        people = [one for one in ids if one is not None]
        leads = number_in(sent.get(f"leads-{place}"))
        found.append(
            Shown(
                number_in(sent.get(f"group-{place}")), sent.get(f"name-{place}", ""), people,
                leads if leads in people else None,
            )
        )  # fmt: skip
    return found
