"""What a cache knows of what lies in what, and how it follows changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.caches.cache import CacheWriter, Change
from data.caches.place_index import AROUND_LENGTH, FIRST_ROW, PLACED, place_rows, refresh_places, remove_place
from data.fields import Json
from data.sqlite import Connection
from tests.caches import Rows, cache_of, change

VILLAGE: dict[str, Json] = {"id": "v1", "name": "朱家村", "parent_id": "t1"}
TOWNSHIP: dict[str, Json] = {"id": "t1", "name": "塔山乡", "parent_id": "c1"}
FEEDER: dict[str, Json] = {"id": "f1", "number": "616", "name": "10kV龙港线", "branch": "b1", "substation": "城东变"}
TRANSFORMER_AREA: dict[str, Json] = {"id": "a1", "number": "T1001", "name": "公变", "feeder": "f1", "areas": ["v1"]}
RECORDS: Rows = [
    ("branch", {"id": "b0", "name": "兴城供电公司"}),
    ("branch", {"id": "b1", "name": "北港供电所", "parent_id": "b0"}),
    ("area", {"id": "p1", "name": "辽宁省", "level": "province"}),
    ("area", {"id": "c1", "name": "绥中县", "parent_id": "p1"}),
    ("area", TOWNSHIP),
    ("area", VILLAGE),
    ("feeder", FEEDER),
    ("transformer_area", TRANSFORMER_AREA),
]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Connection]:
    opened = cache_of(tmp_path / "cache.db", RECORDS)
    yield opened
    opened.close()


def found(cache: Connection, column: str, text: str) -> set[str]:
    """Ids of what is called so, or lies in what is called so: by the initials of two characters at a name's start."""
    rows = cache.execute("SELECT rowid FROM place_fts WHERE place_fts MATCH ?", (f'{column} : "iu{text}"',)).fetchall()
    return {key for (row,) in rows for key in _ids(cache, row)}


def _ids(cache: Connection, row: int) -> Iterator[str]:
    kind = PLACED[row >> 40]
    for (key,) in cache.execute(f"SELECT id FROM {kind} WHERE rid = ?", (row - FIRST_ROW[kind],)):
        yield key


def test_areas_lie_in_all_that_is_above_them_but_the_province(cache: Connection) -> None:
    assert found(cache, "around", "sz") == {"t1", "v1", "a1"}
    assert found(cache, "around", "ts") == {"v1", "a1"}
    assert found(cache, "around", "ln") == set()
    assert found(cache, "own", "zj") == {"v1"}


def test_a_feeder_lies_in_its_branches_and_substation(cache: Connection) -> None:
    assert found(cache, "around", "xc") == found(cache, "around", "bg") == found(cache, "around", "cd") == {"f1"}


def test_a_transformer_area_lies_in_its_areas_and_on_its_feeder(cache: Connection) -> None:
    assert found(cache, "around", "zj") == {"a1"}
    assert found(cache, "around", "lg") == {"a1"}


def test_numbers_are_found_as_names_are(cache: Connection) -> None:
    rows = cache.execute('SELECT rowid FROM place_fts WHERE place_fts MATCH \'own : ("c616" OR "n1001")\'').fetchall()
    assert {key for (row,) in rows for key in _ids(cache, row)} == {"f1", "a1"}


def test_of_a_place_around_the_beginning_is_indexed(cache: Connection) -> None:
    CacheWriter(cache).apply([change("area", {**TOWNSHIP, "name": "元台子蒙古族镇"})])
    around = next(around for row, _, around in place_rows(cache) if set(_ids(cache, row)) == {"v1"})
    assert "iytzm" in around.split()
    assert not {"imgz", "iutzmg"} & set(around.split())
    assert AROUND_LENGTH == 4


@pytest.mark.parametrize(
    ("changed", "where", "gone", "new"),
    [
        (("area", {**TOWNSHIP, "name": "高桥镇"}), {"v1", "a1"}, "ts", "gq"),
        (("area", {"id": "c1", "name": "建昌县"}), {"t1", "v1", "a1"}, "sz", "jc"),
        (("branch", {"id": "b0", "name": "南票供电公司"}), {"f1"}, "xc", "np"),
        (("branch", {"id": "b1", "name": "南票供电所", "parent_id": "b0"}), {"f1"}, "bg", "np"),
        (("feeder", {**FEEDER, "substation": "西山变"}), {"f1"}, "cd", "xs"),
        (("feeder", {**FEEDER, "name": "10kV西山线"}), {"a1"}, "lg", "xs"),
    ],
)
def test_what_lies_below_follows_a_new_name(
    cache: Connection, changed: tuple[str, dict[str, Json]], where: set[str], gone: str, new: str
) -> None:
    CacheWriter(cache).apply([change(*changed)])
    assert found(cache, "around", new) == where
    assert not found(cache, "around", gone) & where


def test_what_lies_below_follows_a_move(cache: Connection) -> None:
    writer = CacheWriter(cache)
    writer.apply([change("area", {"id": "c2", "name": "建昌县"}), change("area", {**TOWNSHIP, "parent_id": "c2"})])
    assert found(cache, "around", "jc") == {"t1", "v1", "a1"}
    assert found(cache, "around", "sz") == set()
    writer.apply([change("branch", {"id": "b1", "name": "北港供电所"})])
    assert found(cache, "around", "xc") == set()


@pytest.mark.parametrize(
    ("kind", "key", "gone", "left"),
    [
        ("area", "c1", "sz", "ts"),
        ("branch", "b0", "xc", "bg"),
        ("feeder", "f1", "lg", "zj"),
        ("area", "v1", "zj", "lg"),
    ],
)
def test_what_lies_below_outlives_what_was_deleted_above_it(
    cache: Connection, kind: str, key: str, gone: str, left: str
) -> None:
    CacheWriter(cache).apply([Change(kind, key, None)])
    assert found(cache, "around", gone) == set()
    assert found(cache, "around", left) != set()


def test_what_comes_before_what_it_lies_in_is_there_once_that_is(cache: Connection) -> None:
    writer = CacheWriter(cache)
    writer.apply([change("area", {"id": "v9", "name": "马圈子村", "parent_id": "t9"})])
    writer.apply([change("area", {"id": "t9", "name": "高桥镇"})])
    assert found(cache, "around", "gq") == {"v9"}


def test_areas_in_a_ring_are_indexed_once_round(cache: Connection) -> None:
    CacheWriter(cache).apply([change("area", {"id": "c1", "name": "绥中县", "parent_id": "v1"})])
    assert found(cache, "around", "zj") == {"c1", "t1", "v1", "a1"}


def test_kinds_without_a_place_have_no_row(cache: Connection) -> None:
    before = list(place_rows(cache))
    remove_place(cache, "customer", 1)
    refresh_places(cache, [("customer", "2114000001"), ("contact", "K1"), ("area", "nobody")])
    assert list(place_rows(cache)) == before
