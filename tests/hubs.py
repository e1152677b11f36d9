"""A real hub in a process of its own, and an agent's home that is enrolled at it."""

import atexit
import gc
import io
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from switchboard import cli

PATIENCE_S = 60.0
COMMAND = [sys.executable, "-m", "switchboard"]
_NEVER_HANDED_OUT = range(20_000, 32_000)


def switchboard(*words: str) -> Any:
    """What a verb prints as JSON; in this process, for starting one takes longer than most verbs."""
    printed, said = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(said):
        status = cli.main([*words, "--json"])
        _let_go()
    if status != 0:
        raise subprocess.CalledProcessError(status, ["switchboard", *words], printed.getvalue(), said.getvalue())
    return json.loads(printed.getvalue())


def _let_go() -> None:
    """Closes what a verb leaves to the end of its process."""
    if "psycopg" in sys.modules:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@dataclass(frozen=True, slots=True)
class RunningHub:
    """A hub that serves."""

    home: Path
    url: str
    process: "subprocess.Popen[str]"

    @property
    def port(self) -> int:
        """Where it listens; another one each time it is started."""
        return int(self.url.rpartition(":")[2])

    def sign_in(self, name: str) -> str:
        """The session's secret of a demo person."""
        return str(self.post("/session", {"name": name, "password": "demo"})["token"])

    def post(self, path: str, body: object, token: str = "") -> dict[str, Any]:
        """The answer to a request."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            parsed: dict[str, Any] = json.load(answer)
            return parsed


def free_port() -> int:
    """A port that is free, and that no connection or server is given by chance before it is used."""
    while True:
        port = secrets.choice(_NEVER_HANDED_OUT)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


@cache
def _demo_hub() -> Path:
    place = tempfile.mkdtemp(prefix="switchboard-demo-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    home = Path(place) / "home"
    switchboard("init", "--home", str(home), "--demo", "--customers", "1000")
    return home


def make_demo_hub(home: Path) -> Path:
    """The home of a hub with the smallest demo network; each is a copy of one."""
    return Path(shutil.copytree(_demo_hub(), home))


@contextmanager
def serving(home: Path, *words: str, log: Path | None = None) -> Iterator[RunningHub]:
    """The hub of `home`, ready, on a free port, its log in a file where one is named; ended with the block."""
    command = [*COMMAND, "hub", "--home", str(home), "--port", "0", *words]
    with ExitStack() as opened:
        errors = opened.enter_context(log.open("wb")) if log else None
        process = opened.enter_context(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ)
        )
        try:
            assert process.stdout
            url = process.stdout.readline().split()[-1]
            _wait_until_ready(url)
            yield RunningHub(home, url, process)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def enrol(hub: RunningHub, agent: Path, name: str = "seat-1", url: str = "") -> Path:
    """The home of an agent that is enrolled, at `url` where another way leads to the hub, and has its first cache."""
    code = switchboard("agents", "add", name, "--home", str(hub.home))["code"]
    switchboard("enrol", "--home", str(agent), "--hub", url or hub.url, "--code", code)
    switchboard("sync", "--once", "--home", str(agent))
    return agent


def _wait_until_ready(url: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"the hub on {url} never answered")
