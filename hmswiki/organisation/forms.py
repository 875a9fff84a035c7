"""Forms of the register: the shape of what was typed."""

import math
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from wtforms import DateField, EmailField, Field, Form, SelectField, StringField, TextAreaField
from wtforms.fields import choices as select_fields
from wtforms.validators import InputRequired, Optional, ValidationError

from hmswiki.foundation.database import Wording
from hmswiki.foundation.language import LANGUAGES, OWN_NAMES
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import Employment, Person, RoleHolding, Unit
from hmswiki.organisation.rules import CODE
from hmswiki.web.forms import PageForm, at_most
from hmswiki.web.page import role_name
from hmswiki.web.words import _, _l, day, wording

_KEY = re.compile(r"[\w@+-][\w.@+-]*")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_YEARS = range(1900, 2201)


def _tidy(text: str | None) -> str:
    return " ".join((text or "").split())


def _tidy_lines(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _plain(form: Form, field: Field) -> None:
    """No control characters: they are typed by no one, and not every database keeps them."""
    if any(ord(letter) < 32 and letter != "\n" or ord(letter) == 127 for letter in field.data or ""):
        raise ValidationError(_("This holds a letter that cannot be shown. Type it again instead of pasting it."))


def some_text(sentence: str) -> Any:
    """Required, and not only spaces."""

    def check(form: Form, field: Field) -> None:
        if not field.data:
            raise ValidationError(str(sentence))

    return check


def _likely_year(form: Form, field: Field) -> None:
    if field.data is not None and field.data.year not in _YEARS:
        raise ValidationError(_("The year %(year)s is hardly meant. Write the date again.", year=field.data.year))


def text_field(label: str, *checks: Any, limit: int = 200, hint: str = "") -> Any:
    return StringField(label, [*checks, _plain, at_most(limit)], filters=[_tidy], description=hint)


def first_day(label: str, hint: str = "") -> Any:
    return DateField(label, [InputRequired(_l("Choose a day.")), _likely_year], description=hint)


def _open_end(hint: str) -> Any:
    return DateField(_l("Until"), [Optional(), _likely_year], description=hint)


_END_HINT = _l("The first day that no longer counts. Leave it empty while no end is known.")


def _a_number(form: Form, field: Field) -> None:
    try:
        number = float((field.data or "0").replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or abs(number) > 1_000_000:
        raise ValidationError(_("Write a number: 1 comes before 2."))


class RegisterForm(PageForm):
    """A form that says in which order its fields stand: `first`, then the rest as they were declared."""

    first: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    def fields_in_order(self) -> list[Field]:
        rest = [field.name for field in self if field.name not in (*self.first, "csrf_token", "submission")]
        return [self[name] for name in (*self.first, *rest)]

    def errors_in_order(self) -> list[tuple[str | None, str]]:
        places = {field.id: place for place, field in enumerate(self.fields_in_order())}
        return sorted(super().errors_in_order(), key=lambda error: places.get(error[0] or "", -1))


class UnitFactsForm(RegisterForm):
    """What may be put right of a unit."""

    name_nb = text_field(_l("Name in Bokmål"))
    name_nn = text_field(_l("Name in Nynorsk"), hint=_l("Leave empty what is the same in every language."))
    name_en = text_field(_l("Name in English"))
    kind = text_field(_l("Kind"), limit=100, hint=_l("In your own words: faculty, department, section."))
    position = StringField(
        _l("Place among its siblings"),
        [_a_number],
        filters=[_tidy],
        description=_l("A number: 1 comes before 2. Units without a number come last, by their code."),
    )
    optional: tuple[str, ...] = ("name_nn", "name_en", "kind", "position")

    def validate_name_nb(self, field: Field) -> None:
        if not (self.name_nb.data or self.name_nn.data or self.name_en.data):
            raise ValidationError(_("Write what the unit is called, in one language at least."))

    @property
    def name(self) -> Wording:
        """The names that were written, by language."""
        written = {language: getattr(self, f"name_{language}").data for language in LANGUAGES}
        return {language: name for language, name in written.items() if name}

    @property
    def place(self) -> float | None:
        return float(self.position.data.replace(",", ".")) if self.position.data else None

    @staticmethod
    def of(unit: Unit) -> dict[str, Any]:
        """What the form shows before anything is typed."""
        names = {"nb": unit.name} if isinstance(unit.name, str) else dict(unit.name)
        shown: dict[str, Any] = {f"name_{language}": names.get(language, "") for language in LANGUAGES}
        place = "" if unit.position is None else f"{unit.position:g}"
        return shown | {"kind": unit.kind or "", "position": place}


class NewUnitForm(UnitFactsForm):
    code = text_field(
        _l("Code"),
        some_text(_l("Write the unit's code.")),
        limit=100,
        hint=_l("Letters and digits without spaces, as people abbreviate it: IKJ. It can never be changed."),
    )
    parent = SelectField(_l("Beneath"), description=_l("The unit above it. It can never be changed."))
    opened = first_day(_l("Opens"), _l("The unit's first day. It can never be changed."))
    first = ("code", "parent", "opened")

    def validate_code(self, field: Field) -> None:
        if field.data and not CODE.fullmatch(field.data):
            raise ValidationError(_("Use only letters, digits, hyphens, underscores and points: IKJ or kjemi-2."))


class CloseUnitForm(RegisterForm):
    closed = first_day(_l("Closes"), _l("The first day on which the unit is no more."))
    successors = text_field(
        _l("Carried on by"),
        limit=2000,
        hint=_l("The codes of the units that carry on, with a space between them: IMA IKP."),
    )
    optional = ("successors",)


class PersonForm(RegisterForm):
    name = text_field(_l("Name"), some_text(_l("Write the person's name.")))
    email = EmailField(
        _l("E-mail"),
        [_plain, at_most(254)],
        filters=[_tidy],
        description=_l("Invitations and reminders go there. Without it the person cannot be invited."),
    )
    language = SelectField(
        _l("Language"),
        choices=lambda: [choice("", _("As in the browser")), *(choice(code, OWN_NAMES[code]) for code in LANGUAGES)],
    )
    optional = ("email",)

    def validate_email(self, field: Field) -> None:
        if field.data and not _ADDRESS.fullmatch(field.data):
            raise ValidationError(_("Write an e-mail address like kari@example.no."))

    @staticmethod
    def of(person: Person) -> dict[str, Any]:
        return {"name": person.name, "email": person.email or "", "language": person.language or ""}


class NewPersonForm(PersonForm):
    external_key = text_field(
        _l("The employer's id"),
        some_text(_l("Write the id by which the employer knows the person.")),
        hint=_l("The employee number or user name. It joins the person to the sign-in and can never be changed."),
    )
    first = ("external_key",)

    def validate_external_key(self, field: Field) -> None:
        if field.data and not _KEY.fullmatch(field.data):
            raise ValidationError(_("Use only letters, digits and . _ - + @, without spaces."))


class TermForm(RegisterForm):
    """A first day and perhaps an end."""

    starts_on = first_day(_l("From"), _l("The first day that counts."))
    ends_on = _open_end(_END_HINT)
    optional = ("ends_on",)

    @staticmethod
    def of(fact: Employment | RoleHolding) -> dict[str, Any]:
        """What the form shows before anything is typed."""
        shown: dict[str, Any] = {"starts_on": fact.starts_on, "ends_on": fact.ends_on, "unit": fact.unit.code}
        return shown | ({"role": fact.role} if isinstance(fact, RoleHolding) else {})


class EmployForm(TermForm):
    """Employ a known person."""

    unit = SelectField(_l("Unit"), [some_text(_l("Choose a unit."))])
    first: tuple[str, ...] = ("unit",)


class EmployInForm(TermForm):
    """Employ somebody in a known unit."""

    person = text_field(
        _l("Person"), some_text(_l("Write a name or an id.")), hint=_l("The id, or as much of the name as it takes.")
    )
    first = ("person",)


class RoleForm(TermForm):
    """Give a known person a role."""

    role = SelectField(
        _l("Role"),
        [some_text(_l("Choose a role."))],
        description=_l("It holds in the unit and in all units beneath it."),
    )
    unit = SelectField(_l("Unit"), [some_text(_l("Choose a unit."))])
    first = ("role", "unit")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = role_choices()


class RoleInForm(TermForm):
    """Give somebody a role in a known unit."""

    role = SelectField(
        _l("Role"),
        [some_text(_l("Choose a role."))],
        description=_l("It holds in the unit and in all units beneath it."),
    )
    person = text_field(
        _l("Person"), some_text(_l("Write a name or an id.")), hint=_l("The id, or as much of the name as it takes.")
    )
    first = ("role", "person")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = role_choices()


def reason_field() -> Any:
    return TextAreaField(
        _l("Why"),
        [some_text(_l("Say why in a few words: it stands in the history.")), _plain, at_most(1000)],
        filters=[_tidy_lines],
        description=_l("Stands in the history beside your name. Write nothing about health or other private matters."),
    )


class CorrectEmploymentForm(EmployForm):
    reason = reason_field()


class CorrectRoleForm(RoleForm):
    reason = reason_field()


class EndForm(RegisterForm):
    ends_on = first_day(_l("Until"), _l("The first day that no longer counts."))


class MoveForm(EmployForm):
    """Leave one unit and begin in another on the same day."""

    first = ("unit", "starts_on")
    starts_on = first_day(_l("Moves on"), _l("The first day in the new unit. The employment before ends that day."))


class WithdrawForm(RegisterForm):
    reason = reason_field()


def choice(value: str, label: Any) -> Any:
    """An option of a select. WTForms 3.3 has a class for it and warns of pairs; older ones know pairs only."""
    made = getattr(select_fields, "SelectChoice", None)
    return (value, label) if made is None else made(value=value, label=label)


def role_choices() -> list[Any]:
    return [choice("", _("Choose a role")), *(choice(role.value, role_name(role)) for role in Role)]


def unit_choices(units: Iterable[Unit], today: date, *, top: str = "") -> list[Any]:
    """Units to choose from, indented as they stand in the tree; `top` stands first and means no unit."""
    choices = [choice("", top or _("Choose a unit"))]
    for unit in units:
        label = f"{'– ' * (unit.path.count('/') - 2)}{unit.code} {wording(unit.name)}"
        if unit.closed is not None:
            label = _("%(unit)s (closed from %(day)s)", unit=label, day=day(unit.closed))
        elif unit.opened > today:
            label = _("%(unit)s (opens %(day)s)", unit=label, day=day(unit.opened))
        choices.append(choice(unit.code, label))
    return choices
