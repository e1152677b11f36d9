"""A large first pull leaves out the indexes of its tables and makes them at its end, or another if it broke off."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data.store.indexes import make_missing_indexes, missing_indexes
from data.store.steps import Pace
from data.store.store import Store
from tests.central_systems import CentralSystem, make_central
from tests.unit.test_central_steps import MANY, SHORT, PowerCutError, customers, forget_customers, power_cut_after, pull

CUSTOMER_INDEXES = ["customer_feeder", "customer_important", "customer_phone_hash", "customer_transformer_area"]


@pytest.fixture
def central(tmp_path: Path) -> CentralSystem:
    return make_central(f"sqlite:///{tmp_path / 'central.db'}", tmp_path, range(MANY))


def missing(store: Store) -> list[str]:
    with store.read() as connection:
        return [str(index.name) for index in missing_indexes(connection)]


def left_out(store: Store) -> list[str]:
    """What a first pull leaves out; PostgreSQL leaves out nothing."""
    return CUSTOMER_INDEXES if store.engine.dialect.name == "sqlite" else []


@pytest.fixture
def broken_off(store: Store, central: CentralSystem) -> Store:
    """A store in which a first pull of customers was ended half-way."""
    forget_customers(store)
    with pytest.raises(PowerCutError):
        pull(store, central, replace(SHORT, pause=power_cut_after(2)))
    assert missing(store) == left_out(store)
    return store


def test_a_whole_pull_leaves_no_index_out(store: Store, central: CentralSystem) -> None:
    forget_customers(store)
    seen: list[list[str]] = []
    pull(store, central, replace(SHORT, pause=lambda _: seen.append(missing(store))))
    assert seen[1] == left_out(store)
    assert missing(store) == []


def test_the_next_pull_makes_what_a_broken_one_left_out(broken_off: Store, central: CentralSystem) -> None:
    pull(broken_off, central)
    assert missing(broken_off) == []
    assert len(customers(broken_off)) == MANY


def test_a_hub_makes_what_a_broken_pull_left_out(broken_off: Store) -> None:
    assert make_missing_indexes(broken_off) == len(left_out(broken_off))
    assert missing(broken_off) == []
    assert make_missing_indexes(broken_off) == 0


@pytest.mark.parametrize("pace", [SHORT, Pace()])
def test_where_records_are_there_or_few_come_indexes_stay(store: Store, central: CentralSystem, pace: Pace) -> None:
    if pace is not SHORT:
        forget_customers(store)
    seen = [missing(store)]

    def look(_engine: Engine) -> bool:
        seen.append(missing(store))
        return False

    pull(store, central, replace(pace, waits=look))
    assert not any(seen)
