"""A home that is not as it was left: files with rubbish in them, two processes at once, a profile that is read-only."""

import json
import os
import shutil
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import pytest

from sync.replica.agent_home import AgentHome
from tests.commands import DONE, REFUSED, run
from tests.following import rename, store_of
from tests.hubs import COMMAND, PATIENCE_S, RunningHub, enrol, switchboard
from tests.recounts import check_cache

NOBODY = 65534
RUBBISH = (b"", b"\0" * 4096, b"\xff\xfe{]" * 300)


@pytest.fixture(scope="module")
def home(shared_hub: RunningHub, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An agent's home to copy."""
    return enrol(shared_hub, tmp_path_factory.mktemp("agent") / "home")


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Path:
    """A copy: its device is the hub's, too."""
    return Path(shutil.copytree(home, tmp_path / "home"))


def said_in_one_line(done: "subprocess.CompletedProcess[str]") -> bool:
    """Whether it did what it was asked, or said in one line why not."""
    refused = done.returncode == REFUSED and len(done.stderr.splitlines()) >= 1
    return "Traceback" not in done.stderr and (done.returncode == DONE or refused)


def test_rubbish_in_any_small_file_is_told_or_passed_over(own: Path) -> None:
    small = [path for path in own.rglob("*") if path.is_file() and path.suffix not in {".db", ".lock"}]
    small = [path for path in small if not path.name.endswith(("-wal", "-shm"))]
    assert {path.name for path in small} >= {"agent.json", "current", "confirmed"}
    for path, rubbish in zip(sorted(small), cycle(RUBBISH), strict=False):
        if not path.exists():  # it went with the cache to which it belonged
            continue
        before = path.read_bytes()
        path.write_bytes(rubbish)
        for words in (("lookup", "塔山"), ("sync", "--once")):
            done = run(*words, "--home", str(own))
            assert said_in_one_line(done), f"{path.name}: {done.stderr}"
        if path.name == "agent.json":  # that is what enrolling again is for
            path.write_bytes(before)
    assert run("sync", "--once", "--home", str(own)).returncode == DONE
    assert check_cache(AgentHome(own)) is not None


def test_an_outbox_that_cannot_be_read_is_told_and_left_as_it_is(own: Path) -> None:
    rubbish = b"no database at all" * 1000
    (own / "outbox.db").write_bytes(rubbish)
    done = run("outbox", "list", "--home", str(own))
    assert (done.returncode, len(done.stderr.splitlines())) == (REFUSED, 1), done.stderr
    assert "outbox.db cannot be used" in done.stderr
    assert (own / "outbox.db").read_bytes() == rubbish, "whoever can may save what is in it"
    assert run("lookup", "塔山", "--home", str(own)).returncode == DONE


def test_two_processes_of_one_home_follow_without_harm(shared_hub: RunningHub, own: Path) -> None:
    command = [*COMMAND, "sync", "--once", "--home", str(own), "--json"]
    with store_of(shared_hub.home) as store:
        for number in range(3):
            head = rename(store, number)
            (own / "cache" / "current").unlink() if number == 1 else None
            both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
            said = [process.communicate(timeout=PATIENCE_S * 2) for process in both]
            assert any(process.returncode == DONE for process in both), said
            assert all(b"Traceback" not in errors for _, errors in said), said
            assert switchboard("sync", "--once", "--home", str(own))["revision"] >= head
            assert check_cache(AgentHome(own)) is not None


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="setpriv, as root, makes a user whom a file's mode keeps out",
)
def test_a_profile_that_is_read_only_answers_and_says_what_it_cannot_keep(own: Path) -> None:
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    for path in (own, *own.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
        path.chmod(0o500 if path.is_dir() else 0o400)
    for parent in own.parents:  # pytest makes its directories for one user
        if parent.stat().st_mode & 0o001 == 0 and parent.stat().st_uid == 0:
            parent.chmod(parent.stat().st_mode | 0o011)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(own)}

    def as_nobody(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [*drop, *COMMAND, *words, "--home", str(own)]
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", env=environment, timeout=PATIENCE_S * 2, check=False
        )

    before = sorted((path, path.stat().st_mtime_ns) for path in own.rglob("*"))
    looked = as_nobody("lookup", "塔山", "--json")
    if "Permission denied" in looked.stderr and "python" in looked.stderr:
        pytest.skip("this Python is not for every user")
    assert looked.returncode == DONE, looked.stderr
    assert json.loads(looked.stdout)["results"]
    synced = as_nobody("sync", "--once")
    assert synced.returncode == REFUSED
    (line,) = synced.stderr.splitlines()
    assert "is not brought up to date until it may be written" in line
    assert sorted((path, path.stat().st_mtime_ns) for path in own.rglob("*")) == before
