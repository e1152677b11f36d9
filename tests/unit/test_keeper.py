"""What a hub does by the clock to stay safe, and the settings of that."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.store.store import Store
from sync.copies.restore import restore_backup
from sync.errors import HomeError
from sync.hub.home import HubHome, make_hub_home, with_database
from sync.hub.jobs import Jobs
from sync.hub.keeping import Keeping, read_keeping
from sync.keeper import Keeper
from tests.stores import SetClock, fill


@pytest.fixture
def home(tmp_path: Path) -> HubHome:
    made = make_hub_home(tmp_path / "hub")
    settings = made.path / "hub.toml"
    wanted = f'[audit]\ncheckpoints = "{tmp_path}/far"\nkeep_days = 30\n'
    wanted += f'[backup]\ndirectory = "{tmp_path}/copies"\nhour = 0\n'
    settings.write_text(settings.read_text() + wanted)
    return HubHome(made.path)


@pytest.fixture
def store(home: HubHome, clock: SetClock) -> Iterator[Store]:
    opened = home.open_store(clock)
    fill(opened)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def keeper(home: HubHome, store: Store) -> Keeper:
    return Keeper(home, store, "1.0", Jobs(store))


def test_a_day_leaves_a_checkpoint_here_and_elsewhere_and_a_backup_that_can_be_put_back(
    home: HubHome, keeper: Keeper, tmp_path: Path
) -> None:
    for _ in range(2):
        keeper.keep_checkpoint()
        keeper.back_up()
    assert [path.name for path in (home.path / "checkpoints").iterdir()] == ["2026-11-22.json"]
    assert [path.name for path in (tmp_path / "far").iterdir()] == ["2026-11-22.json"]
    copies = list((tmp_path / "copies").iterdir())
    assert copies
    restore_backup(copies[0], tmp_path / "again", SetClock(), "os:root")
    assert HubHome(tmp_path / "again").keeping == home.keeping


def test_entries_older_than_the_settings_say_are_archived(
    home: HubHome, store: Store, keeper: Keeper, clock: SetClock
) -> None:
    keeper.keep_checkpoint()
    keeper.archive_audit()
    assert not (home.path / "audit").exists()
    clock.at += timedelta(days=31)
    with store.write("person:wang", "look") as writing:
        writing.note("person:wang", "reveal", "x")
    keeper.archive_audit()
    assert [path.name for path in (home.path / "audit").iterdir()] == ["000000001-000000002.jsonl"]


def test_what_cannot_be_kept_is_said_in_one_line(
    home: HubHome, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "far").write_text("a file where the directory should be")
    jobs: list[Any] = []

    class Schedule:
        def add(self, job: Any, trigger: Any) -> None:
            jobs.append(job)

    Keeper(home, store, "1.0", Jobs(store)).add_to(Schedule())  # type: ignore[arg-type]  # as far as it is used
    with caplog.at_level(logging.ERROR):
        jobs[0]()
    assert [record.getMessage().partition(" failed: ")[0] for record in caplog.records] == ["keep checkpoint"]
    assert "far" in caplog.text


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"audit": 1}, "audit must be a table"),
        ({"audit": {"keep_days": "9"}}, "give a number"),
        ({"audit": {"keep_days": True}}, "give a number"),
        ({"audit": {"keep_days": 29}}, "give 30 or more"),
        ({"audit": {"kept": 1}}, "there is no such setting; there are checkpoints, keep_days"),
        ({"backup": {"directory": 1}}, "give a text"),
        ({"backup": {"keep": 0}}, "give 1 or more"),
        ({"backup": {"hour": 24}}, "give 0 to 23"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(HomeError, match=said):
        read_keeping(settings)


def test_without_settings_nothing_leaves_the_home() -> None:
    assert read_keeping({"database": "", "demo": True}) == Keeping()


def test_naming_another_database_leaves_the_other_settings_alone() -> None:
    before = 'demo = true\ndatabase = "a"\n# ours\n[backup]\ndatabase = "/x"\n'
    after = with_database(before, 'postgresql://x/"y"\\')
    assert after == 'database = "postgresql://x/\\"y\\"\\\\"\ndemo = true\n# ours\n[backup]\ndatabase = "/x"\n'
    assert with_database(after, "a") == 'database = "a"\ndemo = true\n# ours\n[backup]\ndatabase = "/x"\n'
