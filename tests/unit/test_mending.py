"""Caches whose records are not the hub's any more are made good by what differs alone."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from data.caches import cache
from data.caches.build import build_cache
from data.caches.partitions import partition_count, partition_of, partition_sums
from data.caches.recount import recount
from data.fields import Doc
from data.sqlite import Connection, connect
from data.store import change_log
from data.store.buckets import buckets_of_scope
from data.store.set_hash import GLOBAL, Part, SetSum, same_sums
from data.store.store import Store
from sync.errors import DifferingError, RefusedError, SnapshotNeededError
from sync.hub.snapshots import Scope
from sync.protocol import Repair, RepairAsk
from sync.replica.mending import differing_parts, question
from sync.replica.replica import apply_repair
from sync.routes.answers import Answers

Hurt = Callable[[Connection], object]


def scope_of(store: Store, *branches: str) -> Scope:
    with store.read() as connection:
        return Scope.of(buckets_of_scope(connection, branches))


@pytest.fixture
def held(store: Store, tmp_path: Path) -> Iterator[Connection]:
    with store.read() as connection:
        build_cache(connection, tmp_path / "cache.db", "all", None)
    with closing(connect(tmp_path / "cache.db")) as opened:
        yield opened


def asked(held: Connection, parts: list[Part]) -> RepairAsk:
    return RepairAsk.from_json(question(held, parts).to_json())


def answered(store: Store, ask: RepairAsk, scope: Scope | None = None) -> Repair:
    return Repair.from_json(json.loads(Answers(store).repair(scope or Scope.of(None), ask).plain))


def change(store: Store) -> None:
    """A customer moves to another branch, one comes, one goes, an area is renamed."""
    with store.write("test", "change") as writing:
        writing.put("customer", {"id": "2114000001", "transformer_area": "T3"})
        writing.put("customer", {"id": "2114000009", "name": "新户", "transformer_area": "T1"})
        writing.delete("customer", ["2114000005"])
        writing.put("area", {"id": "A1", "name": "塔山镇"})


CUSTOMERS: list[Part] = [("branch:", "customer"), ("branch:B1", "customer"), ("branch:B2", "customer")]
HURTS: dict[str, Hurt] = {
    "a letter": lambda held: held.execute("UPDATE customer SET address = '别处' WHERE id = '2114000002'"),
    "a record gone": lambda held: held.execute("DELETE FROM customer WHERE id = '2114000003'"),
    "a bucket": lambda held: held.execute(
        "UPDATE customer SET bucket = (SELECT number FROM bucket WHERE name = 'branch:B2') WHERE id = '2114000002'"
    ),
    "an id": lambda held: held.execute("UPDATE customer SET id = '2114000077' WHERE id = '2114000004'"),
    "a sum": lambda held: held.execute("UPDATE checksum SET rows = rows + 1 WHERE bucket = 'branch:B1'"),
}


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("hurt", list(HURTS))
def test_what_was_hurt_is_whole_again_at_the_head(store: Store, held: Connection, hurt: str, *, changed: bool) -> None:
    HURTS[hurt](held)
    if changed:
        change(store)
    repair = answered(store, asked(held, CUSTOMERS))
    assert apply_repair(held, repair)
    with store.read() as connection:
        sums = change_log.sums(connection, None)
        assert cache.read_meta(held)["revision"] == str(change_log.head(connection))
    assert same_sums(recount(held), sums)
    assert same_sums(cache.read_sums(held), sums)


def test_only_what_differs_is_sent(store: Store, held: Connection) -> None:
    with store.write("test", "many") as writing:
        docs: list[Doc] = [{"id": f"3{n:09}", "name": f"户{n}", "transformer_area": "T1"} for n in range(5000)]
        writing.put_many("customer", docs)
    part = ("branch:B1", "customer")
    assert apply_repair(held, answered(store, asked(held, [part])))
    held.execute("UPDATE customer SET address = 'x' WHERE id = '3000000017'")
    ask = asked(held, [part])
    assert len(ask.parts[part]) == partition_count(5000 + 3) == 32
    (renewed,) = answered(store, ask).renewed
    assert len(renewed.partitions) == 1
    assert "3000000017" in {one.id for one in renewed.records}
    assert len(renewed.records) < 5000 / 16


def test_a_repair_that_does_not_add_up_changes_nothing(store: Store, held: Connection) -> None:
    HURTS["a letter"](held)
    repair = answered(store, asked(held, CUSTOMERS))
    before = recount(held)
    worse = replace(repair, renewed=tuple(replace(one, records=()) for one in repair.renewed))
    with pytest.raises(DifferingError):
        apply_repair(held, worse)
    assert same_sums(recount(held), before)


def test_a_cache_that_moved_on_is_left_alone(store: Store, held: Connection) -> None:
    repair = answered(store, asked(held, CUSTOMERS))
    cache.write_meta(held, {"revision": "7"})
    assert not apply_repair(held, repair)


def test_a_device_is_answered_about_its_own_branches_alone(store: Store, held: Connection) -> None:
    station = scope_of(store, "B1")
    ask = question(held, [("branch:B2", "customer")])
    with pytest.raises(RefusedError, match="may not hold what is in branch:B2"):
        answered(store, ask, station)
    with pytest.raises(RefusedError, match="no question"):
        answered(store, RepairAsk(ask.epoch, "all", ask.since, {(GLOBAL, "satellite"): [SetSum()]}))


def test_where_too_much_differs_a_snapshot_is_better(
    store: Store, held: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.execute("UPDATE customer SET address = 'x'")
    monkeypatch.setattr("sync.routes.answers.CHANGES_AT_MOST", 2)
    with pytest.raises(SnapshotNeededError, match="too much differs in branch:B1/customer"):
        answered(store, asked(held, CUSTOMERS))


def test_parts_of_kinds_that_the_cache_does_not_have_are_nobodys_difference(held: Connection) -> None:
    ours = cache.read_sums(held)
    theirs = {**ours, (GLOBAL, "satellite"): SetSum(1, 1)}
    assert differing_parts(held, ours, theirs, partial=False) == []
    assert differing_parts(held, ours, {(GLOBAL, "area"): SetSum(1, 1)}, partial=True) == [(GLOBAL, "area")]


def test_partitions_split_any_ids_and_add_up() -> None:
    keys = [f"户{n}" for n in range(500)] + ["\ud800"]
    sums = partition_sums(((key, n) for n, key in enumerate(keys)), 8)
    assert sum(one.rows for one in sums) == len(keys)
    assert sum((one for one in sums), SetSum()) == SetSum.of(range(len(keys)))
    assert all(0 <= partition_of(key, 8) < 8 for key in keys)
    assert [partition_count(rows) for rows in (0, 256, 257, 10**7)] == [1, 1, 2, 2048]
