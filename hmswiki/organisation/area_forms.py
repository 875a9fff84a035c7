"""Forms of areas: the shape of what was typed."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import Field, SelectField, TextAreaField
from wtforms.validators import ValidationError

from hmswiki.organisation.forms import (
    RegisterForm,
    TermForm,
    UnitFactsForm,
    choice,
    first_day,
    reason_field,
    some_text,
    text_field,
)
from hmswiki.organisation.models import Area, AreaDuty, AreaKind, AreaUnit
from hmswiki.organisation.rules import CODE
from hmswiki.web.words import _, _l


def kind_name(kind: AreaKind) -> str:
    """A kind of area as people say it."""
    names = {
        AreaKind.BUILDING: _("Building"),
        AreaKind.FLOOR: _("Floor"),
        AreaKind.ROOM: _("Room"),
        AreaKind.ZONE: _("Zone"),
    }
    return names[AreaKind(kind)]


def kind_names() -> dict[str, str]:
    """Every kind, as people say it."""
    return {kind.value: kind_name(kind) for kind in AreaKind}


class AreaFactsForm(UnitFactsForm):
    """What may be put right of an area."""

    kind = SelectField(
        _l("Kind"),
        [some_text(_l("Choose a kind."))],
        description=_l("Rooms lie on a floor and floors in a building. A zone, of fire say, may lie in any."),
    )
    first: tuple[str, ...] = ("kind",)
    optional: tuple[str, ...] = ("name_nn", "name_en", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [
            choice("", _("Choose a kind")),
            *(choice(value, name) for value, name in kind_names().items()),
        ]
        self.position.description = _("A number: 1 comes before 2. Areas without a number come last, by their code.")

    def validate_name_nb(self, field: Field) -> None:
        if not (self.name_nb.data or self.name_nn.data or self.name_en.data):
            raise ValidationError(_("Write what the area is called, in one language at least."))

    @staticmethod
    def of_area(area: Area) -> dict[str, Any]:
        """What the form shows before anything is typed."""
        names = {"nb": area.name} if isinstance(area.name, str) else dict(area.name)
        shown: dict[str, Any] = {f"name_{language}": text for language, text in names.items()}
        place = "" if area.position is None else f"{area.position:g}"
        return shown | {"kind": area.kind, "position": place}


class NewAreaForm(AreaFactsForm):
    code = text_field(
        _l("Code"),
        some_text(_l("Write the area's code.")),
        limit=100,
        hint=_l("As it stands on the door, without spaces: B1-217. It can never be changed."),
    )
    parent = text_field(
        _l("Lies in"),
        limit=100,
        hint=_l("The code of the floor, building or zone: B1-2. Leave it empty for a building. "
                "It can never be changed."),
    )  # fmt: skip
    opened = first_day(_l("There from"), _l("The first day of the area. It can never be changed."))
    first = ("kind", "code", "parent", "opened")
    optional = ("name_nn", "name_en", "position", "parent")

    def validate_code(self, field: Field) -> None:
        if field.data and not CODE.fullmatch(field.data):
            raise ValidationError(_("Use only letters, digits, hyphens, underscores and points: B1-217."))


class CloseAreaForm(RegisterForm):
    closed = first_day(_l("Closes"), _l("The first day on which the area is no more."))


class GiveForm(TermForm):
    """Give a known area to a unit."""

    unit = SelectField(
        _l("Unit"),
        [some_text(_l("Choose a unit."))],
        description=_l("What lies in the area belongs to the unit too, unless it is given to another itself."),
    )
    first = ("unit",)

    @staticmethod
    def of_row(row: AreaUnit) -> dict[str, Any]:
        return {"unit": row.unit.code, "starts_on": row.starts_on, "ends_on": row.ends_on}


class CorrectGiveForm(GiveForm):
    reason = reason_field()


class AppointForm(TermForm):
    """Make somebody owner or deputy of a known area."""

    person = text_field(
        _l("Person"), some_text(_l("Write a name or an id.")), hint=_l("The id, or as much of the name as it takes.")
    )
    first = ("person",)

    @staticmethod
    def of_row(row: AreaDuty) -> dict[str, Any]:
        return {"person": row.person.external_key, "starts_on": row.starts_on, "ends_on": row.ends_on}


class CorrectDutyForm(AppointForm):
    reason = reason_field()


class ImportAreasForm(RegisterForm):
    """Many areas at once, pasted or as a file."""

    rows = TextAreaField(
        _l("Rows"),
        description=_l("One area a line: code;name;kind;parent;unit. Kind is building, floor, room or zone. "
                       "Leave parent empty for a building, and unit where the area belongs to whom it lies with."),
    )  # fmt: skip
    file = FileField(_l("Or a file"), description=_l("CSV or text, in UTF-8. Used where no rows are pasted."))
    opened = first_day(_l("There from"), _l("The first day of these areas, and of their belonging to a unit."))
    optional = ("rows", "file")
