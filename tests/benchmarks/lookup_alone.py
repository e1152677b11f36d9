"""A process that only looks up: `python -m tests.benchmarks.lookup_alone CACHE QUERIES [STOP]` prints one JSON object.

QUERIES is a file with a JSON list; they are asked once, or again and again until there is a file STOP. It imports what
the resident process needs for it and nothing more, so that its memory is the lookup's.
"""

import json
import sys
import time
from pathlib import Path

from assistant.lookup.lookup import LookupEngine
from data.sqlite import connect, unlock
from sync.replica.cache_key import key_of


def _memory_kb() -> dict[str, int]:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("VmHWM", "VmRSS"))}


def _timed(engine: LookupEngine, query: str) -> dict[str, float]:
    """When a look-up began, by the machine's clock of passing time, and how long it took and worked."""
    start, working = time.perf_counter(), time.thread_time()
    engine.search(query)
    return {
        "at": start,
        "ms": (time.perf_counter() - start) * 1000,
        "processor_ms": (time.thread_time() - working) * 1000,
    }


def main() -> None:
    """Looks up and reports."""
    cache, listed, *stop = map(Path, sys.argv[1:])
    queries = json.loads(listed.read_text(encoding="utf-8"))
    start = time.perf_counter()
    unlock(cache, key_of(cache))
    engine = LookupEngine(connect(cache, read_only=True))
    engine.search(queries[0])
    first = (time.perf_counter() - start) * 1000
    opened = _memory_kb()
    for query in queries:
        engine.search(query)
    memory = _memory_kb()
    times: list[dict[str, float]] = []
    while stop and not stop[0].exists():
        times += [_timed(engine, query) for query in queries]
    answer = {"first_ms": first, "opened_kb": opened["VmRSS"], "rss_kb": memory["VmRSS"], "peak_kb": memory["VmHWM"]}
    sys.stdout.write(json.dumps({**answer, "times": times}) + "\n")


if __name__ == "__main__":
    main()
