import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select

from data.errors import BadValueError, DataError
from data.fields import Doc
from data.migrations import migrate
from data.store import audit, change_log
from data.store.database import open_database
from data.store.metadata import METADATA
from data.store.rows import get_docs
from data.store.schema import RECORDS
from data.store.set_hash import Sums
from data.store.store import Store


def bucket_of(store: Store, customer: str) -> str:
    table = RECORDS["customer"]
    with store.read() as connection:
        return str(connection.execute(select(table.c.bucket).where(table.c.id == customer)).scalar_one())


def state(store: Store) -> tuple[int, Sums]:
    with store.read() as connection:
        return change_log.head(connection), change_log.sums(connection, None)


def doc(store: Store, kind: str, key: str) -> Doc:
    with store.read() as connection:
        return get_docs(connection, kind, [key])[key]


def put(store: Store, kind: str, record: Doc) -> None:
    with store.write("test", "put") as writing:
        writing.put(kind, record)


def test_the_migrations_make_exactly_the_tables_that_the_code_describes(database: str) -> None:
    engine = open_database(database)
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        epoch = change_log.epoch(connection)
    engine.dispose()
    assert len(epoch) == 32


def test_a_put_without_a_field_keeps_what_is_stored_and_none_clears_it(store: Store) -> None:
    put(store, "customer", {"id": "2114000001", "name": "张伟强"})
    assert doc(store, "customer", "2114000001")["phone"] == "13812345678"
    put(store, "customer", {"id": "2114000001", "phone": None})
    assert doc(store, "customer", "2114000001")["phone"] is None
    assert doc(store, "customer", "2114000001")["name"] == "张伟强"


def test_a_put_that_changes_nothing_makes_no_revision(store: Store) -> None:
    before = state(store)
    with store.write("test", "same again") as writing:
        counts = writing.put("feeder", {"id": "F1", "number": "616"})
    assert (counts.added, counts.changed, counts.unchanged) == (0, 0, 1)
    assert writing.revision is None
    assert state(store) == before


def test_a_rehearsal_counts_and_changes_nothing(store: Store) -> None:
    before = state(store)
    with store.write("test", "dry run") as writing:
        writing.rehearsal = True
        counts = writing.put_many("area", [{"id": "A8", "name": "新区"}, {"id": "A1", "name": "塔山镇"}])
        writing.note("test", "rehearse", "x")
    assert (counts.added, counts.changed) == (1, 1)
    assert state(store) == before
    with store.read() as connection:
        assert [entry.act for entry in audit.entries(connection)] == ["commit"], "that of the fixture"


def test_a_bad_record_undoes_the_whole_transaction(store: Store) -> None:
    before = state(store)
    with pytest.raises(BadValueError, match="must not be empty"), store.write("test", "bad") as writing:
        writing.put_many("area", [{"id": f"A{n}", "name": "新区" if n < 600 else ""} for n in range(601)])
    assert state(store) == before


def test_the_same_record_twice_in_one_write_ends_as_the_last_one_says(store: Store) -> None:
    with store.write("test", "twice") as writing:
        counts = writing.put_many("area", [{"id": "A8", "name": "甲"}, {"id": "A8", "name": "乙"}])
    assert (counts.added, counts.changed) == (1, 1)
    assert doc(store, "area", "A8")["name"] == "乙"


def test_customers_follow_their_feeder_to_another_branch(store: Store) -> None:
    revision, _ = state(store)
    assert {bucket_of(store, f"211400000{n}") for n in (1, 2, 4)} == {"branch:B1"}
    put(store, "feeder", {"id": "F1", "branch": "B2"})
    assert {bucket_of(store, f"211400000{n}") for n in (1, 2, 4)} == {"branch:B2"}
    with store.read() as connection:
        for bucket in ("branch:B1", "branch:B2"):
            touched = change_log.touched_since(connection, revision, [bucket], 10)
            assert sorted(touched or []) == [("customer", f"211400000{n}") for n in (1, 2, 4)]


def test_customers_follow_their_transformer_area_and_lose_their_branch_with_it(store: Store) -> None:
    put(store, "transformer_area", {"id": "T1", "feeder": "F2"})
    assert bucket_of(store, "2114000001") == "branch:B2"
    with store.write("test", "delete") as writing:
        assert writing.delete("transformer_area", ["T1", "T-none"]) == 1
    assert bucket_of(store, "2114000001") == "branch:"


def test_customers_that_came_before_their_feeder_are_in_its_branch_once_it_is_there(store: Store) -> None:
    put(store, "customer", {"id": "2114000009", "name": "早到户", "feeder": "F9"})
    assert bucket_of(store, "2114000009") == "branch:"
    put(store, "feeder", {"id": "F9", "number": "619", "name": "新线", "branch": "B1"})
    assert bucket_of(store, "2114000009") == "branch:B1"


def test_a_transaction_too_big_to_log_raises_the_floor(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    revision, _ = state(store)
    monkeypatch.setattr(change_log, "LOGGED_AT_MOST", 3)
    with store.write("test", "bulk") as writing:
        writing.put_many("area", [{"id": f"X{n}", "name": f"区{n}"} for n in range(4)])
    put(store, "area", {"id": "X0", "name": "区零"})
    with store.read() as connection:
        assert change_log.floor(connection) == revision + 1
        assert change_log.touched_since(connection, revision + 1, None, 10) == [("area", "X0")]
        assert change_log.sums(connection, None)["global", "area"].rows == 3 + 4


@pytest.mark.parametrize("url", ["not a url", "oracle://x", "mysql://user@host/name"])
def test_a_database_that_is_neither_sqlite_nor_postgresql_is_refused(url: str) -> None:
    with pytest.raises(DataError):
        open_database(url)
