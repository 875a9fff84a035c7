"""Every setting: its name, its default, its meaning.

A setting `approve_own` is `approve_own` in `hmswiki.toml`, `HMSWIKI_APPROVE_OWN` in the environment, and
`HMSWIKI_APPROVE_OWN` in a host application's configuration. The environment wins over the file.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hmswiki.foundation.errors import SetupProblem

PREFIX = "HMSWIKI_"
FILE_NAME = "hmswiki.toml"


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """The settings of one application."""

    instance: Path = _setting(
        Path("hmswiki-data"), "Folder of the site's data: the SQLite database, the secret key, attachments."
    )
    database_url: str | None = _setting(
        None,
        "Address of the database, `sqlite:///…` or `postgresql://…`. Left out: SQLite in the instance folder.",
    )
    secret_key: str | None = _setting(
        None,
        "Signs cookies. Left out: made once and kept in the instance folder, readable by the owner alone.",
    )
    site_name: str = _setting("hmswiki", "What the site calls itself in its header and in e-mail.")
    base_url: str | None = _setting(
        None,
        "The site's public address, `https://hms.example.no`. Needed for links in e-mail; makes cookies secure.",
    )
    time_zone: str = _setting("Europe/Oslo", "Where the site's days begin: every date is a date there.")
    approve_own: bool = _setting(
        False, "Lets an approver publish what he or she wrote. For workplaces so small that nobody else can."
    )
    max_request_bytes: int = _setting(2_000_000, "The largest form or file that may be sent in one request.")
    max_photo_bytes: int = _setting(
        25_000_000, "The largest photo, or form with photos, that may be sent in one request."
    )
    session_days: int = _setting(30, "How many days a sign-in lasts.")
    link_hours: int = _setting(72, "How many hours an invitation or reset link can be used.")
    trusted_proxies: int = _setting(
        0, "How many reverse proxies stand in front and set X-Forwarded-For, -Proto and -Host."
    )
    mail_server: str | None = _setting(None, "Host name of the SMTP server. Left out: no e-mail is sent.")
    mail_port: int = _setting(25, "Port of the SMTP server.")
    mail_starttls: bool = _setting(False, "Turns encryption on with STARTTLS before anything is said.")
    mail_username: str | None = _setting(None, "User name at the SMTP server, if it asks for one.")
    mail_password: str | None = _setting(None, "Password at the SMTP server.")
    mail_from: str = _setting("hmswiki@localhost", "Sender of all e-mail.")
    reminder_days: int = _setting(7, "How many days before something is due its people are reminded by e-mail.")
    actions_escalate_after_days: int = _setting(
        14, "How many days after its due date the level above is told of an action that is still open."
    )
    privacy_url: str | None = _setting(None, "Address of the organisation's privacy notice, linked at the foot.")
    accessibility_url: str | None = _setting(
        None, "Address of the organisation's accessibility statement, linked at the foot."
    )
    plugins: list[str] | None = _setting(
        None, "Names of installed plugins to use. Left out: all that are installed; empty: none."
    )
    demo: bool = _setting(False, "Set by `hmswiki demo`: cast on the sign-in page, and a banner on every page.")

    @property
    def zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise SetupProblem(
                ("There is no time zone %(zone)s. Write it like Europe/Oslo in time_zone."),
                zone=self.time_zone,
            ) from None


def setting_fields() -> tuple[Field[Any], ...]:
    """The settings as dataclass fields; `metadata["meaning"]` says what each does."""
    return fields(Settings)


def default_of(setting: Field[Any]) -> Any:
    return None if setting.default is MISSING else setting.default


def load(*, cwd: Path | None = None, environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from `hmswiki.toml` in `cwd` (or named by HMSWIKI_CONFIG), then HMSWIKI_*, then `overrides`.

    Raises SetupProblem for an unknown name, or for a value that cannot be read.
    """
    environ = os.environ if environ is None else environ
    file = Path(environ.get(PREFIX + "CONFIG", (cwd or Path.cwd()) / FILE_NAME))
    values: dict[str, Any] = {}
    if file.is_file():
        try:
            values.update(tomllib.loads(file.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SetupProblem(
                ("%(file)s cannot be read: %(problem)s. Write it as TOML."),
                file=str(file),
                problem=str(error),
            ) from error
    elif PREFIX + "CONFIG" in environ:
        raise SetupProblem(("There is no file %(file)s, which HMSWIKI_CONFIG names."), file=str(file))
    names = {setting.name for setting in setting_fields()}
    for key, text in environ.items():
        name = key.removeprefix(PREFIX).lower()
        if key.startswith(PREFIX) and name in names:
            values[name] = text
    values.update(overrides)
    return from_values(values, source=str(file))


def from_values(values: Mapping[str, Any], *, source: str = "the configuration") -> Settings:
    """Settings from names and values; texts are read as what the setting is."""
    hints = get_type_hints(Settings)
    names = {setting.name for setting in setting_fields()}
    for name in values:
        if name not in names:
            raise SetupProblem(
                ("%(source)s has an unknown setting %(name)s. The settings are in docs/settings.md."),
                source=source, name=name,
            )  # fmt: skip
    return Settings(**{name: _read(name, hints[name], value) for name, value in values.items()})


def from_app_config(config: Mapping[str, Any], **overrides: Any) -> Settings:
    """Settings from a host application's configuration, where each is HMSWIKI_NAME."""
    names = {setting.name for setting in setting_fields()}
    values = {
        key.removeprefix(PREFIX).lower(): value
        for key, value in config.items()
        if key.startswith(PREFIX) and key.removeprefix(PREFIX).lower() in names
    }
    return from_values(values | overrides, source="the application's configuration")


_SWITCH = {"1": True, "true": True, "yes": True, "on": True}
_SWITCH |= {"0": False, "false": False, "no": False, "off": False, "": False}


def _read(name: str, hint: Any, value: Any) -> Any:
    kinds = [kind for kind in get_args(hint) if kind is not type(None)] if isinstance(hint, UnionType) else [hint]
    kind = kinds[0]
    if value is None or (value == "" and isinstance(hint, UnionType)):
        return None
    try:
        if kind is bool and isinstance(value, str):
            return _SWITCH[value.strip().lower()]
        if kind is bool and isinstance(value, bool):
            return value
        if kind is int and not isinstance(value, bool):
            return int(value)
        if kind is Path:
            return Path(value)
        if kind is str and isinstance(value, str):
            return value
        if isinstance(value, str):  # a list of names, comma between
            return [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, list | tuple):
            return [str(part) for part in value]
    except (KeyError, TypeError, ValueError):
        pass
    raise SetupProblem(
        ("The setting %(name)s is %(value)s, which cannot be read. docs/settings.md says what it takes."),
        name=name, value=repr(value),
    )  # fmt: skip
