"""A cache that random damage befell and random changes passed by is whole again after one repair."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.caches import cache
from data.caches.build import build_cache
from data.caches.recount import recount
from data.kinds import KINDS
from data.sqlite import Connection, connect
from data.store import change_log
from data.store.buckets import buckets_of_scope
from data.store.set_hash import same_sums
from sync.hub.snapshots import Scope
from sync.protocol import Repair, RepairAsk
from sync.replica.mending import question
from sync.replica.replica import apply_repair
from sync.routes.answers import Answers
from tests.random_changes import Transaction, make_template, run, store_copied_from, transactions
from tests.stores import fill

_UNNAMED = ("branch", "contact", "customer", "feeder")
_HURTS = st.lists(st.tuples(st.sampled_from(_UNNAMED), st.integers(1, 4), st.booleans()), max_size=5)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("filled"), fill)


def hurt(held: Connection, kind: str, rid: int, *, gone: bool) -> None:
    """Changes or removes a row behind the cache's back."""
    column = {"branch": "phone", "contact": "phone", "customer": "address", "feeder": "substation"}[kind]
    if gone:
        held.execute(f"DELETE FROM {kind} WHERE rid = ?", (rid,))
    else:
        held.execute(f"UPDATE {kind} SET {column} = coalesce({column}, '') || '错' WHERE rid = ?", (rid,))


@settings(max_examples=25, deadline=None)
@given(made=transactions, hurts=_HURTS)
@pytest.mark.parametrize("branches", [(), ("B1",)])
def test_one_repair_makes_the_cache_the_hubs(
    filled: Path, branches: tuple[str, ...], made: list[Transaction], hurts: list[tuple[str, int, bool]]
) -> None:
    with store_copied_from(filled) as (store, directory):
        with store.read() as connection:
            scope = Scope.of(buckets_of_scope(connection, branches))
            build_cache(connection, directory / "held.db", scope.key, scope.bucket_list)
            parts = sorted(change_log.sums(connection, scope.bucket_list))
        for transaction in made:
            run(store, transaction)
        with closing(connect(directory / "held.db")) as held:
            for kind, rid, gone in hurts:
                hurt(held, kind, rid, gone=gone)
            ask = RepairAsk.from_json(json.loads(json.dumps(question(held, parts).to_json())))
            repair = Repair.from_json(json.loads(Answers(store).repair(scope, ask).plain))
            assert apply_repair(held, repair)
            with store.read() as connection:
                sums = change_log.sums(connection, scope.bucket_list)
                build_cache(connection, directory / "fresh.db", scope.key, scope.bucket_list)
            assert same_sums(recount(held), sums)
            assert same_sums(cache.read_sums(held), sums)
            with closing(connect(directory / "fresh.db")) as fresh:
                for described in KINDS.values():
                    ours, theirs = cache.all_docs_of(held, described), cache.all_docs_of(fresh, described)
                    assert sorted(map(str, ours)) == sorted(map(str, theirs))
