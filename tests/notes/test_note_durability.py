"""The server is killed with -9 while phones write: every line that was said to be saved is there, and more comes."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.notes.models import Point, PointEdit
from hmswiki.web.context import state
from tests.support.servers import ServerProcess, serve_process
from tests.workshops import makers


class Phone:
    """Sends its lines one after the other, each until it is answered."""

    def __init__(self, note: str, cookies: dict[str, str], prompt: str, number: int) -> None:
        self.note, self.prompt, self.number = note, prompt, number
        self.cookies = dict(cookies)
        self.saved: list[str] = []
        self.waiting: list[dict[str, Any]] = []
        self.token = ""

    def _ask(self, server: ServerProcess, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie, "Content-Type": "application/json", "Accept": "application/json"}
        try:
            connection.request(method, path, json.dumps(body), {**headers, "X-CSRFToken": self.token})
            answer = connection.getresponse()
            for given in answer.headers.get_all("Set-Cookie") or ():
                self.cookies.update({name: one.value for name, one in SimpleCookie(given).items()})
            data = json.loads(answer.read())
        finally:
            connection.close()
        assert answer.status == 200, data
        return data

    def meet(self, server: ServerProcess) -> None:
        self.token = self._ask(server, "GET", f"{self.note}/state")["csrf_token"]

    def write(self, server: ServerProcess, lines: Iterator[str]) -> None:
        """Until there are no more lines, or the server is gone."""
        for text in lines:
            self.waiting.append({
                "key": str(uuid4()), "point": str(uuid4()), "kind": "write", "text": text, "prompt": self.prompt,
                "base": None, "made_at": datetime.now(UTC).isoformat(),
            })  # fmt: skip
            try:
                self.send(server)
            except (OSError, http.client.HTTPException, ValueError):
                return

    def send(self, server: ServerProcess) -> None:
        answer = self._ask(server, "POST", f"{self.note}/edits", {"edits": self.waiting})
        done = {one["key"] for one in answer["saved"]}
        self.saved += [edit["text"] for edit in self.waiting if edit["key"] in done]
        self.waiting = [edit for edit in self.waiting if edit["key"] not in done]


def lines_of(number: int) -> Iterator[str]:
    for count in range(10_000):
        yield f"{number}-{count}"
        time.sleep(0.005)


def written(session: Session) -> list[str]:
    with session.begin():
        return list(session.scalars(select(Point.text).where(Point.cleared_at.is_(None))))


def test_what_was_said_to_be_saved_survives_a_killed_server_and_phones_go_on(app: Flask, session: Session) -> None:
    workshop = makers.workshop(session)
    seats = [makers.seat(session, workshop, group=workshop.groups[0]) for _phone in range(3)]
    prompt = workshop.tasks[0].prompts[0].key
    note = f"/workshops/{workshop.key}/groups/1/notes/{workshop.tasks[0].key}"
    phones = [
        Phone(note, {f"hms-seat-{workshop.key}": token}, prompt, number) for number, token in enumerate(seats)
    ]  # fmt: skip
    session.commit()
    settings = state(app).settings
    environment = {
        "HMSWIKI_DATABASE_URL": settings.database_url, "HMSWIKI_INSTANCE": str(settings.instance),
        "HMSWIKI_SECRET_KEY": "x" * 40,
    }  # fmt: skip
    with serve_process(["serve"], environment) as server:
        for phone in phones:
            phone.meet(server)
        writing = [
            threading.Thread(target=phone.write, args=(server, lines_of(phone.number))) for phone in phones
        ]  # fmt: skip
        for thread in writing:
            thread.start()
        while min(len(phone.saved) for phone in phones) < 5:
            assert any(thread.is_alive() for thread in writing)
            time.sleep(0.01)
        server.kill()
        for thread in writing:
            thread.join(30)
    saved = [text for phone in phones for text in phone.saved]
    assert all(phone.waiting for phone in phones), "none was cut off"
    assert set(saved) <= set(written(session))

    with serve_process(["serve"], environment) as server:
        for phone in phones:
            phone.send(server)
    assert sorted(written(session)) == sorted(text for phone in phones for text in phone.saved)
    with session.begin():
        assert len(session.scalars(select(PointEdit.id)).all()) == sum(len(phone.saved) for phone in phones)
