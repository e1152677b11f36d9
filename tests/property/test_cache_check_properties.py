"""No false alarm, whatever changes; and no change behind the writer's back that goes unseen."""

from contextlib import closing
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.caches.build import build_cache
from data.caches.check import check_cache
from data.sqlite import connect
from sync.hub.snapshots import Scope
from sync.replica.replica import apply_batch
from tests.property.test_cache_properties import batch_for
from tests.random_changes import Transaction, make_template, run, store_copied_from, transactions
from tests.stores import fill

ALL = Scope.of(None)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("filled"), fill)


@settings(max_examples=12, deadline=None)
@given(made=transactions)
def test_a_cache_that_followed_random_changes_is_never_called_damaged(filled: Path, made: list[Transaction]) -> None:
    with store_copied_from(filled) as (store, directory):
        path = directory / "cache.db"
        with store.read() as connection:
            build_cache(connection, path, ALL.key, None)
        with closing(connect(path)) as held:
            for transaction in made:
                run(store, transaction)
                assert apply_batch(held, batch_for(store, held, ALL))
                assert check_cache(path, thorough=True) == []
                assert check_cache(path, thorough=False, chance=Random(1)) == []


@pytest.fixture(scope="module")
def whole(filled: Path) -> bytes:
    with store_copied_from(filled) as (store, directory):
        with store.read() as connection:
            build_cache(connection, directory / "cache.db", ALL.key, None)
        return (directory / "cache.db").read_bytes()


COLUMNS = [
    ("area", ("id", "parent_id", "code", "aliases", "branch", "name_id")),
    ("feeder", ("id", "number", "substation", "branch", "source", "name_id")),
    ("transformer_area", ("id", "number", "feeder", "areas", "name_id")),
    ("customer", ("id", "address", "transformer_area", "feeder", "phone", "importance", "high_risk", "name_id")),
    ("branch", ("name", "parent_id", "phone")),
    ("contact", ("name", "phone", "role")),
    ("name", ("text", "readings", "uses")),
    ("alias", ("nid", "rid")),
    ("link", ("id", "target")),
]
PLACES = [(table, column) for table, columns in COLUMNS for column in columns]


@settings(max_examples=60, deadline=None)
@given(place=st.sampled_from(PLACES), row=st.integers(0, 10), value=st.integers(50, 99))
def test_a_value_that_was_changed_behind_the_writers_back_is_found(
    whole: bytes, place: tuple[str, str], row: int, value: int
) -> None:
    table, column = place
    with TemporaryDirectory() as directory:
        path = Path(directory) / "cache.db"
        path.write_bytes(whole)
        with closing(connect(path)) as connection:
            before = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            first = list(before[row % len(before)])
            keys = [described[1] for described in connection.execute(f"PRAGMA table_info({table})")]
            where = " AND ".join(f"{key} IS ?" for key in keys)
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value, *first))
        assert check_cache(path, thorough=True)
