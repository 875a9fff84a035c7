"""Mounted in a foreign application: its database, its users, its prefix, its base template, its routes left alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, abort, g, render_template_string, session
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

from hmswiki import HmsWiki, create_app
from hmswiki.foundation.errors import SetupProblem
from hmswiki.web import schema
from hmswiki.web.context import state
from tests import cast as the_cast
from tests.conftest import Databases, client_as
from tests.support import once

BASE = """<!doctype html><html lang="{{ hms.language }}"><head><title>{% block title %}{% endblock %} – Intranet</title>
{% include "hmswiki/_head.html" %}</head><body><p id="host-banner">{{ company }}</p>
<main class="hms" id="content">{% block content %}{% endblock %}</main></body></html>"""


class Host:
    """A small application of its own: an invoice table, a sign-in, an error page, a template folder."""

    def __init__(self, address: str, folder: Path) -> None:
        templates = folder / "templates" / "hmswiki"
        templates.mkdir(parents=True, exist_ok=True)
        (templates / "base.html").write_text(BASE, encoding="utf-8")
        self.app = Flask("host", root_path=str(folder), template_folder=str(folder / "templates"))
        self.app.config.update(
            SECRET_KEY="the host's own key, long enough", SQLALCHEMY_DATABASE_URI=address,
            HMSWIKI_SITE_NAME="HMS hos oss", HMSWIKI_INSTANCE=str(folder / "hms"), TESTING=True,
        )  # fmt: skip
        self.db = db = SQLAlchemy()
        db.init_app(self.app)

        class Invoice(db.Model):  # type: ignore[name-defined,misc]
            __tablename__ = "invoices"
            id = db.Column(db.Integer, primary_key=True)

        self.Invoice = Invoice
        self.app.context_processor(lambda: {"company": "Bedriften AS"})

        @self.app.before_request
        def who() -> None:
            g.user = session.get("employee")

        @self.app.get("/")
        def front() -> str:
            return render_template_string("the host's front page, {{ g.user }}")

        @self.app.get("/forbidden")
        def forbidden() -> None:
            abort(403)

        @self.app.post("/invoices")
        def add() -> str:
            db.session.add(Invoice())
            db.session.commit()
            return "added"

        @self.app.errorhandler(404)
        def missing(error: Exception) -> tuple[str, int]:
            return "the host's own missing page", 404

        other = Blueprint("organisation", __name__)

        @other.get("/departments")
        def departments() -> str:
            return "the host's departments"

        self.app.register_blueprint(other)
        self.wiki = HmsWiki()
        self.wiki.init_app(self.app, db=db, url_prefix="/intern/hms", identify=lambda: g.get("user"), accounts=False)
        with self.app.app_context():
            db.create_all()

    def client(self, employee: str | None) -> Any:
        client = client_as(self.app, None)
        if employee:
            with client.session_transaction() as kept:
                kept["employee"] = employee
        return client


@pytest.fixture
def host(databases: Databases, tmp_path: Path) -> Iterator[Host]:
    address = databases.empty()
    host = Host(address, tmp_path)
    schema.upgrade(host.app)
    with host.app.app_context():
        with Session(state(host.app).engines.write) as session:
            the_cast.bring_in(session)
            session.commit()
        yield host
        host.db.session.remove()
        host.db.engine.dispose()
    databases.drop(address)


def test_the_hosts_user_is_the_wikis_person(host: Host) -> None:
    page = host.client("bjorn").get("/intern/hms/")
    assert page.status_code == 200
    assert "Bjørn" in page.text


@once
def test_pages_stand_in_the_hosts_own_base_template(host: Host) -> None:
    page = host.client("bjorn").get("/intern/hms/")
    assert '<p id="host-banner">Bedriften AS</p>' in page.text
    assert "/intern/hms/hms.css" in page.text


@once
def test_whom_the_host_does_not_know_sees_nothing(host: Host) -> None:
    for person in (None, "nobody-in-the-register"):
        assert host.client(person).get("/intern/hms/").status_code == 401


@once
def test_the_wikis_own_sign_in_is_not_there(host: Host) -> None:
    assert not [rule for rule in host.app.url_map.iter_rules() if "accounts" in rule.endpoint]
    assert "the host's own missing page" in host.client("bjorn").get("/intern/hms/accounts/sign-in").text


@once
def test_the_hosts_routes_and_error_pages_are_untouched(host: Host) -> None:
    client = host.client("bjorn")
    assert client.get("/").text == "the host's front page, bjorn"
    assert client.get("/departments").text == "the host's departments"
    assert client.get("/nowhere").text == "the host's own missing page"
    forbidden = client.get("/forbidden")
    assert forbidden.status_code == 403
    assert "Content-Security-Policy" not in forbidden.headers
    assert "hms" not in forbidden.text


@once
def test_the_hosts_posts_need_no_token_of_ours(host: Host) -> None:
    assert host.client("bjorn").post("/invoices", without_token=True).text == "added"


@once
def test_the_wikis_pages_carry_its_policy_under_the_prefix(host: Host) -> None:
    page = host.client("bjorn").get("/intern/hms/")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "private" in page.headers["Cache-Control"]


def test_the_hosts_metadata_and_tables_are_its_own(host: Host) -> None:
    assert set(host.db.metadata.tables) == {"invoices"}
    host.db.drop_all()
    tables = set(inspect(host.db.engine).get_table_names())
    assert "invoices" not in tables
    assert "hms_people" in tables


def test_a_commit_of_ours_never_flushes_the_hosts_objects(host: Host) -> None:
    host.db.session.add(host.Invoice())
    with Session(state(host.app).engines.write) as session:
        session.execute(text("UPDATE hms_people SET language = 'nn' WHERE external_key = 'bjorn'"))
        session.commit()
    assert len(host.db.session.new) == 1


@once
def test_a_refusal_under_the_prefix_is_the_wikis_page_in_the_hosts_frame(host: Host) -> None:
    page = host.client("bjorn").get("/intern/hms/coverage")
    assert page.status_code == 403
    assert "host-banner" in page.text


@once
def test_a_second_mounting_says_what_to_do_instead(host: Host) -> None:
    with pytest.raises(SetupProblem, match="second Flask application"):
        HmsWiki().init_app(host.app, db=host.db, identify=lambda: None)


def test_without_accounts_somebody_must_say_who_is_signed_in(tmp_path: Path) -> None:
    with pytest.raises(SetupProblem, match="identify"):
        HmsWiki().init_app(Flask("x"), accounts=False, instance=tmp_path)


def test_two_applications_in_one_process_keep_to_themselves(host: Host, databases: Databases, tmp_path: Path) -> None:
    address = databases.migrated()
    alone = create_app(database_url=address, instance=tmp_path / "alone", secret_key="y" * 40, site_name="Alene")
    assert client_as(alone, None).get("/").status_code in (200, 303)
    page = host.client("bjorn").get("/intern/hms/")
    assert page.status_code == 200
    assert "Alene" not in page.text
    with alone.app_context():
        with Session(state(alone).engines.read) as session:
            assert session.scalar(text("SELECT count(*) FROM hms_people")) == 0
        state(alone).engines.write.dispose()
    databases.drop(address)


def test_one_extension_object_serves_two_applications(databases: Databases, tmp_path: Path) -> None:
    wiki = HmsWiki()
    for name, own in (("first", True), ("second", False)):
        app = Flask(name)
        app.config["SECRET_KEY"] = "z" * 40
        wiki.init_app(
            app, url_prefix="/hms", accounts=own, identify=None if own else (lambda: None),
            database_url=databases.migrated(), instance=tmp_path / name,
        )  # fmt: skip
        has_sign_in = any("accounts" in rule.endpoint for rule in app.url_map.iter_rules())
        assert has_sign_in is own
        with app.app_context():
            state(app).engines.write.dispose()


def test_the_commands_are_there_under_flask_hms(host: Host) -> None:
    answer = host.app.test_cli_runner().invoke(args=["hms", "coverage", "--format", "json"])
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.strip() == "[]"


@once
def test_a_host_can_override_one_page_and_extend_ours(host: Host, tmp_path: Path) -> None:
    own = tmp_path / "templates" / "hmswiki" / "error.html"
    own.write_text(
        '{% extends "hmswiki-shipped/error.html" %}{% block content %}<b>ours</b>{{ super() }}{% endblock %}',
        encoding="utf-8",
    )
    page = host.client("bjorn").get("/intern/hms/coverage")
    assert "<b>ours</b>" in page.text
