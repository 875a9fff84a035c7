"""`hmswiki user …`, in an application as it is started from a folder."""

import json
import re
from datetime import date
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from hmswiki import cli
from hmswiki.accounts.models import Account
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import Person, RoleHolding, Unit
from tests import cast
from tests.accounts.conftest import Database, open_sessions, person, sign_in, signed_in, stranger, who
from tests.conftest import Client

CHOSEN = {"password": "noe helt annet nå", "again": "noe helt annet nå"}


def run(app: Flask, *arguments: str) -> Result:
    """`hmswiki user ARGUMENTS`, where the folder's settings make this application."""
    with patch.object(cli, "application", lambda: app):
        return CliRunner().invoke(cli.main, ["user", *arguments], catch_exceptions=False)


def path_of(answer: Result) -> str:
    assert answer.exit_code == 0, answer.output
    (line,) = answer.stdout.splitlines()
    assert line.startswith("http://127.0.0.1:8000/accounts/")
    return urlsplit(line).path


def test_on_an_empty_site_the_first_administrator_gets_a_link(empty_app: Flask, cheap_hashing: None) -> None:
    answer = run(empty_app, "invite", "kari", "--role", "administrator")
    client = stranger(empty_app)
    taken = client.post(path_of(answer), data=CHOSEN)

    assert "ORG (hmswiki) was made" in answer.stderr
    assert taken.status_code == 303
    assert who(client) == "kari"
    assert client.get("/accounts/people/kari").status_code == 200, "kari is administrator"


def test_what_is_made_on_an_empty_site_is_a_unit_a_person_a_role_and_nothing_else(app: Flask, empty_app: Flask) -> None:
    from sqlalchemy.orm import Session

    from hmswiki.web.context import state

    run(empty_app, "invite", "kari", "--role", "administrator", "--unit", "NV", "--name", "Kari Nesset",
        "--email", "kari@example.no")  # fmt: skip

    with Session(state(empty_app).engines.read) as session:
        (unit,) = session.scalars(select(Unit))
        (kari,) = session.scalars(select(Person))
        (holding,) = session.scalars(select(RoleHolding))
        assert (unit.code, unit.name, unit.parent_id, unit.path) == ("NV", "hmswiki", None, f"/{unit.id}/")
        assert unit.opened == cast.today().replace(month=1, day=1)
        assert (kari.external_key, kari.name, kari.email) == ("kari", "Kari Nesset", "kari@example.no")
        assert (holding.role, holding.unit_id, holding.recorded_by_id) == (Role.ADMINISTRATOR, unit.id, None)


def test_inviting_again_gives_a_new_link_and_no_second_role(
    app: Flask, database: Database, cheap_hashing: None
) -> None:
    first = path_of(run(app, "invite", "siri", "--role", "administrator"))
    second = path_of(run(app, "invite", "siri", "--role", "administrator"))

    with database() as session:
        holdings = session.scalars(
            select(RoleHolding).where(
                RoleHolding.person_id == person(session, "siri").id, RoleHolding.role == Role.ADMINISTRATOR
            )
        ).all()
        assert len(holdings) == 1
    assert stranger(app).get(first).status_code == 404
    assert stranger(app).post(second, data=CHOSEN).status_code == 303


def test_somebody_in_the_register_is_invited_without_being_changed(app: Flask, database: Database) -> None:
    path_of(run(app, "invite", "siri"))

    with database() as session:
        assert (person(session, "siri").name, person(session, "siri").email) == ("Siri Sand", "siri@example.no")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("invite", "siri", "--role", "editor", "--unit", "NOPE"), "no unit with the code NOPE"),
        (("deactivate", "nobody"), "no person with the id nobody"),
        (("deactivate", "siri"), "nothing to deactivate"),
        (("activate", "siri"), "Invite the person instead"),
        (("reset", "siri"), "hmswiki user invite siri"),
        (("sessions", "nobody"), "no person with the id nobody"),
    ],
)
def test_a_refusal_ends_with_1_and_one_line(app: Flask, arguments: tuple[str, ...], said: str) -> None:
    answer = run(app, *arguments)

    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    "arguments",
    [("invite",), ("invite", "siri", "--role", "king"), ("invite", "siri", "--unit", "FAC"), ("invite", " "),
     ("list", "--format", "xml"), ("nothing",)],
)  # fmt: skip
def test_wrong_usage_ends_with_2(app: Flask, arguments: tuple[str, ...]) -> None:
    answer = run(app, *arguments)

    assert answer.exit_code == 2
    assert answer.stdout == ""


def test_a_refused_invitation_leaves_nothing(empty_app: Flask, app: Flask, database: Database) -> None:
    run(app, "invite", "new", "--role", "editor", "--unit", "NOPE")

    with database() as session:
        assert session.scalar(select(Person).where(Person.external_key == "new")) is None


def test_with_two_units_at_the_top_it_must_be_said_where(app: Flask, database: Database) -> None:
    with database() as session:
        other = Unit(code="OTHER", name="Other", path="", opened=date(2020, 1, 1))
        session.add(other)
        session.flush()
        other.path = f"/{other.id}/"

    refused = run(app, "invite", "siri", "--role", "editor")

    assert (refused.exit_code, "--unit" in refused.stderr) == (1, True)
    assert run(app, "invite", "siri", "--role", "editor", "--unit", "OTHER").exit_code == 0


def test_accounts_are_listed_as_a_table_and_as_json(app: Flask, with_passwords: None) -> None:
    signed_in(app, "bjorn")
    run(app, "invite", "siri")
    run(app, "deactivate", "dina")

    table = run(app, "list").stdout.splitlines()
    rows = json.loads(run(app, "list", "--format", "json").stdout)

    assert table[0].split() == ["person", "name", "email", "state", "last_seen", "sessions"]
    assert [line.split()[0] for line in table[1:]] == ["bjorn", "dina", "ivar", "siri"]
    assert [(row["person"], row["state"], row["sessions"]) for row in rows] == [
        ("bjorn", "active", 1), ("dina", "deactivated", 0), ("ivar", "active", 0), ("siri", "invited", 0),
    ]  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", rows[0]["last_seen"])


def test_nobody_at_all_is_an_empty_list(empty_app: Flask) -> None:
    assert run(empty_app, "list", "--format", "json").stdout == "[]\n"


def test_deactivating_and_activating(app: Flask, database: Database, with_passwords: None) -> None:
    client = signed_in(app, "bjorn")

    closed = run(app, "deactivate", "bjorn")
    assert (closed.exit_code, closed.stdout, who(client)) == (0, "", None)
    assert run(app, "activate", "bjorn").exit_code == 0

    assert sign_in(stranger(app), "bjorn").status_code == 303


def test_a_reset_prints_a_link_to_choose_a_new_password(app: Flask, with_passwords: None) -> None:
    client = stranger(app)

    path = path_of(run(app, "reset", "bjorn"))
    client.post(path, data=CHOSEN)

    assert path.startswith("/accounts/reset/")
    assert who(client) == "Bjørn Berg"


def test_sessions_are_listed_and_ended(app: Flask, database: Database, with_passwords: None) -> None:
    client = signed_in(app, "bjorn")

    listed = run(app, "sessions", "bjorn")
    ended = run(app, "sessions", "bjorn", "--end")

    assert len(listed.stdout.splitlines()) == 1
    assert (ended.exit_code, ended.stdout) == (0, "")
    assert (who(client), open_sessions(database, "bjorn")) == (None, 0)


def test_the_link_begins_with_the_sites_own_address(app: Flask, tmp_path: Any) -> None:
    from hmswiki.web.context import state
    from tests.conftest import _app

    address = state(app).engines.write.url.render_as_string(hide_password=False)
    site = _app(address, tmp_path / "site", base_url="https://hms.example.no/wiki/")

    answer = run(site, "invite", "siri")

    assert answer.stdout.startswith("https://hms.example.no/wiki/accounts/invitation/")
    assert "base_url" not in answer.stderr


def test_under_flask_the_same_commands_run_in_the_hosts_application(app: Flask, as_ivar: Client) -> None:
    answer = app.test_cli_runner().invoke(args=["hms", "user", "invite", "siri"])

    assert answer.exit_code == 0
    assert as_ivar.get("/accounts/people/siri").status_code == 200


def test_an_account_made_here_has_no_password_until_the_link_is_used(app: Flask, database: Database) -> None:
    run(app, "invite", "siri")

    with database() as session:
        assert session.get_one(Account, person(session, "siri").id).password_hash is None
