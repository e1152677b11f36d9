"""How long a whole cache takes to build, beside a trigram index over the same names."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from data.caches.build import build_cache
from data.sqlite import connect
from tests.benchmarks.lookup_data import BenchFiles, open_store
from tests.benchmarks.report import say, say_heading, say_row

_ROOT = Path(__file__).parents[2]


def print_build(files: BenchFiles) -> None:
    """Prints seconds and peak memory of both builds, each in a process of its own, one after another."""
    with tempfile.TemporaryDirectory(dir=files.cache.parent) as directory:
        built = _apart("cache", files.store, Path(directory) / "built.cache")
        trigram = _apart("trigram", files.cache, Path(directory) / "trigram.db")
    say_heading(f"{files.customers:,} customers", "seconds", "of a processor", "peak MB", "MB on disk")
    say_row("build_cache", *_cells(built))
    say_row(f"FTS5 trigram over the {trigram['names']:,} distinct names", *_cells(trigram))
    seconds, processor = (built[name] / trigram[name] for name in ("seconds", "processor"))
    say(f"build over trigram: {seconds:.1f} times the seconds, {processor:.1f} times the processor time")


def _cells(measured: dict[str, Any]) -> tuple[str, ...]:
    times = (f"{measured[name]:.1f}" for name in ("seconds", "processor"))
    return *times, f"{measured['peak_kb'] / 1024:.0f}", f"{measured['bytes'] / 1e6:.0f}"


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
    names = [name for (name,) in connect(source, read_only=True).execute("SELECT text FROM name ORDER BY nid")]
    connection = connect(target)
    start = _clocks()
    connection.execute("PRAGMA journal_mode=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-64000")
    connection.execute("BEGIN")
    connection.execute("CREATE VIRTUAL TABLE trigram USING fts5(t, tokenize='trigram')")
    connection.executemany("INSERT INTO trigram(t) VALUES (?)", ((name,) for name in names))
    connection.execute("INSERT INTO trigram(trigram) VALUES ('optimize')")
    connection.execute("COMMIT")
    taken = _taken_since(start)
    connection.close()
    return {**taken, "names": len(names)}


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
    answer = (_build if what == "cache" else _trigram)(source, target)
    size = target.stat().st_size
    sys.stdout.write(json.dumps({**answer, "peak_kb": _peak_kb(), "bytes": size}) + "\n")


if __name__ == "__main__":
    main()
