from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data.caches import cache
from data.caches.build import build_cache, changes_for
from data.caches.cache import Change
from data.caches.recount import recount
from data.kinds import KINDS
from data.sqlite import Connection, connect
from data.store import change_log
from data.store.set_hash import same_sums
from data.store.store import Store
from sync.errors import DamagedError
from sync.hub.snapshots import Scope, changes_after
from sync.protocol import ChangeBatch
from sync.replica.replica import apply_batch

ALL = Scope.of(None)


@pytest.fixture
def held(store: Store, tmp_path: Path) -> Iterator[Connection]:
    with store.read() as connection:
        build_cache(connection, tmp_path / "cache.db", ALL.key, None)
    opened = connect(tmp_path / "cache.db")
    yield opened
    opened.close()


@pytest.fixture
def batch(store: Store, held: Connection) -> ChangeBatch:
    """What brings `held` to the head: an area is renamed, a customer goes, an alias comes."""
    since = int(cache.read_meta(held)["revision"])
    with store.write("test", "change") as writing:
        writing.put("area", {"id": "A1", "name": "塔山镇", "aliases": ["老塔山", "塔山堡"]})
        writing.delete("customer", ["2114000005"])
    with store.read() as connection:
        touched = changes_after(connection, ALL, change_log.epoch(connection), since)
        changes = tuple(changes_for(connection, touched or (), None))
        head, sums = change_log.head(connection), change_log.sums(connection, None)
        return ChangeBatch(change_log.epoch(connection), ALL.key, since, head, sums, changes)


def everything(held: Connection) -> list[object]:
    return [
        sorted(held.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
        for table in ("area", "customer", "name", "alias", "link", "meta", "checksum")
    ]


def test_a_batch_is_applied_with_its_checkpoint(held: Connection, batch: ChangeBatch) -> None:
    assert apply_batch(held, batch)
    assert cache.read_meta(held)["revision"] == str(batch.revision)
    assert same_sums(recount(held), batch.sums)
    assert same_sums(cache.read_sums(held), batch.sums)


def damaged(batch: ChangeBatch, what: str) -> ChangeBatch:
    area = next(one for one in batch.changes if one.kind == "area")
    assert area.doc is not None
    rest = tuple(one for one in batch.changes if one.kind != "area")
    match what:
        case "a letter flipped":
            wrong: tuple[Change, ...] = (replace(area, doc={**area.doc, "name": "塔山锁"}),)
        case "a change lost":
            wrong = ()
        case "a record too many":
            wrong = (area, Change("branch", "B9", {"id": "B9", "name": "x"}))
        case "a reading lost":
            wrong = (replace(area, readings=()),)
        case "a value that fits no field":
            wrong = (replace(area, doc={**area.doc, "level": "galaxy"}),)
        case _:
            wrong = (replace(area, kind="satellite"),)
    return replace(batch, changes=wrong + rest)


@pytest.mark.parametrize(
    "what",
    [
        "a letter flipped",
        "a change lost",
        "a record too many",
        "a reading lost",
        "a value that fits no field",
        "an unknown kind",
    ],
)
def test_a_batch_that_was_damaged_on_its_way_changes_nothing(held: Connection, batch: ChangeBatch, what: str) -> None:
    before = everything(held)
    with pytest.raises(DamagedError):
        apply_batch(held, damaged(batch, what))
    assert everything(held) == before
    assert apply_batch(held, batch), "the same batch, whole, is still welcome"


def test_a_batch_from_another_revision_is_left_alone(held: Connection, batch: ChangeBatch) -> None:
    assert apply_batch(held, batch)
    before = everything(held)
    assert not apply_batch(held, batch)
    assert everything(held) == before


def test_a_cache_at_the_head_whose_sums_differ_is_found_out(held: Connection, batch: ChangeBatch) -> None:
    apply_batch(held, batch)
    at_head = replace(batch, since=batch.revision, changes=())
    assert apply_batch(held, at_head)
    held.execute("UPDATE checksum SET rows = rows + 1 WHERE kind = 'feeder'")
    with pytest.raises(DamagedError, match="differs from the hub in global/feeder"):
        apply_batch(held, at_head)


def test_a_batch_survives_the_wire(batch: ChangeBatch) -> None:
    received = ChangeBatch.from_json({**batch.to_json(), "time": "2026-11-22T04:00:00Z"})
    whole = tuple(replace(one, doc=one.doc and KINDS[one.kind].canonical(one.doc)) for one in received.changes)
    assert replace(received, time=None, changes=whole) == batch
