"""From a typed line to the wall, with everybody in the room, and how ordinary pages fare meanwhile.

30 groups with 5 writers each, 300 phones that follow the time, and 3 walls, as the pages do it: a phone saves 0.4 s
after the last letter and while somebody types as often as it asks, and is told the others' lines with the answer; while
nothing is typed its page asks for them. The server says how long each waits until it asks again. A reader opens
ordinary pages all the while, and before it begins.

The time counts from the last letter of a line until a wall has been told it. Afterwards every line that was answered
as saved is looked for in the database.
"""

import argparse
import asyncio
import random
import re
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.phones import Phone
from bench.places import Place, add_option, application, dispose, places
from bench.processes import cpu_seconds
from bench.reading import serve_wiki
from bench.tables import Table, ms
from hmswiki.accounts import operations as accounts
from hmswiki.demo import command as demo
from hmswiki.demo.meeting import HURRY
from hmswiki.foundation import clock
from hmswiki.notes.models import Point
from hmswiki.organisation import queries as organisation
from hmswiki.web.context import state
from hmswiki.web.engines import plain_postgresql
from hmswiki.workshops import queries
from hmswiki.workshops.doors import COOKIE
from hmswiki.workshops.models import Group, Opens
from tests.support.postgresql import free_port
from tests.support.servers import ServerProcess
from tests.workshops import makers

SAVES_AFTER = 0.4
READER_EVERY = 0.5
LETTERS_A_SECOND = 5.0
THINKS = (2.0, 9.0)
"""Seconds before each line, from and to."""

TEXTS = [line.text for lines in HURRY.values() for line in lines]
PAGE = "/guidelines/rus-og-avhengighet"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--groups", type=int, default=30, help="(default: 30)")
    parser.add_argument("--writers", type=int, default=5, help="in each group (default: 5)")
    parser.add_argument("--phones", type=int, default=300, help="that follow (default: 300)")
    parser.add_argument("--walls", type=int, default=3, help="(default: 3)")
    parser.add_argument("--seconds", type=float, default=60.0, help="of writing (default: 60)")
    add_option(parser)


def run(asked: argparse.Namespace) -> Iterator[Table]:
    table = Table(
        f"A meeting of {asked.groups} groups × {asked.writers} writers, {asked.phones} phones, {asked.walls} walls",
        ("database", "server", "lines", "lost", "twice", "to the wall: s, p50", "s, p95", "s, longest",
         "saving: ms, p50", "ms, p95", "requests/s", "CPU, cores", "page before: ms, p95", "meanwhile: ms, p95"),
        notes=["The phones run on the same machine, and take of its processors too."],
    )  # fmt: skip
    with places(asked.database, durable=True) as found:
        for place in found:
            table.rows.append(_measure(place, asked))
            print(table.rows[-1], file=sys.stderr, flush=True)
    yield table


# --- The site -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Room:
    """The workshop, and the tokens of who is in it."""

    key: str
    task: str
    writers: Sequence[tuple[int, str]]
    """The number of the group, and the token."""
    phones: Sequence[str]
    walls: Sequence[str]

    @property
    def cookie(self) -> str:
        return COOKIE + self.key


def _furnish(address: str, folder: Path, asked: argparse.Namespace) -> Room:
    app = application(address, folder)
    with app.app_context(), Session(state(app).engines.write) as session:
        now = clock.now()
        with app.test_request_context():
            demo.fill(session, state(app).wiki.record_kinds, today=now.date(), at=now)
        made = makers.workshop(session, "NV", groups=asked.groups)
        task = queries.tasks(session, made)[0]
        makers.start(session, task)
        groups = session.scalars(select(Group).where(Group.workshop_id == made.id).order_by(Group.number)).all()
        room = Room(
            made.key, task.key,
            [(group.number, makers.seat(session, made, group=group)) for group in groups for _ in range(asked.writers)],
            [makers.seat(session, made) for _ in range(asked.phones)],
            [makers.seat(session, made, opens=Opens.WALL) for _ in range(asked.walls)],
        )  # fmt: skip
        session.commit()
    dispose(app)
    return room


@contextmanager
def _served(place: Place, address: str) -> Iterator[tuple[ServerProcess, str]]:
    """One process of waitress on SQLite, two workers of gunicorn on PostgreSQL."""
    if place.cluster is None:
        with serve_wiki(place.folder, address) as server:
            yield server, "waitress, 1 process"
        return
    port = free_port()
    settings = {
        "PATH": str(Path(sys.executable).parent), "HMSWIKI_DATABASE_URL": plain_postgresql(address),
        "HMSWIKI_INSTANCE": str(place.folder), "HMSWIKI_SECRET_KEY": "only for measuring, and thrown away",
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }  # fmt: skip
    command = [
        sys.executable, "-m", "gunicorn", "--workers", "2", "--threads", "8", "--keep-alive", "30", "--bind",
        f"127.0.0.1:{port}", "hmswiki:create_app()",
    ]  # fmt: skip
    with ServerProcess(command, port=port, env=settings, cwd=place.folder) as server:
        server.wait_until_it_answers(path="/accounts/sign-in")
        yield server, "gunicorn, 2 workers"


# --- Who is in the room -------------------------------------------------------------------------------------


@dataclass
class Heard:
    """What everybody has seen."""

    typed: dict[str, float] = field(default_factory=dict)
    """When the last letter of a line was typed, by the line."""
    on_the_wall: dict[str, float] = field(default_factory=dict)
    saved: set[str] = field(default_factory=set)
    saving: list[float] = field(default_factory=list)
    before: list[float] = field(default_factory=list)
    meanwhile: list[float] = field(default_factory=list)
    requests: int = 0
    asked: int = 0
    """The requests while there was writing."""
    troubles: list[str] = field(default_factory=list)
    over: float = 0.0
    cpu: float = 0.0
    """Seconds of processor that the server used while there was writing."""

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self.over


@dataclass
class Watching:
    """What a page has been told, and when it asks again."""

    mark: str | None = None
    every: float = 2.0
    due: float = 0.0

    def told(self, mark: str, state: Any) -> None:
        self.mark, self.every = mark, state["look_again_ms"] / 1000
        self.wait()

    def wait(self) -> None:
        self.due = time.monotonic() + self.every * random.uniform(0.9, 1.1)


async def _watch(phone: Phone, path: str, heard: Heard, watching: Watching, *, wall: bool = False) -> None:
    watching.due = time.monotonic() + random.uniform(0, watching.every)
    while heard.goes_on:
        if (left := watching.due - time.monotonic()) > 0:
            await asyncio.sleep(left)
            continue
        answer = await phone.get(path, **({"If_None_Match": watching.mark} if watching.mark else {}))
        heard.requests += 1
        watching.wait()
        if answer.status == 200:
            watching.told(answer.headers["etag"], answer.json)
            if wall:
                now, text = time.monotonic(), answer.body.decode("unicode_escape", errors="replace")
                for line in [one for one in heard.typed if one not in heard.on_the_wall and one in text]:
                    heard.on_the_wall[line] = now
        elif answer.status != 304:
            heard.troubles.append(f"GET {path} gave {answer.status}")


async def _come_in(phone: Phone, path: str, watching: Watching) -> str:
    """Ask for the state the first time; gives the token for what is sent."""
    answer = await phone.get(path)
    watching.told(answer.headers["etag"], answer.json)
    return str(answer.json.get("csrf_token", ""))


@dataclass(frozen=True)
class Writer:
    """A phone on which a group's note is open."""

    phone: Phone
    path: str
    number: int
    watching: Watching
    token: str
    prompts: Sequence[str]


async def _write(writer: Writer, heard: Heard, stop_at: float) -> None:
    """Type lines, and save them as a phone does."""
    phone, path, number, watching = writer.phone, writer.path, writer.number, writer.watching
    place = 0
    await asyncio.sleep(random.uniform(0, THINKS[1]))
    while time.monotonic() < stop_at:
        place += 1
        line = f"w{number}n{place}. {random.choice(TEXTS)}"
        point, base, shown = str(uuid4()), None, 0
        prompt = random.choice(writer.prompts)
        while shown < len(line):
            letters = max(1, int(random.gauss(watching.every * LETTERS_A_SECOND, 1)))
            await asyncio.sleep(letters / LETTERS_A_SECOND)
            shown = min(len(line), shown + letters)
            if shown == len(line):
                heard.typed[line] = time.monotonic()
                await asyncio.sleep(SAVES_AFTER)
            edit = {
                "key": str(uuid4()), "point": point, "kind": "write", "text": line[:shown], "base": base,
                "prompt": prompt, "made_at": datetime.now(UTC).isoformat(),
            }  # fmt: skip
            begun = time.monotonic()
            body = {"edits": [edit], "sent_at": datetime.now(UTC).isoformat()}
            answer = await phone.post(f"{path}/edits", body, X_CSRFToken=writer.token)
            heard.requests += 1
            if answer.status != 200 or not answer.json["saved"]:
                heard.troubles.append(f"saving gave {answer.status}: {answer.body[:300]!r}")
                heard.typed.pop(line, None)
                break
            heard.saving.append(time.monotonic() - begun)
            watching.told(f'"{answer.json["mark"]}"', answer.json["state"])
            base = edit["key"]
            if shown == len(line):
                heard.saved.add(line)
        await asyncio.sleep(random.uniform(*THINKS))


async def _prompts(phone: Phone, path: str) -> list[str]:
    """The keys of the task's prompts, as the page has them."""
    page = (await phone.get(path)).body.decode()
    return sorted(set(re.findall(r'data-prompt="([0-9a-f-]{36})"', page)))


async def _read(phone: Phone, heard: Heard, found: list[float], stop_at: float) -> None:
    """Open an ordinary page again and again."""
    while time.monotonic() < stop_at:
        begun = time.monotonic()
        answer = await phone.get(PAGE)
        if answer.status != 200:
            heard.troubles.append(f"GET {PAGE} gave {answer.status}")
        found.append(time.monotonic() - begun)
        await asyncio.sleep(READER_EVERY)


async def _count(server: int, used: float, heard: Heard, stop_at: float) -> None:
    """When the writing is over."""
    await asyncio.sleep(stop_at - time.monotonic())
    heard.cpu, heard.asked = cpu_seconds(server) - used, heard.requests


async def _meet(url: str, room: Room, reader: dict[str, str], asked: argparse.Namespace, server: int) -> Heard:
    heard = Heard()
    base = f"/workshops/{room.key}"
    watches: list[tuple[Phone, str, Watching, bool]] = []
    writers: list[Writer] = []
    # They come in one after another, before anything is measured.
    for number, token in enumerate(room.walls, start=1):
        path = f"{base}/wall/state?prompt=0&page={number}"  # each shows other groups
        watches.append((Phone(url, {f"{room.cookie}-wall": token}), path, Watching(), True))
    for token in room.phones:
        watches.append((Phone(url, {room.cookie: token}), f"{base}/follow/state", Watching(), False))
    for phone, path, watching, _wall in watches:
        await _come_in(phone, path, watching)
    for number, (group, token) in enumerate(room.writers):
        path, watching = f"{base}/groups/{group}/notes/{room.task}", Watching()
        phone = Phone(url, {room.cookie: token})
        prompts = await _prompts(phone, path)
        csrf_token = await _come_in(phone, f"{path}/state", watching)
        writers.append(Writer(phone, path, number, watching, csrf_token, prompts))
        watches.append((phone, f"{path}/state", watching, False))
    await _read(Phone(url, dict(reader)), heard, heard.before, time.monotonic() + 10)
    stop_at, used = time.monotonic() + asked.seconds, cpu_seconds(server)
    heard.over = stop_at + 10
    deeds = [_read(Phone(url, dict(reader)), heard, heard.meanwhile, stop_at), _count(server, used, heard, stop_at)]
    deeds += [_watch(phone, path, heard, watching, wall=wall) for phone, path, watching, wall in watches]
    deeds += [_write(writer, heard, stop_at) for writer in writers]
    for error in await asyncio.gather(*deeds, return_exceptions=True):
        if isinstance(error, BaseException):
            heard.troubles.append(repr(error))
    return heard


# --- What came of it ----------------------------------------------------------------------------------------


def _measure(place: Place, asked: argparse.Namespace) -> Sequence[object]:
    address = place.migrated()
    room = _furnish(address, place.folder, asked)
    with ExitStack() as stack:
        server, name = stack.enter_context(_served(place, address))
        reader = _sign_in(address, place)
        heard = asyncio.run(_meet(server.url, room, reader, asked, server.pid))
    for trouble in sorted(set(heard.troubles))[:5]:
        print(f"{heard.troubles.count(trouble)} × {trouble}", file=sys.stderr)
    lost, twice = _compare(place, address, room, heard)
    times = sorted(heard.on_the_wall[line] - heard.typed[line] for line in heard.saved if line in heard.on_the_wall)
    print(f"{len(times)} of {len(heard.saved)} lines are of groups that a wall showed.", file=sys.stderr)
    times = times or [float("nan")]
    return (
        place.name, name, len(heard.saved), lost, twice, f"{statistics.median(times):.2f}", f"{_p95(times):.2f}",
        f"{times[-1]:.2f}", ms(statistics.median(heard.saving)), ms(_p95(heard.saving)),
        f"{heard.asked / asked.seconds:.0f}", f"{heard.cpu / asked.seconds:.2f}", ms(_p95(heard.before)),
        ms(_p95(heard.meanwhile)),
    )  # fmt: skip


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def _sign_in(address: str, place: Place) -> dict[str, str]:
    """The cookies of somebody who reads ordinary pages."""
    app = application(address, place.folder)
    with app.app_context(), Session(state(app).engines.write) as session:
        person = organisation.person(session, "demo-ansatt")
        accounts.ensure_account(session, person, at=clock.now())
        token = accounts.start_session(session, person.id, device="bench", at=clock.now(), days=1)
        session.commit()
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = serializer.dumps({"_user_id": token, "_fresh": True})
    dispose(app)
    return {app.config["SESSION_COOKIE_NAME"]: cookie}


def _compare(place: Place, address: str, room: Room, heard: Heard) -> tuple[int, int]:
    """How many lines that were said to be saved are not there, and how many are there twice."""
    app = application(address, place.folder)
    with app.app_context(), Session(state(app).engines.read) as session:
        workshop = queries.workshop(session, room.key)
        rows = session.scalars(
            select(Point.text).join(Point.group).where(Group.workshop_id == workshop.id, Point.cleared_at.is_(None))
        ).all()
    dispose(app)
    return len(heard.saved - set(rows)), len(rows) - len(set(rows))
