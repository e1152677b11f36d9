"""The sample marketing system, pulled by its own mapping, gives the hub that `init --demo` makes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from data.kinds import KINDS
from data.store.rows import all_docs
from data.store.schema import CALL_EVENT, TICKET
from sync.hub.home import HubHome
from tests.commands import refusal, run
from tests.hubs import switchboard

PULLED = ("branch", "area", "contact", "feeder", "transformer_area", "customer")
CUSTOMERS = ("--customers", "1000")


@pytest.fixture(params=["postgresql", "mariadb"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def made_central(url: str, path: Path) -> Path:
    done = run("init", "--demo-central", url, *CUSTOMERS)
    assert done.returncode == 0, done.stderr
    path.write_text(done.stdout, encoding="utf-8")
    return path


def records(home: Path) -> dict[str, list[Mapping[str, Any]]]:
    with HubHome(home).open_store().read() as connection:
        return {kind: list(all_docs(connection, kind)) for kind in KINDS}


def pulled(home: Path, mapping: Path, *more: str) -> dict[str, Any]:
    (record,) = switchboard("pull", "--home", str(home), "--config", str(mapping), *more)["pulls"]
    assert isinstance(record, dict)
    return record


def test_the_pulled_sample_equals_the_demo(url: str, tmp_path: Path) -> None:
    mapping = made_central(url, tmp_path / "central.toml")
    made, home = tmp_path / "made", tmp_path / "home"
    switchboard("init", "--home", str(made), "--demo", *CUSTOMERS)
    switchboard("init", "--home", str(home))
    first = pulled(home, mapping)
    assert not [table["reasons"] for table in first["tables"].values() if table["rejected"]]
    found, wanted = records(home), records(made)
    for kind in PULLED:
        assert found[kind] == wanted[kind], kind
        assert first["tables"][kind]["added"] == len(wanted[kind])
    with HubHome(home).open_store().read() as connection:
        assert connection.execute(select(func.count()).select_from(TICKET)).scalar_one() == 200
        calls = connection.execute(select(func.count()).select_from(CALL_EVENT)).scalar_one()
    assert calls == first["tables"]["call_event"]["added"] > 20_000
    again = pulled(home, mapping)
    assert {(table["added"], table["changed"], table["deleted"]) for table in again["tables"].values()} == {(0, 0, 0)}
    assert again["revision"] is None
    assert [one["outcome"] for one in switchboard("pull", "--home", str(home), "--history")["pulls"]] == [
        "done",
        "done",
    ]
    assert "is not empty" in refusal("init", "--demo-central", url, *CUSTOMERS)
