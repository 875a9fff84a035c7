"""Forms of accounts."""

from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from hmswiki.accounts.rules import LONGEST
from hmswiki.web.forms import PageForm
from hmswiki.web.words import _l

_LONGEST_NAME = 320  # an e-mail address is not longer

_name_length = Length(max=_LONGEST_NAME, message=_l("This is too long to be an e-mail address or an id."))
_password_length = Length(max=LONGEST, message=_l("A password has at most %(max)d characters."))


def _without_nul(text: str | None) -> str:
    """What was typed, without what no database can be asked for."""
    return (text or "").replace("\0", "")


def _name() -> StringField:
    return StringField(
        _l("E-mail or employee id"),
        [InputRequired(_l("Write your e-mail address or your employee id.")), _name_length],
        filters=[_without_nul],
    )


class SignInForm(PageForm):
    """Who, and the password."""

    name = _name()
    password = PasswordField(_l("Password"), [InputRequired(_l("Write your password.")), _password_length])


class ResetForm(PageForm):
    """Who has forgotten the password."""

    name = _name()


def _new_password() -> PasswordField:
    return PasswordField(_l("New password"), [InputRequired(_l("Write a new password.")), _password_length])


def _once_more() -> PasswordField:
    return PasswordField(
        _l("The same once more"),
        [
            InputRequired(_l("Write the new password once more.")),
            EqualTo("password", _l("The two passwords are not the same. Write the new one once more.")),
        ],
    )


class ChoosePasswordForm(PageForm):
    """A new password, with the link that came by mail."""

    password = _new_password()
    again = _once_more()


class ChangePasswordForm(PageForm):
    """A new password, with the one that there is."""

    current = PasswordField(
        _l("Password today"), [InputRequired(_l("Write the password that you have today.")), _password_length]
    )
    password = _new_password()
    again = _once_more()
