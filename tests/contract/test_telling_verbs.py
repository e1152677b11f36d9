"""Who must be told and who is to be called back, by verbs, whichever database holds the store."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from data.clock import to_iso
from data.fields import Doc
from switchboard.cli import main
from sync.hub.home import HubHome

Verb = Callable[..., Any]
MINE = "9900000002"


@pytest.fixture
def verb(home: HubHome, capsys: pytest.CaptureFixture[str]) -> Verb:
    """Runs a verb in the home; what it prints as JSON."""

    def run(*words: str, status: int = 0) -> Any:
        assert main([*words, "--home", str(home.path), "--json"]) == status, capsys.readouterr().err
        printed = capsys.readouterr()
        return json.loads(printed.out) if status == 0 else printed.err

    return run


@pytest.fixture
def outage(home: HubHome, verb: Verb) -> str:
    """A fault on a line to which a mine is tied."""
    store = home.open_store()
    with store.write("test", "records") as writing:
        writing.put("feeder", {"id": "F-telling", "number": "9911", "name": "10kV 告知线"})
        mine: Doc = {"id": MINE, "name": "杨家杖子矿", "feeder": "F-telling", "high_risk": True, "phone": "13987654321"}
        writing.put("customer", mine)
    store.engine.dispose()
    now = datetime.now(UTC)
    times = ("--start", to_iso(now), "--etr", to_iso(now + timedelta(hours=2)))
    return str(verb("outage", "add", "--feeder", "9911", "--kind", "fault", *times, "--reason", "倒杆")["id"])


def test_a_customer_is_told_and_the_list_is_written_to_a_workbook(verb: Verb, outage: str, tmp_path: Path) -> None:
    listed = verb("outage", "told", outage)
    assert (listed["open"], listed["customers"][0]["phone"]) == (1, "139****4321")
    assert "say who was told" in verb("outage", "told", outage, "--done", MINE, status=1)
    verb("outage", "told", outage, "--done", MINE, "--result", "no_answer")
    told = verb("outage", "told", outage, "--done", MINE, "--whom", "杨工", "--note", "井下已撤人")
    assert (told["open"], told["customers"][0]["status"]) == (0, "done")
    assert [one["result"] for one in told["customers"][0]["attempts"]] == ["no_answer", "told"]
    file = tmp_path / "told.xlsx"
    assert verb("outage", "told", outage, "--xlsx", str(file))["rows"] == 2
    header, *rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    assert [row[header.index("告知对象 Told to")] for row in rows] == ["", "杨工"]
    assert verb("audit", "list", "--act", "export")[0]["about"].startswith("2 rows of customers to be told")


def test_a_caller_is_called_back_when_power_is_back(verb: Verb, outage: str) -> None:
    added = verb("call-backs", "add", "--phone", "138 1234 5678", "--name", "王先生", "--outage", outage)
    assert (added["status"], added["phone"]) == ("waiting", "138****5678")
    assert verb("call-backs", "list", "--status", "due") == []
    verb("outage", "restore", outage)
    assert [one["news"] for one in verb("call-backs", "list", "--status", "due")] == ["restored"]
    assert verb("call-backs", "done", added["id"], "--result", "no_answer")["status"] == "later"
    assert verb("call-backs", "done", added["id"])["status"] == "closed"
    assert "this call-back is closed" in verb("call-backs", "done", added["id"], status=1)


def test_a_place_waits_for_its_window(verb: Verb) -> None:
    added = verb("call-backs", "add", "--phone", "0429-3123456", "--area", "211402206")
    assert (added["outage"], added["place"]["kind"], added["status"]) == (None, "area", "waiting")
    refused = verb("call-backs", "add", "--phone", "0429-3123456", "--area", "211402206", "--feeder", "9", status=1)
    assert "one place" in refused
