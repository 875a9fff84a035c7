"""Cold start, the memory of a worker, and what importing costs.

Cold start is the time from starting `hmswiki serve`, on a database that is there, to the first answered request.
The memory is the process's after the first request, and after a hundred readings, signed in.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.processes import cpu_seconds, memory_mb
from bench.reading import Visitor, make_demo, serve_wiki
from bench.tables import Table

PERSON = "demo-ansatt"

PROGRAMS = (
    ("Python alone", "pass"),
    ("import flask, sqlalchemy.orm", "import flask, sqlalchemy.orm"),
    ("import hmswiki", "import hmswiki"),
    ("… and make an application", "import hmswiki; hmswiki.create_app()"),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--starts", type=int, default=5, help="how often each is started (default: 5)")
    parser.add_argument("--requests", type=int, default=100, help="before memory is looked at (default: 100)")


def run(asked: argparse.Namespace) -> Iterator[Table]:
    with tempfile.TemporaryDirectory(prefix="hmswiki-bench-") as name:
        folder = Path(name)
        address = make_demo(folder, PERSON)
        yield _imports(asked, folder)
        yield _starts(asked, folder, address)


def _imports(asked: argparse.Namespace, folder: Path) -> Table:
    table = Table("A new Python process", ("", "seconds, min", "seconds, median", "CPU s, min"))
    env = {**os.environ, "HMSWIKI_INSTANCE": str(folder / "empty")}
    for name, program in PROGRAMS:
        waits, used = [], []
        for _ in range(asked.starts):
            before, begun = os.times(), time.perf_counter()
            subprocess.run([sys.executable, "-c", program], check=True, cwd=folder, env=env)
            waits.append(time.perf_counter() - begun)
            after = os.times()
            used.append(after.children_user + after.children_system - before.children_user - before.children_system)
        table.rows.append((name, f"{min(waits):.2f}", f"{statistics.median(waits):.2f}", f"{min(used):.2f}"))
    return table


def _starts(asked: argparse.Namespace, folder: Path, address: str) -> Table:
    table = Table(
        "hmswiki serve", ("", "seconds, min", "seconds, median", "CPU s, min", "memory MB", f"after {asked.requests}")
    )
    waits, used, first, later = [], [], [], []
    for _ in range(asked.starts):
        begun = time.perf_counter()
        with serve_wiki(folder, address) as server:
            waits.append(time.perf_counter() - begun)
            used.append(cpu_seconds(server.pid))
            first.append(memory_mb(server.pid))
            with Visitor(server.url) as reader:
                reader.sign_in(PERSON)
                for _ in range(asked.requests):
                    reader.get("/guidelines/rus-og-avhengighet")
            later.append(memory_mb(server.pid))
    table.rows.append(
        ("to the first answer", f"{min(waits):.2f}", f"{statistics.median(waits):.2f}", f"{min(used):.2f}",
         f"{statistics.median(first):.0f}", f"{statistics.median(later):.0f}")
    )  # fmt: skip
    return table
