"""What the two sorts of database must have in common, where they differ most: writers at once, order, notices."""

import random
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from queue import Empty, Queue

import psycopg
import pytest
from sqlalchemy import Engine, select, text

from data.errors import DataError
from data.fields import Doc
from data.migrations import migrate
from data.store import change_log
from data.store.database import open_database
from data.store.leases import give_back, take
from data.store.rows import all_docs, get_docs
from data.store.schema import COMMIT, RECORDS
from data.store.set_hash import same_sums
from data.store.store import Store
from sync.hub.notices import Notices
from tests.databases import PostgresServer
from tests.recounts import contents, counted
from tests.stores import SetClock, fill

PATIENCE_S = 30


@contextmanager
def opened(database: str) -> Iterator[Engine]:
    engine = open_database(database)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def notices(postgresql: str) -> Iterator[tuple[Notices, "Queue[str]", Store]]:
    """Notices that are listened to, what is heard, and the store of the database."""
    heard: Queue[str] = Queue()
    with opened(postgresql) as engine:
        migrate(engine)
        notices = Notices(engine)
        with notices.listening(heard.put):
            assert heard.get(timeout=PATIENCE_S) == ""
            yield notices, heard, Store(engine, SetClock())


def test_writers_at_once_leave_no_gap_and_sums_that_are_those_of_a_recount(database: str) -> None:
    with opened(database) as first, opened(database) as second:
        migrate(first)
        stores = [Store(engine, SetClock()) for engine in (first, second)]
        fill(stores[0])

        def write(number: int) -> None:
            chance = random.Random(number)
            for _ in range(6):
                with stores[number % 2].write("test", "at once") as writing:
                    customer = f"211400000{chance.randrange(1, 6)}"
                    writing.put("customer", {"id": customer, "name": f"户{chance.randrange(9)}"})
                    writing.put("feeder", {"id": "F1", "branch": chance.choice(("B1", "B2"))})
                    if chance.random() < 0.3:
                        writing.delete("customer", [customer])

        threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with stores[0].read() as connection:
            logged = list(connection.execute(select(COMMIT.c.revision).order_by(COMMIT.c.revision)).scalars())
            assert logged == list(range(1, change_log.head(connection) + 1))
            held = contents(connection)
            for bucket in {bucket for bucket, _ in held.values()}:
                assert same_sums(change_log.sums(connection, [bucket]), counted(held, {bucket}))


def test_hubs_that_begin_at_once_with_an_empty_database_make_one_store(database: str) -> None:
    failures: list[BaseException] = []

    def begin() -> None:
        try:
            with opened(database) as engine:
                migrate(engine)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with opened(database) as engine, Store(engine, SetClock()).read() as connection:
        assert len(change_log.epoch(connection)) == 32


def test_texts_stand_in_the_order_of_their_characters_numbers(store: Store) -> None:
    ids = ["a", "B", "é", "一", "10", "9", "a-b", "a.b", "a+b", "aB", "中", "𠮷"]
    with store.write("test", "order") as writing:
        writing.put_many("area", [{"id": key, "name": "区"} for key in ids])
    with store.read() as connection:
        ordered = [str(doc["id"]) for doc in all_docs(connection, "area")]
        after = select(RECORDS["area"].c.id).where(RECORDS["area"].c.id > "a")
        beyond = set(connection.execute(after).scalars())
    assert ordered == sorted(ordered)
    assert beyond == {key for key in ordered if key > "a"}


@pytest.mark.parametrize("name", ["a\tb", "\\N", "\\.", 'a"b', "a'b", "行\n行", "𠮷", "%s", ":name", "?"])
def test_odd_texts_are_kept_as_they_are(store: Store, name: str) -> None:
    records: list[Doc] = [
        {"id": "odd", "name": name, "aliases": [name, "x"], "level": "village"},
        {"id": "plain", "name": "区"},
    ]
    with store.write("test", "odd") as writing:
        counts = writing.put_many("area", records)
    with store.write("test", "again") as writing:
        again = writing.put_many("area", records)
    with store.read() as connection:
        stored = get_docs(connection, "area", ["odd"])["odd"]
        held = contents(connection)
        assert same_sums(change_log.sums(connection, ["global"]), counted(held, {"global"}))
    assert (counts.added, again.unchanged) == (2, 2)
    assert stored["aliases"] == [stored["name"], "x"]


def test_a_store_of_a_newer_version_is_left_alone(database: str) -> None:
    with opened(database) as engine:
        migrate(engine)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
        with pytest.raises(DataError, match="newer Switchboard"):
            migrate(engine)


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_keep_every_text_is_refused(postgresql_server: PostgresServer, encoding: str) -> None:
    options = f"ENCODING '{encoding}' TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'"
    with (
        postgresql_server.database(options) as url,
        opened(url) as engine,
        pytest.raises(DataError, match=encoding),
    ):
        migrate(engine)


def test_a_lease_is_one_holders_until_it_ends_or_is_given_back(store: Store) -> None:
    def taken(holder: str, lasts_s: float = 60.0) -> bool:
        with store.engine.begin() as connection:
            return take(connection, "schedule", holder, lasts_s)

    assert taken("one")
    assert not taken("two")
    assert taken("one", lasts_s=0.0), "a holder may lengthen it, or cut it short"
    assert taken("two")
    with store.engine.begin() as connection:
        give_back(connection, "schedule", "one")
    assert not taken("one"), "only the holder gives back"
    with store.engine.begin() as connection:
        give_back(connection, "schedule", "two")
    assert taken("one")


def test_a_commit_is_heard_and_one_that_was_undone_is_not(notices: tuple[Notices, "Queue[str]", Store]) -> None:
    _, heard, store = notices
    with store.write("test", "undone") as writing:
        writing.put("area", {"id": "A9", "name": "区"})
        writing.rehearsal = True
    with store.write("test", "done") as writing:
        writing.put("area", {"id": "A9", "name": "区"})
    assert heard.get(timeout=PATIENCE_S) == str(writing.revision)
    with pytest.raises(Empty):
        heard.get_nowait()


def test_after_a_cut_line_notices_are_heard_again_and_a_look_is_asked_for(
    notices: tuple[Notices, "Queue[str]", Store], postgresql: str
) -> None:
    told, heard, _ = notices
    with closing(psycopg.connect(postgresql, autocommit=True)) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        assert heard.get(timeout=PATIENCE_S) == "", "some may have been missed: whoever listens has to look"
        told.tell("after")
        assert heard.get(timeout=PATIENCE_S) == "after"


def test_whoever_waits_too_long_to_write_is_told_so(postgresql: str) -> None:
    with opened(postgresql) as engine:
        migrate(engine)
        store = Store(engine, SetClock())
        with engine.connect() as patient:
            assert patient.execute(text("SHOW lock_timeout")).scalar_one() == "15s"
        with store.write("test", "long"), closing(psycopg.connect(postgresql)) as other:
            other.execute("SET lock_timeout = '10ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("SELECT pg_advisory_xact_lock(%s)", [change_log._ADVISORY_LOCK])  # noqa: SLF001
