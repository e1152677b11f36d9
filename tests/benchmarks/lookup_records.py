"""What the questions are made of: the records of a benchmark's store, read once."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from sqlalchemy import Connection, select

from data.fields import Doc, text_list
from data.kinds import KINDS, RANKED
from data.store.rows import from_row
from data.store.schema import RECORDS
from tests.benchmarks.lookup_data import BenchFiles, open_store
from tests.benchmarks.lookup_names import Namebook, Target, target

_SAMPLED_CUSTOMERS = 6_000
_MOST_BEARERS = 10
_LONGEST_SAID = 8
LARGE_KVA = 315.0


@dataclass(frozen=True, slots=True)
class Customer:
    """What of a customer the questions need."""

    id: str
    name: str
    transformer_area: str | None


@dataclass(frozen=True, slots=True)
class LargeCustomer:
    """A customer of at least `LARGE_KVA`, with the feeder that supplies it."""

    id: str
    feeder: str
    contract_kva: float


@dataclass(frozen=True)
class BenchRecords:
    """The records of one store.

    Attributes:
        docs: Documents of all kinds but customers, by kind and id.
        numbers: Every customer number.
        names: How many customers bear each name.
        sample: Some customers, the same for the same seed, with all others of the same names.
        large: Every customer of a large capacity.
    """

    docs: dict[str, dict[str, Doc]]
    numbers: list[str]
    names: dict[str, int]
    sample: list[Customer]
    large: list[LargeCustomer]

    @cached_property
    def book(self) -> Namebook:
        """Counts equals among all records."""
        names = {kind: sorted(str(doc["name"]) for doc in self.docs[kind].values()) for kind in RANKED[:-1]}
        return Namebook(names, self.names)

    @cached_property
    def targets(self) -> dict[str, list[Target]]:
        """What can be meant, by kind: every area once, each name of other kinds once, the sampled customers."""
        townships = {
            key: target("area", str(doc["name"]), key)
            for key, doc in self.docs["area"].items()
            if doc["level"] == "township"
        }
        areas = [
            target("area", str(doc["name"]), key, townships.get(str(doc["parent_id"])))
            for key, doc in self.docs["area"].items()
        ]
        others = {
            kind: [target(kind, name) for name in sorted({str(doc["name"]) for doc in self.docs[kind].values()})]
            for kind in RANKED[1:-1]
        }
        rare = sorted({one.name for one in self.sample if self.names[one.name] <= _MOST_BEARERS})
        customers = [target("customer", name) for name in rare]
        found = {"area": areas, **others, "customer": [it for it in customers if len(it.said) <= _LONGEST_SAID]}
        return {kind: [it for it in targets if _can_be_asked(it)] for kind, targets in found.items()}

    @cached_property
    def areas_of(self) -> dict[str, list[str]]:
        """Ids of the areas that each transformer area supplies."""
        return {key: text_list(doc["areas"]) for key, doc in self.docs["transformer_area"].items()}

    @cached_property
    def bearers(self) -> dict[str, list[Customer]]:
        """The sampled customers by name."""
        found: defaultdict[str, list[Customer]] = defaultdict(list)
        for one in self.sample:
            found[one.name].append(one)
        return found


def _can_be_asked(it: Target) -> bool:
    return len(it.said) > 1 and all(syllable.isalnum() for syllable in it.syllables)


def read_records(files: BenchFiles, seed: int) -> BenchRecords:
    """The records of a benchmark's store; `seed` chooses the sampled customers."""
    store = open_store(files.store)
    with store.read() as connection:
        docs = {kind: _docs(connection, kind) for kind in ("branch", *RANKED[:-1])}
        customer = RECORDS["customer"].c
        names: dict[str, int] = {}
        numbers: list[str] = []
        chosen = set(Random(seed).sample(range(files.customers), min(_SAMPLED_CUSTOMERS, files.customers)))
        wanted: set[str] = set()
        for place, (number, name) in enumerate(connection.execute(select(customer.id, customer.name))):
            numbers.append(number)
            names[name] = names.get(name, 0) + 1
            if place in chosen:
                wanted.add(name)
        rows = connection.execute(select(customer.id, customer.name, customer.transformer_area))
        sample = [Customer(*row) for row in rows if row[1] in wanted]
        large = list(_large_customers(connection, docs["transformer_area"]))
    store.engine.dispose()
    return BenchRecords(docs, numbers, names, sample, large)


def _large_customers(connection: Connection, transformer_areas: dict[str, Doc]) -> Iterator[LargeCustomer]:
    customer = RECORDS["customer"].c
    columns = (customer.id, customer.transformer_area, customer.feeder, customer.contract_kva)
    for key, area, feeder, kva in connection.execute(select(*columns).where(customer.contract_kva >= LARGE_KVA)):
        if supplied_by := feeder or (transformer_areas[area]["feeder"] if area else None):
            yield LargeCustomer(key, str(supplied_by), kva)


def _docs(connection: Connection, kind: str) -> dict[str, Doc]:
    table = RECORDS[kind]
    rows = connection.execute(select(table).order_by(table.c.id)).mappings()
    return {str(row["id"]): from_row(KINDS[kind], row) for row in rows}
