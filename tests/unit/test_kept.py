"""What is kept of all records, while they change."""

from collections.abc import Mapping

import pytest

from data.fields import Json
from data.outages import kept
from data.outages.kept_customers import ALL_CUSTOMERS
from data.outages.kept_network import ALL_SUPPLY
from data.store.store import Store

MUCH = kept.MANY


def customers(store: Store, asked: int) -> Mapping[str, int] | None:
    with store.read() as connection:
        found = ALL_CUSTOMERS.where_worth(connection, asked)
    return found.in_area if found else None


def put(store: Store, kind: str, **doc: Json) -> None:
    with store.write("test", "put") as writing:
        writing.put(kind, doc)


def test_little_is_asked_for_one_by_one_until_much_was_asked_for(store: Store) -> None:
    assert customers(store, MUCH - 1) is None
    everything = customers(store, MUCH)
    assert everything == {"T1": 1, "T2": 1, "T3": 1}
    assert customers(store, 0) is everything


@pytest.mark.parametrize(
    ("doc", "expected"),
    [
        ({"id": "2114000001", "transformer_area": "T3"}, {"T2": 1, "T3": 2}),
        ({"id": "2114000099", "name": "新户", "transformer_area": "T2"}, {"T1": 1, "T2": 2, "T3": 1}),
    ],
)
def test_a_customer_who_comes_or_moves_is_counted_where_he_is(
    store: Store, doc: dict[str, str], expected: dict[str, int]
) -> None:
    customers(store, MUCH)
    put(store, "customer", **doc)
    assert customers(store, 0) is None
    assert customers(store, MUCH) == expected


def test_what_changes_elsewhere_makes_nobody_count_again(store: Store) -> None:
    counted = customers(store, MUCH)
    put(store, "area", id="A9", name="新村")
    assert customers(store, 0) is counted


def test_a_transaction_that_changes_customers_does_not_believe_what_was_counted_before_it(store: Store) -> None:
    customers(store, MUCH)
    with store.write("test", "delete") as writing:
        writing.delete("customer", ["2114000001"])
        assert ALL_CUSTOMERS.where_worth(writing.connection, MUCH) is None


def test_areas_that_lie_around_one_another_have_what_serves_any_of_them(store: Store) -> None:
    put(store, "area", id="A8", name="甲", parent_id="A9")
    put(store, "area", id="A9", name="乙", parent_id="A8")
    put(store, "transformer_area", id="T1", areas=["A8"])
    with store.read() as connection:
        found = ALL_SUPPLY.where_worth(connection, MUCH)
    assert found is not None
    assert found.serving_within("A9") == found.serving_within("A8") == {"T1"}
    assert found.serving_within("nowhere") == frozenset()
