from datetime import timedelta
from pathlib import Path

import pytest

from assistant.answering.answering import CacheAnswers
from data.clock import CorrectedClock
from sync.errors import HomeError
from sync.hub.home import HubHome, make_hub_home
from sync.private_files import make_private_directory
from sync.replica.agent_home import AgentHome
from tests.stores import NOON, SetClock


def test_a_store_that_is_gone_is_told_and_not_made_anew(tmp_path: Path) -> None:
    home = make_hub_home(tmp_path / "hub")
    (tmp_path / "hub" / "store.db").unlink()
    with pytest.raises(HomeError, match=r"store\.db is gone"):
        home.open_store()
    assert not (tmp_path / "hub" / "store.db").exists()


@pytest.mark.parametrize("damage", [b"", b"demo = false\n", b"\xff\xfe{]", b"database = "])
def test_settings_of_a_hub_that_are_damaged_are_told_and_no_other_store_is_served(
    tmp_path: Path, damage: bytes
) -> None:
    make_hub_home(tmp_path / "hub")
    (tmp_path / "hub" / "hub.toml").write_bytes(damage)
    with pytest.raises(HomeError, match=r"hub\.toml (cannot be read|is not whole)"):
        HubHome(tmp_path / "hub")


def test_a_home_is_held_by_one_hub_at_a_time(tmp_path: Path) -> None:
    home = make_hub_home(tmp_path / "hub")
    with home.held(), pytest.raises(HomeError, match="another hub serves"), HubHome(tmp_path / "hub").held():
        pass
    with home.held():
        pass


def test_what_this_machines_clock_lacks_is_remembered(tmp_path: Path) -> None:
    home = AgentHome(tmp_path)
    assert home.caches
    home.confirm(NOON, timedelta(minutes=120))
    assert home.confirmed_at() == NOON
    assert AgentHome(tmp_path).clock().offset == timedelta(minutes=120)


@pytest.mark.parametrize("content", ["", "2026-11-22T04:00:00Z", "nonsense x", "2026-11-22T04:00:00Z 1e999", "\0"])
def test_a_damaged_note_of_the_clock_is_no_offset(tmp_path: Path, content: str) -> None:
    home = AgentHome(tmp_path)
    (home.caches / "confirmed").write_text(content, encoding="utf-8")
    assert home.clock().offset == timedelta(0)


def test_a_confirmation_from_the_future_is_no_confirmation(tmp_path: Path) -> None:
    home = AgentHome(tmp_path)
    assert home.caches
    home.confirm(NOON)
    slow = CorrectedClock(SetClock(NOON - timedelta(hours=2)))
    assert CacheAnswers(home, slow).answer("tsx").freshness == "stale"


def test_a_directory_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir(mode=0o755)
    before = (tmp_path / "shared").stat().st_mode
    make_private_directory(tmp_path / "shared")
    make_private_directory(tmp_path / "new" / "below")
    assert (tmp_path / "shared").stat().st_mode == before
    assert (tmp_path / "new" / "below").stat().st_mode & 0o777 == 0o700
