"""Many windows described at once, against each one by itself and against a walk over every customer and minute."""

from collections.abc import Iterator
from datetime import datetime
from itertools import combinations

import pytest
from hypothesis import given, settings
from sqlalchemy import Connection

from data.fields import Doc
from data.outages.describing import describe_outage, describe_outages, overview, shown_outages
from data.outages.documents import outage_to_doc
from data.outages.windows import OutageWindow, ScopeItem
from data.store.store import Store, Writing
from tests.property.test_outages_oracle import HORIZON, Model, Net, cases, minute
from tests.stores import in_file, opened_store

Case = tuple[Net, list[OutageWindow], list[int]]
IMPORTANT = {"C1", "C3"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One empty store for all examples: each is undone."""
    with opened_store(in_file(tmp_path_factory.mktemp("describing"))) as opened:
        yield opened


def put(writing: Writing, net: Net, made: list[OutageWindow]) -> Connection:
    writing.rehearsal = True
    for kind, docs in records(net).items():
        writing.put_many(kind, docs)
    writing.put_many("outage", [outage_to_doc(window) for window in made])
    return writing.connection


def records(net: Net) -> dict[str, list[Doc]]:
    return {
        "area": [{"id": key, "name": key, "parent_id": parent} for key, parent in net.areas.items()],
        "feeder": [{"id": key, "number": key, "name": key} for key in net.feeders],
        "transformer_area": [
            {"id": key, "number": key, "name": key, "feeder": feeder, "areas": [*sorted(areas)]}
            for key, (feeder, areas) in net.transformers.items()
        ],
        "customer": [
            {"id": key, "name": key, "transformer_area": area, "feeder": feeder, "high_risk": key in IMPORTANT}
            for key, (area, feeder) in net.customers.items()
        ],
    }


class Reached:
    """What a scope takes out, found by walking up from each thing."""

    def __init__(self, net: Net, scope: tuple[ScopeItem, ...]) -> None:
        model = Model(net, [])
        self.named = {(item.kind, item.id) for item in scope}
        self.transformers = {one for one in net.transformers if model.above(one) & self.named}
        self.customers = {key for kind, key in self.named if kind == "customer"}

    def supplies(self, net: Net, customer: str) -> bool:
        area, feeder = net.customers[customer]
        return area in self.transformers if area else ("feeder", feeder) in self.named


def customers_out(net: Net, window: OutageWindow, at: datetime) -> set[str]:
    whole, back = Reached(net, window.scope), Reached(net, window.restored_items(at))
    whole.transformers -= back.transformers
    whole.named -= back.named
    return {one for one in net.customers if one in whole.customers - back.customers or whole.supplies(net, one)}


def meet(net: Net, one: OutageWindow, other: OutageWindow) -> bool:
    mine, theirs = Reached(net, one.scope), Reached(net, other.scope)
    return bool(
        mine.named & theirs.named
        or mine.transformers & theirs.transformers
        or any(theirs.supplies(net, customer) for customer in mine.customers)
        or any(mine.supplies(net, customer) for customer in theirs.customers)
    )


def at_once(one: OutageWindow, other: OutageWindow) -> bool:
    return any(one.in_effect(minute(n)) and other.in_effect(minute(n)) for n in range(HORIZON + 120))


@settings(deadline=None, max_examples=60)
@given(cases())
def test_many_windows_are_described_as_each_by_itself(store: Store, case: Case) -> None:
    net, made, moments = case
    with store.write("test", "rehearse") as writing:
        connection = put(writing, net, made)
        for at in map(minute, moments[:2]):
            together = describe_outages(connection, made, at)
            assert together == [describe_outage(connection, window, at) for window in made]
            shown = {window.id for window in shown_outages(connection, at)}
            by_start = sorted(made, key=lambda one: (one.start, one.id))
            described = {told["id"]: told for told in together}
            assert overview(connection, at) == [described[one.id] for one in by_start if one.id in shown]


@settings(deadline=None, max_examples=60)
@given(cases())
def test_each_customer_is_counted_once_and_every_overlap_is_told(store: Store, case: Case) -> None:
    net, made, (first, *_) = case
    at = minute(first)
    with store.write("test", "rehearse") as writing:
        connection = put(writing, net, made)
        shown = {window.id for window in shown_outages(connection, at)}
        told = {str(one["id"]): one for one in describe_outages(connection, made, at)}
    for window in made:
        out = customers_out(net, window, at)
        affected = told[window.id]["affected"]
        assert isinstance(affected, dict)
        assert (affected["customers"], affected["important"]) == (len(out), len(out & IMPORTANT))
    expected: dict[str, list[str]] = {window.id: [] for window in made}
    for one, other in combinations(made, 2):
        if meet(net, one, other) and at_once(one, other):
            expected[one.id] += [other.id] if other.id in shown else []
            expected[other.id] += [one.id] if one.id in shown else []
    assert {key: one["overlaps"] for key, one in told.items()} == {key: sorted(ids) for key, ids in expected.items()}
