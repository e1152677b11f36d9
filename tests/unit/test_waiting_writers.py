"""A long work sees who waits to write, and gives way to them alone."""

import threading
from pathlib import Path

import pytest

from data.store.steps import Pace
from data.store.store import Store
from data.store.waiting_writers import somebody_waits
from sync.central.passwords import url_with_password
from sync.central.pulling import Puller, Wish
from tests.central_systems import CentralSystem, make_central, take_lines
from tests.stores import fill, in_file, opened_store


@pytest.fixture
def central(tmp_path: Path) -> CentralSystem:
    return make_central(f"sqlite:///{tmp_path / 'central.db'}", tmp_path, range(60))


def test_who_waits_for_the_lock_of_a_sqlite_store_is_seen(tmp_path: Path) -> None:
    with opened_store(in_file(tmp_path)) as store:
        fill(store)

        def write() -> None:
            with store.write("test", "another window") as writing:
                writing.put("feeder", {"id": "F9", "number": "9", "name": "中途线", "branch": "B1"})

        waiting = threading.Thread(target=write)
        with store.write("test", "something long"):
            assert not somebody_waits(store.engine)
            waiting.start()
            while not somebody_waits(store.engine):
                assert waiting.is_alive()
        waiting.join()
        assert not somebody_waits(store.engine)


def test_a_pull_pauses_only_where_somebody_waits(store: Store, central: CentralSystem) -> None:
    paused: list[float] = []
    pace = Pace(cost=10, together=4, pause=paused.append)
    puller = Puller(
        store, central.source, url_with_password(central.source, central.folder, {}), central.folder, take_lines, pace
    )
    puller.pull("test", Wish())
    assert not paused
