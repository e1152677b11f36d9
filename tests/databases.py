"""A PostgreSQL server of the tests' own, started once a session, and an empty database for each test that asks."""

import getpass
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

_PROGRAMS = Path("/usr/lib/postgresql")
_READY_WITHIN_S = 30.0
# With an order in which neither signs nor capitals stand as in "C": whoever relies on the database's is found out.
_CLUSTER = ("-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh", "-A", "trust", "--no-sync")
_SETTINGS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=200")


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server that listens on a socket in `directory` only, run by the programs in `programs`."""

    programs: Path
    directory: Path
    user: str

    @contextmanager
    def database(self, options: str = "") -> Iterator[str]:
        """The URL of a new, empty database, which is dropped after the block whoever is still connected.

        Args:
            options: How it differs from others, as CREATE DATABASE takes it.
        """
        name = f"test_{uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name} {options}")
        try:
            yield self.url(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        """Where the database of a name is."""
        return f"postgresql://{self.user}@/{name}?host={self.directory}"

    @contextmanager
    def standby(self) -> Iterator["PostgresServer"]:
        """A hot standby that follows this server; it has the same databases, and takes no change."""
        with _directory() as (directory, start):
            copying = self.programs / "pg_basebackup", "-h", self.directory, "-D", directory / "cluster"
            subprocess.run([*copying, "-R", "-X", "stream", "--checkpoint=fast", "--no-sync"], check=True, **start)
            with _running(self.programs, directory, start) as server:
                yield server

    def _execute(self, statement: str) -> None:
        where = {"host": str(self.directory), "user": self.user, "dbname": "postgres"}
        with psycopg.connect(**where, autocommit=True) as connection:  # type: ignore[arg-type]  # strings, all of them
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    """A running server in a temporary directory; the test is skipped where none is installed."""
    on_path = shutil.which("initdb")
    newest_first = sorted(_PROGRAMS.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True)
    for initdb in (*newest_first, *([Path(on_path)] if on_path else [])):
        with serving(initdb.parent) as server:
            yield server
        return
    pytest.skip("no PostgreSQL server is installed here: apt-get install postgresql")


@pytest.fixture
def postgresql(postgresql_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    with postgresql_server.database() as url:
        yield url


@contextmanager
def serving(programs: Path) -> Iterator[PostgresServer]:
    """A server of a new cluster, ended and removed with the block."""
    with _directory() as (directory, start):
        subprocess.run([programs / "initdb", "-D", directory / "cluster", *_CLUSTER], check=True, **start)
        with _running(programs, directory, start) as server:
            yield server


@contextmanager
def _directory() -> Iterator[tuple[Path, dict[str, Any]]]:
    """A directory for a cluster, its sockets and its log, and how programs are started there."""
    # It refuses to run as root, and pytest's directories are closed to everybody else.
    user = _user()
    group = user if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="switchboard-pg-", ignore_cleanup_errors=True) as folder:
        directory = Path(folder)
        if group:
            shutil.chown(directory, user, group)
        with (directory / "log").open("wb") as output:
            yield directory, {"stdout": output, "stderr": output, "user": group and user, "group": group, "cwd": "/"}


@contextmanager
def _running(programs: Path, directory: Path, start: dict[str, Any]) -> Iterator[PostgresServer]:
    settings = [word for one in _SETTINGS for word in ("-c", one)]
    command: list[str | Path] = [programs / "postgres", "-D", directory / "cluster", "-k", directory, *settings]
    with subprocess.Popen(command, **start) as process:
        try:
            _wait_until_ready(directory, _user())
            yield PostgresServer(programs, directory, _user())
        finally:
            process.send_signal(signal.SIGINT)  # ends sessions and then itself
            process.wait(_READY_WITHIN_S)


def _user() -> str:
    return "postgres" if os.geteuid() == 0 else getpass.getuser()


def _wait_until_ready(directory: Path, user: str) -> None:
    until = time.monotonic() + _READY_WITHIN_S
    while True:
        try:
            psycopg.connect(host=str(directory), user=user, dbname="postgres").close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise AssertionError((directory / "log").read_text(encoding="utf-8", errors="replace")) from None
            time.sleep(0.05)
        else:
            return
