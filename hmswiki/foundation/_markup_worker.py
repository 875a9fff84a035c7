"""The processes in which texts are rendered, from both sides: those who ask, and the worker that answers.

A worker is this file run as a program, started when first needed and kept. It reads requests and writes
replies, each with its length before it; has limits on processor time and memory that the kernel enforces; and
ends when its standard input does: when whoever started it is gone, however that happened.
"""

import atexit
import contextlib
import importlib
import json
import os
import queue
import resource
import signal
import subprocess
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WORKERS = 2
WALL_PER_CPU = 5.0
"""A worker has this many seconds by the clock for each second of processor time it is allowed."""
START_SECONDS = 60.0
"""Time to start, by the clock; it counts against no text."""
MEMORY_BYTES = 1 << 30
MAX_FRAME_BYTES = 64 << 20

_READY = b"ready"
_PROGRAM = str(Path(__file__).resolve())


class WorkerFailed(Exception):
    """There is no answer; the message says why."""


class _WorkerGone(WorkerFailed):
    """The worker ended, and not because of a limit."""


def ask(request: dict[str, Any], *, cpu_seconds: float) -> bytes:
    """The worker's answer to `request`, as JSON.

    Raises WorkerFailed if a limit was reached, the worker crashed or refused, or every worker stayed busy.
    """
    if cpu_seconds <= 0:
        raise ValueError("A worker without time can answer nothing.")
    frame = json.dumps({**request, "cpu_seconds": cpu_seconds}).encode()
    status, _, answer = _pool().ask(frame, cpu_seconds * WALL_PER_CPU).partition(b"\n")
    if status != b"done":
        raise WorkerFailed(answer.decode(errors="replace"))
    return answer


def worker_pids() -> list[int]:
    """The processes that stand ready in this process's pool."""
    return [] if _current_pool is None else _current_pool.pids()


# --- Asking -------------------------------------------------------------------------------------------------


class _Worker:
    """One process. It answers one request at a time, and is of no use after a failure."""

    def __init__(self) -> None:
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # Unbuffered: a buffer would be a second copy after a fork, and its lock might be held.
                bufsize=0,
                env={**os.environ, "PYTHONPATH": _module_path()},
                # Ctrl-C in the terminal is for whoever started us.
                start_new_session=True,
            )
        except OSError as problem:
            raise WorkerFailed(f"no worker could be started: {problem}") from problem
        try:
            with self._killed_after(START_SECONDS):
                self._expect_ready()
        except BaseException:
            self.end()
            raise

    def ask(self, frame: bytes, wall_seconds: float) -> bytes:
        try:
            with self._killed_after(wall_seconds) as deadline:
                self._send(frame)
                return self._receive()
        except _WorkerGone:
            self.end()
            if deadline.is_set():
                raise WorkerFailed(f"it took longer than {wall_seconds:g} seconds") from None
            if self.process.returncode == -signal.SIGPROF:
                raise WorkerFailed("it used up its processor time") from None
            raise
        except BaseException:
            # The caller was interrupted, and the answer would be taken for the next one's.
            self.end()
            raise

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """Kill it and wait, so that no zombie is left."""
        self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self.abandon_pipes()

    def abandon(self) -> None:
        """Let go of a worker that belongs to the process we were forked from."""
        self.abandon_pipes()
        # It is not our child: nothing to wait for, nothing to warn of.
        self.process.returncode = 0

    def abandon_pipes(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    @contextlib.contextmanager
    def _killed_after(self, seconds: float) -> Iterator[threading.Event]:
        passed = threading.Event()

        def kill() -> None:
            passed.set()
            self.process.kill()

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            yield passed
        finally:
            timer.cancel()

    def _expect_ready(self) -> None:
        try:
            greeting = self._receive()
        except _WorkerGone:
            greeting = b""
        if greeting != _READY:
            self.end()
            raise WorkerFailed(f"the worker did not start (exit code {self.process.returncode})")

    def _send(self, frame: bytes) -> None:
        assert self.process.stdin is not None
        rest = memoryview(len(frame).to_bytes(4, "big") + frame)
        try:
            while rest:
                rest = rest[self.process.stdin.write(rest) :]
        except OSError as problem:
            raise _WorkerGone("the worker is gone") from problem

    def _receive(self) -> bytes:
        assert self.process.stdout is not None
        try:
            frame = _read_frame(self.process.stdout)
        except OSError as problem:
            raise _WorkerGone("the worker is gone") from problem
        if frame is None:
            raise _WorkerGone("the worker crashed")
        return frame


class _Pool:
    """A few workers; each is one caller's at a time."""

    def __init__(self, size: int) -> None:
        # Last in, first out: a second worker is started only while the first is busy.
        self._slots: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._workers: set[_Worker] = set()
        for _ in range(size):
            self._slots.put(None)

    def ask(self, frame: bytes, wall_seconds: float) -> bytes:
        try:
            worker = self._slots.get(timeout=wall_seconds)
        except queue.Empty:
            raise WorkerFailed("every worker stayed busy") from None
        try:
            if worker is not None and worker.alive:
                # One that was ended from outside since its last answer says nothing about this text.
                with contextlib.suppress(_WorkerGone):
                    return worker.ask(frame, wall_seconds)
            if worker is not None:
                self._drop(worker)
            worker = _Worker()
            self._workers.add(worker)
            return worker.ask(frame, wall_seconds)
        except BaseException:
            if worker is not None:
                self._drop(worker)
            worker = None
            raise
        finally:
            self._slots.put(worker)

    def _drop(self, worker: _Worker) -> None:
        self._workers.discard(worker)
        worker.end()

    def pids(self) -> list[int]:
        return [worker.process.pid for worker in self._workers if worker.alive]

    def end(self) -> None:
        for worker in list(self._workers):
            self._drop(worker)

    def abandon(self) -> None:
        for worker in self._workers:
            worker.abandon()


_current_pool: _Pool | None = None
_pool_lock = threading.Lock()


def _pool() -> _Pool:
    global _current_pool
    with _pool_lock:
        if _current_pool is None:
            _current_pool = _Pool(WORKERS)
        return _current_pool


def end_workers() -> None:
    """End every worker now; the next request starts a new one."""
    global _current_pool
    with _pool_lock:
        pool, _current_pool = _current_pool, None
    if pool is not None:
        pool.end()


def _after_fork() -> None:
    """In a forked child: the workers are the parent's, and another thread of the parent may hold the lock."""
    global _current_pool, _pool_lock
    _pool_lock = threading.Lock()
    pool, _current_pool = _current_pool, None
    if pool is not None:
        pool.abandon()


def _module_path() -> str:
    """What lets the worker find the modules that we found."""
    return os.pathsep.join(entry for entry in sys.path if entry)


atexit.register(end_workers)
os.register_at_fork(after_in_child=_after_fork)


# --- Frames -------------------------------------------------------------------------------------------------


def _read_frame(pipe: Any) -> bytes | None:
    """The next frame; None at the end, also if that comes in the middle of one."""
    header = _read_exactly(pipe, 4)
    if header is None:
        return None
    size = int.from_bytes(header, "big")
    return _read_exactly(pipe, size) if size <= MAX_FRAME_BYTES else None


def _read_exactly(pipe: Any, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = pipe.read(min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)


# --- Answering ----------------------------------------------------------------------------------------------


def main() -> None:
    """Answer until standard input ends."""
    with _private_pipes() as (requests, replies):
        _limit_resources()
        markup = _markup()
        # Once for nothing: what is compiled at first use belongs to the start.
        markup.answer({"text": "# Ready\n\n*to* [render](/this)\n\n- and\n- that"})
        _write_frame(replies, _READY)
        while (frame := _read_frame(requests)) is not None:
            request = json.loads(frame)
            with _limited_time(request["cpu_seconds"]):
                reply = _reply(markup.answer, request)
            _write_frame(replies, reply)


def _markup() -> Any:
    """The module that renders, without the rest of the product.

    hmswiki/__init__.py brings Flask, the database and every feature, which a worker would load for nothing: a
    package of the same name and place, but empty, stands in for it.
    """
    package = types.ModuleType("hmswiki")
    package.__path__ = [str(Path(__file__).resolve().parents[1])]
    sys.modules["hmswiki"] = package
    return importlib.import_module("hmswiki.foundation.markup")


def _reply(answer: Any, request: dict[str, Any]) -> bytes:
    try:
        return b"done\n" + json.dumps(answer(request)).encode()
    except Exception as problem:  # Whatever a text does to the renderer, the next text is another matter.
        return f"failed\n{type(problem).__name__}: {problem}"[:500].encode(errors="replace")


@contextlib.contextmanager
def _private_pipes() -> Iterator[tuple[Any, Any]]:
    """The pipes, moved out of the way of what prints or reads: 0 becomes nothing, 1 the error stream."""
    with os.fdopen(os.dup(0), "rb", 0) as requests, os.fdopen(os.dup(1), "wb", 0) as replies:
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(2, 1)
        # The one who asked may be gone before the answer.
        with contextlib.suppress(BrokenPipeError):
            yield requests, replies


def _write_frame(pipe: Any, frame: bytes) -> None:
    rest = memoryview(len(frame).to_bytes(4, "big") + frame)
    while rest:
        rest = rest[pipe.write(rest) :]


def _limit_resources() -> None:
    # By default SIGPROF ends the process, whatever it is doing, also deep inside a regular expression.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
    for kind, amount in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        allowed = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        # Some systems know RLIMIT_AS but let nobody set it.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (allowed, hard))


@contextlib.contextmanager
def _limited_time(cpu_seconds: float) -> Iterator[None]:
    # ITIMER_PROF counts the processor time of this process, not the clock.
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    main()
