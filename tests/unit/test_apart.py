import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import pytest

from sync.errors import DamagedError, EndedError
from sync.hub.apart import ProcessApart
from sync.hub.shelf import publish_from
from sync.hub.snapshots import Scope

PATIENCE_S = 60.0


@pytest.fixture
def apart() -> Iterator[ProcessApart]:
    made = ProcessApart("test")
    yield made
    made.close()


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Whoever connects waits for an answer that never comes; when its process ends, the connection does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE_S)
        yield listening


def address_of(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}/"


def wait_until_gone(connection: socket.socket) -> None:
    connection.settimeout(PATIENCE_S)
    while connection.recv(1000):
        pass


def test_work_is_done_in_a_process_of_its_own_and_waited_for(apart: ProcessApart, tmp_path: Path) -> None:
    apart.run(Path.mkdir, tmp_path / "made")
    assert (tmp_path / "made").is_dir()


def test_what_went_wrong_comes_back_as_one_line(apart: ProcessApart, tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match="the hub keeps its store in SQLite or PostgreSQL"):
        apart.run(publish_from, "mysql://hub/store", Scope.of(None), tmp_path)


def test_an_unexpected_failure_comes_back_too(apart: ProcessApart, tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match="No such file"):
        apart.run(Path.unlink, tmp_path / "none")


def test_a_process_that_ends_without_a_word_is_reported(apart: ProcessApart) -> None:
    with pytest.raises(EndedError, match="exit 7"):
        apart.run(os._exit, 7)


def test_closing_ends_what_runs_and_refuses_what_comes(apart: ProcessApart, silent: socket.socket) -> None:
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(apart.run, urlopen, address_of(silent))
        connection, _ = silent.accept()
        with connection:
            apart.close()
            wait_until_gone(connection)
        with pytest.raises(EndedError, match="was ended"):
            running.result(PATIENCE_S)
    with pytest.raises(EndedError, match="the hub is ending"):
        apart.run(os.getpid)


def test_the_process_ends_with_its_parent_even_if_that_is_killed(silent: socket.socket) -> None:
    program = (
        "import sys; from urllib.request import urlopen; from sync.hub.apart import ProcessApart; "
        "ProcessApart('test').run(urlopen, sys.argv[1])"
    )
    with subprocess.Popen([sys.executable, "-c", program, address_of(silent)]) as parent:
        connection, _ = silent.accept()
        with connection:
            parent.kill()
            wait_until_gone(connection)
