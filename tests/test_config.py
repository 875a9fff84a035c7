"""Settings: from a file, from the environment, and refused clearly."""

import stat
from pathlib import Path

import pytest

from hmswiki import config, create_app
from hmswiki.extension import kept_secret
from hmswiki.foundation.errors import SetupProblem


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert config.load(cwd=tmp_path, environ={}) == config.Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "hmswiki.toml").write_text('site_name = "Fila"\nsession_days = 7\n', encoding="utf-8")
    settings = config.load(cwd=tmp_path, environ={"HMSWIKI_SITE_NAME": "Miljøet", "HMSWIKI_APPROVE_OWN": "yes"})
    assert (settings.site_name, settings.session_days, settings.approve_own) == ("Miljøet", 7, True)


def test_an_unknown_name_in_the_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "hmswiki.toml").write_text("sitename = 1\n", encoding="utf-8")
    with pytest.raises(SetupProblem, match="sitename"):
        config.load(cwd=tmp_path, environ={})


@pytest.mark.parametrize(
    ("name", "text"), [("HMSWIKI_MAIL_PORT", "many"), ("HMSWIKI_APPROVE_OWN", "perhaps"), ("HMSWIKI_SESSION_DAYS", "")]
)
def test_a_value_that_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(SetupProblem, match=name.removeprefix("HMSWIKI_").lower()):
        config.load(cwd=tmp_path, environ={name: text})


def test_broken_toml_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "hmswiki.toml").write_text("= nothing", encoding="utf-8")
    with pytest.raises(SetupProblem, match="TOML"):
        config.load(cwd=tmp_path, environ={})
    with pytest.raises(SetupProblem, match="HMSWIKI_CONFIG"):
        config.load(cwd=tmp_path, environ={"HMSWIKI_CONFIG": str(tmp_path / "none.toml")})


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(SetupProblem, match="Europe/Oslo"):
        _ = config.Settings(time_zone="Mars/Olympus").zone


def test_a_secret_key_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    first = kept_secret(tmp_path / "data")
    assert kept_secret(tmp_path / "data") == first
    assert len(first) >= 48
    assert stat.S_IMODE((tmp_path / "data" / "secret-key").stat().st_mode) == 0o600
    assert kept_secret(tmp_path / "other") != first


def test_the_application_uses_the_kept_key(tmp_path: Path) -> None:
    app = create_app(config.Settings(instance=tmp_path))
    assert app.secret_key == (tmp_path / "secret-key").read_text().strip()
