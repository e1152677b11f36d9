"""The command `pull`, and a hub that pulls by the clock."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from data.store.rows import all_docs
from sync.central import history
from sync.hub.home import HubHome
from tests.central_systems import CUSTOMERS, HEAD, CentralSystem, make_central
from tests.commands import refusal, run
from tests.hubs import COMMAND, PATIENCE_S, serving, switchboard
from tests.stores import NETWORK


@pytest.fixture
def central(tmp_path: Path) -> CentralSystem:
    return make_central(f"sqlite:///{tmp_path / 'central.db'}", tmp_path, range(30))


@pytest.fixture
def home(tmp_path: Path, central: CentralSystem) -> Path:
    made = tmp_path / "home"
    switchboard("init", "--home", str(made))
    with HubHome(made).open_store().write("test", "fill") as writing:
        for kind, doc in NETWORK:
            if kind != "customer":
                writing.put(kind, doc)
    write_mapping(made, central)
    return made


def write_mapping(home: Path, central: CentralSystem, timing: str = "") -> None:
    (home / "central.toml").write_text((HEAD + timing + CUSTOMERS).replace("URL", central.url), encoding="utf-8")


def recorded(home: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = switchboard("pull", "--home", str(home), "--history")["pulls"]
    return found


def pulls(home: Path) -> list[dict[str, Any]]:
    """As `recorded`, without a process of its own."""
    with HubHome(home).open_store().read() as connection:
        return history.pulls(connection, 50)


def customers(home: Path) -> int:
    with HubHome(home).open_store().read() as connection:
        return sum(1 for _ in all_docs(connection, "customer"))


def test_pull_says_what_it_did_and_waits_for_a_word_before_it_deletes_much(home: Path, central: CentralSystem) -> None:
    (first,) = switchboard("pull", "--home", str(home))["pulls"]
    assert first["tables"]["customer"]["added"] == 30
    central.drop(*range(10))
    said = refusal("pull", "--home", str(home), "--json")
    assert "would delete 10 of the 30 records of kind customer" in said
    refused = recorded(home)[0]
    assert said.endswith(f"switchboard pull --approve {refused['id']}")
    assert customers(home) == 30
    (dry,) = switchboard("pull", "--home", str(home), "--dry-run")["pulls"]
    assert (dry["tables"]["customer"]["deleted"], customers(home)) == (10, 30)
    (approved,) = switchboard("pull", "--home", str(home), "--approve", str(refused["id"]))["pulls"]
    assert (approved["tables"]["customer"]["deleted"], customers(home)) == (10, 20)
    assert "does not wait for approval" in refusal("pull", "--home", str(home), "--approve", str(refused["id"]))
    assert [one["outcome"] for one in pulls(home)] == ["done", "done", "refused", "done"]


def test_what_cannot_be_pulled_is_one_clear_line(home: Path, central: CentralSystem, tmp_path: Path) -> None:
    assert "has no source x: it has marketing" in refusal("pull", "--home", str(home), "--source", "x")
    assert "cannot be read" in refusal("pull", "--home", str(home), "--config", str(tmp_path / "none.toml"))
    central.url = f"sqlite:///{tmp_path / 'none' / 'central.db'}"
    write_mapping(home, central)
    assert "unable to open database file" in refusal("pull", "--home", str(home))
    central.url = "postgresql://reader@127.0.0.1:1/db"
    write_mapping(home, central, 'password_env = "CENTRAL_PW"\n')
    said = refusal("pull", "--home", str(home), environment={"CENTRAL_PW": "geheim123"})
    assert "127.0.0.1" in said
    assert "geheim123" not in said + json.dumps(pulls(home))
    done = run("pull", "--home", str(home), "--approve", "1", "--dry-run")
    assert done.returncode == 2


def test_a_pull_that_is_killed_leaves_the_store_as_it_was_or_as_it_should_be(
    home: Path, central: CentralSystem
) -> None:
    central.run(
        "INSERT INTO c_cons WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
        "SELECT 4000000000 + i, '张伟', 'T1', '', '', 0 FROM n"
    )
    command = [*COMMAND, "pull", "--home", str(home), "--json"]
    for late_s in (0.0, 0.1, 0.3, 0.7, 1.5):
        known = len(pulls(home))
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            until = time.monotonic() + PATIENCE_S
            while len(pulls(home)) == known and process.poll() is None:
                assert time.monotonic() < until
            time.sleep(late_s)
            process.kill()
        assert customers(home) in {0, 5030}
    switchboard("pull", "--home", str(home))
    assert customers(home) == 5030
    assert {one["outcome"] for one in pulls(home)} <= {"running", "done"}


def test_a_hub_pulls_by_the_clock(home: Path, central: CentralSystem) -> None:
    write_mapping(home, central, "full = { every_s = 1 }\nchanged = { every_s = 1 }\n")
    with serving(home):
        until = time.monotonic() + PATIENCE_S
        while not any(one["outcome"] == "done" for one in pulls(home)):
            assert time.monotonic() < until, pulls(home)
            time.sleep(0.2)
        central.put(100)
        while customers(home) < 31:
            assert time.monotonic() < until, pulls(home)
            time.sleep(0.2)
    found = pulls(home)
    assert {one["actor"] for one in found} == {"hub"}
    assert "failed" not in {one["outcome"] for one in found}
