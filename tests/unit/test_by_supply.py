"""Customers by what they have and where they live, as one query asks for both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.lookup.lookup import Hit, LookupEngine
from data.fields import Json
from data.sqlite import Connection
from tests.caches import Rows, cache_of


def customer(number: int, name: str, transformer_area: str, **fields: Json) -> tuple[str, dict[str, Json]]:
    return "customer", {"id": f"{2114000000 + number}", "name": name, "transformer_area": transformer_area, **fields}


RECORDS: Rows = [
    ("branch", {"id": "b0", "name": "兴城供电公司"}),
    ("branch", {"id": "b1", "name": "塔山供电所", "parent_id": "b0"}),
    ("branch", {"id": "b2", "name": "YY供电所", "parent_id": "b0"}),
    ("area", {"id": "t1", "name": "塔山乡", "code": "tsx"}),
    ("area", {"id": "v1", "name": "塔山村民委员会", "parent_id": "t1"}),
    ("area", {"id": "v2", "name": "朱家村民委员会", "parent_id": "t1"}),
    ("area", {"id": "t2", "name": "高桥镇"}),
    ("area", {"id": "v3", "name": "朱家村民委员会", "parent_id": "t2"}),
    ("area", {"id": "t3", "name": "沙后所镇"}),
    ("area", {"id": "v5", "name": "朱家村民委员会", "parent_id": "t3"}),
    ("area", {"id": "v4", "name": "农网村", "parent_id": "t2"}),
    ("feeder", {"id": "f1", "number": "616", "name": "10kV塔山线", "branch": "b1"}),
    ("feeder", {"id": "f2", "number": "617", "name": "10kV高桥线", "branch": "b2"}),
    ("transformer_area", {"id": "a1", "number": "1", "name": "塔山1号公变", "feeder": "f1", "areas": ["v1"]}),
    ("transformer_area", {"id": "a2", "number": "2", "name": "朱家1号公变", "feeder": "f1", "areas": ["v2"]}),
    ("transformer_area", {"id": "a3", "number": "3", "name": "朱家9号公变", "feeder": "f2", "areas": ["v3"]}),
    ("transformer_area", {"id": "a4", "number": "4", "name": "后所1号公变", "feeder": "f2", "areas": ["v5"]}),
    customer(1, "张伟", "a1", contract_kva=8.0, address="塔山乡塔山村3组45号"),
    customer(2, "塔山水泥厂", "a1", contract_kva=630.0, address="塔山乡塔山村1号"),
    customer(3, "塔山医院", "a2", contract_kva=315.0, importance="first", address="塔山乡朱家村3组45号"),
    customer(4, "李丽", "a3", contract_kva=8.0, source="rural", address="高桥镇朱家村3组45号"),
    customer(5, "高桥水泥厂", "a3", contract_kva=500.0, high_risk=True, address="高桥镇朱家村2号"),
    customer(6, "王强", "a4", contract_kva=8.0, sensitive=True, address="沙后所镇朱家村3组45号"),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    connection = cache_of(Path(tmp_path_factory.mktemp("supply")) / "cache.db", RECORDS)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def engine(cache: Connection) -> LookupEngine:
    return LookupEngine(cache)


def numbers(hits: list[Hit], reason: str) -> list[int]:
    return [int(hit.id) - 2114000000 for hit in hits if hit.kind == "customer" and hit.reason == reason]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (">=315kva", [3, 5, 2]),
        ("重要客户", [3]),
        ("塔山 >=315kva", [3, 2]),
        ("tashan >=315kva", [3, 2]),
        ("tsx >=315kva", [3, 2]),
        ("塔山村 >=315kva", [2]),
        ("616 >=500kva", [2]),
        ("10kV塔山线 >=500kva", [2]),
        ("高桥线 高危客户", [5]),
        ("塔山供电所 >=500kva", [2]),
        ("兴城供电公司 >=500kva", [5, 2]),
        ("yy供电所 >=500kva", [5]),
        ("ＹＹ >=500kva", [5]),
        ("朱家 >=315kva", [3, 5]),
        ("朱家 >=8kva", [3, 5, 4, 6]),
        ("朱家 敏感客户", [6]),
        ("塔山水泥厂 >=500kva", [2]),
        ("高桥 农网客户", [4]),
        ("塔山 农网客户", []),
    ],
)
def test_filters_hold_for_customers_in_what_the_rest_names(engine: LookupEngine, typed: str, found: list[int]) -> None:
    assert numbers(engine.search(typed), "filter") == found


@pytest.mark.parametrize(
    "typed", ["绥中 >=315kva", "tashqn >=315kva", "-- >=315kva", "\ud800\ud801 >=315kva", "\x00x 高危客户"]
)
def test_filters_beside_what_names_nothing_find_nobody(engine: LookupEngine, typed: str) -> None:
    assert numbers(engine.search(typed), "filter") == []


def test_customers_that_satisfy_filters_are_in_order(engine: LookupEngine) -> None:
    hits = engine.search(">0kva")
    assert numbers(hits, "filter") == [3, 5, 2, 1, 4, 6]
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(not hit.spans for hit in hits)
    assert engine.search(">0kva", limit=2) == hits[:2]


def test_customers_of_the_own_branches_come_first(cache: Connection) -> None:
    own = LookupEngine(cache, frozenset({"b2"}))
    assert numbers(own.search(">0kva"), "filter") == [5, 4, 6, 3, 2, 1]


def test_a_word_that_may_be_a_name_is_looked_up_both_ways(engine: LookupEngine) -> None:
    hits = engine.search("农网")
    assert numbers(hits, "filter") == [4]
    assert "v4" in [hit.id for hit in hits]
    assert engine.search("农网村")[0].id == "v4"


def test_a_filter_that_can_be_nothing_else_finds_no_names(engine: LookupEngine) -> None:
    assert {hit.reason for hit in engine.search("塔山 >=315kva")} == {"filter"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("塔山村 3组45号", [1]),
        ("塔山村3组45号", [1]),
        ("塔山村三组45号", [1]),
        ("tashancun 3组45号", [1]),
        ("高桥 3组45号", [4]),
        ("塔山乡 3组45号", [3, 1]),
        ("朱家村 3组45号", [3, 4, 6]),
        ("朱家村 3组", [3, 4, 6]),
        ("tsx 3组45号", [3, 1]),
        ("塔山村 9组", []),
        ("绥中 3组45号", []),
        ("3组45号", []),
        ("616 3组45号", []),
        ("张伟 3组45号", []),
    ],
)
def test_a_house_is_looked_for_in_the_place_before_it(engine: LookupEngine, typed: str, found: list[int]) -> None:
    assert sorted(numbers(engine.search(typed), "address")) == sorted(found)


def test_a_place_that_is_only_like_what_was_typed_has_no_houses(engine: LookupEngine) -> None:
    assert numbers(engine.search("他山村 3组45号"), "address") == []


def test_a_transformer_area_called_like_a_house_comes_before_it(engine: LookupEngine) -> None:
    assert engine.search("塔山1号")[0].id == "a1"
    assert numbers(engine.search("塔山1号"), "address") == [2]


def test_a_house_takes_few_places_and_no_more_than_asked(engine: LookupEngine) -> None:
    assert len(engine.search("塔山乡 3组45号", limit=1)) == 1
    assert engine.search("塔山乡 3组45号", limit=0) == []


@pytest.mark.parametrize(
    "typed",
    ["塔山乡朱家村3组45号", "塔山朱家3组45号", "塔山 朱家 3组45号", "塔山 朱家村三组45号", "tashan zhujia 3组45号"],
)
def test_a_house_is_found_in_a_village_that_is_told_with_its_township(engine: LookupEngine, typed: str) -> None:
    assert numbers(engine.search(typed), "address") == [3]
