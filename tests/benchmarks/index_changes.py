"""How long 10,000 changed customers take to put into a cache, and what a process that looks up meanwhile feels."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from data.caches.build import change_of
from data.caches.cache import CacheWriter, Change
from data.demo.chance import Chance
from data.demo.people import person
from data.kinds import KINDS
from data.sqlite import connect
from data.store.rows import get_docs
from data.store.schema import RECORDS
from data.store.set_hash import GLOBAL
from tests.benchmarks.lookup_data import BenchFiles, open_store
from tests.benchmarks.report import percentile, say_heading, say_row

_CHANGED = 10_000
_TRANSACTIONS = (1, 20)
"""One is how a replica applies what an import at the hub brings, twenty what small ones bring one after another."""
_RENAMED = 3
"""Every so many-th of the changed customers has another name; the others another capacity."""
_QUIET_S, _HEAD_START_S, _LONGEST_S = 6.0, 2.0, 600.0
_QUERIES = ("塔山", "tashan", "lgq", "龙gang", "zhangwei", "21140", "616", "xingcheng", "gaoqiao zhujiawa", "台集屯")
_COLUMNS = ("p50", "p99", "max", "p99 of processor time")
_ROOT = Path(__file__).parents[2]


def print_changes(files: BenchFiles) -> None:
    """Prints the seconds, and the times of single look-ups in another process without and with the changes."""
    changes = _changes(files)
    say_heading(f"{files.customers:,} customers, look-ups in another process, ms", "seconds", "number", *_COLUMNS)
    with _looking_up(files.cache) as alone:
        time.sleep(_QUIET_S)
    _say_times("nothing changes", _QUIET_S, alone)
    for transactions in _TRANSACTIONS:
        with tempfile.TemporaryDirectory(dir=files.cache.parent) as directory:
            copy = Path(directory) / "changing.cache"
            shutil.copyfile(files.cache, copy)
            with _looking_up(copy) as beside:
                time.sleep(_HEAD_START_S)
                start = time.perf_counter()
                _apply(copy, changes, len(changes) // transactions)
                end = time.perf_counter()
        meanwhile = [times for times in beside if start <= times["at"] < end]
        _say_times(f"{_CHANGED:,} customers change in {transactions} transactions", end - start, meanwhile)


def _changes(files: BenchFiles) -> list[Change]:
    """Customers from all over the cache, a third with another name, as a hub sends them."""
    store, chance = open_store(files.store), Chance(7)
    with store.read() as connection:
        numbers = connection.execute(select(RECORDS["customer"].c.id)).scalars().all()
        docs = get_docs(connection, "customer", Random(7).sample(numbers, min(_CHANGED, len(numbers))))
    store.engine.dispose()
    changes: list[Change] = []
    for place, doc in enumerate(docs.values()):
        changed = {"name": person(chance)} if place % _RENAMED == 0 else {"contract_kva": 24.5}
        changes.append(change_of(KINDS["customer"], {**doc, **changed}, GLOBAL))
    return changes


def _apply(path: Path, changes: list[Change], at_once: int) -> None:
    """Puts the changes in, as the replica does."""
    connection = connect(path)
    for start in range(0, len(changes), at_once):
        connection.execute("BEGIN IMMEDIATE")
        writer = CacheWriter(connection)
        writer.apply(changes[start : start + at_once])
        writer.save_sums()
        connection.execute("COMMIT")
    connection.close()


@contextmanager
def _looking_up(cache: Path) -> Iterator[list[dict[str, float]]]:
    """Another process looks up while the block runs; the list holds its look-ups afterwards, when they began and how
    long they took."""
    with tempfile.TemporaryDirectory() as directory:
        listed, stop = Path(directory) / "queries.json", Path(directory) / "stop"
        queries = [query[:length] for query in _QUERIES for length in range(1, len(query) + 1)]
        listed.write_text(json.dumps(queries), encoding="utf-8")
        command = [sys.executable, "-m", "tests.benchmarks.lookup_alone", str(cache), str(listed), str(stop)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=_ROOT) as process:
            times: list[dict[str, float]] = []
            try:
                yield times
            finally:
                stop.touch()
            answer: dict[str, Any] = json.loads(process.communicate(timeout=_LONGEST_S)[0])
            times += answer["times"]


def _say_times(label: str, seconds: float, times: list[dict[str, float]]) -> None:
    taken, working = (sorted(one[name] for one in times) for name in ("ms", "processor_ms"))
    cells = (percentile(taken, 0.5), percentile(taken, 0.99), taken[-1], percentile(working, 0.99))
    say_row(label, f"{seconds:.2f}", f"{len(times):,}", *(f"{cell:.2f}" for cell in cells))
