"""Planted values of customers, and secrets, through the work of a hub and PCs: in no log, in no cache as they are."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from data.sqlite import connect, is_encrypted
from data.store.store import Store
from sync.hub.home import HubHome
from sync.replica.agent_home import AgentHome
from sync.replica.cache_key import key_of
from sync.replica.hub_client import HubClient
from sync.replica.reveal_asking import RevealClient
from tests.hubs import COMMAND, RunningHub, enrol, make_demo_hub, serving, switchboard

PHONE, NAME, ADDRESS = "13612349876", "朱大富贵", "塔山村三组四十五号院"
PATIENCE_S = 60


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[tuple[RunningHub, Path]]:
    """A hub that serves, all of whose words are kept in a file."""
    home, log = make_demo_hub(tmp_path / "hub"), tmp_path / "hub.log"
    store = HubHome(home).open_store()
    plant(store)
    store.engine.dispose()
    with serving(home, log=log) as hub:
        yield hub, log


def plant(store: Store) -> None:
    with store.write("test", "planted") as writing:
        writing.put("customer", {"id": "2114999999", "name": NAME, "address": ADDRESS, "phone": PHONE, "feeder": None})


def said(*words: str) -> str:
    """All that a command says, whether it succeeds or not."""
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False, timeout=PATIENCE_S * 4)
    return done.stderr


def test_logs_tell_no_customer_and_no_secret(logged: tuple[RunningHub, Path], tmp_path: Path) -> None:
    hub, log = logged
    agent = enrol(hub, tmp_path / "agent")
    home = AgentHome(agent)
    home.files.begin_shift(HubClient.at(home).begin_shift("agent", "demo"))
    client = RevealClient.at(home)
    assert client.reveal("2114999999", "phone", "callback", f"{NAME} {PHONE}")["value"] == PHONE
    assert client.customers_with_phone(PHONE) == ("2114999999",)
    agent_log = said("lookup", "--home", str(agent), NAME) + said(
        "reveal", "--home", str(agent), PHONE, "--reason", NAME
    )
    agent_log += said("ticket", "add", "--home", str(agent), "--kind", "enquiry", "--text", f"{NAME} {PHONE}")
    key, enrolment, shift = key_of(home.current_cache() or agent), home.enrolment(), home.files.shift()
    assert shift is not None
    secrets = (key, enrolment.token, enrolment.refresh, shift.token)
    assert all(len(secret) > 20 for secret in secrets)
    logs = {"hub": log.read_text(encoding="utf-8"), "agent": agent_log}
    logs["audit"] = json.dumps(switchboard("audit", "list", "--home", str(hub.home)), ensure_ascii=False)
    for where, text in logs.items():
        for told in (NAME, ADDRESS, PHONE, *secrets):
            assert told not in text, where


def test_a_cache_is_encrypted_and_opens_with_its_own_key_alone(logged: tuple[RunningHub, Path], tmp_path: Path) -> None:
    hub, _ = logged
    agent = enrol(hub, tmp_path / "agent")
    home = AgentHome(agent)
    path = home.current_cache()
    assert path is not None
    assert is_encrypted(path)
    content = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert not [value for value in (NAME, ADDRESS, PHONE, "塔山") if value.encode() in content]
    with closing(connect(path, read_only=True)) as connection:
        assert connection.execute("SELECT count(*) FROM customer").fetchone()[0] > 0
    assert switchboard("lookup", "--home", str(agent), NAME)["results"][0]["name"] == NAME
    # a copy of the file alone is worth nothing
    copied = Path(tmp_path / "thief.db")
    copied.write_bytes(path.read_bytes())
    program = f"import sqlcipher3.dbapi2 as s; s.connect({str(copied)!r}).execute('SELECT * FROM customer')"
    stolen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "file is not a database" in stolen.stderr


def test_a_cache_whose_key_is_lost_is_fetched_again(logged: tuple[RunningHub, Path], tmp_path: Path) -> None:
    hub, _ = logged
    agent = enrol(hub, tmp_path / "agent")
    home = AgentHome(agent)
    path = home.current_cache()
    assert path is not None
    path.with_name(path.name + ".key").unlink()
    assert AgentHome(agent).current_cache() is None
    assert "the key of the cache" in said("lookup", "--home", str(agent), NAME)
    assert switchboard("sync", "--once", "--home", str(agent))["mode"] == "snapshot"
    assert switchboard("lookup", "--home", str(agent), NAME)["results"][0]["name"] == NAME
    assert not path.exists()


def test_a_pc_of_the_least_class_gets_no_names_and_a_pc_that_becomes_one_loses_them(
    logged: tuple[RunningHub, Path], tmp_path: Path
) -> None:
    hub, _ = logged
    code = switchboard("agents", "add", "大厅1", "--class", "least", "--home", str(hub.home))["code"]
    hall = tmp_path / "hall"
    switchboard("enrol", "--home", str(hall), "--hub", hub.url, "--code", code)
    switchboard("sync", "--once", "--home", str(hall))
    assert not [one for one in switchboard("lookup", "--home", str(hall), NAME)["results"] if one["kind"] == "customer"]
    (found,) = switchboard("lookup", "--home", str(hall), "2114999999")["results"]
    assert found["name"] == "***"
    assert found["customer"]["masked"] == ["name", "address", "phone"]
    agent = enrol(hub, tmp_path / "agent", "seat-7")
    before = AgentHome(agent).current_cache()
    assert switchboard("lookup", "--home", str(agent), NAME)["results"][0]["name"] == NAME
    switchboard("agents", "class", "seat-7", "least", "--home", str(hub.home))
    assert switchboard("sync", "--once", "--home", str(agent))["mode"] == "snapshot"
    assert before is not None
    assert not before.exists()
    assert NAME not in json.dumps(switchboard("lookup", "--home", str(agent), "2114999999"), ensure_ascii=False)


def test_changes_reach_a_pc_of_the_least_class_masked(logged: tuple[RunningHub, Path], tmp_path: Path) -> None:
    hub, _ = logged
    agent = enrol(hub, tmp_path / "agent", "seat-8")
    switchboard("agents", "class", "seat-8", "least", "--home", str(hub.home))
    switchboard("sync", "--once", "--home", str(agent))
    store = HubHome(hub.home).open_store()
    with store.write("test", "change") as writing:
        writing.put("customer", {"id": "2114999999", "name": NAME + "二", "contract_kva": 8.0})
    store.engine.dispose()
    report = switchboard("sync", "--once", "--home", str(agent))
    assert (report["mode"], report["verified"]) == ("changes", True)
    (found,) = switchboard("lookup", "--home", str(agent), "2114999999")["results"]
    assert (found["name"], found["customer"]["contract_kva"]) == ("***", 8.0)


def test_a_plain_cache_is_replaced_when_the_hub_begins_to_encrypt(hub_home: Path, tmp_path: Path) -> None:
    settings = hub_home / "hub.toml"
    plain = settings.read_text(encoding="utf-8") + "\n[cache]\nencrypt = false\n"
    settings.write_text(plain, encoding="utf-8")
    with serving(hub_home) as hub:
        agent = enrol(hub, tmp_path / "agent")
        before = AgentHome(agent).current_cache()
        assert before is not None
        assert not is_encrypted(before)
        assert switchboard("sync", "--once", "--home", str(agent))["mode"] == "current"
    settings.write_text(plain.replace("encrypt = false", "encrypt = true"), encoding="utf-8")
    with serving(hub_home) as again:
        home = AgentHome(agent)
        home.save_enrolment(replace(home.enrolment(), hub=again.url))
        assert switchboard("sync", "--once", "--home", str(agent))["mode"] == "snapshot"
        after = home.current_cache()
        assert after is not None
        assert is_encrypted(after)
        assert not before.exists()
        assert switchboard("sync", "--once", "--home", str(agent))["mode"] == "current"
