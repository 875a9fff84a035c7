"""Hundreds of browsers of few words in one process: each keeps its connection and its cookies."""

import asyncio
import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

PATIENCE = 60.0
"""Seconds that a phone waits for an answer."""


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Phone:
    """One connection, opened anew where the server has closed it."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None
    _free: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._ask("GET", path, headers, None)

    async def post(self, path: str, data: object, **headers: str) -> Answer:
        """Post JSON."""
        body = json.dumps(data).encode()
        return await self._ask("POST", path, {"Content-Type": "application/json", **headers}, body)

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Answer:
        async with self._free:
            again = self._writer is not None  # the server may have closed a connection that was idle
            try:
                return await asyncio.wait_for(self._once(method, path, headers, body), PATIENCE)
            except (ConnectionError, asyncio.IncompleteReadError):
                self._close()
                if not again:
                    raise
                return await asyncio.wait_for(self._once(method, path, headers, body), PATIENCE)

    async def _once(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> Answer:
        parts = urlsplit(self.url)
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(parts.hostname, parts.port)
        assert self._reader is not None
        said = {
            "Host": parts.netloc, "Accept": "application/json",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }  # fmt: skip
        if body is not None:
            said["Content-Length"] = str(len(body))
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items()), "", ""]
        self._writer.write("\r\n".join(lines).encode() + (body or b""))
        await self._writer.drain()
        return await self._read(self._reader)

    async def _read(self, reader: asyncio.StreamReader) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ")[1])
        headers: dict[str, str] = {}
        for line in filter(None, head[1:]):
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                cookie, _, kept = value.split(";", 1)[0].partition("=")
                self.cookies[cookie] = kept
            headers[name.lower()] = value
        length = 0 if status in (204, 304) else int(headers.get("content-length", "0"))
        body = await reader.readexactly(length) if length else b""
        if headers.get("connection", "").lower() == "close":
            self._close()
        return Answer(status, headers, body)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
