"""Statements on a thread of their own: in order, all done at the end, and what fails is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.caches.statements import Statements
from data.sqlite import Connection, DatabaseError, connect


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = connect(tmp_path / "some.db")
    opened.execute("CREATE TABLE one (number INTEGER PRIMARY KEY, text TEXT, size REAL, flag INTEGER)")
    yield opened
    opened.close()


def test_all_is_executed_in_order_when_the_block_ends(connection: Connection) -> None:
    with Statements(connection) as statements:
        for number in range(20):
            statements.execute("INSERT INTO one (text) VALUES (?)", f"row {number}")
    rows = connection.execute("SELECT number, text FROM one ORDER BY number").fetchall()
    assert rows == [(number + 1, f"row {number}") for number in range(20)]


def test_rows_arrive_as_they_were_given(connection: Connection) -> None:
    rows = [
        ['塔山 "乡"\n\\', 0.1 + 0.2, True],
        ["616", 5e-324, False],
        ["", 1.7976931348623157e308, None],
        [None, None, 7],
    ]
    with Statements(connection) as statements:
        statements.insert(
            "INSERT INTO one SELECT ? + key, value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)", rows, 9
        )
    assert connection.execute("SELECT * FROM one ORDER BY number").fetchall() == [
        (9, '塔山 "乡"\n\\', 0.1 + 0.2, 1),
        (10, "616", 5e-324, 0),
        (11, "", 1.7976931348623157e308, None),
        (12, None, None, 7),
    ]


def test_texts_that_need_no_escapes_arrive_as_they_were_given(connection: Connection) -> None:
    texts = ["h塔山 sta0", "", "n2114"]
    with Statements(connection) as statements:
        statements.insert_plain("INSERT INTO one (number, text) SELECT ? + key, value FROM json_each(?)", texts, 9)
    assert connection.execute("SELECT number, text FROM one").fetchall() == [*enumerate(texts, 9)]


def test_no_rows_are_no_statement(connection: Connection) -> None:
    with Statements(connection) as statements:
        statements.insert_plain("INSERT INTO nothing SELECT value FROM json_each(?)", [])
        statements.insert("INSERT INTO nothing SELECT value FROM json_each(?)", [])


def test_waiting_leaves_the_connection_to_the_caller(connection: Connection) -> None:
    with Statements(connection) as statements:
        statements.execute("INSERT INTO one (text) VALUES ('first')")
        statements.wait()
        assert connection.execute("SELECT text FROM one").fetchall() == [("first",)]


def test_a_statement_that_fails_is_told_at_the_end_at_the_latest(connection: Connection) -> None:
    with pytest.raises(DatabaseError, match="syntax error"), Statements(connection) as statements:
        statements.execute("no statement")


def test_what_went_wrong_with_the_caller_is_not_hidden_by_a_statement(connection: Connection) -> None:
    with pytest.raises(ValueError, match="the caller"):
        _fail_beside_a_statement(connection)


def _fail_beside_a_statement(connection: Connection) -> None:
    with Statements(connection) as statements:
        statements.execute("no statement")
        raise ValueError("the caller")
