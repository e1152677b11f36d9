"""A process that only looks up: `python -m tests.benchmarks.lookup_alone CACHE FILE [SECONDS]` prints one JSON object.

FILE holds a JSON list of queries; with SECONDS they are asked again and again for so long, else once. It imports what
the resident process needs for it and nothing more, so that its memory is the lookup's.
"""

import json
import sys
import time
from pathlib import Path

from assistant.lookup import LookupEngine
from data.sqlite import connect


def _memory_kb() -> dict[str, int]:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("VmHWM", "VmRSS"))}


def _milliseconds(engine: LookupEngine, query: str) -> float:
    start = time.perf_counter()
    engine.search(query)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Looks up and reports."""
    queries = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    start = time.perf_counter()
    engine = LookupEngine(connect(Path(sys.argv[1]), read_only=True))
    engine.search(queries[0])
    first = (time.perf_counter() - start) * 1000
    opened = _memory_kb()
    times = [_milliseconds(engine, query) for query in queries]
    while time.perf_counter() - start < seconds:
        times += [_milliseconds(engine, query) for query in queries[: max(1, len(queries) // 20)]]
        queries = queries[len(queries) // 20 :] + queries[: len(queries) // 20]
    memory = _memory_kb()
    answer = {"first_ms": first, "opened_kb": opened["VmRSS"], "rss_kb": memory["VmRSS"], "peak_kb": memory["VmHWM"]}
    sys.stdout.write(json.dumps({**answer, "times_ms": times}) + "\n")


if __name__ == "__main__":
    main()
