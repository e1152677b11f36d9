"""How long a cache, and its search index alone, take to build, beside a trigram index over the same names."""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from data.caches import cache, index
from data.caches.build import build_cache
from data.caches.index_build import IndexBuild
from data.caches.statements import Statements
from data.characters.rows import character_rows
from data.kinds import KINDS, RANKED
from data.names.pinyin import readings_of
from data.sqlite import Connection, connect
from tests.benchmarks.lookup_data import BenchFiles, open_store
from tests.benchmarks.report import say, say_heading, say_row

_ROOT = Path(__file__).parents[2]
_CODES_AT_ONCE = 2000
_SEARCH_TABLES = ("name", "alias", "hanzi", "name_fts", "code_fts", "place_fts")


def print_build(files: BenchFiles) -> None:
    """Prints seconds and peak memory of each build, each in a process of its own, one after another."""
    with tempfile.TemporaryDirectory(dir=files.cache.parent) as directory:
        trigram = _apart("trigram", files.cache, Path(directory) / "trigram.db")
        say_heading(f"{files.customers:,} customers", "seconds", "of a processor", "peak MB", "times the trigram's", "")
        say_row(f"FTS5 trigram over the {trigram['names']:,} distinct names at hand", *_cells(trigram, trigram))
        for what, label in _BUILDS.items():
            built = _apart(what, files.store if what == "cache" else files.cache, Path(directory) / f"{what}.db")
            say_row(label, *_cells(built, trigram))
    say("times the trigram's: seconds, then of a processor")


_BUILDS = {
    "names": "names at hand to their readings, tokens and full-text table",
    "search": "search index alone: these, numbers, places, indexes; records are there",
    "cache": "build_cache: whole cache from the store",
}


def _cells(measured: dict[str, Any], peer: dict[str, Any]) -> tuple[str, ...]:
    times = [measured[name] for name in ("seconds", "processor")]
    ratios = (f"{measured[name] / peer[name]:.1f}" for name in ("seconds", "processor"))
    return *(f"{one:.1f}" for one in times), f"{measured['peak_kb'] / 1024:.0f}", *ratios


def _apart(what: str, source: Path, target: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.index_build", what, str(source), str(target)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=_ROOT)
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def _build(source: Path, target: Path) -> dict[str, float]:
    store = open_store(source)
    start = _clocks()
    with store.read() as connection:
        build_cache(connection, target, "all", None)
    return _taken_since(start)


def _trigram(source: Path, target: Path) -> dict[str, float]:
    names = [[text] for text, _, _ in _names_at_hand(source)]
    with _opened(target) as connection:
        start = _clocks()
        connection.execute("BEGIN")
        connection.execute("CREATE VIRTUAL TABLE trigram USING fts5(t, tokenize='trigram')")
        connection.executemany("INSERT INTO trigram(t) VALUES (?)", names)
        connection.execute("INSERT INTO trigram(trigram) VALUES ('optimize')")
        connection.execute("COMMIT")
        return {**_taken_since(start), "names": len(names)}


def _names(source: Path, target: Path) -> dict[str, float]:
    names = _names_at_hand(source)
    with _opened(target) as connection:
        start = _clocks()
        connection.execute("BEGIN")
        index.create_search_tables(connection)
        with Statements(connection) as statements:
            search = IndexBuild(statements)
            search.add_names((text, readings_of(text), rank, uses) for text, rank, uses in names)
            search.finish()
        connection.execute("COMMIT")
        return _taken_since(start)


def _search(source: Path, target: Path) -> dict[str, float]:
    """Of a copy of the cache, everything that only look-ups need is dropped, and made anew."""
    names = _names_at_hand(source)
    shutil.copyfile(source, target)
    with _opened(target) as connection:
        _drop_search(connection)
        start = _clocks()
        connection.execute("BEGIN")
        index.create_search_tables(connection)
        index.add_characters(connection, character_rows())
        with Statements(connection) as statements:
            search = IndexBuild(statements)
            search.add_names((text, readings_of(text), rank, uses) for text, rank, uses in names)
            for kind, rid, codes in _codes(source):
                search.add_codes(kind, rid, codes)
            search.finish()
        cache.create_search_indexes(connection)
        connection.execute("COMMIT")
        return _taken_since(start)


def _names_at_hand(source: Path) -> list[tuple[str, int, int]]:
    with closing(connect(source, read_only=True)) as connection:
        found: list[tuple[str, int, int]] = connection.execute(
            "SELECT text, rank, uses FROM name ORDER BY nid"
        ).fetchall()
    return found


def _codes(source: Path) -> Iterator[tuple[str, int, list[list[str]]]]:
    """A kind, the number of a record, and the codes of some from this one on; the cache was made afresh."""
    with closing(connect(source, read_only=True)) as connection:
        for kind in RANKED:
            found = connection.execute(f"SELECT {', '.join(KINDS[kind].codes)} FROM {kind} ORDER BY rid")
            rid = 1
            while some := found.fetchmany(_CODES_AT_ONCE):
                yield kind, rid, [list(filter(None, row)) for row in some]
                rid += len(some)


@contextmanager
def _opened(target: Path) -> Iterator[Connection]:
    with closing(connect(target)) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-64000", "temp_store=FILE"):
            connection.execute(f"PRAGMA {pragma}")
        yield connection


def _drop_search(connection: Connection) -> None:
    for kind in RANKED:
        connection.execute(f"DROP INDEX {kind}_name_id")
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_schema WHERE name IN (" + _CUSTOMER_INDEXES + ")"
    ).fetchall():
        connection.execute(f"DROP INDEX {name}")
    for table in _SEARCH_TABLES:
        connection.execute(f"DROP TABLE {table}")


_CUSTOMER_INDEXES = "'customer_transformer_area', 'customer_feeder', 'customer_noted', 'customer_large'"


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _taken_since(start: tuple[float, float]) -> dict[str, float]:
    seconds, processor = (now - before for now, before in zip(_clocks(), start, strict=True))
    return {"seconds": seconds, "processor": processor}


def _peak_kb() -> int:
    """Of this process or of the largest that it started."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def main() -> None:
    """Builds what is named, for `print_build`, and reports."""
    what, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    build = {"cache": _build, "trigram": _trigram, "names": _names, "search": _search}[what]
    answer = build(source, target)
    sys.stdout.write(json.dumps({**answer, "peak_kb": _peak_kb()}) + "\n")


if __name__ == "__main__":
    main()
