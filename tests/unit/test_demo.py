import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path

import pytest

from data.demo import FEWEST_CUSTOMERS, MOST_CUSTOMERS, demo_records
from data.errors import DataError
from data.fields import Doc, FieldType, Json, canonical_json
from data.kinds import KINDS

CUSTOMERS = 2_000
DIGEST = "be0b488309c0de7c9a583042d327cb8b0dc78db9225423494c0b674a438fcb72"
ROOT = Path(__file__).parents[2]

Demo = dict[str, dict[str, Doc]]


@pytest.fixture(scope="module")
def demo() -> Demo:
    records: Demo = defaultdict(dict)
    for kind, doc in demo_records(CUSTOMERS):
        records[kind][str(doc["id"])] = doc
    return records


def texts(value: Json) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]


def digest(customers: int = CUSTOMERS, seed: int = 1) -> str:
    """Of all but the areas' codes: those follow the pinyin dictionary's version."""
    total = hashlib.sha256()
    for kind, doc in demo_records(customers, seed):
        total.update(f"{kind}{canonical_json(doc | {'code': None})}\n".encode())
    return total.hexdigest()


def ancestors(demo: Demo, area_id: str) -> list[str]:
    chain = [area_id]
    while (parent := demo["area"][chain[-1]]["parent_id"]) is not None:
        chain.append(str(parent))
    return chain


def test_the_same_size_gives_the_same_records_for_ever() -> None:
    assert digest() == DIGEST


def test_another_process_with_other_hash_seeds_gives_the_same_records() -> None:
    program = "from tests.unit.test_demo import digest; print(digest())"
    env = {**os.environ, "PYTHONHASHSEED": "77"}
    made = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env, cwd=ROOT
    )
    assert made.stdout.strip() == DIGEST


def test_another_seed_invents_other_people() -> None:
    assert digest(FEWEST_CUSTOMERS, seed=2) != digest(FEWEST_CUSTOMERS, seed=1)


def test_every_record_is_already_in_its_canonical_form(demo: Demo) -> None:
    for kind, docs in demo.items():
        for doc in docs.values():
            assert KINDS[kind].canonical(doc) == doc
            assert list(doc) == [field.name for field in KINDS[kind].fields]


def test_no_id_is_given_twice(demo: Demo) -> None:
    given = Counter(kind for kind, _ in demo_records(CUSTOMERS))
    assert given == {kind: len(docs) for kind, docs in demo.items()}


def test_every_reference_is_to_a_record_that_came_before() -> None:
    seen: dict[str, set[object]] = defaultdict(set)
    for kind, doc in demo_records(CUSTOMERS):
        for field in KINDS[kind].fields:
            value = doc[field.name]
            if field.type in {FieldType.REF, FieldType.REFS} and value is not None:
                targets = value if isinstance(value, list) else [value]
                assert seen[field.target].issuperset(targets), (kind, doc)
        seen[kind].add(doc["id"])


def test_feeder_numbers_are_unique_within_a_branch_and_repeat_across_branches(demo: Demo) -> None:
    stations = {doc["id"]: doc["parent_id"] for doc in demo["branch"].values()}
    within = Counter((stations[doc["branch"]], doc["number"]) for doc in demo["feeder"].values())
    assert set(within.values()) == {1}
    assert max(Counter(doc["number"] for doc in demo["feeder"].values()).values()) > 1
    assert all(3 <= len(str(doc["number"])) <= 4 for doc in demo["feeder"].values())


def test_transformer_area_numbers_are_unique(demo: Demo) -> None:
    assert len({doc["number"] for doc in demo["transformer_area"].values()}) == len(demo["transformer_area"])


def test_every_village_has_a_transformer_area_and_a_manager(demo: Demo) -> None:
    villages = {area for area, doc in demo["area"].items() if doc["level"] == "village"}
    supplied = {area for doc in demo["transformer_area"].values() for area in texts(doc["areas"])}
    managed = {
        area for doc in demo["contact"].values() if doc["role"] == "area_manager" for area in texts(doc["areas"])
    }
    assert supplied == villages
    assert managed >= villages


def test_area_codes_are_unique_within_a_county(demo: Demo) -> None:
    codes: Counter[tuple[str, object]] = Counter()
    for area, doc in demo["area"].items():
        county = next((place for place in ancestors(demo, area) if demo["area"][place]["level"] == "county"), "")
        codes[county, doc["code"]] += 1
    assert set(codes.values()) == {1}


def test_tashan_township_is_supplied_by_the_tashan_feeder(demo: Demo) -> None:
    township = next(doc for doc in demo["area"].values() if doc["name"] == "塔山乡")
    feeder = next(doc for doc in demo["feeder"].values() if doc["name"] == "10kV 塔山线")
    assert township["code"] == "tsx"
    assert feeder["number"] == "616"
    assert feeder["substation"] == "66kV 塔山变电站"
    assert feeder["branch"] == township["branch"]
    assert demo["branch"][str(township["branch"])]["kind"] == "station"
    on_feeder = [doc for doc in demo["transformer_area"].values() if doc["feeder"] == feeder["id"]]
    assert on_feeder
    assert all(township["id"] in ancestors(demo, area) for doc in on_feeder for area in texts(doc["areas"]))
    assert any(township["id"] in texts(doc["areas"]) for doc in demo["contact"].values())


def test_every_customer_has_a_supply_and_a_ten_digit_number(demo: Demo) -> None:
    for number, doc in demo["customer"].items():
        assert len(number) == 10
        assert (doc["transformer_area"] is None) != (doc["feeder"] is None)


def test_customers_of_each_sort_are_there(demo: Demo) -> None:
    customers = demo["customer"].values()
    assert {doc["source"] for doc in customers} == {"central", "rural"}
    assert any(doc["importance"] for doc in customers)
    assert any(doc["high_risk"] for doc in customers)
    assert any(doc["sensitive"] for doc in customers)
    assert sum(doc["feeder"] is not None for doc in customers) > 0


def test_a_bigger_demo_has_a_bigger_network_within_its_bounds() -> None:
    kinds = Counter(kind for kind, _ in islice(demo_records(MOST_CUSTOMERS), 30_000))
    assert kinds["transformer_area"] == 20_000
    assert kinds["area"] == 1_438


@pytest.mark.parametrize("customers", [0, FEWEST_CUSTOMERS - 1, MOST_CUSTOMERS + 1])
def test_a_size_out_of_range_is_refused_at_once(customers: int) -> None:
    with pytest.raises(DataError, match="1,000 to 1,200,000"):
        demo_records(customers)
