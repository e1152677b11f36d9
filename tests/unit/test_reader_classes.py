"""Caches of the least class of readers: nothing personal is in them, and they are followed and mended like others."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from data.caches import cache
from data.caches.build import build_cache, changes_for
from data.caches.check import check_cache
from data.kinds import CUSTOMER
from data.masking import HIDDEN, LEAST, STANDARD, counted_bucket
from data.sqlite import connect
from data.store import change_log, least_sums
from data.store.schema import BUCKET, RECORDS
from data.store.set_hash import GLOBAL, SetSum, same_sums
from data.store.store import Store
from sync.hub.snapshots import Scope, publish
from sync.routes.answers import _hashes as hashes
from tests.stores import fill, in_file, opened_store

PLANTED = {"name": "朱大富", "address": "塔山村3组45号院", "phone": "13612349876"}
READINGS = ("zhudafu", "zhu da fu", "dafu", "zdf")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened_store(in_file(tmp_path)) as opened:
        fill(opened)
        with opened.write("test", "planted") as writing:
            writing.put("customer", {"id": "7", "feeder": "F1", **PLANTED})
            least_sums.keep(writing.connection)
        yield opened


def build(store: Store, path: Path, reader: str = LEAST) -> Path:
    with store.read() as connection:
        build_cache(connection, path, "all", None, reader)
    return path


def personal_values(store: Store) -> set[str]:
    table = RECORDS["customer"]
    with store.read() as connection:
        rows = connection.execute(select(table.c.name, table.c.address, table.c.phone)).all()
    return {value for row in rows for value in row if value}


def assert_true(store: Store, path: Path, reader: str = LEAST) -> None:
    """The cache holds what the store says readers of this class hold, counted by both."""
    with store.read() as connection, closing(connect(path, read_only=True)) as held:
        assert same_sums(cache.read_sums(held), change_log.sums(connection, None, reader))
    assert check_cache(path, thorough=True) == []


def test_no_byte_of_the_file_tells_a_name_an_address_or_a_phone(store: Store, tmp_path: Path) -> None:
    path = build(store, tmp_path / "least.db")
    content = path.read_bytes()
    found = [value for value in personal_values(store) if value.encode() in content]
    assert found == []
    standard = build(store, tmp_path / "standard.db", STANDARD).read_bytes()
    assert PLANTED["name"].encode() in standard
    assert PLANTED["phone"].encode() not in standard
    with closing(connect(path)) as connection:
        for typed in ("朱", "大富", "zhu", "dafu", "zdf"):
            assert not connection.execute("SELECT 1 FROM name WHERE text LIKE ?", (f"%{typed}%",)).fetchone()
        assert not connection.execute("SELECT 1 FROM name_fts WHERE name_fts MATCH 'zhu OR dafu'").fetchone()
        row = cache.read_doc(connection, "customer", "7")
    assert row is not None
    assert {row[name] for name in PLANTED} == {HIDDEN}
    assert row["feeder"] == "F1"
    assert_true(store, path)


def test_a_cache_of_the_least_class_is_followed_by_changes(store: Store, tmp_path: Path) -> None:
    path = build(store, tmp_path / "least.db")
    with store.read() as connection:
        revision = change_log.head(connection)
    with store.write("test", "changes") as writing:
        writing.put("customer", {"id": "7", "name": "朱更富", "address": None})
        writing.put("customer", {"id": "8", "name": "孙新来", "phone": "13912341234"})
        writing.put("feeder", {"id": "F1", "branch": "B2"})  # its customers move to another bucket
        writing.delete("customer", ["2114000002"])
    with store.read() as connection, closing(connect(path)) as held:
        touched = change_log.touched_since(connection, revision, None, 1000)
        assert touched is not None
        held.execute("BEGIN IMMEDIATE")
        writer = cache.CacheWriter(held)
        writer.apply(changes_for(connection, touched, None, LEAST))
        writer.save_sums()
        held.execute("COMMIT")
    assert_true(store, path)
    content = b"".join(file.read_bytes() for file in tmp_path.glob("least.db*"))
    assert [value for value in personal_values(store) if value.encode() in content] == []


def test_sums_of_the_least_class_are_kept_from_the_first_such_device_on_only(tmp_path: Path) -> None:
    with opened_store(in_file(tmp_path)) as store:
        fill(store)
        with store.read() as connection:
            names = set(connection.execute(select(BUCKET.c.bucket)).scalars())
            before = change_log.sums(connection, None)
        assert not any(name.startswith(counted_bucket("", LEAST)) for name in names)
        for _ in range(2):
            with store.write("test", "keep") as writing:
                least_sums.keep(writing.connection)
        with store.read() as connection:
            assert change_log.sums(connection, None) == before
            for (bucket, kind), one in change_log.sums(connection, None, LEAST).items():
                total = SetSum.of(hashed for _, hashed in hashes(connection, (bucket, kind), LEAST))
                assert one == total or not one.rows
                assert one.rows == before[bucket, kind].rows
            own = change_log.sums(connection, [GLOBAL, "branch:B1"], LEAST)
            assert {bucket for bucket, _ in own} == {GLOBAL, "branch:B1"}
            assert own["branch:B1", CUSTOMER.name] != before["branch:B1", CUSTOMER.name]


@pytest.mark.parametrize("encrypted", [False, True])
def test_the_class_is_part_of_a_scope_and_of_its_snapshots(store: Store, tmp_path: Path, *, encrypted: bool) -> None:
    scopes = [Scope.of(None), Scope.of(None, LEAST), Scope.of(["", "b"]), Scope.of(["", "b"], LEAST)]
    assert len({scope.key for scope in scopes}) == len(scopes)
    assert all(scope.key.isalnum() for scope in scopes)
    manifest = publish(store, scopes[1], tmp_path / "least", encrypted=encrypted)
    with store.write("test", "more") as writing:
        writing.put("customer", {"id": "9", "name": "周后来"})
    newer = publish(store, scopes[1], tmp_path / "least", encrypted=encrypted)
    assert newer.revision == manifest.revision + 1
    assert (newer.key != manifest.key) == encrypted
    assert bool(newer.key) == encrypted
