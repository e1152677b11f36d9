"""`switchboard doctor` at a real home: what is wrong is named, with what to do about it."""

import json
import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from data.sqlite import connect
from sync.replica.agent_home import AgentHome
from tests.commands import DONE, REFUSED, run
from tests.hubs import RunningHub, enrol

# A place without a screen may have no DISPLAY; whether there is one is not what is tested here.
ENVIRONMENT = {"DISPLAY": os.environ.get("DISPLAY") or ":0", "WAYLAND_DISPLAY": "", "XDG_SESSION_TYPE": "x11"}


def examined(home: Path, *words: str, status: int) -> dict[str, dict[str, Any]]:
    done = run("doctor", "--home", str(home), "--json", *words, environment=ENVIRONMENT)
    assert done.returncode == status, done
    said = json.loads(done.stdout)
    assert said["good"] == (status == DONE) == all(check["good"] for check in said["checks"])
    return {check["name"]: check for check in said["checks"]}


@pytest.fixture(scope="module")
def agent(shared_hub: RunningHub, tmp_path_factory: pytest.TempPathFactory) -> AgentHome:
    return AgentHome(enrol(shared_hub, tmp_path_factory.mktemp("doctor") / "agent", "doctor"))


def test_all_is_well_at_a_home_that_has_just_synced(agent: AgentHome) -> None:
    found = examined(agent.path, "--thorough", status=DONE)
    looked_at = {"home", "settings", "disk", "hub", "certificate", "cache", "agreement", "integrity", "desktop"}
    assert looked_at | {"assistant"} == set(found)
    assert found["integrity"]["facts"]["thorough"]
    assert abs(found["hub"]["facts"]["clock_offset_s"]) < 5


def test_it_speaks_to_people_in_both_languages(agent: AgentHome) -> None:
    done = run("doctor", "--home", str(agent.path), environment=ENVIRONMENT)
    assert done.returncode == DONE, done
    assert "没有发现本机数据损坏" in done.stdout
    assert "no damage was found in the cache" in done.stdout


def test_damage_is_told_and_the_next_sync_repairs_it(hub: RunningHub, tmp_path: Path) -> None:
    home = AgentHome(enrol(hub, tmp_path / "agent"))
    path = home.current_cache()
    assert path is not None
    with closing(connect(path)) as connection:
        connection.execute("DELETE FROM customer WHERE rid = 7")
    integrity = examined(home.path, "--thorough", status=REFUSED)["integrity"]
    assert {damage["part"] for damage in integrity["facts"]["damages"]} >= {"records"}
    assert json.loads(run("sync", "--once", "--home", str(home.path), "--json").stdout)["mode"] == "snapshot"
    after = examined(home.path, "--thorough", status=DONE)["integrity"]["facts"]
    assert after["damages"] == []
    assert len(after["repairs_today"]) == 1


def test_a_home_that_is_nothing_yet_is_told_what_it_lacks(tmp_path: Path) -> None:
    found = examined(tmp_path / "nowhere", status=REFUSED)
    assert not found["home"]["good"]
    assert not found["hub"]["good"]
    assert "sync --once" in found["cache"]["en"]


def test_wrong_settings_and_open_doors_are_told(agent: AgentHome) -> None:
    settings = agent.path / "settings.toml"
    settings.write_text("colour = 1\n", "utf-8")
    agent.path.chmod(0o755)
    try:
        found = examined(agent.path, status=REFUSED)
    finally:
        settings.unlink()
        agent.path.chmod(0o700)
    assert not found["settings"]["good"]
    assert "chmod 700" in found["home"]["en"]


def test_a_hubs_home_is_examined_while_it_serves(shared_hub: RunningHub) -> None:
    found = examined(shared_hub.home, status=DONE)
    assert {"home", "disk", "store", "back_up", "keep_checkpoint"} <= set(found)
    assert found["store"]["facts"]["database"] == "sqlite"
    assert found["back_up"]["facts"]["state"] == "off"
