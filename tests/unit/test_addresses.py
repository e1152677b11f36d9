from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.lookup import addresses
from assistant.lookup.addresses import find_by_address
from assistant.lookup.house_numbers import parse_house
from assistant.lookup.records import Record
from assistant.lookup.weak import is_weak
from data.sqlite import Connection
from tests.caches import Rows, cache_of

RECORDS: Rows = [
    ("area", {"id": "t1", "name": "塔山乡"}),
    ("area", {"id": "v1", "name": "塔山村民委员会", "parent_id": "t1"}),
    ("area", {"id": "v2", "name": "宁化社区", "parent_id": "t1"}),
    ("feeder", {"id": "f1", "number": "616", "name": "塔山线"}),
    ("transformer_area", {"id": "a1", "number": "1", "name": "塔山1号公变", "feeder": "f1", "areas": ["v1"]}),
    ("transformer_area", {"id": "a2", "number": "2", "name": "宁化1号公变", "feeder": "f1", "areas": ["v2"]}),
    ("customer", {"id": "1", "name": "张伟", "address": "塔山乡塔山村3组45号", "transformer_area": "a1"}),
    ("customer", {"id": "2", "name": "李丽", "address": "塔山乡塔山村三组四十六号", "transformer_area": "a1"}),
    ("customer", {"id": "3", "name": "王强", "address": "塔山乡塔山村１３组４５号", "transformer_area": "a1"}),
    ("customer", {"id": "4", "name": "赵敏", "address": "塔山乡塔山村3组**号", "transformer_area": "a1"}),
    ("customer", {"id": "5", "name": "孙平", "address": None, "transformer_area": "a1"}),
    ("customer", {"id": "6", "name": "周杰", "address": "宁化社区12号楼2单元1101", "transformer_area": "a2"}),
    ("customer", {"id": "7", "name": "水泥厂", "address": "塔山乡塔山村45号", "feeder": "f1"}),
    ("customer", {"id": "8", "name": "陶瓷厂", "address": "塔山乡宁化社区45号", "feeder": "f1"}),
]
VILLAGE = Record("area", 2, "v1", "塔山村民委员会", None)
TOWNSHIP = Record("area", 1, "t1", "塔山乡", None)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    connection = cache_of(Path(tmp_path_factory.mktemp("addresses")) / "cache.db", RECORDS)
    yield connection
    connection.close()


def ids(cache: Connection, place: Record, rest: str, limit: int = 10) -> list[str]:
    return [found.record.id for found in find_by_address(cache, [place], rest, limit)]


@pytest.mark.parametrize(
    ("rest", "meant"),
    [
        ("3组45号", ["1"]),
        ("三组45", ["1"]),
        ("３组４５", ["1"]),
        ("3-45", ["1"]),
        ("3 45", ["1"]),
        ("3组46号", ["2"]),
        ("3组", ["4", "1", "2"]),
        ("三组", ["4", "1", "2"]),
        ("3组4", ["1"]),
        ("45号", ["7", "1", "3"]),
        ("13组", ["3"]),
        ("3组5号", []),
        ("3单元", []),
        ("张伟", []),
        ("3", []),
    ],
)
def test_a_house_is_found_in_its_village_as_people_say_it(cache: Connection, rest: str, meant: list[str]) -> None:
    assert ids(cache, VILLAGE, rest) == meant


@pytest.mark.parametrize(
    "rest", ["12号楼2单元", "12栋2单元1101", "12-2-1101", "12号楼1101", "十二号楼二单元", "1101室"]
)
def test_a_flat_is_found_by_building_and_door(cache: Connection, rest: str) -> None:
    assert ids(cache, TOWNSHIP, rest) == ["6"]


def test_a_customer_straight_on_a_feeder_is_in_the_area_that_the_address_names(cache: Connection) -> None:
    assert ids(cache, VILLAGE, "45号", 1) == ["7"]
    assert set(ids(cache, TOWNSHIP, "45号")) == {"1", "3", "7", "8"}


def test_what_is_masked_is_not_found(cache: Connection) -> None:
    assert "4" not in ids(cache, VILLAGE, "3组12号")
    house = parse_house("4号")
    assert house
    assert house.fit("塔山村3组4*号") == 0
    assert house.fit("塔山村3组*4号") == 0


def test_the_closest_fit_scores_highest(cache: Connection) -> None:
    found = find_by_address(cache, [VILLAGE], "3组45号", 10)
    assert [(one.record.name, one.score, one.reason) for one in found] == [("张伟", 100.0, "address")]


def test_nobody_is_looked_for_in_a_wide_place(cache: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "MOST_TRANSFORMER_AREAS", 1)
    assert ids(cache, VILLAGE, "3组45号") == ["1"]
    assert ids(cache, TOWNSHIP, "3组45号") == []


def test_without_places_nobody_is_found(cache: Connection) -> None:
    assert find_by_address(cache, [], "3组45号", 10) == []


SAID = st.text(max_size=60) | st.text("0123456789一二三十百零两组号楼单元栋室-# *建设街塔山村", max_size=24)


@given(said=SAID, address=SAID)
def test_any_text_fits_any_address_between_0_and_100(said: str, address: str) -> None:
    house = parse_house(said)
    assert house is None or 0 <= house.fit(address) <= 100


@given(group=st.integers(1, 99), number=st.integers(1, 999))
def test_an_address_fits_itself_wholly_and_no_other_number(group: int, number: int) -> None:
    house = parse_house(f"{group}组{number}号")
    assert house
    assert house.fit(f"塔山村{group}组{number}号") == 100
    assert house.fit(f"塔山村{group}组{number + 1}号") == 0
    assert house.fit(f"塔山村{group + 1}组{number}号") == 0
    assert house.fit(f"塔山村{group}组{number}*号") == 0


@given(value=st.integers(0, 99))
def test_chinese_numerals_are_read_as_they_are_written(value: int) -> None:
    house = parse_house(f"{value}组")
    assert house
    _, written = house.numbers[0].spellings()
    again = parse_house(f"{written}组")
    assert again
    assert again.numbers[0].value == value


@pytest.mark.parametrize(
    ("rest", "meant"),
    [
        ("3组44号", ["1", "2"]),
        ("三组四十四", ["1", "2"]),
        ("3-47", ["2", "1"]),
        ("3组40", ["1"]),
        ("3组30号", []),
        ("4组45号", []),
        ("44号", []),
    ],
)
def test_where_nobody_lives_at_a_number_those_a_few_numbers_on_are_weak(
    cache: Connection, rest: str, meant: list[str]
) -> None:
    found = find_by_address(cache, [VILLAGE], rest, 10)
    assert [one.record.id for one in found] == meant
    assert all(one.reason == "neighbour" and is_weak(one.reason, one.score) for one in found)


def test_on_a_staircase_everybody_is_a_neighbour(cache: Connection) -> None:
    (found,) = find_by_address(cache, [TOWNSHIP], "宁化12号楼2单元302", 10)
    assert (found.record.id, found.reason) == ("6", "neighbour")
    assert find_by_address(cache, [TOWNSHIP], "12号楼3单元302", 10) == []


def test_a_floor_of_a_staircase_is_any_flat_on_it(cache: Connection) -> None:
    assert ids(cache, TOWNSHIP, "12号楼2单元11楼") == ["6"]
    assert ids(cache, TOWNSHIP, "12栋2单元11层") == ["6"]
    assert find_by_address(cache, [TOWNSHIP], "12号楼2单元1楼", 10)[0].reason == "neighbour"


@pytest.mark.parametrize("rest", ["3组45号张伟", "3组45号 张伟", "三组四十五号张伟"])
def test_a_name_that_is_said_after_a_house_tells_who_is_meant_there(cache: Connection, rest: str) -> None:
    (found,) = find_by_address(cache, [VILLAGE], rest, 10)
    assert (found.record.id, found.reason) == ("1", "address")
    assert not is_weak(found.reason, found.score)
    (other,) = find_by_address(cache, [VILLAGE], rest.replace("张伟", "李丽"), 10)
    assert (other.record.id, is_weak(other.reason, other.score)) == ("1", True)


def test_a_numeral_after_a_number_is_one_too() -> None:
    said = [parse_house(text) for text in ("二组三十九", "2组39", "二组三十九号")]
    assert [[number.value for number in house.numbers] for house in said if house] == [[2, 39]] * 3
    assert parse_house("三道沟") is None
