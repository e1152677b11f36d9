"""A cache that followed random changes, against one made afresh: same records, same sums, same answers."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings

from assistant.lookup.lookup import LookupEngine
from data.caches import cache
from data.caches.build import build_cache, changes_for
from data.caches.recount import recount
from data.fields import Doc
from data.kinds import KINDS
from data.sqlite import Connection, connect
from data.store import change_log
from data.store.buckets import buckets_of_scope
from data.store.set_hash import Sums, same_sums
from data.store.store import Store
from sync.hub.snapshots import Scope, changes_after
from sync.protocol import ChangeBatch
from sync.replica.replica import apply_batch
from tests.random_changes import NAMES, Put, Transaction, make_template, run, store_copied_from, transactions
from tests.stores import fill

QUERIES = (*NAMES, "tsx", "ts", "gaoqiao", "616", "2114000", "21140000 1", "长庆", "K1", "塔山线", "zhangwei")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("filled"), fill)


def batch_for(store: Store, held: Connection, scope: Scope) -> ChangeBatch:
    meta = cache.read_meta(held)
    with store.read() as connection:
        touched = changes_after(connection, scope, meta["epoch"], int(meta["revision"]))
        assert touched is not None
        return ChangeBatch(
            meta["epoch"],
            scope.key,
            int(meta["revision"]),
            change_log.head(connection),
            change_log.sums(connection, scope.bucket_list),
            tuple(changes_for(connection, touched, scope.bucket_list)),
        )


def records(held: Connection) -> dict[str, dict[str, Doc]]:
    return {name: {str(doc["id"]): doc for doc in cache.all_docs_of(held, kind)} for name, kind in KINDS.items()}


def links(held: Connection) -> set[tuple[str, ...]]:
    return set(held.execute("SELECT * FROM link").fetchall())


def names(held: Connection) -> set[tuple[str, str, int]]:
    return set(held.execute("SELECT text, readings, uses FROM name").fetchall())


def answers(held: Connection) -> list[set[tuple[str, str, float, str]]]:
    engine = LookupEngine(held)
    return [{(hit.kind, hit.id, hit.score, hit.reason) for hit in engine.search(query, 100)} for query in QUERIES]


@contextmanager
def followed_and_fresh(
    filled: Path, branches: tuple[str, ...], made: list[Transaction]
) -> Iterator[tuple[Connection, Connection, Sums]]:
    """A cache that followed the transactions one by one, one that is made after them, and the store's sums."""
    with store_copied_from(filled) as (store, directory):
        with store.read() as connection:
            scope = Scope.of(buckets_of_scope(connection, branches))
            build_cache(connection, directory / "followed.db", scope.key, scope.bucket_list)
        with closing(connect(directory / "followed.db")) as followed:
            for transaction in made:
                run(store, transaction)
                assert apply_batch(followed, batch_for(store, followed, scope))
            with store.read() as connection:
                build_cache(connection, directory / "fresh.db", scope.key, scope.bucket_list)
                sums = change_log.sums(connection, scope.bucket_list)
            with closing(connect(directory / "fresh.db")) as fresh:
                yield followed, fresh, sums


@settings(max_examples=12, deadline=None)
@given(made=transactions)
@pytest.mark.parametrize("branches", [(), ("B1",)])
def test_a_cache_that_followed_is_the_cache_that_would_be_made_now(
    filled: Path, branches: tuple[str, ...], made: list[Transaction]
) -> None:
    with followed_and_fresh(filled, branches, made) as (followed, fresh, sums):
        assert same_sums(recount(followed), sums)
        assert records(followed) == records(fresh)
        assert links(followed) == links(fresh)
        assert names(followed) == names(fresh)
        assert same_sums(cache.read_sums(followed), cache.read_sums(fresh))
        assert cache.read_meta(followed) == cache.read_meta(fresh)
        assert answers(followed) == answers(fresh)


def test_areas_that_share_an_alias_are_ranked_alike_in_every_cache(filled: Path) -> None:
    shared: list[Transaction] = [
        [Put("area", {"id": key, "name": "塔山乡", "code": "tsx", "aliases": ["高桥镇"]})] for key in ("A2", "A1")
    ]
    with followed_and_fresh(filled, (), shared) as (followed, fresh, _):
        assert answers(followed) == answers(fresh)
