"""A throwaway PostgreSQL for one test run.

`start_for_run()` is called once, by the process that starts the tests; it leaves the cluster's address in
the environment, where the workers of pytest-xdist find it with `current()`. Each worker makes databases of
its own.

The cluster belongs to a keeper: a small shell that waits at the end of a pipe. When this process closes the
pipe, by `stop()` or because it ended in any way at all (Ctrl-C, kill -9), the keeper stops the cluster and
removes its folder.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ADDRESS_VARIABLE = "HMSWIKI_TEST_POSTGRESQL"

# Nothing here outlives the run, so nothing needs to survive a loss of power.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "timezone": "UTC",
}

# For what is measured with writes that survive: PostgreSQL's own settings again.
DURABLE = {name: value for name, value in SETTINGS.items() if value != "off"}

KEEPER = """
trap '' HUP INT TERM
read -r _  # until the other end of the pipe is closed
"$1/pg_ctl" stop -D "$2/data" -m immediate -w -t 30 >/dev/null 2>&1
cd /
rm -rf "$2"
"""


_CONNECTIONS: "dict[str, psycopg.Connection[Any]]" = {}


class PostgresqlMissing(Exception):
    """There is no PostgreSQL here to start."""


def binaries() -> Path:
    """The folder with initdb and pg_ctl: the newest one that Debian installed, or that on the path."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True
    )
    if versions:
        return versions[0].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise PostgresqlMissing("These tests need PostgreSQL 15 or later: apt-get install --yes postgresql")


class Cluster:
    """A running PostgreSQL on this machine, that trusts whoever connects."""

    def __init__(self, port: int, keeper: "subprocess.Popen[bytes] | None" = None) -> None:
        self.port = port
        self._keeper = keeper  # None in a process that did not start it, and so cannot stop it

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, empty or as a copy of another one, and return its address.

        Nobody may be connected to the template while it is copied; who is just leaving is waited for.
        """
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        for attempts_left in reversed(range(50)):
            try:
                self._execute(statement)
                break
            except psycopg.errors.ObjectInUse:
                if not attempts_left:
                    raise
                time.sleep(0.1)
        return self.url(name)

    def keep(self, name: str) -> None:
        """Remember what a database holds now, in a schema of its own there, for `restore`."""
        with self._connect(name) as connection:
            # What it was copied from may have been kept too.
            connection.execute("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept")
            tables = _tables(connection)
            steps = []
            for table in tables:
                names = {"name": sql.Identifier(table)}
                kept = connection.execute(sql.SQL("CREATE TABLE kept.{name} AS TABLE public.{name}").format(**names))
                emptied = "IF EXISTS (SELECT FROM public.{name}) THEN DELETE FROM public.{name}; END IF;"
                filled = " INSERT INTO public.{name} SELECT * FROM kept.{name};" if kept.rowcount else ""
                steps.append(sql.SQL(emptied + filled).format(**names))
            connection.execute('CREATE TABLE kept."tables" AS SELECT %s::text AS names', [",".join(tables)])
            connection.execute(
                'CREATE TABLE kept."sequences" AS SELECT sequencename, start_value, last_value FROM pg_sequences'
                " WHERE schemaname = 'public'"
            )
            # All of it is done over there: asking for it table by table is what would take time.
            done = sql.Literal(f"BEGIN {sql.SQL(' ').join(steps).as_string(connection)} END")
            connection.execute(
                sql.SQL("CREATE FUNCTION kept.restore() RETURNS void LANGUAGE plpgsql AS {}").format(done)
            )

    def restore(self, name: str) -> bool:
        """Let a database hold again what it held at `keep`: much quicker than another copy.

        False where that cannot be: a test has changed the tables themselves, or has left a lock behind.
        """
        try:
            with self._own(name).transaction() as transaction:
                connection = transaction.connection
                connection.execute("SET LOCAL lock_timeout = '2s'; SET LOCAL session_replication_role = replica")
                kept = connection.execute('SELECT names FROM kept."tables"').fetchone()
                if kept is None or kept[0] != ",".join(_tables(connection)):
                    return False
                connection.execute("SELECT kept.restore()")
                connection.execute(
                    "SELECT setval(format('public.%I', sequencename)::regclass, coalesce(last_value, start_value),"
                    ' last_value IS NOT NULL) FROM kept."sequences"'
                )
                return True
        except psycopg.Error:
            return False

    def _own(self, name: str) -> "psycopg.Connection[Any]":
        """A connection that stays: what a database has once planned it does quickly the next time."""
        if name not in _CONNECTIONS or _CONNECTIONS[name].broken:
            _CONNECTIONS[name] = self._connect(name)
        return _CONNECTIONS[name]

    def drop_database(self, name: str) -> None:
        """Remove a database, if it is there, even if somebody is connected."""
        if name in _CONNECTIONS:
            _CONNECTIONS.pop(name).close()
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Stop the cluster and remove all it held. Does nothing the second time."""
        if self._keeper is None:
            return
        keeper, self._keeper = self._keeper, None
        assert keeper.stdin is not None
        keeper.stdin.close()
        keeper.wait(timeout=60)

    def _execute(self, statement: sql.Composed) -> None:
        with self._connect("postgres") as connection:
            connection.execute(statement)

    def _connect(self, database: str) -> "psycopg.Connection[Any]":
        return psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True)


def _tables(connection: "psycopg.Connection[Any]") -> list[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return [name for (name,) in rows]


def start(settings: Mapping[str, str] = SETTINGS) -> Cluster:
    """Start a cluster in a temporary folder. PostgreSQL refuses root, so root starts it as `postgres`."""
    programs = binaries()
    folder = Path(tempfile.mkdtemp(prefix="hmswiki-postgresql-", dir="/tmp"))  # a socket's path must be short
    who: dict[str, Any] = {}
    if os.geteuid() == 0:
        postgres = pwd.getpwnam("postgres")
        os.chown(folder, postgres.pw_uid, postgres.pw_gid)
        who = {"user": postgres.pw_uid, "group": postgres.pw_gid, "extra_groups": []}

    keeper = subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", str(programs), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        start_new_session=True,  # Ctrl-C in the terminal reaches the tests, not the keeper
        **who,
    )
    cluster = Cluster(port=0, keeper=keeper)

    def run(program: str, *arguments: str) -> None:
        result = subprocess.run(
            [programs / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server would inherit a pipe and hold it open
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
            check=False,
            text=True,
            **who,
        )
        if result.returncode:
            log = folder / "log"
            raise RuntimeError(f"{program} failed: {result.stderr or ''}{log.read_text() if log.exists() else ''}")

    data = str(folder / "data")
    try:
        # C.UTF-8 knows Æ, Ø and Å as letters, and is on every Debian.
        run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync", "--no-instructions")  # fmt: skip
        for attempts_left in (2, 1, 0):
            cluster.port = free_port()
            options = {
                "listen_addresses": "127.0.0.1",
                "port": str(cluster.port),
                "unix_socket_directories": str(folder),
                **settings,
            }
            try:
                run("pg_ctl", "start", "-D", data, "-w", "-t", "60", "-l", str(folder / "log"),
                    "-o", " ".join(f"-c {name}={value}" for name, value in options.items()))  # fmt: skip
                break
            except RuntimeError:  # somebody may have taken the port in between
                if not attempts_left:
                    raise
    except BaseException:
        cluster.stop()
        raise
    return cluster


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


_started: Cluster | None = None


def start_for_run() -> Cluster:
    """Start the cluster of this test run, or find the one that the run already has."""
    global _started
    with contextlib.suppress(LookupError):
        return current()
    _started = start()
    os.environ[ADDRESS_VARIABLE] = str(_started.port)
    return _started


def current() -> Cluster:
    """The cluster of this test run, in whichever of its processes."""
    if _started is not None:
        return _started
    if port := os.environ.get(ADDRESS_VARIABLE):
        return Cluster(int(port))
    raise LookupError("No PostgreSQL was started for this test run.")


def stop_for_run() -> None:
    """Stop what this process started for the run; the workers call it in vain, and harmlessly."""
    global _started
    if _started is not None:
        cluster, _started = _started, None
        os.environ.pop(ADDRESS_VARIABLE, None)
        cluster.stop()


if __name__ == "__main__":  # for bench/ and for looking around: python -m tests.support.postgresql
    _cluster = start()
    try:
        print(_cluster.url("postgres"), flush=True)
        print("Press Enter to stop it.", file=sys.stderr)
        sys.stdin.readline()
    except KeyboardInterrupt:
        pass
    finally:
        _cluster.stop()
