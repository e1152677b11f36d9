"""The records that the lookup is measured on: every area of Liaoning among N invented customers."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from data.demo.chance import Chance
from data.demo.customers import customers as stream_customers
from data.demo.network import build_network
from data.fields import Doc, Json
from data.names.area_codes import UncodedArea, assign_codes, county_of
from data.names.pinyin import readings_of

SEED = 1
SHARED = Path(os.environ.get("SWITCHBOARD_SHARED", Path(__file__).parents[3] / "shared"))
AREAS = SHARED / "data/areas/liaoning_21.csv"


def area_docs() -> list[Doc]:
    """The areas of Liaoning, wider ones first, with the short codes that an import would give them."""
    with AREAS.open(encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (len(row["id"]), row["id"]))
    docs: list[Doc] = [{name: value or None for name, value in row.items()} for row in rows]
    tree = {str(doc["id"]): doc for doc in docs}
    uncoded = [
        UncodedArea(str(doc["id"]), str(doc["name"]), str(doc["level"]), county_of(str(doc["id"]), tree))
        for doc in docs
    ]
    codes = assign_codes(uncoded, {}, readings_of)
    return [{**doc, "code": codes[str(doc["id"])], "aliases": list[Json]()} for doc in docs]


def bench_records(customers: int) -> Iterator[tuple[str, Doc]]:
    """Every record as (kind, document): the demo's network and customers, on the areas of all Liaoning.

    The network grows with the customers as the demo's does, up to 20,000 transformer areas; beyond the demo's 1.2 M
    the same stream of customers goes on.
    """
    chance = Chance(SEED)
    network = build_network(customers, chance)
    branches = {doc["id"]: doc["branch"] for doc in network.areas}
    yield from (("branch", doc) for doc in network.branches)
    yield from (("area", {**doc, "branch": branches.get(doc["id"])}) for doc in area_docs())
    yield from (("contact", doc) for doc in network.contacts)
    yield from (("feeder", doc) for doc in network.feeders)
    yield from (("transformer_area", doc) for doc in network.transformer_areas)
    yield from (("customer", doc) for doc in stream_customers(customers, network.sites, chance))
