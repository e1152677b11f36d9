"""The caches that the lookup is measured on: every area of Liaoning among N invented customers.

Made through the hub's own path, a store and `build_cache`, and kept in $SWITCHBOARD_BENCH (else in the system's
temporary directory), so that a second run finds them. A file's name holds a digest of the sources that decide what is
in it: a changed index makes a new cache from the same store.
"""

import csv
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from data.area_codes import UncodedArea, assign_codes, county_of
from data.cache_build import build_cache
from data.database import open_database, sqlite_url
from data.demo.chance import Chance
from data.demo.customers import customers as stream_customers
from data.demo.network import build_network
from data.kinds import Doc, Json
from data.migrations import migrate
from data.pinyin import readings_of
from data.store import Store

SEED = 1
SHARED = Path(os.environ.get("SWITCHBOARD_SHARED", Path(__file__).parents[3] / "shared"))
AREAS = SHARED / "data/areas/liaoning_21.csv"
DIRECTORY = Path(os.environ.get("SWITCHBOARD_BENCH", Path(tempfile.gettempdir()) / "switchboard-bench"))

_ROOT = Path(__file__).parents[2]
# A store is migrated when it is opened, so a newer schema does not make it useless.
_STORE_SOURCES = (
    "data/demo",
    "data/kinds.py",
    "data/set_hash.py",
    "tests/benchmarks/lookup_data.py",
)
_CACHE_SOURCES = (
    "data/cache.py",
    "data/cache_build.py",
    "data/cells.py",
    "data/characters",
    "data/index.py",
    "data/pinyin.py",
    "data/supply.py",
    "data/syllables.py",
    "data/tokens.py",
)


@dataclass(frozen=True, slots=True)
class BenchFiles:
    """Where the data of one size is."""

    customers: int
    store: Path
    cache: Path


class _Standstill:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 4, tzinfo=UTC)


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


def open_store(path: Path) -> Store:
    """The store at `path`, brought to the present schema."""
    engine = open_database(sqlite_url(path))
    migrate(engine)
    return Store(engine, _Standstill())


def bench_files(customers: int) -> BenchFiles:
    """The store and the cache of so many customers, made now where they are not there yet: minutes for millions."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    stored = _digest(_STORE_SOURCES)
    files = BenchFiles(
        customers,
        DIRECTORY / f"{customers}-{stored}.store",
        DIRECTORY / f"{customers}-{stored}-{_digest(_CACHE_SOURCES)}.cache",
    )
    if not files.store.exists():
        _make_store(files.store, customers)
    if not files.cache.exists():
        part = _fresh(files.cache.with_suffix(".part"))
        store = open_store(files.store)
        with store.read() as connection:
            build_cache(connection, part, "all", None)
        store.engine.dispose()
        part.rename(files.cache)
    return files


def _make_store(path: Path, customers: int) -> None:
    part = _fresh(path.with_suffix(".making"))
    store = open_store(part)
    with store.write("benchmark", "records") as writing:
        for kind, group in groupby(bench_records(customers), key=lambda record: record[0]):
            writing.put_many(kind, (doc for _, doc in group))
    store.engine.dispose()
    part.rename(path)


def _fresh(path: Path) -> Path:
    """`path` without what an interrupted run left there."""
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()
    return path


def _digest(sources: tuple[str, ...]) -> str:
    total = hashlib.sha256()
    for source in sources:
        whole = _ROOT / source
        for path in sorted(whole.rglob("*")) if whole.is_dir() else [whole]:
            if path.is_file() and path.suffix != ".pyc":
                total.update(path.read_bytes())
    return total.hexdigest()[:12]
