from collections.abc import Iterator
from pathlib import Path

import pytest

from data.caches.cache import CacheWriter, Change
from data.caches.index import (
    FIRST_COMMON_NAME,
    create_search_tables,
    set_aliases,
)
from data.caches.index_build import IndexBuild
from data.caches.index_changes import IndexChanges, PendingRows
from data.caches.recount import indexed_postings, named_postings
from data.caches.statements import Statements
from data.errors import NotFoundError
from data.fields import Json
from data.sqlite import Connection, connect
from tests.caches import cache_of, change


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
    with Statements(connection) as statements:
        search = IndexBuild(statements)
        search.add_names([("塔山乡", "ta shan xiang", 0, 1), ("塔山线", "ta shan xian", 1, 2)])
        search.finish()
    assert rows(connection, "name_fts", "h塔山") == [1, 2]
    assert rows(connection, "name_fts", "h山线") == [2]


def test_a_name_acquired_twice_is_one_name(connection: Connection) -> None:
    changes = IndexChanges(connection)
    first = changes.acquire_name("塔山乡", "ta shan xiang", 1)
    assert changes.acquire_name("塔山乡", "ta shan xiang", 0) == first
    changes.write()
    assert connection.execute("SELECT rank, uses FROM name").fetchall() == [(0, 2)]
    assert rows(connection, "name_fts", "h塔山") == [first]


def test_a_name_is_found_until_its_last_use_is_released(connection: Connection) -> None:
    changes = IndexChanges(connection)
    nid = changes.acquire_name("塔山乡", "ta shan xiang", 0)
    changes.acquire_name("塔山乡", "ta shan xiang", 0)
    changes.release_name(nid)
    changes.write()
    assert rows(connection, "name_fts", "h塔山") == [nid]
    changes.release_name(nid)
    changes.write()
    assert rows(connection, "name_fts", "h塔山") == []
    assert connection.execute("SELECT count(*) FROM name").fetchone() == (0,)


def test_a_name_that_is_not_there_cannot_be_released(connection: Connection) -> None:
    with pytest.raises(NotFoundError, match="name 7"):
        IndexChanges(connection).release_name(7)


def test_codes_are_found_by_kind_until_removed(connection: Connection) -> None:
    with Statements(connection) as statements:
        search = IndexBuild(statements)
        search.add_codes("feeder", 1, [("616",), ()])
        search.add_codes("customer", 1, [("2114000616",)])
    assert rows(connection, "code_fts", "c616") == [1 * 8 + 1]
    assert rows(connection, "code_fts", "n0616") == [1 * 8 + 3]
    changes = IndexChanges(connection)
    changes.remove_codes("feeder", 1, ("616",))
    changes.write()
    assert rows(connection, "code_fts", "c616") == []


def test_a_row_that_comes_and_goes_before_it_is_written_leaves_no_trace(connection: Connection) -> None:
    pending = PendingRows(connection, "code_fts")
    pending.add(1, "c616")
    pending.remove(1, "c616")
    pending.write()
    assert indexed_postings(connection, "code_fts").count == 0


def test_a_row_that_is_replaced_before_it_is_written_holds_what_came_last(connection: Connection) -> None:
    pending = PendingRows(connection, "code_fts")
    pending.add(1, "c616")
    pending.write()
    pending.remove(1, "c616")
    pending.add(1, "c617 c618")
    pending.remove(1, "c617 c618")
    pending.add(1, "c618 c619")
    pending.write()
    assert [rows(connection, "code_fts", token) for token in ("c616", "c617", "c618", "c619")] == [[], [], [1], [1]]
    pending.remove(1, "c618 c619")
    pending.write()
    assert indexed_postings(connection, "code_fts").count == 0


def test_setting_aliases_answers_those_before(connection: Connection) -> None:
    assert set_aliases(connection, "area", 1, [9, 4]) == []
    assert set_aliases(connection, "area", 1, [5]) == [4, 9]
    assert set_aliases(connection, "area", 1, []) == [5]


AREA: dict[str, Json] = {"id": "a1", "name": "张伟", "code": "zw"}
CUSTOMER: dict[str, Json] = {"id": "2114000001", "name": "张伟"}
OTHER: dict[str, Json] = {"id": "2114000002", "name": "李娜"}


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Connection]:
    opened = cache_of(tmp_path / "cache.db", [("area", {"id": "a0", "name": "塔山乡"}), ("customer", CUSTOMER)])
    yield opened
    opened.close()


def number_of(cache: Connection, text: str) -> int:
    nid, rank, *_ = cache.execute("SELECT nid, rank FROM name WHERE text = ?", (text,)).fetchone()
    assert (rank < 3) == (nid < FIRST_COMMON_NAME)
    assert rows(cache, "name_fts", f"h{text[:2]}") == [nid]
    return int(nid)


def bearers(cache: Connection, text: str) -> set[str]:
    named = " UNION ".join(
        f"SELECT id FROM {kind} JOIN name ON nid = name_id WHERE text = :text"
        for kind in ("area", "feeder", "transformer_area", "customer")
    )
    others = "SELECT alias.kind || alias.rid FROM alias JOIN name USING (nid) WHERE text = :text"
    return {key for (key,) in cache.execute(f"{named} UNION {others}", {"text": text})}


def test_names_that_customers_alone_bear_are_numbered_by_themselves(connection: Connection) -> None:
    names = [("塔山乡", "ta shan xiang", 0, 1), ("张伟", "zhang wei", 3, 9), ("李娜", "li na", 3, 1)]
    with Statements(connection) as statements:
        IndexBuild(statements).add_names(names)
    assert rows(connection, "name_fts", "h塔山") == [1]
    assert rows(connection, "name_fts", "h张伟") == [FIRST_COMMON_NAME]
    assert rows(connection, "name_fts", "h李娜") == [FIRST_COMMON_NAME + 1]
    changes = IndexChanges(connection)
    assert changes.acquire_name("高桥镇", "gao qiao zhen", 0) == 2
    assert changes.acquire_name("王芳", "wang fang", 3) == FIRST_COMMON_NAME + 2


def test_a_customers_name_moves_when_an_area_takes_it_and_back_when_it_gives_it_up(cache: Connection) -> None:
    writer = CacheWriter(cache)
    assert number_of(cache, "张伟") == FIRST_COMMON_NAME
    writer.apply([change("area", AREA)])
    assert number_of(cache, "张伟") == 2
    assert bearers(cache, "张伟") == {"a1", "2114000001"}
    writer.apply([Change("area", "a1", None)])
    assert number_of(cache, "张伟") == FIRST_COMMON_NAME
    assert bearers(cache, "张伟") == {"2114000001"}


def test_an_areas_other_name_moves_a_customers_name_too(cache: Connection) -> None:
    writer = CacheWriter(cache)
    writer.apply([change("area", {"id": "a1", "name": "高桥镇", "aliases": ["张伟"]})])
    assert number_of(cache, "张伟") < FIRST_COMMON_NAME
    assert bearers(cache, "张伟") == {"area2", "2114000001"}
    writer.apply([change("area", {"id": "a1", "name": "高桥镇", "aliases": []})])
    assert number_of(cache, "张伟") >= FIRST_COMMON_NAME
    assert bearers(cache, "张伟") == {"2114000001"}


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("feeder", {"id": "f1", "number": "616"}),
        ("transformer_area", {"id": "t1", "number": "7", "feeder": "f1"}),
    ],
)
def test_a_line_takes_a_name_over_as_an_area_does(cache: Connection, kind: str, line: dict[str, Json]) -> None:
    writer = CacheWriter(cache)
    writer.apply([change(kind, {**line, "name": "张伟"})])
    assert number_of(cache, "张伟") < FIRST_COMMON_NAME
    writer.apply([change(kind, {**line, "name": "高桥线"})])
    assert number_of(cache, "张伟") >= FIRST_COMMON_NAME


def test_a_name_that_is_taken_over_and_given_up_in_one_batch_ends_where_it_began(cache: Connection) -> None:
    writer = CacheWriter(cache)
    writer.apply([change("area", AREA), change("area", {**AREA, "name": "高桥镇"}), change("customer", OTHER)])
    assert number_of(cache, "张伟") >= FIRST_COMMON_NAME
    assert number_of(cache, "高桥镇") < FIRST_COMMON_NAME
    assert bearers(cache, "张伟") == {"2114000001"}


def test_a_name_goes_from_the_last_customer_to_an_area_in_one_batch(cache: Connection) -> None:
    writer = CacheWriter(cache)
    writer.apply([change("area", AREA), change("customer", {**CUSTOMER, "name": "王芳"})])
    assert number_of(cache, "张伟") < FIRST_COMMON_NAME
    assert bearers(cache, "张伟") == {"a1"}
    writer.apply([change("customer", CUSTOMER), Change("area", "a1", None)])
    assert number_of(cache, "张伟") >= FIRST_COMMON_NAME
    assert bearers(cache, "张伟") == {"2114000001"}


def test_a_name_that_two_kinds_bear_keeps_the_best_rank_of_those_left(cache: Connection) -> None:
    writer = CacheWriter(cache)
    line = {"id": "f1", "name": "张伟", "number": "616"}
    writer.apply([change("area", AREA), change("feeder", line), Change("area", "a1", None)])
    assert cache.execute("SELECT rank, uses FROM name WHERE text = '张伟'").fetchone() == (1, 2)
    assert bearers(cache, "张伟") == {"f1", "2114000001"}


def test_after_moves_the_index_holds_what_it_should(cache: Connection) -> None:
    writer = CacheWriter(cache)
    for text in ("张伟", "塔山乡", "李娜", "张伟"):
        writer.apply([change("area", {**AREA, "name": text}), change("customer", {**OTHER, "name": text})])
    writer.apply([Change("area", "a1", None), Change("customer", "2114000002", None)])
    assert indexed_postings(cache, "name_fts") == named_postings(cache)


def test_an_index_filled_in_many_statements_ends_as_one_segment_and_is_merged_as_usual_from_then_on(
    connection: Connection,
) -> None:
    with Statements(connection) as statements:
        search = IndexBuild(statements)
        for rid in range(10):
            search.add_codes("area", rid, [(f"code{rid}",)])
        search.finish()
    assert connection.execute("SELECT count(DISTINCT segid) FROM code_fts_idx").fetchone() == (1,)
    assert indexed_postings(connection, "code_fts").count == 10 * len(["ccode1", "ncode", "node1"])
    settings = dict(connection.execute("SELECT k, v FROM code_fts_config").fetchall())
    assert (settings["automerge"], settings["crisismerge"]) == (4, 16)
