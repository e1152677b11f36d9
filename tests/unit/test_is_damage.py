"""What SQLite complains of is a damaged file only where it may be one: a PC must not fetch a cache for a full disk."""

from contextlib import closing
from pathlib import Path

import pytest

from data.caches.check import is_damage
from data.sqlite import Connection, DatabaseError, connect


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "some.db"
    with closing(connect(path)) as connection:
        connection.execute("CREATE TABLE t (a TEXT)")
        connection.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 200)
    return path


def complaint(connection: Connection, statement: str) -> DatabaseError:
    with pytest.raises(DatabaseError) as complained:
        connection.execute(statement).fetchall()
    return complained.value


def test_a_full_disk_is_no_damage(file: Path) -> None:
    with closing(connect(file)) as connection:
        connection.execute("PRAGMA max_page_count=1")  # as many as there are
        assert not is_damage(complaint(connection, "INSERT INTO t SELECT a FROM t"))


def test_a_file_that_somebody_writes_is_not_damaged(file: Path) -> None:
    with closing(connect(file)) as writer, closing(connect(file)) as waiting:
        writer.execute("BEGIN IMMEDIATE")
        waiting.execute("PRAGMA busy_timeout=0")
        assert not is_damage(complaint(waiting, "BEGIN IMMEDIATE"))


def test_a_question_that_was_given_up_is_no_damage(file: Path) -> None:
    with closing(connect(file)) as connection:
        connection.set_progress_handler(lambda: True, 1)
        assert not is_damage(complaint(connection, "SELECT count(*) FROM t AS one, t AS two"))


def test_what_is_no_database_and_a_page_of_rubbish_are_damage(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"something else" * 500)
    with closing(connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2] + b"\xa5" * 4096 + content[len(content) // 2 + 4096 :])
    for path, statement in ((other, "SELECT * FROM t"), (file, "SELECT sum(length(a)) FROM t")):
        with pytest.raises(DatabaseError) as complained, closing(connect(path, read_only=True)) as connection:
            connection.execute(statement).fetchall()
        assert is_damage(complained.value)
