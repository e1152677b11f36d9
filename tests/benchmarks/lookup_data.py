"""The files that the lookup is measured on.

Made through the hub's own path, a store and `build_cache`, and kept in $SWITCHBOARD_BENCH (else in the system's
temporary directory), so that a second run finds them. A file's name holds a digest of the sources that decide what is
in it: a changed index makes a new cache from the same store.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from data.caches.build import build_cache
from data.migrations import migrate
from data.store.database import open_database, sqlite_url
from data.store.store import Store
from tests.benchmarks.lookup_population import bench_records

DIRECTORY = Path(os.environ.get("SWITCHBOARD_BENCH", Path(tempfile.gettempdir()) / "switchboard-bench"))

_KEPT = 3
_ROOT = Path(__file__).parents[2]
# A store is migrated when it is opened, so a newer schema does not make it useless.
_STORE_SOURCES = (
    "data/demo",
    "data/kinds.py",
    "data/store/set_hash.py",
    "tests/benchmarks/lookup_population.py",
)
_CACHE_SOURCES = (
    "data/caches/cache.py",
    "data/caches/build.py",
    "data/store/cells.py",
    "data/characters",
    "data/caches/index.py",
    "data/caches/index_build.py",
    "data/caches/record_build.py",
    "data/caches/place_index.py",
    "data/names/pinyin.py",
    "data/caches/supply_counts.py",
    "data/names/syllables.py",
    "data/names/tokens.py",
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
        part = _unfinished(files.cache)
        store = open_store(files.store)
        with store.read() as connection:
            build_cache(connection, part, "all", None)
        store.engine.dispose()
        part.rename(files.cache)
        _forget_outdated(customers)
    return files


def _make_store(path: Path, customers: int) -> None:
    part = _unfinished(path)
    store = open_store(part)
    with store.write("benchmark", "records") as writing:
        for kind, group in groupby(bench_records(customers), key=lambda record: record[0]):
            writing.put_many(kind, (doc for _, doc in group))
    store.engine.dispose()
    part.rename(path)


def _unfinished(path: Path) -> Path:
    """Where a file is made before it bears its name: another process may be making the same one."""
    return path.with_name(f"{path.name}.{os.getpid()}.part")


def _forget_outdated(customers: int) -> None:
    """Deletes caches of older sources but for the last few, which another run may be reading."""
    caches = sorted(DIRECTORY.glob(f"{customers}-*.cache"), key=lambda path: path.stat().st_mtime)
    for outdated in caches[:-_KEPT]:
        for path in DIRECTORY.glob(f"{outdated.name}*"):
            path.unlink(missing_ok=True)


def _digest(sources: tuple[str, ...]) -> str:
    total = hashlib.sha256()
    for source in sources:
        whole = _ROOT / source
        for path in sorted(whole.rglob("*")) if whole.is_dir() else [whole]:
            if path.is_file() and path.suffix != ".pyc":
                total.update(path.read_bytes())
    return total.hexdigest()[:12]
