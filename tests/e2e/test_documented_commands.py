"""The documents do not lie: what they tell to type does run, in the order in which they tell it.

The commands are those that `tests/unit/test_docs.py` reads; what is not run stands below with the reason.
"""

import io
import shlex
from pathlib import Path

import pytest

from switchboard.cli import main
from tests.hubs import RunningHub, enrol, switchboard
from tests.unit.test_docs import NAMED, commands

DESKTOP = "it needs a desktop: tests/ui does it"
SERVES = "it serves until it is ended, with a certificate: tests/e2e/test_web_hygiene.py does it"
CERTIFICATE = "it needs a hub with a certificate: tests/unit/test_trust.py does it"
POSTGRESQL = "it needs a PostgreSQL server: tests/e2e/test_several_hubs.py and test_standby.py do it"
CENTRAL = "it needs a database server: tests/e2e/test_central_demo.py does it"
NOT_RUN = {
    "demo": DESKTOP,
    "assistant --home ~/.switchboard": DESKTOP,
    "toggle --home ~/.switchboard": DESKTOP,
    "hub --home /srv/switchboard --host 0.0.0.0 --port 8400 --tls-cert hub.crt --tls-key hub.key": SERVES,
    "hub --home HUB --host 0.0.0.0 --tls-cert hub.crt --tls-key hub.key": SERVES,
    "enrol --home ~/.switchboard --hub https://hub:8400 --code CODE --pin SHA256": CERTIFICATE,
    "trust --pin SHA256": CERTIFICATE,
    "hub --home A --database postgresql://user@db/switchboard": POSTGRESQL,
    "init --home B --join COPY": POSTGRESQL,
    "hub --home B": POSTGRESQL,
    "init --home R --join COPY --database postgresql://user@standby/db": POSTGRESQL,
    "pull --home HUB --config central.toml": CENTRAL,
    "init --demo-central postgresql://me@localhost/empty": CENTRAL,
    "phones rehash --home HUB": "no hub may serve meanwhile: tests/e2e/test_phone_lookup.py does it",
    "pull --approve 17": "no pull waits: tests/unit/test_central_pull.py approves one",
}
QUEUE_LOG = "915148808|1.1|PS|NONE|ENTERQUEUE||22090179|1\n915148840|1.1|PS|Agent/A|CONNECT|32|1.3|2\n"
WORKS = "停电范围,开始时间,预计送电时间,停电原因\n616,2031-05-10 08:00,2031-05-10 17:00,更换导线\n"
TIMES = {"--start": "2031-05-10T08:00:00+08:00", "--etr": "2031-05-10T17:00:00+08:00"}
FILES = {"calls import": "queue.log", "restore": "OUT", "audit checkpoint": "line", "audit verify": "line"}
"""What FILE is, by the verb that is given it."""


@pytest.fixture(scope="module")
def stage(shared_hub: RunningHub, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the documents take for granted: an agent at a hub, and files to read."""
    place = tmp_path_factory.mktemp("stage")
    enrol(shared_hub, place / "agent")
    switchboard("agents", "add", "seat-18", "--home", str(shared_hub.home))
    (place / "queue.log").write_text(QUEUE_LOG, encoding="utf-8")
    (place / "works.csv").write_text(WORKS, encoding="utf-8")
    for what, file in (("branches", "branches.xlsx"), ("areas", "areas.csv")):
        switchboard("export", what, str(place / file), "--home", str(shared_hub.home))
    return place


def meant(command: str, stage: Path, hub: Path) -> list[str]:
    """The words of a command, with what they stand for in place of names that the documents make up."""
    words = shlex.split(command)
    verb = " ".join(words[:2])
    names = {
        "/srv/switchboard": stage / "new" if verb == "init --home" else hub,
        "HUB": hub,
        "HOME": hub,
        "~/.switchboard": stage / "agent",
        "AGENT": stage / "agent",
        "NEW": stage / f"restored-{len(list(stage.iterdir()))}",
        "FILE": FILES.get(verb) or FILES.get(words[0]),
        "NAME": "duty" if words[0] == "shift" else "wang",
        "0000000001": "2114000008",
        "works.xlsx": "works.csv",
    }
    if verb == "outage told":
        names[words[2]] = switchboard("outage", "list", "--home", str(hub), "--at", TIMES["--start"])[0]["id"]
    told = [str(names.get(word, word)) for word in words]
    return [TIMES.get(before, word) if word == "T" else word for before, word in zip(["", *told], told, strict=False)]


def failure_of(command: str, stage: Path, hub: RunningHub, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command that did not do its work said; empty for one that did. `doctor` says by its status what it saw."""
    status = main(meant(command, stage, hub.home))
    printed = capsys.readouterr()
    if status == 0 or (status == 1 and command.startswith("doctor") and not printed.err):
        return ""
    return f"{command}: {status} {printed.err}"


def test_every_command_of_the_documents_runs(
    stage: Path, shared_hub: RunningHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [command for _, command in commands() if command not in NAMED]
    assert not set(NOT_RUN).difference(told), "the documents do not say this any more"
    monkeypatch.chdir(stage)
    monkeypatch.setenv("SWITCHBOARD_HOME", str(shared_hub.home))
    failures = []
    for command in told:
        if command not in NOT_RUN:
            monkeypatch.setattr("sys.stdin", io.StringIO("demo\n"))
            failures.append(failure_of(command, stage, shared_hub, capsys))
    assert not [failure for failure in failures if failure]
