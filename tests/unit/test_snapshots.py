import json
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import update

from data.caches import cache
from data.caches.check import check_cache
from data.caches.recount import recount
from data.sqlite import Connection, connect
from data.store import change_log
from data.store.buckets import buckets_of_scope
from data.store.schema import BUCKET
from data.store.set_hash import same_sums
from data.store.store import Store
from sync.errors import DamagedError
from sync.hub.shelf import SnapshotShelf
from sync.hub.snapshots import Scope, leads_on, publish, published, remove_damaged
from sync.protocol import Manifest

ALL = Scope.of(None)


@pytest.fixture
def shelf(tmp_path: Path, store: Store) -> SnapshotShelf:
    return SnapshotShelf(tmp_path / "snapshots", store)


@pytest.fixture
def expanded(tmp_path: Path) -> Iterator["Expand"]:
    expand = Expand(tmp_path)
    yield expand
    for connection in expand.opened:
        connection.close()


class Expand:
    """Opens the cache in a published file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.opened: list[Connection] = []

    def __call__(self, shelf: SnapshotShelf, manifest: Manifest) -> Connection:
        packed = shelf.file(manifest.scope, Path(manifest.url).name)
        assert packed is not None
        target = self._directory / f"expanded{len(self.opened)}.db"
        target.write_bytes(zstandard.ZstdDecompressor().decompress(packed.read_bytes(), manifest.expanded))
        self.opened.append(connect(target))
        return self.opened[-1]


def branch_scope(store: Store, *branches: str) -> Scope:
    with store.read() as connection:
        return Scope.of(buckets_of_scope(connection, branches))


def customers(held: Connection) -> set[str]:
    return {key for (key,) in held.execute("SELECT id FROM customer").fetchall()}


def change(store: Store, name: str) -> None:
    with store.write("test", "change") as writing:
        writing.put("area", {"id": "A1", "name": name})


def test_a_snapshot_of_another_version_is_made_anew(store: Store, shelf: SnapshotShelf) -> None:
    manifest = shelf.ensure(ALL)
    with store.read() as connection:
        assert leads_on(connection, ALL, manifest)
        assert not leads_on(connection, ALL, replace(manifest, schema=cache.SCHEMA - 1))


def test_a_snapshot_holds_what_its_manifest_says(store: Store, shelf: SnapshotShelf, expanded: Expand) -> None:
    manifest = shelf.ensure(ALL)
    held = expanded(shelf, manifest)
    with store.read() as connection:
        assert same_sums(manifest.sums, change_log.sums(connection, None))
        assert manifest.revision == change_log.head(connection)
    assert same_sums(recount(held), manifest.sums)
    assert held.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert Manifest.from_json(manifest.to_json()) == manifest


def test_a_branchs_snapshot_holds_its_customers_alone_and_a_company_all_below_it(
    store: Store, shelf: SnapshotShelf, expanded: Expand
) -> None:
    station = expanded(shelf, shelf.ensure(branch_scope(store, "B1")))
    assert customers(station) == {"2114000001", "2114000002", "2114000004"}
    assert station.execute("SELECT count(*) FROM feeder").fetchone() == (3,)
    company = expanded(shelf, shelf.ensure(branch_scope(store, "B0")))
    assert customers(company) == {f"211400000{n}" for n in range(1, 5)}
    assert customers(expanded(shelf, shelf.ensure(ALL))) == {f"211400000{n}" for n in range(1, 6)}


def test_no_full_phone_of_a_customer_is_anywhere_in_the_bytes_of_a_cache(
    store: Store, shelf: SnapshotShelf, expanded: Expand, tmp_path: Path
) -> None:
    held = expanded(shelf, shelf.ensure(ALL))
    content = (tmp_path / "expanded0.db").read_bytes()
    assert b"138****5678" in content
    assert b"13904290001" in content, "a manager's phone is for everyone"
    for phone in (b"13812345678", b"13987654321"):
        assert phone not in content
    assert cache.read_doc(held, "customer", "2114000001") is not None


def test_an_unchanged_store_is_not_published_twice_and_little_changes_need_no_new_file(
    store: Store, shelf: SnapshotShelf
) -> None:
    first = shelf.ensure(ALL)
    change(store, "塔山镇")
    assert shelf.ensure(ALL) == first


def test_a_snapshot_whose_log_is_gone_is_made_anew(
    store: Store, shelf: SnapshotShelf, expanded: Expand, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shelf.ensure(ALL)
    monkeypatch.setattr(change_log, "LOGGED_AT_MOST", 0)
    change(store, "塔山镇")
    assert shelf.fresh(ALL) is None
    second = shelf.ensure(ALL)
    assert second.revision == first.revision + 1
    assert same_sums(recount(expanded(shelf, second)), second.sums)


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 400])
def test_a_damaged_working_file_is_made_afresh(
    store: Store, shelf: SnapshotShelf, expanded: Expand, tmp_path: Path, damage: bytes
) -> None:
    first = shelf.ensure(ALL)
    (tmp_path / "snapshots" / "all" / "master.db").write_bytes(damage)
    (tmp_path / "snapshots" / "all" / "manifest.json").unlink()
    change(store, "塔山镇")
    second = shelf.ensure(ALL)
    assert second.revision == first.revision + 1
    assert same_sums(recount(expanded(shelf, second)), second.sums)


@pytest.mark.parametrize("table", ["code_fts_data", "alias"])
def test_a_working_file_that_rots_without_an_error_is_not_published_again(
    store: Store, tmp_path: Path, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    directory = tmp_path / "snapshots" / "all"
    publish(store, ALL, directory)
    master = directory / "master.db"
    with closing(connect(master)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    with master.open("r+b") as content:
        content.seek((root - 1) * size)
        content.write(bytes([0xA5]) * size)
    change(store, "绥中")
    with caplog.at_level(logging.WARNING):
        manifest = publish(store, ALL, directory)
    assert "made afresh" in caplog.text
    assert check_cache(master, thorough=True) == []
    with store.read() as connection:
        assert same_sums(manifest.sums, change_log.sums(connection, None))


def test_a_snapshot_that_does_not_match_the_stores_sums_is_never_published(store: Store, shelf: SnapshotShelf) -> None:
    with store.write("test", "damage") as writing:
        writing.connection.execute(update(BUCKET).where(BUCKET.c.kind == "area").values(rows=99))
    with pytest.raises(DamagedError, match="does not match the store"):
        shelf.ensure(ALL)
    assert shelf.fresh(ALL) is None


@pytest.mark.parametrize("name", ["../master.db", "master.db", "manifest.json", "../../store.db", "no.zst", ""])
def test_only_published_files_can_be_fetched(shelf: SnapshotShelf, name: str) -> None:
    shelf.ensure(ALL)
    assert shelf.file("all", name) is None
    assert shelf.file("..", name) is None


@pytest.mark.parametrize("sums", [{"area": [1, "0"]}, [], None])
def test_a_manifest_that_an_older_hub_left_is_no_manifest(
    store: Store, shelf: SnapshotShelf, tmp_path: Path, sums: object
) -> None:
    shelf.ensure(ALL)
    file = tmp_path / "snapshots" / "all" / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "sums": sums}))
    assert shelf.fresh(ALL) is None
    assert shelf.manifests() == []
    assert shelf.ensure(ALL).sums


def test_a_snapshots_name_and_etag_say_what_is_in_it(store: Store, shelf: SnapshotShelf) -> None:
    manifest = shelf.ensure(ALL)
    assert manifest.sha256[:16] in manifest.url
    assert manifest.etag == f'"{Path(manifest.url).stem}"'
    assert shelf.manifests() == [manifest]


@pytest.mark.parametrize("damage", [lambda content: content[:-1] + b"\xa5", lambda content: content[:-1]])
def test_a_published_file_that_is_damaged_is_no_snapshot_any_more_and_is_made_anew(
    store: Store, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    place = tmp_path / "all"
    manifest = publish(store, ALL, place)
    assert not remove_damaged(place, manifest), "it is whole"
    file = place / Path(manifest.url).name
    content = file.read_bytes()
    file.write_bytes(damage(content))
    assert published(place) is None or remove_damaged(place, manifest)
    assert published(place) is None
    again = publish(store, ALL, place)
    assert published(place) == again
    assert not remove_damaged(place, again)


def test_a_doubt_about_a_sound_snapshot_changes_nothing(store: Store, shelf: SnapshotShelf) -> None:
    manifest = shelf.ensure(ALL)
    for etag in (manifest.etag, manifest.etag, '"another"'):
        shelf.doubt(ALL, etag)
    assert shelf.fresh(ALL) == manifest
