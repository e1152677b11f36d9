"""A real hub in a process of its own, and an agent's home that is enrolled at it."""

import atexit
import gc
import io
import json
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
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from switchboard import cli
from switchboard.hub_lookup import HubLookup
from sync.hub.home import HubHome
from sync.hub.shelf import SnapshotShelf
from sync.hub.snapshots import Scope
from sync.replica.agent_home import AgentHome
from tests.forks import Program, Verb

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
    process: Verb | Program

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
    _make_caches(HubHome(home))
    return home


def _make_caches(home: HubHome) -> None:
    """Makes what every hub of a copy of the home would make first: the snapshot, and the cache of its own lookup."""
    store = home.open_store()
    shelf = SnapshotShelf(home.snapshots, store, encrypted=home.keeping.encrypt_caches)
    everything = Scope.of(None)
    shelf.ensure(everything)
    own, until = AgentHome(home.snapshots / "own" / everything.key), time.monotonic() + PATIENCE_S
    with HubLookup(store, shelf, home.snapshots / "own").running():
        while own.current_cache() is None:
            assert time.monotonic() < until, "the hub's own cache never came"
            time.sleep(0.02)
    shelf.close()
    store.engine.dispose()


def make_demo_hub(home: Path) -> Path:
    """The home of a hub with the smallest demo network; each is a copy of one."""
    return Path(shutil.copytree(_demo_hub(), home))


@contextmanager
def serving(
    home: Path, *words: str, log: Path | None = None, start: type[Verb | Program] = Verb
) -> Iterator[RunningHub]:
    """The hub of `home`, ready, on a free port, its log in a file where one is named; ended with the block."""
    with tempfile.TemporaryDirectory() as place:
        errors = log or Path(place) / "log"
        process = start(("hub", "--home", str(home), "--port", "0", *words), Path(place) / "said", errors)
        try:
            url = _url_of(process, errors)
            _wait_until_ready(url)
            yield RunningHub(home, url, process)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            finally:
                process.kill()
                if log is None:
                    sys.stderr.write(errors.read_text(encoding="utf-8"))


def enrol(hub: RunningHub, agent: Path, name: str = "seat-1", url: str = "") -> Path:
    """The home of an agent that is enrolled, at `url` where another way leads to the hub, and has its first cache."""
    code = switchboard("agents", "add", name, "--home", str(hub.home))["code"]
    switchboard("enrol", "--home", str(agent), "--hub", url or hub.url, "--code", code)
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            switchboard("sync", "--once", "--home", str(agent))
        except subprocess.CalledProcessError as refused:
            # A busy machine lets the snapshot, which is made with less priority, wait longer than a PC does.
            if "cannot be reached" not in refused.stderr or time.monotonic() > until:
                raise
        else:
            return agent


def _url_of(process: Verb | Program, errors: Path) -> str:
    """Where a hub says that it listens."""
    until = time.monotonic() + PATIENCE_S
    while "\n" not in process.said:
        assert process.poll() is None, errors.read_text(encoding="utf-8")
        assert time.monotonic() < until, "the hub never said where it listens"
        time.sleep(0.02)
    return process.said.split()[-1]


def _wait_until_ready(url: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"the hub on {url} never answered")
