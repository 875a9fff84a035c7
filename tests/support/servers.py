"""Running servers for tests: an application in a thread of this process, or the command line in its own."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from wsgiref.types import WSGIApplication

from waitress.server import create_server

from tests.support.postgresql import free_port


@contextlib.contextmanager
def serve(app: WSGIApplication, *, threads: int = 8) -> Iterator[str]:
    """Serve an application from a thread of this process; gives its address, without a slash at the end."""
    sockets: dict[int, Any] = {}  # a map of our own, so that several servers can run side by side
    server = create_server(app, map=sockets, host="127.0.0.1", port=0, threads=threads)

    def close() -> None:
        for channel in list(sockets.values()):
            channel.close()

    thread = threading.Thread(target=server.run, name="serve", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.trigger.pull_trigger(close)  # in the server's own thread, which ends with its last socket
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()
        assert not thread.is_alive(), "the server did not stop"


class ServerProcess:
    """A command that answers on a port of its own, in a process group of its own."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        port: int,
        env: Mapping[str, str],
        cwd: str | Path | None = None,
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._output = tempfile.TemporaryFile()  # noqa: SIM115, closed in __exit__
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        """What it has written so far, on either stream."""
        self._output.flush()
        return os.pread(self._output.fileno(), 1_000_000, 0).decode(errors="replace")

    @property
    def returncode(self) -> int | None:
        return self._process.poll()

    def wait_until_it_answers(self, *, path: str = "/", seconds: float = 60) -> None:
        """Return at the first answer of any status; raise with the output when it ends or takes too long."""
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at:
            if self.returncode is not None:
                raise RuntimeError(f"The server ended with {self.returncode}:\n{self.output}")
            try:
                urllib.request.urlopen(self.url + path, timeout=5).close()
                return
            except urllib.error.HTTPError as refusal:
                refusal.close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"The server did not answer within {seconds} seconds:\n{self.output}")

    def stop(self, *, seconds: float = 10) -> int:
        """Ask it to end, and see to it that it does; returns its exit status."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self.kill()

    def kill(self) -> int:
        """End it and what it started at once, as a loss of power would; returns its exit status."""
        self._signal(signal.SIGKILL)
        return self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):  # the whole group has ended already
            os.killpg(self._process.pid, number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._output.close()


@contextlib.contextmanager
def serve_process(
    arguments: Sequence[str],
    env: Mapping[str, str] | None = None,
    *,
    cwd: str | Path | None = None,
    program: str | Path | None = None,
    seconds: float = 60,
) -> Iterator[ServerProcess]:
    """Run `hmswiki ARGUMENTS --port N` and wait until it answers; it is stopped in the end.

    `env` is added to this process's own environment. `program` is the `hmswiki` to run, by default the one
    installed beside this Python. A demo that first makes its history may need more `seconds`.
    """
    port = free_port()
    command = [program or Path(sys.executable).with_name("hmswiki"), *arguments, "--port", str(port)]
    with ServerProcess(command, port=port, env={**os.environ, **(env or {})}, cwd=cwd) as server:
        server.wait_until_it_answers(seconds=seconds)
        yield server
