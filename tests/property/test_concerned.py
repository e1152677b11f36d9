"""Whom a scope concerns, asked from the customers' end, against the rules that judge each customer by itself."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, delete, insert

from data.outages.describing import network
from data.outages.windows import ScopeItem, affected_by, touches
from data.store.metadata import METADATA
from data.store.schema import LINK, RECORDS
from data.telling.concerned import Concerned
from data.telling.rules import TellingRules

GONE = "X9"
FEEDERS, TRANSFORMER_AREAS, AREAS, CUSTOMERS = (
    [f"{letter}{number}" for number in range(count)] for letter, count in (("F", 3), ("T", 5), ("A", 5), ("C", 7))
)
ITEMS = [
    ScopeItem(kind, key)
    for kind, keys in (
        ("feeder", FEEDERS),
        ("transformer_area", TRANSFORMER_AREAS),
        ("area", AREAS),
        ("customer", CUSTOMERS),
    )
    for key in (*keys, GONE)
]


Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://")
    METADATA.create_all(made)
    yield made
    made.dispose()


@st.composite
def networks(draw: st.DrawFn) -> Rows:
    def some(keys: list[str]) -> str | None:
        return draw(st.sampled_from([None, GONE, *keys]))

    same: dict[str, Any] = {"row_hash": b"h", "bucket": ""}
    areas: list[dict[str, Any]] = [{"id": key, "name": key, "parent_id": some(AREAS), **same} for key in AREAS]
    transformer_areas = [
        {"id": key, "number": key, "name": key, "feeder": some(FEEDERS), **same} for key in TRANSFORMER_AREAS
    ]
    customers = [
        {
            "id": key,
            "name": key,
            "transformer_area": some(TRANSFORMER_AREAS),
            "feeder": some(FEEDERS),
            "importance": draw(st.sampled_from([None, "first"])),
            "high_risk": draw(st.booleans()),
            "sensitive": draw(st.booleans()),
            **same,
        }
        for key in CUSTOMERS
    ]
    served = draw(st.sets(st.tuples(st.sampled_from(TRANSFORMER_AREAS), st.sampled_from([GONE, *AREAS])), max_size=8))
    links = [{"kind": "transformer_area", "field": "areas", "id": key, "target": area} for key, area in sorted(served)]
    return {"area": areas, "transformer_area": transformer_areas, "customer": customers, "link": links}


def put(connection: Connection, rows: Rows) -> None:
    for name, some in rows.items():
        table = LINK if name == "link" else RECORDS[name]
        connection.execute(delete(table))
        if some:
            connection.execute(insert(table), some)


@settings(deadline=None)
@given(networks(), st.lists(st.sampled_from(ITEMS), max_size=4), st.booleans())
def test_a_scope_concerns_whom_it_takes_out_and_who_is_to_be_told(
    engine: Engine,
    rows: Rows,
    scope: list[ScopeItem],
    sensitive: bool,  # noqa: FBT001 - drawn
) -> None:
    with engine.connect() as connection:
        put(connection, rows)
        net = network(connection)
        out = affected_by(scope, net)
        expected = {
            str(one["id"])
            for one in rows["customer"]
            if (one["importance"] or one["high_risk"] or (sensitive and one["sensitive"]))
            and touches(net.place("customer", str(one["id"])), out)
        }
        assert Concerned(connection, TellingRules(sensitive=sensitive)).touched_by(scope) == expected
