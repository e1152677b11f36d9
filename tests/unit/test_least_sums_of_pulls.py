"""What a pull brings in bulk is counted for readers of the least class as well."""

from contextlib import closing
from pathlib import Path

from data.caches import cache
from data.caches.build import build_cache
from data.masking import LEAST
from data.sqlite import connect
from data.store import change_log, least_sums
from data.store.set_hash import same_sums
from data.store.store import Store
from tests.central_systems import make_central


def test_a_cache_of_the_least_class_adds_up_after_a_first_pull_and_after_another(store: Store, tmp_path: Path) -> None:
    with store.write("test", "a device of the least class") as writing:
        least_sums.keep(writing.connection)
    central = make_central(f"sqlite:///{tmp_path / 'central.db'}", tmp_path, range(20))
    central.put(1, name="李娜", tel="13800001111", lv="02")
    central.pull(store)
    assert_adds_up(store, tmp_path / "first.db", rows=25)
    central.put(2, name="改名", tel="13800002222")
    central.put(100, name="新户")
    central.drop(3)
    central.pull(store)
    assert_adds_up(store, tmp_path / "second.db", rows=25)


def assert_adds_up(store: Store, path: Path, rows: int) -> None:
    with store.read() as connection:
        build_cache(connection, path, "all", None, LEAST)
        said = change_log.sums(connection, None, LEAST)
    with closing(connect(path)) as held:
        assert same_sums(cache.read_sums(held), said)
    assert sum(one.rows for (_, kind), one in said.items() if kind == "customer") == rows
