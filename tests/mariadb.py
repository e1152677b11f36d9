"""A MariaDB server of the tests' own, started once a session, and an empty database for each test that asks."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pymysql
import pytest

_PROGRAMS = (Path("/usr/sbin/mariadbd"), Path("/usr/libexec/mariadbd"))
_READY_WITHIN_S = 30.0
_READY = "ready for connections"  # it says so once the first statements are done
_SETTINGS = (
    "--no-defaults",
    "--skip-networking",
    "--character-set-server=utf8mb4",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=64M",
)


@dataclass(frozen=True, slots=True)
class MariaServer:
    """A server that listens on a socket in a temporary directory only."""

    socket: Path

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new, empty database, which is dropped after the block."""
        name = f"test_{uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield f"mysql+pymysql://tester@localhost/{name}?unix_socket={self.socket}&charset=utf8mb4"
        finally:
            self.execute(f"DROP DATABASE {name}")

    def execute(self, statement: str) -> None:
        """Runs a statement as the server's own user."""
        with pymysql.connect(unix_socket=str(self.socket), user="tester", autocommit=True) as connection:
            connection.cursor().execute(statement)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaServer]:
    """A running server; the test is skipped where none is installed."""
    program = next((path for path in _PROGRAMS if path.exists()), None) or shutil.which("mariadbd")
    installer = shutil.which("mariadb-install-db")
    if program is None or installer is None:
        pytest.skip("no MariaDB server is installed here: apt-get install mariadb-server")
    with _serving(Path(program), Path(installer)) as server:
        yield server


@pytest.fixture
def mariadb(mariadb_server: MariaServer) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    with mariadb_server.database() as url:
        yield url


@contextmanager
def _serving(program: Path, installer: Path) -> Iterator[MariaServer]:
    """A server of new data, ended and removed with the block."""
    # It does not like to run as root, and pytest's directories are closed to everybody else.
    user = {"user": "mysql", "group": "mysql"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="switchboard-my-", ignore_cleanup_errors=True) as folder:
        directory = Path(folder)
        if user:
            shutil.chown(directory, **user)
        data, log, first = directory / "data", directory / "log", directory / "first.sql"
        first.write_text("CREATE USER tester@localhost;\nGRANT ALL ON *.* TO tester@localhost;\n", encoding="utf-8")
        first.chmod(0o644)
        with log.open("wb") as output:
            start = {"stdout": output, "stderr": output, "cwd": "/", **user}
            install = [installer, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
            subprocess.run([*install, "--skip-test-db"], check=True, **start)  # type: ignore[call-overload]  # one set of options for both
            socket = directory / "socket"
            command = [program, *_SETTINGS, f"--datadir={data}", f"--socket={socket}", f"--init-file={first}"]
            with subprocess.Popen(command, **start) as process:  # type: ignore[call-overload]
                try:
                    _wait_until_ready(log)
                    yield MariaServer(socket)
                finally:
                    process.terminate()
                    process.wait(_READY_WITHIN_S)


def _wait_until_ready(log: Path) -> None:
    until = time.monotonic() + _READY_WITHIN_S
    while _READY not in (said := log.read_text(encoding="utf-8", errors="replace")):
        assert time.monotonic() < until, said
        time.sleep(0.05)
