"""A home on a PostgreSQL standby: what only reads is answered there, and the primary is left in peace."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sync.hub.home import HubHome
from tests.commands import refusal
from tests.databases import PostgresServer
from tests.hubs import PATIENCE_S, switchboard

FEEDER = "F02616"
START, ETR = "2026-09-01T08:00:00+08:00", "2026-09-01T18:00:00+08:00"
WINDOW = ("--feeder", FEEDER, "--kind", "fault", "--start", START, "--etr", ETR, "--reason", "雷击")


@dataclass(frozen=True, slots=True)
class Homes:
    """A home on the primary, and one that has joined it on the standby."""

    primary: Path
    standby: Path
    followed: str


@pytest.fixture(scope="module")
def homes(
    demo_home: Path, postgresql_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Homes]:
    home, reading = tmp_path_factory.mktemp("primary") / "hub", tmp_path_factory.mktemp("standby") / "hub"
    shutil.copytree(demo_home, home)
    with postgresql_server.database() as url:
        HubHome(home).use_database(url)
        with postgresql_server.standby() as standby:
            followed = standby.url(urlsplit(url).path.removeprefix("/"))
            switchboard("init", "--home", str(reading), "--join", str(home), "--database", followed)
            yield Homes(home, reading, followed)


def test_a_standby_answers_what_only_reads_and_follows_the_primary(homes: Homes) -> None:
    window = switchboard("outage", "add", "--home", str(homes.primary), *WINDOW)
    until = time.monotonic() + PATIENCE_S
    while not (windows := switchboard("outage", "list", "--at", START, "--home", str(homes.standby))):
        assert time.monotonic() < until, "the standby never heard of the window"
        time.sleep(0.05)
    asked = ("report", "duty", "--from", START, "--to", ETR, "--home")

    assert [one["id"] for one in windows] == [window["id"]]
    assert switchboard(*asked, str(homes.standby)) == switchboard(*asked, str(homes.primary))


@pytest.mark.parametrize("what", [("outage", "add", *WINDOW), ("backup", "copy.backup"), ("audit", "verify")])
def test_what_changes_or_is_on_record_is_refused_by_a_standby(
    homes: Homes, what: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert "a PostgreSQL standby takes no change" in refusal(*what, "--home", str(homes.standby))
    assert list(tmp_path.iterdir()) == []
