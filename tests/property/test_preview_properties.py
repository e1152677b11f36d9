"""Previews of random windows in a random network, against walks over every window, customer and minute.

Each is asked for twice, record by record and by what is kept of all records, while the store changes below it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings

from data.outages import kept
from data.outages.documents import outage_to_doc
from data.outages.preview import Preview, previews
from data.outages.windows import OutageWindow
from data.store.store import Store
from tests.property.test_describing_properties import IMPORTANT, Case, Reached, at_once, customers_out, meet, records
from tests.property.test_outages_oracle import Net, cases, minute
from tests.stores import in_file, opened_store

NOW = minute(0)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all examples, which each fills anew."""
    with opened_store(in_file(tmp_path_factory.mktemp("previews"))) as opened:
        yield opened


def hold(store: Store, net: Net, windows: list[OutageWindow]) -> None:
    """Makes the store hold this and nothing else."""
    wanted = {**records(net), "outage": [outage_to_doc(one) for one in windows]}
    with store.write("test", "hold") as writing:
        for kind in ("outage", "customer", "transformer_area", "feeder", "area"):
            present = [row.id for row in writing.connection.exec_driver_sql(f"SELECT id FROM {kind}")]
            writing.delete(kind, present)
        for kind, docs in wanted.items():
            writing.put_many(kind, docs)


def seen(store: Store, new: list[OutageWindow], many: int, patch: pytest.MonkeyPatch) -> list[Preview]:
    patch.setattr(kept, "MANY", many)
    with store.read() as connection:
        return previews(connection, new, NOW)


def overlaps_of(net: Net, one: OutageWindow, others: list[OutageWindow]) -> dict[str, int]:
    """The ids of windows that take out part of the same at once, each with how many transformer areas both take out."""
    mine = Reached(net, one.scope).transformers
    return {
        other.id: len(mine & Reached(net, other.scope).transformers)
        for other in others
        if meet(net, one, other) and at_once(one, other)
    }


def earlier_of(net: Net, one: OutageWindow, others: list[OutageWindow]) -> set[str]:
    interruptions = [other for other in (one, *others) if other.kind != "maintenance" and not other.withdrawn_at]
    return {
        other.id
        for other in interruptions
        if one in interruptions and other.begins < one.begins and meet(net, one, other) and not at_once(one, other)
    }


@settings(deadline=None, max_examples=60)
@given(cases())
def test_a_preview_says_what_a_walk_over_everything_says(store: Store, case: Case) -> None:
    net, made, _ = case
    new = [replace(one, withdrawn_at=None, restored_at=None, restorations=()) for one in made[::2]]
    stored = made[1::2]
    hold(store, net, stored)
    with pytest.MonkeyPatch.context() as patch:
        one_by_one = seen(store, new, 10_000, patch)
        assert seen(store, new, 0, patch) == one_by_one
    for one, told in zip(new, one_by_one, strict=True):
        others = [other for other in (*stored, *new) if other is not one]
        assert {each.window.id: each.transformer_areas for each in told.met.overlaps} == overlaps_of(net, one, others)
        assert told.met.overlapping == len(told.met.overlaps)
        assert {each.id for each in told.earlier} == earlier_of(net, one, others)
        out = customers_out(net, one, datetime.max.replace(tzinfo=NOW.tzinfo))
        assert told.customers == len(out)
        assert {each.id for each in told.concerned.first} == out & IMPORTANT
        assert told.concerned.count == told.concerned.important == told.concerned.high_risk == len(out & IMPORTANT)
        taken = Reached(net, one.scope).transformers
        hits = Counter(area for key in taken for area in net.transformers[key][1])
        totals = Counter(area for _, areas in net.transformers.values() for area in areas)
        assert {area.id: (area.hit, area.total) for area in told.areas.named} == {
            area: (hit, totals[area]) for area, hit in hits.items()
        }
