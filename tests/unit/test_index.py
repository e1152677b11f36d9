from collections.abc import Iterator
from pathlib import Path

import pytest

from data.errors import NotFoundError
from data.index import (
    acquire_name,
    add_codes,
    add_names,
    create_search_tables,
    finish_build,
    release_name,
    remove_codes,
    set_aliases,
)
from data.sqlite import Connection, connect


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = connect(tmp_path / "index.db")
    create_search_tables(opened)
    yield opened
    opened.close()


def rows(connection: Connection, table: str, token: str) -> list[int]:
    found = connection.execute(f"SELECT rowid FROM {table} WHERE {table} MATCH ?", (f'"{token}"',))
    return [row for (row,) in found]


def test_names_are_numbered_in_the_order_given(connection: Connection) -> None:
    add_names(connection, [("塔山乡", "ta shan xiang", 0, 1), ("塔山线", "ta shan xian", 1, 2)])
    finish_build(connection)
    assert rows(connection, "name_fts", "h塔山") == [1, 2]
    assert rows(connection, "name_fts", "h山线") == [2]


def test_a_name_acquired_twice_is_one_name(connection: Connection) -> None:
    first = acquire_name(connection, "塔山乡", "ta shan xiang", 1)
    assert acquire_name(connection, "塔山乡", "ta shan xiang", 0) == first
    assert connection.execute("SELECT rank, uses FROM name").fetchall() == [(0, 2)]
    assert rows(connection, "name_fts", "h塔山") == [first]


def test_a_name_is_found_until_its_last_use_is_released(connection: Connection) -> None:
    nid = acquire_name(connection, "塔山乡", "ta shan xiang", 0)
    acquire_name(connection, "塔山乡", "ta shan xiang", 0)
    release_name(connection, nid)
    assert rows(connection, "name_fts", "h塔山") == [nid]
    release_name(connection, nid)
    assert rows(connection, "name_fts", "h塔山") == []
    assert connection.execute("SELECT count(*) FROM name").fetchone() == (0,)


def test_a_name_that_is_not_there_cannot_be_released(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match="name 7"):
        release_name(connection, 7)


def test_codes_are_found_by_kind_until_removed(connection: Connection) -> None:
    add_codes(connection, "feeder", [(1, ("616",)), (2, ())])
    add_codes(connection, "customer", [(1, ("2114000616",))])
    assert rows(connection, "code_fts", "c616") == [1 * 8 + 1]
    assert rows(connection, "code_fts", "n0616") == [1 * 8 + 3]
    remove_codes(connection, "feeder", 1, ("616",))
    assert rows(connection, "code_fts", "c616") == []


def test_setting_aliases_answers_those_before(connection: Connection) -> None:
    assert set_aliases(connection, "area", 1, [9, 4]) == []
    assert set_aliases(connection, "area", 1, [5]) == [4, 9]
    assert set_aliases(connection, "area", 1, []) == [5]
