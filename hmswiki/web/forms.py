"""Forms: the shape of what was typed. Truth is decided by operations."""

from typing import Any
from uuid import UUID, uuid4

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField
from wtforms.validators import Length

from hmswiki.foundation.errors import N_, Refusal
from hmswiki.web.words import _l, domain, say

# WTForms' own sentences, so that the catalogues have them in nynorsk too.
_WTFORMS_MESSAGES = (
    N_("This field is required."),
    N_("Not a valid choice."),
    N_("Not a valid choice"),
    N_("Not a valid date value."),
    N_("Not a valid integer value."),
    N_("Invalid input."),
    N_("Invalid email address."),
)


class _Translations:
    """WTForms asks here for its own messages."""

    def gettext(self, string: str) -> str:
        return str(domain.gettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        # Not formatted here: WTForms fills in its own facts.
        return str(domain.get_translations().ungettext(singular, plural, n))


class PageForm(FlaskForm):  # type: ignore[misc]
    """A form of a page: CSRF token, an id that makes sending it twice harmless, and room for refusals."""

    submission = HiddenField(default=lambda: str(uuid4()))

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: Any) -> Any:
            return _Translations()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.problems: list[str] = []

    @property
    def submission_id(self) -> UUID | None:
        """The id the form was shown with; None when it was not sent or is no id."""
        try:
            return UUID(self.submission.data or "")
        except ValueError:
            return None

    def take(self, refusal: Refusal) -> None:
        """Show `refusal` at the field that it is about, or above the form. What was typed stays."""
        if refusal.field in self._fields:
            field: Field = self._fields[refusal.field]
            field.errors = [*field.errors, say(refusal)]
        else:
            self.problems.append(say(refusal))

    def errors_in_order(self) -> list[tuple[str | None, str]]:
        """(id of the field or None, sentence) in the order of the page, for the summary above the form."""
        found: list[tuple[str | None, str]] = [(None, problem) for problem in self.problems]
        for field in self:
            found.extend((field.id, str(error)) for error in _flat(field.errors))
        return found


def at_most(limit: int) -> Length:
    """Check that a text has at most `limit` characters."""
    return Length(max=limit, message=_l("The text is too long: write at most %(limit)s characters.", limit=limit))


def _flat(errors: Any) -> list[Any]:
    if isinstance(errors, dict):
        return [error for part in errors.values() for error in _flat(part)]
    if isinstance(errors, list | tuple):
        return [error for part in errors for error in _flat(part)]
    return [errors]
