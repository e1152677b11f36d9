"""Keeping records from the command line."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from data.fields import Doc
from data.store.schema import RECORDS
from switchboard import cli
from sync.hub.home import HubHome
from tests.hubs import switchboard


def feeder(home: Path, source: str) -> Doc:
    store = HubHome(home).open_store()
    table = RECORDS["feeder"]
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.source == source).limit(1)).mappings().one()
    store.engine.dispose()
    return dict(row)


def test_a_record_goes_its_way_by_verbs(demo_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Path(shutil.copytree(demo_home, tmp_path / "hub"))
    words = ("--home", str(home))
    added = switchboard("records", "add", "area", "--set", "name=试验新村", "--set", "parent_id=塔山乡", *words)
    code, key = added["record"]["code"], added["record"]["id"]
    assert switchboard("records", "show", "area", code, *words)["name"] == "试验新村"
    switchboard("records", "set", "area", code, "--set", "postcode=125001", *words)
    switchboard("records", "retire", "area", key, *words)
    assert switchboard("records", "undo", "area", key, *words)["record"]["postcode"] == "125001"
    switchboard("records", "retire", "area", key, *words)
    assert switchboard("records", "bring-back", "area", key, *words)["record"]["code"] == code
    acts = [one["act"] for one in switchboard("records", "history", "area", key, *words)]
    assert acts == ["brought_back", "retired", "undone", "retired", "changed", "added"]
    assert cli.main(["records", "set", "area", key, "--set", "postcode=12", *words]) == 1
    assert "postcode" in capsys.readouterr().err
    assert cli.main(["records", "set", "area", key, "--set", "postcode", *words]) == 1
    central = str(feeder(home, "central")["id"])
    assert cli.main(["records", "retire", "feeder", central, *words]) == 1
    assert "营销系统" in capsys.readouterr().err
    assert cli.main(["records", "retire", "feeder", str(feeder(home, "rural")["id"]), *words]) == 1
    assert "仍被引用" in capsys.readouterr().err
