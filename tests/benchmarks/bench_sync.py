"""Measures how caches come to be and are kept equal to the hub, beside limits and peers, in one run.

`./dev bench sync [--only PART]… [--customers N] [--hub HOME] [--rounds K] [--no-peers]`. Parts:

- `fresh`: a fresh cache over loopback, verified, against a plain download of the same file with SHA-256 and fsync;
  1,000 changed customers fetched and applied with their index; PouchDB replicating the same customers beside it.
- `fan-out`: a commit to the event at the last of 500, 2,000 and 5,000 sockets, against a bare uvloop server; memory.
- `replicas`: a commit to its commit in the last of eight replicas.
- `reconnect`: 5,000 agents that come back at once.

Ratios are of medians in this run, of the fan-out's 99th hundredths; the machine's load is printed with them.
"""

import argparse
import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.fan_out import measure_fan_out, measure_reconnect, measure_replicas
from tests.benchmarks.report import say
from tests.benchmarks.sync_fresh import FreshOptions, measure_fresh

_PARTS: dict[str, Callable[[FreshOptions], None]] = {
    "fresh": measure_fresh,
    "fan-out": measure_fan_out,
    "replicas": measure_replicas,
    "reconnect": measure_reconnect,
}


def main() -> None:
    """Runs the parts that are asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=[*_PARTS], help="a part; may be given more than once")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--hub", type=Path, help="a hub's home to use, instead of one that is made now")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    asked = parser.parse_args()
    say(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start, "
        f"Python {platform.python_version()}"
    )
    with tempfile.TemporaryDirectory(prefix="bench-sync-", dir=os.environ.get("SWITCHBOARD_BENCH")) as work:
        options = FreshOptions(Path(work), asked.customers, asked.hub, asked.rounds, asked.peers)
        for part in asked.only or _PARTS:
            _PARTS[part](options)


if __name__ == "__main__":
    main()
