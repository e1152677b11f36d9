"""The tree as people open it: a hub, an agent's home and the command."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.clock import to_iso
from tests.commands import WRONG_USAGE, refusal, run
from tests.hubs import RunningHub, enrol, switchboard

COMPANY, FEEDER = "branch:B2114", "feeder:F02616"
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def agent(shared_hub: RunningHub, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return enrol(shared_hub, tmp_path_factory.mktemp("agent") / "home")


def opened(agent: Path, *words: str) -> Any:
    return switchboard("tree", "--home", str(agent), *words)


def test_the_whole_demo_hangs_below_its_company(agent: Path) -> None:
    (company,) = opened(agent)["nodes"]
    assert (company["key"], company["label"], company["counts"]["customers"]) == (COMPANY, "葫芦岛供电公司", 1000)
    below = opened(agent, COMPANY)
    assert [node["key"] for node in below["path"]] == [COMPANY]
    assert sum(node["counts"]["customers"] for node in below["nodes"]) == 1000
    assert below["freshness"] == "live"


def test_a_window_set_at_the_hub_colours_the_branches_above_and_the_customers_below(
    agent: Path, shared_hub: RunningHub
) -> None:
    start, etr = to_iso(NOW - timedelta(hours=1)), to_iso(NOW + timedelta(hours=2))
    window = ["--kind", "fault", "--start", start, "--etr", etr, "--reason", "雷击", "--feeder", "F02616"]
    made = switchboard("outage", "add", "--home", str(shared_hub.home), *window)
    switchboard("sync", "--once", "--home", str(agent))
    (company,) = opened(agent)["nodes"]
    assert (company["state"], company["affected"][0]) == ("partial_outage", 1)
    feeder = opened(agent, FEEDER)
    assert {node["state"] for node in [feeder["path"][-1], *feeder["nodes"]]} == {"outage"}
    assert [shown["id"] for shown in feeder["outages"]] == [made["id"]]
    area = next(node for node in feeder["nodes"] if node["counts"]["customers"])
    customer = opened(agent, area["key"])["nodes"][0]
    assert customer["state"] == "outage"
    looked_up = switchboard("lookup", customer["id"], "--home", str(agent), "--limit", "1")["results"][0]
    assert (looked_up["state"], looked_up["customer"]) == (customer["state"], customer["customer"])
    later = opened(agent, FEEDER, "--at", to_iso(NOW + timedelta(hours=3)))
    assert {node["state"] for node in later["nodes"]} == {"normal"}


def test_the_important_customers_come_by_pages(agent: Path) -> None:
    (company,) = opened(agent)["nodes"]
    first = opened(agent, COMPANY, "--important", "--limit", "5")
    second = opened(agent, COMPANY, "--important", "--limit", "1000", "--after", first["next"])
    listed = [node["key"] for node in first["nodes"] + second["nodes"]]
    assert len(listed) == len(set(listed))
    assert second["next"] is None
    assert all(
        node["customer"]["importance"] or node["customer"]["high_risk"] or node["customer"]["sensitive"]
        for node in first["nodes"] + second["nodes"]
    )
    marks = company["counts"]
    assert max(marks["important"], marks["high_risk"], marks["sensitive"]) <= len(listed)


def test_the_agent_of_a_branch_sees_the_network_and_the_customers_of_its_branch(
    shared_hub: RunningHub, tmp_path: Path
) -> None:
    home, station = tmp_path / "home", "B21140205"
    code = switchboard("agents", "add", "seat-b", "--home", str(shared_hub.home), "--branch", station)["code"]
    switchboard("enrol", "--home", str(home), "--hub", shared_hub.url, "--code", code)
    switchboard("sync", "--once", "--home", str(home))
    company = opened(home)["nodes"][0]
    own = opened(home, f"branch:{station}")["path"][-1]
    assert company["counts"]["feeders"] > own["counts"]["feeders"] > 0
    assert company["counts"]["customers"] == own["counts"]["customers"] > 0


def test_people_read_an_indented_tree(agent: Path) -> None:
    shown = run("tree", FEEDER, "--home", str(agent), "--limit", "1").stdout.splitlines()
    assert [line[: len(line) - len(line.lstrip())] for line in shown[:4]] == ["", "  ", "    ", "      "]
    assert shown[0].endswith(f"[{COMPANY}]")
    assert any(line.endswith(f"[{FEEDER}]") for line in shown)


def test_what_is_not_there_is_refused_in_one_line(agent: Path, tmp_path: Path) -> None:
    assert refusal("tree", "feeder:none", "--home", str(agent)).startswith("feeder:none is not in the tree")
    assert refusal("tree", "616", "--home", str(agent)).startswith("'616' is no key of the tree")
    assert refusal("tree", FEEDER, "--after", "x", "--home", str(agent)).startswith("after 'x'")
    assert "is not enrolled" in refusal("tree", "--home", str(tmp_path))
    assert run("tree", "--important", "--home", str(agent)).returncode == WRONG_USAGE
    assert run("tree", "--limit", "0", "--home", str(agent)).returncode == WRONG_USAGE
