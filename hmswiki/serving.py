"""Serving the wiki with waitress, and `hmswiki check`: is this set-up safe and complete?"""

import smtplib
import socket
import stat
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from flask import Flask, current_app
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from waitress.server import create_server

from hmswiki.foundation.errors import Refusal, SetupProblem
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import RoleHolding
from hmswiki.web import schema
from hmswiki.web.commands import in_application, progress, result
from hmswiki.web.context import read_session, settings, state, today

THREADS = 8

CONNECTIONS = 2_000
"""That are kept open at once: a room full of phones, each of which asks every few seconds."""


def run(app: Flask, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve `app` until interrupted. `ready` is told the address once it answers.

    Raises SetupProblem when the port is taken.
    """
    current = state(app).settings
    limit = max(current.max_request_bytes, current.max_photo_bytes)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise SetupProblem(
            "Port %(port)s cannot be used: %(problem)s. Choose another with --port.",
            port=str(port),
            problem=error.strerror or str(error),
        ) from error
    server = create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,  # select() knows no more than 1,024
        ident=None,
        # The application says what the limit is; this only keeps what is far beyond it from being read.
        max_request_body_size=limit * 2,
    )
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    ready(f"http://{f'[{shown}]' if ':' in shown else shown}:{listening.getsockname()[1]}/")
    try:
        server.run()
    finally:
        server.close()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0: any that is free.")
@in_application()
def serve(host: str, port: int) -> None:
    """Serve the wiki from one process: right for SQLite."""
    run(
        current_app._get_current_object(),  # type: ignore[attr-defined]
        host=host,
        port=port,
        ready=lambda address: progress(f"{settings().site_name} answers at {address}"),
    )


@dataclass(frozen=True)
class Finding:
    """What one check found. `kind` is ok, warning or problem; a problem must be mended."""

    kind: str
    what: str
    text: str


@click.command()
@in_application(tables=False)
def check() -> None:
    """Is this set-up safe and complete? One line a finding; exit 1 if something must be mended."""
    worst = False
    for finding in findings():
        result(f"{finding.kind:8}{finding.what}: {finding.text}")
        worst = worst or finding.kind == "problem"
    if worst:
        raise Refusal("Something must be mended: see the lines that begin with problem.")


def findings() -> Iterator[Finding]:
    """All checks, in the order in which one would mend what they find."""
    yield from _secret_key()
    working = yield from _database()
    if working:
        yield from _people()
    yield from _address()
    yield from _mail()


def _secret_key() -> Iterator[Finding]:
    key = current_app.secret_key or ""
    file = settings().instance / "secret-key"
    if len(key) < 32:
        yield Finding("problem", "secret key", "shorter than 32 characters. Leave it out, and a good one is made.")
    elif settings().secret_key is None and state().own_database and _readable_by_others(file):
        yield Finding("problem", "secret key", f"{file} can be read by others. Run: chmod 600 {file}")
    else:
        yield Finding("ok", "secret key", "long enough, and kept to itself")


def _readable_by_others(file: Path) -> bool:
    return file.exists() and bool(stat.S_IMODE(file.stat().st_mode) & 0o077)


def _database() -> Generator[Finding, None, bool]:
    """Returns whether the tables can be asked."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    engines = state().engines
    try:
        with engines.read.connect() as connection:
            connection.execute(text("SELECT 1"))
        version, wanted = schema.current(app), schema.head()
    except DBAPIError as error:
        yield Finding("problem", "database", f"does not answer: {str(error.orig).strip().splitlines()[0]}")
        return False
    yield Finding("ok", "database", f"{engines.dialect} answers")
    if version != wanted:
        at = "has no tables of hmswiki" if version is None else f"has tables of version {version}, not {wanted}"
        yield Finding("problem", "migrations", f"the database {at}. Run: hmswiki db upgrade")
        return False
    yield Finding("ok", "migrations", f"the tables are at {wanted}")
    if engines.dialect == "sqlite":
        with engines.write.connect() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
            synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
        safe = mode == "wal" and synchronous in (2, 3)
        yield Finding(
            "ok" if safe else "warning",
            "durability",
            "an answered write survives the loss of power"
            if safe
            else f"journal mode is {mode}, synchronous is {synchronous}: set WAL and FULL on the host's engine",
        )
    return True


def _people() -> Iterator[Finding]:
    count = read_session().scalar(
        select(func.count())
        .select_from(RoleHolding)
        .where(
            RoleHolding.role == Role.ADMINISTRATOR,
            RoleHolding.held_on(today()),
            RoleHolding.withdrawn_at.is_(None),
        )
    )
    if count:
        yield Finding("ok", "administrator", "somebody holds the role")
    else:
        cure = "Run: hmswiki user invite PERSON --role administrator"
        yield Finding("warning", "administrator", f"nobody holds the role. {cure}")


def _address() -> Iterator[Finding]:
    address = settings().base_url
    if address is None:
        yield Finding("warning", "base_url", "is not set: links in e-mail cannot be right, and cookies are not secure.")
    elif not address.startswith("https://"):
        yield Finding("warning", "base_url", "does not begin with https://: what people send can be read on its way.")
    else:
        yield Finding("ok", "base_url", address)


def _mail() -> Iterator[Finding]:
    current = settings()
    if current.mail_server is None:
        yield Finding("warning", "mail", "mail_server is not set: no e-mail is sent, invitations are shown instead.")
        return
    try:
        with smtplib.SMTP(current.mail_server, current.mail_port, timeout=10) as server:
            server.ehlo()
            if current.mail_starttls:
                server.starttls()
                server.ehlo()
            if current.mail_username:
                server.login(current.mail_username, current.mail_password or "")
    except (smtplib.SMTPException, OSError, socket.gaierror) as error:
        yield Finding("problem", "mail", f"{current.mail_server}:{current.mail_port} does not take mail: {error}")
        return
    yield Finding("ok", "mail", f"{current.mail_server}:{current.mail_port} takes mail")
