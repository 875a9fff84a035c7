"""Reading a guideline, signed in, against a bare Flask route that fills as many bytes.

Both are served by waitress in a process of their own, from one database: the demonstration's. They are asked in
turn, round after round, so that whatever else the machine does meets both; what counts is the ratio.
"""

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.places import application, dispose
from bench.processes import cpu_seconds
from bench.tables import Table, ms
from hmswiki.accounts import operations as accounts
from hmswiki.accounts.models import SignIn
from hmswiki.accounts.rules import hash_password
from hmswiki.demo import command as demo
from hmswiki.foundation import clock
from hmswiki.guidelines.models import Edition, Guideline, Translation
from hmswiki.organisation.models import Person
from hmswiki.serving import THREADS
from hmswiki.web import schema
from hmswiki.web.context import state
from tests.support.postgresql import free_port
from tests.support.servers import ServerProcess, serve_process

PASSWORD = "seks hester i kjelleren"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--requests", type=int, default=150, help="of each kind in a round (default: 150)")
    parser.add_argument("--rounds", type=int, default=12, help="(default: 12)")
    parser.add_argument("--guideline", default="ryddedag-pa-laboratorier", help="its slug (default: %(default)s)")
    parser.add_argument("--person", default="demo-ansatt", help="who reads (default: %(default)s)")


def run(asked: argparse.Namespace) -> Iterator[Table]:
    with tempfile.TemporaryDirectory(prefix="hmswiki-bench-") as name:
        folder = Path(name)
        address = make_demo(folder, asked.person)
        with serve_wiki(folder, address) as wiki, Visitor(wiki.url) as reader:
            reader.sign_in(asked.person)
            path = f"/guidelines/{asked.guideline}"
            size = len(reader.get(path))
            with serve_bare(address, asked.guideline, size) as bare, Visitor(bare.url) as other:
                other.get(f"/sign-in/{_token_hash(folder, address)}")
                bare_size = len(other.get("/page"))
                ours, theirs = Asked(wiki, reader, path), Asked(bare, other, "/page")
                for round in range(asked.rounds + 1):
                    # The first round only warms up; which goes first changes from round to round.
                    for one in (ours, theirs) if round % 2 else (theirs, ours):
                        one.round(asked.requests, counts=round > 0)
    yield _table(asked, ours, theirs, size, bare_size)


@dataclass
class Asked:
    """One page, asked for many times."""

    server: ServerProcess
    visitor: "Visitor"
    path: str
    cpu: list[float] = field(default_factory=list)
    """Seconds of processor time per request, by round."""
    waits: list[float] = field(default_factory=list)

    def round(self, requests: int, *, counts: bool) -> None:
        before = cpu_seconds(self.server.pid)
        waits = [self.visitor.timed(self.path) for _ in range(requests)]
        used = (cpu_seconds(self.server.pid) - before) / requests
        if counts:
            self.cpu.append(used)
            self.waits += waits


def _table(asked: argparse.Namespace, ours: Asked, theirs: Asked, size: int, bare_size: int) -> Table:
    ratios = sorted(a / b for a, b in zip(ours.cpu, theirs.cpu, strict=True))
    table = Table(
        f"Reading {asked.guideline} as {asked.person}, SQLite, {asked.rounds} rounds of {asked.requests} requests",
        ("", "bytes", "CPU ms, min", "CPU ms, median", "CPU ms, max", "wait ms, p50", "wait ms, p95"),
    )
    for name, one, bytes_ in (("hmswiki", ours, size), ("bare route", theirs, bare_size)):
        waits = sorted(one.waits)
        p95 = waits[int(len(waits) * 0.95)]
        table.rows.append(
            (name, f"{bytes_:,}", ms(min(one.cpu)), ms(statistics.median(one.cpu)), ms(max(one.cpu)),
             ms(statistics.median(waits)), ms(p95))
        )  # fmt: skip
    table.notes.append(
        f"CPU of ours over the bare route's, round by round: **{statistics.median(ratios):.2f}×** "
        f"(median; min {ratios[0]:.2f}, max {ratios[-1]:.2f}). The aim is 1.3×."
    )
    return table


# --- The two servers ----------------------------------------------------------------------------------------


def make_demo(folder: Path, person: str) -> str:
    """The demonstration's data in a database of a plain site, where `person` has a password. Gives its address."""
    address = f"sqlite:///{folder / 'hmswiki.sqlite'}"
    app = application(address, folder)
    with app.app_context():
        schema.upgrade(app)
        with Session(state(app).engines.write) as session:
            demo.fill(
                session, state(app).wiki.record_kinds, today=clock.today(state(app).settings.zone), at=clock.now()
            )
            reader = session.scalars(select(Person).where(Person.external_key == person)).one()
            accounts.ensure_account(session, reader, at=clock.now()).password_hash = hash_password(PASSWORD)
            session.commit()
    dispose(app)
    return address


@contextmanager
def serve_wiki(folder: Path, address: str) -> Iterator[ServerProcess]:
    """`hmswiki serve` over that database."""
    settings = {
        "HMSWIKI_DATABASE_URL": address,
        "HMSWIKI_INSTANCE": str(folder),
        "HMSWIKI_SECRET_KEY": "only for measuring, and thrown away",
    }
    with serve_process(["serve"], settings, cwd=folder) as server:
        yield server


@contextmanager
def serve_bare(address: str, slug: str, size: int) -> Iterator[ServerProcess]:
    """The bare route, over the same database, answering with about `size` bytes."""
    app = application(address, Path(address.removeprefix("sqlite:///")).parent)
    with Session(state(app).engines.read) as session:
        row = session.scalars(
            select(Translation)
            .join(Edition, Edition.id == Translation.edition_id)
            .join(Guideline, Guideline.id == Edition.guideline_id)
            .where(Guideline.slug == slug, Translation.language == "nb")
            .order_by(Edition.id.desc())
        ).first()
        if row is None:
            raise SystemExit(f"The demonstration has no guideline {slug} in bokmål.")
        filling = max(0, size - len(row.html.encode()) - 300)
        port = free_port()
        words = {"database": address, "row": row.id, "filling": filling, "threads": THREADS, "port": port}
    dispose(app)
    options = [part for name, value in words.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "bench.bare", *options]
    with ServerProcess(command, port=port, env=os.environ, cwd=Path(__file__).parent.parent) as server:
        server.wait_until_it_answers()
        yield server


def _token_hash(folder: Path, address: str) -> str:
    app = application(address, folder)
    with Session(state(app).engines.read) as session:
        found = session.scalars(select(SignIn.token_hash).order_by(SignIn.id.desc())).first()
    dispose(app)
    assert found is not None, "somebody has signed in"
    return found


# --- The one who asks ---------------------------------------------------------------------------------------


class Visitor:
    """A browser of few words: one connection that is kept, and its cookies."""

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._cookies: dict[str, str] = {}

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def timed(self, path: str) -> float:
        """Seconds until the page is here."""
        begun = time.perf_counter()
        self.get(path)
        return time.perf_counter() - begun

    def get(self, path: str) -> bytes:
        status, body = self._ask("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path} gave {status}: {body[:500]!r}")
        return body

    def sign_in(self, person: str) -> None:
        """Through the page, with the password."""
        page = self.get("/accounts/sign-in").decode()
        form = {"name": person, "password": PASSWORD}
        for hidden in ("csrf_token", "submission"):
            value = re.search(rf'name="{hidden}"[^>]*value="([^"]*)"', page) or re.search(
                rf'value="([^"]*)"[^>]*name="{hidden}"', page
            )
            if value:
                form[hidden] = value[1]
        status, body = self._ask("POST", "/accounts/sign-in", urlencode(form))
        if status != 303:
            raise RuntimeError(f"Signing in gave {status}: {body[:2000]!r}")

    def get_json(self, path: str) -> Any:
        return json.loads(self.get(path))

    def send(self, path: str, data: object, **headers: str) -> Any:
        """Post JSON, and read what is answered as JSON."""
        headers = {"Content-Type": "application/json", **headers}
        status, body = self._ask("POST", path, json.dumps(data), headers)
        if status != 200:
            raise RuntimeError(f"POST {path} gave {status}: {body[:500]!r}")
        return json.loads(body)

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        given = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            given["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body=body, headers={**given, **(headers or {})})
        answer = self._connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.read()
