"""Customers by capacity, standing and place: who is found, in which order, against a plain reading of the records."""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from assistant.lookup import filtered
from assistant.lookup.filtered import FilteredCustomers
from assistant.lookup.filters import Filters, split_filters
from assistant.lookup.records import Record
from data.fields import Json
from data.kinds import IMPORTANCE
from data.sqlite import Connection
from tests.caches import Rows, cache_of

NETWORK: Rows = [
    ("branch", {"id": "b0", "name": "兴城供电公司"}),
    ("branch", {"id": "b1", "name": "塔山供电所", "parent_id": "b0"}),
    ("branch", {"id": "b2", "name": "高桥供电所", "parent_id": "b0"}),
    ("area", {"id": "c1", "name": "兴城市"}),
    ("area", {"id": "t1", "name": "塔山乡", "parent_id": "c1"}),
    ("area", {"id": "v1", "name": "塔山村民委员会", "parent_id": "t1"}),
    ("area", {"id": "v2", "name": "朱家村民委员会", "parent_id": "t1"}),
    ("area", {"id": "v3", "name": "高桥村民委员会", "parent_id": "c1"}),
    ("feeder", {"id": "f1", "number": "616", "name": "塔山线", "branch": "b1"}),
    ("feeder", {"id": "f2", "number": "617", "name": "高桥线", "branch": "b2"}),
    ("transformer_area", {"id": "a1", "number": "1", "name": "塔山1号公变", "feeder": "f1", "areas": ["v1"]}),
    ("transformer_area", {"id": "a2", "number": "2", "name": "朱家1号公变", "feeder": "f1", "areas": ["v2"]}),
    ("transformer_area", {"id": "a3", "number": "3", "name": "高桥1号公变", "feeder": "f2", "areas": ["v2", "v3"]}),
    ("transformer_area", {"id": "a4", "number": "4", "name": "高桥2号公变", "feeder": "f2", "areas": ["v3"]}),
]
VILLAGES_OF = {"a1": {"v1"}, "a2": {"v2"}, "a3": {"v2", "v3"}, "a4": {"v3"}}
AREAS_OF = {"v1": {"v1", "t1", "c1"}, "v2": {"v2", "t1", "c1"}, "v3": {"v3", "c1"}}
FEEDER_OF = {"a1": "f1", "a2": "f1", "a3": "f2", "a4": "f2"}
BRANCH_OF = {"f1": "b1", "f2": "b2"}

Customer = Mapping[str, Json]


def made_customers() -> list[Customer]:
    chance = random.Random(7)
    customers: list[Customer] = []
    for number in range(400):
        straight = chance.random() < 0.1
        customers.append(
            {
                "id": f"{2114000000 + number}",
                "name": chance.choice(["张伟", "塔山水泥厂", "李丽"]),
                "address": "兴城市" + chance.choice(["塔山乡塔山村", "塔山乡朱家村", "高桥村"]) + "3组45号",
                "transformer_area": None if straight else chance.choice(list(FEEDER_OF)),
                "feeder": chance.choice(list(BRANCH_OF)) if straight else None,
                "contract_kva": chance.choice([None, 4.0, 8.0, 49.5, 50.0, 315.0, 500.0, 630.0]),
                "importance": chance.choice([*IMPORTANCE, *[None] * 20]),
                "high_risk": chance.random() < 0.1,
                "sensitive": chance.random() < 0.1,
                "source": chance.choice(["central", "rural", None]),
            }
        )
    return customers


CUSTOMERS = made_customers()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    rows = [*NETWORK, *(("customer", customer) for customer in CUSTOMERS)]
    connection = cache_of(Path(tmp_path_factory.mktemp("filtered")) / "cache.db", rows)
    yield connection
    connection.close()


def satisfies(customer: Customer, filters: Filters) -> bool:
    kva, source = customer["contract_kva"], customer["source"]
    if filters.least_kva is not None and not (isinstance(kva, float) and kva >= filters.least_kva):
        return False
    if filters.most_kva is not None and not (isinstance(kva, float) and kva <= filters.most_kva):
        return False
    if filters.source is not None and source != filters.source:
        return False
    asked = []
    if filters.importance:
        asked.append(customer["importance"] in filters.importance)
    if filters.high_risk:
        asked.append(bool(customer["high_risk"]))
    if filters.sensitive:
        asked.append(bool(customer["sensitive"]))
    return (any(asked) if filters.either else all(asked)) if asked else True


def feeder_of(customer: Customer) -> str:
    return FEEDER_OF.get(str(customer["transformer_area"]), str(customer["feeder"]))


def is_in(customer: Customer, kind: str, key: str) -> bool:
    feeder = feeder_of(customer)
    match kind:
        case "branch":
            return key in (BRANCH_OF[feeder], "b0")
        case "feeder":
            return feeder == key
        case "transformer_area":
            return customer["transformer_area"] == key
        case "customer":
            return customer["id"] == key
        case _:
            return is_in_area(customer, key)


def is_in_area(customer: Customer, key: str) -> bool:
    def behind(transformer_area: str) -> set[str]:
        return {area for village in VILLAGES_OF[transformer_area] for area in AREAS_OF[village]}

    if customer["transformer_area"]:
        return key in behind(str(customer["transformer_area"]))
    supplied = [key in behind(one) for one, feeder in FEEDER_OF.items() if feeder == customer["feeder"]]
    spoken = {"c1": "兴城市", "t1": "塔山乡", "v1": "塔山村", "v2": "朱家村", "v3": "高桥村"}[key]
    return all(supplied) or (any(supplied) and spoken in str(customer["address"]))


def order(customer: Customer, own: frozenset[str]) -> tuple[bool, int, float, str]:
    grade = customer["importance"]
    standing = list(IMPORTANCE).index(str(grade)) if grade else 4 if customer["high_risk"] else 5
    kva = customer["contract_kva"]
    size = kva if isinstance(kva, float) else -1.0
    return BRANCH_OF[feeder_of(customer)] not in own, standing, -size, str(customer["id"])


NAMES = {"v1": "塔山村民委员会", "v2": "朱家村民委员会", "v3": "高桥村民委员会", "t1": "塔山乡", "c1": "兴城市"}
PLACES = [
    *((), (("area", "v1"),), (("area", "v2"),), (("area", "t1"),), (("area", "c1"),), (("feeder", "f1"),)),
    *((("transformer_area", "a3"),), (("branch", "b2"),), (("branch", "b0"),)),
    *((("customer", "2114000007"), ("feeder", "f2")), (("area", "v1"), ("transformer_area", "a4"))),
]
TYPED = [
    *(
        ">=500kva",
        ">315kva",
        "315-630kva",
        "=49.5kva",
        "<=100kva",
        "<50kva",
        "重要",
        "特级、一级重要客户",
        "高危",
        "敏感",
    ),
    *("高危及重要客户", "重要 >=315kva", "高危 敏感", "农网客户", "敏感 <=8kva", "营销 >=50kva", "important rural"),
]


@pytest.mark.parametrize("listed", [0, 800], ids=["walked", "listed"])
@pytest.mark.parametrize("own", [frozenset[str](), frozenset({"b2"})], ids=["nobody's", "own"])
@pytest.mark.parametrize("typed", TYPED)
def test_those_who_satisfy_the_filters_in_the_places_are_found_best_first(
    cache: Connection, monkeypatch: pytest.MonkeyPatch, typed: str, own: frozenset[str], listed: int
) -> None:
    monkeypatch.setattr(filtered, "_MOST_LISTED", listed)
    filters, rest = split_filters(typed)
    assert filters
    assert not rest
    for places in PLACES:
        wanted = [
            customer
            for customer in sorted(CUSTOMERS, key=lambda one: order(one, own))
            if satisfies(customer, filters) and (not places or any(is_in(customer, *place) for place in places))
        ]
        for limit in (1, 10, 1000):
            records = [Record(kind, 0, key, NAMES.get(key, ""), None) for kind, key in places]
            found = FilteredCustomers(cache, own).search(filters, records, limit)
            assert [record.id for record in found] == [customer["id"] for customer in wanted[:limit]], places


@pytest.mark.parametrize("passed", [1, 5])
def test_a_wide_place_with_few_of_them_is_asked_one_by_one(
    cache: Connection, monkeypatch: pytest.MonkeyPatch, passed: int
) -> None:
    filters, _ = split_filters("<=630kva")
    places = [Record("area", 0, "v1", "塔山村民委员会", None)]
    wanted = FilteredCustomers(cache).search(filters, places, 50)
    monkeypatch.setattr(filtered, "_MOST_LISTED", 0)
    monkeypatch.setattr(filtered, "_MOST_PASSED", passed)
    assert FilteredCustomers(cache).search(filters, places, 50) == wanted


def test_a_record_is_a_customer_with_name_and_number(cache: Connection) -> None:
    filters, _ = split_filters(">=500kva")
    found = FilteredCustomers(cache).search(filters, [], 1)[0]
    assert found.kind == "customer"
    assert found.code == found.id
    assert found.name == next(customer["name"] for customer in CUSTOMERS if customer["id"] == found.id)


def test_without_filters_and_without_room_nothing_is_found(cache: Connection) -> None:
    engine = FilteredCustomers(cache)
    assert engine.search(Filters(), [], 10) == []
    assert engine.search(Filters(also_text=True), [], 10) == []
    assert engine.search(Filters(high_risk=True), [], 0) == []


def test_small_customers_of_a_large_cache_are_left_out_unless_the_place_is_narrow(
    cache: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filtered, "_MOST_SMALL", 100)
    filters, _ = split_filters("<50kva")
    engine = FilteredCustomers(cache)
    important = engine.search(filters, [], 1000)
    assert important
    numbers = {record.id for record in important}
    assert all(c["importance"] or c["high_risk"] for c in CUSTOMERS if c["id"] in numbers)
    assert len(engine.search(filters, [Record("feeder", 0, "f1", "", None)], 1000)) > len(important)


def test_places_that_are_unknown_hold_nobody(cache: Connection) -> None:
    filters, _ = split_filters(">=8kva")
    assert FilteredCustomers(cache).search(filters, [Record("area", 0, "nowhere", "", None)], 10) == []
